"""The sends of every scenario with the orders around them, a scenario at a time so that memory stays bounded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from crmlib.analysis import aggregates
from crmlib.analysis.checks import require_columns
from crmlib.analysis.step_mail import started_by_order

ROWS = ["scenario_id", "customer_id", "message_id", "sent_day", "started", "held_out", "group_known",
        "delivery_known", "failed", "opened_day", "clicked_day", "unsubscribed_day", "cost", "n_orders_before",
        "amount_before", "first_day_before", "last_day_before", "next_day", "goal_day"]  # fmt: skip
OUTCOMES = ["scenario_id", "customer_id", "entry_day", "repeat_day", "cross_day", "n_lines"]


@dataclass(frozen=True, kw_only=True)
class SentRows:
    """`rows`: of `aggregates.send_table`, `outcomes`: of `aggregates.product_outcomes`, both with scenario_id.

    `started` of the rows says that the scenario starts with the order of its first day.
    """

    rows: pd.DataFrame
    outcomes: pd.DataFrame


def gather(
    sends: Any, orders: Any, order_items: Any, scenarios: pd.DataFrame, messages: pd.DataFrame, *, as_of_day: int
) -> SentRows:
    """Read the sends of every scenario; messages of a scenario that is not listed count as one of their own.

    Args:
        sends: the canonical sends, of the engine of the orders.
        orders: the canonical orders.
        order_items: the canonical lines.
        scenarios: scenario_id, start_event, goal_product.
        messages: the canonical messages.
        as_of_day: where observation ends.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("scenarios", scenarios.columns, ["scenario_id", "start_event", "goal_product"])
    told = scenarios.drop_duplicates("scenario_id").set_index("scenario_id")
    rows, outcomes = [], []
    for scenario, part in messages.groupby("scenario_id", sort=True):
        plan = told.reindex([scenario]).iloc[0].to_dict()
        goal = plan["goal_product"] if isinstance(plan["goal_product"], str) and plan["goal_product"] else None
        started = started_by_order(str(plan["start_event"]), part)
        chosen = {"messages": part["message_id"].tolist(), "as_of_day": as_of_day, "started_by_order": started}
        sent = aggregates.send_table(sends, orders, order_items, goal_product=goal, **chosen)
        rows.append(sent.assign(scenario_id=scenario, started=started))
        bought = aggregates.product_outcomes(sends, order_items, **chosen)
        outcomes.append(bought.assign(scenario_id=scenario))
    return SentRows(rows=_together(rows, ROWS), outcomes=_together(outcomes, OUTCOMES))


def _together(parts: list[pd.DataFrame], names: list[str]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    if filled:
        return pd.concat(filled, ignore_index=True)[names]
    texts = {name: "str" for name in names if name.endswith("_id")} | {"started": "bool"}
    return pd.DataFrame({name: pd.Series(dtype=texts.get(name, "float64")) for name in names})
