"""What the data tell about each customer's stage: small tables of days, from which any day can be judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
import pandas as pd

from crmlib.analysis import aggregates
from crmlib.analysis.checks import require_at_least, require_columns

WANTED_ROLES = ("backend", "cross")
# Opening, reading and following what the shop tells; viewing items and carts are shopping.
FOLLOWING = ("mail_open", "mail_click", "line_read", "line_click", "sns_follow", "sns_post", "site_visit",
             "owned_media_view", "event_join", "review_post")  # fmt: skip
NEVER = float("nan")


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """The limits of the seven stages; every one is a proposal but F2 = 2 orders, and a parameter of the notebook.

    `min_orders` for stage 3; `events` and `reads` in `window_days` for stage 4; `referrals_fan` for stage 5;
    `settle_orders` deliveries (where the product does not say) and `quiet_days` without a request to cancel for stage
    6; `coverage` of back-end and cross products and `referrals_evangelist` for stage 7. `promoter` is the NPS answer
    that stands in for experience over expectation where the latter was not asked.
    """

    min_orders: int = 2
    events: int = 3
    reads: int = 1
    window_days: int = 90
    promoter: int = 9
    referrals_fan: int = 1
    settle_orders: int = 3
    quiet_days: int = 180
    coverage: float = 0.8
    referrals_evangelist: int = 3

    def __post_init__(self) -> None:
        for name in ("min_orders", "events", "reads", "window_days", "referrals_fan", "settle_orders", "quiet_days"):
            require_at_least(name, getattr(self, name), 1)
        require_at_least("referrals_evangelist", self.referrals_evangelist, self.referrals_fan)
        if not 0 < self.coverage <= 1:
            raise ValueError(f"coverage == {self.coverage}, must be above 0 and at most 1.")


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Days on which customers passed the marks of the stages.

    `customers`: customer_id and the days of `aggregates.milestones`, `product_days` and `engagement_days`, with
    first_referral_day and many_referrals_day; NaN where not passed by `as_of_day`. `counts`: of
    `aggregates.engagement_counts`, for `days`. `answers`: customer_id, answered_day, gap (experience - expectation),
    nps. `contracts`: subscription_id, customer_id, settled_day, end_day, quiet_known. `requests`: subscription_id,
    customer_id, event_day. `seen`: first day of each optional table, NaN where it is missing. `roles_known`: the shop
    says which products are back-end or cross.
    """

    as_of_day: int
    days: tuple[int, ...]
    thresholds: Thresholds
    customers: pd.DataFrame
    counts: pd.DataFrame
    answers: pd.DataFrame
    contracts: pd.DataFrame
    requests: pd.DataFrame
    seen: dict[str, float]
    roles_known: bool


def gather(
    orders: Any,
    order_items: Any,
    *,
    as_of_day: int,
    days: Sequence[int] = (),
    products: pd.DataFrame,
    engagement: Any,
    surveys: pd.DataFrame,
    referrals: pd.DataFrame,
    subscriptions: pd.DataFrame,
    subscription_events: Any,
    thresholds: Thresholds | None = None,
) -> Evidence:
    """Read every table once; an empty optional table is a missing one.

    orders, order_items, engagement and subscription_events may be of any engine; `days` are the days that will be
    judged beside as_of_day, after which nothing is read; the limits are by default those of `Thresholds`.

    Raises:
        ValueError: a column is missing, or a day of `days` lies after as_of_day.
    """
    limits = thresholds or Thresholds()
    if max([as_of_day, *days]) > as_of_day:
        raise ValueError(f"days reach {max(days)}, after as_of_day == {as_of_day}.")
    every = tuple(sorted({*days, as_of_day}))
    events_seen = aggregates.first_seen(subscription_events, "event_day")
    contracts = _contracts(subscriptions, orders, subscription_events, as_of_day, products, limits)
    return Evidence(
        as_of_day=as_of_day,
        days=every,
        thresholds=limits,
        customers=_customers(orders, order_items, products, engagement, referrals, as_of_day, limits),
        counts=aggregates.engagement_counts(engagement, days=every, window_days=limits.window_days, kinds=FOLLOWING),
        answers=_answers(surveys, as_of_day),
        contracts=contracts.assign(quiet_known=not np.isnan(events_seen)),
        requests=_requests(subscription_events, as_of_day),
        seen={
            "engagement": aggregates.first_seen(engagement, "event_day"),
            "surveys": aggregates.first_seen(surveys, "answered_day"),
            "referrals": aggregates.first_seen(referrals, "referred_day"),
            "subscriptions": aggregates.first_seen(subscriptions, "start_day"),
            "subscription_events": events_seen,
        },
        roles_known=bool(len(wanted_products(products))),
    )


def wanted_products(products: pd.DataFrame) -> list[str]:
    """Products with the role back-end or cross."""
    require_columns("products", products.columns, ["product_id", "role"])
    return sorted(products.loc[products["role"].isin(WANTED_ROLES), "product_id"].astype(str))


