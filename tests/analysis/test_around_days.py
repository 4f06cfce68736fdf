"""What was bought before a day and after it: by hand, and the same on every engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from pandas.testing import assert_frame_equal

from crmlib.analysis.aggregates import around_days

if TYPE_CHECKING:
    from tests.analysis.helpers import Engine, MakeOrders

HOW = {"day": "answered_day", "window_days": 30, "year_days": 100}


def points(*rows: tuple[str, int]) -> pd.DataFrame:
    found = pd.DataFrame(rows, columns=["customer_id", "answered_day"]).astype({"customer_id": "str"})
    return found.assign(order_date=pd.Timestamp("2025-01-01"))  # the engine fixture turns it into a date


def test_orders_stand_before_or_after_the_day_and_those_of_the_day_nowhere(make_orders: MakeOrders) -> None:
    orders = make_orders([
        ("1", "a", 500, 1), ("2", "a", 899, 2), ("3", "a", 900, 4), ("4", "a", 1000, 8), ("5", "a", 1001, 16),
        ("6", "a", 1030, 32), ("7", "a", 1031, 64), ("8", "a", 1101, 128), ("9", "b", 990, 256),
    ])  # fmt: skip

    table = around_days(orders, points(("a", 1000), ("a", 1000), ("c", 1000)), as_of_day=2000, **HOW)

    row = table.iloc[0]
    assert table["customer_id"].tolist() == ["a", "c"]
    # Before: 500, 899, 900. The year before begins at 1000 - 100. The order of day 1000 counts neither way.
    assert (row["first_day"], row["last_day"], row["n_orders_before"], row["amount_before"]) == (500, 900, 3, 7)
    assert (row["n_orders_year_before"], row["amount_year_before"]) == (1, 4)
    # After: 1001, 1030 and 1031 within 100 days, two of them within 30; 1101 is a day too late.
    assert (row["n_orders_year_after"], row["amount_year_after"], row["n_orders_soon_after"]) == (3, 112, 2)
    assert table.iloc[1, 2:4].isna().all()
    assert table.iloc[1, 4:].tolist() == [0] * 7


def test_nothing_after_the_base_date_is_read(make_orders: MakeOrders) -> None:
    orders = make_orders([("1", "a", 10, 5), ("2", "a", 60, 5)])

    table = around_days(orders, points(("a", 20), ("a", 56)), as_of_day=55, **HOW)

    assert table[["day", "n_orders_year_after"]].to_numpy().tolist() == [[20, 0]]


def test_every_engine_gives_the_same(engine: Engine, many_orders: pd.DataFrame) -> None:
    asked = points(*[(f"c{n % 40}", 19_100 + 7 * n) for n in range(60)], ("nobody", 19_200))
    how = {**HOW, "as_of_day": 19_450}

    found = around_days(engine(many_orders), _like(engine, many_orders, asked), **how)

    assert_frame_equal(found, around_days(many_orders, asked, **how))


def _like(engine: Engine, orders: pd.DataFrame, asked: pd.DataFrame) -> object:
    # A second relation of the same connection: the fixture's own name is taken.
    made = engine(orders)
    if not hasattr(made, "query"):
        return engine(asked)
    return engine(asked) if isinstance(made, pd.DataFrame) else made.query("o", _values(asked))


def _values(asked: pd.DataFrame) -> str:
    rows = ", ".join(f"('{c}', {d})" for c, d in zip(asked["customer_id"], asked["answered_day"], strict=True))
    return f"SELECT * FROM (VALUES {rows}) AS points(customer_id, answered_day)"
