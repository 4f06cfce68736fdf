"""Orders month by month, with the months that are cut off or look like a hole told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib import words
from crmlib.plots import colours
from crmlib.plots.drawing import axes_or_new, axis_label, lowest_highest, month_axis, nothing_to_show
from crmlib.plots.marks import Note, unfinished, write_apart

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

HOLES = ("empty", "far_below")
NAMED = 4  # more names than this would cover the bars


def months(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Orders of each month; cut-off months are hatched, months that look like a hole orange, with a mark where none is.

    Args:
        table: of `analysis.coverage.months`; used are month, n_orders, month_verdict.
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    rows = table.sort_values("month")
    if rows.empty:
        return nothing_to_show(ax)
    tints = [colours.BAD if verdict in HOLES else colours.FIGURE for verdict in rows["month_verdict"]]
    bars = ax.bar(rows["month"], rows["n_orders"], width=0.82, color=tints)
    for bar, verdict in zip(bars, rows["month_verdict"], strict=True):
        if verdict in ("begins", "partial"):
            unfinished(bar, colours.FIGURE)
    empty = rows[rows["month_verdict"] == "empty"]
    ax.plot(empty["month"], empty["n_orders"], "x", color=colours.BAD, clip_on=False)
    month_axis(ax, rows["month"].astype(int).tolist())
    ax.set_ylim(0, (lowest_highest(rows[["n_orders"]])[1] or 1.0) * 1.12)
    ax.yaxis.set_major_formatter(lambda number, _: f"{number:,.10g}")
    ax.locator_params(axis="y", nbins=5, integer=True)
    ax.set_ylabel(axis_label("n_orders"))
    _name(ax, rows[rows["month_verdict"] != "whole"].tail(NAMED))
    return ax


def _name(ax: Axes, rows: DataFrame) -> None:
    rows = rows.dropna(subset=["n_orders"])
    notes = [
        Note(x=float(month), y=float(n), text=words.label(verdict))
        for month, n, verdict in zip(rows["month"], rows["n_orders"], rows["month_verdict"], strict=True)
    ]
    write_apart(ax, notes, lift=8)
