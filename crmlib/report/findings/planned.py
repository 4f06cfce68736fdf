"""What an experiment being planned takes, and what counts of two arms let one say, in sentences."""

from __future__ import annotations

import math
from typing import Any

from crmlib.words import Sentence, say

YEAR, LONG = 365.25, 730


def takes(row: dict[str, Any], *, metric: str, n_arms: int) -> Sentence:
    """What a gain takes in customers: a row of `size_plans.rows`, the code of the metric, the arms planned."""
    values = {"metric": metric, "gain": row["gain"]}
    if math.isnan(row["n_planned"]):
        return say(
            "What a relative gain of {gain:share} would take cannot be told: {metric:label}. Either too few customers"
            " have been measured, or the gain leads beyond what is possible.",
            **values,
        )
    values |= {"control": int(row["n_needed_control"]), "treatment": int(row["n_needed_treatment"]),
               "n": int(row["n_planned"])}  # fmt: skip
    if n_arms == 2:
        return say(
            "A relative gain of {gain:share} takes {control:customers} in the control and {treatment:customers} in the"
            " treatment, {n:customers} in all: {metric:label}.",
            **values,
        )
    return say(
        "A relative gain of {gain:share} takes {control:customers} in the control and {treatment:customers} in each of"
        " {others:count} other arms, {n:customers} in all: {metric:label}.",
        others=n_arms - 1, **values,
    )  # fmt: skip


def lasts(row: dict[str, Any], *, power: float) -> Sentence | None:
    """When the answer is there, and how often the gain would be missed all the same."""
    if math.isnan(row["n_planned"]):
        return None
    if math.isnan(row["days_planned"]):
        return say("So many customers never come together: nobody enters after those of today.")
    if row["days_planned"] > LONG:
        return say(
            "The answer is there after about {years:count} years. At this size that is not practical.",
            years=round(row["days_planned"] / YEAR),
        )
    return say(
        "The answer is there after {days:days}, that is {weeks:count} calendar weeks; {missed:share} of real gains of"
        " this size would be missed all the same.",
        days=int(row["days_planned"]), weeks=int(row["weeks_planned"]), missed=1 - power,
    )  # fmt: skip


def in_time(*, gain: float, months: float, n: float, seen: float, missed: float) -> Sentence:
    """What the customers who can be had in the time allowed would show, and with which chance the gain is missed."""
    values = {"months": round(months), "n": int(n), "gain": gain, "missed": missed}
    if math.isnan(seen):
        return say(
            "Within {months:months} only {n:customers} have been observed for the whole window: no gain could be seen.",
            **values,
        )
    return say(
        "Within {months:months} {n:customers} have been observed for the whole window: they show a relative gain of"
        " {seen:share} or more, and a gain of {gain:share} would be missed in {missed:share} of such experiments.",
        seen=seen, **values,
    )  # fmt: skip


def other_alpha(alpha: float, *, usual: float, n_arms: int) -> Sentence | None:
    """That the plan is stricter or laxer than the report's, or shares alpha among several arms."""
    if n_arms > 2:
        return say(
            "With {others:count} arms beside the control each is judged at an alpha of {each:share}, so that a false"
            " alarm in any of them stays below {alpha:share} (Bonferroni; the report's own correction needs no more).",
            others=n_arms - 1, each=alpha / (n_arms - 1), alpha=alpha,
        )  # fmt: skip
    if alpha == usual:
        return None
    return say(
        "Planned for an alpha of {alpha:ratio}; the report judges at {usual:ratio}, whatever was planned.",
        alpha=alpha, usual=usual,
    )  # fmt: skip


def curve_title(gain: float, n: float) -> Sentence:
    """The message of the curve of sizes."""
    if math.isnan(n):
        return say("The more customers, the smaller the gain that is seen")
    return say(
        "{n:customers} show a relative gain of {gain:share}; half of it takes about four times as many",
        n=int(n), gain=gain,
    )  # fmt: skip


def sizes_fit(row: dict[str, Any]) -> Sentence | None:
    """Whether the arms have the sizes planned, from a row of the results; broken sizes are the verdict's to say."""
    if row["verdict"] == "ratio_broken" or math.isnan(row["ratio_pvalue"]):
        return None
    return say(
        "The sizes of the arms fit the plan of {planned:share} for the treatment (p {p:pvalue}).",
        planned=row["treatment_share_planned"], p=row["ratio_pvalue"],
    )  # fmt: skip


def lift(row: dict[str, Any]) -> Sentence | None:
    """The relative difference with its interval, where both ends are known and both arms hold 30 or more."""
    ends = [row[f"relative{end}"] for end in ("", "_low", "_high")]
    readable = row["is_random"] and row["verdict"] in ("treatment_better", "treatment_worse", "no_clear_difference")
    if not readable or any(math.isnan(end) for end in ends) or min(row["n_control"], row["n_treatment"]) < 30:
        return None
    return say(
        "In proportion to the control the treatment is at {value:change} (95% interval {low:change} to {high:change}).",
        value=ends[0], low=ends[1], high=ends[2],
    )  # fmt: skip


def early(*, n: int, planned: int | None, waiting: int) -> Sentence:
    """Whether this is a look before the end, and what that does to the interval for one look."""
    if waiting:
        return say(
            "{waiting:customers} have not been observed for the whole window. Whoever looks now and again later, and"
            " stops when it is clear, is misled far more often than the interval says.",
            waiting=waiting,
        )
    if planned is None:
        return say(
            "The intervals hold for one look, at a size that was fixed beforehand. If the result was looked at while it"
            " grew, enter the size that had been planned."
        )
    if n < planned:
        return say(
            "This is a look before the end: {n:customers} of {planned:customers} planned. The plain interval does not"
            " hold for it; only the one for any number of looks does.",
            n=n, planned=planned,
        )  # fmt: skip
    return say(
        "The size planned has been reached: {n:customers} of {planned:customers}. The plain interval holds if this is"
        " the only look.",
        n=n, planned=planned,
    )  # fmt: skip


def held(low: float, high: float, *, wider: float, money: bool) -> Sentence:
    """What still stands however often one looks."""
    if math.isnan(low):
        return say("Before each arm holds 30 customers nothing can be read early.")
    if money:
        ends = {"low": low, "high": high, "wider": wider}
        if low > 0 or high < 0:
            return say(
                "However often one looks, the difference holds: {low:money} to {high:money} (an interval {wider:ratio}"
                " times as wide).",
                **ends,
            )
        return say(
            "However often one looks, no difference holds yet: {low:money} to {high:money} (an interval {wider:ratio}"
            " times as wide).",
            **ends,
        )
    ends = {"low": low, "high": high, "wider": wider}
    if low > 0 or high < 0:
        return say(
            "However often one looks, the difference holds: {low:signed_share} to {high:signed_share} points (an"
            " interval {wider:ratio} times as wide).",
            **ends,
        )
    return say(
        "However often one looks, no difference holds yet: {low:signed_share} to {high:signed_share} points (an"
        " interval {wider:ratio} times as wide).",
        **ends,
    )
