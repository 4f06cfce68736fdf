"""What happens around the orders: who brought whom, who asked what, and what people read, click and write."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.demo import consents, market

RANGE = (market.ESSENCE, market.SUPPLEMENT, market.CLEANSER, market.SUNSCREEN)  # what an evangelist knows
REFERRAL_MEDIUM = int(np.flatnonzero(market.MEDIA["acq_media"] == "紹介")[0])
REFERS = np.array([1.0, 0.35, 0.04, 0.01])  # weight by usage

KINDS = (
    "mail_open", "mail_click", "line_read", "line_click", "sns_follow", "sns_post", "item_view", "event_join",
    "review_post", "cart_add", "cart_abandon",
)  # fmt: skip
CART_SHARE, ABANDON_SHARE = 0.24, 0.68  # of products viewed, put into a cart; of those, left there
BY_MAIL, BY_LINE, SNS_FOLLOW = (0, 1), (2, 3), 4
OF_PRODUCT = ("item_view", "review_post", "cart_add", "cart_abandon")
# Times a month, by kind but the carts, for a customer who uses the product every day and is settled.
A_MONTH = np.array([0.70, 0.14, 1.30, 0.28, 0.030, 0.022, 0.46, 0.012, 0.030])
ENGAGED = np.array([1.0, 0.55, 0.18, 0.06])  # by usage
SETTLED_DAYS = 200  # tenure at which engagement has come two thirds of its way
FADING_DAYS = 90  # so long after the last order people still look

CATEGORIES = ("使い方", "解約", "配送", "肌トラブル", "支払い", "商品内容", "休止・変更")
CHANNELS = ("メール", "電話", "LINE", "チャット")
CHANNEL_SHARE = np.array([0.34, 0.36, 0.18, 0.12])
CATEGORY_SHARE = np.array(
    [
        [28, 8, 16, 7, 11, 18, 12],
        [27, 14, 14, 8, 11, 12, 14],
        [14, 34, 10, 16, 9, 5, 12],
        [10, 38, 14, 3, 12, 5, 18],
    ]
) / 100  # fmt: skip
RESOLVED = np.array([0.93, 0.71, 0.86, 0.62, 0.88, 0.90, 0.91])
INQUIRIES_PER_CUSTOMER, NAMELESS = 0.24, 0.10


def referrals(
    rng: np.random.Generator, people: pd.DataFrame, orders: pd.DataFrame, lines: pd.DataFrame
) -> pd.DataFrame:
    """Everyone whose medium is a referral and the customer who brought them: referrer, referred, day, second.

    A referrer has bought before; those who use the product daily and know the range refer most, a few of them often.
    Who arrives before there is anybody to refer has no row.
    """
    arrival = people["arrival_day"].to_numpy()
    referred = np.flatnonzero(people["media"] == REFERRAL_MEDIUM)
    known = 1 + coverage(orders, lines, len(people))
    weight = rng.pareto(1.1, size=len(people)).clip(max=12) * REFERS[people["usage"]] * known**3
    # Customers stand in the order of their arrival, so those who bought before are the first of them.
    reach = np.concatenate([[0.0], np.cumsum(weight)])
    before = np.searchsorted(arrival, arrival[referred], side="left")
    someone = reach[before] > 0
    referred, before = referred[someone], before[someone]
    draw = rng.random(len(referred)) * reach[before]
    referrer = np.minimum(np.searchsorted(reach, draw, side="right") - 1, before - 1)
    second = rng.integers(9 * 3600, 22 * 3600, size=len(referred))
    return pd.DataFrame({"referrer": referrer, "referred": referred, "day": arrival[referred], "second": second})


def coverage(orders: pd.DataFrame, lines: pd.DataFrame, n_people: int) -> np.ndarray:
    """How many products of the range each customer has bought."""
    bought = lines[lines["product"].isin(RANGE)]
    customer = orders["customer"].to_numpy()[bought["order"]]
    has = np.zeros((n_people, len(market.PRODUCTS)), dtype=bool)
    has[customer, bought["product"]] = True
    return has.sum(axis=1)


def engagement(rng: np.random.Generator, people: pd.DataFrame, orders: pd.DataFrame, *, last_day: int) -> pd.DataFrame:
    """What customers read, clicked, viewed and wrote: customer, day, second, kind (row of KINDS), product."""
    n = len(people)
    first = people["arrival_day"].to_numpy()
    last = np.full(n, -1)
    np.maximum.at(last, orders["customer"].to_numpy(), orders["day"].to_numpy())
    days = np.minimum(last + FADING_DAYS, last_day) - first
    # The mean of 1 - exp(-t / SETTLED_DAYS) over the time as a customer.
    settled = 1 - (1 - np.exp(-days / SETTLED_DAYS)) * SETTLED_DAYS / np.maximum(days, 1)
    expected = ENGAGED[people["usage"]] * (0.35 + 0.65 * settled) * days / 30
    takes_mail = people["mail_optin"].to_numpy()
    on_line = (people["line_friend"] == consents.YES).to_numpy()
    parts = []
    for kind, rate in enumerate(A_MONTH):
        open_to = takes_mail if kind in BY_MAIL else on_line if kind in BY_LINE else True
        count = rng.poisson(expected * rate * open_to)
        count = np.minimum(count, 1) if kind == SNS_FOLLOW else count
        parts.append(pd.DataFrame({"customer": np.repeat(np.arange(n), count), "kind": kind}))
    told = pd.concat(parts, ignore_index=True)
    who = told["customer"].to_numpy()
    # More of it happens late, when the customer has settled.
    told["day"] = first[who] + np.floor(days[who] * np.sqrt(rng.random(len(told)))).astype(int)
    told["second"] = rng.integers(7 * 3600, 23 * 3600, size=len(told))
    told["product"] = rng.choice(market.GUIDE, size=len(told), p=[0.08, 0.22, 0.18, 0.17, 0.13, 0.12, 0.10])
    return told.sort_values(["day", "second", "customer", "kind"], ignore_index=True)


def inquiries(rng: np.random.Generator, people: pd.DataFrame, *, first_number: int, last_day: int) -> pd.DataFrame:
    """Questions to the shop: number, customer (-1 where not known), day, second, channel, category, resolved, faq."""
    n = rng.poisson(INQUIRIES_PER_CUSTOMER * len(people))
    who = rng.integers(len(people), size=n)
    usage = people["usage"].to_numpy()[who]
    day = people["arrival_day"].to_numpy()[who] + np.floor(rng.exponential(110, size=n)).astype(int)
    reach = np.cumsum(CATEGORY_SHARE, axis=1)[usage]
    category = (rng.random(n)[:, None] > reach).sum(axis=1).clip(max=len(CATEGORIES) - 1)
    told = pd.DataFrame(
        {
            "customer": np.where(rng.random(n) < NAMELESS, -1, who),
            "day": day,
            "second": rng.integers(9 * 3600, 21 * 3600, size=n),
            "channel": rng.choice(len(CHANNELS), size=n, p=CHANNEL_SHARE),
            "category": category,
            "resolved": rng.random(n) < RESOLVED[category],
            "faq": np.where(rng.random(n) < 0.6, category * 3 + rng.integers(1, 4, size=n), 0),
        }
    )
    told = told[told["day"] <= last_day].sort_values(["day", "second"], ignore_index=True)
    return told.assign(number=first_number + np.arange(len(told)))
