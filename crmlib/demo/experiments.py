"""The shop's four experiments: one with an effect, one without, one with a broken ratio, one picked by hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

WINDOW_DAYS = 60
NO_EFFECT_SENT, BROKEN_SENT, BY_HAND_SENT = 200, 138, 290  # days before the last day
LOST_SHARE = (0.06, 0.38)  # treated customers whose record got lost: bought lately, bought long ago
CALLED_SHARE = 0.25
REACHED = 0.92


@dataclass(frozen=True, kw_only=True)
class Design:
    """What the shop wrote down about an experiment, in the words of its file."""

    experiment_id: str
    kind: str
    name: str
    hypothesis: str
    method: str
    metric: str
    sent: tuple[int, int]  # first and last day of assignment, as days before the last day


def designs(*, follow_up: tuple[int, int]) -> tuple[Design, ...]:
    """The four experiments; `follow_up` is the enrolment of the first, in days before the last day."""
    return (
        Design(
            experiment_id="EX01", kind="effect", name="定期3回目フォローコール",
            hypothesis="3回目のお届け後に使い方を電話で確かめると、次回のお届けが増える",
            method="無作為", metric="継続", sent=follow_up,
        ),
        Design(
            experiment_id="EX02", kind="none", name="メール件名テスト「お名前入り」",
            hypothesis="件名にお名前を入れると、60日以内の再購入が増える",
            method="無作為", metric="再購入", sent=(NO_EFFECT_SENT, NO_EFFECT_SENT),
        ),
        Design(
            experiment_id="EX03", kind="broken_ratio", name="冬の先行案内メール①",
            hypothesis="先行案内を送ると、60日以内の売上が増える",
            method="無作為", metric="売上", sent=(BROKEN_SENT, BROKEN_SENT),
        ),
        Design(
            experiment_id="EX04", kind="manual", name="優良顧客への御礼電話",
            hypothesis="御礼の電話をすると、60日以内の再購入が増える",
            method="担当者が選定", metric="再購入", sent=(BY_HAND_SENT, BY_HAND_SENT),
        ),
    )  # fmt: skip


def assignments(
    rng: np.random.Generator, people: pd.DataFrame, orders: pd.DataFrame, follow_up: pd.DataFrame, *, last_day: int
) -> pd.DataFrame:
    """Who was assigned to which arm: experiment (0..3), customer, day, treatment, done (whether it was carried out)."""
    parts = [
        follow_up[["customer", "day"]].assign(treatment=follow_up["treated"]),
        _no_effect(rng, people, orders, day=last_day - NO_EFFECT_SENT),
        _broken_ratio(rng, people, orders, day=last_day - BROKEN_SENT),
        _by_hand(rng, orders, n_people=len(people), day=last_day - BY_HAND_SENT),
    ]
    joined = pd.concat([part.assign(experiment=i) for i, part in enumerate(parts)], ignore_index=True)
    reached = np.where(joined["experiment"].isin([0, 3]), REACHED, 1.0)
    done = joined["treatment"] & (rng.random(len(joined)) < reached)
    return joined.assign(done=done).sort_values(["experiment", "day", "customer"]).reset_index(drop=True)


def outcomes(assigned: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """`assigned` with n_orders and amount of the days 1 to WINDOW_DAYS after assignment."""
    numbered = assigned.reset_index(drop=True)
    pairs = numbered[["customer", "day"]].reset_index().merge(orders[["customer", "day", "amount"]], on="customer")
    after = pairs["day_y"] - pairs["day_x"]
    inside = pairs[(after >= 1) & (after <= WINDOW_DAYS)]
    n_orders = np.bincount(inside["index"], minlength=len(numbered))
    amount = np.bincount(inside["index"], weights=inside["amount"], minlength=len(numbered)).astype(np.int64)
    return numbered.assign(n_orders=n_orders, amount=amount)


def _standing(orders: pd.DataFrame, *, n_people: int, day: int) -> pd.DataFrame:
    before = orders[orders["day"] <= day]
    last = np.full(n_people, -(10**6))
    np.maximum.at(last, before["customer"].to_numpy(), before["day"].to_numpy())
    n_orders = np.bincount(before["customer"], minlength=n_people)
    return pd.DataFrame({"customer": np.arange(n_people), "n_orders": n_orders, "recency_days": day - last})


def _no_effect(rng: np.random.Generator, people: pd.DataFrame, orders: pd.DataFrame, *, day: int) -> pd.DataFrame:
    standing = _standing(orders, n_people=len(people), day=day)
    chosen = standing[standing["recency_days"].between(20, 240) & people["mail_optin"]]
    treatment = rng.permutation(len(chosen)) % 2 == 0
    return pd.DataFrame({"customer": chosen["customer"], "day": day, "treatment": treatment})


def _broken_ratio(rng: np.random.Generator, people: pd.DataFrame, orders: pd.DataFrame, *, day: int) -> pd.DataFrame:
    """Half and half as planned, but treated customers whose mail bounced are missing: they had left long ago."""
    standing = _standing(orders, n_people=len(people), day=day)
    chosen = standing[standing["recency_days"].between(1, 400) & people["mail_optin"]]
    treatment = rng.permutation(len(chosen)) % 2 == 0
    lost = rng.random(len(chosen)) < np.where(chosen["recency_days"] > 120, LOST_SHARE[1], LOST_SHARE[0])
    assigned = pd.DataFrame({"customer": chosen["customer"], "day": day, "treatment": treatment})
    return assigned[~(treatment & lost)]


def _by_hand(rng: np.random.Generator, orders: pd.DataFrame, *, n_people: int, day: int) -> pd.DataFrame:
    """The staff call the customers they know to be good; nothing about the call moves anybody."""
    standing = _standing(orders, n_people=n_people, day=day)
    chosen = standing[standing["recency_days"].between(0, 180) & (standing["n_orders"] >= 2)]
    liking = np.log(chosen["n_orders"]) - chosen["recency_days"] / 60 + rng.normal(0, 1.6, size=len(chosen))
    treatment = liking.rank(method="first", ascending=False) <= CALLED_SHARE * len(chosen)
    return pd.DataFrame({"customer": chosen["customer"], "day": day, "treatment": treatment})
