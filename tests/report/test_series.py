"""What the workbook and the slides draw alike: series, order, colours, legend and how far intervals reach."""

from __future__ import annotations

import pytest

from crmlib.report import series
from tests.report import samples

BAR = {"form": "bar", "x": "segment", "y": ["rate"], "low": "rate_low", "high": "rate_high"}
LINE = {"form": "line", "x": "k", "y": ["rate"], "series": "series", "low": "rate_low", "high": "rate_high"}
NAMES = ["series", "k", "rate", "rate_low", "rate_high"]


def lines(*names: str) -> dict:
    rows = [[name, k, 0.1, 0.05, 0.2] for k in (1, 2) for name in names]
    return samples.chart("c", NAMES, rows, LINE)


def test_rows_of_one_series_come_together_and_the_pooled_one_last() -> None:
    item = lines("pooled", "b", "a")
    assert [(row[0], row[1]) for row in series.in_order(item, item["rows"])] == [
        ("b", 1), ("b", 2), ("a", 1), ("a", 2), ("pooled", 1), ("pooled", 2)]  # fmt: skip


def test_rows_of_one_name_are_told_apart_by_another_column() -> None:
    form = {"form": "bar", "x": "segment", "y": ["amount"]}
    item = samples.chart("c", ["segment", "week", "amount"], [["new", 2, 9], ["new", 3, 8], ["loyal", None, 7]], form)
    assert series.own_names(item, item["rows"]) == ["New customers 2", "New customers 3", "Loyal customers"]
    assert series.own_names(item, item["rows"][1:]) == []


def test_a_row_without_a_place_on_the_axis_is_in_the_table_and_not_drawn() -> None:
    form = {"form": "bar", "x": "week", "y": ["n_customers"]}
    item = samples.chart("c", ["week", "n_customers"], [[None, 99], [1, 3], [2, 4]], form)
    assert series.in_order(item, item["rows"]) == [[1, 3], [2, 4]]
    assert series.all_in_order(item, item["rows"]) == [[1, 3], [2, 4], [None, 99]]
    assert series.native(item, item["rows"]) == form
    assert not series.native(item, [[None, 99]])
    table = samples.table("t", ["week"], [[None], [1]])
    assert series.all_in_order(table, table["rows"]) == [[None], [1]]


@pytest.mark.parametrize(
    ("form", "x", "drawn"),
    [("bar", "segment", "bar"), ("stacked_bar", "month", "column"), ("line", "k", "curve"), ("line", "segment", "line"),
     ("scatter", "k", "scatter")],
)  # fmt: skip
def test_the_kind_of_the_axis_decides_what_is_drawn(form: str, x: str, drawn: str) -> None:
    assert series.shape(samples.chart("c", [x, "rate"], [[1, 0.1]], {"form": form, "x": x, "y": ["rate"]})) == drawn


def test_one_line_has_its_two_bounds_and_no_name_of_a_series() -> None:
    form = {key: value for key, value in LINE.items() if key != "series"}
    item = samples.chart("c", NAMES[1:], [[1, 0.1, 0.05, 0.2], [2, 0.2, 0.1, 0.3]], form)
    parts = series.parts(item, item["rows"])
    assert [(part.name, part.column, part.first, part.last, part.bound) for part in parts] == [
        ("", "rate", 0, 2, False), ("", "rate_low", 0, 2, True), ("", "rate_high", 0, 2, True)]  # fmt: skip


def test_of_many_lines_the_pooled_one_alone_has_colour_bounds_and_a_name() -> None:
    item = lines("a", "pooled")
    rows = series.in_order(item, item["rows"])
    parts = series.parts(item, rows)
    assert [(part.name, part.column, part.colour) for part in parts] == [
        ("a", "rate", series.PALE), ("pooled", "rate", series.COLOURS[0]), ("", "rate_low", series.COLOURS[1]),
        ("", "rate_high", series.COLOURS[1])]  # fmt: skip
    assert series.legend(item, rows) == series.Legend(shown=True, unnamed=(0, 2, 3))


def test_a_single_figure_needs_no_legend_and_two_do() -> None:
    rows = [["champions", 0.1, 0.05, 0.2]]
    item = samples.chart("c", ["segment", "rate", "rate_low", "rate_high"], rows, BAR)
    assert not series.legend(item, rows).shown
    both = samples.chart("c", ["segment", "n_customers", "n_orders"], [["champions", 1, 2]],
                         {"form": "bar", "x": "segment", "y": ["n_customers", "n_orders"]})  # fmt: skip
    assert series.legend(both, both["rows"]).shown
    assert [part.colour for part in series.parts(both, both["rows"])] == list(series.COLOURS[:2])


def test_intervals_reach_from_the_figure_to_its_ends_and_nowhere_when_one_is_missing() -> None:
    rows = [["champions", 0.5, 0.25, 1.0], ["lost", 0.5, None, 1.0]]
    item = samples.chart("c", ["segment", "rate", "rate_low", "rate_high"], rows, BAR)
    assert series.error_bounds(item, rows, "rate") == ([0.5, 0.5], [0.25, 0.0])
    assert series.error_bounds(item | {"native": BAR | {"low": None}}, rows, "rate") is None


def test_differences_of_shares_reach_in_points() -> None:
    names = ["name", "difference_points", "difference_points_low", "difference_points_high"]
    form = {"form": "bar", "x": "name", "y": names[1:2], "low": names[2], "high": names[3]}
    item = samples.chart("c", names, [["A", 0.05, 0.01, 0.125]], form)
    assert series.error_bounds(item, item["rows"], names[1]) == (pytest.approx([7.5]), pytest.approx([4.0]))


def test_a_chart_without_rows_or_form_has_nothing_to_draw() -> None:
    item = samples.chart("c", ["segment", "rate"], [], {"form": "bar", "x": "segment", "y": ["rate"]})
    assert series.native(item, []) == {}
    assert series.native(item | {"native": None}, [[1, 2]]) == {}
