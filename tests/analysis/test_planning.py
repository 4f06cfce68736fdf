"""Sizes and power against R's power.prop.test and power.t.test."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmlib.analysis.planning import power_means, power_proportions, sample_size_means, sample_size_proportions
from tests.analysis.helpers import refused

RATE = st.floats(0.02, 0.98)


@pytest.mark.parametrize(
    ("rates", "n"),
    [((0.10, 0.12), 3841), ((0.80, 0.85), 906), ((0.30, 0.35), 1377), ((0.80, 0.83), 2629), ((0.05, 0.06), 8158)],
)
def test_published_sizes_of_two_proportions(rates: tuple[float, float], n: int) -> None:
    # R power.prop.test(p1, p2, power = .8); the last two from domain.md 2.12.
    assert sample_size_proportions(*rates) == n
    assert sample_size_proportions(*reversed(rates)) == n


@given(RATE, RATE, st.sampled_from([0.5, 0.8, 0.95]), st.sampled_from([0.01, 0.05, 0.2]))
def test_the_size_is_the_smallest_with_that_power(a: float, b: float, power: float, alpha: float) -> None:
    if abs(a - b) < 0.005:
        return
    n = sample_size_proportions(a, b, power=power, alpha=alpha)

    assert power_proportions(a, b, n_control=n, n_treatment=n, alpha=alpha) >= power - 1e-9
    if n > 1:
        assert power_proportions(a, b, n_control=n - 1, n_treatment=n - 1, alpha=alpha) < power + 1e-9


def test_power_of_two_proportions_is_r_power_prop_test() -> None:
    # R's own example: power.prop.test(n = 50, p1 = .50, p2 = .75) gives power = 0.740 (0.7401659).
    assert round(power_proportions(0.50, 0.75, n_control=50, n_treatment=50), 3) == 0.740


def test_unequal_arms_have_less_power_than_equal_ones() -> None:
    equal = power_proportions(0.3, 0.35, n_control=1000, n_treatment=1000)

    assert power_proportions(0.3, 0.35, n_control=1800, n_treatment=200) < equal


def test_published_sizes_of_two_means() -> None:
    # R's own examples: power.t.test(n = 20, delta = 1) gives power = 0.8689528, power.t.test(power = .90, delta = 1)
    # n = 22.02110.
    assert round(power_means(1, 1, n=20), 7) == 0.8689528
    assert sample_size_means(1, 1, power=0.90) == 23


def test_power_of_means_agrees_with_scipys_noncentral_t() -> None:
    for n, difference in ((2, 0.5), (30, 0.1), (400, 0.2), (5_000, 0.05)):
        degrees = 2 * (n - 1)
        expected = stats.nct.sf(stats.t.isf(0.025, degrees), degrees, difference * math.sqrt(n / 2))
        assert power_means(difference, 1, n=n) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize(("difference", "deviation"), [(1, 1), (500, 9_000), (-3, 40), (1, 2_000), (9, 1)])
def test_the_size_for_means_is_the_smallest_with_that_power(difference: float, deviation: float) -> None:
    n = sample_size_means(difference, deviation)

    assert power_means(difference, deviation, n=n) >= 0.8 - 1e-6
    if n > 2:
        assert power_means(difference, deviation, n=n - 1) < 0.8 + 1e-6


def test_far_out_the_power_is_one() -> None:
    assert power_means(50, 1, n=100) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rate_control": 0, "rate_treatment": 0.5}, "rate_control == 0, must be between 0 and 1."),
        ({"rate_control": 0.5, "rate_treatment": 50}, "rate_treatment == 50, must be between 0 and 1."),
        ({"rate_control": 0.5, "rate_treatment": 0.6, "power": 80}, "power == 80, must be between 0 and 1."),
        ({"rate_control": 0.5, "rate_treatment": 0.6, "alpha": 0}, "alpha == 0, must be between 0 and 1."),
        (
            {"rate_control": 0.5, "rate_treatment": 0.6, "power": 0.01},
            "power == 0.01, must be above alpha / 2 == 0.025.",
        ),
        (
            {"rate_control": 0.5, "rate_treatment": 0.5},
            "rate_treatment - rate_control == 0, must be another number: no size finds a difference that is not there.",
        ),
    ],
)
def test_plans_that_cannot_be_are_refused(arguments: dict[str, float], message: str) -> None:
    with refused(message):
        sample_size_proportions(**arguments)


def test_plans_of_means_that_cannot_be_are_refused() -> None:
    with refused("difference == 0, must be another number: no size finds a difference that is not there."):
        sample_size_means(0, 1)
    with refused("standard_deviation == 0, must be between 0 and inf."):
        sample_size_means(1, 0)
    with refused("n == 1, must be at least 2."):
        power_means(1, 1, n=1)
