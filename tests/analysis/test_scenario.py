"""The design of scenarios, their guards, contents, triggers, template, roll-out and costs, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmlib.analysis import (
    content_mix,
    content_sent,
    content_tags,
    roll_out,
    scenario_design,
    scenario_guards,
    scenario_triggers,
    scenario_views,
    send_revival,
    step_template,
)
from crmlib.analysis.lifecycle import Silence
from crmlib.analysis.portfolio import Thresholds
from tests.analysis.helpers import refused

NAN = float("nan")
NO_EXPERIMENT = pd.DataFrame({"experiment_id": pd.Series(dtype="str")})
TARGETS = pd.DataFrame({"kpi_id": ["f2_rate", "sales"], "target": [0.3, NAN]})


def scenario(**told: Any) -> dict[str, Any]:
    full = {
        "scenario_id": "s",
        "name": "Step mail",
        "target_segment": "初期客",
        "population": "trial buyers",
        "goal": "F2",
        "stage": "purchaser",
        "strategy": "education",
        "start_event": "order",
        "hold_out_rate": 0.1,
        "kpi_id": "f2_rate",
        "experiment_id": None,
        "goal_product": None,
        "start_day": 0,
        "end_day": 90,
        "is_focus": True,
    }
    return full | told


def message(step: int = 1, **told: Any) -> dict[str, Any]:
    full = {
        "message_id": f"m{step}",
        "scenario_id": "s",
        "step_no": step,
        "name": f"mail {step}",
        "offset_days": step,
        "channel": "mail",
        "content_type": "brand",
        "content_tags": "introduction",
        "offer_kind": "none",
        "discount_rate": NAN,
        "cost_per_send": NAN,
    }
    return full | told


def guarded(scenarios: list[dict[str, Any]], messages: list[dict[str, Any]], **more: Any) -> pd.DataFrame:
    empty = pd.DataFrame(columns=list(message()))
    said = pd.DataFrame(messages) if messages else empty
    return scenario_guards.guards(pd.DataFrame(scenarios), said, TARGETS, NO_EXPERIMENT, **more)


def test_a_scenario_with_everything_lacks_nothing() -> None:
    row = guarded([scenario()], [message()]).iloc[0]
    assert row[["n_missing", "scenario_state"]].tolist() == [0, "scenario_complete"]
    assert set(row[[*scenario_guards.NEEDED, *scenario_guards.CONTENT]]) == {"guard_yes"}


@pytest.mark.parametrize(
    ("told", "guard"),
    [
        ({"target_segment": None}, "has_target_group"),
        ({"target_segment": " "}, "has_target_group"),
        ({"population": None}, "has_population"),
        ({"kpi_id": "sales"}, "has_kpi_target"),
        ({"hold_out_rate": 0.0}, "has_control"),
        ({"hold_out_rate": NAN, "experiment_id": "unknown"}, "has_control"),
        ({"end_day": NAN}, "has_period"),
    ],
)
def test_each_missing_thing_is_named_by_itself(told: dict[str, Any], guard: str) -> None:
    table = guarded([scenario(**told)], [message()])
    assert scenario_guards.missing(table).to_numpy().tolist() == [["Step mail", guard]]
    assert table["scenario_state"].tolist() == ["scenario_lacking"]


def test_contents_that_break_a_rule_are_told_apart_from_what_is_missing() -> None:
    offers = [message(), message(step_no=2, content_type="offer"), message(step_no=3, content_type="offer")]
    both = guarded([scenario(), scenario(scenario_id="s9", end_day=NAN)], offers)
    assert both["scenario_state"].tolist() == ["scenario_contents", "scenario_lacking"]


def test_a_kpi_that_is_not_there_has_no_target_either() -> None:
    table = scenario_guards.missing(guarded([scenario(kpi_id=None)], [message()]))
    assert table["guard"].tolist() == ["has_kpi", "has_kpi_target"]


def test_an_experiment_that_the_data_know_is_a_control() -> None:
    known = pd.DataFrame({"experiment_id": ["EX1"]})
    table = scenario_guards.guards(
        pd.DataFrame([scenario(hold_out_rate=NAN, experiment_id="EX1")]), pd.DataFrame([message()]), TARGETS, known
    )
    assert table["has_control"].tolist() == ["guard_yes"]


@pytest.mark.parametrize(
    ("told", "first", "answer"),
    [
        ({}, {"content_type": "offer", "content_tags": None}, "guard_no"),
        ({}, {"content_type": "product", "content_tags": "自己紹介、使い方"}, "guard_yes"),
        ({"target_segment": "休眠客", "start_event": "silence"}, {"content_type": "offer"}, "guard_not_asked"),
    ],
)
def test_only_a_first_contact_must_introduce(told: dict[str, Any], first: dict[str, Any], answer: str) -> None:
    rest = [message(2), message(3)]
    assert guarded([scenario(**told)], [message(1, **first), *rest])["introduces_first"].tolist() == [answer]


def test_offers_may_be_as_many_as_the_limit_and_not_one_more() -> None:
    messages = [message(1), message(2, content_type="offer"), message(3, content_type="unknown")]
    assert guarded([scenario()], messages, offer_limit=0.5)["offers_bounded"].tolist() == ["guard_yes"]
    assert guarded([scenario()], messages, offer_limit=0.4)["offers_bounded"].tolist() == ["guard_no"]


@pytest.mark.parametrize(
    ("tags", "answer"),
    [
        (["feature", "成分"], "guard_no"),
        (["feature", "feature,use"], "guard_yes"),
        (["feature", None], "guard_not_asked"),
    ],
)
def test_mails_that_only_list_ingredients_are_found_where_all_have_tags(tags: list[str | None], answer: str) -> None:
    messages = [message(i, content_tags=text) for i, text in enumerate(tags, start=1)]
    assert guarded([scenario()], messages)["not_features_only"].tolist() == [answer]


def test_a_scenario_without_messages_is_not_asked_for_its_contents() -> None:
    row = guarded([scenario()], []).iloc[0]
    assert row["has_messages"] == "guard_no"
    assert set(row[[*scenario_guards.CONTENT]]) == {"guard_not_asked"}


def test_the_first_gap_that_applies_is_the_gap_of_a_row() -> None:
    scenarios = pd.DataFrame(
        [
            scenario(),
            scenario(scenario_id="t", stage="general", target_segment="gold", kpi_id=None),
            scenario(scenario_id="u", stage="unknown", target_segment="休眠客", kpi_id="sales"),
            scenario(scenario_id="v", stage="unknown", target_segment="platinum"),
        ]
    )
    messages = pd.DataFrame([message(), message(scenario_id="t"), message(scenario_id="u")])
    numbers = {"stage_purchaser": 10, "stage_general": 5, "stage_excellent": 0, "life_dormant": 3}
    table = scenario_design.design(scenarios, messages, TARGETS, numbers=numbers, tables=["orders", "products"])
    gaps = table.set_index("design_row")["design_gap"].to_dict()
    assert [
        gaps[row]
        for row in (
            "stage_purchaser",
            "stage_general",
            "stage_excellent",
            "stage_follower",
            "life_dormant",
            "life_lapsed",
            "life_initial",
            "life_prospect",
        )
    ] == [
        "gap_none",
        "gap_no_kpi",
        "gap_no_scenario",
        "gap_no_data",
        "gap_no_target",
        "gap_no_scenario",
        "gap_none",
        "gap_no_data",
    ]
    assert table.set_index("design_row").loc["stage_follower", "missing_table"] == "engagement"
    assert scenario_design.elsewhere(scenarios) == 1


def test_the_sheet_has_a_row_a_message_and_one_for_a_scenario_without() -> None:
    scenarios = pd.DataFrame([scenario(), scenario(scenario_id="t", name=None)])
    table = scenario_design.sheet(scenarios, pd.DataFrame([message(2), message(1)]))
    assert table[["scenario_name", "message_name"]].fillna("").to_numpy().tolist() == [
        ["Step mail", "mail 1"],
        ["Step mail", "mail 2"],
        ["t", ""],
    ]
    assert table["content_type"].tolist() == ["content_brand", "content_brand", ""]


def test_materials_are_there_missing_or_not_tagged() -> None:
    counts = pd.DataFrame({"message_id": ["m1", "m2"], "n_sends": [5, 7]})
    told = pd.DataFrame([message(1), message(2, content_tags="use, お客様の声")])
    plain = pd.DataFrame([message(1, content_tags=None), message(2, content_tags=None, content_type="offer")])
    scenarios = pd.DataFrame([scenario()])
    table = content_tags.materials(told, scenarios, counts)
    assert table["material_state"].tolist() == [
        "material_there",
        "material_missing",
        *["material_there"] * 2,
        "material_missing",
    ]
    assert table["n_sends"].tolist() == [12, 0, 7, 7, 0]
    none = content_tags.materials(plain, scenarios, counts)
    assert none["material_state"].tolist() == ["material_missing", *["material_not_tagged"] * 4]
    # Without a tag nobody knows how many messages hold the material: that is not none.
    assert none["n_messages"].fillna(-1).tolist() == [0, -1, -1, -1, -1]
    assert none[["n_scenarios", "n_sends"]].isna().all(axis=1).tolist() == [False, True, True, True, True]


def test_the_template_scales_with_the_cycle_but_the_second_mail_follows_the_arrival() -> None:
    month, short = step_template.template(30, arrival_days=3), step_template.template(5)
    assert month["days_after_arrival"].tolist() == [-3, 1, 4, 8, 12, 17, 24]
    assert month["days_after_order"].tolist() == [0, 4, 7, 11, 15, 20, 27]
    # Five days hold no seven mails: one a day, and the last comes when the product is used up.
    assert short["days_after_arrival"].tolist() == [-2, 1, 2, 3, 4, 5, 6]
    assert short["template_fit"].tolist() == ["template_fits"] * 6 + ["template_too_late"]
    assert step_template.template(90)["days_after_arrival"].iloc[-1] == 72  # 80% of the cycle


def test_a_cycle_is_told_else_seen_else_assumed() -> None:
    products = pd.DataFrame(
        {
            "product_id": ["p", "q", "r", "i"],
            "product_name": ["Gel", None, "Oil", "Guide"],
            "role": ["front", "cross", "cross", "insert"],
            "cycle_days": [45, NAN, NAN, 9],
        }
    )
    sold = pd.DataFrame({"product_id": ["p", "q", "r"], "line_amount": [5, 9, 1]})
    gaps = pd.DataFrame(
        {"product_id": ["q", "q", "q", "r"], "duration_days": [20, 30, 40, 10], "n_events": [10, 10, 20, 29]}
    )
    table = step_template.cycles(products, sold, gaps)
    assert table[["template_product", "cycle_days", "cycle_basis"]].to_numpy().tolist() == [
        ["q", 30, "cycle_gap"],
        ["Gel", 45, "cycle_told"],
    ]
    none = step_template.cycles(products.iloc[:0], sold.iloc[:0], gaps.iloc[:0])
    assert none["template_product"].tolist() == ["any_product"]
    assert len(step_template.templates(table)) == 14


def test_seven_days_are_needed() -> None:
    with refused("days has 6 numbers, must have 7."):
        step_template.template(30, days=[0, 1, 2, 3, 4, 5])


def test_the_segment_is_that_of_the_day_of_the_send() -> None:
    rows = pd.DataFrame(
        {
            "customer_id": list("abcd"),
            "sent_day": 500,
            "n_orders_before": [0, 1, 2, 3],
            "amount_before": [0, 5, 5, 9],
            "first_day_before": [NAN, 490, 430, 100],
            "last_day_before": [NAN, 490, 439, 259],
        }
    )
    placed = content_sent.segments_at_sending(rows, silence=Silence(), cpm=Thresholds(amount=70_000))
    assert placed["segment"].tolist() == ["life_prospect", "life_initial", "life_dormant", "life_lapsed"]


def test_shares_are_of_sends_of_a_known_kind_and_not_below_thirty() -> None:
    messages = pd.DataFrame({"message_id": ["b", "o", "u"], "content_type": ["brand", "offer", "unknown"]})
    placed = pd.DataFrame(
        {
            "message_id": ["b"] * 10 + ["o"] * 30 + ["u"] * 5 + ["b"] * 7,
            "held_out": [0] * 45 + [1] * 7,
            "segment": "life_initial",
        }
    )
    planned = content_mix.mix_table([[40, 40, 20]] * 6)
    row = content_sent.sent_mix(placed, messages, planned).set_index("segment").loc["life_initial"]
    assert row[["n_sends", "n_kind_not_known", "brand_sent", "offer_sent"]].tolist() == [45, 5, 0.25, 0.75]
    assert row["offer_gap"] == pytest.approx(0.55)
    few = content_sent.sent_mix(placed.iloc[:29], messages, planned).set_index("segment").loc["life_initial"]
    assert np.isnan(few["brand_sent"])


def test_a_coupon_leaves_margin_or_eats_it() -> None:
    messages = pd.DataFrame(
        [message(1, discount_rate=0.2), message(2, discount_rate=0.5), message(3), message(4, discount_rate=0.0)]
    )
    scenarios = pd.DataFrame([scenario()])
    table = content_sent.coupons(messages, scenarios, pd.Series(dtype="float64"), margin_rate=0.5)
    # Of 100 yen 50 are margin; with 20 off 30 of 80 are left, and 50 / 30 orders earn the same.
    assert table["margin_left"].tolist() == pytest.approx([0.375, 0.0])
    assert table["orders_needed"].fillna(-1).tolist() == pytest.approx([5 / 3, -1])
    assert table["coupon_state"].tolist() == ["coupon_leaves_margin", "coupon_eats_margin"]
    unknown = content_sent.coupons(messages, scenarios, pd.Series(dtype="float64"), margin_rate=NAN)
    assert unknown["coupon_state"].tolist() == ["coupon_margin_not_known"] * 2
    own = content_sent.coupons(
        messages, pd.DataFrame([scenario(goal_product="p")]), pd.Series({"p": 0.6}), margin_rate=NAN
    )
    assert own["coupon_margin_rate"].tolist() == [0.6, 0.6]


def counted(**told: int) -> pd.DataFrame:
    names = ["n_triggered", "n_same_day", "n_unbought", "n_sent", "n_bought", "n_bought_sent", "n_held_out",
             "n_bought_held_out"]  # fmt: skip
    return pd.DataFrame([{**dict.fromkeys(names, 0), **told}])


def test_the_base_rate_is_that_of_those_nobody_mailed() -> None:
    table = scenario_triggers.trigger_table(
        {
            "trigger_browse": counted(n_triggered=120, n_same_day=20, n_unbought=100, n_bought=10),
            "trigger_cart": counted(
                n_triggered=90,
                n_unbought=90,
                n_sent=60,
                n_bought=30,
                n_bought_sent=24,
                n_held_out=30,
                n_bought_held_out=6,
            ),
            "trigger_purchase": counted(n_triggered=100, n_unbought=100, n_sent=60, n_bought=30),
        },
        lift=0.05,
    ).set_index("trigger")
    assert table["bought_rate"].tolist() == pytest.approx([0.1, 1 / 3, 0.3])
    assert table["base_rate"].fillna(-1).tolist() == [0.1, 0.2, -1]
    assert table["base_basis"].tolist() == ["base_nobody_mailed", "base_held_out", "base_not_known"]
    assert table["n_needed"].fillna(-1).tolist() == [686, 1094, -1]  # R: power.prop.test(p1 =, p2 =, power = 0.8)


def test_a_scenario_for_a_few_does_not_lend_its_rate_to_all() -> None:
    # 1,000 set it off; 100 entered, of whom 40 were held out and bought at 50%; of the 900 others 45 bought, 5%.
    counts = counted(n_triggered=1000, n_unbought=1000, n_sent=60, n_bought=101, n_bought_sent=36, n_held_out=40,
                     n_bought_held_out=20)  # fmt: skip
    row = scenario_triggers.trigger_table({"trigger_purchase": counts}, lift=0.03).iloc[0]
    assert row["base_rate"] == pytest.approx(0.1 * 0.5 + 0.9 * 0.05)
    assert row["n_base"] == 940
    # Wilson by hand: 20 of 40 from 0.35201 to 0.64799, 45 of 900 from 0.03756 to 0.06627.
    assert row["base_rate_low"] == pytest.approx(0.095 - np.hypot(0.014799, 0.9 * 0.01244), abs=2e-5)
    assert row["base_rate_high"] == pytest.approx(0.095 + np.hypot(0.014799, 0.9 * 0.01627), abs=2e-5)


def test_the_focus_persona_narrows_a_value_at_a_time() -> None:
    known = pd.DataFrame(
        {
            "segment": ["life_initial"] * 4 + ["life_general"],
            "first_product": ["p", "p", "p", "q", "q"],
            "acq_media": ["x", "y", "y", "x", "x"],
            "age_band": "attribute_not_known",
            "sex": ["f", "f", "m", "m", "m"],
        }
    )
    persona = roll_out.focus(known, segment="life_initial")
    assert persona == [("first_product", "p"), ("acq_media", "y"), ("sex", "f")]


def test_every_level_holds_the_one_before_and_says_what_it_would_bring() -> None:
    rng = np.random.default_rng(3)
    n = 400
    now = pd.DataFrame(
        {
            "segment": rng.choice(["life_initial", "life_general"], n),
            "first_product": rng.choice(["p", "q"], n),
            "contactable": 1.0,
        }
    )
    then = now.assign(bought_later=(np.arange(n) % 5 == 0).astype(int), amount_later=1000)
    table = roll_out.roll_out(
        now,
        then,
        [("first_product", "p")],
        segment="life_initial",
        lift=0.1,
        contact_cost=2,
        margin_rate=0.5,
        sends_each=7,
    )
    assert table["roll_level"].tolist() == ["level_persona", "level_segment", "level_everybody"]
    assert table["n_customers"].is_monotonic_increasing
    last = table.iloc[-1]
    assert last[["n_customers", "base_rate", "n_needed", "size_state"]].tolist() == [400, 0.2, 294, "size_too_small"]
    # 40 more buyers at 1,000 yen and half margin, less 400 x 7 mails at 2 yen.
    assert last[["n_extra", "contact_total", "extra_profit"]].tolist() == [40, 5600, 14_400]


@pytest.mark.parametrize(("bought", "told"), [(29, False), (30, True)])
def test_what_buyers_spend_is_not_told_of_fewer_than_thirty(bought: int, *, told: bool) -> None:
    now = pd.DataFrame({"segment": ["life_initial"] * 100, "contactable": 1.0})
    then = now.assign(bought_later=(np.arange(100) < bought).astype(int), amount_later=1000)
    row = roll_out.roll_out(now, then, [], segment="life_initial", lift=0.1, contact_cost=2, margin_rate=0.5).iloc[0]
    assert (row["n_extra"], row["base_rate"], pd.notna(row["extra_profit"])) == (10, bought / 100, told)


def test_without_consents_the_size_is_everybody_and_without_thirty_there_is_no_rate() -> None:
    now = pd.DataFrame({"segment": ["life_initial"] * 29, "contactable": NAN})
    then = now.assign(bought_later=1, amount_later=10)
    row = roll_out.roll_out(now, then, [], segment="life_initial", lift=0.1, contact_cost=NAN, margin_rate=0.5).iloc[0]
    assert np.isnan(row[["n_contactable", "base_rate", "n_needed", "extra_profit"]].astype(float)).all()
    assert row[["roll_level", "size_state"]].tolist() == ["level_segment", "size_not_known"]


def mailed(customer: str, day: int, last: float, **told: Any) -> dict[str, Any]:
    full = {
        "scenario_id": "s",
        "customer_id": customer,
        "message_id": "m1",
        "sent_day": day,
        "last_day_before": last,
        "held_out": 0,
        "group_known": 1,
        "next_day": NAN,
        "cost": NAN,
    }
    return full | told


def test_mails_to_the_dormant_cost_what_was_recorded_else_what_the_channel_is_taken_to() -> None:
    rows = pd.DataFrame(
        [
            mailed("a", 100, 0, cost=4, next_day=120),
            mailed("a", 110, 0, next_day=120),
            mailed("b", 60, 0),
            mailed("c", 61, 0),
            mailed("d", 100, 0, held_out=1, next_day=300),
            mailed("e", 100, NAN),
        ]
    )
    table = send_revival.approaches(rows, pd.DataFrame([message()]), as_of_day=200, costs={"mail": 1.0})
    # b was silent for exactly 60 days, e never bought.
    assert table[["customer_id", "group", "n_mails", "send_cost", "n_guessed", "revived"]].to_numpy().tolist() == [
        ["a", "sent", 2, 5, 1, True],
        ["c", "sent", 1, 1, 1, False],
        ["d", "held_out", 0, 0, 0, False],
    ]
    costs = send_revival.costs_by_scenario(table, per_new=900.0).iloc[0]
    assert costs[["n_approached_sent", "n_revived", "send_cost", "cost_per_revived", "cost_per_new"]].tolist() == [
        2,
        1,
        6,
        6,
        900,
    ]
    assert np.isnan(costs["revival_rate"])


def test_the_cost_of_a_customer_beyond_those_who_come_back_anyway() -> None:
    group = ["sent"] * 200 + ["held_out"] * 100
    revived = [True] * 40 + [False] * 160 + [True] * 10 + [False] * 90
    rows = pd.DataFrame(
        {"scenario_id": "s", "group": group, "observed": True, "revived": revived, "send_cost": 10.0, "n_mails": 1}
    )
    row = send_revival.costs_by_scenario(rows).iloc[0]
    assert row[["cost_per_revived", "cost_per_extra"]].tolist() == pytest.approx([50, 2000 / 20])
    assert row["cost_per_extra_low"] < 100
    unknown = send_revival.costs_by_scenario(rows.assign(send_cost=NAN)).iloc[0]
    assert np.isnan(unknown["cost_per_revived"])


def test_a_cost_without_an_upper_end_is_not_shown_as_a_figure() -> None:
    bounds = {
        "cost_per_extra": [1089.0, 900.0],
        "cost_per_extra_low": [479.0, 500.0],
        "cost_per_extra_high": [NAN, 4000],
    }
    table = pd.DataFrame({name: [1.0, 1.0] for name in scenario_views.REVIVAL_COLUMNS} | bounds)
    page = scenario_views.revival_page(table)
    assert page[list(bounds)].isna().all(axis=1).tolist() == [True, False]
    assert page.loc[1, "cost_per_extra"] == 900
