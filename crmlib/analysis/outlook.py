"""What one-off buyers are expected to do next: BG/NBD with Gamma-Gamma, and the check on the own past."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib.analysis import bgnbd, gamma_gamma
from crmlib.analysis.checks import require_columns
from crmlib.analysis.intervals import UNKNOWN, Interval

NAMES = ["frequency", "recency_days", "age_days", "repeat_amount"]
NAN = float("nan")


@dataclass(frozen=True, kw_only=True)
class OutlookResult:
    """Purchases and sales expected of all customers in the next `days`; `state` as in `bgnbd`.

    `spend_basis` is gamma_gamma, or mean_of_repeats where that model does not fit: then every purchase is expected to
    bring the mean of all repeat purchases. The intervals are those of the parameters of the buying model; `n_bought`
    and `amount_bought` are what was bought where the days have passed, 0 in a look ahead.
    """

    state: str
    days: int
    n: int
    n_repeat: int
    purchases: float
    purchases_interval: Interval
    amount: float
    share_alive: float
    n_bought: float
    amount_bought: float
    spend_basis: str
    buying: bgnbd.BgNbdResult
    spending: gamma_gamma.GammaGammaResult

    @property
    def purchases_per_customer(self) -> float:
        """Expected purchases a customer."""
        return self.purchases / self.n if self.n else NAN

    @property
    def amount_per_customer(self) -> float:
        """Expected sales a customer (smallest unit)."""
        return self.amount / self.n if self.n else NAN


def look_ahead(repeats: pd.DataFrame, *, days: int = 365, fewest: int = bgnbd.FEWEST) -> OutlookResult:
    """Fit both models to `aggregates.repeat_table` and expect the next `days`.

    Expected sales are expected purchases x expected spend a purchase, customer by customer, which takes the spend to
    be unrelated to the frequency. With the later purchases in the table (`until_day`) this is the holdout check.

    Raises:
        ValueError: a column is missing.
    """
    customers = model_customers(repeats)
    buying = bgnbd.fit(customers, fewest=fewest)
    spending = gamma_gamma.fit(customers, fewest=fewest)
    purchases, interval, alive = NAN, UNKNOWN, NAN
    if buying.state == "fitted":
        purchases, interval = bgnbd.total_purchases(buying, customers, time=days)
        alive = float(bgnbd.alive(buying.parameters, customers).mean())
    return OutlookResult(
        state=buying.state, days=days, n=len(repeats), n_repeat=buying.n_repeat, purchases=purchases,
        purchases_interval=interval, amount=_amount(customers, buying, spending, days), share_alive=alive,
        n_bought=float(repeats["n_later"].sum()), amount_bought=float(repeats["amount_later"].sum()),
        spend_basis="gamma_gamma" if spending.state == "fitted" else "mean_of_repeats", buying=buying,
        spending=spending,
    )  # fmt: skip


def model_customers(repeats: pd.DataFrame) -> pd.DataFrame:
    """Frequency, recency and age (days) and the mean of a repeat purchase, as the models take them.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("repeats", repeats.columns, NAMES)
    again = repeats["frequency"].where(repeats["frequency"] > 0)
    return pd.DataFrame({
        "frequency": repeats["frequency"], "recency": repeats["recency_days"], "age": repeats["age_days"],
        "mean_amount": repeats["repeat_amount"] / again,
    })  # fmt: skip


def by_frequency(repeats: pd.DataFrame, result: OutlookResult, *, most: int = 4) -> pd.DataFrame:
    """What each group of customers is expected to do, by purchases so far: 1, 2, … and `most` + 1 or more.

    Returns columns:
        purchases_so_far (days with orders; the last row holds that many and more); n_customers; share_alive (mean
        probability that a customer still buys); expected_purchases, expected_amount_per_customer (mean a customer);
        bought_purchases (mean a customer, of the days that have passed).
    """
    names = ["purchases_so_far", "n_customers", "share_alive", "expected_purchases", "expected_amount_per_customer",
             "bought_purchases"]  # fmt: skip
    if result.state != "fitted":
        return pd.DataFrame(columns=names).astype("float64")
    customers = model_customers(repeats)
    table = pd.DataFrame({"purchases_so_far": (repeats["frequency"] + 1).clip(upper=most + 1)})
    table["share_alive"] = bgnbd.alive(result.buying.parameters, customers)
    table["expected_purchases"] = bgnbd.conditional_purchases(result.buying.parameters, customers, time=result.days)
    table["expected_amount_per_customer"] = table["expected_purchases"] * _spend(customers, result.spending)
    table["bought_purchases"] = repeats["n_later"].astype("float64")
    groups = table.groupby("purchases_so_far")
    means = groups.mean().assign(n_customers=groups.size()).reset_index()
    return means[names]


def _amount(
    customers: pd.DataFrame, buying: bgnbd.BgNbdResult, spending: gamma_gamma.GammaGammaResult, days: int
) -> float:
    if buying.state != "fitted":
        return NAN
    purchases = bgnbd.conditional_purchases(buying.parameters, customers, time=days)
    return float((purchases * _spend(customers, spending)).sum())


def _spend(customers: pd.DataFrame, spending: gamma_gamma.GammaGammaResult) -> np.ndarray:
    if spending.state != "fitted":
        purchases = customers["frequency"].where(customers["mean_amount"].notna(), 0)
        total = float((customers["mean_amount"].fillna(0) * purchases).sum())
        return np.full(len(customers), total / purchases.sum() if purchases.sum() else NAN)
    # A repeat buyer whose purchases came to nothing has no mean of his own.
    known = customers.assign(frequency=customers["frequency"].where(customers["mean_amount"] > 0, 0))
    return gamma_gamma.expected_amount(spending.parameters, known)
