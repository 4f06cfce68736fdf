"""What is said of experiments in money, of other readings and of the next one, in both languages."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from crmlib.report import findings
from tests.report.test_findings import _both, _row

NAN = math.nan


def test_an_experiment_of_several_arms_counts_once() -> None:
    rows = [
        _row("no_clear_difference", experiment_id="E1", arm="a", n_arms=3),
        _row("treatment_better", experiment_id="E1", arm="b", n_arms=3),
        _row("no_clear_difference", experiment_id="E2", arm="treatment", n_arms=2),
    ]
    said = _both(findings.abtest.summary(pd.DataFrame(rows)))[0]
    assert said.startswith("Of 2 experiments 2 can be read as evidence; 1 of these show a clear difference.")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            _row("treatment_better", primary_metric="cancellation", value_control=0.4, value_treatment=0.3),
            "worked: 30.0% cancelled against 40.0%, 10.0 points less",
        ),
        (_row("treatment_worse", primary_metric="cancellation"), "60.0% cancelled against 50.0%, 10.0 points more"),
        (_row("treatment_better", primary_metric="order_value"), "more per order (95% interval)"),
        (_row("no_clear_difference", primary_metric="order_value"), "no clear difference in the order value"),
        (_row("treatment_better", primary_metric="time_to_cancellation", pvalue=0.01), "contracts were kept longer"),
        (_row("no_clear_difference", primary_metric="time_to_cancellation", pvalue=0.4), "the time to cancellation"),
        (
            _row("treatment_better", n_arms=3, verdict_by="by_holm", pvalue_holm=0.012, pvalue_bh=0.009),
            "did better than the control, several arms allowed for (corrected p = 0.012)",
        ),
        (
            _row("treatment_better", n_control=10, n_treatment=20, pvalue=0.04),
            "12 of 20 treated customers against 5 of 10 (p = 0.040); the groups are too small for percentages.",
        ),
        (_row("untellable", missing="subscriptions"), "cannot be told: the table of subscriptions is missing"),
    ],
)
def test_every_metric_has_its_sentence(row: dict[str, Any], said: str) -> None:
    english, japanese = _both(findings.abtest.verdict(row, 0.1))
    assert said in english
    assert "call" in japanese


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (100.0, 900.0, "paid: its gross profit exceeds its cost by ¥100 to ¥900"),
        (-100.0, 900.0, "whether it paid is open"),
        (-900.0, -100.0, "did not pay"),
        (NAN, NAN, "cost or gross profit is not known"),
    ],
)
def test_what_paid_is_said_by_its_interval(low: float, high: float, said: str) -> None:
    table = pd.DataFrame([{"name": "call", "net_profit_low": low, "net_profit_high": high}])
    assert said in _both(findings.trials.paid(table)[0])[0]


def test_a_conclusion_is_sure_only_where_the_interval_excludes_zero() -> None:
    best = {"name": "call", "net_profit_low": -5.0, "net_profit_high": 50.0}
    assert findings.trials.rolled_out(None) == (None, None)
    sentence, action = findings.trials.rolled_out(best)
    assert sentence is not None
    assert action is not None
    assert "not yet sure" in _both(sentence)[0]


def test_what_cannot_be_decided_is_said_plainly() -> None:
    row = {
        "primary_metric": "repurchase",
        "decidable": "not_decidable",
        "months_needed": 41.26,
        "detectable_gain": 0.33,
    }
    said = findings.trials.plan(
        pd.DataFrame([row]), population="f1_only", n_now=900, per_month=40.4, gain=0.1, months=6
    )
    assert _both(said[0])[0] == (
        "Planned for: customers with one purchase, 900 customers today and about 40 customers more a month. A relative"
        " gain of 10.0% could be decided within 6 months for 0 of 1 outcomes."
    )
    assert _both(said[1])[0] == (
        "Not decidable with 40 customers a month: bought again within the window (41.3 months; in the time allowed only"
        " a gain of 33.0% would be seen)."
    )


def test_looking_early_has_its_price() -> None:
    rows = pd.DataFrame({"reading": ["always_valid"] * 2, "pvalue": [0.01, 0.6]})
    assert "would be 1.55 times as wide" in _both(findings.trials.early(rows, 1.547, planned=None))[0]
    told = _both(findings.trials.early(rows, 1.547, planned=2_000))[0]
    assert "1 of 2 differences hold" in told
    assert "2,000" in told


def test_no_ratio_is_said_of_a_cost_without_an_upper_end() -> None:
    open_end = pd.DataFrame([{"name": "call", "new_per_followed": NAN, "cost_per_customer": 5.0}])
    assert "none is set beside a new customer" in _both(findings.trials.yields(open_end))[0]


def test_experiments_that_share_a_name_are_not_mixed() -> None:
    rows = pd.DataFrame([
        _row("treatment_better", experiment_id="E1", arm="treatment", n_arms=2),
        _row("no_clear_difference", experiment_id="E2", arm="treatment", n_arms=2),
        _row("ratio_broken", experiment_id="E3", arm="treatment", n_arms=2),
        _row("ratio_broken", experiment_id="E4", arm="treatment", n_arms=2),
    ])  # fmt: skip
    assert _both(findings.trials.survival_title("E1", rows))[0] == "“call” keeps contracts alive longer"
    assert _both(findings.trials.survival_title("E2", rows))[0] == "“call”: contracts still alive, by arm"
    assert _both(findings.trials.survival_title("", rows))[0] == "Contracts still alive after assignment, by arm"
    wrong = findings.trials.unreadable(rows)[0]
    assert wrong is not None
    assert _both(wrong)[0].startswith("2 of 4 experiments cannot be read")
    assert findings.trials.unreadable(rows.head(2)) == (None, None)


def test_a_table_of_other_readings_without_rows_says_why() -> None:
    none, some = pd.DataFrame({"name": []}), pd.DataFrame({"name": ["call"]})
    assert findings.trials.no_readings(some, some) == ("", "")
    rates, amounts = findings.trials.no_readings(none, none)
    assert not isinstance(rates, str)
    assert not isinstance(amounts, str)
    assert _both(rates)[0].startswith("No experiment judged by a rate can be read in other ways")
    assert _both(amounts)[0].startswith("No experiment judged by sales per customer can be read in other ways")


def test_every_other_table_without_rows_says_why() -> None:
    none, some = pd.DataFrame({"name": []}), pd.DataFrame({"name": ["call"]})
    assert _both(findings.trials.balance_note(some))[0].startswith("Beyond 0.1")
    assert _both(findings.trials.balance_note(none))[0].startswith("There are no groups to compare")
    assert _both(findings.trials.crossing_note(some))[0].startswith("Before: as many days")
    assert _both(findings.trials.crossing_note(none))[0].startswith("No experiment that can be read names a product")
    assert findings.trials.before_after_note(some) == ""
    why = findings.trials.before_after_note(none)
    assert not isinstance(why, str)
    assert _both(why)[0].startswith("No experiment has one arm alone")


def test_without_a_difference_to_read_nothing_is_said_of_it() -> None:
    looks = pd.DataFrame({"name": ["call"], "reading": ["cuped"], "variance_reduction": [0.3]})
    none = looks.head(0)
    assert "with 30.0% fewer customers" in _both(findings.trials.adjusted(looks, none))[0]
    assert "changes nothing" in _both(findings.trials.adjusted(looks.assign(variance_reduction=0.001), none))[0]
    few = looks.assign(variance_reduction=NAN)
    for rates in (none, few):
        assert _both(findings.trials.adjusted(rates, none))[0].startswith("No difference of rates or sales can be")
    early = findings.trials.early(pd.DataFrame({"reading": [], "pvalue": []}), 1.547, planned=2_000)
    assert _both(early)[0].startswith("No experiment drawn at random has a difference")


def _looks(arm: str, low: float, n: int) -> dict[str, Any]:
    named = {"experiment_id": "E1", "arm": arm, "primary_metric": "repurchase", "reading": "stratified"}
    return named | {"n_compared": n, "difference_low": low, "difference_high": 0.5}


def test_each_hand_picked_arm_is_said_with_its_own_figures() -> None:
    results = pd.DataFrame([_row("treatment_better", is_random=False)])
    row = {"experiment_id": "E1", "n_unbalanced": 3, "n_traits": 5, "n_least": 30}
    tests = pd.DataFrame([row | {"arm": arm, "name": f"call ({arm.upper()})"} for arm in ("b", "c")])
    looks = pd.DataFrame([_looks("b", -0.1, 60), _looks("c", 0.2, 60)])
    said = [_both(sentence)[0] for sentence in findings.trials.by_hand(tests, looks, results)]
    assert "Among like customers -10.0 to +50.0 points remain" in said[0]
    assert "Among like customers +20.0 to +50.0 points remain" in said[1]
    few = [tests.assign(n_least=29), looks], [tests, looks.assign(n_compared=59)]
    for table, read in few:
        assert "points" not in _both(findings.trials.by_hand(table, read, results)[0])[0]


def test_only_without_a_hand_picked_group_is_it_said_that_there_is_none() -> None:
    none, by_chance = pd.DataFrame(), pd.DataFrame([_row("treatment_better")])
    assert _both(findings.trials.by_hand(none, none, by_chance)[0])[0] == "No experiment was assigned by hand."
    unread = pd.DataFrame([_row("not_testable", is_random=False)])
    assert "can be read yet" in _both(findings.trials.by_hand(none, none, unread)[0])[0]


def test_a_reason_is_called_different_only_where_chance_formed_the_arms() -> None:
    row = {"name": "call", "reason": "price", "rate_treatment": 0.1, "rate_control": 0.2}
    table = pd.DataFrame([row | {"verdict": "lower"}, row | {"name": "staff", "verdict": "not_random"}])
    said = findings.trials.reasons(table)
    assert [_both(sentence)[0] for sentence in said] == [
        "“call”: fewer cancelled for the reason “Price” (10.0% against 20.0%)."
    ]
    alone = findings.trials.reasons(table.tail(1))
    assert "so none is judged" in _both(alone[0])[0]
