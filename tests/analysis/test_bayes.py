"""The Bayesian reading: closed forms, draws, and the sums that must come out."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, stats

from crmlib.analysis.bayes import PRIORS, bayes_means, bayes_proportions
from crmlib.analysis.means import Moments
from tests.analysis.helpers import refused

COUNTS = [(120, 1000, 150, 1000), (0, 20, 3, 30), (5, 5, 0, 2), (3, 4000, 9, 30), (0, 0, 5, 5)]


def test_by_hand() -> None:
    # One success of one against nothing known, uniform: T ~ Beta(2, 1), C ~ Beta(1, 1).
    # P(T > C) = E[T] = 2/3. E[(C - T)+] = E[(1 - T)^2 / 2] = (1 - 4/3 + 1/2) / 2 = 1/12.
    result = bayes_proportions(0, 0, 1, 1)

    assert result.probability_better == pytest.approx(2 / 3)
    assert result.loss_of_treatment == pytest.approx(1 / 12)
    assert result.loss_of_control == pytest.approx(1 / 12 + 2 / 3 - 1 / 2)
    assert result.difference == pytest.approx(2 / 3 - 1 / 2)


def test_the_closed_form_of_whole_parameters() -> None:
    # P(T > C) = sum over i < a_t of B(a_c + i, b_t + b_c) / ((b_t + i) B(1 + i, b_t) B(a_c, b_c)), Miller (2015).
    a_c, b_c, a_t, b_t = 121, 881, 151, 851
    from scipy.special import betaln

    i = np.arange(a_t)
    terms = betaln(a_c + i, b_t + b_c) - np.log(b_t + i) - betaln(1 + i, b_t) - betaln(a_c, b_c)
    assert bayes_proportions(120, 1000, 150, 1000).probability_better == pytest.approx(np.exp(terms).sum(), rel=1e-11)


@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize("counts", COUNTS)
def test_proportions_agree_with_draws(counts: tuple[int, int, int, int], prior: str) -> None:
    result = bayes_proportions(*counts, prior=prior)

    added, rng = PRIORS[prior], np.random.default_rng(1)
    c, t = (rng.beta(counts[i] + added, counts[i + 1] - counts[i] + added, 200_000) for i in (0, 2))
    assert result.probability_better == pytest.approx((t > c).mean(), abs=5e-3)
    assert result.loss_of_treatment == pytest.approx(np.maximum(c - t, 0).mean(), abs=2e-3)
    assert result.loss_of_control == pytest.approx(np.maximum(t - c, 0).mean(), abs=2e-3)
    assert [result.interval.low, result.interval.high] == pytest.approx(np.quantile(t - c, [0.025, 0.975]), abs=6e-3)


@pytest.mark.parametrize("counts", COUNTS)
def test_the_two_losses_differ_by_the_difference(counts: tuple[int, int, int, int]) -> None:
    for result in (bayes_proportions(*counts), bayes_proportions(*counts, prior="jeffreys")):
        assert result.loss_of_control - result.loss_of_treatment == pytest.approx(result.difference, abs=1e-12)
    other = bayes_proportions(*counts[2:], *counts[:2])
    assert other.probability_better == pytest.approx(1 - bayes_proportions(*counts).probability_better, abs=1e-12)


MEANS = [
    (Moments(n=5, mean=4.0, variance=2.0), Moments(n=4, mean=7.0, variance=30.0)),
    (Moments(n=1000, mean=5200.0, variance=9e6), Moments(n=900, mean=5500.0, variance=1.2e7)),
    (Moments(n=60, mean=1.0, variance=0.01), Moments(n=30_000, mean=1.01, variance=4.0)),
]


@pytest.mark.parametrize(("control", "treatment"), MEANS)
def test_means_agree_with_quadrature(control: Moments, treatment: Moments) -> None:
    result = bayes_means(control, treatment)

    c, t = (stats.t(arm.n - 1, arm.mean, math.sqrt(arm.variance / arm.n)) for arm in (control, treatment))
    better = integrate.quad(lambda share: t.sf(c.ppf(share)), 0, 1, epsabs=1e-10)[0]
    assert result.probability_better == pytest.approx(better, abs=1e-8)
    assert result.loss_of_control - result.loss_of_treatment == pytest.approx(result.difference, rel=1e-6)
    low = integrate.quad(lambda share: t.cdf(c.ppf(share) + result.interval.low), 0, 1, epsabs=1e-10)[0]
    assert low == pytest.approx(0.025, abs=1e-7)


def test_with_equal_arms_nothing_is_known() -> None:
    arm = Moments(n=40, mean=10.0, variance=4.0)

    result = bayes_means(arm, arm)

    assert result.probability_better == pytest.approx(0.5)
    assert result.loss_of_treatment == pytest.approx(result.loss_of_control)
    assert bayes_proportions(3, 9, 3, 9).probability_better == pytest.approx(0.5)


def test_too_few_or_constant_values_are_unknown() -> None:
    few, constant = Moments(n=2, mean=1.0, variance=1.0), Moments(n=20, mean=1.0, variance=0.0)
    for arm in (few, constant):
        assert math.isnan(bayes_means(arm, Moments(n=40, mean=10.0, variance=4.0)).probability_better)


def test_an_unknown_prior_is_refused() -> None:
    with refused("prior == 'flat', must be one of uniform, jeffreys."):
        bayes_proportions(1, 2, 1, 2, prior="flat")


@pytest.mark.slow
def test_half_of_those_with_no_effect_look_better() -> None:
    # Under a uniform prior the probability of being better is itself about uniform when the arms are equal.
    rng = np.random.default_rng(8)
    found = [bayes_proportions(*rng.binomial(300, 0.2, 1).tolist(), 300, int(rng.binomial(300, 0.2)), 300)
             for _ in range(150)]  # fmt: skip
    above = np.mean([result.probability_better > 0.95 for result in found])
    assert above == pytest.approx(0.05, abs=4 * math.sqrt(0.05 * 0.95 / 150))
