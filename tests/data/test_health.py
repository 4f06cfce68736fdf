"""What looks wrong in an export of orders: each fault planted in a small one, and a clean one without a finding."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

import pytest

from crmlib.data.health_tests import is_test_key, is_test_name
from crmlib.shop import open_shop

HEAD = "order_id,customer_id,order_date,product_id,product_name,quantity,unit_price\n"
PRICES = {"A": 1000, "B": 2500, "C": 4000, "D": 700}


def lines(n: int = 60, *, price: Any = None) -> list[str]:
    """Two lines an order, of different products, ten orders a month from 2024-01; a product always costs the same."""
    rows = []
    for i in range(n):
        month, day = 1 + i // 10, 1 + i % 10 * 2
        for product in ("AB", "CD", "BD", "AC")[i % 4]:
            paid = price(i, product, month) if price else PRICES[product]
            rows.append(f"{i},C{i % 17},2024-{month:02d}-{day:02d},{product},Item {product},1,{paid}")
    return rows


def found(shop: Any) -> dict[str, Any]:
    return {finding["check"]: finding for finding in shop.health["findings"]}


def made(orders_of: Any, rows: list[str], head: str = HEAD, **keys: Any) -> dict[str, Any]:
    return found(orders_of(head + "\n".join(rows) + "\n", **keys))


def change(finding: dict[str, Any]) -> list[int]:
    return [finding[name] for name in ("d_orders", "d_customers", "d_amount")]


def touched(finding: dict[str, Any]) -> list[int]:
    return [finding[name] for name in ("n_rows", "n_orders", "n_customers", "amount")]


def test_a_clean_export_has_no_finding(orders_of: Any) -> None:
    assert made(orders_of, lines()) == {}


def test_what_a_row_tells_by_itself(orders_of: Any) -> None:
    """One export with one fault of each kind, counted by hand; none of them hides another."""
    clean = lines()
    planted = [
        clean[0],  # an exact duplicate of 1,000
        "n1,C1,2024-02-02,A,Item A,-1,1000",  # below zero, left out
        "p1,C90,2024-02-03,A,Item A,1,9999999",  # a price that is a place for one, of a customer of no other order
        "t1,C91,2024-02-04,Z,テスト商品,1,1000",
        "t2,C92,2024-02-04,Y,パッチテスト,1,1000",  # a product
        "y1,C93,2024-02-05,A,Item A,1,1",
        "g1,,2024-02-06,A,Item A,1,1000",
        "m1,C1,2024-02-07,A,Item A,1,1000",
        "m1,C1,2024-02-09,B,Item B,1,2500",
        "w1,C1,2024-02-07,A,Item A,1,1000",
        "w1,C2,2024-02-07,B,Item B,1,2500",
    ]
    told = made(orders_of, [*clean, *planted])
    assert {check: (touched(one), change(one), one["counted"]) for check, one in told.items()} == {
        "exact_duplicate": ([1, 1, 1, 1000], [0, 0, 1000], False),
        "below_zero": ([1, 1, 1, -1000], [1, 0, -1000], False),
        "placeholder": ([1, 1, 1, 9_999_999], [-1, -1, -9_999_999], True),
        "test_product": ([1, 1, 1, 1000], [-1, -1, -1000], True),
        "one_yen": ([1, 1, 1, 1], [-1, -1, -1], True),
        "no_customer": ([1, 1, 0, 1000], [1, 0, 1000], False),
        "order_dates": ([2, 1, 1, 3500], [-1, 0, -3500], True),
        "customer_conflict": ([2, 1, 2, 3500], [1, 0, 3500], False),
    }
    assert told["test_product"]["facts"] == {"header": "product_name", "cells": ["テスト商品"]}
    assert told["placeholder"]["facts"] == {"cells": ["9999999"]}


def test_dates_after_the_file_was_made_are_found(make_client: Any) -> None:
    rows = [*lines(), "f1,C1,2024-09-01,A,Item A,1,1000"]
    client = make_client({"o.csv": HEAD + "\n".join(rows) + "\n"}, {"orders": {"path": "data/o.csv"}})
    written = datetime(2024, 7, 1, tzinfo=UTC).timestamp()
    os.utime(client.parents[1] / "data" / "o.csv", (written, written))
    assert touched(found(open_shop(client))["future"]) == [1, 1, 1, 1000]


@pytest.mark.parametrize(
    ("price", "checks"),
    [
        (lambda i, _p, _m: 3000 + 10 * i, {"repeated_total"}),
        (lambda _i, _p, _m: 1000, set()),  # a shop of one price
        (lambda _i, p, m: PRICES[p] * (110 if m > 3 else 100) // 100, {"changed_unit"}),
        (lambda _i, p, m: PRICES[p] * (105 if m > 3 else 100) // 100, set()),  # dearer, and no tax
        (lambda _i, p, m: PRICES[p] + (m > 3) * (p == "A") * 80, set()),  # one price of four
    ],
)
@pytest.mark.sample(4)
def test_money_that_is_not_what_it_is_taken_for(orders_of: Any, price: Any, checks: set[str]) -> None:
    told = made(orders_of, lines(price=price))
    assert set(told) == checks
    if "repeated_total" in checks:
        # Counted once, each order is worth its first line: half of what is counted now.
        assert change(told["repeated_total"]) == [0, 0, -sum(3000 + 10 * i for i in range(60))]
        assert told["repeated_total"]["facts"]["header"] == "unit_price"
    if "changed_unit" in checks:
        facts = told["changed_unit"]["facts"]
        assert (facts["month"], facts["factor"]) == (2024 * 12 + 3, 1.1)


def test_lines_taken_for_the_orders_amount_are_found(orders_of: Any) -> None:
    head = "order_id,customer_id,order_date,product_id,order_amount\n"
    rows = [f"{i},C{i},2024-01-{1 + i:02d},{p},{PRICES[p]}" for i in range(12) for p in "AB"]
    told = made(orders_of, rows, head)
    assert change(told["lines_as_total"]) == [0, 0, 12 * 2500]
    # The total on every line is what the mapping means.
    assert made(orders_of, [f"{i},C{i},2024-01-{1 + i:02d},{p},3500" for i in range(12) for p in "AB"], head) == {}


def test_orders_entered_twice_are_found_where_they_are_many(orders_of: Any) -> None:
    head = "order_id,customer_id,order_date,order_amount\n"
    rows = [f"{i},C{i},2024-01-{1 + i % 28:02d},{900 + i}" for i in range(40)]
    again = [f"x{i},C{i},2024-01-{1 + i % 28:02d},{900 + i}" for i in range(6)]
    assert made(orders_of, [*rows, *again[:2]], head) == {}
    assert change(made(orders_of, [*rows, *again], head)["same_basket"]) == [-6, 0, -sum(900 + i for i in range(6))]


def test_customers_called_tests_are_found_although_their_keys_are_replaced(orders_of: Any) -> None:
    head = "order_id,mail,order_date,order_amount\n"
    rows = [f"{i},p{i}@shop.co.jp,2024-01-{1 + i:02d},900" for i in range(9)] + ["t,test@shop.co.jp,2024-01-02,500"]
    columns = {
        "order_id": "order_id",
        "customer_id": "mail",
        "order_date": "order_date",
        "order_amount": "order_amount",
    }
    told = made(orders_of, rows, head, source={"columns": columns})
    assert {check: change(one) for check, one in told.items()} == {"test_customer": [-1, -1, -500]}
    assert "test@" not in str(told)


def test_months_and_parts_are_counted(orders_of: Any) -> None:
    head = "order_id,customer_id,order_date,order_amount,acq_media\n"
    shop = orders_of(head + "1,C1,2024-01-05,100,TV\n2,,2024-01-06,100,TV\n3,C2,2024-02-01,50,Web\n")
    assert shop.health["months"] == [[24288, 2, 1], [24289, 1, 0]]
    parts = [row for row in shop.health["parts"] if row[0] == "acq_media"]
    assert parts == [["acq_media", "TV", 24288, 1, 100], ["acq_media", "Web", 24289, 1, 50]]


@pytest.mark.parametrize(
    ("text", "name", "key"),
    [("テスト", True, True), ("ＴＥＳＴ 注文1", True, False), ("コンテスト応募券", False, False),
     ("テスター", False, False), ("test+1@a.jp", False, True), ("contest@a.jp", False, False),
     ("a@example.com", False, True)],
)  # fmt: skip
def test_patterns_of_tests_mean_the_whole_text(text: str, name: bool, key: bool) -> None:
    assert (is_test_name(text), is_test_key(text)) == (name, key)
