"""What was planted in the files beside the orders, counted while it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crmlib.demo import calls, circle, consents, faults, market, regular, subscriptions
from crmlib.demo.population import true_values

if TYPE_CHECKING:
    from crmlib.demo.world import World

Tally = dict[str, Any]


def tally(shop: World, *, last_day: int, handful: bool) -> Tally:
    """Everything countable of one batch; the faults and the regular customer only of the first."""
    told: Tally = {
        "ledgers": _ledgers(shop, handful=handful),
        "leads": {name: int((shop.leads["lead_source"] == i).sum()) for i, name in enumerate(consents.LEAD_SOURCES)},
        "subscriptions": _subscriptions(shop.subscriptions.rows),
        "subscription_events": _named(shop.subscriptions.events["event"], subscriptions.EVENTS),
        "cancel_reasons": _reasons(shop.subscriptions.rows),
        "engagement": _named(pd.concat([shop.engagement["kind"], shop.carts["kind"]]), circle.KINDS),
        "referrals": _referrals(shop),
        "revival": _revival(shop, last_day=last_day),
        "inquiries": _named(shop.inquiries["category"], circle.CATEGORIES),
    }
    return told | ({"regular": _regular(shop, last_day=last_day)} if handful else {})


def told(total: Tally) -> Tally:
    """`total` with the figures that the files were built with."""
    by_usage = dict(zip(market.USAGE, subscriptions.REASON_SHARES.tolist(), strict=True))
    shares = {usage: dict(zip(subscriptions.REASONS, row, strict=True)) for usage, row in by_usage.items()}
    total["cancel_reasons"] |= {
        "planted": shares,
        "early_delivery": subscriptions.EARLY_DELIVERY,
        "early_weight": subscriptions.EARLY_WEIGHT,
    }
    expected = true_values().items()
    total["expected"] = {name: {key: known.value for key, known in figures.items()} for name, figures in expected}
    total["revival"] |= {"window_days": calls.WINDOW_DAYS, "reach": calls.REACH, "chance_won_back": calls.WON_BACK}
    return total


def by_medium(costs: pd.DataFrame) -> Tally:
    """Yen of each medium over all months."""
    sums = np.bincount(costs["media"], weights=costs["cost"], minlength=len(market.MEDIA))
    return {name: int(cost) for name, cost in zip(market.MEDIA["acq_media"], sums, strict=True)}


def _ledgers(shop: World, *, handful: bool) -> Tally:
    true = {
        "subscriptions": len(shop.subscriptions.rows),
        "subscription_events": len(shop.subscriptions.events),
        "engagement": len(shop.engagement) + len(shop.carts),
        "referrals": len(shop.referrals),
        "contacts": len(shop.contacts),
        "inquiries": len(shop.inquiries),
        "sends": len(shop.sends),
    }
    return {name: faults.counted(name, n) if handful else {"rows_read": n, "rows_used": n} for name, n in true.items()}


def _named(codes: pd.Series, names: tuple[str, ...]) -> Tally:
    counted = np.bincount(codes, minlength=len(names))
    return {name: int(n) for name, n in zip(names, counted, strict=True)}


def _subscriptions(rows: pd.DataFrame) -> Tally:
    return {"n": len(rows), "by_status": _named(rows["status"], subscriptions.STATUSES)}


def _reasons(rows: pd.DataFrame) -> Tally:
    gone = rows[rows["reason"] >= 0]
    by_usage = {
        name: _named(gone.loc[gone["usage"] == i, "reason"], subscriptions.REASONS)
        for i, name in enumerate(market.USAGE)
    }
    return {"n": _named(gone["reason"], subscriptions.REASONS), "by_usage": by_usage}


def _referrals(shop: World) -> Tally:
    several = shop.referrals.groupby("referrer").size() >= 3
    known = circle.coverage(shop.orders, shop.lines, len(shop.people)) == len(circle.RANGE)
    evangelists = several.index[several & known[several.index]]
    return {"n": len(shop.referrals), "n_three_or_more": int(several.sum()), "n_evangelists": len(evangelists)}


def _revival(shop: World, *, last_day: int) -> Tally:
    """By arm as assigned, of those observed for the whole window: who ordered within it."""
    seen = shop.contacts[shop.contacts["day"] <= last_day - calls.WINDOW_DAYS].reset_index(drop=True)
    pairs = seen.reset_index().merge(shop.orders[["customer", "day"]], on="customer")
    after = pairs["day_y"] - pairs["day_x"]
    hits = pairs["index"][(after >= 1) & (after <= calls.WINDOW_DAYS)]
    back = np.bincount(hits, minlength=len(seen)) > 0
    told: Tally = {"n_listed": len(shop.contacts)}
    for name, arm in (("called", seen["called"]), ("held_out", ~seen["called"])):
        told[name] = {"n": int(arm.sum()), "n_revived": int((arm & back).sum())}
    told["called"] |= {"n_reached": int(seen["reached"].sum()), "n_won_back": int(seen["won_back"].sum())}
    return told


def _regular(shop: World, *, last_day: int) -> Tally:
    mine = shop.orders[shop.orders["customer"] == regular.CUSTOMER]
    called = regular.call_day(last_day)
    after = mine[mine["day"] > called]
    return {
        "customer_id": str(shop.people["customer_id"].iloc[regular.CUSTOMER]),
        "n_orders": len(mine),
        "amount": int(mine["amount"].sum()),
        "silent_days": int(called - mine.loc[mine["day"] <= called, "day"].max()),
        "called": market.date_text(called),
        "revived": market.date_text(int(after["day"].min())),
        "n_orders_after": len(after),
        "amount_after": int(after["amount"].sum()),
    }
