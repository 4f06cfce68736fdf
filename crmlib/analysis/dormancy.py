"""休眠から離反へ: who will pass a threshold of silence within the next days."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns


def passing_soon(
    customers: pd.DataFrame, *, thresholds: Sequence[int] = (60, 240), horizons: Sequence[int] = (7, 30)
) -> pd.DataFrame:
    """Customers whose silence will be longer than a threshold within some days, if they do not order before.

    A customer passes a threshold when recency_days > threshold; within h days those pass for whom
    threshold - h < recency_days <= threshold.

    Returns columns:
        threshold_days; horizon_days; n_customers; n_repeat (of these with two or more orders); amount (so far,
        smallest unit).

    Raises:
        ValueError: a column is missing, or a threshold or a horizon is below 1.

    Example:
        >>> customers = pd.DataFrame({"recency_days": [53, 54, 60, 61], "n_orders": [1, 2, 3, 4], "amount": 10})
        >>> passing_soon(customers, thresholds=[60], horizons=[7]).to_numpy().tolist()
        [[60, 7, 2, 2, 20]]
    """
    require_columns("customers", customers.columns, ["recency_days", "n_orders", "amount"])
    for name, values in (("thresholds", thresholds), ("horizons", horizons)):
        for value in values:
            require_at_least(name, value, 1)
    rows = [_count(customers, threshold, horizon) for threshold in thresholds for horizon in horizons]
    names = ["threshold_days", "horizon_days", "n_customers", "n_repeat", "amount"]
    return pd.DataFrame(rows, columns=names).astype("int64")


def _count(customers: pd.DataFrame, threshold: int, horizon: int) -> tuple[int, int, int, int, int]:
    silence = customers["recency_days"]
    soon = customers[(silence > threshold - horizon) & (silence <= threshold)]
    return threshold, horizon, len(soon), int((soon["n_orders"] >= 2).sum()), int(soon["amount"].sum())
