"""Monthly rates of the moves between CPM groups: stepping up, staying active, leaving, coming back."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
from scipy import special

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.flows import NEW
from crmlib.analysis.intervals import normal_quantile, wilson_bounds
from crmlib.analysis.portfolio import STEPS

ALL = "all_steps"
FLOWS = ("step_up", "stay", "leave", "return")
Place = tuple[str, str, int]
RATE = ["rate_moved", "rate_moved_low", "rate_moved_high"]


def flow_rates(moves: pd.DataFrame, *, n_months: int, confidence_level: float = 0.95) -> pd.DataFrame:
    """Rates of the moves in the last so many months, for each step and for all of them.

    step_up: active at the first month end, active on a higher step at the second, of the active at the first (引上率);
    stay: active, on the same or a lower step; leave: active, then left (離脱率); return: left, then active (復帰率).
    The first three add up to 1. rate = n_made_move / n_start, over the months together.

    One month has Wilson's interval. Over several months the same customers are counted again and again, so months, not
    customers, are the sample: the variance of the ratio comes from how much the months differ,
    m / (m - 1) * sum (moved - rate * start)² / (sum start)², on the logit scale with Student's t of m - 1 degrees of
    freedom; at a rate of 0 or 1 Wilson's. Months in which nobody could have left yet are not counted.

    Returns columns:
        cpm_step (step at the first month end, all_steps first); flow (step_up, stay, leave, return); n_months; n_start
        (customer-months); n_made_move; rate_moved, rate_moved_low, rate_moved_high (NaN where n_start is 0).

    Raises:
        ValueError: a column is missing or n_months is below 1.

    Source: Cochran (1977), Sampling Techniques, 6.3, ratio estimator over clusters.
    """
    require_columns("moves", moves.columns, ["month", "tellable", "group_before", "group_after", "n_customers"])
    require_at_least("n_months", n_months, 1)
    latest = moves["month"].max() if len(moves) else 0
    seen = moves[(moves["tellable"] == 1) & (moves["month"] > latest - n_months) & (moves["group_before"] != NEW)]
    start, moved = _counted(seen)
    rows = [_rate(start, moved, step, flow, confidence_level) for step in (ALL, *STEPS) for flow in FLOWS]
    return pd.DataFrame(rows).astype(dict.fromkeys(("n_months", "n_start", "n_made_move"), "int64"))


def flow_summary(moves: pd.DataFrame, *, n_months: int = 12) -> pd.DataFrame:
    """The rates of all steps together, in the last month and over the last so many.

    Returns columns:
        flow; period (last_month, last_months); n_months; n_start; n_made_move; rate_moved, rate_moved_low,
        rate_moved_high.
    """
    periods = {"last_month": 1, "last_months": n_months}
    tables = [flow_rates(moves, n_months=n).assign(period=name) for name, n in periods.items()]
    together = pd.concat(tables, ignore_index=True)
    rows = together[together["cpm_step"] == ALL].sort_values(
        "flow", key=lambda flow: flow.map(FLOWS.index), kind="stable"
    )
    counts = ["n_months", "n_start", "n_made_move"]
    return rows[["flow", "period", *counts, *RATE]].reset_index(drop=True)


def leave_table(rates: pd.DataFrame) -> pd.DataFrame:
    """The leave rates of the steps from `flow_rates`, in the order of the steps, all together first.

    Returns columns:
        cpm_step; n_start; n_made_move; rate_moved, rate_moved_low, rate_moved_high.
    """
    rows = rates[(rates["flow"] == "leave") & (rates["n_start"] > 0)]
    return rows[["cpm_step", "n_start", "n_made_move", *RATE]].reset_index(drop=True)


def clustered_bounds(moved: np.ndarray, start: np.ndarray, *, confidence_level: float = 0.95) -> tuple[float, float]:
    """Interval of sum(moved) / sum(start) from clusters, such as months; Wilson's with one cluster or at 0 and 1.

    Example:
        >>> [round(end, 4) for end in clustered_bounds(np.array([10, 14, 12]), np.array([100, 100, 100]))]
        [0.0785, 0.1792]
    """
    total, n, m = float(moved.sum()), float(start.sum()), len(start)
    if m < 2 or total in (0, n):
        low, high = wilson_bounds(total, n, confidence_level=confidence_level)
        return float(low), float(high)
    rate = total / n
    variance = m / (m - 1) * float(((moved - rate * start) ** 2).sum()) / n**2
    # The quantile of Student's t at the level whose normal quantile is z.
    t = float(special.stdtrit(m - 1, special.ndtr(normal_quantile(confidence_level))))
    half = t * np.sqrt(variance) / (rate * (1 - rate))
    return float(special.expit(special.logit(rate) - half)), float(special.expit(special.logit(rate) + half))


def _step(group: str) -> int:
    return STEPS.index(group.rpartition("_")[0])


def _counted(moves: pd.DataFrame) -> tuple[Counter[Place], Counter[Place]]:
    """Customers at the start (by step, whether they had left, month) and of each flow (by step, flow, month)."""
    start: Counter[Place] = Counter()
    moved: Counter[Place] = Counter()
    named = (moves[name].astype("str") for name in ("group_before", "group_after"))
    for before, after, month, n in zip(*named, moves["month"], moves["n_customers"], strict=True):
        flow = _flow(before, after)
        for step in (ALL, STEPS[_step(before)]):
            start[step, "return" if before.endswith("_left") else "", month] += n
            moved[step, flow, month] += n
    return start, moved


def _flow(before: str, after: str) -> str:
    left, then_left = before.endswith("_left"), after.endswith("_left")
    if left:
        return "stay_left" if then_left else "return"
    if then_left:
        return "leave"
    return "step_up" if _step(after) > _step(before) else "stay"


def _rate(
    start: Counter[Place], moved: Counter[Place], step: str, flow: str, confidence_level: float
) -> dict[str, object]:
    side = "return" if flow == "return" else ""
    months = sorted(month for at, of, month in start if (at, of) == (step, side) and start[at, of, month] > 0)
    n_start = np.array([start[step, side, month] for month in months], dtype="float64")
    n_moved = np.array([moved[step, flow, month] for month in months], dtype="float64")
    low, high = clustered_bounds(n_moved, n_start, confidence_level=confidence_level)
    counts = {"n_months": len(months), "n_start": n_start.sum(), "n_made_move": n_moved.sum()}
    rate = float(n_moved.sum() / n_start.sum()) if months else float("nan")
    rates = {"rate_moved": rate, "rate_moved_low": low, "rate_moved_high": high}
    return {"cpm_step": step, "flow": flow, **counts, **rates}
