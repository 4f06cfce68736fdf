"""Axes of a chart on a slide: they begin and end on round figures, and say money with its currency."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from crmlib.report.deck_base import POINT
from crmlib.report.deck_data import TEXT, keys_of, set_fonts, values_of
from crmlib.report.deck_layout import SMALL
from crmlib.report.deck_money import is_money, money_format
from crmlib.report.scale import DAY_STEPS, Axis, axis
from crmlib.report.series import GRID, NAMING, PALE, Part, Rows, at, column, kind, parts, shape
from crmlib.report.sheets import clean, number, number_format
from crmlib.report.views import header

if TYPE_CHECKING:
    from crmlib.report.deck_layout import Deck
    from crmlib.report.read import Item


def draw_axes(deck: Deck, chart: Any, item: Item, rows: Rows, *, by_name: bool) -> None:
    """Set both axes: where they begin and end, how they write their figures, and their names."""
    form = item["native"]
    values = [number(row[at(item, part.column)], kind(item, part.column))
              for part in _drawn(item, rows) for row in rows[part.first : part.last]
              if row[at(item, part.column)] is not None]  # fmt: skip
    if form["form"] == "stacked_bar":
        values = [*_sums(item, rows), *(value for value in values if value < 0)]
    unit = kind(item, form["y"][0])
    scale = axis(values, share=unit == "share", floor=form["form"] != "scatter")
    _value_axis(chart.value_axis, scale, shown_as(item, form["y"][0], max(map(abs, values), default=0)))
    # Several lines may be sales and profit of one column: figures that say their unit need no name then.
    named = not (form.get("series") and (unit == "share" or is_money(item, form["y"][0])))
    if len(form["y"]) == 1 and form["form"] != "scatter" and named:
        _axis_name(deck, chart.value_axis, header(column(item, form["y"][0])))
    if by_name:
        _name_axis(chart, item, rows)
        if kind(item, form["x"]) not in (*NAMING, "month"):
            _axis_name(deck, chart.category_axis, header(column(item, form["x"])))
    else:
        found = [number(row[at(item, form["x"])], kind(item, form["x"])) for row in rows
                 if row[at(item, form["x"])] is not None]  # fmt: skip
        steps = DAY_STEPS if kind(item, form["x"]) in ("days", "average_days") else ()
        curve = form["form"] != "scatter"  # scores begin with 1: there is no score of 0
        ends = axis(found, floor=curve and kind(item, form["x"]) != "score", steps=steps, tight=curve)
        _value_axis(chart.category_axis, ends, shown_as(item, form["x"], max(map(abs, found), default=0)))
        chart.category_axis.has_major_gridlines = False
        _axis_name(deck, chart.category_axis, header(column(item, form["x"])))
        if form["form"] == "scatter":
            _axis_name(deck, chart.value_axis, header(column(item, form["y"][0])))


def _drawn(item: Item, rows: Rows) -> list[Part]:
    """The parts drawn, and the bounds of bars, which reach further than the bars do."""
    found, form = parts(item, rows), item["native"]
    ends = [form[end] for end in ("low", "high") if form.get(end)]
    if form["form"] == "line" or len(form["y"]) > 1:
        return found
    return [*found, *(Part("", end, 0, len(rows), PALE, bound=True) for end in ends)]


def _sums(item: Item, rows: Rows) -> list[float]:
    keys = keys_of(item, rows)
    lines = [values_of(item, rows, part, keys) for part in parts(item, rows)]
    return [sum(value for value in stack if value and value > 0) for stack in zip(*lines, strict=True)]


def _value_axis(drawn: Any, scale: Axis, shown: str) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.chart import XL_TICK_LABEL_POSITION, XL_TICK_MARK

    drawn.minimum_scale, drawn.maximum_scale, drawn.major_unit = scale.low, scale.high, scale.step
    drawn.has_major_gridlines = True
    drawn.major_gridlines.format.line.color.rgb = RGBColor.from_string(GRID.lstrip("#"))
    drawn.major_gridlines.format.line.width = round(0.75 * POINT)
    drawn.format.line.fill.background()
    drawn.major_tick_mark = drawn.minor_tick_mark = XL_TICK_MARK.NONE
    drawn.tick_labels.number_format, drawn.tick_labels.number_format_is_linked = shown, False
    drawn.tick_label_position = XL_TICK_LABEL_POSITION.LOW


def _name_axis(chart: Any, item: Item, rows: Rows) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.chart import XL_TICK_LABEL_POSITION, XL_TICK_MARK

    drawn, lying, n_keys = chart.category_axis, shape(item) == "bar", len(keys_of(item, rows))
    drawn.format.line.color.rgb = RGBColor.from_string(PALE.lstrip("#"))
    drawn.major_tick_mark = drawn.minor_tick_mark = XL_TICK_MARK.NONE
    drawn.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    if lying:
        # Bars are counted from below: reversed they stand as in the table, and their scale stays at the foot.
        drawn.reverse_order = True
        chart.value_axis.tick_label_position = XL_TICK_LABEL_POSITION.NEXT_TO_AXIS
        drawn.tick_labels.font.size = round((TEXT if n_keys <= 25 else SMALL) * POINT)
        chart._chartSpace.xpath("//c:valAx/c:crosses")[0].set("val", "max")
    elif n_keys > 14:
        _skip(drawn, math.ceil(n_keys / 12))
    if shape(item) in ("bar", "column"):
        chart.plots[0].gap_width = {1: 300, 2: 150}.get(n_keys, 60)
        chart.plots[0].overlap = 100 if item["native"]["form"] == "stacked_bar" or _opposite(item, rows) else 0


def _opposite(item: Item, rows: Rows) -> bool:
    """Whether two figures of a name always go to opposite sides, so that both can stand on one line."""
    y = [at(item, y) for y in item["native"]["y"]]
    return len(y) == 2 and all((row[y[0]] or 0) * (row[y[1]] or 0) <= 0 for row in rows)


def _skip(drawn: Any, step: int) -> None:
    from pptx.oxml import parse_xml

    spaces = 'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    last = drawn._element.xpath("c:lblOffset | c:lblAlgn | c:auto")[-1]
    for tag in ("tickMarkSkip", "tickLblSkip"):
        last.addnext(parse_xml(f'<c:{tag} {spaces} val="{step}"/>'))


def _axis_name(deck: Deck, drawn: Any, text: str) -> None:
    from pptx.oxml import parse_xml

    frame = drawn.axis_title.text_frame
    frame.text = clean(text)
    for run in frame.paragraphs[0].runs:
        run.font.size, run.font.bold = round(TEXT * POINT), False
        set_fonts(deck, run._r.get_or_add_rPr(), parse_xml)


def shown_as(item: Item, y: str, most: float, *, label: bool = False) -> str:
    """Excel's format of a column's figures, money with its currency; `most`: the largest, in the chart's numbers."""
    unit = kind(item, y)
    if is_money(item, y):
        return money_format(item, y, most)
    shown = number_format(unit)
    return shown.replace("0.0%", "0%") if not label and unit == "share" and most >= 0.05 else shown
