"""A chart drawn again and again: where its axes stand is found once, not at each move of a slider.

Finding room for the labels costs as much as drawing them. A redraw whose labels are as long as before stands where the
last one stood; labels of another length have the room found anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from crmlib import words
from crmlib.report import figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

WIDE, MOST = "WF", 64
Key = tuple[Any, ...]
Place = tuple[Any, list[tuple[float, float]]]
_places: dict[Key, list[Place]] = {}


def drawn(plot: Callable[..., Axes], frame: DataFrame, *, width: float = 7.4, height: float = 3.6) -> str:
    """The chart as SVG in the house style, as `report.chart` draws it."""
    language = words.speech().language
    with figure.house_style(language):
        axes = figure.new_axes(width, height)
        plot(frame, ax=axes)
        sheet: Any = axes.figure
        key = (plot, language, width, height, *(_lengths(each) for each in sheet.axes))
        if key in _places:
            sheet.set_layout_engine("none")
            for each, place in zip(sheet.axes, _places[key], strict=True):
                _put(each, place)
        picture = figure.svg(axes)
    if len(_places) >= MOST:
        _places.clear()
    _places.setdefault(key, [_place(each) for each in sheet.axes])
    return picture


def _place(axes: Axes) -> Place:
    """Where the axes stands, and where the names of its axes do."""
    labels = [axis.label.get_position() for axis in (axes.xaxis, axes.yaxis)]
    return axes.get_position(original=True).frozen(), labels


def _put(axes: Axes, place: Place) -> None:
    box, labels = place
    axes.set_position(box)
    for axis, (x, y) in zip((axes.xaxis, axes.yaxis), labels, strict=True):
        # To find the place of an axis's name, every tick is laid out a second time.
        axis.set_label_coords(x, y, transform=axis.label.get_transform())


def _lengths(axes: Axes) -> Key:
    """What the room round an axes depends on: how wide its widest labels are, how many, and whether they are there."""
    across, up = axes.get_xticklabels(), axes.get_yticklabels()
    texts = [label.get_text() for label in (*axes.texts, axes.xaxis.label, axes.yaxis.label)]
    return len(across), _widest(up), tuple(sorted(_width(text) for text in texts)), axes.get_legend() is not None


def _widest(labels: list[Any]) -> int:
    return max((_width(label.get_text()) for label in labels), default=0)


def _width(text: str) -> int:
    """Columns of the longest line, a Japanese letter counted as two."""
    lines = text.split("\n")
    return max(sum(1 + (east_asian_width(letter) in WIDE) for letter in line) for line in lines)
