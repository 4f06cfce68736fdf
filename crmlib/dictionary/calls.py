"""Columns, codes and definitions of the call list and revivals."""

from __future__ import annotations

from crmlib.dictionary.kinds import N_

COLUMNS: dict[str, tuple[str, str]] = {
    "priority": (N_("Order of calling"), "rank"),
    "silence_zone": (N_("Zone"), "label"),
    "days_from": (N_("Silence from"), "days"),
    "days_to": (N_("Silence to"), "days"),
    "usual_gap_days": (N_("Usual gap"), "average_days"),
    "gap_basis": (N_("Whose usual gap"), "label"),
    "gap_ratio": (N_("Silence ÷ usual gap"), "ratio"),
    "relative_zone": (N_("Against the usual gap"), "label"),
    "amount_year": (N_("Sales of the last 365 days"), "money"),
    "n_orders_year": (N_("Orders of the last 365 days"), "orders"),
    "main_category": (N_("Main category"), "text"),
    "last_product": (N_("Last product"), "text"),
    "last_contacted_day": (N_("Last contact"), "date"),
    "last_result": (N_("Result of the last contact"), "label"),
    "line_account": (N_("LINE account"), "label"),
    "contact_channel": (N_("Contact by"), "label"),
    "list_name": (N_("List"), "label"),
    "contact_group": (N_("Group"), "label"),
    "contacted_day": (N_("Contacted on"), "date"),
    "staff": (N_("Staff code"), "text"),
    "contact_result": (N_("Result"), "label"),
    "next_action_day": (N_("Next contact on"), "date"),
    "memo": (N_("Memo"), "text"),
    "call_step": (N_("Who is left"), "label"),
    "n_dropped": (N_("Left out by this step"), "customers"),
    "n_listed": (N_("On the list"), "customers"),
    "n_allowed": (N_("Allowed"), "customers"),
    "n_not_allowed": (N_("Not allowed"), "customers"),
    "n_campaign_only": (N_("Campaign account only"), "customers"),
    "n_not_known": (N_("Consent not known"), "customers"),
    "n_late": (N_("Later than usual"), "customers"),
    "n_far": (N_("Much later than usual"), "customers"),
    "n_approached": (N_("Contacted while dormant"), "customers"),
    "n_windowed": (N_("Observed for the window"), "customers"),
    "n_revived": (N_("Revived"), "customers"),
    "revival_rate": (N_("Revival rate"), "share"),
    "amount_window": (N_("Sales in the window"), "money"),
    "amount_before": (N_("Sales before the contact"), "money"),
    "amount_after": (N_("Sales since the contact"), "money"),
    "return_day": (N_("Came back on"), "date"),
    "days_to_order": (N_("Days until the order"), "days"),
    "call_group": (N_("Compared"), "label"),
    "cost_item": (N_("Cost of one"), "label"),
    "unit_cost_amount": (N_("Cost"), "money"),
    "balance_measure": (N_("On the day of the contact"), "label"),
    "mean_called": (N_("Mean of those contacted"), "number"),
    "mean_others": (N_("Mean of the others"), "number"),
    "standardised_difference": (N_("Standardised difference"), "ratio"),
    "threshold_days": (N_("Threshold in days"), "days"),
    "horizon_days": (N_("Within"), "days"),
    "n_repeat": (N_("With two or more orders"), "customers"),
    "inquiry_category": (N_("About"), "text"),
    "n_inquiries": (N_("Inquiries"), "count"),
    "share_inquiries": (N_("Share of inquiries"), "share"),
    "n_resolved": (N_("Settled"), "count"),
    "n_unresolved": (N_("Not settled"), "count"),
    "resolved_share": (N_("Share settled"), "share"),
    "n_with_faq": (N_("Answered from the FAQ"), "count"),
}

