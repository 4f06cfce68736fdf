"""Two proportions: a test and the interval of the difference that inverts it, so that they never contradict."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from scipy import special
from scipy.optimize import brentq

from crmlib.analysis.checks import require_choice, require_counts
from crmlib.analysis.intervals import UNKNOWN, Interval, normal_quantile, wilson

METHODS = ("score", "wald", "newcombe")
TINY = 1e-9


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Successes and trials of the control and of the treatment."""

    x_c: float
    n_c: float
    x_t: float
    n_t: float

    @property
    def p_c(self) -> float:
        """The control's share."""
        return self.x_c / self.n_c

    @property
    def p_t(self) -> float:
        """The treatment's share."""
        return self.x_t / self.n_t

    @property
    def difference(self) -> float:
        """Treatment minus control."""
        # Over one denominator equal shares differ by exactly 0, which two roundings would miss.
        return (self.x_t * self.n_c - self.x_c * self.n_t) / (self.n_t * self.n_c)


@dataclass(frozen=True, kw_only=True)
class ProportionsResult:
    """Treatment against control; `difference` is treatment - control, `relative` is treatment / control - 1.

    `statistic` is the z of the test, whose square is the chi-squared of a 2 x 2 table with method "score".
    `pvalue` is below 1 - confidence_level exactly when `difference_interval` excludes 0.
    """

    method: str
    confidence_level: float
    n_control: int
    n_treatment: int
    rate_control: float
    rate_treatment: float
    interval_control: Interval
    interval_treatment: Interval
    difference: float
    difference_interval: Interval
    relative: float
    relative_interval: Interval
    statistic: float
    pvalue: float


def proportions(
    successes_control: int,
    n_control: int,
    successes_treatment: int,
    n_treatment: int,
    *,
    method: str = "score",
    confidence_level: float = 0.95,
) -> ProportionsResult:
    """Compare two proportions; zero and full successes are no obstacle, an empty arm gives NaN.

    "score": the pooled z test without continuity correction (its square is Pearson's chi-squared), Mee's interval of
    the difference and Koopman's of the ratio, which invert it. "wald": unpooled variance; the interval of R's
    prop.test. "newcombe": square-and-add of Wilson's intervals, its p-value found by inverting the interval. The
    last two give the ratio's interval on the log scale (Katz). Each arm has Wilson's interval.

    Returns:
        ProportionsResult. Where the control has no success `relative` is NaN and its interval open above (inf).

    Raises:
        ValueError: successes are not between 0 and n, an unknown method, or a confidence_level outside 0 to 1.

    Source: Mee (1984), Biometrics 40, 1175-1176; Koopman (1984), Biometrics 40, 513-517; Newcombe (1998), Statistics
    in Medicine 17, 873-890, method 10; Katz et al. (1978), Biometrics 34, 469-474.

    Example:
        >>> round(proportions(120, 1000, 150, 1000).pvalue, 5)
        0.04964
    """
    require_choice("method", method, METHODS)
    require_counts("successes_control", successes_control, "n_control", n_control)
    require_counts("successes_treatment", successes_treatment, "n_treatment", n_treatment)
    z = normal_quantile(confidence_level)
    counts = Counts(x_c=successes_control, n_c=n_control, x_t=successes_treatment, n_t=n_treatment)
    known = n_control > 0 and n_treatment > 0
    nan = float("nan")
    statistic, interval, ratio = _TESTS[method](counts, z) if known else (nan, UNKNOWN, UNKNOWN)
    return ProportionsResult(
        method=method,
        confidence_level=confidence_level,
        n_control=n_control,
        n_treatment=n_treatment,
        rate_control=counts.p_c if n_control else nan,
        rate_treatment=counts.p_t if n_treatment else nan,
        interval_control=wilson(successes_control, n_control, confidence_level=confidence_level),
        interval_treatment=wilson(successes_treatment, n_treatment, confidence_level=confidence_level),
        difference=counts.difference if known else nan,
        difference_interval=interval,
        relative=counts.p_t / counts.p_c - 1 if known and successes_control else nan,
        relative_interval=Interval(ratio.low - 1, ratio.high - 1),
        statistic=statistic,
        pvalue=float(2 * special.ndtr(-abs(statistic))),
    )


Test = tuple[float, Interval, Interval]


def _score(counts: Counts, z: float) -> Test:
    pooled = (counts.x_c + counts.x_t) / (counts.n_c + counts.n_t)
    variance = pooled * (1 - pooled) * (1 / counts.n_c + 1 / counts.n_t)
    statistic = counts.difference / math.sqrt(variance) if variance > 0 else 0.0
    return statistic, _score_difference(counts, z), _score_ratio(counts, z)


def _wald(counts: Counts, z: float) -> Test:
    d = counts.difference
    error = math.sqrt(counts.p_c * (1 - counts.p_c) / counts.n_c + counts.p_t * (1 - counts.p_t) / counts.n_t)
    statistic = d / error if error else math.copysign(math.inf, d) if d else 0.0
    return statistic, Interval(d - z * error, d + z * error), _log_ratio(counts, z)


