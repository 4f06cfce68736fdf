"""What a scenario must have before it is a measure, and what its contents must not be."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_between, require_columns
from crmlib.analysis.content_tags import tags_of
from crmlib.analysis.scenario_design import segment_of

NEEDED = ("has_target_group", "has_population", "has_kpi", "has_kpi_target", "has_control", "has_period",
          "has_messages")  # fmt: skip
CONTENT = ("introduces_first", "offers_bounded", "not_features_only")
FIRST_CONTACTS = ("registered", "order")


def guards(
    scenarios: pd.DataFrame, messages: pd.DataFrame, kpi_targets: pd.DataFrame, experiments: pd.DataFrame, *,
    offer_limit: float = 0.5,
) -> pd.DataFrame:  # fmt: skip
    """One row a scenario: whether each thing it needs is there, and whether its contents keep the rules.

    Needed: a target segment, a population in words, a KPI, a target of this KPI, a control (a hold-out rate above 0, or
    an experiment that the data know), a period (first and last day), messages. A first contact, one that begins with
    the registration or the first order or addresses prospects or initial customers, introduces the brand in its first
    message: brand content, or the tag introduction. Offers are bounded where their share of the messages is at most
    offer_limit. Messages that all have tags and no other tag than features only list what is in the product.

    Args:
        scenarios: the canonical scenarios.
        messages: the canonical messages.
        kpi_targets: kpi_id, target.
        experiments: experiment_id.
        offer_limit: largest share of offers in a scenario.

    Returns columns:
        scenario_id; scenario_name; has_target_group, has_population, has_kpi, has_kpi_target, has_control, has_period,
        has_messages, introduces_first, offers_bounded, not_features_only (guard_yes, guard_no, guard_not_asked);
        n_offers, n_messages; n_missing (guards that say no); scenario_state (scenario_lacking:
        something it needs is missing; scenario_contents: all is there, but its contents break a rule;
        scenario_complete).

    Raises:
        ValueError: a column is missing or offer_limit is not between 0 and 1.
    """
    require_between("offer_limit", offer_limit, 0, 1)
    require_columns("messages", messages.columns, ["scenario_id", "step_no", "offset_days", "content_type"])
    ordered = messages.sort_values(["scenario_id", "step_no", "offset_days"])
    targets = set(kpi_targets.loc[kpi_targets["target"].notna(), "kpi_id"].dropna())
    known = set(experiments["experiment_id"].dropna())
    rows = []
    for scenario in scenarios.sort_values("scenario_id").to_dict("records"):
        part = ordered[ordered["scenario_id"] == scenario["scenario_id"]]
        found = {**_needed(scenario, part, targets, known), **_content(scenario, part, offer_limit)}
        named = {"scenario_id": scenario["scenario_id"], "scenario_name": _name(scenario)}
        n_offers = int((part["content_type"] == "offer").sum())
        rows.append({**named, **found, "n_offers": n_offers, "n_messages": len(part)})
    names = ["scenario_id", "scenario_name", *NEEDED, *CONTENT, "n_offers", "n_messages"]
    table = pd.DataFrame(rows, columns=names)
    table["n_missing"] = (table[[*NEEDED, *CONTENT]] == "guard_no").sum(axis=1).astype("int64")
    lacks = [(table[list(names)] == "guard_no").any(axis=1) for names in (NEEDED, CONTENT)]
    state = np.select(lacks, ["scenario_lacking", "scenario_contents"], "scenario_complete")
    return table.assign(scenario_state=pd.Series(state, index=table.index, dtype="str"))


def missing(guarded: pd.DataFrame) -> pd.DataFrame:
    """One row a scenario and thing that it lacks.

    Returns columns:
        scenario_name; guard (code, its column's name).
    """
    long = guarded.melt(["scenario_id", "scenario_name"], [*NEEDED, *CONTENT], "guard", "answer")
    order = {name: place for place, name in enumerate([*NEEDED, *CONTENT])}
    rows = long[long["answer"] == "guard_no"].assign(place=long["guard"].map(order))
    return rows.sort_values(["scenario_id", "place"])[["scenario_name", "guard"]].reset_index(drop=True)


def _needed(
    scenario: dict[str, object], part: pd.DataFrame, targets: set[str], known: set[str]
) -> dict[str, str]:  # fmt: skip
    rate, experiment = scenario["hold_out_rate"], scenario["experiment_id"]
    held = not pd.isna(rate) and float(str(rate)) > 0
    return {
        "has_target_group": _answer(_written(scenario["target_segment"])),
        "has_population": _answer(_written(scenario["population"])),
        "has_kpi": _answer(_written(scenario["kpi_id"])),
        "has_kpi_target": _answer(scenario["kpi_id"] in targets),
        "has_control": _answer(held or experiment in known),
        "has_period": _answer(not pd.isna(scenario["start_day"]) and not pd.isna(scenario["end_day"])),
        "has_messages": _answer(len(part) > 0),
    }


def _content(scenario: dict[str, object], part: pd.DataFrame, offer_limit: float) -> dict[str, str]:
    if part.empty:
        return dict.fromkeys(CONTENT, "guard_not_asked")
    meets = scenario["start_event"] in FIRST_CONTACTS and scenario["stage"] in ("purchaser", "unknown")
    meets |= segment_of(scenario["target_segment"]) in ("life_prospect", "life_initial")
    tags = [tags_of(text) for text in part["content_tags"]]
    introduces = part["content_type"].iloc[0] == "brand" or "introduction" in tags[0]
    known = part["content_type"][part["content_type"] != "unknown"]
    bounded = bool((known == "offer").mean() <= offer_limit) if len(known) else True
    return {
        "introduces_first": _answer(bool(introduces)) if meets else "guard_not_asked",
        "offers_bounded": _answer(bounded) if len(known) else "guard_not_asked",
        "not_features_only": _answer(set().union(*tags) != {"feature"}) if all(tags) else "guard_not_asked",
    }


def _written(value: object) -> bool:
    return isinstance(value, str) and value.strip() not in ("", "unknown")


def _answer(holds: bool) -> str:
    return "guard_yes" if holds else "guard_no"


def _name(scenario: dict[str, object]) -> object:
    return scenario["name"] if _written(scenario["name"]) else scenario["scenario_id"]
