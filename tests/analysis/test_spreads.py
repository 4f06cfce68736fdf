"""Months and how much customers differ in them: by hand, and the same on every engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from crmlib.analysis import aggregates
from tests.analysis.helpers import Day, Engine, MakeOrders, refused

JANUARY = 2025 * 12
SILENT = {"as_of_day": 19_450, "first_silent": 61, "last_silent": 240}
FUNCTIONS: dict[str, Callable[[Any], pd.DataFrame]] = {
    "month_spreads": aggregates.month_spreads,
    "entry_spreads": lambda orders: aggregates.entry_spreads(orders, as_of_day=19_450, window_days=60),
    "silent_changes": lambda orders: aggregates.silent_changes(orders, **SILENT),
    "month_returns": lambda orders: aggregates.month_returns(orders, **SILENT),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_same_on_every_engine_and_in_any_order(name: str, many_orders: pd.DataFrame, engine: Engine) -> None:
    expected = FUNCTIONS[name](many_orders)
    assert len(expected) > 3
    assert_frame_equal(FUNCTIONS[name](engine(many_orders.sample(frac=1, random_state=1))), expected)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_order_gives_no_month(name: str, many_orders: pd.DataFrame) -> None:
    assert FUNCTIONS[name](many_orders.head(0)).empty


def test_a_month_sums_its_customers_and_their_squares(make_orders: MakeOrders, day: Day) -> None:
    orders = make_orders([
        ("1", "a", day("2025-01-05"), 10), ("2", "a", day("2025-01-06"), 20), ("3", "b", day("2025-01-31"), 5),
        ("4", "a", day("2025-02-01"), 7),
    ])  # fmt: skip
    table = aggregates.month_spreads(orders)
    # a: 2 orders, 30 of which 20 repeat; b: 1 order, 5, none repeat
    names = ["month", "n_customers", "n_customers_new", "n_orders", "amount", "amount_repeat"]
    assert table[names].to_numpy().tolist() == [[JANUARY, 2, 2, 3, 35, 20], [JANUARY + 1, 1, 0, 1, 7, 7]]
    squares = ["orders_squares", "amount_squares", "repeat_squares", "amount_orders", "repeat_amount"]
    assert table[squares].to_numpy().tolist() == [[5, 925, 400, 65, 600], [1, 49, 49, 7, 49]]


def test_months_agree_with_the_sales_of_the_retention_report(many_orders: pd.DataFrame) -> None:
    ours, theirs = aggregates.month_spreads(many_orders), aggregates.monthly_sales(many_orders)
    assert ours["n_customers_new"].tolist() == theirs["n_customers_new"].tolist()
    assert ours["amount_repeat"].tolist() == theirs["amount_repeat"].tolist()
    assert ours["amount"].tolist() == (theirs["amount_new"] + theirs["amount_repeat"]).tolist()


def test_what_follows_a_first_order_counts_within_its_time(make_orders: MakeOrders) -> None:
    orders = make_orders([
        ("1", "a", 0, 10), ("2", "a", 60, 20), ("3", "a", 365, 40), ("4", "a", 366, 80),  # in time to the day
        ("5", "b", 5, 1), ("6", "b", 66, 2),  # a day too late
        ("7", "c", 6, 3), ("8", "c", 6, 4),  # a second order on the same day
        ("9", "d", 7, 5),
    ])  # fmt: skip
    table = aggregates.entry_spreads(orders, as_of_day=400, window_days=60)
    assert table[["n_customers", "n_next", "amount_year"]].to_numpy().tolist() == [[4, 2, 70 + 3 + 7 + 5]]
    assert table["year_squares"].tolist() == [70**2 + 3**2 + 7**2 + 5**2]
    early = aggregates.entry_spreads(orders, as_of_day=59, window_days=60)
    assert early["n_next"].tolist() == [1]


def test_silence_runs_from_the_last_order_and_ends_with_the_next(make_orders: MakeOrders) -> None:
    orders = make_orders([("1", "a", 0, 1), ("2", "a", 70, 1), ("3", "b", 2, 1)])
    changes = aggregates.silent_changes(orders, as_of_day=400, first_silent=61, last_silent=240)
    # a: silent 61 days on day 61, ends by ordering on 70, again from 131 to 310; b: from 63 to 242
    assert changes.to_numpy().tolist() == [[61, 1], [63, 1], [70, -1], [131, 1], [243, -1], [311, -1]]
    active = aggregates.silent_changes(orders, as_of_day=400, first_silent=0, last_silent=364)
    assert active.to_numpy().tolist() == [[0, 1], [2, 1], [367, -1]]


def test_the_running_sum_counts_the_active_of_the_customer_table(many_orders: pd.DataFrame) -> None:
    changes = aggregates.silent_changes(many_orders, as_of_day=19_450, first_silent=0, last_silent=99)
    customers = aggregates.customer_table(many_orders, as_of_day=19_450)
    assert changes["n_change"].sum() == (customers["recency_days"] <= 99).sum()


def test_a_return_is_judged_by_the_silence_when_the_month_begins(make_orders: MakeOrders, day: Day) -> None:
    orders = make_orders([
        ("1", "a", day("2025-01-01"), 1), ("2", "a", day("2025-03-31"), 1),  # silent 58 days on 28 February
        ("3", "b", day("2024-12-29"), 1), ("4", "b", day("2025-03-01"), 1), ("5", "b", day("2025-03-09"), 1),  # 61
        ("6", "c", day("2024-07-03"), 1), ("7", "c", day("2025-03-02"), 1),  # 240
        ("8", "d", day("2024-07-02"), 1), ("9", "d", day("2025-03-02"), 1),  # 241
    ])  # fmt: skip
    table = aggregates.month_returns(orders, as_of_day=day("2025-06-30"), first_silent=61, last_silent=240)
    assert table.to_numpy().tolist() == [[JANUARY + 2, 2]]


def test_days_that_cannot_be_are_refused(many_orders: pd.DataFrame) -> None:
    with refused("last_silent == 5, must be at least 10."):
        aggregates.silent_changes(many_orders, as_of_day=19_450, first_silent=10, last_silent=5)
    with refused("window_days == 0, must be at least 1."):
        aggregates.entry_spreads(many_orders, as_of_day=19_450, window_days=0)
