"""Which questions go with the answer, and how much each weighs beside the others."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crmlib.analysis import drivers

N = 200


def survey(n: int = N, **columns: object) -> pd.DataFrame:
    """Answers with every question, none of them answered but those given."""
    table = pd.DataFrame(dict.fromkeys(drivers.QUESTIONS, pd.array([pd.NA] * n, dtype="Int64")))
    table = table.assign(usage="not_answered", effect_felt="not_answered", recognised="not_answered", nps=5)
    return table.assign(**columns)


def made(seed: int = 5, n: int = N) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    product, price, noise = rng.integers(1, 6, n), rng.integers(1, 6, n), rng.normal(0, 1, n)
    nps = np.clip(np.round(1.5 * product + 0.4 * price + noise), 0, 10).astype(int)
    return survey(n, product_rating=product, price_rating=price, site_rating=rng.integers(1, 6, n), nps=nps)


def test_the_relation_is_spearmans_with_fishers_interval() -> None:
    answers = made()
    table = drivers.relations(answers).set_index("driver")

    rho = stats.spearmanr(answers["product_rating"], answers["nps"]).statistic
    half = stats.norm.ppf(1 - 0.05 / 3 / 2) * math.sqrt((1 + rho**2 / 2) / (N - 3))
    assert table.index[0] == "product_rating"
    assert table.loc["product_rating", "correlation"] == pytest.approx(rho)
    assert table.loc["product_rating", "correlation_low"] == pytest.approx(math.tanh(math.atanh(rho) - half))
    assert table["n_comparisons"].unique().tolist() == [3]
    assert table["driver_clear"].to_dict() == {"product_rating": True, "price_rating": True, "site_rating": False}


@pytest.mark.parametrize("seed", range(12))
def test_the_verdict_is_that_of_the_interval(seed: int) -> None:
    table = drivers.relations(made(seed, n=40))

    assert ((table["pvalue"] < 0.05) == table["driver_clear"]).all()


def test_words_go_from_the_least_to_the_most() -> None:
    usage = ["not_opened", "stopped", "sometimes", "every_day"] * 20
    answers = survey(80, usage=usage, nps=[1, 3, 6, 9] * 20, recognised=["yes"] * 79 + ["not_answered"])

    table = drivers.relations(answers)

    # Nobody said no to being recognised: nothing can go with an answer that all give.
    assert table["driver"].tolist() == ["usage"]
    assert table.loc[0, "correlation"] == 1
    assert drivers.relations(survey()).empty
    assert drivers.missing(drivers.relations(survey())) == "surveys.experience"
    assert drivers.missing(drivers.relations(answers)) is None
    assert drivers.relations(answers.head(20))["correlation"].isna().all()


def test_weights_add_up_and_are_johnsons() -> None:
    answers = made()
    table = drivers.weights(answers, draws=50)

    # With uncorrelated questions a relative weight is the share of the squared correlations.
    ranks = answers[["product_rating", "price_rating", "site_rating", "nps"]].rank()
    squares = ranks.corr()["nps"].drop("nps") ** 2
    found = table.set_index("driver")["weight"]
    assert found.sum() == pytest.approx(1)
    assert found["product_rating"] == pytest.approx(squares["product_rating"] / squares.sum(), abs=0.03)
    assert (table["weight_low"] <= table["weight"]).all()
    assert (table["weight"] <= table["weight_high"]).all()
    assert drivers.weights(answers, draws=50).equals(table)
    assert drivers.weights(answers.head(20)).empty


def test_two_equal_questions_share_their_weight() -> None:
    answers = made()
    twins = answers.assign(support_rating=answers["product_rating"], site_rating=np.nan, price_rating=np.nan)

    weights = drivers.weights(twins, draws=20)["weight"].tolist()

    assert weights == pytest.approx([0.5, 0.5])


def test_a_question_asked_of_few_does_not_empty_the_table() -> None:
    answers = made().assign(packaging_rating=pd.array([1, 2, 3, 4, 5] * 2 + [pd.NA] * (N - 10), dtype="Int64"))

    table = drivers.weights(answers, draws=20)

    assert table["n_complete"].unique().tolist() == [N]
    assert "packaging_rating" not in table["driver"].tolist()


def test_important_and_rated_low_comes_first() -> None:
    answers = made().assign(expectation=[1, 5] * (N // 2))
    # Only the best stay above the lower half of the scale: 1, 1, 2, 2, 5 average 2.2, or 0.3 of the way.
    low = answers.assign(product_rating=answers["product_rating"].map({1: 1, 2: 1, 3: 2, 4: 2, 5: 5}))

    table = drivers.priorities(low, drivers.relations(low))

    assert table.iloc[0][["driver", "driver_priority"]].tolist() == ["product_rating", "fix_first"]
    assert "expectation" not in table["driver"].tolist()
    assert table.set_index("driver").loc["site_rating", "driver_priority"].endswith("loose")
    few = drivers.priorities(low.head(20), drivers.relations(low.head(20)))
    assert (few["driver_priority"] == "not_told").all()


def test_a_rating_that_nobody_gives_the_lowest_mark_is_not_rated_lower_for_it() -> None:
    # 2 and 5 in turn average 3.5: 0.625 of the way from 1 to 5, and only 0.5 of that from 2 to 5.
    answers = made().assign(delivery_rating=[2, 5] * (N // 2), usage=["sometimes", "every_day"] * (N // 2))
    table = drivers.priorities(answers, drivers.relations(answers)).set_index("driver")
    assert table.loc["delivery_rating", "performance"] == pytest.approx(0.625)
    # Words have their scale: not opened, stopped, sometimes, every day.
    assert table.loc["usage", "performance"] == pytest.approx(2.5 / 3)


@pytest.mark.slow
def test_nothing_is_called_a_driver_in_more_than_a_twentieth_of_surveys() -> None:
    rng = np.random.default_rng(11)
    called = 0
    for _ in range(300):
        ratings = {name: rng.integers(1, 6, 100) for name in drivers.QUESTIONS if name.endswith("_rating")}
        called += bool(drivers.relations(survey(100, nps=rng.integers(0, 11, 100), **ratings))["driver_clear"].any())

    assert called / 300 < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 300)


def test_where_all_answer_alike_nothing_is_told() -> None:
    same = made().assign(nps=7)

    assert drivers.relations(same)["correlation"].isna().all()
    assert drivers.weights(same, draws=5).empty
