"""Two proportions: published figures, agreement with statsmodels, and a test that never contradicts its interval."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize_scalar
from scipy.special import ndtr, xlog1py, xlogy
from statsmodels.stats.proportion import confint_proportions_2indep, test_proportions_2indep

from crmlib.analysis.intervals import Interval, wilson
from crmlib.analysis.proportions import METHODS, ProportionsResult, proportions
from tests.analysis.helpers import refused

test_proportions_2indep.__test__ = False

ARM = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
LEVEL = st.sampled_from([0.8, 0.9, 0.95, 0.99, 0.999])


def swapped(result: ProportionsResult) -> Interval:
    return Interval(-result.difference_interval.high, -result.difference_interval.low)


def test_the_score_test_is_r_prop_test() -> None:
    # R prop.test(c(150, 120), c(1000, 1000), correct = FALSE): X-squared = 3.8536, p-value = 0.04964.
    result = proportions(120, 1000, 150, 1000)

    assert round(result.statistic**2, 4) == 3.8536
    assert round(result.pvalue, 5) == 0.04964
    assert (result.rate_control, result.rate_treatment) == (0.12, 0.15)
    assert result.difference == pytest.approx(0.03)
    assert result.relative == pytest.approx(0.25)


def test_the_wald_interval_is_r_prop_test() -> None:
    # The interval that R prints beside it, which is not the one that inverts its test.
    interval = proportions(120, 1000, 150, 1000, method="wald").difference_interval

    assert (round(interval.low, 6), round(interval.high, 6)) == (0.000076, 0.059924)


def test_newcombes_example() -> None:
    # Newcombe (1998), table II (a), 56/70 - 48/80, method 10: .0524 to .3339.
    interval = proportions(48, 80, 56, 70, method="newcombe").difference_interval

    assert (round(interval.low, 4), round(interval.high, 4)) == (0.0524, 0.3339)


def test_the_score_interval_is_mees_as_newcombe_prints_it() -> None:
    # Newcombe (1998), table II (a), 56/70 - 48/80, method 5 (Mee): .0533 to .3377.
    interval = proportions(48, 80, 56, 70).difference_interval

    assert (round(interval.low, 4), round(interval.high, 4)) == (0.0533, 0.3377)


def test_the_score_intervals_of_7_in_34_against_1_in_34() -> None:
    # Fagerland, Lydersen and Laake (2015): difference .028 to .34. R PropCIs: riskscoreci(7, 34, 1, 34, .95) gives
    # 1.220853 to 42.575718, diffscoreci the same call .0270416 to .3452912 with the variance times n / (n - 1).
    result = proportions(1, 34, 7, 34)
    corrected = proportions(1, 34, 7, 34, confidence_level=float(2 * ndtr(1.959963984540054 * math.sqrt(68 / 67)) - 1))

    assert (round(result.difference_interval.low, 3), round(result.difference_interval.high, 2)) == (0.028, 0.34)
    assert round(result.relative_interval.low + 1, 6) == 1.220853
    assert round(result.relative_interval.high + 1, 6) == 42.575718
    assert round(corrected.difference_interval.low, 7) == 0.0270416
    assert round(corrected.difference_interval.high, 7) == 0.3452912


def test_the_score_interval_by_hand_where_it_has_a_closed_form() -> None:
    # 0 of n in both arms: the ends are where delta / sqrt(delta (1 - delta) / n) = z, so z^2 / (n + z^2): Wilson's.
    result = proportions(0, 20, 0, 30)

    assert result.difference_interval.low == pytest.approx(-wilson(0, 20).high)
    assert result.difference_interval.high == pytest.approx(wilson(0, 30).high)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "counts", [(0, 20, 0, 30), (20, 20, 30, 30), (0, 20, 30, 30), (20, 20, 0, 30), (0, 20, 9, 30), (1, 1, 0, 1)]
)
def test_zero_and_full_successes_give_an_answer(method: str, counts: tuple[int, int, int, int]) -> None:
    result = proportions(*counts, method=method)

    assert 0 <= result.pvalue <= 1
    assert result.difference in result.difference_interval
    assert result.difference == counts[2] / counts[3] - counts[0] / counts[1]


def test_equal_shares_are_no_evidence() -> None:
    assert proportions(0, 20, 0, 30).pvalue == proportions(5, 20, 10, 40).pvalue == 1


def test_a_control_without_success_leaves_the_ratio_open() -> None:
    result = proportions(0, 20, 9, 30)

    assert math.isnan(result.relative)
    assert result.relative_interval.low > 0
    assert result.relative_interval.high == math.inf


@pytest.mark.parametrize("method", METHODS)
def test_an_empty_arm_is_unknown(method: str) -> None:
    result = proportions(0, 0, 3, 10, method=method)

    assert math.isnan(result.pvalue)
    assert math.isnan(result.difference_interval.low)
    assert (result.n_control, result.n_treatment, result.rate_treatment) == (0, 10, 0.3)
    assert math.isnan(result.interval_control.low)


@given(ARM, ARM, LEVEL, st.sampled_from(METHODS))
@example((120, 1000), (150, 1000), 0.95, "score")
def test_p_is_below_alpha_exactly_when_the_interval_excludes_zero(
    control: tuple[int, int], treatment: tuple[int, int], level: float, method: str
) -> None:
    result = proportions(*control, *treatment, method=method, confidence_level=level)

    assert (result.pvalue < 1 - level) == (0 not in result.difference_interval)
    assert result.difference in result.difference_interval


@given(ARM, ARM, LEVEL)
def test_the_ratios_score_interval_never_contradicts_the_test(
    control: tuple[int, int], treatment: tuple[int, int], level: float
) -> None:
    result = proportions(*control, *treatment, confidence_level=level)

    assert (result.pvalue < 1 - level) == (0 not in result.relative_interval)


@given(ARM, ARM, st.sampled_from(METHODS))
def test_exchanging_the_arms_turns_the_sign(control: tuple[int, int], treatment: tuple[int, int], method: str) -> None:
    result = proportions(*control, *treatment, method=method)
    other = proportions(*treatment, *control, method=method)

    assert other.pvalue == pytest.approx(result.pvalue, abs=1e-9)
    assert other.difference == -result.difference
    assert swapped(other).low == pytest.approx(result.difference_interval.low, abs=1e-7)
    assert swapped(other).high == pytest.approx(result.difference_interval.high, abs=1e-7)


@given(ARM, ARM)
def test_intervals_grow_with_their_level(control: tuple[int, int], treatment: tuple[int, int]) -> None:
    inner, outer = (
        proportions(*control, *treatment, confidence_level=level).difference_interval for level in (0.8, 0.99)
    )

    assert -1 <= outer.low <= inner.low <= inner.high <= outer.high <= 1


@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")  # theirs, of ratios we do not ask for
@given(ARM, ARM)
def test_the_score_test_agrees_with_statsmodels(control: tuple[int, int], treatment: tuple[int, int]) -> None:
    (x_c, n_c), (x_t, n_t) = control, treatment
    assume(0 < x_c + x_t < n_c + n_t)
    ours = proportions(x_c, n_c, x_t, n_t)

    theirs = test_proportions_2indep(x_t, n_t, x_c, n_c, method="score", correction=False)
    assert ours.statistic == pytest.approx(theirs.statistic, rel=1e-10, abs=1e-10)
    assert ours.pvalue == pytest.approx(theirs.pvalue, rel=1e-9)


def likelihood_ends(counts: tuple[int, int, int, int], z: float) -> tuple[float, float]:
    """Mee's interval the long way: at every hypothesis the likelihood is maximised by search."""
    x_c, n_c, x_t, n_t = counts

    def beyond(delta: float) -> float:
        def loss(p: float) -> float:
            return -(xlogy(x_c, p) + xlog1py(n_c - x_c, -p) + xlogy(x_t, p + delta) + xlog1py(n_t - x_t, -p - delta))

        ends = (max(0, -delta), min(1, 1 - delta))
        p = minimize_scalar(loss, bounds=ends, method="bounded", options={"xatol": 1e-12}).x
        variance = p * (1 - p) / n_c + (p + delta) * (1 - p - delta) / n_t
        return (x_t / n_t - x_c / n_c - delta) ** 2 - z**2 * variance

    d = x_t / n_t - x_c / n_c
    return brentq(beyond, -1 + 1e-9, d - 1e-9), brentq(beyond, d + 1e-9, 1 - 1e-9)


