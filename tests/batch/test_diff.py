"""What changed between two reports: figures worked by hand, edges, and reports that an older crmlib left."""

from __future__ import annotations

import io
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from crmlib import words
from crmlib.batch import diff, diff_figures, diff_tables, diff_text, made
from crmlib.errors import UserError
from crmlib.report.changes import A_DAY, BARE, BEYOND, OTHERWISE, SHARED, WITHIN, Difference, Figure

FEBRUARY, MARCH = "1 February 2026 to 28 February 2026", "1 March 2026 to 31 March 2026"
ALL = "1 April 2023 to 31 March 2026"


@pytest.fixture(autouse=True)
def _english() -> None:
    words.speak("en", "JPY")


def metric(value: float | None, kind: str, low: float | None = None, high: float | None = None, period: str = ALL,
           title: str = "Rate") -> dict[str, Any]:  # fmt: skip
    text = words.MISSING if value is None else words.phrase(value, kind)
    return {"value": value, "value_kind": kind, "low": low, "high": high, "text": text, "title": title,
            "period": period, "unit": words.unit(kind)}  # fmt: skip


def table(names: list[str], rows: list[list[Any]], **more: Any) -> dict[str, Any]:
    columns = [{"name": c.name, "label": c.label, "unit": c.unit, "kind": c.kind} for c in map(words.column, names)]
    return {"title": "Table", "columns": columns, "rows": rows, **more}


def report(day: str = "2026-03-31", *, rfm: dict[str, Any] | None = None, kpi: dict[str, Any] | None = None,
           parameters: dict[str, Any] | None = None, **facts: Any) -> made.Made:  # fmt: skip
    notebooks = {name: part for name, part in (("rfm", rfm), ("kpi", kpi)) if part is not None}
    entries = {
        name: {"verdict": "ok", "template": "t1", "parameters": {"client": "demo", "as_of": day, **(parameters or {})}}
        for name in notebooks
    }
    manifest = {
        "client": "demo", "as_of": day, "language": "en", "policy": {"returned": "leave_out"}, "settings": "s1",
        "inputs": {"orders/data/demo/orders.csv": "h1"}, "versions": {"crmlib": "0.1.0"}, "notebooks": entries,
        "told": {"currency": "JPY", "title": "Demo shop"},
    }  # fmt: skip
    return made.made({**manifest, **facts}, {"notebooks": notebooks})


def compare(old: dict[str, Any], new: dict[str, Any], **facts: Any) -> list[Figure]:
    found = diff.difference(report("2026-02-28", rfm={"metrics": {"m": old}}),
                            report(rfm={"metrics": {"m": new}}, **facts))  # fmt: skip
    return found.metrics


def test_shares_change_in_points_counts_and_money_in_percent_the_rest_in_their_unit() -> None:
    cases = [
        (0.25, 0.30, "share", "+5.0 pt"), (1000, 1100, "orders", "+10.0%"), (8, 9, "customers", "+1 customer"),
        (20_000, 15_000, "money", "-25.0%"), (30, 27, "days", "-3 days"), (-4.7, -2.2, "nps", "+2.5 pt"),
        (9.1, 8.1, "ratio", "-1.00"), (0, 500, "money", "+¥500"), (-100, 200, "money", "+¥300"),
    ]  # fmt: skip
    for before, after, kind, change in cases:
        [figure] = compare(metric(before, kind), metric(after, kind))
        assert (figure.change, kind) == (change, kind)


def test_a_change_is_judged_by_the_interval_of_the_difference() -> None:
    # 0.3 - sqrt(0.1² + 0.1²) = 0.159 and 0.3 + sqrt(0.1² + 0.1²) = 0.441: zero is outside.
    [figure] = compare(metric(0.2, "share", 0.1, 0.3, FEBRUARY), metric(0.5, "share", 0.4, 0.6, MARCH))
    assert (figure.judged, figure.interval) == (BEYOND, "+15.9 pt to +44.1 pt")


