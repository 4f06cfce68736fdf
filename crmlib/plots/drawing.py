"""What every plot needs: an axes of its own, quiet axes with units, names that fit, labels that keep apart."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from crmlib import words
from crmlib.plots import colours

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from pandas import DataFrame

NAME_WIDTH = 26  # display columns of a category's name; a kanji takes two
SMALL = 8.5  # points
LINE = 12.0  # points from one line of small text to the next
AXIS = 52.0  # points that the axis under the rows of a chart takes, with its label
NOTHING = 48.0  # points of a chart without data
FLOOR = 8.0  # points above the axis that the middle of a note needs
LEADER = {"arrowstyle": "-", "color": colours.QUIET, "linewidth": 0.6, "relpos": (0, 0.5), "shrinkA": 0, "shrinkB": 3}
ELLIPSIS = "…"
BREAKS = " 「『（【("
CODE_AT_END = re.compile(r" ?\([!-~]+\)$")
NEVER_FIRST = (
    "、。，．・：；？！ー）」』】〕〉》’”ぁぃぅぇぉっゃゅょァィゥェォッャュョ)]},.!?:;"  # at the head of a line
)
Which = Literal["x", "y"]


@dataclass(frozen=True, kw_only=True)
class Note:
    """A short text that belongs to a point of the data."""

    x: float
    y: float
    text: str
    colour: str = colours.INK


def axes_or_new(ax: Axes | None) -> Axes:
    """The axes given, or one on a new figure that pyplot does not know."""
    if ax is not None:
        return ax
    from matplotlib.figure import Figure

    return Figure(layout="constrained").add_subplot()


def nothing_to_show(ax: Axes) -> Axes:
    """A low axes that says so, where there is nothing to draw."""
    lower(ax, NOTHING)
    ax.set_axis_off()
    ax.text(0.5, 0.5, words.translate("Nothing to show"), ha="center", va="center", transform=ax.transAxes)
    return ax


def display_width(text: str) -> int:
    """Columns that a text takes in a fixed-width font: 2 for a kanji or kana, 0 for a combining mark.

    Example:
        >>> display_width("東京A")
        5
    """
    return sum(_columns(letter) for letter in text)


def short(name: Any, width: int = NAME_WIDTH) -> str:
    """A name on one line, cut by display width with an ellipsis; a missing name is a dash.

    A code in brackets at its end is kept: it is what tells two products of one name apart.

    Example:
        >>> short("薬用ホワイトニング美容液", 11), short("Serum", 11), short("Moisture serum (S-2)", 14)
        ('薬用ホワイ…', 'Serum', 'Moistur… (S-2)')
    """
    text = words.MISSING if words.is_missing(name) else " ".join(str(name).split())
    if display_width(text) <= width:
        return text
    code = CODE_AT_END.search(text)
    tail = code.group() if code and 2 * display_width(code.group()) <= width else ""
    return _cut(text[: len(text) - len(tail)], width - 1 - display_width(tail)).rstrip() + ELLIPSIS + tail


def _cut(text: str, width: int) -> str:
    """As much of the beginning as that width holds."""
    kept = ""
    for letter in text:
        if display_width(kept + letter) > width:
            break
        kept += letter
    return kept


def two_lines(name: Any, width: int = NAME_WIDTH) -> str:
    r"""A name on at most two lines of that width; the first ends between words or before a bracket where it can.

    Example:
        >>> two_lines("Call after the third delivery", 16)
        'Call after the\nthird delivery'
    """
    whole = short(name, 10**6)
    if display_width(whole) <= width:
        return whole
    most = len(_cut(whole, width))
    breaks = [at for at in range(1, most + 1) if whole[at] in BREAKS and 2 * display_width(whole[:at]) > width]
    at = max(breaks, default=_before_word(whole, most))
    while whole[at] in NEVER_FIRST and at > 1:
        at -= 1
    return f"{whole[:at].rstrip()}\n{short(whole[at:], width)}"


def _before_word(text: str, most: int) -> int:
    """Where to break at the latest without parting a word of Latin letters (フォローL/INE), if it can be helped."""
    at = most
    while at > 1 and all(letter.isascii() and letter.isalnum() for letter in text[at - 1 : at + 1]):
        at -= 1
    return at if 2 * at >= most else most


def axis_label(name: str) -> str:
    """Label of a column with its unit, said once: `Months since first purchase`, `Sales (yen)`."""
    return words.column(name).header


def share_axis(ax: Axes, which: Which, top: float, low: float = 0.0) -> None:
    """From 0% (or a negative `low`) to a little above `top`, with few ticks, none above 100%."""
    ticks = _round_ticks(ax, which, low, max(top * 1.06, 0.01), most=1.0)
    _axis(ax, which).set_ticks(ticks, [f"{round(tick * 100, 6):g}%" for tick in ticks])


def money_axis(ax: Axes, which: Which, name: str, top: float, low: float = 0.0) -> None:
    """From 0 to a little above `top`, in 万円 or 百万円 for a Japanese reader, else in k or M; the label says it."""
    minor = 10 ** words.minor_digits(words.speech().currency)
    size, suffix, unit = _money_scale(max(top, -low) / minor)
    ticks = _round_ticks(ax, which, low, max(top * 1.06, minor))
    axis = _axis(ax, which)
    axis.set_ticks(ticks, [_money_tick(tick / minor / size, suffix) for tick in ticks])
    axis.set_label_text(f"{words.column(name).label} ({unit})")


def month_axis(ax: Axes, months: Sequence[int]) -> None:
    """Ticks `2025-04` on month numbers, as many as can be read, and whole quarters or years where it is sparse."""
    first, last = min(months), max(months)
    stride = next((s for s in (1, 2, 3, 6, 12, 24, 60) if (last - first) / s <= 7), 120)
    ticks = [month for month in range(first, last + 1) if month % stride == 0] or [first]
    ax.set_xticks(ticks, [words.text(month, "month") for month in ticks])
    set_span(ax, first, last, least=6)


def set_span(ax: Axes, first: float, last: float, *, least: int) -> None:
    """Limits for bars from `first` to `last`, with room for at least `least`, so that one bar is no slab."""
    room = max(0.6, (last - first) * 0.04, (least - (last - first)) / 2)
    ax.set_xlim(first - room, last + room)


def whole_ticks(ax: Axes, low: float, high: float, strides: Sequence[int], most: int = 8) -> None:
    """Ticks of x on multiples of the first stride that leaves at most `most` of them."""
    stride = next((s for s in strides if (high - low) / s <= most), max(strides[-1], math.ceil((high - low) / most)))
    ax.set_xticks([tick for tick in range(math.ceil(low), math.floor(high) + 1) if tick % stride == 0])


def lowest_highest(frame: DataFrame) -> tuple[float, float]:
    """The smallest and the largest number of a frame, at least from 0 to 0; missing ones do not count."""
    known = frame.to_numpy(dtype="float64", na_value=math.nan)
    known = [0.0, *known[~np.isnan(known)].tolist()]
    return min(known), max(known)


def lower(ax: Axes, points: float) -> None:
    """Lower the figure to that height where it is higher and holds these axes only; few rows do not fill a page.

    A figure of several axes keeps the size it was given.
    """
    figure = ax.get_figure(root=True)
    if figure is not None and len(figure.axes) == 1:
        width, height = figure.get_size_inches()
        figure.set_size_inches(width, min(height, points / 72))


def lower_to_rows(ax: Axes, n_rows: int, row: float) -> None:
    """Lower the figure to so many rows of that height, and their axis."""
    lower(ax, max(n_rows, 1) * row + AXIS)


def rows_that_fit(ax: Axes, points: float) -> int:
    """How many rows of that height the axes can hold; at least two, the last of which may say what is left out."""
    return max(2, int(plot_size(ax)[1] / points))


def category_rows(ax: Axes, names: Sequence[str], left_out: int = 0) -> None:
    """One row a name from the top down; a last row says how many more there are."""
    shown = [*names, words.say("and {n:count} more", n=left_out).text()] if left_out else list(names)
    ax.set_yticks(range(len(shown)), shown, parse_math=False)
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.grid(False, axis="y")
    ax.grid(True, axis="x")


def with_size(name: Any, n: Any) -> str:
    """A category's name and the number it rests on: `Champions (n = 1,234)`."""
    return f"{short(name)} (n = {words.text(n, 'count')})"


