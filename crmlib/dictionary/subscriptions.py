"""Columns, codes and definitions of subscriptions, deliveries and cancellations."""

from __future__ import annotations

from crmlib.dictionary.kinds import N_

COLUMNS: dict[str, tuple[str, str]] = {
    "delivery": (N_("Delivery"), "rank"),
    "counted_unit": (N_("Counted"), "label"),
    "n_delivered": (N_("Received it"), "count"),
    "n_due": (N_("Next one due"), "count"),
    "n_continued": (N_("Received the next"), "count"),
    "n_left": (N_("Did not receive it"), "count"),
    "continuation_rate": (N_("Continuation rate"), "share"),
    "remaining_rate": (N_("Survival from the first"), "share"),
    "leave_rate": (N_("Leave rate"), "share"),
    "n_contracts": (N_("Started"), "count"),
    "contract_days": (N_("Days since the start"), "days"),
    "plan": (N_("Plan"), "label"),
    "half_left_days": (N_("Half cancelled by day"), "days"),
    "standing_rate": (N_("Not cancelled"), "share"),
    "n_standing": (N_("Still observed, not cancelled"), "count"),
    "definition": (N_("Definition"), "label"),
    "defined_rate": (N_("Continuation rate, so defined"), "share"),
    "average_deliveries": (N_("Deliveries a contract"), "purchases"),
    "numerator": (N_("Numerator"), "count"),
    "denominator": (N_("Denominator"), "count"),
    "reference_difference": (N_("Against the reference (points)"), "signed_share"),
    "rule": (N_("How it is computed"), "label"),
    "why": (N_("Why it differs from the reference"), "label"),
    "users": (N_("Who calls it so"), "label"),
    "n_active": (N_("Active when the month begins"), "count"),
    "n_active_months": (N_("Active contracts, added up over months"), "count"),
    "n_cancelled": (N_("Cancelled"), "count"),
    "n_cancelled_new": (N_("Begun and cancelled in the month"), "count"),
    "cancel_rate": (N_("Cancellation rate"), "share"),
    "cancelled_before": (N_("Cancelled before"), "count"),
    "cancelled_after": (N_("Cancelled after"), "count"),
    "n_before": (N_("Active before"), "count"),
    "n_after": (N_("Active after"), "count"),
    "rate_before": (N_("Rate before"), "share"),
    "rate_after": (N_("Rate after"), "share"),
    "cancel_difference": (N_("After minus before (points)"), "signed_share"),
}