def test_intervals_that_overlap_may_differ_beyond_chance_all_the_same() -> None:
    # 0.10 to 0.20 and 0.18 to 0.32 overlap; 0.10 - sqrt(0.07² + 0.05²) = 0.014 is above zero.
    [figure] = compare(metric(0.15, "share", 0.1, 0.2, FEBRUARY), metric(0.25, "share", 0.18, 0.32, MARCH))
    assert figure.judged == BEYOND
    # 0.05 - sqrt(0.07² + 0.05²) = -0.036.
    [figure] = compare(metric(0.15, "share", 0.1, 0.2, FEBRUARY), metric(0.2, "share", 0.13, 0.27, MARCH))
    assert (figure.judged, figure.interval) == (WITHIN, "-3.6 pt to +13.6 pt")


def test_what_shares_days_has_no_interval_or_was_counted_otherwise_is_not_judged() -> None:
    whole = "1 April 2023 to 28 February 2026"
    [figure] = compare(metric(0.2, "share", 0.1, 0.3, whole), metric(0.5, "share", 0.4, 0.6, ALL))
    assert figure.judged == SHARED
    [figure] = compare(metric(0.2, "share", period=FEBRUARY), metric(0.5, "share", period=MARCH))
    assert figure.judged == BARE
    apart = metric(0.2, "share", 0.1, 0.3, FEBRUARY), metric(0.5, "share", 0.4, 0.6, MARCH)
    for facts in (
        {"policy": {"returned": "keep"}},
        {"versions": {"crmlib": "0.2.0"}},
        {"parameters": {"new_days": 60}},
    ):
        [figure] = compare(*apart, **facts)
        assert figure.judged == OTHERWISE


def test_a_new_title_of_the_shop_is_no_other_way_of_counting() -> None:
    apart = metric(0.2, "share", 0.1, 0.3, FEBRUARY), metric(0.5, "share", 0.4, 0.6, MARCH)
    [figure] = compare(*apart, settings="s2", told={"currency": "JPY", "title": "New shop"})
    assert figure.judged == BEYOND
    [figure] = compare(*apart, settings="s2")
    assert figure.judged == OTHERWISE


def test_a_period_that_cannot_be_read_is_no_ground_for_a_judgement() -> None:
    [figure] = compare(metric(0.2, "share", 0.1, 0.3, "once"), metric(0.5, "share", 0.4, 0.6, MARCH))
    assert figure.judged == SHARED


def test_a_metric_that_could_not_be_told_or_is_new_has_no_change() -> None:
    [figure] = compare(metric(None, "share"), metric(0.5, "share"))
    assert (figure.old, figure.new, figure.change, figure.judged) == ("–", "50.0%", "", "")
    found = diff.difference(report(rfm={"metrics": {}}), report(rfm={"metrics": {"m": metric(0.5, "share")}}))
    assert [(one.old, one.new) for one in found.metrics] == [("–", "50.0%")]


def test_a_difference_behind_the_last_digit_written_is_none() -> None:
    assert compare(metric(0.68001, "ratio"), metric(0.68012, "ratio")) == []
    assert compare(metric(0.1 + 0.2, "share"), metric(0.3, "share")) == []


TARGETS = ["kpi_id", "kpi_month", "actual", "actual_low", "actual_high", "target", "mark"]


def board(*rows: list[Any], kinds: list[str]) -> dict[str, Any]:
    return {"tables": {"targets": table(TARGETS, list(rows), row_kinds=kinds)}}


def test_kpis_are_judged_month_against_month_as_the_notebook_does() -> None:
    february, march = 2026 * 12 + 1, 2026 * 12 + 2
    old = board(["f2_rate", february, 0.2, 0.1, 0.3, 0.3, "mark_bad"], ["nps", february, 1, 0, 2, 5, "mark_bad"],
                ["n_orders", february, 280, 271, 289, 300, "mark_fair"], kinds=["share", "nps", "orders"])  # fmt: skip
    new = board(["f2_rate", march, 0.5, 0.4, 0.6, 0.3, "mark_good"], ["nps", february, 1, 0, 2, 5, "mark_bad"],
                ["n_orders", march, 310, 301, 319, 300, "mark_good"], kinds=["share", "nps", "orders"])  # fmt: skip
    rate, orders = diff.difference(report("2026-02-28", kpi=old), report(kpi=new)).kpis
    assert (rate.old, rate.new, rate.change, rate.judged, rate.better) == ("20.0%", "50.0%", "+30.0 pt", BEYOND, True)
    assert (rate.marks, rate.months) == (("× missed", "○ reached"), ("2026-02", "2026-03"))
    assert rate.interval == "+15.9 pt to +44.1 pt"
    # 30 ± 12.7 is above zero, but 280 * 31 / 28 is 310: a day of March has as many orders as one of February.
    assert (orders.change, orders.judged, orders.interval) == ("+10.7%", A_DAY, "")


