"""What lifetime value gains when unit price, continuation or cancellation improves a little."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.ltv import NAN

STEPS_SHOWN = 5  # continuation is varied step by step up to here, then for all later steps together


def tornado(
    elements: pd.DataFrame, *, measure: str = "unit_price", price_change: float = 0.05, points: float = 0.01,
    n_customers: int = 0, steps_shown: int = STEPS_SHOWN,
) -> pd.DataFrame:  # fmt: skip
    """Change of L6 for each element moved a little up and down, all else as it is, largest first.

    unit_price: every unit price x (1 + price_change); for gross profit the profit rises by the whole change of the
    price. continuation: the rate of one step + points (steps after `steps_shown` together, as continuation_later).
    cancellation: the rate of every step - points, which is all the steps at once. Rates stay within 0 and 1.

    Returns columns:
        element (unit_price_element, continuation_element, continuation_later, cancellation_element); number (of the
        step's purchase or delivery, NaN for the other elements); change (share of the price, or of the rate: 0.01 is a
        point); ltv_base (as it is); difference_up, difference_down (change a customer when the element improves or
        worsens);
        difference_cohort (difference_up x n_customers). No rows without elements.

    Raises:
        ValueError: a column is missing, or a change is below 0.

    Example:
        >>> steps = {"number": [1, 2], "n_due": [10, 10], "continuation": [1.0, 0.5]}
        >>> table = tornado(pd.DataFrame({**steps, "unit_price": [100.0, 100.0]}), price_change=0.1, points=0.1)
        >>> table[["element", "difference_up"]].round(9).values.tolist()
        [['unit_price_element', 15.0], ['continuation_element', 10.0], ['cancellation_element', 10.0]]
    """
    require_columns("elements", elements.columns, ["number", "unit_price", "continuation", measure])
    require_at_least("price_change", price_change, 0)
    require_at_least("points", points, 0)
    if elements.empty or elements[measure].isna().any():
        return pd.DataFrame(columns=["element", "number", "change", "ltv_base", "difference_up", "difference_down",
                                     "difference_cohort"])  # fmt: skip
    rate, price = elements["continuation"].to_numpy(), elements[measure].to_numpy()
    base = _value(rate, price)
    step = elements["unit_price"].to_numpy() * price_change
    rows = [("unit_price_element", NAN, price_change, _value(rate, price + step), _value(rate, price - step))]
    for number, chosen in _chosen(elements["number"].to_numpy(), steps_shown):
        up, down = (_value(_moved(rate, chosen, sign * points), price) for sign in (1, -1))
        name = "continuation_later" if np.isnan(number) else "continuation_element"
        rows.append((name, number, points, up, down))
    later = elements["number"].to_numpy() > 1
    up, down = (_value(_moved(rate, later, sign * points), price) for sign in (1, -1))
    rows.append(("cancellation_element", NAN, -points, up, down))
    table = pd.DataFrame(rows, columns=["element", "number", "change", "up", "down"])
    table["ltv_base"] = base
    table["difference_up"], table["difference_down"] = table["up"] - base, table["down"] - base
    table["difference_cohort"] = table["difference_up"] * n_customers
    largest = table.sort_values("difference_up", ascending=False, kind="stable", ignore_index=True)
    return largest.drop(columns=["up", "down"])[
        ["element", "number", "change", "ltv_base", "difference_up", "difference_down", "difference_cohort"]
    ]


def _chosen(numbers: np.ndarray, steps_shown: int) -> list[tuple[float, np.ndarray]]:
    """The steps to move: one by one from the second purchase on, then the rest together, without a number."""
    last = steps_shown + 1
    single = [(float(number), numbers == number) for number in numbers if 1 < number <= last]
    rest = numbers > last
    return [*single, *([(NAN, rest)] if rest.any() else [])]


def _moved(rate: np.ndarray, chosen: np.ndarray, change: float) -> np.ndarray:
    return np.where(chosen, np.clip(rate + change, 0, 1), rate)


def _value(rate: np.ndarray, price: np.ndarray) -> float:
    return float((price * np.cumprod(rate)).sum())
