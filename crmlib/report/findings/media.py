"""What the media tables say, in sentences: cost, break-even cost, payback, and the share of advertising."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from crmlib.words import Sentence, label, say

if TYPE_CHECKING:
    from pandas import DataFrame


def media(judged: DataFrame, months: list[int]) -> list[Sentence]:
    """How many media to scale, keep, watch and stop, and the names of the first and the last."""
    if not months:
        return [say("Media cannot be judged: no month has both costs and orders.")]
    paid = judged[judged["cost"] > 0]
    counts = paid["verdict"].value_counts()
    found = {name: int(counts.get(name, 0)) for name in ("scale", "keep_budget", "watch", "stop")}
    whole = say(
        "Media with a cost: {n:count}. They clearly bring far more than they cost in a year: {scale:count}; clearly"
        " more: {keep:count}; cannot be told: {watch:count}; clearly less: {stop:count}.",
        n=len(paid), scale=found["scale"], keep=found["keep_budget"], watch=found["watch"], stop=found["stop"],
    )  # fmt: skip
    return [whole, *[_stop(row) for row in paid[paid["verdict"] == "stop"].head(3).to_dict("records")]]


def payback(payback: DataFrame) -> Sentence:
    """How many media have paid back, and when the slowest did."""
    if payback.empty:
        return say("Payback cannot be told: no medium has a cost, gross profit and enough customers.")
    done = payback[payback["payback_state"] == "reached"]
    if done.empty:
        return say("None of the {n:count} media with a cost has paid back its cost yet.", n=len(payback))
    fast, slow = done["payback_month"].min(), done["payback_month"].max()
    return say(
        "{done:count} of {n:count} media with a cost pay a new customer back, the fastest in month {fast:rank}, the"
        " slowest in month {slow:rank} after the first order.",
        done=len(done), n=len(payback), fast=fast, slow=slow,
    )  # fmt: skip


def advertised(table: DataFrame) -> Sentence:
    """The share of new customers from advertising over the last twelve months covered."""
    last = table.tail(12)
    total = int(last["n_customers"].sum())
    if not total:
        return say("The share of new customers that come from advertising cannot be told.")
    return say(
        "Of {n:customers} won in the last {months:months} covered, {share:share} came from media that have a cost.",
        n=total, months=len(last), share=int(last["n_advertised"].sum()) / total,
    )  # fmt: skip


def cost_trend(table: DataFrame) -> Sentence:
    """Cost of a new customer, the last twelve months covered against the twelve before."""
    last, before = table.tail(12), table.iloc[-24:-12]
    now = _per_customer(last)
    if math.isnan(now):
        return say("The cost of a new customer cannot be told.")
    was = _per_customer(before)
    if len(before) < 12 or math.isnan(was):
        return say("A new customer cost {now:money} over the last {n:months} covered.", now=now, n=len(last))
    values = {"now": now, "was": was, "change": now / was - 1}
    if now > was:
        return say(
            "A new customer cost {now:money} in the last twelve months covered, {change:change} against {was:money} in"
            " the twelve before: dearer than it was.",
            **values,
        )
    return say(
        "A new customer cost {now:money} in the last twelve months covered, {change:change} against {was:money} in the"
        " twelve before.",
        **values,
    )


def turns(ranking: DataFrame) -> Sentence:
    """Where the order of media turns once annual value counts, not only first orders."""
    moved = ranking[ranking["rank_change"].abs() > 0]
    if ranking["rank_change"].notna().sum() < 2:
        return say("Whether LTV changes the order of the media cannot be told: too few were observed a year.")
    if moved.empty:
        return say("With LTV and without it the media stand in the same order, but not at the same distance.")
    top = moved.sort_values(["rank_change", "media"], ascending=[False, True]).iloc[0]
    return say(
        "Counting LTV changes the place of {n:count} media; {name} gains most, from place {was:rank} by first orders to"
        " place {now:rank}.",
        n=len(moved), name=label(top["media"]), was=top["rank_first"], now=top["rank_ltv"],
    )  # fmt: skip


def own_ratio(costs: Any) -> Sentence:
    """The client's own ratio in place of 1:5."""
    if math.isnan(costs.new_per_revived):
        return say(
            "The client's own cost ratio of new to existing customers, the 1:5 of the trade, cannot be told: it needs"
            " advertising costs, a call log and the cost of a contact."
        )
    values = {"ratio": costs.new_per_revived, "new": costs.per_new, "old": costs.per_revived}
    if math.isnan(costs.new_per_extra):
        return say(
            "The trade says 1:5; here winning a customer costs {ratio:ratio} times as much as reviving one by contact"
            " ({new:money} against {old:money}, counting every revived customer as won by the contact).",
            **values,
        )
    return say(
        "The trade says 1:5; here winning a customer costs {ratio:ratio} times as much as reviving one by contact"
        " ({new:money} against {old:money}), and {extra:ratio} times (95% interval {low:ratio} to {high:ratio})"
        " counting only those who would not have come back anyway.",
        extra=costs.new_per_extra, low=costs.per_new / costs.per_extra_interval.high,
        high=costs.per_new / costs.per_extra_interval.low, **values,
    )  # fmt: skip


def payback_title(payback: DataFrame) -> Sentence:
    """The message of the payback chart."""
    done = payback[payback["payback_state"] == "reached"]
    if done.empty:
        return say("Cumulative gross profit less the cost of a new customer")
    return say("The slowest medium to pay back does so in month {slow:rank}", slow=done["payback_month"].max())


def media_title(judged: DataFrame) -> Sentence:
    """The message of the break-even chart."""
    paid = judged[judged["cost"] > 0]
    if paid.empty:
        return say("What a new customer may cost, by medium")
    surely = int(paid["verdict"].isin(["scale", "keep_budget"]).sum())
    return say("{n:count} of {all:count} media surely bring more than they cost in a year", n=surely, all=len(paid))


def trend_title(table: DataFrame) -> Sentence:
    """The message of the cost trend."""
    now = _per_customer(table.tail(12))
    if math.isnan(now):
        return say("Cost of a new customer by month")
    return say("A new customer costs {now:money}, mean of the last months covered", now=now)


def _stop(row: dict[str, Any]) -> Sentence:
    return say(
        "{name}: a customer costs {cost:money} and may cost {limit:money} (95% interval {low:money} to {high:money},"
        " n = {n:customers}); cut the cost or stop.",
        name=label(row["media"]), cost=row["cpo"], limit=row["limit_cpo"], low=row["limit_cpo_low"],
        high=row["limit_cpo_high"], n=row["n_year"],
    )  # fmt: skip


def _per_customer(table: DataFrame) -> float:
    n = int(table["n_customers"].sum())
    return float(table["cost"].sum()) / n if n else float("nan")
