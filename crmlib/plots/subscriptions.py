"""Subscription charts: steps and survival by delivery, curves by medium, reasons, definitions of 継続率."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib import words
from crmlib.plots import colours, forms
from crmlib.plots.drawing import SMALL, axes_or_new, axis_label, nothing_to_show, plot_size, set_span, share_axis
from crmlib.plots.marks import Note, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

STEP_WIDTH = 52.0  # points that the label under a step needs, a part of the width being left to the line's name


def steps(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Continuation rate from each delivery to the next with its interval, and the survival from the first as a line.

    Args:
        table: of `subscription_views.step_table`; used are delivery, n_due, continuation_rate, continuation_rate_low,
            continuation_rate_high, remaining_rate.
        ax: where to draw; by default a new figure.
    """
    ax = axes_or_new(ax)
    rows = table.dropna(subset=["continuation_rate"])
    if rows.empty:
        return nothing_to_show(ax)
    places, rates = rows["delivery"], rows["continuation_rate"]
    ax.bar(places, rates, width=0.62, color=colours.STEP)
    ends = rows["continuation_rate_low"], rows["continuation_rate_high"]
    ax.vlines(places, *ends, color=colours.INTERVAL, linewidth=1.1)
    ax.plot(places, rows["remaining_rate"], "o-", color=colours.CUMULATIVE, markersize=4)
    tops = rows["continuation_rate_high"].fillna(rates)
    share_axis(ax, "y", float(tops.max()) * 1.1)
    stride = max(1, int(-(-len(rows) * STEP_WIDTH // plot_size(ax)[0])))
    shown = rows.iloc[::stride]
    for place, rate in zip(shown["delivery"], shown["continuation_rate"], strict=True):
        # At the foot of the bar, as the line of survival crosses the tops.
        write(ax, Note(x=place, y=0.0, text=words.text(rate, "share")), dy=3, ha="center", va="bottom")
    _step_axis(ax, shown)
    set_span(ax, places.min(), places.max(), least=4)
    _survival_name(ax, rows)
    return ax


def hazard(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Leave rate after each delivery with its band.

    Args:
        table: of `subscription_views.hazard_table`.
        ax: where to draw; by default a new figure.
    """
    return forms.bands(table, x="delivery", value="leave_rate", ax=ax)


def units(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Survival from the first delivery, counted by contract and by customer.

    Args:
        table: of `subscription_views.both_units`.
        ax: where to draw; by default a new figure.
    """
    return forms.bands(table, x="delivery", value="remaining_rate", series="counted_unit", ax=ax)


def curves(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Survival from the first delivery, a line a group.

    Args:
        table: of `subscription_views.survival_table`; used are group, delivery, remaining_rate.
        ax: where to draw; by default a new figure.
    """
    # Bands of six lines would cover one another; the intervals are in the table beside the chart.
    return forms.bands(table[["group", "delivery", "remaining_rate"]], x="delivery", value="remaining_rate",
                       series="group", ax=ax)  # fmt: skip


def standing(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Contracts not cancelled by each day since their start, with the band.

    Args:
        table: of `subscription_views.standing`.
        ax: where to draw; by default a new figure.
    """
    return forms.bands(table, x="contract_days", value="standing_rate", ax=ax)


def plans(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Contracts not cancelled by each day since their start, a line a plan with its band.

    Args:
        table: the curves of `subscription_plans.by_plan`.
        ax: where to draw; by default a new figure.
    """
    return forms.bands(table, x="contract_days", value="standing_rate", series="plan", ax=ax)


def reasons(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Cancellation rate of each reason per active contract and month, with its interval.

    Args:
        table: of `analysis.reasons.summary`.
        ax: where to draw; by default a new figure.
    """
    single = table[table["reason"] != "all_reasons"]
    return forms.interval_rows(single, name="reason", value="cancel_rate", n="n_cancelled", ax=ax)


def definitions(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Every definition of 継続率 that is a share, on one scale.

    Args:
        table: of `subscription_views.definition_values`.
        ax: where to draw; by default a new figure.
    """
    return forms.interval_rows(table.dropna(subset=["defined_rate"]), name="definition",
                               value="defined_rate", ax=ax)  # fmt: skip


def _step_axis(ax: Axes, shown: DataFrame) -> None:
    sizes = zip(shown["delivery"].tolist(), shown["n_due"].tolist(), strict=True)
    labels = [f"{int(number)}→{int(number) + 1}\n{words.text(n, 'count')}" for number, n in sizes]
    ax.set_xticks(shown["delivery"].tolist(), labels, fontsize=SMALL)
    ax.set_xlabel(axis_label("n_due"))
    ax.tick_params(axis="x", length=0)
    ax.set_ylabel(words.column("continuation_rate").label)


def _survival_name(ax: Axes, rows: DataFrame) -> None:
    last = rows.dropna(subset=["remaining_rate"]).tail(1)
    for place, rate in zip(last["delivery"], last["remaining_rate"], strict=True):
        text = f"{words.column('remaining_rate').label}\n{words.text(rate, 'share')}"
        note = Note(x=place + 0.31, y=rate, text=text, colour=colours.CUMULATIVE)
        write(ax, note, dx=8, ha="left", va="bottom", linespacing=1.2)
