"""The data behind a chart of a slide: names, series, and a workbook that takes every text for a text."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.report import deck_text
from crmlib.report.series import Part, Rows, at, column, kind, own_names, series_name, shape
from crmlib.report.sheets import number, number_format
from crmlib.report.views import header
from crmlib.words import N_

if TYPE_CHECKING:
    from crmlib.report.deck_layout import Deck
    from crmlib.report.read import Item

TEXT = 10.0
LONGEST_NAME, WRAPPED_NAME = 260.0, 440.0  # points of a bar's name, in all where there is room for two lines
FEW_NAMES = 12
SPACES = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
_SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def by_name_axis(item: Item) -> bool:
    """Whether the chart stands on names; months do too, so that every month has its place and is written as one."""
    return shape(item) not in ("curve", "scatter") or kind(item, item["native"]["x"]) == "month"


def keys_of(item: Item, rows: Rows) -> list[Any]:
    """What stands along the axis of names: each row, or each value once where several series share them."""
    x_at = at(item, item["native"]["x"])
    if not item["native"].get("series"):
        return list(range(len(rows)))
    found = list(dict.fromkeys(row[x_at] for row in rows))
    return sorted(found) if kind(item, item["native"]["x"]) == "month" else found


def _key_text(item: Item, rows: Rows, key: Any) -> str:
    x = item["native"]["x"]
    value = key if item["native"].get("series") else rows[key][at(item, x)]
    names = own_names(item, rows)
    said = names[key] if names else words.text(value, kind(item, x))
    room = WRAPPED_NAME if len(keys_of(item, rows)) <= FEW_NAMES else LONGEST_NAME
    return deck_text.cut(said, room, TEXT) or words.MISSING


def categories(item: Item, rows: Rows, found: list[Part], made: date) -> Any:
    """The data of a chart that stands on names."""
    from pptx.chart.data import CategoryChartData

    keys = keys_of(item, rows)
    data = _safe(CategoryChartData(number_format(kind(item, found[0].column))), made)
    data.categories = [_key_text(item, rows, key) for key in keys]
    for part in found:
        data.add_series(_said(item, part), values_of(item, rows, part, keys), number_format(kind(item, part.column)))
    return data


def values_of(item: Item, rows: Rows, part: Part, keys: Sequence[Any]) -> list[float | None]:
    """The figures of a series, one a name, in the units of a sheet."""
    x_at, y_at, unit = at(item, item["native"]["x"]), at(item, part.column), kind(item, part.column)
    if not item["native"].get("series"):
        return [_number(row[y_at], unit) for row in rows]
    known = {row[x_at]: _number(row[y_at], unit) for row in rows[part.first : part.last]}
    return [known.get(key) for key in keys]


def points(item: Item, rows: Rows, found: list[Part], made: date) -> Any:
    """The data of a chart that stands on numbers."""
    from pptx.chart.data import XyChartData

    x_at, x_kind = at(item, item["native"]["x"]), kind(item, item["native"]["x"])
    data = _safe(XyChartData(number_format(x_kind)), made)
    for part in found:
        y_at, unit = at(item, part.column), kind(item, part.column)
        drawn = data.add_series(_said(item, part), number_format(unit))
        for row in rows[part.first : part.last]:
            if row[x_at] is not None and row[y_at] is not None:
                drawn.add_data_point(number(row[x_at], x_kind), number(row[y_at], unit))
    return data


def _said(item: Item, part: Part) -> str:
    """The name of a series; bounds are named after their own one, as many may share a column."""
    name = series_name(item, part)
    said = name or header(column(item, part.column))
    if name and part.bound:
        end = N_("{name:text}, 95% from") if part.column == item["native"].get("low") else N_("{name:text}, 95% to")
        said = words.say(end, name=name).text()
    return deck_text.cut(said, 2 * LONGEST_NAME, TEXT) or words.MISSING


def _number(value: Any, unit: str) -> float | None:
    return None if value is None else number(value, unit)


def _safe(data: Any, made: date) -> Any:
    """The chart data, with a workbook that takes every text for a text and is the same on every run."""
    data._workbook_writer._open_worksheet = functools.partial(_book, made)
    return data


@contextmanager
def _book(made: date, file: Any) -> Iterator[Any]:
    import xlsxwriter

    book = xlsxwriter.Workbook(file, _SAFE)
    book.set_properties({"created": datetime.combine(made, time())})
    yield book, book.add_worksheet()
    book.close()


def set_fonts(deck: Deck, text: Any, parse: Any) -> None:
    """Give letters the fonts of both scripts and the colour of the text."""
    spaces = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    text.set("lang", "ja-JP" if deck.language == "ja" else "en-US")
    colour = '<a:solidFill><a:schemeClr val="tx1"/></a:solidFill>'
    for child in parse(f"<a:x {spaces}>{colour}{deck.font()}</a:x>"):
        text.append(child)
