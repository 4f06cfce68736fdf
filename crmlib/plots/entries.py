"""The second purchase by what customers began with: groups, months and weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib.plots import colours, forms
from crmlib.plots.drawing import axes_or_new, axis_label, nothing_to_show, set_span, whole_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame


def groups(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """The F2 conversion rate of each group with its interval; groups too small for a rate are left to the table.

    Args:
        table: of `analysis.entry_rates.by_group`; used are group, n_eligible, f2_rate, f2_rate_low, f2_rate_high.
        ax: where to draw; by default a new figure.
    """
    return forms.interval_rows(table.dropna(subset=["f2_rate"]), name="group", value="f2_rate", n="n_eligible", ax=ax)


def by_month(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """The F2 conversion rate by the month of the first purchase, with its band.

    Args:
        table: of `analysis.entry_rates.by_month`.
        ax: where to draw; by default a new figure.
    """
    return forms.bands(table, x="month", value="f2_rate", ax=ax)


def weeks(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Second purchases by week since the first; the weeks after the last are told in the table.

    Args:
        table: of `analysis.entry_rates.by_week`; used are week, n_events.
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    rows = table.dropna(subset=["week"])
    if rows.empty or not rows["n_events"].sum() > 0:
        return nothing_to_show(ax)
    ax.bar(rows["week"], rows["n_events"], width=0.82, color=colours.FIGURE)
    set_span(ax, rows["week"].min(), rows["week"].max(), least=6)
    whole_ticks(ax, 1, float(rows["week"].max()), (1, 2, 4, 8, 13, 26))
    ax.locator_params(axis="y", nbins=5, integer=True)
    ax.yaxis.set_major_formatter(lambda number, _: f"{number:,.0f}")
    ax.set_xlabel(axis_label("week"))
    ax.set_ylabel(axis_label("n_events"))
    return ax


def windows(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """The F2 conversion rate by the window it is counted in, with its band.

    Args:
        table: of `analysis.entry_rates.by_window`.
        ax: where to draw; by default a new figure.
    """
    return forms.bands(table, x="window_days", value="f2_rate", ax=ax)
