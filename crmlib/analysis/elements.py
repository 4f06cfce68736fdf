"""The three elements of lifetime value: unit price, continuation and cancellation, and the value they add up to."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy import special

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.intervals import Interval, normal_quantile
from crmlib.analysis.ltv import NAN, ValueResult

COLUMNS = ["number", "n_due", "n_next", "unit_price", "unit_profit", "continuation", "cancellation", "reach"]


def from_purchases(purchases: pd.DataFrame) -> pd.DataFrame:
    """The elements of one-off buying: the n-th purchases within a year, from `aggregates.purchase_values`.

    reach = n_reached / n_eligible; continuation to n is reach_n / reach_(n-1). The sum of unit_price x reach over all
    n is the first-year value, exactly.

    Returns columns:
        number (of the purchase); n_due (made the one before); n_next (made this one); unit_price, unit_profit (smallest
        unit); continuation (from the one before), cancellation (1 - continuation); reach (from the first).

    Raises:
        ValueError: a column is missing.

    Example:
        >>> made = {"order_number": [1, 2], "n_eligible": [10, 10], "n_reached": [10, 4]}
        >>> table = from_purchases(pd.DataFrame({**made, "amount": [1000, 600], "profit": [500.0, 300.0]}))
        >>> table["unit_price"].tolist(), table["reach"].tolist()
        ([100.0, 150.0], [1.0, 0.4])
    """
    require_columns("purchases", purchases.columns, ["order_number", "n_eligible", "n_reached", "amount", "profit"])
    rows = purchases.sort_values("order_number", ignore_index=True)
    before = rows["n_reached"].shift(1).fillna(rows["n_eligible"])
    made = rows["n_reached"].where(rows["n_reached"] > 0)
    table = pd.DataFrame({"number": rows["order_number"], "n_due": before.astype("int64"), "n_next": rows["n_reached"]})
    table["unit_price"], table["unit_profit"] = rows["amount"] / made, rows["profit"] / made
    return _with_rates(table)


def from_deliveries(steps: pd.DataFrame, deliveries: pd.DataFrame, *, horizon: int = 12) -> pd.DataFrame:
    """The elements of subscriptions: the k-th deliveries, k = 1 to `horizon` as far as they were observed.

    The rates are those of `steps` (of the units whose next delivery was due); unit prices are the means of the k-th
    deliveries, from `aggregates.delivery_values`. A k nobody was due for ends the table.

    Returns columns:
        those of `from_purchases`; the first row is the first delivery, which every unit has.

    Raises:
        ValueError: a column is missing or horizon is below 1.
    """
    require_columns("steps", steps.columns, ["delivery", "n_reached", "n_due", "n_next"])
    require_columns("deliveries", deliveries.columns, ["delivery_number", "n_deliveries", "amount", "profit"])
    require_at_least("horizon", horizon, 1)
    if steps.empty or not steps["n_reached"].iloc[0]:
        return pd.DataFrame(columns=COLUMNS).astype(dict.fromkeys(COLUMNS, "float64"))
    start = int(steps["n_reached"].iloc[0])
    rows = steps.assign(number=steps["delivery"] + 1)[["number", "n_due", "n_next"]]
    table = pd.concat([pd.DataFrame({"number": [1], "n_due": [start], "n_next": [start]}), rows], ignore_index=True)
    table = table[(table["n_due"] > 0).cummin() & (table["number"] <= horizon)].reset_index(drop=True)
    made = deliveries.set_index("delivery_number")
    for name, money in (("unit_price", "amount"), ("unit_profit", "profit")):
        # A delivery that nobody received has no price of its own: the last one stands in, times a reach of 0.
        table[name] = table["number"].map(made[money] / made["n_deliveries"]).ffill()
    return _with_rates(table)


def survival_value(
    elements: pd.DataFrame, *, measure: str = "unit_price", confidence_level: float = 0.95
) -> ValueResult:
    """L6: the sum of unit price x reach over all rows, with the interval of the rates.

    The steps are independent proportions; the variance is the sum of (dL / d step)^2 x step (1 - step) / n_due, with
    unit prices as they are.

    Raises:
        ValueError: a column is missing.

    Example:
        >>> table = pd.DataFrame({"n_due": [10, 10], "unit_price": [100.0, 150.0], "continuation": [1.0, 0.4]})
        >>> survival_value(table).value
        160.0
    """
    require_columns("elements", elements.columns, [measure, "n_due", "continuation"])
    if elements.empty or elements[measure].isna().any():
        return ValueResult(value=NAN, interval=Interval(NAN, NAN), n=0)
    rate, price = elements["continuation"].to_numpy(), elements[measure].to_numpy()
    parts = price * np.cumprod(rate)
    after = parts[::-1].cumsum()[::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(rate > 0, after / rate, 0.0)
    variance = float((slope**2 * rate * (1 - rate) / elements["n_due"].to_numpy()).sum())
    half = normal_quantile(confidence_level) * math.sqrt(variance)
    value = float(parts.sum())
    return ValueResult(value=value, interval=Interval(value - half, value + half), n=int(elements["n_due"].iloc[0]))


def cancel_rate_value(elements: pd.DataFrame, *, measure: str = "unit_price") -> ValueResult:
    """L5: mean price a delivery / cancellation a delivery, as if every step lost the same share.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("elements", elements.columns, [measure, "n_due", "n_next"])
    later = elements.iloc[1:]
    n_due, n_next = later["n_due"].sum(), later["n_next"].sum()
    if not n_due or n_next == n_due or elements[measure].isna().any():
        return ValueResult(value=NAN, interval=Interval(NAN, NAN), n=int(n_due))
    price = float((elements[measure] * elements["n_next"]).sum() / elements["n_next"].sum())
    rate = float(1 - n_next / n_due)
    half = normal_quantile(0.95) * math.sqrt(rate * (1 - rate) / n_due)
    low = rate - half
    interval = Interval(price / (rate + half), price / low if low > 0 else math.inf)
    return ValueResult(value=price / rate, interval=interval, n=int(n_due))


def flatness(elements: pd.DataFrame) -> float:
    """The p-value that every step loses the same share (chi-squared); NaN with fewer than two steps or no loss.

    Where it is small L5 does not hold: one rate a delivery is not what customers do.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("elements", elements.columns, ["n_due", "n_next"])
    later = elements.iloc[1:]
    n, kept = (later[name].to_numpy(dtype="float64") for name in ("n_due", "n_next"))
    share = kept.sum() / n.sum() if n.sum() else NAN
    if len(later) < 2 or not 0 < share < 1:
        return NAN
    statistic = float(((kept - n * share) ** 2 / (n * share * (1 - share))).sum())
    return float(special.chdtrc(len(later) - 1, statistic))


def _with_rates(table: pd.DataFrame) -> pd.DataFrame:
    due = table["n_due"].where(table["n_due"] > 0)
    table["continuation"] = (table["n_next"] / due).astype("float64")
    table["cancellation"] = 1 - table["continuation"]
    table["reach"] = table["continuation"].cumprod()
    return table[COLUMNS]
