"""One customer of the first days, planted: thirty orders, silence, a call by phone, and orders again (R167)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.demo import boxes, calls, consents, market
from crmlib.demo.market import ONE_OFF

CUSTOMER = 0  # the first to arrive
SILENT_DAYS, BACK_AFTER_DAYS, LAST_LIST_DAYS = 79, 4, 105
BEFORE, AFTER = 30, 4
BASKETS = (
    ((market.GEL, 2), (market.ESSENCE, 1), (market.SUPPLEMENT, 1)),
    ((market.GEL, 2), (market.ESSENCE, 1), (market.CLEANSER, 1)),
    ((market.GEL, 2), (market.ESSENCE, 1), (market.SUPPLEMENT, 1), (market.SUNSCREEN, 1)),
)


def as_regular(people: pd.DataFrame) -> pd.DataFrame:
    """`people`, the first of whom uses the product every day, may be called and is not on LINE."""
    changed = people.copy()
    line = {"line_account": consents.NO_LINE, "line_friend": consents.NO}
    told = {"call_ok": consents.YES, "do_not_call": consents.NO, **line, "usage": 0, "entry": ONE_OFF}
    for name, value in told.items():
        changed.loc[CUSTOMER, name] = value
    return changed


def call_day(last_day: int) -> int:
    """The list day on which the customer is called."""
    days = calls.list_days(last_day)
    return int(days[days <= last_day - LAST_LIST_DAYS][-1])


def histories(people: pd.DataFrame, *, last_day: int) -> pd.DataFrame:
    """The customer's orders, in the columns of the histories."""
    called = call_day(last_day)
    before = np.linspace(people["arrival_day"].iloc[CUSTOMER], called - SILENT_DAYS, BEFORE).round().astype(int)
    back = called + BACK_AFTER_DAYS
    day = np.concatenate([before, back + 31 * np.arange(AFTER)])
    day = day[day <= last_day]
    number = np.arange(1, len(day) + 1)
    columns = {"customer": CUSTOMER, "number": number, "day": day, "kind": ONE_OFF, "delivery": 0, "subscription": 0}
    goes_on = ~np.isin(number, [BEFORE, len(day)])
    return pd.DataFrame({**columns, "n_one_off": number, "chance": 0.9, "goes_on": goes_on, "followed": False})


def heads(orders: pd.DataFrame, *, last_day: int) -> pd.DataFrame:
    """The orders with their heads: in the evening, by card, no coupon."""
    pending = (orders["day"] >= last_day - 1).to_numpy()
    second = 20 * 3600 + orders["number"].to_numpy() * 61
    return orders.assign(second=second, later_payment=False, discount_amount=0, refunded_amount=0, pending=pending)


def lines(orders: pd.DataFrame, *, last_day: int) -> pd.DataFrame:
    """What lay in each box, at the price of its day."""
    price = market.PRODUCTS["price"].to_numpy()
    rows = []
    for place, (number, day) in enumerate(zip(orders["number"], orders["day"], strict=True)):
        for product, quantity in BASKETS[number % len(BASKETS)]:
            old = product == market.GEL and day < last_day - 364
            rows.append((place, product, quantity, market.GEL_OLD_PRICE if old else int(price[product])))
    frame = pd.DataFrame(rows, columns=["order", "product", "quantity", "unit_price"])
    return frame.assign(line_type=boxes.PRODUCT_LINE)[["order", "line_type", "product", "quantity", "unit_price"]]


def contact(last_day: int) -> pd.DataFrame:
    """The call, in the columns of the programme's contacts."""
    day = call_day(last_day)
    row = {
        "customer": CUSTOMER, "day": day, "list_day": day, "silent_days": SILENT_DAYS, "called": True, "gone": True,
        "second": 14 * 3600, "staff": 0, "by_line": False, "reached": True, "won_back": True, "result": calls.REACHED,
        "next_day": -1,
    }  # fmt: skip
    return pd.DataFrame([row])