@pytest.mark.parametrize(
    "counts", [(1, 2, 2, 10), (48, 80, 56, 70), (3, 9, 1, 40), (0, 12, 5, 9), (150, 400, 20, 30), (9, 9, 5, 6)]
)
@pytest.mark.parametrize("z", [1.2815515655446004, 1.959963984540054])
def test_the_score_interval_maximises_the_restricted_likelihood(counts: tuple[int, int, int, int], z: float) -> None:
    # statsmodels 0.15 is no oracle here: a coefficient of its cubic is wrong (statsmodels/statsmodels#10269).
    ours = proportions(*counts, confidence_level=float(2 * ndtr(z) - 1)).difference_interval

    low, high = likelihood_ends(counts, z)
    assert (ours.low, ours.high) == (pytest.approx(low, abs=1e-6), pytest.approx(high, abs=1e-6))


@given(ARM, ARM)
def test_koopmans_interval_agrees_with_statsmodels(control: tuple[int, int], treatment: tuple[int, int]) -> None:
    (x_c, n_c), (x_t, n_t) = control, treatment
    assume(0 < x_c < n_c and 0 < x_t < n_t and x_c * n_t != x_t * n_c)
    ours = proportions(x_c, n_c, x_t, n_t).relative_interval

    low, high = confint_proportions_2indep(x_t, n_t, x_c, n_c, method="score", compare="ratio", correction=False)
    assert ours.low == pytest.approx(low - 1, rel=1e-5, abs=1e-6)
    assert ours.high == pytest.approx(high - 1, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize(("method", "name"), [("wald", "wald"), ("newcombe", "newcomb")])
@pytest.mark.parametrize("counts", [(48, 80, 56, 70), (9, 10, 3, 10), (10, 100, 20, 300), (0, 10, 4, 20)])
def test_wald_and_newcombe_agree_with_statsmodels(method: str, name: str, counts: tuple[int, int, int, int]) -> None:
    ours = proportions(*counts, method=method).difference_interval

    low, high = confint_proportions_2indep(counts[2], counts[3], counts[0], counts[1], method=name)
    assert (ours.low, ours.high) == (pytest.approx(low, abs=1e-12), pytest.approx(high, abs=1e-12))


def test_katzs_interval_of_the_ratio_by_hand() -> None:
    interval = proportions(20, 100, 30, 100, method="wald").relative_interval

    width = math.exp(1.959963984540054 * math.sqrt(1 / 20 - 1 / 100 + 1 / 30 - 1 / 100))
    assert (interval.low, interval.high) == (pytest.approx(1.5 / width - 1), pytest.approx(1.5 * width - 1))


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ((11, 10, 1, 10), "successes_control == 11, must be between 0 and n_control == 10."),
        ((1, 10, -1, 10), "successes_treatment == -1, must be between 0 and n_treatment == 10."),
        ((1, 10, 0, -10), "n_treatment == -10, must be at least 0."),
    ],
)
def test_impossible_counts_are_refused(counts: tuple[int, int, int, int], message: str) -> None:
    with refused(message):
        proportions(*counts)


def test_an_unknown_method_is_refused() -> None:
    with refused("method == 'newcomb', must be one of score, wald, newcombe; nearest is 'newcombe'."):
        proportions(1, 2, 1, 2, method="newcomb")
