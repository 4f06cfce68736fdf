"""Charts of the stages: who stands where now and at an earlier date, and how many rose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib import words
from crmlib.plots import colours, forms
from crmlib.plots.drawing import (
    axes_or_new,
    axis_label,
    category_rows,
    lower_to_rows,
    lowest_highest,
    nothing_to_show,
    rows_that_fit,
)
from crmlib.plots.marks import Note, write
from crmlib.plots.naming import short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

ROW, ROOMY = 20.0, 38.0  # points of a row with two bars
BAR = 0.38


def standing(table: DataFrame, *, ax: Axes | None = None, name: str = "stage", before: str = "n_stage_before") -> Axes:
    """Customers of each stage now, above them those at the earlier date in a pale bar, with their figures.

    Args:
        table: one row a stage from the first up; used are `name`, n_customers, share_customers and `before`. A stage
            that cannot be told (NaN) says so.
        ax: where to draw; by default a new figure.
        name: column of the stages.
        before: column of the customers at the earlier date.
    """
    ax = axes_or_new(ax)
    if table.empty:
        return nothing_to_show(ax)
    most = rows_that_fit(ax, ROW)
    rows = table if len(table) <= most else table.head(most - 1)
    lower_to_rows(ax, len(rows), ROOMY)
    _bars(ax, rows, before, colours.BEFORE, side=-1)
    _bars(ax, rows, "n_customers", colours.NOW, side=1)
    category_rows(ax, [short(words.label(code)) for code in rows[name]], left_out=len(table) - len(rows))
    high = max(lowest_highest(rows[["n_customers", before]])[1], 1.0)
    ax.set_xlim(0, high * 1.32)
    ax.xaxis.set_major_formatter(lambda number, _: f"{number:,.0f}")
    ax.locator_params(axis="x", nbins=5, integer=True)
    ax.set_xlabel(axis_label("n_customers"))
    return ax


def rose(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """The share of each stage that rose to a higher one between the two dates, with its interval.

    Args:
        table: of `analysis.stage_moves.moved_table`; used are stage_before, n_start, rose_rate and its interval.
        ax: where to draw; by default a new figure.
    """
    return forms.interval_rows(table, name="stage_before", value="rose_rate", n="n_start", ax=ax)


def _bars(ax: Axes, rows: DataFrame, column: str, colour: str, *, side: int) -> None:
    """One bar a row; the first that is drawn says in words which bar is which."""
    numbers = rows[column].to_numpy(dtype="float64").tolist()
    places = [row + side * BAR / 2 for row in range(len(rows))]
    ax.barh(places, numbers, height=BAR, color=colour)
    shares = rows["share_customers"].tolist() if side > 0 else [None] * len(rows)
    named = False
    for place, number, share in zip(places, numbers, shares, strict=True):
        missing = words.is_missing(number)
        if missing and side < 0:
            continue
        said = words.label("untellable") if missing else words.text(number, "customers")
        text = said if missing or words.is_missing(share) else f"{said} ({words.text(share, 'share')})"
        if not missing and not named:
            text, named = f"{text}  {words.column(column).label}", True
        note = Note(x=0.0 if missing else number, y=place, text=text, colour=colours.INK if side > 0 else colours.QUIET)
        write(ax, note, dx=3, dy=-1.2 * side, ha="left", va="center", fontsize=8)
