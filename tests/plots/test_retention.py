"""The retention charts draw what was observed, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from crmlib import plots
from crmlib.plots import colours

# Three cohorts: seen for 3, 2 and 1 months after their first.
CURVES = pd.DataFrame(
    [
        ("2025-01", 1, 0.30), ("2025-01", 2, 0.20), ("2025-01", 3, 0.10),
        ("2025-02", 1, 0.40), ("2025-02", 2, 0.30),
        ("2025-03", 1, 0.50),
        ("pooled", 1, 0.40), ("pooled", 2, 0.25), ("pooled", 3, 0.10),
    ],
    columns=["series", "k", "rate"],
)  # fmt: skip
CURVES["rate_low"] = (CURVES["rate"] - 0.02).where(CURVES["series"] == "pooled")
CURVES["rate_high"] = (CURVES["rate"] + 0.02).where(CURVES["series"] == "pooled")


def lines_of(ax: Any, colour: str) -> list[list[float]]:
    return [line.get_ydata().tolist() for line in ax.lines if to_hex(line.get_color()) == colour]


def test_each_cohort_is_a_line_as_long_as_it_was_observed(draw: Any) -> None:
    ax = draw(plots.retention.curves, CURVES)
    assert lines_of(ax, colours.COHORT) == [[0.3, 0.2, 0.1], [0.4, 0.3], [0.5]]
    assert lines_of(ax, colours.POOLED) == [[0.4, 0.25, 0.1]]


def test_the_pooled_curve_has_its_band_and_the_heaviest_line(draw: Any) -> None:
    ax = draw(plots.retention.curves, CURVES)
    heights = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == pytest.approx((0.08, 0.42))
    heaviest = max(ax.lines, key=lambda line: line.get_linewidth())
    assert to_hex(heaviest.get_color()) == colours.POOLED


def test_oldest_newest_and_pooled_are_named_at_their_ends(draw: Any) -> None:
    ax = draw(plots.retention.curves, CURVES)
    ends = {note.get_text(): note.xy for note in ax.texts}
    assert ends == {"All cohorts": (3, 0.1), "2025-01, oldest": (3, 0.1), "2025-03, newest": (1, 0.5)}


def test_a_cohort_of_one_point_is_a_dot(draw: Any) -> None:
    ax = draw(plots.retention.curves, CURVES)
    assert [line.get_marker() for line in ax.lines if len(line.get_xdata()) == 1] == ["o", "o"]


def test_a_single_cohort_is_neither_oldest_nor_newest(draw: Any) -> None:
    ax = draw(plots.retention.curves, CURVES[CURVES["series"] == "2025-01"])
    assert [note.get_text() for note in ax.texts] == ["2025-01"]


STEPS = pd.DataFrame({
    "order_number": [1, 2, 3],
    "n_eligible": [8000, 2400, 0],
    "step_rate": [0.30, 0.50, np.nan],
    "step_rate_low": [0.29, 0.48, np.nan],
    "step_rate_high": [0.31, 0.52, np.nan],
    "cumulative_rate": [0.30, 0.15, np.nan],
})  # fmt: skip


def test_steps_are_bars_with_intervals_beside_the_cumulative_line(draw: Any) -> None:
    ax = draw(plots.retention.steps, STEPS)
    assert [bar.get_height() for bar in ax.containers[0]] == [0.3, 0.5]
    assert lines_of(ax, colours.CUMULATIVE) == [[0.3, 0.15]]
    assert [segment[:, 1].tolist() for segment in ax.collections[0].get_segments()] == [[0.29, 0.31], [0.48, 0.52]]


def test_steps_are_named_with_the_customers_observed_long_enough(draw: Any, texts: Any) -> None:
    seen = texts(draw(plots.retention.steps, STEPS))
    wanted = [
        "F1→F2\n8,000",
        "F2→F3\n2,400",
        "30.0%",
        "50.0%",
        "Cumulative rate\n15.0%",
        "Observed long enough (customers)",
    ]
    assert set(wanted) <= set(seen)


def test_ten_steps_are_all_labelled(draw: Any, texts: Any) -> None:
    ten = pd.DataFrame({"order_number": range(1, 11), "n_eligible": 12_345, "step_rate": 0.9, "step_rate_low": 0.8})
    seen = texts(draw(plots.retention.steps, ten.assign(step_rate_high=0.95, cumulative_rate=0.1)))
    assert [text for text in seen if text.startswith("F")] == [f"F{n}→F{n + 1}\n12,345" for n in range(1, 11)]


def second(days: list[int], shares: list[float]) -> pd.DataFrame:
    table = pd.DataFrame({"day": days, "share_returned": shares})
    return table.assign(
        share_returned_low=table["share_returned"] - 0.01, share_returned_high=table["share_returned"] + 0.01
    )


def test_days_are_marked_with_the_last_value_reached(draw: Any) -> None:
    ax = draw(plots.retention.second_purchase, second([1, 29, 60, 100], [0.05, 0.1, 0.2, 0.3]))
    assert [note.get_text() for note in ax.texts] == ["30 days 10.0%", "60 days 20.0%", "90 days 20.0%"]


def test_a_day_beyond_the_observation_is_not_marked(draw: Any) -> None:
    assert len(draw(plots.retention.second_purchase, second([0, 29], [0.0, 0.1])).texts) == 0


def test_the_curve_is_a_step_from_zero(draw: Any) -> None:
    line = draw(plots.retention.second_purchase, second([10, 20], [0.1, 0.2])).lines[0]
    assert (line.get_xdata().tolist(), line.get_ydata().tolist()) == ([0, 10, 20], [0.0, 0.1, 0.2])
    assert line.get_drawstyle() == "steps-post"


MONTHS = pd.DataFrame({
    "month": [24_300, 24_301, 24_302],
    "amount_new": [100_000, 200_000, 30_000],
    "amount_repeat": [0, 50_000, 10_000],
    "state": ["observed", "observed", "partial"],
})  # fmt: skip


def test_repeat_sales_stand_on_new_sales(draw: Any) -> None:
    new, repeat = draw(plots.retention.new_repeat, MONTHS).containers
    assert [bar.get_height() for bar in new] == [100_000, 200_000, 30_000]
    assert [(bar.get_y(), bar.get_height()) for bar in repeat] == [(100_000, 0), (200_000, 50_000), (30_000, 10_000)]


def test_a_month_that_has_not_ended_is_hatched_and_said_to_be_partial(draw: Any, texts: Any) -> None:
    ax = draw(plots.retention.new_repeat, MONTHS)
    assert [bar.get_hatch() for bar in ax.containers[0]] == [None, None, "////"]
    assert {"partial", "Sales to new customers", "Repeat sales", "Sales (yen)"} <= set(texts(ax))


def test_a_month_without_a_row_leaves_a_gap(draw: Any) -> None:
    ax = draw(plots.retention.new_repeat, MONTHS.iloc[[0, 2]])
    assert [bar.get_x() + bar.get_width() / 2 for bar in ax.containers[0]] == pytest.approx([24_300, 24_302])
