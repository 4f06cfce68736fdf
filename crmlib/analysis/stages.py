"""The seven stages of a customer: each condition judged yes, no or untellable, and the highest stage that is proved."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlib.analysis.stage_evidence import Evidence, Thresholds

__all__ = ["FLAGS", "NEEDS", "STAGES", "Thresholds", "judge", "snapshots"]

STAGES = ("stage_purchaser", "stage_general", "stage_excellent", "stage_follower", "stage_fan", "stage_fan_club",
          "stage_evangelist")  # fmt: skip
FLAGS = ("is_general", "is_excellent", "is_follower", "is_fan", "is_fan_club", "is_evangelist")
FLAG_STAGES = dict(zip(FLAGS, STAGES[1:], strict=True))
# What each condition needs beside the orders; `products` means products with their roles.
NEEDS: dict[str, tuple[str, ...]] = {
    "stage_purchaser": (),
    "stage_general": (),
    "stage_excellent": ("products",),
    "stage_follower": ("engagement",),
    "stage_fan": ("surveys", "referrals"),
    "stage_fan_club": ("subscriptions", "subscription_events"),
    "stage_evangelist": ("products", "referrals"),
}
ANSWERS = ("no", "yes", "untellable")
Truth = NDArray[np.float64]  # 1 yes, 0 no, NaN untellable


def judge(evidence: Evidence, *, day: int | None = None) -> pd.DataFrame:
    """The stage of every customer who had ordered by a day, from nothing that came after it.

    `stage` is the highest stage whose own condition is met, and with it those of stages 2 and 3 that lie below it; so
    it is proved. `stage_possible` is the highest one that the data do not rule out. Where the two are equal the stage
    is settled. The flags stand for themselves: a customer may be in the fan club without following.

    Conditions combine as in three-valued logic: "and" is no where one part is no, whatever the other is.

    Returns columns:
        customer_id; stage, stage_possible (ordered categories); settled (bool); reason (code) and reason_number (counts
        up to as_of_day); missing (the table that would tell the lowest open condition, empty text where settled);
        is_general, is_excellent, is_follower, is_fan, is_fan_club, is_evangelist (yes, no, untellable).

    Raises:
        ValueError: `day` is not one of the days the evidence was gathered for.
    """
    when = evidence.as_of_day if day is None else day
    if when not in evidence.days:
        raise ValueError(f"day == {when}, must be one of the days gathered: {', '.join(map(str, evidence.days))}.")
    known = _known(evidence, when)
    truth = {
        "is_general": known["orders_2"] * known["full"],
        "is_excellent": _excellent(known, evidence),
        "is_follower": _follower(known, evidence, when),
        "is_fan": _fan(known, evidence, when),
        "is_fan_club": known["fan_club"].to_numpy(dtype="float64"),
        "is_evangelist": _evangelist(known, evidence, when),
    }
    flags = {name: np.asarray(value, dtype="float64") for name, value in truth.items()}
    proved, possible = _highest(flags, unknown=0.0), _highest(flags, unknown=1.0)
    table = pd.DataFrame({"customer_id": known["customer_id"]})
    table["stage"] = pd.Categorical.from_codes(proved, categories=list(STAGES), ordered=True)
    table["stage_possible"] = pd.Categorical.from_codes(possible, categories=list(STAGES), ordered=True)
    table["settled"] = proved == possible
    table["reason"], table["reason_number"] = _reasons(known, proved, evidence.thresholds)
    table["missing"] = np.where(table["settled"], "", _missing(flags, proved, evidence, known))
    for name, value in flags.items():
        table[name] = _codes(value)
    return table


def snapshots(evidence: Evidence) -> pd.DataFrame:
    """The proved stage on each day the evidence was gathered for.

    Returns columns:
        day (days since 1970-01-01); customer_id; stage; is_fan_club.
    """
    parts = [judge(evidence, day=day)[["customer_id", "stage", "is_fan_club"]].assign(day=day) for day in evidence.days]
    return pd.concat(parts, ignore_index=True)[["day", "customer_id", "stage", "is_fan_club"]]


def _known(evidence: Evidence, day: int) -> pd.DataFrame:
    """One row a customer who had ordered by the day: what was known then, as 0 and 1."""
    table = evidence.customers[evidence.customers["first_day"] <= day]
    marks = {"orders_2": "second_day", "orders_n": "nth_day", "full": "full_day", "bought": "wanted_day",
             "viewed": "viewed_day", "covered": "covered_day", "unknown": "unknown_day", "followed": "follow_day",
             "referred": "fan_referral_day", "refers": "evangelist_referral_day"}  # fmt: skip
    told = {name: (table[mark] <= day).astype("float64") for name, mark in marks.items()}
    counts = evidence.counts[evidence.counts["day"] == day].drop(columns="day")
    known = table[["customer_id", "n_wanted", "n_referrals"]].assign(**told)
    known = known.merge(counts, on="customer_id", how="left").fillna({"n_events": 0, "n_reads": 0})
    known = known.merge(_last_answers(evidence, day), on="customer_id", how="left")
    return known.merge(_fan_club(evidence, day, table["customer_id"]), on="customer_id", how="left")


def _excellent(known: pd.DataFrame, evidence: Evidence) -> Truth:
    """Enough orders, and a back-end or cross product bought or looked at."""
    interested = np.maximum(known["bought"], known["viewed"]).to_numpy()
    # A product without a role may be a back-end one.
    open_ = (known["unknown"] == 1).to_numpy() | (not evidence.roles_known)
    return _and(known["orders_n"].to_numpy(), np.where((interested == 0) & open_, np.nan, interested))


def _follower(known: pd.DataFrame, evidence: Evidence, day: int) -> Truth:
    """Enough events in the window, or a LINE message read in it, or an event of one who follows on SNS."""
    limits = evidence.thresholds
    events, reads = known["n_events"], known["n_reads"]
    follows = (events >= limits.events) | (reads >= limits.reads) | ((known["followed"] == 1) & (events >= 1))
    # Before the table begins nothing was observed, which is not the same as nothing happened.
    seen = evidence.seen["engagement"] <= day - limits.window_days + 1
    return np.where(follows, 1.0, 0.0 if seen else np.nan)


def _fan(known: pd.DataFrame, evidence: Evidence, day: int) -> Truth:
    """Experience over expectation (else an answer of a promoter), and a referral."""
    gap, nps = known["gap"].to_numpy(dtype="float64"), known["nps"].to_numpy(dtype="float64")
    by_nps = np.where(np.isnan(nps), np.nan, (nps >= evidence.thresholds.promoter).astype("float64"))
    pleased = np.where(np.isnan(gap), by_nps, (gap > 0).astype("float64"))
    return _and(pleased, _referred(known["referred"], evidence, day))


def _evangelist(known: pd.DataFrame, evidence: Evidence, day: int) -> Truth:
    """Almost all back-end and cross products bought, and many referred."""
    covered = known["covered"].to_numpy() if evidence.roles_known else np.full(len(known), np.nan)
    return _and(covered, _referred(known["refers"], evidence, day))


def _referred(enough: pd.Series[float], evidence: Evidence, day: int) -> Truth:
    return np.where(enough == 1, 1.0, 0.0 if evidence.seen["referrals"] <= day else np.nan)


def _last_answers(evidence: Evidence, day: int) -> pd.DataFrame:
    rows = evidence.answers[evidence.answers["answered_day"] <= day]
    return rows.drop_duplicates("customer_id", keep="last")[["customer_id", "gap", "nps"]]


def _fan_club(evidence: Evidence, day: int, customers: pd.Series[str]) -> pd.DataFrame:
    """A running contract past its settling count without a recent request to cancel; a pause does not end one."""
    limits, rows = evidence.thresholds, evidence.contracts
    since = evidence.seen["subscription_events"]
    running = (rows["start_day"] <= day) & ~(rows["end_day"] <= day) & (rows["settled_day"] <= day)
    recent = evidence.requests[evidence.requests["event_day"].between(day - limits.quiet_days + 1, day)]
    asked = rows["subscription_id"].isin(recent["subscription_id"])
    seen = (since <= day - limits.quiet_days + 1) | (rows["start_day"] >= since)
    value = np.where(running & ~asked, np.where(seen, 1.0, np.nan), 0.0)
    told = rows[["customer_id", "n_delivered"]].assign(fan_club=value, may=np.isnan(value), settled=running)
    groups = told.groupby("customer_id", as_index=False)
    found = groups.agg(fan_club=("fan_club", "max"), may=("may", "max"), n_delivered=("n_delivered", "max"))
    found["fan_club"] = found["fan_club"].mask(found["may"] & (found["fan_club"].fillna(0) < 1))
    table = pd.DataFrame({"customer_id": customers}).merge(found, on="customer_id", how="left")
    none = table["may"].isna()
    table["fan_club"] = table["fan_club"].mask(none, np.nan if np.isnan(evidence.seen["subscriptions"]) else 0.0)
    return table[["customer_id", "fan_club", "n_delivered"]]


def _and(a: Truth, b: Truth) -> Truth:
    # 0 x NaN is NaN, but "no and not known" is no.
    return np.where((a == 0) | (b == 0), 0.0, a * b)


def _highest(flags: dict[str, Truth], *, unknown: float) -> NDArray[np.int64]:
    """Place of the highest stage whose condition holds with those of stages 2 and 3 below it."""
    told = {name: np.nan_to_num(value, nan=unknown) for name, value in flags.items()}
    place = np.zeros(len(told["is_general"]), dtype="int64")
    ground = np.ones(len(place), dtype=bool)
    for number, (name, value) in enumerate(told.items(), start=1):
        holds = ground & (value == 1)
        place[holds] = number
        ground = holds if name in ("is_general", "is_excellent") else ground
    return place


def _codes(value: Truth) -> pd.Series[str]:
    return pd.Series(np.select([value == 1, value == 0], ["yes", "no"], "untellable"), dtype="str")


def _missing(flags: dict[str, Truth], proved: NDArray[np.int64], evidence: Evidence, known: pd.DataFrame) -> list[str]:
    """The table that would settle the lowest open condition above the proved stage."""
    table = np.full(len(proved), "", dtype=object)
    for number, (name, value) in reversed(list(enumerate(flags.items(), start=1))):
        open_ = np.isnan(value) & (proved < number)
        table[open_] = np.asarray(_wanting(name, evidence, known))[open_]
    return table.astype(str).tolist()


def _wanting(name: str, evidence: Evidence, known: pd.DataFrame) -> list[str]:
    absent = [table for table in NEEDS[FLAG_STAGES[name]] if np.isnan(evidence.seen.get(table, 0.0))]
    if name == "is_evangelist":
        return ["products" if not evidence.roles_known else "referrals"] * len(known)
    if name == "is_fan":
        # Who has referred lacks an answer; who has an answer lacks the table of referrals.
        unasked = known["gap"].isna() & known["nps"].isna()
        return np.where(unasked, "surveys", "referrals").tolist()
    return [(absent or ["orders", *NEEDS[FLAG_STAGES[name]]][-1:])[0]] * len(known)


def _reasons(known: pd.DataFrame, proved: NDArray[np.int64], limits: Thresholds) -> tuple[list[str], list[float]]:
    """Why each customer stands where they stand: a code and the number behind it."""
    many, read = known["n_events"] >= limits.events, known["n_reads"] >= limits.reads
    choices = [
        (proved == 0, np.where(known["orders_2"] == 1, "trial_only", "one_order"), known["orders_2"] + 1),
        (proved == 1, "two_orders", known["orders_2"] + 1),
        (proved == 2, np.where(known["bought"] == 1, "backend_bought", "backend_viewed"), known["n_wanted"]),
        ((proved == 3) & many, "events_in_window", known["n_events"]),
        ((proved == 3) & read, "line_reads_in_window", known["n_reads"]),
        (proved == 3, "sns_and_event", known["n_events"]),
        ((proved == 4) & known["gap"].notna(), "experience_over_expectation", known["gap"]),
        (proved == 4, "promoter_who_refers", known["nps"]),
        (proved == 5, "subscription_settled", known["n_delivered"]),
        (proved == 6, "covers_and_refers", known["n_referrals"]),
    ]
    place = [condition for condition, _, _ in choices]
    codes = np.select(place, [np.full(len(known), code) for _, code, _ in choices], "")
    numbers = np.select(place, [number.to_numpy(dtype="float64") for _, _, number in choices], np.nan)
    return codes.tolist(), numbers.tolist()
