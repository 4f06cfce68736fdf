"""The whole design of the contacts with customers: stage or segment x measure x KPI x data, and what is missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.lifecycle import SEGMENTS
from crmlib.analysis.stages import NEEDS, STAGES

# What shops write for a segment of the lifecycle, in English and in Japanese.
SEGMENT_NAMES: dict[str, tuple[str, ...]] = {
    "life_prospect": ("prospect", "prospects", "lead", "leads", "見込み客", "見込客"),
    "life_initial": ("initial", "initial_customer", "first_time", "初期客", "初回客"),
    "life_general": ("general", "general_customer", "一般客", "一般顧客"),
    "life_excellent": ("excellent", "excellent_customer", "優良顧客", "優良客"),
    "life_dormant": ("dormant", "休眠客", "休眠顧客", "休眠"),
    "life_lapsed": ("lapsed", "離反客", "離反顧客", "離反"),
}
GAPS = ("gap_no_data", "gap_no_scenario", "gap_no_message", "gap_no_kpi", "gap_no_target", "gap_none")
_OURS = {name: code for code, names in SEGMENT_NAMES.items() for name in (code, *names)}


def segment_of(text: object) -> str:
    """The segment of the lifecycle that a target names, under one of its usual names; else an empty text.

    Example:
        >>> segment_of(" 休眠客 "), segment_of("Initial"), segment_of("gold members")
        ('life_dormant', 'life_initial', '')
    """
    return _OURS.get(text.strip().casefold().replace(" ", "_"), "") if isinstance(text, str) else ""


def stage_of(code: object) -> str:
    """The stage of a scenario as the stages are called; an empty text where it is not said."""
    return f"stage_{code}" if f"stage_{code}" in STAGES else ""


def design(
    scenarios: pd.DataFrame, messages: pd.DataFrame, kpi_targets: pd.DataFrame, *, numbers: Mapping[str, float],
    tables: Collection[str],
) -> pd.DataFrame:  # fmt: skip
    """One row a stage and a segment of the lifecycle: customers in it now, scenario, KPI with a target, data, gap.

    A scenario belongs to the stage it names and to the segment its target names. The gap is the first that applies:
    data to tell who stands there, scenario, messages in one of them, KPI in one of them, target of such a KPI. Of
    several KPIs the first with a target is shown.

    Args:
        scenarios: scenario_id, stage, target_segment, kpi_id.
        messages: scenario_id, message_id.
        kpi_targets: kpi_id, target.
        numbers: code of a row: customers now; NaN or absent where it cannot be told.
        tables: the tables that the client has.

    Returns columns:
        design_axis (axis_stage, axis_lifecycle); design_row (code); n_customers; n_scenarios; n_messages; kpi_id (of
        its scenarios, empty without); n_kpis (of them, different), n_targets (of these with a target);
        missing_table (the first one missing, empty where none is); design_gap (one of `GAPS`).

    Raises:
        ValueError: a column is missing.

    Example:
        >>> none = pd.DataFrame(columns=["scenario_id", "stage", "target_segment", "kpi_id", "message_id", "target"])
        >>> design(none, none, none, numbers={"stage_purchaser": 5}, tables=["orders"])["design_gap"].tolist()[:4]
        ['gap_no_scenario', 'gap_no_scenario', 'gap_no_data', 'gap_no_data']
    """
    require_columns("scenarios", scenarios.columns, ["scenario_id", "stage", "target_segment", "kpi_id"])
    require_columns("messages", messages.columns, ["scenario_id", "message_id"])
    require_columns("kpi_targets", kpi_targets.columns, ["kpi_id", "target"])
    aimed = {
        "axis_stage": scenarios["stage"].map(stage_of),
        "axis_lifecycle": scenarios["target_segment"].map(segment_of),
    }
    targets = set(kpi_targets.loc[kpi_targets["target"].notna(), "kpi_id"].dropna())
    rows = []
    for axis, codes in (("axis_stage", STAGES), ("axis_lifecycle", SEGMENTS)):
        for code in codes:
            part = scenarios[(aimed[axis] == code).to_numpy(dtype=bool)]
            row = _row(part, messages, targets, _missing(code, numbers, tables))
            rows.append(
                {"design_axis": axis, "design_row": code, "n_customers": numbers.get(code, float("nan")), **row}
            )
    names = ["design_axis", "design_row", "n_customers", "n_scenarios", "n_messages", "kpi_id", "n_kpis", "n_targets",
             "missing_table", "design_gap"]  # fmt: skip
    return pd.DataFrame(rows, columns=names).astype({"n_customers": "float64"})


def elsewhere(scenarios: pd.DataFrame) -> int:
    """Scenarios that name neither a stage nor a segment of the lifecycle, and so stand in no row of the design."""
    stage, segment = scenarios["stage"].map(stage_of), scenarios["target_segment"].map(segment_of)
    return int(((stage == "") & (segment == "")).sum())


def sheet(scenarios: pd.DataFrame, messages: pd.DataFrame) -> pd.DataFrame:
    """Whom x when x what: one row a message in the order of its scenario; a scenario without one has a row of its own.

    Args:
        scenarios: the canonical scenarios.
        messages: the canonical messages.

    Returns columns:
        scenario_name (else its id); target_segment, population, goal (as written); stage; strategy_kind; start_event;
        hold_out_rate; kpi_id; is_focus_scenario; step_no; message_name; offset_days; contact_channel; content_type;
        content_tags; offer_kind; discount_rate.

    Raises:
        ValueError: a column is missing.
    """
    told = ["scenario_id", "name", "target_segment", "population", "goal", "stage", "strategy", "start_event",
            "hold_out_rate", "kpi_id", "is_focus"]  # fmt: skip
    sent = ["scenario_id", "step_no", "name", "offset_days", "channel", "content_type", "content_tags", "offer_kind",
            "discount_rate"]  # fmt: skip
    require_columns("scenarios", scenarios.columns, told)
    require_columns("messages", messages.columns, sent)
    table = scenarios[told].merge(messages[sent], on="scenario_id", how="left", suffixes=("", "_message"))
    table = table.sort_values(["scenario_id", "step_no", "offset_days"], ignore_index=True)
    table["scenario_name"] = table["name"].fillna(table["scenario_id"])
    focus = table["is_focus"].fillna(False).astype(bool)
    table["is_focus_scenario"] = focus.map({True: "focus_yes", False: "focus_no"}).astype(str)
    for name, prefix in (("strategy", "strategy"), ("start_event", "start"), ("content_type", "content"),
                         ("offer_kind", "offer")):  # fmt: skip
        table[name] = coded(table[name], prefix)
    table["stage"] = table["stage"].map(stage_of)
    names = {"strategy": "strategy_kind", "channel": "contact_channel", "name_message": "message_name"}
    table = table.rename(columns=names)
    shown = ["scenario_name", "target_segment", "population", "goal", "stage", "strategy_kind", "start_event",
             "hold_out_rate", "kpi_id", "is_focus_scenario", "step_no", "message_name", "offset_days",
             "contact_channel", "content_type", "content_tags", "offer_kind", "discount_rate"]  # fmt: skip
    return table[shown]


def coded(values: pd.Series, prefix: str) -> pd.Series:
    """Canonical codes under the prefix by which the dictionary knows them; empty where there is none."""
    return values.map(lambda code: f"{prefix}_{code}" if isinstance(code, str) and code else "").astype("str")


def _row(part: pd.DataFrame, messages: pd.DataFrame, targets: set[str], missing: str) -> dict[str, object]:
    kpis = sorted(set(part["kpi_id"].dropna().astype(str)) - {""})
    n_messages = int(messages["scenario_id"].isin(part["scenario_id"]).sum())
    n_targets = len(targets & set(kpis))
    rules = (bool(missing), part.empty, not n_messages, not kpis, not n_targets, True)
    gap = next(code for code, holds in zip(GAPS, rules, strict=True) if holds)
    return {
        "n_scenarios": len(part),
        "n_messages": n_messages,
        "kpi_id": [*sorted(targets & set(kpis)), *kpis, ""][0],
        "n_kpis": len(kpis),
        "n_targets": n_targets,
        "missing_table": missing,
        "design_gap": gap,
    }


def _missing(code: str, numbers: Mapping[str, float], tables: Collection[str]) -> str:
    """The first table without which nobody can be told to stand there."""
    needed = NEEDS.get(code, ("customers",) if code == SEGMENTS[0] else ())
    absent = [name for name in needed if name not in tables]
    unknown = numbers.get(code) is None or numbers[code] != numbers[code]
    return absent[0] if absent else (needed[-1] if unknown and needed else "")
