"""What the subscription tables say, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from pandas import DataFrame

ALPHA = 0.05


def survival(steps: DataFrame, at_delivery: int) -> Sentence:
    """The share of contracts that receives delivery N."""
    rows = steps[steps["delivery"] == at_delivery].dropna(subset=["remaining_rate"])
    if steps.empty:
        return say(
            "Delivery by delivery nothing can be told: no subscription order says its contract or its delivery number."
        )
    if rows.empty:
        return say(
            "How many contracts reach delivery {n:rank} cannot be told: none has been observed so long.", n=at_delivery
        )
    row = rows.iloc[0]
    return say(
        "{rate:share} of contracts (95% interval {low:share} to {high:share}) receive delivery {n:rank}"
        " (followed from the first delivery: {started:contracts}).",
        rate=row["remaining_rate"], low=row["remaining_rate_low"], high=row["remaining_rate_high"], n=at_delivery,
        started=int(steps["n_delivered"].iloc[0]),
    )  # fmt: skip


def largest_leave(steps: DataFrame) -> Sentence:
    """The delivery after which the largest share of all starters leaves."""
    if steps.empty:
        return say(
            "Delivery by delivery nothing can be told: no subscription order says its contract or its delivery number."
        )
    rows = steps.dropna(subset=["continuation_rate", "remaining_rate"])
    if rows.empty:
        return say("After which delivery most subscribers leave cannot be told: no next delivery has been due yet.")
    lost = rows["remaining_rate"] * (1 - rows["continuation_rate"])
    row = rows.loc[lost.idxmax()]
    if not lost.max():
        return say("No subscriber has left so far: every delivery that was due was received.")
    return say(
        "Most subscribers leave after delivery {n:rank}: {left:count} of {due:count} ({rate:share}) did not receive the"
        " next, {share:share} of all starters.",
        n=int(row["delivery"]), left=int(row["n_due"] - row["n_continued"]), due=int(row["n_due"]),
        rate=1 - row["continuation_rate"], share=lost.max(),
    )  # fmt: skip


def highest_hazard(hazard: DataFrame) -> Sentence:
    """The delivery after which the risk of leaving is highest."""
    rows = hazard[hazard["n_due"] >= 30].dropna(subset=["leave_rate"])
    if rows.empty:
        return say("The risk of leaving by delivery cannot be told: too few deliveries have been due.")
    top = rows.loc[rows["leave_rate"].idxmax()]
    return say(
        "The risk of leaving is highest after delivery {n:rank} ({rate:share}; 95% interval {low:share} to"
        " {high:share}): this is where to follow up.",
        n=int(top["delivery"]), rate=top["leave_rate"], low=top["leave_rate_low"], high=top["leave_rate_high"],
    )  # fmt: skip


def settled(table: DataFrame, settle_deliveries: int) -> Sentence:
    """Whether leaving stops beyond the settling count (R057)."""
    rates = dict(zip(table["group"], table["continuation_rate"], strict=True))
    late = table[table["group"] == "after_settling"].dropna(subset=["continuation_rate"])
    if late.empty:
        return say("No delivery beyond the settling count of {n:rank} has been due yet.", n=settle_deliveries)
    row = late.iloc[0]
    values = {
        "n": settle_deliveries, "after": 1 - row["continuation_rate"], "low": 1 - row["continuation_rate_high"],
        "high": 1 - row["continuation_rate_low"],
    }  # fmt: skip
    if rates.get("before_settling") is None or rates["before_settling"] != rates["before_settling"]:
        return say("From delivery {n:rank} on {after:share} leave at each step.", n=values["n"], after=values["after"])
    before = 1 - rates["before_settling"]
    if values["high"] >= before:
        return say(
            "From delivery {n:rank} on {after:share} leave at each step (95% interval {low:share} to {high:share}),"
            " against {before:share} before: leaving does not clearly slow down.",
            before=before, **values,
        )  # fmt: skip
    return say(
        "From delivery {n:rank} on {after:share} leave at each step (95% interval {low:share} to {high:share}), against"
        " {before:share} before: leaving slows down, but does not stop.",
        before=before, **values,
    )  # fmt: skip


def media(table: DataFrame, at_delivery: int) -> Sentence:
    """The media with the highest and the lowest survival at delivery N, if their intervals are apart."""
    rated = table.dropna(subset=["remaining_rate"])
    rated = rated[~rated["group"].isin(["others", "not_known"])]
    if len(rated) < 2:
        return say(
            "Media cannot be compared: fewer than two have enough subscribers at delivery {n:rank}.", n=at_delivery
        )
    high, low = rated.loc[rated["remaining_rate"].idxmax()], rated.loc[rated["remaining_rate"].idxmin()]
    values = {
        "best": str(high["group"]), "worst": str(low["group"]), "high": high["remaining_rate"],
        "low": low["remaining_rate"], "n": at_delivery,
    }  # fmt: skip
    if high["remaining_rate_low"] > low["remaining_rate_high"]:
        return say(
            "Of “{best:label}” {high:share} receive delivery {n:rank}, of “{worst:label}” {low:share}; their intervals"
            " do not overlap.",
            **values,
        )
    return say(
        "Of “{best:label}” {high:share} receive delivery {n:rank}, of “{worst:label}” {low:share}; their intervals"
        " overlap, so the order of the media is not certain.",
        **values,
    )


def units(by_contract: DataFrame, by_customer: DataFrame, at_delivery: int) -> Sentence:
    """How much the unit changes the survival."""
    rates = [t.loc[t["delivery"] == at_delivery, "remaining_rate"].dropna() for t in (by_contract, by_customer)]
    if any(rate.empty for rate in rates):
        return say("Contracts and customers cannot be compared at delivery {n:rank} yet.", n=at_delivery)
    return say(
        "Counted by contract {contract:share} receive delivery {n:rank}, counted by customer {customer:share}; a report"
        " must say which it means.",
        contract=rates[0].iloc[0], customer=rates[1].iloc[0], n=at_delivery,
    )  # fmt: skip


def monthly(table: DataFrame) -> Sentence:
    """The cancellation rate of the last complete month and of the twelve before the base date."""
    over = table[(table["state"] == "observed") & (table["n_active"] > 0)]
    if over.empty:
        return say("The monthly cancellation rate cannot be told: no complete month has active contracts on record.")
    last, year = over.iloc[-1], over.tail(12)
    return say(
        "In {month:month} {rate:share} of {n:count} active contracts were cancelled; over the last {k:months} it was"
        " {mean:share} a month.",
        month=int(last["month"]), rate=last["cancel_rate"], n=int(last["n_active"]), k=len(year),
        mean=year["n_cancelled"].sum() / year["n_active"].sum(),
    )  # fmt: skip


def reasons(table: DataFrame) -> Sentence:
    """The most frequent reason as a rate, and how many gave none."""
    rows = table[table["reason"] != "all_reasons"]
    given = rows[rows["reason"] != "not_answered"]
    total = int(rows["n_cancelled"].sum())
    if not total:
        return say("Why contracts are cancelled cannot be told: no cancellation is on record.")
    silent = int(rows.loc[rows["reason"] == "not_answered", "n_cancelled"].sum())
    if not given["n_cancelled"].sum():
        return say("None of {n:count} cancellations has a reason on record.", n=total)
    ranked = given.sort_values("n_cancelled", ascending=False, kind="stable")
    top = ranked.iloc[0]
    values = {"reason": top["reason"], "rate": top["cancel_rate"], "n": int(top["n_cancelled"]), "total": total,
              "silent": silent}  # fmt: skip
    if len(ranked) > 1 and not _outnumbers(values["n"], int(ranked.iloc[1]["n_cancelled"])):
        return say(
            "“{reason:label}” is the reason given most so far: {rate:share} of active contracts a month ({n:count} of"
            " {total:count} cancellations; {silent:count} gave no reason). Its lead over “{second:label}”"
            " ({n_second:count}) is within chance, so which of the two comes first is not certain.",
            **values, second=ranked.iloc[1]["reason"], n_second=int(ranked.iloc[1]["n_cancelled"]),
        )  # fmt: skip
    return say(
        "“{reason:label}” is the reason given most: {rate:share} of active contracts a month ({n:count} of"
        " {total:count} cancellations; {silent:count} gave no reason).",
        **values,
    )


def _outnumbers(first: int, second: int) -> bool:
    """Whether two counts of the same cancellations differ by more than chance (95%)."""
    return (first - second) ** 2 > 1.96**2 * (first + second)


def reasons_title(table: DataFrame) -> Sentence:
    """The message of the chart of reasons."""
    given = table[~table["reason"].isin(["all_reasons", "not_answered"])]
    if given.empty or not given["n_cancelled"].sum():
        return say("Cancellation rate by reason")
    top = given.loc[given["n_cancelled"].idxmax()]
    return say(
        "“{reason:label}” costs {rate:share} of active contracts a month", reason=top["reason"], rate=top["cancel_rate"]
    )


def reasons_change(table: DataFrame, day: int) -> Sentence:
    """Which reasons became more or less frequent since a day, corrected for their number."""
    rows = table[table["reason"] != "all_reasons"].dropna(subset=["pvalue"])
    if rows.empty:
        return say("Whether the reasons changed since {day:date} cannot be told: nothing has been observed.", day=day)
    clear = rows[rows["pvalue"] < ALPHA]
    if clear.empty:
        return say("Since {day:date} no reason became clearly more or less frequent.", day=day)
    top = clear.loc[clear["cancel_difference"].abs().idxmax()]
    values = {"day": day, "reason": top["reason"], "before": top["rate_before"], "after": top["rate_after"]}
    if top["cancel_difference"] > 0:
        return say(
            "Since {day:date} “{reason:label}” became more frequent: {after:share} of active contracts after"
            " {before:share}.",
            **values,
        )
    return say(
        "Since {day:date} “{reason:label}” became less frequent: {after:share} of active contracts after"
        " {before:share}.",
        **values,
    )


def definitions(table: DataFrame) -> Sentence:
    """From where to where the definitions of 継続率 put the same contracts."""
    rated = table.dropna(subset=["defined_rate"])
    if len(rated) < 2:
        return say("The definitions cannot be compared: there is no subscription to follow.")
    high, low = rated.loc[rated["defined_rate"].idxmax()], rated.loc[rated["defined_rate"].idxmin()]
    return say(
        "The same contracts have a continuation rate from {low:share} (“{worst:label}”) to {high:share}"
        " (“{best:label}”), by the definition alone.",
        low=low["defined_rate"], worst=low["definition"], high=high["defined_rate"], best=high["definition"],
    )  # fmt: skip


def definitions_title(table: DataFrame) -> Sentence:
    """The message of the chart of definitions."""
    rated = table.dropna(subset=["defined_rate"])["defined_rate"]
    if len(rated) < 2:
        return say("Continuation rate by definition")
    return say(
        "One set of contracts, {n:count} continuation rates: {low:share} to {high:share}",
        n=len(rated), low=rated.min(), high=rated.max(),
    )  # fmt: skip


def steps_title(steps: DataFrame) -> Sentence:
    """The message of the step chart: the delivery after which most leave."""
    rows = steps.dropna(subset=["continuation_rate", "remaining_rate"])
    if rows.empty:
        return say("Continuation by delivery")
    lost = rows["remaining_rate"] * (1 - rows["continuation_rate"])
    return say("Most subscribers leave after delivery {n:rank}", n=int(rows.loc[lost.idxmax(), "delivery"]))


def standing_title(median: Any) -> Sentence:
    """The message of the curve of contracts in days: its median."""
    if median.median != median.median:
        return say("More than half of the contracts have not been cancelled so far")
    return say("Half of the contracts are cancelled by day {day:rank}", day=int(median.median))
