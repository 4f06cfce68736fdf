"""Writing by kind into an Excel workbook: sheet names, tables, widths and number formats. Nothing is a formula."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.report.views import display_width, header

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

WIDEST, HEADER_WIDTH, MEASURED_ROWS = 48, 22, 500
READABLE, USUAL_WIDTH = 100, 8
FILTER_WIDTH = 3  # the button of a filter
LONGEST_TEXT = 32_767  # Excel's own limit of a cell
LAST_ROW = 1_048_576
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
FONTS = {"ja": "Yu Gothic", "en": "Arial"}
FONT_SIZE, LINE_HEIGHT = 10, 16.5
INK, QUIET, HEAD = "#18222E", "#566474", "#EEF2F6"
_ILLEGAL = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f]")
_RESERVED = {"history"}
_OLDEST = date(1900, 3, 1)  # Excel believes in 29 February 1900

Columns = Sequence[dict[str, Any]]


@dataclass
class Book:
    """A workbook being written."""

    path: Path
    title: str
    created: date
    names: set[str] = field(default_factory=lambda: set(_RESERVED))
    tables: int = 0

    @functools.cached_property
    def workbook(self) -> Any:
        """The XlsxWriter workbook; its date of making is the base date, so the same report has the same bytes."""
        import xlsxwriter

        book = xlsxwriter.Workbook(str(self.path), _OPTIONS)
        book.formats[0].set_font_name(FONTS[words.speech().language])
        book.formats[0].set_font_size(FONT_SIZE)
        book.set_properties({"title": clean(self.title), "created": datetime.combine(self.created, time())})
        return book

    @functools.cached_property
    def formats(self) -> dict[str, Format]:
        """Formats already made, by what they are made of."""
        return {}

    def format(self, **properties: Any) -> Format:
        """A cell format; the same properties give the same object."""
        key = repr(sorted(properties.items()))
        if key not in self.formats:
            font = {"font_name": FONTS[words.speech().language], "font_size": FONT_SIZE, "font_color": INK}
            self.formats[key] = self.workbook.add_format({**font, "valign": "top", **properties})
        return self.formats[key]

    def sheet(self, name: str) -> Worksheet:
        """A new sheet, landscape, as wide as the page, with client and page number at its foot."""
        sheet = self.workbook.add_worksheet(sheet_name(name, self.names))
        sheet.hide_gridlines(2)
        sheet.set_default_row(LINE_HEIGHT)
        # Ids and headers like 00123 are texts on purpose; Excel need not mark them as faults.
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L" + clean(self.title).replace("&", "&&")[:100] + "&R&P / &N")
        return sheet

    def heading(self, sheet: Worksheet, text: str) -> None:
        """Write the title of a sheet in its first row."""
        sheet.set_row(0, 2 * LINE_HEIGHT - 8)
        sheet.write_string(0, 0, clean(text), self.format(bold=True, font_size=14, valign="vcenter"))

    def notes(self, sheet: Worksheet, notes: Iterable[str], widths: Sequence[int]) -> None:
        """Write the notes of a sheet into its third row, across as many columns as a line that can be read takes."""
        text = "   ".join(note for note in notes if note)
        total, n_columns = 0, 0
        while total < READABLE:
            total += widths[n_columns] if n_columns < len(widths) else USUAL_WIDTH
            n_columns += 1
        shown = self.format(font_color=QUIET, text_wrap=True)
        if n_columns > 1:
            sheet.merge_range(2, 0, 2, n_columns - 1, "", shown)
        sheet.write_string(2, 0, text[:LONGEST_TEXT], shown)
        sheet.set_row(2, LINE_HEIGHT * _lines(text, total))

    def table(
        self, sheet: Worksheet, top: int, columns: Columns, rows: Sequence[Sequence[Any]], *, filtered: bool = False,
        styles: Sequence[dict[str, Any]] = (), heads: Sequence[str] = (), measures: Sequence[str | None] = (),
    ) -> int:  # fmt: skip
        """Write a real table with its header in row `top` and return the first free row below it.

        `styles` are properties of each column's cells, `heads` the ground of each column's header, `measures` the kind
        of each row where a column holds mixed ones.
        """
        kinds = [column["kind"] for column in columns]
        for column, (kind, indent) in enumerate(zip(kinds, _indents(kinds), strict=True)):
            # LibreOffice takes an indent only beside an alignment that is said.
            side = {"align": "left", "indent": 1} if indent else {}
            style = styles[column] if styles else {}
            kept: dict[str, Format] = {}
            for place, line in enumerate(rows):
                own = words.row_kind(kind, measures[place]) if measures else kind
                if own not in kept:
                    kept[own] = self.format(num_format=number_format(own), text_wrap=is_text(own), **side, **style)
                write(sheet, top + 1 + place, column, line[column], own, kept[own])
        headers = [header(column) for column in columns]
        self.head(sheet, top, headers, len(rows), kinds=kinds, filtered=filtered, grounds=heads)
        return top + max(len(rows), 1) + 2

    def head(
        self, sheet: Worksheet, top: int, headers: Sequence[str], n_rows: int, *, kinds: Sequence[str] = (),
        filtered: bool = False, grounds: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """Make a table of the rows under `top`; Excel wants unique headers, and one row even when there is none."""
        self.tables += 1
        style = {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1}
        grounds = grounds or [HEAD] * len(headers)
        kinds = kinds or ["text"] * len(headers)
        # A filter's button covers the right end of its header.
        sides = [("left", indent) if is_text(kind) else ("right", 2 * filtered)
                 for kind, indent in zip(kinds, _indents(kinds), strict=True)]  # fmt: skip
        shown = [self.format(**style, bg_color=ground, align=side, indent=indent)
                 for ground, (side, indent) in zip(grounds, sides, strict=True)]  # fmt: skip
        said = [{"header": text, "header_format": how}
                for text, how in zip(unique_headers(headers), shown, strict=True)]  # fmt: skip
        options = {"columns": said, "name": f"table_{self.tables}", "style": "Table Style Light 1",
                   "autofilter": filtered, "banded_rows": False}  # fmt: skip
        sheet.add_table(top, 0, top + max(n_rows, 1), len(headers) - 1, options)

    def close(self) -> Path:
        """Write the file."""
        self.workbook.close()
        return self.path


def write(sheet: Worksheet, row: int, column: int, value: Any, kind: str, shown: Format) -> None:
    """Write one value as its kind: numbers as numbers, dates as dates, all else as text; missing stays blank."""
    if words.is_missing(value) or (isinstance(value, float) and not math.isfinite(value)):
        sheet.write_blank(row, column, None, shown)
        return
    form = words.kind(kind).form
    if form in ("date", "month"):
        _write_day(sheet, row, column, words.as_date(value) if form == "date" else words.month_start(value), shown)
    elif form in ("text", "label"):
        sheet.write_string(row, column, words.text(value, kind)[:LONGEST_TEXT], shown)
    else:
        sheet.write_number(row, column, number(value, kind), shown)


def _indents(kinds: Sequence[str]) -> list[int]:
    """1 for a column of texts that follows one of numbers, which end where the texts begin; else 0."""
    return [int(is_text(kind) and place > 0 and not is_text(kinds[place - 1])) for place, kind in enumerate(kinds)]


def is_text(kind: str) -> bool:
    """Whether values of the kind are written as texts, to the left."""
    return words.kind(kind).form in ("text", "label")


def number(value: Any, kind: str) -> float:
    """The number a sheet holds: money in units of the currency, differences of shares in points.

    Example:
        >>> _ = words.speak("en", "USD")
        >>> number(123450, "money"), number(0.25, "points"), number(0.25, "share")
        (1234.5, 25.0, 0.25)
    """
    form = words.kind(kind).form
    if form == "money":
        return round(value) / 10 ** words.minor_digits(words.speech().currency)
    return float(value) * 100 if form == "points" else float(value)


def number_format(kind: str) -> str:
    """Excel's number format of a kind, with the decimals of the currency for money.

    Example:
        >>> _ = words.speak("en", "USD")
        >>> number_format("money"), number_format("share")
        ('#,##0.00', '0.0%')
    """
    if kind == "money":
        digits = words.minor_digits(words.speech().currency)
        return "#,##0." + "0" * digits if digits else "#,##0"
    return words.kind(kind).sheet


def sheet_name(wanted: str, taken: set[str]) -> str:
    """A name Excel takes: at most 31 characters, none that it forbids, unique whatever the case; it joins `taken`.

    Example:
        >>> taken = {"rf"}
        >>> sheet_name("RF", taken), sheet_name("a/b: c?", taken)
        ('RF (2)', 'a b c')
    """
    base = " ".join(_ILLEGAL.sub(" ", clean(wanted)).split()).strip("' ") or "-"
    name, again = _fitting(base, 31), 1
    while name.casefold() in taken:
        again += 1
        name = f"{_fitting(base, 28 - len(str(again)))} ({again})"
    taken.add(name.casefold())
    return name


def clean(text: str) -> str:
    """A text without control characters, which XML and Excel's dialogues do not take."""
    return re.sub(r"[\x00-\x1f\x7f\ufffe\uffff]+", " ", text)


