"""ステップメール: every mail of a scenario by itself, from sent to bought, stopped and left."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.intervals import wilson_bounds

FEWEST = 30  # mails below which there is no rate
# What starts a scenario without an order on that day.
NO_ORDER = ("shipped", "delivered", "registered", "item_view", "cart_abandon", "silence", "survey", "cancel_request")
# Only these report that they were opened.
OPENED_BY = ("mail", "line", "chat")
SHOWN = ["scenario_id", "step_no", "message_name", "content_type", "n_sent", "n_after_goal", "n_in_sequence",
         "n_arrived", "reach_rate", "n_opened", "open_rate", "n_clicked", "click_rate", "n_goal", "goal_rate",
         "goal_rate_low", "goal_rate_high", "n_stopped", "stop_rate", "n_leave_observed", "n_no_more",
         "left_rate"]  # fmt: skip


def started_by_order(start_event: str, messages: pd.DataFrame) -> bool:
    """Whether an order on the day of the first message is what started the scenario.

    It is where the scenario starts with an order, or does not say with what (other, unknown: a list is often drawn by
    the orders until that day), and its first message goes out on the day of the start or at a day not stated.

    Example:
        >>> started_by_order("order", pd.DataFrame({"step_no": [1, 2], "offset_days": [0, 3]}))
        True
    """
    first = float(messages.sort_values(["step_no", "offset_days"])["offset_days"].astype("float64").iloc[0])
    return start_event not in NO_ORDER and not first > 0


def steps(messages: pd.DataFrame) -> pd.DataFrame:
    """The messages in the order of their steps, with the days from one to the next as planned.

    Returns columns:
        scenario_id, message_id, step_no (as stated, else by offset); message_name; channel; content_type (code);
        offset_days (NaN where not stated); gap_days (to the next message of the scenario; NaN for the last and where
        not stated).

    Raises:
        ValueError: a column is missing.

    Example:
        >>> one = {"scenario_id": "s", "name": "", "channel": "mail", "content_type": "brand"}
        >>> rows = pd.DataFrame([{"message_id": "b", "step_no": 2, "offset_days": 4, **one},
        ...                      {"message_id": "a", "step_no": 1, "offset_days": 1, **one}])
        >>> steps(rows)["gap_days"].tolist()
        [3.0, nan]
    """
    names = ["scenario_id", "message_id", "step_no", "offset_days", "name", "channel", "content_type"]
    require_columns("messages", messages.columns, names)
    rows = messages[names].rename(columns={"name": "message_name"})
    rows["content_type"] = "content_" + rows["content_type"].fillna("unknown").astype("str")
    rows[["step_no", "offset_days"]] = rows[["step_no", "offset_days"]].astype("float64")
    rows = rows.sort_values(["scenario_id", "step_no", "offset_days", "message_id"], ignore_index=True)
    groups = rows.groupby("scenario_id")
    rows["step_no"] = rows["step_no"].fillna(groups.cumcount() + 1).astype("int64")
    rows["gap_days"] = groups["offset_days"].shift(-1) - rows["offset_days"]
    return rows


def with_entries(rows: pd.DataFrame, messages: pd.DataFrame) -> pd.DataFrame:
    """Sends in order, with their step and how often the customer had entered the scenario before.

    A step no later than the one before it begins a new entry.

    Args:
        rows: of `aggregates.send_table`, with scenario_id.
        messages: of `steps`.

    Returns columns:
        those of `rows`; step_no; offset_days; entry_number (0 for the first).
    """
    told = messages[["scenario_id", "message_id", "step_no", "offset_days"]]
    table = rows.merge(told, on=["scenario_id", "message_id"])
    table = table.sort_values(["scenario_id", "customer_id", "sent_day", "step_no"], ignore_index=True)
    keys = [table["scenario_id"], table["customer_id"]]
    again = table["step_no"] <= table.groupby(["scenario_id", "customer_id"])["step_no"].shift(1)
    return table.assign(entry_number=again.astype("int64").groupby(keys).cumsum())


def review(
    rows: pd.DataFrame, messages: pd.DataFrame, *, as_of_day: int, bought_days: int = 14, leave_days: int = 60
) -> pd.DataFrame:
    """One row a mail: of those still in the sequence, who was reached, opened, clicked, bought, stopped and left.

    Still in the sequence: neither the goal purchase nor an unsubscription came between the first mail and this one, and
    bought_days have been observed since. Only each customer's first time in the scenario is looked at. Every rate has
    those still in the sequence in its denominator, less the bounced where it is about reading the mail; what was
    opened, clicked or stopped counts within bought_days of the sending. Bought: the goal purchase came within
    bought_days and before the next mail. Left: no order within leave_days, of those observed so long.

    Args:
        rows: of `aggregates.send_table`, with scenario_id; only what was really sent is looked at.
        messages: of `steps`.
        as_of_day: where observation ends.
        bought_days: days in which a reaction counts.
        leave_days: days without an order after which a customer has left.

    Returns columns:
        scenario_id, step_no, message_name, content_type; n_sent (customers who got it); n_after_goal (of these, after
        the goal: the sequence did not stop); n_in_sequence; n_arrived, reach_rate; n_opened, open_rate; n_clicked,
        click_rate; n_goal, goal_rate, goal_rate_low, goal_rate_high (Wilson); n_stopped, stop_rate; n_leave_observed,
        n_no_more, left_rate. NaN where it is not recorded, rates also below 30 customers.

    Raises:
        ValueError: a column is missing, or a number of days is below 1.
    """
    require_at_least("bought_days", bought_days, 1)
    require_at_least("leave_days", leave_days, 1)
    require_columns("rows", rows.columns, ["scenario_id", "customer_id", "message_id", "sent_day", "held_out"])
    sent = _marked(rows[rows["held_out"] == 0], messages, as_of_day, bought_days, leave_days)
    table = messages.merge(_counts(sent), on=["scenario_id", "message_id"], how="left")
    whole = ["n_sent", "n_after_goal", "n_in_sequence", "n_arrived", "n_opened", "n_clicked", "n_goal", "n_stopped",
             "n_leave_observed", "n_no_more"]  # fmt: skip
    table[whole] = table[whole].fillna(0).astype("float64")
    return _rates(table, rows)[SHOWN]


def _marked(
    sent: pd.DataFrame, messages: pd.DataFrame, as_of_day: int, bought_days: int, leave_days: int
) -> pd.DataFrame:
    """Each customer's first time in the scenario: a row a mail, with 0 and 1 for what followed."""
    keys = ["scenario_id", "customer_id"]
    rows = with_entries(sent, messages)
    rows = rows[rows["entry_number"] == 0].reset_index(drop=True)
    groups = rows.groupby(keys)
    # An order from the first mail on; the day of a mail belongs to that mail.
    reached_goal = groups["goal_day"].transform("first") < rows["sent_day"]
    unsubscribed = groups["unsubscribed_day"].transform("min") < rows["sent_day"]
    until = np.minimum(rows["sent_day"] + bought_days, (groups["sent_day"].shift(-1) - 1).fillna(np.inf))
    inside = ~reached_goal & ~unsubscribed & (rows["sent_day"] + bought_days <= as_of_day)
    arrived = inside & (rows["failed"] == 0)
    seen = inside & (rows["sent_day"] + leave_days <= as_of_day)
    soon = rows["sent_day"] + bought_days
    return rows.assign(
        n_sent=1,
        n_after_goal=reached_goal,
        n_in_sequence=inside,
        n_told=inside & (rows["delivery_known"] == 1),
        n_arrived=arrived,
        n_opened=arrived & (rows["opened_day"] <= soon),
        n_clicked=arrived & (rows["clicked_day"] <= soon),
        n_goal=inside & (rows["goal_day"] <= until),
        n_stopped=arrived & (rows["unsubscribed_day"] <= soon),
        n_leave_observed=seen,
        n_no_more=seen & ~(rows["next_day"] <= rows["sent_day"] + leave_days),
    )


