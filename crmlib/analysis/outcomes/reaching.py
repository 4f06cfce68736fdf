"""Whether a unit reached its n-th delivery or order."""

from __future__ import annotations

import pandas as pd


def nth_day(orders: pd.DataFrame, *, number: int, numbered: bool) -> pd.Series:
    """The day of each unit's order or delivery of that number; units that did not reach it are not there.

    Orders of one unit on one day are one. With `numbered` the shop's own delivery numbers count where every order of a
    unit has one, so that a contract that began before the data enters at its number; else they are counted from 1.
    """
    days = orders.groupby(["unit_id", "order_day"], as_index=False).agg(seq=("subscription_seq", "min"))
    days["counted"] = days.groupby("unit_id").cumcount() + 1
    own = days.groupby("unit_id")["seq"].transform("count") == days.groupby("unit_id")["seq"].transform("size")
    days["number"] = days["seq"].where(own & numbered, days["counted"])
    return days[days["number"] >= number].groupby("unit_id")["order_day"].min()


def reached(units: pd.DataFrame, orders: pd.DataFrame, *, number: int, window: int, numbered: bool) -> pd.DataFrame:
    """Whether each unit came to the order or delivery of that number within the window.

    Who had reached it by the day of assignment is not eligible: nothing done after that day can have brought it.

    Returns columns (index of `units`):
        value (0, 1); eligible.
    """
    told = orders if "subscription_seq" in orders.columns else orders.assign(subscription_seq=float("nan"))
    day = units["unit_id"].map(nth_day(told, number=number, numbered=numbered)).astype("float64")
    after = day - units["assigned_day"]
    return pd.DataFrame({"value": after.between(1, window).astype("float64"), "eligible": ~(after <= 0)})
