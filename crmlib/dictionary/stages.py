"""Columns, codes and definitions of the seven stages."""

from __future__ import annotations

from crmlib.dictionary.kinds import N_

COLUMNS: dict[str, tuple[str, str]] = {
    "stage": (N_("Stage"), "label"),
    "stage_possible": (N_("Highest stage not ruled out"), "label"),
    "stage_before": (N_("Stage then"), "label"),
    "stage_after": (N_("Stage now"), "label"),
    "stage_next": (N_("Next stage"), "label"),
    "n_stage_before": (N_("Customers at the earlier date"), "customers"),
    "n_or_higher": (N_("In this stage or a higher one"), "customers"),
    "share_or_higher": (N_("Share in this stage or a higher one"), "share"),
    "n_open": (N_("May stand higher"), "customers"),
    "n_yes": (N_("Condition met"), "customers"),
    "n_no": (N_("Condition not met"), "customers"),
    "n_untellable": (N_("Cannot be told"), "customers"),
    "yes_rate": (N_("Met, of those told"), "share"),
    "stage_condition": (N_("Condition of the stage"), "label"),
    "table_state": (N_("In the data"), "label"),
    "stage_move_rate": (N_("Share of those who stood there then"), "share"),
    "n_rose": (N_("Rose"), "customers"),
    "n_stayed": (N_("Stayed"), "customers"),
    "n_fell": (N_("Fell"), "customers"),
    "rose_rate": (N_("Share who rose"), "share"),
    "fell_rate": (N_("Share who fell"), "share"),
    "period_start": (N_("From"), "date"),
    "period_end": (N_("To"), "date"),
    "n_gone": (N_("Left in the period"), "customers"),
    "stage_leave_rate": (N_("Share who left"), "share"),
    "n_entered": (N_("Entered the stage"), "customers"),
    "n_skipped": (N_("Passed over it"), "customers"),
    "n_stage_moved": (N_("Reached the next or a higher one"), "customers"),
    "median_stage_days": (N_("Median days to the next stage"), "days"),
    "moved_year": (N_("Moved on within a year"), "share"),
    "fan_club_day": (N_("Days since the first order"), "days"),
    "n_watched": (N_("Observed so long and not yet there"), "customers"),
    "fan_club_share": (N_("Share who reached the fan club"), "share"),
    "first_product": (N_("First product"), "label"),
    "n_year": (N_("Observed a year"), "customers"),
    "second_rate": (N_("Second purchase"), "share"),
    "third_rate": (N_("Third purchase"), "share"),
    "excellent_rate": (N_("Became excellent within a year"), "share"),
    "first_year_per_customer": (N_("Sales of the first year per customer"), "money"),
    "n_sold": (N_("Products ever sold"), "count"),
    "n_lines": (N_("Lines sold"), "rows"),
    "line_amount": (N_("Line amounts"), "money"),
    "gap_state": (N_("Line-up"), "label"),
    "category_name": (N_("Product category"), "label"),
    "n_entry": (N_("Trial and main products"), "count"),
    "n_follow_ups": (N_("Back-end and cross products"), "count"),
    "candidate_because": (N_("Why a candidate"), "label"),
    "n_referrals": (N_("People referred"), "count"),
    "coverage": (N_("Back-end and cross products bought"), "share"),
    "n_event_joins": (N_("Events joined"), "count"),
    "reason_number": (N_("Number behind it"), "number"),
    "missing": (N_("Table that would tell"), "label"),
    "is_general": (N_("Second purchase made"), "label"),
    "is_excellent": (N_("Interest in back-end or cross"), "label"),
    "is_follower": (N_("Follows"), "label"),
    "is_fan": (N_("Pleased and refers"), "label"),
    "is_fan_club": (N_("Does not leave the subscription"), "label"),
    "is_evangelist": (N_("Buys all and refers"), "label"),
}