def _counts(marked: pd.DataFrame) -> pd.DataFrame:
    names = [name for name in marked.columns if name.startswith("n_") and name != "n_orders_before"]
    counts = marked.astype(dict.fromkeys(names, "int64")).groupby(["scenario_id", "message_id"])[names].sum()
    return counts.reset_index()


def _rates(table: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    base, reached = _enough(table["n_in_sequence"]), _enough(table["n_arrived"])
    electronic = table["channel"].isin(OPENED_BY)
    # A whole column without a day is not recorded, which is not the same as nobody.
    marks = {"n_opened": "opened_day", "n_clicked": "clicked_day", "n_stopped": "unsubscribed_day"}
    for name, day in marks.items():
        table[name] = table[name].where(electronic & bool(rows[day].notna().any()))
    # Of those whose delivery is recorded; the others are neither reached nor bounced.
    bounced = table["n_in_sequence"] - table["n_arrived"]
    told = _enough(table["n_told"].fillna(0))
    table["reach_rate"] = (told - bounced) / told
    for name, count in (("open_rate", "n_opened"), ("click_rate", "n_clicked"), ("stop_rate", "n_stopped")):
        table[name] = table[count] / reached
    table["goal_rate"] = table["n_goal"] / base
    table["goal_rate_low"], table["goal_rate_high"] = wilson_bounds(table["n_goal"], base.fillna(0))
    table["left_rate"] = table["n_no_more"] / _enough(table["n_leave_observed"])
    return table


def _enough(n: pd.Series) -> pd.Series:
    return n.astype("float64").where(n >= FEWEST)
