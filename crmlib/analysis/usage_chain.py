"""From use to effect, recognition and repeat, step by step: where customers are lost on the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.intervals import Interval, wilson_bounds
from crmlib.analysis.proportions import proportions

LEAST = 30
ALPHA = 0.05
USAGES = ("every_day", "sometimes", "stopped", "not_opened")
EFFECTS = ("yes", "a_little", "no")
# The answers that pass a step; whoever did not answer is shown apart.
STEPS = {"chain_use": ("usage", ("every_day", "sometimes")), "chain_effect": ("effect_felt", ("yes", "a_little")),
         "chain_recognition": ("recognised", ("yes",))}  # fmt: skip
REPEAT = "chain_repeat"
NOT_ANSWERED = "not_answered"


@dataclass(frozen=True, kw_only=True)
class WeakestResult:
    """The step with the lowest rate; `clear` where it is below every other told step, corrected for their number."""

    chain_step: str
    n_answered: int
    n_lost: int
    rate: float
    interval: Interval
    clear: bool


def chain(people: pd.DataFrame, followed: pd.DataFrame) -> pd.DataFrame:
    """At each step, of those who passed the steps before: who answered, who passed, and the rate.

    use: uses the product every day or sometimes. effect: felt it, if only a little. recognition: told that somebody
    noticed. repeat: bought within the window after the answer, of those observed so long. A question that nobody was
    asked is passed over: its step has neither counts nor a rate, and the next one goes by the steps before it; so is
    the repeat where nobody was observed. Those who did not answer a question leave the chain there and are counted
    beside it.

    Args:
        people: each customer's last answer: usage, effect_felt, recognised.
        followed: each customer's last answer that was observed for the window, with bought_later.

    Returns columns:
        chain_step (chain_use, chain_effect, chain_recognition, chain_repeat); n_entering; n_not_answering (for the
        repeat none); n_answering; n_passed (NaN where nobody was asked or observed); pass_rate, pass_rate_low,
        pass_rate_high (of n_answering, Wilson; NaN below 30).

    Raises:
        ValueError: a column is missing.

    Example:
        >>> one = pd.DataFrame({"usage": ["stopped"], "effect_felt": ["not_answered"], "recognised": ["not_answered"]})
        >>> chain(one, one.assign(bought_later=False))["n_passed"].tolist()
        [0.0, nan, nan, 0.0]
    """
    wanted = [column for column, _ in STEPS.values()]
    require_columns("people", people.columns, wanted)
    require_columns("followed", followed.columns, [*wanted, "bought_later"])
    rows, inside = [], np.ones(len(people), dtype=bool)
    for column, passing in STEPS.values():
        entering = float(inside.sum())
        if not _asked(people[column]):
            rows.append((entering, *[np.nan] * 3))
            continue
        answered = inside & _answered(people[column])
        inside = answered & people[column].isin(passing).to_numpy(dtype=bool)
        rows.append((entering, entering - answered.sum(), float(answered.sum()), float(inside.sum())))
    last = followed[_through(followed, people)]
    counts = (float(len(last)), 0.0, float(len(last)), float(last["bought_later"].sum()))
    rows.append(counts if len(followed) else (np.nan,) * 4)
    table = pd.DataFrame(rows, columns=["n_entering", "n_not_answering", "n_answering", "n_passed"])
    table.insert(0, "chain_step", [*STEPS, REPEAT])
    n = table["n_answering"]
    low, high = wilson_bounds(table["n_passed"].fillna(0), n.fillna(0))
    rates = {"pass_rate": table["n_passed"] / n.where(n > 0), "pass_rate_low": low, "pass_rate_high": high}
    return table.assign(**{name: pd.Series(value).where(n >= LEAST) for name, value in rates.items()})


def not_asked(table: pd.DataFrame) -> list[str]:
    """The columns of the steps that `chain` passed over."""
    steps = table.loc[table["n_answering"].isna(), "chain_step"]
    return [STEPS[step][0] for step in steps if step in STEPS]


def missing(table: pd.DataFrame) -> str | None:
    """The first of these columns where all steps of `chain` were passed over; None where one was asked."""
    columns = not_asked(table)
    return f"surveys.{columns[0]}" if len(columns) == len(STEPS) else None


def weakest(table: pd.DataFrame, *, alpha: float = ALPHA) -> WeakestResult | None:
    """The step that loses the largest share of those who reached it and answered; None where not two rates are told.

    It is clear where it differs from every other step with p < alpha / (steps - 1). The steps rest on nested groups
    of customers, each rate on those who passed the one before, so the tests are those of separate proportions.
    """
    told = table.dropna(subset=["pass_rate"]).sort_values(["pass_rate", "n_answering"], ascending=[True, False])
    if len(told) < 2:
        return None
    low = told.iloc[0]
    others = [row for _, row in told.iloc[1:].iterrows()]
    k = len(others)
    against = [_pvalue(row, low) for row in others]
    return WeakestResult(
        chain_step=str(low["chain_step"]),
        n_answered=int(low["n_answering"]),
        n_lost=int(low["n_answering"] - low["n_passed"]),
        rate=float(low["pass_rate"]),
        interval=Interval(float(low["pass_rate_low"]), float(low["pass_rate_high"])),
        clear=all(pvalue < alpha / k for pvalue in against),
    )


def ordered(answers: pd.DataFrame) -> pd.DataFrame:
    """The answers with use, effect and recognition as categories in their order; not answered is missing."""
    orders = {"usage": USAGES, "effect_felt": EFFECTS, "recognised": ("yes", "no")}
    require_columns("answers", answers.columns, orders)
    return answers.assign(**{
        name: pd.Categorical(answers[name].where(answers[name].isin(codes)), categories=list(codes), ordered=True)
        for name, codes in orders.items()
    })  # fmt: skip


def _answered(column: pd.Series[str]) -> np.ndarray:
    return (column.notna() & (column.astype("str") != NOT_ANSWERED)).to_numpy(dtype=bool)


def _asked(column: pd.Series[str]) -> bool:
    return bool(_answered(column).any())


def _through(followed: pd.DataFrame, people: pd.DataFrame) -> np.ndarray:
    """Who passed every step that was asked at all."""
    inside = np.ones(len(followed), dtype=bool)
    for column, passing in STEPS.values():
        if _asked(people[column]):
            inside &= followed[column].isin(passing).to_numpy(dtype=bool)
    return inside


def _pvalue(one: pd.Series, other: pd.Series) -> float:
    counts = [int(row[name]) for row in (one, other) for name in ("n_passed", "n_answering")]
    return proportions(*counts).pvalue
