"""Whether the library's analyses find what is true of the demo's population: F2, continuation, media LTV, revival."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crmlib import demo
from crmlib.analysis import aggregates, ltv, retention, revival, subscriptions
from crmlib.analysis.intervals import Interval
from crmlib.demo import market, population

LAST_DAY = market.epoch_day("2026-03-31")
SEEDS, FEW = range(100), range(5)
Figure = tuple[str, str]
TRUE: dict[Figure, population.Known] = {
    (name, key): known for name, told in demo.true_values().items() for key, known in told.items()
}


def intervals(seed: int) -> dict[Figure, Interval]:
    """The 95 % intervals that the library's own analyses give of one shop of 2,000 customers."""
    shop = demo.simulate_tables(seed)
    return {**f2(shop), **continuation(shop), **media_ltv(shop), **revived(shop)}


def f2(shop: dict[str, pd.DataFrame]) -> dict[Figure, Interval]:
    counts = aggregates.step_counts(shop["orders"], as_of_day=LAST_DAY, window_days=180)
    first = retention.steps(counts).iloc[0]
    return {("f2", "180_days"): Interval(first["step_rate_low"], first["step_rate_high"])}


def continuation(shop: dict[str, pd.DataFrame]) -> dict[Figure, Interval]:
    deliveries = aggregates.delivery_table(shop["orders"], as_of_day=LAST_DAY)
    timeline = subscriptions.timeline(
        deliveries, as_of_day=LAST_DAY, subscriptions=shop["subscriptions"], events=shop["subscription_events"]
    )
    steps = subscriptions.steps(timeline, max_delivery=6).itertuples()
    return {("continuation", str(step.delivery)): Interval(step.rate_low, step.rate_high) for step in steps}


def media_ltv(shop: dict[str, pd.DataFrame]) -> dict[Figure, Interval]:
    sums = aggregates.value_sums(shop["orders"], as_of_day=LAST_DAY, days=[365], by="acq_media")
    groups = ltv.by_group(sums, day=365).itertuples()
    found = {("media_ltv", str(group.group)): Interval(group.ltv_low, group.ltv_high) for group in groups}
    return {figure: interval for figure, interval in found.items() if figure in TRUE}


def revived(shop: dict[str, pd.DataFrame]) -> dict[Figure, Interval]:
    options = {"as_of_day": LAST_DAY, "window_days": 90}
    outcomes = aggregates.contact_outcomes(shop["orders"], shop["contacts"], **options)
    # The shop lists customers who have been silent for more than 30 days.
    approached = revival.approaches(shop["contacts"], outcomes, dormant_days=30, **options)
    return {("revival", "difference"): revival.effect(approached).difference_interval}


@pytest.fixture(scope="module")
def few() -> list[dict[Figure, Interval]]:
    return [intervals(seed) for seed in FEW]


@pytest.fixture(scope="module")
def many() -> list[dict[Figure, Interval]]:
    return [intervals(seed) for seed in SEEDS]


# --- what is true ---


def test_true_values_know_all_four_figures() -> None:
    names = {
        "f2": ["180_days"],
        "continuation": ["1", "2", "3", "4", "5", "6"],
        "media_ltv": market.MEDIA["acq_media"].tolist(),
        "revival": ["difference"],
    }
    assert {name: list(told) for name, told in demo.true_values().items()} == names


@pytest.mark.slow
def test_true_values_are_far_surer_than_a_shop_of_2000_customers(few: list[dict[Figure, Interval]]) -> None:
    for figure, known in TRUE.items():
        half = np.mean([(found[figure].high - found[figure].low) / 2 for found in few])
        assert known.error < half / 25, figure


@pytest.mark.slow
def test_true_revival_is_what_the_called_have_more_than_the_held_out() -> None:
    # The constant is the mean of known chances; the plain difference of both halves must agree with it.
    arms = [demo.simulate_tables(seed, customers=20_000) for seed in (900, 901)]
    found = [revived(shop)["revival", "difference"] for shop in arms]
    middle = np.mean([(interval.low + interval.high) / 2 for interval in found])
    half = np.mean([(interval.high - interval.low) / 2 for interval in found]) / np.sqrt(len(found))
    assert abs(middle - TRUE["revival", "difference"].value) < 2 * half


@pytest.mark.slow
def test_a_fresh_simulation_agrees_with_the_true_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[1] / "benchmarks"))
    import demo_truth

    total: population.Sums = {}
    for seed in range(8_000_000, 8_000_005):
        total = population.added(total, demo_truth.batch(seed))
    for name, told in population.known(total).items():
        for key, fresh in told.items():
            apart = abs(fresh.value - TRUE[name, key].value)
            assert apart < 4 * np.hypot(fresh.error, TRUE[name, key].error), (name, key)
    sys.modules.pop("demo_truth", None)


# --- what the analyses say ---


@pytest.mark.parametrize("figure", sorted(TRUE), ids="-".join)
def test_four_of_five_intervals_contain_the_truth(few: list[dict[Figure, Interval]], figure: Figure) -> None:
    assert sum(TRUE[figure].value in found[figure] for found in few) >= 4


@pytest.mark.slow
@pytest.mark.parametrize("figure", sorted(TRUE), ids="-".join)
def test_90_to_99_of_100_intervals_contain_the_truth(many: list[dict[Figure, Interval]], figure: Figure) -> None:
    assert 90 <= sum(TRUE[figure].value in found[figure] for found in many) <= 99
