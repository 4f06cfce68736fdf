"""Mails of a scenario: every count by hand, who is still in the sequence, and receivers against the hold-out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmlib.analysis import proportions, step_effect, step_mail
from tests.analysis.helpers import refused

NAN = float("nan")


def plan(offsets: list[float], scenario: str = "s") -> pd.DataFrame:
    rows = [
        {
            "scenario_id": scenario,
            "message_id": f"{scenario}{i}",
            "step_no": i,
            "offset_days": offset,
            "name": f"mail {i}",
            "channel": "mail",
            "content_type": "brand",
        }
        for i, offset in enumerate(offsets, start=1)
    ]
    return step_mail.steps(pd.DataFrame(rows))


def sent(customer: str, message: str, day: int, **more: Any) -> dict[str, Any]:
    row = {
        "scenario_id": message[0],
        "customer_id": customer,
        "message_id": message,
        "sent_day": day,
        "started": False,
        "held_out": 0,
        "group_known": 1,
        "delivery_known": 1,
        "failed": 0,
        "opened_day": NAN,
        "clicked_day": NAN,
        "unsubscribed_day": NAN,
        "next_day": NAN,
        "goal_day": NAN,
    }
    return row | more


def test_the_steps_follow_their_number_and_say_the_days_between() -> None:
    table = plan([0, 1, 4])
    assert table["gap_days"].fillna(-1).tolist() == [1, 3, -1]


def test_a_purchase_belongs_to_the_mail_before_it_and_ends_the_sequence() -> None:
    # a buys on the day of mail 2, b after mail 1, and is mailed once more all the same, c never.
    rows = pd.DataFrame(
        [
            sent("a", "s1", 0, goal_day=4, next_day=4),
            sent("a", "s2", 4, goal_day=4, next_day=4, opened_day=5),
            sent("b", "s1", 0, goal_day=3, next_day=3, opened_day=0, clicked_day=0),
            sent("b", "s2", 4),
            sent("c", "s1", 0),
            sent("c", "s2", 4, unsubscribed_day=6),
        ]
    )

    table = step_mail.review(rows, plan([0, 4]), as_of_day=100, bought_days=14, leave_days=60)

    assert table[
        ["n_sent", "n_after_goal", "n_in_sequence", "n_opened", "n_clicked", "n_goal", "n_stopped"]
    ].to_numpy().tolist() == [[3, 0, 3, 1, 1, 1, 0], [3, 1, 2, 1, 0, 1, 1]]
    assert table[["n_leave_observed", "n_no_more"]].to_numpy().tolist() == [[3, 1], [2, 1]]
    # No percentage of three.
    assert table[["reach_rate", "open_rate", "goal_rate", "left_rate"]].isna().all().all()


def test_who_unsubscribed_or_was_not_observed_is_no_longer_in_the_sequence() -> None:
    rows = pd.DataFrame([sent("a", "s1", 0, unsubscribed_day=2), sent("a", "s2", 4), sent("b", "s1", 90)])
    table = step_mail.review(rows, plan([0, 4]), as_of_day=100, bought_days=14)
    assert table[["n_sent", "n_in_sequence", "n_stopped"]].to_numpy().tolist() == [[2, 1, 1], [1, 0, 0]]


def test_what_nobody_records_is_not_zero() -> None:
    rows = pd.DataFrame([sent(f"c{i}", "s1", 0, delivery_known=0) for i in range(30)])
    table = step_mail.review(rows, plan([0]), as_of_day=100)
    names = ["n_opened", "open_rate", "n_clicked", "n_stopped", "reach_rate"]
    assert table[names].isna().all().all()
    assert table.loc[0, ["goal_rate", "left_rate"]].tolist() == [0, 1]


def test_a_bounced_mail_was_not_opened_and_its_reader_is_not_asked() -> None:
    rows = pd.DataFrame([sent(f"c{i}", "s1", 0, failed=int(i < 10), opened_day=1) for i in range(40)])
    row = step_mail.review(rows, plan([0]), as_of_day=100).iloc[0]
    assert row[["n_arrived", "reach_rate", "n_opened", "open_rate"]].tolist() == [30, 0.75, 30, 1.0]


def test_a_customer_who_comes_again_is_looked_at_the_first_time_only() -> None:
    rows = pd.DataFrame([sent("a", "s1", 0, goal_day=2), sent("a", "s1", 50, goal_day=51), sent("a", "s2", 54)])
    table = step_mail.review(rows, plan([0, 4]), as_of_day=200)
    assert table[["n_sent", "n_after_goal", "n_goal"]].to_numpy().tolist() == [[1, 0, 1], [0, 0, 0]]


def test_a_paper_insert_reports_no_opening() -> None:
    messages = plan([0]).assign(channel="insert")
    rows = pd.DataFrame([sent("a", "s1", 0, opened_day=1)])
    assert np.isnan(step_mail.review(rows, messages, as_of_day=100).loc[0, "n_opened"])


def test_no_send_gives_a_row_a_message_with_true_zeros() -> None:
    rows = pd.DataFrame([sent("a", "s1", 0)]).iloc[:0]
    table = step_mail.review(rows, plan([0, 4]), as_of_day=100)
    assert table["n_sent"].tolist() == [0, 0]


def test_days_below_one_are_refused() -> None:
    with refused("bought_days == 0, must be at least 1."):
        step_mail.review(pd.DataFrame(), plan([0]), as_of_day=100, bought_days=0)


@pytest.mark.parametrize(
    ("event", "offset", "started"),
    [
        ("order", 0, True),
        ("order", 1, False),
        ("order", NAN, True),
        ("delivered", 0, False),
        ("unknown", 0, True),
        ("other", 0, True),
    ],
)
def test_an_order_starts_a_scenario_whose_first_mail_goes_out_that_day(
    event: str, offset: float, started: bool
) -> None:
    assert step_mail.started_by_order(event, pd.DataFrame({"step_no": [1, 2], "offset_days": [offset, 9]})) is started


def entered(rows: list[dict[str, Any]], **more: Any) -> pd.DataFrame:
    base = {
        "scenario_id": "s",
        "group": "sent",
        "entry_day": 0,
        "entry_offset": 0.0,
        "started": False,
        "goal_day": NAN,
        "next_day": NAN,
        "repeat_day": NAN,
        "cross_day": NAN,
        "n_lines": 1,
        **more,
    }
    return pd.DataFrame([{**base, "customer_id": f"c{i}", **row} for i, row in enumerate(rows)])


NO_CONTRACT = pd.DataFrame({"customer_id": pd.Series(dtype="str"), "start_day": [], "cancel_day": []})


def marks(*rows: list[float]) -> pd.DataFrame:
    names = ["first_day", "second_day", "nth_day", "full_day", "wanted_day", "viewed_day"]
    table = pd.DataFrame(rows, columns=names, dtype="float64")
    return table.assign(customer_id=[f"c{i}" for i in range(len(rows))])


def test_the_first_day_says_who_is_held_out_and_later_entries_do_not_count() -> None:
    rows = pd.DataFrame(
        [
            sent("a", "s1", 0, held_out=1),
            sent("a", "s2", 4),
            sent("b", "s1", 0),
            sent("b", "s1", 50, held_out=1),
            sent("c", "s1", 0, group_known=0),
        ]
    )
    outcomes = pd.DataFrame(
        {"scenario_id": "s", "customer_id": ["a"], "repeat_day": [3.0], "cross_day": [NAN], "n_lines": [1]}
    )

    table = step_effect.entrants(rows, outcomes, plan([0, 4]))

    assert table[["customer_id", "group", "mixed", "entry_day"]].to_numpy().tolist() == [
        ["a", "held_out", True, 0],
        ["b", "sent", False, 0],
    ]
    assert table["repeat_day"].fillna(-1).tolist() == [3, -1]


def test_every_outcome_has_its_window_and_its_observation() -> None:
    rows = entered(
        [
            {"goal_day": 90, "next_day": 20, "repeat_day": 20},
            {"goal_day": 91, "next_day": 61, "cross_day": 61},
            {"entry_day": 50, "goal_day": 60, "next_day": 60},
            {"n_lines": 0, "next_day": 5},
        ]
    )
    found = step_effect.add_outcomes(
        rows,
        marks(*[[0, NAN, NAN, 0, NAN, NAN]] * 4),
        NO_CONTRACT,
        roles_known=True,
        as_of_day=120,
        follow_days=90,
        leave_days=60,
    )
    names = ["goal", "continued", "crossed", "left", "cancelled"]
    told = found[names].fillna(-1).to_numpy().tolist()
    # The third was not followed for 90 days, but for 60; of the fourth no line has a product.
    assert told == [[1, 1, 0, 0, -1], [0, 0, 1, 1, -1], [-1, -1, -1, 0, -1], [0, 1, -1, 0, -1]]


def test_the_stage_before_knows_nothing_of_the_day_of_the_entry_unless_its_order_started_it() -> None:
    told = marks(
        [0, 10, 10, 0, NAN, NAN], [0, 10, 10, 0, NAN, NAN], [0, 3, 3, 0, 20, NAN], [30, NAN, NAN, 30, NAN, NAN]
    )
    rows = entered([{"started": False}, {"started": True}, {}, {}], entry_day=10)
    found = step_effect.add_outcomes(rows, told, NO_CONTRACT, roles_known=True, as_of_day=200)
    assert found["stage_before"].fillna(-1).tolist() == [0, 1, 1, -1]
    assert found["stage_after"].fillna(-1).tolist() == [1, 1, 2, 0]
    assert found["rose"].fillna(-1).tolist() == [1, 0, 1, -1]


def test_only_contracts_that_ran_on_the_entry_can_be_cancelled() -> None:
    contracts = pd.DataFrame(
        {"customer_id": ["c0", "c1", "c2", "c3"], "start_day": [0, 0, 20, 0], "cancel_day": [30, 5, 30, NAN]}
    )
    rows = entered([{}, {}, {}, {}], entry_day=10)
    told = marks(*[[0, NAN, NAN, 0, NAN, NAN]] * 4)
    found = step_effect.add_outcomes(rows, told, contracts, roles_known=True, as_of_day=200)
    assert found["cancelled"].fillna(-1).tolist() == [1, -1, -1, 0]


def test_reached_is_a_share_of_those_whose_delivery_is_told() -> None:
    told = [(1, 0)] * 36 + [(1, 1)] * 4 + [(0, 0)] * 10
    rows = pd.DataFrame([sent(f"c{i}", "s1", 0, delivery_known=k, failed=f) for i, (k, f) in enumerate(told)])
    row = step_mail.review(rows, plan([0]), as_of_day=100).iloc[0]
    assert row[["n_arrived", "reach_rate"]].tolist() == [46, 0.9]


def followed(n_sent: int, x_sent: int, n_held: int, x_held: int, scenario: str = "s") -> pd.DataFrame:
    group = ["sent"] * n_sent + ["held_out"] * n_held
    goal = [1.0] * x_sent + [0.0] * (n_sent - x_sent) + [1.0] * x_held + [0.0] * (n_held - x_held)
    table = pd.DataFrame({"scenario_id": scenario, "group": group, "goal": goal})
    unknown = dict.fromkeys(["continued", "crossed", "rose", "cancelled"], NAN)
    return table.assign(**unknown, left=1 - table["goal"])


def test_the_groups_are_compared_as_proportions_and_corrected_for_their_number() -> None:
    table = step_effect.compare(followed(1000, 150, 1000, 120))
    alone = proportions.proportions(120, 1000, 150, 1000)
    assert table["effect_outcome"].tolist() == ["outcome_goal", "outcome_left"]
    row = table.iloc[0]
    assert row[["rate_sent", "rate_held"]].tolist() == [0.15, 0.12]
    assert row["effect_difference_low"] == alone.difference_interval.low
    assert row["pvalue"] == alone.pvalue
    # The goal is not corrected; nor is the only other outcome.
    assert np.isnan(row["pvalue_adjusted"])
    assert table["pvalue_adjusted"].iloc[1] == table["pvalue"].iloc[1]
    assert table["interval_level"].tolist() == pytest.approx([0.95, 0.95])
    assert table["effect_verdict"].tolist() == ["effect_better"] * 2


def test_each_goal_is_judged_by_itself_and_other_outcomes_with_intervals_as_wide_as_their_number_asks() -> None:
    both = pd.concat([followed(1000, 150, 1000, 120), followed(1000, 150, 1000, 120, "t")])
    table = step_effect.compare(both)
    goals, others = table[table["effect_outcome"] == "outcome_goal"], table[table["effect_outcome"] == "outcome_left"]
    # Alone p is just below 0.05; for two it is not, and then the interval holds 0.
    assert goals["effect_verdict"].tolist() == ["effect_better"] * 2
    assert (goals["effect_difference_low"] > 0).all()
    assert others["effect_verdict"].tolist() == ["effect_not_clear"] * 2
    assert others["pvalue_adjusted"].tolist() == (2 * others["pvalue"]).tolist()
    alone = proportions.proportions(880, 1000, 850, 1000, confidence_level=0.975).difference_interval
    assert others[["effect_difference_low", "effect_difference_high"]].iloc[0].tolist() == [alone.low, alone.high]
    assert alone.low < 0 < alone.high


@pytest.mark.parametrize("x_sent", range(120, 200, 5))
@pytest.mark.parametrize("n_scenarios", [1, 4])
def test_a_verdict_never_contradicts_its_interval(x_sent: int, n_scenarios: int) -> None:
    table = step_effect.compare(pd.concat([followed(1000, x_sent, 900, 120, str(i)) for i in range(n_scenarios)]))
    away = (table["effect_difference_low"] > 0) | (table["effect_difference_high"] < 0)
    assert away.tolist() == table["effect_verdict"].isin(["effect_better", "effect_worse"]).tolist()


def test_fewer_who_left_is_better() -> None:
    table = step_effect.compare(followed(1000, 300, 1000, 100))
    assert table["effect_verdict"].tolist() == ["effect_better"] * 2
    assert (table["effect_difference"] > 0).tolist() == [True, False]


@pytest.mark.parametrize(("n_sent", "n_held"), [(100, 0), (100, 29), (29, 100)])
def test_without_thirty_in_each_group_nothing_is_said(n_sent: int, n_held: int) -> None:
    row = step_effect.compare(followed(n_sent, 5, n_held, 0)).iloc[0]
    assert row["effect_verdict"] == "effect_untellable"
    assert np.isnan(row["effect_difference"])
    assert row[["n_sent_group", "n_met_sent", "n_held_group"]].tolist() == [n_sent, 5, n_held]


def test_a_step_counts_those_who_had_not_bought_by_its_day() -> None:
    rows = entered([{"goal_day": 0.0}, {"goal_day": 3.0}, {"goal_day": 4.0}, {"goal_day": 19.0}, {}, {"entry_day": 90}])
    table = step_effect.by_step(rows, plan([0, 4]), as_of_day=100, bought_days=14)
    # Mail 1 has days 0 to 3, mail 2 days 4 to 18; the last customer has been observed for neither.
    assert table[["n_sent_group", "n_met_sent"]].to_numpy().tolist() == [[5, 2], [3, 1]]


def test_stages_before_and_after_are_counted_by_group() -> None:
    rows = entered(
        [{"stage_before": 0.0, "rose": 1.0}, {"stage_before": 0.0, "rose": 0.0}, {"stage_before": 1.0, "rose": 0.0}]
    )
    table = step_effect.stage_moves(rows, stages=["a", "b", "c"])
    names = ["send_group", "stage_before", "n_entered_stage", "n_rose", "n_stayed"]
    assert table[names].to_numpy().tolist() == [["group_sent", "a", 2, 1, 1], ["group_sent", "b", 1, 0, 1]]
    assert table["rose_rate"].isna().all()
