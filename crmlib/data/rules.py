"""What the door demands of the rows of each optional table, and what it makes of a cell that is not there."""

from __future__ import annotations

from crmlib.data.tables import INPUTS

# The column that must be unique, the date that must be readable, and the key that must be there, where a table has one.
UNIQUE = {"customers": "customer_id", "products": "product_id", "experiments": "experiment_id",
          "subscriptions": "subscription_id", "scenarios": "scenario_id", "messages": "message_id",
          "sends": "send_id", "kpi_targets": "kpi_id, year(period), month(period), coalesce(scope, 'all')"}  # fmt: skip
# Rows without this id are each their own.
MAY_HAVE_NO_ID = ("sends",)
# Of several rows of one of these, the last counts.
LATEST = {"actions": "action_id"}
REQUIRED_DATE = {
    "surveys": "answered_at", "surveys_sent": "sent_at", "assignments": "assigned_at", "subscriptions": "start_date",
    "subscription_events": "event_at", "engagement": "event_at", "referrals": "referred_at",
    "contacts": "contacted_at", "inquiries": "asked_at", "ad_costs": "date", "sends": "sent_at",
    "kpi_targets": "period", "actions": "created",
}  # fmt: skip
REQUIRED_ID = {"products": "product_id", "experiments": "experiment_id", "assignments": "unit_id",
               "subscriptions": "subscription_id", "subscription_events": "subscription_id",
               "ad_costs": "media", "scenarios": "scenario_id", "messages": "message_id", "sends": "message_id",
               "kpi_targets": "kpi_id"}  # fmt: skip
# Whose row it is; an inquiry may be anybody's.
CUSTOMER = {"referrals": "referrer_customer_id"} | {
    table: "customer_id" for table, columns in INPUTS.items() if "customer_id" in columns and table != "inquiries"
}
# A row of the one belongs to a row of the other: column, table.
BELONGS = {"assignments": ("experiment_id", "experiments"), "subscription_events": ("subscription_id", "subscriptions"),
           "messages": ("scenario_id", "scenarios"), "sends": ("message_id", "messages")}  # fmt: skip
# What a table is judged by: a cell of these that cannot be read leaves its row out, and a wrong one too.
JUDGED = {
    "experiments": {
        "window_days": "coalesce(window_days BETWEEN 1 AND 36525, false)",
        "treatment_share": "coalesce(treatment_share > 0 AND treatment_share < 1, false)",
        "start_date": "start_date IS NOT NULL",
        "end_date": "end_date IS NOT NULL AND coalesce(end_date >= start_date, true)",
    },
    "subscriptions": {
        "interval_days": "coalesce(interval_days >= 1, false)",
        "cancel_date": "coalesce(cancel_date >= start_date, false)",
    },
    "ad_costs": {"cost": "cost IS NOT NULL"},
    # Nobody opens what was not sent yet; a date without a time is the whole day.
    "sends": {
        name: f"coalesce({name} >= sent_at OR ({name} = date_trunc('day', sent_at)), false)"
        for name in ("opened_at", "clicked_at", "unsubscribed_at")
    },
    # Of what a shop aims at, only NPS can lie below zero, and no rate above 1: against 5, meant as 5 %, all is well.
    "kpi_targets": {
        "target": "coalesce((target >= 0 OR kpi_id = 'nps') AND "
        "(target <= 1 OR NOT regexp_matches(kpi_id, '_(rate|share)$')), false)"
    },
}
# A row of a list to be filled in that nobody has filled in: what only a person can have written is blank.
FORM = {
    "contacts": {"contacted_at": "_no_contacted_at", "staff": "staff IS NULL", "result": "result = 'unknown'"},
    "kpi_targets": {"target": "_no_target"},
    "actions": {"action": "_no_action", "result": "_no_result", "next": "_no_next"},
}
MAY_BE_BLANK = ("treatment_share", "start_date", "end_date", "interval_days", "cancel_date", "opened_at", "clicked_at",
                "unsubscribed_at")  # fmt: skip
