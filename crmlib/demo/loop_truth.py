"""What was planted in the survey's further questions, the further experiments, the scenarios and the plans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crmlib.demo import comments, faults, feelings, further, loop_cells, market, scenarios, sends, subscriptions

if TYPE_CHECKING:
    from crmlib.demo.world import World

Tally = dict[str, Any]
# Which of the scenarios each guard must catch: nothing but offers to speak of, nothing but ingredients, half planned.
CAUGHT = {"offers_dominate": ["SC02"], "ingredients_only": ["SC03"], "not_planned": ["SC07"]}


def tally(shop: World, *, handful: bool) -> Tally:
    """Everything countable of one batch; the comments that name people only of the first."""
    told = {
        "feelings": _feelings(shop),
        "further_experiments": {
            trial.experiment_id: _trial(shop, place, trial) for place, trial in enumerate(further.TRIALS)
        },
        "sends": _sends(shop),
        "plans": {
            name: int((shop.subscriptions.rows["plan"] == i).sum()) for i, name in enumerate(subscriptions.PLANS)
        },
    }
    named = {"personal_words": shop.personal_words, "hostile": list(comments.HOSTILE)}
    return told | ({"comments": named} if handful else {})


def told(total: Tally, *, customers: int, last_day: int) -> Tally:
    """`total` with the figures that the answers, the arms and the opens were drawn with."""
    total["feelings"]["planted"] = _planted_feelings()
    for trial in further.TRIALS:
        _with_expected(total["further_experiments"][trial.experiment_id], trial)
    for message in scenarios.MESSAGES:
        planted = {"opened": message.opened, "clicked": message.clicked, "left": message.left}
        total["sends"][message.message_id]["planted"] = planted
    total["scenarios"] = CAUGHT
    for name, cells in loop_cells.static_cells(customers=customers, last_day=last_day).items():
        total["ledgers"][name] = faults.counted(name, len(cells))
    return total


def _planted_feelings() -> Tally:
    shares = feelings.EFFECT_SHARE.tolist()
    by_usage = {
        name: dict(zip(feelings.EFFECTS, row, strict=True)) for name, row in zip(market.USAGE, shares, strict=True)
    }
    return {
        "repeat_days": feelings.REPEAT_DAYS,
        "effect_without_repeat": by_usage,
        "repeat_odds_by_effect": dict(zip(feelings.EFFECTS, feelings.EFFECT_ODDS.tolist(), strict=True)),
        "recognised_without_repeat": dict(zip(feelings.EFFECTS, feelings.RECOGNISED.tolist(), strict=True)),
        "repeat_odds_recognised": feelings.RECOGNISED_ODDS,
        "rating_points_per_spread_of_score": dict(zip(feelings.RATINGS, feelings.PULL.tolist(), strict=True)),
        "rating_noise": dict(zip(feelings.RATINGS, feelings.NOISE.tolist(), strict=True)),
    }


def _feelings(shop: World) -> Tally:
    answers = shop.survey.answers
    again = feelings.bought_again(answers, shop.orders)
    usage, effect, recognised = (answers[name].to_numpy() for name in ("usage", "effect", "recognised"))
    by_usage = {
        word: {name: int(((usage == i) & (effect == j)).sum()) for j, name in enumerate(feelings.EFFECTS)}
        for i, word in enumerate(market.USAGE)
    }
    by_effect = {
        name: {
            "n": int((effect == j).sum()),
            "n_bought_again": int((again & (effect == j)).sum()),
            "n_recognised": int(((effect == j) & (recognised == 0)).sum()),
            "n_not_recognised": int(((effect == j) & (recognised == 1)).sum()),
        }
        for j, name in enumerate(feelings.EFFECTS)
    }
    return {"effect_by_usage": by_usage, "by_effect": by_effect}


def _trial(shop: World, place: int, trial: further.Trial) -> Tally:
    """By arm: units, successes, what the metric adds up to; and the same sums as expected from the chances."""
    mine = shop.further[shop.further["experiment"] == place]
    arms: Tally = {}
    for k, arm in enumerate(trial.arms):
        here, chance = mine[mine["arm"] == arm], mine[f"chance_{k}"].to_numpy()
        arms[further.ARMS[arm]] = {
            "n": len(here),
            "n_done": int(here["done"].sum()),
            "n_success": int(here["outcome"].sum()),
            "value": int(here["value"].sum()),
            "size": int(here["size"].sum()),
            "sum_of_values": float((chance * mine["value"]).sum()),
            "sum_of_sizes": float((chance * mine["size"]).sum()),
        }
    return {"arms": arms}


def _with_expected(row: Tally, trial: further.Trial) -> None:
    """`expected`: what the arm measures on average over the lots that these customers could have drawn."""
    row |= {"kind": trial.kind, "metric": trial.metric, "window_days": trial.window_days, "unit": trial.unit}
    for arm, planned in zip(trial.arms, trial.planned, strict=True):
        told = row["arms"][further.ARMS[arm]]
        values, sizes = told.pop("sum_of_values"), told.pop("sum_of_sizes")
        told |= {"planned_share": planned, "expected": values / sizes if sizes else None}


def _sends(shop: World) -> Tally:
    told = shop.sends
    message, held = told["message"].to_numpy(), told["held_out"].to_numpy()
    happened = {name: (told[name] >= 0).to_numpy() for name in ("opened", "clicked", "left")}
    counted = {
        "n_sent": ~held,
        "n_held_out": held,
        "n_delivered": (told["delivered"] == sends.YES).to_numpy(),
        "n_not_known": ~held & (told["delivered"] == sends.UNKNOWN).to_numpy(),
        **{f"n_{name}": values for name, values in happened.items()},
    }
    n = len(scenarios.MESSAGES)
    sums = {name: np.bincount(message, weights=values, minlength=n) for name, values in counted.items()}
    ids = loop_cells.message_ids()
    return {ids[i]: {name: int(values[i]) for name, values in sums.items()} for i in range(n)}
