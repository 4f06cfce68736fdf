"""Other readings of the same difference beside the plain one: CUPED, cut values, looking early, like with like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from crmlib.analysis.always_valid import always_valid_means, always_valid_proportions
from crmlib.analysis.bayes import BayesResult, bayes_means, bayes_proportions
from crmlib.analysis.checks import require_between
from crmlib.analysis.cuped import cuped
from crmlib.analysis.intervals import UNKNOWN, Interval
from crmlib.analysis.means import means, moments
from crmlib.analysis.outcomes import RATES, SURVIVAL
from crmlib.analysis.stratified import mantel_haenszel, stratified_means, stratify_means, stratify_rates
from crmlib.analysis.winsorising import winsorise

if TYPE_CHECKING:
    from crmlib.analysis.experiments import Pair

LOOK_COLUMNS = [
    "experiment_id", "name", "primary_metric", "arm", "reading", "n_compared", "difference", "difference_low",
    "difference_high", "pvalue", "variance_reduction", "detail",
]  # fmt: skip
BAYES_COLUMNS = [
    "experiment_id", "name", "primary_metric", "arm", "prior", "probability_better", "loss_of_treatment",
    "loss_of_control", "difference", "difference_low", "difference_high",
]  # fmt: skip
STRATA = ["f_band", "r_band", "first_product"]
Row = dict[str, Any]


def readings(
    pairs: Sequence[Pair], *, winsorise_at: float | None = None, alpha: float = 0.05,
    standing: pd.DataFrame | None = None, n_planned: float | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Each comparison of rates or sales read in other ways, a row a reading; the verdict follows the plain one.

    plain: the difference as it is compared. cuped: adjusted by the orders (of a rate) or the sales (of sales) of as
    many days before assignment; `variance_reduction` is what that saves. winsorised (with `winsorise_at`): sales cut at
    that quantile of both arms together, `detail` is the cap. always_valid (with `n_planned`): the interval that holds
    however often one looks, `detail` is how many times wider it is; only where chance assigned. stratified (where
    chance did not assign, with `standing`): units with like F, R and first product only; `detail` is the number of
    units left out.

    Args:
        pairs: of `experiments.pairs`; those whose outcome cannot be told are left out.
        winsorise_at: the quantile at which sales are cut; None cuts nothing.
        alpha: intervals are at 1 - alpha.
        standing: of `standing.standing`: experiment_id, unit_id and the strata.
        n_planned: units of both arms where the sequence is the narrowest, for who reads experiments before they end. It
            must have been set before the first look: with a size that grows with the data no sequence holds.

    Returns columns:
        experiment_id, name, primary_metric, arm; reading; n_compared (units of both arms); difference, difference_low,
        difference_high (share, or smallest unit); pvalue; variance_reduction (of cuped, else NaN); detail.

    Raises:
        ValueError: alpha or winsorise_at is not between 0 and 1, or n_planned is below 2.
    """
    require_between("alpha", alpha, 0, 1)
    rows: list[Row] = []
    for pair in pairs:
        if pair.design["primary_metric"] in (*SURVIVAL, "order_value") or pair.design["missing"]:
            continue
        level = 1 - alpha
        found = [_cuped(pair, level)]
        if winsorise_at is not None and pair.design["primary_metric"] == "revenue":
            found.append(_winsorised(pair, winsorise_at, level))
        by_chance = pair.design["assigned_method"] == "random"
        if n_planned is not None and by_chance:
            found.append(_always_valid(pair, level, n_planned))
        if standing is not None and not by_chance:
            found.append(_stratified(pair, standing, level))
        rows += [_named(pair) | row for row in found]
    return pd.DataFrame(rows, columns=LOOK_COLUMNS)


def bayesian(pairs: Sequence[Pair], *, prior: str = "uniform") -> pd.DataFrame:
    """How probable it is that an arm is better than the baseline, and what choosing wrongly would cost.

    Of rates and sales of experiments that chance assigned; fewer cancellations are better. `loss_of_treatment` is the
    expected loss of rolling the arm out, in the unit of the metric, `loss_of_control` that of leaving things be.

    Returns columns:
        experiment_id, name, primary_metric, arm; prior; probability_better; loss_of_treatment, loss_of_control;
        difference, difference_low, difference_high (holds it with probability 95 %).
    """
    rows: list[Row] = []
    for pair in pairs:
        told = pair.design["primary_metric"] not in (*SURVIVAL, "order_value") and not pair.design["missing"]
        if told and pair.design["assigned_method"] == "random" and len(pair.control) and len(pair.treatment):
            rows.append(_named(pair) | _believed(pair, prior))
    return pd.DataFrame(rows, columns=BAYES_COLUMNS)


