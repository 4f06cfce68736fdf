"""The three effects claimed for loyal customers, on the client's own data: frequency, order value and referrals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.intervals import UNKNOWN, Interval, wilson
from crmlib.analysis.later_repeat import last_answers
from crmlib.analysis.means import Moments, means, moments
from crmlib.analysis.nps_bands import NAMES
from crmlib.analysis.proportions import proportions

LEAST = 30
ALPHA = 0.05
ORDER = tuple(reversed(NAMES))


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One claim in one span of time: what each customer shows, and the columns its figures go to.

    `kind`: mean (of `top`), ratio (sum of `top` / sum of `base`) or share (of `top`, 0 or 1).
    """

    table: str
    span: str
    rows: pd.DataFrame
    kind: str
    top: str
    base: str = ""


def effects(
    answers: pd.DataFrame, referrals: pd.DataFrame, *, as_of_day: int, year_days: int = 365, least: int = LEAST,
    alpha: float = ALPHA,
) -> pd.DataFrame:  # fmt: skip
    """Orders a year, order value and share who referred, by band, before and after the answer, against detractors.

    A customer counts once in every figure, with the last answer that was observed for it. Before: the `year_days`
    before the answer, of customers whose first order is older than that. After: the `year_days` after it, of answers
    that are older than that. Order value: sales / orders of those with an order (ratio, delta method). Referred: at
    least one referral in the span; before only where the records reach back so far. Without orders, what the answers
    themselves tell of orders and order value is shown, as told.

    Promoters and passives are each compared with detractors. All comparisons of all three effects are corrected
    together (Bonferroni, k where both bands have `least`): intervals at 1 - alpha / k, pvalue = min(1, k p).

    Returns columns:
        effect (effect_frequency, effect_value, effect_referral); span (year_before, year_after, as_told); band;
        n_respondents; figure, figure_low, figure_high (orders, smallest unit, share; NaN below `least`); difference,
        difference_low, difference_high (from detractors); pvalue; n_comparisons (k).

    Raises:
        ValueError: a column is missing.
    """
    found = _effects(answers, referrals, as_of_day, year_days)
    told = [(one, name) for one in found for name in ORDER[:2] if _size(one, name) >= least <= _size(one, ORDER[2])]
    k = max(len(told), 1)
    rows = [
        _row(one, name, least, 1 - alpha / k, compared=any(one is other and name == band for other, band in told), k=k)
        for one in found
        for name in ORDER
    ]
    columns = ["effect", "span", "band", "n_respondents", "figure", "figure_low", "figure_high", "difference",
               "difference_low", "difference_high", "pvalue"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).assign(n_comparisons=len(told))


def part(table: pd.DataFrame, effect: str) -> pd.DataFrame:
    """The rows of one effect, its figure and difference under their own names."""
    names = {"effect_frequency": "orders_a_year", "effect_value": "order_value", "effect_referral": "referral_rate"}
    ends = ("", "_low", "_high")
    renamed = {f"figure{end}": f"{names[effect]}{end}" for end in ends}
    renamed |= {f"difference{end}": f"{names[effect]}_difference{end}" for end in ends}
    rows = table[table["effect"] == effect].drop(columns=["effect", "n_comparisons"])
    return rows.rename(columns=renamed).reset_index(drop=True)


def missing(table: pd.DataFrame, effect: str) -> str | None:
    """The table without which an effect cannot be told; None where it is told."""
    if (table["effect"] == effect).any():
        return None
    return "referrals" if effect == "effect_referral" else "orders"


