"""What was planted, counted while it is written, so that tests can ask whether the analyses find it."""

from __future__ import annotations

from typing import Any

import numpy as np

from crmlib.demo import boxes, market
from crmlib.demo.defects import Rows
from crmlib.demo.world import World

Tally = dict[str, Any]
REASONS = (
    "broken_row", "no_order_id", "bad_date", "bad_amount", "exact_duplicate", "not_product", "test", "staff",
    "cancelled", "returned", "pending", "sample", "negative", "zero_yen", "customer_conflict", "no_customer",
    "after_as_of",
)  # fmt: skip


def added(one: Tally, other: Tally) -> Tally:
    """Two tallies added up, key by key.

    >>> added({"n": 1, "by": {"a": 2}}, {"n": 3, "by": {"b": 4}})
    {'n': 4, 'by': {'a': 2, 'b': 4}}
    """
    total = dict(one)
    for key, value in other.items():
        mine = total.get(key)
        if isinstance(value, dict):
            total[key] = added(mine or {}, value)
        else:
            total[key] = value if mine is None else mine + value
    return total


def tally(shop: World, order_rows: Rows, *, last_day: int) -> Tally:
    """Everything countable of one batch."""
    return {"ledger": _ledger(shop, order_rows)}


def _ledger(shop: World, order_rows: Rows) -> Tally:
    money = np.nan_to_num(order_rows.amount).astype(np.int64)
    lines: Tally = {}
    for reason in REASONS:
        hit = order_rows.reason == reason
        lines[reason] = {"rows": int(hit.sum()), "amount": int(money[hit].sum())}
    used = order_rows.reason == ""
    discount, refund = (int(shop.orders[name].sum()) for name in ("discount_amount", "refunded_amount"))
    return {
        "rows_read": len(order_rows.cells),
        "amount_read": int(money.sum()),
        "lines": lines,
        "adjustments": {"discount": -discount, "refund": -refund},
        "rows_used": int(used.sum()),
        "amount_used": int(money[used].sum()) - discount - refund,
        "orders_used": len(shop.orders),
    }


def told(total: Tally, *, n: int, seed: int, last_day: int) -> Tally:
    """The whole truth: the tallies, and the figures the simulation was built with."""
    return {"seed": seed, "customers": n, "last_day": market.date_text(last_day), **total}
