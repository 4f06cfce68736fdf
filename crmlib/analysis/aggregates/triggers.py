"""From what customers did to who would have been mailed for it, and who bought anyway."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import collect, flag, lazy
from crmlib.analysis.checks import require_at_least, require_columns

COUNTS = ["n_triggered", "n_same_day", "n_unbought", "n_sent", "n_bought", "n_bought_sent", "n_held_out",
          "n_bought_held_out"]  # fmt: skip


def trigger_counts(
    events: Any, orders: Any, sends: Any, *, day: str, kinds: Sequence[str] | None, messages: Sequence[str],
    first_day: int, last_day: int, within_days: int,
) -> pd.DataFrame:  # fmt: skip
    """One row: customers by their first trigger between two days, who bought that day, were mailed, and bought later.

    Who ordered on the day of the trigger needs no mail and is left out of what follows, unless the order itself is the
    trigger. Bought: an order from the day after the trigger to within_days after it. All tables must be of the same
    engine.

    Args:
        events: customer_id, the column `day`, and `kind` where `kinds` are given.
        orders: customer_id, order_day.
        sends: the canonical sends.
        day: the column of the day in `events`; "order_day" makes the order itself the trigger.
        kinds: kinds of events that count; None takes every row.
        messages: message_id of the messages that this trigger starts.
        first_day: first day of a trigger.
        last_day: last day of a trigger; within_days later must be observed.
        within_days: days in which an order counts.

    Returns columns:
        n_triggered (customers); n_same_day (ordered on that day); n_unbought (triggered less those); of these n_sent
        (got one of the messages within the days), n_bought, n_bought_sent, n_held_out (held out of them and not
        sent), n_bought_held_out.

    Raises:
        ValueError: a column is missing or within_days is below 1.

    Example:
        >>> events = pd.DataFrame({"customer_id": ["a", "b"], "event_day": [5, 6], "kind": ["cart_abandon"] * 2})
        >>> orders = pd.DataFrame({"customer_id": ["a", "b"], "order_day": [9, 6]})
        >>> sends = pd.DataFrame(columns=["message_id", "customer_id", "sent_day", "send_group"], dtype="str")
        >>> days = {"first_day": 0, "last_day": 10, "within_days": 7}
        >>> trigger_counts(events, orders, sends.astype({"sent_day": "int64"}), day="event_day", kinds=["cart_abandon"],
        ...                messages=[], **days)[["n_triggered", "n_unbought", "n_bought"]].values.tolist()
        [[2, 1, 1]]
    """
    require_at_least("within_days", within_days, 1)
    triggers = _first(events, day, kinds, first_day, last_day)
    bought = _bought(orders, triggers, within_days, own=day == "order_day")
    mailed = _mailed(sends, triggers, messages, within_days)
    rows = triggers.join(bought, on="customer_id", how="left").join(mailed, on="customer_id", how="left")
    names = ["same_day", "bought", "sent", "held"]
    rows = rows.with_columns(*[nw.col(name).fill_null(0).cast(nw.Int64) for name in names])
    open_, held = 1 - nw.col("same_day"), nw.col("held") * (1 - nw.col("sent"))
    rows = rows.with_columns(
        n_triggered=nw.lit(1), n_same_day=nw.col("same_day"), n_unbought=open_, n_sent=open_ * nw.col("sent"),
        n_bought=open_ * nw.col("bought"), n_bought_sent=open_ * nw.col("sent") * nw.col("bought"),
        n_held_out=open_ * held, n_bought_held_out=open_ * held * nw.col("bought"),
    ).with_columns(all=nw.lit("all"))  # fmt: skip
    counts = rows.group_by("all").agg(*[nw.col(name).sum() for name in COUNTS])
    table = collect(counts, by=["all"], texts=["all"])[COUNTS]
    return table if len(table) else pd.DataFrame([dict.fromkeys(COUNTS, 0)])


def _first(events: Any, day: str, kinds: Sequence[str] | None, first_day: int, last_day: int) -> Any:
    wanted = ["customer_id", day, *(["kind"] if kinds else [])]
    rows = lazy(events, wanted).filter(nw.col(day) >= first_day, nw.col(day) <= last_day)
    rows = rows.filter(nw.col("kind").is_in(list(kinds))) if kinds else rows
    return rows.group_by("customer_id").agg(trigger_day=nw.col(day).min())


def _bought(orders: Any, triggers: Any, within_days: int, *, own: bool) -> Any:
    both = lazy(orders, ["customer_id", "order_day"]).join(triggers, on="customer_id", how="inner")
    after = nw.col("order_day") - nw.col("trigger_day")
    later = flag((after >= 1) & (after <= within_days))
    rows = both.with_columns(same_day=nw.lit(0) if own else flag(after == 0), bought=later)
    return rows.group_by("customer_id").agg(same_day=nw.col("same_day").max(), bought=nw.col("bought").max())


def _mailed(sends: Any, triggers: Any, messages: Sequence[str], within_days: int) -> Any:
    frame = nw.from_native(sends)
    require_columns("sends", frame.columns, ["message_id", "customer_id", "sent_day", "send_group"])
    rows = frame.lazy().select("message_id", "customer_id", "sent_day", "send_group")
    chosen = nw.col("message_id").is_in(list(messages) or [""])
    both = rows.filter(~nw.col("customer_id").is_null(), chosen).join(triggers, on="customer_id", how="inner")
    after = nw.col("sent_day") - nw.col("trigger_day")
    both = both.filter((after >= 0) & (after <= within_days))
    held = flag(nw.col("send_group") == "held_out")
    rows = both.with_columns(held=held).with_columns(sent=1 - nw.col("held"))
    return rows.group_by("customer_id").agg(sent=nw.col("sent").max(), held=nw.col("held").max())
