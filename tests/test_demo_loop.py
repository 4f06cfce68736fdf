"""The demo shop's further survey questions, experiments, scenarios, targets and log: what was planted is there."""

from __future__ import annotations

import json
import shutil
from math import log, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmlib import demo
from crmlib.demo import circle, feelings, further, market, plans, scenarios, sends, subscriptions, words, world
from crmlib.shop import Shop, open_shop

LAST_DAY = market.epoch_day("2026-03-31")
DAY = sends.DAY_SECONDS


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    (home / "parameters").mkdir()
    shutil.copy(Path(__file__).resolve().parents[1] / "parameters" / "demo.yml", home / "parameters" / "demo.yml")
    demo.write(home / "data" / "demo" / "export", customers=600, seed=7)
    return home


@pytest.fixture(scope="module")
def told(home: Path) -> dict[str, Any]:
    return json.loads((home / "data" / "demo" / "export" / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def opened(home: Path) -> Shop:
    return open_shop(home / "parameters" / "demo.yml")


@pytest.fixture(scope="module")
def shop() -> world.World:
    """The shop of the sample report."""
    rng = np.random.default_rng([demo.SEED, 0])
    return world.simulate(rng, n=8000, first_customer=1, first_order=0, last_day=LAST_DAY, handful=True)


def near(share: float, chance: float, n: int) -> bool:
    """Within four binomial standard errors."""
    return abs(share - chance) <= 4 * sqrt(chance * (1 - chance) / n)


# --- the survey ---


def test_effect_depends_on_usage_and_raises_the_odds_of_buying_again_as_planted() -> None:
    rng = np.random.default_rng(1)
    n = 400_000
    usage, again = rng.integers(4, size=n), rng.random(n) < 0.4
    effect = feelings.effects(rng, usage, again)
    for place in range(4):
        mine = usage == place
        shares = [(effect[mine & ~again] == e).mean() for e in range(3)]
        assert shares == pytest.approx(feelings.EFFECT_SHARE[place], abs=0.01)
        odds = [again[mine & (effect == e)].mean() / (1 - again[mine & (effect == e)].mean()) for e in range(3)]
        ratios = [log(odds[e] / odds[2]) for e in (0, 1)]
        assert ratios == pytest.approx([log(2.6), log(1.6)], abs=0.25)


def test_the_chain_runs_from_use_to_effect_to_recognition_to_buying_again(shop: world.World) -> None:
    answers = shop.survey.answers
    again = pd.Series(feelings.bought_again(answers, shop.orders))
    felt = (answers["effect"] == feelings.FELT).groupby(answers["usage"]).mean()
    assert felt.is_monotonic_decreasing
    recognised = (answers["recognised"] == 0)[answers["recognised"] >= 0]
    by_effect = recognised.groupby(answers["effect"]).mean().loc[[0, 1, 2]]
    assert by_effect.is_monotonic_decreasing
    assert again.groupby(answers["effect"]).mean().loc[[0, 1, 2]].is_monotonic_decreasing
    assert again[answers["recognised"] == 0].mean() > again[answers["recognised"] == 1].mean() + 0.1


def test_the_score_goes_with_the_product_most_and_hardly_with_the_site(shop: world.World) -> None:
    answers = shop.survey.answers[["nps", *feelings.RATINGS]].replace(feelings.BLANK, np.nan)
    strength = answers.corr()["nps"].drop("nps")
    assert strength["product"] > 0.6 > strength["price"] > strength["support"] > 0.15
    assert strength["support"] > strength["delivery"] > -0.1
    assert abs(strength["site"]) < 0.08


def test_the_older_answers_are_as_they_were(shop: world.World) -> None:
    # The further questions draw from a stream of their own: score, expectation and experience are those of before.
    answers = shop.survey.answers
    assert (len(answers), int(answers["nps"].sum()), int(answers["experience"].sum())) == (1475, 10_665, 5255)


def test_comments_name_people_and_do_harm_and_no_word_of_it_gets_through(
    home: Path, told: dict[str, Any], opened: Shop
) -> None:
    raw = (home / "data" / "demo" / "export" / "survey.csv").read_text(encoding="utf-8-sig")
    named = told["comments"]["personal_words"]
    assert len(named) == 6
    assert all(word in raw for word in named)
    assert all(word.replace('"', '""').replace("\r\n", "\n") in raw for word in told["comments"]["hostile"])
    names = [word for word in named if len(word) > 2]  # a surname alone is a word, too
    written = "\n".join(opened.table("surveys")["free_text"].fillna("").tolist())
    assert not any(word in written for word in names)
    assert [mark in written for mark in ("［メール］", "［電話］", "［住所］", "［氏名］")] == [True] * 4
    assert "毎朝使っています" in written


# --- the experiments ---


def test_chances_given_the_outcome_make_arms_that_succeed_as_often_as_planned() -> None:
    # 2 of 10 succeed; with ratios 0.5 and 1.5 the arms do with 0.1 and 0.3 of their expected 5 units each.
    outcome = np.arange(10) < 2
    chance = further.chances(outcome, np.zeros(10, dtype=int), [0.5, 0.5], [0.5, 1.5])
    assert chance.sum(axis=0) == pytest.approx([5, 5])
    assert chance[outcome].sum(axis=0) == pytest.approx([0.5, 1.5])


def test_chances_of_a_group_of_successes_only_are_the_planned_shares() -> None:
    chance = further.chances(np.array([True, True]), np.zeros(2, dtype=int), [0.3, 0.7], [0.5, 1.2])
    assert chance.tolist() == [[0.3, 0.7], [0.3, 0.7]]


@pytest.mark.parametrize("place", range(len(further.TRIALS)))
def test_arms_have_their_planned_sizes_and_measure_what_was_planted(shop: world.World, place: int) -> None:
    trial = further.TRIALS[place]
    mine = shop.further[shop.further["experiment"] == place]
    assert not mine.duplicated(["customer", "subscription"]).any()
    assert mine["day"].between(LAST_DAY - trial.enrolled[0], LAST_DAY - trial.enrolled[1]).all()
    for k, arm in enumerate(trial.arms):
        here = mine[mine["arm"] == arm]
        assert near(len(here) / len(mine), trial.planned[k], len(mine)) or trial.planned[k] == 1
        chance = mine[f"chance_{k}"]
        if trial.metric != "order_value":
            assert near(here["value"].astype(bool).mean(), (chance * mine["outcome"]).sum() / chance.sum(), len(here))


@pytest.mark.parametrize("place", [further.CROSS_SELL, further.CANCELLATION, further.STEP_MAIL])
def test_a_planted_effect_is_that_of_its_ratio(shop: world.World, place: int) -> None:
    trial = further.TRIALS[place]
    mine = shop.further[shop.further["experiment"] == place]
    rates = [(mine[f"chance_{k}"] * mine["outcome"]).sum() / mine[f"chance_{k}"].sum() for k in (0, 1)]
    assert rates[1] / rates[0] == pytest.approx(trial.ratio[1] / trial.ratio[0], rel=0.06)


def test_arms_are_alike_before_they_start(shop: world.World) -> None:
    before = shop.further.merge(shop.orders[["customer", "day", "amount"]], on="customer", suffixes=("", "_order"))
    before = before[before["day_order"] <= before["day"]]
    for place, trial in enumerate(further.TRIALS):
        if len(trial.arms) == 1:
            continue
        mine = before[before["experiment"] == place]
        spent = mine.groupby(["customer", "subscription", "arm"])["amount"].sum().reset_index("arm")
        groups = spent.groupby("arm")["amount"].agg(["mean", "var", "size"])
        error = np.sqrt((groups["var"] / groups["size"]).sum())
        assert groups["mean"].max() - groups["mean"].min() < 3 * error, trial.experiment_id


def test_units_of_contracts_are_their_numbers(opened: Shop) -> None:
    assigned = opened.table("assignments")
    contracts = set(opened.table("subscriptions")["subscription_id"])
    designs = opened.table("experiments").set_index("experiment_id")
    for name, rows in assigned.groupby("experiment_id"):
        of_contracts = designs.loc[name, "unit"] == "subscription"
        assert rows["unit_id"].isin(contracts).all() == of_contracts, name
    assert set(assigned["arm"]) == {"control", "treatment", "a", "b"}


def test_every_experiment_scenario_target_and_action_refers_to_one_that_is_there(opened: Shop) -> None:
    known = {name: set(opened.table(f"{name}s")[f"{name}_id"]) for name in ("experiment", "scenario")}
    kpis = set(opened.table("kpi_targets")["kpi_id"])
    for table in ("experiments", "scenarios", "actions"):
        rows = opened.table(table)
        assert set(rows["kpi_id"].dropna()) <= kpis, table
    assert set(opened.table("experiments")["scenario_id"].dropna()) <= known["scenario"]
    for table in ("scenarios", "actions"):
        assert set(opened.table(table)["experiment_id"].dropna()) <= known["experiment"], table
    assert set(opened.table("messages")["scenario_id"]) == known["scenario"]
    assert set(opened.table("sends")["message_id"]) <= set(opened.table("messages")["message_id"])


# --- scenarios and sends ---


def test_sends_stay_few(shop: world.World) -> None:
    assert 12_000 < len(shop.sends) < 25_000


def test_a_held_out_customer_has_one_row_and_is_never_written_to(shop: world.World) -> None:
    told = shop.sends.assign(scenario=[scenarios.MESSAGES[i].scenario_id for i in shop.sends["message"]])
    for name in (scenarios.SC01, scenarios.SC02, scenarios.SC03, scenarios.SC06):
        mine = told[told["scenario"] == name]
        held = mine[mine["held_out"]]
        assert len(held) > 0
        assert not held["customer"].duplicated().any()
        assert not mine.loc[~mine["held_out"], "customer"].isin(held["customer"]).any()
        assert set(held["message"]) == {scenarios.steps(name)[0]}
    held = told[told["held_out"]]
    assert (held[["opened", "clicked", "left"]] == -1).all().all()
    assert (held["cost"] == 0).all()


def test_the_step_mails_carry_out_their_experiment(shop: world.World) -> None:
    first = shop.sends[shop.sends["message"] == scenarios.steps(scenarios.SC01)[0]]
    assigned = shop.further[shop.further["experiment"] == further.STEP_MAIL]
    both = first.merge(assigned[["customer", "arm"]], on="customer")
    assert len(both) == len(first) == len(assigned)
    assert ((both["arm"] == further.CONTROL) == both["held_out"]).all()
    assert near(float(first["held_out"].mean()), 0.15, len(first))


def test_nobody_gets_a_step_after_an_order_or_after_leaving(shop: world.World) -> None:
    told = shop.sends[~shop.sends["held_out"]].assign(day=lambda rows: rows["at"] // DAY)
    steps = scenarios.steps(scenarios.SC01)
    mine = told[told["message"].isin(steps)].sort_values(["customer", "message"])
    start = mine.groupby("customer")["day"].transform("first")
    later = shop.orders[["customer", "day"]].merge(
        pd.DataFrame({"customer": mine["customer"], "start": start, "sent": mine["day"]}), on="customer"
    )
    assert not ((later["day"] > later["start"]) & (later["day"] < later["sent"])).any()
    gone = mine[mine["left"] >= 0].groupby("customer")["message"].first()
    last = mine.groupby("customer")["message"].last()
    assert (last[gone.index] == gone).all()
    assert (mine.groupby("customer").size() == last - steps[0] + 1).all()  # no step is passed over


def test_opens_come_before_clicks_and_only_of_what_arrived(shop: world.World) -> None:
    told = shop.sends
    opened, clicked = told["opened"] >= 0, told["clicked"] >= 0
    assert (told.loc[opened, "opened"] > told.loc[opened, "at"]).all()
    assert (opened | ~clicked).all()
    assert (told.loc[clicked, "clicked"] > told.loc[clicked, "opened"]).all()
    assert (told.loc[opened | (told["left"] >= 0), "delivered"] == sends.YES).all()
    assert told[["at", "opened", "clicked", "left"]].max().max() < (LAST_DAY + 1) * DAY
    assert set(told["delivered"]) == {sends.YES, sends.NO, sends.UNKNOWN}


def test_only_those_who_take_mail_are_written_to(shop: world.World) -> None:
    assert shop.people["mail_optin"].to_numpy()[shop.sends["customer"]].all()


def test_dormant_customers_are_dormant_when_they_are_written_to(shop: world.World) -> None:
    first = shop.sends[shop.sends["message"] == scenarios.steps(scenarios.SC02)[0]]
    both = first.merge(shop.orders[["customer", "day"]], on="customer")
    before = both[both["day"] < both["at"] // DAY]
    silent = before["at"] // DAY - before.groupby(["customer", "at"])["day"].transform("max")
    assert silent.between(*sends.DORMANT_DAYS).all()


def test_carts_follow_views_and_are_mostly_left(shop: world.World) -> None:
    kinds = shop.carts["kind"].value_counts()
    added, left = (kinds[circle.KINDS.index(name)] for name in ("cart_add", "cart_abandon"))
    viewed = (shop.engagement["kind"] == circle.KINDS.index("item_view")).sum()
    assert 0.7 * circle.CART_SHARE < added / viewed < 1.1 * circle.CART_SHARE
    assert near(left / added, circle.ABANDON_SHARE, added)


def test_the_scenarios_that_the_guards_must_catch_are_there(opened: Shop, told: dict[str, Any]) -> None:
    messages, plan = opened.table("messages"), opened.table("scenarios").set_index("scenario_id")
    offers = (messages["content_type"] == "offer").groupby(messages["scenario_id"]).mean()
    assert [name for name in offers.index[offers > 0.5] if name not in told["scenarios"]["not_planned"]] == ["SC02"]
    tags = messages.groupby("scenario_id")["content_tags"].agg(set)
    assert tags["SC03"] == {"成分"}
    lacking = plan[plan["kpi_id"].isna() & plan["hold_out_rate"].isna() & plan["start_date"].isna()]
    assert list(lacking.index) == told["scenarios"]["not_planned"] == ["SC07"]
    assert set(plan["start_event"]) >= {"delivered", "silence", "cart_abandon", "item_view", "order"}
    first = messages[(messages["scenario_id"] == "SC01")].sort_values("step_no")
    assert first["content_type"].iloc[0] == "brand"
    assert first["offset_days"].tolist() == [0, 1, 4, 8, 12, 17, 21]


def test_counts_of_sends_are_those_of_the_truth(opened: Shop, told: dict[str, Any]) -> None:
    rows = opened.table("sends")
    rows = rows.assign(sent=rows["send_group"] == "sent", reached=rows["delivered"].fillna(False).astype(bool))
    found = rows.groupby("message_id").agg(
        n_sent=("sent", "sum"), n_delivered=("reached", "sum"), n_opened=("opened_at", "count"),
        n_clicked=("clicked_at", "count"), n_left=("unsubscribed_at", "count"),
    )  # fmt: skip
    for name, row in found.iterrows():
        assert row.to_dict() == {key: told["sends"][name][key] for key in row.index}, name


# --- plans ---


def test_targets_are_typed_as_people_type_them_and_read_as_numbers(opened: Shop) -> None:
    rows = opened.table("kpi_targets")
    assert (rows.groupby("kpi_id").size() == plans.MONTHS).all()
    last = rows[rows["month"] == 2026 * 12 + 2].set_index("kpi_id")["target"]
    assert last[["f2_rate", "cpo", "nps"]].tolist() == pytest.approx([0.52, 7000, -5])
    assert [words.target_text(*pair) for pair in ((0.085, "share"), (1400, "count"), (-8, "point"))] == [
        "8.5%", "1,400", "-8",
    ]  # fmt: skip


def test_every_target_is_of_a_kpi_that_the_workbench_knows() -> None:
    from crmlib.analysis.kpi_ids import KPIS

    assert {target.kpi_id for target in plans.TARGETS} <= set(KPIS)
    assert all(target.direction == KPIS[target.kpi_id].direction for target in plans.TARGETS)


def test_targets_of_sizes_grow_with_the_shop() -> None:
    amount = next(target for target in plans.TARGETS if target.kpi_id == "amount")
    assert amount.months(16_000)[-1] == 2 * amount.months(8000)[-1] == 14_000_000


def test_one_of_six_actions_is_past_its_due_day(opened: Shop) -> None:
    rows = opened.table("actions")
    late = rows[(rows["due_day"] < LAST_DAY) & rows["status"].isin(["open", "doing"])]
    assert (len(rows), late["action_id"].tolist()) == (6, ["P005"])


# --- plans of subscriptions ---


def test_who_promised_three_deliveries_seldom_leaves_before(shop: world.World) -> None:
    rows = shop.subscriptions.rows
    early = rows[(rows["status"] == subscriptions.GONE) & (rows["deliveries"] < subscriptions.PROMISED_DELIVERIES)]
    assert near(float(early["plan"].mean()), subscriptions.PROMISED[0], len(early))
    assert near(float(rows["plan"].drop(early.index).mean()), subscriptions.PROMISED[1], len(rows) - len(early))


def test_plans_are_read_as_they_are_written(opened: Shop, told: dict[str, Any]) -> None:
    assert opened.table("subscriptions")["plan"].value_counts().to_dict() == told["plans"]
