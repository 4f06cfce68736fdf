"""The names of the mistakes that lessons recognise, shared by them; and of those in the form of an answer."""

from __future__ import annotations

from crmlib.words import N_

LABELS: dict[str, str] = {
    # What is counted
    "young_customers": N_("young customers in the denominator"),
    "totals_per_line": N_("totals per line added up"),
    "cancelled_counted": N_("cancelled orders counted"),
    "lines_for_orders": N_("lines counted for orders"),
    "orders_for_customers": N_("orders counted for customers"),
    "customers_for_orders": N_("customers counted for orders"),
    "names_for_customers": N_("names counted for customers"),
    "blank_counted": N_("a blank or a total counted as a value"),
    "total_row_counted": N_("the total at the end of the file added up"),
    "prices_for_payments": N_("prices times quantities in place of what was paid"),
    "survivors_only": N_("only those who stayed in the denominator"),
    "all_customers": N_("all customers in place of those who answered"),
    "all_for_buyers": N_("all customers in place of buyers"),
    "guests_counted": N_("guests counted as one customer"),
    "ids_not_joined": N_("one customer under two ids"),
    "staff_counted": N_("test accounts and staff counted"),
    "copies_counted": N_("rows that were exported twice counted twice"),
    "partial_month": N_("a month that is not over compared with a whole one"),
    # How it is calculated
    "mean_of_shares": N_("shares of shares: a plain mean of rates"),
    "wrong_denominator": N_("the wrong denominator"),
    "wrong_group": N_("the wrong group"),
    "wrong_window": N_("another period than was asked"),
    "sales_for_margin": N_("sales in place of gross margin"),
    "tax_mixed": N_("amounts with and without tax mixed"),
    "costs_left_out": N_("costs left out"),
    "wrong_score_cut": N_("promoters or detractors cut at the wrong score"),
    "mean_for_nps": N_("a mean score in place of the NPS"),
    "mean_for_median": N_("a mean in place of the median"),
    "looking_early": N_("looking early"),
    "before_after": N_("before and after, without a control group"),
    "treated_only": N_("only those who were reached, not all who were assigned"),
    "difference_for_change": N_("a difference in yen in place of a change"),
    "points_for_change": N_("a difference in points for a relative change"),
    "other_way_round": N_("the difference the other way round"),
    # What is said
    "cause_from_correlation": N_("a cause read out of a correlation"),
    "too_sure": N_("surer than the figures are"),
    "wrong_priority": N_("not the largest problem first"),
    "not_asked": N_("an answer to another question"),
    "not_told": N_("something a reader needs is not told"),
    # The form of the answer
    "percent_for_share": N_("a percentage in place of a share"),
    "not_a_number": N_("no number"),
    "wrong_type": N_("an answer of another form"),
    "unknown": N_("another value"),
}