def write(ax: Axes, note: Note, *, dx: float = 0, dy: float = 0, **how: Any) -> None:
    """Write a note beside its point, `dx` and `dy` points away; `$` and the like stay plain letters."""
    how = {"color": note.colour, "fontsize": SMALL, "parse_math": False, "annotation_clip": False, **how}
    ax.annotate(note.text, (note.x, note.y), xytext=(dx, dy), textcoords="offset points", **how)


def write_beside(ax: Axes, row: float, text: str) -> None:
    """Write to the right of the axes, level with a row."""
    where = ax.get_yaxis_transform()
    ax.text(1.02, row, text, transform=where, va="center", fontsize=SMALL, color=colours.INK, parse_math=False)


def write_apart(ax: Axes, notes: Sequence[Note], *, lift: float = 0.0) -> None:
    """Write notes to the right of their points, `lift` points above them, or as near as `apart` finds room.

    A note that comes to stand far from its point is led to it by a thin line.
    """
    ground = {"facecolor": colours.PAPER, "edgecolor": "none", "alpha": 0.8, "pad": 0.6}
    for note, dy in zip(notes, apart(ax, notes, lift=lift), strict=True):
        far = abs(dy) > 1.5 * LINE
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


def plot_size(ax: Axes) -> tuple[float, float]:
    """About the width and height of the axes in points, before the layout has been made."""
    figure = ax.get_figure(root=True)
    inches = figure.get_size_inches() if figure is not None else (6.4, 4.8)
    place = ax.get_position()
    # The layout engine will leave an axes about a seventh larger than the default place it starts from.
    return inches[0] * 72 * place.width * 1.14, inches[1] * 72 * place.height * 1.14


