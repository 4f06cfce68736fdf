"""From sends and orders to what each customer had bought before a mail, and bought from it on.

Sends and orders are never joined: they are put under one another and read in order, so memory grows with their rows and
not with their pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import collect, flag, lazy
from crmlib.analysis.checks import require_columns

FAR, NONE = 2**31, -1  # later and earlier than any day; a null would differ between the engines
SENT = ["message_id", "customer_id", "sent_day", "delivered", "opened_day", "clicked_day", "unsubscribed_day", "cost",
        "send_group"]  # fmt: skip
LATER = ["opened_day", "clicked_day", "unsubscribed_day"]
BY_EVENT = ["event_day", "event_place"]
BEFORE, ORDER, AFTER = 0, 1, 2  # a send before the orders of its day, an order, a send after the orders of its day


def send_table(
    sends: Any, orders: Any, order_items: Any = None, *, messages: Sequence[str], as_of_day: int,
    goal_product: str | None = None, started_by_order: bool = False,
) -> pd.DataFrame:  # fmt: skip
    """One row a send of these messages: what became of it, and the customer's orders around it.

    An order on the day of a send comes after it. Where an order starts the scenario (`started_by_order`) the orders of
    the customer's first day in it come before: they are the start, not the result. What happened after as_of_day is not
    known. All tables must be of the same engine.

    Args:
        sends: the canonical sends.
        orders: the canonical orders.
        order_items: the canonical lines; needed for a goal product only.
        messages: message_id of the messages read.
        as_of_day: where observation ends.
        goal_product: product_id whose purchase is the goal; None takes any order.
        started_by_order: the scenario starts with an order on the day of its first message.

    Returns columns:
        customer_id; message_id; sent_day; held_out, group_known, delivery_known, failed (0 or 1); opened_day,
        clicked_day, unsubscribed_day (days since 1970-01-01, NaN where not by as_of_day); cost (smallest unit, NaN
        where not recorded); n_orders_before, amount_before (smallest unit); first_day_before, last_day_before (NaN
        without an order before); next_day, goal_day (first order, first goal purchase from the send on; NaN where there
        is none by as_of_day).

    Raises:
        ValueError: a column is missing.

    Example:
        >>> names = dict.fromkeys(["opened_day", "clicked_day", "unsubscribed_day", "cost"], [float("nan")])
        >>> sends = pd.DataFrame({"message_id": ["m"], "customer_id": ["a"], "sent_day": [10], "delivered": [True],
        ...                       "send_group": ["sent"], **names})
        >>> orders = pd.DataFrame({"customer_id": ["a", "a"], "order_day": [4, 12], "amount": [500, 700]})
        >>> send_table(sends, orders, messages=["m"], as_of_day=20)[["last_day_before", "next_day"]].values.tolist()
        [[4.0, 12.0]]
    """
    sent = _sends(sends, messages, as_of_day, started_by_order)
    bought = lazy(orders, ["customer_id", "order_day", "amount"]).filter(nw.col("order_day") <= as_of_day)
    members = sent.select("customer_id").unique()
    bought = bought.join(members, on="customer_id", how="semi")
    parts = [sent, _events(bought, goal=0 if goal_product else 1, counted=1)]
    if goal_product:
        lines = lazy(order_items, ["customer_id", "order_day", "product_id"])
        lines = lines.filter(nw.col("order_day") <= as_of_day, nw.col("product_id") == goal_product)
        lines = lines.join(members, on="customer_id", how="semi").with_columns(amount=nw.lit(0))
        parts.append(_events(lines, goal=1, counted=0))
    rows = _around(nw.concat(parts, how="vertical")).filter(nw.col("is_send") == 1)
    return _named(collect(rows.select(*KEPT), by=["customer_id", "sent_day", "message_id"], texts=TEXTS))


def entries(sends: Any, *, messages: Sequence[str], as_of_day: int) -> Any:
    """The first day of each customer in these messages, still on the engine: customer_id, entry_day."""
    frame = nw.from_native(sends)
    require_columns("sends", frame.columns, ["message_id", "customer_id", "sent_day"])
    rows = frame.lazy().select("message_id", "customer_id", "sent_day")
    rows = rows.filter(~nw.col("customer_id").is_null(), nw.col("sent_day") <= as_of_day)
    rows = rows.filter(_is_in("message_id", messages))
    return rows.group_by("customer_id").agg(entry_day=nw.col("sent_day").min())


def product_outcomes(
    sends: Any, order_items: Any, *, messages: Sequence[str], as_of_day: int, started_by_order: bool = False
) -> pd.DataFrame:
    """One row a customer with these messages: the next purchase of a product owned, and of one never bought before.

    Lines of the first day count as in `send_table`. All tables must be of the same engine.

    Returns columns:
        customer_id; entry_day; repeat_day (first line after the entry of a product bought before it), cross_day (first
        line of a product not bought before it), NaN where there is none by as_of_day; n_lines (with a product, of the
        customer by as_of_day).

    Raises:
        ValueError: a column is missing.
    """
    began = entries(sends, messages=messages, as_of_day=as_of_day)
    lines = lazy(order_items, ["customer_id", "order_day", "product_id"])
    lines = lines.filter(nw.col("order_day") <= as_of_day, ~nw.col("product_id").is_null())
    # One row a customer, product and day: the join with one entry a customer adds no row.
    lines = lines.join(began, on="customer_id", how="inner").with_columns(one=nw.lit(1))
    start = nw.col("entry_day") + (1 if started_by_order else 0)
    first = nw.col("order_day").min().over("customer_id", "product_id")
    rows = lines.with_columns(start=start, first_day=first)
    later = nw.col("order_day") >= nw.col("start")
    owned = nw.col("first_day") < nw.col("start")
    rows = rows.with_columns(
        repeat_day=nw.when(later & owned).then(nw.col("order_day")).otherwise(nw.lit(FAR)),
        cross_day=nw.when(later & ~owned).then(nw.col("order_day")).otherwise(nw.lit(FAR)),
    )
    found = rows.group_by("customer_id").agg(
        repeat_day=nw.col("repeat_day").min(), cross_day=nw.col("cross_day").min(), n_lines=nw.col("one").sum()
    )
    told = collect(found, by=["customer_id"], texts=["customer_id"])
    table = collect(began, by=["customer_id"], texts=["customer_id"]).merge(told, on="customer_id", how="left")
    table["n_lines"] = table["n_lines"].fillna(0).astype("int64")
    return _without(table, ["repeat_day", "cross_day"], FAR)


def message_counts(sends: Any, *, as_of_day: int) -> pd.DataFrame:
    """Sends of each message up to a day, those held out apart.

    Returns columns:
        message_id; n_sends (really sent), n_customers (who got one), n_held_out (rows of the hold-out); cost (smallest
        unit, of those recorded), n_cost (sends with a recorded cost).

    Raises:
        ValueError: a column is missing.
    """
    frame = nw.from_native(sends)
    require_columns("sends", frame.columns, ["message_id", "customer_id", "sent_day", "send_group", "cost"])
    rows = frame.lazy().select("message_id", "customer_id", "sent_day", "send_group", "cost")
    rows = rows.filter(~nw.col("customer_id").is_null(), nw.col("sent_day") <= as_of_day)
    held, cost = flag(nw.col("send_group") == "held_out"), nw.col("cost").fill_null(NONE).cast(nw.Int64)
    rows = rows.with_columns(held=held, told=flag(cost != NONE) * (1 - held), cost=cost)
    rows = rows.with_columns(n_sends=1 - nw.col("held"), cost=nw.col("cost") * nw.col("told"))
    each = rows.group_by("message_id", "customer_id").agg(
        n_sends=nw.col("n_sends").sum(), n_held_out=nw.col("held").sum(), cost=nw.col("cost").sum(),
        n_cost=nw.col("told").sum(),
    ).with_columns(n_customers=flag(nw.col("n_sends") > 0))  # fmt: skip
    names = ["n_sends", "n_customers", "n_held_out", "cost", "n_cost"]
    counts = each.group_by("message_id").agg(*[nw.col(name).sum() for name in names])
    return collect(counts, by=["message_id"], texts=["message_id"])[["message_id", *names]]


TEXTS = ["customer_id", "message_id"]
KEPT = ["customer_id", "message_id", "sent_day", "held_out", "group_known", "delivery_known", "failed", *LATER, "cost",
        "n_orders_before", "amount_before", "first_day_before", "last_day_before", "next_day", "goal_day"]  # fmt: skip
EMPTY = {"held_out": 0, "group_known": 0, "delivery_known": 0, "failed": 0, **dict.fromkeys(LATER, FAR), "cost": NONE}


def _sends(sends: Any, messages: Sequence[str], as_of_day: int, started_by_order: bool) -> Any:
    frame = nw.from_native(sends)
    require_columns("sends", frame.columns, SENT)
    rows = frame.lazy().select(*SENT).filter(~nw.col("customer_id").is_null(), nw.col("sent_day") <= as_of_day)
    rows = rows.filter(_is_in("message_id", messages))
    told = ~nw.col("delivered").is_null()
    first = flag(nw.col("sent_day") == nw.col("sent_day").min().over("customer_id"))
    place = nw.when(first == 1).then(nw.lit(AFTER if started_by_order else BEFORE)).otherwise(nw.lit(BEFORE))
    group = nw.col("send_group").fill_null("unknown")
    rows = rows.with_columns(
        event_day=nw.col("sent_day"), event_place=place, is_send=nw.lit(1), held_out=flag(group == "held_out"),
        group_known=flag(group != "unknown"), delivery_known=flag(told),
        failed=flag(told & (nw.col("delivered").fill_null(value=True).cast(nw.Int64) == 0)),
        cost=nw.col("cost").fill_null(NONE).cast(nw.Int64), order_day=nw.lit(NONE), next_of=nw.lit(FAR),
        goal_of=nw.lit(FAR), order_amount=nw.lit(0), counted=nw.lit(0),
        **{name: _by_then(name, as_of_day) for name in LATER},
    )  # fmt: skip
    return _typed(rows)


def _by_then(name: str, as_of_day: int) -> nw.Expr:
    day = nw.col(name).fill_null(FAR).cast(nw.Int64)
    return nw.when(day <= as_of_day).then(day).otherwise(nw.lit(FAR))


def _events(bought: Any, *, goal: int, counted: int) -> Any:
    """Orders, or lines of the goal product, in the columns of the sends."""
    day = nw.col("order_day")
    rows = bought.with_columns(
        message_id=nw.lit(""), sent_day=day, event_day=day, event_place=nw.lit(ORDER), is_send=nw.lit(0),
        order_amount=nw.col("amount") * counted, next_of=day if counted else nw.lit(FAR),
        goal_of=day if goal else nw.lit(FAR), counted=nw.lit(counted),
        **{name: nw.lit(value) for name, value in EMPTY.items()},
    )  # fmt: skip
    return _typed(rows)


STACKED = [*TEXTS, "sent_day", "event_day", "event_place", "is_send", *EMPTY, "order_day", "next_of", "goal_of",
           "order_amount", "counted"]  # fmt: skip


def _typed(rows: Any) -> Any:
    texts = [nw.col(name).cast(nw.String) for name in TEXTS]
    return rows.select(*texts, *[nw.col(name).cast(nw.Int64) for name in STACKED[2:]])


def _around(rows: Any) -> Any:
    """Orders before each row and the next from it on; sends of one day see the same, whatever their order."""
    rows = rows.with_columns(
        back_day=-nw.col("event_day"), back_place=-nw.col("event_place"),
        first_of=nw.when(nw.col("counted") == 1).then(nw.col("event_day")).otherwise(nw.lit(FAR)),
        last_of=nw.when(nw.col("counted") == 1).then(nw.col("event_day")).otherwise(nw.lit(NONE)),
    )  # fmt: skip
    on, back = {"order_by": BY_EVENT}, {"order_by": ["back_day", "back_place"]}
    return rows.with_columns(
        n_orders_before=nw.col("counted").cum_sum().over("customer_id", **on),
        amount_before=nw.col("order_amount").cum_sum().over("customer_id", **on),
        first_day_before=nw.col("first_of").cum_min().over("customer_id", **on),
        last_day_before=nw.col("last_of").cum_max().over("customer_id", **on),
        next_day=nw.col("next_of").cum_min().over("customer_id", **back),
        goal_day=nw.col("goal_of").cum_min().over("customer_id", **back),
    )


def _named(table: pd.DataFrame) -> pd.DataFrame:
    table = _without(table, [*LATER, "first_day_before", "next_day", "goal_day"], FAR)
    return _without(table, ["cost", "last_day_before"], NONE)


def _without(table: pd.DataFrame, names: list[str], unknown: int) -> pd.DataFrame:
    known = {name: table[name].astype("float64").where(table[name] != unknown) for name in names}
    return table.assign(**known)


def _is_in(name: str, values: Sequence[str]) -> nw.Expr:
    # No engine takes an empty list for "none of them".
    return nw.col(name).is_in(list(values)) if len(values) else nw.col(name).is_null() & ~nw.col(name).is_null()