CODES: dict[str, str] = {
    "stage_purchaser": N_("① Purchaser"),
    "stage_general": N_("② General customer"),
    "stage_excellent": N_("③ Excellent customer"),
    "stage_follower": N_("④ Follower"),
    "stage_fan": N_("⑤ Fan"),
    "stage_fan_club": N_("⑥ Fan club"),
    "stage_evangelist": N_("⑦ Evangelist"),
    "yes": N_("yes"),
    "no": N_("no"),
    "has_bought": N_("One order, or trials only"),
    "has_second": N_("Two orders or more"),
    "has_backend": N_("Enough orders, and a back-end or cross product bought or viewed"),
    "follows": N_("Enough reactions in the window, or a LINE message read"),
    "pleased_and_refers": N_("Experience above expectation, and a referral"),
    "does_not_leave": N_("Subscription beyond the settling count, no request to cancel"),
    "covers_and_refers": N_("Almost all back-end and cross products, and several referrals"),
    "there": N_("there"),
    "missing_table": N_("missing"),
    "one_order": N_("One order"),
    "trial_only": N_("Trials only"),
    "two_orders": N_("Two orders or more"),
    "backend_bought": N_("Back-end or cross products bought"),
    "backend_viewed": N_("Back-end or cross product viewed"),
    "events_in_window": N_("Reactions in the window"),
    "line_reads_in_window": N_("LINE messages read in the window"),
    "sns_and_event": N_("Follows on SNS and reacted in the window"),
    "experience_over_expectation": N_("Experience above expectation, by points"),
    "promoter_who_refers": N_("NPS answer (expectation not asked), and a referral"),
    "subscription_settled": N_("Deliveries of the subscription"),
    "refers_many": N_("Refers many"),
    "covers_products": N_("Bought almost all products"),
    "is_evangelist": N_("Evangelist"),
    "is_fan": N_("Fan"),
    "covered": N_("covered"),
    "gap": N_("no such product"),
    "no_next": N_("no next product"),
    "no_entry": N_("no entry product"),
    "no_category": N_("No category"),
}

DEFINITIONS: dict[str, str] = {
    "stage": N_(
        "The highest of the seven stages that the data prove: its own condition is met, and those of stages ② and ③"
        " where they lie below it. Stages ④ to ⑥ need not be passed one by one."
    ),
    "stage_possible": N_("The highest stage that the data do not rule out; equal to the stage where it is settled."),
    "n_or_higher": N_("Customers proved to stand in this stage or a higher one."),
    "n_open": N_("Customers of the stage who may stand higher: a table or an answer that would tell is missing."),
    "n_untellable": N_("Customers for whom the condition can be neither shown nor ruled out. They are not a “no”."),
    "yes_rate": N_("Customers who meet the condition divided by those for whom it can be told."),
    "stage_move_rate": N_("Customers now in the stage divided by all who stood in the earlier stage then."),
    "stage_leave_rate": N_(
        "Of the customers not silent for longer than the leave limit at the start of the period, the share who are so"
        " at its end."
    ),
    "median_stage_days": N_(
        "Kaplan-Meier median of the days from the first monthly snapshot in the stage to the first in a higher one;"
        " customers who have not moved on count up to the last snapshot. Known to a month at both ends."
    ),
    "moved_year": N_("Kaplan-Meier estimate of the share who reached a higher stage within 365 days."),
    "fan_club_share": N_(
        "Kaplan-Meier estimate of the share of all customers with a subscription beyond its settling count by that day."
    ),
    "second_rate": N_(
        "Of the customers whose first order lies at least the window before the base date, the share with a second"
        " order within the window. Not shown below 30 customers."
    ),
    "third_rate": N_(
        "Of the customers whose first order lies at least a year before the base date, the share with a third order"
        " within the year. Not shown below 30 customers."
    ),
    "excellent_rate": N_(
        "Of the customers whose first order lies at least a year before the base date, the share proved to be in stage"
        " ③ within the year. Not shown below 30 customers."
    ),
    "first_year_per_customer": N_(
        "Sales of the first 365 days divided by the customers observed for as long. Not shown below 30 customers."
    ),
    "line_amount": N_("Sum of the product lines, before discounts and refunds of whole orders."),
    "coverage": N_("Different back-end and cross products bought, divided by all that the shop has."),
}