def _newcombe(counts: Counts, z: float) -> Test:
    d = counts.difference
    below, above = _square_and_add(counts, z)
    if d == 0:
        statistic = 0.0
    else:
        # The z at which the end nearer to 0 touches it: the test that this interval inverts.
        end = 0 if d > 0 else 1
        statistic = math.copysign(brentq(lambda at: abs(d) - _square_and_add(counts, at)[end], TINY, 1e6), d)
    return statistic, Interval(d - below, d + above), _log_ratio(counts, z)


_TESTS: dict[str, Callable[[Counts, float], Test]] = {"score": _score, "wald": _wald, "newcombe": _newcombe}


def _square_and_add(counts: Counts, z: float) -> tuple[float, float]:
    # How far the interval of the difference reaches below and above the difference.
    c, t = (_reach(x, n, z) for x, n in ((counts.x_c, counts.n_c), (counts.x_t, counts.n_t)))
    return math.hypot(t[0], c[1]), math.hypot(c[0], t[1])


def _reach(x: float, n: float, z: float) -> tuple[float, float]:
    # Wilson's interval as distances below and above the share, at any z.
    p = x / n
    centre = (x + z**2 / 2) / (n + z**2)
    half = z / (n + z**2) * math.sqrt(n * p * (1 - p) + z**2 / 4)
    return (p - (centre - half) if x else 0.0), (centre + half - p if x < n else 0.0)


def _log_ratio(counts: Counts, z: float) -> Interval:
    if not (counts.x_c and counts.x_t):
        return UNKNOWN
    variance = 1 / counts.x_c - 1 / counts.n_c + 1 / counts.x_t - 1 / counts.n_t
    ratio, width = counts.p_t / counts.p_c, math.exp(z * math.sqrt(variance))
    return Interval(ratio / width, ratio * width)


def _score_difference(counts: Counts, z: float) -> Interval:
    d = counts.difference

    def beyond(delta: float) -> float:
        return (d - delta) ** 2 - z**2 * _variance_at(counts, delta)

    low = -1.0 if d <= -1 else brentq(beyond, -1.0, d - TINY, xtol=1e-15)
    high = 1.0 if d >= 1 else brentq(beyond, d + TINY, 1.0, xtol=1e-15)
    return Interval(low, high)


def _variance_at(counts: Counts, delta: float) -> float:
    # Variance of the difference under the hypothesis that it is delta (the cubic of Miettinen and Nurminen 1985).
    n = counts.n_c + counts.n_t
    a = (counts.n_t + 2 * counts.n_c) * delta - n - (counts.x_c + counts.x_t)
    b = (counts.n_c * delta - n - 2 * counts.x_c) * delta + counts.x_c + counts.x_t
    c = counts.x_c * delta * (1 - delta)
    q = (a / (3 * n)) ** 3 - a * b / (6 * n**2) + c / (2 * n)
    p = math.copysign(math.sqrt(max((a / (3 * n)) ** 2 - b / (3 * n), 0.0)), q)
    turn = (math.pi + math.acos(min(max(q / p**3, -1.0), 1.0))) / 3 if p else 0.0
    p_c = min(max(2 * p * math.cos(turn) - a / (3 * n), 0.0, -delta), 1.0, 1.0 - delta)
    p_t = p_c + delta
    return max(p_t * (1 - p_t), 0.0) / counts.n_t + p_c * (1 - p_c) / counts.n_c


def _score_ratio(counts: Counts, z: float) -> Interval:
    # Searched on the log scale; an end is 0 or infinite where an arm has no success.
    def beyond(log_ratio: float) -> float:
        ratio = math.exp(log_ratio)
        return (counts.p_t - ratio * counts.p_c) ** 2 - z**2 * _ratio_variance_at(counts, ratio)

    start = math.log(counts.p_t / counts.p_c) if counts.x_t and counts.x_c else 0.0
    low = math.exp(_outward(beyond, start if counts.x_c else 30.0, -1)) if counts.x_t else 0.0
    high = math.exp(_outward(beyond, start if counts.x_t else -30.0, 1)) if counts.x_c else math.inf
    return Interval(low, high)


def _ratio_variance_at(counts: Counts, ratio: float) -> float:
    # Variance of p_t - ratio * p_c under the hypothesis that the ratio is that (Koopman 1984).
    total = counts.x_c + counts.x_t
    b = counts.n_t * ratio + counts.x_t + counts.n_c + counts.x_c * ratio
    root = math.sqrt(max(b**2 - 4 * (counts.n_c + counts.n_t) * ratio * total, 0.0))
    p_c = min(2 * total / (b + root), 1.0)
    p_t = min(ratio * p_c, 1.0)
    return p_t * (1 - p_t) / counts.n_t + ratio**2 * p_c * (1 - p_c) / counts.n_c


def _outward(beyond: Callable[[float], float], start: float, direction: int) -> float:
    # Doubles the step until the hypothesis is rejected, then finds where that begins.
    near, step = start + direction * TINY, 0.1
    while beyond(start + direction * step) < 0:
        step *= 2
    return brentq(beyond, near, start + direction * step, xtol=1e-14)
