"""What other systems keep beside the orders in the canonical tables: subscriptions, calls, engagement and the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crmlib.demo import advertising, calls, circle, market, records, subscriptions, words
from crmlib.demo.columns import date, frame, moment, texts, whole

if TYPE_CHECKING:
    from crmlib.demo.world import World

MEDIA_NAMES = np.array([*market.MEDIA["acq_media"], None], dtype=object)  # -1 is not known


def subscription_rows(shop: World) -> pd.DataFrame:
    """Subscriptions as they stand on the last day."""
    rows = shop.subscriptions.rows
    gone = (rows["cancel_day"] > 0).to_numpy()
    reasons = np.array([*subscriptions.REASONS, None], dtype=object)
    return frame(
        {
            "subscription_id": texts(_subscription_ids(shop)),
            "customer_id": _ids(shop, rows["customer"]),
            "product_id": texts([subscriptions.PRODUCT_ID] * len(rows)),
            **date("start", rows["start_day"]),
            "interval_days": subscriptions.INTERVAL_DAYS,
            "status": texts(np.array(subscriptions.STATUSES, dtype=object)[rows["status"]]),
            **date("cancel", rows["cancel_day"], gone),
            "cancel_reason": texts(reasons[rows["reason"]]),
            "acq_media": texts(MEDIA_NAMES[rows["media"]]),
            "plan": texts(np.array(subscriptions.PLANS, dtype=object)[rows["plan"]]),
            "tenure_days": whole(np.zeros(len(rows)), np.zeros(len(rows), dtype=bool)),
        }
    )


def subscription_events(shop: World) -> pd.DataFrame:
    """What happened to each subscription."""
    events = shop.subscriptions.events
    reasons = np.array([*subscriptions.REASONS, "not_answered"], dtype=object)
    return frame(
        {
            "subscription_id": texts(_subscription_ids(shop)[events["row"]]),
            **moment("event_at", events["day"], events["second"]),
            "event_day": events["day"],
            "event": texts(np.array(subscriptions.EVENTS, dtype=object)[events["event"]]),
            "seq": whole(events["seq"], (events["seq"] > 0).to_numpy()),
            "reason": texts(reasons[events["reason"]]),
        }
    )


def engagement(shop: World) -> pd.DataFrame:
    """Mail, LINE, SNS and the shop's site."""
    told = pd.concat([shop.engagement, shop.carts], ignore_index=True)
    objects = records.object_ids(told)
    return frame(
        {
            "customer_id": _ids(shop, told["customer"]),
            **moment("event_at", told["day"], told["second"]),
            "event_day": told["day"],
            "kind": texts(np.array(circle.KINDS, dtype=object)[told["kind"]]),
            "object_id": texts(objects).mask(objects == ""),
            "source": texts(words.ENGAGEMENT_SOURCES[told["kind"]]),
        }
    )


def referrals(shop: World) -> pd.DataFrame:
    """Who brought whom."""
    brought = shop.referrals
    return frame(
        {
            "referrer_customer_id": _ids(shop, brought["referrer"]),
            "referred_customer_id": _ids(shop, brought["referred"]),
            **moment("referred_at", brought["day"], brought["second"]),
            "referred_day": brought["day"],
            "first_order_id": texts(records.first_orders(shop)[brought["referred"]]),
        }
    )


def contacts(shop: World) -> pd.DataFrame:
    """The desk's lists: who was called and who was held out."""
    told = shop.contacts
    called, by_line = told["called"].to_numpy(), told["by_line"].to_numpy()
    staff = np.array(calls.STAFF, dtype=object)[told["staff"]]
    return frame(
        {
            "customer_id": _ids(shop, told["customer"]),
            **moment("contacted_at", told["day"], told["second"]),
            "contacted_day": told["day"],
            "staff": texts(np.where(called, staff, None)),
            "channel": texts(np.where(by_line, "line", "phone")),
            "line_account": texts(np.where(by_line, "individual", "none")),
            "list_name": texts(records.list_names(told)),
            "result": texts(np.array(calls.RESULTS, dtype=object)[told["result"]]),
            **date("next_action", told["next_day"], (told["next_day"] > 0).to_numpy()),
            "contact_group": texts(np.where(called, "called", "held_out")),
        }
    )


def inquiries(shop: World) -> pd.DataFrame:
    """Questions to the shop."""
    asked = shop.inquiries
    ids = np.array([*shop.people["customer_id"], None], dtype=object)
    faq = "FAQ" + asked["faq"].astype(str).to_numpy(dtype=object)
    return frame(
        {
            "inquiry_id": texts(records.inquiry_ids(asked)),
            "customer_id": texts(ids[asked["customer"]]),
            **moment("asked_at", asked["day"], asked["second"]),
            "asked_day": asked["day"],
            "channel": texts(np.array(circle.CHANNELS, dtype=object)[asked["channel"]]),
            "category": texts(np.array(circle.CATEGORIES, dtype=object)[asked["category"]]),
            "resolved": asked["resolved"],
            "faq_id": texts(np.where(asked["faq"] > 0, faq, None)),
        }
    )


def ad_costs(costs: pd.DataFrame) -> pd.DataFrame:
    """Costs by month and medium, a month as its first day."""
    day = costs["month"].to_numpy(dtype="datetime64[M]").astype("datetime64[D]").astype(np.int64)
    counted = {name: whole(costs[name], (costs[name] >= 0).to_numpy()) for name in ("impressions", "clicks")}
    return frame(
        {
            "date": day.astype("datetime64[D]").astype("datetime64[us]"),
            "cost_day": day,
            "media": texts(MEDIA_NAMES[costs["media"]]),
            "campaign": texts(np.array(advertising.CAMPAIGNS, dtype=object)[costs["media"]]),
            "cost": costs["cost"],
            **counted,
            "conversions": whole(costs["conversions"], (costs["conversions"] >= 0).to_numpy()),
        }
    )


def _subscription_ids(shop: World) -> np.ndarray:
    rows = shop.subscriptions.rows
    return subscriptions.subscription_ids(shop.people, rows["customer"], rows["subscription"])


def _ids(shop: World, customer: pd.Series) -> pd.Series:
    return texts(shop.people["customer_id"].to_numpy(dtype=object)[customer])
