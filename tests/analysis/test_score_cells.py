"""Counting by cells gives what scoring every customer gives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlib.analysis import rfm, score_cells
from crmlib.analysis.rfm import RULES, Cuts

CUTS = st.lists(st.integers(0, 40), min_size=4, max_size=4, unique=True).map(sorted)


def frame(rows: list[tuple[int, int, int]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["recency_days", "n_orders", "amount"], dtype="int64")


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 45), st.integers(1, 45), st.integers(-5, 45)), max_size=30),
    r=CUTS, f=CUTS, m=CUTS,
)  # fmt: skip
def test_it_is_the_same_as_scoring_every_customer(rows: list, r: list, f: list, m: list) -> None:
    customers, cuts = frame(rows), Cuts(recency_days=r, orders=f, amount=m)
    scored = rfm.assign_segments(rfm.score(customers, cuts=cuts), rules=RULES["r_package"])
    counted = rfm.assign_segments(
        score_cells.count(score_cells.prepare(customers), cuts=cuts), rules=RULES["r_package"]
    )
    expected = rfm.segment_table(scored)
    found = score_cells.summary(counted, by="segment")
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    pd.testing.assert_frame_equal(score_cells.rf_grid(counted), rfm.rf_grid(scored), check_dtype=False)


def test_sums_are_exact_to_the_yen_for_a_million_customers() -> None:
    rng = np.random.default_rng(1)
    amount = rng.integers(0, 5_000_000, 1_000_000)
    customers = pd.DataFrame({"recency_days": amount % 700, "n_orders": amount % 13 + 1, "amount": amount})
    assert (
        score_cells.count(score_cells.prepare(customers), cuts=rfm.CUTS["single_item"])["amount"].sum() == amount.sum()
    )


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match="amount"):
        score_cells.prepare(pd.DataFrame({"recency_days": [1], "n_orders": [1]}))