def _effects(answers: pd.DataFrame, referrals: pd.DataFrame, as_of_day: int, year_days: int) -> list[Effect]:
    require_columns("answers", answers.columns, ["band", "known_year", "followed_year", "n_orders_year_before"])
    found: list[Effect] = []
    bought = bool((answers["n_orders_before"] > 0).any() or (answers["n_orders_year_after"] > 0).any())
    if bought:
        for span, where, end in (("year_before", "known_year", "before"), ("year_after", "followed_year", "after")):
            rows = last_answers(answers, where=where)
            orders, amount = f"n_orders_year_{end}", f"amount_year_{end}"
            found.append(Effect(table="effect_frequency", span=span, rows=rows, kind="mean", top=orders))
            buyers = rows[rows[orders] > 0]
            found.append(Effect(table="effect_value", span=span, rows=buyers, kind="ratio", top=amount, base=orders))
    else:
        for effect, column in (("effect_frequency", "reported_orders"), ("effect_value", "reported_order_value")):
            rows = last_answers(answers[answers[column].notna()])
            found += [Effect(table=effect, span="as_told", rows=rows, kind="mean", top=column)] if len(rows) else []
    return [*found, *_referring(answers, referrals, as_of_day, year_days)]


def _referring(answers: pd.DataFrame, referrals: pd.DataFrame, as_of_day: int, year_days: int) -> list[Effect]:
    if referrals.empty:
        return []
    names = {"referrer_customer_id": "customer_id"}
    made = referrals.rename(columns=names)[["customer_id", "referred_day"]].dropna()
    since = int(made["referred_day"].min())
    days = answers["answered_day"]
    # Where there are orders, whoever came later had less than the span to refer anybody in.
    there = answers["known_year"] if answers["known_year"].any() else days == days
    found = []
    spans = (("year_before", there & (days - year_days >= since), (-year_days, -1)),
             ("year_after", days + year_days <= as_of_day, (1, year_days)))  # fmt: skip
    for span, observed, (low, high) in spans:
        rows = last_answers(answers[observed])
        both = rows[["customer_id", "answered_day"]].merge(made, on="customer_id")
        within = both[(both["referred_day"] - both["answered_day"]).between(low, high)]
        rows = rows.assign(referred=rows["customer_id"].isin(within["customer_id"]).astype("int64"))
        found.append(Effect(table="effect_referral", span=span, rows=rows, kind="share", top="referred"))
    return found


def _of(effect: Effect, band: str) -> pd.DataFrame:
    return effect.rows[effect.rows["band"] == band]


def _size(effect: Effect, band: str) -> int:
    return len(_of(effect, band))


def _moments(effect: Effect, band: str) -> Moments:
    """Of what each customer shows; a ratio by its linear part, whose mean is the ratio (delta method)."""
    rows = _of(effect, band)
    top = rows[effect.top].astype("float64")
    if effect.kind != "ratio" or rows.empty:
        return moments(top)
    base = rows[effect.base].astype("float64")
    ratio = top.sum() / base.sum()
    return moments(ratio + (top - ratio * base) / base.mean())


def _row(effect: Effect, band: str, least: int, level: float, *, compared: bool, k: int) -> tuple[object, ...]:
    n = _size(effect, band)
    figures = _figure(effect, band) if n >= least else (np.nan,) * 3
    differences = _difference(effect, band, level, k) if compared else (np.nan,) * 4
    return (effect.table, effect.span, band, n, *figures, *differences)


def _figure(effect: Effect, band: str) -> tuple[float, float, float]:
    own = _moments(effect, band)
    if effect.kind == "share":
        ends = wilson(int(_of(effect, band)[effect.top].sum()), own.n)
        return own.mean, ends.low, ends.high
    # Where all show the same there is no spread to tell an interval from.
    interval = means(own, own).interval_control if own.variance > 0 else UNKNOWN
    return own.mean, interval.low, interval.high


def _difference(effect: Effect, band: str, level: float, k: int) -> tuple[float, float, float, float]:
    if effect.kind == "share":
        counts = [
            int(value)
            for name in (ORDER[2], band)
            for value in (_of(effect, name)[effect.top].sum(), _size(effect, name))
        ]
        shares = proportions(*counts, confidence_level=level)
        return shares.difference, *_ends(shares.difference_interval), min(1.0, k * shares.pvalue)
    found = means(_moments(effect, ORDER[2]), _moments(effect, band), confidence_level=level)
    return found.difference, *_ends(found.difference_interval), min(1.0, k * found.pvalue)


def _ends(interval: Interval) -> tuple[float, float]:
    return interval.low, interval.high
