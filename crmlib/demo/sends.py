"""What the mailing tool keeps of the scenarios: each message to each customer, and whom it held out.

Held-out customers have one row, for the first message of their scenario, at the time it would have been sent.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.demo import circle, further, market
from crmlib.demo.calls import next_days
from crmlib.demo.scenarios import MESSAGES, SC01, SC02, SC03, SC04, SC05, SC06, Message, steps

DAY_SECONDS = 86_400
SEND_SECOND = 10 * 3600
NO, YES, UNKNOWN = 0, 1, -1
REACHED, NOT_TOLD = 0.985, 0.004  # of the messages sent; the tool lost what became of some
READS = np.array([1.18, 1.0, 0.70, 0.55])  # by usage
DORMANT_DAYS, DORMANT_LISTS, DORMANT_SHARE = (180, 300), (330, 25), 0.75
REVIVES = (0.70, 1.0333)  # times the usual chance to come back within REVIVAL_DAYS: held out, sent
REVIVAL_DAYS = 60
INGREDIENTS_DAYS_AGO, INGREDIENTS_SHARE = 250, 0.22
QUIET_DAYS = 60  # a trigger writes to nobody more often
BROWSE_DAYS_AGO, CART_DAYS_AGO = 240, 365
COLUMNS = ["message", "customer", "at", "held_out", "delivered", "opened", "clicked", "left", "cost"]


def sends(
    rng: np.random.Generator,
    people: pd.DataFrame,
    orders: pd.DataFrame,
    assigned: pd.DataFrame,
    looked: pd.DataFrame,
    *,
    last_day: int,
) -> pd.DataFrame:
    """Every message sent up to `last_day` and every customer held out.

    `assigned`: of `further`, whose arms two of the scenarios carry out; `looked`: what people viewed and left in
    carts. A customer who orders, or who stops the mail, gets no further message of a scenario.

    Columns: message (row of MESSAGES), customer, at (second since 1970), held_out, delivered (YES, NO, UNKNOWN),
    opened, clicked, left (seconds, -1 where it did not happen), cost (yen).
    """
    starts = [
        (SC01, _of_trial(assigned, further.STEP_MAIL)),
        (SC02, _dormant(rng, people, orders, last_day)),
        (SC03, _ingredients(rng, people, orders, last_day)),
        (SC04, _triggered(rng, people, orders, looked, "cart_abandon", CART_DAYS_AGO, last_day)),
        (SC05, _triggered(rng, people, orders, looked, "item_view", BROWSE_DAYS_AGO, last_day)),
        (SC06, _of_trial(assigned, further.CROSS_SELL)),
    ]
    parts = [_scenario(rng, people, orders, begun, name, last_day=last_day) for name, begun in starts]
    told = pd.concat(parts, ignore_index=True)
    return told.sort_values(["at", "message", "customer"], kind="stable", ignore_index=True)


def _scenario(
    rng: np.random.Generator,
    people: pd.DataFrame,
    orders: pd.DataFrame,
    begun: pd.DataFrame,
    name: str,
    *,
    last_day: int,
) -> pd.DataFrame:
    held = begun[begun["held_out"]]
    first = steps(name)[0]
    parts = [_held_out(held, first, last_day)]
    going = begun[~begun["held_out"]].reset_index(drop=True)
    bought = _next_order(orders, going)
    for place in steps(name):
        day = going["day"].to_numpy() + MESSAGES[place].offset_days
        going, bought = (part[(day <= last_day) & (bought >= day)] for part in (going, bought))
        going = going.reset_index(drop=True)
        sent = _sent(rng, people, going, place, last_day=last_day)
        parts.append(sent)
        stays = sent["left"].to_numpy() < 0
        going, bought = going[stays].reset_index(drop=True), bought[stays]
    return pd.concat(parts, ignore_index=True)


def _sent(
    rng: np.random.Generator, people: pd.DataFrame, going: pd.DataFrame, place: int, *, last_day: int
) -> pd.DataFrame:
    message: Message = MESSAGES[place]
    n, end = len(going), (last_day + 1) * DAY_SECONDS
    at = (going["day"].to_numpy() + message.offset_days) * DAY_SECONDS + SEND_SECOND + rng.integers(0, 1200, size=n)
    draw = rng.random((n, 4))
    reached = draw[:, 0] < REACHED
    chance = np.minimum(message.opened * READS[people["usage"].to_numpy()[going["customer"]]], 0.95)
    opened_at = at + 60 + np.minimum(rng.exponential(7 * 3600, size=n), 6 * DAY_SECONDS).astype(np.int64)
    opened = reached & (draw[:, 1] < chance) & (opened_at < end)
    clicked_at = opened_at + rng.integers(5, 900, size=n)
    clicked = opened & (draw[:, 2] < message.clicked) & (clicked_at < end)
    left_at = np.where(opened, opened_at, at) + rng.integers(20, 400, size=n)
    left = reached & (draw[:, 3] < message.left) & (left_at < end)
    lost = rng.random(n) < NOT_TOLD
    return pd.DataFrame(
        {
            "message": place,
            "customer": going["customer"].to_numpy(),
            "at": at,
            "held_out": False,
            "delivered": np.where(lost & ~opened & ~left, UNKNOWN, np.where(reached, YES, NO)),
            "opened": np.where(opened, opened_at, -1),
            "clicked": np.where(clicked, clicked_at, -1),
            "left": np.where(left, left_at, -1),
            "cost": message.cost_per_send,
        }
    )


def _held_out(held: pd.DataFrame, place: int, last_day: int) -> pd.DataFrame:
    day = held["day"].to_numpy() + MESSAGES[place].offset_days
    customer, day = held["customer"].to_numpy()[day <= last_day], day[day <= last_day]
    told = {"message": place, "customer": customer, "at": day * DAY_SECONDS + SEND_SECOND, "held_out": True}
    return pd.DataFrame({**told, "delivered": UNKNOWN, "opened": -1, "clicked": -1, "left": -1, "cost": 0})[COLUMNS]


def _of_trial(assigned: pd.DataFrame, place: int) -> pd.DataFrame:
    """The units of an experiment: its control arm is held out."""
    mine = assigned[assigned["experiment"] == place]
    held = (mine["arm"] == further.CONTROL).to_numpy()
    return pd.DataFrame({"customer": mine["customer"].to_numpy(), "day": mine["day"].to_numpy(), "held_out": held})


def _dormant(rng: np.random.Generator, people: pd.DataFrame, orders: pd.DataFrame, last_day: int) -> pd.DataFrame:
    """A list every 30 days of those who have been silent long enough; everybody is on one list at most."""
    gap, day = next_days(orders), orders["day"].to_numpy()
    takes = people["mail_optin"].to_numpy()[orders["customer"]]
    listed_at = np.arange(last_day - DORMANT_LISTS[0], last_day - DORMANT_LISTS[1] + 1, 30)
    after = listed_at[np.searchsorted(listed_at, day + DORMANT_DAYS[0]).clip(max=len(listed_at) - 1)]
    silent = after - day
    due = takes & (silent >= DORMANT_DAYS[0]) & (silent <= DORMANT_DAYS[1]) & (gap > after)
    due &= rng.random(len(orders)) < DORMANT_SHARE
    rows = pd.DataFrame({"customer": orders["customer"].to_numpy(), "day": after, "back": gap - after})[due]
    rows = rows.drop_duplicates("customer").sort_values(["day", "customer"], ignore_index=True)
    back = (rows["back"] <= REVIVAL_DAYS).to_numpy()
    chance = further.chances(back, np.zeros(len(rows), dtype=int), [0.1, 0.9], REVIVES)
    return rows[["customer", "day"]].assign(held_out=rng.random(len(rows)) < chance[:, 0])


def _ingredients(rng: np.random.Generator, people: pd.DataFrame, orders: pd.DataFrame, last_day: int) -> pd.DataFrame:
    day = last_day - INGREDIENTS_DAYS_AGO
    recent = orders[(orders["day"] <= day) & (orders["day"] > day - 90) & (orders["number"] >= 2)]
    customer = np.unique(recent["customer"])
    customer = customer[people["mail_optin"].to_numpy()[customer] & (rng.random(len(customer)) < INGREDIENTS_SHARE)]
    return pd.DataFrame({"customer": customer, "day": day, "held_out": rng.random(len(customer)) < 0.1})


def _triggered(
    rng: np.random.Generator,
    people: pd.DataFrame,
    orders: pd.DataFrame,
    looked: pd.DataFrame,
    kind: str,
    days_ago: int,
    last_day: int,
) -> pd.DataFrame:
    """The day after somebody looked or left a cart, unless an order came first; at most once in QUIET_DAYS."""
    mine = looked[(looked["kind"] == circle.KINDS.index(kind)) & (looked["day"] >= last_day - days_ago)]
    mine = mine[people["mail_optin"].to_numpy()[mine["customer"]]].sort_values(["customer", "day"])
    period = mine["day"].to_numpy() // QUIET_DAYS
    mine = mine[~pd.DataFrame({"customer": mine["customer"].to_numpy(), "period": period}).duplicated().to_numpy()]
    begun = pd.DataFrame({"customer": mine["customer"].to_numpy(), "day": mine["day"].to_numpy() + 1})
    waited = _next_order(orders, begun.assign(day=begun["day"] - 1)) > begun["day"].to_numpy() + 1
    begun = begun[waited & (begun["day"] <= last_day).to_numpy()].reset_index(drop=True)
    return begun.assign(held_out=rng.random(len(begun)) < 0.2)


def _next_order(orders: pd.DataFrame, begun: pd.DataFrame) -> np.ndarray:
    """The day of each customer's first order after the day of the start; far away without one."""
    width = np.int64(1) << 20
    keys = orders["customer"].to_numpy(dtype=np.int64) * width + orders["day"].to_numpy()
    keys.sort()
    wanted = begun["customer"].to_numpy(dtype=np.int64) * width + begun["day"].to_numpy()
    place = np.searchsorted(keys, wanted, side="right")
    found = keys[place.clip(max=len(keys) - 1)]
    same = (place < len(keys)) & (found // width == begun["customer"].to_numpy())
    return np.where(same, found % width, width)


def carts(rng: np.random.Generator, looked: pd.DataFrame, *, last_day: int) -> pd.DataFrame:
    """Of what was viewed, what was put into a cart and what of it was left there, in the columns of engagement."""
    viewed = looked[looked["kind"] == circle.KINDS.index("item_view")]
    viewed = viewed[viewed["product"] != market.GEL_TRIAL]
    added = viewed[rng.random(len(viewed)) < circle.CART_SHARE].reset_index(drop=True)
    second = added["second"].to_numpy() + rng.integers(20, 900, size=len(added))
    added = added.assign(kind=circle.KINDS.index("cart_add"), second=second.clip(max=DAY_SECONDS - 1))
    left = added[rng.random(len(added)) < circle.ABANDON_SHARE]
    later = (left["second"] + 1800).clip(upper=DAY_SECONDS - 1)
    both = pd.concat([added, left.assign(kind=circle.KINDS.index("cart_abandon"), second=later)], ignore_index=True)
    return both[both["day"] <= last_day].sort_values(["day", "second", "customer", "kind"], ignore_index=True)
