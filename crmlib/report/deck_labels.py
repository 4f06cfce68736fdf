"""The figures beside the bars, lines and dots of a chart on a slide, where there is room for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

from crmlib import words
from crmlib.report import deck_text
from crmlib.report.deck_axes import shown_as
from crmlib.report.deck_base import POINT
from crmlib.report.deck_data import LONGEST_NAME, SPACES, TEXT, keys_of, set_fonts, values_of
from crmlib.report.deck_layout import SMALL
from crmlib.report.deck_money import largest
from crmlib.report.series import DARK, PALE, Part, Rows, at, error_bounds, kind, shape
from crmlib.report.sheets import clean, is_text, number

if TYPE_CHECKING:
    from crmlib.report.deck_layout import Deck
    from crmlib.report.read import Item

LABELLED, NAMED_POINTS, LAST_LABELS = 40, 15, 3
SHORT_LINE = 13  # points of a line that all have their figure
NEAR = {"bar": 0.075, "column": 0.09}  # of the axis: what a figure inside a bar takes


def draw_labels(deck: Deck, chart: Any, item: Item, rows: Rows, found: list[Part], *, by_name: bool) -> None:
    """The figures themselves where there is room for them, so that nobody has to read them off an axis."""
    form = item["native"]["form"]
    if form == "scatter":
        _name_points(deck, chart, item, rows)
    elif form == "line":
        _last_points(deck, chart, item, rows, found, by_name=by_name)
    elif len(keys_of(item, rows)) * len([p for p in found if not p.bound]) <= LABELLED:
        _bar_labels(deck, chart, item, rows, found)


def _bar_labels(deck: Deck, chart: Any, item: Item, rows: Rows, found: list[Part]) -> None:
    keys = keys_of(item, rows)
    stacked = item["native"]["form"] == "stacked_bar"
    if shape(item) == "column" and len(keys) > (12 if stacked else 14):
        return
    reach = chart.value_axis.maximum_scale - chart.value_axis.minimum_scale
    for part, drawn in zip(found, chart.plots[0].series, strict=True):
        ranged = error_bounds(item, rows, part.column) is not None
        values = values_of(item, rows, part, keys)
        free = [place for place, value in enumerate(values) if value is not None
                and _has_room(item, rows, place, value, reach, stacked=stacked, ranged=ranged)]  # fmt: skip
        where = "ctr" if stacked else "inBase" if ranged else "outEnd"
        dark = part.colour in DARK and (stacked or (ranged and shape(item) == "column"))
        look = Label(_label_format(item, part.column, rows), where, "bg1" if dark else "tx1",
                     TEXT if len(keys) <= 25 else SMALL)  # fmt: skip
        _series_labels(deck, drawn, look, [place for place in range(len(values)) if place not in free])


def _has_room(
    item: Item, rows: Rows, place: int, value: float, reach: float, *, stacked: bool, ranged: bool
) -> bool:  # fmt: skip
    """A figure inside a bar needs as long a bar; where there is an interval, it must end before that begins."""
    if stacked:
        return abs(value) >= 0.045 * reach
    if not ranged:
        return True
    form, unit = item["native"], kind(item, item["native"]["y"][0])
    ends = [rows[place][at(item, form[end])] for end in ("low", "high")]
    if None in ends:
        return True
    low, high = (number(end, unit) for end in ends)
    near = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    return near >= NEAR[shape(item)] * reach


def _series_labels(deck: Deck, drawn: Any, look: Label, without: list[int]) -> None:
    from pptx.oxml import parse_xml

    hidden = "".join(f'<c:dLbl><c:idx val="{place}"/><c:delete val="1"/></c:dLbl>' for place in without)
    made = parse_xml(
        f'<c:dLbls {SPACES}>{hidden}<c:numFmt formatCode={quoteattr(look.shown)} sourceLinked="0"/><c:spPr/>'
        f"{look.text(deck)}{look.rest()}</c:dLbls>"
    )
    for old in drawn._element.xpath("c:dLbls"):
        drawn._element.remove(old)
    drawn._element.xpath("c:errBars | c:cat")[0].addprevious(made)


@dataclass(frozen=True)
class Label:
    """How a figure beside its bar or point is written: format, place, theme colour, size."""

    shown: str
    where: str
    colour: str = "tx1"
    size: float = TEXT
    bold: bool = False

    def text(self, deck: Deck) -> str:
        """Its letters as XML."""
        return (
            "<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr>"
            f'<a:defRPr sz="{round(self.size * 100)}" b="{int(self.bold)}">'
            f'<a:solidFill><a:schemeClr val="{self.colour}"/></a:solidFill>{deck.font()}'
            '</a:defRPr></a:pPr><a:endParaRPr lang="en-US"/></a:p></c:txPr>'
        )

    def rest(self) -> str:
        """Where it stands, and that it is the value and nothing else."""
        hidden = "".join(f'<c:show{what} val="0"/>' for what in ("CatName", "SerName", "Percent", "BubbleSize"))
        return f'<c:dLblPos val="{self.where}"/><c:showLegendKey val="0"/><c:showVal val="1"/>{hidden}'


def _label_format(item: Item, y: str, rows: Rows) -> str:
    return shown_as(item, y, largest(item, rows, y), label=True)


def _last_points(deck: Deck, chart: Any, item: Item, rows: Rows, found: list[Part], *, by_name: bool) -> None:
    """A line's last figure stands at its end; a short line that stands alone has all of them."""
    drawn = list(zip(found, chart.plots[0].series, strict=True))
    named = [(part, line) for part, line in drawn if not part.bound and part.colour != PALE]
    if len(named) > LAST_LABELS:
        return
    alone = len(named) == 1 and len([part for part in found if not part.bound]) == 1
    for part, line in named:
        known = _known(item, rows, part, by_name=by_name)
        last = max(range(len(known)), key=lambda place: known[place][1], default=0)
        places = (
            [place for place, _ in known] if alone and len(known) <= SHORT_LINE else [known[last][0]] if known else []
        )
        for place in places:
            _point_label(deck, line.points[place], Label(_label_format(item, part.column, rows), "t", bold=True))


