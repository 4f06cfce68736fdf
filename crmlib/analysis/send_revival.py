"""Dormant customers who were mailed: who came back, what each cost, and what a new customer costs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.intervals import wilson_bounds
from crmlib.analysis.proportions import proportions

FEWEST = 30
SILENCE = ["scenario_id", "customer_id", "last_day_before"]


def approaches(
    rows: pd.DataFrame, messages: pd.DataFrame, *, as_of_day: int, costs: Mapping[str, float], dormant_days: int = 60,
    window_days: int = 90,
) -> pd.DataFrame:  # fmt: skip
    """One row a dormant customer, scenario and silence in which something was sent, or held out.

    Dormant: more than dormant_days since the last order on the day of the send. A silence begins with the first such
    send, whose group it takes; revived is who orders from that day to window_days after it, observed whose window lies
    before as_of_day. A send costs what is recorded with it, else with its message, else what its channel is taken to.

    Args:
        rows: of `aggregates.send_table`, with scenario_id.
        messages: message_id, channel, cost_per_send.
        as_of_day: where observation ends.
        costs: cost of one contact by channel, smallest unit; NaN where not known.
        dormant_days: silence after which a customer is dormant.
        window_days: days in which an order counts.

    Returns columns:
        scenario_id, customer_id, last_day_before; first_sent_day; group (sent, held_out); n_mails, send_cost (of the
        mails sent in the silence; NaN where one of them has no cost); n_guessed (mails with the channel's cost);
        observed, revived (bool).

    Raises:
        ValueError: a column is missing, or a number of days is out of range.
    """
    require_at_least("dormant_days", dormant_days, 0)
    require_at_least("window_days", window_days, 1)
    require_columns("messages", messages.columns, ["message_id", "channel", "cost_per_send"])
    require_columns("rows", rows.columns, [*SILENCE, "message_id", "sent_day", "held_out", "group_known", "next_day"])
    silent = (rows["sent_day"] - rows["last_day_before"] > dormant_days) & (rows["group_known"] == 1)
    told = rows[silent].merge(messages[["message_id", "channel", "cost_per_send"]], on="message_id", how="left")
    own = told["cost"].fillna(told["cost_per_send"].astype("float64"))
    paid = own.fillna(told["channel"].map(dict(costs)).astype("float64"))
    sent = told["held_out"] == 0
    # A sum with a cost that is not known is not known.
    told = told.assign(mail=sent.astype("int64"), guessed=(sent & own.isna()).astype("int64"),
                       paid=paid.where(sent, 0.0), unpaid=(sent & paid.isna()).astype("int64"))  # fmt: skip
    told = told.sort_values([*SILENCE, "sent_day", "held_out"], ascending=[True, True, True, True, False])
    groups = told.groupby(SILENCE, sort=True)
    table = groups.agg(first_sent_day=("sent_day", "first"), held=("held_out", "first"), next_day=("next_day", "first"),
                       n_mails=("mail", "sum"), send_cost=("paid", "sum"), unpaid=("unpaid", "sum"),
                       n_guessed=("guessed", "sum")).reset_index()  # fmt: skip
    table["group"] = np.where(table["held"] == 1, "held_out", "sent")
    table["send_cost"] = table["send_cost"].where(table["unpaid"] == 0)
    table["observed"] = table["first_sent_day"] + window_days <= as_of_day
    table["revived"] = table["next_day"] <= table["first_sent_day"] + window_days
    names = ["first_sent_day", "group", "n_mails", "send_cost", "n_guessed", "observed", "revived"]
    return table[[*SILENCE, *names]]


def costs_by_scenario(approached: pd.DataFrame, *, per_new: float = float("nan")) -> pd.DataFrame:
    """What a revived customer cost in each scenario, those who come back anyway taken off where some were held out.

    Of approaches observed for the whole window. cost_per_revived = cost / revived; cost_per_extra = cost / (approaches
    x difference to the hold-out, by the score test's interval); it has no upper end where the mails may have brought
    nobody.

    Args:
        approached: of `approaches`.
        per_new: what a new customer costs, smallest unit.

    Returns columns:
        scenario_id; n_approached_sent, n_mails, n_revived, revival_rate, revival_rate_low, revival_rate_high;
        n_approached_held, rate_held; effect_difference, effect_difference_low, effect_difference_high; send_cost;
        cost_per_revived; cost_per_extra, cost_per_extra_low, cost_per_extra_high; cost_per_new. Money in the smallest
        unit; rates NaN below 30.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("approached", approached.columns, ["scenario_id", "group", "observed", "revived", "send_cost"])
    seen = approached[approached["observed"].astype(bool)]
    rows = [{"scenario_id": scenario, **_costs(part)} for scenario, part in seen.groupby("scenario_id", sort=True)]
    names = ["n_approached_sent", "n_mails", "n_revived", "revival_rate", "revival_rate_low", "revival_rate_high",
             "n_approached_held", "rate_held", "effect_difference", "effect_difference_low", "effect_difference_high",
             "send_cost", "cost_per_revived", "cost_per_extra", "cost_per_extra_low",
             "cost_per_extra_high"]  # fmt: skip
    return pd.DataFrame(rows, columns=["scenario_id", *names]).assign(cost_per_new=per_new)


def _costs(part: pd.DataFrame) -> dict[str, float]:
    held = part[part["group"] == "held_out"]
    sent = part[part["group"] == "sent"]
    n, x, nan = len(sent), int(sent["revived"].sum()), float("nan")
    cost = float(sent["send_cost"].sum()) if sent["send_cost"].notna().all() else nan
    low, high = (float(end[0]) for end in wilson_bounds([x], [n if n >= FEWEST else 0]))
    found = proportions(int(held["revived"].sum()), len(held), x, n)
    both = n >= FEWEST and len(held) >= FEWEST
    gap = [found.difference, found.difference_interval.low, found.difference_interval.high] if both else [nan] * 3
    extra = [_ratio(cost, share * n) for share in (gap[0], gap[2], gap[1])]
    return {
        "n_approached_sent": n,
        "n_mails": int(sent["n_mails"].sum()),
        "n_revived": x,
        "revival_rate": x / n if n >= FEWEST else nan,
        "revival_rate_low": low,
        "revival_rate_high": high,
        "n_approached_held": len(held),
        "rate_held": found.rate_control if len(held) >= FEWEST else nan,
        "effect_difference": gap[0],
        "effect_difference_low": gap[1],
        "effect_difference_high": gap[2],
        "send_cost": cost,
        "cost_per_revived": _ratio(cost, x),
        "cost_per_extra": extra[0],
        "cost_per_extra_low": extra[1],
        "cost_per_extra_high": extra[2],
    }


def _ratio(above: float, below: float) -> float:
    """A quotient; NaN where nothing, or less, is divided by."""
    return above / below if below > 0 else float("nan")
