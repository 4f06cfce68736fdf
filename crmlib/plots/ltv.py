"""Lifetime value charts: cumulative value, payback by medium, break-even cost, sensitivity, cost trend, outlook."""

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
    whole_ticks,
)
from crmlib.plots.marks import Note, apart, band, say_left_out, write, write_above, write_apart, write_beside
from crmlib.plots.naming import short, with_size
from crmlib.words import N_

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

ROW, ROOMY = 20.0, 30.0  # points of a row: at least, and where there is room
MOST_LINES = 6
TO_NUMBER = N_("Continuation to no. {n:rank}")


def cumulative(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Cumulative sales and gross profit a customer by days since the first order, with their bands.

    Args:
        table: long: value_basis (sales_ltv, profit_ltv), day, ltv, ltv_low, ltv_high.
        ax: where to draw; by default a new figure.
    """
    ax = forms.bands(table, x="day", value="ltv", series="value_basis", ax=ax)
    # The column's own name is that of one of the two lines.
    ax.set_ylabel(ax.get_ylabel().replace(words.column("ltv").label, words.label("ltv")))
    return ax


def payback(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Cumulative gross profit less the cost of a new customer, a line a medium; payback is where it crosses zero.

    Args:
        table: of `analysis.payback.curves`; used are media, day, n_eligible, net. Of many media the largest are drawn.
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    sizes = table.groupby("media")["n_eligible"].max().rename("size").reset_index()
    kept = sizes.sort_values(["size", "media"], ascending=[False, True])["media"].head(MOST_LINES).tolist()
    rows = table[table["media"].isin(kept) & table["net"].notna()]
    if rows.empty:
        return nothing_to_show(ax)
    low, high = lowest_highest(rows[["net"]])
    last = float(rows["day"].max())
    ax.set_xlim(0, max(last, 1))
    whole_ticks(ax, 0, last, (30, 90, 180, 360, 720))
    money_axis(ax, "y", "net", high, low)
    ax.axhline(0, color=colours.ZERO, linewidth=1.0)
    ax.set_xlabel(axis_label("day"))
    looks = zip(kept, colours.SERIES, strict=False)
    notes = [_curve(ax, rows[rows["media"] == name], colour, dash) for name, (colour, dash) in looks]
    # The colours lead from a name to its line; leaders would cross the names where the lines end close together.
    shown = [note for note in notes if note]
    for note, dy in zip(shown, apart(ax, shown), strict=True):
        write(ax, note, dx=6, dy=dy, ha="left", va="center")
    say_left_out(ax, len(sizes) - len(kept))
    return ax


def break_even(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Break-even cost of each medium with its interval, and the cost it has beside it as a bar across.

    Args:
        table: of `analysis.acquisition.judged`; used are media, n_year, cpo, limit_cpo, limit_cpo_low, limit_cpo_high,
            verdict.
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    known = table[table["cpo"].notna()]
    if known.empty:
        return nothing_to_show(ax)
    most = rows_that_fit(ax, ROW)
    rows = known if len(known) <= most else known.head(most - 1)
    lower_to_rows(ax, len(rows), ROOMY)
    places = np.arange(len(rows))
    ax.hlines(places, rows["limit_cpo_low"], rows["limit_cpo_high"], color=colours.INTERVAL, linewidth=1.1)
    ax.plot(rows["limit_cpo"], places, "o", color=colours.FIGURE, markersize=6)
    ax.vlines(rows["cpo"], places - 0.34, places + 0.34, color=colours.COST, linewidth=2.4)
    for place, verdict in zip(places.tolist(), rows["verdict"].tolist(), strict=True):
        write_beside(ax, place, words.label(verdict))
    names = [with_size(words.label(name), n) for name, n in zip(rows["media"], rows["n_year"], strict=True)]
    category_rows(ax, names, left_out=len(known) - len(rows))
    drawn = rows[["cpo", "limit_cpo", "limit_cpo_low", "limit_cpo_high"]]
    low, high = lowest_highest(drawn)
    money_axis(ax, "x", "limit_cpo", high, low)
    _name_marks(ax)
    return ax


def tornado(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Change of value a customer when each element improves (right) or worsens (left) by its step, largest first.

    Args:
        table: of `analysis.sensitivity.tornado`; used are element, number, change, difference_up, difference_down.
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    if table.empty:
        return nothing_to_show(ax)
    most = rows_that_fit(ax, ROW)
    rows = table if len(table) <= most else table.head(most - 1)
    lower_to_rows(ax, len(rows), ROOMY)
    places = np.arange(len(rows))
    ax.barh(places, rows["difference_up"], height=0.62, color=colours.GOOD)
    ax.barh(places, rows["difference_down"], height=0.62, color=colours.BAD)
    for place, up in zip(places.tolist(), rows["difference_up"].tolist(), strict=True):
        write_beside(ax, place, f"+{words.text(up, 'money')}")
    category_rows(ax, [_element(row) for row in rows.to_dict("records")], left_out=len(table) - len(rows))
    low, high = lowest_highest(rows[["difference_up", "difference_down"]])
    money_axis(ax, "x", "difference_up", high, low)
    ax.axvline(0, color=colours.ZERO, linewidth=0.8)
    ax.set_xlabel(ax.get_xlabel().replace(words.column("difference_up").label, words.label("ltv")))
    _name_sides(ax)
    return ax


def cost_trend(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Cost of a new customer by month.

    Args:
        table: of `analysis.advertising.cost_trend`; used are month, cpa.
        ax: where to draw; by default a new figure.
    """
    return forms.bands(table[["month", "cpa"]], x="month", value="cpa", ax=ax)


def survival(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Share that receives each delivery: observed as points, the model as a line with its band.

    Args:
        table: of `analysis.sbg.outlook`; used are number, reach, reach_model, reach_model_low, reach_model_high.
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    if table.empty or table[["reach", "reach_model"]].isna().to_numpy().all():
        return nothing_to_show(ax)
    numbers = table["number"].astype("float64")
    low, high = (table[f"reach_model_{end}"].astype("float64") for end in ("low", "high"))
    band(ax, numbers, low, high, colours.MODEL)
    ax.plot(numbers, table["reach_model"], color=colours.MODEL)
    ax.plot(numbers, table["reach"], "o", color=colours.OBSERVED, markersize=4.5)
    share_axis(ax, "y", 1.0)
    ax.set_xlim(0.5, max(float(numbers.max()), 2.0) + 0.5)
    whole_ticks(ax, 1, float(numbers.max()), (1, 2, 3, 6, 12))
    ax.set_xlabel(axis_label("number"))
    ax.set_ylabel(axis_label("reach"))
    _name_curves(ax, table)
    return ax


def _curve(ax: Axes, points: DataFrame, colour: str, dash: Any) -> Note | None:
    """A medium's line, and its name at the end; None where no point is known."""
    if points.empty:
        return None
    ordered = points.sort_values("day")
    ax.plot(ordered["day"], ordered["net"], color=colour, linestyle=dash)
    end = ordered.iloc[-1]
    name = short(words.label(end["media"]))
    return Note(x=float(end["day"]), y=float(end["net"]), text=name, colour=colour)


def _name_curves(ax: Axes, table: DataFrame) -> None:
    notes = []
    for name, colour in (("reach", colours.OBSERVED), ("reach_model", colours.MODEL)):
        known = table.dropna(subset=[name])
        if len(known):
            last = known.iloc[-1]
            text = words.column(name).label
            notes.append(Note(x=float(last["number"]), y=float(last[name]), text=text, colour=colour))
    write_apart(ax, notes)


def _name_marks(ax: Axes) -> None:
    """What the point and the bar across stand for, above the first row."""
    write_above(ax, 0.0, f"● {words.column('limit_cpo').label}", colour=colours.FIGURE)
    write_above(ax, 1.0, f"┃ {words.column('cpo').label}", colour=colours.COST, ha="right")


def _name_sides(ax: Axes) -> None:
    """What the two sides of zero stand for, above the first row."""
    low, high = ax.get_xlim()
    zero = -low / (high - low)
    write_above(ax, zero - 0.01, words.column("difference_down").label, colour=colours.BAD, ha="right")
    write_above(ax, zero + 0.01, words.column("difference_up").label, colour=colours.GOOD)


def _element(row: dict[str, object]) -> str:
    """What is moved and by how much: `Continuation to no. 2 +1.0 pt`."""
    change, number = float(str(row["change"])), row["number"]
    if row["element"] == "unit_price_element":
        return f"{words.label(row['element'])} {words.text(change, 'change')}"
    name = short(words.label(row["element"]), 34)
    if not words.is_missing(number):
        name = words.say(TO_NUMBER, n=number).text()
    moved = words.MISSING if words.is_missing(change) else words.phrase(change * 100, "signed_points")
    return f"{name} {moved}"
