"""What a customer is worth as it is equals the report's value; what is tried equals the report's sensitivity."""

from __future__ import annotations

import math
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from crmlib.analysis import aggregates, elements, ltv, sensitivity
from crmlib.analysis.value_scenario import Scenario, later_factor, second_rate, value_at, value_sums

AS_OF = 800
DAYS = [30, 180, 365, 720]
ROWS = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.integers(0, AS_OF), st.integers(-50, 900), st.booleans()), max_size=25
)
LINES = ["order_id", "channel", "product_id", "quantity", "line_amount", "line_type"]
NAN = float("nan")
PRODUCTS = pd.DataFrame({"product_id": ["gel", "soap"], "unit_cost": [40, NAN], "gross_margin_rate": [NAN, NAN]})


def tables(rows: list[tuple[str, int, int, bool]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Orders and their lines; the cost of gel is known, that of soap is not."""
    orders = pd.DataFrame(rows, columns=["customer_id", "order_day", "amount", "known"])
    orders = orders.astype({"customer_id": "str", "order_day": "int64", "amount": "int64"})
    orders = orders.assign(order_id=[f"{n:02d}" for n in range(len(orders))], channel="own")
    product = orders.pop("known").map({True: "gel", False: "soap"}).astype("str")
    lines = orders.assign(product_id=product, quantity=1, line_amount=orders["amount"], line_type="product")[LINES]
    return orders, lines


def test_by_hand() -> None:
    # a bought for 500 and, 20 days later, 300; b for 100 once. Both were observed for a year, gel costs 40.
    orders, lines = tables([("a", 0, 500, True), ("a", 20, 300, True), ("b", 10, 100, True)])
    sold = (orders, lines, PRODUCTS)
    parts = aggregates.value_parts(*sold, as_of_day=AS_OF, days=DAYS)
    assert parts.loc[0, ["first_amount", "later_amount", "first_profit", "later_profit"]].tolist() == [
        600,
        300,
        520,
        260,
    ]
    year = value_at(value_sums(parts, Scenario()), 365)
    assert (year.value, year.n) == (450, 2)
    # A second purchase by everybody in place of half of them doubles what came later.
    bought = elements.from_purchases(aggregates.purchase_values(*sold, as_of_day=AS_OF))
    assert second_rate(bought) == 0.5
    more = value_sums(parts, Scenario(later=later_factor(bought, 0.5)))
    assert value_at(more, 365).value == 600
    assert value_at(more, 365, measure="profit").value == (520 + 2 * 260) / 2
    # A tenth more in price is sales and gross profit alike; ten points of margin are gross profit only.
    dearer = value_sums(parts, Scenario(price_change=0.1))
    assert value_at(dearer, 365).value == pytest.approx(495)
    assert value_at(dearer, 365, measure="profit").value == pytest.approx(390 + 45)
    wider = value_sums(parts, Scenario(margin_shift=0.1))
    assert value_at(wider, 365).value == 450
    assert value_at(wider, 365, measure="profit").value == pytest.approx(390 + 45)


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_the_engine_changes_nothing(engine: str) -> None:
    sold = (*tables([("a", 0, 500, True), ("a", 20, 300, False), ("b", 10, 100, True), ("b", 10, 50, True)]), PRODUCTS)
    connection = duckdb.connect()
    engines: dict[str, Any] = {"polars": pl.from_pandas, "duckdb": connection.from_df}
    found = aggregates.value_parts(*[engines[engine](table) for table in sold], as_of_day=AS_OF, days=DAYS)
    pd.testing.assert_frame_equal(found, aggregates.value_parts(*sold, as_of_day=AS_OF, days=DAYS))


def test_a_slower_pace_brings_the_same_later() -> None:
    orders, lines = tables([("a", 0, 500, True), ("a", 100, 300, True)])
    parts = aggregates.value_parts(orders, lines, PRODUCTS, as_of_day=AS_OF, days=[30, 90, 120, 365, 720])
    slower = value_sums(parts, Scenario(pace=2.0))
    assert slower["day"].tolist() == [60, 180, 240, 730, 1440]
    assert value_at(slower, 180).value == 500
    assert value_at(slower, 240).value == 800
    assert value_at(slower, 210).value == 650  # half way between
    faster = value_sums(parts, Scenario(pace=0.5))
    assert value_at(faster, 60).value == 800
    assert math.isnan(value_at(faster, 365).value)  # nobody was observed for 730 days


def test_nothing_to_follow() -> None:
    orders, lines = tables([])
    parts = aggregates.value_parts(orders, lines, PRODUCTS, as_of_day=AS_OF, days=DAYS)
    assert parts["n_eligible"].tolist() == [0, 0, 0, 0]
    assert math.isnan(value_at(value_sums(parts, Scenario()), 365).value)
    bought = elements.from_purchases(aggregates.purchase_values(orders, lines, PRODUCTS, as_of_day=AS_OF))
    assert math.isnan(second_rate(bought))
    assert later_factor(bought, 0.0) == 1
    assert math.isnan(later_factor(bought, 0.1))


@settings(max_examples=5, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(rows=ROWS, rate=st.none() | st.floats(0.1, 0.9), points=st.floats(0.01, 0.2), rise=st.floats(0, 0.5))
def test_values_are_those_of_the_report(
    rows: list[tuple[str, int, int, bool]], rate: float | None, points: float, rise: float
) -> None:
    sold = (*tables(rows), PRODUCTS)
    earns: dict[str, Any] = {"margin_rate": rate, "variable_cost": 7.0}
    parts = aggregates.value_parts(*sold, as_of_day=AS_OF, days=DAYS, variable_cost=7.0)
    sums = aggregates.value_sums(*sold, as_of_day=AS_OF, days=DAYS, **earns)
    as_it_is = value_sums(parts, Scenario(fill=rate))
    for measure in ltv.MEASURES:
        expected = (
            ltv.cumulative(sums, measure=measure)[["day", "n_eligible", "ltv", "ltv_low", "ltv_high"]] if rows else None
        )
        if expected is not None:
            value, low, high = ltv.mean_bounds(as_it_is, measure, 0.95)
            found = as_it_is[["day", "n_eligible"]].assign(ltv=value, ltv_low=low, ltv_high=high)
            pd.testing.assert_frame_equal(found, expected, check_dtype=False, rtol=1e-6, atol=1e-4)
    bought = elements.from_purchases(aggregates.purchase_values(*sold, as_of_day=AS_OF, **earns))
    table = sensitivity.tornado(bought, measure="unit_profit", price_change=rise, points=points)
    base = value_at(as_it_is, 365, measure="profit").value
    second = table[(table["element"] == "continuation_element") & (table["number"] == 2)]
    if len(second) and second_rate(bought) > 0:
        tried = value_sums(parts, Scenario(fill=rate, later=later_factor(bought, points)))
        gain = value_at(tried, 365, measure="profit").value - base
        assert gain == pytest.approx(second["difference_up"].iloc[0], abs=1e-6)
    if len(table):
        tried = value_sums(parts, Scenario(fill=rate, price_change=rise))
        gain = value_at(tried, 365, measure="profit").value - base
        priced = table.loc[table["element"] == "unit_price_element", "difference_up"]
        assert gain == pytest.approx(priced.iloc[0], abs=1e-6)
