"""What the gap between a KPI and its target costs in a month, where that can be told without guessing."""

from __future__ import annotations

import pandas as pd

from crmlib.analysis.kpi_ids import LOWER

ORDER_EACH = ("f2_rate", "subscription_f2_rate", "continuation_rate", "cancellation_rate", "revival_rate")


def monthly_stakes(against: pd.DataFrame) -> dict[str, float]:
    """Money a month between each KPI and its target, in the smallest unit; a target that is met has no entry.

    Sales: the gap itself. Orders: the gap at the average order. New customers: the gap at their sales of a year.
    Average order: the gap times the orders. A rate of customers or contracts: the gap times its denominator, one order
    of the average amount each. CPO: the gap times the customers won. Of NPS, response, referral, repeat share, active
    customers and LTV no sum can be told.

    Args:
        against: of `kpi_targets.against`; the average order and the sales of a year are taken from its rows.

    Example:
        >>> facts = {"measure_kind": "money", "direction": "higher", "n": 10, "target": [100.0, 60.0]}
        >>> ids = ["amount", "average_order_amount"]
        >>> monthly_stakes(pd.DataFrame({"kpi_id": ids, "actual": [80.0, 60.0], **facts}))
        {'amount': 20.0}
    """
    rows = {row["kpi_id"]: row for row in against.to_dict("records")}
    price, year = _value(rows, "average_order_amount"), _value(rows, "ltv_12m")
    found = {kpi_id: _stake(kpi_id, row, price, year, _orders(rows)) for kpi_id, row in rows.items()}
    return {kpi_id: float(value) for kpi_id, value in found.items() if pd.notna(value) and value > 0}


def _stake(kpi_id: str, row: dict[str, float], price: float, year: float, n_orders: float) -> float:
    lower = row["direction"] == LOWER
    missing = (row["actual"] - row["target"]) if lower else (row["target"] - row["actual"])
    if kpi_id in ORDER_EACH:
        return missing * row["n"] * price
    worth = {"amount": 1.0, "n_orders": price, "n_customers_new": year, "average_order_amount": n_orders}
    worth["cpo"] = row["n"]
    return missing * worth[kpi_id] if kpi_id in worth else float("nan")


def _value(rows: dict[str, dict[str, float]], kpi_id: str) -> float:
    return float(rows[kpi_id]["actual"]) if kpi_id in rows else float("nan")


def _orders(rows: dict[str, dict[str, float]]) -> float:
    return float(rows["average_order_amount"]["n"]) if "average_order_amount" in rows else float("nan")
