"""Whatever the rows are: read = left out + used, and the tables say what the ledger says."""

from __future__ import annotations

import csv
import io
import tempfile
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from crmlib.errors import UserError
from crmlib.shop import open_shop

hypothesis = pytest.importorskip("hypothesis")
st = hypothesis.strategies

NAMES = [
    "order_id",
    "customer_id",
    "order_date",
    "status",
    "line_amount",
    "quantity",
    "discount_amount",
    "refunded_amount",
]
ROW = st.fixed_dictionaries(
    {
        "order_id": st.sampled_from(["A1", "A2", "A3", ""]),
        "customer_id": st.sampled_from(["c1", "c2", ""]),
        "order_date": st.sampled_from(["2024-01-01", "2024-01-02", "2024-02-30", ""]),
        "status": st.sampled_from(["valid", "cancelled"]),
        "line_amount": st.sampled_from(["100", "0", "-30", "2.5", "0.4", "x", ""]),
        "quantity": st.sampled_from(["1", "-1", "2"]),
        "discount_amount": st.sampled_from(["", "10", "150", "y"]),
        "refunded_amount": st.sampled_from(["", "0", "100", "500", "y"]),
    }
)


def number(text: str) -> Decimal | None:
    return Decimal(text) if text.lstrip("-").replace(".", "").isdigit() else None


def yen(amount: Decimal) -> int:
    return int(abs(amount).quantize(Decimal(1), ROUND_HALF_UP).copy_sign(amount))


def judged(rows: list[dict[str, str]]) -> list[str]:
    """The policy once more, row by row in plain Python."""
    first: dict[tuple[str, str], str] = {}
    customers: dict[str, set[str]] = {}
    for row in rows:
        for name in ("customer_id", "order_date", "discount_amount", "refunded_amount"):
            if row["order_id"] and row[name]:
                first.setdefault((row["order_id"], name), row[name])
        if row["order_id"] and row["customer_id"]:
            customers.setdefault(row["order_id"], set()).add(row["customer_id"])
    reasons = [_reason(row, rows[:i], first, customers) for i, row in enumerate(rows)]
    for order in {row["order_id"] for row in rows}:
        used = [i for i, row in enumerate(rows) if row["order_id"] == order and reasons[i] == "used"]
        left = sum(yen(number(rows[i]["line_amount"]) or Decimal(0)) for i in used)
        left -= int(first.get((order, "discount_amount"), 0)) if used else 0
        back = int(first.get((order, "refunded_amount"), 0)) if used else 0
        for i in used:
            reasons[i] = "negative" if left < 0 else "returned" if back and left <= back else "used"
    return reasons


def _reason(row: dict[str, str], before: list[Any], first: dict[Any, str], customers: dict[str, set[str]]) -> str:
    order = row["order_id"]
    when = row["order_date"] or first.get((order, "order_date"), "")
    beside = [first.get((order, n), "") if order else row[n] for n in ("discount_amount", "refunded_amount")]
    amount = number(row["line_amount"])
    tests = {
        "no_order_id": not order,
        "bad_date": when in ("", "2024-02-30"),
        "bad_amount": amount is None or "y" in beside,
        "exact_duplicate": row in before,
        "cancelled": row["status"] == "cancelled",
        "negative": (amount or 0) < 0 or row["quantity"] == "-1",
        "zero_yen": amount == 0,
        "customer_conflict": len(customers.get(order, ())) > 1,
        "no_customer": not (row["customer_id"] or first.get((order, "customer_id"))),
    }
    return next((reason for reason, holds in tests.items() if holds), "used")


@hypothesis.given(rows=st.lists(ROW, min_size=1, max_size=12))
@hypothesis.settings(max_examples=10, deadline=None)
def test_the_ledger_agrees_with_a_reading_row_by_row(rows: list[dict[str, str]]) -> None:
    _agree(rows)


@pytest.mark.slow
@hypothesis.given(rows=st.lists(ROW, min_size=1, max_size=12))
@hypothesis.settings(max_examples=200, deadline=None)
def test_the_ledger_agrees_with_many_readings_row_by_row(rows: list[dict[str, str]]) -> None:
    _agree(rows)


def _agree(rows: list[dict[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, NAMES)
    writer.writeheader()
    writer.writerows(rows)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "o.csv").write_text(text.getvalue(), encoding="utf-8")
        (Path(folder) / "acme.yml").write_text(
            yaml.safe_dump({"name": "acme", "sources": {"orders": {"path": "o.csv"}}}), encoding="utf-8"
        )
        if "used" not in judged(rows):
            with pytest.raises(
                UserError, match=r"^client 'acme': no order counts; |: no row of orders could be read, "
            ):
                open_shop(Path(folder) / "acme.yml", as_of="2024-12-31")
            return
        shop = open_shop(Path(folder) / "acme.yml", as_of="2024-12-31")
        ledger, orders, items = shop.ledger, shop.table("orders"), shop.table("order_items")
    reasons = judged(rows)
    assert {line.reason: line.rows for line in ledger.lines if line.rows} == {
        reason: reasons.count(reason) for reason in reasons if reason != "used"
    }
    assert ledger.rows_used == len(items) == reasons.count("used")
    used = [
        yen(number(row["line_amount"]) or Decimal(0))
        for row, reason in zip(rows, reasons, strict=True)
        if reason == "used"
    ]
    assert items["line_amount"].sum() == orders["gross_amount"].sum() == sum(used)
    assert orders["amount"].sum() == int(ledger.amount_used or 0)
    assert orders["order_id"].is_unique
