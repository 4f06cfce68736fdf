"""A notebook's page: one file without script, link or code, readable by machines and people."""

from __future__ import annotations

import base64
import hashlib
import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crmlib import words
from crmlib.report import publish
from crmlib.report.conditions import note_text
from crmlib.report.page import TEMPLATES, notebook_page
from crmlib.report.read import read
from crmlib.report.views import heat_steps, metric_view
from tests.report import samples
from tests.report.pages import Page
from tests.report.samples import cell

if TYPE_CHECKING:
    from crmlib.report.publish import ReportInput

HOSTILE = "\"><script>alert(1)</script>\n=cmd() & 'x'"


@pytest.fixture(autouse=True)
def _english() -> None:
    words.speak("en", "JPY")


def page_of(run: ReportInput) -> Page:
    return Page(html_of(run))


def html_of(run: ReportInput) -> str:
    words.speak(run.language, run.client.currency)
    part = run.notebooks[0]
    return notebook_page(run, part.name, read(part.notebook or Path()))


def everything(tmp_path: Path) -> list[str | dict[str, Any]]:
    grid = samples.grid("g", [[cell(1.0), cell(0.4)], [cell(1.0), cell(None, state="not_yet")]], title="Cohorts", n=5)
    native = {"form": "line", "x": "k", "y": ["rate"]}
    return [
        "# Who buys again?\n\nThe question.",
        samples.metric("m", 0.319, "share", low=0.3, high=0.34, n=2344, title="Bought again"),
        "## Segments\n\n#### Detail",
        samples.table(
            "t", ["segment", "amount"], [["champions", 1234567], ["new", None]], title="Sales", n=9, note="Net."
        ),
        samples.finding("f", "Half of them came back."),
        "### Deeper",
        grid,
        samples.chart(
            "c", ["k", "rate"], [[0, 1.0], [1, None]], native, title="Curve", alt="A line falls", source="Orders"
        ),
        samples.sheet(
            "s", samples.pd.DataFrame({"customer_id": [f"{i:03}" for i in range(12)]}), tmp_path, title="List"
        ),
    ]


def test_the_page_loads_nothing_and_leads_only_to_the_definitions_beside_it(tmp_path: Path) -> None:
    page = page_of(samples.one(tmp_path, [*everything(tmp_path), "[a](https://example.com) ![b](https://x.com/b.png)"]))
    assert not {"script", "link", "iframe", "object", "form", "base"} & {tag for tag, _ in page.tags}
    assert {str(a["href"]) for a in page.all("a") if not str(a["href"]).startswith("#")} == {"definitions.html"}
    assert all(str(attributes["src"]).startswith("data:image/") for attributes in page.all("img"))
    assert not any(
        "style" in attributes or any(name.startswith("on") for name in attributes) for _, attributes in page.tags
    )