# Numbers that cannot be: a rate of 45 would multiply every profit, a settling of 0 orders would settle everybody.
_RATE, _NONE_BELOW, _DAYS, _NUMBER = "BETWEEN 0 AND 1", ">= 0", "BETWEEN 0 AND 36525", "BETWEEN 1 AND 1000"
# No form asks from beyond these; each form's own scale, narrower, is not known here.
_SCALES = dict.fromkeys(
    ("expectation", "experience", "intent_continue", "product_rating", "price_rating", "delivery_rating",
     "packaging_rating", "support_rating", "site_rating"), "BETWEEN 0 AND 100",
)  # fmt: skip
POSSIBLE = _SCALES | {
    "gross_margin_rate": "<= 1", "unit_cost": ">= 0", "cycle_days": ">= 1", "settle_orders": ">= 1",
    "settle_days": ">= 0", "birth_year": "BETWEEN 1880 AND 2100", "impressions": ">= 0", "clicks": ">= 0",
    "conversions": ">= 0", "hold_out_rate": _RATE, "discount_rate": _RATE, "reported_orders": ">= 1",
    "reported_order_value": _NONE_BELOW, "target_number": _NUMBER, "step_no": _NUMBER,
    "cost_per_unit": _NONE_BELOW, "fixed_cost": _NONE_BELOW, "cost_per_send": _NONE_BELOW, "weight": _NONE_BELOW,
    "tenure_days": _DAYS, "tenure_months": "BETWEEN 0 AND 1200", "offset_days": "BETWEEN -36525 AND 36525",
}  # fmt: skip
# The same, of names that mean other things in other tables: money back from a medium is a cost below zero.
POSSIBLE_OF = {("sends", "cost"): _NONE_BELOW}
# What databases write for the date of a thing that has not happened.
NO_DATE = "[0/:. -]+"
DATE_OF_DAY = {
    "answered_day": "answered_at", "sent_day": "sent_at", "assigned_day": "assigned_at",
    "first_seen_day": "first_seen_date", "start_day": "start_date", "end_day": "end_date", "lead_day": "lead_date",
    "cancel_day": "cancel_date", "event_day": "event_at", "referred_day": "referred_at",
    "contacted_day": "contacted_at", "next_action_day": "next_action_date", "asked_day": "asked_at",
    "cost_day": "date", "opened_day": "opened_at", "clicked_day": "clicked_at", "unsubscribed_day": "unsubscribed_at",
    "created_day": "created", "due_day": "due",
}  # fmt: skip
# Costs of advertising and targets are often written down by the month, which stands for its first day.
BY_MONTH = ("date", "period")
MONTHS = ["%Y-%m", "%Y/%m", "%Y年%m月"]
# A code of a person, with a digit in it; whoever wrote a name there is not carried on.
_STAFF = "CASE WHEN regexp_full_match({0}, '[A-Za-z_-]*[0-9][A-Za-z0-9_-]*') AND length({0}) <= 8 THEN {0} END"
WITHOUT = {
    "response_id": "coalesce(response_id, format('r{:06d}', _seq))",
    "inquiry_id": "coalesce(inquiry_id, format('q{:06d}', _seq))",
    "survey_id": "coalesce(survey_id, 'survey')",
    "staff": _STAFF.format("staff"),
    "owner": _STAFF.format("owner"),
    "treatment_share": "coalesce(treatment_share, 0.5)",
    "send_id": "coalesce(send_id, format('s{:06d}', _seq))",
    "action_id": "coalesce(action_id, format('a{:06d}', _seq))",
    "month": "(year(period) * 12 + month(period) - 1)::BIGINT",
    "scope": "coalesce(scope, 'all')",
}
# Sentences name an experiment; one that nobody has named is called by its id.
WITHOUT_OF = {("experiments", "name"): "coalesce(name, experiment_id)"}
# A subscription with a date of cancellation is cancelled, and only a cancelled one has a reason.
SUBSCRIPTION = {
    "status": "CASE WHEN cancel_date IS NOT NULL THEN 'cancelled' ELSE status END",
    "cancel_reason": "CASE WHEN cancel_date IS NOT NULL OR status = 'cancelled' THEN cancel_reason END",
}
