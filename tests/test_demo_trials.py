"""Experiments in memory: for every metric the tables hold what the truth says, and the power is that of its test."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crmlib.analysis.experiments import evaluate
from crmlib.data import tables as canonical
from crmlib.demo import simulate_experiment, trial_power, trials

MANY = 20_000
NEEDED = {
    "cross_sell": ["order_items"],
    "cancellation": ["subscription_events", "subscriptions"],
    "time_to_cancellation": ["subscription_events", "subscriptions"],
}


def trial(seed: int, **options: object) -> trials.SimulatedExperiment:
    return simulate_experiment(np.random.default_rng(seed), **options)


def measured(found: trials.SimulatedExperiment) -> dict[str, float]:
    """What each arm's metric comes to, counted from the tables by hand."""
    assigned = found.assignments.set_index("unit_id")
    metric = found.truth["metric"]
    key = "subscription_id" if metric in trials.OF_CONTRACTS else "customer_id"
    if metric in ("cancellation", "time_to_cancellation"):
        rows = found.tables["subscriptions"].set_index(key)
        after = (rows["cancel_day"] - assigned["assigned_day"]).astype("float64")
        left = after.between(1, 60).groupby(assigned["arm"]).mean()
        return (left if metric == "cancellation" else 1 - left).to_dict()
    rows = found.tables["order_items"] if metric == "cross_sell" else found.orders
    rows = rows.join(assigned[["arm", "assigned_day"]], on=key)
    rows = rows[(rows["order_day"] - rows["assigned_day"]).between(1, 60)]
    if metric == "order_value":
        return rows.groupby("arm")["amount"].mean().to_dict()
    if metric == "revenue":
        return (rows.groupby("arm")["amount"].sum() / assigned.groupby("arm").size()).to_dict()
    if metric == "cross_sell":
        rows = rows[rows["product_id"] == found.experiments["target_product"].iloc[0]]
    if metric == "delivery_reached":
        rows = rows[rows["subscription_seq"] == found.experiments["target_number"].iloc[0]]
    return (rows.groupby("arm")[key].nunique() / assigned.groupby("arm").size()).to_dict()


def test_there_is_an_experiment_for_every_metric_of_the_tables() -> None:
    assert set(trials.METRICS) == set(trials.CONTROL_RATE) == set(canonical.METRICS)


@pytest.mark.parametrize("metric", trials.METRICS)
def test_the_tables_hold_what_the_truth_says(metric: str) -> None:
    found = trial(1, kind="effect", metric=metric, n=MANY, arms=3, lifts=[0.05, 0.10])
    counted = measured(found)
    assert sorted(found.tables) == NEEDED.get(metric, [])
    for arm, told in found.truth["arms"].items():
        tolerance = 0.03 * told["value"] if metric in ("revenue", "order_value") else 0.02
        assert counted[arm] == pytest.approx(told["value"], abs=tolerance), arm
    assert abs(found.truth["arms"]["b"]["effect"]) > abs(found.truth["arms"]["a"]["effect"]) > 0


@pytest.mark.parametrize("metric", trials.METRICS)
def test_the_library_counts_the_same(metric: str) -> None:
    found = trial(2, kind="effect", metric=metric, n=600)
    row = evaluate(found.experiments, found.assignments, found.orders, as_of_day=30_000, tables=found.tables).iloc[0]
    counted = measured(found)
    assert row["missing"] == ""
    assert (row["value_control"], row["value_treatment"]) == pytest.approx((counted["control"], counted["treatment"]))


@pytest.mark.parametrize("metric", trials.METRICS)
def test_without_an_effect_the_power_is_alpha(metric: str) -> None:
    told = trial(3, kind="none", metric=metric, n=50, alpha=0.1).truth
    assert (told["effect"], told["power"]) == (0.0, pytest.approx(0.1))


@pytest.mark.parametrize("metric", trials.METRICS)
def test_who_is_picked_by_hand_does_better_without_an_effect(metric: str) -> None:
    found = trial(4, kind="manual", metric=metric, n=6000)
    counted = measured(found)
    better = counted["treatment"] - counted["control"]
    assert found.truth["effect"] == 0
    assert (better < 0) if metric == "cancellation" else (better > 0)


