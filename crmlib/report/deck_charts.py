"""Charts of a slide: native, with a workbook of their data behind each, so that a consultant can edit them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from crmlib.report.deck_axes import draw_axes
from crmlib.report.deck_base import POINT, Box
from crmlib.report.deck_data import TEXT, by_name_axis, categories, keys_of, points, set_fonts
from crmlib.report.deck_labels import draw_labels
from crmlib.report.deck_layout import Deck, name
from crmlib.report.deck_money import in_large_yen
from crmlib.report.series import (
    COLOURS,
    PALE,
    QUIET,
    Part,
    Rows,
    at,
    error_bounds,
    in_order,
    legend,
    native,
    parts,
    shape,
)

if TYPE_CHECKING:
    from crmlib.report.read import Item

MOST_BARS = 40  # lying bars that can still be told apart on a slide


def has_figures(item: Item) -> bool:
    """Whether the chart has a native form with something in it."""
    rows = item.get("rows") or []
    form = native(item, rows)
    return bool(form) and any(row[at(item, y)] is not None for row in rows for y in form["y"])


def can_draw(item: Item) -> bool:
    """Whether a slide can hold the chart; more bars than these cannot be told apart."""
    return has_figures(item) and (shape(item) != "bar" or len(keys_of(item, item["rows"])) <= MOST_BARS)


def draw(deck: Deck, slide: Any, item: Item, room: Box, made: date) -> Any:
    """Put the chart into the room."""
    item = in_large_yen(item, in_order(item, item["rows"]))
    rows = item["rows"]
    found = parts(item, rows)
    by_name = by_name_axis(item)
    data = categories(item, rows, found, made) if by_name else points(item, rows, found, made)
    frame = slide.shapes.add_chart(_type(item, by_name=by_name), *room.emu(), data)
    name(frame, item.get("name") or item["title"], item.get("alt") or item["title"])
    chart = frame.chart
    chart.has_title = False
    chart.font.size = round(TEXT * POINT)
    _legend(chart, item, rows)
    draw_axes(deck, chart, item, rows, by_name=by_name)
    for part, drawn in zip(found, chart.plots[0].series, strict=True):
        _look(item, rows, part, drawn)
    draw_labels(deck, chart, item, rows, found, by_name=by_name)
    _fonts(deck, chart)
    return frame


def _type(item: Item, *, by_name: bool) -> Any:
    from pptx.enum.chart import XL_CHART_TYPE as TYPE

    drawn, stacked = shape(item), item["native"]["form"] == "stacked_bar"
    if drawn == "bar":
        return TYPE.BAR_STACKED if stacked else TYPE.BAR_CLUSTERED
    if drawn == "column":
        return TYPE.COLUMN_STACKED if stacked else TYPE.COLUMN_CLUSTERED
    if by_name:
        return TYPE.LINE
    return TYPE.XY_SCATTER_LINES_NO_MARKERS if drawn == "curve" else TYPE.XY_SCATTER


def _fonts(deck: Deck, chart: Any) -> None:
    """The fonts of all texts of a chart, of both scripts."""
    from pptx.oxml import parse_xml

    for text in chart._chartSpace.xpath("//c:txPr//a:defRPr[not(a:ea)]"):
        set_fonts(deck, text, parse_xml)


def _legend(chart: Any, item: Item, rows: Rows) -> None:
    from pptx.enum.chart import XL_LEGEND_POSITION
    from pptx.oxml import parse_xml

    found = legend(item, rows)
    # Thin lines are ends of intervals, and are named as such.
    bounds = [part for part in parts(item, rows) if part.bound and not part.name]
    chart.has_legend = found.shown or bool(bounds)
    if not chart.has_legend:
        return
    chart.legend.position = XL_LEGEND_POSITION.TOP
    chart.legend.include_in_layout = False
    spaces = 'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    for place in reversed(found.unnamed):
        entry = f'<c:legendEntry {spaces}><c:idx val="{place}"/><c:delete val="1"/></c:legendEntry>'
        chart.legend._element.insert(1, parse_xml(entry))


def _look(item: Item, rows: Rows, part: Part, drawn: Any) -> None:
    form, style = item["native"]["form"], shape(item)
    if form == "line":
        drawn.format.line.width = round((0.75 if part.bound else 1.0 if part.colour == PALE else 2.25) * POINT)
        _paint(drawn.format.line.color, part.colour)
        drawn.smooth = False
        _no_marker(drawn)
    elif form == "scatter":
        _dots(drawn, part)
        x_at, y_at = at(item, item["native"]["x"]), at(item, part.column)
        shown = [row for row in rows if row[x_at] is not None and row[y_at] is not None]
        _error_bars(drawn, item, shown, part.column, "c:xVal")
    else:
        drawn.format.fill.solid()
        pale = error_bounds(item, rows, part.column) is not None and style == "bar"
        _paint(drawn.format.fill.fore_color, COLOURS[1] if pale else part.colour)
        drawn.invert_if_negative = False
        _error_bars(drawn, item, rows[part.first : part.last], part.column, "c:cat")


def _paint(colour: Any, code: str) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.dml import MSO_THEME_COLOR

    if code in COLOURS[:5]:  # the theme's own colours, so that a theme can change them all
        colour.theme_color = getattr(MSO_THEME_COLOR, f"ACCENT_{COLOURS.index(code) + 1}")
    else:
        colour.rgb = RGBColor.from_string(code.lstrip("#"))


def _no_marker(drawn: Any) -> None:
    from pptx.enum.chart import XL_MARKER_STYLE

    drawn.marker.style = XL_MARKER_STYLE.NONE


def _dots(drawn: Any, part: Part) -> None:
    from pptx.enum.chart import XL_MARKER_STYLE

    drawn.marker.style, drawn.marker.size = XL_MARKER_STYLE.CIRCLE, 8
    drawn.marker.format.fill.solid()
    _paint(drawn.marker.format.fill.fore_color, part.colour)
    drawn.marker.format.line.fill.background()
    drawn.format.line.fill.background()


def _error_bars(drawn: Any, item: Item, rows: Rows, y: str, before: str) -> None:
    from pptx.oxml import parse_xml

    bounds = error_bounds(item, rows, y)
    if bounds is None:
        return
    side = '<c:errDir val="y"/>' if before == "c:xVal" else ""
    plus, minus = (_literal(values) for values in bounds)
    bars = parse_xml(
        '<c:errBars xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
        ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        f'{side}<c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="0"/>'
        f"<c:plus>{plus}</c:plus><c:minus>{minus}</c:minus>"
        f'<c:spPr><a:ln w="12700"><a:solidFill><a:srgbClr val="{QUIET.lstrip("#")}"/></a:solidFill></a:ln></c:spPr>'
        "</c:errBars>"
    )
    drawn._element.xpath(before)[0].addprevious(bars)


def _literal(values: list[float]) -> str:
    points = "".join(f'<c:pt idx="{place}"><c:v>{value!r}</c:v></c:pt>' for place, value in enumerate(values))
    return f'<c:numLit><c:formatCode>General</c:formatCode><c:ptCount val="{len(values)}"/>{points}</c:numLit>'
