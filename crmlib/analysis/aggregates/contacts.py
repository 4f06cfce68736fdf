"""From orders to what came before and after a contact, and to the long silences of every customer."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import BY_TIME, collect, flag, lazy
from crmlib.analysis.checks import require_at_least, require_columns

OPEN = -1  # the day of an order that has not come
CONTACT = ["customer_id", "contacted_day"]


def contact_outcomes(orders: Any, contacts: Any, *, as_of_day: int, window_days: int) -> pd.DataFrame:
    """What each customer had bought before the day of a contact, and bought from that day on.

    An order on the day of the contact comes after it. Several contacts of one customer on one day are one row. Both
    tables must be of the same engine.

    Returns columns:
        customer_id; contacted_day; last_day_before, next_day (days since 1970-01-01, NaN where there is none);
        n_orders_before, amount_before (before that day); n_orders_window, amount_window (from that day to window_days
        after it); n_orders_after, amount_after (from that day to as_of_day). Amounts in the smallest unit.

    Raises:
        ValueError: a column is missing or window_days is below 1.

    Example:
        >>> orders = pd.DataFrame({"customer_id": ["a", "a"], "order_day": [10, 120], "amount": [500, 700]})
        >>> contacts = pd.DataFrame({"customer_id": ["a"], "contacted_day": [100]})
        >>> found = contact_outcomes(orders, contacts, as_of_day=200, window_days=90)
        >>> found[["last_day_before", "next_day", "amount_before", "amount_window"]].to_numpy().tolist()
        [[10.0, 120.0, 500.0, 700.0]]
    """
    require_at_least("window_days", window_days, 1)
    frame = nw.from_native(contacts)
    require_columns("contacts", frame.columns, CONTACT)
    days = frame.lazy().select(*CONTACT).filter(~nw.col("customer_id").is_null(), nw.col("contacted_day") <= as_of_day)
    rows = lazy(orders, ["customer_id", "order_day", "amount"]).filter(nw.col("order_day") <= as_of_day)
    # Inner, and the contacts of customers without an order are put back below: null keys differ between the engines.
    both = days.unique(CONTACT).join(rows, on="customer_id", how="inner")
    counts = _sides(both, window_days).group_by(*CONTACT).agg(
        last_day_before=nw.col("day_before").max(),
        next_day=nw.col("day_after").min(),
        n_orders_before=nw.col("before").sum(),
        amount_before=nw.col("amount_before").sum(),
        n_orders_window=nw.col("window").sum(),
        amount_window=nw.col("amount_window").sum(),
        n_orders_after=nw.col("after").sum(),
        amount_after=nw.col("amount_after").sum(),
    )  # fmt: skip
    found = collect(counts, by=CONTACT, texts=["customer_id"])
    asked = collect(days.unique(CONTACT), by=CONTACT, texts=["customer_id"])
    return _with_unknown_days(asked.merge(found, on=CONTACT, how="left"))


def silences(orders: Any, *, as_of_day: int, longer_than: int) -> pd.DataFrame:
    """Every silence of every customer that lasted longer than some days, with what came before it.

    A silence goes from an order to the customer's next, or to the day of the report where there is none yet.

    Returns columns:
        customer_id; last_day (of the order before); next_day (of the order that ended it, NaN while it lasts);
        n_orders_before, amount_before (up to that order, smallest unit).

    Raises:
        ValueError: a column is missing or longer_than is below 0.

    Example:
        >>> orders = pd.DataFrame({"customer_id": ["a", "a"], "order_id": ["1", "2"], "order_day": [0, 80],
        ...                        "amount": [5, 7]})
        >>> silences(orders, as_of_day=100, longer_than=60).to_numpy().tolist()
        [['a', 0, 80.0, 1, 5]]
    """
    require_at_least("longer_than", longer_than, 0)
    wanted = ["customer_id", "order_id", "order_day", "amount"]
    rows = lazy(orders, wanted).filter(nw.col("order_day") <= as_of_day).with_columns(one=nw.lit(1))
    told = rows.with_columns(
        following=nw.col("order_day").shift(-1).over("customer_id", order_by=BY_TIME),
        n_orders_before=nw.col("one").cum_count().over("customer_id", order_by=BY_TIME),
        amount_before=nw.col("amount").cum_sum().over("customer_id", order_by=BY_TIME),
    )
    ended = ~nw.col("following").is_null()
    told = told.with_columns(
        next_day=nw.when(ended).then(nw.col("following")).otherwise(nw.lit(OPEN)),
        end_day=nw.when(ended).then(nw.col("following")).otherwise(nw.lit(as_of_day)),
    )
    long = told.filter(nw.col("end_day") - nw.col("order_day") > longer_than)
    names = ["customer_id", nw.col("order_day").alias("last_day"), "next_day", "n_orders_before", "amount_before"]
    table = collect(long.select(*names), by=["customer_id", "last_day"], texts=["customer_id"])
    table["next_day"] = table["next_day"].astype("float64").where(table["next_day"] != OPEN)
    return table


def _sides(both: Any, window_days: int) -> Any:
    since = nw.col("order_day") - nw.col("contacted_day")
    sided = both.with_columns(
        before=flag(since < 0), after=flag(since >= 0), window=flag((since >= 0) & (since <= window_days))
    )
    late = 10**7  # later than any day, so that a minimum passes it by
    return sided.with_columns(
        day_before=nw.when(nw.col("before") == 1).then(nw.col("order_day")).otherwise(nw.lit(OPEN)),
        day_after=nw.when(nw.col("after") == 1).then(nw.col("order_day")).otherwise(nw.lit(late)),
        amount_before=nw.col("amount") * nw.col("before"),
        amount_window=nw.col("amount") * nw.col("window"),
        amount_after=nw.col("amount") * nw.col("after"),
    )


def _with_unknown_days(table: pd.DataFrame) -> pd.DataFrame:
    before, after = table["last_day_before"], table["next_day"]
    counted = {name: table[name].fillna(0).astype("int64") for name in table.columns if name.startswith(("n_", "am"))}
    return table.assign(
        **counted,
        last_day_before=before.astype("float64").where(counted["n_orders_before"] > 0),
        next_day=after.astype("float64").where(counted["n_orders_after"] > 0),
    )
