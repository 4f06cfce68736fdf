"""NPS charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

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
    share_axis,
)
from crmlib.plots.marks import Note, face, say_left_out, write, write_apart, write_beside
from crmlib.plots.naming import short, with_size

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

BANDS = {"detractors": range(7), "passives": range(7, 9), "promoters": range(9, 11)}
MOST_NAMES = 11  # names that can stand apart beside their points
ROW, ROOMY = 17.0, 30.0  # points of a row: at least, and where there is room


def distribution(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Share of each answer from 0 to 10, coloured by band, the share of each band above its answers.

    Args:
        table: one row an answer: answer (0 to 10), n, share; band, where the bands are not those of NPS.
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    answers = table.dropna(subset=["share"])
    if answers.empty:
        return nothing_to_show(ax)
    top = float(answers["share"].max())
    bands = _bands(table)
    for band, values in bands.items():
        _band(ax, answers[answers["answer"].isin(values)], band)
    share_axis(ax, "y", top * 1.3 or 1.0)
    for band, values in bands.items():
        _band_name(ax, band, values, float(answers.loc[answers["answer"].isin(values), "share"].sum()))
    ax.set_xticks(range(11))
    ax.set_xlim(-0.6, 10.6)
    ax.set_xlabel(words.column("answer").label)
    ax.set_ylabel(words.column("share").label)
    return ax


def groups(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """The score of each group with its interval, in the order of the table; groups without a score are left out.

    Args:
        table: one row a group: group (or month), nps with its ends (-100 to 100; or own_score), n.
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    value = "nps" if "nps" in table.columns else "own_score"
    name = "group" if "group" in table.columns else "month"
    if not table[value].notna().any():
        return nothing_to_show(ax)
    most = rows_that_fit(ax, ROW)
    rows = table if len(table) <= most else table.head(most - 1)
    lower_to_rows(ax, len(rows), ROOMY)
    places = np.arange(len(rows))
    ax.axvline(0, color=colours.ZERO, linewidth=0.8)
    ax.hlines(places, rows[f"{value}_low"], rows[f"{value}_high"], color=colours.INTERVAL, linewidth=1.1)
    ax.plot(rows[value].astype("float64"), places, "o", color=colours.FIGURE, markersize=6)
    for place, score in zip(places.tolist(), rows[value].tolist(), strict=True):
        write_beside(ax, place, words.text(score, "nps"))
    kind = words.column(name).kind
    said = [words.label(g) if kind == "label" else words.text(g, kind) for g in rows[name]]
    names = [with_size(text, n) for text, n in zip(said, rows["n"], strict=True)]
    category_rows(ax, names, left_out=len(table) - len(rows))
    _score_axis(ax, rows, value)
    return ax


def repeats(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Share that bought again after the answer, group by group; those too few for a share are left out.

    Args:
        table: of `analysis.later_repeat.by_group`.
        ax: where to draw; by default a new figure.
    """
    return _told(table, name="group", value="repeat_rate", n="n_windowed", ax=ax)


def frequency(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Orders a customer by band, before and after the answer.

    Args:
        table: of `analysis.nps_effects.part` for effect_frequency.
        ax: where to draw; by default a new figure.
    """
    names = [
        f"{words.label(str(band))} · {words.label(str(span))}"
        for band, span in zip(table["band"], table["span"], strict=True)
    ]
    return _told(table.assign(group=names), name="group", value="orders_a_year", n="n_respondents", ax=ax)


def chain(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Share that passes each step from use to repeat; a step without a rate is left out.

    Args:
        table: of `analysis.usage_chain.chain`.
        ax: where to draw; by default a new figure.
    """
    return _told(table, name="chain_step", value="pass_rate", n="n_answering", ax=ax)


def gaps(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Experience minus expectation, group by group.

    Args:
        table: of `analysis.expectation.gap_by`.
        ax: where to draw; by default a new figure.
    """
    return _told(table, name="group", value="mean_gap", n="n", ax=ax)


def drivers(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Rank correlation of each question with the answer.

    Args:
        table: of `analysis.drivers.relations`.
        ax: where to draw; by default a new figure.
    """
    return _told(table, name="driver", value="correlation", n="n", ax=ax)


def priorities(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Importance upwards, performance to the right; the questions to improve first stand out.

    Args:
        table: of `analysis.drivers.priorities`: driver, correlation, performance, driver_priority.
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    rows = table.dropna(subset=["correlation", "performance"])
    if rows.empty:
        return nothing_to_show(ax)
    first = rows["driver_priority"] == "fix_first"
    for part, colour in ((rows[~first], colours.FIGURE), (rows[first], colours.BAD)):
        ax.plot(part["performance"], part["correlation"], "o", color=colour, markersize=7)
    low, high = lowest_highest(rows[["correlation"]])
    ax.set_ylim(low - 0.06, high + 0.08)
    share_axis(ax, "x", 1.3)
    ax.axvline(float(rows["performance"].mean()), color=colours.REFERENCE, linewidth=0.8, linestyle="--")
    ax.axhline(float(rows["correlation"].median()), color=colours.REFERENCE, linewidth=0.8, linestyle="--")
    ax.set_xlabel(axis_label("performance"))
    ax.set_ylabel(axis_label("correlation"))
    write_apart(ax, [_driver(row) for row in rows.head(MOST_NAMES).to_dict("records")])
    say_left_out(ax, len(rows) - MOST_NAMES)
    return ax


def _told(table: DataFrame, *, name: str, value: str, n: str, ax: Axes | None) -> Axes:
    """The rows that have a figure."""
    return forms.interval_rows(table.dropna(subset=[value]), name=name, value=value, n=n, ax=ax)


def _driver(row: dict[str, object]) -> Note:
    colour = colours.BAD if row["driver_priority"] == "fix_first" else colours.INK
    x, y = (float(str(row[name])) for name in ("performance", "correlation"))
    return Note(x=x, y=y, text=short(words.label(row["driver"]), 28), colour=colour)


def _bands(table: DataFrame) -> dict[str, range]:
    if "band" not in table.columns:
        return BANDS
    found = {band: table.loc[table["band"] == band, "answer"] for band in BANDS}
    return {band: range(int(rows.min()), int(rows.max()) + 1) for band, rows in found.items() if len(rows)}


def _band(ax: Axes, rows: DataFrame, band: str) -> None:
    ax.bar(rows["answer"], rows["share"], width=0.82, **face(colours.MEANING[band]))
    for answer, share in zip(rows["answer"].tolist(), rows["share"].tolist(), strict=True):
        write(ax, Note(x=answer, y=share, text=words.text(share, "share")), dy=2, ha="center", va="bottom")


def _band_name(ax: Axes, band: str, values: range, share: float) -> None:
    top = ax.get_ylim()[1]
    colour = colours.edge(colours.MEANING[band])
    ax.plot([values[0] - 0.41, values[-1] + 0.41], [top * 0.9] * 2, color=colour, linewidth=3)
    text = f"{words.label(band)}\n{words.text(share, 'share')}"
    note = Note(x=(values[0] + values[-1]) / 2, y=top * 0.92, text=text)
    write(ax, note, ha="center", va="bottom", linespacing=1.25)


def _score_axis(ax: Axes, rows: DataFrame, value: str) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    drawn = rows[[value, f"{value}_low", f"{value}_high"]].to_numpy(dtype="float64")
    low, high = np.nanmin([*drawn.flat, -10.0]), np.nanmax([*drawn.flat, 10.0])
    ax.set_xlim(low - 4, high + 4)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda score, _: f"{score:+g}" if score else "0"))
    ax.set_xlabel(words.column(value).label)
