"""RFM charts."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlib import words
from crmlib.plots import colours
from crmlib.plots.drawing import (
    axes_or_new,
    category_rows,
    lower_to_rows,
    lowest_highest,
    nothing_to_show,
    rows_that_fit,
    share_axis,
)
from crmlib.plots.forms import interval_rows
from crmlib.plots.marks import LINE, Note, band, boxes, write, write_above, write_apart
from crmlib.plots.naming import with_size
from crmlib.words import N_

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

ROW, ROOMY = 20.0, 36.0  # points of a row, two bars and a space: at least, and where there is room
BAR = 0.38
MEASURES = dict(zip(("recency", "frequency", "money"), colours.SERIES, strict=False))


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
    ax.axvline(0, color=colours.ZERO, linewidth=0.8)
    ax.set_xlabel(words.column("share").label)
    return ax


def rank_grid(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """The cells of recency by frequency painted with their rank: its letter, the customers and the share of sales.

    Args:
        table: of `analysis.ranks.painted_grid`; used are r, f, rf_rank, n_customers, share_amount.
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    cells = table.dropna(subset=["r", "f"])
    if cells.empty:
        return nothing_to_show(ax)
    for cell in cells.to_dict("records"):
        _paint(ax, (cell["f"], cell["r"]), cell["rf_rank"], _said(cell))
    ax.set(xlim=(0.5, 5.5), ylim=(0.5, 5.5))
    ax.set_xticks(range(1, 6), [f"F{score}" for score in range(1, 6)])
    ax.set_yticks(range(1, 6), [f"R{score}" for score in range(1, 6)])
    ax.tick_params(length=0)
    ax.grid(False)
    ax.set_xlabel(words.column("f").label)
    ax.set_ylabel(words.column("r").label)
    said = words.translate(N_("Rank, customers, share of all sales"))
    write_above(ax, 1.0, said, ha="right")
    return ax


def pareto(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """The share of sales that the best customers bring together, with 20 % of customers and 80 % of sales marked.

    Args:
        table: of `analysis.deciles.pareto_curve`; used are cumulative_share_customers, cumulative_share_amount.
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    points = table.dropna()
    if len(points) < 2:
        return nothing_to_show(ax)
    x, y = points["cumulative_share_customers"].to_numpy(), points["cumulative_share_amount"].to_numpy()
    ax.plot([0, 1], [0, 1], "--", color=colours.REFERENCE, linewidth=0.8)
    even = Note(x=0.55, y=0.55, text=words.translate(N_("if every customer bought as much")), colour=colours.QUIET)
    write(ax, even, dx=6, dy=-6, ha="left", va="top", fontsize=8)
    ax.plot(x, y, color=colours.SALES)
    marks = [(0.2, float(np.interp(0.2, x, y))), (float(np.interp(0.8, y, x)), 0.8)]
    for mark in marks:
        ax.plot(*mark, "o", color=colours.SALES, markersize=5)
    share_axis(ax, "x", 1.0)
    share_axis(ax, "y", 1.0)
    write_apart(ax, [Note(x=at, y=top, text=_point_said(at, top)) for at, top in marks], lift=-LINE)
    ax.set_xlabel(words.column("cumulative_share_customers").label)
    ax.set_ylabel(words.column("cumulative_share_amount").label)
    return ax


def later_rates(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """The share that bought afterwards by score, a line for each of R, F and M with its band.

    Args:
        table: of `analysis.prediction.later_rates`; used are rfm_measure, score, later_rate, later_rate_low,
            later_rate_high.
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    rows = table.dropna(subset=["later_rate", "score"]).sort_values("score", kind="stable")
    if rows.empty:
        return nothing_to_show(ax)
    notes = [_rate_line(ax, rows[rows["rfm_measure"] == name], name, *look) for name, look in MEASURES.items()]
    share_axis(ax, "y", lowest_highest(rows[["later_rate", "later_rate_high"]])[1])
    ax.set_xlim(0.8, 5.2)
    ax.set_xticks(range(1, 6))
    # Three names around the middle one stay near their lines, even where these end at one height.
    write_apart(ax, [note for note in notes if note], lift=LINE)
    ax.set_xlabel(words.column("score").label)
    ax.set_ylabel(words.column("later_rate").label)
    return ax


def per_contact(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Expected sales per contact of each segment with their interval, and the sales that pay for one where known.

    Args:
        table: of `analysis.promotion.estimate` by segment; used are segment, n_customers, expected_per_contact with
            its bounds, needed_per_contact.
        ax: where to draw; by default a new figure.
    """
    needed = table["needed_per_contact"].dropna()
    rows = table.dropna(subset=["expected_per_contact"])
    target = float(needed.iloc[0]) if len(needed) else None
    return interval_rows(
        rows, name="segment", value="expected_per_contact", n="n_customers", target=target,
        target_name=words.column("needed_per_contact").label, ax=axes_or_new(ax),
    )  # fmt: skip


def _rate_line(ax: Axes, points: DataFrame, name: str, colour: str, dash: Any) -> Note | None:
    if points.empty:
        return None
    band(ax, points["score"], points["later_rate_low"], points["later_rate_high"], colour)
    ax.plot(points["score"], points["later_rate"], "o", linestyle=dash, color=colour, markersize=4)
    last = points.iloc[-1]
    return Note(x=float(last["score"]), y=float(last["later_rate"]), text=words.label(name), colour=colour)


def _paint(ax: Axes, place: tuple[float, float], rank: str, text: str) -> None:
    from matplotlib.patches import Rectangle

    f, r = place
    ax.add_patch(
        Rectangle((f - 0.5, r - 0.5), 1, 1, facecolor=colours.RANKS[rank], edgecolor=colours.PAPER, linewidth=2)
    )
    ink = colours.PAPER if rank in colours.DARK_RANKS else colours.INK
    write(ax, Note(x=f, y=r, text=str(rank)), dy=8, ha="center", va="center", fontsize=12, color=ink)
    write(ax, Note(x=f, y=r, text=text), dy=-7, ha="center", va="center", color=ink)


def _said(cell: dict[Hashable, Any]) -> str:
    return f"{words.text(cell['n_customers'], 'count')}  {words.text(cell['share_amount'], 'share')}"


def _point_said(at: float, top: float) -> str:
    return words.say("{customers:share} of customers: {sales:share} of sales", customers=at, sales=top).text()


def _shown(table: DataFrame, most: int) -> DataFrame:
    return table if len(table) <= most else table.head(most - 1)


def _bars(ax: Axes, rows: DataFrame, name: str, colour: str, *, side: int) -> None:
    shares = rows[name].to_numpy(dtype="float64")
    places = [row + side * BAR / 2 for row in range(len(rows))]
    boxes(ax, 0.0, [place - BAR / 2 for place in places], shares, BAR, colour)
    for number, (share, place) in enumerate(zip(shares.tolist(), places, strict=True)):
        said = words.text(share, "share")
        # The first pair says which bar is which; the others need only their figure.
        text = f"{said}  {words.column(name).label}" if number == 0 else said
        at = 0.0 if words.is_missing(share) else share
        write(ax, Note(x=at, y=place, text=text), dx=3, dy=-1.2 * side, ha="left", va="center", fontsize=8)
