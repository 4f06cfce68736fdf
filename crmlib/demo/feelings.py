"""What the survey asks beside the score: effect, recognition, intent to continue and how content people are."""

from __future__ import annotations

import numpy as np
import pandas as pd

BLANK = -1
EFFECTS = ("yes", "a_little", "no")
FELT, A_LITTLE, NOT_FELT = range(len(EFFECTS))
RECOGNITIONS = ("yes", "no")
REPEAT_DAYS = 90

# Of those who do not buy again within REPEAT_DAYS, by usage: who feels an effect, a little, none.
EFFECT_SHARE = np.array([[0.46, 0.37, 0.17], [0.22, 0.44, 0.34], [0.07, 0.26, 0.67], [0.02, 0.07, 0.91]])
# An odds ratio is the same read from either side. Drawing the answer given who buys again is the same as letting the
# answer raise the odds of buying again, and it leaves every order where it was.
EFFECT_ODDS = np.array([2.6, 1.6, 1.0])  # of buying again, by effect, against no effect, usage being equal
RECOGNISED = np.array([0.40, 0.17, 0.04])  # by effect, of those who do not buy again
RECOGNISED_ODDS = 2.0  # of buying again, effect and usage being equal
EFFECT_BLANK, RECOGNISED_BLANK, INTENT_BLANK = 0.02, 0.12, 0.02

RATINGS = ("product", "price", "delivery", "packaging", "support", "site")
MIDDLE_SCORE, SCORE_SPREAD = 6.3, 2.4
LEVEL = np.array([3.7, 3.1, 4.0, 3.8, 3.6, 3.5])
PULL = np.array([0.78, 0.34, 0.12, 0.10, 0.30, 0.03])  # of one spread of the score
NOISE = np.array([0.65, 0.85, 0.75, 0.75, 0.85, 0.85])
RATING_BLANK = np.array([0.01, 0.01, 0.02, 0.03, 0.08, 0.04])


def with_feelings(rng: np.random.Generator, answers: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """`answers` with effect (row of EFFECTS), recognised (row of RECOGNITIONS), intent (0-10) and RATINGS (1-5).

    BLANK where a question was left out. Use leads to effect, effect to recognition, and both to buying again; the
    score moves with the product's rating most, less with support, hardly with the site.
    """
    n = len(answers)
    again = bought_again(answers, orders)
    effect = effects(rng, answers["usage"].to_numpy(), again)
    odds = RECOGNISED / (1 - RECOGNISED)
    odds_told = odds[effect] * np.where(again, RECOGNISED_ODDS, 1.0)
    recognised = np.where(rng.random(n) < odds_told / (1 + odds_told), 0, 1)
    score = answers["nps"].to_numpy()
    intent = np.round(1.6 + 0.62 * score + 1.0 * again + rng.normal(0, 1.4, size=n)).clip(0, 10).astype(int)
    spread = (score[:, None] - MIDDLE_SCORE) / SCORE_SPREAD
    rated = np.round(LEVEL + PULL * spread + rng.normal(size=(n, len(RATINGS))) * NOISE).clip(1, 5).astype(int)
    rated = np.where(rng.random(rated.shape) < RATING_BLANK, BLANK, rated)
    return answers.assign(
        effect=np.where(rng.random(n) < EFFECT_BLANK, BLANK, effect),
        recognised=np.where(rng.random(n) < RECOGNISED_BLANK, BLANK, recognised),
        intent=np.where(rng.random(n) < INTENT_BLANK, BLANK, intent),
        **dict(zip(RATINGS, rated.T, strict=True)),
    )


def effects(rng: np.random.Generator, usage: np.ndarray, again: np.ndarray) -> np.ndarray:
    """Whether each customer feels an effect, given the usage and whether the customer buys again."""
    weight = EFFECT_SHARE[usage] * np.where(again[:, None], EFFECT_ODDS, 1.0)
    reach = np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)
    return (rng.random(len(usage))[:, None] > reach).sum(axis=1).clip(max=NOT_FELT)


def bought_again(answers: pd.DataFrame, orders: pd.DataFrame) -> np.ndarray:
    """True where the customer ordered in the days 1 to REPEAT_DAYS after the answer."""
    numbered = answers[["customer", "day"]].reset_index(drop=True)
    pairs = numbered.reset_index().merge(orders[["customer", "day"]], on="customer")
    after = pairs["day_y"] - pairs["day_x"]
    return np.bincount(pairs["index"][(after >= 1) & (after <= REPEAT_DAYS)], minlength=len(numbered)) > 0
