"""RFM charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib import words
from crmlib.plots import colours
from crmlib.plots.drawing import (
    Note,
    axes_or_new,
    category_rows,
    lower_to_rows,
    lowest_highest,
    nothing_to_show,
    rows_that_fit,
    share_axis,
    with_size,
    write,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

ROW, ROOMY = 20.0, 36.0  # points of a row, two bars and a space: at least, and where there is room
BAR = 0.38


def segments(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Share of customers beside share of sales, a pair of bars a segment, in the order of the table.

    Args:
        table: of `analysis.rfm.segment_table`; used are segment, n_customers, share_customers, share_amount.
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    if table.empty:
        return nothing_to_show(ax)
    rows = _shown(table, rows_that_fit(ax, ROW))
    lower_to_rows(ax, len(rows), ROOMY)
    _bars(ax, rows, "share_customers", colours.CUSTOMERS, side=-1)
    _bars(ax, rows, "share_amount", colours.SALES, side=1)
    names = [with_size(words.label(s), n) for s, n in zip(rows["segment"], rows["n_customers"], strict=True)]
    category_rows(ax, names, left_out=len(table) - len(rows))
    low, high = lowest_highest(rows[["share_customers", "share_amount"]])
    share_axis(ax, "x", high, low)
    ax.axvline(0, color=colours.QUIET, linewidth=0.8)
    ax.set_xlabel(words.column("share").label)
    return ax


def _shown(table: DataFrame, most: int) -> DataFrame:
    return table if len(table) <= most else table.head(most - 1)


def _bars(ax: Axes, rows: DataFrame, name: str, colour: str, *, side: int) -> None:
    shares = rows[name].to_numpy(dtype="float64")
    places = [row + side * BAR / 2 for row in range(len(rows))]
    ax.barh(places, shares, height=BAR, color=colour)
    for number, (share, place) in enumerate(zip(shares.tolist(), places, strict=True)):
        said = words.text(share, "share")
        # The first pair says which bar is which; the others need only their figure.
        text = f"{said}  {words.column(name).label}" if number == 0 else said
        at = 0.0 if words.is_missing(share) else share
        write(ax, Note(x=at, y=place, text=text), dx=3, dy=-1.2 * side, ha="left", va="center", fontsize=8)
