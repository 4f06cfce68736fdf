"""Pages that everybody can read: structure, words for pictures, tongues, contrast; by the tags alone, no browser."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest

from crmlib import words
from crmlib.report import definitions, prose, tongue
from crmlib.report.alternative import alt_text
from crmlib.report.page import TEMPLATES
from crmlib.report.publish import publish
from crmlib.report.views import MOST_ROWS, chart_view, table_view
from tests.report import samples
from tests.report.pages import Page, faults
from tests.report.samples import cell
from tests.report.test_page import contrast, everything, html_of, page_of

HOSTILE = '"><script>alert(1)</script>=HYPERLINK("x")'


@pytest.fixture(autouse=True)
def _english() -> None:
    words.speak("en", "JPY")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_kind_of_page_is_without_fault(tmp_path: Path, language: str) -> None:
    parts = [*everything(tmp_path), samples.conclusion("loss", "Half leave.", size=1_500_000)]
    publish(samples.one(tmp_path, parts, language=language, formats=["html"]), tmp_path)
    pages = {path.name: path.read_text("utf-8") for path in tmp_path.glob("*.html")}
    assert {name: faults(html) for name, html in pages.items()} == {
        "rfm.html": [], "index.html": [], "definitions.html": [],
    }  # fmt: skip


def test_an_index_without_conclusions_jumps_no_level(tmp_path: Path) -> None:
    publish(samples.one(tmp_path, ["# Who?", samples.finding("f", "So it is.")], formats=["html"]), tmp_path)
    assert faults((tmp_path / "index.html").read_text("utf-8")) == []


def test_a_page_of_hostile_texts_is_without_fault(tmp_path: Path) -> None:
    grid = samples.grid("g", [[cell(0.4)]], title=HOSTILE, row_labels=[HOSTILE], column_labels=[HOSTILE])
    parts = [f"# {HOSTILE}\n\n## {HOSTILE}", samples.finding("f", HOSTILE), grid,
             samples.table("t", ["segment", "n_customers"], [[HOSTILE, 1]], title=HOSTILE),
             samples.chart("c", ["segment", "n_customers"], [[HOSTILE, 1]], {"form": "bar", "x": "segment",
                           "y": ["n_customers"]}, alt=HOSTILE, title=HOSTILE)]  # fmt: skip
    assert faults(html_of(samples.one(tmp_path, parts, client=samples.Client(title=HOSTILE)))) == []


@pytest.mark.parametrize("parts", [[], ["# A"], [samples.table("t", ["segment"], [], title="Nobody")]])
def test_a_page_without_anything_to_show_is_without_fault(tmp_path: Path, parts: list[Any]) -> None:
    assert faults(html_of(samples.one(tmp_path, parts))) == []


@pytest.mark.parametrize(
    ("good", "bad", "fault"),
    [
        ('<th scope="col"', "<th", "th without scope"),
        (' alt="A', ' title="A', "img without alt"),
        ('id="c-t"', 'id="c-u"', "aria-labelledby c-t leads nowhere"),
        ('id="c-t"', 'id="x-t"', "id x-t 2 times"),
        ("<h2>B</h2>", "<h3>B</h3>", "h1 then h3"),
        ("<main ", '<main style="color:red" ', "style= on main"),
        ("<caption", "<b", "table without caption"),
        ("</main>", "<script></script></main>", "<script>"),
        ('href="definitions.html"', 'href="https://example.com"', "https://example.com is fetched"),
        ('<html lang="en">', "<html>", "html without lang"),
    ],
)
def test_a_fault_is_seen(tmp_path: Path, good: str, bad: str, fault: str) -> None:
    chart = samples.chart("c", ["k", "rate"], [[0, 1.0]], {"form": "line", "x": "k", "y": ["rate"]}, alt="A line")
    chart["native"] = {}
    parts = ["# A\n\n## B", samples.table("t", ["segment", "amount"], [["champions", 1]]), chart]
    html = html_of(samples.one(tmp_path, parts)).replace("</caption>", "</b>" if bad == "<b" else "</caption>")
    assert good in html
    assert fault in faults(html.replace(good, bad, 1) if bad != "<b" else html.replace(good, bad))


def bars(rows: list[list[Any]], **native: Any) -> dict[str, Any]:
    form = {"form": "bar", "x": "segment", "y": ["share_amount"], **native}
    return samples.chart("c", ["segment", "share_amount"], rows, form, alt="Who buys.")


def test_the_words_for_bars_name_the_highest_and_the_lowest() -> None:
    rows = [["champions", 0.5], ["new", 0.3], ["lost", 0.15], ["at_risk", 0.05]]
    assert alt_text(bars(rows)) == (
        "Chart by “Segment”. Who buys. Share of sales: highest 50.0% (Champions), lowest 5.0% (At risk)."
    )


def test_the_words_for_few_bars_name_them_all_and_leave_out_what_is_not_known() -> None:
    rows = [["champions", 0.5], ["new", None], ["lost", 0.15]]
    assert alt_text(bars(rows)) == "Chart by “Segment”. Who buys. Share of sales: Champions 50.0%, Lost 15.0%."


def test_the_words_for_rows_that_share_a_place_give_no_figure() -> None:
    # Before and after stand in the same band: the highest of all would be told of the wrong one.
    rows = [["champions", 0.5], ["champions", 0.3], ["lost", 0.15], ["lost", 0.05]]
    assert alt_text(bars(rows)) == "Chart by “Segment”. Who buys."


def test_the_words_for_a_chart_without_rows_or_form_are_the_notebooks_own() -> None:
    assert alt_text(bars([])) == "Who buys."
    assert alt_text(samples.chart("c", ["segment"], [["new"]], {}, alt="Cells.")) == "Cells."


def test_the_words_for_lines_tell_where_each_begins_and_ends() -> None:
    form = {"form": "line", "x": "k", "y": ["rate"], "series": "segment"}
    rows = [["new", 0, 1.0], ["lost", 0, 1.0], ["new", 12, 0.5], ["lost", 12, 0.2]]
    chart = samples.chart("c", ["segment", "k", "rate"], rows, form, alt="Who stays.")
    assert alt_text(chart) == (
        "Line chart over “Months since first purchase”. Who stays. "
        "New customers: 100.0% at 0 months, 50.0% at 12 months. Lost: 100.0% at 0 months, 20.0% at 12 months."
    )


def test_the_words_for_many_lines_tell_between_what_they_end() -> None:
    form = {"form": "line", "x": "k", "y": ["rate"], "series": "item"}
    rows = [[f"2025-{month:02}", k, month / 100 / (k + 1)] for month in range(1, 7) for k in (0, 1)]
    told = alt_text(samples.chart("c", ["item", "k", "rate"], rows, form, alt="Cohorts."))
    assert told.endswith("6 series; their last values run from 0.5% (2025-01) to 3.0% (2025-06).")


def test_the_words_for_a_chart_are_one_text_in_japanese(tmp_path: Path) -> None:
    words.speak("ja", "JPY")
    run = samples.one(tmp_path, ["# A", bars([["champions", 0.5], ["lost", 0.15]])], language="ja")
    (image,) = page_of(run).all("img")
    assert image["alt"] == "「セグメント」別のグラフ。Who buys.売上構成比：最優良客 50.0%、離反客 15.0%。"


def test_long_curves_show_some_of_their_rows_and_every_end() -> None:
    form = {"form": "line", "x": "k", "y": ["rate"], "series": "segment"}
    rows = [[name, k, 0.5] for name in ("new", "lost") for k in range(MOST_ROWS + 50)]
    found = chart_view(samples.chart("c", ["segment", "k", "rate"], rows, form))
    assert found["skipped"] == "One row in 3."
    assert [row[1]["text"] for row in found["cells"][:3]] == ["0", "3", "6"]
    assert [[c["text"] for c in row[:2]] for row in found["cells"] if row[1]["text"] == "449"] == [
        ["New customers", "449"], ["Lost", "449"],
    ]  # fmt: skip
    assert chart_view(samples.chart("c", ["segment", "k", "rate"], rows[:400], form))["skipped"] == ""


def test_japanese_in_an_english_page_is_marked_as_japanese(tmp_path: Path) -> None:
    name = "結ノ葉 ジェル 60g（定期便）"
    said = '<span lang="ja">結ノ葉 ジェル</span> 60g<span lang="ja">（定期便）</span>'
    parts = ["# A", samples.finding("f", f"Most bought {name} <b>."), samples.table("t", ["item"], [[name]])]
    html = html_of(samples.one(tmp_path, parts))
    assert f"<li>Most bought {said} &lt;b&gt;.</li>" in html
    assert f'<th scope="row" class="text">{said}</th>' in html
    words.speak("ja")
    assert tongue.marked(name) == name


def test_a_range_in_a_column_of_mixed_measures_has_the_unit_of_its_figure() -> None:
    words.speak("ja", "JPY")
    item = samples.table("t", ["kpi_id", "actual", "actual_low", "actual_high"],
                         [["amount", 6_952_000, 6_523_208, 7_394_704], ["n_orders", 1363, 1290, 1440],
                          ["f2_rate", 0.478, 0.415, 0.543]], row_kinds=["money", "orders", "share"])  # fmt: skip
    assert [row[1]["range"] for row in table_view(item)["cells"]] == [
        "652万円 – 739万円", "1,290 – 1,440件", "41.5% – 54.3%",
    ]  # fmt: skip


def test_a_course_drawn_with_letters_is_not_read_aloud(tmp_path: Path) -> None:
    html = html_of(samples.one(tmp_path, [samples.table("t", ["segment", "item"], [["new", "▁▂░█"]])]))
    assert '<span aria-hidden="true">▁▂░█</span><span class="sr">drawn; the figures stand beside it</span>' in html


def test_what_is_concluded_stands_before_what_it_is_drawn_from(tmp_path: Path) -> None:
    parts = ["# A\n\n## B", samples.metric("m", 5, "customers", title="Five"), samples.finding("f", "A finding."),
             samples.conclusion("c", "A conclusion."), samples.table("t", ["segment"], [["new"]], title="A table"),
             samples.conclusion("d", "Another conclusion.")]  # fmt: skip
    text = page_of(samples.one(tmp_path, parts)).text
    places = [text.index(said) for said in ("A conclusion.", "Five", "A finding.", "A table", "Another conclusion.")]
    assert places == sorted(places)


def test_a_table_in_prose_has_headers_a_name_and_room_to_scroll() -> None:
    (table,) = prose.tokens("| Metric | Formula |\n|---|--:|\n| Rate | 1 < 2 |")
    html = prose.html(table)
    assert re.findall(r"<th scope=\"(\w+)\">(\w+)", html) == [("col", "Metric"), ("col", "Formula"), ("row", "Rate")]
    assert "<td>1 &lt; 2</td>" in html


def test_the_tables_of_the_definitions_are_named_by_their_heading() -> None:
    html = definitions.definitions_page(samples.report([], language="en"))
    assert faults(html) == []
    assert '<div class="scroll" role="group" tabindex="0" aria-label="Lists and revival">' in html or (
        re.search(r'aria-label="[A-Z][^"]+"><table><caption class="sr">', html)
    )


def test_the_index_leads_to_every_other_file(tmp_path: Path) -> None:
    from crmlib.report.index import index_page

    run = samples.one(tmp_path, ["# A"], formats=["html", "xlsx", "pdf", "pptx"])
    page = Page(index_page(run, {}))
    assert [a["href"] for a in page.all("a")][1] == "#files"
    assert {"demo.xlsx", "demo.pdf", "demo.pptx"} <= {str(a["href"]) for a in page.all("a")}
    assert "Other formats" not in Page(index_page(samples.one(tmp_path, ["# A"], formats=["html"]), {})).text


def colours() -> list[dict[str, str]]:
    """The colours of the page by name, light, then dark."""
    css = (TEMPLATES / "page.css").read_text("utf-8")
    blocks = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    return [dict(re.findall(r"--([\w-]+): (#\w{6}(?:\w\w)?);", block)) for block in blocks]


@pytest.mark.parametrize("scheme", [0, 1])
def test_texts_and_marks_have_the_contrast_they_need_on_every_ground(scheme: int) -> None:
    found = colours()[scheme]
    grounds = ("paper", "faint", "panel", "not-yet")
    pairs = [(found[text], found[ground]) for text in ("ink", "quiet", "accent", "alarm") for ground in grounds]
    assert min(contrast(*pair) for pair in pairs) >= 4.5
    # Lines that say something: the focus, the edge of a finding, the top of a KPI card.
    assert min(contrast(found[mark], found["paper"]) for mark in ("mark", "accent", "alarm", "ink")) >= 3


@pytest.mark.parametrize("scheme", [0, 1])
def test_a_text_is_read_over_the_shade_at_the_edge_of_a_wide_table(scheme: int) -> None:
    found = colours()[scheme]
    alpha = int(found["shade"][7:], 16) / 255
    mixed = (round(int(found["shade"][at : at + 2], 16) * alpha + int(found["paper"][at : at + 2], 16) * (1 - alpha))
             for at in (1, 3, 5))  # fmt: skip
    shade = "#" + "".join(f"{part:02x}" for part in mixed)
    assert min(contrast(found[text], shade) for text in ("ink", "quiet", "accent")) >= 4.5


def test_the_line_of_a_course_is_seen_in_light_and_dark() -> None:
    from crmlib.report.sparkline import LINE

    assert min(contrast(LINE, found["paper"]) for found in colours()) >= 3


def test_a_picture_is_an_image_of_its_own_and_cannot_run_anything() -> None:
    assert samples.PICTURE.startswith("data:image/svg+xml;base64,")
    assert "<script" not in base64.b64decode(samples.PICTURE.split(",")[1]).decode()
