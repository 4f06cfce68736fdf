"""The ids of the KPIs as sentences and forms name them; a test holds them to those that the analysis computes."""

from __future__ import annotations

from crmlib import words
from crmlib.words import say

KPI_IDS = (
    "amount", "n_orders", "n_customers_new", "active_customers", "repeat_share", "average_order_amount", "f2_rate",
    "subscription_f2_rate", "continuation_rate", "cancellation_rate", "revival_rate", "ltv_12m", "cpo", "nps",
    "response_rate", "referral_share",
)  # fmt: skip
# A missed rate costs one average order for each customer or contract missing.
ORDER_EACH = ("f2_rate", "subscription_f2_rate", "continuation_rate", "cancellation_rate", "revival_rate")
LOWER = "lower"
SHOWN = 5  # KPIs named in one sentence


def listed(codes: list[str], *, most: int = SHOWN) -> str:
    """Names of codes on one line; of many the first ones, and how many more there are."""
    names = [words.label(code) for code in codes]
    comma = words.translate(", ")
    if len(names) <= most:
        return comma.join(names)
    shown = comma.join(names[:most])
    return say("{names:text} and {n:count} more", names=shown, n=len(names) - most).text()
