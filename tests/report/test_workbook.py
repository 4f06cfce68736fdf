"""The workbook: real tables, numbers as numbers, texts as texts, full rows, the same bytes on every run."""

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest

from crmlib import words
from crmlib.report.publish import publish
from crmlib.report.sheets import LINE_HEIGHT, sheet_name, unique_headers
from tests.report import samples
from tests.report.samples import cell, exactly

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from crmlib.report.publish import ReportInput

HOSTILE = ['=HYPERLINK("http://x")', "+1", "-2", "@SUM(A1)", "https://example.com", "{=1+1}", "00123", "１２",
           '"><script>', "\t=1+1", "a\nb"]  # fmt: skip


@pytest.fixture(autouse=True)
def _english() -> None:
    words.speak("en", "JPY")


def workbook_of(run: ReportInput, folder: Path) -> Workbook:
    folder.mkdir(exist_ok=True)
    publish(run, folder)
    return openpyxl.load_workbook(folder / f"{run.client.name}.xlsx")


def body(sheet: Worksheet) -> list[list[Any]]:
    """Header and rows of the sheet's first table."""
    (table, *_) = sheet.tables.values()
    return [[found.value for found in row] for row in sheet[table.ref]]


def tables(sheet: Worksheet) -> list[list[list[Any]]]:
    """Header and rows of every table of the sheet, from the top."""
    refs = sorted((table.ref for table in sheet.tables.values()), key=lambda ref: int(re.findall(r"\d+", ref)[0]))
    return [[[found.value for found in row] for row in sheet[ref]] for ref in refs]


def links(sheet: Worksheet) -> list[str]:
    """Where the links of a sheet lead; a link out of the workbook leads to an address."""
    found = [found.hyperlink for row in sheet.iter_rows() for found in row if found.hyperlink]
    return [str(link.target or link.location) for link in found]


def test_a_table_is_a_real_table_with_units_and_number_formats(tmp_path: Path) -> None:
    names = ["segment", "n_customers", "share_customers", "amount", "average_gap_days"]
    parts = [samples.table("t", names, [["champions", 12, 0.25, 3450, None]], title="Sales")]
    sheet = workbook_of(samples.one(tmp_path, parts), tmp_path / "out")["Sales"]
    assert body(sheet) == [
        ["Segment", "Customers", "Share of customers", "Sales (yen)", "Average days between orders"],
        ["Champions", 12, 0.25, 3450, None],
    ]
    assert [found.number_format for found in sheet[6][:5]] == ["@", "#,##0", "#,##0.0%", "#,##0", "#,##0.0"]
    assert sheet.freeze_panes == "B6"


def test_money_is_in_units_of_the_currency(tmp_path: Path) -> None:
    words.speak("en", "GBP")
    parts = [samples.table("t", ["amount"], [[123450], [None], [-5]], title="Sales")]
    run = samples.one(tmp_path, parts, client=samples.Client(currency="GBP"))
    sheet = workbook_of(run, tmp_path / "out")["Sales"]
    assert body(sheet) == [["Sales (GBP)"], [1234.5], [None], [-0.05]]
    assert sheet["A6"].number_format == "#,##0.00"


def test_dates_and_months_are_dates(tmp_path: Path) -> None:
    rows = [["2026-03-31", 2025 * 12 + 11], ["0001-01-01", None]]
    sheet = workbook_of(samples.one(tmp_path, [samples.table("t", ["last_day", "month"], rows, title="T")]), tmp_path)[
        "T"
    ]
    # Excel has no days before 1900: such a date stays a text.
    assert body(sheet)[1:] == [[datetime(2026, 3, 31), datetime(2025, 12, 1)], ["0001-01-01", None]]  # noqa: DTZ001
    assert [found.number_format for found in sheet[6][:2]] == ["yyyy-mm-dd", "yyyy-mm"]


def test_differences_in_points_are_points(tmp_path: Path) -> None:
    names = ["difference_points", "f2_difference", "f2_difference_low"]
    parts = [samples.table("t", names, [[0.125, 0.0354, -0.07]], title="T")]
    assert body(workbook_of(samples.one(tmp_path, parts), tmp_path)["T"])[1:] == [[12.5, 3.54, -7.0]]


