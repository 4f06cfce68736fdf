"""Columns, codes and definitions of customer portfolio management (CPM) and its annual page (新CPM)."""

from __future__ import annotations

from crmlib.dictionary.kinds import N_

COLUMNS: dict[str, tuple[str, str]] = {
    "cpm_step": (N_("CPM step"), "label"),
    "standing": (N_("Active or left"), "label"),
    "step_before": (N_("Step a month before"), "label"),
    "step_after": (N_("Step at the month end"), "label"),
    "step_first": (N_("Step at the first date"), "label"),
    "step_base": (N_("Step at the base date"), "label"),
    "orders_per_customer": (N_("Average orders"), "purchases"),
    "average_tenure_days": (N_("Average tenure"), "average_days"),
    "average_recency_days": (N_("Average days since last order"), "average_days"),
    "n_all_cancelled": (N_("Active, all subscriptions cancelled"), "customers"),
    "subscriber": (N_("Subscription state"), "label"),
    "days_left": (N_("Days until counted as left"), "days"),
    "flow": (N_("Move"), "label"),
    "period": (N_("Period"), "label"),
    "n_months": (N_("Number of months"), "count"),
    "n_made_move": (N_("Made the move"), "customers"),
    "rate_moved": (N_("Monthly rate"), "share"),
    "from_day": (N_("From"), "date"),
    "to_day": (N_("To"), "date"),
    "n_year_active": (N_("Active customers"), "customers"),
    "n_new": (N_("New in the year"), "customers"),
    "n_new_kept": (N_("New, bought again in the year"), "customers"),
    "n_active_before": (N_("Active in the year before"), "customers"),
    "n_kept_on": (N_("Kept from the year before"), "customers"),
    "n_revived": (N_("Revived"), "customers"),
    "n_lost": (N_("Lost from the year before"), "customers"),
    "n_inactive": (N_("Inactive before"), "customers"),
    "amount_existing": (N_("Sales to existing customers"), "money"),
    "annual_ltv": (N_("Annual LTV (sales)"), "money"),
    "retention_rate": (N_("Retention of existing customers"), "share"),
    "new_retention_rate": (N_("Retention of new customers"), "share"),
    "year_leave_rate": (N_("Leave rate"), "share"),
    "return_rate": (N_("Return rate"), "share"),
    "bridge_part": (N_("Part"), "label"),
    "n_change": (N_("Customers added or lost"), "count"),
    "annual_rate": (N_("Annual rate"), "label"),
    "n_part": (N_("Customers counted"), "customers"),
    "n_base": (N_("Out of"), "customers"),
    "rate_found": (N_("Rate"), "share"),
    "year_ahead": (N_("Years ahead"), "rank"),
    "n_existing": (N_("Existing customers"), "customers"),
    "n_lapsed": (N_("Lapsed customers"), "customers"),
    "from_state": (N_("State in the year before"), "label"),
    "rate_active": (N_("Active the next year"), "share"),
    "threshold": (N_("Threshold"), "label"),
    "threshold_days": (N_("Threshold in days"), "days"),
    "threshold_amount": (N_("Threshold in money"), "money"),
    "threshold_source": (N_("Source"), "label"),
}

CODES: dict[str, str] = {
    "first_time": N_("First-time"),
    "toddling": N_("Toddling"),
    "steady": N_("Steady"),
    "trend": N_("Trend"),
    "excellent": N_("Excellent"),
    "first_time_active": N_("First-time, active"),
    "toddling_active": N_("Toddling, active"),
    "steady_active": N_("Steady, active"),
    "trend_active": N_("Trend, active"),
    "excellent_active": N_("Excellent, active"),
    "first_time_left": N_("First-time, left"),
    "toddling_left": N_("Toddling, left"),
    "steady_left": N_("Steady, left"),
    "trend_left": N_("Trend, left"),
    "excellent_left": N_("Excellent, left"),
    "step_new": N_("New (entry step)"),
    "step_entry": N_("Entry"),
    "step_stable": N_("Stable"),
    "still_active": N_("Active"),
    "has_left": N_("Left"),
    "all_steps": N_("All steps"),
    "all_cancelled": N_("all subscriptions cancelled"),
    "subscribing": N_("subscription running or paused"),
    "no_subscription": N_("no subscription"),
    "step_up": N_("Stepped up"),
    "stay": N_("Stayed active"),
    "leave": N_("Left"),
    "return": N_("Came back"),
    "last_month": N_("last month"),
    "last_months": N_("average of the last months"),
    "retention_rate": N_("Retention of existing customers"),
    "new_retention_rate": N_("Retention of new customers"),
    "year_leave_rate": N_("Leave rate"),
    "return_rate": N_("Return rate"),
    "second_rate": N_("New of the year before: second order within 365 days"),
    "came_new": N_("New"),
    "active_last_year": N_("Active last year"),
    "revived": N_("Revived"),
    "lost_in_year": N_("Lost in the year"),
    "active_this_year": N_("Active this year"),
    "existing": N_("Existing customers"),
    "lapsed_1": N_("Lapsed for a year"),
    "lapsed_longer": N_("Lapsed for longer"),
    "toddling_days": N_("Toddling ends at a tenure of"),
    "excellent_days": N_("Trend ends and excellent begins at a tenure of"),
    "leave_days": N_("Counted as left at a silence of"),
    "cpm_amount": N_("Trend and excellent begin at sales of"),
    "ltv_lab": N_("LTV-Lab"),
    "make_repeater": N_("MakeRepeater: 7 times the average order value"),
    "user": N_("set for this client"),
}

DEFINITIONS: dict[str, str] = {
    "cpm_step": N_(
        "First-time: one order. With two or more: toddling below the first tenure threshold, then steady below the"
        " sales threshold, above it trend and, from the second tenure threshold on, excellent. A value on a threshold"
        " belongs above it."
    ),
    "standing": N_("Left: no order for at least the leave threshold up to the base date; else active."),
    "n_all_cancelled": N_(
        "Active customers all of whose subscriptions have ended, at least one by cancellation, without an order after"
        " it. They stay in their group."
    ),
    "rate_moved": N_(
        "Customers who made the move from one month end to the next, divided by those who were active (for coming back:"
        " had left) at the first. Several months are taken together; their interval comes from how much the months"
        " differ, as the same customers are in several months."
    ),
    "n_year_active": N_("Customers with at least one counted order in the year."),
    "annual_ltv": N_("Sales of the year divided by its active customers; sales, not gross profit."),
    "retention_rate": N_("Active in both years, divided by active in the year before."),
    "new_retention_rate": N_(
        "New customers of the year with a second order in it, divided by all new customers of the year. Those who came"
        " lately have had little time."
    ),
    "year_leave_rate": N_("Active in the year before and not in this one, divided by active in the year before."),
    "return_rate": N_("Bought before, not in the year before, but in this one, divided by all who were inactive then."),
}