def test_two_counts_of_a_year_that_share_months_are_not_judged_and_the_months_are_named() -> None:
    # Of the customers active within 365 days nearly all are in both counts: an interval of two independent counts
    # would call +63 chance, though 287 came and 224 left.
    february, march = 2026 * 12 + 1, 2026 * 12 + 2
    old = board(["active_customers", february, 4083, 3960, 4210, 4000, "mark_good"], kinds=["customers"])
    new = board(["active_customers", march, 4146, 4021, 4274, 4000, "mark_good"], kinds=["customers"])
    found = diff.difference(report("2026-02-28", kpi=old), report(kpi=new))
    [figure] = found.kpis
    assert (figure.change, figure.judged, figure.interval) == ("+1.5%", SHARED, "")
    text = shown(found)
    assert "(2026-02)" in text
    assert "(2026-03)" in text


def test_the_same_month_told_again_is_another_telling_no_change_of_the_shop() -> None:
    month = 2026 * 12
    old = board(["f2_rate", month, 0.2, 0.1, 0.3, 0.3, "mark_bad"], kinds=["share"])
    new = board(["f2_rate", month, 0.5, 0.4, 0.6, 0.3, "mark_good"], kinds=["share"])
    [figure] = diff.difference(report("2026-02-28", kpi=old), report(kpi=new)).kpis
    assert (figure.judged, figure.marked_anew) == (SHARED, True)


def test_policy_thresholds_inputs_settings_and_versions_are_named_one_by_one() -> None:
    old = report("2026-02-28", rfm={}, parameters={"new_days": 90, "r_cuts": None, "gone": 1},
                 ledger={"orders": [{"reason": "used", "n_rows": 90}]})  # fmt: skip
    new = report(
        rfm={}, parameters={"new_days": 60, "r_cuts": [30, 60], "scoring": True}, policy={"returned": "keep"},
        inputs={"orders/data/demo/march.csv": "h2", "orders/data/demo/orders.csv": "h9"}, settings="s2",
        versions={"crmlib": "0.2.0"}, told={"currency": "JPY", "title": "New shop"},
        ledger={"orders": [{"reason": "used", "n_rows": 100}]},
    )  # fmt: skip
    found = [(one.group, one.label, one.old, one.new) for one in diff.difference(old, new).conditions]
    assert found == [
        ("changed_policy", "Returned", "left out", "kept"),
        ("changed_thresholds", "Days in which a first purchase is recent", "90", "60"),
        ("changed_thresholds", "Cuts of R", "as usual", "30, 60"),
        ("changed_thresholds", "How R, F and M are scored", "not recorded", "yes"),
        ("changed_thresholds", "gone", "1", "not recorded"),
        ("changed_inputs", "Orders: march.csv", "not there", "there"),
        ("changed_inputs", "Orders: orders.csv", "there", "with other contents"),
        ("changed_inputs", "Orders: Rows used", "90", "100"),
        ("changed_settings", "Title of the client", "Demo shop", "New shop"),
        ("changed_versions", "crmlib", "0.1.0", "0.2.0"),
    ]


def test_another_reading_of_the_export_is_told_where_no_plain_setting_differs() -> None:
    found = diff.difference(report(rfm={}), report(rfm={}, settings="s2")).conditions
    assert [one.label for one in found] == ["How the export is read (files, columns, values)"]
    found = diff.difference(report(rfm={}, told=None), report(rfm={}, settings="s2")).conditions
    assert [one.label for one in found] == ["A setting of the client file"]


def compared(old: dict[str, Any], new: dict[str, Any]) -> Any:
    parts = [made.shaped({"tables": {"t": one}})["tables"]["t"] for one in (old, new)]
    return diff_tables.compared("rfm", "t", *parts)


