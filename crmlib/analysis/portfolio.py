"""CPM, customer portfolio management: five steps by orders, tenure and money, each active or left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_choice, require_columns
from crmlib.analysis.intervals import Interval, wilson
from crmlib.analysis.scores import WHOLE_CURRENCIES

STEPS = ("first_time", "toddling", "steady", "trend", "excellent")
FIXED_STEPS = STEPS[2:]
STANDINGS = {"active": "still_active", "left": "has_left"}
GROUPS = tuple(f"{step}_{state}" for state in STANDINGS for step in STEPS)
MEASURES = ["n_orders", "tenure_days", "amount", "recency_days"]


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Where one step ends and the next begins: days of tenure, days of silence, money in the smallest unit.

    Example:
        >>> Thresholds(amount=70_000).leave_days
        240
    """

    toddling_days: int = 90
    excellent_days: int = 210
    leave_days: int = 240
    amount: int

    def __post_init__(self) -> None:
        for name in ("toddling_days", "leave_days", "amount"):
            require_at_least(name, getattr(self, name), 1)
        if not self.excellent_days > self.toddling_days:
            raise ValueError(
                f"excellent_days == {self.excellent_days}, must be above toddling_days == {self.toddling_days}."
            )


# Days and yen of LTV-Lab's help, "CPM集計とは" (faqhelp.ltv-lab.jp).
LTV_LAB = Thresholds(amount=70_000)
# "About seven months' worth" of the shop's average order value (help.makerepeater.jp); it names no days, so those of
# LTV-Lab stand in for them.
MAKE_REPEATER_ORDERS = 7
PRESETS = ("make_repeater", "ltv_lab", "user")


@dataclass(frozen=True, kw_only=True)
class FixedResult:
    """How many of the customers who came one to two years ago have become fixed customers."""

    n_eligible: int
    n_fixed: int
    rate: float
    interval: Interval


def choose_thresholds(
    preset: str,
    *,
    currency: str,
    average_order_amount: float,
    toddling_days: int | None = None,
    excellent_days: int | None = None,
    leave_days: int | None = None,
    amount: float | None = None,
) -> Thresholds:
    """The thresholds of a preset, with those replaced that are given.

    "make_repeater": the money is seven times the average order value. "ltv_lab": it is 70,000 yen. "user": it is given.
    The days of all three are LTV-Lab's. `amount` is given in the currency, `average_order_amount` in its smallest unit.

    Raises:
        ValueError: an unknown preset, a threshold out of order, or no `amount` where the preset has none in this
            currency.

    Example:
        >>> choose_thresholds("make_repeater", currency="JPY", average_order_amount=4_726.6).amount
        33086
    """
    require_choice("preset", preset, PRESETS)
    days = {"toddling_days": toddling_days, "excellent_days": excellent_days, "leave_days": leave_days}
    given = {name: value for name, value in days.items() if value is not None}
    return Thresholds(**given, amount=_amount(preset, currency, average_order_amount, amount))


def average_order_amount(customers: pd.DataFrame) -> float:
    """Sales of all customers divided by their orders, in the smallest unit; NaN without an order.

    Example:
        >>> average_order_amount(pd.DataFrame({"amount": [300, 500], "n_orders": [1, 3]}))
        200.0
    """
    require_columns("customers", customers.columns, ["amount", "n_orders"])
    n = int(customers["n_orders"].sum())
    return float(customers["amount"].sum() / n) if n else float("nan")


def assign_groups(customers: pd.DataFrame, *, thresholds: Thresholds) -> pd.DataFrame:
    """The group of every customer, one of ten; every customer has exactly one.

    first_time: one order. Of the others, toddling: tenure below `toddling_days`; steady: sales below `amount`; trend:
    tenure below `excellent_days`; excellent: the rest. Left: at least `leave_days` since the last order. Bounds: a
    tenure, a silence or a sum that equals a threshold belongs above it.

    Returns columns:
        those of `customers`; cpm_step, standing (still_active, has_left), group (step and state, such as
        excellent_active), all ordered categories.

    Raises:
        ValueError: a column is missing.

    Source: LTV-Lab's help, "CPM集計とは"; it leaves a sum equal to the threshold open.

    Example:
        >>> one = {"n_orders": [3], "tenure_days": [209], "amount": [70_001], "recency_days": [240]}
        >>> assign_groups(pd.DataFrame(one), thresholds=LTV_LAB)["group"].tolist()
        ['trend_left']
    """
    require_columns("customers", customers.columns, MEASURES)
    step, left = group_places(*(customers[name].to_numpy() for name in MEASURES), thresholds=thresholds)
    return customers.assign(
        cpm_step=pd.Categorical.from_codes(step, list(STEPS), ordered=True),
        standing=pd.Categorical.from_codes(left, list(STANDINGS.values()), ordered=True),
        group=pd.Categorical.from_codes(left * len(STEPS) + step, list(GROUPS), ordered=True),
    )


