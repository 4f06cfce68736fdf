"""Break-even, other readings, hand-picked groups, the plan of the next experiment and its assignment list, by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmlib.analysis import (
    abtest,
    arm_mixes,
    assignment,
    break_even,
    consents,
    experiments,
    planner,
    populations,
    readings,
    standing,
)
from crmlib.analysis.always_valid import always_valid_proportions
from crmlib.analysis.detectable import sizes_proportions
from crmlib.analysis.exact import exact
from crmlib.demo import simulate_experiment
from tests.analysis.test_outcomes import assigned, contracts, design, orders

NAN = math.nan


def trial(n_control: int, n_treatment: int, *, n: int = 100, profit: float = 400, **changes: Any) -> Any:
    rows = [(f"{arm}{i}", arm, 100) for arm in ("control", "treatment") for i in range(n)]
    bought = orders(
        [(f"control{i}", 110, 1_000) for i in range(n_control)]
        + [(f"treatment{i}", 110, 1_000) for i in range(n_treatment)]
    ).assign(profit=profit)
    one = pd.DataFrame([design("repurchase", **changes)])
    return experiments.each(one, assigned(rows), bought, as_of_day=500), bought


def test_break_even_is_the_increment_against_the_cost() -> None:
    trials, _ = trial(20, 45, cost_per_unit=50, fixed_cost=1_000)

    row = break_even.break_even(experiments.pairs(trials), as_of_day=500).iloc[0]

    test = abtest.proportions(20, 100, 45, 100).difference_interval
    assert (row["n_treatment"], row["n_treated"], row["treatment_cost"]) == (100, 100, 6_000)
    assert (row["extra_customers"], row["extra_orders"], row["extra_amount"]) == pytest.approx((25, 25, 25_000))
    assert (row["more_profit"], row["net_profit"]) == pytest.approx((10_000, 4_000))
    assert (row["cost_per_customer"], row["cost_per_customer_high"]) == pytest.approx((240, 6_000 / (100 * test.low)))
    # (10,000 - 1,000) / 100 treated: at 90 each the net is 0.
    assert row["break_even_cost"] == pytest.approx(90)
    assert row["net_profit_low"] == pytest.approx(row["more_profit_low"] - 6_000)


def test_without_an_increment_a_customer_more_has_no_cost_and_without_a_cost_there_is_no_net() -> None:
    fewer = break_even.break_even(experiments.pairs(trial(30, 25, cost_per_unit=50)[0]), as_of_day=500).iloc[0]
    assert fewer["extra_customers"] == pytest.approx(-5)
    assert math.isnan(fewer["cost_per_customer"])
    unclear = break_even.break_even(experiments.pairs(trial(25, 30, cost_per_unit=50)[0]), as_of_day=500).iloc[0]
    assert unclear["cost_per_customer"] == pytest.approx(1_000)
    assert math.isnan(unclear["cost_per_customer_high"])
    free = break_even.break_even(experiments.pairs(trial(20, 45)[0]), as_of_day=500).iloc[0]
    assert math.isnan(free["net_profit"])
    assert free["break_even_cost"] == pytest.approx(100)
    unknown = break_even.break_even(experiments.pairs(trial(20, 45, profit=NAN)[0]), as_of_day=500).iloc[0]
    assert not unknown["profit_known"]
    assert (unknown["extra_amount"], math.isnan(unknown["more_profit"])) == (pytest.approx(25_000), True)


@pytest.mark.parametrize(
    ("hits", "test"), [((3, 8), abtest.proportions), ((2, 8), abtest.proportions), ((1, 8), exact)]
)
def test_customers_more_have_the_interval_that_the_verdict_follows(hits: tuple[int, int], test: Any) -> None:
    trials, _ = trial(*hits, cost_per_unit=1)

    found = break_even.break_even(experiments.pairs(trials), as_of_day=500).iloc[0]
    judged = experiments.judge(trials).iloc[0]

    ends = test(hits[0], 100, hits[1], 100).difference_interval
    assert (judged["difference_low"], judged["difference_high"]) == (ends.low, ends.high)
    assert (found["extra_customers_low"], found["extra_customers_high"]) == (100 * ends.low, 100 * ends.high)


def test_money_of_fewer_than_20_buyers_has_no_interval() -> None:
    row = break_even.break_even(experiments.pairs(trial(19, 60, cost_per_unit=1)[0]), as_of_day=500).iloc[0]

    assert (row["extra_customers"], row["extra_amount"], row["net_profit"]) == pytest.approx((41, 41_000, 16_300))
    assert row["extra_customers_low"] > 0
    assert row[["extra_amount_low", "more_profit_low", "net_profit_low", "break_even_cost_high"]].isna().all()


def test_only_what_was_asked_for_is_read() -> None:
    pairs = experiments.pairs(trial(20, 45)[0])

    assert readings.readings(pairs)["reading"].tolist() == ["cuped"]
    both = readings.readings(pairs, n_planned=400).set_index("reading")
    assert both.index.tolist() == ["cuped", "always_valid"]
    # Nobody ordered before, so nothing is adjusted; the sequence is wider than the single look.
    assert both.loc["cuped", "difference"] == pytest.approx(0.25)
    assert both.loc["always_valid", "difference_low"] < both.loc["cuped", "difference_low"]
    # The size planned is given, never that observed: it makes the interval.
    by_hand = always_valid_proportions(20, 100, 45, 100, n_planned=400).difference_interval
    assert (both.loc["always_valid", "difference_low"], both.loc["always_valid", "difference_high"]) == (
        by_hand.low, by_hand.high,
    )  # fmt: skip
    # Where people chose there is nothing for a sequence to hold.
    picked = experiments.pairs(trial(20, 45, assigned_method="manual")[0])
    assert readings.readings(picked, n_planned=400)["reading"].tolist() == ["cuped"]


def test_a_bayesian_reading_turns_with_the_direction_of_better() -> None:
    rows = [(f"{arm}{i}", arm, 100) for arm in ("control", "treatment") for i in range(100)]
    gone = {f"control{i}" for i in range(40)} | {f"treatment{i}" for i in range(15)}
    table = contracts([(f"s{u}", u, 10, 110 if u in gone else NAN, "active") for u, _, _ in rows])
    one, told = pd.DataFrame([design("cancellation")]), {"subscriptions": table}
    found = readings.bayesian(
        experiments.pairs(experiments.each(one, assigned(rows), orders([]), as_of_day=500, tables=told))
    )

    assert found["probability_better"].iloc[0] > 0.999
    assert found["loss_of_treatment"].iloc[0] < found["loss_of_control"].iloc[0]
    reasons, mixes = arm_mixes.reasons_by_arm(
        experiments.pairs(experiments.each(one, assigned(rows), orders([]), as_of_day=500, tables=told)),
        told, as_of_day=500,
    )  # fmt: skip
    assert reasons[["reason", "cancelled_control", "cancelled_treatment", "verdict"]].to_numpy().tolist() == [
        ["price", 40, 15, "lower"]
    ]
    assert (mixes["n_cancelled"].tolist(), mixes["pvalue"].isna().tolist()) == ([55], [True])


def test_the_size_for_a_gain_in_cancellations_is_that_of_a_fall() -> None:
    rows = [(f"{arm}{i}", arm, 100) for arm in ("control", "treatment") for i in range(100)]
    gone = {f"control{i}" for i in range(40)} | {f"treatment{i}" for i in range(30)}
    table = contracts([(f"s{u}", u, 10, 110 if u in gone else NAN, "active") for u, _, _ in rows])
    one, told = pd.DataFrame([design("cancellation")]), {"subscriptions": table}
    trials = experiments.each(one, assigned(rows), orders([]), as_of_day=500, tables=told)

    # From 40 to 36 %; the planner asks for as many.
    row = experiments.judge(trials, smallest_relative=0.1).iloc[0]
    assert row["n_needed_per_arm"] == abtest.sample_size_proportions(0.4, 0.36)
    assert row["n_needed_per_arm"] == sizes_proportions(0.4, 0.36).n_control


def test_a_hand_picked_group_is_unlike_before_and_nothing_is_left_among_like_customers() -> None:
    # Who had three orders buys again, whatever is done; staff treat mostly them.
    good, poor = [f"g{i}" for i in range(60)], [f"p{i}" for i in range(60)]
    arm = {unit: "treatment" if i % 4 else "control" for i, unit in enumerate(good)}
    arm |= {unit: "control" if i % 4 else "treatment" for i, unit in enumerate(poor)}
    rows = [(unit, arm[unit], 100) for unit in [*good, *poor]]
    before = [(unit, day, 500) for unit in good for day in (20, 40, 60)] + [(unit, 40, 500) for unit in poor]
    bought = orders(before + [(unit, 110, 500) for unit in good])
    one = pd.DataFrame([design("repurchase", assigned_method="manual")])
    trials = experiments.each(one, assigned(rows), bought, as_of_day=500)
    pairs = experiments.pairs(trials)
    stood = standing.standing(trials, bought)

    traits, tests = standing.balances(pairs, stood)
    read = readings.readings(pairs, standing=stood).set_index("reading")

    assert experiments.judge(trials)["difference"].iloc[0] == pytest.approx(0.5)
    assert traits.set_index("trait").loc["n_orders_before", "standardised_difference"] > 1
    assert tests["pvalue"].iloc[0] < 0.001
    assert read.loc["stratified", "difference"] == 0
    first = stood.set_index("unit_id").loc["g0", standing.TRAITS]
    assert first.tolist() == [40, 3, 1_500, 80]


def test_who_belongs_to_a_population_and_who_enters_it() -> None:
    bought = orders([("one", 100, 5), ("two", 50, 5), ("two", 90, 5), ("day", 95, 5), ("day", 95, 5), ("old", 10, 5)])
    table = contracts([("s", "two", 60, NAN, "active"), ("t", "old", 5, 99, "cancelled")])

    def who(population: str) -> list[str]:
        return populations.members(population, bought, table, day=100)["customer_id"].tolist()

    assert who("everyone") == ["day", "old", "one", "two"]
    assert (who("f1_only"), who("repeat_buyers")) == (["day", "old", "one"], ["two"])
    assert (who("dormant"), who("subscribers")) == (["old"], ["two"])
    # 91 days of orders, days 10 to 100: four first orders, one second day, one silence (of old, passed on day 71).
    month = 365.25 / 12 / 91
    rates = {p: populations.arrivals_per_month(p, bought, table, as_of_day=100) for p in populations.POPULATIONS}
    assert rates["everyone"] == rates["f1_only"] == pytest.approx(4 * month)
    assert rates["repeat_buyers"] == rates["dormant"] == pytest.approx(month)
    assert rates["subscribers"] == pytest.approx(month)


def test_the_plan_is_the_published_size_and_says_what_cannot_be_decided() -> None:
    base = pd.DataFrame([{"primary_metric": "repurchase", "n_baseline": 500, "eligible_share": 1.0,
                          "baseline_value": 0.10, "spread": NAN}])  # fmt: skip
    how: dict[str, Any] = {"window_days": 30, "smallest_gain": 0.2}

    now = planner.plan(base, n_now=7_682, per_month=0, **how).iloc[0]
    late = planner.plan(base, n_now=2_000, per_month=100, **how).iloc[0]
    half = planner.plan(base.assign(eligible_share=0.5), n_now=7_682, per_month=10_000, **how).iloc[0]

    assert (now["n_needed_control"], now["n_needed_treatment"], now["decidable"]) == (3841, 3841, "decidable_now")
    assert now["detectable_gain"] == pytest.approx(0.2, abs=1e-4)
    assert late["decidable"] == "not_decidable"
    assert late["months_needed"] == pytest.approx((7_682 - 2_000) / 100 + 30 / populations.MONTH_DAYS)
    assert (half["decidable"], half["months_needed"] > now["months_needed"]) == ("decidable_in_time", True)
    soon = planner.plan(base, n_now=7_682, per_month=0, most_months=0.9, **how).iloc[0]  # its window takes a month
    assert (soon["decidable"], math.isnan(soon["detectable_gain"])) == ("not_decidable", True)
    held = planner.plan(base, n_now=20_000, per_month=0, hold_out_share=0.2, **how).iloc[0]
    assert (held["n_needed_control"], held["n_needed_treatment"]) == sizes_proportions(0.1, 0.12, treatment_share=0.8)


@pytest.mark.parametrize(
    ("value", "decidable"), [(0.95, "gain_impossible"), (NAN, "baseline_not_known"), (0.0, "baseline_not_known")]
)
def test_a_plan_without_a_baseline_names_no_size(value: float, decidable: str) -> None:
    base = {"primary_metric": "repurchase", "n_baseline": 40, "eligible_share": 1.0, "baseline_value": value}
    row = planner.plan(
        pd.DataFrame([base | {"spread": NAN}]), n_now=100, per_month=10, window_days=30, smallest_gain=0.1
    ).iloc[0]
    assert (row["decidable"], math.isnan(row["n_needed_control"])) == (decidable, True)


def test_baselines_are_measured_as_an_experiment_would_measure_them() -> None:
    ids = [f"c{i}" for i in range(40)]
    bought = orders([(key, 50, 100) for key in ids] + [(key, 75, 300) for key in ids[:10]])
    found = planner.baselines(ids, bought, as_of_day=100, window_days=30).set_index("primary_metric")

    assert found.index.tolist() == ["repurchase", "second_purchase", "revenue", "order_value"]
    assert found["baseline_value"].tolist() == [0.25, 0.25, 75, 300]
    assert planner.baselines(ids[:29], bought, as_of_day=100, window_days=30)["baseline_value"].isna().all()


def test_the_size_for_an_order_value_counts_those_who_will_not_buy() -> None:
    ids = [f"c{i}" for i in range(800)]
    bought = orders([(key, 75, 300 + 200 * (i % 2)) for i, key in enumerate(ids[:100])])
    base = planner.baselines(ids, bought, as_of_day=100, window_days=30).set_index("primary_metric")
    spread = float(np.std([300, 500] * 50, ddof=1))

    def sizes(gain: float) -> float:
        return planner.plan(
            base.loc[["order_value"]].reset_index(), n_now=800, per_month=0, window_days=30, smallest_gain=gain
        )["n_needed_control"].iloc[0]

    # One of eight buys: eight times the buyers it takes.
    assert sizes(0.05) == pytest.approx(8 * abtest.sample_size_means(20, spread), rel=0.01)
    # However large the gain, 20 of an arm must buy to be judged.
    assert sizes(2.0) == 160
    row = {**base.loc["order_value"].to_dict(), "primary_metric": "order_value"}
    assert (math.isnan(planner.detectable_gain(row, 319)), planner.detectable_gain(row, 320) > 0) == (True, True)


def strata(n: int) -> pd.DataFrame:
    rows = {"customer_id": [f"c{i}" for i in range(n)], "stratum": [f"s{i % 7}" for i in range(n)]}
    return pd.DataFrame(rows)


def test_a_list_is_made_again_from_its_seed_and_another_seed_makes_another() -> None:
    how: dict[str, Any] = {"experiment_id": "E", "as_of_day": 9, "hold_out_share": 0.3}
    table = assignment.assign(strata(500), seed=1, **how)
    shuffled = assignment.assign(strata(500).sample(frac=1, random_state=4), seed=1, **how)

    assert table.equals(shuffled)
    assert (table["arm"] != assignment.assign(strata(500), seed=2, **how)["arm"]).sum() > 100


@pytest.mark.parametrize("share", [0.1, 1 / 3, 0.5])
def test_every_stratum_has_its_share_but_for_one(share: float) -> None:
    for seed in range(5):
        table = assignment.assign(strata(400), seed=seed, hold_out_share=share, experiment_id="E", as_of_day=0)
        held = assignment.strata_counts(table).set_index("stratum")
        wanted = held.sum(axis=1) * share
        assert ((held["n_control"] - wanted).abs() < 1).all()
        assert abs(int(held["n_control"].sum()) - 400 * share) < 1


@pytest.mark.slow
def test_everybody_is_held_out_as_often_as_planned() -> None:
    draws = [
        assignment.assign(strata(40), seed=s, hold_out_share=0.25, experiment_id="E", as_of_day=0) for s in range(300)
    ]
    held = np.mean([(draw["arm"] == "control").to_numpy() for draw in draws], axis=0)
    # 300 draws at one quarter: standard error .025; the farthest of 40 customers stays within four of them.
    assert np.abs(held - 0.25).max() < 0.1


def test_only_who_consented_and_is_in_no_running_experiment_is_assigned() -> None:
    members = pd.DataFrame({"customer_id": list("abcd"), "n_orders": 1, "last_day": 90, "amount": 5})
    flags = {"line_friend": None, "line_account": "unknown", "call_ok": None, "do_not_call": False, "dm_ok": None}
    told = pd.DataFrame({"customer_id": list("abcd"), "mail_optin": [True, False, None, True], **flags})
    drawn = assignment.draw(
        members, told, channels=["mail"], busy={"d"}, as_of_day=100, first_products={"a": "soap"}, seed=1,
        hold_out_share=0.5, experiment_id="E2",
    )  # fmt: skip

    assert drawn.steps["n_customers"].tolist() == [4, 2, 1]
    assert drawn.table[["experiment_id", "unit_id", "stratum", "contact_channel"]].to_numpy().tolist() == [
        ["E2", "a", "f1 / r_30 / soap", "mail"]
    ]


@pytest.mark.slow
def test_cuped_recovers_a_planted_effect_beside_the_plain_reading() -> None:
    off = []
    for seed in range(100):
        made = simulate_experiment(np.random.default_rng(seed), kind="effect", n=900, metric="continuation")
        trials = experiments.each(made.experiments, made.assignments, made.orders, as_of_day=30_000)
        read = readings.readings(experiments.pairs(trials)).iloc[0]
        off.append(read["difference"] - made.truth["effect"])
    assert abs(np.mean(off)) < 3 * np.std(off) / 10


def test_a_population_of_nobody_has_an_empty_list_and_no_plan() -> None:
    bought = orders([("a", 50, 100)])
    planned = planner.next_experiment(
        bought, {}, population="subscribers", as_of_day=100, window_days=30, smallest_gain=0.1
    )
    nobody = pd.DataFrame(columns=["customer_id", *consents.TOLD])
    drawn = assignment.draw(
        planned.members, nobody, channels=["mail"], busy=(), as_of_day=100, first_products={}, seed=1,
        hold_out_share=0.5, experiment_id="E",
    )  # fmt: skip

    assert (planned.n_now, len(planned.table), len(drawn.table), len(drawn.strata)) == (0, 0, 0, 0)
    assert drawn.steps["n_customers"].tolist() == [0, 0, 0]


def test_of_an_experiment_that_nobody_has_been_watched_in_there_are_no_traits() -> None:
    units = pd.DataFrame({"unit_id": ["a"], "assigned_day": [20], "state": ["not_observed"]})
    orders = pd.DataFrame({"customer_id": ["a"], "order_day": [10], "amount": [500]})
    assert standing.standing([({"experiment_id": "E1", "unit": "customer"}, units)], orders).empty
