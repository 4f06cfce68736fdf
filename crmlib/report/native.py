"""A chart's native form on a sheet: an Excel chart over the cells of its table, which a client can restyle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from crmlib.report.sheets import Book, number, number_format
from crmlib.report.views import header

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from crmlib.report.read import Item

COLOURS = ("#14507A", "#9CC3E0", "#D9722C", "#52606D", "#9AA5B1", "#C9D0D8")
PALE, QUIET = "#C9D0D8", "#52606D"
SIZE = {"width": 720, "height": 380}
TOGETHER = "pooled"  # the series that stands for all the others
Rows = Sequence[Sequence[Any]]


def insert_chart(book: Book, sheet: Worksheet, item: Item, rows: Rows, top: int) -> None:
    """Draw the chart right of its table, whose first row is `top`; rows of one series must stand together.

    `form` is `bar`, `stacked_bar`, `line` or `scatter`; `x` and `y` name columns, `series` the column that tells the
    lines apart, `low` and `high` the bounds, drawn as error bars on bars and as thin lines beside lines.
    """
    native = item.get("native") or {}
    if not rows or not native.get("x"):
        return
    chart = book.workbook.add_chart(_type(item))
    parts = list(_series(sheet.get_name(), item, rows, top))
    for part in parts:
        chart.add_series(part)
    _axes(chart, item)
    chart.set_title({"none": True})
    chart.set_size(SIZE)
    chart.set_legend({**_legend(item, rows, len(parts)), "font": {"size": 9, "color": QUIET}})
    place = {"description": item["alt"] or item["title"], "object_position": 3}
    sheet.insert_chart(top, len(item["columns"]) + 1, chart, place)


def _legend(item: Item, rows: Rows, n_parts: int) -> dict[str, Any]:
    """No legend for one figure; of many lines only the one that stands for all is named."""
    names = [name for name, _, _ in _stretches(item, rows)]
    if TOGETHER in names:
        return {
            "position": "bottom",
            "delete_series": [part for part in range(n_parts) if part != names.index(TOGETHER)],
        }
    alone = len(item["native"]["y"]) == 1 and not item["native"].get("series")
    return {"none": True} if alone else {"position": "bottom"}


def in_order(item: Item, rows: Rows) -> Rows:
    """The rows with those of one series together, in the order of first appearance, the pooled series last."""
    series = (item.get("native") or {}).get("series")
    if not series:
        return rows
    at = _at(item, series)
    seen = {value: place for place, value in reversed(list(enumerate(row[at] for row in rows)))}
    return sorted(rows, key=lambda row: (row[at] == TOGETHER, seen[row[at]]))


def _type(item: Item) -> dict[str, str]:
    form, lying = item["native"]["form"], _kind(item, item["native"]["x"]) in ("label", "text", "id")
    if form in ("line", "scatter"):
        # Lines of different lengths need their own x values, which an Excel line chart does not give them.
        return {"type": "line"} if lying else {"type": "scatter", "subtype": "straight" if form == "line" else ""}
    return {"type": "bar" if lying else "column", **({"subtype": "stacked"} if form == "stacked_bar" else {})}


def _series(sheet: str, item: Item, rows: Rows, top: int) -> Iterator[dict[str, Any]]:
    native, stretches = item["native"], _stretches(item, rows)
    many = TOGETHER in [name for name, _, _ in stretches]
    for place, (name, first, last) in enumerate(stretches):
        for offset, y in enumerate(native["y"]):
            colour = _colour(name, place + offset, many=many)
            # A name by reference: a text that begins with = would be taken for a formula.
            said = {
                "name": [sheet, top + first, _at(item, native["series"])] if name else [sheet, top - 1, _at(item, y)]
            }
            yield said | _cells(sheet, item, y, top, first, last) | _looks(item, rows[first:last], y, colour)
        if native["form"] == "line" and (name in ("", TOGETHER)):
            for bound in (native[key] for key in ("low", "high") if native.get(key)):
                thin = {"line": {"color": PALE if not name else COLOURS[1], "width": 0.75}, "marker": {"type": "none"}}
                said = {"name": [sheet, top - 1, _at(item, bound)]}
                yield said | _cells(sheet, item, bound, top, first, last) | thin


def _stretches(item: Item, rows: Rows) -> list[tuple[str, int, int]]:
    """Name, first and last row (after the end) of each series; one stretch without a name when there is none."""
    series = item["native"].get("series")
    if not series:
        return [("", 0, len(rows))]
    names = [str(row[_at(item, series)]) for row in rows]
    return [(name, names.index(name), names.index(name) + names.count(name)) for name in dict.fromkeys(names)]


def _cells(sheet: str, item: Item, y: str, top: int, first: int, last: int) -> dict[str, Any]:
    x_at, y_at = _at(item, item["native"]["x"]), _at(item, y)
    return {
        "categories": [sheet, top + first, x_at, top + last - 1, x_at],
        "values": [sheet, top + first, y_at, top + last - 1, y_at],
    }


def _looks(item: Item, rows: Rows, y: str, colour: str) -> dict[str, Any]:
    form, native = item["native"]["form"], item["native"]
    if form == "line":
        return {"line": {"color": colour, "width": 1.0 if colour == PALE else 2.25}, "marker": {"type": "none"}}
    if form == "scatter":
        return {"line": {"none": True}, "marker": {"type": "circle", "size": 6, "fill": {"color": colour}}}
    looks: dict[str, Any] = {"fill": {"color": colour}, "border": {"none": True}, "gap": 60}
    if native.get("low") and native.get("high") and len(native["y"]) == 1:
        bars = "x_error_bars" if _type(item)["type"] == "bar" else "y_error_bars"
        looks[bars] = {"type": "custom", **_bounds(item, rows, y), "line": {"color": QUIET}}
    return looks


def _bounds(item: Item, rows: Rows, y: str) -> dict[str, list[float]]:
    kind, native = _kind(item, y), item["native"]
    middle, low, high = (_at(item, name) for name in (y, native["low"], native["high"]))

    def distance(row: Sequence[Any], one: int, other: int) -> float:
        missing = row[one] is None or row[other] is None
        return 0.0 if missing else abs(number(row[one], kind) - number(row[other], kind))

    return {
        "plus_values": [distance(row, high, middle) for row in rows],
        "minus_values": [distance(row, middle, low) for row in rows],
    }


def _axes(chart: Any, item: Item) -> None:
    native, lying = item["native"], _type(item)["type"] == "bar"
    x, y = item["columns"][_at(item, native["x"])], item["columns"][_at(item, native["y"][0])]
    quiet = {"num_font": {"size": 9, "color": QUIET}, "name_font": {"size": 9, "bold": False, "color": QUIET},
             "line": {"color": PALE}}  # fmt: skip
    shown = {"num_format": number_format(y["kind"]), "major_gridlines": {"visible": True, "line": {"color": "#E4E7EB"}}}
    name = header(y) if len(native["y"]) == 1 else ""
    keys = {"num_format": number_format(x["kind"]), "major_gridlines": {"visible": False}, "label_position": "low"}
    values = {**quiet, **shown, "name": name}
    if lying:
        # Bars are counted from below: reversed they stand as in the table, and their scale stays at the foot.
        chart.set_y_axis({**quiet, **keys, "reverse": True, "crossing": "max"})
        chart.set_x_axis(values)
    else:
        chart.set_x_axis({**quiet, **keys, "name": header(x)})
        chart.set_y_axis(values)


def _colour(name: str, place: int, *, many: bool) -> str:
    """Its own colour for each series; where one stands for all, the others are pale."""
    if not many:
        return COLOURS[place % len(COLOURS)]
    return COLOURS[0] if name == TOGETHER else PALE


def _at(item: Item, name: str) -> int:
    return [column["name"] for column in item["columns"]].index(name)


def _kind(item: Item, name: str) -> str:
    return item["columns"][_at(item, name)]["kind"]
