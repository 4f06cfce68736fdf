"""The canonical tables: their columns, what an export may be mapped to, and the values a code may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Column:
    """One column that an export can be mapped to.

    `kind`: key (customer), id, text, money, whole, share, when, flag or code. `allowed` are a code's values and
    `default` is what a blank or unmapped cell becomes; a code without a default must be given a meaning.
    """

    kind: str
    allowed: tuple[str, ...] = ()
    default: str | None = None


KEY, ID, TEXT, MONEY, WHOLE = Column("key"), Column("id"), Column("text"), Column("money"), Column("whole")
WHEN, FLAG, SHARE = Column("when"), Column("flag", ("true", "false"), "false"), Column("share")
STATUSES = ("valid", "cancelled", "returned", "pending", "test", "staff")
LINE_TYPES = ("product", "shipping", "fee", "discount", "tax", "point", "insert")
ORDER_KINDS = ("trial", "one_off", "subscription", "free", "unknown")

# What a client file may map. `order_date` and `ordered_at` are two names for one cell; `order_amount` is what the
# whole order cost after discounts, with the shipping and fees mapped beside it; it is counted once an order and only
# where no line money is mapped.
INPUTS: dict[str, dict[str, Column]] = {
    "orders": {
        "order_id": ID, "channel": TEXT, "customer_id": KEY, "ordered_at": WHEN, "order_date": WHEN,
        "status": Column("code", STATUSES), "is_test": FLAG, "is_staff": FLAG, "order_amount": MONEY,
        "discount_amount": MONEY, "shipping_fee": MONEY, "fee": MONEY, "points_used": MONEY,
        "refunded_amount": MONEY, "order_kind": Column("code", ORDER_KINDS, "unknown"), "subscription_id": ID,
        "subscription_seq": WHOLE, "acq_media": TEXT, "line_no": WHOLE, "product_id": ID, "product_name": TEXT,
        "quantity": WHOLE, "unit_price": MONEY, "line_amount": MONEY, "line_discount": MONEY,
        "line_type": Column("code", LINE_TYPES),
    },
    "customers": {
        "customer_id": KEY, "first_seen_date": WHEN, "sex": TEXT, "birth_year": WHOLE, "age_band": TEXT,
        "prefecture": TEXT, "member_rank": TEXT, "acq_media": TEXT, "is_staff": FLAG, "is_test": FLAG,
    },
    "products": {
        "product_id": ID, "product_name": TEXT, "category_l1": TEXT, "category_l2": TEXT,
        "role": Column("code", ("trial", "front", "backend", "cross", "insert"), "front"),
        "is_subscription": FLAG, "price": MONEY, "unit_cost": MONEY, "cycle_days": WHOLE,
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
}

# Columns of an order that may stand on its first line only, and are taken once an order.
ORDER_TEXT = ("customer_id", "when", "status", "is_test", "is_staff", "order_kind", "subscription_id",
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
        "acq_media": "VARCHAR", "is_staff": "BOOLEAN", "is_test": "BOOLEAN",
    },
    "products": {
        "product_id": "VARCHAR", "product_name": "VARCHAR", "category_l1": "VARCHAR", "category_l2": "VARCHAR",
        "role": "VARCHAR", "is_subscription": "BOOLEAN", "price": "BIGINT", "unit_cost": "BIGINT",
        "cycle_days": "BIGINT",
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
}  # fmt: skip

# The day by which a table is cut at `as_of`.
DAY: dict[str, str] = {
    "orders": "order_day", "order_items": "order_day", "surveys": "answered_day", "surveys_sent": "sent_day",
    "assignments": "assigned_day",
}  # fmt: skip

_PANDAS = {"VARCHAR": "str", "TIMESTAMP": "datetime64[us]", "DATE": "datetime64[us]", "BIGINT": "int64",
           "BOOLEAN": "bool", "DOUBLE": "float64"}  # fmt: skip


def empty(table: str) -> pd.DataFrame:
    """An empty frame with the canonical columns of `table`.

    Example:
        >>> list(empty("surveys_sent").columns)
        ['survey_id', 'customer_id', 'sent_at', 'sent_day']
    """
    import pandas as pd

    return pd.DataFrame({name: pd.Series(dtype=_PANDAS[kind]) for name, kind in OUTPUTS[table].items()})
