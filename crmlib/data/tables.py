"""The canonical tables: their columns, what an export may be mapped to, and the values a code may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Column:
    """One column that an export can be mapped to.

    `kind`: key (customer), id, text, money, whole, share, when, flag, consent or code. `allowed` are a code's values
    and `default` is what a blank or unmapped cell becomes; a code without a default must be given a meaning. A consent
    is a flag whose blank means that it is not known.
    """

    kind: str
    allowed: tuple[str, ...] = ()
    default: str | None = None


KEY, ID, TEXT, MONEY, WHOLE = Column("key"), Column("id"), Column("text"), Column("money"), Column("whole")
WHEN, FLAG, SHARE = Column("when"), Column("flag", ("true", "false"), "false"), Column("share")
CONSENT = Column("consent", ("true", "false"))
STATUSES = ("valid", "cancelled", "returned", "pending", "test", "staff")
LINE_TYPES = ("product", "shipping", "fee", "discount", "tax", "point", "insert")
ORDER_KINDS = ("trial", "one_off", "subscription", "free", "unknown")
CANCEL_REASONS = ("no_effect", "surplus", "price", "skin_trouble", "competitor", "circumstances", "service",
                  "not_intended", "achieved", "other", "not_answered")  # fmt: skip
EVENTS = ("start", "delivered", "skipped", "paused", "resumed", "cancel_request", "cancelled", "saved",
          "payment_failed")  # fmt: skip
ENGAGEMENTS = ("mail_open", "mail_click", "line_read", "line_click", "sns_follow", "sns_post", "site_visit",
               "item_view", "cart_add", "cart_abandon", "owned_media_view", "event_join", "review_post")  # fmt: skip
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
        "cancel_reason": Column("code", CANCEL_REASONS, "not_answered"), "acq_media": TEXT,
    },
    "subscription_events": {
        "subscription_id": ID, "event_at": WHEN, "event": Column("code", EVENTS), "seq": WHOLE,
        "reason": Column("code", CANCEL_REASONS, "not_answered"),
    },
    "surveys": {
        "response_id": ID, "customer_id": KEY, "answered_at": WHEN, "survey_id": ID, "nps": WHOLE,
        "expectation": WHOLE, "experience": WHOLE,
        "usage": Column("code", ("every_day", "sometimes", "stopped", "not_opened", "not_answered"), "not_answered"),
    },
    "surveys_sent": {"survey_id": ID, "customer_id": KEY, "sent_at": WHEN},
    "experiments": {
        "experiment_id": ID, "name": TEXT, "hypothesis": TEXT,
        "unit": Column("code", ("customer", "subscription"), "customer"),
        "assigned_method": Column("code", ("random", "manual", "before_after")),
        "start_date": WHEN, "end_date": WHEN,
        "primary_metric": Column("code", ("repurchase", "continuation", "revenue")),
        "window_days": WHOLE, "treatment_share": SHARE,
    },
    "assignments": {
        "experiment_id": ID, "unit_id": KEY, "arm": Column("code", ("treatment", "control")), "assigned_at": WHEN,
        "actually_treated": FLAG,
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
    "subscriptions": (("subscription_id",), ("customer_id",), ("start_date",)),
    "subscription_events": (("subscription_id",), ("event_at",), ("event",)),
    "engagement": (("customer_id",), ("event_at",), ("kind",)),
    "referrals": (("referrer_customer_id",), ("referred_at",)),
    "contacts": (("customer_id",), ("contacted_at",)),
    "inquiries": (("asked_at",),),
    "ad_costs": (("date",), ("media",), ("cost",)),
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
    },
    "subscription_events": {
        "subscription_id": "VARCHAR", "event_at": "TIMESTAMP", "event_day": "BIGINT", "event": "VARCHAR",
        "seq": "BIGINT", "reason": "VARCHAR",
    },
    "surveys": {
        "response_id": "VARCHAR", "customer_id": "VARCHAR", "answered_at": "TIMESTAMP", "answered_day": "BIGINT",
        "survey_id": "VARCHAR", "nps": "BIGINT", "expectation": "BIGINT", "experience": "BIGINT", "usage": "VARCHAR",
    },
    "surveys_sent": {
        "survey_id": "VARCHAR", "customer_id": "VARCHAR", "sent_at": "TIMESTAMP", "sent_day": "BIGINT",
    },
    "experiments": {
        "experiment_id": "VARCHAR", "name": "VARCHAR", "hypothesis": "VARCHAR", "unit": "VARCHAR",
        "assigned_method": "VARCHAR", "start_date": "DATE", "start_day": "BIGINT", "end_date": "DATE",
        "end_day": "BIGINT", "primary_metric": "VARCHAR", "window_days": "BIGINT", "treatment_share": "DOUBLE",
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
}  # fmt: skip

# The day by which a table is cut at `as_of`.
DAY: dict[str, str] = {
    "orders": "order_day", "order_items": "order_day", "surveys": "answered_day", "surveys_sent": "sent_day",
    "assignments": "assigned_day", "subscriptions": "start_day", "subscription_events": "event_day",
    "engagement": "event_day", "referrals": "referred_day", "contacts": "contacted_day", "inquiries": "asked_day",
    "ad_costs": "cost_day",
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