CODES: dict[str, str] = {
    "zone_short": N_("Zone 1: bought recently"),
    "zone_action": N_("Zone 2: act now"),
    "zone_long": N_("Zone 3: long silent"),
    "relative_within": N_("As usual"),
    "relative_late": N_("Later than usual"),
    "relative_far": N_("Much later than usual"),
    "all_customers": N_("All customers"),
    "few_orders": N_("Too few orders"),
    "with_enough_orders": N_("With enough orders"),
    "in_called_zone": N_("In a zone that is called"),
    "not_refused": N_("Did not ask to be left alone"),
    "with_a_channel": N_("Not refused on every channel"),
    "with_known_consent": N_("With consent on record"),
    "not_just_contacted": N_("Not contacted recently"),
    "on_the_list": N_("On the list"),
    "phone": N_("Telephone"),
    "line": N_("LINE"),
    "mail": N_("Mail"),
    "dm": N_("Post (DM)"),
    "chat": N_("Chat"),
    "account_campaign": N_("Campaign account"),
    "account_individual": N_("Individual account"),
    "account_both": N_("Both accounts"),
    "account_none": N_("No friend"),
    "account_unknown": N_("Not known"),
    "called": N_("To contact"),
    "held_out": N_("Held out: do not contact"),
    "group_called": N_("Contacted"),
    "group_held_out": N_("Held out"),
    "group_not_contacted": N_("Not contacted"),
    "gap_own": N_("The customer's own"),
    "gap_product": N_("Median of the product"),
    "gap_category": N_("Median of the category"),
    "gap_shop": N_("Median of the shop"),
    "result_reached": N_("Reached"),
    "result_absent": N_("Absent"),
    "result_ordered": N_("Ordered"),
    "result_refused": N_("Refused"),
    "result_complaint": N_("Complaint"),
    "result_follow_later": N_("Call again later"),
    "result_unknown": N_("Not recorded"),
    "cost_per_revived": N_("Revived customer"),
    "cost_per_extra": N_("Revived customer beyond those who come back anyway"),
    "cost_per_new": N_("New customer by advertising"),
    "balance_recency": N_("Days since last order"),
    "balance_orders": N_("Orders"),
    "balance_amount": N_("Sales"),
}

DEFINITIONS: dict[str, str] = {
    "silence_zone": N_(
        "Days since the last order against two bounds, 30 and 60 by default; a silence of exactly a bound is in the"
        " zone before it."
    ),
    "usual_gap_days": N_(
        "The customer's own average gap from two gaps on, else the median gap after orders of the product bought last,"
        " of its category, or of the shop; only gaps that ended."
    ),
    "gap_ratio": N_("Days since the last order divided by the usual gap; 1 is as late as usual."),
    "relative_zone": N_("Silence divided by the usual gap, against two bounds, 1 and 2 by default."),
    "amount_year": N_("Sales of the 365 days that end on the base date."),
    "n_orders_year": N_("Counted orders of the 365 days that end on the base date."),
    "main_category": N_("The category with the customer's largest sales of lines."),
    "n_not_known": N_("The customer table says neither yes nor no; not listed for that channel."),
    "n_campaign_only": N_("Friends of the LINE account for campaigns, which is not used for individual contact."),
    "n_approached": N_(
        "Customers contacted while dormant; several contacts in one silence count once, from the first on."
    ),
    "n_windowed": N_("Of these, contacted so long ago that the whole window lies before the base date."),
    "revival_rate": N_(
        "Customers with an order from the day of the contact to the end of the window, divided by the dormant customers"
        " contacted so long ago that the window is over; Wilson's interval."
    ),
    "amount_window": N_("Sales from the day of the contact to the end of the window, whoever ordered."),
    "amount_after": N_("Sales from the day of the contact to the base date, of revived customers."),
    "standardised_difference": N_(
        "Difference of the means divided by the pooled standard deviation; beyond 0.1 the groups differ."
    ),
    "unit_cost_amount": N_(
        "Cost of all contacts divided by the customers, or cost of advertising divided by the customers whose first"
        " order lies in its days."
    ),
    "resolved_share": N_("Inquiries marked as settled divided by all inquiries; Wilson's interval."),
}
