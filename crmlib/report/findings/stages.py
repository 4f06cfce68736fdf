"""What the stages say, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from pandas import DataFrame

FEW = 30
PASSED = ("stage_purchaser", "stage_general", "stage_excellent")
NEXT = ("backend", "cross")  # roles that by themselves fulfil a condition of stage ③


def where(table: DataFrame) -> Sentence:
    """Where most customers stand, and how far up the data can judge."""
    told = table.dropna(subset=["n_customers"])
    if told["n_customers"].sum() == 0:
        return say("There is no counted order, so no customer has a stage.")
    most = told.loc[told["n_customers"].idxmax()]
    untold = table[table["n_customers"].isna()]
    if len(untold):
        return say(
            "The largest stage is “{stage:label}” with {n:customers} ({share:share}); {k:count} of the seven"
            " stages cannot be told from the data.",
            n=most["n_customers"], share=most["share_customers"], stage=str(most["stage"]), k=len(untold),
        )  # fmt: skip
    return say(
        "The largest stage is “{stage:label}” with {n:customers} ({share:share}).",
        n=most["n_customers"], share=most["share_customers"], stage=str(most["stage"]),
    )  # fmt: skip


def where_title(table: DataFrame) -> Sentence:
    """The message of the chart of stages: how many have passed the second purchase."""
    second = table[table["stage"] == "stage_general"].dropna(subset=["share_or_higher"])
    if second.empty:
        return say("Customers by stage")
    return say(
        "{share:share} of customers have made the second purchase and stand in stage ② or higher",
        share=second["share_or_higher"].iloc[0],
    )


def open_customers(judged: DataFrame) -> Sentence:
    """How many may stand higher than is proved."""
    n, open_ = len(judged), int((~judged["settled"]).sum())
    if n == 0 or open_ == 0:
        return say("The stage of every customer is settled by the data.")
    return say(
        "{open:customers} ({share:share}) may stand higher than the data prove; what is missing is named beside each"
        " stage.",
        open=open_, share=open_ / n,
    )  # fmt: skip


def moves(table: DataFrame, *, days: int) -> Sentence:
    """The stage from which most rose, and how many fell, between the two dates."""
    known = table[(table["n_start"] >= FEW) & table["rose_rate"].notna()]
    if known.empty:
        return say("Movement between the stages cannot be told: no stage had {few:customers} then.", few=FEW)
    best = known.loc[known["rose_rate"].idxmax()]
    n_fell = int(table["n_fell"].sum())
    if n_fell:
        return say(
            "In the last {days:days} the largest share rose from “{stage:label}” ({rate:share} of {n:customers});"
            " {fell:customers} of all stages fell back.",
            days=days, stage=best["stage_before"], rate=best["rose_rate"], n=best["n_start"], fell=n_fell,
        )  # fmt: skip
    return say(
        "In the last {days:days} the largest share rose from “{stage:label}” ({rate:share} of {n:customers}); nobody"
        " fell back.",
        days=days, stage=best["stage_before"], rate=best["rose_rate"], n=best["n_start"],
    )  # fmt: skip


def moves_title(table: DataFrame) -> Sentence:
    """The message of the chart of those who rose: the stage, of the first three, where least rose."""
    # Those above have no stage that everybody passes through before them.
    known = table[(table["n_start"] >= FEW) & table["rose_rate"].notna() & table["stage_before"].isin(PASSED)]
    if known.empty:
        return say("Share of each stage that rose")
    if len(known) == 1:
        return say(
            "From “{stage:label}” {rate:share} rose; from the other stages it cannot be told",
            stage=known["stage_before"].iloc[0], rate=known["rose_rate"].iloc[0],
        )  # fmt: skip
    worst = known.loc[known["rose_rate"].idxmin()]
    return say(
        "Of the first three stages, fewest rose from “{stage:label}”: {rate:share}",
        stage=worst["stage_before"], rate=worst["rose_rate"],
    )  # fmt: skip


def leaving(table: DataFrame) -> Sentence:
    """From which stage the largest number left in the last period."""
    last = table[table["period_end"] == table["period_end"].max()] if len(table) else table
    last = last[last["n_start"] > 0]
    if last.empty or last["n_gone"].sum() == 0:
        return say("Nobody left in the last period by the limit in use, or nobody was active before it.")
    most = last.loc[last["n_gone"].idxmax()]
    if most["n_gone"] == last["n_gone"].sum():
        return say(
            "{gone:customers} left in the last period, all from “{stage:label}”: {rate:share} of its active"
            " customers.",
            gone=most["n_gone"], stage=str(most["stage"]), rate=most["n_gone"] / most["n_start"],
        )  # fmt: skip
    return say(
        "{gone:customers} left in the last period, most of them ({n:count}) from “{stage:label}”: {rate:share} of its"
        " active customers.",
        gone=last["n_gone"].sum(), n=most["n_gone"], stage=str(most["stage"]), rate=most["n_gone"] / most["n_start"],
    )  # fmt: skip


def fan_club(flags: DataFrame, reached: DataFrame) -> Sentence:
    """The strategy's aim: how many no longer leave the subscription, and how fast they came there."""
    row = flags[flags["stage"] == "stage_fan_club"]
    if row.empty or row["yes_rate"].isna().all():
        return say("How many customers no longer leave the subscription cannot be told from the data.")
    n, rate = int(row["n_yes"].iloc[0]), row["yes_rate"].iloc[0]
    year = reached[reached["fan_club_day"] == 365].dropna(subset=["fan_club_share"])
    if year.empty:
        return say(
            "{n:customers} ({rate:share}) no longer leave the subscription; how many reach this within a year cannot be"
            " told yet.",
            n=n, rate=rate,
        )  # fmt: skip
    return say(
        "{n:customers} ({rate:share}) no longer leave the subscription; {share:share} of all customers reach a settled"
        " subscription within a year of their first order.",
        n=n, rate=rate, share=year["fan_club_share"].iloc[0],
    )  # fmt: skip


