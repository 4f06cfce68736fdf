"""Second purchases and steps counted by days give exactly what the analyses give on customers and orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from crmlib.analysis import aggregates, entry_rates, return_days, step_days
from tests.analysis.helpers import refused

AS_OF = 400
ONE = st.tuples(
    st.integers(0, AS_OF),
    st.none() | st.integers(0, AS_OF),
    st.sampled_from(["", "unknown", "tv", "flyer", "net"]),
    st.sampled_from(["", "gel", "soap"]),
)
ORDERS = st.lists(st.tuples(st.sampled_from("abcde"), st.integers(0, AS_OF)), max_size=25)


def returns_of(rows: list[tuple[int, int | None, str, str]]) -> pd.DataFrame:
    """Customers with a second purchase no later than the base date."""
    table = pd.DataFrame(rows, columns=["first_day", "next_days", "acq_media", "product_id"])
    next_days = pd.to_numeric(table["next_days"]).astype("float64")
    late = table["first_day"] + next_days > AS_OF
    return table.assign(next_days=next_days.mask(late), customer_id=[f"c{n}" for n in range(len(table))])


def test_by_hand() -> None:
    # a came back after 20 days, b was observed for 20 days without, c came back after 80 of 100 days.
    returns = returns_of([(300, 20, "tv", "gel"), (380, None, "tv", "gel"), (300, 80, "net", "")])
    days = return_days.prepare(returns, as_of_day=AS_OF)
    assert days.n == 3
    table = return_days.by_group(days, group="acq_media", window_days=20, min_n=1)
    assert table[["group", "n_reached", "n_eligible", "n_next"]].to_numpy().tolist() == [
        ["tv", 2, 2, 1],
        ["net", 1, 1, 0],
    ]
    windows = return_days.by_window(days, windows=[30, 20, 101])
    assert windows["window_days"].tolist() == [20, 30, 101]
    assert windows["n_eligible"].tolist() == [3, 2, 0]
    assert windows["n_next"].tolist() == [1, 1, 0]


@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(rows=st.lists(ONE, max_size=30), window_days=st.integers(1, AS_OF + 50), min_n=st.integers(1, 4))
def test_tables_are_those_of_the_report(
    rows: list[tuple[int, int | None, str, str]], window_days: int, min_n: int
) -> None:
    returns = returns_of(rows)
    days = return_days.prepare(returns, as_of_day=AS_OF, most=2)
    how = {"window_days": window_days, "min_n": min_n}
    for group in return_days.BY:
        expected = entry_rates.by_group(returns, group=group, as_of_day=AS_OF, most=2, **how)
        pd.testing.assert_frame_equal(return_days.by_group(days, group=group, **how), expected, check_dtype=False)
    expected = entry_rates.by_month(returns, as_of_day=AS_OF, **how)
    pd.testing.assert_frame_equal(return_days.by_month(days, **how), expected, check_dtype=False)
    windows = sorted({30, window_days, 360})
    expected = entry_rates.by_window(returns, as_of_day=AS_OF, windows=windows)
    pd.testing.assert_frame_equal(return_days.by_window(days, windows=windows), expected, check_dtype=False)


@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(rows=ORDERS, window_days=st.integers(1, AS_OF + 50))
def test_steps_are_those_of_the_report(rows: list[tuple[str, int]], window_days: int) -> None:
    orders = pd.DataFrame(rows, columns=["customer_id", "order_day"]).astype(
        {"customer_id": "str", "order_day": "int64"}
    )
    orders["order_id"] = [f"{n:02d}" for n in range(len(orders))]
    days = step_days.prepare(aggregates.step_days(orders, as_of_day=AS_OF, max_step=4), max_step=4)
    expected = aggregates.step_counts(orders, as_of_day=AS_OF, window_days=window_days, max_step=4)
    pd.testing.assert_frame_equal(step_days.counts(days, window_days=window_days), expected, check_dtype=False)


def test_media_are_those_of_the_orders_where_they_have_any() -> None:
    returns = pd.DataFrame({"customer_id": ["a", "b"], "acq_media": ["tv", ""]})
    customers = pd.DataFrame({"customer_id": ["b"], "acq_media": ["net"]})
    table, source = return_days.with_media(returns, customers)
    assert (table["acq_media"].tolist(), source) == (["tv", ""], "orders")
    blank = returns.assign(acq_media=["", "unknown"])
    table, source = return_days.with_media(blank, customers)
    assert (table["acq_media"].tolist(), source) == (["", "net"], "customers")
    for nobody in (customers.head(0), customers.assign(acq_media="unknown")):
        table, source = return_days.with_media(blank, nobody)
        assert (table["acq_media"].tolist(), source) == (["", "unknown"], "none")


COHORT_ORDERS = pd.DataFrame({
    "customer_id": ["a", "a", "b", "c", None], "order_id": ["1", "2", "3", "4", "5"], "channel": "own",
    "order_day": [10, 50, 12, 45, 45], "order_date": pd.to_datetime(["1970-01-11", "1970-02-20", "1970-01-13",
                                                                     "1970-02-15", "1970-02-15"]),
    "amount": [5, 7, 11, 13, 99], "acq_media": ["tv", "net", None, "tv", "tv"],
})  # fmt: skip


LINES = pd.DataFrame({"order_id": ["1", "2"], "channel": "own", "line_no": 1, "product_id": ["gel", "soap"],
                      "line_amount": 5, "line_type": "product"})  # fmt: skip
KNOWN = pd.DataFrame({"customer_id": ["a", "b"], "acq_media": ["call", "call"]})


@pytest.fixture(params=["pandas", "polars", "duckdb"])
def hand(request: pytest.FixtureRequest) -> Callable[[pd.DataFrame], Any]:
    """A function that hands any table to one of the engines; two of them can be joined."""
    connection = duckdb.connect()
    engines: dict[str, Any] = {"pandas": lambda frame: frame, "polars": pl.from_pandas, "duckdb": connection.from_df}
    hand_over: Callable[[pd.DataFrame], Any] = engines[request.param]
    return hand_over


def test_cohorts_by_what_customers_began_with(hand: Callable[[pd.DataFrame], Any]) -> None:
    orders = hand(COHORT_ORDERS)
    counts = aggregates.entry_cohort_counts(orders, by="acq_media")
    jan, feb = 1970 * 12, 1970 * 12 + 1
    assert counts.to_numpy().tolist() == [
        ["", jan, jan, 1, 1, 11], ["tv", jan, jan, 1, 1, 5], ["tv", jan, feb, 1, 1, 7], ["tv", feb, feb, 1, 1, 13],
    ]  # fmt: skip
    told = aggregates.entry_cohort_counts(orders, by="acq_media", customers=hand(KNOWN))
    assert told[["group", "n_customers"]].to_numpy().tolist() == [["", 1], ["call", 2], ["call", 1]]
    by_product = aggregates.entry_cohort_counts(orders, hand(LINES), by="product_id")
    assert by_product["group"].tolist() == ["", "", "gel", "gel"]
    names = ["n_customers", "n_orders", "amount"]
    sums = counts.groupby(["cohort_month", "month"])[names].sum().reset_index()
    whole = aggregates.cohort_counts(orders)[["cohort_month", "month", *names]]
    pd.testing.assert_frame_equal(sums, whole)


def test_an_unknown_way_to_group_is_refused() -> None:
    with refused("by == 'colour', must be one of product_id, acq_media."):
        aggregates.entry_cohort_counts(COHORT_ORDERS, by="colour")
