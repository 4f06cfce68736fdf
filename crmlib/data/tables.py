"""The canonical tables: their columns, what an export may be mapped to, and the values a code may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Column:
    """One column that an export can be mapped to.

    `kind`: key (customer), id, text, comment (masked for personal data), money, whole, number, share, when, flag,
    consent or code. `allowed` are a code's values and `default` is what a blank or unmapped cell becomes; a code
    without a default must be given a meaning. A consent is a flag whose blank means that it is not known.
    """

    kind: str
    allowed: tuple[str, ...] = ()
    default: str | None = None


KEY, ID, TEXT, MONEY, WHOLE = Column("key"), Column("id"), Column("text"), Column("money"), Column("whole")
WHEN, FLAG, SHARE = Column("when"), Column("flag", ("true", "false"), "false"), Column("share")
CONSENT, COMMENT, NUMBER = Column("consent", ("true", "false")), Column("comment"), Column("number")
STATUSES = ("valid", "cancelled", "returned", "pending", "test", "staff")
LINE_TYPES = ("product", "shipping", "fee", "discount", "tax", "point", "insert", "option")
ORDER_KINDS = ("trial", "one_off", "subscription", "free", "unknown")
CANCEL_REASONS = ("no_effect", "surplus", "price", "skin_trouble", "competitor", "circumstances", "service",
                  "not_intended", "achieved", "other", "not_answered")  # fmt: skip
EVENTS = ("start", "delivered", "skipped", "paused", "resumed", "cancel_request", "cancelled", "saved",
          "payment_failed")  # fmt: skip
ENGAGEMENTS = ("mail_open", "mail_click", "line_read", "line_click", "sns_follow", "sns_post", "site_visit",
               "item_view", "cart_add", "cart_abandon", "owned_media_view", "event_join", "review_post")  # fmt: skip
METRICS = ("repurchase", "continuation", "revenue", "second_purchase", "delivery_reached", "cancellation", "cross_sell",
           "order_value", "time_to_cancellation")  # fmt: skip
ARMS = ("control", "treatment", "a", "b", "c", "d")
CHANNELS = ("mail", "line", "dm", "phone", "insert", "chat", "other")
CONTENT_TYPES = ("brand", "product", "offer", "unknown")
OFFERS = ("none", "only_you", "now_only", "coupon", "trial", "unknown")
START_EVENTS = ("order", "shipped", "delivered", "registered", "item_view", "cart_abandon", "silence", "survey",
                "cancel_request", "other", "unknown")  # fmt: skip
CATEGORIES = ("crm", "acquisition", "product", "service", "unknown")
CONTACT_RESULTS = ("reached", "absent", "ordered", "refused", "complaint", "follow_later", "unknown")

# What a client file may map. `order_date` and `ordered_at` are two names for one cell; `order_amount` is what the
# whole order cost after discounts, with the shipping and fees mapped beside it; it is counted once an order and only
# where no line money is mapped.
INPUTS: dict[str, dict[str, Column]] = {
    "orders": {
        "order_id": ID, "channel": TEXT, "customer_id": KEY, "ordered_at": WHEN, "order_date": WHEN,
        "status": Column("code", STATUSES), "cancelled_at": WHEN, "is_test": FLAG, "is_staff": FLAG,
        "order_amount": MONEY,
        "discount_amount": MONEY, "shipping_fee": MONEY, "fee": MONEY, "points_used": MONEY,
        "refunded_amount": MONEY, "order_kind": Column("code", ORDER_KINDS, "unknown"), "subscription_id": ID,
        "subscription_seq": WHOLE, "acq_media": TEXT, "line_no": WHOLE, "product_id": ID, "product_name": TEXT,
        "quantity": WHOLE, "unit_price": MONEY, "line_amount": MONEY, "line_discount": MONEY,
        "line_type": Column("code", LINE_TYPES),
    },
    "customers": {
        "customer_id": KEY, "first_seen_date": WHEN, "sex": TEXT, "birth_year": WHOLE, "age_band": TEXT,
        "prefecture": TEXT, "member_rank": TEXT, "acq_media": TEXT, "is_staff": FLAG, "is_test": FLAG,
        "mail_optin": CONSENT, "line_friend": CONSENT,
        "line_account": Column("code", ("campaign", "individual", "both", "none", "unknown"), "unknown"),
        "call_ok": CONSENT, "do_not_call": CONSENT, "dm_ok": CONSENT, "is_lead": FLAG, "lead_source": TEXT,
        "lead_date": WHEN,
    },
    "products": {
        "product_id": ID, "product_name": TEXT, "category_l1": TEXT, "category_l2": TEXT,
        "role": Column("code", ("trial", "front", "backend", "cross", "insert", "unknown"), "unknown"),
        "is_subscription": FLAG, "price": MONEY, "unit_cost": MONEY, "gross_margin_rate": SHARE, "cycle_days": WHOLE,
        "settle_orders": WHOLE, "settle_days": WHOLE,
    },
    "subscriptions": {
        "subscription_id": ID, "customer_id": KEY, "product_id": ID, "start_date": WHEN, "interval_days": WHOLE,
        "status": Column("code", ("active", "paused", "cancelled", "completed"), "active"), "cancel_date": WHEN,
        "cancel_reason": Column("code", CANCEL_REASONS, "not_answered"), "acq_media": TEXT, "plan": TEXT,
        "tenure_days": WHOLE, "tenure_months": WHOLE,
    },
    "subscription_events": {
        "subscription_id": ID, "event_at": WHEN, "event": Column("code", EVENTS), "seq": WHOLE,
        "reason": Column("code", CANCEL_REASONS, "not_answered"),
    },
    "surveys": {
        "response_id": ID, "customer_id": KEY, "answered_at": WHEN, "survey_id": ID, "nps": WHOLE,
        "expectation": WHOLE, "experience": WHOLE,
        "usage": Column("code", ("every_day", "sometimes", "stopped", "not_opened", "not_answered"), "not_answered"),
        "effect_felt": Column("code", ("yes", "a_little", "no", "not_answered"), "not_answered"),
        "recognised": Column("code", ("yes", "no", "not_answered"), "not_answered"),
        "intent_continue": WHOLE, "product_rating": WHOLE, "price_rating": WHOLE, "delivery_rating": WHOLE,
        "packaging_rating": WHOLE, "support_rating": WHOLE, "site_rating": WHOLE, "reported_orders": WHOLE,
        "reported_order_value": MONEY, "free_text": COMMENT,
    },
    "surveys_sent": {"survey_id": ID, "customer_id": KEY, "sent_at": WHEN},
    "experiments": {
        "experiment_id": ID, "name": TEXT, "hypothesis": COMMENT,
        "unit": Column("code", ("customer", "subscription"), "customer"),
        "assigned_method": Column("code", ("random", "manual", "before_after")),
        "start_date": WHEN, "end_date": WHEN,
        "primary_metric": Column("code", METRICS),
        "window_days": WHOLE, "treatment_share": SHARE, "target_number": WHOLE, "target_product": ID,
        "cost_per_unit": MONEY, "fixed_cost": MONEY, "scenario_id": ID, "kpi_id": ID, "population": COMMENT,
    },
    "assignments": {
        "experiment_id": ID, "unit_id": KEY, "arm": Column("code", ARMS), "assigned_at": WHEN,
        "actually_treated": CONSENT,
    },
    "engagement": {
        "customer_id": KEY, "event_at": WHEN, "kind": Column("code", ENGAGEMENTS), "object_id": ID, "source": TEXT,
    },
    "referrals": {
        "referrer_customer_id": KEY, "referred_customer_id": KEY, "referred_at": WHEN, "first_order_id": ID,
    },
    "contacts": {
        "customer_id": KEY, "contacted_at": WHEN, "staff": TEXT,
        "channel": Column("code", ("phone", "line", "mail", "dm", "chat", "other"), "other"),
        "line_account": Column("code", ("campaign", "individual", "none", "unknown"), "unknown"), "list_name": TEXT,
        "result": Column("code", CONTACT_RESULTS, "unknown"), "next_action_date": WHEN,
        "contact_group": Column("code", ("called", "held_out", "unknown"), "unknown"),
    },
    "inquiries": {
        "inquiry_id": ID, "customer_id": KEY, "asked_at": WHEN, "channel": TEXT, "category": TEXT, "resolved": FLAG,
        "faq_id": ID,
    },
    "ad_costs": {
        "date": WHEN, "media": TEXT, "campaign": TEXT, "cost": MONEY, "impressions": WHOLE, "clicks": WHOLE,
        "conversions": WHOLE,
    },
    "scenarios": {
        "scenario_id": ID, "name": TEXT, "target_segment": TEXT, "population": COMMENT, "goal": COMMENT,
        "stage": Column("code", ("purchaser", "general", "excellent", "follower", "fan", "fan_club", "evangelist",
                                 "unknown"), "unknown"),
        "strategy": Column("code", ("education", "commitment", "unknown"), "unknown"),
        "category": Column("code", CATEGORIES, "unknown"),
        "start_event": Column("code", START_EVENTS, "unknown"), "hold_out_rate": SHARE, "kpi_id": ID,
        "experiment_id": ID, "goal_product": ID, "start_date": WHEN, "end_date": WHEN, "is_focus": FLAG,
    },
    "messages": {
        "message_id": ID, "scenario_id": ID, "step_no": WHOLE, "name": TEXT, "offset_days": WHOLE,
        "channel": Column("code", CHANNELS, "other"), "content_type": Column("code", CONTENT_TYPES, "unknown"),
        "content_tags": TEXT, "offer_kind": Column("code", OFFERS, "unknown"), "discount_rate": SHARE,
        "cost_per_send": MONEY,
    },
    "sends": {
        "send_id": ID, "message_id": ID, "customer_id": KEY, "sent_at": WHEN, "delivered": CONSENT, "opened_at": WHEN,
        "clicked_at": WHEN, "unsubscribed_at": WHEN, "cost": MONEY,
        "send_group": Column("code", ("sent", "held_out", "unknown"), "sent"),
    },
    "kpi_targets": {
        "kpi_id": ID, "period": WHEN, "scope": TEXT, "target": NUMBER,
        "direction": Column("code", ("higher", "lower", "unknown"), "unknown"), "weight": NUMBER, "owner": TEXT,
        "note": COMMENT,
    },
    "actions": {
        "action_id": ID, "created": WHEN, "kpi_id": ID, "category": Column("code", CATEGORIES, "unknown"),
        "finding": COMMENT, "hypothesis": COMMENT, "action": COMMENT, "owner": TEXT, "due": WHEN,
        "status": Column("code", ("open", "doing", "done", "stopped", "unknown"), "unknown"), "result": COMMENT,
        "next": COMMENT, "experiment_id": ID,
    },
}  # fmt: skip
TABLES = tuple(INPUTS)

# Any one of the names in a group is enough.
REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    "orders": (("customer_id",), ("ordered_at", "order_date"), ("line_amount", "unit_price", "order_amount")),
    "customers": (("customer_id",),),
    "products": (("product_id",),),
    "surveys": (("customer_id",), ("answered_at",), ("nps",)),
    "surveys_sent": (("customer_id",), ("sent_at",)),
    "experiments": (("experiment_id",), ("assigned_method",), ("primary_metric",), ("window_days",)),
    "assignments": (("experiment_id",), ("unit_id",), ("arm",), ("assigned_at",)),
    "subscriptions": (("subscription_id",), ("customer_id",), ("start_date", "tenure_days", "tenure_months")),
    "subscription_events": (("subscription_id",), ("event_at",), ("event",)),
    "engagement": (("customer_id",), ("event_at",), ("kind",)),
    "referrals": (("referrer_customer_id",), ("referred_at",)),
    "contacts": (("customer_id",), ("contacted_at",)),
    "inquiries": (("asked_at",),),
    "ad_costs": (("date",), ("media",), ("cost",)),
    "scenarios": (("scenario_id",),),
    "messages": (("message_id",), ("scenario_id",)),
    "sends": (("message_id",), ("customer_id",), ("sent_at",)),
    "kpi_targets": (("kpi_id",), ("period",), ("target",)),
    "actions": (("created",), ("action",)),
}
# The columns of each table that hold a customer, and are replaced together where a key is personal.
KEYS: dict[str, tuple[str, ...]] = {
    table: tuple(name for name, column in columns.items() if column.kind == "key") for table, columns in INPUTS.items()
}

# Columns of an order that may stand on its first line only, and are taken once an order.
ORDER_TEXT = ("customer_id", "when", "status", "cancelled_at", "is_test", "is_staff", "order_kind", "subscription_id",
              "subscription_seq", "acq_media")  # fmt: skip
ORDER_MONEY = ("order_amount", "discount_amount", "shipping_fee", "fee", "points_used", "refunded_amount")

# What comes out, in this order, with DuckDB's types.
OUTPUTS: dict[str, dict[str, str]] = {
    "orders": {
        "order_id": "VARCHAR", "channel": "VARCHAR", "customer_id": "VARCHAR", "ordered_at": "TIMESTAMP",
        "order_date": "DATE", "order_day": "BIGINT", "amount": "BIGINT", "gross_amount": "BIGINT",
        "discount_amount": "BIGINT", "shipping_fee": "BIGINT", "fee": "BIGINT", "points_used": "BIGINT",
        "refunded_amount": "BIGINT", "n_items": "BIGINT", "order_kind": "VARCHAR", "subscription_id": "VARCHAR",
        "subscription_seq": "BIGINT", "acq_media": "VARCHAR", "status": "VARCHAR",
    },
    "order_items": {
        "order_id": "VARCHAR", "channel": "VARCHAR", "line_no": "BIGINT", "customer_id": "VARCHAR",
        "order_day": "BIGINT", "product_id": "VARCHAR", "product_name": "VARCHAR", "quantity": "BIGINT",
        "unit_price": "BIGINT", "line_amount": "BIGINT", "line_type": "VARCHAR",
    },
    "customers": {
        "customer_id": "VARCHAR", "first_seen_date": "DATE", "first_seen_day": "BIGINT", "sex": "VARCHAR",
        "birth_year": "BIGINT", "age_band": "VARCHAR", "prefecture": "VARCHAR", "member_rank": "VARCHAR",
        "acq_media": "VARCHAR", "is_staff": "BOOLEAN", "is_test": "BOOLEAN", "mail_optin": "BOOLEAN",
        "line_friend": "BOOLEAN", "line_account": "VARCHAR", "call_ok": "BOOLEAN", "do_not_call": "BOOLEAN",
        "dm_ok": "BOOLEAN", "is_lead": "BOOLEAN", "lead_source": "VARCHAR", "lead_date": "DATE", "lead_day": "BIGINT",
    },
    "products": {
        "product_id": "VARCHAR", "product_name": "VARCHAR", "category_l1": "VARCHAR", "category_l2": "VARCHAR",
        "role": "VARCHAR", "is_subscription": "BOOLEAN", "price": "BIGINT", "unit_cost": "BIGINT",
        "gross_margin_rate": "DOUBLE", "cycle_days": "BIGINT", "settle_orders": "BIGINT", "settle_days": "BIGINT",
    },
    "subscriptions": {
        "subscription_id": "VARCHAR", "customer_id": "VARCHAR", "product_id": "VARCHAR", "start_date": "DATE",
        "start_day": "BIGINT", "interval_days": "BIGINT", "status": "VARCHAR", "cancel_date": "DATE",
        "cancel_day": "BIGINT", "cancel_reason": "VARCHAR", "acq_media": "VARCHAR",
        "plan": "VARCHAR", "tenure_days": "BIGINT",
    },
    "subscription_events": {
        "subscription_id": "VARCHAR", "event_at": "TIMESTAMP", "event_day": "BIGINT", "event": "VARCHAR",
        "seq": "BIGINT", "reason": "VARCHAR",
    },
    "surveys": {
        "response_id": "VARCHAR", "customer_id": "VARCHAR", "answered_at": "TIMESTAMP", "answered_day": "BIGINT",
        "survey_id": "VARCHAR", "nps": "BIGINT", "expectation": "BIGINT", "experience": "BIGINT", "usage": "VARCHAR",
        "effect_felt": "VARCHAR", "recognised": "VARCHAR", "intent_continue": "BIGINT", "product_rating": "BIGINT",
        "price_rating": "BIGINT", "delivery_rating": "BIGINT", "packaging_rating": "BIGINT",
        "support_rating": "BIGINT", "site_rating": "BIGINT", "reported_orders": "BIGINT",
        "reported_order_value": "BIGINT", "free_text": "VARCHAR",
    },
    "surveys_sent": {
        "survey_id": "VARCHAR", "customer_id": "VARCHAR", "sent_at": "TIMESTAMP", "sent_day": "BIGINT",
    },
    "experiments": {
        "experiment_id": "VARCHAR", "name": "VARCHAR", "hypothesis": "VARCHAR", "unit": "VARCHAR",
        "assigned_method": "VARCHAR", "start_date": "DATE", "start_day": "BIGINT", "end_date": "DATE",
        "end_day": "BIGINT", "primary_metric": "VARCHAR", "window_days": "BIGINT", "treatment_share": "DOUBLE",
        "target_number": "BIGINT", "target_product": "VARCHAR", "cost_per_unit": "BIGINT", "fixed_cost": "BIGINT",
        "scenario_id": "VARCHAR", "kpi_id": "VARCHAR", "population": "VARCHAR",
    },
    "assignments": {
        "experiment_id": "VARCHAR", "unit_id": "VARCHAR", "arm": "VARCHAR", "assigned_at": "TIMESTAMP",
        "assigned_day": "BIGINT", "actually_treated": "BOOLEAN",
    },
    "engagement": {
        "customer_id": "VARCHAR", "event_at": "TIMESTAMP", "event_day": "BIGINT", "kind": "VARCHAR",
        "object_id": "VARCHAR", "source": "VARCHAR",
    },
    "referrals": {
        "referrer_customer_id": "VARCHAR", "referred_customer_id": "VARCHAR", "referred_at": "TIMESTAMP",
        "referred_day": "BIGINT", "first_order_id": "VARCHAR",
    },
    "contacts": {
        "customer_id": "VARCHAR", "contacted_at": "TIMESTAMP", "contacted_day": "BIGINT", "staff": "VARCHAR",
        "channel": "VARCHAR", "line_account": "VARCHAR", "list_name": "VARCHAR", "result": "VARCHAR",
        "next_action_date": "DATE", "next_action_day": "BIGINT", "contact_group": "VARCHAR",
    },
    "inquiries": {
        "inquiry_id": "VARCHAR", "customer_id": "VARCHAR", "asked_at": "TIMESTAMP", "asked_day": "BIGINT",
        "channel": "VARCHAR", "category": "VARCHAR", "resolved": "BOOLEAN", "faq_id": "VARCHAR",
    },
    "ad_costs": {
        "date": "DATE", "cost_day": "BIGINT", "media": "VARCHAR", "campaign": "VARCHAR", "cost": "BIGINT",
        "impressions": "BIGINT", "clicks": "BIGINT", "conversions": "BIGINT",
    },
    "scenarios": {
        "scenario_id": "VARCHAR", "name": "VARCHAR", "target_segment": "VARCHAR", "population": "VARCHAR",
        "goal": "VARCHAR", "stage": "VARCHAR", "strategy": "VARCHAR", "category": "VARCHAR", "start_event": "VARCHAR",
        "hold_out_rate": "DOUBLE", "kpi_id": "VARCHAR", "experiment_id": "VARCHAR", "goal_product": "VARCHAR",
        "start_date": "DATE", "start_day": "BIGINT", "end_date": "DATE", "end_day": "BIGINT", "is_focus": "BOOLEAN",
    },
    "messages": {
        "message_id": "VARCHAR", "scenario_id": "VARCHAR", "step_no": "BIGINT", "name": "VARCHAR",
        "offset_days": "BIGINT", "channel": "VARCHAR", "content_type": "VARCHAR", "content_tags": "VARCHAR",
        "offer_kind": "VARCHAR", "discount_rate": "DOUBLE", "cost_per_send": "BIGINT",
    },
    "sends": {
        "send_id": "VARCHAR", "message_id": "VARCHAR", "customer_id": "VARCHAR", "sent_at": "TIMESTAMP",
        "sent_day": "BIGINT", "delivered": "BOOLEAN", "opened_at": "TIMESTAMP", "opened_day": "BIGINT",
        "clicked_at": "TIMESTAMP", "clicked_day": "BIGINT", "unsubscribed_at": "TIMESTAMP",
        "unsubscribed_day": "BIGINT", "cost": "BIGINT", "send_group": "VARCHAR",
    },
    "kpi_targets": {
        "kpi_id": "VARCHAR", "period": "DATE", "month": "BIGINT", "scope": "VARCHAR", "target": "DOUBLE",
        "direction": "VARCHAR", "weight": "DOUBLE", "owner": "VARCHAR", "note": "VARCHAR",
    },
    "actions": {
        "action_id": "VARCHAR", "created": "DATE", "created_day": "BIGINT", "kpi_id": "VARCHAR", "category": "VARCHAR",
        "finding": "VARCHAR", "hypothesis": "VARCHAR", "action": "VARCHAR", "owner": "VARCHAR", "due": "DATE",
        "due_day": "BIGINT", "status": "VARCHAR", "result": "VARCHAR", "next": "VARCHAR", "experiment_id": "VARCHAR",
    },
}  # fmt: skip

# The day by which a table is cut at `as_of`.
DAY: dict[str, str] = {
    "orders": "order_day", "order_items": "order_day", "surveys": "answered_day", "surveys_sent": "sent_day",
    "assignments": "assigned_day", "subscriptions": "start_day", "subscription_events": "event_day",
    "engagement": "event_day", "referrals": "referred_day", "contacts": "contacted_day", "inquiries": "asked_day",
    "ad_costs": "cost_day", "sends": "sent_day", "actions": "created_day",
}  # fmt: skip

_PANDAS = {"VARCHAR": "str", "TIMESTAMP": "datetime64[us]", "DATE": "datetime64[us]", "BIGINT": "int64",
           "BOOLEAN": "bool", "DOUBLE": "float64"}  # fmt: skip


def types(table: str) -> dict[str, str]:
    """Pandas' type of the columns that pandas would not find by itself: texts, and consents that may be unknown."""
    unknown = {name: "boolean" for name, column in INPUTS.get(table, {}).items() if column.kind == "consent"}
    return {name: "str" for name, kind in OUTPUTS[table].items() if kind == "VARCHAR"} | unknown


def empty(table: str) -> pd.DataFrame:
    """An empty frame with the canonical columns of `table`.

    Example:
        >>> list(empty("surveys_sent").columns)
        ['survey_id', 'customer_id', 'sent_at', 'sent_day']
    """
    import pandas as pd

    found = {name: _PANDAS[kind] for name, kind in OUTPUTS[table].items()} | types(table)
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in found.items()})