def test_rows_are_told_apart_by_what_names_them_and_not_by_their_rank() -> None:
    names = ["kpi_rank", "kpi_id", "actual"]
    old = table(names, [[1, "f2_rate", 0.2], [2, "nps", 5], [3, "cpo", 900]], row_kinds=["share", "nps", "money"])
    new = table(names, [[1, "nps", 5], [2, "f2_rate", 0.25], [3, "amount", 7]], row_kinds=["nps", "share", "money"])
    found = compared(old, new)
    assert (found.added, found.removed, found.n_cells) == (("Sales",), ("CPO",), 3)
    cells = {row.key: [(one.old, one.new, one.change) for one in row.cells] for row in found.rows}
    assert cells == {"NPS": [("2", "1", "-1")],
                     "F2 conversion rate": [("1", "2", "+1"), ("20.0%", "25.0%", "+5.0 pt")]}  # fmt: skip


def test_keys_of_two_columns_and_tables_in_which_nothing_tells_rows_apart() -> None:
    names = ["segment", "r", "n_customers"]
    old = table(names, [["loyal", 1, 10], ["loyal", 2, 20]])
    found = compared(old, table(names, [["loyal", 2, 20], ["loyal", 1, 11], ["loyal", 3, 5]]))
    assert (found.added, [row.key for row in found.rows]) == (("Loyal customers / 3",), ["Loyal customers / 1"])
    same = [["loyal", 1, 10], ["loyal", 1, 10]]
    found = compared(table(names, same), table(names, [*same, ["loyal", 1, 12]]))
    assert (found.added, found.removed) == (("Loyal customers / 1 / 12",), ())


def test_tables_that_say_the_same_in_another_order_are_the_same_and_empty_ones_too() -> None:
    names = ["segment", "n_customers"]
    assert compared(table(names, [["loyal", 1], ["new", 2]]), table(names, [["new", 2], ["loyal", 1]])) is None
    assert compared(table(names, []), table(names, [])) is None
    found = compared(table(names, []), table(names, [["loyal", 1]]))
    assert (found.added, found.n_old, found.n_new) == (("Loyal customers",), 0, 1)


def test_columns_that_came_and_went_and_two_of_one_name() -> None:
    found = compared(table(["segment", "n_customers"], [["loyal", 1]]), table(["segment", "n_orders"], [["loyal", 1]]))
    assert (found.columns_added, found.columns_removed, found.rows) == (("Orders",), ("Customers",), ())
    twice = table(["segment", "n_orders", "n_orders"], [["loyal", 1, 2]])
    found = compared(twice, table(["segment", "n_orders", "n_orders"], [["loyal", 1, 3]]))
    assert [(one.old, one.new) for row in found.rows for one in row.cells] == [("2", "3")]


def test_of_a_list_the_number_of_rows_is_told_and_no_customer() -> None:
    old, new = (table(["customer_id"], [["c1"]], n_rows=n) for n in (700, 740))
    found = compared(old, new)
    assert (found.is_list, found.n_old, found.n_new, found.added, found.rows) == (True, 700, 740, (), ())
    assert compared(old, table(["customer_id"], [["c2"]], n_rows=700)) is None


def test_the_ends_of_an_interval_move_with_their_figure_and_are_not_counted_beside_it() -> None:
    names = ["segment", "step_rate", "step_rate_low", "step_rate_high"]
    found = compared(table(names, [["loyal", 0.5, 0.4, 0.6]]), table(names, [["loyal", 0.6, 0.5, 0.7]]))
    assert found.n_cells == 1


def test_findings_and_conclusions_line_by_line() -> None:
    old = {"findings": {"a": "Same.\nWas 1.", "b": "Gone."}, "conclusions": {"c": {"text": "Old."}}}
    new = {"findings": {"a": "Same.\nIs 2.", "d": "New."}, "conclusions": {"c": {"text": "New."}}}
    found = diff.difference(report(rfm=old), report(rfm=new)).said
    assert [(one.id, one.old, one.new, one.is_conclusion) for one in found] == [
        ("c", ("Old.",), ("New.",), True), ("a", ("Was 1.",), ("Is 2.",), False), ("d", (), ("New.",), False),
        ("b", ("Gone.",), (), False),
    ]  # fmt: skip


def test_verdicts_that_changed_and_a_notebook_that_one_report_lacks() -> None:
    found = diff.difference(report(rfm={}), report(rfm={"metrics": {"m": metric(1, "count")}}, kpi={}))
    assert [(one.notebook, one.old, one.new) for one in found.verdicts] == [("kpi", "not in the report", "ok")]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"client": "acme"}, "the reports are of two clients, demo and acme: compare two of one client."),
        ({"language": "ja"}, "the reports are in two languages, en and ja: compare two of one language."),
        (
            {"told": {"currency": "USD"}},
            "the reports are in two currencies, JPY and USD: their money cannot be compared.",
        ),
    ],
)
def test_two_clients_languages_or_currencies_are_one_clear_sentence(facts: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(said)}$"):
        diff.difference(report(rfm={}), report(rfm={}, **facts))