def test_hostile_texts_arrive_as_texts_and_nothing_is_a_formula(tmp_path: Path) -> None:
    table = samples.table("t", ["name"], [[text] for text in HOSTILE], title="T", note="=1+1")
    client = samples.Client(title='=HYPERLINK("x")&[A]')
    book = workbook_of(samples.one(tmp_path, [table, samples.finding("f", "=2+2")], client=client), tmp_path / "out")
    assert [row[0] for row in body(book["T"])[1:]] == HOSTILE
    kinds = {found.data_type for sheet in book for row in sheet.iter_rows() for found in row}
    assert kinds == {"s", "n"}
    assert book["Contents"]["A1"].value == '=HYPERLINK("x")&[A]'
    assert all(target.startswith("'") for sheet in book for target in links(sheet))


def test_a_text_longer_than_a_cell_is_cut(tmp_path: Path) -> None:
    parts = [samples.table("t", ["name"], [["x" * 40_000]], title="T")]
    assert len(body(workbook_of(samples.one(tmp_path, parts), tmp_path)["T"])[1][0]) == 32_767


def test_a_grid_is_a_matrix_whose_partial_cells_stay_numbers(tmp_path: Path) -> None:
    cells = [[cell(1.0), cell(0.4)], [cell(1.0), cell(0.2, state="partial")], [cell(1.0), cell(None, state="not_yet")]]
    sheet = workbook_of(samples.one(tmp_path, [samples.grid("g", cells, title="Cohorts")]), tmp_path)["Cohorts"]
    assert body(sheet) == [
        ["First purchase", "0", "1"],
        ["2025-01", 1, 0.4],
        ["2025-02", 1, 0.2],
        ["2025-03", 1, None],
    ]
    assert [sheet[name].number_format for name in ("C6", "C7")] == ["#,##0.0%", '#,##0.0%"*"']
    # Partial cells differ by more than their star; what is not yet seen has no ground that the scale could have.
    assert [sheet[name].font.italic for name in ("C6", "C7")] == [False, True]
    assert [sheet[name].fill.patternType for name in ("C6", "C8")] == [None, "lightUp"]
    assert "* in italics: the period is not over yet; the figure will still rise.   Hatched: not" in sheet["A3"].value
    assert [str(rule.sqref) for rule in sheet.conditional_formatting] == ["C6:C8"]


def test_a_grid_names_the_customers_of_each_row_as_numbers(tmp_path: Path) -> None:
    cells = [[cell(1.0, n=500), cell(0.4, n=200)], [cell(1.0, n=200), cell(0.3, n=200)]]
    sheet = workbook_of(samples.one(tmp_path, [samples.grid("g", cells, title="Cohorts")]), tmp_path)["Cohorts"]
    assert body(sheet) == [
        ["First purchase", "Customers at start", "0", "1"],
        ["2025-01", "200 – 500", 1, 0.4],
        ["2025-02", 200, 1, 0.3],
    ]
    assert [str(rule.sqref) for rule in sheet.conditional_formatting] == ["D6:D7"]


def test_scores_that_name_rows_are_numbers(tmp_path: Path) -> None:
    grid = samples.grid("g", [[cell(3, "customers")]] * 3, "customers", title="G", row_labels=["5", "007", "2025-01"])
    assert [row[0] for row in body(workbook_of(samples.one(tmp_path, [grid]), tmp_path)["G"])] == [
        "First purchase", 5, "007", "2025-01",
    ]  # fmt: skip


def test_of_many_lines_the_legend_names_the_one_of_all(tmp_path: Path) -> None:
    rows = [[series, k, 0.1] for series in ("pooled", "2025-01", "2025-02") for k in (1, 2)]
    native = {"form": "line", "x": "k", "y": ["rate"], "series": "series"}
    parts = [samples.chart("c", ["series", "k", "rate"], rows, native, title="C")]
    workbook_of(samples.one(tmp_path, parts), tmp_path)
    with zipfile.ZipFile(tmp_path / "demo.xlsx") as archive:
        drawn = archive.read("xl/charts/chart1.xml").decode()
    legend = drawn[drawn.index("<c:legend>") :]
    assert drawn.count("<c:ser>") == 3
    assert re.findall(r'<c:legendEntry><c:idx val="(\d)"/><c:delete val="1"/>', legend) == ["0", "1"]


