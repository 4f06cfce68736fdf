"""An Excel workbook being written: its look, real tables, and what of each sheet is printed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.report.sheets import (
    LINE_HEIGHT,
    LONGEST_TEXT,
    clean,
    indents,
    is_text,
    lines,
    nought_format,
    number_format,
    sheet_name,
    unique_headers,
    write,
    writer,
)
from crmlib.report.views import header

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

FONTS = {"ja": "Yu Gothic", "en": "Arial"}
FONT_SIZE, TITLE_SIZE = 10, 14
INK, QUIET, HEAD, LINK = "#18222E", "#566474", "#EEF2F6", "#17497A"
TABS = ("#0F4269", "#9CC3E0")  # of one report and the next, by turns
READABLE, USUAL_WIDTH = 100, 9  # letters of a line that can be read; a column whose width nobody set
A4, A3, WIDE = 9, 8, 190  # codes of paper; letters across from which a page of A4 is too small to be read
LONGEST_FOOT = 60
ONE_PAGE = 60  # rows
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}

Columns = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Corner:
    """The last row and column of something on a sheet, counted from 0."""

    row: int
    column: int


@dataclass
class Book:
    """A workbook being written."""

    path: Path
    title: str
    created: date
    names: set[str] = field(default_factory=lambda: {"history"})  # which Excel keeps for itself
    tables: int = 0

    @functools.cached_property
    def workbook(self) -> Any:
        """The XlsxWriter workbook; its date of making is the base date, so the same report has the same bytes."""
        import xlsxwriter

        book = xlsxwriter.Workbook(str(self.path), _OPTIONS)
        book.formats[0].set_font_name(self.font)
        book.formats[0].set_font_size(FONT_SIZE)
        book.set_properties({"title": clean(self.title), "created": datetime.combine(self.created, time())})
        return book

    @property
    def font(self) -> str:
        """The font of the language in use."""
        return FONTS[words.speech().language]

    @functools.cached_property
    def formats(self) -> dict[str, Format]:
        """Formats already made, by what they are made of."""
        return {}

    def format(self, **properties: Any) -> Format:
        """A cell format; the same properties give the same object."""
        key = repr(sorted(properties.items()))
        if key not in self.formats:
            font = {"font_name": self.font, "font_size": FONT_SIZE, "font_color": INK}
            self.formats[key] = self.workbook.add_format({**font, "valign": "top", **properties})
        return self.formats[key]

    def sheet(self, name: str) -> Worksheet:
        """A new sheet, landscape, as wide as the page, with client, base date and page number at its foot."""
        sheet = self.workbook.add_worksheet(sheet_name(name, self.names))
        sheet.hide_gridlines(2)
        sheet.set_default_row(LINE_HEIGHT)
        # Ids and headers like 00123 are texts on purpose; Excel need not mark them as faults.
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L" + self._foot() + "&R&P / &N")
        return sheet

    def _foot(self) -> str:
        # `&` begins a code of Excel's; the cut comes first, so that none of a pair is left alone.
        day = words.translate("Base date") + " " + words.phrase(self.created, "date")
        return (clean(self.title)[:LONGEST_FOOT] + "   " + day).replace("&", "&&")

    def above(self, sheet: Worksheet, title: str, notes: Iterable[str], widths: Sequence[int]) -> int:
        """Write title, way back and notes above a table of these widths; returns the last column they take.

        The first sheet has no way back.
        """
        last, room = _span(widths)
        head = self.format(bold=True, font_size=TITLE_SIZE, valign="vcenter", text_wrap=True)
        self._across(sheet, 0, last, clean(title), head)
        sheet.set_row(0, 8 + LINE_HEIGHT * 1.2 * lines(title, room * FONT_SIZE / TITLE_SIZE))
        first = self.workbook.worksheets()[0]
        if sheet is not first:
            self.link(sheet, 1, 0, first.get_name(), "← " + words.translate("Contents"))
        if text := "   ".join(note for note in notes if note):
            self._across(sheet, 2, last, text[:LONGEST_TEXT], self.format(font_color=QUIET, text_wrap=True))
            sheet.set_row(2, LINE_HEIGHT * lines(text, room))
        return last

    def _across(self, sheet: Worksheet, row: int, last: int, text: str, shown: Format) -> None:
        if last:
            sheet.merge_range(row, 0, row, last, "", shown)
        sheet.write_string(row, 0, text, shown)

    def link(self, sheet: Worksheet, row: int, column: int, name: str, text: str) -> None:
        """A link to the top of another sheet."""
        target = "internal:'" + name.replace("'", "''") + "'!A1"
        sheet.write_url(row, column, target, self.format(font_color=LINK, underline=1), string=text[:255])

    def paper(
        self, sheet: Worksheet, corners: Iterable[Corner], widths: Sequence[int], *, whole: bool = False
    ) -> None:  # fmt: skip
        """Print all of a sheet up to the furthest of its corners, on larger paper where it is wide.

        `whole` keeps what belongs together on one page, if that can still be read.
        """
        found = list(corners)
        last, low = max(corner.column for corner in found), max(corner.row for corner in found)
        sheet.print_area(0, 0, low, last)
        if whole and low <= ONE_PAGE:
            sheet.fit_to_pages(1, 1)
        across = sum(widths[: last + 1]) + USUAL_WIDTH * max(0, last + 1 - len(widths))
        sheet.set_paper(A3 if across > WIDE else A4)

    def table(
        self, sheet: Worksheet, top: int, columns: Columns, rows: Sequence[Sequence[Any]], *, filtered: bool = False,
        styles: Sequence[dict[str, Any]] = (), heads: Sequence[str] = (), measures: Sequence[str | None] = (),
    ) -> int:  # fmt: skip
        """Write a real table with its header in row `top` and return the first free row below it.

        `styles` are properties of each column's cells, `heads` the ground of each column's header, `measures` the kind
        of each row where a column holds mixed ones.
        """
        kinds = [column["kind"] for column in columns]
        for column, (kind, indent) in enumerate(zip(kinds, indents(kinds), strict=True)):
            # LibreOffice takes an indent only beside an alignment that is said.
            side = {"align": "left", "indent": 1} if indent else {}
            style = styles[column] if styles else {}
            kept: dict[str, Callable[[int, int, Any], None]] = {}
            for place, line in enumerate(rows):
                own = words.row_kind(kind, measures[place]) if measures else kind
                if own not in kept:
                    looks = {"text_wrap": is_text(own), **side, **style}
                    formats = [self.format(num_format=how(own), **looks) for how in (number_format, nought_format)]
                    kept[own] = writer(sheet, own, *formats)
                kept[own](top + 1 + place, column, line[column])
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
                 for kind, indent in zip(kinds, indents(kinds), strict=True)]  # fmt: skip
        shown = [self.format(**style, bg_color=ground, align=side, indent=indent)
                 for ground, (side, indent) in zip(grounds, sides, strict=True)]  # fmt: skip
        said = [{"header": text, "header_format": how}
                for text, how in zip(unique_headers(headers), shown, strict=True)]  # fmt: skip
        options = {"columns": said, "name": f"table_{self.tables}", "style": "Table Style Light 1",
                   "autofilter": filtered, "banded_rows": False}  # fmt: skip
        sheet.add_table(top, 0, top + max(n_rows, 1), len(headers) - 1, options)

    def aside(self, values: Sequence[str | float]) -> str:
        """Where values stand that a drop-down or a chart cannot hold itself: a hidden sheet, a column a list."""
        from xlsxwriter.utility import xl_range_abs

        place = self.listed.setdefault(tuple(values), len(self.listed))
        for row, value in enumerate(values):
            write(self.hidden, row, place, value, "text" if isinstance(value, str) else "ratio", self.format())
        return f"='{self.hidden.get_name()}'!{xl_range_abs(0, place, len(values) - 1, place)}"

    @functools.cached_property
    def listed(self) -> dict[tuple[str | float, ...], int]:
        """Lists on the hidden sheet, by their column."""
        return {}

    @functools.cached_property
    def hidden(self) -> Worksheet:
        """The sheet of what a reader need not see."""
        sheet = self.workbook.add_worksheet(sheet_name("_lists", self.names))
        sheet.hide()
        return sheet

    def close(self) -> Path:
        """Write the file."""
        self.workbook.close()
        return self.path


def _span(widths: Sequence[int]) -> tuple[int, float]:
    """The last of the columns that a line takes which can still be read, and how wide they are together."""
    total, n_columns = 0, 0
    while total < READABLE:
        total += widths[n_columns] if n_columns < len(widths) else USUAL_WIDTH
        n_columns += 1
    return n_columns - 1, total
