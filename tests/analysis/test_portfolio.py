"""CPM: the published vectors, every boundary, and tables that add up."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlib.analysis import portfolio
from crmlib.analysis.portfolio import GROUPS, LTV_LAB, STEPS, Thresholds, assign_groups, choose_thresholds
from crmlib.analysis.step_names import renamed, step_names
from crmlib.analysis.subscribers import add_cancelled, add_subscriber
from tests.analysis.helpers import refused


def _customers(rows: list[tuple[int, int, int, int]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["n_orders", "tenure_days", "amount", "recency_days"]).astype("int64")
    last_day = 1_000 - table["recency_days"]
    ids = [f"c{i:03d}" for i in range(len(table))]
    return table.assign(customer_id=ids, last_day=last_day, first_day=last_day - table["tenure_days"])


@pytest.mark.parametrize(
    ("row", "group"),
    [
        ((1, 0, 5_000, 0), "first_time_active"),
        ((1, 0, 500_000, 239), "first_time_active"),
        ((1, 0, 5_000, 240), "first_time_left"),
        ((2, 89, 100_000, 10), "toddling_active"),
        ((2, 90, 69_999, 10), "steady_active"),
        ((3, 90, 70_000, 10), "trend_active"),
        ((3, 209, 70_001, 240), "trend_left"),
        ((3, 210, 70_001, 239), "excellent_active"),
        ((3, 210, 69_999, 300), "steady_left"),
    ],
)
def test_the_vectors_of_ltv_lab(row: tuple[int, int, int, int], group: str) -> None:
    # LTV-Lab's help, "CPM集計とは": 90, 210 and 240 days, 70,000 yen.
    assert assign_groups(_customers([row]), thresholds=LTV_LAB)["group"].tolist() == [group]


def test_two_orders_on_one_day_are_toddling() -> None:
    assert assign_groups(_customers([(2, 0, 10**6, 0)]), thresholds=LTV_LAB)["cpm_step"].tolist() == ["toddling"]


near = st.integers(-2, 2)


@given(
    toddling=st.integers(1, 400), longer=st.integers(1, 400), leave=st.integers(1, 900), amount=st.integers(1, 10**6),
    orders=st.integers(1, 3), offsets=st.tuples(near, near, near), end=st.sampled_from(["toddling", "excellent"]),
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_every_customer_is_in_exactly_one_group_at_every_boundary(
    toddling: int, longer: int, leave: int, amount: int, orders: int, offsets: tuple[int, int, int], end: str
) -> None:
    limits = Thresholds(
        toddling_days=toddling, excellent_days=toddling + longer, leave_days=leave, amount=amount
    )  # the values below lie on, just under and just over each of them
    edge = limits.toddling_days if end == "toddling" else limits.excellent_days
    tenure, money, silence = max(0, edge + offsets[0]), amount + offsets[1], max(0, leave + offsets[2])
    found = assign_groups(_customers([(orders, tenure, money, silence)]), thresholds=limits)["group"].tolist()
    repeat, tall, rich = orders > 1, tenure >= limits.excellent_days, money >= amount
    grown = tenure >= toddling
    rules = {
        "first_time": not repeat,
        "toddling": repeat and not grown,
        "steady": repeat and grown and not rich,
        "trend": repeat and grown and rich and not tall,
        "excellent": repeat and grown and rich and tall,
    }
    wanted = [f"{step}_{'left' if silence >= leave else 'active'}" for step, holds in rules.items() if holds]
    assert found == wanted  # exhaustive and exclusive: exactly one rule holds


def test_all_ten_groups_can_be_reached() -> None:
    rows = [(1, 0, 1), (2, 0, 1), (2, 90, 1), (2, 90, 70_000), (2, 210, 70_000)]
    both = [(*row, silence) for silence in (0, 240) for row in rows]
    assert assign_groups(_customers(both), thresholds=LTV_LAB)["group"].tolist() == list(GROUPS)


def test_thresholds_of_the_presets() -> None:
    choose = {"currency": "JPY", "average_order_amount": 4_726.6}
    assert choose_thresholds("make_repeater", **choose) == Thresholds(amount=33_086)  # 7 x 4,726.6
    assert choose_thresholds("ltv_lab", **choose) == LTV_LAB
    assert choose_thresholds("user", **choose, amount=5_000, leave_days=60).leave_days == 60
    assert choose_thresholds("ltv_lab", currency="USD", average_order_amount=1, amount=99.5).amount == 9_950
    assert choose_thresholds("make_repeater", currency="JPY", average_order_amount=math.nan).amount == 1


def test_what_no_preset_can_mean_is_refused() -> None:
    with refused(
        "preset == 'ltv_lab', but its sum of 70,000 is in yen; give amount in USD, or take preset make_repeater."
    ):
        choose_thresholds("ltv_lab", currency="USD", average_order_amount=100)
    with refused("amount == None, but preset == 'user' has no sum of its own; give one in JPY."):
        choose_thresholds("user", currency="JPY", average_order_amount=100)
    with refused("preset == 'ltvlab', must be one of make_repeater, ltv_lab, user; nearest is 'ltv_lab'."):
        choose_thresholds("ltvlab", currency="JPY", average_order_amount=100)
    with refused("excellent_days == 90, must be above toddling_days == 90."):
        Thresholds(toddling_days=90, excellent_days=90, amount=1)
    with refused("amount == 0, must be at least 1."):
        Thresholds(amount=0)


def test_the_source_of_each_threshold_is_said() -> None:
    used = Thresholds(leave_days=100, amount=5)
    table = portfolio.threshold_table(used, preset="make_repeater")
    assert table["threshold_source"].tolist() == ["ltv_lab", "ltv_lab", "user", "make_repeater"]
    assert portfolio.threshold_table(used, preset="ltv_lab", amount=5)["threshold_source"].iloc[-1] == "user"


def test_the_table_adds_up_and_keeps_empty_groups() -> None:
    grouped = assign_groups(_customers([(1, 0, 100, 0), (1, 0, 300, 10), (4, 210, 70_000, 1)]), thresholds=LTV_LAB)
    table = portfolio.group_table(grouped).set_index(["cpm_step", "standing"])
    assert len(table) == 10
    assert (table["n_customers"].sum(), table["amount"].sum()) == (3, 70_400)
    first = table.loc[("first_time", "still_active")]
    assert (first["n_customers"], first["amount"], first["average_order_amount"]) == (2, 400, 200)
    assert (first["share_customers"], first["average_recency_days"]) == (2 / 3, 5)
    best = table.loc[("excellent", "still_active")]
    assert (best["average_order_amount"], best["orders_per_customer"]) == (17_500, 4)
    empty = table.loc[("trend", "has_left")]
    assert empty["n_customers"] == 0
    assert np.isnan(empty["average_tenure_days"])


@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.integers(0, 400), st.integers(-500, 10**5), st.integers(0, 500)), max_size=30
    )
)
@settings(max_examples=50, deadline=None)
def test_customers_and_sales_of_the_groups_are_all_there_are(rows: list[tuple[int, int, int, int]]) -> None:
    customers = _customers(rows)
    table = portfolio.group_table(assign_groups(customers, thresholds=LTV_LAB))
    assert (table["n_customers"].sum(), table["amount"].sum()) == (len(customers), customers["amount"].sum())


def test_fixed_customers_came_one_to_two_years_ago() -> None:
    # First orders 364, 365, 729 and 730 days before day 1,000; the second is excellent and active, the third left.
    rows = [(3, 300, 90_000, 64), (3, 300, 90_000, 65), (3, 100, 90_000, 629), (3, 700, 90_000, 30)]
    result = portfolio.fixed_customers(assign_groups(_customers(rows), thresholds=LTV_LAB), as_of_day=1_000)
    assert (result.n_eligible, result.n_fixed, result.rate) == (2, 1, 0.5)
    none = portfolio.fixed_customers(assign_groups(_customers([]), thresholds=LTV_LAB), as_of_day=1_000)
    assert none.n_eligible == 0
    assert math.isnan(none.rate)


def test_who_is_about_to_leave_comes_by_step_then_by_days_left() -> None:
    rows = [(1, 0, 9, 239), (3, 210, 70_000, 200), (3, 210, 70_000, 230), (1, 0, 9, 240), (1, 0, 9, 179)]
    table = portfolio.leaving_soon(assign_groups(_customers(rows), thresholds=LTV_LAB), thresholds=LTV_LAB)
    assert table["customer_id"].tolist() == ["c002", "c001", "c000"]  # 61 days left is too many, 240 has left
    assert table["days_left"].tolist() == [10, 40, 1]


def test_a_customer_who_cancelled_everything_is_counted_but_not_moved() -> None:
    # Last order on day 990. a: cancelled on it; b: cancelled before an order; c: one still runs; d: none; e: completed.
    grouped = assign_groups(_customers([(1, 0, 9, 10)] * 5), thresholds=LTV_LAB).assign(customer_id=list("abcde"))
    subscriptions = pd.DataFrame(
        [("a", "cancelled", 990), ("a", "completed", None), ("b", "cancelled", 989), ("c", "cancelled", 995),
         ("c", "paused", None), ("e", "completed", None)],
        columns=["customer_id", "status", "cancel_day"],
    )  # fmt: skip
    told = add_subscriber(grouped, subscriptions)
    assert told["subscriber"].tolist() == [
        "all_cancelled", "no_subscription", "subscribing", "no_subscription", "no_subscription",
    ]  # fmt: skip
    table = add_cancelled(portfolio.group_table(told), told)
    assert table["n_all_cancelled"].tolist() == [1, *[0] * 9]
    assert table["n_customers"].tolist() == [5, *[0] * 9]


def test_without_subscriptions_nobody_is_said_to_have_cancelled() -> None:
    grouped = assign_groups(_customers([(1, 0, 9, 10)]), thresholds=LTV_LAB)
    told = add_subscriber(grouped, pd.DataFrame({"customer_id": [], "status": [], "cancel_day": []}))
    assert told["subscriber"].tolist() == ["unknown"]
    assert add_cancelled(portfolio.group_table(told), told)["n_all_cancelled"].isna().all()


def test_names_of_the_steps_follow_the_preset_or_the_client() -> None:
    assert list(step_names(None).values()) == list(STEPS)
    assert step_names("make_repeater")["toddling"] == "step_entry"
    names = step_names(["<b>", "=1+1", "C", "D", "E"])
    table = renamed(portfolio.group_table(assign_groups(_customers([]), thresholds=LTV_LAB)), names)
    assert table["cpm_step"].tolist() == ["<b>", "=1+1", "C", "D", "E"] * 2
    with refused("names == ['A', 'A', 'B', 'C', 'D'], must be five different names, from first-time buyers up."):
        step_names(["A", "A", "B", "C", "D"])
    with refused("names == 'makerepeater', must be one of ltv_lab, make_repeater; nearest is 'make_repeater'."):
        step_names("makerepeater")


def test_the_list_of_customers_is_sorted_by_group_then_sales() -> None:
    grouped = assign_groups(_customers([(1, 0, 5, 0), (3, 210, 70_000, 0), (1, 0, 9, 0)]), thresholds=LTV_LAB)
    assert portfolio.customer_list(grouped)["customer_id"].tolist() == ["c002", "c000", "c001"]


def test_a_missing_column_is_named() -> None:
    with refused("customers has no column 'amount'; its columns are n_orders, tenure_days."):
        assign_groups(pd.DataFrame({"n_orders": [1], "tenure_days": [0]}), thresholds=LTV_LAB)
