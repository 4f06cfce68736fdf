"""Counts from orders: by hand, the same on every engine, and unmoved by what does not matter."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from pandas.testing import assert_frame_equal

from crmlib.analysis import aggregates
from tests.analysis.helpers import Day, Engine, MakeOrders, refused

AS_OF = 19_450
FUNCTIONS: dict[str, Callable[[Any], pd.DataFrame]] = {
    "customer_table": lambda orders: aggregates.customer_table(orders, as_of_day=AS_OF),
    "cohort_counts": aggregates.cohort_counts,
    "step_counts": lambda orders: aggregates.step_counts(orders, as_of_day=AS_OF, window_days=60),
    "gap_counts": lambda orders: aggregates.gap_counts(orders, as_of_day=AS_OF),
    "step_days": lambda orders: aggregates.step_days(orders, as_of_day=AS_OF),
    "gap_counts_third": lambda orders: aggregates.gap_counts(orders, as_of_day=AS_OF, order_number=3),
    "monthly_sales": aggregates.monthly_sales,
    "orders_between": lambda orders: aggregates.orders_between(orders, first_day=19_100, last_day=19_200),
}
every_function = pytest.mark.parametrize("name", FUNCTIONS)


def test_a_customer_is_counted_up_to_the_day_of_the_report(make_orders: MakeOrders) -> None:
    orders = make_orders([("1", "a", 10, 500), ("2", "a", 40, 700), ("3", "a", 101, 9), ("4", "b", 100, 300)])

    table = aggregates.customer_table(orders, as_of_day=100)

    assert table.columns.tolist() == [
        "customer_id", "first_day", "last_day", "n_orders", "amount", "recency_days", "tenure_days", "average_gap_days",
    ]  # fmt: skip
    assert table.iloc[0].tolist() == ["a", 10, 40, 2, 1200, 60, 30, 30.0]
    assert table.iloc[1, :-1].tolist() == ["b", 100, 100, 1, 300, 0, 0]
    assert np.isnan(table["average_gap_days"][1])


def test_the_average_gap_divides_the_tenure_by_the_gaps(make_orders: MakeOrders) -> None:
    orders = make_orders([("1", "a", 0, 1), ("2", "a", 10, 1), ("3", "a", 70, 1)])

    assert aggregates.customer_table(orders, as_of_day=70)["average_gap_days"].tolist() == [70 / 2]


def test_a_cohort_is_the_month_of_the_first_order(make_orders: MakeOrders, day: Day) -> None:
    orders = make_orders([
        ("1", "a", day("2025-01-31"), 5), ("2", "a", day("2025-03-01"), 7), ("3", "a", day("2025-03-31"), 1),
        ("4", "b", day("2025-01-01"), 2), ("5", "c", day("2025-12-31"), 4), ("6", "c", day("2026-01-01"), 3),
    ])  # fmt: skip
    january = 2025 * 12

    assert aggregates.cohort_counts(orders).to_numpy().tolist() == [
        [january, january, 2, 2, 7],
        [january, january + 2, 1, 2, 8],
        [january + 11, january + 11, 1, 1, 4],
        [january + 11, january + 12, 1, 1, 3],
    ]


def test_only_customers_observed_for_the_whole_window_are_eligible(make_orders: MakeOrders) -> None:
    # As of day 100 with a window of 30: a came back on the last day of the window, b a day late, c has just had the
    # window, d has not, e came back but has not had the window.
    orders = make_orders([
        ("1", "a", 0, 1), ("2", "a", 30, 1), ("3", "b", 0, 1), ("4", "b", 31, 1), ("5", "c", 70, 1),
        ("6", "d", 71, 1), ("7", "e", 90, 1), ("8", "e", 95, 1),
    ])  # fmt: skip

    steps = aggregates.step_counts(orders, as_of_day=100, window_days=30, max_step=3)

    names = ["order_number", "n_reached", "n_eligible", "n_next", "n_next_any", "n_kept", "n_kept_next"]
    assert steps.columns.tolist() == names
    # b's second order came late, so from the second step on only a has kept to the window.
    assert steps.to_numpy().tolist() == [[1, 5, 3, 1, 3, 3, 1], [2, 3, 2, 0, 0, 1, 0], [3, 0, 0, 0, 0, 0, 0]]


def test_orders_of_one_day_follow_their_order_id(make_orders: MakeOrders, day: Day) -> None:
    first = day("2025-01-01")
    orders = make_orders([("2", "a", first, 20), ("1", "a", first, 10)])

    steps = aggregates.step_counts(orders, as_of_day=first + 30, window_days=30, max_step=2)
    months = aggregates.monthly_sales(orders)

    assert steps[["n_reached", "n_eligible", "n_next"]].to_numpy().tolist() == [[1, 1, 1], [1, 1, 0]]
    assert months[["amount_new", "amount_repeat"]].to_numpy().tolist() == [[10, 20]]


def test_gaps_end_in_the_next_order_or_in_the_day_of_the_report(make_orders: MakeOrders) -> None:
    orders = make_orders([
        ("1", "a", 0, 1), ("2", "a", 20, 1), ("3", "b", 80, 1), ("4", "b", 100, 1), ("5", "c", 95, 1),
        ("6", "d", 80, 1), ("7", "d", 101, 1),
    ])  # fmt: skip

    gaps = aggregates.gap_counts(orders, as_of_day=100)

    assert gaps.columns.tolist() == ["duration_days", "n_events", "n_censored"]
    assert gaps.to_numpy().tolist() == [[5, 0, 1], [20, 2, 1]]  # d's order on day 101 is not known yet


def test_gaps_after_a_later_order_start_there(make_orders: MakeOrders) -> None:
    orders = make_orders([("1", "a", 0, 1), ("2", "a", 20, 1), ("3", "a", 27, 1), ("4", "b", 5, 1)])

    assert aggregates.gap_counts(orders, as_of_day=100, order_number=2).to_numpy().tolist() == [[7, 1, 0]]


def test_a_month_is_split_into_first_and_later_orders(make_orders: MakeOrders, day: Day) -> None:
    orders = make_orders([
        ("1", "a", day("2025-01-02"), 100), ("2", "a", day("2025-01-20"), 50), ("3", "b", day("2025-01-20"), 10),
        ("4", "a", day("2025-03-01"), 7), ("5", "a", day("2025-03-02"), 8),
    ])  # fmt: skip
    january = 2025 * 12

    months = aggregates.monthly_sales(orders)

    assert months.columns.tolist() == [
        "month", "n_orders_new", "n_orders_repeat", "amount_new", "amount_repeat", "n_customers_new",
        "n_customers_repeat",
    ]  # fmt: skip
    assert months.to_numpy().tolist() == [[january, 2, 1, 110, 50, 2, 1], [january + 2, 0, 2, 0, 15, 0, 1]]


def test_orders_between_holds_both_ends_and_the_subscription_where_there_is_one(make_orders: MakeOrders) -> None:
    orders = make_orders([("1", "a", 9, 1), ("2", "b", 10, 2), ("3", "a", 20, 3), ("4", "a", 21, 4)])

    plain = aggregates.orders_between(orders, first_day=10, last_day=20)
    subscribed = aggregates.orders_between(
        orders.assign(subscription_id=["s", "s", None, "s"]), first_day=10, last_day=20
    )

    assert plain.columns.tolist() == ["customer_id", "order_day", "amount"]
    assert plain.to_numpy().tolist() == [["a", 20, 3], ["b", 10, 2]]
    assert subscribed["subscription_id"].isna().tolist() == [True, False]


@every_function
def test_the_engine_changes_nothing(name: str, engine: Engine, many_orders: pd.DataFrame) -> None:
    assert_frame_equal(FUNCTIONS[name](engine(many_orders)), FUNCTIONS[name](many_orders))


@every_function
def test_the_order_of_rows_changes_nothing(name: str, engine: Engine, many_orders: pd.DataFrame) -> None:
    shuffled = many_orders.sample(frac=1, random_state=3)

    assert_frame_equal(FUNCTIONS[name](engine(shuffled)), FUNCTIONS[name](many_orders))


@every_function
def test_an_unused_column_changes_nothing(name: str, engine: Engine, many_orders: pd.DataFrame) -> None:
    # R's rfm multiplies revenue when the table carries a column more per order.
    wider = many_orders.assign(status=[f"note {i}" for i in range(len(many_orders))], n_items=2)

    assert_frame_equal(FUNCTIONS[name](engine(wider)), FUNCTIONS[name](many_orders))


@every_function
def test_no_orders_give_a_table_without_customers(name: str, engine: Engine, many_orders: pd.DataFrame) -> None:
    empty = FUNCTIONS[name](engine(many_orders.head(0)))

    assert empty.columns.tolist() == FUNCTIONS[name](many_orders).columns.tolist()
    assert (empty.dtypes == FUNCTIONS[name](many_orders).dtypes).all()
    assert empty.drop(columns="order_number", errors="ignore").to_numpy().sum() == 0


def test_orders_without_a_customer_are_left_out(engine: Engine, make_orders: MakeOrders) -> None:
    orders = make_orders([("1", "a", 0, 1), ("2", "b", 0, 1)])
    orders["customer_id"] = ["a", None]

    assert aggregates.customer_table(engine(orders), as_of_day=1)["customer_id"].tolist() == ["a"]


def test_the_sums_agree_with_the_orders(many_orders: pd.DataFrame) -> None:
    table = aggregates.customer_table(many_orders, as_of_day=19_500)
    cohorts = aggregates.cohort_counts(many_orders)
    months = aggregates.monthly_sales(many_orders)
    gaps = aggregates.gap_counts(many_orders, as_of_day=19_500)

    assert table["amount"].sum() == cohorts["amount"].sum() == many_orders["amount"].sum()
    assert months[["amount_new", "amount_repeat"]].to_numpy().sum() == many_orders["amount"].sum()
    assert table["n_orders"].sum() == cohorts["n_orders"].sum() == len(many_orders)
    assert gaps[["n_events", "n_censored"]].to_numpy().sum() == months["n_orders_new"].sum() == len(table)
    assert gaps["n_events"].sum() == (table["n_orders"] > 1).sum()


def test_pandas_agrees_with_a_plain_loop_over_customers(many_orders: pd.DataFrame) -> None:
    steps = aggregates.step_counts(many_orders, as_of_day=19_500, window_days=60, max_step=4).set_index("order_number")

    ordered = many_orders.sort_values(["order_day", "order_id"])
    days = [group.tolist() for _, group in ordered.groupby("customer_id")["order_day"]]
    for n in range(1, 5):
        reached = [own for own in days if len(own) >= n]
        eligible = [own for own in reached if own[n - 1] + 60 <= 19_500]
        came = [own for own in eligible if len(own) > n and own[n] - own[n - 1] <= 60]
        kept = [own for own in eligible if all(late - early <= 60 for early, late in pairwise(own[:n]))]
        kept_next = [own for own in kept if own in came]
        counts = [reached, eligible, came, [own for own in reached if len(own) > n], kept, kept_next]
        assert steps.loc[n].tolist() == [len(found) for found in counts]


def test_a_missing_column_is_named_with_the_nearest_one() -> None:
    orders = pd.DataFrame({"customerid": ["a"], "order_day": [1]})

    with refused("orders has no column 'customer_id'; its columns are customerid, order_day; nearest is 'customerid'."):
        aggregates.customer_table(orders, as_of_day=1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"window_days": 0}, "window_days == 0, must be at least 1."),
        ({"window_days": 30, "max_step": 0}, "max_step == 0, must be at least 1."),
    ],
)
def test_a_window_or_a_step_below_one_is_refused(
    many_orders: pd.DataFrame, arguments: dict[str, Any], message: str
) -> None:
    with refused(message):
        aggregates.step_counts(many_orders, as_of_day=AS_OF, **arguments)


def test_an_order_number_below_one_is_refused(many_orders: pd.DataFrame) -> None:
    with refused("order_number == 0, must be at least 1."):
        aggregates.gap_counts(many_orders, as_of_day=AS_OF, order_number=0)


def trial_frames() -> list[pd.DataFrame]:
    """Orders of some with a contract, their lines and three products, of which one has no cost."""
    n = 300
    rng = np.random.default_rng(5)
    orders = pd.DataFrame({
        "order_id": [f"o{i}" for i in range(n)], "channel": [["own", "mall"][i % 2] for i in range(n)],
        "customer_id": [f"c{i}" for i in rng.integers(0, 60, n)], "order_day": rng.integers(19_000, 19_500, n),
        "amount": rng.integers(0, 9_000, n), "subscription_id": [f"s{i % 9}" if i % 3 else None for i in range(n)],
        "subscription_seq": pd.array([i % 7 + 1 if i % 6 == 1 else None for i in range(n)], dtype="Int64"),
    }).astype({"subscription_id": "str"})  # fmt: skip
    lines = orders[["order_id", "channel", "customer_id", "order_day"]].assign(
        product_id=[["gel", "soap", None, "new"][i % 4] for i in range(n)], quantity=2, line_amount=500,
        line_type=[["product", "product", "product", "shipping"][i % 4] for i in range(n)],
    )  # fmt: skip
    products = pd.DataFrame({"product_id": ["gel", "soap", "new"], "unit_cost": [100.0, np.nan, 50.0]})
    return [orders, lines.astype({"product_id": "str"}), products.assign(gross_margin_rate=[np.nan, 0.6, np.nan])]


def on_duckdb(*frames: pd.DataFrame) -> list[Any]:
    """Relations of one connection, as the shop has them."""
    connection = duckdb.connect()
    for place, frame in enumerate(frames):
        connection.register(f"frame_{place}", frame)
    return [connection.sql(f"SELECT * FROM frame_{place}") for place in range(len(frames))]


TRIAL_ENGINES: dict[str, Callable[..., list[Any]]] = {
    "pandas": lambda *frames: [frame.sample(frac=1, random_state=3) for frame in frames],
    "polars": lambda *frames: [pl.from_pandas(frame) for frame in frames],
    "duckdb": on_duckdb,
}


@pytest.mark.parametrize("name", TRIAL_ENGINES)
@pytest.mark.parametrize("margin_rate", [None, 0.5])
def test_the_orders_of_an_experiment_are_the_same_on_every_engine(name: str, margin_rate: float | None) -> None:
    frames = trial_frames()
    given = TRIAL_ENGINES[name](*frames)

    found = aggregates.trial_orders(*given, as_of_day=AS_OF, margin_rate=margin_rate)

    orders = frames[0]
    kept = orders[orders["order_day"] <= AS_OF]
    assert_frame_equal(found, aggregates.trial_orders(*frames, as_of_day=AS_OF, margin_rate=margin_rate))
    assert (len(found), found["amount"].sum()) == (len(kept), kept["amount"].sum())
    assert found["subscription_id"].notna().sum() == kept["subscription_id"].notna().sum()
    assert found["subscription_seq"].sum() == kept["subscription_seq"].sum()


def test_the_profit_of_an_experiments_order_needs_the_cost_of_each_product() -> None:
    frames = trial_frames()
    told = aggregates.trial_orders(*frames, as_of_day=20_000).merge(
        frames[0][["order_id", "customer_id", "order_day", "amount"]], on=["customer_id", "order_day", "amount"]
    )
    profit = told.set_index("order_id")["profit"] - told.set_index("order_id")["amount"]

    assert profit[["o0", "o1"]].tolist() == [-200, -200]  # twice 100; 500 less a margin of 0.6
    assert np.isnan(profit["o2"])  # a line without a product


@pytest.mark.parametrize("name", TRIAL_ENGINES)
def test_who_bought_a_product_is_the_same_on_every_engine(name: str) -> None:
    frames = trial_frames()
    _, lines, _ = TRIAL_ENGINES[name](*frames)

    found = aggregates.bought_days(lines, as_of_day=AS_OF, wanted=["soap"])

    table = frames[1][(frames[1]["product_id"] == "soap") & (frames[1]["order_day"] <= AS_OF)]
    wanted = table[["customer_id", "product_id", "order_day"]].drop_duplicates()
    assert sorted(found.to_numpy().tolist()) == sorted(wanted.to_numpy().tolist())
    for nothing in (["new"], []):
        empty = aggregates.bought_days(lines, as_of_day=AS_OF, wanted=nothing)
        assert (len(empty), empty.dtypes.tolist()) == (0, found.dtypes.tolist())
