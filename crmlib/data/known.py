"""Which parts of the counting policy an export can be held to at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib.data.beside import by_order, has

if TYPE_CHECKING:
    from crmlib.data.read import Reading


def policy_known(readings: dict[str, Reading]) -> dict[str, bool]:
    """Whether each key of the policy can be told from the columns of the export and the values they are mapped to.

    `cancelled` cannot without a `status` one of whose values means cancelled, or a `cancelled_at`.
    """
    orders = readings.get("orders")
    if orders is None:
        return {}
    status, kinds, lines = (orders.meanings.get(name, set()) for name in ("status", "order_kind", "line_type"))
    marked = [reading for table, reading in readings.items() if table in ("orders", "customers")]
    inside = by_order(orders) and has(orders, "shipping_fee", "fee")
    return {
        "cancelled": "cancelled" in status or has(orders, "cancelled_at"),
        # A refund of all of an order undoes it, whatever its status.
        "returned": "returned" in status or has(orders, "refunded_amount"),
        "pending": "pending" in status,
        "test": "test" in status or any(has(reading, "is_test") for reading in marked),
        "staff": "staff" in status or any(has(reading, "is_staff") for reading in marked),
        "sample": "free" in kinds,
        "zero_yen": True,
        "negative": True,
        "exact_duplicates": True,
        "same_day": True,
        "shipping_and_fees": bool(lines & {"shipping", "fee"}) or inside,
        "refunds": has(orders, "refunded_amount"),
    }
