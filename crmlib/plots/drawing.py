"""What every plot needs: an axes of its own, quiet axes with units, rows of categories."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from crmlib import words
from crmlib.plots.naming import more

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from pandas import DataFrame

SMALL = 8.5  # points
AXIS = 52.0  # points that the axis under the rows of a chart takes, with its label
NOTHING = 48.0  # points of a chart without data
Which = Literal["x", "y"]


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


def axis_label(name: str) -> str:
    """Label of a column with its unit, said once: `Months since first purchase`, `Sales (yen)`."""
    return words.column(name).header


def share_axis(ax: Axes, which: Which, top: float, low: float = 0.0) -> None:
    """From 0% (or a negative `low`) to a little above `top`, with few ticks, none above 100%."""
    ticks = _round_ticks(ax, which, low, max(top * 1.06, 0.01), most=1.0)
    _axis(ax, which).set_ticks(ticks, [f"{round(tick * 100, 6):g}%" for tick in ticks])


def money_axis(ax: Axes, which: Which, name: str, top: float, low: float = 0.0) -> None:
    """From 0 to a little above `top`, in 万円 or 百万円 for a Japanese reader, else in K or M; the label says it."""
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
    shown = [*names, more(left_out)] if left_out else list(names)
    ax.set_yticks(range(len(shown)), shown, parse_math=False)
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.grid(False, axis="y")
    ax.grid(True, axis="x")


def plot_size(ax: Axes) -> tuple[float, float]:
    """About the width and height of the axes in points, before the layout has been made."""
    figure = ax.get_figure(root=True)
    inches = figure.get_size_inches() if figure is not None else (6.4, 4.8)
    place = ax.get_position()
    # The layout engine will leave an axes about a seventh larger than the default place it starts from.
    return inches[0] * 72 * place.width * 1.14, inches[1] * 72 * place.height * 1.14


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
        scales = [(1e6, 1e6, "M", words.unit("money")), (1e4, 1e3, "K", words.unit("money"))]
    return next(((size, tail, unit) for bar, size, tail, unit in scales if top >= bar), (1, "", words.unit("money")))


def _money_tick(value: float, suffix: str) -> str:
    return f"{round(value, 6):,.10g}{suffix if value else ''}"
