"""Rank correlations against scipy, their interval against its formula and the bootstrap, later rates by hand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crmlib.analysis import aggregates, prediction, rfm

if TYPE_CHECKING:
    from tests.analysis.helpers import MakeOrders


def followed_of(n: int, seed: int, *, once: float = 0.6) -> pd.DataFrame:
    """Customers as a mail-order house has them: most bought once, and the recent and frequent buy again more often."""
    rng = np.random.default_rng(seed)
    orders = np.where(rng.random(n) < once, 1, 1 + rng.geometric(0.4, n))
    recency = rng.integers(0, 700, n)
    chance = 1 / (1 + np.exp(1.2 + recency / 300 - 0.25 * orders))
    bought = (rng.random(n) < chance).astype(int)
    amount = orders * rng.integers(2_000, 6_000, n)
    later = bought * rng.integers(2_000, 9_000, n)
    table = {"recency_days": recency, "n_orders": orders, "amount": amount, "bought_later": bought}
    return rfm.score(pd.DataFrame({**table, "amount_later": later}))


def test_only_customers_of_the_base_day_are_followed_and_none_is_lost(make_orders: MakeOrders) -> None:
    orders = make_orders([
        ("1", "a", 10, 100), ("2", "a", 60, 70), ("3", "b", 20, 50), ("4", "c", 55, 40), ("5", "a", 101, 9),
    ])  # fmt: skip
    base = aggregates.customer_table(orders, as_of_day=50)
    window = aggregates.customer_window(orders, first_day=51, last_day=100)

    found = prediction.outcomes(base, window).set_index("customer_id")

    assert found.index.tolist() == ["a", "b"]
    assert found.loc["a", ["n_orders", "amount", "orders_later", "amount_later", "bought_later"]].tolist() == [
        1, 100, 1, 70, 1,
    ]  # fmt: skip
    assert found.loc["b", ["orders_later", "amount_later", "bought_later"]].tolist() == [0, 0, 0]


def test_nothing_after_the_base_day_changes_r_f_or_m(make_orders: MakeOrders) -> None:
    rows = [("1", "a", 10, 100), ("2", "b", 30, 50)]
    before = aggregates.customer_table(make_orders(rows), as_of_day=50)
    after = aggregates.customer_table(make_orders([*rows, ("3", "a", 51, 999), ("4", "c", 60, 9)]), as_of_day=50)
    pd.testing.assert_frame_equal(before, after)


def test_spearman_of_a_published_example() -> None:
    # R: cor.test(x, y, method = "spearman") of ?cor.test (Hollander and Wolfe 1973, p. 187), rho 0.6.
    x = [44.4, 45.9, 41.9, 53.3, 44.7, 44.1, 50.7, 45.2, 60.1]
    y = [2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8]
    assert prediction.spearman(x, y) == pytest.approx(0.6)


@pytest.mark.parametrize("seed", range(4))
def test_spearman_is_scipys_with_ties_too(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 4, 200), rng.integers(0, 2, 200)
    assert prediction.spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)


def test_the_interval_without_ties_is_about_bonett_and_wrights() -> None:
    # Bonett and Wright (2000), Psychometrika 65, 23-28: atanh(rho) ± z sqrt((1 + rho2 / 2) / (n - 3)).
    rng = np.random.default_rng(6)
    x = rng.normal(size=3_000)
    y = 0.5 * x + rng.normal(size=3_000)
    rho, interval = prediction.spearman(x, y), prediction.spearman_interval(x, y)
    half = 1.959964 * math.sqrt((1 + rho**2 / 2) / (3_000 - 3))
    assert interval.low == pytest.approx(math.tanh(math.atanh(rho) - half), abs=0.002)
    assert interval.high == pytest.approx(math.tanh(math.atanh(rho) + half), abs=0.002)


def test_the_interval_of_two_by_two_counts_is_that_of_phi() -> None:
    # Of yes and no Spearman's is phi, whose variance is known (Bishop, Fienberg and Holland 1975, p. 381-382).
    counts = {(0, 0): 40, (0, 1): 10, (1, 0): 20, (1, 1): 30}
    x, y = (np.repeat([cell[side] for cell in counts], list(counts.values())) for side in (0, 1))
    phi = (40 * 30 - 10 * 20) / math.sqrt(50 * 50 * 60 * 40)
    a = (0.5 - 0.5) / math.sqrt(0.5 * 0.5)  # of the rows, which are equally many
    b = (0.6 - 0.4) / math.sqrt(0.6 * 0.4)
    variance = (1 - phi**2 + phi * (1 + phi**2 / 2) * a * b - 0.75 * phi**2 * (a**2 + b**2)) / 100
    half = 1.959964 * math.sqrt(variance) / (1 - phi**2)
    interval = prediction.spearman_interval(x, y)
    assert prediction.spearman(x, y) == pytest.approx(phi)
    assert interval.low == pytest.approx(math.tanh(math.atanh(phi) - half), abs=1e-6)
    assert interval.high == pytest.approx(math.tanh(math.atanh(phi) + half), abs=1e-6)


def test_a_perfect_correlation_is_its_own_interval_and_three_customers_have_none() -> None:
    assert prediction.spearman_interval(range(9), range(9)).low == pytest.approx(1)
    assert prediction.spearman_interval(range(9), range(9, 0, -1)).high == pytest.approx(-1)
    assert math.isnan(prediction.spearman_interval([1, 2, 3], [1, 3, 2]).low)


@pytest.mark.parametrize("outcome", prediction.OUTCOMES)
def test_the_interval_is_near_the_bootstraps_although_many_values_are_equal(outcome: str) -> None:
    followed = followed_of(600, seed=11)
    rng = np.random.default_rng(2)
    table = prediction.correlations(followed).set_index(["rfm_measure", "later_outcome"])
    for measure, (name, sign) in prediction.MEASURES.items():
        x, y = sign * followed[name].to_numpy(dtype=float), followed[outcome].to_numpy(dtype=float)
        draws = rng.integers(0, len(x), (400, len(x)))
        low, high = np.quantile([prediction.spearman(x[at], y[at]) for at in draws], [0.025, 0.975])
        row = table.loc[(measure, outcome)]
        assert row["rho_low"] == pytest.approx(low, abs=0.025)
        assert row["rho_high"] == pytest.approx(high, abs=0.025)


@pytest.mark.slow
def test_the_interval_holds_the_truth_in_about_95_of_100() -> None:
    truth = prediction.correlations(followed_of(400_000, seed=1)).set_index(["rfm_measure", "later_outcome"])["rho"]
    held = np.zeros(len(truth))
    for seed in range(400):
        found = prediction.correlations(followed_of(400, seed=100 + seed)).set_index(["rfm_measure", "later_outcome"])
        held += ((found["rho_low"] <= truth) & (truth <= found["rho_high"])).to_numpy()
    assert (held / 400 > 0.92).all()
    assert (held / 400 < 0.98).all()


def test_more_recent_is_more() -> None:
    table = prediction.correlations(followed_of(2_000, seed=3))
    assert table["rfm_measure"].tolist() == ["recency", "frequency", "money"] * 2
    assert (table["rho_low"] > 0).sum() >= 4


def test_the_later_rates_of_each_score_by_hand() -> None:
    followed = pd.DataFrame({
        "r": [5, 5, 5, 5, 1, 1], "f": [1] * 6, "m": [1] * 6,
        "bought_later": [1, 1, 1, 0, 0, 0], "amount_later": [10, 20, 30, 0, 0, 0],
    })  # fmt: skip

    table = prediction.later_rates(followed)

    assert len(table) == 15
    recency = table[table["rfm_measure"] == "recency"].set_index("score")
    assert recency.index.tolist() == [5, 4, 3, 2, 1]
    names = ["n_start", "n_bought_later", "later_rate", "later_lift", "amount_per_customer"]
    assert recency.loc[5, names].tolist() == [4, 3, 0.75, 1.5, 15.0]
    assert recency.loc[5, "later_rate_low"] < 0.75 < recency.loc[5, "later_rate_high"]
    assert recency.loc[3, ["later_rate", "later_lift", "amount_per_customer"]].isna().all()
    assert recency.loc[1, "later_rate"] == 0


def test_who_does_all_the_same_has_no_correlation() -> None:
    followed = followed_of(50, seed=1).assign(bought_later=1, amount_later=5)
    assert prediction.correlations(followed)[["rho", "rho_low", "rho_high"]].isna().all(axis=None)
    empty = prediction.correlations(followed[:0])
    assert empty["n_followed"].tolist() == [0] * 6
    assert empty["rho"].isna().all()
    assert prediction.later_rates(followed[:0])["later_rate"].isna().all()
