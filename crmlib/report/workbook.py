"""The workbook of a run: contents, key figures, a sheet an exhibit, conditions with the ledger, definitions."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.report import conditions
from crmlib.report.read import Item, exhibits
from crmlib.report.sheets import LAST_ROW, NOT_YET, Book, number_format, set_widths, write
from crmlib.report.views import about, header, heat_steps
from crmlib.words import N_

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from crmlib.report.publish import NotebookRun, ReportInput

HEADER_ROW = 4
LONG_TABLE = 20
FIGURES = {
    N_("Report"): 20, N_("Figure"): 40, N_("Value"): 16, N_("Unit"): 10, N_("95% from"): 12, N_("95% to"): 12,
    "n": 12, N_("Note"): 60,
}  # fmt: skip
TERMS = {N_("Term"): 34, N_("Unit"): 14, N_("Definition"): 100}


@dataclass(frozen=True)
class Entry:
    """A line of the contents sheet."""

    report: str
    sheet: str
    title: str
    n_rows: int


def write_workbook(run: ReportInput, items: dict[str, list[Item]], path: Path) -> Path:
    """Write the workbook and return its path.

    Raises:
        ValueError: rows on disk that are not those the notebook spoke of.
    """
    book = Book(path, run.client.title_in(run.language), run.as_of)
    contents = book.sheet(words.translate("Contents"))
    if any(exhibits(found, "metric") for found in items.values()):
        _figures(book, items)
    runs = {part.name: part for part in run.notebooks}
    entries = [
        _exhibit(book, runs[name], item, contents.get_name())
        for name, found in items.items()
        for item in exhibits(found, "table", "grid", "chart", "sheet")
        if not item.get("untellable")
    ]
    _conditions(book, run, conditions.pages_of(items))
    _definitions(book, conditions.pages_of(items))
    _contents(book, contents, run, items, entries)
    return book.close()


def _contents(
    book: Book, sheet: Worksheet, run: ReportInput, items: dict[str, list[Item]], entries: list[Entry]
) -> None:
    sheet.write_string(0, 0, run.client.title_in(run.language), book.format(bold=True, font_size=16))
    base = f"{words.translate('Base date')}: {words.phrase(run.as_of, 'date')}"
    sheet.write_string(1, 0, base, book.format(font_color="#566474"))
    row = _findings(book, sheet, items, 3)
    headers = [words.translate("Report"), words.translate("Sheet"), words.column("n_rows").label]
    for offset, entry in enumerate(entries, start=row + 1):
        sheet.write_string(offset, 0, entry.report, book.format())
        _link(book, sheet, offset, 1, entry.sheet, entry.title)
        sheet.write_number(offset, 2, entry.n_rows, book.format(num_format="#,##0"))
    book.head(sheet, row, headers, len(entries))
    for offset, name in enumerate(_other_sheets(book, sheet, entries), start=row + len(entries) + 3):
        _link(book, sheet, offset, 1, name, name)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 90)
    sheet.set_column(2, 2, 10)
    sheet.activate()


def _findings(book: Book, sheet: Worksheet, items: dict[str, list[Item]], row: int) -> int:
    told = [(words.label(name), item["text"]) for name, found in items.items() for item in exhibits(found, "finding")]
    if not told:
        return row
    for offset, (name, text) in enumerate(told, start=row + 1):
        sheet.write_string(offset, 0, name, book.format())
        sheet.write_string(offset, 1, text, book.format(text_wrap=True))
    book.head(sheet, row, [words.translate("Report"), words.translate("The answer in short")], len(told))
    return row + len(told) + 2


def _other_sheets(book: Book, contents: Worksheet, entries: list[Entry]) -> list[str]:
    shown = {entry.sheet for entry in entries} | {contents.get_name()}
    return [sheet.get_name() for sheet in book.workbook.worksheets() if sheet.get_name() not in shown]


def _link(book: Book, sheet: Worksheet, row: int, column: int, name: str, text: str) -> None:
    target = "internal:'" + name.replace("'", "''") + "'!A1"
    style = book.format(font_color="#17497A", underline=1, text_wrap=True)
    sheet.write_url(row, column, target, style, string=text[:255])


def _figures(book: Book, items: dict[str, list[Item]]) -> None:
    sheet = book.sheet(words.translate("Key figures"))
    shown = [(words.label(name), item) for name, found in items.items() for item in exhibits(found, "metric")]
    _title(book, sheet, words.translate("Key figures"), [])
    for row, (label, item) in enumerate(shown, start=HEADER_ROW + 1):
        _figure(book, sheet, row, label, item)
    book.head(sheet, HEADER_ROW, [words.translate(name) for name in FIGURES], len(shown))
    sheet.freeze_panes(HEADER_ROW + 1, 2)
    for column, width in enumerate(FIGURES.values()):
        sheet.set_column(column, column, width)


def _figure(book: Book, sheet: Worksheet, row: int, label: str, item: Item) -> None:
    kind, text = item["value_kind"], book.format(text_wrap=True)
    shown = book.format(num_format=number_format(kind))
    for column, value in ((0, label), (1, item["title"]), (3, item["unit"]), (7, item["note"])):
        write(sheet, row, column, value, "text", text)
    for column, name in ((2, "value"), (4, "low"), (5, "high")):
        write(sheet, row, column, item.get(name), kind, shown)
    write(sheet, row, 6, item.get("n"), "count", book.format(num_format="#,##0"))


def _exhibit(book: Book, run: NotebookRun, item: Item, contents: str) -> Entry:
    sheet = book.sheet(item["title"] or item["id"])
    _title(book, sheet, item["title"], [item["note"], " · ".join(about(item))])
    _link(book, sheet, 1, 0, contents, "← " + words.translate("Contents"))
    if item["kind"] == "grid":
        _grid(book, sheet, item)
        return Entry(words.label(run.name), sheet.get_name(), item["title"], len(item["cells"]))
    rows = _all_rows(run, item) if item["kind"] == "sheet" else item["rows"]
    _table(book, sheet, item["columns"], rows)
    return Entry(words.label(run.name), sheet.get_name(), item["title"], len(rows))


def _title(book: Book, sheet: Worksheet, title: str, notes: Sequence[str]) -> None:
    sheet.write_string(0, 0, title, book.format(bold=True, font_size=13))
    note = "   ".join(part for part in notes if part)
    sheet.write_string(2, 0, note, book.format(font_color="#566474"))


def _table(book: Book, sheet: Worksheet, columns: list[dict[str, Any]], rows: Sequence[Sequence[Any]]) -> None:
    rows = rows[: LAST_ROW - HEADER_ROW - 2]
    book.table(sheet, HEADER_ROW, columns, rows, filtered=len(rows) > LONG_TABLE)
    sheet.freeze_panes(HEADER_ROW + 1, 1)
    sheet.repeat_rows(HEADER_ROW)
    kinds = [column["kind"] for column in columns]
    texts = ([words.text(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in rows)
    set_widths(sheet, [header(column) for column in columns], texts)


def _grid(book: Book, sheet: Worksheet, item: Item) -> None:
    sheet.write_string(3, 1, item["column_header"], book.format(font_color="#566474"))
    for row, (label, cells) in enumerate(zip(item["row_labels"], item["cells"], strict=True), start=HEADER_ROW + 1):
        sheet.write_string(row, 0, label, book.format())
        for column, cell in enumerate(cells, start=1):
            _grid_cell(book, sheet, row, column, cell, item["value_kind"])
    headers = [item["row_header"], *item["column_labels"]]
    book.head(sheet, HEADER_ROW, headers, len(item["cells"]))
    _colour(sheet, item)
    sheet.freeze_panes(HEADER_ROW + 1, 1)
    texts = [[label, *((cell or {}).get("text", "") for cell in cells)]
             for label, cells in zip(item["row_labels"], item["cells"], strict=True)]  # fmt: skip
    set_widths(sheet, headers, texts)


def _grid_cell(book: Book, sheet: Worksheet, row: int, column: int, cell: dict[str, Any] | None, kind: str) -> None:
    if cell is None or cell["state"] == "not_yet":
        sheet.write_blank(row, column, None, book.format(bg_color=NOT_YET))
        return
    # The star is in the format: a partial cell stays a number that can be summed and charted.
    shown = number_format(kind) + ('"*"' if cell["state"] == "partial" else "")
    write(sheet, row, column, cell["value"], kind, book.format(num_format=shown))


def _colour(sheet: Worksheet, item: Item) -> None:
    steps = heat_steps(item)
    coloured = [j for j in range(len(item["column_labels"])) if any(row[j] is not None for row in steps)]
    if coloured:
        scale = {"type": "2_color_scale", "min_color": "#F7FAFD", "max_color": "#6F9FC8"}
        last = HEADER_ROW + len(steps)
        sheet.conditional_format(HEADER_ROW + 1, coloured[0] + 1, last, coloured[-1] + 1, scale)


def _all_rows(run: NotebookRun, item: Item) -> list[tuple[Any, ...]]:
    """The rows of a sheet from its Parquet file, which must be the one the notebook wrote."""
    import duckdb

    path = (run.folder or Path()) / Path(item["file"]).name
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != item["sha256"]:
        raise ValueError(f"{run.name}: {path.name} is not the file that sheet {item['id']!r} was written to.")
    names = [column["name"] for column in item["columns"]]
    with duckdb.connect() as connection:
        rows = connection.read_parquet(str(path)).select(*names).fetchall()
    if len(rows) != item["n_rows"]:
        raise ValueError(f"{run.name}: sheet {item['id']!r} has {len(rows)} rows in {path.name}, not {item['n_rows']}.")
    return rows


def _conditions(book: Book, run: ReportInput, items: list[Item]) -> None:
    sheet = book.sheet(words.translate("Conditions"))
    _title(book, sheet, words.translate("Conditions"), [])
    said = [_named(name) for name in ("condition", "setting")]
    told = [*conditions.conditions(run, items), *conditions.policy(run), ("crmlib", run.version)]
    row = book.table(sheet, HEADER_ROW, said, told)
    for note in run.read_notes:
        sheet.write_string(row, 0, note, book.format(font_color="#566474"))
        row += 1
    row += bool(run.read_notes)
    for ledger in conditions.ledgers(run):
        title = f"{words.translate('Ledger of rows and money')}: {ledger['title']}"
        sheet.write_string(row, 0, title, book.format(bold=True))
        row = book.table(sheet, row + 1, ledger["columns"], ledger["rows"])
    for column, width in enumerate((44, 30, 18)):
        sheet.set_column(column, column, width)


def _named(name: str) -> dict[str, Any]:
    column = words.column(name)
    return {"name": name, "label": column.label, "unit": column.unit, "kind": "text"}


def _definitions(book: Book, items: list[Item]) -> None:
    found = conditions.definitions(items)
    if not found:
        return
    sheet = book.sheet(words.translate("Definitions"))
    _title(book, sheet, words.translate("Definitions"), [])
    columns = [{"label": words.translate(name), "unit": "", "kind": "text"} for name in TERMS]
    book.table(sheet, HEADER_ROW, columns, found)
    for column, width in enumerate(TERMS.values()):
        sheet.set_column(column, column, width)
