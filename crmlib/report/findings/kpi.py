"""What the KPIs say against their targets, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from pandas import DataFrame

GOOD, FAIR, BAD, CHANCE = "mark_good", "mark_fair", "mark_bad", "within_chance"
SHOWN = 5  # KPIs named in one sentence


def told(value: Any, measure: str) -> str:
    """A KPI's value with its unit."""
    return words.phrase(value, measure)


def marks(against: DataFrame) -> Sentence:
    """How many targets are met, missed, or not to be told from chance."""
    held = against[against["target"].notna()]
    if held.empty:
        return say("No KPI has a target that the data can be held against.")
    counts = held["mark"].value_counts()
    met, close, missed = (int(counts.get(mark, 0)) for mark in (GOOD, FAIR, BAD))
    open_ = len(held) - met - close - missed
    return say(
        "Of {n:count} KPIs with a target {met:count} meet it, {close:count} are close, {missed:count} miss it; of"
        " {open:count} the difference may be chance or too few are behind them.",
        n=len(held), met=met, close=close, missed=missed, open=open_,
    )  # fmt: skip


def defaults(against: DataFrame) -> Sentence:
    """Which targets are not the client's own."""
    names = against.loc[against["target_source"] == "default_target", "kpi_id"].tolist()
    if names:
        return say(
            "The targets of {names:text} are defaults of the field, not the client's own: agree on the shop's own"
            " before acting on them.",
            names=listed(names),
        )  # fmt: skip
    return say("Every target is the client's own.") if against["target"].notna().any() else say("There is no target.")


def good_points(against: DataFrame, changes: DataFrame) -> Sentence:
    """R153: what is good: targets met beyond chance, changes for the better beyond chance."""
    met = against.loc[against["mark"] == GOOD, "kpi_id"].tolist()
    better = changes.loc[changes["change_verdict"] == "improved", "kpi_id"].tolist()
    if met and better:
        return say("Good: {met:text} met the target; {better:text} improved on the month before.",
                   met=listed(met), better=listed(better))  # fmt: skip
    if met:
        return say("Good: {met:text} met the target.", met=listed(met))
    if better:
        return say("Good: {better:text} improved on the month before.", better=listed(better))
    return say("No target is met beyond chance, and nothing improved beyond chance on the month before.")


def points_to_improve(against: DataFrame, changes: DataFrame) -> Sentence:
    """R153: what is to be improved: targets missed beyond chance, changes for the worse beyond chance."""
    missed = against.loc[against["mark"].isin([BAD, FAIR]), "kpi_id"].tolist()
    worse = changes.loc[changes["change_verdict"] == "worsened", "kpi_id"].tolist()
    if missed and worse:
        return say("To improve: {missed:text} missed the target; {worse:text} got worse than the month before.",
                   missed=listed(missed), worse=listed(worse))  # fmt: skip
    if missed:
        return say("To improve: {missed:text} missed the target.", missed=listed(missed))
    if worse:
        return say("To improve: {worse:text} got worse than the month before.", worse=listed(worse))
    return say("No target is missed beyond chance, and nothing got worse beyond chance than the month before.")


def worst(ranking: DataFrame) -> Sentence:
    """The head of the work order: the worst improvement rate."""
    rows = ranking[ranking["apart"] == "ranked"]
    if rows.empty:
        return say("No KPI can be ranked: none has a figure before it with at least 30 behind both.")
    first = rows.iloc[0]
    facts = {"kpi": first["kpi_id"], "rate": first["improvement_rate"]}
    facts |= {name: told(first[of], first["measure_kind"]) for name, of in (("now", "actual"), ("then", "previous"))}
    if first["improvement_rate"] >= 0:
        return say(
            "No ranked KPI fell behind the figure before; {kpi:label} improved least ({rate:change}, from {then:text}"
            " to {now:text}).",
            **facts,
        )
    if first["change_verdict"] == "worsened":
        return say(
            "{kpi:label} improved least: {rate:change}, from {then:text} to {now:text}. Work on it first.", **facts
        )
    return say(
        "{kpi:label} improved least: {rate:change}, from {then:text} to {now:text}; the fall may be chance.", **facts
    )


def chart_title(achieved: DataFrame) -> Sentence:
    """The message of the chart: the KPI furthest below its target beyond chance."""
    clear = achieved[achieved["mark"].isin([BAD, FAIR])]
    if len(clear):
        first = clear.iloc[0]
        return say("{kpi:label} reached {rate:share} of its target, the least of all beyond chance",
                   kpi=first["kpi_id"], rate=first["achievement"])  # fmt: skip
    if len(achieved) and achieved["mark"].eq(GOOD).any():
        return say("No KPI misses its target beyond chance")
    return say("KPIs against their targets")


def year_to_date(year: DataFrame) -> Sentence:
    """Sales since the fiscal year began, against target and the year before."""
    rows = year[year["kpi_id"] == "amount"]
    if rows.empty:
        return say("No month of the fiscal year is over yet.")
    row = rows.iloc[0]
    facts = {"n": int(row["n_months"]), "now": row["actual"]}
    if row["target"] == row["target"]:
        facts |= {"target": row["target"], "rate": row["achievement"]}
        if row["mark"] == CHANCE:
            return say(
                "Since the fiscal year began ({n:months}) sales are {now:money}, {rate:share} of the target of"
                " {target:money}; the difference may be chance.",
                **facts,
            )
        return say(
            "Since the fiscal year began ({n:months}) sales are {now:money}, {rate:share} of the target of"
            " {target:money}.",
            **facts,
        )
    if row["year_rate"] == row["year_rate"]:
        return say(
            "Since the fiscal year began ({n:months}) sales are {now:money}, {rate:change} on the same months a year"
            " before. There is no target for every one of these months.",
            **facts, rate=row["year_rate"],
        )  # fmt: skip
    return say(
        "Since the fiscal year began ({n:months}) sales are {now:money}. There is no target for every one of these"
        " months.",
        **facts,
    )


def gaps(table: DataFrame) -> Sentence:
    """R032: how many KPIs lack a target or a measure."""
    there = table[table["kpi_told"] == "kpi_told_yes"]
    target, measure = (there["has_target"] == "no").sum(), there["kpi_gap"].isin(["gap_measure", "gap_both"]).sum()
    if not target and not measure:
        return say("Every KPI that can be told has a target and a measure.")
    return say(
        "Of {n:count} KPIs that can be told {target:count} have no target and {measure:count} no measure that works on"
        " them.",
        n=len(there), target=int(target), measure=int(measure),
    )  # fmt: skip


def untold(table: DataFrame) -> Sentence:
    """Which KPIs cannot be told, and what is missing."""
    rows = table[table["kpi_told"] == "kpi_table_missing"]
    if rows.empty:
        return say("No table is missing that a KPI needs.")
    return say(
        "{names:text} cannot be told: these tables are missing: {tables:text}.",
        names=listed(rows["kpi_id"].tolist(), most=20), tables=listed(list(dict.fromkeys(rows["kpi_needs"])), most=20),
    )  # fmt: skip


def listed(codes: list[str], *, most: int = SHOWN) -> str:
    """Names of codes on one line; of many the first ones, and how many more there are."""
    names = [words.label(code) for code in codes]
    comma = words.translate(", ")
    if len(names) <= most:
        return comma.join(names)
    shown = comma.join(names[:most])
    return say("{names:text} and {n:count} more", names=shown, n=len(names) - most).text()
