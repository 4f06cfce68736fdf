"""Deciles of equal size, ties in a fixed order, and the concentration of sales by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlib.analysis import deciles


def customers_of(amounts: list[int], *, last_day: list[int] | None = None, n_orders: int = 1) -> pd.DataFrame:
    ids = [f"c{i:03d}" for i in range(len(amounts))]
    table = pd.DataFrame({"customer_id": ids, "last_day": last_day or [1] * len(amounts), "amount": amounts})
    return table.assign(n_orders=n_orders).astype({"customer_id": "str", "amount": "int64", "last_day": "int64"})


def test_ten_groups_of_equal_size_by_falling_sales() -> None:
    table = deciles.decile_table(customers_of(list(range(1, 21))))
    assert table["n_customers"].tolist() == [2] * 10
    assert table["amount"].tolist() == [39, 35, 31, 27, 23, 19, 15, 11, 7, 3]
    assert table["share_amount"][0] == 39 / 210
    assert table["cumulative_share_amount"].tolist()[-1] == 1
    assert table["amount_per_customer"][0] == 19.5


def test_where_ten_does_not_divide_the_first_deciles_have_one_more() -> None:
    assert deciles.decile_table(customers_of([5] * 23))["n_customers"].tolist() == [3, 3, 3, 2, 2, 2, 2, 2, 2, 2]


def test_ties_go_to_the_later_last_purchase_then_to_the_id() -> None:
    customers = customers_of([7, 7, 9, 7], last_day=[1, 5, 1, 5])
    assert deciles.ranked_by_amount(customers)["customer_id"].tolist() == ["c002", "c001", "c003", "c000"]
    shuffled = customers.sample(frac=1, random_state=3)
    assert deciles.ranked_by_amount(shuffled)["customer_id"].tolist() == ["c002", "c001", "c003", "c000"]


def test_a_decile_says_how_many_bought_once() -> None:
    customers = customers_of(list(range(20, 0, -1))).assign(n_orders=[1, 4] * 10)
    table = deciles.decile_table(customers)
    assert (table["n_once"].tolist(), table["share_once"].tolist()) == ([1] * 10, [0.5] * 10)
    assert table["n_orders"][0] == 5
    assert table["average_order_amount"][0] == 39 / 5


def test_fewer_than_ten_customers_leave_deciles_empty() -> None:
    table = deciles.decile_table(customers_of([3, 2, 1]))
    assert table["n_customers"].tolist() == [1, 1, 1, 0, 0, 0, 0, 0, 0, 0]
    assert np.isnan(table["amount_per_customer"][3])
    assert deciles.decile_table(customers_of([]))["n_customers"].sum() == 0


def test_the_concentration_of_ten_customers_by_hand() -> None:
    # 60 + 20 of 100 by the first two of ten; the curve passes 80 % exactly at 20 % of the customers.
    found = deciles.concentration(customers_of([60, 20, 4, 4, 3, 3, 2, 2, 1, 1]))
    assert (found.amount_of_top_20, found.customers_for_80) == (0.8, pytest.approx(0.2))
    # The mean absolute difference over twice the mean is the same coefficient.
    amounts = np.array([60, 20, 4, 4, 3, 3, 2, 2, 1, 1])
    difference = np.abs(amounts[:, None] - amounts).mean()
    assert found.gini == pytest.approx(difference / (2 * amounts.mean()))


def test_equal_customers_are_not_concentrated() -> None:
    found = deciles.concentration(customers_of([5] * 40))
    assert (found.customers_for_80, found.amount_of_top_20) == (pytest.approx(0.8), pytest.approx(0.2))
    assert found.gini == pytest.approx(0, abs=1e-12)


def test_one_customer_with_all_sales_among_some_without() -> None:
    found = deciles.concentration(customers_of([100, 0, 0, 0, 0]))
    assert found.customers_for_80 == pytest.approx(0.16)  # four fifths of the first customer of five
    assert found.gini == pytest.approx(4 / 5)  # (n - 1) / n


def test_a_fifth_of_four_customers_is_nobody() -> None:
    found = deciles.concentration(customers_of([100, 50, 20, 10]))
    assert (found.n, np.isnan([found.amount_of_top_20, found.customers_for_80, found.gini]).all()) == (4, True)


@pytest.mark.parametrize("amounts", [[], [0, 0], [5, -1]])
def test_without_sales_or_below_zero_nothing_is_told(amounts: list[int]) -> None:
    found = deciles.concentration(customers_of(amounts))
    assert all(math.isnan(value) for value in (found.gini, found.customers_for_80, found.amount_of_top_20))
    assert deciles.pareto_curve(customers_of(amounts)).empty


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=60))
def test_sums_hold_and_the_curve_rises_from_zero_to_all(amounts: list[int]) -> None:
    customers = customers_of(amounts)
    table = deciles.decile_table(customers)
    assert table["amount"].sum() == sum(amounts)
    assert table["n_customers"].sum() == len(amounts)
    assert table["n_customers"].max() - table["n_customers"].min() <= 1
    curve = deciles.pareto_curve(customers)
    if sum(amounts):
        assert curve.iloc[[0, -1]].to_numpy().tolist() == [[0, 0], [1, pytest.approx(1)]]
        assert (curve["cumulative_share_amount"].diff().dropna() >= -1e-12).all()
        gini = deciles.concentration(customers).gini
        assert -1e-9 <= gini < 1 if len(amounts) >= deciles.LEAST else math.isnan(gini)
