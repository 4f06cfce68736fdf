"""What of a sheet is printed, where its chart stands, what it draws, and that Excel and LibreOffice can open it."""

from __future__ import annotations

import re
import subprocess
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from crmlib import words
from crmlib.dictionary import KINDS
from crmlib.plots import colours
from crmlib.report import series, settings
from crmlib.report.publish import publish
from crmlib.report.sheets import number, number_format
from tests.report import samples
from tests.report.samples import cell
from tests.report.test_workbook import HOSTILE, body, tables, workbook_of

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

BAR = {"form": "bar", "x": "segment", "y": ["rate"], "low": "rate_low", "high": "rate_high"}
NAMES = ["segment", "rate", "rate_low", "rate_high"]


@pytest.fixture(autouse=True)
def _english() -> None:
    words.speak("en", "JPY")


def bars(n: int = 3, **more: Any) -> dict[str, Any]:
    rows = [[f"name {k}", 0.1, 0.05, 0.2] for k in range(n)]
    return samples.chart("c", NAMES, rows, BAR, **{"title": "C", **more})


def anchor(sheet: Worksheet) -> tuple[int, int, int, int]:
    """First and last row and column of the sheet's one chart, counted from 1."""
    (chart,) = sheet._charts
    place = chart.anchor
    return place._from.row + 1, place.to.row + 1, place._from.col + 1, place.to.col + 1


