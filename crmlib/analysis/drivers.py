"""Which of the other questions goes with the answer: a rank correlation each, and their weight beside one another."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from crmlib.analysis.checks import require_columns
from crmlib.analysis.intervals import normal_quantile
from crmlib.analysis.prediction import spearman

LEAST = 30
ALPHA = 0.05
DRAWS = 500
# Words from the least to the most.
ORDERS = {"usage": ("not_opened", "stopped", "sometimes", "every_day"), "effect_felt": ("no", "a_little", "yes"),
          "recognised": ("no", "yes")}  # fmt: skip
QUESTIONS = ("expectation", "experience", "usage", "effect_felt", "recognised", "product_rating", "price_rating",
             "delivery_rating", "packaging_rating", "support_rating", "site_rating")  # fmt: skip
RATINGS = tuple(name for name in QUESTIONS if name.endswith("_rating"))
Floats = NDArray[np.float64]


def values(answers: pd.DataFrame) -> pd.DataFrame:
    """The questions as numbers, each from its lowest to its highest answer; not answered is missing.

    Questions that nobody answered, or all in the same way, are left out: nothing can go with them.
    """
    require_columns("answers", answers.columns, [*QUESTIONS, "nps"])
    found = {name: _numbers(answers[name], name) for name in QUESTIONS}
    return pd.DataFrame({name: column for name, column in found.items() if column.nunique() > 1}, index=answers.index)


def relations(answers: pd.DataFrame, *, least: int = LEAST, alpha: float = ALPHA) -> pd.DataFrame:
    """Spearman's rank correlation of every question with the answer 0 to 10, strongest first.

    Interval and p-value on Fisher's scale with one error: atanh(rho) +- z sqrt((1 + rho^2 / 2) / (n - 3)), so that
    pvalue < alpha exactly when the interval excludes 0. Corrected for the k questions of at least `least` answers:
    intervals at 1 - alpha / k, pvalue = min(1, k p).

    Returns columns:
        driver; n (told both); correlation, correlation_low, correlation_high (-1 to 1, NaN below `least`); pvalue;
        driver_clear (bool: the interval excludes 0); n_comparisons (k).

    Raises:
        ValueError: a column is missing.

    Source: Bonett and Wright (2000), Psychometrika 65, 23-28.
    """
    numbers = values(answers)
    sizes = {name: int(numbers[name].notna().sum()) for name in numbers}
    k = max(sum(n >= least for n in sizes.values()), 1)
    rows = [
        (name, n, *(_relation(numbers[name], answers["nps"], 1 - alpha / k) if n >= least else (np.nan,) * 4))
        for name, n in sizes.items()
    ]
    names = ["driver", "n", "correlation", "correlation_low", "correlation_high", "pvalue"]
    table = pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names[2:], "float64"))
    table["pvalue"] = (table["pvalue"] * k).clip(upper=1)
    table["driver_clear"] = (table["correlation_low"] > 0) | (table["correlation_high"] < 0)
    order = table["correlation"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True).assign(n_comparisons=k)


def missing(table: pd.DataFrame) -> str | None:
    """The column without which, as without all others, there is no relation; None where `relations` holds one."""
    return "surveys.experience" if table.empty else None


def weights(answers: pd.DataFrame, *, draws: int = DRAWS, seed: int = 1, least: int = LEAST) -> pd.DataFrame:
    """Johnson's relative weights on ranks: each question's part of what all of them explain together.

    Only of customers who answered every question kept; a question is kept where at least half as many answered it as
    answered the one with most. The interval is the middle 95 % of `draws` samples of the customers, drawn with the
    seed; it tells how firm the order is and is no test.

    Returns columns:
        driver; weight, weight_low, weight_high (share of the explained variance of the ranks; they add up to 1);
        n_complete. No row where fewer than `least` (or 5 a question) answered all, where all of these answered
        alike, or with fewer than two questions.

    Source: Johnson (2000), Multivariate Behavioral Research 35, 1-19; Tonidandel, LeBreton and Johnson (2009),
    Psychological Methods 14, 387-399 on the bootstrap.
    """
    numbers = values(answers)
    sizes = numbers.notna().sum()
    kept = [name for name in numbers if sizes[name] * 2 >= sizes.max()]
    rows = numbers[kept].assign(nps=answers["nps"].astype("float64")).dropna().to_numpy(dtype="float64")
    columns = ["driver", "weight", "weight_low", "weight_high", "n_complete"]
    if len(kept) < 2 or len(rows) < max(least, 5 * len(kept)) or (np.ptp(rows, axis=0) == 0).any():
        return pd.DataFrame(columns=columns).astype(dict.fromkeys(columns[1:], "float64"))
    random = np.random.default_rng(seed)
    drawn = [_weights(rows[random.integers(0, len(rows), len(rows))]) for _ in range(draws)]
    low, high = np.nanpercentile(np.array(drawn), [2.5, 97.5], axis=0)
    table = pd.DataFrame({"driver": kept, "weight": _weights(rows), "weight_low": low, "weight_high": high})
    return table.assign(n_complete=len(rows)).sort_values("weight", ascending=False, ignore_index=True)


def priorities(answers: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Importance against performance: what goes with the answer and is rated low comes first.

    importance: the rank correlation. performance: the mean answer as a share of the way from the lowest to the highest
    answer of its scale; the ratings share one scale, as do expectation and experience, and a scale reaches from the
    lowest to the highest answer given to any of its questions: that nobody gives a delivery the lowest mark is no
    reason to rate it lower. Important: clearly related, and at least as closely as the median question. Rated low:
    below the mean performance of the questions. What is loose is less important or not clearly related. What was
    expected before the purchase is nothing that the shop performs, and is left out.

    Returns columns:
        those of `found` (of `relations`); performance (0 to 1; NaN where not told); driver_priority (fix_first,
        keep_up, low_and_loose, high_and_loose, not_told), sorted by priority and correlation.
    """
    numbers = values(answers)
    found = found[found["driver"] != "expectation"].reset_index(drop=True)
    lows, highs = _scales(numbers)
    means = (numbers.mean() - lows) / (highs - lows)
    table = found.assign(performance=found["driver"].map(means).astype("float64"))
    told = table["correlation"].notna()
    table["performance"] = table["performance"].where(told)
    important = table["driver_clear"] & (table["correlation"] >= table.loc[told, "correlation"].median())
    low = table["performance"] < table["performance"].mean()
    cases = [~told, important & low, important, low]
    table["driver_priority"] = np.select(cases, ["not_told", "fix_first", "keep_up", "low_and_loose"], "high_and_loose")
    place = table["driver_priority"].map({name: n for n, name in enumerate(PRIORITIES)})
    order = (
        table.assign(place=place).sort_values(["place", "correlation"], ascending=[True, False], kind="stable").index
    )
    return table.loc[order].reset_index(drop=True)


