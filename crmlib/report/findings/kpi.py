"""What the KPIs say against their targets, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.report.findings import kpi_benchmark
from crmlib.report.findings.kpi_benchmark import own
from crmlib.report.findings.kpi_names import LOWER, listed
from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from pandas import DataFrame

GOOD, FAIR, BAD = "mark_good", "mark_fair", "mark_bad"
NOT_COMPARED = "not_compared"
BEYOND, UNKNOWN = "beyond_chance", "chance_unknown"


def told(value: Any, measure: str) -> str:
    """A KPI's value with its unit."""
    return words.phrase(value, measure)


def marks(against: DataFrame) -> list[Sentence]:
    """How many targets are reached, nearly reached and missed; then, apart, how many gaps are more than chance.

    Benchmarks of the trade are no targets of the client's: they are told last, and not counted.
    """
    held = own(against[against["target"].notna()])
    trade = kpi_benchmark.held_against(against)
    if held.empty:
        return trade or [say("No KPI has a target that the data can be held against.")]
    counts = held["mark"].value_counts()
    met, close, missed = (int(counts.get(mark, 0)) for mark in (GOOD, FAIR, BAD))
    open_ = len(held) - met - close - missed
    values = {"n": len(held), "met": met, "close": close, "missed": missed, "open": open_}
    if open_:
        first = say(
            "KPIs with a target: {n:count}. Reached (○): {met:count}, nearly (△): {close:count}, missed (×):"
            " {missed:count}; too few behind them to tell: {open:count}.",
            **values,
        )
    else:
        first = say(
            "KPIs with a target: {n:count}. Reached (○): {met:count}, nearly (△): {close:count}, missed (×):"
            " {missed:count}.",
            **values,
        )
    return [first, *_gaps_beyond(held[held["mark"].isin([FAIR, BAD])]), *trade]


def _gaps_beyond(short: DataFrame) -> list[Sentence]:
    told_ = short[short["gap_verdict"] != UNKNOWN]
    if told_.empty:
        return []
    beyond = told_.loc[told_["gap_verdict"] == BEYOND, "kpi_id"].tolist()
    if not beyond:
        return [say("Each gap of those not reached is within what chance alone makes of a month.")]
    return [
        say(
            "Beyond chance is only the gap of {names:text}; that of the other missed targets is within what chance"
            " alone makes of a month.",
            names=listed(beyond),
        )
        if len(beyond) < len(told_)
        else say("Beyond chance is the gap of each KPI that is not reached: {names:text}.", names=listed(beyond))
    ]


def tellable(against: DataFrame, changes: DataFrame) -> bool:
    """Whether any KPI can be held against a target or against the figure before."""
    return bool(against["mark"].isin([GOOD, FAIR, BAD]).any() or (changes["change_verdict"] != NOT_COMPARED).any())


def good_points(against: DataFrame, changes: DataFrame) -> Sentence:
    """R153: what is good: targets reached, changes for the better beyond chance."""
    held = own(against)
    met = held.loc[held["mark"] == GOOD, "kpi_id"].tolist()
    better = changes.loc[changes["change_verdict"] == "improved", "kpi_id"].tolist()
    if met and better:
        return say("Good: {met:text} reached the target; {better:text} improved on the figure before beyond chance.",
                   met=listed(met, most=20), better=listed(better))  # fmt: skip
    if met:
        return say("Good: {met:text} reached the target.", met=listed(met, most=20))
    if better:
        return say("Good: {better:text} improved on the figure before beyond chance.", better=listed(better))
    if not tellable(against, changes):
        return say(
            "What is good cannot be told: no KPI has a target or a figure before it that it can be held against."
        )
    if not held["target"].notna().any():
        return say("No target of the client's own is set, and nothing improved beyond chance on the figure before.")
    return say("No target is reached, and nothing improved beyond chance on the figure before.")


def points_to_improve(against: DataFrame, changes: DataFrame) -> list[Sentence]:
    """R153: what is to be improved: targets missed, the largest miss first, changes for the worse beyond chance."""
    missed = against[against["mark"].isin([BAD, FAIR])].sort_values(["mark", "achievement"])
    short = own(missed)
    lower, trade = short["direction"] == LOWER, missed.drop(short.index)["kpi_id"].tolist()
    worse = changes.loc[changes["change_verdict"] == "worsened", "kpi_id"].tolist()
    lines = _short(short.loc[~lower, "kpi_id"].tolist()) + _over(short.loc[lower, "kpi_id"].tolist())
    if trade:
        lines.append(say("To improve: below the trade's benchmark {missed:text}.", missed=listed(trade, most=20)))
    if worse:
        lines.append(
            say("To improve: {worse:text} got worse than the figure before beyond chance.", worse=listed(worse))
        )
    if not lines and not tellable(against, changes):
        return [
            say(
                "What is to be improved cannot be told: no KPI has a target or a figure before it that it can be held"
                " against."
            )
        ]
    if not lines and not own(against)["target"].notna().any():
        return [say("No target of the client's own is set, and nothing got worse beyond chance on the figure before.")]
    return lines or [say("No target is missed, and nothing got worse beyond chance than the figure before.")]


def _short(missed: list[str]) -> list[Sentence]:
    if not missed:
        return []
    return [say("To improve: {missed:text} did not reach the target.", missed=listed(missed, most=20))]


def _over(missed: list[str]) -> list[Sentence]:
    names = listed(missed, most=20)
    if len(missed) > 1:
        return [say("To improve: {missed:text} stand above their targets, where lower is better.", missed=names)]
    return [say("To improve: {missed:text} stands above its target, where lower is better.", missed=names)] * len(
        missed
    )


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
    """The message of the chart: the KPI furthest from its target, and whether that is more than chance."""
    missed = achieved[achieved["mark"].isin([BAD, FAIR])]
    clear = missed[missed["gap_verdict"] == BEYOND]
    if len(clear):
        first = clear.iloc[0]
        return say("The achievement of {kpi:label} is {rate:share}, beyond chance",
                   kpi=first["kpi_id"], rate=first["achievement"])  # fmt: skip
    if len(missed):
        first = missed.iloc[0]
        return say("{kpi:label} is furthest from its target (achievement {rate:share}), within chance",
                   kpi=first["kpi_id"], rate=first["achievement"])  # fmt: skip
    return kpi_benchmark.chart_title(achieved)


def year_to_date(year: DataFrame) -> Sentence:
    """Sales since the fiscal year began, against target and the year before."""
    rows = year[year["kpi_id"] == "amount"]
    if rows.empty:
        return say("The fiscal year so far cannot be told: no month of it is over yet, or the data begin within it.")
    row = rows.iloc[0]
    facts = {"n": int(row["n_months"]), "now": row["actual"]}
    if row["target"] == row["target"]:
        facts |= {"target": row["target"], "rate": row["achievement"]}
        return say(
            "{mark:label}: since the fiscal year began ({n:months}) sales are {now:money}, {rate:share} of the target"
            " of {target:money}.",
            **facts, mark=row["mark"],
        )  # fmt: skip
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
    target, measure = (there["has_target"] != "yes").sum(), there["kpi_gap"].isin(["gap_measure", "gap_both"]).sum()
    if not target and not measure:
        return say("Every KPI that can be told has a target and a measure.")
    return say(
        "Of {n:count} KPIs that can be told {target:count} have no target of the client's own and {measure:count} no"
        " measure that works on them.",
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
