"""Sums between two days: by hand, and the same on every engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from crmlib.analysis import aggregates

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.analysis.helpers import Engine, MakeOrders

FUNCTIONS: dict[str, Callable[[Any], pd.DataFrame]] = {
    "customer_window": lambda rows: aggregates.customer_window(rows, first_day=19_100, last_day=19_200),
    "product_window": lambda rows: aggregates.product_window(rows, first_day=19_100, last_day=19_200),
}
every_function = pytest.mark.parametrize("name", FUNCTIONS)


@pytest.fixture(scope="module")
def rows(many_orders: pd.DataFrame) -> pd.DataFrame:
    """Orders that are also lines: every seventh has no product."""
    products = [f"p{i % 6}" if i % 7 else None for i in range(len(many_orders))]
    return many_orders.assign(product_id=products, quantity=2, line_amount=many_orders["amount"])


def test_both_days_are_included(make_orders: MakeOrders) -> None:
    orders = make_orders([("1", "a", 9, 1), ("2", "a", 10, 2), ("3", "a", 20, 3), ("4", "b", 21, 4), ("5", "c", 15, 5)])
    table = aggregates.customer_window(orders, first_day=10, last_day=20)
    assert table.to_numpy().tolist() == [["a", 2, 5], ["c", 1, 5]]


def test_lines_without_a_product_are_left_out(rows: pd.DataFrame) -> None:
    table = FUNCTIONS["product_window"](rows)
    inside = rows[rows["order_day"].between(19_100, 19_200)].dropna(subset=["product_id"])
    assert table["line_amount"].sum() == inside["amount"].sum()
    assert table["quantity"].sum() == 2 * len(inside)
    assert table["product_id"].tolist() == [f"p{i}" for i in range(6)]


@every_function
def test_every_engine_gives_the_same(name: str, engine: Engine, rows: pd.DataFrame) -> None:
    assert_frame_equal(FUNCTIONS[name](engine(rows)), FUNCTIONS[name](rows))


@every_function
def test_neither_the_order_of_rows_nor_an_unused_column_matters(name: str, rows: pd.DataFrame) -> None:
    moved = rows.sample(frac=1, random_state=1).assign(note="x")
    assert_frame_equal(FUNCTIONS[name](moved), FUNCTIONS[name](rows))


@every_function
def test_no_rows_give_no_rows(name: str, engine: Engine, rows: pd.DataFrame) -> None:
    assert FUNCTIONS[name](engine(rows[rows["order_day"] < 0])).empty
