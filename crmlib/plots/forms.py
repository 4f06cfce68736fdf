"""The forms that several questions share: rows with intervals, rows of bars, stacked months, lines with bands.

They take the names of the columns to draw, so a question's own plot is one call; units and labels come from the
dictionary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crmlib import words
from crmlib.plots import colours
from crmlib.plots.drawing import (
    Which,
    axes_or_new,
    axis_label,
    category_rows,
    lower_to_rows,
    lowest_highest,
    money_axis,
    month_axis,
    nothing_to_show,
    plot_size,
    rows_that_fit,
    share_axis,
    whole_ticks,
)
from crmlib.plots.marks import (
    Note,
    Part,
    band,
    face,
    name_parts,
    say_left_out,
    target_line,
    thinned,
    unfinished,
    write_apart,
    write_beside,
)
from crmlib.plots.naming import display_width, middle_cut, short, two_lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

ROW, ROOMY = 17.0, 28.0  # points of a row: at least, and where there is room
TWO_LINES = 23.0  # points of a row whose name has two lines
ARROW = " → "  # from one item to another
Look = tuple[str, Any]  # a colour and a dash
STRIDES = (1, 2, 3, 5, 10, 20, 30, 50, 60, 90, 100, 180, 360, 500, 1000)
MOST_LINES = len(colours.SERIES)


def interval_rows(
    table: DataFrame, *, name: str, value: str, n: str | None = None, target: float | None = None,
    target_name: str = "", ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """A point and its interval a row, the figure beside it, in the order of the table.

    Args:
        table: one row a group; used are `name` (code or a client's own name), `value`, `<value>_low`, `<value>_high`
            where there, and `n` where given.
        name: column of the names.
        value: column of the points.
        n: column of the number each rests on.
        target: where to draw a dashed line across all rows, in the unit of `value`.
        target_name: what the dashed line is called, in the reader's language.
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    if not table[value].notna().any():
        return nothing_to_show(ax)
    rows = _rows(ax, table)
    places = np.arange(len(rows))
    kind = words.column(value).kind
    if f"{value}_low" in rows.columns:
        ax.hlines(places, rows[f"{value}_low"], rows[f"{value}_high"], color=colours.INTERVAL, linewidth=1.1)
    # A point at the end of the axis is a whole point.
    ax.plot(rows[value].astype("float64"), places, "o", color=colours.FIGURE, markersize=6, clip_on=False, zorder=3)
    for place, number in zip(places.tolist(), rows[value].tolist(), strict=True):
        write_beside(ax, place, words.text(number, kind))
    category_rows(ax, _names(ax, rows, name, n), left_out=len(table) - len(rows))
    bounds = [c for c in (value, f"{value}_low", f"{value}_high") if c in rows.columns]
    low, high = lowest_highest(rows[bounds])
    _value_axis(ax, "x", value, max(high, target or 0), low)
    if low < 0:
        ax.axvline(0, color=colours.ZERO, linewidth=0.8)
    if target is not None:
        target_line(ax, target, target_name)
    return ax


def bar_rows(
    table: DataFrame, *, name: str, value: str, n: str | None = None, colour: str = colours.FIGURE,
    ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """A bar a row with its figure, in the order of the table.

    Args:
        table: one row a group; used are `name` (code or a client's own name), `value` and `n` where given.
        name: column of the names.
        value: column of the bars.
        n: column of the number each rests on.
        colour: of the bars.
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    if not table[value].notna().any():
        return nothing_to_show(ax)
    rows = _rows(ax, table)
    kind = words.column(value).kind
    ax.barh(np.arange(len(rows)), rows[value].astype("float64"), height=0.62, **face(colour))
    for place, number in enumerate(rows[value].tolist()):
        write_beside(ax, place, words.text(number, kind))
    category_rows(ax, _names(ax, rows, name, n), left_out=len(table) - len(rows))
    low, high = lowest_highest(rows[[value]])
    _value_axis(ax, "x", value, high, low)
    ax.axvline(0, color=colours.ZERO, linewidth=0.8)
    return ax


def stacked_months(
    table: DataFrame, *, parts: Mapping[str, str], value: str, ax: Axes | None = None, state: str = "state"
) -> Axes:
    """Stacked bars month by month, the parts from below and named at the last bar; a running month is hatched.

    Args:
        table: one row a month (`month`, year * 12 + month - 1) with the columns of `parts`, and `state` where a month
            may be partial.
        parts: column: its colour, from below.
        value: a column of the dictionary that says what all parts measure.
        ax: where to draw; by default a new figure.
        state: column of observed, partial.
    """
    ax = axes_or_new(ax)
    rows = table.sort_values("month")
    if rows.empty or not rows[list(parts)].notna().to_numpy().any():
        return nothing_to_show(ax)
    months, base = rows["month"].to_numpy(), np.zeros(len(rows))
    named: list[Part] = []
    for part, colour in parts.items():
        heights = rows[part].astype("float64").fillna(0).to_numpy()
        bars = ax.bar(months, heights, width=0.82, bottom=base, **face(colour))
        for bar, found in zip(bars, rows[state] if state in rows.columns else [""] * len(rows), strict=True):
            if found == "partial":
                unfinished(bar, colour)
        # A part without anything in it keeps its place among the names.
        middle = float(base[-1] + heights[-1] / 2) + 1e-6 * len(named)
        named.append(Part(name=_part_name(part), colour=colour, middle=middle))
        base = base + heights
    month_axis(ax, months.astype(int).tolist())
    _value_axis(ax, "y", value, float(base.max()), 0.0)
    name_parts(ax, float(months[-1]) + 0.41, named)
    return ax


def bands(table: DataFrame, *, x: str, value: str, series: str | None = None, ax: Axes | None = None) -> Axes:
    """A line a series with its band, named at its end; of many series the first of the table, and how many more.

    Args:
        table: long; used are `x`, `value`, `<value>_low`, `<value>_high` where there, and `series` where given.
        x: column along the axis, a number.
        value: column of the line.
        series: column of codes or names.
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    rows = table.dropna(subset=[value]).sort_values(x, kind="stable")
    if rows.empty:
        return nothing_to_show(ax)
    lines, left_out = _lines(table, rows, series)
    looks = zip(lines.items(), _looks([*lines]), strict=True)
    notes = [_line(ax, points, x, value, label, look) for (label, points), look in looks]
    rows = pd.concat([*lines.values()])
    bounds = [c for c in (value, f"{value}_low", f"{value}_high") if c in rows.columns]
    low, high = lowest_highest(rows[bounds])
    _x_axis(ax, x, rows)
    _value_axis(ax, "y", value, high, low)
    write_apart(ax, [note for note in notes if note.text], led=False)
    say_left_out(ax, left_out)
    return ax


def _rows(ax: Axes, table: DataFrame) -> DataFrame:
    most = rows_that_fit(ax, ROW)
    rows = table if len(table) <= most else table.head(most - 1)
    lower_to_rows(ax, len(rows), ROOMY)
    return rows


def _names(ax: Axes, rows: DataFrame, name: str, n: str | None) -> list[str]:
    """Names of the rows; on two lines where the rows are high enough for two."""
    kind = words.column(name).kind
    roomy = len(rows) * TWO_LINES <= plot_size(ax)[1]
    full = [words.label(key) if _is_code(key, kind) else words.text(key, kind) for key in rows[name]]
    said = [_fitting(text, roomy) for text in full]
    # Names of one brand often begin alike: cut at the end they would be one.
    said = [text if said.count(text) == 1 else middle_cut(whole, 34) for text, whole in zip(said, full, strict=True)]
    if n is None:
        return said
    return [f"{text} (n = {words.text(size, 'count')})" for text, size in zip(said, rows[n], strict=True)]


def _is_code(key: Any, kind: str) -> bool:
    return kind == "label" and isinstance(key, str)


def _fitting(text: str, roomy: bool) -> str:
    first, arrow, second = text.partition(ARROW)
    if arrow:
        return (
            f"{short(first)}{ARROW.rstrip()}\n{short(second)}"
            if roomy
            else short(first, 17) + ARROW + short(second, 17)
        )
    return two_lines(text) if roomy else short(text, 34)


def _value_axis(ax: Axes, which: Which, value: str, high: float, low: float) -> None:
    form = words.kind(words.column(value).kind).form
    if form == "money":
        money_axis(ax, which, value, high, low)
        return
    if form == "share":
        share_axis(ax, which, high, low)
    else:
        room = (high - low) * 0.06 or 1.0
        ax.set(**{f"{which}lim": (low - room if low < 0 else 0.0, high + room)})
        (ax.xaxis if which == "x" else ax.yaxis).set_major_formatter(lambda number, _: f"{number:,.10g}")
        ax.locator_params(axis=which, nbins=5)
    (ax.set_xlabel if which == "x" else ax.set_ylabel)(axis_label(value))


def _x_axis(ax: Axes, x: str, rows: DataFrame) -> None:
    first, last = float(rows[x].min()), float(rows[x].max())
    if words.column(x).kind == "month":
        month_axis(ax, rows[x].astype(int).tolist())
    else:
        ax.set_xlim(min(first, 0) if first >= 0 and first < (last - first) / 4 else first, max(last, first + 1))
        whole_ticks(ax, first, max(last, first + 1), STRIDES)
    ax.set_xlabel(axis_label(x))


def _lines(table: DataFrame, rows: DataFrame, series: str | None) -> tuple[dict[str, DataFrame], int]:
    """The rows of each series in the order of the table, as many as can be told apart, and how many are left out."""
    if series is None:
        return {"": rows}, 0
    keys = [key for key in table[series].dropna().unique() if (rows[series] == key).any()]
    return {str(key): rows[rows[series] == key] for key in keys[:MOST_LINES]}, max(0, len(keys) - MOST_LINES)


def _looks(labels: Sequence[str]) -> list[Look]:
    """The colour that a code means, else the next of the house's, each with its dash."""
    meant = {colours.MEANING[label] for label in labels if label in colours.MEANING}
    free = (look for look in colours.SERIES if look[0] not in meant)
    return [(colours.MEANING[label], "-") if label in colours.MEANING else next(free) for label in labels]


def _line(ax: Axes, points: DataFrame, x: str, value: str, label: str, look: Look) -> Note:
    colour, dash = look
    drawn = thinned(points, x)
    if f"{value}_low" in drawn.columns:
        low, high = (drawn[f"{value}_{end}"].astype("float64") for end in ("low", "high"))
        band(ax, drawn[x], low, high, colour)
    # One point makes no line: it is drawn as a dot.
    marker = "o" if len(drawn) == 1 else ""
    ax.plot(drawn[x], drawn[value].astype("float64"), linestyle=dash, color=colour, marker=marker, markersize=4)
    last = points.iloc[-1]
    text = short(words.label(label)) if label else ""
    return Note(x=float(last[x]), y=float(last[value]), text=text, colour=colour)


def _part_name(part: Any) -> str:
    text = words.label(part) if part in words.CODES else words.column(part).label
    return short(text, 18) if display_width(text) > 18 else text
