"""Columns, codes and definitions of cohorts, purchase steps and months."""

from __future__ import annotations

from crmlib.dictionary.kinds import N_

COLUMNS: dict[str, tuple[str, str]] = {
    "cohort_month": (N_("First purchase"), "month"),
    "series": (N_("Cohort"), "label"),
    "k": (N_("Months since first purchase"), "months"),
    "n_start": (N_("Customers at start"), "customers"),
    "n_cohorts": (N_("Cohorts"), "count"),
    "rate": (N_("Share who bought"), "share"),
    "state": (N_("State"), "state"),
    "order_number": (N_("Purchase number"), "rank"),
    "step": (N_("Step"), "text"),
    "n_reached": (N_("Reached this purchase"), "customers"),
    "n_eligible": (N_("Observed long enough"), "customers"),
    "n_next": (N_("Bought again within the window"), "customers"),
    "n_next_any": (N_("Bought again at any time"), "customers"),
    "n_kept": (N_("Kept to the window so far"), "customers"),
    "n_kept_next": (N_("Of these, bought again within the window"), "customers"),
    "step_rate": (N_("Step rate"), "share"),
    "cumulative_rate": (N_("Cumulative rate"), "share"),
    "naive_step_rate": (N_("Naive step rate"), "share"),
    "naive_cumulative_rate": (N_("Naive cumulative rate"), "share"),
    "day": (N_("Days since first purchase"), "days"),
    "n_at_risk": (N_("Still observed, not yet bought again"), "customers"),
    "n_events": (N_("Customers who bought again"), "customers"),
    "n_censored": (N_("Observation ended"), "customers"),
    "survival": (N_("Not yet bought again"), "share"),
    "share_returned": (N_("Bought a second time"), "share"),
    "month": (N_("Month"), "month"),
    "n_orders_new": (N_("First orders"), "orders"),
    "n_orders_repeat": (N_("Repeat orders"), "orders"),
    "amount_new": (N_("Sales to new customers"), "money"),
    "amount_repeat": (N_("Repeat sales"), "money"),
    "n_customers_new": (N_("New customers"), "customers"),
    "n_customers_repeat": (N_("Repeat customers"), "customers"),
    "repeat_share": (N_("Repeat share of sales"), "share"),
    "window_days": (N_("Window"), "days"),
    "week": (N_("Week since first purchase"), "rank"),
    "f2_rate": (N_("F2 conversion rate"), "share"),
    "f2_difference": (N_("Difference from all others (points)"), "signed_share"),
    "target_kind": (N_("Kind of first order"), "label"),
    "target_rate": (N_("Benchmark"), "share"),
    "product_id": (N_("Product code"), "label"),
    "settle_orders": (N_("Settles from order"), "rank"),
    "settle_days": (N_("Median days to that order"), "average_days"),
    "settle_rate": (N_("Step rate from there"), "share"),
    "last_judged": (N_("Last order judged"), "rank"),
    "last_rate": (N_("Its step rate"), "share"),
    "order_kind": (N_("Kind of order"), "label"),
    "n_others": (N_("Others"), "customers"),
    "n_buyers": (N_("Back-end buyers"), "customers"),
    "rate_others": (N_("Others bought again"), "share"),
    "rate_buyers": (N_("Buyers bought again"), "share"),
    "buyer_difference": (N_("Buyers minus others (points)"), "signed_share"),
}

CODES: dict[str, str] = {
    "not_known": N_("Not known"),
    "no_product": N_("No product"),
    "too_few": N_("too few to say"),
    "only_group": N_("the only group"),
    "above_rest": N_("above all others"),
    "below_rest": N_("below all others"),
    "no_clear_difference": N_("no clear difference"),
    "above_target": N_("above the benchmark"),
    "below_target": N_("below the benchmark"),
    "target_unclear": N_("not clearly either"),
    "untellable": N_("cannot be told"),
    "settled": N_("settled"),
    "not_reached": N_("not reached"),
    "trial": N_("Trial"),
    "subscription": N_("Subscription"),
    "one_off": N_("one-off purchases"),
    "own": N_("Own shop"),
    "free": N_("Free of charge"),
}

DEFINITIONS: dict[str, str] = {
    "rate": N_(
        "Customers of the cohort who bought in that calendar month divided by the customers of the cohort; only months"
        " that have ended by the base date are complete."
    ),
    "step_rate": N_(
        "Of the customers whose n-th purchase lies at least the window before the base date, the share who bought again"
        " within the window."
    ),
    "cumulative_rate": N_(
        "First-time buyers who made each purchase up to this one within the window of the one before, divided by all"
        " first-time buyers."
    ),
    "naive_step_rate": N_(
        "Customers with the next purchase divided by all with this one, also those who had no time to buy again yet;"
        " shown only for comparison."
    ),
    "share_returned": N_(
        "Kaplan-Meier estimate of the share with a second purchase by that day; customers still observed without one"
        " count up to the base date."
    ),
    "repeat_share": N_("Sales from customers' second and later orders divided by all sales of the month."),
    "f2_rate": N_(
        "Customers with a second purchase within the window divided by those whose first purchase lies at least the"
        " window before the base date."
    ),
    "f2_difference": N_(
        "The group's F2 conversion rate minus that of all other customers, with an interval corrected for the number of"
        " groups compared."
    ),
    "settle_orders": N_(
        "Smallest order number from which on the step rate of every order with enough customers stays at the threshold"
        " or above."
    ),
    "settle_days": N_(
        "Median days from the first order to that order, of those who reached it; slower customers are not there yet."
    ),
    "buyer_difference": N_(
        "Share who bought again within the window after the same order, of those with a back-end or cross product by"
        " then, minus that of the others; chance did not form the groups."
    ),
}