def test_an_older_report_tells_its_currency_by_its_money() -> None:
    dollars = {**metric(500, "money"), "unit": "USD"}
    old = report(rfm={"metrics": {"m": dollars}}, told=None)
    assert old.currency == "USD"
    with pytest.raises(UserError, match="two currencies, USD and JPY"):
        diff.difference(old, report(rfm={"metrics": {"m": metric(500, "money")}}))


RUINS: list[dict[str, Any]] = [
    {}, {"notebooks": []}, {"notebooks": {"rfm": None, "kpi": {"tables": {"targets": {}}}}},
    {"notebooks": {"rfm": {"metrics": {"m": {}}, "tables": {"t": {"columns": [{}], "rows": [[1]]}}, "findings": [1]}}},
    {"notebooks": {"rfm": {"metrics": {"m": {"value": "x", "value_kind": "bogus"}}, "findings": {"a": 1},
                           "tables": {"t": {"columns": [{"name": "a", "kind": "bogus"}], "rows": [[{}], [1, 2]]}}}}},
    {"notebooks": {"rfm": {"tables": {"t": {"columns": [{"name": "segment", "kind": "date"},
                                                        {"name": "n_customers", "kind": "customers"}],
                                            "rows": [["loyal", "many"]], "row_kinds": ["bogus"]}}}}},
]  # fmt: skip


@pytest.mark.parametrize("ruin", RUINS)
def test_what_an_older_or_a_broken_report_lacks_is_no_reason_to_fail(ruin: dict[str, Any]) -> None:
    whole = report(rfm={"metrics": {"m": metric(0.5, "share", 0.4, 0.6)}, "findings": {"a": "So."},
                        "tables": {"t": table(["segment", "n_customers"], [["loyal", 3]])}},
                   kpi=board(["f2_rate", 24_000, 0.2, None, None, 0.3, "mark_bad"], kinds=["share"]))  # fmt: skip
    bare = made.made({"client": "demo", "language": "en", "as_of": "2025-01-31", "notebooks": {"rfm": {}}}, ruin)
    for pair in ((bare, whole), (whole, bare)):
        found = diff.difference(*pair)
        assert found.conditions
        shown(found)


def shown(found: Difference, **options: Any) -> str:
    file = io.StringIO()
    diff_text.tell(found, console=Console(file=file, width=80, markup=False, highlight=False), **options)
    return file.getvalue()


def long_report(n: int) -> made.Made:
    rows = [[f"{'長い商品名の' * 12}{place}", n * (place + 1)] for place in range(40)]
    said = {"findings": {"a": f"So many were found, namely {n}, " * 6}, "tables": {
        "t": table(["segment", "n_customers"], rows), "u": table(["customer_id"], [], n_rows=n)}}  # fmt: skip
    return report(rfm={"metrics": {"m": metric(n, "customers", title="[bold]\x1b[31m" + "名" * 60)}, **said})


def test_the_text_fits_80_columns_has_no_escape_and_no_blank_ends() -> None:
    text = shown(diff.difference(long_report(100), long_report(250)), cells=True)
    lines = text.splitlines()
    assert max(sum(2 if ord(letter) > 0x2E7F else 1 for letter in line) for line in lines) <= 80
    assert not any(line != line.rstrip() for line in lines)
    assert "\x1b" not in text
    assert "[bold]" in text
    assert "+150.0%" in text


def test_conditions_come_first_then_figures_then_sentences_then_tables() -> None:
    old = report("2026-02-28", rfm={"metrics": {"m": metric(100, "orders")}, "findings": {"a": "Was."},
                                    "tables": {"t": table(["segment", "n_customers"], [["loyal", 1]])}})  # fmt: skip
    new = report(rfm={"metrics": {"m": metric(120, "orders")}, "findings": {"a": "Is."},
                      "tables": {"t": table(["segment", "n_customers"], [["loyal", 2]])}},
                 policy={"returned": "keep"})  # fmt: skip
    text = shown(diff.difference(old, new), cells=True)
    order = ["What changed from 28 February 2026 to 31 March 2026", "Counting policy", "left out → kept", "RFM",
             "+20.0%", "Was.", "Is.", "rows changed: 1, cells changed: 1", "Loyal customers", "1 → 2"]  # fmt: skip
    places = [text.index(part) for part in order]
    assert places == sorted(places)