def values(pair: Pair) -> tuple[pd.Series, pd.Series]:
    """What is compared of each unit: 1 or 0, or its sales; the control's first."""
    name = "value" if pair.design["primary_metric"] in RATES else "amount"
    return pair.control[name].astype("float64"), pair.treatment[name].astype("float64")


def _named(pair: Pair) -> Row:
    return {**{name: pair.design[name] for name in LOOK_COLUMNS[:3]}, "arm": pair.arm}


def _reading(
    code: str, n: int, difference: float, interval: Interval, pvalue: float, *, detail: float = float("nan"),
    saved: float = float("nan"),
) -> Row:  # fmt: skip
    ends = {"difference_low": interval.low, "difference_high": interval.high}
    named = {"reading": code, "n_compared": n, "difference": difference, **ends}
    return named | {"pvalue": pvalue, "variance_reduction": saved, "detail": detail}


def _n(pair: Pair) -> int:
    return len(pair.control) + len(pair.treatment)


def _cuped(pair: Pair, level: float) -> Row:
    before = "pre_orders" if pair.design["primary_metric"] in RATES else "pre_amount"
    control, treatment = values(pair)
    found = cuped(control, pair.control[before], treatment, pair.treatment[before], confidence_level=level)
    told = found.adjusted
    row = _reading("cuped", _n(pair), told.difference, told.difference_interval, told.pvalue)
    return row | {"variance_reduction": found.variance_reduction}


def _winsorised(pair: Pair, quantile: float, level: float) -> Row:
    cut = winsorise(*values(pair), quantile=quantile)
    found = means(moments(cut.control), moments(cut.treatment), confidence_level=level)
    return _reading("winsorised", _n(pair), found.difference, found.difference_interval, found.pvalue, detail=cut.cap)


def _always_valid(pair: Pair, level: float, n_planned: float) -> Row:
    control, treatment = values(pair)
    if pair.design["primary_metric"] in RATES:
        counts = [int(number) for arm in (control, treatment) for number in (arm.sum(), len(arm))]
        found = always_valid_proportions(*counts, n_planned=n_planned, confidence_level=level)
    else:
        found = always_valid_means(moments(control), moments(treatment), n_planned=n_planned, confidence_level=level)
    ends = found.difference_interval
    return _reading("always_valid", _n(pair), found.difference, ends, found.pvalue, detail=found.wider)


def _stratified(pair: Pair, standing: pd.DataFrame, level: float) -> Row:
    own = standing[standing["experiment_id"] == pair.design["experiment_id"]]
    control, treatment = values(pair)
    arms = [("control", pair.control, control), ("treatment", pair.treatment, treatment)]
    units = pd.concat([units.assign(arm=arm, value=value) for arm, units, value in arms])
    units = units.merge(own[["unit_id", *STRATA]], on="unit_id")
    if units.empty:
        return _reading("stratified", 0, float("nan"), UNKNOWN, float("nan"))
    if pair.design["primary_metric"] in RATES:
        found = mantel_haenszel(stratify_rates(units, strata=STRATA), confidence_level=level)
    else:
        found = stratified_means(stratify_means(units, strata=STRATA), confidence_level=level)
    n, ends = found.n_control + found.n_treatment, found.difference_interval
    return _reading("stratified", n, found.difference, ends, found.pvalue, detail=found.n_units_left)


def _believed(pair: Pair, prior: str) -> Row:
    control, treatment = values(pair)
    if pair.design["primary_metric"] not in RATES:
        return _belief(bayes_means(moments(control), moments(treatment)), larger_is_better=True)
    counts = [int(number) for arm in (control, treatment) for number in (arm.sum(), len(arm))]
    found = bayes_proportions(*counts, prior=prior)
    return _belief(found, larger_is_better=pair.design["primary_metric"] != "cancellation")


def _belief(found: BayesResult, *, larger_is_better: bool) -> Row:
    # Where less is better, "better" is the other side and the losses change places.
    better = found.probability_better if larger_is_better else 1 - found.probability_better
    losses = (found.loss_of_treatment, found.loss_of_control)
    treatment, control = losses if larger_is_better else losses[::-1]
    ends = {"difference_low": found.interval.low, "difference_high": found.interval.high}
    row = {"prior": found.prior, "probability_better": better, "loss_of_treatment": treatment}
    return row | {"loss_of_control": control, "difference": found.difference, **ends}
