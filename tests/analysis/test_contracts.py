"""How far subscriptions have come, who came back after which first order: by hand, and on every engine."""

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

AS_OF = 19_450
Rows = list[tuple[str, str, str | None, int, float | None]]


def deliveries(rows: Rows) -> pd.DataFrame:
    names = ["order_id", "customer_id", "subscription_id", "order_day", "subscription_seq"]
    table = pd.DataFrame(rows, columns=names).assign(acq_media="flyer", channel="own", order_kind="subscription")
    return table.astype({"subscription_id": "str", "subscription_seq": "Float64"})


def shop(many_orders: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    n = len(many_orders)
    kinds = np.array(["trial", "one_off", "subscription"])
    seq = pd.Series(np.arange(n) % 7 + 1, dtype="Float64").where(many_orders["subscription_id"].notna())
    orders = many_orders.assign(
        channel="own", order_kind=kinds[np.arange(n) % 3], acq_media=["web" if i % 4 else None for i in range(n)],
        subscription_seq=seq,
    ).astype({"subscription_id": "str", "acq_media": "str"})  # fmt: skip
    items = pd.DataFrame({
        "order_id": orders["order_id"], "channel": "own", "line_no": 1, "product_id": [f"p{i % 4}" for i in range(n)],
        "line_amount": 100, "line_type": "product", "order_date": orders["order_date"],
    })  # fmt: skip
    return orders, items


def on_duckdb(*frames: pd.DataFrame) -> list[Any]:
    """Relations of one connection, as the shop has them."""
    connection = duckdb.connect()
    for place, frame in enumerate(frames):
        connection.register(f"frame_{place}", frame)
    return [
        connection.sql(f"SELECT * REPLACE (order_date::DATE AS order_date) FROM frame_{place}")
        for place in range(len(frames))
    ]


ENGINES: dict[str, Callable[..., list[Any]]] = {
    "pandas": lambda *frames: list(frames),
    "polars": lambda *frames: [pl.from_pandas(frame) for frame in frames],
    "duckdb": on_duckdb,
}
FUNCTIONS: dict[str, Callable[[Any, Any], pd.DataFrame]] = {
    "delivery_table": lambda orders, _: aggregates.delivery_table(orders, as_of_day=AS_OF),
    "delivery_table_customer": lambda orders, _: aggregates.delivery_table(orders, as_of_day=AS_OF, unit="customer"),
    "return_table": lambda orders, items: aggregates.return_table(orders, items, as_of_day=AS_OF),
    "anchored": lambda orders, items: aggregates.return_table(
        orders, items, as_of_day=AS_OF, anchor_product="p1", count_trials=False
    ),
    "product_step_counts": lambda orders, items: aggregates.product_step_counts(
        orders, items, as_of_day=AS_OF, window_days=60
    ),
    "exposure_counts": lambda orders, items: aggregates.exposure_counts(
        orders, items, as_of_day=AS_OF, window_days=60, product_ids=["p2", "p3"]
    ),
}


def test_a_contract_is_numbered_by_the_shop_and_a_customer_over_all_contracts() -> None:
    # s began before the data (its first here is the third), t has lost a number and is counted from one.
    orders = deliveries([
        ("1", "a", "s", 10, 3.0), ("2", "a", "s", 40, 4.0), ("3", "a", "t", 60, 1.0), ("4", "a", "t", 90, None),
        ("5", "a", None, 95, None), ("6", "a", "t", 101, 3.0),
    ])  # fmt: skip
    names = ["unit_id", "first_day", "last_day", "before_last_day", "first_delivery", "last_delivery", "n_deliveries"]

    by_contract = aggregates.delivery_table(orders, as_of_day=100)
    assert by_contract[names].to_numpy().tolist() == [["s", 10, 40, 10.0, 3, 4, 2], ["t", 60, 90, 60.0, 1, 2, 2]]

    by_customer = aggregates.delivery_table(orders, as_of_day=100, unit="customer")
    assert by_customer[names].to_numpy().tolist() == [["a", 10, 90, 60.0, 3, 6, 4]]
    assert by_customer["subscription_id"].tolist() == ["t"]


def test_two_parcels_of_one_day_are_one_delivery() -> None:
    orders = deliveries([("1", "a", "s", 10, None), ("2", "a", "s", 10, None), ("3", "a", "s", 40, None)])

    assert aggregates.delivery_table(orders, as_of_day=50)["last_delivery"].tolist() == [2]


def test_an_unknown_unit_is_refused() -> None:
    with refused("unit == 'contract', must be one of subscription, customer."):
        aggregates.delivery_table(deliveries([]), as_of_day=1, unit="contract")


def test_the_first_order_of_a_product_counts_as_the_first_purchase() -> None:
    orders = deliveries([("1", "a", None, 0, None), ("2", "a", None, 20, None), ("3", "a", None, 50, None)])
    lines = {"channel": "own", "line_no": 1, "line_amount": 9, "line_type": "product"}
    items = pd.DataFrame({"order_id": ["1", "2", "3"], "product_id": ["trial", "gel", "gel"], **lines})

    def found(**how: Any) -> list[Any]:
        table = aggregates.return_table(orders, items, as_of_day=90, **how)
        return table[["first_day", "product_id", "next_days"]].to_numpy().tolist()

    assert found() == [[0, "trial", 20.0]]
    assert found(anchor_product="gel") == [[20, "gel", 30.0]]
    assert found(anchor_product="balm") == []
    orders["order_kind"] = ["trial", "one_off", "one_off"]
    assert found(count_trials=False) == [[20, "gel", 30.0]]


def test_whoever_buys_the_product_later_counts_as_a_buyer_only_from_then_on() -> None:
    orders = deliveries([
        ("1", "a", None, 0, None), ("2", "a", None, 20, None), ("3", "b", None, 0, None), ("4", "b", None, 31, None)
    ])  # fmt: skip
    items = pd.DataFrame({"order_id": ["2"], "channel": ["own"], "product_id": ["serum"]})

    table = aggregates.exposure_counts(orders, items, as_of_day=100, window_days=30, product_ids=["serum"])

    names = ["order_number", "exposed", "n_eligible", "n_next"]
    assert table[names].to_numpy().tolist() == [[1, 0, 2, 1], [2, 0, 1, 0], [2, 1, 1, 0]]


def test_the_steps_of_a_product_are_those_of_its_first_time_buyers() -> None:
    orders = deliveries([("1", "a", None, 0, None), ("2", "a", None, 20, None), ("3", "b", None, 10, None)])
    lines = {"channel": "own", "line_no": 1, "line_amount": 9, "line_type": "product"}
    items = pd.DataFrame({"order_id": ["1", "2", "3"], "product_id": ["gel", "serum", "gel"], **lines})

    table = aggregates.product_step_counts(orders, items, as_of_day=100, window_days=30)

    assert table.to_numpy().tolist() == [["gel", 1, 2, 2, 1, 0.0], ["gel", 2, 1, 1, 0, 20.0]]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_engine_gives_the_same_whatever_the_rows_order(name: str, engine: str, many_orders: pd.DataFrame) -> None:
    orders, items = shop(many_orders)
    expected = FUNCTIONS[name](orders, items)
    shuffled = orders.sample(frac=1, random_state=1).assign(unused="x"), items.sample(frac=1, random_state=2)

    found = FUNCTIONS[name](*ENGINES[engine](*shuffled))

    assert_frame_equal(found, expected, check_dtype=False)
    assert len(expected) > 3


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_orders_give_no_rows(name: str, many_orders: pd.DataFrame) -> None:
    orders, items = shop(many_orders)

    assert FUNCTIONS[name](orders.head(0), items.head(0)).empty
