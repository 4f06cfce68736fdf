"""The forest plot of experiments says differences in points, and verdicts in words and colour."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex

from crmlib import plots
from crmlib.plots import colours

TABLE = pd.DataFrame({
    "name": ["Call after the third delivery", "Insert for $5", "Mail"],
    "difference_points": [0.041, -0.002, np.nan],
    "difference_points_low": [0.012, -0.03, np.nan],
    "difference_points_high": [0.07, 0.026, np.nan],
    "verdict": ["treatment_better", "no_clear_difference", "not_observed"],
})  # fmt: skip


def test_differences_are_said_in_points_with_their_verdict(draw: Any, texts: Any) -> None:
    seen = texts(draw(plots.abtest.differences, TABLE))
    assert {"+4.1 pt, treatment better", "-0.2 pt, no clear difference", "not yet observed"} <= set(seen)
    assert {"Call after the third\ndelivery", "Insert for $5", "Difference (pt)"} <= set(seen)


def test_intervals_are_drawn_in_the_colour_of_the_verdict(draw: Any) -> None:
    ax = draw(plots.abtest.differences, TABLE)
    drawn = [(to_hex(c.get_color()[0]), c.get_segments()[0][:, 0].tolist()) for c in ax.collections[:2]]
    assert drawn == [(colours.GOOD, [0.012, 0.07]), (colours.NEUTRAL, [-0.03, 0.026])]


def test_better_and_worse_differ_in_shape_too(draw: Any) -> None:
    worse = TABLE.assign(verdict=["treatment_better", "treatment_worse", "not_observed"])
    markers = [line.get_marker() for line in draw(plots.abtest.differences, worse).lines]
    assert {"o", "s"} <= set(markers)


def test_zero_is_on_the_axis_and_ticks_are_points(draw: Any, texts: Any) -> None:
    ax = draw(plots.abtest.differences, TABLE.iloc[[0]])
    assert ax.get_xlim()[0] < 0 < ax.get_xlim()[1]
    assert {"0", "+5"} <= set(texts(ax))


AMOUNTS = TABLE.rename(columns=lambda name: name.replace("points", "amount")).assign(
    difference_amount=[410.0, -20.0, np.nan], difference_amount_low=[120.0, -300.0, np.nan],
    difference_amount_high=[700.0, 260.0, np.nan],
)  # fmt: skip


def test_sales_are_said_in_money_with_their_verdict(draw: Any, texts: Any) -> None:
    seen = texts(draw(plots.abtest.amounts, AMOUNTS))
    assert {"¥410, treatment better", "-¥20, no clear difference", "not yet observed"} <= set(seen)


def test_what_has_no_net_is_left_out_of_its_chart(draw: Any, texts: Any) -> None:
    table = pd.DataFrame({
        "name": ["Call", "Mail"], "net_profit": [4_000.0, np.nan], "net_profit_low": [-500.0, np.nan],
        "net_profit_high": [8_500.0, np.nan],
    })  # fmt: skip
    seen = texts(draw(plots.abtest.net, table))
    assert "Call" in seen
    assert "Mail" not in seen


def test_both_arms_are_named_at_their_curves(draw: Any, texts: Any) -> None:
    table = pd.DataFrame({
        "arm": ["control"] * 2 + ["treatment"] * 2, "days_since": [0, 60, 0, 60], "kept_rate": [1, 0.6, 1, 0.8],
        "kept_rate_low": [1, 0.5, 1, 0.7], "kept_rate_high": [1, 0.7, 1, 0.9],
    })  # fmt: skip
    assert {"Control", "Treatment"} <= set(texts(draw(plots.abtest.kept, table)))
