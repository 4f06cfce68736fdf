"""Sends beside orders: by hand, against a plain loop, and the same on every engine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from pandas.testing import assert_frame_equal

from crmlib.analysis import aggregates
from tests.analysis.helpers import refused

TIMES = ["opened_day", "clicked_day", "unsubscribed_day"]


def made(rows: list[tuple[str, str, int]], **more: Any) -> pd.DataFrame:
    """Sends from (message_id, customer_id, sent_day)."""
    table = pd.DataFrame(rows, columns=["message_id", "customer_id", "sent_day"])
    names = {"delivered": True, **dict.fromkeys(TIMES, np.nan), "cost": np.nan, "send_group": "sent", **more}
    return table.assign(**names).astype(dict.fromkeys([*TIMES, "cost"], "Int64") | {"delivered": "boolean"})


def bought(rows: list[tuple[str, int, int]]) -> pd.DataFrame:
    """Orders from (customer_id, order_day, amount)."""
    return pd.DataFrame(rows, columns=["customer_id", "order_day", "amount"])


def test_an_order_on_the_day_of_a_mail_comes_after_it_and_nothing_after_the_base_date_is_known() -> None:
    sends = made([("m", "a", 10), ("m", "b", 10), ("m", "c", 31)], opened_day=[12, 35, None])
    orders = bought([("a", 4, 5), ("a", 10, 7), ("b", 31, 1), ("x", 3, 1)])

    table = aggregates.send_table(sends, orders, messages=["m"], as_of_day=30)

    assert table["customer_id"].tolist() == ["a", "b"]
    assert table.loc[0, ["n_orders_before", "amount_before", "last_day_before", "next_day"]].tolist() == [1, 5, 4, 10]
    assert table.loc[1, ["n_orders_before", "amount_before"]].tolist() == [0, 0]
    assert table.loc[1, ["first_day_before", "last_day_before", "next_day", "opened_day"]].isna().all()
    assert table.loc[0, "opened_day"] == 12


def test_the_order_that_starts_a_scenario_is_not_its_result() -> None:
    sends = made([("m1", "a", 10), ("m2", "a", 13)])
    orders = bought([("a", 10, 7), ("a", 13, 9)])

    table = aggregates.send_table(sends, orders, messages=["m1", "m2"], as_of_day=30, started_by_order=True)

    # On the first day the order comes first, on the second the mail does.
    assert table[["n_orders_before", "next_day"]].to_numpy().tolist() == [[1, 13], [1, 13]]


def test_the_goal_is_the_purchase_of_its_product() -> None:
    sends = made([("m", "a", 10)])
    orders = bought([("a", 11, 7), ("a", 20, 9)])
    items = pd.DataFrame({"customer_id": "a", "order_day": [11, 20, 20], "product_id": ["p", "q", None]})

    table = aggregates.send_table(sends, orders, items, messages=["m"], as_of_day=30, goal_product="q")

    assert table[["next_day", "goal_day", "n_orders_before"]].to_numpy().tolist() == [[11, 20, 0]]


def test_bounced_and_not_told_are_two_things() -> None:
    sends = made([("m", "a", 1), ("m", "b", 1), ("m", "c", 1)], delivered=[True, False, None])
    table = aggregates.send_table(sends, bought([("a", 0, 1)]), messages=["m"], as_of_day=9)
    assert table[["delivery_known", "failed"]].to_numpy().tolist() == [[1, 0], [1, 1], [0, 0]]


def test_a_product_owned_is_bought_again_and_another_for_the_first_time() -> None:
    sends = made([("m", "a", 10), ("m", "b", 10), ("m", "c", 10)])
    rows = [("a", 5, "p"), ("a", 12, "p"), ("a", 14, "q"), ("a", 16, "q"), ("b", 10, "p"), ("b", 11, "p")]
    items = pd.DataFrame(rows, columns=["customer_id", "order_day", "product_id"])

    after = aggregates.product_outcomes(sends, items, messages=["m"], as_of_day=30).set_index("customer_id")
    started = aggregates.product_outcomes(sends, items, messages=["m"], as_of_day=30, started_by_order=True)

    assert after.loc["a", ["repeat_day", "cross_day", "n_lines"]].tolist() == [12, 14, 4]
    assert after.loc["b", "cross_day"] == 10  # its first line is of the day of the mail
    assert np.isnan(after.loc["b", "repeat_day"])
    assert after.loc["c", "n_lines"] == 0
    assert started.set_index("customer_id").loc["b", "repeat_day"] == 11


def test_sends_are_counted_apart_from_those_held_out() -> None:
    sends = made([("m", "a", 1), ("m", "a", 5), ("m", "b", 1), ("n", "c", 99)], cost=[3, None, 0, 3],
                 send_group=["sent", "sent", "held_out", "sent"])  # fmt: skip
    counts = aggregates.message_counts(sends, as_of_day=50)
    assert counts.to_numpy().tolist() == [["m", 2, 1, 1, 3, 1]]


def test_no_message_gives_an_empty_table() -> None:
    assert aggregates.send_table(made([("m", "a", 1)]), bought([("a", 0, 1)]), messages=[], as_of_day=9).empty


def test_a_missing_column_is_refused() -> None:
    with refused("sends has no column 'sent_day'; its columns are message_id, customer_id."):
        aggregates.product_outcomes(made([("m", "a", 1)])[["message_id", "customer_id"]], bought([]), messages=["m"],
                                    as_of_day=9)  # fmt: skip


@pytest.fixture(scope="module")
def many() -> dict[str, pd.DataFrame]:
    rng = np.random.default_rng(1)
    n = 600
    customers = [f"c{i}" for i in rng.integers(0, 80, n)]
    rows = list(zip([f"m{i}" for i in rng.integers(0, 4, n)], customers, rng.integers(0, 100, n).tolist(), strict=True))
    sends = made(rows, send_group=rng.choice(["sent", "held_out", "unknown"], n)).drop_duplicates(
        ["message_id", "customer_id", "sent_day"]
    )
    orders = bought(
        list(zip(customers, rng.integers(0, 120, n).tolist(), rng.integers(1, 99, n).tolist(), strict=True))
    )
    items = orders.assign(product_id=rng.choice(["p", "q", None], n)).astype({"product_id": "str"})
    events = orders.rename(columns={"order_day": "event_day"}).assign(
        event_day=rng.integers(0, 100, n), kind=rng.choice(["item_view", "cart_abandon"], n)
    )
    return {"sends": sends, "orders": orders, "items": items, "events": events}


def handed(many: dict[str, pd.DataFrame], engine: str) -> dict[str, Any]:
    if engine == "polars":
        return {name: pl.from_pandas(table) for name, table in many.items()}
    import duckdb

    connection = duckdb.connect()
    for name, table in many.items():
        connection.register(name, table)
    return {name: connection.table(name) for name in many}


def every(tables: dict[str, Any], *, strict: bool) -> list[pd.DataFrame]:
    chosen = {"messages": ["m1", "m2"], "as_of_day": 90, "started_by_order": strict}
    days = {"first_day": 20, "last_day": 70, "within_days": 14, "messages": ["m1"]}
    return [
        aggregates.send_table(tables["sends"], tables["orders"], tables["items"], **chosen),
        aggregates.send_table(tables["sends"], tables["orders"], tables["items"], goal_product="p", **chosen),
        aggregates.product_outcomes(tables["sends"], tables["items"], **chosen),
        aggregates.message_counts(tables["sends"], as_of_day=90),
        aggregates.trigger_counts(tables["events"], tables["orders"], tables["sends"], day="event_day",
                                  kinds=["item_view"], **days),
        aggregates.trigger_counts(tables["orders"], tables["orders"], tables["sends"], day="order_day", kinds=None,
                                  **days),
    ]  # fmt: skip


@pytest.mark.sample(2)
@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize("strict", [False, True])
def test_every_engine_counts_the_same(many: dict[str, pd.DataFrame], engine: str, strict: bool) -> None:
    for ours, theirs in zip(every(many, strict=strict), every(handed(many, engine), strict=strict), strict=True):
        assert_frame_equal(ours, theirs)


@pytest.mark.parametrize("strict", [False, True])
def test_a_plain_loop_finds_the_same(many: dict[str, pd.DataFrame], strict: bool) -> None:
    table = every(many, strict=strict)[0]
    orders = many["orders"][many["orders"]["order_day"] <= 90]
    first = table.groupby("customer_id")["sent_day"].transform("min")
    for row, entry in zip(table.to_dict("records"), first, strict=True):
        own = orders[orders["customer_id"] == row["customer_id"]]["order_day"]
        started = strict and row["sent_day"] == entry
        before = own[own <= row["sent_day"]] if started else own[own < row["sent_day"]]
        after = own[own > row["sent_day"]] if started else own[own >= row["sent_day"]]
        found = [row["n_orders_before"], row["last_day_before"], row["next_day"], row["goal_day"]]
        assert found == pytest.approx([len(before), before.max(), after.min(), after.min()], nan_ok=True)


def test_triggers_by_hand() -> None:
    events = pd.DataFrame({"customer_id": ["a", "a", "b", "c", "d", "e"], "event_day": [20, 60, 20, 20, 20, 5],
                           "kind": "cart_abandon"})  # fmt: skip
    orders = bought([("a", 25, 1), ("b", 20, 1), ("c", 35, 1), ("d", 21, 1)])
    sends = made([("m", "a", 21), ("m", "c", 40), ("m", "d", 20)], send_group=["sent", "sent", "held_out"])

    counts = aggregates.trigger_counts(events, orders, sends, day="event_day", kinds=["cart_abandon"], messages=["m"],
                                       first_day=10, last_day=50, within_days=14)  # fmt: skip

    # e came too early; b ordered that day; c bought on day 15 and was mailed after the window.
    assert counts.iloc[0].to_dict() == {
        "n_triggered": 4, "n_same_day": 1, "n_unbought": 3, "n_sent": 1, "n_bought": 2, "n_bought_sent": 1,
        "n_held_out": 1, "n_bought_held_out": 1,
    }  # fmt: skip
