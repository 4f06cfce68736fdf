"""What customers bring: by hand, the same on every engine, and nothing where a cost is not known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from pandas.testing import assert_frame_equal

from crmlib.analysis import aggregates
from tests.analysis.helpers import refused

Tables = tuple[Any, Any, Any]
DAYS = [30, 90]


def build(orders: list[tuple[Any, ...]], lines: list[tuple[Any, ...]], products: list[tuple[Any, ...]]) -> Tables:
    kinds = ["customer_id", "order_id", "order_day", "amount", "acq_media", "order_kind", "subscription_seq"]
    ordered = pd.DataFrame(orders, columns=kinds).assign(channel="own")
    ordered["order_date"] = pd.to_datetime(ordered["order_day"], unit="D")
    ordered["subscription_seq"] = ordered["subscription_seq"].astype("Int64")
    items = pd.DataFrame(lines, columns=["order_id", "product_id", "quantity", "line_amount"])
    items = items.assign(channel="own", line_type="product")
    goods = pd.DataFrame(products, columns=["product_id", "unit_cost", "gross_margin_rate"])
    return ordered, items, goods.astype({"unit_cost": "float64", "gross_margin_rate": "float64"})


@pytest.fixture
def small() -> Tables:
    """Day 0: a buys for 500 from x, day 20 for 700 after 100 off the order; day 95: b for 900, medium not known."""
    return build(
        [("a", "1", 0, 500, "x", "trial", None), ("a", "2", 20, 700, None, "subscription", 1),
         ("b", "3", 95, 900, "", "one_off", None)],
        [("1", "p", 1, 500), ("2", "p", 2, 800), ("3", "q", 1, 900)],
        [("p", 100, None), ("q", None, 0.5)],
    )  # fmt: skip


@pytest.fixture(scope="session")
def many() -> Tables:
    rng = np.random.default_rng(5)
    n, media = 1_500, ["tv", "flyer", "", None, "unknown"]
    days, customers, kinds = rng.integers(0, 900, n), rng.zipf(1.5, n) % 300, ["trial", "one_off", "subscription", None]
    orders = [
        (f"c{customers[i]}", f"o{i:05d}", int(days[i]), int(rng.integers(0, 9_000)), media[i % 5], kinds[i % 4],
         i % 7 + 1 if i % 4 == 2 else None) for i in range(n)
    ]  # fmt: skip
    lines = [(f"o{i:05d}", f"p{i % 3}", 1 + i % 2, int(rng.integers(0, 9_000))) for i in range(n)]
    return build(orders, lines, [("p0", 100, None), ("p1", None, 0.4), ("p2", 250, 0.5)])


FUNCTIONS: dict[str, Callable[[Tables], pd.DataFrame]] = {
    "margin_counts": lambda t: aggregates.margin_counts(*t, as_of_day=800),
    "value_sums": lambda t: aggregates.value_sums(*t, as_of_day=800, days=DAYS, by="acq_media", variable_cost=50),
    "value_sums_some": lambda t: aggregates.value_sums(t[0], as_of_day=800, days=DAYS, first_from=5, first_to=300),
    "purchase_values": lambda t: aggregates.purchase_values(*t, as_of_day=800),
    "delivery_values": lambda t: aggregates.delivery_values(*t, as_of_day=800),
    "active_counts": lambda t: aggregates.active_counts(*t, as_of_day=800, margin_rate=0.5, variable_cost=50),
    "active_counts_no_cost": lambda t: aggregates.active_counts(t[0], as_of_day=800),
    "media_counts": lambda t: aggregates.media_counts(t[0], as_of_day=800, window_days=180),
    "repeat_table": lambda t: aggregates.repeat_table(t[0], as_of_day=500, until_day=800),
}
every_function = pytest.mark.parametrize("name", FUNCTIONS)


def on(engine: str, tables: Tables) -> Tables:
    if engine == "pandas":
        return tables
    if engine == "polars":
        return tuple(pl.from_pandas(table) for table in tables)  # type: ignore[return-value]
    connection = duckdb.connect()
    for number, table in enumerate(tables):
        connection.register(f"t{number}", table.astype({c: object for c in table if str(table[c].dtype) == "Int64"}))
    dated = connection.sql("SELECT * REPLACE (order_date::DATE AS order_date) FROM t0")
    return dated, connection.table("t1"), connection.table("t2")


def test_a_customer_counts_up_to_day_n_only_when_observed_n_days(small: Tables) -> None:
    sums = aggregates.value_sums(*small, as_of_day=100, days=DAYS, by="acq_media")

    names = [
        "group",
        "day",
        "n_customers",
        "n_eligible",
        "n_orders",
        "n_unknown",
        "n_fixed",
        "amount",
        "amount_squares",
    ]
    assert sums[names].to_numpy().tolist() == [
        ["not_known", 30, 1, 0, 0, 0, 0, 0.0, 0.0],
        ["not_known", 90, 1, 0, 0, 0, 0, 0.0, 0.0],
        ["x", 30, 1, 1, 2, 0, 1, 1200.0, 1200.0**2],
        ["x", 90, 1, 1, 2, 0, 1, 1200.0, 1200.0**2],
    ]
    assert sums["amount_all"].tolist() == [900.0, 900.0, 1200.0, 1200.0]  # b counts in the naive sum only


def test_gross_profit_takes_off_costs_and_the_discount_of_the_whole_order(small: Tables) -> None:
    # 500 - 100 and 700 - 2 x 100; the discount of 100 is in the 700. b: 900 at a margin of one half.
    sums = aggregates.value_sums(*small, as_of_day=200, days=[30], variable_cost=10)
    margin = aggregates.margin_counts(*small, as_of_day=200)

    assert sums[["profit", "profit_squares"]].to_numpy().tolist() == [[880 + 440, 880.0**2 + 440.0**2]]
    assert margin.iloc[0].tolist() == [3, 3, 2100, 2100, 900 + 450]


def test_a_missing_cost_leaves_no_gross_profit_unless_a_rate_stands_in(small: Tables) -> None:
    orders, lines, products = small
    known = products[products["product_id"] == "p"]

    without = aggregates.value_sums(orders, lines, known, as_of_day=200, days=[30])
    filled = aggregates.value_sums(orders, lines, known, as_of_day=200, days=[30], margin_rate=0.2)

    assert without["n_unknown"].tolist() == [1]
    assert without["profit"].isna().tolist() == [True]
    assert filled["profit"].tolist() == [900 + 180]
    assert aggregates.margin_counts(orders, lines, known, as_of_day=200).iloc[0].tolist() == [3, 2, 2100, 1200, 900]


def test_orders_alone_have_sales_and_no_gross_profit(small: Tables) -> None:
    sums = aggregates.value_sums(small[0].drop(columns="channel"), as_of_day=200, days=[30])

    assert sums["amount"].tolist() == [2100.0]
    assert np.isnan(sums["profit"][0])


def test_purchases_add_up_to_the_first_year(small: Tables) -> None:
    table = aggregates.purchase_values(*small, as_of_day=500)

    assert table[["order_number", "n_eligible", "n_reached", "amount"]].to_numpy().tolist() == [
        [1, 2, 2, 1400], [2, 2, 1, 700],
    ]  # fmt: skip


def test_deliveries_carry_their_own_number(small: Tables) -> None:
    table = aggregates.delivery_values(*small, as_of_day=500)

    assert table[["delivery_number", "n_deliveries", "amount", "profit"]].to_numpy().tolist() == [[1, 1, 700, 500]]


def test_the_active_year_and_the_year_before(small: Tables) -> None:
    # As of day 100 with years of 50 days: b bought after day 50, a from day 1 to 50 only (day 20).
    table = aggregates.active_counts(*small, as_of_day=100, days=50, variable_cost=20)
    row = table.drop(columns="profit_active").iloc[0]

    assert row.to_dict() == {
        "n_customers": 2, "tenure_days": 20, "n_active": 1, "n_orders_active": 1, "amount_active": 900,
        "n_active_before": 1, "n_kept": 0,
    }  # fmt: skip
    # 900 at a margin of one half, less 20 for the order; not known without the goods.
    assert table["profit_active"].item() == 430
    assert np.isnan(aggregates.active_counts(small[0], as_of_day=100, days=50)["profit_active"].item())


def test_a_trial_customer_is_pulled_up_by_the_main_product_within_the_window(small: Tables) -> None:
    table = aggregates.media_counts(small[0], as_of_day=100, window_days=30)

    names = ["media", "month", "n_customers", "n_trial", "n_trial_eligible", "n_pulled", "n_eligible", "n_next"]
    january = 1970 * 12
    assert table[names].to_numpy().tolist() == [
        ["not_known", january + 3, 1, 0, 0, 0, 0, 0], ["x", january, 1, 1, 1, 1, 1, 1],
    ]  # fmt: skip
    assert table["amount"].sum() == 2100


def test_subscribers_are_no_one_off_buyers_and_later_deliveries_no_purchases(small: Tables) -> None:
    # On day 10 nobody has subscribed: a is a one-off buyer, and the delivery of day 20 is not held against the model.
    early = aggregates.repeat_table(small[0], as_of_day=10, until_day=100)
    late = aggregates.repeat_table(small[0], as_of_day=100)

    assert early[["customer_id", "frequency", "age_days", "n_later"]].to_numpy().tolist() == [["a", 0, 10, 0]]
    assert late["customer_id"].tolist() == ["b"]


def test_repeat_purchases_are_days_with_orders() -> None:
    orders = pd.DataFrame({
        "customer_id": "a", "order_id": ["1", "2", "3", "4"], "order_day": [0, 0, 7, 9], "amount": [5, 6, 7, 8],
    })  # fmt: skip

    table = aggregates.repeat_table(orders, as_of_day=8, until_day=20)

    assert table.iloc[0].tolist() == ["a", 1, 7, 8, 7, 1, 8]


@every_function
@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_the_engine_changes_nothing(name: str, engine: str, many: Tables) -> None:
    assert_frame_equal(FUNCTIONS[name](on(engine, many)), FUNCTIONS[name](many))


@every_function
def test_the_order_of_rows_and_an_unused_column_change_nothing(name: str, many: Tables) -> None:
    shuffled = tuple(table.sample(frac=1, random_state=3).assign(unused="x") for table in many)

    assert_frame_equal(FUNCTIONS[name](shuffled), FUNCTIONS[name](many))  # type: ignore[arg-type]


@every_function
def test_no_orders_give_no_rows_or_zeros(name: str, many: Tables) -> None:
    empty = FUNCTIONS[name]((many[0].head(0), many[1], many[2]))

    assert empty.empty or not empty.fillna(0).to_numpy().any()


def test_the_sums_of_all_media_are_those_of_everybody(many: Tables) -> None:
    parts = aggregates.value_sums(*many, as_of_day=800, days=DAYS, by="acq_media")
    whole = aggregates.value_sums(*many, as_of_day=800, days=DAYS)

    for name in ("n_customers", "n_eligible", "amount", "profit", "amount_squares"):
        assert parts.groupby("day")[name].sum().tolist() == pytest.approx(whole[name].tolist())


def test_what_is_out_of_range_is_refused(small: Tables) -> None:
    with refused("the number of days == 0, must be at least 1."):
        aggregates.value_sums(small[0], as_of_day=100, days=[])
    with refused("days == -1, must be at least 0."):
        aggregates.value_sums(small[0], as_of_day=100, days=[-1])
    with refused("window_days == 0, must be at least 1."):
        aggregates.media_counts(small[0], as_of_day=100, window_days=0)
