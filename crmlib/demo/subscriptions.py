"""Subscriptions as their system keeps them: one row each, and what happened on the way, out of the simulated orders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib.demo import market

INTERVAL_DAYS = 30
EVENTS = (
    "start", "delivered", "skipped", "paused", "resumed", "cancel_request", "cancelled", "saved", "payment_failed",
)  # fmt: skip
START, DELIVERED, SKIPPED, PAUSED, RESUMED, REQUEST, CANCELLED, SAVED, PAYMENT_FAILED = range(len(EVENTS))
STATUSES = ("active", "paused", "cancelled")
ACTIVE, ON_PAUSE, GONE = range(len(STATUSES))
REASONS = (
    "no_effect", "surplus", "price", "skin_trouble", "competitor", "circumstances", "service", "not_intended",
    "achieved", "other", "not_answered",
)  # fmt: skip
NO_REASON = -1

# Chances of each reason in percent, in the order of REASONS, by usage: who does not use it is left with a surplus.
REASON_SHARES = np.array(
    [
        [16, 6, 24, 6, 13, 9, 5, 4, 6, 4, 7],
        [20, 18, 19, 5, 9, 7, 4, 5, 2, 4, 7],
        [17, 36, 12, 10, 4, 4, 2, 3, 1, 3, 8],
        [4, 55, 11, 2, 3, 6, 3, 5, 0, 3, 8],
    ]
) / 100  # fmt: skip
EARLY_DELIVERY = 2  # up to this delivery price and surprise weigh more
EARLY_WEIGHT = {"price": 1.5, "not_intended": 4.0}
PAUSE_SHARE = 0.25  # of single skips that are written down as a pause; every longer one is
SAVED_SHARE, PAYMENT_FAILED_SHARE = 0.02, 0.012
PLANS = ("毎月コース", "3回お約束コース")
PROMISED_DELIVERIES, PROMISED = 3, np.array([0.05, 0.36])  # chances of the second plan: left before, stayed so long


@dataclass(frozen=True, kw_only=True)
class Subscriptions:
    """The subscriptions and what happened to them.

    rows: customer, subscription, start_day, deliveries, status (row of STATUSES), cancel_day (-1 without), reason
    (row of REASONS, -1 without), usage, media. events: row (of rows), day, second, event (row of EVENTS), seq (0
    without), reason. `with_plans` adds plan (row of PLANS) to the rows.
    """

    rows: pd.DataFrame
    events: pd.DataFrame


def subscriptions(
    rng: np.random.Generator, people: pd.DataFrame, orders: pd.DataFrame, *, last_day: int
) -> Subscriptions:
    """Whoever did not go on has cancelled before the next delivery was due; a longer gap was a skip or a pause."""
    delivered = orders[orders["delivery"] > 0].reset_index(drop=True)
    begins = (delivered["delivery"] == 1).to_numpy()
    row = np.cumsum(begins) - 1
    delivered = delivered.assign(row=row, final=np.append(begins[1:], [True] * (len(begins) > 0)))
    rows = _rows(rng, people, delivered, last_day=last_day)
    gaps, paused = _gaps(rng, delivered, last_day=last_day)
    parts = [_deliveries(delivered), gaps, _ends(rng, rows, delivered), _saved(rng, delivered), _unpaid(rng, delivered)]
    events = pd.concat(parts, ignore_index=True)
    events = events[events["day"] <= last_day].sort_values(["day", "second", "row", "event"], ignore_index=True)
    status = np.where(np.isin(np.arange(len(rows)), paused) & (rows["status"] == ACTIVE), ON_PAUSE, rows["status"])
    return Subscriptions(rows=rows.assign(status=status), events=events)


def reason_chances(usage: np.ndarray, deliveries: np.ndarray) -> np.ndarray:
    """Chances of each reason, one row a cancellation."""
    weight = REASON_SHARES[usage].copy()
    early = deliveries <= EARLY_DELIVERY
    for name, factor in EARLY_WEIGHT.items():
        weight[early, REASONS.index(name)] *= factor
    return weight / weight.sum(axis=1, keepdims=True)


def with_plans(rng: np.random.Generator, subscribed: Subscriptions) -> Subscriptions:
    """Who has promised three deliveries seldom leaves before, though the shop lets some go."""
    rows = subscribed.rows
    kept = (rows["deliveries"] >= PROMISED_DELIVERIES) | (rows["status"] != GONE)
    plan = (rng.random(len(rows)) < PROMISED[kept.to_numpy(dtype=int)]).astype(int)
    return Subscriptions(rows=rows.assign(plan=plan), events=subscribed.events)


def _rows(rng: np.random.Generator, people: pd.DataFrame, delivered: pd.DataFrame, *, last_day: int) -> pd.DataFrame:
    first = delivered[delivered["delivery"] == 1].reset_index(drop=True)
    final = delivered[delivered["final"]].reset_index(drop=True)
    who = people.iloc[first["customer"]].reset_index(drop=True)
    n = len(first)
    cancel = np.where(final["goes_on"], -1, final["day"] + rng.integers(5, 26, size=n))
    gone = (cancel > 0) & (cancel <= last_day)
    chances = reason_chances(who["usage"].to_numpy(), final["delivery"].to_numpy())
    reason = (rng.random(n)[:, None] > np.cumsum(chances, axis=1)).sum(axis=1).clip(max=len(REASONS) - 1)
    return pd.DataFrame(
        {
            "customer": first["customer"],
            "subscription": first["subscription"],
            "start_day": first["day"],
            "deliveries": final["delivery"],
            "status": np.where(gone, GONE, ACTIVE),
            "cancel_day": np.where(gone, cancel, -1),
            "reason": np.where(gone, reason, NO_REASON),
            "usage": who["usage"],
            "media": first["media"],
        }
    )


def _deliveries(delivered: pd.DataFrame) -> pd.DataFrame:
    first = delivered[delivered["delivery"] == 1]
    sent = delivered[~delivered["pending"]]
    return pd.concat([_events(first, START), _events(sent, DELIVERED, seq=sent["delivery"], after_seconds=60)])


def _gaps(rng: np.random.Generator, delivered: pd.DataFrame, *, last_day: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Skips and pauses between deliveries, and the rows that are on pause on the last day."""
    following = delivered["day"].shift(-1).where(~delivered["final"])
    waiting = delivered["final"] & delivered["goes_on"] & (last_day - delivered["day"] > INTERVAL_DAYS + 1)
    silent = np.where(waiting, last_day - delivered["day"] + 1, following - delivered["day"])
    over = delivered[silent > INTERVAL_DAYS * 1.5 - waiting * 14].assign(next_day=following)
    long = silent[over.index] > INTERVAL_DAYS * 2.5 - waiting[over.index] * 14
    pauses = long | (rng.random(len(over)) < PAUSE_SHARE)
    paused, skipped = over[pauses], over[~pauses]
    resumed = paused[paused["next_day"].notna()]
    parts = [
        _events(skipped, SKIPPED, day=skipped["day"] + 26),
        _events(paused, PAUSED, day=paused["day"] + 24),
        _events(resumed, RESUMED, day=resumed["next_day"].astype(int) - 4),
    ]
    return pd.concat(parts), paused.loc[paused["next_day"].isna(), "row"].to_numpy()