PRIORITIES = ("fix_first", "keep_up", "low_and_loose", "high_and_loose", "not_told")


def _numbers(column: pd.Series, name: str) -> pd.Series:
    if name not in ORDERS:
        return column.astype("float64")
    return column.astype(object).map({word: float(place) for place, word in enumerate(ORDERS[name])}).astype("float64")


def _scales(numbers: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """The lowest and the highest answer of each question's scale."""
    lows, highs = numbers.min(), numbers.max()
    for words in ORDERS.keys() & set(numbers):
        lows[words], highs[words] = 0.0, len(ORDERS[words]) - 1.0
    for questions in (RATINGS, ("expectation", "experience")):
        shared = [name for name in questions if name in numbers]
        lows[shared], highs[shared] = lows[shared].min(), highs[shared].max()
    return lows, highs


def _relation(driver: pd.Series, answers: pd.Series, level: float) -> tuple[float, float, float, float]:
    both = pd.DataFrame({"x": driver, "y": answers.astype("float64")}).dropna()
    if both["x"].nunique() < 2 or both["y"].nunique() < 2:
        return (np.nan,) * 4
    rho = spearman(both["x"], both["y"])
    if abs(rho) >= 1 - 1e-12:
        return rho, rho, rho, 0.0
    middle, n = np.arctanh(rho), len(both)
    half = normal_quantile(level) * np.sqrt((1 + rho**2 / 2) / (n - 3))
    pvalue = float(2 * special.ndtr(-abs(middle) / np.sqrt((1 + rho**2 / 2) / (n - 3))))
    return rho, float(np.tanh(middle - half)), float(np.tanh(middle + half)), pvalue


def _weights(rows: Floats) -> Floats:
    """Relative weights of all columns but the last, for the last; on ranks, scaled to add up to 1."""
    ranks = pd.DataFrame(rows).rank().to_numpy()
    spread = ranks.std(axis=0)
    if (spread == 0).any():
        # A drawn sample in which everybody answers alike tells nothing.
        return np.full(rows.shape[1] - 1, np.nan)
    together = np.corrcoef(ranks, rowvar=False)
    size, turned = np.linalg.eigh(together[:-1, :-1])
    size = np.clip(size, 0, None)
    root = turned @ np.diag(np.sqrt(size)) @ turned.T
    slopes = np.linalg.pinv(root) @ together[:-1, -1]
    raw = (root**2) @ (slopes**2)
    return raw / raw.sum() if raw.sum() > 0 else np.full(len(raw), np.nan)
