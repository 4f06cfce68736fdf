"""When customers settle (定着化): the order number from which on nearly all go on, product by product."""

from __future__ import annotations

import pandas as pd

from crmlib.analysis.checks import require_at_least, require_between, require_columns
from crmlib.analysis.intervals import wilson_bounds


def settling(counts: pd.DataFrame, *, share: float = 0.9, min_n: int = 30) -> pd.DataFrame:
    """For the customers of each first product: after which order the step rate stays at `share` and above.

    settle_orders is the smallest order number k such that the step rate of k and of every later order with at least
    `min_n` eligible customers is `share` or more; settle_days is the median from the first order to order k, of those
    who reached it. Those who reach a late order within the data are the fast ones, so the days are a lower bound.

    Args:
        counts: of `aggregates.product_step_counts`.
        share: the step rate that counts as settled.
        min_n: eligible customers a step needs to be judged.

    Returns columns:
        product_id; n_customers (with this first product); state (settled, not_reached, too_few); settle_orders,
        settle_days (NaN unless settled); settle_rate, settle_rate_low, settle_rate_high (step rate from order k);
        last_judged (highest order number with enough customers, NaN with none); last_rate (its step rate).

    Raises:
        ValueError: a column is missing, share is not between 0 and 1, or min_n is below 1.

    Example:
        >>> rows = {"product_id": "gel", "order_number": [1, 2], "n_reached": [50, 40], "n_eligible": [50, 40]}
        >>> settling(pd.DataFrame({**rows, "n_next": [40, 38], "median_days": [0, 31.0]}))["settle_orders"].tolist()
        [2.0]
    """
    names = ["product_id", "order_number", "n_reached", "n_eligible", "n_next", "median_days"]
    require_columns("counts", counts.columns, names)
    require_between("share", share, 0, 1)
    require_at_least("min_n", min_n, 1)
    rows = [_product(str(name), part, share, min_n) for name, part in counts.groupby("product_id", sort=True)]
    columns = ["product_id", "n_customers", "state", "settle_orders", "settle_days", "n_judged", "n_kept"]
    table = pd.DataFrame(rows, columns=[*columns, "last_judged", "last_rate"])
    table["settle_rate"] = table["n_kept"] / table["n_judged"]
    table["settle_rate_low"], table["settle_rate_high"] = wilson_bounds(table["n_kept"], table["n_judged"])
    rates = ["settle_rate", "settle_rate_low", "settle_rate_high"]
    table["product_id"] = table["product_id"].where(table["product_id"] != "", "no_product")
    order = table.sort_values(["n_customers", "product_id"], ascending=[False, True], ignore_index=True)
    return order[[*columns[:5], *rates, "last_judged", "last_rate"]]


def _product(name: str, part: pd.DataFrame, share: float, min_n: int) -> tuple[object, ...]:
    steps = part.sort_values("order_number")
    judged = steps[steps["n_eligible"] >= min_n]
    n_customers = int(steps["n_reached"].max())
    nan = float("nan")
    if judged.empty:
        return (name, n_customers, "too_few", nan, nan, nan, nan, nan, nan)
    rates = judged["n_next"] / judged["n_eligible"]
    end = (float(judged["order_number"].iloc[-1]), float(rates.iloc[-1]))
    below = judged.loc[rates < share, "order_number"]
    later = judged[judged["order_number"] > (below.max() if len(below) else 0)]
    if later.empty:
        return (name, n_customers, "not_reached", nan, nan, nan, nan, *end)
    first = later.iloc[0]
    found = (float(first["order_number"]), float(first["median_days"]))
    return (name, n_customers, "settled", *found, float(first["n_eligible"]), float(first["n_next"]), *end)
