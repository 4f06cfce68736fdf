"""From orders to what a customer brings, the first order and the later ones apart, so that each can be varied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from crmlib.analysis.aggregates.costs import valued
from crmlib.analysis.aggregates.engine import collect, order_number_of
from crmlib.analysis.checks import require_at_least

PARTS = ("first_amount", "later_amount", "first_profit", "later_profit", "first_blind", "later_blind")
PAIRS = tuple(combinations_with_replacement(PARTS, 2))


def value_parts(
    orders: Any, order_items: Any = None, products: Any = None, *, as_of_day: int, days: Sequence[int],
    variable_cost: float = 0.0,
) -> pd.DataFrame:  # fmt: skip
    """Sums and products, over the customers observed N days, of six parts of what each brought by day N.

    The parts of a customer: sales of the first order and of the later ones up to day N; gross profit of those orders
    whose cost is known, less variable_cost an order of all; sales of those whose cost is not known. Whatever is linear
    in the parts (another margin where no cost is known, more later purchases, a higher price) has its mean and its
    variance in these sums.

    Returns columns:
        day (N); n_customers (all); n_eligible (observed N days); n_unknown (their orders without a known cost); the
        sum of each part, and of the product of each two as `a*b` (smallest unit, its square).

    Raises:
        ValueError: a column is missing, no day is given or one is below 0.

    Example:
        >>> orders = pd.DataFrame({"customer_id": ["a", "a"], "order_id": ["1", "2"], "order_day": [0, 20],
        ...                        "amount": [500, 700]})
        >>> value_parts(orders, as_of_day=100, days=[30])[["first_amount", "later_amount"]].values.tolist()
        [[500.0, 700.0]]
    """
    require_at_least("the number of days", len(days), 1)
    require_at_least("days", min(days), 0)
    # A margin of 0 leaves of an order without a known cost what its variable cost takes.
    rows = valued(
        orders, order_items, products, columns=["order_id", "order_day"], margin_rate=0.0, variable_cost=variable_cost
    )
    table = _numbered(rows.filter(nw.col("order_day") <= as_of_day))
    found = [_on_day(*each, as_of_day=as_of_day) for each in _by_day(table, sorted(set(days)))]
    names = ["day", "n_customers", "n_eligible", "n_unknown", *PARTS, *[f"{one}*{two}" for one, two in PAIRS]]
    return pd.DataFrame(found, columns=names).astype(dict.fromkeys(names[:4], "int64"))


def _by_day(table: pd.DataFrame, days: list[int]) -> Iterator[tuple[int, np.ndarray, np.ndarray, np.ndarray]]:
    """Day by day: the first day of each customer, the six parts up to then, and the orders without a known cost."""
    codes, named = pd.factorize(table["customer_id"])
    first, n = (table["order_number"] == 1).to_numpy(), len(named)
    first_day = np.zeros(n, dtype="int64")
    first_day[codes[first]] = table.loc[first, "order_day"]
    age = table["order_day"].to_numpy() - first_day[codes]
    money = [table[name].to_numpy("float64") for name in ("amount", "profit", "blind")]
    unknown = table["unknown"].to_numpy("float64")
    parts, blind, reached = np.zeros((len(PARTS), n)), np.zeros(n), -1
    for day in days:
        new = (age > reached) & (age <= day)
        for place, value in enumerate(money):
            for offset, chosen in enumerate((new & first, new & ~first)):
                parts[2 * place + offset] += np.bincount(codes[chosen], value[chosen], n)
        blind += np.bincount(codes[new], unknown[new], n)
        reached = day
        yield day, first_day, parts, blind


def _on_day(day: int, first_day: np.ndarray, parts: np.ndarray, blind: np.ndarray, *, as_of_day: int) -> list[float]:
    seen = first_day <= as_of_day - day
    own = parts[:, seen]
    products = own @ own.T
    pairs = [products[PARTS.index(one), PARTS.index(two)] for one, two in PAIRS]
    return [day, len(first_day), seen.sum(), blind[seen].sum(), *own.sum(axis=1), *pairs]


def _numbered(rows: Any) -> pd.DataFrame:
    """The orders with their number, sales without a known cost apart."""
    told = rows.with_columns(one=nw.lit(1)).with_columns(
        order_number=order_number_of(), blind=nw.col("amount") * nw.col("unknown")
    )
    wanted = told.select("customer_id", "order_day", "order_number", "amount", "profit", "blind", "unknown")
    floats = ["amount", "profit", "blind"]
    return collect(wanted, by=["customer_id", "order_number"], texts=["customer_id"], floats=floats)