CODES: dict[str, str] = {
    "customer": N_("Customer"),
    "contract": N_("Contract"),
    "before_settling": N_("before the settling count"),
    "after_settling": N_("from the settling count on"),
    "all_reasons": N_("All reasons"),
    "no_effect": N_("No effect felt"),
    "surplus": N_("Too much left over"),
    "price": N_("Price"),
    "skin_trouble": N_("Does not suit skin or body"),
    "competitor": N_("Moved to a competitor"),
    "circumstances": N_("Circumstances"),
    "service": N_("Service or delivery"),
    "not_intended": N_("Meant to try only"),
    "achieved": N_("Aim reached"),
    "other": N_("Other"),
    "not_recorded": N_("No cancellation on record"),
    "survival_due": N_("Survival to N (reference)"),
    "survival_customer": N_("Survival to N, customers"),
    "survival_complete": N_("Survival to N, early only"),
    "survival_naive": N_("Survival to N, naive"),
    "step_previous": N_("Step from N-1 to N"),
    "second_naive": N_("Second delivery, naive"),
    "kaplan_meier_days": N_("Kaplan-Meier, day of N"),
    "monthly_last": N_("Monthly, last month"),
    "monthly_year": N_("Monthly, last 12 months"),
    "rolling_30": N_("30 days, new in the base"),
    "active_now": N_("Active now of all started"),
    "mean_over_max": N_("Average over the longest"),
    "mean_deliveries": N_("Average deliveries"),
    "expected_deliveries": N_("Expected of the first 12"),
    "rule_survival_due": N_("Product of the step rates up to N; each step counts only whose next delivery was due."),
    "rule_survival_customer": N_("As the reference, with the deliveries of all contracts of a customer counted on."),
    "rule_survival_complete": N_("Reached delivery N ÷ started early enough for it to be due."),
    "rule_survival_naive": N_("Reached delivery N ÷ all that ever started."),
    "rule_step_previous": N_("Reached N ÷ reached N-1 and had delivery N due."),
    "rule_second_naive": N_("Reached the second delivery ÷ all that ever started."),
    "rule_kaplan_meier_days": N_("Kaplan-Meier over days: cancelled is the event, all others are observed so far."),
    "rule_monthly_last": N_("1 - cancelled in the month ÷ active when it began."),
    "rule_monthly_year": N_("The same, with the twelve months added up above and below."),
    "rule_rolling_30": N_("1 - cancelled in 30 days ÷ (active 30 days ago + started since)."),
    "rule_active_now": N_("Active or paused today ÷ all that ever started."),
    "rule_mean_over_max": N_(
        "Average deliveries ÷ deliveries of the longest contract (below: contracts × the longest)."
    ),
    "rule_mean_deliveries": N_("All deliveries ÷ all contracts."),
    "rule_expected_deliveries": N_("Sum of the reference survival over deliveries 1 to 12."),
    "why_reference": N_("The reference: nobody counts as lost before the delivery was due."),
    "why_other_unit": N_("A customer who changes or adds a contract goes on; a contract does not."),
    "why_old_starters": N_("Leaves out recent starters, so it says how it used to be; late ones count as lost."),
    "why_young_starters": N_("Recent starters cannot have received delivery N yet, but are in the denominator."),
    "why_one_step": N_("One step only: the losses before it are not in it."),
    "why_second_only": N_("Stops at the second delivery, and counts those who had no time for it as lost."),
    "why_cancel_record": N_(
        "Counts cancellations on record, not deliveries; pauses are no loss, silent stops neither."
    ),
    "why_mixed_ages": N_("One month's survival over contracts of all ages; old ones, who seldom leave, raise it."),
    "why_new_added": N_("As the monthly figure, but starters swell the base, so growth raises it."),
    "why_growth": N_("Depends on how fast the shop grows and how old it is, not on how well customers stay."),
    "why_one_oldest": N_("Falls the longer the shop exists, as the longest contract alone is the measure."),
    "why_not_over": N_("A number, not a share; contracts still running have not had all their deliveries."),
    "why_cut": N_("A number, not a share; with the due rule, and cut at the twelfth delivery."),
    "untellable_contracts": N_("Cannot be told: needs contracts with start, status and cancellation."),
    "users_survival": N_("残存率, 初回比; 定期推移表 of うちでのこづち counts contracts"),
    "users_customers": N_("フロー離脱率 of うちでのこづち counts customers"),
    "users_naive": N_("F1…F12 rates of a public media-LTV tool"),
    "users_step": N_("N回目継続率, 前回比, F別推移率"),
    "users_second": N_("継続率 or F2転換率 in marketing articles (f-i-d.jp)"),
    "users_statistics": N_("Statistics; no shop system shows it"),
    "users_monthly": N_("月次継続率 (1 - 月次解約率) of subscription services"),
    "users_stripe": N_("Stripe Billing, 1 - its churn rate, there per customer"),
    "users_active": N_("現時点の継続率; 定期推移表 of うちでのこづち reads the status of today"),
    "users_raku": N_("平均継続率 and 平均継続回数 of 楽楽リピート"),
}

DEFINITIONS: dict[str, str] = {
    "continuation_rate": N_(
        "Received the next delivery divided by those that received this one and whose next one was due; paused and"
        " completed contracts have none due."
    ),
    "remaining_rate": N_(
        "Product of the continuation rates before: the share of starters that receives this delivery."
    ),
    "leave_rate": N_("1 minus the continuation rate: of those whose next delivery was due, the share without it."),
    "standing_rate": N_(
        "Kaplan-Meier estimate of the contracts not cancelled by that day; active and paused ones count up to the base"
        " date."
    ),
    "half_left_days": N_(
        "First day on which the Kaplan-Meier share not cancelled is one half or less; blank where it stays above it."
    ),
    "cancel_rate": N_(
        "Cancelled in the month divided by the contracts active when it begins; by delivery, of those whose next"
        " delivery was due. Paused contracts are active."
    ),
    "cancel_difference": N_(
        "Of the contracts active when each period begins, the share cancelled within it: after minus before, with an"
        " interval corrected for the number of reasons."
    ),
    "average_deliveries": N_("Deliveries divided by contracts, first deliveries included."),
}
