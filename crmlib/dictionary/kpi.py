"""Columns, codes and definitions of the KPIs, their targets and the action log."""

from __future__ import annotations

from crmlib.dictionary.kinds import N_

COLUMNS: dict[str, tuple[str, str]] = {
    "kpi_id": (N_("KPI"), "label"),
    "kpi_code": (N_("KPI id"), "id"),
    "kpi_month": (N_("Month of the figure"), "month"),
    "kpi_n": (N_("Number counted"), "count"),
    "actual": (N_("Actual"), "measure"),
    "target": (N_("Target"), "measure"),
    "target_source": (N_("Target set by"), "label"),
    "gap": (N_("Actual less target"), "measure_change"),
    "achievement": (N_("Achievement"), "share"),
    "achieved_from": (N_("Achievement, 95% interval from"), "share"),
    "achieved_to": (N_("Achievement, 95% interval to"), "share"),
    "mark": (N_("Mark"), "label"),
    "gap_verdict": (N_("Is the gap more than chance?"), "label"),
    "previous": (N_("Before"), "measure"),
    "previous_month": (N_("Month before"), "month"),
    "change_from_before": (N_("Change"), "measure_change"),
    "change_from": (N_("Change, interval from"), "measure_change"),
    "change_to": (N_("Change, interval to"), "measure_change"),
    "change_verdict": (N_("Verdict on the change"), "label"),
    "improvement_rate": (N_("Improvement rate"), "change"),
    "year_before": (N_("A year before"), "measure"),
    "year_rate": (N_("Improvement on a year before"), "change"),
    "closing_rate": (N_("Closing rate"), "share"),
    "stake_year": (N_("At stake a year"), "money"),
    "kpi_rank": (N_("Worst first"), "rank"),
    "next_step": (N_("Next step"), "label"),
    "kpi_owner": (N_("In charge"), "text"),
    "due_day": (N_("Due"), "date"),
    "apart": (N_("Why it is not ranked"), "label"),
    "n_year_months": (N_("Months so far"), "months"),
    "n_target_months": (N_("Of these with a target"), "months"),
    "spark": (N_("Last 13 months"), "text"),
    "spark_first": (N_("Oldest of these"), "measure"),
    "spark_least": (N_("Lowest"), "measure"),
    "spark_most": (N_("Highest"), "measure"),
    # A column a KPI in the sheet of all months: called as its code is.
    "kpi_amount": (N_("Sales"), "money"),
    "kpi_n_orders": (N_("Orders"), "orders"),
    "kpi_n_customers_new": (N_("New customers"), "customers"),
    "kpi_active_customers": (N_("Active customers (365 days)"), "customers"),
    "kpi_repeat_share": (N_("Repeat share of sales"), "share"),
    "kpi_average_order_amount": (N_("Average order value"), "money"),
    "kpi_f2_rate": (N_("F2 conversion rate"), "share"),
    "kpi_subscription_f2_rate": (N_("F2 of subscriptions"), "share"),
    "kpi_continuation_rate": (N_("Monthly continuation rate"), "share"),
    "kpi_cancellation_rate": (N_("Monthly cancellation rate"), "share"),
    "kpi_revival_rate": (N_("Revival rate of the dormant"), "share"),
    "kpi_ltv_12m": (N_("Sales of a customer's first year"), "money"),
    "kpi_cpo": (N_("CPO"), "money"),
    "kpi_nps": (N_("NPS"), "nps"),
    "kpi_response_rate": (N_("Response rate of surveys"), "share"),
    "kpi_referral_share": (N_("Share of new customers by referral"), "share"),
    "kpi_needs": (N_("Computed from"), "label"),
    "kpi_told": (N_("Can it be told?"), "label"),
    "has_target": (N_("Target set?"), "label"),
    "n_actions": (N_("Actions"), "count"),
    "n_scenarios": (N_("Scenarios"), "count"),
    "n_experiments": (N_("Experiments"), "count"),
    "kpi_gap": (N_("What is missing"), "label"),
    "target_scope": (N_("Part of the shop"), "text"),
    "n_targets_unused": (N_("Targets"), "count"),
    "why_unused": (N_("Why it is not used"), "label"),
    "action_id": (N_("Action no."), "id"),
    "created_day": (N_("Written down on"), "date"),
    "action_category": (N_("Category of the measure"), "label"),
    "action_finding": (N_("Finding"), "text"),
    "action_hypothesis": (N_("Hypothesis"), "text"),
    "action_text": (N_("Action"), "text"),
    "action_owner": (N_("Owner code"), "text"),
    "action_status": (N_("Status"), "label"),
    "action_result": (N_("What came of it"), "text"),
    "action_next": (N_("What follows"), "text"),
    "action_experiment": (N_("Experiment no."), "id"),
    "days_overdue": (N_("Days late"), "days"),
    "value_before": (N_("KPI before"), "measure"),
    "value_after": (N_("KPI after"), "measure"),
    "judged_by": (N_("Judged by"), "label"),
    "moved": (N_("Did it move?"), "label"),
    "effect_relative": (N_("Effect in the experiment"), "change"),
}

