"""From orders to what a customer brings: sums and sums of squares by day since the first order, purchase and year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.costs import valued
from crmlib.analysis.aggregates.engine import collect, flag, order_number_of
from crmlib.analysis.checks import require_at_least

MONEY = ["amount", "amount_squares", "profit", "profit_squares", "amount_fixed", "profit_fixed", "amount_all"]
SUMS = ["n_eligible", "n_orders", "n_unknown", "n_fixed", *MONEY]
ALL = "all"
NOT_KNOWN = "not_known"


def value_sums(
    orders: Any, order_items: Any = None, products: Any = None, *, as_of_day: int, days: Sequence[int],
    by: str | None = None, first_from: int | None = None, first_to: int | None = None,
    margin_rate: float | None = None, variable_cost: float = 0.0,
) -> pd.DataFrame:  # fmt: skip
    """What customers brought up to day N after their first order, summed over those observed N days.

    A customer is observed N days when the first order lies at least N days before the day of the report; an order
    counts up to day N when it came at most N days after the first. `by` is a column of the first order (acq_media,
    channel, order_kind); `first_from` and `first_to` keep the customers whose first order lies between these days.

    Returns columns:
        group ("all" without `by`, "not_known" where empty or unknown); day (N); n_customers (all of the group);
        n_eligible (observed N days); n_orders, amount, amount_squares (of the eligible, up to day N; smallest unit, its
        square); n_unknown (their orders without a known cost); profit, profit_squares (less cost of goods and
        variable_cost an order, NaN where a cost is not known and margin_rate is None); n_fixed, amount_fixed,
        profit_fixed (of the customers observed the longest N, up to day N); amount_all (of everybody, observed or
        not: the naive sum).

    Raises:
        ValueError: a column is missing, no day is given or one is below 0.

    Example:
        >>> orders = pd.DataFrame({"customer_id": ["a", "a", "b"], "order_id": ["1", "2", "3"],
        ...                        "order_day": [0, 20, 95], "amount": [500, 700, 900]})
        >>> value_sums(orders, as_of_day=100, days=[30])[["n_customers", "n_eligible", "amount"]].values.tolist()
        [[2.0, 1.0, 1200.0]]
    """
    require_at_least("the number of days", len(days), 1)
    require_at_least("days", min(days), 0)
    rows = _rows(orders, order_items, products, by, margin_rate, variable_cost)
    customers = _up_to_days(_with_first(rows, as_of_day, by, first_from, first_to), days)
    parts = _parts(days, as_of_day)
    # narwhals on pandas is slow where an expression stands inside agg, so the parts are columns first.
    whole = customers.with_columns(n_customers=nw.lit(1), **parts).group_by("group")
    wide = whole.agg(*[nw.col(name).sum() for name in ["n_customers", *parts]])
    floats = [f"{name}_{day}" for name in MONEY for day in days]
    return _long(collect(wide, by=["group"], texts=["group"], floats=floats), days, margin_rate)


def purchase_values(
    orders: Any, order_items: Any = None, products: Any = None, *, as_of_day: int, within_days: int = 365,
    margin_rate: float | None = None, variable_cost: float = 0.0,
) -> pd.DataFrame:  # fmt: skip
    """The n-th purchases within `within_days` of the first, of the customers observed so long.

    Sums over all n are the sales of the eligible in that time, so unit price times reach adds up to the annual value.

    Returns columns:
        order_number; n_eligible (customers observed within_days, the same on every row); n_reached (of these, made
        the n-th purchase in time); amount, profit (of the n-th purchases; profit NaN where a cost is not known and
        margin_rate is None).

    Raises:
        ValueError: a column is missing or within_days is below 1.
    """
    require_at_least("within_days", within_days, 1)
    rows = _with_first(
        _rows(orders, order_items, products, None, margin_rate, variable_cost), as_of_day, None, None, None
    )
    rows = rows.filter(nw.col("first_day") <= as_of_day - within_days, nw.col("age") <= within_days)
    counts = rows.group_by("order_number").agg(
        n_reached=nw.col("one").sum(),
        amount=nw.col("amount").sum(),
        profit=nw.col("profit").sum(),
        n_unknown=nw.col("unknown").sum(),
    )
    table = collect(counts, by=["order_number"], floats=["profit"])
    table.insert(1, "n_eligible", int(table["n_reached"].max()) if len(table) else 0)
    return _without_unknown(table, margin_rate)


def delivery_values(
    orders: Any, order_items: Any = None, products: Any = None, *, as_of_day: int, margin_rate: float | None = None,
    variable_cost: float = 0.0,
) -> pd.DataFrame:  # fmt: skip
    """Number and money of the k-th deliveries of subscriptions, the unit prices of LTV by survival.

    Returns columns:
        delivery_number; n_deliveries; amount, profit (smallest unit; profit NaN where a cost is not known and
        margin_rate is None).

    Raises:
        ValueError: a column is missing.
    """
    wanted = ["order_day", "order_kind", "subscription_seq"]
    rows = valued(orders, order_items, products, columns=wanted, margin_rate=margin_rate, variable_cost=variable_cost)
    rows = rows.filter(
        nw.col("order_day") <= as_of_day, nw.col("order_kind") == "subscription", ~nw.col("subscription_seq").is_null()
    )
    counts = (
        rows.with_columns(one=nw.lit(1), delivery_number=nw.col("subscription_seq"))
        .group_by("delivery_number")
        .agg(
            n_deliveries=nw.col("one").sum(),
            amount=nw.col("amount").sum(),
            profit=nw.col("profit").sum(),
            n_unknown=nw.col("unknown").sum(),
        )
    )
    return _without_unknown(collect(counts, by=["delivery_number"], floats=["profit"]), margin_rate)


def active_counts(
    orders: Any, order_items: Any = None, products: Any = None, *, as_of_day: int, days: int = 365,
    margin_rate: float | None = None, variable_cost: float = 0.0,
) -> pd.DataFrame:  # fmt: skip
    """One row: the year that ends on a day and the year before, as the customer base sees them.

    Returns columns:
        n_customers (ever); tenure_days (last order less first, summed); n_active (bought in the last `days`);
        n_orders_active, amount_active, profit_active (their orders in that time; profit NaN where a cost is not known
        and margin_rate is None); n_active_before (bought in the `days` before); n_kept (of these, bought in the last
        `days` too).

    Raises:
        ValueError: a column is missing.
    """
    late = nw.col("order_day") > as_of_day - days
    before = (nw.col("order_day") <= as_of_day - days) & (nw.col("order_day") > as_of_day - 2 * days)
    rows = _rows(orders, order_items, products, None, margin_rate, variable_cost).filter(
        nw.col("order_day") <= as_of_day
    )
    customers = (
        rows.with_columns(late=flag(late), before=flag(before), one=nw.lit(1))
        .with_columns(**{f"{name}_active": nw.col(name) * nw.col("late") for name in ("amount", "profit", "unknown")})
        .group_by("customer_id")
        .agg(
            first=nw.col("order_day").min(),
            last=nw.col("order_day").max(),
            n_orders_active=nw.col("late").sum(),
            n_before=nw.col("before").sum(),
            amount_active=nw.col("amount_active").sum(),
            profit_active=nw.col("profit_active").sum(),
            n_unknown=nw.col("unknown_active").sum(),
            n_customers=nw.col("one").max(),
        )
        .with_columns(n_active=flag(nw.col("n_orders_active") > 0), n_active_before=flag(nw.col("n_before") > 0))
        .with_columns(
            tenure_days=nw.col("last") - nw.col("first"), n_kept=nw.col("n_active") * nw.col("n_active_before")
        )
    )
    names = ["n_customers", "tenure_days", "n_active", "n_orders_active", "amount_active", "profit_active",
             "n_active_before", "n_kept"]  # fmt: skip
    table = customers.select(*[nw.col(name).sum() for name in [*names, "n_unknown"]]).collect("pandas").to_native()
    table = table.fillna(0).astype({name: "float64" if name == "profit_active" else "int64" for name in table.columns})
    return _without_unknown(table, margin_rate)[names]


def _rows(
    orders: Any, order_items: Any, products: Any, by: str | None, margin_rate: float | None, variable_cost: float
) -> Any:
    columns = ["order_id", "order_day", "amount", *([by] if by else [])]
    return valued(orders, order_items, products, columns=columns, margin_rate=margin_rate, variable_cost=variable_cost)


def _with_first(rows: Any, as_of_day: int, by: str | None, first_from: int | None, first_to: int | None) -> Any:
    """Orders up to a day with their number, days since the first order, and the group of the first order."""
    numbered = rows.filter(nw.col("order_day") <= as_of_day).with_columns(one=nw.lit(1))
    numbered = numbered.with_columns(order_number=order_number_of())
    named = nw.col(by) if by else nw.lit(ALL)
    first = numbered.filter(nw.col("order_number") == 1).select(
        "customer_id", nw.col("order_day").alias("first_day"), named.alias("group")
    )
    empty = nw.col("group").is_null() | nw.col("group").is_in(["", "unknown"])
    first = first.with_columns(group=nw.when(empty).then(nw.lit(NOT_KNOWN)).otherwise(nw.col("group")))
    if first_from is not None:
        first = first.filter(nw.col("first_day") >= first_from)
    if first_to is not None:
        first = first.filter(nw.col("first_day") <= first_to)
    joined = numbered.join(first, on="customer_id", how="inner")
    return joined.with_columns(age=nw.col("order_day") - nw.col("first_day"))


def _up_to_days(rows: Any, days: Sequence[int]) -> Any:
    """One row a customer: orders, money and orders without a cost up to each day."""
    parts = {"orders": nw.col("one"), "money": nw.col("amount"), "gain": nw.col("profit"), "blind": nw.col("unknown")}
    cut = {
        f"{name}_{day}": nw.when(nw.col("age") <= day).then(part).otherwise(part * 0)
        for name, part in parts.items()
        for day in days
    }
    sums = [nw.col(name).sum() for name in cut]
    return rows.with_columns(**cut).group_by("customer_id", "first_day", "group").agg(*sums)


def _parts(days: Sequence[int], as_of_day: int) -> dict[str, nw.Expr]:
    """Every sum of the wide table, a customer's part of it, by its name."""
    longest = flag(nw.col("first_day") <= as_of_day - max(days))
    parts: dict[str, nw.Expr] = {}
    for day in days:
        seen = flag(nw.col("first_day") <= as_of_day - day)
        money, gain = (nw.col(f"{name}_{day}").cast(nw.Float64) for name in ("money", "gain"))
        parts |= {
            f"n_eligible_{day}": seen,
            f"n_orders_{day}": nw.col(f"orders_{day}") * seen,
            f"n_unknown_{day}": nw.col(f"blind_{day}") * seen,
            f"amount_{day}": money * seen,
            f"amount_squares_{day}": money * money * seen,
            f"profit_{day}": gain * seen,
            f"profit_squares_{day}": gain * gain * seen,
            f"n_fixed_{day}": longest,
            f"amount_fixed_{day}": money * longest,
            f"profit_fixed_{day}": gain * longest,
            f"amount_all_{day}": money,
        }
    return parts


def _long(wide: pd.DataFrame, days: Sequence[int], margin_rate: float | None) -> pd.DataFrame:
    """One row a group and day."""
    parts = [
        wide[["group", "n_customers"]].assign(day=day, **{name: wide[f"{name}_{day}"] for name in SUMS}) for day in days
    ]
    table = pd.concat(parts, ignore_index=True)[["group", "day", "n_customers", *SUMS]]
    return _without_unknown(table.sort_values(["group", "day"], ignore_index=True), margin_rate)


def _without_unknown(table: pd.DataFrame, margin_rate: float | None) -> pd.DataFrame:
    """No gross profit where an order has no known cost and no rate stands in for it."""
    if margin_rate is not None:
        return table
    names = [name for name in table.columns if name.startswith("profit")]
    return table.assign(**{name: table[name].where(table["n_unknown"] == 0) for name in names})
