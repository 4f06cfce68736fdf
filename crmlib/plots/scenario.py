"""Charts of scenarios: mails step by step, receivers against hold-out, triggers, roll-out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib.plots import forms

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame


def mails(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """The goal rate of every mail of a scenario, of those still in the sequence.

    Args:
        table: of `analysis.step_mail.review`; used are message_name, goal_rate and its interval, n_in_sequence.
        ax: where to draw; by default a new figure.
    """
    return forms.interval_rows(table, name="message_name", value="goal_rate", n="n_in_sequence", ax=ax)


def effect(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Receivers less hold-out in the share who reach the goal, a row a scenario.

    Args:
        table: of `analysis.scenario_views.goal_rows`, with scenario_name.
        ax: where to draw; by default a new figure.
    """
    ax = forms.interval_rows(table, name="scenario_name", value="effect_difference", n="n_held_group", ax=ax)
    if table["effect_difference"].notna().any():
        # The column holds shares; the axis says points.
        ax.xaxis.set_major_formatter(lambda number, _: f"{100 * number:,.10g}")
    return ax


def triggers(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """The share who bought after each trigger.

    Args:
        table: of `analysis.scenario_triggers.trigger_table`.
        ax: where to draw; by default a new figure.
    """
    return forms.interval_rows(table, name="trigger", value="bought_rate", n="n_unbought", ax=ax)


def roll_out(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Customers of each level, from the focus persona outward.

    Args:
        table: of `analysis.roll_out.roll_out`.
        ax: where to draw; by default a new figure.
    """
    return forms.bar_rows(table, name="roll_name", value="n_customers", ax=ax)