def _customers(
    orders: Any,
    order_items: Any,
    products: pd.DataFrame,
    engagement: Any,
    referrals: pd.DataFrame,
    as_of_day: int,
    limits: Thresholds,
) -> pd.DataFrame:
    wanted = wanted_products(products)
    known = sorted(products.loc[products["role"] != "unknown", "product_id"].astype(str))
    needed = max(1, ceil(round(limits.coverage * len(wanted), 9)))
    passed = aggregates.milestones(orders, as_of_day=as_of_day, min_orders=limits.min_orders)
    bought = aggregates.product_days(order_items, as_of_day=as_of_day, wanted=wanted, known=known, n_needed=needed)
    looked = aggregates.engagement_days(engagement, as_of_day=as_of_day, wanted=wanted)
    table = passed.merge(bought, on="customer_id", how="left").merge(looked, on="customer_id", how="left")
    table = table.merge(_referrals(referrals, as_of_day, limits), on="customer_id", how="left")
    whole = ["n_wanted", "n_event_joins", "n_referrals"]
    table[whole] = table[whole].fillna(0).astype("int64")
    table["coverage"] = table["n_wanted"] / (len(wanted) or NEVER)
    return table


def _referrals(referrals: pd.DataFrame, as_of_day: int, limits: Thresholds) -> pd.DataFrame:
    names = ["referrer_customer_id", "referred_day"]
    require_columns("referrals", referrals.columns, names)
    rows = referrals.loc[referrals["referred_day"] <= as_of_day].dropna(subset=names)
    rows = rows.sort_values(names).rename(columns={"referrer_customer_id": "customer_id"})
    place = rows.groupby("customer_id").cumcount() + 1
    days = rows["referred_day"].astype("float64")
    marked = rows[["customer_id"]].assign(
        fan_referral_day=days.where(place == limits.referrals_fan),
        evangelist_referral_day=days.where(place == limits.referrals_evangelist),
        n_referrals=1,
    )
    found = marked.groupby("customer_id", as_index=False).agg(
        fan_referral_day=("fan_referral_day", "min"),
        evangelist_referral_day=("evangelist_referral_day", "min"),
        n_referrals=("n_referrals", "sum"),
    )
    return found.astype({"customer_id": "str"})


def _answers(surveys: pd.DataFrame, as_of_day: int) -> pd.DataFrame:
    names = ["customer_id", "answered_day", "nps", "expectation", "experience"]
    require_columns("surveys", surveys.columns, names)
    rows = surveys.loc[surveys["answered_day"] <= as_of_day, names].dropna(subset=["customer_id", "answered_day"])
    numbers = rows[["nps", "expectation", "experience"]].astype("float64")
    gap = numbers["experience"] - numbers["expectation"]
    told = rows[["customer_id", "answered_day"]].assign(gap=gap, nps=numbers["nps"])
    return told.dropna(subset=["gap", "nps"], how="all").sort_values(
        ["customer_id", "answered_day", "nps"], ignore_index=True
    )


def _contracts(
    subscriptions: pd.DataFrame,
    orders: Any,
    subscription_events: Any,
    as_of_day: int,
    products: pd.DataFrame,
    limits: Thresholds,
) -> pd.DataFrame:
    """When each contract was past its settling number of deliveries, and when it ended."""
    names = ["subscription_id", "customer_id", "product_id", "start_day", "status", "cancel_day"]
    require_columns("subscriptions", subscriptions.columns, names)
    table = subscriptions.loc[subscriptions["start_day"] <= as_of_day, names]
    settle = products.set_index("product_id")["settle_orders"].astype("float64")
    # Beyond the settling count: the delivery after it.
    needed = (table["product_id"].map(settle).astype("float64").fillna(limits.settle_orders) + 1).astype("int64")
    table = table.assign(needed=needed)
    numbers = sorted(needed.unique().tolist())
    events = aggregates.settling_days(subscription_events, as_of_day=as_of_day, numbers=numbers)
    source = events if len(events) else aggregates.settling_days(orders, as_of_day=as_of_day, numbers=numbers)
    table = table.merge(source, on="subscription_id", how="left")
    table["settled_day"] = NEVER
    for number in numbers:
        table["settled_day"] = table["settled_day"].mask(table["needed"] == number, table[f"reached_{number}"])
    table["n_delivered"] = table["n_delivered"].fillna(0).astype("int64")
    table["end_day"] = _ends(table, subscription_events, as_of_day)
    kept = ["subscription_id", "customer_id", "start_day", "settled_day", "end_day", "n_delivered"]
    return table[kept].sort_values("subscription_id", ignore_index=True)


def _ends(table: pd.DataFrame, subscription_events: Any, as_of_day: int) -> pd.Series[float]:
    """Day of cancellation; where the contract is over without one, its last delivery, or its start."""
    endings = aggregates.ending_days(subscription_events, as_of_day=as_of_day)
    cancelled = endings[endings["event"] == "cancelled"].groupby("subscription_id")["event_day"].max()
    over = table["status"].isin(["cancelled", "completed"])
    told = table["cancel_day"].astype("float64")
    told = told.where(told <= as_of_day).fillna(table["subscription_id"].map(cancelled).astype("float64"))
    return told.fillna(table["last_day"].astype("float64")).fillna(table["start_day"].astype("float64")).where(over)


def _requests(subscription_events: Any, as_of_day: int) -> pd.DataFrame:
    endings = aggregates.ending_days(subscription_events, as_of_day=as_of_day)
    rows = endings[endings["event"] == "cancel_request"]
    return rows[["subscription_id", "event_day"]].reset_index(drop=True)
