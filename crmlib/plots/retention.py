"""Retention charts: cohort curves, steps from purchase to purchase, the second purchase, new against repeat sales."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crmlib import words
from crmlib.plots import colours
from crmlib.plots.drawing import (
    SMALL,
    axes_or_new,
    axis_label,
    lowest_highest,
    money_axis,
    month_axis,
    nothing_to_show,
    plot_size,
    set_span,
    share_axis,
    whole_ticks,
)
from crmlib.plots.marks import LINE, Note, Part, band, name_parts, thinned, unfinished, write, write_apart
from crmlib.words import N_

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame, Series

MARKED_DAYS = (30, 60, 90, 180)
STEP_WIDTH = 42.0  # points that the label under a step needs
NEWEST, OLDEST = N_("{month}, newest"), N_("{month}, oldest")


def curves(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Retention curves: a thin line a cohort, as far as it has been observed, and the pooled curve with its band.

    Args:
        table: one row an observed point: series ("pooled" or the cohort's month, "2025-04"), k (months since the first
            purchase), rate, rate_low, rate_high (bounds are drawn for "pooled" only). Cells not or partly observed and
            k == 0 are left out by the caller.
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    points = table.dropna(subset=["rate"]).sort_values("k")
    if points.empty:
        return nothing_to_show(ax)
    cohorts = points[points["series"] != "pooled"]
    pooled = points[points["series"] == "pooled"]
    for _, cohort in cohorts.groupby("series"):
        _line(ax, cohort, colours.COHORT, 0.5)
    notes = [*_pooled(ax, pooled), *_named_cohorts(ax, cohorts)]
    share_axis(ax, "y", max(lowest_highest(points[["rate"]])[1], lowest_highest(pooled[["rate_high"]])[1]))
    _month_distance(ax, points)
    write_apart(ax, notes)
    ax.set_ylabel(words.column("rate").label)
    return ax


def steps(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Step rate from each purchase to the next with its interval, and the cumulative rate as a line.

    Args:
        table: of `analysis.retention.steps`; used are order_number, n_eligible, step_rate, step_rate_low,
            step_rate_high, cumulative_rate.
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    rows = table.dropna(subset=["step_rate"])
    if rows.empty:
        return nothing_to_show(ax)
    places = rows["order_number"]
    ax.bar(places, rows["step_rate"], width=0.62, color=colours.STEP)
    ax.vlines(places, rows["step_rate_low"], rows["step_rate_high"], color=colours.INTERVAL, linewidth=1.1)
    ax.plot(places, rows["cumulative_rate"], "o-", color=colours.CUMULATIVE, markersize=4)
    tops = rows["step_rate_high"].fillna(rows["step_rate"])
    share_axis(ax, "y", float(tops.max()) * 1.06)
    shown = rows.iloc[:: _step_stride(ax, len(rows))]
    for place, rate, top in zip(shown["order_number"], shown["step_rate"], tops[shown.index], strict=True):
        write(ax, Note(x=place, y=top, text=words.text(rate, "share")), dy=2, ha="center", va="bottom")
    _step_axis(ax, shown, places)
    _cumulative_name(ax, rows)
    return ax


def second_purchase(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Share with a second purchase by each day since the first (Kaplan-Meier), with its band and a few days marked.

    Args:
        table: one row a day on which the curve moves: day, share_returned, share_returned_low, share_returned_high.
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    rows = table.dropna(subset=["share_returned"]).sort_values("day")
    if rows.empty:
        return nothing_to_show(ax)
    if rows["day"].iloc[0] > 0:
        # The curve starts at the first purchase, where nobody has come back.
        rows = pd.concat([pd.DataFrame(0.0, index=[0], columns=rows.columns), rows])
    drawn = thinned(rows, "day")
    band(ax, drawn["day"], drawn["share_returned_low"], drawn["share_returned_high"], colours.FIGURE, step="post")
    ax.step(drawn["day"], drawn["share_returned"], where="post", color=colours.FIGURE)
    last = max(float(rows["day"].max()), 1.0)
    ax.set_xlim(0, last * 1.02)
    share_axis(ax, "y", lowest_highest(rows[["share_returned", "share_returned_high"]])[1])
    whole_ticks(ax, 0, last, (1, 5, 10, 30, 60, 90, 180, 360, 720))
    ax.set_xlabel(axis_label("day"))
    ax.set_ylabel(words.column("share_returned").label)
    _marks(ax, rows)
    return ax


def new_repeat(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Monthly sales to new customers, repeat sales on top; a month that has not ended is hatched and said to be so.

    Args:
        table: of `analysis.retention.new_repeat`; used are month, amount_new, amount_repeat (smallest unit), state.
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    rows = table.dropna(subset=["amount_new", "amount_repeat"], how="all").sort_values("month")
    if rows.empty:
        return nothing_to_show(ax)
    new, repeat = rows["amount_new"].fillna(0), rows["amount_repeat"].fillna(0)
    for heights, base, colour in ((new, 0, colours.NEW), (repeat, new, colours.REPEAT)):
        bars = ax.bar(rows["month"], heights, width=0.82, bottom=base, color=colour)
        for bar, state in zip(bars, rows["state"], strict=True):
            if state == "partial":
                unfinished(bar, colour)
    month_axis(ax, rows["month"].astype(int).tolist())
    low, high = lowest_highest(pd.DataFrame({"new": new, "all": new + repeat}))
    money_axis(ax, "y", "amount", high, low)
    _name_parts(ax, rows, new, repeat)
    return ax


def _line(ax: Axes, points: DataFrame, colour: str, width: float, dashes: str = "-") -> None:
    # One point makes no line: it is drawn as a dot.
    marker = "o" if len(points) == 1 else ""
    ax.plot(points["k"], points["rate"], dashes, color=colour, linewidth=width, marker=marker, markersize=3)


def _pooled(ax: Axes, pooled: DataFrame) -> list[Note]:
    if pooled.empty:
        return []
    low, high = pooled["rate_low"], pooled["rate_high"]
    band(ax, pooled["k"], low, high, colours.POOLED)
    _line(ax, pooled, colours.POOLED, 2.6)
    return [_end_note(pooled, words.label("pooled"), colours.POOLED)]


def _named_cohorts(ax: Axes, cohorts: DataFrame) -> list[Note]:
    """The oldest (dashed) and the newest cohort drawn darker, and their names for their ends."""
    if cohorts.empty:
        return []
    oldest, newest, notes = cohorts["series"].min(), cohorts["series"].max(), []
    templates = {oldest: OLDEST, newest: NEWEST} if oldest != newest else {oldest: "{month}"}
    for month, template in templates.items():
        cohort = cohorts[cohorts["series"] == month]
        _line(ax, cohort, colours.COHORT_NAMED, 1.1, "--" if template == OLDEST else "-")
        notes.append(_end_note(cohort, words.say(template, month=month).text(), colours.COHORT_NAMED))
    return notes


def _end_note(points: DataFrame, text: str, colour: str) -> Note:
    last = points.iloc[-1]
    return Note(x=float(last["k"]), y=float(last["rate"]), text=text, colour=colour)


def _month_distance(ax: Axes, points: DataFrame) -> None:
    first, last = int(points["k"].min()), int(points["k"].max())
    ax.set_xlim(first - 0.15, max(last, first + 1) + 0.15)
    whole_ticks(ax, first, last, (1, 3, 6, 12, 24), most=12)
    ax.set_xlabel(axis_label("k"))


def _step_stride(ax: Axes, n: int) -> int:
    """Every step is labelled where there is room, else every second, third and so on."""
    room = plot_size(ax)[0]
    return 1 if n * STEP_WIDTH <= room else int(np.ceil(n * STEP_WIDTH * 1.3 / room))


def _step_axis(ax: Axes, shown: DataFrame, places: Series[int]) -> None:
    sizes = zip(shown["order_number"].tolist(), shown["n_eligible"].tolist(), strict=True)
    labels = [f"F{number}→F{number + 1}\n{words.text(n, 'count')}" for number, n in sizes]
    ax.set_xticks(shown["order_number"].tolist(), labels, fontsize=SMALL)
    ax.set_xlabel(words.column("n_eligible").header)
    ax.tick_params(axis="x", length=0)
    set_span(ax, places.min(), places.max(), least=4)
    ax.set_ylabel(words.column("step_rate").label)


def _cumulative_name(ax: Axes, rows: DataFrame) -> None:
    last = rows.dropna(subset=["cumulative_rate"]).tail(1)
    for place, rate in zip(last["order_number"], last["cumulative_rate"], strict=True):
        text = f"{words.column('cumulative_rate').label}\n{words.text(rate, 'share')}"
        note = Note(x=place + 0.31, y=rate, text=text, colour=colours.CUMULATIVE)
        write(ax, note, dx=8, ha="left", va="bottom", linespacing=1.2)


def _marks(ax: Axes, rows: DataFrame) -> None:
    last, notes = rows["day"].max(), []
    for day in MARKED_DAYS:
        reached = rows[rows["day"] <= day]
        if day <= last and not reached.empty:
            share = float(reached["share_returned"].iloc[-1])
            ax.plot(day, share, "o", color=colours.FIGURE, markersize=5)
            text = f"{words.phrase(day, 'days')} {words.text(share, 'share')}"
            notes.append(Note(x=day, y=share, text=text))
    # Under a curve that rises there is room to the right of it.
    write_apart(ax, notes, lift=-LINE)


def _name_parts(ax: Axes, rows: DataFrame, new: Series[float], repeat: Series[float]) -> None:
    """Name the two parts beside the last bar, as far apart as two lines need."""
    edge, first = float(rows["month"].iloc[-1]) + 0.41, float(new.iloc[-1])
    middles = {"amount_repeat": first + float(repeat.iloc[-1]) / 2, "amount_new": first / 2}
    name_parts(ax, edge, [Part(name=words.column(name).label, colour=colours.MEANING[name], middle=middle)
                          for name, middle in middles.items()])  # fmt: skip
    for month, top, state in zip(rows["month"], new + repeat, rows["state"], strict=True):
        if state == "partial":
            note = Note(x=float(month), y=float(top), text=words.label("partial"), colour=colours.QUIET)
            write(ax, note, dy=2, ha="center", va="bottom")
