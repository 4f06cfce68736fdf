"""The action log by hand: what was taken up, what is late, and whether it moved."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from crmlib.analysis import actions, kpi_ranking, kpi_targets, kpi_year
from crmlib.analysis.months import last_day
from tests.analysis.test_kpi_targets import MONTH, measure, measures, pair, targets

DAY = last_day(MONTH)


def logged(*rows: dict[str, Any]) -> pd.DataFrame:
    blank = {"action_id": "a1", "created_day": DAY - 100, "kpi_id": "f2_rate", "category": "crm", "action": "Call.",
             "finding": None, "hypothesis": "They forget.", "next": None,
             "owner": "S1", "due_day": float("nan"), "status": "doing", "result": None,
             "experiment_id": None}  # fmt: skip
    return pd.DataFrame([{**blank, **row} for row in rows], columns=list(blank))


def results(**more: Any) -> pd.DataFrame:
    row = {"experiment_id": "e1", "verdict": "treatment_better", "is_random": True, "pvalue": 0.01, "relative": 0.2,
           "relative_low": 0.1, "relative_high": 0.3, "assigned_method": "random"}  # fmt: skip
    return pd.DataFrame([{**row, **more}])


NONE = results().head(0)


def test_a_proposal_that_came_back_untouched_was_not_taken_up() -> None:
    blank: dict[str, Any] = {"owner": None, "status": "unknown"}
    table = logged(
        {"action_id": "a1"},
        {"action_id": "a2", **blank},
        {"action_id": "a3", **blank, "due_day": 20_000.0},
        {"action_id": "a4", **blank, "result": "It sold."},
        {"action_id": "a5", "action": " ", **blank},
        {"action_id": "a6", **blank, "owner": "Hanako"},
    )
    taken = actions.taken_up(table)
    assert taken["action_id"].tolist() == ["a1", "a3", "a4", "a6"]
    assert taken["action_owner"].tolist() == ["S1", "", "", ""]  # a name is not shown
    assert actions.n_not_taken_up(table) == 1
    written = taken[["action_finding", "action_hypothesis", "action_result", "action_next"]].to_numpy().tolist()
    assert [written[0], written[2]] == [["", "They forget.", "", ""], ["", "They forget.", "It sold.", ""]]


def test_of_two_copies_the_one_that_is_further_on_counts() -> None:
    table = logged({"status": "done"}, {"status": "open"}, {"action_id": "a2", "status": "open", "owner": "S1"},
                   {"action_id": "a2", "status": "open", "owner": "S2"})  # fmt: skip
    taken = actions.taken_up(table)
    assert taken[["action_status", "action_owner"]].to_numpy().tolist() == [["done", "S1"], ["open", "S2"]]


def test_late_is_what_is_due_before_the_day_and_not_over() -> None:
    due = {"due_day": float(DAY - 10)}
    table = actions.taken_up(logged(
        {"action_id": "a1", **due}, {"action_id": "a2", **due, "status": "done"},
        {"action_id": "a3", **due, "status": "stopped"}, {"action_id": "a4", "due_day": float(DAY)},
        {"action_id": "a5", "due_day": float(DAY - 30), "status": "open"},
    ))  # fmt: skip
    late = actions.overdue(actions.review(table, measures(), NONE, as_of_day=DAY))
    assert late[["action_id", "days_overdue"]].to_numpy().tolist() == [["a5", 30], ["a1", 10]]


def series(*values: float, y: float = 10_000) -> pd.DataFrame:
    return measures(*[measure("f2_rate", value, y, month=MONTH - 5 + k) for k, value in enumerate(values)])


def test_before_is_the_last_month_that_had_ended_and_after_the_last_that_began_later() -> None:
    table = actions.taken_up(logged({"created_day": last_day(MONTH - 3) + 10}))  # within MONTH - 2
    found = actions.review(table, series(2000, 2100, 2200, 9999, 2500, 3000), NONE, as_of_day=DAY).iloc[0]
    assert (found["month_before"], found["value_before"]) == (MONTH - 3, 0.22)
    assert (found["month_after"], found["value_after"]) == (MONTH, 0.3)
    assert (round(found["change"], 9), found["judged_by"], found["moved"]) == (8, "by_before_after", "improved")


def test_a_change_within_chance_is_no_movement_and_no_later_month_no_judgement() -> None:
    early, late = {"created_day": last_day(MONTH - 3) + 10}, {"created_day": DAY - 1}
    table = actions.taken_up(
        logged(
            early,
            {"action_id": "a2", **late},
            {"action_id": "a3", "kpi_id": "likes"},
            {"action_id": "a4", "kpi_id": None},
        )
    )
    found = actions.review(table, series(20, 21, 22, 20, 22, 24, y=100), NONE, as_of_day=DAY).set_index("action_id")
    assert found["moved"].to_dict() == {
        "a1": "within_chance", "a2": "not_compared", "a3": "not_compared", "a4": "not_compared",
    }  # fmt: skip
    assert found["judged_by"].to_dict() == {
        "a1": "by_before_after", "a2": "after_not_observed", "a3": "not_a_kpi", "a4": "no_kpi_named",
    }  # fmt: skip
    assert math.isnan(found.loc["a2", "value_after"])


def test_a_change_without_an_interval_is_not_called_chance() -> None:
    months = [MONTH - 5 + k for k in range(6)]
    rows = measures(*[measure("repeat_share", 90, 100, n=100, method="ratio", bounded=True, month=month, m=1)
                      for month in months])  # fmt: skip
    table = actions.taken_up(logged({"kpi_id": "repeat_share", "created_day": last_day(MONTH - 3) + 10}))
    found = actions.review(table, rows, NONE, as_of_day=DAY).iloc[0]
    assert (found["judged_by"], found["moved"], found["change"]) == ("by_before_after", "not_compared", 0)


def test_its_own_experiment_judges_where_there_is_one() -> None:
    table = actions.taken_up(logged({"experiment_id": "e1"}))
    kpis = series(2000, 2000, 2000, 2000, 2000, 1000)
    found = actions.review(table, kpis, results(), as_of_day=DAY).iloc[0]
    assert (found["judged_by"], found["moved"], found["relative"]) == ("by_experiment", "treatment_better", 0.2)
    for method, by, moved in (
        ("manual", "by_experiment", "not_random"), ("before_after", "by_before_after", "weak_evidence")
    ):  # fmt: skip
        # What the notebook of experiments does not judge is not judged here either.
        weak = results(is_random=False, assigned_method=method)
        told = actions.review(table, kpis, weak, as_of_day=DAY).iloc[0]
        assert (told["judged_by"], told["moved"], math.isnan(told["relative"])) == (by, moved, True)
    arms = pd.concat([results(verdict="no_clear_difference", pvalue_holm=0.4), results(pvalue_holm=0.02)])
    assert actions.review(table, kpis, arms, as_of_day=DAY)["moved"].tolist() == ["treatment_better"]
    other = actions.review(table, kpis, results(experiment_id="e2"), as_of_day=DAY).iloc[0]
    assert other["judged_by"] == "by_before_after"


def test_lower_is_better_moves_the_other_way() -> None:
    rows = [measure("cpo", 100e6 - 2e6 * k, 10_000, month=MONTH - 5 + k) for k in range(6)]
    table = actions.taken_up(logged({"kpi_id": "cpo", "created_day": last_day(MONTH - 3) + 10}))
    assert actions.review(table, measures(*rows), NONE, as_of_day=DAY)["moved"].tolist() == ["improved"]


def proposed(rows: pd.DataFrame, *wanted: tuple[str, float], **more: int) -> pd.DataFrame:
    held = kpi_targets.against(rows, targets(*wanted))
    return actions.proposals(kpi_ranking.ranking(kpi_ranking.changes(rows, held), held), **more)


def test_each_proposal_has_the_number_to_reach() -> None:
    rows = measures(*pair("f2_rate", 200, 250), *pair("revival_rate", 120, 100), *pair("response_rate", 300, 400),
                    *pair("referral_share", 300, 200))  # fmt: skip
    wanted = (("f2_rate", 0.3), ("revival_rate", 0.15))
    found = proposed(rows, *wanted)
    # Both targets are missed beyond chance: f2 to 67 %, revival to 80 %. The response rate fell and has no target.
    expected = [["f2_rate", "target_missed", 0.3], ["revival_rate", "target_missed", 0.15],
                ["response_rate", "got_worse", 0.4]]  # fmt: skip
    assert found[["kpi_id", "why", "goal"]].to_numpy().tolist() == expected
    assert proposed(rows, *wanted, top=1)["kpi_id"].tolist() == ["f2_rate"]


def test_beyond_chance_comes_first_then_the_missed_by_what_they_cost() -> None:
    price = measure("average_order_amount", 5_000_000, 1000, n=1000)
    rows = measures(
        price,
        *pair("f2_rate", 46, 50, y=100),  # 92 % of 0.5: △ within chance, 4 orders a month
        *pair("subscription_f2_rate", 42, 42, y=100),  # 84 % of 0.5: × within chance, 8 orders
        *pair("continuation_rate", 430, 430, y=1000),  # 86 % of 0.5: × beyond chance, 70 orders
        *pair("revival_rate", 300, 400, y=1000),  # target reached, but fell beyond chance
        *pair("response_rate", 29, 30, y=100),  # fell within chance, no target
        *pair("referral_share", 39, 40, y=100),  # fell within chance, target reached: nothing to do
    )
    wanted = [(name, 0.5) for name in ("f2_rate", "subscription_f2_rate", "continuation_rate")]
    found = proposed(rows, *wanted, ("revival_rate", 0.2), ("referral_share", 0.2))
    assert found["kpi_id"].tolist() == [
        "continuation_rate", "revival_rate", "subscription_f2_rate", "f2_rate", "response_rate",
    ]  # fmt: skip
    assert found["why"].tolist() == ["target_missed", "got_worse", "target_missed", "target_missed", "got_worse"]
    assert [round(stake) for stake in found["stake_year"].dropna()] == [4_200_000, 480_000, 240_000]


def test_the_fiscal_year_to_date() -> None:
    months = kpi_year.year_months(
        measures(measure("amount", 1, month=MONTH), measure("amount", 1, month=MONTH + 1, state="partial")),
        fiscal_year_start=1,
    )
    assert months == [MONTH - 2, MONTH - 1, MONTH]
    rows = [measure("n_customers_new", 300, month=month) for year in (0, 12) for month in [m - year for m in months]]
    rows += [measure(kpi, 5, month=m - y) for kpi in ("amount", "n_orders") for m in months for y in (0, 12)]
    window = pd.DataFrame({"customer_id": list("ab"), "n_orders": [600, 400], "amount": [60_000, 40_000]})
    before = window.assign(amount=[40_000, 40_000])
    wanted = pd.concat([targets(("n_customers_new", 400), ("amount", 99_000), month=month) for month in months[:2]])
    whole = pd.concat([wanted, targets(("n_customers_new", 400), month=months[2])])
    found = kpi_year.year_to_date(window, before, measures(*rows), whole, months=months).set_index("kpi_id")
    new = found.loc["n_customers_new"]
    assert (new["actual"], new["target"], new["achievement"], new["mark"]) == (900, 1200, 0.75, "mark_bad")
    assert new["gap_verdict"] == "beyond_chance"
    assert (new["year_before"], new["year_rate"]) == (900, 0)
    sales = found.loc["amount"]
    assert (sales["actual"], sales["year_before"], sales["year_rate"], sales["n_targets"]) == (100_000, 80_000, 0.25, 2)
    assert math.isnan(sales["target"])  # one month has no target
    assert sales["mark"] == "no_target"


def test_a_year_before_that_was_not_observed_is_not_compared() -> None:
    rows = measures(measure("amount", 5), measure("n_orders", 5), measure("n_customers_new", 5))
    window = pd.DataFrame({"customer_id": ["a", "b"], "n_orders": [1, 1], "amount": [3, 2]})
    found = kpi_year.year_to_date(window, window, rows, targets(), months=[MONTH])
    assert found["year_before"].isna().all()


def test_a_year_that_the_data_begin_in_is_not_told() -> None:
    months = [MONTH - 2, MONTH - 1, MONTH]
    rows = [measure(kpi, 50, month=month) for kpi in ("amount", "n_orders") for month in months[1:]]
    rows += [measure("n_orders", 50, month=months[0])]
    rows += [measure("n_customers_new", 50, month=month, state=state)
             for month, state in zip(months, ("data_begin", "observed", "observed"), strict=True)]  # fmt: skip
    window = pd.DataFrame({"customer_id": ["a", "b"], "n_orders": [75, 75], "amount": [75, 75]})
    found = kpi_year.year_to_date(window, window, measures(*rows), targets(), months=months)
    assert found["kpi_id"].tolist() == ["n_orders"]
    early = kpi_year.year_to_date(window, window, measures(rows[0]), targets(), months=months)
    assert (len(early), list(early)) == (0, kpi_year.RESULT)


def test_no_rate_on_the_year_before_is_told_of_fewer_than_30() -> None:
    rows = measures(*[measure(kpi, 5, month=MONTH - y) for kpi in kpi_year.ADD_UP for y in (0, 12)])
    few, enough = (pd.DataFrame({"customer_id": ["a", "b"], "n_orders": [n, 0], "amount": [n, 0]}) for n in (29, 30))
    for window, before, told in ((enough, enough, True), (few, enough, False), (enough, few, False)):
        found = kpi_year.year_to_date(window, before, rows, targets(), months=[MONTH]).set_index("kpi_id")
        assert found["year_before"].notna().all()
        assert found["year_rate"].notna().to_dict() == {"amount": told, "n_orders": told, "n_customers_new": False}


def test_a_year_whose_target_is_zero_has_no_achievement_but_a_mark() -> None:
    rows = measures(measure("amount", 5), measure("n_orders", 5), measure("n_customers_new", 5))
    window = pd.DataFrame({"customer_id": ["a", "b"], "n_orders": [1, 1], "amount": [3, 2]})
    sales = kpi_year.year_to_date(window, window, rows, targets(("amount", 0.0)), months=[MONTH]).iloc[0]
    assert (sales["target"], sales["gap"], sales["mark"]) == (0, 5, "mark_good")
    assert math.isnan(sales["achievement"])


@pytest.mark.parametrize(("start", "first"), [(4, -11), (3, 0), (1, -2), (12, -3)])
def test_the_fiscal_year_begins_where_the_client_says(start: int, first: int) -> None:
    rows = measures(measure("amount", 1))  # MONTH is a March
    assert kpi_year.year_months(rows, fiscal_year_start=start)[0] == MONTH + first
