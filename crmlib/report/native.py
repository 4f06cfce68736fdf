"""A chart's native form on a sheet: an Excel chart over the cells of its table, which a client can restyle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmlib.report.series import (
    GRID,
    PALE,
    QUIET,
    Part,
    Rows,
    at,
    column,
    error_bounds,
    legend,
    native,
    parts,
    shape,
)
from crmlib.report.sheets import Book, number_format
from crmlib.report.views import header

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from crmlib.report.read import Item

SIZE = {"width": 720, "height": 380}
_TYPES = {
    "bar": {"type": "bar"}, "column": {"type": "column"}, "line": {"type": "line"},
    "curve": {"type": "scatter", "subtype": "straight"}, "scatter": {"type": "scatter", "subtype": ""},
}  # fmt: skip


def insert_chart(book: Book, sheet: Worksheet, item: Item, rows: Rows, top: int) -> None:
    """Draw the chart right of its table, whose first row is `top`; rows of one series must stand together.

    `form` is `bar`, `stacked_bar`, `line` or `scatter`; `x` and `y` name columns, `series` the column that tells the
    lines apart, `low` and `high` the bounds, drawn as error bars on bars and as thin lines beside lines.
    """
    if not native(item, rows):
        return
    chart = book.workbook.add_chart(_type(item))
    for part in parts(item, rows):
        chart.add_series(_series(sheet.get_name(), item, rows, top, part))
    _axes(chart, item)
    chart.set_title({"none": True})
    chart.set_size(SIZE)
    chart.set_legend({**_legend(item, rows), "font": {"size": 9, "color": QUIET}})
    place = {"description": item["alt"] or item["title"], "object_position": 3}
    sheet.insert_chart(top, len(item["columns"]) + 1, chart, place)


def _type(item: Item) -> dict[str, str]:
    stacked = item["native"]["form"] == "stacked_bar"
    return {**_TYPES[shape(item)], **({"subtype": "stacked"} if stacked else {})}


def _legend(item: Item, rows: Rows) -> dict[str, Any]:
    found = legend(item, rows)
    if not found.shown:
        return {"none": True}
    return {"position": "bottom", **({"delete_series": list(found.unnamed)} if found.unnamed else {})}


def _series(sheet: str, item: Item, rows: Rows, top: int, part: Part) -> dict[str, Any]:
    x_at, y_at = at(item, item["native"]["x"]), at(item, part.column)
    # A name by reference: a text that begins with = would be taken for a formula.
    name = [sheet, top + part.first, at(item, item["native"]["series"])] if part.name else [sheet, top - 1, y_at]
    cells = {
        "categories": [sheet, top + part.first, x_at, top + part.last - 1, x_at],
        "values": [sheet, top + part.first, y_at, top + part.last - 1, y_at],
    }
    return {"name": name, **cells, **_looks(item, rows[part.first : part.last], part)}


def _looks(item: Item, rows: Rows, part: Part) -> dict[str, Any]:
    form = item["native"]["form"]
    if form == "line":
        width = 0.75 if part.bound else 1.0 if part.colour == PALE else 2.25
        return {"line": {"color": part.colour, "width": width}, "marker": {"type": "none"}}
    if form == "scatter":
        return {"line": {"none": True}, "marker": {"type": "circle", "size": 6, "fill": {"color": part.colour}}}
    looks: dict[str, Any] = {"fill": {"color": part.colour}, "border": {"none": True}, "gap": 60}
    if bounds := error_bounds(item, rows, part.column):
        bars = "x_error_bars" if shape(item) == "bar" else "y_error_bars"
        plus, minus = bounds
        looks[bars] = {"type": "custom", "plus_values": plus, "minus_values": minus, "line": {"color": QUIET}}
    return looks


def _axes(chart: Any, item: Item) -> None:
    form, lying = item["native"], shape(item) == "bar"
    x, y = column(item, form["x"]), column(item, form["y"][0])
    quiet = {"num_font": {"size": 9, "color": QUIET}, "name_font": {"size": 9, "bold": False, "color": QUIET},
             "line": {"color": PALE}}  # fmt: skip
    shown = {"num_format": number_format(y["kind"]), "major_gridlines": {"visible": True, "line": {"color": GRID}}}
    name = header(y) if len(form["y"]) == 1 else ""
    keys = {"num_format": number_format(x["kind"]), "major_gridlines": {"visible": False}, "label_position": "low"}
    values = {**quiet, **shown, "name": name}
    if lying:
        # Bars are counted from below: reversed they stand as in the table, and their scale stays at the foot.
        chart.set_y_axis({**quiet, **keys, "reverse": True, "crossing": "max"})
        chart.set_x_axis(values)
    else:
        chart.set_x_axis({**quiet, **keys, "name": header(x)})
        chart.set_y_axis(values)
