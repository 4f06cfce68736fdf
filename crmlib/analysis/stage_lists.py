"""Lists of customers by stage: whom to ask as monitors, and everybody with the reason of the stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from crmlib.analysis.checks import require_columns

if TYPE_CHECKING:
    import pandas as pd

    from crmlib.analysis.stage_evidence import Evidence


def monitor_candidates(judged: pd.DataFrame, evidence: Evidence, customers: pd.DataFrame) -> pd.DataFrame:
    """Customers to ask as monitors: evangelists, then fans, then who refers many or bought almost all products.

    Returns columns:
        customer_id; stage; candidate_because (is_evangelist, is_fan, refers_many, covers_products); n_referrals;
        coverage (share of back-end and cross products bought, NaN without roles); n_event_joins; n_orders; amount
        (smallest unit); last_day (days since 1970-01-01).

    Raises:
        ValueError: a column is missing.
    """
    limits = evidence.thresholds
    told = ["customer_id", "n_referrals", "coverage", "n_event_joins"]
    table = judged.merge(evidence.customers[told], on="customer_id")
    table = table.merge(customers[["customer_id", "n_orders", "amount", "last_day"]], on="customer_id")
    reasons = {
        "is_evangelist": table["is_evangelist"] == "yes",
        "is_fan": table["is_fan"] == "yes",
        "refers_many": table["n_referrals"] >= limits.referrals_evangelist,
        "covers_products": table["coverage"] >= limits.coverage,
    }
    table["candidate_because"] = np.select(list(reasons.values()), list(reasons), "")
    found = table[table["candidate_because"] != ""]
    order = {name: place for place, name in enumerate(reasons)}
    found = found.assign(place=found["candidate_because"].map(order))
    found = found.sort_values(["place", "n_referrals", "amount", "customer_id"], ascending=[True, False, False, True])
    names = ["customer_id", "stage", "candidate_because", *told[1:], "n_orders", "amount", "last_day"]
    return found[names].reset_index(drop=True)


def stage_sheet(judged: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Every customer with the stage, the reason, what is missing and the flags, the highest stage and sales first.

    Returns columns:
        those of `stages.judge` but `settled`; n_orders; amount (smallest unit); last_day (days since 1970-01-01).

    Raises:
        ValueError: a column is missing.
    """
    names = ["customer_id", "n_orders", "amount", "last_day"]
    require_columns("customers", customers.columns, names)
    table = judged.drop(columns="settled").merge(customers[names], on="customer_id")
    return table.sort_values(["stage", "amount", "customer_id"], ascending=[False, False, True], ignore_index=True)