def line_up(table: DataFrame) -> Sentence:
    """The first product that leads furthest, held against the largest one.

    Who begins with a back-end or cross product needs but a second order for stage ③: no merit of that product.
    """
    known = table.dropna(subset=["excellent_rate"])
    known = known[~known["first_product"].isin(["no_product", "others"]) & ~known["role"].isin(NEXT)]
    if known.empty:
        return say("Where the first products lead cannot be told: products have no roles, or too few customers.")
    best, largest = known.loc[known["excellent_rate"].idxmax()], known.loc[known["n_customers"].idxmax()]
    if best["first_product"] == largest["first_product"]:
        return say(
            "Of those who began with “{best:text}”, most customers' first product, {rate:share} became excellent within"
            " a year, more than from any other that is no back-end or cross product.",
            best=best["first_product"], rate=best["excellent_rate"],
        )  # fmt: skip
    return say(
        "Of those who began with “{best:text}”, {rate:share} became excellent within a year; of those who began with"
        " “{largest:text}”, most customers' first product, {other:share}.",
        best=best["first_product"], rate=best["excellent_rate"], largest=largest["first_product"],
        other=largest["excellent_rate"],
    )  # fmt: skip


def gaps(categories: DataFrame) -> Sentence:
    """Categories that sell and from which no product leads on."""
    if categories.empty or (categories["gap_state"] == "untellable").all():
        return say("Gaps in the line-up cannot be told: no product has a role.")
    missing = categories[(categories["gap_state"] == "no_next") & (categories["n_lines"] > 0)]
    if missing.empty:
        return say("Every category that sells an entry product has a back-end or cross product.")
    if len(missing) == 1:
        return say(
            "The category “{name:label}” has an entry product and no back-end or cross product to go on to.",
            name=missing["category_name"].iloc[0],
        )
    return say(
        "{n:count} categories have an entry product and no back-end or cross product to go on to, “{name:label}” the"
        " largest of them.",
        n=len(missing), name=missing["category_name"].iloc[0],
    )  # fmt: skip


def candidates(found: DataFrame) -> Sentence:
    """How many could be asked as monitors."""
    n = len(found)
    if n == 0:
        return say("Nobody can be named as a candidate for a monitor from these data.")
    evangelists = int((found["candidate_because"] == "is_evangelist").sum())
    return say("{n:customers} can be asked as monitors, {k:count} of them evangelists.", n=n, k=evangelists)


def thresholds(limits: Any) -> Sentence:
    """The limits in use, in one sentence for the section on method."""
    return say(
        "In use, at least: for stage ③ {orders:orders}; for ④, within {window:days}: reactions {events:count}, or LINE"
        " messages read {reads:count}; for ⑤: referrals {fan:count}; for ⑥: a delivery beyond {settle:count} (or the"
        " product's own number) and no request to cancel for {quiet:days}; for ⑦: {coverage:share} of products, and"
        " referrals {many:count}.",
        orders=limits.min_orders, events=limits.events, reads=limits.reads, window=limits.window_days,
        fan=limits.referrals_fan, settle=limits.settle_orders, quiet=limits.quiet_days, coverage=limits.coverage,
        many=limits.referrals_evangelist,
    )  # fmt: skip
