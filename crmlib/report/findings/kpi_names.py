"""The ids of the KPIs as sentences and forms name them; a test holds them to those that the analysis computes."""

from __future__ import annotations

KPI_IDS = (
    "amount", "n_orders", "n_customers_new", "active_customers", "repeat_share", "average_order_amount", "f2_rate",
    "subscription_f2_rate", "continuation_rate", "cancellation_rate", "revival_rate", "ltv_12m", "cpo", "nps",
    "response_rate", "referral_share",
)  # fmt: skip
# A missed rate costs one average order for each customer or contract missing.
ORDER_EACH = ("f2_rate", "subscription_f2_rate", "continuation_rate", "cancellation_rate", "revival_rate")
LOWER = "lower"
