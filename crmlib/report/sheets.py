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

WIDEST, HEADER_WIDTH, MEASURED_ROWS = 48, 22, 200
LONGEST_TEXT = 32_767  # Excel's own limit of a cell
LAST_ROW = 1_048_576
NOT_YET = "#F3F4F6"
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_FONT = {"font_name": "Yu Gothic", "font_size": 10, "font_color": "#18222E"}
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
        book.formats[0].set_font_name(_FONT["font_name"])
        book.formats[0].set_font_size(_FONT["font_size"])
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
            self.formats[key] = self.workbook.add_format({**_FONT, "valign": "top", **properties})
        return self.formats[key]

    def sheet(self, name: str) -> Worksheet:
        """A new sheet, landscape, as wide as the page, with client and page number at its foot."""
        sheet = self.workbook.add_worksheet(sheet_name(name, self.names))
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L" + clean(self.title).replace("&", "&&")[:100] + "&R&P / &N")
        return sheet

    def table(
        self, sheet: Worksheet, top: int, columns: Columns, rows: Sequence[Sequence[Any]], *, filtered: bool = False
    ) -> int:
        """Write a real table with its header in row `top` and return the first free row below it."""
        for column, said in enumerate(columns):
            shown = self.format(num_format=number_format(said["kind"]), text_wrap=said["kind"] in ("text", "label"))
            for row, line in enumerate(rows, start=top + 1):
                write(sheet, row, column, line[column], said["kind"], shown)
        self.head(sheet, top, [header(column) for column in columns], len(rows), filtered=filtered)
        return top + max(len(rows), 1) + 2

    def head(self, sheet: Worksheet, top: int, headers: Sequence[str], n_rows: int, *, filtered: bool = False) -> None:
        """Make a table of the rows under `top`; Excel wants unique headers, and one row even when there is none."""
        self.tables += 1
        style = self.format(bold=True, text_wrap=True, valign="bottom", bottom=1, bg_color="#EEF2F6")
        said = [{"header": text, "header_format": style} for text in unique_headers(headers)]
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


def number(value: Any, kind: str) -> float:
    """The number a sheet holds: money in units of the currency, differences of shares in points.

    Example:
        >>> _ = words.speak("en", "USD")
        >>> number(123450, "money"), number(0.25, "points"), number(0.25, "share")
        (1234.5, 25.0, 0.25)
    """
    form = words.kind(kind).form
    if form == "money":
        return int(value) / 10 ** words.minor_digits(words.speech().currency)
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


def set_widths(sheet: Worksheet, headers: Sequence[str], texts: Iterable[Sequence[str]]) -> None:
    """Make each column as wide as its longest text, within reason; headers wrap before they widen a column."""
    widths = [min(display_width(text), HEADER_WIDTH) for text in headers]
    for line, _ in zip(texts, range(MEASURED_ROWS), strict=False):
        widths = [max(width, display_width(text)) for width, text in zip(widths, line, strict=True)]
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(max(width + 2, 8), WIDEST))


def _write_day(sheet: Worksheet, row: int, column: int, day: date, shown: Format) -> None:
    if day < _OLDEST:
        sheet.write_string(row, column, day.isoformat(), shown)
    else:
        sheet.write_datetime(row, column, datetime.combine(day, time()), shown)


def _fitting(text: str, units: int) -> str:
    # Excel counts UTF-16 units: an emoji is two of the 31.
    while len(text.encode("utf-16-le")) > 2 * units:
        text = text[:-1]
    return text.strip("' ")
