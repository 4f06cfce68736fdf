"""Charts of the lifecycle: the six segments, the chance of another order after silence, who came back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib import words
from crmlib.plots import colours, forms, stages
from crmlib.plots.drawing import axes_or_new
from crmlib.plots.marks import Note, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame


def segments(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Customers of each segment now and at the earlier date.

    Args:
        table: of `analysis.lifecycle.segment_table`; used are segment, n_customers, share_customers, n_segment_before.
        ax: where to draw; by default a new figure.
    """
    return stages.standing(table, ax=ax, name="segment", before="n_segment_before")


def chance(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """The chance of another order by the days of silence so far, with its band and the limits in use.

    Args:
        table: of `analysis.silences.marked`; used are silent_days, buys_again and its interval, limit.
        ax: where to draw; by default a new figure.
    """
    ax = forms.bands(table, x="silent_days", value="buys_again", ax=axes_or_new(ax))
    marked = table[(table["limit"] != "") & table["buys_again"].notna()]
    for day, share, name in zip(marked["silent_days"], marked["buys_again"], marked["limit"], strict=True):
        ax.axvline(float(day), color=colours.TARGET, linewidth=1.0, linestyle="--")
        ax.plot(float(day), float(share), "o", color=colours.FIGURE, markersize=5)
        text = f"{words.label(name)}\n{words.phrase(int(day), 'days')} {words.text(share, 'share')}"
        write(ax, Note(x=float(day), y=float(share), text=text), dx=6, dy=10, ha="left", va="bottom", linespacing=1.25)
    return ax


def revived(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """The share who bought in the window by how long they had been silent, with its interval.

    Args:
        table: of `analysis.lifecycle.revival`; used are silence_band, n_customers, buy_rate and its interval.
        ax: where to draw; by default a new figure.
    """
    return forms.interval_rows(table, name="silence_band", value="buy_rate", n="n_customers", ax=ax)
