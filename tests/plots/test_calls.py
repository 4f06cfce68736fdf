"""The charts of the call list draw what their tables say, and cope with nothing and with hostile names."""

from __future__ import annotations

import pandas as pd
import pytest

from crmlib import plots, words


@pytest.fixture(autouse=True)
def _english() -> None:
    words.speak("en", "JPY")


def rates(name: str, codes: list[str]) -> pd.DataFrame:
    return pd.DataFrame({
        name: codes, "n_windowed": 10, "revival_rate": 0.2, "revival_rate_low": 0.1, "revival_rate_high": 0.3,
    })  # fmt: skip


def texts(ax: object) -> list[str]:
    return [found.get_text() for found in [*ax.texts, *ax.get_yticklabels()]]  # type: ignore[attr-defined]


def test_the_funnel_has_a_bar_a_step_with_its_customers() -> None:
    table = pd.DataFrame({"call_step": ["all_customers", "on_the_list"], "n_customers": [8000, 200]})
    ax = plots.calls.funnel(table)
    assert [bar.get_width() for bar in ax.patches] == [8000, 200]
    assert {"All customers", "On the list", "8,000", "200"} <= set(texts(ax))


def test_both_groups_have_their_size_and_their_rate() -> None:
    ax = plots.calls.groups(rates("call_group", ["group_called", "group_held_out"]))
    assert {"Contacted (n = 10)", "Held out (n = 10)", "20.0%"} <= set(texts(ax))


def test_forty_channels_with_hostile_names_are_drawn() -> None:
    plots.calls.channels(rates("contact_channel", ["<script>", "=cmd()", *["x" * 80] * 38]))


def test_months_of_inquiries_are_stacked() -> None:
    table = pd.DataFrame({"month": [24_300, 24_301], "n_resolved": [3, 1], "n_unresolved": [1, 0],
                          "n_inquiries": [4, 1], "state": ["observed", "partial"]})  # fmt: skip
    ax = plots.calls.inquiries(table)
    assert [bar.get_height() for bar in ax.patches] == [3, 1, 1, 0]


@pytest.mark.parametrize("plot", [plots.calls.funnel, plots.calls.groups, plots.calls.channels, plots.calls.inquiries])
def test_an_empty_table_says_so(plot: object) -> None:
    names = ["call_step", "n_customers", "call_group", "contact_channel", "n_windowed", "revival_rate", "month",
             "n_resolved", "n_unresolved"]  # fmt: skip
    assert texts(plot(pd.DataFrame(columns=names)))[0] == "Nothing to show"  # type: ignore[operator]
