"""The chart of segments draws the shares it is given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmlib import plots

TABLE = pd.DataFrame({
    "segment": ["champions", "lost"],
    "n_customers": [1234, 0],
    "share_customers": [0.25, 0.75],
    "share_amount": [0.6, np.nan],
})  # fmt: skip


def test_each_segment_has_a_bar_of_customers_and_one_of_sales(draw: Any) -> None:
    ax = draw(plots.rfm.segments, TABLE)
    customers, sales = ([bar.get_width() for bar in bars] for bars in ax.containers)
    assert customers == [0.25, 0.75]
    assert sales == pytest.approx([0.6, np.nan], nan_ok=True)


def test_the_first_pair_names_its_bars_and_every_row_has_its_size(draw: Any, texts: Any) -> None:
    seen = texts(draw(plots.rfm.segments, TABLE))
    for text in (
        "Champions (n = 1,234)",
        "Lost (n = 0)",
        "25.0%  Share of customers",
        "60.0%  Share of sales",
        "75.0%",
        "–",
    ):
        assert text in seen


def test_segments_stand_in_the_order_of_the_table_from_the_top(draw: Any) -> None:
    ax = draw(plots.rfm.segments, TABLE)
    low, high = ax.get_ylim()
    assert low > high
    assert ax.get_yticks().tolist() == [0, 1]


def test_the_ten_segments_of_the_rules_fit_without_being_left_out(draw: Any, texts: Any) -> None:
    ten = pd.DataFrame({"segment": list("abcdefghij"), "n_customers": 1, "share_customers": 0.1, "share_amount": 0.1})
    assert "j (n = 1)" in texts(draw(plots.rfm.segments, ten))


def test_segments_that_do_not_fit_are_counted(draw: Any, texts: Any) -> None:
    many = pd.DataFrame({"segment": range(40), "n_customers": 1, "share_customers": 0.1, "share_amount": 0.1})
    ax = draw(plots.rfm.segments, many)
    drawn = len(ax.containers[0])
    assert f"and {40 - drawn} more" in texts(ax)


def test_a_share_below_zero_is_drawn_to_the_left(draw: Any) -> None:
    ax = draw(plots.rfm.segments, TABLE.assign(share_amount=[1.1, -0.1]))
    assert ax.get_xlim()[0] < -0.1
