"""What differs between arms beside the metric: reasons of cancellation, and the cross-sell before and after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from crmlib.analysis.chi_square import chi_square, rate_differences
from crmlib.analysis.outcomes.crossing import crossed
from crmlib.analysis.outcomes.leaving import contracts_of, left
from crmlib.analysis.outcomes.metrics import has, wanted_products
from crmlib.analysis.proportions import proportions

if TYPE_CHECKING:
    from crmlib.analysis.experiments import Pair
    from crmlib.analysis.outcomes.metrics import Tables

NAMED = ["experiment_id", "name", "arm"]
REASON_COLUMNS = [
    *NAMED, "reason", "n_control", "n_treatment", "cancelled_control", "cancelled_treatment", "rate_control",
    "rate_treatment", "difference", "difference_low", "difference_high", "pvalue", "verdict",
]  # fmt: skip
MIX_COLUMNS = [*NAMED, "n_cancelled", "method", "statistic", "degrees_of_freedom", "pvalue", "cramers_v", "is_random"]
CROSS_COLUMNS = [
    *NAMED, "side", "n", "n_crossed", "cross_rate", "cross_rate_low", "cross_rate_high", "difference", "difference_low",
    "difference_high", "pvalue", "is_random",
]  # fmt: skip
LEAVING = ("cancellation", "time_to_cancellation", "continuation", "delivery_reached")


def reasons_by_arm(
    pairs: Sequence[Pair], tables: Tables | None, *, as_of_day: int, alpha: float = 0.05
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """R159: per experiment on continuing or cancelling, the rate of each reason by arm, and whether the mix differs.

    A rate is of the units with a live contract when assigned and observed for the whole window, so reasons can fall
    together; shares of reasons would add up to one whatever happens. Intervals and p-values are corrected for the
    number of reasons; the mix is tested by chi-squared over reasons of those who cancelled.

    Returns columns:
        experiment_id, name, arm; reason; those of `chi_square.rate_differences`; and a second table: experiment_id,
        name, arm; n_cancelled; method; statistic; degrees_of_freedom; pvalue; cramers_v; is_random.
    """
    parts, tests = [], []
    for pair in pairs if tables is not None and has(tables, "subscriptions") else []:
        if pair.design["primary_metric"] not in LEAVING:
            continue
        arms = [_left(pair, units, tables, as_of_day) for units in (pair.control, pair.treatment)]
        counts = [arm["reason"].value_counts() for arm in arms]
        sizes = {"n_control": len(arms[0]), "n_treatment": len(arms[1])}
        if not min(sizes.values()) or not sum(map(len, counts)):
            continue
        rows = [count.rename_axis("reason").rename("n").reset_index() for count in counts]
        named = {"experiment_id": pair.design["experiment_id"], "name": pair.design["name"], "arm": pair.arm}
        parts.append(rate_differences(rows[0], rows[1], alpha=alpha, **sizes).assign(**named))
        tests.append(named | _mix(counts) | {"is_random": pair.design["assigned_method"] == "random"})
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=REASON_COLUMNS)
    return table[REASON_COLUMNS], pd.DataFrame(tests, columns=MIX_COLUMNS)


def crossing(pairs: Sequence[Pair], tables: Tables | None, *, alpha: float = 0.05) -> pd.DataFrame:
    """R161: the share that bought a product of the cross-sell, by arm, before assignment and after it.

    Before are as many days before assignment as the window has after it. The difference is arm - baseline on either
    side: before, it says whether the arms were alike; after, what the treatment may have changed. Only experiments that
    name a product, or whose metric is the cross-sell.

    Returns columns:
        experiment_id, name, arm; side (before, after); n (of the arm), n_crossed; cross_rate, cross_rate_low,
        cross_rate_high; difference, difference_low, difference_high, pvalue (NaN for the baseline); is_random.
    """
    rows: list[dict[str, Any]] = []
    for pair in pairs:
        asked = pair.design["primary_metric"] == "cross_sell" or not pd.isna(pair.design.get("target_product"))
        if not asked or tables is None or not has(tables, "order_items") or pair.design["missing"]:
            continue
        if pair.design["unit"] == "subscription" and not has(tables, "subscriptions"):
            continue
        rows += [row for side in ("before", "after") for row in _crossed(pair, tables, side, alpha)]
    table = pd.DataFrame(rows, columns=CROSS_COLUMNS)
    return table.drop_duplicates(["experiment_id", "name", "arm", "side"], ignore_index=True)


def _left(pair: Pair, units: pd.DataFrame, tables: Tables | None, as_of_day: int) -> pd.DataFrame:
    window = int(pair.design["window_days"])
    whole = units[units["assigned_day"] + window <= as_of_day]
    contracts = contracts_of(tables or {}, pair.design["unit"])
    found = left(whole[["unit_id", "assigned_day"]], contracts, window=window, as_of_day=as_of_day)
    return found[found["eligible"]]


def _mix(counts: list[pd.Series]) -> dict[str, Any]:
    both = pd.concat(counts, axis=1).fillna(0)
    found = chi_square(both.to_numpy())
    told = {name: getattr(found, name) for name in ("method", "statistic", "degrees_of_freedom", "pvalue", "cramers_v")}
    return {"n_cancelled": found.n, **told}


def _crossed(pair: Pair, tables: Tables, side: str, alpha: float) -> list[dict[str, Any]]:
    window, unit = int(pair.design["window_days"]), pair.design["unit"]
    wanted = wanted_products(pair.design, tables)
    first, last = (1, window) if side == "after" else (-window, -1)
    hits = [crossed(rows.reset_index(drop=True), tables, wanted=wanted, unit=unit, first=first, last=last)
            for rows in (pair.control, pair.treatment)]  # fmt: skip
    found = proportions(*(int(x) for hit in hits for x in (hit.sum(), len(hit))), confidence_level=1 - alpha)
    ends = found.difference_interval
    named = {"experiment_id": pair.design["experiment_id"], "name": pair.design["name"], "side": side}
    named["is_random"] = pair.design["assigned_method"] == "random"
    base = _side(named, pair.design["baseline"], hits[0], found.rate_control, found.interval_control)
    other = _side(named, pair.arm, hits[1], found.rate_treatment, found.interval_treatment)
    told = {"difference": found.difference, "difference_low": ends.low, "difference_high": ends.high}
    return [base, other | told | {"pvalue": found.pvalue}]


def _side(named: dict[str, Any], arm: str, hit: pd.Series, rate: float, ends: Any) -> dict[str, Any]:
    rates = {"cross_rate": rate, "cross_rate_low": ends.low, "cross_rate_high": ends.high}
    return {**named, "arm": arm, "n": len(hit), "n_crossed": int(hit.sum()), **rates}