def _ends(rng: np.random.Generator, rows: pd.DataFrame, delivered: pd.DataFrame) -> pd.DataFrame:
    final = delivered[delivered["final"]].reset_index(drop=True)
    gone = (rows["status"] == GONE).to_numpy()
    ended, reason = final[gone], rows.loc[gone, "reason"]
    cancel_day = rows.loc[gone, "cancel_day"]
    asked = cancel_day - rng.integers(0, 4, size=len(ended))
    return pd.concat(
        [
            _events(ended, REQUEST, day=asked, reason=reason, second=10 * 3600),
            _events(ended, CANCELLED, day=cancel_day, reason=reason, second=18 * 3600),
        ]
    )


def _saved(rng: np.random.Generator, delivered: pd.DataFrame) -> pd.DataFrame:
    kept = delivered[delivered["goes_on"] & (rng.random(len(delivered)) < SAVED_SHARE)]
    day = kept["day"] + rng.integers(4, 22, size=len(kept))
    reason = rng.choice(3, size=len(kept))  # the first three reasons are those that can be talked over
    return pd.concat(
        [
            _events(kept, REQUEST, day=day, reason=reason, second=11 * 3600),
            _events(kept, SAVED, day=day, reason=reason, second=12 * 3600),
        ]
    )


def _unpaid(rng: np.random.Generator, delivered: pd.DataFrame) -> pd.DataFrame:
    late = delivered[(delivered["delivery"] > 1) & (rng.random(len(delivered)) < PAYMENT_FAILED_SHARE)]
    return _events(late, PAYMENT_FAILED, day=late["day"] - 1, seq=late["delivery"])


def _events(
    of: pd.DataFrame,
    event: int,
    *,
    day: pd.Series | None = None,
    second: int | None = None,
    after_seconds: int = 0,
    seq: pd.Series | int = 0,
    reason: pd.Series | np.ndarray | int = NO_REASON,
) -> pd.DataFrame:
    columns = {
        "row": of["row"].to_numpy(),
        "day": np.asarray(of["day"] if day is None else day, dtype=np.int64),
        "second": (of["second"].to_numpy() + after_seconds).clip(max=86399) if second is None else second,
        "event": event,
        "seq": np.asarray(seq),
        "reason": np.asarray(reason),
    }
    return pd.DataFrame(columns, index=range(len(of)))


def subscription_ids(people: pd.DataFrame, customer: pd.Series, subscription: pd.Series) -> np.ndarray:
    """The number of a subscription, as the orders carry it."""
    ids = people["customer_id"].to_numpy(dtype=object)[customer]
    return "T" + ids + "-" + subscription.astype(str).to_numpy(dtype=object)


PRODUCT_ID = str(market.PRODUCTS["product_id"].iloc[market.GEL_SUBSCRIPTION])
