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
    "n_events": (N_("Bought again"), "customers"),
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
}

CODES: dict[str, str] = {}

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
}
