"""A chart's native form on a sheet: an Excel chart over the cells of its table, which a client can restyle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.report.alternative import alt_text
from crmlib.report.book import Book, Corner
from crmlib.report.scale import DAY_STEPS, axis
from crmlib.report.series import (
    GREY,
    GRID,
    NAMING,
    PALE,
    QUIET,
    Part,
    Rows,
    at,
    column,
    error_bounds,
    kind,
    legend,
    native,
    own_names,
    parts,
    placed,
    series_name,
    shape,
)
from crmlib.report.sheets import number, number_format
from crmlib.report.views import header

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from crmlib.report.read import Item

WIDTH, HEIGHT, SHORTEST, TALLEST, BAR = 720, 380, 260, 1200, 24  # pixels
CELL, ROW = 64, 22  # pixels of a column that nobody set, and of a row
LETTER, PADDING = 7, 5  # pixels of a letter, and beside the text of a column
SIDE_BY_SIDE, SHORT = 45, 20  # letters across, and rows: a short table that is wider has its chart below
LABELLED = 15  # bars that have their figure
_TYPES = {
    "bar": {"type": "bar"}, "column": {"type": "column"}, "line": {"type": "line"},
    "curve": {"type": "scatter", "subtype": "straight"}, "scatter": {"type": "scatter", "subtype": ""},
}  # fmt: skip


def insert_chart(
    book: Book, sheet: Worksheet, item: Item, rows: Rows, top: int, widths: Sequence[int]
) -> list[Corner]:  # fmt: skip
    """Draw the chart beside its table, whose first row is `top`, or below it; returns the corner it reaches.

    Rows of one series must stand together, those without a place on the axis after all others (`all_in_order`).
    `form` is `bar`, `stacked_bar`, `line` or `scatter`; `x` and `y` name columns, `series` the column that tells the
    lines apart, `low` and `high` the bounds, drawn as error bars on bars and as thin lines beside lines.
    """
    n_rows, rows = len(rows), placed(item, rows)[0]
    if not native(item, rows):
        return []
    chart = book.workbook.add_chart(_type(item))
    # Said, not left to the program that opens the file; XlsxWriter writes only what is not its default.
    chart._write_disp_blanks_as = lambda: chart._xml_empty_tag("c:dispBlanksAs", [("val", "gap")])
    for part in parts(item, rows):
        chart.add_series(_series(book, sheet.get_name(), item, rows, top, part))
    _axes(book, chart, item, rows)
    chart.set_title({"none": True})
    height = _height(item, rows)
    chart.set_size({"width": WIDTH, "height": height})
    chart.set_legend({**_legend(item, rows), "font": _font(book)})
    row, place = _place(widths, n_rows, top)
    told = {"description": alt_text(item) or item["title"], "object_position": 3}
    sheet.insert_chart(row, place, chart, told)
    return [Corner(row + height // ROW + 1, _reach(widths, place))]


def _place(widths: Sequence[int], n_rows: int, top: int) -> tuple[int, int]:
    """Row and column of the chart: never over its table."""
    below = n_rows <= SHORT and sum(widths) > SIDE_BY_SIDE
    return (top + n_rows + 1, 0) if below else (top, len(widths) + 1)


def _reach(widths: Sequence[int], first: int) -> int:
    """The last column that a chart takes which begins in column `first`."""
    left, last = WIDTH, first
    while (left := left - (widths[last] * LETTER + PADDING if last < len(widths) else CELL)) > 0:
        last += 1
    return last


def _height(item: Item, rows: Rows) -> int:
    """Lying bars have room for each of their names, and two of them are not made thick."""
    if shape(item) != "bar":
        return HEIGHT
    thick = BAR if item["native"]["form"] == "stacked_bar" else BAR + 10 * (len(item["native"]["y"]) - 1)
    return max(SHORTEST, min(TALLEST, 110 + thick * len(rows)))


def _type(item: Item) -> dict[str, str]:
    stacked = item["native"]["form"] == "stacked_bar"
    return {**_TYPES[shape(item)], **({"subtype": "stacked"} if stacked else {})}


def _font(book: Book) -> dict[str, Any]:
    return {"name": book.font, "size": 9, "color": QUIET, "bold": False}


def _legend(item: Item, rows: Rows) -> dict[str, Any]:
    found = legend(item, rows)
    if not found.shown:
        return {"none": True}
    return {"position": "bottom", **({"delete_series": list(found.unnamed)} if found.unnamed else {})}


def _series(book: Book, sheet: str, item: Item, rows: Rows, top: int, part: Part) -> dict[str, Any]:
    x_at, y_at = at(item, item["native"]["x"]), at(item, part.column)
    # A name by reference: a text that begins with = would be taken for a formula.
    name = _name(book, sheet, item, top, part)
    names = own_names(item, rows)
    cells = {
        "categories": book.aside(names) if names else [sheet, top + part.first, x_at, top + part.last - 1, x_at],
        "values": [sheet, top + part.first, y_at, top + part.last - 1, y_at],
        "values_data": [_cached(row[y_at], kind(item, part.column)) for row in rows[part.first : part.last]],
    }
    return {"name": name, **cells, **_looks(book, item, rows[part.first : part.last], part)}


def _name(book: Book, sheet: str, item: Item, top: int, part: Part) -> Any:
    """Where the name of a series stands; a score alone would not say what it scores."""
    if not part.name:
        return [sheet, top - 1, at(item, part.column)]
    series = item["native"]["series"]
    if kind(item, series) not in NAMING:
        return book.aside([series_name(item, part)])
    return [sheet, top + part.first, at(item, series)]


def _cached(value: Any, unit: str) -> str | None:
    """A figure as the chart keeps it; XlsxWriter by itself would keep a 0 for a cell that is blank."""
    return None if words.is_missing(value) else f"{number(value, unit):.16g}"


def _looks(book: Book, item: Item, rows: Rows, part: Part) -> dict[str, Any]:
    form = item["native"]["form"]
    if form == "line":
        width = 0.75 if part.bound else 1.0 if part.colour == PALE else 2.25
        return {"line": {"color": part.colour, "width": width}, "marker": {"type": "none"}}
    if form == "scatter":
        return {"line": {"none": True}, "marker": {"type": "circle", "size": 6, "fill": {"color": part.colour},
                                                   "border": {"color": part.colour}}}  # fmt: skip
    looks: dict[str, Any] = {"fill": {"color": part.colour}, "border": {"none": True}, "gap": 60}
    if bounds := error_bounds(item, rows, part.column):
        bars = "x_error_bars" if shape(item) == "bar" else "y_error_bars"
        # By reference: LibreOffice draws no bars whose lengths stand in the chart.
        plus, minus = bounds  # in a grey that is seen on the bar and beside it
        looks[bars] = {"type": "custom", "plus_values": book.aside(plus), "minus_values": book.aside(minus),
                       "plus_data": plus, "minus_data": minus, "line": {"color": GREY, "width": 1.5}}  # fmt: skip
    elif len(item["native"]["y"]) == 1 and not item["native"].get("series") and len(rows) <= LABELLED:
        shown = number_format(column(item, part.column)["kind"])
        looks["data_labels"] = {"value": True, "num_format": shown, "font": _font(book)}
    return looks


def _axes(book: Book, chart: Any, item: Item, rows: Rows) -> None:
    form, lying = item["native"], shape(item) == "bar"
    x, y = column(item, form["x"]), column(item, form["y"][0])
    quiet = {"num_font": _font(book), "name_font": _font(book), "line": {"color": PALE}}
    name = header(y) if len(form["y"]) == 1 else ""
    keys = {"num_format": number_format(x["kind"]), "major_gridlines": {"visible": False}, "label_position": "low"}
    values = {**quiet, "name": name, "num_format": _scale_format(y["kind"]), **_limits(item, rows),
              "major_gridlines": {"visible": True, "line": {"color": GRID}}}  # fmt: skip
    if lying:
        # Bars are counted from below: reversed they stand as in the table, and their scale stays at the foot.
        chart.set_y_axis({**quiet, **keys, "reverse": True, "crossing": "max"})
        chart.set_x_axis(values)
    else:
        chart.set_x_axis({**quiet, **keys, **_span(item, rows), "name": header(x)})
        chart.set_y_axis(values)


def _scale_format(kind: str) -> str:
    return "0%" if kind == "share" else number_format(kind)


def _limits(item: Item, rows: Rows) -> dict[str, float]:
    """Bars begin at 0, intervals are not cut, no scale of shares goes past all: Excel's own scale sees to none of it.

    Elsewhere the scale is Excel's, so that it follows what a consultant changes.
    """
    form = item["native"]
    ends = [form[end] for end in ("low", "high") if form.get(end)]
    values = [value for name in (*form["y"], *ends) for value in _numbers(item, rows, name)]
    share = column(item, form["y"][0])["kind"] == "share" and form["form"] != "stacked_bar"
    if values and (ends or share) and form["form"] != "scatter":
        found = axis(values, share=share)
        return {"min": found.low, "max": found.high, "major_unit": found.step}
    return {"min": 0} if form["form"] in ("bar", "stacked_bar") and values and min(values) >= 0 else {}


def _span(item: Item, rows: Rows) -> dict[str, float]:
    """From the first to the last of the numbers that a curve runs over."""
    x = column(item, item["native"]["x"])
    values = _numbers(item, rows, x["name"])
    if shape(item) != "curve" or not values or words.kind(x["kind"]).form in ("date", "month"):
        return {}
    found = axis(values, steps=DAY_STEPS if x["kind"] in ("days", "average_days") else (), tight=True)
    return {"min": found.low, "max": found.high, "major_unit": found.step}


def _numbers(item: Item, rows: Rows, name: str) -> list[float]:
    kind = column(item, name)["kind"]
    if words.kind(kind).form in ("date", "month", "text", "label"):
        return []
    return [number(row[at(item, name)], kind) for row in rows if not words.is_missing(row[at(item, name)])]
