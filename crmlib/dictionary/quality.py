"""Columns, codes and definitions of the conditions of the analysis."""

from __future__ import annotations

from crmlib.dictionary.kinds import N_

COLUMNS: dict[str, tuple[str, str]] = {
    "share_rows": (N_("Share of rows read"), "share"),
    "n_read": (N_("Rows read"), "rows"),
    "n_left_out": (N_("Rows left out"), "rows"),
    "n_used": (N_("Rows used"), "rows"),
    "share_used": (N_("Share used"), "share"),
    "n_order_days": (N_("Days with an order"), "days"),
    "quiet_days": (N_("Longest run without an order"), "days"),
    "n_neighbours": (N_("Median of the months around"), "number"),
    "month_verdict": (N_("Verdict on the month"), "label"),
    "check": (N_("Check"), "label"),
    "n_found": (N_("Found"), "count"),
    "n_of": (N_("Of"), "count"),
    "n_filled": (N_("Filled"), "count"),
    "attribute": (N_("Attribute"), "label"),
    "presence": (N_("In the data"), "label"),
    "effect": (N_("What it switches on"), "label"),
    "tellable": (N_("Told by the export"), "label"),
}

CODES: dict[str, str] = {
    "whole": N_("whole"),
    "begins": N_("data begin within it"),
    "empty": N_("no order at all"),
    "far_below": N_("far below its neighbours"),
    "there": N_("there"),
    "not_there": N_("not there"),
    "told": N_("can be told"),
    "not_told": N_("no: the setting has no effect"),
    "first_order": N_("First counted order"),
    "last_order": N_("Last counted order"),
    "base_date": N_("Base date"),
    "currency": N_("Currency"),
    "tax_basis": N_("Tax"),
    "business_model": N_("Business model"),
    "timezone": N_("Time zone"),
    "same_day_orders": N_("Orders beyond a customer's first on a day"),
    "same_day_customers": N_("Customers with several orders on a day"),
    "surrogate_keys": N_("Customers known by a random id instead of mail, telephone or name"),
    "acq_media": N_("Advertising medium"),
    "order_kind": N_("Kind of order"),
    "product_id": N_("Product"),
    "age": N_("Age"),
    "member_rank": N_("Member rank"),
    "mail_optin": N_("Consent to mail"),
    "line_friend": N_("LINE friend"),
    "call_ok": N_("Consent to calls"),
    "role": N_("Role of the product"),
    "category_l1": N_("Category"),
    "price": N_("Price"),
    "unit_cost": N_("Cost of goods"),
    "cycle_days": N_("Days a product lasts"),
    "on_order_items": N_("Products bought together, first product, interest: basket, retention, LTV by product"),
    "on_products": N_("Product roles and margins: stages, line-up, back-end buyers, gross profit in LTV"),
    "on_customers": N_("Attributes and consent: personas of the lifecycle, who may be called or mailed"),
    "on_subscriptions": N_("Continuation by contract, active and paused contracts, reasons for leaving"),
    "on_subscription_events": N_("Continuation by delivery, skipped and paused deliveries, requests to cancel"),
    "on_ad_costs": N_("CPO, ROAS, break-even CPO and payback month in LTV"),
    "on_surveys": N_("NPS, expectation against experience, fans among the stages"),
    "on_surveys_sent": N_("Response rate of the surveys"),
    "on_engagement": N_("Followers among the stages, interest before a purchase"),
    "on_referrals": N_("Fans and evangelists among the stages"),
    "on_contacts": N_("What calls brought: revived customers, LTV after a call, against those not called"),
    "on_inquiries": N_("Questions and complaints by category"),
    "on_experiments": N_("A/B tests: what was planned"),
    "on_assignments": N_("A/B tests: followed against not followed"),
    "on_scenarios": N_("Scenarios: design by stage, what each lacks, effect against the hold-out"),
    "on_messages": N_("Scenarios: contents by kind, first contact, shares of offers"),
    "on_sends": N_("Scenarios: sent, opened, clicked, bought and left, mail by mail"),
    "on_kpi_targets": N_("KPIs against their targets"),
    "on_actions": N_("Action log: what was done and whether it moved its KPI"),
}

DEFINITIONS: dict[str, str] = {
    "share_rows": N_("Rows of the line divided by the rows read."),
    "share_used": N_("Rows used divided by rows read."),
    "quiet_days": N_("The longest run of days without an order inside the month, up to the base date."),
    "n_neighbours": N_("Median orders of the nearest whole months with an order, on both sides."),
    "month_verdict": N_(
        "Whole: complete and in line. No order at all, or far below: fewer orders than the chosen share of the median"
        " of the months around, where that median is large enough. The first month is cut off where the data begin"
        " later in it than the longest time without an order anywhere else."
    ),
    "n_found": N_("Rows, orders or customers that the check is about."),
    "n_filled": N_("Rows in which the attribute is neither blank nor unknown."),
    "tellable": N_("Whether the export has a column and a value by which this class of orders can be told."),
}
