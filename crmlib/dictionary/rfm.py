"""Columns, codes and definitions of customers and RFM."""

from __future__ import annotations

from crmlib.dictionary.kinds import N_

COLUMNS: dict[str, tuple[str, str]] = {
    "customer_id": (N_("Customer id"), "id"),
    "segment": (N_("Segment"), "label"),
    "n_customers": (N_("Customers"), "customers"),
    "share_customers": (N_("Share of customers"), "share"),
    "n_orders": (N_("Orders"), "orders"),
    "share_amount": (N_("Share of sales"), "share"),
    "average_order_amount": (N_("Average order value"), "money"),
    "amount_per_customer": (N_("Sales per customer"), "money"),
    "first_day": (N_("First order"), "date"),
    "last_day": (N_("Last order"), "date"),
    "recency_days": (N_("Days since last order"), "days"),
    "tenure_days": (N_("Tenure"), "days"),
    "average_gap_days": (N_("Average days between orders"), "average_days"),
    "r": (N_("R score"), "score"),
    "f": (N_("F score"), "score"),
    "m": (N_("M score"), "score"),
    "score": (N_("Score"), "score"),
    "recency_from_days": (N_("R from"), "days"),
    "recency_to_days": (N_("R to"), "days"),
    "orders_from": (N_("F from"), "orders"),
    "orders_to": (N_("F to"), "orders"),
    "amount_from": (N_("M from"), "money"),
    "amount_to": (N_("M to"), "money"),
    "rule_number": (N_("Order of the rule"), "rank"),
    "r_from": (N_("R score from"), "score"),
    "r_to": (N_("R score to"), "score"),
    "f_from": (N_("F score from"), "score"),
    "f_to": (N_("F score to"), "score"),
    "m_from": (N_("M score from"), "score"),
    "m_to": (N_("M score to"), "score"),
    "n_customers_r": (N_("Customers with this R"), "customers"),
    "n_customers_f": (N_("Customers with this F"), "customers"),
    "n_customers_m": (N_("Customers with this M"), "customers"),
}

CODES: dict[str, str] = {
    "champions": N_("Champions"),
    "loyal": N_("Loyal customers"),
    "loyal_customers": N_("Loyal customers"),
    "potential_loyal": N_("Potential loyalists"),
    "potential_loyalist": N_("Potential loyalists"),
    "new": N_("New customers"),
    "new_customers": N_("New customers"),
    "promising": N_("Promising"),
    "need_attention": N_("Need attention"),
    "about_to_sleep": N_("About to sleep"),
    "at_risk": N_("At risk"),
    "cannot_lose": N_("Can't lose them"),
    "cant_lose_them": N_("Can't lose them"),
    "lost": N_("Lost"),
    "others": N_("Others"),
}

DEFINITIONS: dict[str, str] = {
    "n_customers": N_("Customers with at least one counted order up to the base date."),
    "n_orders": N_("Counted orders: one per order number, after the exclusions listed in the ledger."),
    "share_amount": N_("Sales of the group divided by all counted sales."),
    "average_order_amount": N_("Sales divided by orders."),
    "recency_days": N_("Days from the last counted order to the base date."),
    "tenure_days": N_("Days from the first to the last counted order."),
    "average_gap_days": N_("Tenure divided by the number of orders minus one; not defined for one order."),
    "r": N_("5 is the most recent, 1 the longest silence; the cuts are in the table of cuts."),
    "f": N_("5 is the most orders, 1 the fewest; customers with the same number share a score."),
    "m": N_("5 is the largest sum, 1 the smallest; customers with the same sum share a score."),
}
