"""The workbook of a run: the sheets around it (`front`), and between them a sheet an exhibit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.report import conditions, form, front
from crmlib.report.book import HEAD, TABS, Book, Corner
from crmlib.report.front import TOP, Entry
from crmlib.report.matrix import legend, write_grid
from crmlib.report.native import insert_chart
from crmlib.report.read import Item, exhibits
from crmlib.report.rows import sheet_rows
from crmlib.report.series import all_in_order
from crmlib.report.sheets import LAST_ROW, fit
from crmlib.report.views import about, header
from crmlib.words import N_

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from crmlib.report.publish import NotebookRun, ReportInput

LONG_TABLE = 20


def write_workbook(run: ReportInput, items: dict[str, list[Item]], path: Path) -> Path:
    """Write the workbook and return its path.

    Raises:
        ValueError: rows on disk that are not those the notebook spoke of.
    """
    book = Book(path, run.client.title_in(run.language), run.as_of)
    contents = book.sheet(words.translate(front.CONTENTS))
    runs = {part.name: part for part in run.notebooks}
    shown = conditions.pages_of(items)
    entries = [
        *front.write_found(book, items),
        *front.write_figures(book, items),
        *(_exhibit(book, runs[name], item, TABS[place % len(TABS)])
          for place, (name, found) in enumerate(items.items()) for item in _with_a_sheet(found)),
        *front.write_about(book, run, shown),
        *front.write_definitions(book, shown),
    ]  # fmt: skip
    front.write_contents(book, contents, run, entries)
    return book.close()


def _with_a_sheet(found: list[Item]) -> list[Item]:
    return [item for item in exhibits(found, "table", "grid", "chart", "sheet") if not item.get("untellable")]


def _exhibit(book: Book, run: NotebookRun, item: Item, tab: str) -> Entry:
    sheet = book.sheet(item.get("name") or item["title"] or item["id"])
    sheet.set_tab_color(tab)
    rows = _rows(run, item)
    kept = rows[: LAST_ROW - TOP - 1]
    sheet.freeze_panes(TOP + 1, 2 if item.get("form") else 1)
    sheet.repeat_rows(TOP)
    widths = _WRITERS.get(item["kind"], _table)(book, sheet, item, kept)
    marks = legend(item) if item["kind"] == "grid" else [words.translate(form.LEGEND)] if item.get("form") else []
    notes = [_cut(len(kept), len(rows)), *marks, item["note"], " · ".join(about(item))]
    corners = [Corner(0, book.above(sheet, item["title"], notes, widths)),
               Corner(TOP + max(len(kept), 1), len(widths) - 1)]  # fmt: skip
    if item["kind"] == "chart":
        corners += insert_chart(book, sheet, item, kept, TOP + 1, widths)
    book.paper(sheet, corners, widths, whole=item["kind"] == "chart")
    return Entry(words.label(run.name), sheet.get_name(), item["title"], len(kept))


def _rows(run: NotebookRun, item: Item) -> Sequence[Sequence[Any]]:
    if item["kind"] == "sheet":
        return sheet_rows(run, item)
    return item["cells"] if item["kind"] == "grid" else all_in_order(item, item["rows"])


def _cut(n_kept: int, n_rows: int) -> str:
    if n_kept == n_rows:
        return "" if n_rows else words.translate(N_("No rows."))
    message = N_("Excel holds no more rows than these: the first {kept:rows} of {all:rows}.")
    return words.say(message, kept=n_kept, all=n_rows).text()


def _table(book: Book, sheet: Worksheet, item: Item, rows: Sequence[Sequence[Any]]) -> list[int]:
    filtered = len(rows) > LONG_TABLE
    measures = item.get("row_kinds") or ()
    book.table(sheet, TOP, item["columns"], rows, filtered=filtered, measures=measures)
    return _fit(sheet, item["columns"], rows, filtered, measures)


def _grid(book: Book, sheet: Worksheet, item: Item, rows: Sequence[Sequence[Any]]) -> list[int]:
    del rows  # a grid holds its cells itself
    return write_grid(book, sheet, TOP, item)


def _sheet(book: Book, sheet: Worksheet, item: Item, rows: Sequence[Sequence[Any]]) -> list[int]:
    asked = item.get("form")
    if not asked:
        return _table(book, sheet, item, rows)
    columns = form.with_entries(item["columns"], asked)
    blank = (None,) * (len(columns) - len(item["columns"]))
    wide = [(*row, *blank) for row in rows]
    styles = form.styles(columns, asked)
    heads = [form.ENTRY_HEAD if "bg_color" in style else HEAD for style in styles]
    book.table(sheet, TOP, columns, wide, filtered=True, styles=styles, heads=heads)
    form.guard(book, sheet, TOP, columns, asked, len(rows))
    return form.widen(sheet, columns, asked, _fit(sheet, columns, wide, filtered=True))


_WRITERS = {"grid": _grid, "sheet": _sheet}


def _fit(
    sheet: Worksheet, columns: list[dict[str, Any]], rows: Sequence[Sequence[Any]], filtered: bool,
    measures: Sequence[str | None] = (),
) -> list[int]:  # fmt: skip
    kinds = [column["kind"] for column in columns]
    texts = (
        [words.cell_text(value, kind, measure) for value, kind in zip(row, kinds, strict=True)]
        for row, measure in zip(rows, measures or [None] * len(rows), strict=True)
    )
    return fit(sheet, TOP, [header(column) for column in columns], texts, filtered=filtered)