def test_a_row_without_a_place_on_the_axis_is_in_the_table_and_not_drawn(tmp_path: Path) -> None:
    form = {"form": "bar", "x": "week", "y": ["n_customers"]}
    parts = [samples.chart("c", ["week", "n_customers"], [[1, 3], [None, 99], [2, 4]], form, title="Weeks")]
    sheet = workbook_of(samples.one(tmp_path, parts), tmp_path)["Weeks"]
    assert body(sheet)[1:] == [[1, 3], [2, 4], [None, 99]]
    with zipfile.ZipFile(tmp_path / "demo.xlsx") as file:
        drawn = re.findall("<c:f>(.*?)</c:f>", file.read("xl/charts/chart1.xml").decode())
    assert drawn == ["Weeks!$B$5", "Weeks!$A$6:$A$7", "Weeks!$B$6:$B$7"]


def test_a_chart_names_its_bars_apart_and_keeps_no_figure_for_a_blank_cell(tmp_path: Path) -> None:
    form = {"form": "bar", "x": "segment", "y": ["f2_difference"]}
    rows = [["new", 2, 0.0354], ["new", 3, None], ["loyal", None, 0.25]]
    parts = [samples.chart("c", ["segment", "week", "f2_difference"], rows, form, title="Bars")]
    publish(samples.one(tmp_path, parts), tmp_path)
    with zipfile.ZipFile(tmp_path / "demo.xlsx") as file:
        drawn = file.read("xl/charts/chart1.xml").decode()
    assert re.findall(r'<c:pt idx="(\d)"><c:v>(.*?)</c:v>', drawn.split("<c:cat>")[1]) == [
        ("0", "New customers 2"), ("1", "New customers 3"), ("2", "Loyal customers"), ("0", "3.54"), ("2", "25"),
    ]  # fmt: skip
    assert '<c:dispBlanksAs val="gap"/>' in drawn


def test_all_rows_of_a_sheet_are_there(tmp_path: Path) -> None:
    frame = pd.DataFrame({"customer_id": [f"{i:05}" for i in range(500)], "last_day": range(20_000, 20_500),
                          "average_gap_days": [float("nan"), 1.5] * 250})  # fmt: skip
    bundle = samples.sheet("list", frame, tmp_path / "kernel", title="Customers")
    bundle["rows"] = []
    notebook = samples.write_notebook(tmp_path / "rfm.ipynb", [bundle])
    part = samples.NotebookRun(name="rfm", verdict="ok", notebook=notebook, folder=tmp_path / "kernel")
    rows = body(workbook_of(samples.report([part]), tmp_path / "out")["Customers"])
    assert len(rows) == 501
    assert rows[1] == ["00000", datetime(2024, 10, 4), None]  # noqa: DTZ001 - 20,000 days after 1970-01-01
    assert rows[500] == ["00499", datetime(2026, 2, 15), 1.5]  # noqa: DTZ001


def test_rows_beyond_the_end_of_a_sheet_are_said_to_be_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmlib.report.workbook.LAST_ROW", 8)  # the header is row 5, so three rows fit
    parts = [samples.sheet("s", pd.DataFrame({"customer_id": list("abcde")}), tmp_path, title="S", note="Ids only.")]
    book = workbook_of(samples.one(tmp_path, parts), tmp_path)
    assert [row[0] for row in body(book["S"])] == ["Customer id", "a", "b", "c"]
    assert str(book["S"]["A3"].value).startswith(
        "Excel holds no more rows than these: the first 3 rows of 5 rows.   Ids only."
    )


def test_a_long_table_has_filters_and_a_short_one_has_none(tmp_path: Path) -> None:
    long = samples.table("a", ["segment", "n_customers"], [["new", 1]] * 21, title="Long")
    short = samples.table("b", ["segment", "n_customers"], [["new", 1]] * 20, title="Short")
    book = workbook_of(samples.one(tmp_path, [long, short]), tmp_path)
    assert [bool(table.autoFilter) for name in ("Long", "Short") for table in book[name].tables.values()] == [
        True,
        False,
    ]
    # The button of a filter stands at the right end of the header.
    assert [book[name]["B5"].alignment.indent for name in ("Long", "Short")] == [2, 0]


