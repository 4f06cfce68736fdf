"""Days on which customers passed a mark: by hand, the same on every engine, and unmoved by what does not matter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from pandas.testing import assert_frame_equal

from crmlib.analysis import aggregates
from tests.analysis.helpers import refused

DAY = 200
NAN = np.nan


def _orders() -> pd.DataFrame:
    rows = [
        ("1", "a", 10, "trial", 500, None, None), ("2", "a", 40, "one_off", 700, None, None),
        ("3", "a", 375, "one_off", 9, None, None), ("4", "b", 100, "trial", 90, None, None),
        ("5", "b", 100, "trial", 90, None, None), ("6", "c", 20, "subscription", 30, "s", 3),
        ("7", "c", 50, "subscription", 30, "s", 4), ("8", "c", 80, "subscription", 30, "s", None),
        ("9", "d", 400, "one_off", 5, None, None),
    ]  # fmt: skip
    names = ["order_id", "customer_id", "order_day", "order_kind", "amount", "subscription_id", "subscription_seq"]
    table = pd.DataFrame(rows, columns=names).astype({"subscription_seq": "float64", "subscription_id": "str"})
    return table.assign(channel="own")


def _items() -> pd.DataFrame:
    rows = [
        ("1", "a", 10, "gel", 1, "product"), ("2", "a", 40, "serum", 2, "product"),
        ("2", "a", 40, "cream", 3, "product"), ("4", "b", 100, "odd", 4, "product"),
        ("6", "c", 20, "serum", 5, "product"), ("7", "c", 50, "serum", 6, "product"),
        ("8", "c", 80, "cream", 7, "shipping"), ("9", "d", 400, "serum", 8, "product"),
    ]  # fmt: skip
    names = ["order_id", "customer_id", "order_day", "product_id", "line_amount", "line_type"]
    return pd.DataFrame(rows, columns=names).assign(channel="own", line_no=1)


def _engagement() -> pd.DataFrame:
    rows = [
        ("a", 111, "line_read", None), ("a", 200, "mail_open", None), ("a", 110, "mail_open", None),
        ("a", 201, "mail_open", None), ("b", 150, "sns_follow", None), ("b", 120, "item_view", "serum"),
        ("b", 160, "sns_follow", None), ("c", 199, "event_join", "x"), ("c", 100, "item_view", "gel"),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["customer_id", "event_day", "kind", "object_id"])


def _events() -> pd.DataFrame:
    rows = [
        ("s", 10, "start", None), ("s", 12, "delivered", None), ("s", 42, "delivered", None),
        ("s", 60, "skipped", None), ("s", 72, "delivered", None), ("t", 20, "delivered", None),
        ("t", 30, "cancel_request", None), ("t", 31, "cancelled", None), ("t", 300, "delivered", None),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["subscription_id", "event_day", "event", "seq"])
    return table.astype({"seq": "float64"})


FUNCTIONS: dict[str, tuple[Callable[..., pd.DataFrame], list[Callable[[], pd.DataFrame]]]] = {
    "milestones": (lambda orders: aggregates.milestones(orders, as_of_day=DAY), [_orders]),
    "product_days": (
        lambda items: aggregates.product_days(
            items, as_of_day=DAY, wanted=["serum", "cream"], known=["gel", "serum", "cream"], n_needed=2
        ),
        [_items],
    ),
    "product_sales": (lambda items: aggregates.product_sales(items, as_of_day=DAY), [_items]),
    "engagement_counts": (
        lambda table: aggregates.engagement_counts(
            table, days=[DAY, 150], window_days=90, kinds=["mail_open", "line_read", "sns_follow"]
        ),
        [_engagement],
    ),
    "engagement_days": (
        lambda table: aggregates.engagement_days(table, as_of_day=DAY, wanted=["serum"]), [_engagement]
    ),
    "settling_days": (lambda table: aggregates.settling_days(table, as_of_day=DAY, numbers=[3]), [_events]),
    "settling_days_of_orders": (lambda table: aggregates.settling_days(table, as_of_day=DAY, numbers=[4]), [_orders]),
    "ending_days": (lambda table: aggregates.ending_days(table, as_of_day=DAY), [_events]),
    "silence_counts": (lambda orders: aggregates.silence_counts(orders, as_of_day=DAY), [_orders]),
    "silence_by_product": (
        lambda orders, items: aggregates.silence_counts_by_product(orders, items, as_of_day=DAY), [_orders, _items],
    ),
}  # fmt: skip
every_function = pytest.mark.parametrize("name", FUNCTIONS)


def test_the_days_of_the_first_orders_and_the_first_year() -> None:
    found = aggregates.milestones(_orders(), as_of_day=DAY, min_orders=3)

    names = ["first_day", "second_day", "third_day", "nth_day", "full_day", "first_year_amount"]
    assert found.columns.tolist() == ["customer_id", *names]
    expected = [[10, 40, NAN, NAN, 40, 1200], [100, 100, NAN, NAN, NAN, 180], [20, 50, 80, 80, 20, 90]]
    np.testing.assert_array_equal(found[names].to_numpy(dtype="float64"), expected)


def test_the_first_year_ends_before_the_same_day_of_the_next() -> None:
    # a's third order comes 365 days after the first: the 366th day.
    found = aggregates.milestones(_orders(), as_of_day=400)

    assert found["first_year_amount"].tolist() == [1200, 180, 90, 5]


def test_wanted_products_are_counted_once_each_and_unknown_ones_are_told() -> None:
    function, [items] = FUNCTIONS["product_days"]
    found = function(items())

    assert found.columns.tolist() == ["customer_id", "wanted_day", "covered_day", "unknown_day", "n_wanted"]
    expected = [[40, 40, NAN, 2], [NAN, NAN, 100, 0], [20, NAN, NAN, 1]]
    np.testing.assert_array_equal(found.iloc[:, 1:].to_numpy(dtype="float64"), expected)


def test_no_wanted_and_no_known_product() -> None:
    found = aggregates.product_days(_items(), as_of_day=DAY, wanted=[], known=[], n_needed=1)

    assert found["n_wanted"].tolist() == [0, 0, 0]
    assert found["unknown_day"].tolist() == [10, 100, 20]


def test_a_window_holds_its_last_day_and_not_the_day_before_it_begins() -> None:
    function, [table] = FUNCTIONS["engagement_counts"]

    assert function(table()).to_numpy().tolist() == [
        [150, "a", 2, 1], [150, "b", 1, 0], [200, "a", 2, 1], [200, "b", 2, 0],
    ]  # fmt: skip


def test_following_and_looking_begin_on_the_first_day() -> None:
    found = aggregates.engagement_days(_engagement(), as_of_day=DAY, wanted=["serum"])

    assert found.columns.tolist() == ["customer_id", "follow_day", "viewed_day", "n_event_joins"]
    np.testing.assert_array_equal(
        found.iloc[:, 1:].to_numpy(dtype="float64"), [[NAN, NAN, 0], [150, 120, 0], [NAN, NAN, 1]]
    )


def test_a_table_without_rows_was_never_seen() -> None:
    assert aggregates.first_seen(_engagement(), "event_day") == 100
    assert np.isnan(aggregates.first_seen(_engagement().head(0), "event_day"))


def test_deliveries_carry_the_number_of_the_shop_else_they_are_counted() -> None:
    by_orders = aggregates.settling_days(_orders(), as_of_day=DAY, numbers=[4])
    by_events = aggregates.settling_days(_events(), as_of_day=DAY, numbers=[3, 4])

    assert by_orders.to_numpy().tolist() == [["s", 20, 80, 4, 50.0]]
    assert by_events.columns.tolist() == [
        "subscription_id", "first_day", "last_day", "n_delivered", "reached_3", "reached_4",
    ]  # fmt: skip
    assert by_events.iloc[0, :5].tolist() == ["s", 12, 72, 3, 72.0]
    assert by_events.iloc[1, :4].tolist() == ["t", 20, 20, 1]
    assert by_events[["reached_3", "reached_4"]].isna().sum().tolist() == [1, 2]


def test_requests_and_cancellations_are_rows() -> None:
    found = aggregates.ending_days(_events(), as_of_day=DAY)

    assert found.to_numpy().tolist() == [["t", "cancel_request", 30], ["t", "cancelled", 31]]


def test_every_gap_counts_and_the_last_is_open_and_one_day_is_one_purchase() -> None:
    found = aggregates.silence_counts(_orders(), as_of_day=DAY)

    # a: 30 then open 160; b: two orders of one day, open 100; c: 30, 30, open 120.
    assert found.to_numpy().tolist() == [[30, 3, 0], [100, 0, 1], [120, 0, 1], [160, 0, 1]]


def test_a_gap_belongs_to_the_product_of_the_order_before_it() -> None:
    found = aggregates.silence_counts_by_product(_orders(), _items(), as_of_day=DAY)

    assert found.to_numpy().tolist() == [
        ["", 100, 0, 1], ["", 120, 0, 1], ["cream", 160, 0, 1], ["gel", 30, 1, 0], ["serum", 30, 2, 0],
    ]  # fmt: skip


@every_function
@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_every_engine_counts_the_same(name: str, engine: str) -> None:
    import duckdb

    connection = duckdb.connect()
    function, makers = FUNCTIONS[name]

    def hand(frame: pd.DataFrame, place: int) -> Any:
        if engine == "polars":
            return pl.from_pandas(frame)
        connection.register(f"frame{place}", frame)
        return connection.table(f"frame{place}")

    tables = [hand(maker(), place) for place, maker in enumerate(makers)]
    assert_frame_equal(function(*tables), function(*[maker() for maker in makers]))


@every_function
def test_the_order_of_rows_and_unused_columns_change_nothing(name: str) -> None:
    function, makers = FUNCTIONS[name]
    shuffled = [maker().sample(frac=1, random_state=3).assign(unused="x") for maker in makers]
    assert_frame_equal(function(*shuffled), function(*[maker() for maker in makers]))


@every_function
def test_no_row_gives_no_row(name: str) -> None:
    function, makers = FUNCTIONS[name]
    assert function(*[maker().head(0) for maker in makers]).empty


def test_limits_are_refused() -> None:
    with refused("min_orders == 0, must be at least 1."):
        aggregates.milestones(_orders(), as_of_day=DAY, min_orders=0)
    with refused("window_days == 0, must be at least 1."):
        aggregates.engagement_counts(_engagement(), days=[1], window_days=0, kinds=["mail_open"])
