"""What the scenario notebook says: one sentence a direction, and one for what is not known."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from crmlib import words
from crmlib.report.findings import scenario, scenario_effects

NAN = float("nan")


@pytest.fixture(autouse=True, params=["en", "ja"])
def language(request: pytest.FixtureRequest) -> str:
    words.speak(request.param, "JPY")
    return str(request.param)


def goal(**told: Any) -> pd.DataFrame:
    row = {
        "scenario_id": "s",
        "effect_outcome": "outcome_goal",
        "n_sent_group": 500,
        "n_held_group": 100,
        "rate_sent": 0.2,
        "rate_held": 0.1,
        "effect_difference": 0.1,
        "effect_difference_low": 0.02,
        "effect_difference_high": 0.17,
        "pvalue": 0.02,
        "pvalue_adjusted": NAN,
        "goal_measure": "second_purchase",
        "window_days": 60.0,
        "effect_verdict": "effect_better",
    }
    return pd.DataFrame([row | told])


def english(sentence: Any, language: str) -> str:
    said = sentence.text()
    assert said
    return said if language == "en" else ""


@pytest.mark.parametrize(
    ("verdict", "start"),
    [
        ("effect_better", "“Mail” works: “second purchase within the window” within 60 days in 20.0% of 500"),
        ("effect_worse", "“Mail” does harm:"),
        ("effect_no_evidence", "“Mail” cannot be judged: its groups were not drawn"),
        ("effect_not_clear", "Whether “Mail” works is not clear:"),
        ("effect_untellable", "“Mail” cannot be judged: 500 customers"),
    ],
)
def test_the_verdict_chooses_the_sentence(verdict: str, start: str, language: str) -> None:
    table = goal(effect_verdict=verdict)
    said = english(scenario_effects.concluded(table, {"s": "Mail"}), language)
    assert said.startswith(start) or language == "ja"
    assert (
        scenario_effects.effect(table, {"s": "Mail"})[0].text()
        == scenario_effects.concluded(table, {"s": "Mail"}).text()
    )
    assert scenario_effects.act_on_effect(table).text()


def test_goals_are_not_corrected_and_the_reader_is_told_how_often_chance_does_it(language: str) -> None:
    two = pd.concat([goal(), goal(effect_verdict="effect_not_clear"), goal(effect_verdict="effect_untellable")])
    *each, last = scenario_effects.effect(two, {})
    assert len(each) == 3
    assert english(last, language).startswith("Each of the 2 goals") or language == "ja"
    assert "one in twenty" in each[0].text() or language == "ja"
    assert len(scenario_effects.effect(goal(effect_verdict="effect_untellable"), {})) == 1


def test_the_title_names_harm_before_help(language: str) -> None:
    both = pd.concat([goal(), goal(effect_verdict="effect_worse")])
    said = english(scenario_effects.effect_title(both), language)
    assert said == "1 of 2 scenarios are shown to do harm" or language == "ja"


def test_the_conclusion_is_of_the_scenario_that_the_action_speaks_of(language: str) -> None:
    none, better = goal(scenario_id="a", effect_verdict="effect_no_evidence", pvalue=1e-9), goal(pvalue=0.001)
    worse = goal(scenario_id="h", effect_verdict="effect_worse", pvalue=0.04)
    names = {"a": "By hand", "s": "Mail", "h": "Harm"}
    assert "Mail" in scenario_effects.concluded(pd.concat([none, better]), names).text()
    assert "Harm" in scenario_effects.concluded(pd.concat([none, better, worse]), names).text()
    stronger = goal(scenario_id="h", pvalue=1e-6)
    assert "Harm" in scenario_effects.concluded(pd.concat([better, stronger]), names).text()


def test_without_sends_no_effect_is_told(language: str) -> None:
    nothing = goal().iloc[:0]
    for said in (
        scenario_effects.concluded(nothing, {}),
        scenario_effects.effect(nothing, {})[0],
        scenario_effects.act_on_effect(nothing),
        scenario_effects.effect_title(nothing),
    ):
        assert said.text()


@pytest.mark.parametrize("state", ["lot_drawn", "lot_not_recorded", "lot_by_hand", "lot_wrong", "lot_nobody"])
def test_the_lots_have_a_sentence_each(state: str, language: str) -> None:
    assert scenario_effects.lots(pd.DataFrame({"lot_state": [state], "scenario_name": ["Mail"]})).text()


def test_a_sequence_that_does_not_stop_is_named(language: str) -> None:
    said = english(
        scenario_effects.sent_after_goal(pd.DataFrame({"n_after_goal": [2, 1], "n_sent": [10, 5]})), language
    )
    assert said.startswith("3 of 15 mails") or language == "ja"
    for counts in ({"n_after_goal": [0], "n_sent": [5]}, {"n_after_goal": [0], "n_sent": [0]}):
        assert scenario_effects.sent_after_goal(pd.DataFrame(counts)).text()


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"base_rate": NAN},
        {"base_basis": "base_held_out"},
        {"n_triggered": 0},
    ],
)
def test_a_trigger_says_what_it_must_beat_or_that_nobody_knows(told: dict[str, Any], language: str) -> None:
    row = {
        "trigger": "trigger_cart",
        "n_triggered": 90,
        "n_unbought": 80,
        "n_base": 40,
        "base_rate": 0.2,
        "bought_rate": 0.3,
        "base_basis": "base_nobody_mailed",
    }
    table = pd.DataFrame([row | told])
    assert scenario_effects.triggers(table, days=14).text()
    assert scenario_effects.triggers_title(table).text()


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"send_cost": NAN, "cost_per_revived": NAN},
        {"cost_per_new": NAN},
        {"effect_difference": NAN, "cost_per_extra": NAN},
        {"effect_difference_low": -0.01},
        {"n_approached_sent": 0},
    ],
)
def test_a_revival_has_its_cost_beside_a_new_customer(told: dict[str, Any], language: str) -> None:
    row = {
        "scenario_name": "Mail",
        "n_approached_sent": 100,
        "n_revived": 9,
        "cost_per_revived": 500.0,
        "cost_per_new": 5000.0,
        "effect_difference": 0.05,
        "effect_difference_low": 0.01,
        "cost_per_extra": 900.0,
    }
    said = english(scenario_effects.revival(pd.DataFrame([row | told]), dormant_days=60), language)
    assert ("¥900" in said) == (told == {} and language == "en")


@pytest.mark.parametrize(
    ("states", "n"),
    [
        (["size_enough"] * 2, 5),
        (["size_too_small", "size_enough"], 5),
        (["size_too_small"] * 2, 5),
        (["size_not_known"] * 2, 0),
    ],
)
def test_the_roll_out_says_where_the_lift_can_be_seen(states: list[str], n: int, language: str) -> None:
    table = pd.DataFrame(
        {
            "roll_step": [1, 2],
            "size_state": states,
            "n_customers": [n, 900],
            "n_contactable": [NAN, 850.0],
            "n_needed": [400.0, 400.0],
        }
    )
    said = scenario_effects.roll_out(table, lift=0.03).text()
    # Step 2 is large enough by those who may be mailed, not by all.
    assert ("850" in said) == (states == ["size_too_small", "size_enough"])
    assert scenario_effects.roll_out_title(table).text()
    assert scenario_effects.persona([], "life_initial").text()
    assert scenario_effects.persona([("sex", "female")], "life_initial").text()


def test_the_design_names_its_gaps_and_the_largest(language: str) -> None:
    design = pd.DataFrame(
        {
            "design_axis": "axis_lifecycle",
            "design_row": ["life_initial", "life_general"],
            "n_customers": [5.0, 9.0],
            "design_gap": ["gap_none", "gap_no_kpi"],
        }
    )
    said = english(scenario.largest_gap(design), language)
    assert said == "The gap with most customers is “General customers” with 9 customers: No KPI." or language == "ja"
    mix = pd.DataFrame({"segment": ["life_initial", "life_general"], "n_sends": [7, 4]})
    said = english(scenario.largest_gap(design, mix), language)
    assert said.endswith("No KPI. 4 mails of scenarios for others went to such customers all the same.") or not said
    assert "7" not in scenario.largest_gap(design, mix.head(1)).text()
    assert scenario.gaps(design)[0].text()
    full = design.assign(design_gap="gap_none")
    assert scenario.largest_gap(full).text()
    assert scenario.gaps(full)[0].text()


def test_lacking_things_are_counted_and_named(language: str) -> None:
    guarded = pd.DataFrame({"n_missing": [1, 0]})
    missing = pd.DataFrame({"scenario_name": ["Mail"], "guard": ["has_control"]})
    none = missing.iloc[:0]
    assert scenario.lacking(guarded, missing).text()
    assert scenario.lacking(guarded.iloc[1:], none).text()
    assert scenario.lacking(guarded.iloc[:0], none).text()
    assert "Mail" in scenario.each_lacking(missing)[0].text()
    assert len(scenario.each_lacking(missing)) == 1
    # The first slide shows these lines as next steps: that nothing is to be done is none.
    assert scenario.each_lacking(none) == []


def test_what_to_do_about_the_design(language: str) -> None:
    design = pd.DataFrame({"design_axis": "axis_lifecycle", "design_row": ["life_general"], "n_customers": [9.0]})
    # Seven mails for each of two products are a template of seven.
    template = pd.DataFrame({"step_no": [*range(1, 8), *range(1, 8)]})
    guarded = pd.DataFrame({"n_missing": [1, 0]})
    first, more = (scenario.act_on_gaps(rows, design, template) for rows in (guarded.iloc[:0], guarded))
    assert first is not None
    assert "7" in first.text()
    assert "14" not in first.text()
    assert more is not None
    assert scenario.act_on_gaps(guarded.iloc[1:], design, template) is None


def test_what_a_scenario_lacks_is_said_as_something_to_do(language: str) -> None:
    rows = [("Mail", "has_kpi"), ("Mail", "has_control"), ("Mail", "offers_bounded"), ("Line", "introduces_first")]
    said = [found.text() for found in scenario.each_lacking(pd.DataFrame(rows, columns=["scenario_name", "guard"]))]
    expected = {
        "en": [
            "Complete “Mail” with what is lacking: A KPI, A control (hold-out or experiment).",
            "Send fewer offers in “Mail”, and more that is not an offer.",
            "Let the first message of “Line” introduce the brand.",
        ],
        "ja": [
            "「Mail」に不足している次の点を補います：KPI、対照群（保留またはテスト）。",
            "「Mail」のオファーを減らし、オファー以外の内容を増やします。",
            "「Line」の最初のメッセージで、ブランドの自己紹介をします。",
        ],
    }
    assert said == expected[language]


@pytest.mark.parametrize("gap", [0.2, -0.1, NAN])
def test_offers_beyond_the_plan_are_named(gap: float, language: str) -> None:
    table = pd.DataFrame(
        {
            "segment": ["life_dormant"],
            "offer_gap": [gap],
            "offer_sent": [0.6],
            "offer_planned": [0.4],
            "n_sends": [90],
            "n_kind_not_known": [40],
        }
    )
    # The share is of sends of a known kind.
    assert ("50" in scenario.mix(table).text()) == (gap > 0)
    assert "90" not in scenario.mix(table).text()


@pytest.mark.parametrize("state", ["coupon_eats_margin", "coupon_leaves_margin", "coupon_margin_not_known"])
def test_coupons_that_eat_the_margin_are_named(state: str, language: str) -> None:
    table = pd.DataFrame(
        {"coupon_state": [state], "message_name": ["30% off"], "discount_rate": [0.3], "orders_needed": [1.5]}
    )
    assert scenario.coupon(table).text()
    assert scenario.coupon(table.iloc[:0]).text()
    # One of unknown margin is not among those of which anything is said.
    more = pd.concat([table, table.assign(coupon_state="coupon_margin_not_known")])
    said = english(scenario.coupon(more), language)
    assert ("with a known margin" in said) == (state != "coupon_margin_not_known") or language == "ja"


def test_strategies_materials_and_steps_have_their_sentences(language: str) -> None:
    table = pd.DataFrame(
        {"material": ["material_use", "material_book"], "material_state": ["material_there", "material_missing"]}
    )
    for rows in (table, table.iloc[:1], table.iloc[1:]):
        assert scenario.materials(rows).text()
    steps = pd.DataFrame({"step_name": ["a"]})
    served = pd.DataFrame({"segment": ["life_initial"], "n_customers": [4.0], "served_by": ["served_by_mail"]})
    for said in (
        scenario.strategy("physical"),
        scenario.strategy("intangible"),
        scenario.six_steps(steps),
        scenario.six_steps(steps.iloc[:0]),
        scenario.served(served),
        scenario.served(served.iloc[:0]),
        scenario.elsewhere(0),
        scenario.elsewhere(2),
    ):
        assert said.text()


def test_the_mails_without_a_cost_are_those_of_the_table(language: str) -> None:
    rows = {"group": ["sent", "held_out", "sent"], "observed": [True, True, False], "n_mails": [7, 2, 30],
            "n_guessed": [5, 2, 30]}  # fmt: skip
    said = english(scenario_effects.send_cost_basis(pd.DataFrame(rows)), language)
    assert said.startswith("For 5 of 7 mails no cost is recorded") or language == "ja"
    for n in (0, 7):
        assert "5" not in scenario_effects.send_cost_basis(pd.DataFrame(rows).assign(n_guessed=0, n_mails=n)).text()


def test_mails_are_not_ranked_by_windows_of_unlike_length(language: str) -> None:
    said = english(scenario_effects.mails_title(pd.DataFrame({"goal_rate": [0.01, NAN, 0.06]})), language)
    assert said == "From 1.0% to 6.0% reach the goal between a mail and the next" or language == "ja"
    assert scenario_effects.mails_title(pd.DataFrame({"goal_rate": [NAN]})).text()


def test_a_persona_that_nobody_fits_is_not_a_number_to_begin_from() -> None:
    words.speak("en")
    nobody = pd.DataFrame({"n_customers": [0, 23_570]})
    assert scenario_effects.roll_out_title(nobody).text() == "Nobody fits the focus persona today"
    some = pd.DataFrame({"n_customers": [14, 8_000]})
    assert scenario_effects.roll_out_title(some).text() == "From 14 customers of the focus persona to 8,000 customers"