def test_arms_come_in_their_shares_and_the_first_loses_units_where_the_ratio_is_broken() -> None:
    found = trial(5, kind="broken_ratio", n=MANY, arms=4, treatment_share=0.6)
    counted = found.assignments["arm"].value_counts(normalize=True)
    told = found.truth["arms"]
    assert [told[arm]["planned_share"] for arm in ("control", "a", "b", "c")] == pytest.approx([0.4, 0.2, 0.2, 0.2])
    assert [told[arm]["true_share"] for arm in ("control", "a", "b", "c")] == pytest.approx([0.424, 0.176, 0.2, 0.2])
    assert all(counted[arm] == pytest.approx(told[arm]["true_share"], abs=0.012) for arm in told)


def test_two_arms_draw_as_they_always_did() -> None:
    # The digest of what the first version of this simulation drew: changes here change every figure that rests on it.
    found = trial(6, kind="effect", n=400)
    assert (int(found.orders["amount"].sum()), int(found.orders["order_day"].sum())) == (4_224_590, 15_065_458)
    assert int((found.assignments["arm"] == "treatment").sum()) == 204


@pytest.mark.parametrize("metric", ["revenue", "order_value"])
def test_with_history_people_keep_the_size_of_their_orders(metric: str) -> None:
    found = trial(7, kind="none", metric=metric, n=MANY, history=True)
    rows = found.orders.join(found.assignments.set_index("unit_id")["assigned_day"], on="customer_id")
    parts = {"before": rows["order_day"] < rows["assigned_day"], "after": rows["order_day"] > rows["assigned_day"]}
    means = {name: rows[chosen].groupby("customer_id")["amount"].mean() for name, chosen in parts.items()}
    assert 0.3 < pd.concat(means, axis=1).corr().loc["before", "after"] < 0.8


def test_without_history_there_is_one_order_before() -> None:
    found = trial(7, kind="none", metric="order_value", n=300)
    rows = found.orders.join(found.assignments.set_index("unit_id")["assigned_day"], on="customer_id")
    assert (rows[rows["order_day"] <= rows["assigned_day"]].groupby("customer_id").size() == 1).all()


def test_a_second_purchase_has_one_order_before() -> None:
    found = trial(8, kind="manual", metric="second_purchase", n=300, history=True)
    rows = found.orders.join(found.assignments.set_index("unit_id")["assigned_day"], on="customer_id")
    assert (rows[rows["order_day"] <= rows["assigned_day"]].groupby("customer_id").size() == 1).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metric": "sales"}, rf"^metric == 'sales', must be one of {', '.join(trials.METRICS)}\.$"),
        ({"arms": 6}, r"^arms == 6, must be from 2 to 5\.$"),
        ({"arms": 3, "lifts": [0.1]}, r"^lifts has 1 numbers, must have 2: one for each arm but control\.$"),
    ],
)
def test_what_cannot_be_simulated_is_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        trial(1, kind="effect", n=10, **options)


def test_power_of_means_matches_a_published_size() -> None:
    # Lehr's rule and the tables of Cohen: 64 an arm for half a standard deviation, 80 % power (63 by the normal).
    assert trial_power.power_of_means(0.5, 1, 1, 63, 63, alpha=0.05) == pytest.approx(0.80, abs=0.003)


def test_power_of_the_log_rank_test_matches_a_published_size() -> None:
    # Schoenfeld: 4 (1.96 + 0.84)^2 / ln(0.5)^2 = 65.3 events for a hazard ratio of a half
    assert trial_power.power_of_log_rank(0.75, 0.5, 52.3, 52.3, alpha=0.05) == pytest.approx(0.80, abs=0.002)


@pytest.mark.slow
@pytest.mark.parametrize("metric", trials.METRICS)
def test_the_power_is_how_often_the_library_finds_the_effect(metric: str) -> None:
    options = {"kind": "effect", "metric": metric, "n": 900, "lift": 0.06}
    found = [trial(seed, **options) for seed in range(150)]
    rows = [evaluate(f.experiments, f.assignments, f.orders, as_of_day=30_000, tables=f.tables).iloc[0] for f in found]
    share = np.mean([row["verdict"] == "treatment_better" for row in rows])
    assert share == pytest.approx(found[0].truth["power"], abs=0.11)
