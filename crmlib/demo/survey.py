"""Two waves of the customer survey: who was asked, who answered, and what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib.demo import market

WAVES = (("NPS-2024", 502), ("NPS-2025", 137))  # name and days before the last day on which it was sent
ASKED_DAYS = 365  # bought within so many days before
ANSWER_LOGIT = -1.05
ANSWER_SHIFT = np.array([0.35, 0.00, -0.75, -1.00])  # who does not use the product seldom answers
TRUE_USAGE_TOLD = 0.93
TWICE = 0.012  # some answer twice, and their last answer counts

# Chances of 0..10 in percent by usage. Japanese answers gather at 5; domain.md gives 27.6 % for one survey.
ANSWERS = np.array(
    [
        [0.4, 0.2, 0.4, 0.8, 1.2, 8.5, 6.5, 15.0, 26.0, 19.0, 22.0],
        [1.0, 0.7, 1.3, 2.2, 3.2, 22.0, 13.6, 20.0, 17.6, 8.6, 9.8],
        [5.0, 3.0, 4.0, 6.0, 7.0, 28.0, 15.0, 14.0, 10.0, 4.0, 4.0],
        [7.0, 3.0, 5.0, 6.0, 6.0, 34.0, 12.0, 12.0, 8.0, 3.0, 4.0],
    ]
)  # fmt: skip
PROMISE = np.array([0.0, 0.3, 0.5, -0.1, 0.1, 0.0])  # by medium: louder advertising, higher expectation


@dataclass(frozen=True, kw_only=True)
class Survey:
    """sent: survey (row of WAVES), customer, day. answers: the same and second, nps, expectation, experience, usage."""

    sent: pd.DataFrame
    answers: pd.DataFrame


def survey(rng: np.random.Generator, people: pd.DataFrame, orders: pd.DataFrame, *, last_day: int) -> Survey:
    """Ask everyone who bought in the year before each wave and takes mail; about a quarter answer."""
    sent = pd.concat([_sent(people, orders, wave, last_day=last_day) for wave in range(len(WAVES))], ignore_index=True)
    usage = people["usage"].to_numpy()[sent["customer"]]
    chance = 1 / (1 + np.exp(-(ANSWER_LOGIT + ANSWER_SHIFT[usage])))
    answered = sent[rng.random(len(sent)) < chance]
    twice = answered[rng.random(len(answered)) < TWICE]
    first = _answers(rng, people, answered, after=0)
    again = _answers(rng, people, twice, after=10)
    both = pd.concat([first, again], ignore_index=True).sort_values(["survey", "day", "second"], kind="stable")
    return Survey(sent=sent, answers=both.reset_index(drop=True))


def true_nps() -> dict[str, float]:
    """The planted score of each usage group, from the chances of its answers, in points."""
    share = ANSWERS / ANSWERS.sum(axis=1, keepdims=True)
    score = 100 * (share[:, 9:].sum(axis=1) - share[:, :7].sum(axis=1))
    return dict(zip(market.USAGE, score.tolist(), strict=True))


def _sent(people: pd.DataFrame, orders: pd.DataFrame, wave: int, *, last_day: int) -> pd.DataFrame:
    day = last_day - WAVES[wave][1]
    recent = orders["customer"][(orders["day"] < day) & (orders["day"] >= day - ASKED_DAYS)].unique()
    asked = np.sort(recent[people["mail_optin"].to_numpy()[recent]])
    return pd.DataFrame({"survey": wave, "customer": asked, "day": day})


def _answers(rng: np.random.Generator, people: pd.DataFrame, asked: pd.DataFrame, *, after: int) -> pd.DataFrame:
    n = len(asked)
    who = people.iloc[asked["customer"]]
    told = np.where(rng.random(n) < TRUE_USAGE_TOLD, who["usage"], rng.integers(len(market.USAGE), size=n))
    reach = np.cumsum(ANSWERS / ANSWERS.sum(axis=1, keepdims=True), axis=1)[told]
    nps = (rng.random(n)[:, None] > reach).sum(axis=1).clip(max=10)
    promise = 3.4 + PROMISE[who["media"]]
    return asked.assign(
        day=asked["day"] + after + rng.geometric(0.35, size=n).clip(max=10) - 1,
        second=rng.integers(11 * 3600, 23 * 3600, size=n),
        nps=nps,
        expectation=np.round(rng.normal(promise, 0.8)).clip(1, 5).astype(int),
        experience=np.round(1.0 + 0.36 * nps + rng.normal(0, 0.6, size=n)).clip(1, 5).astype(int),
        usage=told,
    )
