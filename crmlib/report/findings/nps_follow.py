"""What those who answered did before and after, in sentences: effects, later repeat, expectation and use."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandas import DataFrame

SMALL = 30
ALPHA = 0.05
UNLIKE = 0.1  # a standardised difference beyond it is commonly taken to matter


def selection(table: DataFrame) -> Sentence:
    """Whether those who answered are like those who did not."""
    if table.empty:
        return say(
            "Who did not answer is not in the data, so it cannot be told whether those who answered stand for all."
        )
    if table["n_answering"].min() < SMALL or table["n_unanswered"].min() < SMALL:
        return say("Too few answered, or too few did not, to tell whether the former stand for all.")
    far = table.loc[table["standardised_difference"].abs().fillna(0).idxmax()]
    gap = float(far["standardised_difference"])
    values = {
        "measure": str(far["asked_measure"]),
        "gap": abs(gap),
        "n": int(far["n_answering"]),
        "m": int(far["n_unanswered"]),
    }
    if math.isnan(gap) or abs(gap) <= UNLIKE:
        return say("Those who answered are like those who did not in recency, orders, sales and tenure.")
    if gap > 0:
        return say(
            "Those who answered are not like those who did not: higher in “{measure:label}” by {gap:ratio} standard"
            " deviations ({n:customers} against {m:customers}); the score stands for those who answered.",
            **values,
        )
    return say(
        "Those who answered are not like those who did not: lower in “{measure:label}” by {gap:ratio} standard"
        " deviations ({n:customers} against {m:customers}); the score stands for those who answered.",
        **values,
    )


def frequency(table: DataFrame) -> Sentence:
    """Whether promoters order more often than detractors."""
    row = _promoters(table, "orders_a_year_difference")
    if row is None:
        return say("Whether promoters order more often cannot be told: no orders, or too few observed for a year.")
    values = _values(row, "orders_a_year") | {"span": str(row["span"])}
    if not _clear(row):
        return say(
            "Promoters and detractors do not clearly differ in how often they order ({span:label}: difference"
            " {difference:signed_number} orders, corrected 95% interval {low:signed_number} to {high:signed_number}).",
            **values,
        )
    if row["orders_a_year_difference"] > 0:
        return say(
            "Promoters order more often than detractors ({span:label}: {own:purchases} a customer,"
            " {difference:ratio} more; corrected 95% interval {low:signed_number} to {high:signed_number}).",
            **values,
        )
    return say(
        "Promoters order less often than detractors ({span:label}: {own:purchases} a customer, difference"
        " {difference:signed_number}; corrected 95% interval {low:signed_number} to {high:signed_number}).",
        **values,
    )


def frequency_title(table: DataFrame) -> Sentence:
    """The message of the chart of orders by band."""
    row = _promoters(table, "orders_a_year_difference")
    if row is None or not _clear(row):
        return say("Orders a customer by band")
    if row["orders_a_year_difference"] > 0:
        return say("Promoters order more often than detractors ({span:label})", span=str(row["span"]))
    return say("Promoters order less often than detractors ({span:label})", span=str(row["span"]))


def order_value(table: DataFrame) -> Sentence:
    """Whether promoters spend more an order than detractors."""
    row = _promoters(table, "order_value_difference")
    if row is None:
        return say("Whether promoters spend more an order cannot be told: no orders, or too few observed for a year.")
    values = _values(row, "order_value") | {"span": str(row["span"])}
    if not _clear(row):
        return say(
            "Promoters and detractors do not clearly differ in sales an order ({span:label}: difference"
            " {difference:money}, corrected 95% interval {low:money} to {high:money}).",
            **values,
        )
    if row["order_value_difference"] > 0:
        return say(
            "Promoters spend more an order than detractors ({span:label}: {own:money}, {difference:money} more;"
            " corrected 95% interval {low:money} to {high:money}).",
            **values,
        )
    return say(
        "Promoters spend less an order than detractors ({span:label}: {own:money}, difference {difference:money};"
        " corrected 95% interval {low:money} to {high:money}).",
        **values,
    )


def referral(table: DataFrame) -> Sentence:
    """Whether promoters refer more often than detractors."""
    row = _promoters(table, "referral_rate_difference")
    if row is None:
        return say("Whether promoters refer more often cannot be told: no referrals, or too few observed for a year.")
    values = _values(row, "referral_rate") | {"span": str(row["span"])}
    values |= {name: values[name] for name in ("difference", "low", "high")}
    if not _clear(row):
        return say(
            "Promoters and detractors do not clearly differ in referring others ({span:label}: difference"
            " {difference:points}, corrected 95% interval {low:points} to {high:points}).",
            **values,
        )
    if row["referral_rate_difference"] > 0:
        return say(
            "Promoters refer others more often than detractors ({span:label}: {own:share}, {difference:points} more;"
            " corrected 95% interval {low:points} to {high:points}).",
            **values,
        )
    return say(
        "Promoters refer others less often than detractors ({span:label}: {own:share}, difference {difference:points};"
        " corrected 95% interval {low:points} to {high:points}).",
        **values,
    )


def later_repeat(pair: Any, days: int) -> Sentence:
    """Whether promoters bought again more often than detractors."""
    if min(pair.n_control, pair.n_treatment) < SMALL:
        return say(
            "Whether promoters buy again more often cannot be told: no orders, or too few answers {days:days} old.",
            days=days,
        )
    interval = pair.difference_interval
    values = {"days": days, "own": pair.rate_treatment, "other": pair.rate_control, "difference": abs(pair.difference),
              "low": interval.low, "high": interval.high, "n": pair.n_treatment, "m": pair.n_control}  # fmt: skip
    if not pair.pvalue < ALPHA:
        return say(
            "{own:share} of {n:count} promoters bought again within {days:days} of the answer, against {other:share} of"
            " {m:count} detractors: no clear difference (95% interval {low:points} to {high:points}).",
            **values,
        )
    if pair.difference > 0:
        return say(
            "{own:share} of {n:count} promoters bought again within {days:days} of the answer, against {other:share} of"
            " {m:count} detractors: {difference:points} more (95% interval {low:points} to {high:points}).",
            **values,
        )
    return say(
        "{own:share} of {n:count} promoters bought again within {days:days} of the answer, against {other:share} of"
        " {m:count} detractors: {difference:points} fewer (95% interval {low:points} to {high:points}).",
        **values,
    )


def repeat_title(table: DataFrame, days: int) -> Sentence:
    """The message of the chart of later repeat by group: its two ends."""
    told = table.dropna(subset=["repeat_rate"])
    if len(told) < 2:
        return say("Bought again within {days:days} of the answer", days=days)
    high, low = told.loc[told["repeat_rate"].idxmax()], told.loc[told["repeat_rate"].idxmin()]
    return say(
        "Bought again within {days:days}: from {low:share} (“{worst:label}”) to {high:share} (“{best:label}”)",
        days=days, low=low["repeat_rate"], worst=str(low["group"]), high=high["repeat_rate"], best=str(high["group"]),
    )  # fmt: skip


def usage(table: DataFrame, days: int) -> Sentence:
    """Whether those who do not use the product buy again less often."""
    told = table.dropna(subset=["pvalue"])
    if told.empty:
        return say(
            "Whether use goes with repeat cannot be told: too few told how they use the product and were observed."
        )
    clear = told[told["pvalue"] < ALPHA]
    if clear.empty:
        return say("Repeat within {days:days} does not clearly differ by use of the product.", days=days)
    far = clear.loc[clear["repeat_difference"].abs().idxmax()]
    values = {
        "group": str(far["group"]), "days": days, "own": far["repeat_rate"],
        "difference": abs(far["repeat_difference"]),
        "low": far["repeat_difference_low"], "high": far["repeat_difference_high"], "n": int(far["n_windowed"]),
    }  # fmt: skip
    if far["repeat_difference"] > 0:
        return say(
            "“{group:label}”: {own:share} bought again within {days:days}, {difference:points} more than all others"
            " (corrected 95% interval {low:points} to {high:points}; {n:customers}). They go together; that one causes"
            " the other is not shown.",
            **values,
        )
    return say(
        "“{group:label}”: {own:share} bought again within {days:days}, {difference:points} fewer than all others"
        " (corrected 95% interval {low:points} to {high:points}; {n:customers}). They go together; that one causes the"
        " other is not shown.",
        **values,
    )


def chain(found: Any) -> Sentence:
    """Which step of use, effect, recognition and repeat loses most."""
    if found is None:
        return say("Where the chain from use to repeat breaks cannot be told: not two steps have 30 answers.")
    values = {
        "step": found.chain_step, "lost": found.n_lost, "n": found.n_answered, "rate": 1 - found.rate,
        "low": 1 - found.interval.high, "high": 1 - found.interval.low,
    }  # fmt: skip
    if found.clear:
        return say(
            "The chain loses most at “{step:label}”: {lost:count} of {n:customers} ({rate:share}; 95% interval"
            " {low:share} to {high:share}).",
            **values,
        )
    return say(
        "The chain seems to lose most at “{step:label}”: {lost:count} of {n:customers} ({rate:share}; 95% interval"
        " {low:share} to {high:share}), though not clearly more than at every other step.",
        **values,
    )


def passed_over(columns: Sequence[str]) -> Sentence:
    """Which columns of the survey hold nothing, so that their steps cannot be told.

    Args:
        columns: of `usage_chain.not_asked`.
    """
    if not columns:
        return say("Each rate is of those who came to the step and answered.")
    return say(
        "Cannot be told from the data: no answer is recorded in {columns:text}; these steps are passed over.",
        columns=", ".join(columns),
    )


def chain_title(found: Any) -> Sentence:
    """The message of the chart of the chain."""
    if found is None:
        return say("From use to repeat, step by step")
    return say("Fewest pass “{step:label}”: {rate:share}", step=found.chain_step, rate=found.rate)


def gap(found: Any) -> Sentence:
    """Whether experience is above expectation."""
    if found.n < SMALL:
        return say("Expectation against experience cannot be told: {n:responses} told both.", n=found.n)
    values = {
        "gap": found.mean_gap, "low": found.interval.low, "high": found.interval.high, "n": found.n,
        "above": found.rate_above, "below": found.n_below / found.n,
    }  # fmt: skip
    if math.isnan(found.interval.low):
        return say(
            "All {n:responses} have the same gap between expectation and experience: {gap:signed_number}.",
            n=found.n,
            gap=found.mean_gap,
        )
    if not found.pvalue < ALPHA:
        return say(
            "On average the experience meets the expectation: {gap:signed_number} on the survey's scale (95% interval"
            " {low:signed_number} to {high:signed_number}; {n:responses}). It was above for {above:share} and below for"
            " {below:share}.",
            **values,
        )
    if found.mean_gap > 0:
        return say(
            "The experience is above the expectation by {gap:signed_number} on the survey's scale (95% interval"
            " {low:signed_number} to {high:signed_number}; {n:responses}). It was above for {above:share} and below for"
            " {below:share}.",
            **values,
        )
    return say(
        "The experience is below the expectation by {gap:signed_number} on the survey's scale (95% interval"
        " {low:signed_number} to {high:signed_number}; {n:responses}). It was above for {above:share} and below for"
        " {below:share}.",
        **values,
    )


def quadrant(table: DataFrame, high_from: float) -> Sentence:
    """How many were let down, and from which answer on an answer counts as high."""
    n = int(table["n"].sum())
    if n < SMALL:
        return say("The quarters cannot be told: {n:responses} told both.", n=n)
    row = table[table["group"] == "let_down"].iloc[0]
    return say(
        "{down:count} of {n:responses} ({share:share}; 95% interval {low:share} to {high:share}) expected much and had"
        " a poor experience; from {cut:score} up an answer counts as high.",
        down=int(row["n"]), n=n, share=row["share"], low=row["share_low"], high=row["share_high"], cut=high_from,
    )  # fmt: skip


def gap_groups(table: DataFrame) -> Sentence:
    """Which group's gap differs from all others."""
    told = table.dropna(subset=["pvalue"])
    if told.empty:
        return say("The gap cannot be compared between stages: too few told both, or no stage is known.")
    clear = told[told["pvalue"] < ALPHA]
    if clear.empty:
        return say("The gap between expectation and experience does not clearly differ between stages.")
    far = clear.loc[clear["gap_difference"].abs().idxmax()]
    values = {"group": str(far["group"]), "gap": far["mean_gap"], "low": far["gap_difference_low"],
              "high": far["gap_difference_high"], "difference": far["gap_difference"], "n": int(far["n"])}  # fmt: skip
    return say(
        "“{group:label}” stands out with a gap of {gap:signed_number} ({n:responses}), {difference:signed_number}"
        " against all others (corrected 95% interval {low:signed_number} to {high:signed_number}).",
        **values,
    )


def _promoters(table: DataFrame, value: str) -> Any:
    """The promoters' row that is compared, that after the answer where there is one."""
    rows = table[(table["band"] == "promoters") & table["pvalue"].notna() & table[value].notna()]
    return None if rows.empty else rows.iloc[-1]


def _values(row: Any, name: str) -> dict[str, Any]:
    found = {"own": row[name], "difference": row[f"{name}_difference"]}
    return found | {end: row[f"{name}_difference_{end}"] for end in ("low", "high")}


def _clear(row: Any) -> bool:
    return bool(row["pvalue"] < ALPHA)
