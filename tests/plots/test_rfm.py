"""The chart of segments draws the shares it is given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmlib import plots
from tests.plots.conftest import boxes_of

TABLE = pd.DataFrame({
    "segment": ["champions", "lost"],
    "n_customers": [1234, 0],
    "share_customers": [0.25, 0.75],
    "share_amount": [0.6, np.nan],
})  # fmt: skip


def test_each_segment_has_a_bar_of_customers_and_one_of_sales(draw: Any) -> None:
    ax = draw(plots.rfm.segments, TABLE)
    customers, sales = (boxes_of(bars) for bars in ax.collections)
    assert [(left, width) for left, _, width, _ in customers] == [(0, 0.25), (0, 0.75)]
    # The second segment's share of sales is not known: no bar, where a bar of nothing would say that it is 0.
    assert [(left, width) for left, _, width, _ in sales] == [(0, 0.6)]
    assert [low for _, low, *_ in customers] == pytest.approx([-0.38, 0.62])


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
    drawn = len(ax.collections[0].get_paths())
    assert f"and {40 - drawn} more" in texts(ax)


def test_a_share_below_zero_is_drawn_to_the_left(draw: Any) -> None:
    ax = draw(plots.rfm.segments, TABLE.assign(share_amount=[1.1, -0.1]))
    assert ax.get_xlim()[0] < -0.1


def test_each_cell_shows_its_rank_its_customers_and_its_share(draw: Any, texts: Any) -> None:
    cells = {
        "r": [5, 1],
        "f": [5, 1],
        "rf_rank": ["A", "E"],
        "n_customers": [414, 2_345],
        "share_amount": [0.322, 0.046],
    }
    ax = draw(plots.rfm.rank_grid, pd.DataFrame(cells))
    seen = texts(ax)
    assert {"A", "414  32.2%", "E", "2,345  4.6%", "R5", "F1"} <= set(seen)
    assert len(ax.patches) == 2


def test_the_pareto_curve_marks_the_best_fifth_and_four_fifths_of_sales(draw: Any, texts: Any) -> None:
    curve = pd.DataFrame({"cumulative_share_customers": [0, 0.2, 0.4, 1], "cumulative_share_amount": [0, 0.6, 0.8, 1]})
    seen = texts(draw(plots.rfm.pareto, curve))
    assert "20.0% of customers: 60.0% of sales" in seen
    assert "40.0% of customers: 80.0% of sales" in seen


def test_each_measure_has_its_line_of_later_rates(draw: Any, texts: Any) -> None:
    rates = {"later_rate": [0.1, 0.8], "later_rate_low": [0.05, 0.7], "later_rate_high": [0.2, 0.9]}
    ax = draw(plots.rfm.later_rates, pd.DataFrame({"rfm_measure": "recency", "score": [1, 5], **rates}))
    assert ax.lines[0].get_ydata().tolist() == [0.1, 0.8]
    assert "Recency (R)" in texts(ax)
    assert "Money (M)" not in texts(ax)


def test_sales_per_contact_stand_beside_what_pays_for_one_where_it_is_known(draw: Any) -> None:
    value = {"expected_per_contact": [4_000.0], "expected_per_contact_low": 3_000.0, "expected_per_contact_high": 5e3}
    table = pd.DataFrame({"segment": ["champions"], "n_customers": 9, **value, "needed_per_contact": 250.0})
    lines = [line.get_xdata() for line in draw(plots.rfm.per_contact, table).lines]
    assert [250.0, 250.0] in [list(line) for line in lines]
    unknown = draw(plots.rfm.per_contact, table.assign(needed_per_contact=np.nan))
    assert [250.0, 250.0] not in [list(line.get_xdata()) for line in unknown.lines]