def xml(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode()


@pytest.mark.parametrize(("n", "names"), [(3, NAMES[:2]), (3, NAMES), (21, NAMES), (1, [*NAMES, "amount"])])
def test_table_and_chart_stand_apart_and_both_are_printed(tmp_path: Path, n: int, names: list[str]) -> None:
    rows = [["a name", 0.1, 0.05, 0.2, 3][: len(names)] for _ in range(n)]
    form = {"form": "bar", "x": "segment", "y": ["rate"]}
    sheet = workbook_of(samples.one(tmp_path, [samples.chart("c", names, rows, form, title="C")]), tmp_path)["C"]
    top, bottom, left, right = anchor(sheet)
    (table,) = sheet.tables.values()
    _, _, last_column, last_row = openpyxl.utils.range_boundaries(table.ref)
    assert last_row is not None
    assert top > last_row or left > (last_column or 0)
    first, last = sheet.print_area.rpartition("!")[2].replace("$", "").split(":")
    _, _, printed_column, printed_row = openpyxl.utils.range_boundaries(f"{first}:{last}")
    assert first == "A1"
    assert (printed_row or 0) >= max(bottom, last_row)
    assert (printed_column or 0) >= max(right, last_column or 0)


def test_a_wide_short_table_has_its_chart_below_and_a_narrow_one_beside(tmp_path: Path) -> None:
    form = {"form": "bar", "x": "segment", "y": ["rate"]}
    names = ["segment", "rate", "n_customers", "n_orders", "amount", "share_amount", "share_customers"]
    wide = samples.chart("w", names, [["a", 0.1, 1, 2, 3, 0.4, 0.5]], form, title="Wide")
    narrow = samples.chart("n", NAMES[:2], [["a", 0.1]], form, title="Narrow")
    book = workbook_of(samples.one(tmp_path, [wide, narrow, bars(30, title="Long")]), tmp_path)
    assert anchor(book["Wide"])[0::2] == (8, 1)
    assert anchor(book["Narrow"])[0::2] == (6, 4)
    assert anchor(book["Long"])[0::2] == (6, 6)


def test_every_sheet_is_landscape_as_wide_as_its_page_with_its_header_repeated(tmp_path: Path) -> None:
    parts = [samples.table("t", ["segment", "n_orders"], [["new", 1]], title="T"), samples.metric("m", 3, "customers"),
             samples.grid("g", [[cell(0.5)]], title="G"), samples.finding("f", "F")]  # fmt: skip
    book = workbook_of(samples.one(tmp_path, parts), tmp_path)
    assert book.sheetnames == [
        "Contents",
        "What was found",
        "Key figures",
        "T",
        "G",
        "About this report",
        "Definitions",
    ]
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (True, 0)
        # Of a sheet of several tables no header belongs to all.
        several = sheet.title in ("What was found", "About this report")
        assert (sheet.print_title_rows or "") == ("" if several else "$5:$5")
        assert sheet.oddFooter.left.text == "Demo shop   Base date 31 March 2026"
        assert sheet.oddFooter.right.text == "&P / &N"
        assert sheet.print_area.startswith(f"'{sheet.title}'!$A$1:")


def test_a_table_too_wide_for_a_page_is_printed_on_larger_paper(tmp_path: Path) -> None:
    told = [
        *samples.columns("segment"),
        *({**samples.columns("rate")[0], "label": f"{'x' * 20} {k}"} for k in range(20)),
    ]
    wide = {**samples.table("w", ["segment"], [], title="W"), "columns": told, "rows": [["a", *[0.1] * 20]]}
    book = workbook_of(samples.one(tmp_path, [wide, samples.table("t", ["segment"], [], title="T")]), tmp_path)
    assert [book[name].page_setup.paperSize for name in ("W", "T")] == [8, 9]


def test_a_long_title_wraps_inside_what_is_printed(tmp_path: Path) -> None:
    parts = [samples.table("t", ["segment"], [], title="A title of many words " * 10)]
    sheet = workbook_of(samples.one(tmp_path, parts), tmp_path).worksheets[1]
    assert sheet["A1"].alignment.wrap_text
    assert {str(merged) for merged in sheet.merged_cells.ranges} == {"A1:L1", "A3:L3"}
    assert sheet.print_area.endswith("$A$1:$L$6")
    assert (sheet.row_dimensions[1].height or 0) > 60


def test_a_chart_is_told_in_words_and_draws_its_interval_from_nought(tmp_path: Path) -> None:
    book = workbook_of(samples.one(tmp_path, [bars()]), tmp_path)
    drawn = xml(tmp_path / "demo.xlsx", "xl/charts/chart1.xml")
    assert drawn.count("<c:errBars>") == 1
    # By reference to a hidden sheet: LibreOffice draws no bars whose lengths stand in the chart.
    lengths = re.findall(r"<c:(plus|minus)><c:numRef><c:f>'_lists'!\$([AB])\$1:\$[AB]\$3", drawn)
    assert lengths == [("plus", "A"), ("minus", "B")]
    hidden = book["_lists"]
    assert [[found.value for found in row] for row in hidden.rows] == [[pytest.approx(0.1), pytest.approx(0.05)]] * 3
    assert hidden.sheet_state == "hidden"
    assert re.findall(r'<c:(max|min|majorUnit) val="([\d.]+)"/>', drawn) == [
        ("max", "0.25"),
        ("min", "0.0"),
        ("majorUnit", "0.05"),
    ]
    assert '<c:numFmt formatCode="0%"' in drawn
    assert drawn.count('<a:latin typeface="Arial"/>') >= 2
    assert 'descr="Chart by ' in xml(tmp_path / "demo.xlsx", "xl/drawings/drawing1.xml")


def test_bars_of_less_than_nought_have_no_scale_cut_at_nought(tmp_path: Path) -> None:
    rows = [["a", -0.1], ["b", 0.1]]
    item = samples.chart("c", NAMES[:2], rows, {"form": "bar", "x": "segment", "y": ["rate"]}, title="C")
    workbook_of(samples.one(tmp_path, [item]), tmp_path)
    drawn = xml(tmp_path / "demo.xlsx", "xl/charts/chart1.xml")
    assert [float(low) for low in re.findall(r'<c:min val="(-?[\d.]+)"/>', drawn)] == [pytest.approx(-0.1)]


def test_bars_without_intervals_begin_at_nought_and_keep_excels_own_scale(tmp_path: Path) -> None:
    item = samples.chart(
        "c", ["segment", "amount"], [["a", 97], ["b", 99]], {"form": "bar", "x": "segment", "y": ["amount"]}
    )
    workbook_of(samples.one(tmp_path, [item]), tmp_path)
    drawn = xml(tmp_path / "demo.xlsx", "xl/charts/chart1.xml")
    assert re.findall(r'<c:(max|min) val="([\d.]+)"/>', drawn) == [("min", "0")]


def test_a_curve_ends_where_its_numbers_end(tmp_path: Path) -> None:
    rows = [[k, 0.9] for k in range(13)]
    item = samples.chart("c", ["k", "rate"], rows, {"form": "line", "x": "k", "y": ["rate"]})
    workbook_of(samples.one(tmp_path, [item]), tmp_path)
    drawn = xml(tmp_path / "demo.xlsx", "xl/charts/chart1.xml")
    assert re.findall(r'<c:max val="([\d.]+)"/>', drawn) == ["12.0", "1.0"]


def test_series_have_the_colours_that_they_mean(tmp_path: Path) -> None:
    rows = [[group, k, 0.1] for group in ("treatment", "control") for k in (1, 2)]
    form = {"form": "line", "x": "k", "y": ["rate"], "series": "series"}
    workbook_of(samples.one(tmp_path, [samples.chart("c", ["series", "k", "rate"], rows, form)]), tmp_path)
    found = re.findall(r'<c:spPr><a:ln w="\d+"><a:solidFill><a:srgbClr val="(\w+)"/>',
                       xml(tmp_path / "demo.xlsx", "xl/charts/chart1.xml"))  # fmt: skip
    assert found[:2] == [series.MEANING[name].lstrip("#") for name in ("treatment", "control")]


def test_scores_that_build_on_one_another_go_from_pale_to_deep(tmp_path: Path) -> None:
    rows = [[r, f, 10] for f in range(1, 6) for r in (2, 1)]
    form = {"form": "stacked_bar", "x": "r", "y": ["n_customers"], "series": "f"}
    workbook_of(samples.one(tmp_path, [samples.chart("c", ["r", "f", "n_customers"], rows, form)]), tmp_path)
    found = re.findall(
        r'<c:spPr><a:solidFill><a:srgbClr val="(\w+)"/>', xml(tmp_path / "demo.xlsx", "xl/charts/chart1.xml")
    )
    assert found[:5] == [colour.lstrip("#") for colour in series.RAMP]
    assert list(series.RAMP) == [colour.upper().replace("X", "x") for colour in colours.ramp(5)]


def test_hostile_texts_stay_texts_wherever_they_stand(tmp_path: Path) -> None:
    parts = []
    for place, text in enumerate([*HOSTILE, "&[File]&A", "'", "A1"]):
        table = samples.table(f"t{place}", ["segment", "rate"], [[text, 0.1]], title=text, note=text, source=text)
        table["columns"][0]["label"] = text
        chart = samples.chart(f"c{place}", ["segment", "rate"], [[text, 0.1]], {**BAR, "low": None, "high": None})
        chart["columns"][1]["label"] = text
        parts += [table, chart | {"title": text, "alt": text}]
    run = samples.one(tmp_path, parts, client=samples.Client(title="=1+1 &[File]" + "&" * 90))
    book = workbook_of(run, tmp_path)
    kinds = {found.data_type for sheet in book for row in sheet.iter_rows() for found in row}
    assert kinds == {"s", "n"}
    names = [name for name in zipfile.ZipFile(tmp_path / "demo.xlsx").namelist() if re.search(r"sheet\d+\.xml$", name)]
    assert len(names) == len(book.sheetnames)
    assert not any("<f>" in xml(tmp_path / "demo.xlsx", name) for name in names)
    # What a chart refers to is a cell, never a text of its own.
    drawn = [found for name in range(1, 14) for found in
             re.findall("<c:f>(.*?)</c:f>", xml(tmp_path / "demo.xlsx", f"xl/charts/chart{name}.xml"))]  # fmt: skip
    assert all(re.fullmatch(r".*!\$[A-Z]+\$\d+(:\$[A-Z]+\$\d+)?", found) for found in drawn)
    # In a footer & begins a code: every one of the title stands twice, and the code of the page is whole.
    foot = re.findall("<oddFooter>(.*?)</oddFooter>", xml(tmp_path / "demo.xlsx", names[0]))[0].replace("&amp;", "&")
    left = foot.removeprefix("&L").removesuffix("&R&P / &N")
    assert not left.replace("&&", "").count("&")
    assert left.startswith("=1+1 &&[File]&&")
    assert book.properties.title == run.client.title


def test_metrics_of_every_kind_have_the_value_and_the_format_of_their_kind(tmp_path: Path) -> None:
    kinds = [name for name, kind in KINDS.items() if kind.form in ("number", "money", "share", "points", "ratio")]
    assert len(kinds) > 5
    parts = [samples.metric(f"m{place}", 0.25 if place % 2 else 1234, kind) for place, kind in enumerate(kinds)]
    sheet = workbook_of(samples.one(tmp_path, parts), tmp_path)["Key figures"]
    found = [(row[2].value, row[2].number_format) for row in sheet.iter_rows(min_row=6, max_row=5 + len(kinds))]
    assert found == [(pytest.approx(number(part["value"], kind)), number_format(kind))
                     for part, kind in zip(parts, kinds, strict=True)]  # fmt: skip


def test_counts_are_coloured_by_their_square_root_and_a_column_of_one_value_is_left_out(tmp_path: Path) -> None:
    counts = samples.grid("n", [[cell(0, "customers"), cell(100, "customers")]], "customers", title="N")
    shares = [[cell(0.2), cell(1.0), cell(0.4)], [cell(0.1), cell(1.0), cell(0.3)]]
    book = workbook_of(samples.one(tmp_path, [counts, samples.grid("s", shares, title="S")]), tmp_path)
    (rule,) = next(iter(book["N"].conditional_formatting)).rules
    assert [(value.type, value.val) for value in rule.colorScale.cfvo] == [("min", 0), ("num", 25), ("max", 0)]
    assert [str(area.sqref) for area in book["S"].conditional_formatting] == ["B6:B7 D6:D7"]


def test_about_tells_settings_and_files_in_words_without_code_or_folders(tmp_path: Path) -> None:
    run = samples.one(tmp_path, ["# A"], made_from={"orders/data/acme/秘密/orders.csv": "ab" * 32})
    chosen = {"client": "acme", "desk": False, "dormant_days": 60, "margin_rate": None, "year": "fiscal",
              "r_cuts": [30, 1200], "of_my_own": 1}  # fmt: skip
    for part in run.notebooks:
        part.settings.update(chosen)
    about = tables(workbook_of(run, tmp_path)["About this report"])
    assert about[2:4] == [
        [["Condition", "Setting", "Report"], ["Days of silence until dormant", "60", "RFM segmentation"],
         ["Year compared", "fiscal year", "RFM segmentation"],
         ["Cuts of R", "30, 1,200", "RFM segmentation"]],
        [["File", "Table", "Fingerprint (SHA-256)"], ["orders.csv", "Orders", "ab" * 8]],
    ]  # fmt: skip


def test_a_setting_that_several_reports_share_stands_once() -> None:
    parts = [samples.NotebookRun(name=name, verdict="ok", settings={"dormant_days": 60}) for name in ("rfm", "calls")]
    gone = samples.NotebookRun(name="nps", verdict="no_data", settings={"dormant_days": 60})
    assert settings.settings(samples.report([*parts, gone])) == [
        ("Days of silence until dormant", "60", "RFM segmentation, Call list")]  # fmt: skip


def office(path: Path, to: str, folder: Path) -> Path:
    """The file as LibreOffice writes it anew."""
    home = f"-env:UserInstallation=file://{folder / 'profile'}"
    call = ["soffice", home, "--headless", "--convert-to", to, "--outdir", str(folder), str(path)]
    told = subprocess.run(call, check=True, capture_output=True, timeout=300)
    assert b"Error" not in told.stderr + told.stdout
    return folder / f"{path.stem}.{to}"


@pytest.mark.slow
def test_libreoffice_opens_prints_and_saves_the_workbook_with_all_that_it_holds(tmp_path: Path) -> None:
    parts = [bars(), samples.table("t", ["segment", "amount"], [["=1+1", 3]] * 30, title="T"),
             samples.grid("g", [[cell(1.0), cell(0.4)], [cell(1.0), cell(None, state="not_yet")]], title="G"),
             samples.metric("m", 0.25, "share")]  # fmt: skip
    publish(samples.one(tmp_path, parts), tmp_path)
    (tmp_path / "office").mkdir()
    before, path = (
        openpyxl.load_workbook(tmp_path / "demo.xlsx"),
        office(tmp_path / "demo.xlsx", "xlsx", tmp_path / "office"),
    )
    after = openpyxl.load_workbook(path)
    assert after.sheetnames == before.sheetnames
    for sheet in before:
        if sheet.tables:
            # An empty text comes back as an empty cell.
            assert body(after[sheet.title]) == [
                [None if value == "" else value for value in row] for row in body(sheet)
            ]
        assert len(after[sheet.title]._charts) == len(sheet._charts)
        assert after[sheet.title].print_area == sheet.print_area
    kinds = {found.data_type for sheet in after for row in sheet.iter_rows() for found in row}
    assert kinds == {"s", "n"}
    assert office(tmp_path / "demo.xlsx", "pdf", tmp_path / "office").stat().st_size > 10_000