def unique_headers(headers: Iterable[str]) -> list[str]:
    """Headers on one line, not empty, and unique whatever the case."""
    found: list[str] = []
    for text in headers:
        base = " ".join(clean(text).split())[:240] or "-"
        name, again = base, 1
        while name.casefold() in {other.casefold() for other in found}:
            again += 1
            name = f"{base} ({again})"
        found.append(name)
    return found


def fit(
    sheet: Worksheet, top: int, headers: Sequence[str], texts: Iterable[Sequence[str]], *, filtered: bool = False
) -> list[int]:
    """Make each column as wide as its longest text, within reason, and rows high enough for what wraps.

    Headers wrap before they widen a column; only the first rows of a long table are measured. Returns the widths.
    """
    lines = [line for line, _ in zip(texts, range(MEASURED_ROWS), strict=False)]
    button = FILTER_WIDTH * filtered
    widths = [min(max(display_width(text) // 2 + 2, *map(display_width, text.split())), HEADER_WIDTH) + button
              for text in unique_headers(headers)]  # fmt: skip
    for line in lines:
        widths = [max(width, display_width(text)) for width, text in zip(widths, line, strict=True)]
    widths = [min(max(width + 2, 9), WIDEST) for width in widths]
    fit_to(sheet, top, widths, [headers, *lines])
    return widths


def fit_to(sheet: Worksheet, top: int, widths: Sequence[int], lines: Iterable[Sequence[str]]) -> None:
    """Set the widths, and the height of each row from `top` on that needs more than one line."""
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    for row, line in enumerate(lines, start=top):
        needed = max((_lines(text, width) for text, width in zip(line, widths, strict=False)), default=1)
        if needed > 1:
            sheet.set_row(row, LINE_HEIGHT * min(needed, 20))


def _lines(text: str, width: int) -> int:
    # A text that wraps takes a little more than its bare width, because it breaks between words.
    wide = [display_width(part) for part in text.split("\n")]
    return sum(1 if part < width else math.ceil(part * 1.05 / (width - 1)) for part in wide)


def _write_day(sheet: Worksheet, row: int, column: int, day: date, shown: Format) -> None:
    if day < _OLDEST:
        sheet.write_string(row, column, day.isoformat(), shown)
    else:
        sheet.write_datetime(row, column, datetime.combine(day, time()), shown)


def _fitting(text: str, units: int) -> str:
    # Excel counts UTF-16 units: an emoji is two of the 31. A cut falls between words where one ends soon enough.
    short = text
    while len(short.encode("utf-16-le")) > 2 * units:
        short = short[:-1]
    words_kept = short.rpartition(" ")[0] if short != text and text[len(short)] != " " else ""
    return (words_kept if 2 * len(words_kept) > units else short).strip("' ")
