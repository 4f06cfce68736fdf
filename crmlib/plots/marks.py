"""What stands on the axes: bars' faces, bands, target lines, and notes that keep apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlib.plots import colours
from crmlib.plots.drawing import SMALL, plot_size
from crmlib.plots.naming import columns_of, more

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

LINE = 12.0  # points from one line of small text to the next
CURVE = 400  # points along a curve; there are about as many in its width
FLOOR = 8.0  # points above the axis that the middle of a note needs
LEADER = {"arrowstyle": "-", "color": colours.QUIET, "linewidth": 0.6, "relpos": (0, 0.5), "shrinkA": 0, "shrinkB": 3}


@dataclass(frozen=True, kw_only=True)
class Note:
    """A short text that belongs to a point of the data."""

    x: float
    y: float
    text: str
    colour: str = colours.INK


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of a stack: its name and colour, and the height at which its last bar has its middle."""

    name: str
    colour: str
    middle: float


def write(ax: Axes, note: Note, *, dx: float = 0, dy: float = 0, **how: Any) -> None:
    """Write a note beside its point, `dx` and `dy` points away; `$` and the like stay plain letters."""
    looks = {"color": colours.writing(note.colour), "fontsize": SMALL, "parse_math": False, "annotation_clip": False}
    ax.annotate(note.text, (note.x, note.y), xytext=(dx, dy), textcoords="offset points", **{**looks, **how})


def write_beside(ax: Axes, row: float, text: str) -> None:
    """Write to the right of the axes, level with a row."""
    where = ax.get_yaxis_transform()
    ax.text(1.02, row, text, transform=where, va="center", fontsize=SMALL, color=colours.INK, parse_math=False)


def write_above(ax: Axes, at: float, text: str, *, colour: str = colours.QUIET, ha: str = "left") -> None:
    """Write above the axes, `at` of its width from the left."""
    how: Any = {"color": colours.writing(colour), "fontsize": SMALL, "va": "bottom", "ha": ha, "parse_math": False}
    ax.text(at, 1.01, text, transform=ax.transAxes, **how)


def write_apart(ax: Axes, notes: Sequence[Note], *, lift: float = 0.0, led: bool = True) -> None:
    """Write notes to the right of their points, `lift` points above them, or as near as `apart` finds room.

    A note that comes to stand far from its point is led to it by a thin line, where `led`; of lines that end side by
    side the colours lead, as thin lines would cross the names.
    """
    ground = {"facecolor": colours.PAPER, "edgecolor": "none", "alpha": 0.8, "pad": 0.6}
    for note, dy in zip(notes, apart(ax, notes, lift=lift), strict=True):
        far = led and abs(dy) > 1.5 * LINE
        leader = {"arrowprops": LEADER} if far else {}
        write(ax, note, dx=14 if far else 6, dy=dy, ha="left", va="center", bbox=ground, **leader)


def apart(ax: Axes, notes: Sequence[Note], *, lift: float = 0.0) -> list[float]:
    """Points that each note stands above its point, so that none covers another or the axis.

    Notes stand in the order of their values, so that a higher one never belongs to a lower point. The limits of the
    axes must be set.
    """
    height, (low, high) = plot_size(ax)[1], ax.get_ylim()
    points = [(note.y - low) / (high - low) * height for note in notes]
    spans = [_span(ax, note) for note in notes]
    downwards = sorted(range(len(notes)), key=lambda place: -notes[place].y)
    sunk: dict[int, float] = {}
    for place in downwards:
        above = [sunk[other] - LINE for other in sunk if _overlap(spans[place], spans[other])]
        sunk[place] = min([points[place] + lift, *above])
    stands: dict[int, float] = {}
    for place in reversed(downwards):
        below = [stands[other] + LINE for other in stands if _overlap(spans[place], spans[other])]
        stands[place] = max([sunk[place], FLOOR, *below])
    return [stands[place] - point for place, point in enumerate(points)]


