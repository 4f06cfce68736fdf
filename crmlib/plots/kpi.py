"""Charts of the KPIs: achievement of the targets with its 95 % interval and mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib import words
from crmlib.plots import colours, forms
from crmlib.plots.drawing import axes_or_new
from crmlib.plots.marks import Note, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

MARK = {"mark_good": colours.GOOD, "mark_fair": colours.NEUTRAL, "mark_bad": colours.BAD}
WIDEST = 3.0  # an achievement of 300 % and more stands at the edge


def achievement(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Achievement a KPI with its 95 % interval, the target as a dashed line, and the mark, with what may be chance.

    Args:
        table: of `analysis.kpi_views.achievement_table`.
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    ends = {"achieved_from": "achievement_low", "achieved_to": "achievement_high"}
    rows = table.rename(columns=ends)
    for name in ("achievement", *ends.values()):
        rows[name] = rows[name].clip(lower=0, upper=WIDEST)
    trade = len(table) > 0 and table["mark"].str.startswith("trade_").all()
    aim = words.label("default_target") if trade else words.column("target").label
    forms.interval_rows(rows, name="kpi_id", value="achievement", target=1.0, target_name=aim, ax=ax)
    if not table["achievement"].notna().any():
        return ax
    ticks = [step / 2 for step in range(int(ax.get_xlim()[1] * 2) + 1)]
    ax.set_xticks(ticks, [f"{tick:.0%}" for tick in ticks])
    edge = ax.get_xlim()[1]
    marks = zip(table["mark"], table["gap_verdict"], strict=True)
    for place, (mark, verdict) in enumerate(list(marks)[: len(ax.get_yticks())]):
        note = Note(x=edge, y=float(place), text=_said(mark, verdict), colour=MARK.get(mark, colours.QUIET))
        write(ax, note, dx=52, dy=0, ha="left", va="center")
    return ax


def _said(mark: str, verdict: str) -> str:
    """The mark in words; beside one that is not reached whether its gap is within chance."""
    if mark.endswith("_good") or verdict not in ("within_chance", "within_scatter"):
        return words.label(mark)
    return f"{words.label(mark)} ({words.label(verdict)})"
