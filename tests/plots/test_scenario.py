"""The charts of scenarios draw what their tables say, and cope with nothing and with hostile names."""

from __future__ import annotations

import pandas as pd
import pytest

from crmlib import plots, words


@pytest.fixture(autouse=True)
def _english() -> None:
    words.speak("en", "JPY")


def texts(ax: object) -> list[str]:
    return [found.get_text() for found in [*ax.texts, *ax.get_yticklabels()]]  # type: ignore[attr-defined]


def rates(name: str, value: str, n: str, names: list[str]) -> pd.DataFrame:
    bounds = {value: 0.05, f"{value}_low": 0.01, f"{value}_high": 0.11}
    return pd.DataFrame({name: names, n: 120, **bounds})


def test_every_mail_has_its_rate_and_who_was_still_there() -> None:
    ax = plots.scenario.mails(rates("message_name", "goal_rate", "n_in_sequence", ["Thanks", "How to use it"]))
    assert {"Thanks (n = 120)", "5.0%"} <= set(texts(ax))


def test_the_axis_of_a_difference_is_in_points_like_its_figures() -> None:
    ax = plots.scenario.effect(rates("scenario_name", "effect_difference", "n_held_group", ["Step mail"]))
    ax.figure.canvas.draw()
    ticks = [float(tick.get_text()) for tick in ax.get_xticklabels() if tick.get_text()]
    assert "5.0" in texts(ax)
    assert max(ticks) >= 5


def test_triggers_and_levels_have_their_names() -> None:
    ax = plots.scenario.triggers(rates("trigger", "bought_rate", "n_unbought", ["trigger_cart"]))
    assert "Left a cart behind (n = 120)" in texts(ax)
    levels = plots.scenario.roll_out(
        pd.DataFrame({"roll_name": ["women", "level_everybody"], "n_customers": [14, 8000]})
    )
    assert {"women", "All customers", "8,000"} <= set(texts(levels))


def test_forty_scenarios_with_hostile_names_are_drawn() -> None:
    names = ["<script>", "=cmd()", *["x" * 80] * 38]
    plots.scenario.effect(rates("scenario_name", "effect_difference", "n_held_group", names))


@pytest.mark.parametrize(
    "plot", [plots.scenario.mails, plots.scenario.effect, plots.scenario.triggers, plots.scenario.roll_out]
)
def test_an_empty_table_says_so(plot: object) -> None:
    columns = [
        "message_name",
        "goal_rate",
        "n_in_sequence",
        "scenario_name",
        "effect_difference",
        "n_held_group",
        "trigger",
        "bought_rate",
        "n_unbought",
        "roll_name",
        "n_customers",
    ]
    assert texts(plot(pd.DataFrame(columns=columns)))[0] == "Nothing to show"  # type: ignore[operator]
