"""The slides: every metric, charts that can be edited, tables that can be read, feet, order, and nothing that leaks."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook
from pptx import Presentation
from pptx.util import Pt

from crmlib import words
from crmlib.data import slide_file
from crmlib.report import deck_clean, deck_money, deck_tables, matching
from crmlib.report.deck_axes import Axis, axis
from crmlib.report.deck_base import Box
from crmlib.report.deck_headline import parted
from crmlib.report.deck_layout import Deck, fixed
from crmlib.report.deck_story import NOTEBOOKS
from crmlib.report.deck_trial import trial_fault
from crmlib.report.publish import NotebookRun
from crmlib.report.sheets import number
from tests.report import decks, samples

BAR = {"form": "bar", "x": "segment", "y": ["rate"], "low": "rate_low", "high": "rate_high"}
RATES = ["segment", "rate", "rate_low", "rate_high"]
HOSTILE = '"><script>alert(1)</script>=HYPERLINK("x")'


@pytest.fixture(autouse=True)
def _english() -> Any:
    words.speak("en")
    yield
    words.speak("en")


def deck_of(tmp_path: Path, *parts: Any, **more: Any) -> Any:
    return decks.made(samples.one(tmp_path, ["# Who is best?", *parts], **more), tmp_path / "demo.pptx")


def rates(rows: list[list[Any]] | None = None, **more: Any) -> dict[str, Any]:
    return samples.chart("rates", RATES, rows or [["champions", 0.5, 0.25, 0.75], ["lost", 0.125, 0.1, 0.2]], BAR,
                         **{"title": "Champions buy most", "name": "Rate by segment", "n": 80, **more})  # fmt: skip


def segments(n_rows: int = 2, **more: Any) -> dict[str, Any]:
    rows = [[f"group {place}", 1000 + place, 0.5] for place in range(n_rows)]
    return samples.table("segments", ["segment", "n_customers", "share_customers"], rows,
                         **{"title": "Customers by segment", **more})  # fmt: skip


# --- what is told ---------------------------------------------------------------------------------------------------


def test_every_metric_stands_on_a_slide_with_interval_n_and_note(tmp_path: Path) -> None:
    rate = {"title": "F2 rate", "low": 0.477, "high": 0.502, "n": 6418, "note": "Within 180 days."}
    parts = [samples.metric("rate", 0.49, "share", **rate),
             samples.metric("sales", 145_920_000, "money", title="Sales")]  # fmt: skip
    found = [
        decks.table(slide) for slide in deck_of(tmp_path, *parts).slides if "F2 rate" in " ".join(decks.texts(slide))
    ]
    assert found == [[["Metric", "Value", "95% interval", "n", "Note"],
                      ["F2 rate", "49.0%", "47.7% to 50.2%", "6,418 customers", "Within 180 days."],
                      ["Sales", "¥145,920,000", "", "", ""]]]  # fmt: skip


def test_forty_metrics_go_on_over_as_many_slides_as_they_need(tmp_path: Path) -> None:
    parts = [samples.metric(f"m{k}", k, "customers", title=f"Metric {k}") for k in range(40)]
    said = [text for slide in deck_of(tmp_path, *parts).slides for text in decks.texts(slide)]
    assert [said.count(f"Metric {k}") for k in range(40)] == [1] * 40


def test_a_metric_that_cannot_be_told_says_what_is_missing_there_and_among_the_issues(tmp_path: Path) -> None:
    lost = "Cannot be told from the data: the table “Advertising” is missing."
    deck = deck_of(tmp_path, samples.metric("cpo", None, "money", title="CPO", untellable="ad_costs", note=lost))
    assert [slide for slide in deck.slides if ["CPO", "–", "", "", lost] in decks_tables(slide)]
    assert decks.table(decks.called(deck, "Questions that the present data cannot answer: 1."))[1][1:] == ["CPO", lost]


def decks_tables(slide: Any) -> list[list[str]]:
    return [row for shape in slide.shapes if shape.has_table for row in decks.cells(shape)]


def test_findings_are_the_answer_after_the_key_figures_and_a_conclusion_is_their_message(tmp_path: Path) -> None:
    deck = deck_of(tmp_path, samples.metric("n", 8000, "customers", title="Customers"),
                   samples.finding("a", "Half buy once.\nOne in ten is a champion."),
                   samples.conclusion("c", "Champions slip away."))  # fmt: skip
    # Few figures and a short answer share a slide.
    said = decks.texts(decks.called(deck, "Champions slip away."))
    assert "•  Half buy once.\n•  One in ten is a champion." in said
    many = [samples.metric(f"m{k}", k, "customers", title=f"Metric {k}") for k in range(12)]
    told = samples.finding("a", "\n".join(f"Sentence {k} of the answer." for k in range(9)))
    deck = deck_of(tmp_path, *many, told, samples.conclusion("c", "Champions slip away."))
    titles = [decks.title(slide) for slide in deck.slides]
    place = titles.index("Champions slip away.")
    assert titles[place + 1] == "Sentence 0 of the answer."
    assert "•  Sentence 8 of the answer." in "\n".join(decks.texts(deck.slides[place + 1]))


def test_the_slides_come_in_the_order_of_a_japanese_report(tmp_path: Path) -> None:
    base = samples.one(tmp_path, ["# Who is best?", samples.conclusion("c", "Champions slip away.", size=1_000_000),
                                  samples.metric("n", 8, "customers"), segments()])  # fmt: skip
    one = base.notebooks[0].notebook
    runs = [
        NotebookRun(name=name, verdict="ok", notebook=one, folder=tmp_path)
        for name in ("quality", "calls", "nps", "rfm")
    ]
    deck = decks.made(samples.report(runs), tmp_path / "demo.pptx")
    titles = [decks.title(slide) for slide in deck.slides]
    rows = decks.table(decks.called(deck, "What this report answers"))[1:]
    opened = [row for row in rows if row[0]]
    assert [row[0] for row in opened] == [
        "1 Results", "2 Causes", "3 Issues", "4 Measures", "5 Schedule", "6 Appendix", "7 Conditions and definitions",
    ]  # fmt: skip
    numbers = [int(row[3]) for row in rows]
    assert numbers == sorted(numbers)
    # A chapter of several slides has one that opens it, a single slide stands for itself.
    assert [titles[int(row[3]) - 1] for row in opened] == [
        "1 Results", "2 Causes", "Issues that stand out, the surest and largest first: 4.", "4 Measures",
        "Steps: 1; owner or date still to be set: 1.", "6 Appendix", "7 Conditions and definitions"]  # fmt: skip
    assert titles[0] == "Demo shop"
    assert titles[1].startswith("What comes first: ")
    assert titles.index("What this report answers, and where") < titles.index("1 Results")
    assert titles[-1].startswith(("Terms used", "Of 100 rows read"))


def test_every_notebook_belongs_to_one_chapter() -> None:
    from crmlib.client import NOTEBOOKS as ALL

    assert sorted(name for names in NOTEBOOKS.values() for name in names) == sorted(ALL)


def test_the_schedule_takes_owner_and_date_from_the_proposals_and_says_what_is_not_set(tmp_path: Path) -> None:
    ranking = samples.table("ranking", ["kpi_id", "next_step", "kpi_owner", "due_day"],
                            [["cpo", "Stop the medium", "A2", "2026-04-30"]], row_kinds=["money"])  # fmt: skip
    parts = ["# KPIs", samples.conclusion("c", "CPO is too high.", "Stop the medium (by April)."), ranking,
             samples.conclusion("d", "Sales fell.", "Write to everybody.")]  # fmt: skip
    path = samples.write_notebook(tmp_path / "kpi.ipynb", parts)
    run = samples.report([NotebookRun(name="kpi", verdict="ok", notebook=path, folder=tmp_path)])
    deck = decks.made(run, tmp_path / "demo.pptx")
    rows = decks.table(decks.called(deck, "Steps: 2; owner or date still to be set: 1."))
    assert [[row[0], *row[2:]] for row in rows[1:]] == [
        ["Stop the medium (by April).", "A2", "2026-04-30"],
        ["Write to everybody.", "to be set", "to be set"]]  # fmt: skip


# --- charts ---------------------------------------------------------------------------------------------------------


def test_a_chart_is_native_with_its_figures_its_intervals_and_an_axis_that_ends(tmp_path: Path) -> None:
    slide = decks.with_chart(deck_of(tmp_path, rates()))
    chart = decks.chart(slide)
    assert decks.title(slide) == "Champions buy most"
    assert [list(chart.plots[0].categories), list(chart.plots[0].series[0].values)] == [
        ["Champions", "Lost"],
        [0.5, 0.125],
    ]
    ends = [
        [point.text for point in chart._chartSpace.xpath(f"//c:errBars/c:{side}//c:v")] for side in ("plus", "minus")
    ]
    assert ends == [["0.25", "0.07500000000000001"], ["0.25", "0.024999999999999994"]]
    assert (chart.value_axis.minimum_scale, chart.value_axis.maximum_scale) == (0.0, 0.8)
    assert "Source: report “RFM segmentation” ｜ n = 80 customers ｜ 1 April 2025 to 31 March 2026" in decks.texts(
        slide
    )


def test_one_line_is_drawn_between_its_bounds_and_they_are_named(tmp_path: Path) -> None:
    form = {"form": "line", "x": "day", "y": ["rate"], "low": "rate_low", "high": "rate_high"}
    item = samples.chart("c", ["day", "rate", "rate_low", "rate_high"], [[0, 0.0, 0.0, 0.0], [90, 0.5, 0.4, 0.6]], form)
    chart = decks.chart(decks.with_chart(deck_of(tmp_path, item)))
    assert [list(line.values) for line in chart.plots[0].series] == [[0, 0.5], [0, 0.4], [0, 0.6]]
    widths = [line.format.line.width.pt for line in chart.plots[0].series]
    assert widths == [2.25, 0.75, 0.75]
    assert chart.has_legend
    assert (chart.category_axis.maximum_scale, chart.category_axis.major_unit) == (90, 30)


def test_months_stand_by_name_and_a_series_without_one_leaves_a_gap(tmp_path: Path) -> None:
    form = {"form": "stacked_bar", "x": "month", "y": ["n_customers"], "series": "segment"}
    rows = [[24315, "champions", 1], [24316, "champions", 2], [24316, "lost", 3]]
    chart = decks.chart(
        decks.with_chart(deck_of(tmp_path, samples.chart("c", ["month", "segment", "n_customers"], rows, form)))
    )
    assert list(chart.plots[0].categories) == ["2026-04", "2026-05"]
    assert [(line.name, list(line.values)) for line in chart.plots[0].series] == [
        ("Champions", [1, 2]),
        ("Lost", [None, 3]),
    ]
    assert chart.value_axis.maximum_scale >= 5


def test_what_has_nothing_to_show_is_a_line_of_the_appendix(tmp_path: Path) -> None:
    empty = rates([["champions", None, None, None]], title="Nobody has bought yet")
    deck = deck_of(tmp_path, empty, segments(0))
    assert not any(shape.has_chart for slide in deck.slides for shape in slide.shapes)
    rows = decks.table(decks.called(deck, "Tables and charts with nothing to show: 2."))
    assert rows[1:] == [["RFM segmentation", "Nobody has bought yet"], ["RFM segmentation", "Customers by segment"]]


def test_names_that_are_the_same_are_told_apart_by_another_column(tmp_path: Path) -> None:
    form = {"form": "bar", "x": "element", "y": ["difference_up"]}
    item = samples.chart(
        "c",
        ["element", "number", "difference_up"],
        [["continuation_element", 2, 5], ["continuation_element", 3, 4]],
        form,
    )
    names = list(decks.chart(decks.with_chart(deck_of(tmp_path, item))).plots[0].categories)
    assert [name[-2:] for name in names] == [" 2", " 3"]


@pytest.mark.parametrize(
    ("values", "more", "expected"),
    [([0.98], {"share": True}, Axis(0.0, 1.0, 0.2)),
     ([0, 720], {"steps": (90, 180, 365), "tight": True}, Axis(0, 720, 90)),
     ([0, 90], {"steps": (14, 30), "tight": True}, Axis(0, 90, 30)), ([-5, -1], {}, Axis(-5.0, 0.0, 1.0)),
     ([3, 41], {}, Axis(0.0, 50.0, 10.0))],
)  # fmt: skip
def test_axes_end_on_round_figures(values: list[float], more: dict[str, Any], expected: Axis) -> None:
    assert axis(values, **more) == expected


@pytest.mark.parametrize("values", [[], [0, 0], [5], [float("nan")]])
def test_an_axis_of_nothing_still_runs_somewhere(values: list[float]) -> None:
    found = axis(values)
    assert found.low < found.high
    assert found.step > 0


# --- tables ---------------------------------------------------------------------------------------------------------


def test_a_table_is_native_and_whole_with_intervals_under_their_figures(tmp_path: Path) -> None:
    item = samples.table("rates", RATES, [["champions", 0.5, 0.25, 0.75], ["lost", None, None, None]], title="Rates")
    assert decks.table(decks.called(deck_of(tmp_path, item), "Rates"))[1:] == [
        ["Champions", "50.0%\n25.0% – 75.0%"],
        ["Lost", "–"],
    ]


def test_a_message_stands_over_a_table_only_when_its_figures_do(tmp_path: Path) -> None:
    rows = [["champions", 1469, 0.106], ["lost", 658, 0.027]]
    item = samples.table("t", ["segment", "n_customers", "share_customers"], rows, title="Customers")
    said = "Champions are 1,469 customers (10.6%)."
    other = "The rate is highest for champions (10.6%), lowest for the lost (2.7%)."
    assert matching.best([other, said], matching.of_all(["1,469", "10.6%", "658", "2.7%"])) == said
    for finding, message in ((said, said), (other, "Customers")):
        deck = deck_of(tmp_path, samples.finding("g", "No more."), "## Who", samples.finding("f", finding), item)
        titles = [decks.title(slide) for slide in deck.slides]
        at = [
            place for place, slide in enumerate(deck.slides) if ["Champions", "1,469", "10.6%"] in decks_tables(slide)
        ]
        assert [titles[place] for place in at] == [message]
        # Without a message of its own it is a source, which stands in the appendix.
        assert ("2 Appendix" in titles[: at[0]]) == (message == "Customers")


@pytest.mark.parametrize(("n_rows", "shown"), [(1, True), (18, True), (40, False)])
def test_a_table_is_whole_or_named_as_in_the_workbook_never_cut(tmp_path: Path, n_rows: int, shown: bool) -> None:
    deck = deck_of(tmp_path, segments(n_rows))
    told = [slide for slide in deck.slides if decks.title(slide) == "Customers by segment"]
    named = [
        row
        for slide in deck.slides
        for row in decks_tables(slide)
        if row[0] == "RFM segmentation" and row[1].startswith("Customers by segment")
    ]
    assert [len(decks.table(slide)) for slide in told] == ([n_rows + 1] if shown else [])
    assert named == ([] if shown else [["RFM segmentation", "Customers by segment (40 rows)", "1"]])


def test_what_was_found_in_a_table_too_large_is_still_said(tmp_path: Path) -> None:
    found = "Group 7 has 1,007 customers, group 21 has 1,021."
    first = samples.finding("g", "No more.")
    deck = deck_of(tmp_path, first, "## Detail", segments(40), samples.finding("f", found))
    assert any(found in text for text in decks.texts(decks.called(deck, "No more.")))
    assert ["RFM segmentation", "Customers by segment (40 rows)", "1"] in [
        row for slide in deck.slides for row in decks_tables(slide)
    ]


def test_lists_of_customers_are_named_not_shown(tmp_path: Path) -> None:
    frame = pd.DataFrame({"customer_id": ["A17", "A18"], "n_orders": [1, 2]})
    deck = deck_of(tmp_path, samples.sheet("list", frame, tmp_path, title="Call list"))
    said = [text for slide in deck.slides for text in decks.texts(slide)]
    assert ["RFM segmentation", "Call list (2 rows)", "1"] in [
        row for slide in deck.slides for row in decks_tables(slide)
    ]
    assert "A17" not in said


def test_a_grid_is_a_table_of_colours_and_leaves_blank_what_is_not_yet(tmp_path: Path) -> None:
    cells = [
        [samples.cell(1.0), samples.cell(0.25, state="partial")],
        [samples.cell(1.0), samples.cell(None, state="not_yet")],
    ]
    slide = decks.called(deck_of(tmp_path, samples.grid("g", cells, title="Cohorts")), "Cohorts")
    assert [row[1:] for row in decks.table(slide)[1:]] == [["100.0%", "25.0%*"], ["100.0%", ""]]
    (found,) = [shape for shape in slide.shapes if shape.has_table]
    assert found._element.xpath(".//a:tr[3]/a:tc[3]/a:tcPr/a:solidFill/a:srgbClr/@val") == [deck_tables.NOT_YET]


def test_small_letters_come_before_a_table_is_given_up_and_columns_never_leave_the_room() -> None:
    cells = [[deck_tables.Cell("顧客の名前がとても長い商品" * 3), deck_tables.Cell("1,234")] for _ in range(12)]
    table = deck_tables.Table(["商品", "人数"], ["l", "r"], cells)
    wide, narrow = (deck_tables.plan(table, Box(0, 0, width, 300)) for width in (888, 240))
    assert wide is not None
    assert sum(wide.widths) <= 888
    assert wide.tall <= 300
    assert narrow is None


# --- body and appendix ----------------------------------------------------------------------------------------------


def sections() -> list[Any]:
    """A notebook of two sections: in the first a chart, its table and what was found; in the second a table alone."""
    rows = [["champions", 0.5, 0.25, 0.75], ["lost", 0.125, 0.1, 0.2]]
    return [
        samples.finding("a", "Half buy once."), "## Rates", rates(), samples.table("t", RATES, rows, title="Rates"),
        samples.finding("b", "Champions buy at 50.0% (95% interval 25.0% to 75.0%), the lost at 12.5%."),
        "## Size", segments(3), samples.finding("c", "Group 1 counts 1,001 customers, group 2 counts 1,002."),
    ]  # fmt: skip


@dataclass(frozen=True)
class WithoutAppendix(samples.Client):
    slides: Any = field(default_factory=lambda: SimpleNamespace(template="", appendix=False))


def test_a_table_that_a_chart_draws_stands_behind_and_what_was_found_is_read_beside_the_chart(tmp_path: Path) -> None:
    deck = deck_of(tmp_path, *sections())
    titles = [decks.title(slide) for slide in deck.slides]
    beside = decks.texts(decks.called(deck, "Champions buy most"))
    assert any(text.startswith("Champions buy at 50.0%") for text in beside)
    assert titles.index("2 Appendix") < titles.index("Rates")
    # The other table has no chart: the finding that counts it is its message.
    assert titles.index("Group 1 counts 1,001 customers, group 2 counts 1,002.") < titles.index("2 Appendix")
    assert len(set(titles)) == len(titles)


def test_the_contents_say_where_the_appendix_begins(tmp_path: Path) -> None:
    deck = deck_of(tmp_path, *sections())
    (row,) = [row for row in decks.table(decks.called(deck, "What this report")) if row[0].endswith("Appendix")]
    assert row[2] == "Tables and charts behind the findings: 1."
    assert decks.title(deck.slides[int(row[3]) - 1]) == "2 Appendix"


def test_without_an_appendix_its_tables_are_named_and_only_shown_terms_defined(tmp_path: Path) -> None:
    parts = [*sections(), samples.table("u", ["stage", "n_orders"], [["buyer", 3]], title="Orders")]
    deck = deck_of(tmp_path, *parts, client=WithoutAppendix())
    titles = [decks.title(slide) for slide in deck.slides]
    assert not any("Appendix" in title for title in titles)
    rows = [row for slide in deck.slides for row in decks_tables(slide)]
    assert ["RFM segmentation", "Rates (2 rows) ｜ Orders (1 row)", "2"] in rows
    (few,) = [len(decks.table(slide)) for slide in deck.slides if decks.title(slide).startswith("Terms used")]
    whole = deck_of(tmp_path, *parts)
    (all_,) = [len(decks.table(slide)) for slide in whole.slides if decks.title(slide).startswith("Terms used")]
    assert few < all_


def test_a_message_is_said_once_and_charts_beyond_six_stand_behind(tmp_path: Path) -> None:
    charts = [rates(title=f"Message {k}: {k}.5% of them", name=f"Chart {k}") | {"id": f"c{k}"} for k in range(9)]
    deck = deck_of(tmp_path, samples.finding("a", "So."), "## All", *charts, rates(title="Message 0: 0.5% of them"))
    titles = [decks.title(slide) for slide in deck.slides]
    places = [titles.index(f"Message {k}: {k}.5% of them") for k in range(9)]
    assert [place > titles.index("2 Appendix") for place in places] == [False] * 6 + [True] * 3
    said = "\n".join(text for slide in deck.slides for text in decks.texts(slide))
    assert [said.count(f"Message {k}: {k}.5% of them") for k in (0, 6, 8)] == [1, 1, 1]


def test_a_run_without_charts_and_with_nothing_told_writes_slides(tmp_path: Path) -> None:
    lost = "Cannot be told from the data: the table “Advertising” is missing."
    nothing = {"untellable": "ad_costs", "note": lost}
    parts = [samples.metric("cpo", None, "money", title="CPO", **nothing), rates() | nothing, segments() | nothing,
             samples.finding("f", ""), samples.conclusion("c", "") | nothing]  # fmt: skip
    deck = deck_of(tmp_path, *parts, client=samples.Client(title=HOSTILE))
    assert not any(shape.has_chart for slide in deck.slides for shape in slide.shapes)
    rows = decks.table(decks.called(deck, "Questions that the present data cannot answer: 3."))
    assert rows[1:] == [["RFM segmentation", "CPO ｜ Champions buy most ｜ Customers by segment", lost]]
    assert list(decks.overflowing(deck)) == []
    assert list(decks.overlapping(deck)) == []


def test_a_long_message_is_headed_by_its_first_sentence_and_read_on_below(tmp_path: Path) -> None:
    first = "The mail worked (32.3% against 23.4%. Chance alone does that once in twenty)."
    rest = "Of 1,229 who got it, 32.3% bought again within sixty days, which is more than the 23.4% of the others."
    assert parted(f"{first} {rest}") == (first, rest)
    deck = deck_of(tmp_path, rates(title=f"{first} {rest}"))
    assert any(rest in text for text in decks.texts(decks.called(deck, first)))


def test_a_row_that_fills_a_slide_is_cut_and_never_left_out(tmp_path: Path) -> None:
    deck = deck_of(tmp_path, samples.metric("m", 5, "customers", title="Customers", note="A long note. " * 900))
    row = decks.table(next(slide for slide in deck.slides if decks_tables(slide) and "Metric" in decks.texts(slide)))[1]
    assert row[:2] == ["Customers", "5 customers"]
    assert row[4].startswith("A long note. ")
    assert row[4].endswith("…")
    assert list(decks.overflowing(deck)) == []


def test_numbers_keep_their_sign_at_the_end_of_a_line(tmp_path: Path) -> None:
    deck = deck_of(tmp_path, samples.finding("f", "It changed (-2.5pt to 2.0pt, 2025-04, NPS-2025, 商品-2)、平均は-3"))
    said = [text for slide in deck.slides for text in decks.texts(slide)]
    assert "It changed (\u22122.5pt to 2.0pt, 2025-04, NPS-2025, 商品-2)、平均は\u22123" in said


@pytest.mark.parametrize(
    ("language", "currency", "amounts", "shown", "values"),
    [("ja", "JPY", [73_540_000, 250_000], '#,##0"万円"', [7354.0, 25.0]), ("ja", "JPY", [8_800], '#,##0"円"', [8800]),
     ("ja", "JPY", [2_000_000_000], '#,##0"百万円"', [2000.0]), ("ja", "USD", [880], '"$"#,##0.00', [8.8]),
     ("en", "JPY", [73_540_000], '"¥"#,##0.0,,"M"', [73_540_000]),
     ("en", "USD", [88_000_000], '"$"#,##0,"K"', [880_000])],
)  # fmt: skip
def test_money_says_its_currency_and_large_yen_are_those_of_the_sentences(
    language: str, currency: str, amounts: list[int], shown: str, values: list[float]
) -> None:
    words.speak(language, currency)
    form = {"form": "bar", "x": "segment", "y": ["amount"]}
    item = samples.chart("c", ["segment", "amount"], [[f"group {a}", a] for a in amounts], form)
    scaled = deck_money.in_large_yen(item, item["rows"])
    top = deck_money.largest(scaled, scaled["rows"], "amount")
    assert deck_money.money_format(scaled, "amount", top) == shown
    assert [number(row[1], scaled["columns"][1]["kind"]) for row in scaled["rows"]] == values


# --- file -----------------------------------------------------------------------------------------------------------


def everything(tmp_path: Path) -> list[Any]:
    line = {"form": "line", "x": "k", "y": ["rate"], "series": "series"}
    rows = [[series, k, 0.1] for series in ("pooled", "2025-01") for k in (1, 2)]
    frame = pd.DataFrame({"customer_id": ["A17"], "n_orders": [1]})
    return [
        samples.metric("n", 8000, "customers", title="Customers", n=8000),
        samples.finding("f", "Half buy once."),
        rates(),
        samples.chart("lines", ["series", "k", "rate"], rows, line, title="Curves"),
        segments(),
        samples.sheet("list", frame, tmp_path, title="List"),
        samples.conclusion("c", "Champions slip away."),
    ]


def test_the_file_is_the_same_on_every_run_and_says_nothing_of_who_made_it(tmp_path: Path) -> None:
    run = samples.one(tmp_path, ["# Q", *everything(tmp_path)])
    first, second = tmp_path / "a.pptx", tmp_path / "b.pptx"
    deck = decks.made(run, first)
    decks.made(run, second)
    assert first.read_bytes() == second.read_bytes()
    told = deck.core_properties
    assert (told.author, told.last_modified_by, told.created.isoformat()) == ("crmlib", "crmlib", "2026-03-31T00:00:00")
    names = zipfile.ZipFile(first).namelist()
    assert not [
        name for name in names if "app.xml" in name or "thumbnail" in name or "printer" in name or "vba" in name
    ]
    assert decks.external(first) == []


def test_every_text_has_a_language_and_both_fonts_and_every_picture_a_description(tmp_path: Path) -> None:
    run = samples.one(tmp_path, ["# 問い", *everything(tmp_path)], language="ja")
    deck = decks.made(run, tmp_path / "demo.pptx")
    for slide in deck.slides:
        for properties in slide.element.xpath(".//a:rPr"):
            assert properties.get("lang") == "ja-JP"
            assert properties.xpath("a:latin/@typeface | a:ea/@typeface") == ["Yu Gothic", "Yu Gothic"]
        frames = [shape for shape in slide.shapes if shape.has_table or shape.has_chart]
        assert all(shape._element.xpath(".//p:cNvPr/@descr")[0] for shape in frames)
        assert len(frames) <= 1
        for letters in (
            found for shape in frames if shape.has_chart for found in shape.chart._chartSpace.xpath("//a:defRPr")
        ):
            assert letters.xpath("a:ea/@typeface") == ["Yu Gothic"]


def test_every_page_says_client_base_date_and_its_number(tmp_path: Path) -> None:
    deck = deck_of(tmp_path, *everything(tmp_path))
    for place, slide in enumerate(deck.slides, start=1):
        if place > 1:
            assert "Demo shop ｜ Base date 31 March 2026" in decks.texts(slide)
            assert slide.element.xpath(".//a:fld[@type='slidenum']/a:t/text()") == [str(place)]


def test_hostile_texts_stay_texts_inside_their_boxes(tmp_path: Path) -> None:
    long = "長い名前" * 40 + "\n" + HOSTILE
    form = {"form": "bar", "x": "name", "y": ["rate"]}
    rows = [[HOSTILE, 0.5], ["=1+1", 0.4], ["\x07" + "長" * 40, 0.3]]
    parts = [samples.chart("c", ["name", "rate"], rows, form, title=long),
             samples.table("t", ["name", "rate"], [[HOSTILE, 0.5], ["=1+1", 0.1]], title=long, note=long * 5),
             samples.finding("f", long), samples.metric("m", 1, "customers", title=long, note=long)]  # fmt: skip
    deck = deck_of(tmp_path, *parts, client=samples.Client(title=HOSTILE))
    assert decks.title(deck.slides[0]) == HOSTILE
    assert list(decks.overflowing(deck)) == []
    books = [name for name in decks.parts(tmp_path / "demo.pptx") if name.endswith(".xlsx")]
    with zipfile.ZipFile(tmp_path / "demo.pptx") as package, package.open(books[0]) as book:
        sheet = load_workbook(book).active
    assert [(sheet.cell(row, 1).data_type, sheet.cell(row, 1).value) for row in (2, 3)][1] == ("s", "=1+1")
    assert not [name for name, part in decks.parts(tmp_path / "demo.pptx").items() if b"<script" in part]


def test_nothing_overlaps_or_overflows(tmp_path: Path) -> None:
    deck = deck_of(tmp_path, *everything(tmp_path), segments(18, note="A note. " * 30) | {"id": "more"})
    assert list(decks.overflowing(deck)) == []
    assert list(decks.overlapping(deck)) == []


def test_a_run_that_can_tell_nothing_still_has_its_conditions(tmp_path: Path) -> None:
    run = samples.report([NotebookRun(name="nps", verdict="no_data", reason="The table “Answers” is missing.")])
    deck = decks.made(run, tmp_path / "demo.pptx")
    assert (
        decks.table(decks.called(deck, "Questions that the present data cannot answer"))[1][2]
        == "The table “Answers” is missing."
    )
    assert decks.called(deck, "All figures were made under these conditions.")


# --- a consultant's own file ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WithTemplate(samples.Client):
    home: Path = Path()
    slides: Any = field(default_factory=lambda: SimpleNamespace(template="house.pptx"))


def house(folder: Path) -> Path:
    """A template in 4:3, with a slide, a link and an author of its own."""
    deck = Presentation()
    deck.core_properties.author = "Somebody"
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "An old slide"
    box = deck.slide_layouts[5].shapes
    box[0].text_frame.text = "Style"
    run = slide.shapes.add_textbox(0, 0, Pt(50), Pt(20)).text_frame.paragraphs[0].add_run()
    run.text, run.hyperlink.address = "link", "https://example.com"
    deck.save(folder / "house.pptx")
    return folder / "house.pptx"


def test_a_template_gives_size_master_and_fonts_and_nothing_else(tmp_path: Path) -> None:
    house(tmp_path)
    deck = deck_of(tmp_path, *everything(tmp_path), client=WithTemplate(home=tmp_path))
    assert (deck.slide_width, deck.slide_height) == (9_144_000, 6_858_000)
    assert "An old slide" not in [decks.title(slide) for slide in deck.slides]
    assert {font for slide in deck.slides for font in slide.element.xpath(".//a:rPr/a:ea/@typeface")} == {"+mn-ea"}
    assert deck.core_properties.author == "crmlib"
    assert decks.external(tmp_path / "demo.pptx") == []
    assert list(decks.overflowing(deck)) == []
    assert list(decks.overlapping(deck)) == []


OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
MAIN_RELS, MASTER = "ppt/_rels/presentation.xml.rels", "ppt/slideMasters/slideMaster1.xml"
MASTER_RELS, LAYOUT = "ppt/slideMasters/_rels/slideMaster1.xml.rels", "ppt/slideLayouts/slideLayout6.xml"
LAYOUT_RELS = "ppt/slideLayouts/_rels/slideLayout6.xml.rels"


def before(end: str, told: str) -> Callable[[bytes], bytes]:
    """Put this before the end of that element."""
    return lambda blob: blob.replace(f"</{end}>".encode(), f"{told}</{end}>".encode())


def relation(key: str, kind: str, target: str, more: str = "") -> str:
    base = "" if ":" in kind else OFFICE
    return f'<Relationship Id="{key}" Type="{base}{kind}" Target="{target}"{more}/>'


def changed(path: Path, **changes: Callable[[bytes], bytes] | bytes) -> Path:
    """The same package with these parts changed or added."""
    old = dict(parts_of(path))
    with zipfile.ZipFile(path, "w") as new:
        for part in dict.fromkeys([*old, *changes]):
            change = changes.get(part, old.get(part, b""))
            new.writestr(part, change if isinstance(change, bytes) else change(old[part]))
    return path


def parts_of(path: Path) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as found:
        return [(part, found.read(part)) for part in found.namelist()]


def made_on(template: Path) -> tuple[list[tuple[str, bytes]], Any]:
    """The parts of a deck with two slides on a template, and the deck as it opens again."""
    made = Deck.open(template, "ja")
    for said in ("One", "Two"):
        made.foot(made.slide(made.page, said), "foot")
    path = made.save(template.parent / "made.pptx", title="t", subject="s", made=date(2026, 3, 31))
    return parts_of(path), Presentation(path)


def dangling(parts: list[tuple[str, bytes]]) -> list[tuple[str, str]]:
    """Keys that a part names and its relations do not have."""
    found, blobs = [], dict(parts)
    for part, blob in parts:
        if part.endswith(".xml") and part.startswith("ppt/"):
            folder, _, last = part.rpartition("/")
            keys = re.findall(rb'Id="(rId\d+)"', blobs.get(f"{folder}/_rels/{last}.rels", b""))
            found += [(part, key.decode()) for key in re.findall(rb'r:\w+="(rId\d+)"', blob) if key not in keys]
    return found


def test_nobody_of_the_template_stays_in_the_deck(tmp_path: Path) -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = slide.notes_slide.notes_text_frame.text = "SECRET"
    deck.notes_master.shapes[0].text_frame.text = deck.core_properties.author = "SECRET"
    deck.save(tmp_path / "house.pptx")
    people = {
        "commentAuthors": relation("rId91", "commentAuthors", "a1.xml"),
        "authors": relation("rId92", "http://schemas.microsoft.com/office/2018/10/relationships/authors", "a2.xml"),
        "changes": relation("rId93", "http://schemas.microsoft.com/office/2016/11/relationships/changesInfo", "a3.xml"),
        "tags": relation("rId94", "tags", "a4.xml"),
        "handoutMaster": relation("rId95", "handoutMaster", "a5.xml"),
    }
    tags = '<p:custDataLst><p:tags r:id="rId94"/></p:custDataLst>'
    shows = '<p:custShowLst><p:custShow name="SECRET" id="0"><p:sldLst/></p:custShow></p:custShowLst>'
    more = {f"ppt/a{k}.xml": b"<x>SECRET</x>" for k in range(1, 6)}
    changed(tmp_path / "house.pptx", **more, **{
        MAIN_RELS: before("Relationships", "".join(people.values())),
        "ppt/presentation.xml": before("p:presentation", shows + tags),
        MASTER_RELS: before("Relationships", relation("rId94", "tags", "../a4.xml")),
        LAYOUT: lambda blob: blob.replace(b"<p:cSld", b"<!-- SECRET --><p:cSld"),
    })  # fmt: skip
    parts, deck = made_on(tmp_path / "house.pptx")
    assert [part for part, blob in parts if b"SECRET" in blob] == []
    assert [part for part, _ in parts if re.search("notes|handout|/a\\d|omment|printer", part)] == []
    assert dangling(parts) == []
    assert [decks.title(slide) for slide in deck.slides] == ["One", "Two"]


def test_a_layout_that_leads_to_a_slide_of_the_template_leads_nowhere(tmp_path: Path) -> None:
    jump = '<a:hlinkClick r:id="rId77" action="ppaction://hlinksldjump"/>'
    shape = (f'<p:sp><p:nvSpPr><p:cNvPr id="99" name="x">{jump}</p:cNvPr><p:cNvSpPr/><p:nvPr/></p:nvSpPr>'
             "<p:spPr/></p:sp>")  # fmt: skip
    changed(house(tmp_path), **{LAYOUT: before("p:spTree", shape),
                                LAYOUT_RELS: before("Relationships", relation("rId77", "slide", "../slides/slide1.xml")
                                                    )})  # fmt: skip
    parts, deck = made_on(tmp_path / "house.pptx")
    names = [part for part, _ in parts]
    assert len(set(names)) == len(names)
    assert [decks.title(slide) for slide in deck.slides] == ["One", "Two"]
    assert [part for part, blob in parts if b"An old slide" in blob or b"hlinkClick" in blob] == []
    assert dangling(parts) == []


def test_pictures_inside_stay_and_what_would_be_fetched_goes_with_its_holder(tmp_path: Path) -> None:
    def picture(told: str) -> str:
        return (f'<p:pic><p:nvPicPr><p:cNvPr id="98" name="x"/><p:cNvPicPr/><p:nvPr/></p:nvPicPr><p:blipFill>{told}'
                "<a:stretch/></p:blipFill><p:spPr/></p:pic>")  # fmt: skip

    drawing = ('<a:blip r:embed="rId61"><a:extLst><a:ext uri="{96DAC541-7B7A-43D3-8B79-37D633B846F1}"><asvg:svgBlip '
               'xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main" r:embed="rId62"/></a:ext>'
               "</a:extLst></a:blip>")  # fmt: skip
    back = '<p:bg><p:bgPr><a:blipFill><a:blip r:link="rId63"/></a:blipFill><a:effectLst/></p:bgPr></p:bg>'
    outside = ' TargetMode="External"'
    told = (relation("rId61", "image", "../media/logo.png") + relation("rId62", "image", "../media/logo.svg")
            + relation("rId63", "image", "https://x.example/", outside)
            + relation("rId64", "hyperlink", "https://x.example/", outside))  # fmt: skip
    kinds = '<Default Extension="png" ContentType="image/png"/><Default Extension="svg" ContentType="image/svg+xml"/>'
    changed(house(tmp_path), **{
        MASTER: lambda blob: re.sub(rb"<p:bg>.*?</p:bg>", back.encode(), before(
            "p:spTree", picture(drawing) + picture('<a:blip r:link="rId63"/>'))(blob), flags=re.DOTALL),
        MASTER_RELS: before("Relationships", told), "ppt/media/logo.png": b"LOGO", "ppt/media/logo.svg": b"<svg/>",
        "[Content_Types].xml": before("Types", kinds),
        "ppt/theme/_rels/theme1.xml.rels":
            f"<Relationships>{relation('rId1', 'image', 'https://x.example/', outside)}</Relationships>".encode(),
    })  # fmt: skip
    parts, deck = made_on(tmp_path / "house.pptx")
    assert [blob for part, blob in parts if part.startswith("ppt/media/")] == [b"LOGO"]
    assert len(deck.slide_master.element.xpath(".//p:pic")) == 1
    assert [one.tag.rpartition("}")[2] for one in deck.slide_master.element.xpath("p:cSld/p:bg/p:bgPr/*")] == [
        "noFill", "effectLst"]  # fmt: skip
    assert [part for part, blob in parts if b"x.example" in blob or b"svgBlip" in blob] == []
    assert dangling(parts) == []


def test_a_template_is_cleaned_of_what_it_is_refused_for() -> None:
    assert deck_clean.KEPT == slide_file.KEPT


def test_a_potx_becomes_a_presentation_and_names_of_the_template_go(tmp_path: Path) -> None:
    def rename(blob: bytes) -> bytes:
        return blob.replace(b"slideLayouts/slideLayout6.xml", b"slides/slide1.xml")

    def type_(blob: bytes) -> bytes:
        return rename(blob).replace(b"presentation.main+xml", b"template.main+xml")

    Presentation().save(tmp_path / "house.pptx")
    blobs = dict(parts_of(tmp_path / "house.pptx"))
    changed(tmp_path / "house.pptx", **{
        "ppt/slides/slide1.xml": blobs[LAYOUT], "ppt/slides/_rels/slide1.xml.rels": blobs[LAYOUT_RELS],
        MASTER_RELS: rename, "[Content_Types].xml": type_,
    })  # fmt: skip
    parts, deck = made_on(tmp_path / "house.pptx")
    assert [decks.title(slide) for slide in deck.slides] == ["One", "Two"]
    assert len({part for part, _ in parts}) == len(parts)
    assert b"template.main" not in dict(parts)["[Content_Types].xml"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_deck_with_two_parts_of_one_name_is_not_written() -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as made:
        for part in ("ppt/slides/slide1.xml", "ppt/slides/slide1.xml"):
            made.writestr(part, b"<x/>")
    with pytest.raises(ValueError, match="Two parts"):
        fixed(raw.getvalue())


def test_slides_of_the_least_size_hold_what_is_told(tmp_path: Path) -> None:
    deck = Presentation(house(tmp_path))
    wide, high = (
        side * 914_400 / old
        for side, old in zip(slide_file.LEAST_SIZE, (deck.slide_width, deck.slide_height), strict=True)
    )
    deck.slide_width, deck.slide_height = round(deck.slide_width * wide), round(deck.slide_height * high)
    for place in (deck.slide_master, *deck.slide_layouts):
        for told in place.element.xpath(".//a:xfrm/a:off | .//a:xfrm/a:ext"):
            for side, scale in (("x", wide), ("cx", wide), ("y", high), ("cy", high)):
                if told.get(side):
                    told.set(side, str(round(int(told.get(side)) * scale)))
    deck.save(tmp_path / "house.pptx")
    assert slide_file.fault(tmp_path / "house.pptx") == ""
    assert trial_fault(tmp_path / "house.pptx") == ""
    assert len(deck_of(tmp_path, *everything(tmp_path), client=WithTemplate(home=tmp_path)).slides) > 5


@pytest.mark.slow
@pytest.mark.parametrize("template", [False, True])
def test_the_slides_open_in_libreoffice_one_page_each(tmp_path: Path, template: bool) -> None:
    house(tmp_path)
    more = {"client": WithTemplate(home=tmp_path)} if template else {}
    deck = deck_of(tmp_path, *everything(tmp_path), **more)
    command = [
        "soffice",
        f"-env:UserInstallation=file://{tmp_path}/lo",
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
    ]
    subprocess.run([*command, str(tmp_path), str(tmp_path / "demo.pptx")], check=True, capture_output=True, timeout=300)
    from pypdf import PdfReader

    pages = PdfReader(tmp_path / "demo.pdf").pages
    assert len(pages) == len(deck.slides)
    assert [decks.title(deck.slides[3])[:20] in page.extract_text() for page in [pages[3]]] == [True]