def boxes(ax: Axes, x: Any, y: Any, width: Any, height: Any, colour: str) -> None:
    """Bars from their lower left corners, as one artist: each bar of `Axes.bar` costs as much as all of them here.

    The limits of the axes are left as they are; a bar without a number is not drawn.
    """
    from matplotlib.collections import PolyCollection

    left, low, wide, high = (np.asarray(each, dtype="float64") for each in np.broadcast_arrays(x, y, width, height))
    corners = np.stack([[left, low], [left + wide, low], [left + wide, low + high], [left, low + high]])
    bars = np.moveaxis(corners, -1, 0)
    ax.add_collection(PolyCollection(bars[np.isfinite(bars).all(axis=(1, 2))], **face(colour)), autolim=False)


def face(colour: str) -> dict[str, Any]:
    """How a bar in that colour is filled and, where the colour is pale, outlined."""
    edge = colours.edge(colour)
    return {"facecolor": colour, "edgecolor": edge, "linewidth": 0.0 if edge == colour else 0.6}


def unfinished(bar: Any, colour: str) -> None:
    """Hatch the bar of a month that has not ended: it is not yet as high as it will be."""
    bar.set(facecolor=colours.PAPER, edgecolor=colours.edge(colour), linewidth=0.8, hatch="////")


def band(ax: Axes, x: Any, low: Any, high: Any, colour: str, **how: Any) -> None:
    """The interval of a line: a faint fill between thin lines of its colour, which alone would be seen in print."""
    from matplotlib.colors import to_rgba

    faint, thin = to_rgba(colour, 0.14), to_rgba(colour, 0.5)
    ax.fill_between(x, low, high, facecolor=faint, edgecolor=thin, linewidth=0.5, **how)


def target_line(ax: Axes, target: float, name: str) -> None:
    """A dashed line across all rows, named above its end; the limits of the axes must be set."""
    ax.axvline(target, color=colours.TARGET, linewidth=1.2, linestyle=(0, (4, 2.5)))
    low, high = ax.get_xlim()
    at = (target - low) / (high - low)
    write_above(ax, at, name, colour=colours.TARGET, ha="left" if at < 0.15 else "right" if at > 0.85 else "center")


def name_parts(ax: Axes, edge: float, parts: Sequence[Part], dx: float = 5) -> None:
    """The parts' names beside the last bar, whose right edge is given, as far apart as lines need.

    A square of its colour says which part is meant where the last bar has little or none of it.
    """
    from matplotlib.lines import Line2D
    from matplotlib.transforms import ScaledTranslation

    figure = ax.get_figure(root=True)
    notes = [Note(x=edge, y=part.middle, text=part.name) for part in parts]
    for part, note, dy in zip(parts, notes, apart(ax, notes), strict=True):
        place = ax.transData + ScaledTranslation((dx + 4) / 72, dy / 72, figure.dpi_scale_trans)  # type: ignore[union-attr]
        looks: Any = {"markerfacecolor": part.colour, "markeredgecolor": colours.edge(part.colour), "markersize": 5.5}
        square = Line2D([edge], [part.middle], marker="s", markeredgewidth=0.7, transform=place, clip_on=False, **looks)
        ax.add_line(square)
        write(ax, note, dx=dx + 11, dy=dy, ha="left", va="center")


def thinned(table: DataFrame, x: str) -> DataFrame:
    """The rows of a long curve that can be told apart in a picture: the last of each point of its width."""
    if len(table) <= CURVE:
        return table
    places = table[x].astype("float64")
    slot = ((places - places.min()) / (places.max() - places.min()) * CURVE).round()
    return table[~slot.duplicated(keep="last")]


def say_left_out(ax: Axes, left_out: int) -> None:
    """Say above the right end how many series or names there was no room for; nothing where there are none."""
    if left_out > 0:
        write_above(ax, 1.0, more(left_out), ha="right")


def _span(ax: Axes, note: Note) -> tuple[float, float]:
    """From where to where a note stands, in points to the right of the axes' edge."""
    width, (x0, x1) = plot_size(ax)[0], ax.get_xlim()
    left = (note.x - x0) / (x1 - x0) * width
    # DejaVu Sans is wide: 0.62 of its size a letter; a kanji is as wide as its size.
    letters = sum({0: 0.0, 1: 0.62, 2: 1.0}[columns_of(letter)] for letter in note.text)
    return left, left + letters * SMALL + 6


def _overlap(a: tuple[float, float], b: tuple[float, float]) -> bool:
    return a[0] < b[1] and b[0] < a[1]