def test_key_figures_stand_apart_from_their_units_and_tell_their_period(tmp_path: Path) -> None:
    parts = [
        samples.metric("m", 3, "customers", title="M", n=9, note="Note.", period="May 2025"),
        samples.metric("d", None, "days", title="D", text="not reached", low=179, open_end="not reached"),
    ]
    sheet = workbook_of(samples.one(tmp_path, parts), tmp_path)["Key figures"]
    assert body(sheet)[:2] == [
        ["Report", "Metric", "Value", "Unit", "95% from", "95% to", "n", "Period", "Note"],
        ["RFM segmentation", "M", 3, "customers", None, None, 9, "May 2025", "Note."],
    ]
    assert body(sheet)[2][2:6] == ["not reached", "days", 179, "not reached"]
    assert [sheet[name].alignment.indent for name in ("C6", "D6", "H6")] == [0, 1, 1]


def test_a_p_value_below_a_thousandth_is_never_zero(tmp_path: Path) -> None:
    parts = [samples.table("t", ["pvalue"], [[0.0001], [0.04]], title="T")]
    sheet = workbook_of(samples.one(tmp_path, parts), tmp_path)["T"]
    assert [row[0] for row in body(sheet)[1:]] == [0.0001, 0.04]
    assert sheet["A6"].number_format == '[<0.001]"<0.001";0.000'


def test_rows_that_are_not_those_shown_are_refused(tmp_path: Path) -> None:
    bundle = samples.sheet("list", pd.DataFrame({"customer_id": ["1"]}), tmp_path)
    samples.sheet("list", pd.DataFrame({"customer_id": ["2"]}), tmp_path)
    message = "rfm: list.parquet is not the file that sheet 'list' was written to."
    with pytest.raises(ValueError, match=exactly(message)):
        publish(samples.one(tmp_path, [bundle]), tmp_path)


def test_a_sheet_of_another_length_is_refused(tmp_path: Path) -> None:
    bundle = {**samples.sheet("list", pd.DataFrame({"customer_id": ["1"]}), tmp_path), "n_rows": 2}
    with pytest.raises(ValueError, match=exactly("rfm: sheet 'list' has 1 rows in list.parquet, not 2.")):
        publish(samples.one(tmp_path, [bundle]), tmp_path)


def test_a_file_outside_the_kernels_folder_is_not_read(tmp_path: Path) -> None:
    bundle = samples.sheet("list", pd.DataFrame({"customer_id": ["1"]}), tmp_path / "elsewhere")
    bundle["file"] = "elsewhere/list.parquet"
    with pytest.raises(
        ValueError, match=exactly("rfm: list.parquet is not the file that sheet 'list' was written to.")
    ):
        publish(samples.one(tmp_path, [bundle]), tmp_path)


def test_a_long_note_wraps_over_the_columns_of_its_table(tmp_path: Path) -> None:
    table = samples.table("t", ["segment", "n_customers"], [["new", 1]], title="T", note="x " * 150)
    sheet = workbook_of(samples.one(tmp_path, [table]), tmp_path)["T"]
    assert [str(merged).split(":")[0] for merged in sheet.merged_cells.ranges] == ["A1", "A3"]
    assert sheet["A3"].alignment.wrap_text
    # 300 letters and the period on lines of about a hundred: four.
    assert sheet.row_dimensions[3].height == 4 * LINE_HEIGHT


def test_the_contents_link_to_every_exhibit_and_back(tmp_path: Path) -> None:
    table = samples.table("a", ["segment"], [["new"]], title="It's a [table]")
    book = workbook_of(samples.one(tmp_path, [table, samples.grid("b", [[cell(0.1)]], title="G")]), tmp_path)
    assert links(book["Contents"]) == ["'It''s a table'!A1", "'G'!A1", "'About this report'!A1"]
    assert links(book["G"]) == ["'Contents'!A1"]
    assert book["It's a table"]["A1"].value == "It's a [table]"