def group_places(
    n_orders: np.ndarray, tenure_days: np.ndarray, amount: np.ndarray, recency_days: np.ndarray, *,
    thresholds: Thresholds,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """The rule of `assign_groups` on bare columns: the place of each step in STEPS, and 1 for those who left."""
    step = 4 - (tenure_days < thresholds.excellent_days).astype("int8")
    step[amount < thresholds.amount] = 2
    step[tenure_days < thresholds.toddling_days] = 1
    step[n_orders <= 1] = 0
    return step, (recency_days >= thresholds.leave_days).astype("int8")


def group_table(grouped: pd.DataFrame) -> pd.DataFrame:
    """The ten groups with their customers and sales; an empty group keeps its row.

    Returns columns:
        cpm_step, standing (ordered categories); n_customers; share_customers (of all); amount (smallest unit, all
        orders so far); share_amount (of all, NaN without sales); average_order_amount (amount / orders);
        orders_per_customer; average_tenure_days; average_recency_days (NaN in an empty group).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("grouped", grouped.columns, ["group", *MEASURES])
    groups = grouped.groupby("group", observed=False)
    sums = groups.agg(n_customers=("amount", "size"), **{name: (name, "sum") for name in MEASURES}).reset_index()
    return table_of_sums(sums)


def table_of_sums(sums: pd.DataFrame) -> pd.DataFrame:
    """`group_table` from the sums of its ten groups, in the order of GROUPS: n_customers and those of MEASURES."""
    n, orders = (sums[name].where(sums[name] > 0) for name in ("n_customers", "n_orders"))
    total = sums["amount"].sum()
    return pd.DataFrame({
        "cpm_step": pd.Categorical([*STEPS, *STEPS], list(STEPS), ordered=True),
        "standing": pd.Categorical(np.repeat([*STANDINGS.values()], 5), [*STANDINGS.values()], ordered=True),
        "n_customers": sums["n_customers"],
        "share_customers": sums["n_customers"] / (sums["n_customers"].sum() or np.nan),
        "amount": sums["amount"],
        "share_amount": sums["amount"] / (total or np.nan),
        "average_order_amount": sums["amount"] / orders,
        "orders_per_customer": sums["n_orders"] / n,
        "average_tenure_days": sums["tenure_days"] / n,
        "average_recency_days": sums["recency_days"] / n,
    })  # fmt: skip


def threshold_table(thresholds: Thresholds, *, preset: str, amount: float | None = None) -> pd.DataFrame:
    """The thresholds in use, each with where it comes from; `amount` is the sum given in place of the preset's.

    Returns columns:
        threshold (code); threshold_days or threshold_amount (smallest unit), the other NaN; threshold_source (ltv_lab,
        make_repeater, user).
    """
    days = ["toddling_days", "excellent_days", "leave_days"]
    sources = ["ltv_lab" if getattr(thresholds, name) == getattr(LTV_LAB, name) else "user" for name in days]
    return pd.DataFrame({
        "threshold": [*days, "cpm_amount"],
        "threshold_days": [*(float(getattr(thresholds, name)) for name in days), np.nan],
        "threshold_amount": [np.nan, np.nan, np.nan, float(thresholds.amount)],
        "threshold_source": [*sources, preset if amount is None else "user"],
    })  # fmt: skip


def fixed_customers(grouped: pd.DataFrame, *, as_of_day: int) -> FixedResult:
    """Of the customers who first bought 365 to 729 days ago, those who have become fixed customers (固定客化率).

    Fixed: active and steady, trend or excellent. All have been observed for a year, so nobody lacked the time.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("grouped", grouped.columns, ["first_day", "cpm_step", "standing"])
    age = as_of_day - grouped["first_day"]
    entered = grouped[(age >= 365) & (age < 730)]
    fixed = entered["cpm_step"].isin(FIXED_STEPS) & (entered["standing"] == STANDINGS["active"])
    n, n_fixed = len(entered), int(fixed.sum())
    rate = n_fixed / n if n else float("nan")
    return FixedResult(n_eligible=n, n_fixed=n_fixed, rate=rate, interval=wilson(n_fixed, n))


def leaving_soon(grouped: pd.DataFrame, *, thresholds: Thresholds, within_days: int = 60) -> pd.DataFrame:
    """Active customers whose silence reaches the leave threshold within so many days, the highest step first.

    Returns columns:
        customer_id; cpm_step; days_left (until they count as left); recency_days; n_orders; amount (smallest unit);
        last_day (days since 1970-01-01).

    Raises:
        ValueError: a column is missing or within_days is below 1.
    """
    names = ["customer_id", "cpm_step", "recency_days", "n_orders", "amount", "last_day"]
    require_columns("grouped", grouped.columns, names)
    require_at_least("within_days", within_days, 1)
    days_left = thresholds.leave_days - grouped["recency_days"]
    found = grouped.assign(days_left=days_left)[(days_left > 0) & (days_left <= within_days)]
    order = found.sort_values(["cpm_step", "days_left", "customer_id"], ascending=[False, True, True])
    return order[["customer_id", "cpm_step", "days_left", *names[2:]]].reset_index(drop=True)


def customer_list(grouped: pd.DataFrame) -> pd.DataFrame:
    """One row a customer for the workbook: by group, then by sales, then by id.

    Returns columns:
        cpm_step, standing, customer_id; n_orders; amount (smallest unit); tenure_days; recency_days; first_day,
        last_day (days since 1970-01-01); subscriber where the table has it.
    """
    names = ["n_orders", "amount", "tenure_days", "recency_days", "first_day", "last_day", "subscriber"]
    order = grouped.sort_values(["group", "amount", "customer_id"], ascending=[True, False, True])
    return order[["cpm_step", "standing", "customer_id", *[name for name in names if name in grouped]]].reset_index(
        drop=True
    )


def _amount(preset: str, currency: str, average: float, given: float | None) -> int:
    if given is not None:
        return round(given * (1 if currency in WHOLE_CURRENCIES else 100))
    if preset == "user":
        raise ValueError(f"amount == None, but preset == 'user' has no sum of its own; give one in {currency}.")
    if preset == "ltv_lab" and currency != "JPY":
        raise ValueError(
            f"preset == 'ltv_lab', but its sum of {LTV_LAB.amount:,} is in yen; give amount in {currency}, or take "
            f"preset make_repeater."
        )
    if preset == "ltv_lab":
        return LTV_LAB.amount
    # Without a sale there is nothing to multiply, and no customer whom the sum could divide.
    return max(1, round(MAKE_REPEATER_ORDERS * average)) if average == average else 1
