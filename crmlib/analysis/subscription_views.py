"""Tables of second purchases and subscriptions as a reader wants them; nothing is estimated here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from crmlib.analysis.goods import names_of

if TYPE_CHECKING:
    from crmlib.analysis.survival import KaplanMeierResult
    from crmlib.analysis.targets import TargetResult

STEP_NAMES = {
    "n_reached": "n_delivered", "n_next": "n_continued",
    **{f"rate{end}": f"continuation_rate{end}" for end in ("", "_low", "_high")},
    **{f"survival{end}": f"remaining_rate{end}" for end in ("", "_low", "_high")},
}  # fmt: skip
SHOWN_MONTHS = 12


def missing(timeline: pd.DataFrame) -> str | None:
    """The table that a shop without a subscription order lacks; None where there is one to follow."""
    return "subscriptions" if timeline.empty else None


def step_table(steps: pd.DataFrame, *, unit: str = "contract") -> pd.DataFrame:
    """Steps of `subscriptions.steps` under names of their own, with who left and what is counted.

    Returns columns:
        counted_unit; delivery; n_delivered; n_due; n_continued; continuation_rate, continuation_rate_low,
        continuation_rate_high; remaining_rate, remaining_rate_low, remaining_rate_high.
    """
    table = steps[steps["n_reached"] > 0].rename(columns=STEP_NAMES)
    table.insert(0, "counted_unit", unit)
    return table.reset_index(drop=True)


def both_units(by_contract: pd.DataFrame, by_customer: pd.DataFrame) -> pd.DataFrame:
    """Survival by delivery as a curve of contracts and one of customers, from two `step_table`s."""
    names = ["counted_unit", "delivery", "n_delivered", "remaining_rate", "remaining_rate_low", "remaining_rate_high"]
    return pd.concat([by_contract[names], by_customer[names]], ignore_index=True)


def hazard_table(steps: pd.DataFrame) -> pd.DataFrame:
    """Who left after which delivery: 1 - continuation rate with its interval, from `step_table`.

    Returns columns:
        delivery; n_due; n_left; leave_rate, leave_rate_low, leave_rate_high.
    """
    table = steps[["delivery", "n_due"]].copy()
    table["n_left"] = steps["n_due"] - steps["n_continued"]
    for end, other in (("", ""), ("_low", "_high"), ("_high", "_low")):
        table[f"leave_rate{end}"] = 1 - steps[f"continuation_rate{other}"]
    return table


def survival_table(curves: pd.DataFrame) -> pd.DataFrame:
    """Curves of `subscriptions.survival_by` under the names of the reports, unobserved points left out.

    Returns columns:
        group; n_contracts; delivery; remaining_rate, remaining_rate_low, remaining_rate_high.
    """
    names = {**STEP_NAMES, "n_start": "n_contracts"}
    return curves.dropna(subset=["survival"]).rename(columns=names).drop(columns="n_due").reset_index(drop=True)


def survival_at(curves: pd.DataFrame, *, delivery: int) -> pd.DataFrame:
    """The survival of every group at one delivery, NaN where too few were at risk, from `survival_by`."""
    rows = curves[curves["delivery"] == delivery].rename(columns={**STEP_NAMES, "n_start": "n_contracts"})
    names = ["group", "n_contracts", "delivery", "remaining_rate", "remaining_rate_low", "remaining_rate_high"]
    return rows[names].reset_index(drop=True)


def named(curves: pd.DataFrame) -> pd.DataFrame:
    """Curves of the groups with a name of their own, for a chart; the others stay in the tables."""
    return curves[~curves["group"].isin(["others", "not_known"])].reset_index(drop=True)


def standing(result: KaplanMeierResult) -> pd.DataFrame:
    """Contracts not cancelled by each day since their start.

    Returns columns:
        contract_days; n_standing (still observed, not cancelled); standing_rate, standing_rate_low, standing_rate_high.
    """
    ends = {f"survival{end}": f"standing_rate{end}" for end in ("", "_low", "_high")}
    table = result.table.rename(columns={"day": "contract_days", "n_at_risk": "n_standing", **ends})
    return table.drop(columns=["n_events", "n_censored"])


def settled_table(settled: pd.DataFrame) -> pd.DataFrame:
    """Steps before and from the settling count on under the names of the reports."""
    return settled.rename(columns=STEP_NAMES)


def target_table(*results: TargetResult) -> pd.DataFrame:
    """Second-purchase rates beside their targets.

    Returns columns:
        target_kind; n_eligible; n_next; f2_rate, f2_rate_low, f2_rate_high; target_rate; verdict.
    """
    rows = [(r.kind, r.n, r.n_next, r.rate, r.interval.low, r.interval.high, r.target, r.verdict) for r in results]
    names = ["target_kind", "n_eligible", "n_next", "f2_rate", "f2_rate_low", "f2_rate_high", "target_rate", "verdict"]
    return pd.DataFrame(rows, columns=names)


def with_names(table: pd.DataFrame, products: pd.DataFrame, *, column: str = "group") -> pd.DataFrame:
    """Product codes replaced by the shop's names where it has them; a name that several share carries its code.

    Example:
        >>> products = pd.DataFrame({"product_id": ["p1"], "product_name": ["Gel"]})
        >>> with_names(pd.DataFrame({"group": ["p1", "p2"]}), products)["group"].tolist()
        ['Gel', 'p2']
    """
    names = names_of(products)
    return table.assign(**{column: [names.get(str(code), str(code)) for code in table[column]]})


def latest_months(table: pd.DataFrame, *, n_months: int = SHOWN_MONTHS) -> pd.DataFrame:
    """The rows of the last `n_months` months of a table."""
    kept = sorted(table["month"].unique())[-n_months:]
    return table[table["month"].isin(kept)].reset_index(drop=True)


def told(table: pd.DataFrame, *, value: str) -> pd.DataFrame:
    """The rows that have a value, for a chart."""
    return table.dropna(subset=[value]).reset_index(drop=True)


def definition_values(dictionary: pd.DataFrame) -> pd.DataFrame:
    """The figures of `continuation.dictionary`, without their rules."""
    names = ["definition", "counted_unit", "defined_rate", "defined_rate_low", "defined_rate_high"]
    rest = ["reference_difference", "average_deliveries", "numerator", "denominator"]
    return dictionary.rename(columns={"unit": "counted_unit"})[[*names, *rest]]


def definition_rules(dictionary: pd.DataFrame) -> pd.DataFrame:
    """The rules of `continuation.dictionary`: how, why it differs, who calls it so."""
    return dictionary[["definition", "rule", "why", "users"]]


def latest_starts(starts: pd.DataFrame, *, n_cohorts: int) -> pd.DataFrame:
    """The last `n_cohorts` months of start, from `delivery_curves.survival_by_start`."""
    kept = sorted(starts["cohort_month"].unique())[-n_cohorts:]
    return starts[starts["cohort_month"].isin(kept)].reset_index(drop=True)


def change_table(changed: pd.DataFrame) -> pd.DataFrame:
    """Reasons before and after a day, the sizes of the two periods left to the note."""
    return changed.drop(columns="pvalue")


def buyer_table(compared: pd.DataFrame) -> pd.DataFrame:
    """Buyers against others, stratum by stratum, without the numerators; from `backend.compare`."""
    return compared.drop(columns=["n_next_others", "n_next_buyers"])
