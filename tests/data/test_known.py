"""Which keys of the policy an export can be held to."""

from __future__ import annotations

from typing import Any

import pytest

from crmlib.data.settings import Policy

ALWAYS = {"zero_yen", "negative", "exact_duplicates", "same_day"}
HEAD = {"order_id": "A1", "customer_id": "c1", "order_date": "2024-01-01", "line_amount": "100"}


def known(orders_of: Any, source: dict[str, Any] | None = None, **cells: str) -> set[str]:
    row = {**HEAD, **cells}
    shop = orders_of(",".join(row) + "\n" + ",".join(row.values()) + "\n", source=source or {})
    assert list(shop.policy_known) == list(Policy.model_fields)
    return {name for name, told in shop.policy_known.items() if told} - ALWAYS


def test_an_export_of_bare_lines_can_tell_no_class_of_orders(orders_of: Any) -> None:
    assert known(orders_of) == set()


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("status", "valid", {"cancelled", "returned", "pending", "test", "staff"}),
        ("is_test", "no", {"test"}),
        ("is_staff", "no", {"staff"}),
        ("order_kind", "one_off", {"sample"}),
        ("line_type", "product", {"shipping_and_fees"}),
        ("refunded_amount", "", {"refunds", "returned"}),
        ("shipping_fee", "0", set()),  # beside lines, and no part of them
    ],
)
def test_a_column_tells_its_keys(orders_of: Any, column: str, value: str, expected: set[str]) -> None:
    assert known(orders_of, **{column: value}) == expected


def test_a_mapping_tells_only_what_its_values_can_mean(orders_of: Any) -> None:
    source = {"values": {"status": {"完了": "valid", "取消": "cancelled"}, "line_type": {"商品": "product"}}}
    assert known(orders_of, source, status="完了", line_type="商品") == {"cancelled"}
    # The canonical word itself needs no mapping.
    assert known(orders_of, source, status="pending", line_type="商品") == {"cancelled", "pending"}


def test_shipping_inside_the_amount_of_a_whole_order_can_be_told(orders_of: Any) -> None:
    text = "customer_id,order_date,order_amount,shipping_fee\nc1,2024-01-01,650,550\n"
    assert orders_of(text).policy_known["shipping_and_fees"]


def test_test_customers_are_told_by_the_table_of_customers(make_shop: Any) -> None:
    files: dict[str, str | bytes] = {
        "o.csv": ",".join(HEAD) + "\n" + ",".join(HEAD.values()) + "\n",
        "c.csv": "customer_id,is_test\nc1,no\n",
    }
    shop = make_shop(files, {"orders": {"path": "data/o.csv"}, "customers": {"path": "data/c.csv"}})
    assert (shop.policy_known["test"], shop.policy_known["staff"]) == (True, False)


def test_a_client_without_orders_has_no_policy_to_tell(make_shop: Any) -> None:
    text = "customer_id,answered_at,nps\nc1,2024-01-01,9\n"
    assert make_shop({"s.csv": text}, {"surveys": {"path": "data/s.csv"}}).policy_known == {}
