"""The workbook of a run: contents, key figures, a sheet an exhibit, conditions with the ledger, definitions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.report import conditions, form
from crmlib.report.native import insert_chart
from crmlib.report.read import Item, exhibits
from crmlib.report.rows import sheet_rows
from crmlib.report.series import in_order
from crmlib.report.sheets import HEAD, LAST_ROW, QUIET, Book, fit, fit_to, number_format, write
from crmlib.report.views import about, header, heat_steps, next_text, size_header, size_text, sizes, stake_text
from crmlib.words import N_

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from crmlib.report.publish import NotebookRun, ReportInput

TOP = 4  # the row of a table's header; above it title, way back and notes
LONG_TABLE = 20
NOT_YET, PALEST, DARKEST = "#F3F4F6", "#F7FAFD", "#6F9FC8"
CONTENTS_WIDTHS, CONDITIONS_WIDTHS, TERMS_WIDTHS = (24, 84, 10), (44, 34, 18, 18), (34, 14, 84)
FIGURES = {
    N_("Report"): 20, N_("Metric"): 36, N_("Value"): 15, N_("Unit"): 11, N_("95% from"): 16, N_("95% to"): 16,
    "n": 10, N_("Period"): 34, N_("Note"): 40,
}  # fmt: skip
FIGURE_KINDS = ("text", "text", "count", "text", "count", "count", "count", "text", "text")
TERMS = (N_("Term"), N_("Unit"), N_("Definition"))


@dataclass(frozen=True)
class Entry:
    """A line of the contents: where it belongs, the sheet it leads to, and its rows if it is an exhibit."""

    report: str
    sheet: str
    title: str
    n_rows: int | None = None


def write_workbook(run: ReportInput, items: dict[str, list[Item]], path: Path) -> Path:
    """Write the workbook and return its path.

    Raises:
        ValueError: rows on disk that are not those the notebook spoke of.
    """
    book = Book(path, run.client.title_in(run.language), run.as_of)
    contents = book.sheet(words.translate("Contents"))
    runs = {part.name: part for part in run.notebooks}
    shown = conditions.pages_of(items)
    entries = [
        *_figures(book, items),
        *(_exhibit(book, runs[name], item) for name, found in items.items() for item in _with_a_sheet(found)),
        _conditions(book, run, shown),
        *_definitions(book, shown),
    ]
    _contents(book, contents, run, items, entries)
    return book.close()


def _with_a_sheet(found: list[Item]) -> list[Item]:
    return [item for item in exhibits(found, "table", "grid", "chart", "sheet") if not item.get("untellable")]


def _contents(
    book: Book, sheet: Worksheet, run: ReportInput, items: dict[str, list[Item]], entries: list[Entry]
) -> None:
    book.heading(sheet, run.client.title_in(run.language))
    base = f"{words.translate('Base date')}: {words.phrase(run.as_of, 'date')}"
    sheet.write_string(1, 0, base, book.format(font_color=QUIET))
    top = _findings(book, sheet, items, TOP - 1)
    headers = [words.translate("Report"), words.translate("Sheet"), words.column("n_rows").label]
    for row, entry in enumerate(entries, start=top + 1):
        sheet.write_string(row, 0, entry.report, book.format())
        _link(book, sheet, row, 1, entry.sheet, entry.title)
        write(sheet, row, 2, entry.n_rows, "count", book.format(num_format="#,##0"))
    book.head(sheet, top, headers, len(entries), kinds=("text", "text", "count"))
    sheet.activate()


def _findings(book: Book, sheet: Worksheet, items: dict[str, list[Item]], top: int) -> int:
    """Write conclusions and findings from row `top` on and return the first free row below them."""
    for kind, title in (("conclusion", N_("Conclusions")), ("finding", N_("The answer in short"))):
        top = _told(book, sheet, items, kind, title, top)
    return top


def _told(book: Book, sheet: Worksheet, items: dict[str, list[Item]], kind: str, title: str, top: int) -> int:
    told = [(words.label(name), _text(item)) for name, found in items.items() for item in exhibits(found, kind)]
    told = [(name, text) for name, text in told if text]
    fit_to(sheet, top + 1, CONTENTS_WIDTHS, told)
    for row, (name, text) in enumerate(told, start=top + 1):
        sheet.write_string(row, 0, name, book.format())
        sheet.write_string(row, 1, text, book.format(text_wrap=True))
    if told:
        book.head(sheet, top, [words.translate("Report"), words.translate(title)], len(told))
    return top + len(told) + 2 if told else top


def _text(item: Item) -> str:
    if item["kind"] == "finding":
        return str(item["text"])
    return "" if item.get("untellable") else "\n".join(filter(None, (item["text"], next_text(item), stake_text(item))))


def _link(book: Book, sheet: Worksheet, row: int, column: int, name: str, text: str) -> None:
    target = "internal:'" + name.replace("'", "''") + "'!A1"
    sheet.write_url(row, column, target, book.format(font_color="#17497A", underline=1), string=text[:255])


def _back(book: Book, sheet: Worksheet) -> None:
    contents = book.workbook.worksheets()[0].get_name()
    _link(book, sheet, 1, 0, contents, "← " + words.translate("Contents"))


def _figures(book: Book, items: dict[str, list[Item]]) -> list[Entry]:
    shown = [(words.label(name), item) for name, found in items.items() for item in exhibits(found, "metric")]
    if not shown:
        return []
    title = words.translate("Key figures")
    sheet = book.sheet(title)
    book.heading(sheet, title)
    _back(book, sheet)
    for row, (label, item) in enumerate(shown, start=TOP + 1):
        _figure(book, sheet, row, label, item)
    texts = [[label, item["title"], *[""] * 5, item["period"], item["note"]] for label, item in shown]
    headers = [words.translate(name) for name in FIGURES]
    fit_to(sheet, TOP, list(FIGURES.values()), [headers, *texts])
    book.head(sheet, TOP, headers, len(shown), kinds=FIGURE_KINDS)
    sheet.freeze_panes(TOP + 1, 2)
    return [Entry("", sheet.get_name(), title)]


def _figure(book: Book, sheet: Worksheet, row: int, label: str, item: Item) -> None:
    kind, shown = item["value_kind"], book.format(num_format=number_format(item["value_kind"]))
    told = ((0, label, 0), (1, item["title"], 0), (3, item["unit"], 1), (7, item["period"], 1), (8, item["note"], 0))
    for column, value, indent in told:
        write(sheet, row, column, value, "text", book.format(text_wrap=True, align="left", indent=indent))
    for column, name in ((2, "value"), (4, "low"), (5, "high")):
        write(sheet, row, column, item.get(name), kind, shown)
    for column, name, text in ((2, "value", item["text"]), (5, "high", item.get("open_end"))):
        if item.get(name) is None and text not in (None, "", words.MISSING):
            sheet.write_string(row, column, text, book.format(align="right"))
    write(sheet, row, 6, item.get("n"), "count", book.format(num_format="#,##0"))


def _exhibit(book: Book, run: NotebookRun, item: Item) -> Entry:
    sheet = book.sheet(item.get("name") or item["title"] or item["id"])
    rows = _rows(run, item)
    kept = rows[: LAST_ROW - TOP - 1]
    book.heading(sheet, item["title"])
    _back(book, sheet)
    sheet.freeze_panes(TOP + 1, 2 if item.get("form") else 1)
    sheet.repeat_rows(TOP)
    widths = _WRITERS.get(item["kind"], _table)(book, sheet, item, kept)
    legend = words.translate(form.LEGEND) if item.get("form") else ""
    book.notes(sheet, [_cut(len(kept), len(rows)), legend, item["note"], " · ".join(about(item))], widths)
    if item["kind"] == "chart":
        insert_chart(book, sheet, item, kept, TOP + 1)
    return Entry(words.label(run.name), sheet.get_name(), item["title"], len(kept))


def _rows(run: NotebookRun, item: Item) -> Sequence[Sequence[Any]]:
    if item["kind"] == "sheet":
        return sheet_rows(run, item)
    return item["cells"] if item["kind"] == "grid" else in_order(item, item["rows"])


def _cut(n_kept: int, n_rows: int) -> str:
    if n_kept == n_rows:
        return ""
    message = N_("Excel holds no more rows than these: the first {kept:rows} of {all:rows}.")
    return words.say(message, kept=n_kept, all=n_rows).text()


def _table(book: Book, sheet: Worksheet, item: Item, rows: Sequence[Sequence[Any]]) -> list[int]:
    filtered = len(rows) > LONG_TABLE
    measures = item.get("row_kinds") or ()
    book.table(sheet, TOP, item["columns"], rows, filtered=filtered, measures=measures)
    return _fit(sheet, item["columns"], rows, filtered, measures)


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
    form.guard(sheet, TOP, columns, asked, len(rows))
    return form.widen(sheet, columns, asked, _fit(sheet, columns, wide, filtered=True))


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


def _grid(book: Book, sheet: Worksheet, item: Item, rows: Sequence[Sequence[Any]]) -> list[int]:
    del rows  # a grid holds its cells itself
    told = sizes(item)
    before = [size_header()] if told else []
    first = 1 + len(before)
    sheet.write_string(TOP - 1, first, item["column_header"], book.format(font_color=QUIET))
    for row, (label, cells) in enumerate(zip(item["row_labels"], item["cells"], strict=True), start=TOP + 1):
        _row_label(book, sheet, row, label)
        for column, cell in enumerate(cells, start=first):
            _grid_cell(book, sheet, row, column, cell, item["value_kind"])
    for row, size in enumerate(told, start=TOP + 1):
        _row_size(book, sheet, row, size)
    headers = [item["row_header"], *before, *item["column_labels"]]
    book.head(sheet, TOP, headers, len(item["cells"]), kinds=("text", *["count"] * (len(headers) - 1)))
    _colour(sheet, item, first)
    return fit(sheet, TOP, headers, _grid_texts(item, told))


_WRITERS = {"grid": _grid, "sheet": _sheet}


def _grid_texts(item: Item, told: list[tuple[int, int] | None]) -> Iterator[list[str]]:
    for row, (label, cells) in enumerate(zip(item["row_labels"], item["cells"], strict=True)):
        size = [size_text(told[row])] if told else []
        yield [label, *size, *((cell or {}).get("text", "") for cell in cells)]


def _row_label(book: Book, sheet: Worksheet, row: int, label: str) -> None:
    # A score that names a row is a number; a month or a name is not.
    if label.isdecimal() and str(int(label)) == label:
        sheet.write_number(row, 0, int(label), book.format(num_format="0", align="left"))
    else:
        sheet.write_string(row, 0, label, book.format())


def _row_size(book: Book, sheet: Worksheet, row: int, size: tuple[int, int] | None) -> None:
    if size and size[0] != size[1]:
        sheet.write_string(row, 1, size_text(size), book.format(align="right"))
    else:
        write(sheet, row, 1, size and size[0], "customers", book.format(num_format=number_format("customers")))


def _grid_cell(book: Book, sheet: Worksheet, row: int, column: int, cell: dict[str, Any] | None, kind: str) -> None:
    if cell is None or cell["state"] == "not_yet":
        sheet.write_blank(row, column, None, book.format(bg_color=NOT_YET))
        return
    # The star is in the format: a partial cell stays a number that can be summed and charted.
    shown = number_format(kind) + ('"*"' if cell["state"] == "partial" else "")
    write(sheet, row, column, cell["value"], kind, book.format(num_format=shown))


def _colour(sheet: Worksheet, item: Item, first: int) -> None:
    steps = heat_steps(item)
    coloured = [j for j in range(len(item["column_labels"])) if any(row[j] is not None for row in steps)]
    if coloured:
        scale = {"type": "2_color_scale", "min_color": PALEST, "max_color": DARKEST}
        sheet.conditional_format(TOP + 1, coloured[0] + first, TOP + len(steps), coloured[-1] + first, scale)


def _conditions(book: Book, run: ReportInput, items: list[Item]) -> Entry:
    title = words.translate("Conditions")
    sheet = book.sheet(title)
    book.heading(sheet, title)
    _back(book, sheet)
    fit_to(sheet, TOP, CONDITIONS_WIDTHS, [])
    said = [{"label": words.column(name).label, "unit": "", "kind": "text"} for name in ("condition", "setting")]
    told = [*conditions.conditions(run, items), *conditions.policy(run), ("crmlib", run.version)]
    row = book.table(sheet, TOP, said, told)
    for table, topic, facts in conditions.reading(run):
        sheet.write_string(row, 0, " ".join(part for part in (table, topic) if part), book.format(font_color=QUIET))
        sheet.write_string(row, 1, facts, book.format(font_color=QUIET))
        row += 1
    row += bool(run.read_notes)
    for ledger in [conditions.ledger_summary(run), *filter(conditions.detailed, conditions.ledgers(run))]:
        name = f"{words.translate('Ledger of rows and money')}: {ledger['title']}"
        sheet.write_string(row, 0, name, book.format(bold=True))
        row = book.table(sheet, row + 1, ledger["columns"], ledger["rows"])
    return Entry("", sheet.get_name(), title)


def _definitions(book: Book, items: list[Item]) -> list[Entry]:
    found = conditions.definitions(items)
    if not found:
        return []
    title = words.translate("Definitions")
    sheet = book.sheet(title)
    book.heading(sheet, title)
    _back(book, sheet)
    book.table(sheet, TOP, [{"label": words.translate(name), "unit": "", "kind": "text"} for name in TERMS], found)
    fit_to(sheet, TOP + 1, TERMS_WIDTHS, found)
    return [Entry("", sheet.get_name(), title)]
