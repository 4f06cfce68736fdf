"""NPS charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from crmlib import words
from crmlib.plots import colours
from crmlib.plots.drawing import (
    Note,
    axes_or_new,
    category_rows,
    lower_to_rows,
    nothing_to_show,
    rows_that_fit,
    share_axis,
    with_size,
    write,
    write_beside,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

BANDS = {"detractors": range(7), "passives": range(7, 9), "promoters": range(9, 11)}
ROW, ROOMY = 17.0, 30.0  # points of a row: at least, and where there is room


def distribution(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Share of each answer from 0 to 10, coloured by band, the share of each band above its answers.

    Args:
        table: one row an answer: answer (0 to 10), n, share.
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    answers = table.dropna(subset=["share"])
    if answers.empty:
        return nothing_to_show(ax)
    top = float(answers["share"].max())
    for band, values in BANDS.items():
        _band(ax, answers[answers["answer"].isin(values)], band)
    share_axis(ax, "y", top * 1.3 or 1.0)
    for band, values in BANDS.items():
        _band_name(ax, band, values, float(answers.loc[answers["answer"].isin(values), "share"].sum()))
    ax.set_xticks(range(11))
    ax.set_xlim(-0.6, 10.6)
    ax.set_xlabel(words.column("answer").label)
    ax.set_ylabel(words.column("share").label)
    return ax


def groups(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """The score of each group with its interval, in the order of the table.

    Args:
        table: one row a group: group, nps, nps_low, nps_high (-100 to 100), n.
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    if table.empty:
        return nothing_to_show(ax)
    most = rows_that_fit(ax, ROW)
    rows = table if len(table) <= most else table.head(most - 1)
    lower_to_rows(ax, len(rows), ROOMY)
    places = np.arange(len(rows))
    ax.axvline(0, color=colours.QUIET, linewidth=0.8)
    ax.hlines(places, rows["nps_low"], rows["nps_high"], color=colours.ESTIMATE, linewidth=1.4)
    ax.plot(rows["nps"], places, "o", color=colours.ESTIMATE, markersize=6)
    for place, score in zip(places.tolist(), rows["nps"].tolist(), strict=True):
        write_beside(ax, place, words.text(score, "nps"))
    names = [with_size(words.label(g), n) for g, n in zip(rows["group"], rows["n"], strict=True)]
    category_rows(ax, names, left_out=len(table) - len(rows))
    _score_axis(ax, rows)
    return ax


def _band(ax: Axes, rows: DataFrame, band: str) -> None:
    ax.bar(rows["answer"], rows["share"], width=0.82, color=colours.BANDS[band])
    for answer, share in zip(rows["answer"].tolist(), rows["share"].tolist(), strict=True):
        write(ax, Note(x=answer, y=share, text=words.text(share, "share")), dy=2, ha="center", va="bottom")


def _band_name(ax: Axes, band: str, values: range, share: float) -> None:
    top = ax.get_ylim()[1]
    ax.plot([values[0] - 0.41, values[-1] + 0.41], [top * 0.9] * 2, color=colours.BANDS[band], linewidth=3)
    text = f"{words.label(band)}\n{words.text(share, 'share')}"
    note = Note(x=(values[0] + values[-1]) / 2, y=top * 0.92, text=text)
    write(ax, note, ha="center", va="bottom", linespacing=1.25)


def _score_axis(ax: Axes, rows: DataFrame) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    drawn = rows[["nps", "nps_low", "nps_high"]].to_numpy(dtype="float64")
    low, high = np.nanmin([*drawn.flat, -10.0]), np.nanmax([*drawn.flat, 10.0])
    ax.set_xlim(low - 4, high + 4)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda score, _: f"{score:+g}" if score else "0"))
    ax.set_xlabel(words.column("nps").label)