def test_nothing_changed_is_said() -> None:
    assert "Nothing changed between the two reports." in shown(diff.difference(report(rfm={}), report(rfm={})))


def folder(place: Path, **facts: Any) -> Path:
    place.mkdir(parents=True)
    manifest = {"client": "demo", "language": "en", "as_of": place.name[:10], **facts}
    (place / made.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    (place / made.EXHIBITS).write_text(json.dumps({"notebooks": {}}), encoding="utf-8")
    return place


def test_earlier_reports_are_those_of_the_language_before_the_day_the_newest_first(tmp_path: Path) -> None:
    for name in ("2025-12-31", "2026-02-28", "2026-03-31", "2026-04-30"):
        folder(tmp_path / name)
    folder(tmp_path / "2026-01-31-ja", language="ja")
    folder(tmp_path / "failed")
    folder(tmp_path / "2026-02-30")
    (tmp_path / "2026-01-15").mkdir()
    assert [one.folder for one in made.earlier(tmp_path, "2026-03-31", "en")] == ["2026-02-28", "2025-12-31"]
    assert made.earlier(tmp_path / "none", "2026-03-31", "en") == []
    (tmp_path / "2025-12-31" / "index.html").touch()
    assert [one.folder for one in made.earlier(tmp_path, "2026-03-31", "en", with_page=True)] == ["2025-12-31"]


def test_the_previous_report_is_the_latest_that_can_be_read(tmp_path: Path) -> None:
    folder(tmp_path / "2026-01-31")
    (folder(tmp_path / "2026-02-28") / made.EXHIBITS).write_text("half of", encoding="utf-8")
    manifest = {"client": "demo", "language": "en", "as_of": "2026-03-31"}
    found = diff.previous(tmp_path, manifest, {"notebooks": {}})
    assert found is not None
    assert (found.old_as_of, found.new_as_of) == ("2026-01-31", "2026-03-31")
    assert diff.previous(tmp_path, {**manifest, "as_of": "2026-01-31"}, {"notebooks": {}}) is None


WILD = {
    "a number of 400 digits": '{"notebooks": {"rfm": {"metrics": {"m": {"value": 1' + "0" * 400 + ', "text": "1"}}}}}',
    "brackets in brackets": '{"a": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "half a letter": '{"notebooks": {"rfm": {"findings": {"a": "\\ud800"}}}}',
}


@pytest.mark.parametrize("name", WILD)
def test_a_wild_earlier_report_never_stands_in_the_way_of_a_new_one(name: str, tmp_path: Path) -> None:
    (folder(tmp_path / "2026-02-28") / made.EXHIBITS).write_text(WILD[name], encoding="utf-8")
    now = {"notebooks": {"rfm": {"metrics": {"m": metric(1, "count")}, "findings": {"a": "Is."}}}}
    found = diff.previous(tmp_path, {"client": "demo", "language": "en", "as_of": "2026-03-31"}, now)
    if found is not None:
        shown(found).encode("utf-8")


def test_a_report_without_a_base_date_or_a_pipe_in_its_place_is_refused(tmp_path: Path) -> None:
    dated = folder(tmp_path / "2026-02-28", as_of=20260228)
    with pytest.raises(UserError, match=r"manifest\.json tells no base date such as 2026-03-31\.$"):
        made.read_made(dated)
    piped = folder(tmp_path / "2026-01-31")
    (piped / made.EXHIBITS).unlink()
    os.mkfifo(piped / made.EXHIBITS)
    with pytest.raises(UserError, match=r"no report, its exhibits\.json is missing or cannot be read"):
        made.read_made(piped)


def test_a_folder_that_is_no_report_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no report, its manifest\.json is missing or cannot be read"):
        made.read_made(tmp_path)


def test_periods_in_both_languages() -> None:
    assert diff_figures.apart("2026年2月1日〜2026年2月28日", "2026年3月1日〜2026年3月31日")
    assert not diff_figures.apart(ALL, MARCH)
