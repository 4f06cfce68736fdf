"""What is held against a benchmark of the trade: no target of the client's, and never counted as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmlib.report.findings.kpi_names import listed
from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from pandas import DataFrame

BENCHMARK = "default_target"
GOOD, SHORT = "mark_good", ("mark_fair", "mark_bad")


def own(against: DataFrame) -> DataFrame:
    """The rows that are not held against a benchmark of the trade."""
    return against[against["target_source"] != BENCHMARK] if "target_source" in against else against


def is_benchmark(row: Any) -> bool:
    """Whether what the KPI is held against is the trade's and not the client's."""
    return bool(row.get("target_source") == BENCHMARK)


def held_against(against: DataFrame) -> list[Sentence]:
    """Which KPIs lie at, and which short of, a benchmark of the trade."""
    rows = against[against["target_source"] == BENCHMARK]
    met = rows.loc[rows["mark"] == GOOD, "kpi_id"].tolist()
    short = rows.loc[rows["mark"].isin(SHORT), "kpi_id"].tolist()
    if met and short:
        return [
            say(
                "Against the trade's benchmark, where the client has set no target: at or above it {met:text}; below it"
                " {short:text}.",
                met=listed(met), short=listed(short),
            )
        ]  # fmt: skip
    if met:
        return [say("Against the trade's benchmark, where the client has set no target: at or above it {met:text}.",
                    met=listed(met))]  # fmt: skip
    if short:
        return [say("Against the trade's benchmark, where the client has set no target: below it {short:text}.",
                    short=listed(short))]  # fmt: skip
    return []


def defaults(against: DataFrame) -> Sentence:
    """Which targets are not the client's own."""
    names = against.loc[against["target_source"] == BENCHMARK, "kpi_id"].tolist()
    if names:
        return say(
            "Held against a benchmark of the trade, not against a target of the client's own: {names:text}. Agree on"
            " the shop's own before acting on it.",
            names=listed(names),
        )  # fmt: skip
    return say("Every target is the client's own.") if against["target"].notna().any() else say("There is no target.")


def chart_title(achieved: DataFrame) -> Sentence:
    """The message of a chart in which every target is reached, or which shows no target but the trade's benchmarks."""
    trade = achieved["mark"].str.startswith("trade_")
    if len(achieved) and trade.all():
        return say("KPIs against the benchmarks of the trade; no target of the client's own is set")
    if trade.any():
        return say("Every target of the client's own that is shown is reached")
    return say("Every KPI shown reaches its target") if len(achieved) else say("KPIs against their targets")


def missed(facts: dict[str, Any], *, sure: bool, unknown: bool) -> Sentence:
    """A KPI below the trade's benchmark, and whether that is more than chance."""
    if sure:
        return say(
            "{kpi:label} was {now:text} in {month:month}, below the trade's benchmark of {target:text} (the client has"
            " set no target); the gap is more than chance.",
            **facts,
        )
    if unknown:
        return say(
            "{kpi:label} was {now:text} in {month:month}, below the trade's benchmark of {target:text} (the client has"
            " set no target).",
            **facts,
        )
    return say(
        "{kpi:label} was {now:text} in {month:month}, below the trade's benchmark of {target:text} (the client has set"
        " no target); the gap is within chance.",
        **facts,
    )
