"""A/B test charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crmlib import words
from crmlib.plots import colours, forms
from crmlib.plots.drawing import (
    axes_or_new,
    axis_label,
    category_rows,
    lower_to_rows,
    lowest_highest,
    money_axis,
    nothing_to_show,
    rows_that_fit,
    share_axis,
)
from crmlib.plots.marks import target_line, write_beside
from crmlib.plots.naming import two_lines
from crmlib.words import N_

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

ROW, ROOMY = 26.0, 36.0  # points of a row: at least, for a name of two lines, and where there is room
MARKERS = {"treatment_better": "o", "treatment_worse": "s", "no_clear_difference": "D"}


def differences(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """The difference of rates (treatment minus control) of each experiment with its interval, and its verdict.

    Args:
        table: one row an experiment: name, difference_points, difference_points_low, difference_points_high (shares,
            shown in points; missing where not observed), verdict.
        ax: where to draw; by default a new figure.
    """
    return _forest(table, "difference_points", ax)


def amounts(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """The difference of sales of each experiment with its interval.

    Args:
        table: one row an experiment: name, difference_amount, difference_amount_low, difference_amount_high (smallest
            unit; missing where not observed), verdict.
        ax: where to draw; by default a new figure.
    """
    return _forest(table, "difference_amount", ax)


def net(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Gross profit less cost of each experiment with its interval; what is not known is left out.

    Args:
        table: one row an experiment: name, net_profit, net_profit_low, net_profit_high.
        ax: where to draw; by default a new figure.
    """
    return forms.interval_rows(table.dropna(subset=["net_profit"]), name="name", value="net_profit", ax=ax)


def kept(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """The share of contracts still alive by days since assignment, a line an arm with its band.

    Args:
        table: arm, days_since, kept_rate, kept_rate_low, kept_rate_high.
        ax: where to draw; by default a new figure.
    """
    return forms.bands(table, x="days_since", value="kept_rate", series="arm", ax=ax)


def detectable(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """The smallest relative gain that is seen by the number of customers of all arms, and where the plan stands.

    Args:
        table: n_planned, detectable_gain (relative), is_planned (True in the row of the plan, if there is one).
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    rows = table.dropna(subset=["n_planned", "detectable_gain"]).sort_values("n_planned")
    if rows.empty:
        return nothing_to_show(ax)
    ax.plot(rows["n_planned"], rows["detectable_gain"], color=colours.FIGURE, marker="o" if len(rows) == 1 else "")
    _customers_axis(ax, float(rows["n_planned"].max()))
    share_axis(ax, "y", float(rows["detectable_gain"].max()))
    ax.set_ylabel(axis_label("detectable_gain"))
    for row in rows[rows["is_planned"].astype(bool)].to_dict("records"):
        ax.plot(row["n_planned"], row["detectable_gain"], "o", color=colours.TARGET, markersize=6, clip_on=False)
        target_line(ax, float(row["n_planned"]), words.phrase(row["n_planned"], "customers"))
    return ax


def _customers_axis(ax: Axes, most: float) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    ax.set_xlim(0, max(most, 1.0))
    ax.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10], integer=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda n, _: f"{n:,.0f}"))
    ax.set_xlabel(axis_label("n_planned"))


def _forest(table: DataFrame, value: str, ax: Axes | None) -> Axes:
    ax = axes_or_new(ax)
    if table.empty:
        return nothing_to_show(ax)
    most = rows_that_fit(ax, ROW)
    rows = table if len(table) <= most else table.head(most - 1)
    lower_to_rows(ax, len(rows), ROOMY)
    ax.axvline(0, color=colours.ZERO, linewidth=0.8)
    for place, row in enumerate(rows.to_dict("records")):
        _experiment(ax, place, row, value)
    category_rows(ax, [two_lines(name) for name in rows["name"]], left_out=len(table) - len(rows))
    bounds = rows[_bounds(value)]
    if value == "difference_points":
        _points_axis(ax, bounds.to_numpy(dtype="float64"))
    else:
        low, high = lowest_highest(bounds)
        money_axis(ax, "x", value, high, low)
    return ax


def _bounds(value: str) -> list[str]:
    return [f"{value}_low", value, f"{value}_high"]


def _experiment(ax: Axes, place: int, row: dict[Any, Any], name: str) -> None:
    colour = colours.VERDICTS.get(row["verdict"], colours.NEUTRAL)
    low, value, high = (float(row[column]) for column in _bounds(name))
    ax.hlines(place, low, high, color=colour, linewidth=1.6)
    ax.plot(value, place, MARKERS.get(row["verdict"], "o"), color=colour, markersize=6)
    said = words.label(row["verdict"])
    if not words.is_missing(value):
        figure = (
            words.phrase(value * 100, "signed_points") if name == "difference_points" else words.phrase(value, "money")
        )
        said = words.say(N_("{figure:text}, {verdict:text}"), figure=figure, verdict=said).text()
    write_beside(ax, place, said)


def _points_axis(ax: Axes, drawn: np.ndarray) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    low, high = np.nanmin([*drawn.flat, -0.01]), np.nanmax([*drawn.flat, 0.01])
    room = (high - low) * 0.05
    ax.set_xlim(low - room, high + room)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share * 100:+g}" if share else "0"))
    ax.set_xlabel(words.column("difference_points").header)
