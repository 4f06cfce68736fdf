"""A five-year outlook of active customers and sales: a Markov chain of four states, with bands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlib.analysis.checks import require_at_least, require_between, require_columns
from crmlib.analysis.intervals import wilson_bounds

STATES = ("new", "existing", "lapsed_1", "lapsed_longer")
LEAST = 30  # customers that a rate of the outlook must rest on
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class ChainResult:
    """Active customers and sales year by year, with bands; empty where the rates cannot be told.

    Attributes:
        table: a row a year from 0 (the latest complete year). rates: what it rests on. start: customers of each state
            in year 0. new_customers: a year, assumed.
    """

    table: pd.DataFrame
    rates: pd.DataFrame
    start: dict[str, int]
    new_customers: int
    n_draws: int

    @property
    def tellable(self) -> bool:
        """Whether there is an outlook."""
        return len(self.table) > 1


def transitions(counts: pd.DataFrame, years: pd.DataFrame) -> pd.DataFrame:
    """From each state in the last but one complete year: how many were active in the last one.

    new: first order in that year. existing: active in it, first order before. lapsed_1: active the year before it, not
    in it. lapsed_longer: silent for longer.

    Args:
        counts: of `aggregates.year_counts`.
        years: of `years.year_table`.

    Returns columns:
        from_state; n_start; n_year_active (of these in the next year); rate_active, rate_active_low, rate_active_high
        (Wilson; NaN where n_start is 0).

    Raises:
        ValueError: a column is missing.
    """
    last = _last_year(counts, years)
    now = _states(counts, last - 1) if last > 0 else dict.fromkeys(STATES, 0)
    then = {state: int(_in_state(counts, last - 1, state, back=True)["n_customers"].sum()) for state in STATES}
    kept = then if last > 0 else dict.fromkeys(STATES, 0)
    table = pd.DataFrame({"from_state": STATES, "n_start": now.values(), "n_year_active": kept.values()})
    table["rate_active"] = table["n_year_active"] / table["n_start"].where(table["n_start"] > 0)
    low, high = wilson_bounds(table["n_year_active"], table["n_start"])
    return table.assign(rate_active_low=low, rate_active_high=high)


def outlook(
    counts: pd.DataFrame, years: pd.DataFrame, *, new_customers: int | None = None, n_years: int = 5,
    n_draws: int = 2_000, seed: int = 20_260_401, confidence_level: float = 0.95,
) -> ChainResult:  # fmt: skip
    """Years ahead of the latest complete one, if customers go on as in the last year-to-year transition.

    A new or existing customer is active next year (and then existing) at the rate of the state, else lapsed_1; from
    lapsed_1 a customer comes back (existing) or becomes lapsed_longer, and from there comes back or stays. Every year
    brings `new_customers` (None: those of the latest complete year). Sales are new and existing customers, each times
    the annual sales per customer of that state in the latest complete year.

    The line is the expected number. The band holds what the rates are not known by and chance: each draw takes the
    rates from Beta(n_year_active + 1/2, n_start - n_year_active + 1/2) and lets every customer decide anew. It leaves
    out that rates, new customers and sales per customer may change. A rate resting on fewer than 30 customers is not
    used: nobody comes back from lapsed_1 then, the rate of lapsed_longer is that of lapsed_1, and without the rates of
    new and existing customers, or without three full years, there is no outlook.

    Returns columns:
        (table) year_ahead (0 is the latest complete year); n_year_active, amount (smallest unit), each with _low and
        _high; n_new; n_existing; n_lapsed (expected).

    Raises:
        ValueError: a column is missing; n_years, n_draws or new_customers is too small.

    Source: Kemeny and Snell (1960), Finite Markov Chains; Jeffreys' prior for each rate.
    """
    require_at_least("n_years", n_years, 1)
    require_at_least("n_draws", n_draws, 1_000)
    require_between("confidence_level", confidence_level, 0, 1)
    rates, last = transitions(counts, years), _last_year(counts, years)
    start = _states(counts, last)
    inflow = start["new"] if new_customers is None else new_customers
    require_at_least("new_customers", inflow, 0)
    told = last >= 0 and bool((rates["n_start"].iloc[:2] >= LEAST).all())
    told = told and _complete(years, last)
    steps = n_years if told else 0
    kept, seen = _usable(rates)
    drawn = _simulate(np.array([*start.values()]), kept, seen, inflow=inflow, n_years=steps, n_draws=n_draws, seed=seed)
    expected = project([*start.values()], _matrix(kept / np.maximum(seen, 1)), inflow=[inflow, 0, 0, 0], n_years=steps)
    spend = _spend(counts, last)
    table = _table(expected, drawn, spend, (1 - confidence_level) / 2)
    table = table if told else table.head(0)
    return ChainResult(table=table, rates=rates, start=start, new_customers=inflow, n_draws=n_draws)


def project(start: list[float], matrix: Floats, *, inflow: list[float], n_years: int) -> Floats:
    """Expected customers of each state: row 0 is the start, each next row is row @ matrix + inflow.

    Example:
        >>> project([100, 0], np.array([[0.8, 0.2], [0.3, 0.7]]), inflow=[0, 0], n_years=2).tolist()
        [[100.0, 0.0], [80.0, 20.0], [70.0, 30.0]]
    """
    rows = [np.asarray(start, dtype="float64")]
    for _ in range(n_years):
        rows.append(rows[-1] @ matrix + np.asarray(inflow, dtype="float64"))
    return np.array(rows)


def _matrix(rates: Floats) -> Floats:
    """Rows and columns in the order of STATES; active customers become existing, the others lapse further."""
    matrix = np.zeros((4, 4))
    matrix[:, 1] = rates
    matrix[:2, 2] = 1 - rates[:2]
    matrix[2:, 3] = 1 - rates[2:]
    return matrix


def _simulate(
    start: NDArray[np.int64], kept: Floats, seen: Floats, *, inflow: int, n_years: int, n_draws: int, seed: int
) -> Floats:
    """Customers of each state: draw, year, state."""
    rng = np.random.default_rng(seed)
    rates = rng.beta(kept + 0.5, seen - kept + 0.5, size=(n_draws, 4))
    years = [np.tile(start, (n_draws, 1))]
    for _ in range(n_years):
        before = years[-1]
        active = rng.binomial(before, rates)
        gone = before - active
        new = np.full(n_draws, inflow)
        after = [new, active.sum(axis=1), gone[:, :2].sum(axis=1), gone[:, 2:].sum(axis=1)]
        years.append(np.stack(after, axis=1))
    return np.stack(years, axis=1).astype("float64")


def _table(expected: Floats, drawn: Floats, spend: Floats, tail: float) -> pd.DataFrame:
    weights = np.array([1.0, 1.0, 0.0, 0.0])
    table = pd.DataFrame({"year_ahead": range(len(expected))})
    for name, weight in (("n_year_active", weights), ("amount", spend)):
        low, high = np.quantile(drawn @ weight, [tail, 1 - tail], axis=0)
        table[name], table[f"{name}_low"], table[f"{name}_high"] = expected @ weight, low, high
    parts = {"n_new": expected[:, 0], "n_existing": expected[:, 1], "n_lapsed": expected[:, 2:].sum(axis=1)}
    return table.assign(**parts)


def _usable(rates: pd.DataFrame) -> tuple[Floats, Floats]:
    kept, seen = (rates[name].to_numpy(dtype="float64").copy() for name in ("n_year_active", "n_start"))
    if seen[2] < LEAST:
        kept[2], seen[2] = 0, LEAST
    if seen[3] < LEAST:
        kept[3], seen[3] = kept[2], seen[2]
    return kept, seen


def _last_year(counts: pd.DataFrame, years: pd.DataFrame) -> int:
    require_columns("counts", counts.columns, ["year", "years_before", "years_after", "n_customers", "amount"])
    require_columns("years", years.columns, ["year", "state"])
    whole = years.loc[years["state"] == "observed", "year"]
    return int(whole.max()) if len(whole) else -1


def _complete(years: pd.DataFrame, last: int) -> bool:
    """Three years seen in full: which of the last but one's customers were new is known only from the one before."""
    return set(years.loc[years["state"] == "observed", "year"]) >= {last, last - 1, last - 2}


def _states(counts: pd.DataFrame, year: int) -> dict[str, int]:
    return {state: int(_in_state(counts, year, state)["n_customers"].sum()) for state in STATES}


def _in_state(counts: pd.DataFrame, year: int, state: str, *, back: bool = False) -> pd.DataFrame:
    """Rows of the last year with an order of those who were in a state that year; `back`: active in the next."""
    ago = year - counts["year"]
    after = counts["years_after"]
    there = {
        "new": (ago == 0) & (counts["years_before"] == 0),
        "existing": (ago == 0) & (counts["years_before"] > 0),
        "lapsed_1": ago == 1,
        "lapsed_longer": ago > 1,
    }[state]
    # Silent since: no later year with an order, or one after the year in question.
    silent = there & ((after == 0) | (after > ago))
    return counts[silent & (after == ago + 1)] if back else counts[silent]


def _spend(counts: pd.DataFrame, year: int) -> Floats:
    """Annual sales per customer of each state in a year; those lapsed bring none."""
    rows = [_in_state(counts, year, state) for state in STATES[:2]]
    return np.array([*(part["amount"].sum() / max(part["n_customers"].sum(), 1) for part in rows), 0.0, 0.0])
