"""Orders for the tests of the analyses, and the same orders on three engines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

EPOCH = date(1970, 1, 1)


def build_orders(rows: list[tuple[str, str, int, int]]) -> pd.DataFrame:
    """Orders from (order_id, customer_id, order_day, amount)."""
    table = pd.DataFrame(rows, columns=["order_id", "customer_id", "order_day", "amount"])
    table = table.astype({"order_id": "str", "customer_id": "str", "order_day": "int64", "amount": "int64"})
    return table.assign(order_date=pd.to_datetime(table["order_day"], unit="D"))


@pytest.fixture(scope="session")
def make_orders() -> Callable[[list[tuple[str, str, int, int]]], pd.DataFrame]:
    """A function that builds orders from (order_id, customer_id, order_day, amount)."""
    return build_orders


@pytest.fixture(scope="session")
def day() -> Callable[[str], int]:
    """A function from an ISO date to days since 1970-01-01."""
    return lambda text: (date.fromisoformat(text) - EPOCH).days


@pytest.fixture(scope="session")
def many_orders() -> pd.DataFrame:
    """3,000 orders of 600 customers over 500 days, several a day, some of them subscriptions."""
    rng = np.random.default_rng(7)
    n = 3_000
    days = rng.integers(19_000, 19_500, n)
    customers = [f"c{i}" for i in rng.zipf(1.6, n) % 600]
    rows = [(f"o{i:05d}", customers[i], int(days[i]), int(rng.integers(-500, 9_000))) for i in range(n)]
    return build_orders(rows).assign(subscription_id=[f"s{i % 9}" if i % 3 else None for i in range(n)])


@pytest.fixture(params=["pandas", "polars", "duckdb"])
def engine(request: pytest.FixtureRequest) -> Callable[[pd.DataFrame], Any]:
    """A function that hands orders to one of the engines."""
    connection = duckdb.connect()

    def relation(frame: pd.DataFrame) -> Any:
        connection.register("frame", frame)
        return connection.sql("SELECT * REPLACE (order_date::DATE AS order_date) FROM frame")

    return {"pandas": lambda frame: frame, "polars": pl.from_pandas, "duckdb": relation}[request.param]