def _known(item: Item, rows: Rows, part: Part, *, by_name: bool) -> list[tuple[int, float]]:
    """Place and position along the axis of each point that has a figure."""
    if by_name:
        values = values_of(item, rows, part, keys_of(item, rows))
        return [(place, float(place)) for place, value in enumerate(values) if value is not None]
    x_at, y_at = at(item, item["native"]["x"]), at(item, part.column)
    shown = [row for row in rows[part.first : part.last] if row[x_at] is not None and row[y_at] is not None]
    return [(place, float(row[x_at])) for place, row in enumerate(shown)]


def _point_label(deck: Deck, point: Any, look: Label) -> None:
    from pptx.oxml import parse_xml

    label = point.data_label._get_or_add_dLbl()
    index = label.xpath("c:idx")[0].get("val")
    made = parse_xml(
        f'<c:dLbl {SPACES}><c:idx val="{index}"/><c:numFmt formatCode={quoteattr(look.shown)} sourceLinked="0"/>'
        f"<c:spPr/>{look.text(deck)}{look.rest()}</c:dLbl>"
    )
    label.getparent().replace(label, made)


def _name_points(deck: Deck, chart: Any, item: Item, rows: Rows) -> None:
    """A dot is named by the first column of texts, where the dots are few enough."""
    named = [place for place, found in enumerate(item["columns"]) if is_text(found["kind"])]
    if not named or len(rows) > NAMED_POINTS:
        return
    x_at, y_at = at(item, item["native"]["x"]), at(item, item["native"]["y"][0])
    shown = [row for row in rows if row[x_at] is not None and row[y_at] is not None]
    for place, row in enumerate(shown):
        text = deck_text.cut(words.text(row[named[0]], item["columns"][named[0]]["kind"]), LONGEST_NAME, TEXT)
        _text_label(deck, chart.plots[0].series[0].points[place], text)


def _text_label(deck: Deck, point: Any, text: str) -> None:
    frame = point.data_label.text_frame
    frame.text = clean(text)
    for run in frame.paragraphs[0].runs:
        run.font.size = round(TEXT * POINT)
        found = run._r.get_or_add_rPr()
        from pptx.oxml import parse_xml

        set_fonts(deck, found, parse_xml)
    from pptx.enum.chart import XL_LABEL_POSITION as AT

    point.data_label.position = AT.RIGHT
