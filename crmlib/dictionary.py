"""The dictionary: kinds of values, columns with their kind, codes with their name, definitions. English is the key.

`words` reads it; a new column or code is added here, and in the catalogue, and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "mark, do not translate yet"
    """Mark a literal for extraction."""
    return message


@dataclass(frozen=True)
class Kind:
    """How a value is written: form, unit in a header, decimals, number format on a sheet, singular and plural."""

    form: str = "number"
    unit: str = ""
    decimals: int = 0
    sheet: str = "#,##0"
    one: str = ""
    many: str = ""


KINDS: dict[str, Kind] = {
    "customers": Kind(unit=N_("customers"), one=N_("{n} customer"), many=N_("{n} customers")),
    "orders": Kind(unit=N_("orders"), one=N_("{n} order"), many=N_("{n} orders")),
    "purchases": Kind(unit=N_("times"), decimals=1, sheet="#,##0.0", one=N_("{n} time"), many=N_("{n} times")),
    "responses": Kind(unit=N_("responses"), one=N_("{n} response"), many=N_("{n} responses")),
    "rows": Kind(unit=N_("rows"), one=N_("{n} row"), many=N_("{n} rows")),
    "count": Kind(),
    "rank": Kind(sheet="0"),
    "score": Kind(sheet="0"),
    "number": Kind(decimals=1, sheet="#,##0.0"),
    "days": Kind(unit=N_("days"), one=N_("{n} day"), many=N_("{n} days")),
    "average_days": Kind(unit=N_("days"), decimals=1, sheet="#,##0.0", one=N_("{n} day"), many=N_("{n} days")),
    "months": Kind(unit=N_("months"), one=N_("{n} month"), many=N_("{n} months")),
    "share": Kind(form="share", decimals=1, sheet="0.0%"),
    "change": Kind(form="change", decimals=1, sheet="+0.0%;-0.0%;0.0%"),
    "signed_share": Kind(form="signed_share", decimals=1, sheet="+0.0;-0.0;0.0"),
    "points": Kind(form="points", unit=N_("pt"), decimals=1, sheet="0.0", one=N_("{n} points"), many=N_("{n} points")),
    "signed_points": Kind(form="signed", unit=N_("pt"), decimals=1, sheet="+0.0;-0.0;0.0"),
    "nps": Kind(form="signed", decimals=1, sheet="+0.0;-0.0;0.0"),
    "ratio": Kind(decimals=2, sheet="0.00"),
    "pvalue": Kind(form="pvalue", decimals=3, sheet='[<0.001]"<0.001";0.000'),
    "money": Kind(form="money"),
    "date": Kind(form="date", sheet="yyyy-mm-dd"),
    "month": Kind(form="month", sheet="yyyy-mm"),
    "id": Kind(form="text", sheet="@"),
    "text": Kind(form="text", sheet="@"),
    "label": Kind(form="label", sheet="@"),
    "state": Kind(form="label", sheet="@"),
}

COLUMNS: dict[str, tuple[str, str]] = {
    # ledger and conditions
    "reason": (N_("Reason"), "label"),
    "table": (N_("Table"), "label"),
    "condition": (N_("Condition"), "label"),
    "setting": (N_("Setting"), "label"),
    "n_rows": (N_("Rows"), "rows"),
    "ledger_amount": (N_("Amount"), "money"),  # with shipping, cancelled orders and all else that is not sales
    "amount": (N_("Sales"), "money"),
    # customers and RFM
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
    # retention
    "cohort_month": (N_("First purchase"), "month"),
    "series": (N_("Cohort"), "label"),
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
    # NPS
    "nps": (N_("NPS"), "nps"),
    "answer": (N_("Answer"), "score"),
    "band": (N_("Band"), "label"),
    "n": (N_("Responses"), "responses"),
    "share": (N_("Share"), "share"),
    "group": (N_("Group"), "label"),
    "n_promoters": (N_("Promoters"), "responses"),
    "n_passives": (N_("Passives"), "responses"),
    "n_detractors": (N_("Detractors"), "responses"),
    "share_promoters": (N_("Share of promoters"), "share"),
    "share_passives": (N_("Share of passives"), "share"),
    "share_detractors": (N_("Share of detractors"), "share"),
    "nps_difference": (N_("NPS difference"), "signed_points"),
    "survey_id": (N_("Survey"), "id"),
    "n_sent": (N_("Sent"), "customers"),
    "n_answered": (N_("Answered"), "customers"),
    "response_rate": (N_("Response rate"), "share"),
    # experiments
    "experiment_id": (N_("Experiment"), "id"),
    "name": (N_("Name"), "text"),
    "hypothesis": (N_("Hypothesis"), "text"),
    "assigned_method": (N_("Assignment"), "label"),
    "primary_metric": (N_("Metric"), "label"),
    "window_days": (N_("Window"), "days"),
    "arm": (N_("Arm"), "label"),
    "n_assigned_control": (N_("Assigned to control"), "customers"),
    "n_assigned_treatment": (N_("Assigned to treatment"), "customers"),
    "n_control": (N_("Control"), "customers"),
    "n_treatment": (N_("Treatment"), "customers"),
    "n_not_yet": (N_("Not yet observed"), "customers"),
    "n_conflicts": (N_("Assigned to both arms, left out"), "customers"),
    "treatment_share_planned": (N_("Treatment share planned"), "share"),
    "treatment_share": (N_("Treatment share found"), "share"),
    "share_treated": (N_("Treated in the treatment arm"), "share"),
    "ratio_pvalue": (N_("p of the arm sizes"), "pvalue"),
    "pvalue": (N_("p-value"), "pvalue"),
    "alpha": (N_("Alpha"), "ratio"),
    "rate_control": (N_("Control rate"), "share"),
    "rate_treatment": (N_("Treatment rate"), "share"),
    "amount_control": (N_("Control, sales per customer"), "money"),
    "amount_treatment": (N_("Treatment, sales per customer"), "money"),
    "difference_points": (N_("Difference"), "points"),
    "difference_amount": (N_("Difference in sales"), "money"),
    "relative": (N_("Relative difference"), "change"),
    "n_needed_per_arm": (N_("Customers needed per arm"), "customers"),
    "verdict": (N_("Verdict"), "label"),
}

CODES: dict[str, str] = {
    # segments
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
    # cell states
    "observed": N_("observed"),
    "partial": N_("partial"),
    "not_yet": N_("not yet observed"),
    "pooled": N_("All cohorts"),
    # NPS
    "promoters": N_("Promoters"),
    "passives": N_("Passives"),
    "detractors": N_("Detractors"),
    "usage": N_("use of the product"),
    "every_day": N_("uses it every day"),
    "sometimes": N_("uses it sometimes"),
    "stopped": N_("stopped using it"),
    "not_opened": N_("has not opened it"),
    "not_answered": N_("not answered"),
    # experiments
    "random": N_("at random"),
    "manual": N_("by hand"),
    "before_after": N_("before and after"),
    "repurchase": N_("bought again within the window"),
    "continuation": N_("continued within the window"),
    "revenue": N_("sales within the window"),
    "treatment": N_("Treatment"),
    "control": N_("Control"),
    "treatment_better": N_("treatment better"),
    "treatment_worse": N_("treatment worse"),
    "no_clear_difference": N_("no clear difference"),
    "not_random": N_("not judged: not drawn at random"),
    "ratio_broken": N_("not readable: arm sizes are off"),
    "not_observed": N_("not yet observed"),
    "not_testable": N_("too few to judge"),
    # ledger
    "read": N_("Rows read"),
    "used": N_("Rows used"),
    "broken_row": N_("Row with the wrong number of cells"),
    "no_order_id": N_("No order number"),
    "bad_date": N_("Date cannot be read"),
    "bad_amount": N_("Amount cannot be read"),
    "bad_score": N_("Score is not a whole number from 0 to 10"),
    "bad_value": N_("Value cannot be read"),
    "no_id": N_("No key"),
    "duplicate_id": N_("Second row of the same key"),
    "orphan": N_("Belongs to nothing in the data"),
    "exact_duplicate": N_("Exact duplicate of an earlier row"),
    "not_product": N_("Not a product line (shipping, fee, discount, tax, points)"),
    "test": N_("Test order"),
    "staff": N_("Staff order"),
    "cancelled": N_("Cancelled"),
    "returned": N_("Returned"),
    "pending": N_("Pending"),
    "sample": N_("Sample"),
    "negative": N_("Negative quantity or amount"),
    "zero_yen": N_("Amount of zero"),
    "customer_conflict": N_("One order number, several customers"),
    "no_customer": N_("No customer"),
    "after_as_of": N_("After the base date"),
    "discount": N_("Order discounts taken off"),
    "shipping": N_("Shipping taken off"),
    "fee": N_("Fees taken off"),
    "shipping_added": N_("Shipping added"),
    "fee_added": N_("Fees added"),
    "refund": N_("Refunds taken off"),
    "rounding": N_("Rounding to the smallest unit"),
    "same_day_merge": N_("Orders of one day merged"),
    # policy
    "exact_duplicates": N_("Exact duplicates"),
    "same_day": N_("Orders on one day"),
    "shipping_and_fees": N_("Shipping and fees"),
    "refunds": N_("Refunds"),
    "leave_out": N_("left out"),
    "keep": N_("kept"),
    "separate": N_("counted separately"),
    "merge": N_("merged into one"),
    "subtract": N_("subtracted"),
    "ignore": N_("ignored"),
    "included": N_("tax included"),
    "excluded": N_("tax excluded"),
    "unknown": N_("unknown"),
    "single_item": N_("single-item repeat"),
    "one_off": N_("one-off purchases"),
    # tables
    "orders": N_("Orders"),
    "order_items": N_("Order lines"),
    "customers": N_("Customers"),
    "products": N_("Products"),
    "surveys": N_("Survey answers"),
    "surveys_sent": N_("Surveys sent"),
    "experiments": N_("Experiments"),
    "assignments": N_("Assignments"),
    # notebooks and verdicts
    "rfm": N_("RFM segmentation"),
    "retention": N_("Retention"),
    "nps": N_("NPS"),
    "abtest": N_("A/B tests"),
    "ok": N_("ok"),
    "no_data": N_("no data"),
    "failed": N_("failed"),
    "timeout": N_("timed out"),
    "invalid": N_("invalid"),
}

DEFINITIONS: dict[str, str] = {
    "n_customers": N_("Customers with at least one counted order up to the base date."),
    "n_orders": N_("Counted orders: one per order number, after the exclusions listed in the ledger."),
    "amount": N_("Sales of goods after discounts, without shipping and fees unless the policy keeps them."),
    "average_order_amount": N_("Sales divided by orders."),
    "recency_days": N_("Days from the last counted order to the base date."),
    "tenure_days": N_("Days from the first to the last counted order."),
    "average_gap_days": N_("Tenure divided by the number of orders minus one; not defined for one order."),
    "share_amount": N_("Sales of the group divided by all counted sales."),
    "r": N_("5 is the most recent, 1 the longest silence; the cuts are in the table of cuts."),
    "f": N_("5 is the most orders, 1 the fewest; customers with the same number share a score."),
    "m": N_("5 is the largest sum, 1 the smallest; customers with the same sum share a score."),
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
    "nps": N_("Share of promoters (9-10) minus share of detractors (0-6), times 100, of those who answered."),
    "response_rate": N_("Customers who answered divided by customers the survey was sent to."),
    "ratio_pvalue": N_(
        "Probability of arm sizes this far from the plan if assignment worked; below 0.001 it is very unlikely that it"
        " did."
    ),
    "pvalue": N_("Probability of a difference at least this large if there were none."),
    "n_needed_per_arm": N_(
        "Customers per arm that would find the smallest gain worth having, in as many of such experiments as the power"
        " says."
    ),
}
