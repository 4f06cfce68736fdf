"""The customer table of several days, and customers by the years they bought in: by hand, and on every engine."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from crmlib.analysis.aggregates import customer_table, snapshots, year_counts
from tests.analysis.helpers import Engine, MakeOrders, refused

DAYS = [18_999, 19_010, 19_100, 19_100, 19_250, 19_480, 19_600]
ENDS = [19_100, 19_250, 19_400, 19_490]


def _together(orders: Any, chunk: int = 6) -> pd.DataFrame:
    return pd.concat([table.assign(day=day) for day, table in snapshots(orders, days=DAYS, chunk=chunk)])


def test_a_snapshot_is_the_customer_table_of_its_day(many_orders: pd.DataFrame) -> None:
    for day, table in snapshots(many_orders, days=DAYS, chunk=2):
        expected = customer_table(many_orders, as_of_day=day).drop(columns="average_gap_days")
        assert_frame_equal(table, expected)


def test_days_come_once_and_in_order_whatever_the_chunk(many_orders: pd.DataFrame) -> None:
    assert [day for day, _ in snapshots(many_orders, days=DAYS[::-1], chunk=4)] == sorted(set(DAYS))
    assert_frame_equal(_together(many_orders, chunk=1), _together(many_orders, chunk=100))


def test_a_customer_of_a_later_day_is_not_there_yet(make_orders: MakeOrders) -> None:
    orders = make_orders([("1", "a", 10, 500), ("2", "a", 40, 700), ("3", "b", 40, 300)])
    found = dict(snapshots(orders, days=[9, 10, 40]))
    assert [len(found[day]) for day in (9, 10, 40)] == [0, 1, 2]
    assert found[40].iloc[0].tolist() == ["a", 10, 40, 2, 1200, 0, 30]


def test_no_orders_give_empty_tables(make_orders: MakeOrders) -> None:
    assert [len(table) for _, table in snapshots(make_orders([]), days=[1, 2])] == [0, 0]
    assert year_counts(make_orders([]), ends=[1, 2]).empty


def test_years_count_the_gaps_to_the_years_before_and_after(make_orders: MakeOrders) -> None:
    # Years end on days 100, 200, 300, 400. a buys in years 0 and 3, b in 0 and 1 (twice, 10 days apart), c in 2.
    orders = make_orders([
        ("1", "a", 100, 1), ("2", "a", 301, 2), ("3", "b", 50, 4), ("4", "b", 101, 8), ("5", "b", 111, 16),
        ("6", "c", 201, 32), ("7", "c", 401, 64),
    ])  # fmt: skip

    table = year_counts(orders, ends=[100, 200, 300, 400])

    names = ["year", "years_before", "years_after", "n_customers", "n_repeat", "n_second", "n_orders", "amount"]
    assert table.columns.tolist() == names
    # a's second order came 201 days after the first, b's 51, c's after the last end.
    assert table.to_numpy().tolist() == [
        [0, 0, 1, 1, 0, 1, 1, 4],
        [0, 0, 3, 1, 0, 1, 1, 1],
        [1, 1, 0, 1, 1, 0, 2, 24],
        [2, 0, 0, 1, 0, 0, 1, 32],
        [3, 3, 0, 1, 0, 0, 1, 2],
    ]


def test_a_second_order_after_365_days_is_not_within_them(make_orders: MakeOrders) -> None:
    orders = make_orders([("1", "a", 0, 1), ("2", "a", 365, 1), ("3", "b", 0, 1), ("4", "b", 366, 1)])
    assert year_counts(orders, ends=[1000])["n_second"].tolist() == [1]


def test_the_sales_of_all_years_are_those_of_the_orders(many_orders: pd.DataFrame) -> None:
    table = year_counts(many_orders, ends=ENDS)
    counted = many_orders[many_orders["order_day"] <= ENDS[-1]]
    assert (table["amount"].sum(), table["n_orders"].sum()) == (counted["amount"].sum(), len(counted))


def test_every_engine_gives_the_same(many_orders: pd.DataFrame, engine: Engine) -> None:
    assert_frame_equal(_together(engine(many_orders)), _together(many_orders))
    assert_frame_equal(year_counts(engine(many_orders), ends=ENDS), year_counts(many_orders, ends=ENDS))


def test_shuffled_rows_and_an_unused_column_change_nothing(many_orders: pd.DataFrame, engine: Engine) -> None:
    moved = engine(many_orders.sample(frac=1, random_state=3).assign(note="x"))
    assert_frame_equal(_together(moved), _together(many_orders))
    assert_frame_equal(year_counts(moved, ends=ENDS), year_counts(many_orders, ends=ENDS))


@pytest.mark.parametrize("call", [lambda t: list(snapshots(t, days=[1])), lambda t: year_counts(t, ends=[1])])
def test_a_missing_column_is_named(call: Any) -> None:
    orders = pd.DataFrame({"customer_id": ["a"], "order_day": [1], "order_id": ["1"]})
    with refused("orders has no column 'amount'; its columns are customer_id, order_day, order_id."):
        call(orders)
