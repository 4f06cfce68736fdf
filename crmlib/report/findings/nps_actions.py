"""What a survey asks to be done, in sentences: drivers, comments, approaches, published scores and conclusions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pandas import DataFrame

SMALL = 30


def drivers(table: DataFrame) -> Sentence:
    """Which question goes most closely with the answer."""
    told = table.dropna(subset=["correlation"])
    if told.empty:
        return say("What goes with the answer cannot be told: no other question has {n:count} answers.", n=SMALL)
    clear = told[told["driver_clear"]]
    if clear.empty:
        return say("None of {k:count} questions goes clearly with the answer.", k=len(told))
    top = clear.iloc[0]
    return say(
        "“{driver:label}” goes most closely with the answer (rank correlation {rho:signed_number}, 95% interval"
        " {low:signed_number} to {high:signed_number} corrected for {k:count} questions; {n:responses}). That one"
        " causes the other is not shown.",
        driver=str(top["driver"]), rho=top["correlation"], low=top["correlation_low"], high=top["correlation_high"],
        k=int(top["n_comparisons"]), n=int(top["n"]),
    )  # fmt: skip


def left_out(compared: Iterable[str], *, asked: Iterable[str]) -> list[Sentence]:
    """Questions that could not be compared; nothing where all were.

    Args:
        compared: the questions of `drivers.relations`.
        asked: those that a survey can have.
    """
    told = set(compared)
    missing = [name for name in asked if name not in told]
    if not missing:
        return []
    return [say(
        "Not asked, or answered alike by all, so nothing can be said of: {columns:text}.", columns=", ".join(missing)
    )]  # fmt: skip


def drivers_title(table: DataFrame) -> Sentence:
    """The message of the chart of drivers."""
    told = table.dropna(subset=["correlation"])
    if told.empty or not told.iloc[0]["driver_clear"]:
        return say("What goes with the answer")
    return say("“{driver:label}” goes most closely with the answer", driver=str(told.iloc[0]["driver"]))


def priorities(table: DataFrame) -> Sentence:
    """What is important and rated low."""
    first = table[table["driver_priority"] == "fix_first"]
    if table["correlation"].notna().sum() < 2:
        return say("What to improve first cannot be told: fewer than two questions were answered by enough customers.")
    if first.empty:
        return say("No question that goes clearly with the answer is rated below the others.")
    top = first.iloc[0]
    return say(
        "Improve first: “{driver:label}”, which clearly goes with the answer (rank correlation {rho:signed_number}) and"
        " is rated lower than the others ({mean:share} of the way up its scale).",
        driver=str(top["driver"]), rho=top["correlation"], mean=top["performance"],
    )  # fmt: skip


def priorities_title(table: DataFrame) -> Sentence:
    """The message of the map of importance and performance."""
    first = table[table["driver_priority"] == "fix_first"]
    if first.empty:
        return say("Importance against performance")
    return say("Important and rated low: “{driver:label}”", driver=str(first.iloc[0]["driver"]))


def comments(counts: DataFrame, shown: bool) -> Sentence:
    """How many wrote something, and that names and addresses were masked."""
    n, written = int(counts["n"].sum()), int(counts["n_comments"].sum())
    if not shown:
        return say("Comments are left out of this report, as was asked for.")
    if not written:
        return say("The survey has no comments.")
    return say(
        "{written:count} of {n:responses} carry a comment. Email addresses, telephone numbers and the like were masked"
        " when the file was read; read them before they are passed on.",
        written=written, n=n,
    )  # fmt: skip


def approaches(work: DataFrame) -> Sentence:
    """How many may be contacted, and what it takes."""
    n, may = int(work["n_customers"].sum()), int(work["n_contactable"].sum())
    hours = float(work["hours"].sum(min_count=1))
    if not n:
        return say("Nobody answered, so there is no list.")
    if math.isnan(hours):
        return say(
            "{may:customers} of {n:count} who answered may be contacted. What it would take is not known without the"
            " minutes a customer takes.",
            may=may, n=n,
        )  # fmt: skip
    return say(
        "{may:customers} of {n:count} who answered may be contacted, which takes {hours:number} hours where the minutes"
        " are given.",
        may=may, n=n, hours=hours,
    )  # fmt: skip


def benchmark(result: Any, chosen: Any) -> Sentence:
    """That published scores are of other people, asked in another way."""
    if not chosen.is_standard:
        return say("The published scores count by the usual bands, so they cannot stand beside the client's own.")
    if result.n < SMALL:
        return say("Published scores are of other surveys; the client's own has too few answers to stand beside them.")
    return say(
        "The published scores are of panels of online respondents, in other years, not of a shop's own customers; that"
        " the client's {nps:nps} is above or below them proves nothing. Compare over time and between groups.",
        nps=result.nps,
    )  # fmt: skip


def repeater(result: Any) -> Sentence:
    """The score of the intention to continue."""
    if result.n == 0:
        return say("The intention to continue was not asked on a scale from 0 to 10, so there is no NRS.")
    if result.n < SMALL:
        return say("{n:responses} are too few for an NRS.", n=result.n)
    return say(
        "The same score of the intention to continue (NRS) is {nps:nps} (95% interval {low:nps} to {high:nps};"
        " {n:responses}).",
        nps=result.nps, low=result.interval.low, high=result.interval.high, n=result.n,
    )  # fmt: skip


def at_risk(people: DataFrame, pair: Any, days: int, survey: str | None = None) -> Sentence | None:
    """The first conclusion: how many detractors there are, and whether they come back less.

    `survey`: the one whose answers these are; None where each customer's last answer of all surveys counts.
    """
    low = people[people["band"] == "detractors"]
    if len(people) < SMALL or low.empty:
        return None
    values = {"n": len(low), "share": len(low) / len(people), "all": len(people)}
    if min(pair.n_control, pair.n_treatment) >= SMALL and pair.difference_interval.low > 0:
        return _less_often(survey, values | {"days": days, "own": pair.rate_treatment, "other": pair.rate_control})
    if survey is None:
        return say(
            "Detractors: {n:count} of {all:customers} ({share:share}; each customer's last answer in all surveys).",
            **values,
        )
    return say(
        "Detractors: {n:count} of {all:customers} ({share:share}; last answers in the survey “{survey:text}”).",
        survey=survey, **values,
    )  # fmt: skip


def _less_often(survey: str | None, values: dict[str, Any]) -> Sentence:
    if survey is None:
        return say(
            "Detractors: {n:count} of {all:customers} ({share:share}; each customer's last answer in all surveys)."
            " Within {days:days} of the answer they bought again less often than promoters: {other:share} against"
            " {own:share}.",
            **values,
        )
    return say(
        "Detractors: {n:count} of {all:customers} ({share:share}; last answers in the survey “{survey:text}”). Within"
        " {days:days} of the answer they bought again less often than promoters: {other:share} against {own:share}.",
        survey=survey, **values,
    )  # fmt: skip


def at_risk_action() -> Sentence:
    """What to do about detractors."""
    return say("Read what they wrote, settle what can be settled, and ask those with the largest sales first.")


def at_risk_basis() -> Sentence:
    """What the money beside detractors counts."""
    return say("all sales of these detractors in the last 365 days; how much of it would be lost is not known")


def first_to_improve(table: DataFrame) -> Sentence | None:
    """The second conclusion: what is important and rated low."""
    first = table[table["driver_priority"] == "fix_first"]
    return None if first.empty else priorities(table)


def first_action(table: DataFrame) -> Sentence | None:
    """What to do about it."""
    first = table[table["driver_priority"] == "fix_first"]
    if first.empty:
        return None
    return say(
        "Choose one measure for “{driver:label}” and compare it with customers left out at random (A/B test).",
        driver=str(first.iloc[0]["driver"]),
    )
