"""The plan of one experiment: arms, days and weeks by hand, and the figures of the report's own plan."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlib.analysis import planner, size_plans
from crmlib.analysis.planning import power_proportions
from crmlib.analysis.populations import MONTH_DAYS
from crmlib.analysis.size_plans import Setting


def row(gain: float = 0.2, rate: float = 0.1, **given: float) -> dict[str, float]:
    setting = Setting(**given)  # type: ignore[arg-type]
    return {str(k): v for k, v in size_plans.rows(size_plans.own_rate(rate), [gain], setting).iloc[0].items()}


def test_a_gain_of_a_fifth_over_a_tenth_takes_3841_customers_an_arm() -> None:
    found = row()
    assert (found["n_needed_control"], found["n_needed_treatment"], found["n_planned"]) == (3841, 3841, 7682)


def test_days_are_those_of_assignment_and_of_the_window_in_whole_weeks() -> None:
    found = row(n_start=1682, per_day=100, window_days=60)  # 6000 lacking, 100 a day
    assert (found["days_assigning"], found["days_planned"], found["weeks_planned"]) == (60, 120, 18)
    assert row(n_start=1681, per_day=100, window_days=60)["days_assigning"] == 61


def test_enough_customers_today_need_the_window_only_and_nobody_more_never_come() -> None:
    assert row(n_start=7682, window_days=60)["days_planned"] == 60
    assert math.isnan(row(n_start=7681, window_days=60)["days_planned"])


def test_nobody_is_observed_for_the_window_before_it_is_over() -> None:
    base, setting = size_plans.own_rate(0.1), Setting(n_start=1000, per_day=10, window_days=60)
    assert [size_plans.in_time(base, days, setting) for days in (30, 59, 60, 70)] == [0, 0, 1000, 1100]


def test_three_arms_share_what_the_control_leaves_and_alpha() -> None:
    three = row(n_arms=3, hold_out_share=1 / 3)
    alone = row(alpha=0.025)
    assert three["n_needed_control"] == three["n_needed_treatment"] == alone["n_needed_control"]
    assert three["n_planned"] == 3 * alone["n_needed_control"]


def test_an_impossible_gain_takes_no_size() -> None:
    assert math.isnan(row(gain=9.5)["n_planned"])
    assert math.isnan(row(rate=0.0)["n_planned"])


def test_the_chance_to_miss_is_what_the_power_of_these_sizes_leaves() -> None:
    base = size_plans.own_rate(0.1)
    for n in (500, 5000, 20_000):
        by_hand = 1 - power_proportions(0.1, 0.12, n_control=n / 2, n_treatment=n / 2)
        assert size_plans.missed(base, 0.2, n, Setting()) == pytest.approx(by_hand, abs=1e-4)
    assert size_plans.missed(base, 0.2, 2, Setting()) == 1.0
    for n in (10_000_000, 10**12):
        assert size_plans.missed(base, 0.2, n, Setting()) == pytest.approx(0, abs=1e-6)


def test_the_curve_falls_and_holds_the_plan() -> None:
    table = size_plans.curve(size_plans.own_rate(0.1), Setting(), n_planned=7682, n_time=3000)
    assert table["detectable_gain"].is_monotonic_decreasing
    plan = table[table["is_planned"]]
    assert plan["n_planned"].tolist() == [7682]
    assert plan["detectable_gain"].iloc[0] == pytest.approx(0.2, abs=1e-4)
    assert size_plans.curve(size_plans.own_rate(0.1), Setting(), n_planned=math.nan, n_time=0).empty


def test_a_setting_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="hold_out_share == 1"):
        Setting(hold_out_share=1)
    with pytest.raises(ValueError, match="n_arms == 1"):
        Setting(n_arms=1)


@settings(max_examples=15, deadline=None)
@given(
    rate=st.floats(0.02, 0.9), gain=st.floats(0.02, 0.8), hold_out=st.floats(0.1, 0.9), power=st.floats(0.5, 0.99),
    now=st.integers(0, 20_000), per_month=st.one_of(st.just(0.0), st.floats(0.01, 3000)), share=st.floats(0.1, 1),
    months=st.floats(1, 24),
)  # fmt: skip
def test_it_says_what_the_report_plans(
    rate: float, gain: float, hold_out: float, power: float, now: int, per_month: float, share: float, months: float
) -> None:
    nan = math.nan
    base = {"primary_metric": "repurchase", "n_baseline": 99, "eligible_share": share, "baseline_value": rate,
            "spread": nan, "least": nan}  # fmt: skip
    how = {"hold_out_share": hold_out, "power": power}
    table = planner.plan(
        pd.DataFrame([base]), n_now=now, per_month=per_month, window_days=60, smallest_gain=gain, most_months=months,
        **how,
    )  # fmt: skip
    report = table.iloc[0]
    setting = Setting(n_start=now, per_day=per_month / MONTH_DAYS, window_days=60, **how)  # type: ignore[arg-type]
    found = size_plans.rows(base, [gain], setting).iloc[0]
    for name in ("n_needed_control", "n_needed_treatment"):
        assert found[name] == report[name] or math.isnan(found[name]) == math.isnan(report[name]) is True
    days = report["months_needed"] * MONTH_DAYS
    assert math.isnan(days) == math.isnan(found["days_planned"])
    if not math.isnan(days):
        assert days - 1e-6 <= found["days_planned"] < days + 1 + 1e-6
    seen = size_plans.gain_seen(base, size_plans.in_time(base, months * MONTH_DAYS, setting), setting)
    assert seen == pytest.approx(report["detectable_gain"], nan_ok=True, rel=1e-6)