def _columns(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _axis(ax: Axes, which: Which) -> Axis:
    return ax.xaxis if which == "x" else ax.yaxis


def _round_ticks(ax: Axes, which: Which, low: float, high: float, most: float = math.inf) -> list[float]:
    """Set the limits, which hold zero; the few round numbers between them, up to `most`, are ticks."""
    from matplotlib.ticker import MaxNLocator

    low = min(low * 1.06, 0.0)
    ax.set(**{f"{which}lim": (low, high)})
    ticks = [float(tick) for tick in MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]).tick_values(low, min(high, most))]
    return [tick for tick in ticks if low <= tick <= min(high, most)]


def _money_scale(top: float) -> tuple[float, str, str]:
    if words.speech().language == "ja" and words.speech().currency == "JPY":
        scales = [(1e8, 1e6, "", "百万円"), (1e6, 1e4, "", "万円")]
    else:
        scales = [(1e6, 1e6, "M", words.unit("money")), (1e4, 1e3, "k", words.unit("money"))]
    return next(((size, tail, unit) for bar, size, tail, unit in scales if top >= bar), (1, "", words.unit("money")))


def _money_tick(value: float, suffix: str) -> str:
    return f"{round(value, 6):,.10g}{suffix if value else ''}"


def _span(ax: Axes, note: Note) -> tuple[float, float]:
    """From where to where a note stands, in points to the right of the axes' edge."""
    width, (x0, x1) = plot_size(ax)[0], ax.get_xlim()
    left = (note.x - x0) / (x1 - x0) * width
    # DejaVu Sans is wide: 0.62 of its size a letter; a kanji is as wide as its size.
    letters = sum({0: 0.0, 1: 0.62, 2: 1.0}[_columns(letter)] for letter in note.text)
    return left, left + letters * SMALL + 6


def _overlap(a: tuple[float, float], b: tuple[float, float]) -> bool:
    return a[0] < b[1] and b[0] < a[1]
