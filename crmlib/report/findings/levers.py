"""What the tried margin, price, second purchase and cost of a customer say, in sentences."""

from __future__ import annotations

import math
from typing import Any

from crmlib.words import Sentence, say


def tried(before: Any, after: Any, day: int) -> Sentence:
    """First year's gross profit as it is and with the changes; values of `value_scenario.value_at`."""
    if math.isnan(before.value):
        return say("What the changes would bring cannot be told: the gross profit of the first year is not known.")
    if math.isnan(after.value):
        return say(
            "What the changes would bring by day {day:rank} cannot be told: the days followed do not reach so far.",
            day=day,
        )
    values = {"base": before.value, "value": after.value, "n": before.n}
    if round(after.value) == round(before.value):
        return say("Without a change a customer brings {base:money} gross profit in the first year.", base=before.value)
    if after.value > before.value:
        return say(
            "With the changes a customer would bring {value:money} gross profit in the first year, {gap:money} more"
            " than the {base:money} observed of {n:customers}. What is assumed is no estimate and has no interval.",
            gap=after.value - before.value, **values,
        )  # fmt: skip
    return say(
        "With the changes a customer would bring {value:money} gross profit in the first year, {gap:money} less than"
        " the {base:money} observed of {n:customers}. What is assumed is no estimate and has no interval.",
        gap=before.value - after.value, **values,
    )  # fmt: skip


def point(gain: float, total: float, n_customers: int) -> Sentence:
    """What one point more of customers with a second purchase is worth in a year."""
    if math.isnan(gain):
        return say("What one point of F2 is worth cannot be told: there is no second purchase or no gross profit.")
    return say(
        "One point more of customers with a second purchase within 365 days brings {gain:money} gross profit a new"
        " customer in the first year, or {total:money} over the {n:customers} won in the last 365 days.",
        gain=gain, total=total, n=n_customers,
    )  # fmt: skip


def cost(limit: Any, cpo: float, payback: Any) -> Sentence:
    """The break-even cost of a customer with its interval, and when the cost given comes back."""
    if math.isnan(limit.value):
        return say("The break-even CPO cannot be told: the gross profit of the first year is not known.")
    values = {"limit": limit.value, "low": limit.interval.low, "high": limit.interval.high, "n": limit.n}
    if math.isnan(limit.interval.low):
        return say("The break-even CPO is {limit:money}, from too few customers for an interval.", limit=limit.value)
    if not cpo or payback is None:
        return say(
            "The break-even CPO is {limit:money} (95% interval {low:money} to {high:money}; {n:customers} observed a"
            " year). When a customer pays back cannot be told without a cost.",
            **values,
        )
    if payback["payback_state"] == "reached":
        return say(
            "The break-even CPO is {limit:money} (95% interval {low:money} to {high:money}; {n:customers} observed a"
            " year); at a CPO of {cpo:money} a customer pays back in month {month:rank}.",
            cpo=cpo, month=payback["payback_month"], **values,
        )  # fmt: skip
    if payback["payback_state"] == "not_reached":
        return say(
            "The break-even CPO is {limit:money} (95% interval {low:money} to {high:money}; {n:customers} observed a"
            " year); at a CPO of {cpo:money} a customer does not pay back within the {days:days} followed.",
            cpo=cpo, days=int(payback["observed_days"]), **values,
        )  # fmt: skip
    return say(
        "The break-even CPO is {limit:money} (95% interval {low:money} to {high:money}; {n:customers} observed a year);"
        " at a CPO of {cpo:money} a customer has not paid back within the {days:days} observed so far.",
        cpo=cpo, days=int(payback["observed_days"]), **values,
    )  # fmt: skip


def payback_title(before: Any, after: Any, cpo: float) -> Sentence:
    """The message of the payback chart: the month as it is, and with the changes."""
    if not cpo:
        return say("Cumulative gross profit a customer, as it is and with the changes")
    months = [row["payback_month"] for row in (before, after) if row and row["payback_state"] == "reached"]
    if len(months) < 2:
        return say("Cumulative gross profit less a CPO of {cpo:money}, as it is and with the changes", cpo=cpo)
    return say(
        "A CPO of {cpo:money} pays back in month {before:rank}, with the changes in month {after:rank}",
        cpo=cpo, before=months[0], after=months[1],
    )  # fmt: skip
