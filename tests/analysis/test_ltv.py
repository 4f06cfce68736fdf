"""Lifetime value: six definitions by hand, right-censoring, and what is not known."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlib.analysis import elements, ltv, ltv_views, sensitivity
from crmlib.analysis.means import moments
from tests.analysis.helpers import refused


def sums(values: list[float], n_all: int = 0, day: int = 365) -> pd.DataFrame:
    """Sums as of customers who brought these values, all observed; `n_all` counts the others too."""
    array = np.asarray(values, dtype="float64")
    row = {
        "group": "all", "day": day, "n_customers": n_all or len(values), "n_eligible": len(values), "n_fixed": 0,
        "amount": array.sum(), "amount_squares": (array**2).sum(), "profit": array.sum() / 2,
        "profit_squares": (array**2).sum() / 4, "amount_all": array.sum(), "amount_fixed": 0.0, "profit_fixed": 0.0,
    }  # fmt: skip
    return pd.DataFrame([row])


ACTIVE = pd.DataFrame({
    "n_customers": [4], "tenure_days": [1460], "n_active": [2], "n_orders_active": [6], "amount_active": [600],
    "profit_active": [240.0], "n_active_before": [8], "n_kept": [6],
})  # fmt: skip
STEPS = pd.DataFrame({"delivery": [1, 2, 3], "n_reached": [100, 70, 40], "n_due": [100, 60, 0], "n_next": [80, 45, 0]})
DELIVERIES = pd.DataFrame({
    "delivery_number": [1, 2, 3], "n_deliveries": [100, 70, 40], "amount": [100_000, 140_000, 80_000],
    "profit": [40_000.0, 70_000.0, 40_000.0],
})  # fmt: skip


def test_the_annual_value_is_over_the_customers_observed_a_year() -> None:
    # Two customers of 100 and 300 observed, four in all: 200 a customer; the naive figure is 100.
    table = ltv.by_group(sums([100, 300], n_all=4))

    assert table.columns.tolist() == ["group", "n_customers", "n_eligible", "ltv", "ltv_low", "ltv_high", "ltv_naive"]
    assert table[["ltv", "ltv_naive"]].to_numpy().tolist() == [[200.0, 100.0]]
    # sd = 141.42, se = 100, t(1 df) = 12.7062
    assert table["ltv_low"][0] == pytest.approx(200 - 1270.62, abs=0.01)


def test_the_interval_is_students_of_the_mean() -> None:
    values = [100.0, 250, 30, 470, 90]
    found = ltv.first_year(sums(values))
    known = moments(values)

    half = 2.776445 * math.sqrt(known.variance / 5)
    assert (found.interval.low, found.interval.high) == pytest.approx((known.mean - half, known.mean + half))


def test_without_a_cost_the_gross_profit_is_not_a_number() -> None:
    table = sums([100, 300]).assign(profit=np.nan)

    assert math.isnan(ltv.first_year(table, measure="profit").value)
    assert ltv.first_year(table).value == 200


def test_cumulative_value_follows_who_is_observed_and_a_fixed_set() -> None:
    two = pd.concat([sums([100, 200, 300], day=30), sums([400], day=60)])
    two["n_fixed"], two["amount_fixed"] = 1, [100.0, 400.0]

    table = ltv.cumulative(two)

    assert table[["day", "n_eligible", "ltv", "ltv_fixed"]].to_numpy().tolist() == [
        [30, 3, 200, 100],
        [60, 1, 400, 400],
    ]
    assert table["ltv_low"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("known", "rate", "basis", "used"),
    [(1000, None, "all_costs_known", 0.5), (960, None, "filled", 0.5), (900, None, "untellable", math.nan),
     (900, 0.3, "given", 0.3), (0, None, "untellable", math.nan), (0, 0.3, "given", 0.3)],
)  # fmt: skip
def test_the_margin_says_what_it_rests_on(known: int, rate: float | None, basis: str, used: float) -> None:
    counts = pd.DataFrame({"amount": [1000], "amount_known": [known], "profit_known": [known / 2]})

    found = ltv.margin(counts, margin_rate=rate)

    assert found.basis == basis
    assert found.rate_used == pytest.approx(used, nan_ok=True)
    assert found.fill == (None if math.isnan(used) else used)


def test_planning_values_from_the_year() -> None:
    # L2: 600 / 2. L3: 100 a order x 3 a year x (365 / 365 + 1) years. L4: 300 / (2 of 8 left).
    assert ltv.active_year(ACTIVE).value == 300
    assert ltv.price_frequency_years(ACTIVE).value == 600
    assert ltv.leave_rate(ACTIVE).value == 1200
    assert ltv.leave_rate(ltv.with_whole_years(ACTIVE, days_seen=730)).value == 1200
    assert math.isnan(ltv.leave_rate(ltv.with_whole_years(ACTIVE, days_seen=729)).value)
    # Wilson of 2 of 8: .0715 to .5907
    assert ltv.leave_rate(ACTIVE).interval.low == pytest.approx(300 / 0.5907, rel=1e-3)


@pytest.mark.parametrize("change", [{"n_active": [0]}, {"n_kept": [8]}, {"n_active_before": [0], "n_kept": [0]}])
def test_what_the_year_does_not_tell_is_not_a_number(change: dict[str, list[int]]) -> None:
    assert math.isnan(ltv.leave_rate(ACTIVE.assign(**change)).value)


def test_the_value_by_survival_adds_price_times_reach() -> None:
    # Reach 1, .8, .8 x .75 = .6; prices 1000, 2000, 2000: 1000 + 1600 + 1200.
    table = elements.from_deliveries(STEPS, DELIVERIES)

    assert table["reach"].tolist() == pytest.approx([1, 0.8, 0.6])
    assert elements.survival_value(table).value == pytest.approx(3800)
    assert elements.survival_value(table, measure="unit_profit").value == pytest.approx(400 + 800 + 600)
    # Variance: (2800 / .8)^2 x .16 / 100 + (1200 / .75)^2 x .1875 / 60.
    half = 1.959964 * math.sqrt(3500**2 * 0.0016 + 1600**2 * 0.1875 / 60)
    assert elements.survival_value(table).interval.high == pytest.approx(3800 + half)


def test_one_rate_for_every_delivery_has_no_end() -> None:
    # 125 of 160 steps kept; price (100 x 1000 + 80 x 2000 + 45 x 2000) / 225 = 1555.56.
    table = elements.from_deliveries(STEPS, DELIVERIES)

    assert elements.cancel_rate_value(table).value == pytest.approx(1555.5556 / (35 / 160), rel=1e-6)
    # Chi-squared of 20 of 100 against 15 of 60 lost: .5486 with 1 df.
    assert elements.flatness(table) == pytest.approx(0.45889, abs=1e-4)


def test_purchases_times_reach_are_the_annual_value() -> None:
    bought = pd.DataFrame({
        "order_number": [1, 2, 3], "n_eligible": 10, "n_reached": [10, 4, 1], "amount": [1000, 600, 90],
        "profit": [np.nan] * 3,
    })  # fmt: skip

    table = elements.from_purchases(bought)

    assert table["continuation"].tolist() == pytest.approx([1, 0.4, 0.25])
    assert elements.survival_value(table).value == pytest.approx(1690 / 10)
    assert math.isnan(elements.survival_value(table, measure="unit_profit").value)


def test_no_subscription_gives_no_elements_and_no_value() -> None:
    table = elements.from_deliveries(STEPS.assign(n_reached=0, n_due=0, n_next=0), DELIVERIES.head(0))

    assert table.empty
    assert math.isnan(elements.survival_value(table).value)
    assert math.isnan(elements.cancel_rate_value(table).value)
    assert math.isnan(elements.flatness(table))
    assert sensitivity.tornado(table).empty


def test_the_tornado_moves_one_element_at_a_time() -> None:
    # 5 % of 3800; one point on the first step: (.81 / .8 - 1) x 2800; on the second: (.76 / .75 - 1) x 1200;
    # both at once: 1000 + .81 x 2000 + .81 x .76 x 2000.
    table = sensitivity.tornado(elements.from_deliveries(STEPS, DELIVERIES), n_customers=10)

    gain = {(e, n): up for e, n, up in table[["element", "number", "difference_up"]].fillna(0).to_numpy().tolist()}
    assert gain["unit_price_element", 0] == pytest.approx(190)
    assert gain["continuation_element", 2] == pytest.approx(35)
    assert gain["continuation_element", 3] == pytest.approx(16)
    assert gain["cancellation_element", 0] == pytest.approx(1000 + 1620 + 1231.2 - 3800)
    assert table["difference_up"].is_monotonic_decreasing
    assert table["difference_cohort"].tolist() == pytest.approx((table["difference_up"] * 10).tolist())


def test_a_higher_price_is_gross_profit_in_full() -> None:
    table = sensitivity.tornado(elements.from_deliveries(STEPS, DELIVERIES), measure="unit_profit")

    assert table.loc[table["element"] == "unit_price_element", "difference_up"].item() == pytest.approx(190)
    assert table["ltv_base"].unique().tolist() == pytest.approx([1800])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=12), st.floats(0, 0.3))
def test_an_improvement_never_lowers_the_value(rates: list[float], points: float) -> None:
    table = pd.DataFrame({"number": range(1, len(rates) + 1), "unit_price": 100.0, "continuation": [1.0, *rates[1:]]})

    found = sensitivity.tornado(table, points=points)

    assert (found["difference_up"] >= -1e-9).all()
    assert (found["difference_down"] <= 1e-9).all()
    whole = found.loc[found["element"] == "cancellation_element", "difference_up"].item()
    single = found.loc[found["element"] == "continuation_element", "difference_up"]
    assert (single <= whole + 1e-9).all()


def test_the_six_definitions_stand_side_by_side() -> None:
    two = pd.concat([sums([100, 300]), sums([400, 600], day=720)])
    subscribed = elements.from_deliveries(STEPS, DELIVERIES)

    table = ltv_views.side_by_side(two, ACTIVE, subscribed).set_index("definition")

    assert table["ltv"].round().to_dict() == {
        "l1_cumulative": 500, "l2_active_year": 300, "l2_first_year": 200, "l3_price_frequency_years": 600,
        "l4_leave_rate": 1200, "l5_cancel_rate": 7111, "l6_survival": 3800,
    }  # fmt: skip
    # 240 of the 600 that the year's orders brought was gross profit: 120 of 300 a customer, 480 of 1,200.
    assert table.loc["l2_active_year", "profit"] == pytest.approx(120)
    assert table.loc["l4_leave_rate", "profit"] == pytest.approx(480)
    assert set(ltv_views.reasons()["definition"]) == set(table.index)


def test_what_cannot_be_asked_is_refused() -> None:
    with refused("day == 30, must be one of 365."):
        ltv.by_group(sums([1]), day=30)
    with refused("measure == 'sales', must be one of amount, profit."):
        ltv.by_group(sums([1]), measure="sales")
    with refused("margin_rate == 60, must be between 0 and 1."):
        ltv.margin(pd.DataFrame({"amount": [1], "amount_known": [1], "profit_known": [1.0]}), margin_rate=60)
    with refused("horizon_days == 5, must be at least 30."):
        ltv.value_days(5)
