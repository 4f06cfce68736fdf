"""The sheets around the exhibits: contents, what was found, key figures, about the report, definitions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.report import changes, conditions, settings
from crmlib.report.book import Book, Corner
from crmlib.report.read import Item, exhibits
from crmlib.report.sheets import fit_to, nought_format, number_format, write
from crmlib.report.views import next_text, stake_text
from crmlib.words import N_

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from crmlib.report.publish import ReportInput

TOP = 4  # the row of a table's header; above it title, way back and notes
CONTENTS_WIDTHS, FOUND_WIDTHS, TERMS_WIDTHS = (24, 84, 10), (24, 96), (34, 14, 84)
ABOUT_WIDTHS = (46, 40, 30, 18)
FIGURES = {
    N_("Report"): 20, N_("Metric"): 36, N_("Value"): 15, N_("Unit"): 11, N_("95% from"): 16, N_("95% to"): 16,
    "n": 10, N_("Period"): 34, N_("Note"): 40,
}  # fmt: skip
FIGURE_KINDS = ("text", "text", "count", "text", "count", "count", "count", "text", "text")
TERMS = (N_("Term"), N_("Unit"), N_("Definition"))
CONTENTS, FOUND, KEY, ABOUT = N_("Contents"), N_("What was found"), N_("Key figures"), N_("About this report")


@dataclass(frozen=True)
class Entry:
    """A line of the contents: where it belongs, the sheet it leads to, and its rows if it is an exhibit."""

    report: str
    sheet: str
    title: str
    n_rows: int | None = None


def titles(items: dict[str, list[Item]]) -> list[str]:
    """The sheets that stand before those of the exhibits, in their order."""
    shown = {CONTENTS: True, FOUND: any(_told(items)), KEY: any(exhibits(found, "metric") for found in items.values())}
    return [words.translate(title) for title, there in shown.items() if there]


def write_contents(book: Book, sheet: Worksheet, run: ReportInput, entries: list[Entry]) -> None:
    """Write the first sheet: the client, the base date and a link to every other sheet."""
    base = f"{words.translate('Base date')}: {words.phrase(run.as_of, 'date')}"
    book.above(sheet, run.client.title_in(run.language), [base], CONTENTS_WIDTHS)
    headers = [words.translate("Report"), words.translate("Sheet"), words.column("n_rows").label]
    fit_to(sheet, TOP + 1, CONTENTS_WIDTHS, [("", entry.title) for entry in entries])
    for row, entry in enumerate(entries, start=TOP + 1):
        sheet.write_string(row, 0, entry.report, book.format())
        book.link(sheet, row, 1, entry.sheet, entry.title)
        write(sheet, row, 2, entry.n_rows, "count", book.format(num_format="#,##0"))
    book.head(sheet, TOP, headers, len(entries), kinds=("text", "text", "count"), filtered=True)
    _finish(book, sheet, TOP + len(entries), CONTENTS_WIDTHS)
    sheet.repeat_rows(TOP)
    sheet.activate()


def write_found(book: Book, items: dict[str, list[Item]]) -> list[Entry]:
    """Write the sheet of conclusions and findings, if there are any."""
    told = list(_told(items))
    if not told:
        return []
    sheet, title = _front(book, FOUND, FOUND_WIDTHS)
    top = TOP
    for kind, heading in (("conclusion", N_("Conclusions")), ("finding", N_("Findings"))):
        rows = [(name, text) for found, name, text in told if found == kind]
        if rows:
            top = _texts(book, sheet, top, words.translate(heading), rows)
    _finish(book, sheet, top - 3, FOUND_WIDTHS)
    return [Entry("", sheet.get_name(), title)]


def write_figures(book: Book, items: dict[str, list[Item]]) -> list[Entry]:
    """Write the sheet of every metric: value, interval, n and period."""
    shown = [(words.label(name), item) for name, found in items.items() for item in exhibits(found, "metric")]
    if not shown:
        return []
    widths = list(FIGURES.values())
    sheet, title = _front(book, KEY, widths)
    for row, (label, item) in enumerate(shown, start=TOP + 1):
        _figure(book, sheet, row, label, item)
    texts = [[label, item["title"], *[""] * 5, item["period"], item["note"]] for label, item in shown]
    headers = [words.translate(name) for name in FIGURES]
    fit_to(sheet, TOP, widths, [headers, *texts])
    book.head(sheet, TOP, headers, len(shown), kinds=FIGURE_KINDS)
    sheet.freeze_panes(TOP + 1, 2)
    sheet.repeat_rows(TOP)
    _finish(book, sheet, TOP + len(shown), widths)
    return [Entry("", sheet.get_name(), title)]


def write_about(book: Book, run: ReportInput, items: list[Item]) -> list[Entry]:
    """Write what the report was made under: conditions, policy, settings, files, what was read, ledgers, version."""
    sheet, title = _front(book, ABOUT, ABOUT_WIDTHS)
    condition, setting = words.column("condition").label, words.column("setting").label
    file, fingerprint = words.translate("File"), words.translate("Fingerprint (SHA-256)")
    table, report = words.column("table").label, words.translate("Report")
    told = [*conditions.conditions(run, items), ("crmlib", run.version)]
    met = [(" ".join(filter(None, (name, topic))), facts) for name, topic, facts in conditions.reading(run)]
    row = TOP
    for heading, names, rows in (
        (words.translate("Conditions"), (condition, setting), told),
        (words.label(changes.POLICY), (condition, setting), conditions.policy(run)),
        (words.label(changes.THRESHOLDS), (condition, setting, report), settings.settings(run)),
        (words.translate("Files read"), (file, table, fingerprint), settings.files(run)),
        (words.translate("Notes on the data"), (words.translate("Topic"), words.translate("Facts")), met),
    ):
        row = _section(book, sheet, row, heading, names, rows) if rows else row
    for ledger in [conditions.ledger_summary(run), *filter(conditions.detailed, conditions.ledgers(run))]:
        name = f"{words.translate('Ledger of rows and money')}: {ledger['title']}"
        sheet.write_string(row, 0, name, book.format(bold=True))
        row = book.table(sheet, row + 1, ledger["columns"], ledger["rows"])
    _finish(book, sheet, row - 3, ABOUT_WIDTHS)
    return [Entry("", sheet.get_name(), title)]


def write_definitions(book: Book, items: list[Item]) -> list[Entry]:
    """Write what every column in use means, if there is one to define."""
    found = conditions.definitions(items)
    if not found:
        return []
    sheet, title = _front(book, N_("Definitions"), TERMS_WIDTHS)
    book.table(sheet, TOP, [_text_column(words.translate(name)) for name in TERMS], found, filtered=True)
    fit_to(sheet, TOP + 1, TERMS_WIDTHS, found)
    sheet.freeze_panes(TOP + 1, 1)
    sheet.repeat_rows(TOP)
    _finish(book, sheet, TOP + len(found), TERMS_WIDTHS)
    return [Entry("", sheet.get_name(), title)]


def _front(book: Book, title: str, widths: Sequence[int]) -> tuple[Worksheet, str]:
    said = words.translate(title)
    sheet = book.sheet(said)
    book.above(sheet, said, [], widths)
    fit_to(sheet, TOP, widths, [])
    return sheet, said


def _finish(book: Book, sheet: Worksheet, last_row: int, widths: Sequence[int]) -> None:
    book.paper(sheet, [Corner(last_row, len(widths) - 1)], widths)


def _told(items: dict[str, list[Item]]) -> Iterator[tuple[str, str, str]]:
    """Kind, report and text of every conclusion and finding."""
    for name, found in items.items():
        for item in exhibits(found, "conclusion", "finding"):
            if text := _text(item):
                yield item["kind"], words.label(name), text


def _text(item: Item) -> str:
    if item["kind"] == "finding":
        return str(item["text"])
    return "" if item.get("untellable") else "\n".join(filter(None, (item["text"], next_text(item), stake_text(item))))


def _texts(book: Book, sheet: Worksheet, top: int, heading: str, rows: Sequence[tuple[str, str]]) -> int:
    columns = [_text_column(words.translate("Report")), _text_column(heading)]
    free = book.table(sheet, top, columns, rows)
    fit_to(sheet, top + 1, FOUND_WIDTHS, rows)
    return free


def _text_column(label: str) -> dict[str, Any]:
    return {"label": label, "unit": "", "kind": "text"}


def _section(
    book: Book, sheet: Worksheet, row: int, heading: str, names: Sequence[str], rows: Sequence[Sequence[str]]
) -> int:
    """Write a table under its own heading and return the first free row below it."""
    sheet.write_string(row, 0, heading, book.format(bold=True))
    fit_to(sheet, row + 2, ABOUT_WIDTHS, rows)
    return book.table(sheet, row + 1, [_text_column(name) for name in names], rows)


def _figure(book: Book, sheet: Worksheet, row: int, label: str, item: Item) -> None:
    kind = item["value_kind"]
    shown, nought = (book.format(num_format=how(kind)) for how in (number_format, nought_format))
    told = ((0, label, 0), (1, item["title"], 0), (3, item["unit"], 1), (7, item["period"], 1), (8, item["note"], 0))
    for column, value, indent in told:
        write(sheet, row, column, value, "text", book.format(text_wrap=True, align="left", indent=indent))
    for column, name in ((2, "value"), (4, "low"), (5, "high")):
        write(sheet, row, column, item.get(name), kind, shown, nought)
    for column, name, text in ((2, "value", item["text"]), (5, "high", item.get("open_end"))):
        if item.get(name) is None and text not in (None, "", words.MISSING):
            sheet.write_string(row, column, text, book.format(align="right"))
    write(sheet, row, 6, item.get("n"), "count", book.format(num_format="#,##0"))
