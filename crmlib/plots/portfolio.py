"""Charts of the customer portfolio: the groups month by month, and the bridge from last year's customers to this."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crmlib import words
from crmlib.plots import colours, forms
from crmlib.plots.drawing import SMALL, axes_or_new, axis_label, lowest_highest, month_axis, nothing_to_show
from crmlib.plots.marks import Note, Part, boxes, name_parts, say_left_out, write
from crmlib.plots.naming import short, two_lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

MAX_NAMES = 14  # lines that fit beside the bars
MOST_ITEMS = 6  # names side by side under the bars
MOST = 18  # display columns of a name beside the bars


def months(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Customers of each step at the month ends, stacked from first-time up; those who left on top.

    Args:
        table: of `analysis.migration.step_months`; used are month, cpm_step (its order is that of the stack),
            n_customers.
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    rows = table.dropna(subset=["cpm_step", "n_customers"])
    if rows.empty:
        return nothing_to_show(ax)
    month, dates = pd.factorize(rows["month"].to_numpy(), sort=True)
    step, steps = pd.factorize(rows["cpm_step"], sort=True)
    stack = np.zeros((len(steps), len(dates)))
    np.add.at(stack, (step, month), rows["n_customers"].to_numpy(dtype="float64"))
    base = np.zeros(len(dates))
    parts: list[Part] = []
    for name, heights, tone in zip(steps, stack, _tones([*steps]), strict=True):
        boxes(ax, dates - 0.41, base, 0.82, heights, tone)
        # A step without customers keeps its place among the names.
        middle = float(base[-1] + heights[-1] / 2) + 1e-6 * len(parts)
        parts.append(Part(name=short(words.label(name), MOST), colour=tone, middle=middle))
        base = base + heights
    month_axis(ax, dates.astype(int).tolist())
    _count_axis(ax, float(base.max()), "n_customers")
    name_parts(ax, float(dates[-1]) + 0.41, parts[-MAX_NAMES:])
    say_left_out(ax, len(parts) - MAX_NAMES)
    return ax


def bridge(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """From last year's active customers to this year's: what came on top, what was lost.

    Args:
        table: of `analysis.active.bridge`; used are bridge_part, n_change; the last row is the sum of the others.
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    rows = table.dropna(subset=["n_change"]).reset_index(drop=True)
    if rows.empty:
        return nothing_to_show(ax)
    change = rows["n_change"].to_numpy(dtype="float64")
    ends = np.cumsum(change)
    starts = ends - change
    if len(rows) > 1:
        starts[-1], ends[-1] = 0.0, change[-1]
    low, high = np.minimum(starts, ends), np.maximum(starts, ends)
    for place, (bottom, top, value) in enumerate(zip(low, high, change, strict=True)):
        total = place in {0, len(rows) - 1}
        tone = colours.TOTAL if total else colours.GAINED if value >= 0 else colours.LOST
        ax.bar(place, top - bottom, bottom=bottom, width=0.6, color=tone)
    ax.hlines(ends[:-1], np.arange(len(rows) - 1) + 0.3, np.arange(1, len(rows)) - 0.3, color=colours.REFERENCE, lw=0.8)
    _count_axis(ax, float(high.max()), "n_customers", lowest_highest(pd.DataFrame({"low": low}))[0])
    _items(ax, rows, high)
    return ax


def leave_rates(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Monthly leave rate of each step with its interval.

    Args:
        table: of `analysis.monthly_flows.leave_table`; used are cpm_step, n_start, rate_moved with its bounds.
        ax: where to draw; by default a new figure.
    """
    return forms.interval_rows(table, name="cpm_step", value="rate_moved", n="n_start", ax=ax)


def outlook(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Expected active customers year by year with their band; year 0 is the latest complete one.

    Args:
        table: of `analysis.chain.outlook`; used are year_ahead, n_year_active with its bounds.
        ax: where to draw; by default a new figure.
    """
    return forms.bands(table, x="year_ahead", value="n_year_active", ax=ax)


def sales_outlook(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Expected sales year by year with their band.

    Args:
        table: of `analysis.chain.outlook`; used are year_ahead, amount with its bounds.
        ax: where to draw; by default a new figure.
    """
    return forms.bands(table, x="year_ahead", value="amount", ax=ax)


def _count_axis(ax: Axes, high: float, name: str, low: float = 0.0) -> None:
    ax.set_ylim(min(low * 1.06, 0.0), max(high * 1.08, 1.0))
    ax.locator_params(axis="y", nbins=5, integer=True)
    ax.yaxis.set_major_formatter(lambda number, _: f"{number:,.10g}")
    ax.set_ylabel(axis_label(name))


def _tones(names: list[str]) -> list[str]:
    """Blues that darken from a first order to excellent, and the colour of those who left."""
    blues = iter(colours.ramp(sum(name not in colours.MEANING for name in names)))
    return [colours.MEANING[name] if name in colours.MEANING else next(blues) for name in names]


def _items(ax: Axes, rows: DataFrame, tops: np.ndarray) -> None:
    shown = range(0, len(rows), max(1, -(-len(rows) // MOST_ITEMS)))
    say_left_out(ax, len(rows) - len(shown))
    names = [two_lines(words.label(rows["bridge_part"][place]), 14) for place in shown]
    ax.set_xticks([*shown], names, fontsize=SMALL, parse_math=False)
    ax.tick_params(axis="x", length=0)
    room = max(0.6, 0.07 * len(rows))
    ax.set_xlim(-room, max(len(rows), 5) - 1 + room)
    for place in shown:
        total = place in {0, len(rows) - 1}
        value = float(rows["n_change"][place])
        text = words.text(value, "count") if total else f"{value:+,.0f}"
        write(ax, Note(x=place, y=float(tops[place]), text=text), dy=2, ha="center", va="bottom")
