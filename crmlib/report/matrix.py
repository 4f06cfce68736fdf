"""A grid on a sheet: a matrix of numbers coloured by Excel itself, with what is partial or not yet seen set apart."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.report.book import QUIET, Book
from crmlib.report.sheets import fit, marked, nought_format, number, number_format, write
from crmlib.report.views import heat_steps, size_header, size_text, sizes
from crmlib.words import N_

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from crmlib.report.read import Item

PALEST, MIDDLE, DARKEST = "#F7FAFD", "#B3CDE3", "#6F9FC8"
HATCHED, HATCH = 14, "#C9D0D8"  # Excel's thin lines upwards
STATES = {
    "partial": N_("* in italics: the period is not over yet; the figure will still rise."),
    "not_yet": N_("Hatched: not yet observed."),
}


def write_grid(book: Book, sheet: Worksheet, top: int, item: Item) -> list[int]:
    """Write a grid with its header in row `top` and return the widths of its columns."""
    told = sizes(item)
    before = [size_header()] if told else []
    first = 1 + len(before)
    sheet.write_string(top - 1, first, item["column_header"], book.format(font_color=QUIET))
    for row, (label, cells) in enumerate(zip(item["row_labels"], item["cells"], strict=True), start=top + 1):
        _label(book, sheet, row, label)
        for column, cell in enumerate(cells, start=first):
            _cell(book, sheet, row, column, cell, item["value_kind"])
    for row, size in enumerate(told, start=top + 1):
        _size(book, sheet, row, size)
    headers = [item["row_header"], *before, *item["column_labels"]]
    book.head(sheet, top, headers, len(item["cells"]), kinds=("text", *["count"] * (len(headers) - 1)))
    _colour(sheet, top, item, first)
    return fit(sheet, top, headers, _texts(item, told))


def legend(item: Item) -> list[str]:
    """What the marks of the grid's cells mean, those that it has."""
    states = {"not_yet" if cell is None else cell["state"] for row in item["cells"] for cell in row}
    return [words.translate(message) for state, message in STATES.items() if state in states]


def _texts(item: Item, told: list[tuple[int, int] | None]) -> Iterator[list[str]]:
    for row, (label, cells) in enumerate(zip(item["row_labels"], item["cells"], strict=True)):
        size = [size_text(told[row])] if told else []
        yield [label, *size, *((cell or {}).get("text", "") for cell in cells)]


def _label(book: Book, sheet: Worksheet, row: int, label: str) -> None:
    # A score that names a row is a number; a month or a name is not.
    if label.isdecimal() and str(int(label)) == label:
        sheet.write_number(row, 0, int(label), book.format(num_format="0", align="left"))
    else:
        sheet.write_string(row, 0, label, book.format())


def _size(book: Book, sheet: Worksheet, row: int, size: tuple[int, int] | None) -> None:
    if size and size[0] != size[1]:
        sheet.write_string(row, 1, size_text(size), book.format(align="right"))
    else:
        write(sheet, row, 1, size and size[0], "customers", book.format(num_format=number_format("customers")))


def _cell(book: Book, sheet: Worksheet, row: int, column: int, cell: dict[str, Any] | None, kind: str) -> None:
    if cell is None or cell["state"] == "not_yet":
        sheet.write_blank(row, column, None, book.format(pattern=HATCHED, fg_color=HATCH, bg_color="#FFFFFF"))
        return
    # The star is in the format: a partial cell stays a number that can be summed and charted.
    partial = cell["state"] == "partial"
    looks = {"italic": True, "font_color": QUIET} if partial else {}
    shown, nought = (book.format(num_format=marked(how(kind), "*") if partial else how(kind), **looks)
                     for how in (number_format, nought_format))  # fmt: skip
    write(sheet, row, column, cell["value"], kind, shown, nought)


def _colour(sheet: Worksheet, top: int, item: Item, first: int) -> None:
    steps = heat_steps(item)
    seen = [(i, j) for i, row in enumerate(steps) for j, step in enumerate(row) if step is not None]
    if not seen:
        return
    scale: dict[str, Any] = {"type": "2_color_scale", "min_color": PALEST, "max_color": DARKEST}
    values = [number(item["cells"][i][j]["value"], item["value_kind"]) for i, j in seen]
    if words.kind(item["value_kind"]).form in ("number", "money"):
        # As on the pages, by the square root: a few cells hold most of the customers.
        low, high = (math.sqrt(max(end, 0)) for end in (min(values), max(values)))
        scale |= {"type": "3_color_scale", "mid_type": "num", "mid_value": ((low + high) / 2) ** 2, "mid_color": MIDDLE}
    spans = _runs(sorted({first + j for _, j in seen}))
    areas = [_area(top + 1, left, top + len(steps), right) for left, right in spans]
    scale |= {"multi_range": " ".join(areas)} if len(areas) > 1 else {}
    sheet.conditional_format(top + 1, spans[0][0], top + len(steps), spans[0][1], scale)


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """First and last of each run of neighbouring columns."""
    starts = [place for place in places if place - 1 not in places]
    return list(zip(starts, [place for place in places if place + 1 not in places], strict=True))


def _area(top: int, left: int, bottom: int, right: int) -> str:
    from xlsxwriter.utility import xl_range

    return str(xl_range(top, left, bottom, right))