def test_the_policy_allows_exactly_the_style_sheet_of_the_page(tmp_path: Path) -> None:
    html = html_of(samples.one(tmp_path, ["# A"]))
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()
    policy = next(meta["content"] for meta in Page(html).all("meta") if meta.get("http-equiv"))
    assert policy == (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert "url(" not in style.group(1)
    assert "@import" not in style.group(1)


def test_nothing_of_the_consultants_side_reaches_the_page(tmp_path: Path) -> None:
    html = html_of(samples.one(tmp_path, [*everything(tmp_path), "```python\nsecret = 1\n```"]))
    for leak in ("secret", "<Axes", "UserWarning", "/root", str(tmp_path), ".ipynb", ".parquet"):
        assert leak not in html


def test_headings_start_at_one_and_never_jump(tmp_path: Path) -> None:
    levels = page_of(samples.one(tmp_path, everything(tmp_path))).headings()
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_anchor_of_the_contents_is_on_the_page(tmp_path: Path) -> None:
    page = page_of(samples.one(tmp_path, everything(tmp_path)))
    ids = [str(attributes["id"]) for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    anchors = {str(a["href"])[1:] for a in page.all("a") if str(a["href"]).startswith("#")}
    assert anchors <= set(ids)
    assert {str(value) for _, a in page.tags if (value := a.get("aria-labelledby"))} <= set(ids)


def test_a_reader_without_sight_gets_landmarks_language_and_alternative_texts(tmp_path: Path) -> None:
    page = page_of(samples.one(tmp_path, everything(tmp_path)))
    assert page.all("html") == [{"lang": "en"}]
    assert [len(page.all(tag)) for tag in ("main", "nav", "header", "footer")] == [1, 1, 1, 1]
    assert page.all("a")[0] == {"class": "skip", "href": "#main"}
    assert [attributes["alt"] for attributes in page.all("img")] == [
        "Line chart over “Months since first purchase”. A line falls Share who bought: 0 months 100.0%."
    ]
    assert all("scope" in attributes for attributes in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table"))
    scrollers = [a for a in page.all("div") if a.get("class") == "scroll"]
    assert all(a["role"] == "group" and a["tabindex"] == "0" for a in scrollers)


def test_a_figure_tells_title_number_period_note_and_source(tmp_path: Path) -> None:
    text = page_of(samples.one(tmp_path, everything(tmp_path))).text
    assert "Sales Sales Segment Sales (yen) Champions 1,234,567 New customers –not known Net." in text
    assert "n = 9 customers · 1 April 2025 to 31 March 2026" in text
    assert "1 April 2025 to 31 March 2026 · Orders" in text


def test_a_card_shows_figure_interval_and_number(tmp_path: Path) -> None:
    text = page_of(samples.one(tmp_path, everything(tmp_path))).text
    assert "Bought again 31.9% 95% interval 30.0% to 34.0% n = 2,344 customers" in text


@pytest.mark.parametrize(
    ("language", "kind", "low", "high", "said"),
    [
        ("ja", "days", 194, 416, "194〜416日"),
        ("ja", "share", 0.3, 0.34, "30.0%〜34.0%"),
        ("en", "nps", -8.5, 2.7, "-8.5 to +2.7"),
        ("en", "money", 1200, 3400, "¥1,200 to ¥3,400"),
        ("ja", "money", 1200, 3400, "1,200〜3,400円"),
        ("ja", "money", 900_000, 1_230_000, "900,000円〜123万円"),
    ],
)
def test_an_interval_on_a_card_carries_its_unit(language: str, kind: str, low: float, high: float, said: str) -> None:
    words.speak(language, "JPY")
    assert metric_view(samples.metric("m", low, kind, low=low, high=high))["interval"] == said


def test_a_counted_card_keeps_its_text_whole(tmp_path: Path) -> None:
    text = page_of(samples.one(tmp_path, [samples.metric("m", 2344, "customers", title="All")])).text
    assert "All 2,344 customers" in text


def test_the_three_states_of_a_cell_look_and_sound_different(tmp_path: Path) -> None:
    cells = [[cell(0.5), cell(0.25, state="partial"), cell(None, state="not_yet"), None, cell(None)]]
    html = html_of(samples.one(tmp_path, [samples.grid("g", cells)]))
    row = re.findall(r'<td class="([^"]*)">(.*?)</td>', html)
    assert [re.sub("<[^>]+>", "", text) for _, text in row[:5]] == [
        "50.0%", "25.0%* partial", "not yet observed", "not yet observed", "–not known",
    ]  # fmt: skip
    assert [css for css, _ in row[:5]] == ["num h9", "num h0", "num not-yet", "num not-yet", "num "]
    assert "* The period is not over yet; the figure will still rise." in Page(html).text
    assert "Empty: not yet observed." in Page(html).text


def test_a_row_of_a_grid_names_the_customers_it_starts_with(tmp_path: Path) -> None:
    pooled = [cell(1.0, n=500), cell(0.4, n=200), cell(None, state="not_yet", n=0)]
    cohort = [cell(1.0, n=200), cell(0.4, n=200), cell(None, state="not_yet", n=200)]
    text = page_of(samples.one(tmp_path, [samples.grid("g", [pooled, cohort])])).text
    assert "First purchase Customers at start Months since first purchase 0 1 2" in text
    assert "2025-01 200 – 500 100.0% 40.0% not yet observed 2025-02 200 100.0% 40.0%" in text


def test_a_grid_whose_cells_rest_on_different_numbers_has_no_such_column(tmp_path: Path) -> None:
    text = page_of(
        samples.one(tmp_path, [samples.grid("g", [[cell(1.0, n=5), cell(0.4, n=4)], [cell(0.1), None]])])
    ).text
    assert "Customers at start" not in text


def test_heat_leaves_the_first_month_of_a_cohort_out_of_its_scale() -> None:
    grid = samples.grid("g", [[cell(1.0), cell(0.4)], [cell(1.0), cell(0.2)]])
    assert heat_steps(grid) == [[None, 9], [None, 0]]


def test_heat_of_counts_goes_by_the_square_root() -> None:
    # Roots 0, 5 and 10 on ten steps from 0 to 10: the ends, and step 5 in the middle.
    grid = samples.grid("g", [[cell(0, "customers"), cell(25, "customers"), cell(100, "customers")]], "customers")
    assert heat_steps(grid) == [[0, 5, 9]]


def test_heat_of_equal_or_unknown_cells_is_pale() -> None:
    assert heat_steps(samples.grid("g", [[cell(0.3), cell(0.3)]])) == [[0, 0]]
    assert heat_steps(samples.grid("g", [[cell(None)]])) == [[None]]
    assert heat_steps(samples.grid("g", [])) == []


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    client = samples.Client(title=HOSTILE)
    parts = [
        f"# {HOSTILE}\n\n<img src=x onerror=alert(1)>\n\n[x](javascript:alert(1))",
        samples.metric("m", 1, "customers", title=HOSTILE, note=HOSTILE),
        samples.table("t", ["segment"], [[HOSTILE]], title=HOSTILE, note=HOSTILE),
        samples.grid("g", [[cell(0.1)]], row_labels=[HOSTILE], column_labels=[HOSTILE], title=HOSTILE),
        samples.chart("c", ["k"], [[1]], {}, title=HOSTILE, alt=HOSTILE, source=HOSTILE),
        samples.finding("f", HOSTILE),
    ]
    run = samples.one(tmp_path, parts, client=client, read_notes=[HOSTILE], policy={HOSTILE: HOSTILE})
    page = page_of(run)
    assert not page.all("script")
    assert not any("onerror" in attributes for _, attributes in page.tags)
    assert page.all("img")[0]["alt"] == HOSTILE
    assert page.text.count("<script>alert(1)</script> =cmd() & 'x'") >= 10


def test_the_answer_stands_first_when_the_notebook_gives_it_late(tmp_path: Path) -> None:
    text = page_of(samples.one(tmp_path, everything(tmp_path))).text
    assert text.index("The answer in short Half of them came back.") < text.index("Champions")
    assert text.count("Half of them came back.") == 2


def test_the_answer_is_not_said_twice_when_the_notebook_begins_with_it(tmp_path: Path) -> None:
    table = samples.table("t", ["segment"], [["new"]])
    text = page_of(samples.one(tmp_path, ["# A\n\n## In short", samples.finding("f", "So it is."), "## B", table])).text
    assert text.count("So it is.") == 1
    assert "The answer in short" not in text


def test_a_table_without_rows_says_so(tmp_path: Path) -> None:
    page = page_of(samples.one(tmp_path, [samples.table("t", ["segment", "amount"], [])]))
    assert "No rows." in page.text


def test_a_page_of_prose_alone_has_its_conditions_and_ledger(tmp_path: Path) -> None:
    text = page_of(samples.one(tmp_path, ["# A"])).text
    assert "Conditions Client Demo shop Base date 31 March 2026 Currency JPY Tax tax included" in text
    assert "Cancelled left out Pending kept" in text
    assert "Rows read 100 500,000 Cancelled 7 35,000 Amount of zero 3 0" in text
    assert "Rows used 90 460,000" in text
    assert "Reason Rows Amount (yen) Rows read" in text
    assert text.endswith("crmlib 0.1.0")


def test_a_ledger_without_money_has_no_money_column(tmp_path: Path) -> None:
    surveys = samples.ledger().assign(amount=float("nan"))
    text = page_of(samples.one(tmp_path, ["# A"], ledgers={"surveys": surveys})).text
    assert "Survey answers Survey answers Reason Rows Rows read 100 Cancelled 7" in text


def test_bounds_stand_under_the_figure_they_belong_to(tmp_path: Path) -> None:
    names = ["segment", "rate", "rate_low", "rate_high", "pvalue"]
    rows = [["new", 0.5, 0.4, 0.6, 0.2], ["lost", 0.1, None, None, None]]
    text = page_of(samples.one(tmp_path, [samples.table("t", names, rows, title="T")])).text
    assert (
        "Segment Share who bought 95% interval p-value New customers 50.0% 40.0% – 60.0% 0.200 Lost 10.0% –not" in text
    )


def test_several_ledgers_are_summed_up_and_those_with_nothing_left_out_are_not_spelt_out(tmp_path: Path) -> None:
    clean = samples.ledger().iloc[[0, 4]].assign(n_rows=[9, 9], amount=float("nan"))
    page = page_of(samples.one(tmp_path, ["# A"], ledgers={"customers": clean, "orders": samples.ledger()}))
    heads = "Table Rows read Rows left out Rows used"
    assert f"All tables All tables {heads} Orders 100 10 90 Customers 9 0 9 Orders" in page.text
    assert page.text.count("Reason") == 1


def test_notes_of_the_reading_are_gathered_without_folders(tmp_path: Path) -> None:
    files = [f"file_read: orders: data/acme/o/{i}.csv (cp932)" for i in range(6)]
    broken = "broken_rows: orders: 2 (data/acme/o/1.csv row 7, data/acme/o/2.csv row 9)"
    idle, end = "no_effect: orders: 送料, 利用ポイント", "orders_end: orders: 2025-06-30"
    notes = [*files, "not_mapped: orders: 氏名/フリガナ, 備考", broken, idle, end, "A sentence: of its own."]
    text = page_of(samples.one(tmp_path, ["# A"], read_notes=notes)).text
    assert "Orders Files read 0.csv (cp932), 1.csv (cp932), …, 5.csv (cp932) (6)" in text
    assert "Orders Columns not used 2 Orders Rows" in text
    assert "Orders Columns that change no amount 送料, 利用ポイント Orders Orders end on 30 June 2025, before" in text
    assert "Orders Rows with the wrong number of cells 2 (1.csv:7, 2.csv:9)" in text
    assert "A sentence: of its own." in text
    assert not {"acme", "氏名"} & set(re.split(r"[\s/]", text))


def test_a_note_of_the_reading_is_a_line_with_all_its_facts() -> None:
    notes = [
        "file_read: orders: o/1.csv (cp932)",
        "not_mapped: orders: 氏名, 備考",
        "orders_end: orders: 2025-06-30",
        "x: y",
    ]
    words.speak("ja")
    assert [note_text(note) for note in notes] == [
        "注文: 読み込んだファイル: o/1.csv (cp932)",
        "注文: 使わなかった列: 氏名, 備考",
        "注文データは2025年6月30日まで（基準日より前に終わっています）",
        "x: y",
    ]


def test_a_policy_that_the_data_cannot_follow_says_so(tmp_path: Path) -> None:
    known = {"cancelled": True, "test": False}
    run = samples.one(tmp_path, ["# A"], policy={"cancelled": "leave_out", "test": "leave_out"}, policy_known=known)
    assert "Cancelled left out Test order left out (no such column or value in the data) How the" in page_of(run).text
    run = samples.one(tmp_path, ["# A"], policy={"test": "leave_out"}, policy_known=known, language="ja")
    assert "テスト注文 除外（該当する列・値なし）" in page_of(run).text


def test_what_cannot_be_told_names_the_missing_table(tmp_path: Path) -> None:
    note = "Cannot be told from the data: the table “Surveys sent” is missing."
    parts = [
        samples.metric("m", None, "share", title="Response rate", untellable="surveys_sent", note=note),
        samples.table("t", ["segment"], [], title="By segment", untellable="surveys_sent", note=note),
    ]
    page = page_of(samples.one(tmp_path, parts))
    assert f"Response rate {note}" in page.text
    assert f"By segment {note}" in page.text
    assert "No rows." not in page.text


def test_japanese_pages_have_no_english_left(tmp_path: Path) -> None:
    words.speak("ja", "JPY")
    parts = ["# 誰が再購入したか\n\n本文", samples.metric("m", 3, "customers", title="顧客数", period="")]
    run = samples.one(tmp_path, parts, language="ja", client=samples.Client(title="デモ通販"), read_notes=[])
    page = page_of(run)
    assert page.all("html") == [{"lang": "ja"}]
    assert set(re.findall(r"[A-Za-z]{3,}", page.text)) == {"crmlib", "JPY"}


def test_heat_texts_have_the_contrast_that_reading_needs() -> None:
    css = (TEMPLATES / "page.css").read_text("utf-8")
    pairs = re.findall(r"td\.h\d \{ background: (#\w{6}); color: (#\w{6});", css)
    assert len(pairs) == 20
    assert min(contrast(*pair) for pair in pairs) >= 4.5


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance and contrast ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_half_an_interval_is_said_with_its_open_end() -> None:
    item = {"value": 315, "text": "315 days", "value_kind": "days", "low": 179, "high": None, "open_end": "not reached"}
    assert metric_view(item)["interval"] == "179 days to not reached"
    assert metric_view({**item, "high": 416})["interval"] == "179 to 416 days"
    assert metric_view({**item, "low": None})["interval"] == ""


def test_a_conclusion_stands_on_the_page_with_the_next_step(tmp_path: Path) -> None:
    lost = samples.conclusion("loss", "Half leave <b>.", "Call them.", size=1_500_000)
    empty = samples.conclusion("nothing", "", "")
    run = samples.one(tmp_path, ["# T", "## A", lost, empty], formats=["html"])
    page = notebook_page(run, "rfm", read(tmp_path / "rfm.ipynb"))
    assert '<p class="said">Half leave &lt;b&gt;.</p>' in page
    assert '<p class="next">Next: Call them.</p>' in page
    assert '<p class="stake">In money: about ¥1,500,000 a year (their sales of a year).</p>' in page
    assert "x-nothing" not in page
    assert "Call them." in str(publish._told(read(tmp_path / "rfm.ipynb"))["conclusions"]["loss"])
