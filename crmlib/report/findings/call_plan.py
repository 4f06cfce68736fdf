"""What a day's list would cost and bring, in sentences."""

from __future__ import annotations

import math
from typing import Any

from crmlib.words import Sentence, say


def takes(*, due: int, called: int, held_out: int, most: int | None) -> Sentence | None:
    """How many are called today, and in how many days of the same length all who are due would be."""
    if not due:
        return None
    values = {"due": due, "called": called, "held": held_out}
    if most is None or due <= most:
        return say(
            "{due:customers} may be contacted today, all on the list: {called:count} to be called and {held:count} held"
            " out.",
            **values,
        )
    return say(
        "{due:customers} may be contacted today, the list takes {most:count}: {called:count} to be called and"
        " {held:count} held out. At this length all who are due today take {days:days}.",
        most=most, days=math.ceil(due / most), **values,
    )  # fmt: skip


def costs(*, called: int, contact_cost: float) -> Sentence:
    """What calling the list costs."""
    if math.isnan(contact_cost):
        return say("What the list costs cannot be told: the cost of one contact is not given.")
    return say(
        "Calling {n:customers} costs {cost:money} at {each:money} a contact.",
        n=called, cost=called * contact_cost, each=contact_cost,
    )  # fmt: skip


def brings(found: Any, *, called: int, dormant: int, dormant_days: int, days: int, told: bool) -> tuple[Sentence, ...]:
    """What the list would bring if it is like those contacted so far; sales only where some were held out.

    `dormant`: of those called, who are silent for longer than `dormant_days`, as those contacted so far were; of the
    others it says nothing.
    """
    if not told:
        return (say("What the list would bring cannot be told: the table of contacts is missing."),)
    if not found.n_called:
        return (say(
            "What the list would bring cannot be told yet: no contact with a dormant customer is {days:days} old.",
            days=days,
        ),)  # fmt: skip
    if not dormant:
        return (say(
            "What the list would bring cannot be told: none of the {n:customers} called has been silent for more than"
            " {dormant:days}, as those contacted so far had been.",
            n=called, dormant=dormant_days,
        ),)  # fmt: skip
    like = say(
        "Among the {all:count} called, {n:customers} have been silent for more than {dormant:days}, as those contacted"
        " so far had been; what the others bring cannot be told.",
        all=called, n=dormant, dormant=dormant_days,
    )  # fmt: skip
    return (*((like,) if dormant < called else ()), _brought(found, called=dormant, days=days))


def _brought(found: Any, *, called: int, days: int) -> Sentence:
    ends = found.rate_called_interval
    values = {"n": called, "days": days, "back": round(called * found.rate_called), "low": round(called * ends.low),
              "high": round(called * ends.high), "seen": found.n_called}  # fmt: skip
    if found.basis != "held_out" or found.amount_difference != found.amount_difference:
        return say(
            "If they are like the {seen:customers} contacted while dormant so far, {back:count} of {n:customers} buy"
            " within {days:days} (95% interval of the rate {low:count} to {high:count}); how much of it the calls bring"
            " cannot be told without customers held out.",
            **values,
        )
    amount = found.amount_interval
    return say(
        "If they are like the {seen:customers} contacted while dormant so far, {back:count} of {n:customers} buy within"
        " {days:days} (95% interval of the rate {low:count} to {high:count}). Beyond what they would have bought anyway"
        " that is {more:money} of sales, between {least:money} and {most:money}.",
        more=called * found.amount_difference, least=called * amount.low, most=called * amount.high, **values,
    )  # fmt: skip