def test_conditions_and_ledger_have_their_sheet(tmp_path: Path) -> None:
    sheet = workbook_of(samples.one(tmp_path, ["# A"]), tmp_path)["About this report"]
    conditions, policy, met, summary, ledger = tables(sheet)
    assert summary == [["Table", "Rows read", "Rows left out", "Rows used"], ["Orders", 100, 10, 90]]
    assert ["Base date", "31 March 2026"] in conditions
    assert conditions[-1] == ["crmlib", "0.1.0"]
    assert policy[1:] == [["Cancelled", "left out"], ["Pending", "kept"]]
    assert met[1:] == [["", "orders: cp932"]]
    assert ledger[0] == ["Reason", "Rows", "Amount (yen)"]
    assert ledger[1] == ["Rows read", 100, 500_000]
    assert ledger[-1] == ["Rows used", 90, 460_000]


def test_definitions_are_those_of_the_columns_used(tmp_path: Path) -> None:
    parts = [samples.table("a", ["segment", "n_orders", "amount"], []), samples.table("b", ["amount"], [])]
    rows = body(workbook_of(samples.one(tmp_path, parts), tmp_path)["Definitions"])
    assert [row[:2] for row in rows] == [["Term", "Unit"], ["Orders", ""], ["Sales", "yen"]]
    assert rows[1][2] == words.DEFINITIONS["n_orders"]


def test_the_same_report_has_the_same_bytes(tmp_path: Path) -> None:
    parts = [samples.table("a", ["segment"], [["new"]], title="T"), samples.metric("m", 3, "customers")]
    run = samples.one(tmp_path, parts)
    publish(run, tmp_path)
    first = (tmp_path / "demo.xlsx").read_bytes()
    publish(run, tmp_path)
    assert (tmp_path / "demo.xlsx").read_bytes() == first


def test_empty_exhibits_and_no_exhibits_give_a_workbook_that_opens(tmp_path: Path) -> None:
    empty = samples.table("a", ["segment", "amount"], [], title="Empty")
    book = workbook_of(samples.one(tmp_path, [empty, samples.grid("g", [], title="No cells")]), tmp_path)
    assert body(book["Empty"]) == [["Segment", "Sales (yen)"], [None, None]]
    assert [book[name]["A3"].value.split("  ")[0] for name in ("Empty", "No cells")] == ["No rows.", "No rows."]
    assert workbook_of(samples.report([]), tmp_path / "none").sheetnames == ["Contents", "About this report"]


def test_what_cannot_be_told_has_no_sheet(tmp_path: Path) -> None:
    parts = [samples.table("a", ["segment"], [], title="Gone", untellable="surveys", note="Missing.")]
    assert "Gone" not in workbook_of(samples.one(tmp_path, parts), tmp_path).sheetnames


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("a" * 40, "a" * 31),
        ("x/y\\z?*[]:", "x y z"),
        ("'quoted'", "quoted"),
        ("", "-"),
        ("History", "History (2)"),
        ("😀" * 20, "😀" * 15),
        ("line\nbreak", "line break"),
        ("Customers by segment and by month of birth", "Customers by segment and by"),
        ("Customers by segment and by day of birth", "Customers by segment and by day"),
    ],
)
def test_sheet_names_keep_excels_rules(wanted: str, name: str) -> None:
    assert sheet_name(wanted, {"history"}) == name


def test_sheet_names_are_unique_whatever_the_case() -> None:
    taken: set[str] = set()
    names = [sheet_name(text, taken) for text in ("Sales", "SALES", "sales", "s" * 31, "S" * 40)]
    assert names == ["Sales", "SALES (2)", "sales (3)", "s" * 31, "S" * 27 + " (2)"]


def test_headers_are_unique_and_on_one_line() -> None:
    assert unique_headers(["A", "a", "", "x\ny", " "]) == ["A", "a (2)", "-", "x y", "- (2)"]


def test_the_workbook_says_when_it_was_made_by_the_base_date(tmp_path: Path) -> None:
    book = workbook_of(samples.one(tmp_path, ["# A"], as_of=date(2025, 1, 2)), tmp_path)
    assert book.properties.created == datetime(2025, 1, 2)  # noqa: DTZ001
    assert book.properties.title == "Demo shop"
