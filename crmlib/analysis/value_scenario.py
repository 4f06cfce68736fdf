"""What a customer would be worth if the margin, the second purchase, the price or the pace of buying were another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
import pandas as pd

from crmlib.analysis import ltv
from crmlib.analysis.checks import require_columns
from crmlib.analysis.intervals import Interval
from crmlib.analysis.ltv import NAN, ValueResult

YEAR = 365
PARTS = ("first_amount", "later_amount", "first_profit", "later_profit", "first_blind", "later_blind")
PAIRS = tuple(combinations_with_replacement(range(len(PARTS)), 2))
PRODUCTS = tuple(f"{PARTS[i]}*{PARTS[j]}" for i, j in PAIRS)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What is tried; the defaults are what was observed.

    Attributes:
        fill: gross margin of orders without a known cost; None leaves gross profit out where there are any.
        margin_shift: added to the gross margin of all sales. profit_factor: times as much gross profit of the sales
            whose cost is known, before the shift. later: times as many later purchases a customer.
        price_change: share by which every price rises; the whole rise is gross profit, as in `sensitivity.tornado`.
        pace: times as many days between purchases.
    """

    fill: float | None = None
    margin_shift: float = 0.0
    profit_factor: float = 1.0
    later: float = 1.0
    price_change: float = 0.0
    pace: float = 1.0


def margin_moved(before: float, after: float) -> dict[str, float]:
    """The margin of all sales moved from one rate to another, as what of a `Scenario` does it to each sale.

    A lower one takes the same part of every gross profit, a higher one the same part of every cost: at 0 no sale has
    a profit, at 1 none a cost.

    Example:
        >>> margin_moved(0.6, 0.3), margin_moved(0.6, 0.8)
        ({'profit_factor': 0.5}, {'profit_factor': 0.5, 'margin_shift': 0.5})
    """
    if after < before:
        return {"profit_factor": after / before}
    left = (1 - after) / (1 - before) if before < 1 else 1.0
    left = round(left, 12)
    return {"profit_factor": left, "margin_shift": 1 - left}


def later_factor(elements: pd.DataFrame, points: float) -> float:
    """How many times as many later purchases there are when that share more make the second; all others follow.

    As in `sensitivity.tornado`: the continuation to the second purchase moves, those after it stay, and the rate stays
    within 0 and 1. NaN where nobody made a second purchase.

    Args:
        elements: of `elements.from_purchases`.
        points: added to the share; 0.01 is one point.

    Example:
        >>> elements = pd.DataFrame({"number": [1, 2], "continuation": [1.0, 0.4]})
        >>> round(later_factor(elements, 0.1), 6)
        1.25
    """
    rate = second_rate(elements)
    if not points:
        return 1.0
    return min(max(rate + points, 0.0), 1.0) / rate if rate > 0 else NAN


def second_rate(elements: pd.DataFrame) -> float:
    """The share of customers with a second purchase within the first year; 0 where none has, NaN without any."""
    require_columns("elements", elements.columns, ["number", "continuation"])
    found = elements.loc[elements["number"] == 2, "continuation"]
    return float(found.iloc[0]) if len(found) else 0.0 if len(elements) else NAN


def value_sums(parts: pd.DataFrame, scenario: Scenario, *, group: str = "all") -> pd.DataFrame:
    """The sums of `aggregates.value_sums` that the analyses of value need, as they would be.

    Every customer's value is a sum of the six parts with the same weights, so mean and variance follow exactly. A day N
    becomes the day N x pace: what was bought by it is bought by then.

    Returns columns:
        group; day; n_customers; n_eligible; amount, amount_squares, profit, profit_squares (profit NaN where a cost is
        not known and `fill` is None), amount_all (NaN).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("parts", parts.columns, ["day", "n_customers", "n_eligible", "n_unknown", *PARTS])
    rise, later = scenario.price_change, scenario.later
    more = rise + scenario.margin_shift
    fill, same = scenario.fill or 0.0, scenario.profit_factor
    weights = {
        "amount": np.array([1 + rise, (1 + rise) * later, 0, 0, 0, 0]),
        "profit": np.array([more, more * later, same, same * later, fill, fill * later]),
    }
    numbers = parts.to_numpy("float64")
    places = {name: place for place, name in enumerate(parts.columns)}
    single, double = numbers[:, [places[name] for name in PARTS]], numbers[:, [places[name] for name in PRODUCTS]]
    found: dict[str, object] = {"group": group, "day": _days(parts["day"], scenario.pace)}
    found |= {name: parts[name] for name in ("n_customers", "n_eligible")}
    blind = (parts["n_unknown"] > 0).to_numpy() & (scenario.fill is None)
    for name, weight in weights.items():
        # The square of a sum holds every product of two parts twice, and that of a part with itself once.
        twice = np.array([(1 if i == j else 2) * weight[i] * weight[j] for i, j in PAIRS])
        for column, value in ((name, single @ weight), (f"{name}_squares", double @ twice)):
            found[column] = np.where(blind, NAN, value) if name == "profit" else value
    return pd.DataFrame({**found, "amount_all": NAN})


def values_at(sums: pd.DataFrame, days: Sequence[int], *, measure: str = "amount") -> pd.DataFrame:
    """Value a customer by each day: `ltv.first_year` where the day is among the sums, else on a line between two.

    Returns columns:
        day; n_eligible (observed so long); ltv, ltv_low, ltv_high. NaN where nobody has been observed so long.

    Raises:
        ValueError: a column is missing or the measure is unknown.
    """
    means = np.array(ltv.mean_bounds(sums, measure, 0.95))
    known, n = sums["day"].to_numpy("float64"), sums["n_eligible"].to_numpy("int64")
    rows = [(day, *_on_line(day, known, n, means)) for day in days]
    return pd.DataFrame(rows, columns=["day", "n_eligible", "ltv", "ltv_low", "ltv_high"])


def value_at(sums: pd.DataFrame, day: int, *, measure: str = "amount") -> ValueResult:
    """The same for one day."""
    row = values_at(sums, [day], measure=measure).iloc[0]
    return ValueResult(value=row["ltv"], interval=Interval(row["ltv_low"], row["ltv_high"]), n=int(row["n_eligible"]))


def _on_line(day: int, known: np.ndarray, n: np.ndarray, means: np.ndarray) -> tuple[float, ...]:
    place = int(np.searchsorted(known, day))
    if place < len(known) and known[place] == day:
        return n[place], *(float(mean) for mean in means[:, place])
    if not 0 < place < len(known) or not n[place]:
        return 0, NAN, NAN, NAN
    before, after = known[place - 1], known[place]
    part = (day - before) / (after - before)
    return n[place], *(float(mean) for mean in means[:, place - 1] * (1 - part) + means[:, place] * part)


def _days(days: pd.Series, pace: float) -> pd.Series:
    return days if pace == 1 else (days * pace).round(6)
