"""The report on paper: tags, fonts, bookmarks, tables that fit, and what a hostile or empty report does."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

import crmlib
from crmlib import words
from crmlib.report import paper, paper_tables, ruler
from crmlib.report.page import lay_out
from crmlib.report.pdf import write_pdf
from crmlib.report.publish import NotebookRun, ReportInput
from crmlib.report.read import exhibits, read
from crmlib.report.views import view
from crmlib.report.workbook import write_workbook
from tests.report import samples
from tests.report.pages import Page
from tests.report.pdf_check import HOUSE, LATIN, Checked, beyond_margins, problems
from tests.report.samples import cell

HOSTILE = '"><script>alert(1)</script>=HYPERLINK("x")\n' + "長い店名" * 10
Parts = list[str | dict[str, Any]]


@pytest.fixture(autouse=True)
def _english() -> None:
    words.speak("en", "JPY")


def svg(text: str) -> str:
    drawn = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 80"><rect width="200" height="80" fill="#cde"/>'
             f'<text x="9" y="40" style="font: 9px IPAexGothic">{text}</text></svg>')  # fmt: skip
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.encode()).decode()


def everything() -> Parts:
    """One exhibit of every kind, each with something that is easily lost."""
    heat = [[cell(1.0, n=9), cell(0.4, state="partial")], [cell(1.0, n=7), cell(None, state="not_yet")]]
    native = {"form": "line", "x": "k", "y": ["rate"]}
    curve = [[k, 0.5] for k in range(40)]
    return [
        "# 誰が戻るか Who buys again?\n\nThe question.",
        samples.metric("m", 0.319, "share", low=0.3, high=0.34, n=2344, title="Bought again"),
        samples.metric("u", None, "share", title="NPS", untellable="survey", note="The table survey is missing."),
        "## Segments\n\n#### Detail",
        samples.table("t", ["segment", "amount"], [["champions", 1234567], ["new", None]], title="売上", note="Net."),
        samples.table("e", ["segment", "amount"], [], title="Nobody"),
        samples.finding("f", "Half of them came back.\nThe others did not."),
        "## Cohorts",
        samples.grid("g", heat, title="Cohort months", n=5),
        samples.chart("c", ["k", "rate"], curve, native, title="Curve", alt="A line falls", picture=svg("図の文字")),
        samples.table("long", ["segment", "amount"], [["new", k] for k in range(26)], title="A long table"),
        samples.conclusion("z", "One month loses most.", "Call them.", size=1_200_000),
    ]  # fmt: skip


def made(run: ReportInput, folder: Path) -> Checked:
    words.speak(run.language, run.client.currency)
    items = {part.name: read(part.notebook) for part in run.notebooks if part.notebook}
    return Checked(write_pdf(run, items, folder / "x.pdf"))


def html(run: ReportInput) -> str:
    words.speak(run.language, run.client.currency)
    return paper.document(run, {part.name: read(part.notebook) for part in run.notebooks if part.notebook})


def viewed(item: dict[str, Any], sheet: str = "Sheet of it") -> dict[str, Any]:
    """An exhibit as it comes to paper."""
    return paper_tables.fitted(lay_out("x", [item])[1][0].blocks[0], sheet)


@pytest.fixture(scope="module", params=["en", "ja"])
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Checked]:
    words.speak(request.param, "JPY")
    folder = tmp_path_factory.mktemp(request.param)
    run = samples.one(folder, everything(), language=request.param, formats=["pdf", "xlsx"])
    lost = [NotebookRun(name="nps", verdict="no_data", reason="no survey"), NotebookRun(name="ltv", verdict="failed")]
    return request.param, made(replace(run, notebooks=[*run.notebooks, *lost]), folder)


def test_the_pdf_is_tagged_titled_numbered_and_in_the_house_fonts(whole: tuple[str, Checked]) -> None:
    language, checked = whole
    title = {"en": "Customer analysis report | Demo shop", "ja": "顧客分析レポート | Demo shop"}[language]
    fonts = {"en": HOUSE, "ja": {"IPAexGothic"}}[language]
    # sales, cohort months, the long table and the ledger; the empty table is a sentence
    assert problems(checked, language=language, title=title, fonts=fonts, n_tables=4) == []
    (figure,) = checked.of("/Figure")
    assert "A line falls" in figure["/Alt"]


def test_no_word_reaches_into_the_margins(whole: tuple[str, Checked]) -> None:
    assert beyond_margins(whole[1].path) == []


def test_its_text_can_be_searched_and_copied(whole: tuple[str, Checked]) -> None:
    language, checked = whole
    text = " ".join(checked.pages())
    wanted = ["誰が戻るか", "図の文字", "31.9%", "1,234,567", "Half of them came back.", "Call them.", "40.0%*"]
    wanted += {"en": ["2026", "Base date", "Exhibit 1-1", "no survey", "n = 2,344 customers"],
               "ja": ["2026年3月31日", "基準日", "図表1-1", "no survey", "n = 2,344", "用語集"]}[language]  # fmt: skip
    assert [word for word in wanted if word not in text] == []


def test_contents_and_bookmarks_name_chapters_and_sections(whole: tuple[str, Checked]) -> None:
    language, checked = whole
    told = checked.pages()[1]
    assert "Segments" in told
    assert "Cohorts" in told
    label = {"en": "1 RFM", "ja": "1 RFM"}[language]
    assert any(entry.startswith(label) for entry in checked.bookmarks())
    assert "Segments" in checked.bookmarks()
    assert len(checked.of("/Link")) >= 6


def test_every_page_but_the_cover_names_client_and_base_date(whole: tuple[str, Checked]) -> None:
    language, checked = whole
    date = {"en": "Base date 31 March 2026", "ja": "基準日 2026年3月31日"}[language]
    assert [("Demo shop" in text and date in text) for text in checked.pages()[1:]] == [True] * (checked.n_pages - 1)


def test_why_a_notebook_failed_is_not_told_to_a_client(whole: tuple[str, Checked]) -> None:
    language, checked = whole
    text = " ".join(checked.pages())
    assert {"en": "Failed", "ja": "失敗"}[language].lower() in text.lower()
    assert "secret" not in text


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    run = samples.one(tmp_path, everything()[:5])
    first = made(run, tmp_path).path.read_bytes()
    assert made(run, tmp_path).path.read_bytes() == first


def test_a_hostile_client_is_text(tmp_path: Path) -> None:
    run = samples.one(tmp_path, ["# " + HOSTILE.replace("\n", " "), samples.table(
        "t", ["segment", "amount"], [[HOSTILE, 1]], title=HOSTILE)], client=samples.Client(title=HOSTILE))  # fmt: skip
    told = Page(html(run))
    assert {tag for tag, _ in told.tags} & {"script", "iframe", "link", "object"} == set()
    checked = made(run, tmp_path)
    text = "".join(checked.pages()[0].split())
    assert '"><script>alert(1)</script>=HYPERLINK("x")' in text
    title = f"Customer analysis report | {' '.join(HOSTILE.split())}"
    assert problems(checked, language="en", title=title, fonts=HOUSE, n_tables=2) == []


def test_a_long_client_title_is_cut_in_the_running_header() -> None:
    assert paper._short("長い店名" * 10) == "長い店名" * 7 + "長…"
    assert paper._short("A\n shop") == "A shop"


def test_without_a_notebook_the_report_says_so(tmp_path: Path) -> None:
    lost = NotebookRun(name="nps", verdict="no_data", reason="The table survey is missing.")
    checked = made(samples.report([lost]), tmp_path)
    text = " ".join(checked.pages())
    assert "No analysis can be told for this base date." in text
    assert "The table survey is missing." in text
    title = "Customer analysis report | Demo shop"
    assert problems(checked, language="en", title=title, fonts=LATIN, n_tables=1) == []


def test_what_cannot_be_told_is_said_in_its_place_and_together(tmp_path: Path) -> None:
    gone = {"untellable": "survey", "note": "Cannot be told: survey is missing."}
    parts: Parts = ["# Q", samples.metric("m", None, "share", title="NPS", **gone),
                    samples.table("t", ["amount"], [], title="By group", **gone),
                    samples.conclusion("c", "", **gone), samples.grid("g", [], title="Months", **gone)]  # fmt: skip
    text = Page(html(samples.one(tmp_path, parts))).text
    assert text.count("Cannot be told: survey is missing.") == 4 + 1  # in their places, and once for all of them
    assert "Cannot be told: survey is missing. RFM segmentation (3)" in text  # the conclusion only in its place
    assert "What could not be told" in text


def test_a_table_of_25_rows_is_whole_and_one_of_26_names_the_sheet() -> None:
    def rows(n: int) -> dict[str, Any]:
        return viewed(samples.table("t", ["segment", "amount"], [["new", k] for k in range(n)]))

    assert (len(rows(25)["cells"]), rows(25)["left_out"]) == (25, [])
    assert (len(rows(26)["cells"]), rows(26)["left_out"]) == (
        10, ["The first 10 rows of 26 rows. All of them: workbook, sheet “Sheet of it”."])  # fmt: skip
    assert rows(1)["cells"][0][1]["text"] == "0"


def test_a_list_without_a_workbook_shows_its_first_rows(tmp_path: Path) -> None:
    frame = pd.DataFrame({"customer_id": [f"{k:05}" for k in range(40)], "amount": range(40)})
    shown = viewed(samples.sheet("s", frame, tmp_path), sheet="")
    assert [row[0]["text"] for row in shown["cells"]] == [f"{k:05}" for k in range(3)]
    assert shown["left_out"] == ["The first 3 rows of 40 rows."]


def test_a_long_list_with_a_workbook_is_its_name_and_its_sheet(tmp_path: Path) -> None:
    frame = pd.DataFrame({"customer_id": [f"{k:05}" for k in range(40)], "amount": range(40)})
    parts: Parts = ["# Q", samples.sheet("s", frame, tmp_path, title="Call list"),
                    samples.sheet("t", frame.head(10), tmp_path, title="Short list")]  # fmt: skip
    page = Page(html(samples.one(tmp_path, parts, formats=["pdf", "xlsx"])))
    assert "40 rows: workbook, sheet “Call list”." in page.text
    assert "00009" in page.text  # of the short one
    assert page.text.count("00001") == 1


def test_sheets_are_named_as_the_workbook_names_them(tmp_path: Path) -> None:
    parts = everything()
    run = samples.one(tmp_path, [*parts, samples.table("t2", ["amount"], [[1]], title="Contents"),
                                 samples.table("t3", ["amount"], [[1]], title="A long table")])  # fmt: skip
    items = {"rfm": read(run.notebooks[0].notebook or Path())}
    book = openpyxl.load_workbook(write_workbook(run, items, tmp_path / "x.xlsx"))
    named = paper_tables.sheet_names(items)
    assert named["rfm", "t3"] == "A long table (2)"
    assert [name for name in named.values() if name not in book.sheetnames] == []
    assert [book[name]["A1"].value for name in named.values()] == [
        item["title"] for item in exhibits(items["rfm"], "table", "grid", "chart", "sheet")
    ]


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("n", [1, 5, 12, 24, 60])
def test_a_table_never_asks_for_more_than_the_page(language: str, n: int) -> None:
    words.speak(language, "JPY")
    columns = [{"name": f"c{k}", "label": f"Some label 見出し {k}", "unit": "円", "kind": "money"} for k in range(n)]
    item = samples.bundle("table", "t", title="t", columns=columns, rows=[[123456789] * n] * 3)
    shown = viewed(item)
    assert sum(shown["widths"]) == pytest.approx(100, abs=0.1)
    assert shown["table_width"] <= 100
    points = paper_tables.SIZES[shown["size"]]
    room = paper_tables.LINE / points * shown["table_width"] / 100
    for place, width in enumerate(shown["widths"]):
        assert ruler.width(shown["cells"][0][place]["text"], language) < room * width / 100
    assert (len(shown["headers"]) < n) == bool(shown["left_out"])
    assert n < 60 or "Some label 見出し 59" in shown["left_out"][0]


def test_entries_and_long_texts_go_before_figures() -> None:
    memo = "言葉 " * 30
    columns = [{"name": f"c{k}", "label": f"c{k}", "unit": "", "kind": "money"} for k in range(15)]
    columns.insert(1, {"name": "memo", "label": "Memo", "unit": "", "kind": "text"})
    item = samples.bundle("table", "t", title="t", columns=columns, rows=[[1, memo, *[1234567890] * 14]])
    shown = viewed(item)
    assert "Memo" not in [header["text"] for header in shown["headers"]]
    assert shown["left_out"][0].startswith("Columns not shown: Memo")


def test_a_wide_matrix_keeps_its_first_columns() -> None:
    shown = viewed(samples.grid("g", [[cell(0.5)] * 60], title="g"))
    assert 10 < len(shown["column_labels"]) == len(shown["grid"][0][2]) < 60
    assert shown["left_out"][0].startswith("Columns not shown: ")


@pytest.mark.parametrize("n", [1, 11, 12, 13, 60])
def test_a_matrix_leaves_room_for_the_white_between_its_cells(n: int) -> None:
    shown = viewed(samples.grid("g", [[cell(0.5)] * n], title="g"))
    table = paper_tables.LINE * shown["table_width"] / 100
    columns = table * sum(shown["widths"]) / 100
    gaps = paper_tables.SPACING * (len(shown["widths"]) + 1)
    assert columns + gaps <= table + 0.5


def test_the_long_labels_of_a_matrix_take_two_lines_and_no_column_is_lost() -> None:
    item = samples.grid("g", [[cell(0.5)] * 7], title="g", column_labels=["Excellent customer"] * 7)
    assert viewed(item)["left_out"] == []


def test_small_neighbours_stand_beside_each_other_and_large_ones_do_not() -> None:
    small = paper_tables.fitted(view(samples.grid("g", [[cell(0.5)] * 4], title="g")))
    large = paper_tables.fitted(view(samples.grid("g", [[cell(0.5)] * 15], title="g")))
    prose, listed = {"shape": "prose", "html": ""}, {"shape": "listed"}
    assert [block["shape"] for block in paper_tables.side_by_side([listed] * 3)] == ["pair", "listed"]
    assert [block["shape"] for block in paper_tables.side_by_side([small, small, small, prose, small])] == [
        "pair", "grid", "prose", "grid"]  # fmt: skip
    assert [block["shape"] for block in paper_tables.side_by_side([small, large, prose])] == ["grid", "grid", "prose"]


def test_the_ruler_measures_as_the_fonts_draw() -> None:
    assert ruler.width("あ", "ja") == 1
    assert ruler.width("1", "en") == pytest.approx(0.636, abs=0.001)  # DejaVu Sans
    assert ruler.width("あ1", "en") == pytest.approx(1.636, abs=0.001)
    assert ruler.longest_piece("a bb", "en") == pytest.approx(ruler.width("bb", "en"))
    assert ruler.longest_piece("とても長い言葉", "ja") == ruler.SHORTEST_LINE


def test_the_document_fetches_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text(base64.b64decode(samples.PICTURE.split(",")[1]).decode(), encoding="utf-8")
    inside = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">'
              f'<image href="{secret.as_uri()}" width="9" height="9"/></svg>')  # fmt: skip
    picture = "data:image/svg+xml;base64," + base64.b64encode(inside.encode()).decode()
    native = {"form": "line", "x": "k", "y": ["rate"]}
    chart = samples.chart("c", ["k", "rate"], [[1, 0.5]], native, title="t", picture=picture)
    made(samples.one(tmp_path, ["# Q", chart]), tmp_path)
    assert [record.getMessage()[:26] for record in caplog.records] == ["Failed to render SVG image"]


def test_a_heading_inside_a_section_is_one_level_deeper(tmp_path: Path) -> None:
    levels = Page(html(samples.one(tmp_path, ["# Q", "### First", "## S", "#### Deep", "Text."]))).headings()
    assert levels[:6] == [1, 2, 2, 3, 3, 4]


def test_a_finding_without_words_makes_no_bullet_on_page_or_paper() -> None:
    items: list[dict[str, Any]] = [samples.finding("empty", ""), samples.finding("told", "Half came back.")]
    (block,) = lay_out("rfm", items)[1][0].blocks
    assert [item["id"] for item in block["items"]] == ["told"]


def whole_report(home: Path, report: Path) -> ReportInput:
    """The input of a finished Japanese report of the sample shop, read again from its evidence."""
    told = json.loads((report / "manifest.json").read_text(encoding="utf-8"))
    shop = crmlib.open_shop(home / "parameters" / "demo.yml")
    paths = {name: report / "evidence" / f"{name}.ipynb" for name in told["notebooks"]}
    parts = [
        NotebookRun(name=name, verdict=entry["verdict"], reason=entry["reason"], folder=paths[name].with_suffix(""),
                    notebook=paths[name] if paths[name].is_file() else None)
        for name, entry in told["notebooks"].items()
    ]  # fmt: skip
    return ReportInput(
        client=shop.client, as_of=shop.as_of, language="ja", policy=told["policy"], read_notes=list(shop.read_notes),
        ledgers={table: ledger.frame() for table, ledger in shop.ledgers.items()}, version=crmlib.__version__,
        notebooks=parts, formats=["pdf", "xlsx"],
    )  # fmt: skip


@pytest.mark.slow
def test_the_whole_sample_report_is_as_pdf_ua_wants_it(demo_home: Path, demo_report: Path, tmp_path: Path) -> None:
    run = whole_report(demo_home, demo_report)
    words.speak("ja", run.client.currency)
    items = {part.name: read(part.notebook) for part in run.notebooks if part.verdict == "ok" and part.notebook}
    assert len(items) > 8
    n_tables = paper.document(run, items).count("<table")
    checked = Checked(write_pdf(run, items, tmp_path / "x.pdf"))
    fonts = {"IPAexGothic", "DejaVu-Sans"}  # the second draws the courses of the KPIs
    title = f"顧客分析レポート | {run.client.title_in('ja')}"
    assert problems(checked, language="ja", title=title, fonts=fonts, n_tables=n_tables) == []
    assert beyond_margins(checked.path) == []
    assert "〓" not in " ".join(checked.pages())