CODES: dict[str, str] = {
    "kpi": N_("KPIs and actions"),
    "kpi_targets": N_("KPI targets"),
    "actions": N_("Action log"),
    "scenarios": N_("Scenarios"),
    "messages": N_("Messages of scenarios"),
    "sends": N_("Sends"),
    "amount": N_("Sales"),
    "n_orders": N_("Orders"),
    "n_customers_new": N_("New customers"),
    "active_customers": N_("Active customers (365 days)"),
    "repeat_share": N_("Repeat share of sales"),
    "average_order_amount": N_("Average order value"),
    "f2_rate": N_("F2 conversion rate"),
    "subscription_f2_rate": N_("F2 of subscriptions"),
    "continuation_rate": N_("Monthly continuation rate"),
    "cancellation_rate": N_("Monthly cancellation rate"),
    "revival_rate": N_("Revival rate of the dormant"),
    "ltv_12m": N_("Sales of a customer's first year"),
    "cpo": N_("CPO"),
    "response_rate": N_("Response rate of surveys"),
    "referral_share": N_("Share of new customers by referral"),
    "mark_good": N_("○ reached"),
    "mark_fair": N_("△ nearly"),
    "mark_bad": N_("× missed"),
    "trade_good": N_("○ at the trade's benchmark"),
    "trade_fair": N_("△ near the trade's benchmark"),
    "trade_bad": N_("× below the trade's benchmark"),
    "within_chance": N_("within chance"),
    "beyond_chance": N_("beyond chance"),
    "within_scatter": N_("within a month's scatter"),
    "chance_unknown": N_("no interval"),
    "too_few_to_judge": N_("too few to judge"),
    "no_target": N_("no target"),
    "own_target": N_("the client"),
    "default_target": N_("the trade's benchmark"),
    "improved": N_("improved"),
    "worsened": N_("got worse"),
    "not_compared": N_("not compared"),
    "few_behind_it": N_("fewer than 30 behind it or the figure before"),
    "no_comparison": N_("nothing to compare with"),
    "no_ratio": N_("a score has no ratio: see its change in points"),
    "previous_zero": N_("zero before"),
    "kpi_told_yes": N_("yes"),
    "kpi_table_missing": N_("no: the table is missing"),
    "kpi_not_observed": N_("not yet observed long enough"),
    "gap_nothing": N_("nothing"),
    "gap_table": N_("its table"),
    "gap_target": N_("a target"),
    "gap_measure": N_("a measure"),
    "gap_both": N_("a target and a measure"),
    "unknown_kpi": N_("the id is not a KPI of crmlib"),
    "other_scope": N_("only targets of the whole shop (scope all) are held against actuals"),
    "about_crm": N_("CRM"),
    "about_acquisition": N_("Acquisition"),
    "about_product": N_("Product"),
    "about_service": N_("Customer service"),
    "about_unknown": N_("not said"),
    "action_open": N_("Open"),
    "action_doing": N_("In progress"),
    "action_done": N_("Done"),
    "action_stopped": N_("Stopped"),
    "action_unknown": N_("not said"),
    "by_experiment": N_("its own experiment"),
    "by_before_after": N_("before and after (weak)"),
    "after_not_observed": N_("not yet: no month after it"),
    "no_kpi_named": N_("cannot be: no KPI named"),
    "not_a_kpi": N_("cannot be: the id is not a KPI of crmlib"),
    "step_amount": N_("Part sales into new and repeat, and work on the part that fell"),
    "step_n_orders": N_("Mail those whose usual gap has passed, against a held-out group"),
    "step_n_customers_new": N_("Move budget to media whose customers come back"),
    "step_active_customers": N_("Call or mail those about to pass 365 days, the largest sales first"),
    "step_repeat_share": N_("Work on the second purchase before buying more new customers"),
    "step_average_order_amount": N_("Offer the product most often bought together, in an A/B test"),
    "step_f2_rate": N_("Test a step mail on use after the first purchase against no mail"),
    "step_subscription_f2_rate": N_("Test a box insert and a call before the second delivery against none"),
    "step_continuation_rate": N_("Work on the delivery with the largest loss and its first reason"),
    "step_cancellation_rate": N_("Offer a pause for the most frequent reason, in an A/B test"),
    "step_revival_rate": N_("Call the dormant in the order of the call list, with a held-out group"),
    "step_ltv_12m": N_("Raise orders in the first year: F2 first, then the cross product"),
    "step_cpo": N_("Stop media whose customers do not earn their cost"),
    "step_nps": N_("Read the comments of detractors, and mend what they name most"),
    "step_response_rate": N_("Shorten the survey and send it soon after arrival"),
    "step_referral_share": N_("Ask promoters for a referral after their third order"),
}

