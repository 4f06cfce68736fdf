"""What the lifetimes of contracts say, by plan, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from pandas import Series


ALPHA = 0.05
NAMELESS = ("others", "not_known")


def lasting(result: Any, rate: Any) -> Sentence:
    """The share of all contracts not cancelled on the day read off, and the day by which half are."""
    if not result.overall.n:
        return say("No contract has a known lifetime.")
    ends = {"low": rate.interval.low, "high": rate.interval.high}
    values = {"day": result.day, "n": result.overall.n, "rate": rate.value, **ends}
    if rate.value != rate.value:
        return say("No contract has been observed for {day:days} yet ({n:contracts}).", **values)
    if result.overall.median != result.overall.median:
        return say(
            "{rate:share} of {n:contracts} are not cancelled after {day:days} (95% interval {low:share} to"
            " {high:share}); fewer than half have been cancelled at any age observed.",
            **values,
        )
    return say(
        "{rate:share} of {n:contracts} are not cancelled after {day:days} (95% interval {low:share} to {high:share});"
        " half are cancelled by day {half:rank}.",
        half=int(result.overall.median), **values,
    )  # fmt: skip


def plans_title(result: Any) -> Sentence:
    """The message of the curves: whether plans differ."""
    pvalue = result.test.pvalue
    if pvalue != pvalue:
        return say("How long contracts last cannot be compared between plans")
    if pvalue < ALPHA:
        return say("How long contracts last differs between plans (log-rank p {p:pvalue})", p=pvalue)
    return say("How long contracts last does not clearly differ between plans (log-rank p {p:pvalue})", p=pvalue)


def plans(result: Any) -> Sentence:
    """The plans whose contracts last longest and shortest, and whether chance would do the same."""
    if not (result.table["plan"] != "not_known").any():
        return say("No contract has a plan in the data, so plans cannot be compared.")
    ends = _ends(result)
    if ends is None or result.test.pvalue != result.test.pvalue:
        return say("Plans cannot be compared: fewer than two have enough contracts observed for {day:days}.",
                   day=result.day)  # fmt: skip
    best, worst = ends
    values = {**_named(best, worst), "day": result.day, "k": result.n_plans_tested, "p": result.test.pvalue}
    if result.test.pvalue < ALPHA:
        return say(
            "After {day:days} {high:share} of the contracts of “{best:label}” are not cancelled, of “{worst:label}”"
            " {low:share}; the {k:count} plans differ over all days (log-rank p {p:pvalue}). Who chose which plan was"
            " not left to chance.",
            **values,
        )
    return say(
        "After {day:days} {high:share} of the contracts of “{best:label}” are not cancelled, of “{worst:label}”"
        " {low:share}; over all days the {k:count} plans do not clearly differ (log-rank p {p:pvalue}).",
        **values,
    )


def left_out(result: Any) -> Sentence:
    """How many contracts are in none of it."""
    if not result.n_left_out:
        return say("Every contract is counted.")
    return say("{n:contracts} ended on a day that is not recorded and are left out.", n=result.n_left_out)


def concluded(result: Any) -> Sentence | None:
    """The plan that is left soonest, where plans differ."""
    ends = _ends(result)
    if ends is None or not result.test.pvalue < ALPHA:
        return None
    best, worst = ends
    return say(
        "Contracts of “{worst:label}” are left soonest: {low:share} are not cancelled after {day:days}, of"
        " “{best:label}” {high:share}.",
        day=result.day, **_named(best, worst),
    )  # fmt: skip


def action(result: Any) -> Sentence | None:
    """What to do about it."""
    if concluded(result) is None:
        return None
    return say(
        "Ask who leaves that plan for the reason, and offer a part of its new customers, drawn by chance, the plan that"
        " lasts longest; move nobody before that is compared."
    )


def _ends(result: Any) -> tuple[Series[Any], Series[Any]] | None:
    rated = result.table.dropna(subset=["standing_rate"])
    rated = rated[~rated["plan"].isin(NAMELESS)]
    if len(rated) < 2:
        return None
    return rated.loc[rated["standing_rate"].idxmax()], rated.loc[rated["standing_rate"].idxmin()]


def _named(best: Series[Any], worst: Series[Any]) -> dict[str, Any]:
    return {"best": str(best["plan"]), "worst": str(worst["plan"]), "high": best["standing_rate"],
            "low": worst["standing_rate"]}  # fmt: skip
