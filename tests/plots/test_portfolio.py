"""The charts of the portfolio draw the customers they are given."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from crmlib import plots
from tests.plots.conftest import boxes_of

STEPS = ["first_time", "excellent", "has_left"]
MONTHS = pd.DataFrame({
    "month": [24_300] * 3 + [24_301] * 3,
    "cpm_step": pd.Categorical(STEPS * 2, STEPS, ordered=True),
    "n_customers": [5, 2, 1, 6, 3, 2],
})  # fmt: skip
BRIDGE = pd.DataFrame({
    "bridge_part": ["active_last_year", "came_new", "revived", "lost_in_year", "active_this_year"],
    "n_change": [3_254, 3_141, 5, -2_253, 4_147],
})  # fmt: skip


def test_the_steps_are_stacked_in_their_order(draw: Any) -> None:
    ax = draw(plots.portfolio.months, MONTHS)
    bars = [boxes_of(part) for part in ax.collections]
    assert [[height for *_, height in part] for part in bars] == [[5, 6], [2, 3], [1, 2]]
    assert [low for _, low, *_ in bars[2]] == [7, 9]
    assert [left + width / 2 for left, _, width, _ in bars[0]] == pytest.approx(MONTHS["month"].unique().tolist())


def test_the_steps_are_named_beside_the_last_bar(draw: Any, texts: Any) -> None:
    seen = texts(draw(plots.portfolio.months, MONTHS))
    assert {"First-time", "Excellent", "Left"} <= set(seen)


def test_names_of_a_client_stay_plain_letters(draw: Any, texts: Any) -> None:
    hostile = MONTHS.assign(cpm_step=MONTHS["cpm_step"].cat.rename_categories(["$x$", "<b>", "has_left"]))
    assert {"$x$", "<b>"} <= set(texts(draw(plots.portfolio.months, hostile)))


def test_each_part_of_the_bridge_starts_where_the_one_before_ended(draw: Any) -> None:
    bars = [bars[0] for bars in draw(plots.portfolio.bridge, BRIDGE).containers]
    assert [bar.get_y() for bar in bars] == [0, 3_254, 6_395, 4_147, 0]
    assert [bar.get_height() for bar in bars] == [3_254, 3_141, 5, 2_253, 4_147]


def test_the_bridge_writes_totals_plain_and_changes_with_their_sign(draw: Any, texts: Any) -> None:
    seen = texts(draw(plots.portfolio.bridge, BRIDGE))
    for text in ("3,254", "+3,141", "+5", "-2,253", "4,147", "Revived"):
        assert text in seen


def test_the_outlook_is_drawn_with_its_band(draw: Any) -> None:
    table = pd.DataFrame({"year_ahead": [0, 1], "n_year_active": [10.0, 12.0], "n_year_active_low": [10.0, 11.0],
                          "n_year_active_high": [10.0, 13.0]})  # fmt: skip
    ax = draw(plots.portfolio.outlook, table)
    assert ax.lines[0].get_ydata().tolist() == pytest.approx([10, 12])
    assert len(ax.collections) == 1


def test_leave_rates_stand_in_rows_with_their_size(draw: Any, texts: Any) -> None:
    table = pd.DataFrame({"cpm_step": ["all_steps", "trend"], "n_start": [1_234, 9], "rate_moved": [0.1, 0.05],
                          "rate_moved_low": [0.09, 0.0], "rate_moved_high": [0.11, 0.2]})  # fmt: skip
    assert {"All steps (n = 1,234)", "Trend (n = 9)", "10.0%"} <= set(texts(draw(plots.portfolio.leave_rates, table)))