DEFINITIONS: dict[str, str] = {
    "actual": N_("The KPI's last month that is over and observed as long as its rule asks."),
    "target": N_(
        "The client's own for that month; a rate's holds until the next one. Else the trade's benchmark, which is no"
        " target of the client's and is marked as the trade's."
    ),
    "achievement": N_(
        "Actual divided by target; where lower is better, target divided by actual. None where the target is not above"
        " zero."
    ),
    "mark": N_(
        "A fact of the month, by the achievement: ○ reached, △ nearly, × missed. Where the target is not above zero"
        " there is no achievement, and it is ○ or ×."
    ),
    "gap_verdict": N_(
        "Beyond chance where the target lies outside the KPI's own 95% interval. It is not corrected for the number of"
        " KPIs: of twenty that meet their target exactly about one seems beyond chance. Sales, orders and customers are"
        " counted in full; within their interval the gap is no larger than the scatter of a month."
    ),
    "improvement_rate": N_(
        "Actual less the figure before, divided by the size of the figure before; turned round where lower is better."
    ),
    "closing_rate": N_(
        "Actual less the figure before, divided by target less the figure before; none where the target was met"
        " before, and where what was missing is less than half the width of the change's interval, so that chance alone"
        " closes and opens it."
    ),
    "stake_year": N_(
        "Twelve times what the gap to the target costs a month, where it can be told: one average order for each"
        " customer, contract or order missing, the sales of a year for each new customer."
    ),
    "change_verdict": N_(
        "Improved or worse where the change's own 95% interval excludes none; of sales, orders and new customers also"
        " that of the change per day, because months differ in length. Active customers of two months of one year are"
        " not compared, as most of them are the same people. It is not corrected for the number of KPIs: of twenty"
        " that have not changed about one seems to have."
    ),
    "moved": N_(
        "The verdict of the action's own experiment; without one, whether the KPI's change from the month before it to"
        " the last month after it is beyond chance. Before and after has no control and is weak."
    ),
    "kpi_n": N_("What the figure rests on: customers, orders, contracts, answers or events."),
}
