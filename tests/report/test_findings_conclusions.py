"""What each analysis concludes, from results by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from crmlib import words
from crmlib.analysis.intervals import Interval
from crmlib.report.findings import conclusions, kpi, kpi_actions


@pytest.fixture(autouse=True)
def _english() -> None:
    words.speak("en", "JPY")


def text(found: conclusions.Conclusion) -> str:
    assert found.sentence is not None
    assert found.action is not None
    assert found.action.text().endswith(".")
    return found.sentence.text()


def months(n: int = 12) -> pd.DataFrame:
    return pd.DataFrame({"state": ["observed"] * n, "n_orders_repeat": 10, "amount_repeat": 50_000,
                         "n_customers_new": 20})  # fmt: skip


def loss(**more: Any) -> SimpleNamespace:
    facts = {"order_number": 1, "n_eligible": 200, "step_rate": 0.4, "share_lost": 0.6}
    return SimpleNamespace(**{**facts, **more})


def test_at_stake_is_one_repeat_order_of_each_who_is_lost_in_a_year() -> None:
    found = conclusions.retention(loss(), months(), window_days=180)
    assert text(found) == ("Most are lost after purchase 1: 60.0% of 200 customers did not buy again within 180 days.")
    # 20 new a month, 240 a year, 60 % lost, 5,000 yen a repeat order
    assert found.size == 240 * 0.6 * 5_000
    assert conclusions.retention(loss(), months(11), window_days=180).size is None
    assert conclusions.retention(loss(n_eligible=29), months(), window_days=180).sentence is None
    assert conclusions.retention(loss(order_number=None), months(), window_days=180).sentence is None


def test_a_shrinking_base_costs_what_the_missing_would_bring_and_a_growing_one_nothing() -> None:
    year = {"tellable": True, "n_lost": 60, "n_active_before": 100, "annual_ltv": 2_000.0, "point_amount": 1_600.0}
    found = conclusions.portfolio(SimpleNamespace(**year, n_year_active=80))
    assert (found.size, found.good, found.certain) == (20 * 2_000, False, True)
    assert "shrinks, from 100 to 80: 60 customers" in text(found)
    grown = conclusions.portfolio(SimpleNamespace(**year, n_year_active=120))
    assert (grown.size, grown.good) == (None, True)
    assert conclusions.portfolio(None).sentence is None


@pytest.mark.parametrize(
    ("low", "high", "good", "certain", "said"),
    [(0.01, 0.1, True, True, "brings"), (-0.1, -0.01, False, True, "harm"), (-0.1, 0.1, False, False, "no clear")],
)
def test_calling_is_judged_by_the_interval_of_those_held_out(
    low: float, high: float, good: bool, certain: bool, said: str
) -> None:
    facts = {"basis": "held_out", "n_called": 100, "n_held_out": 50, "rate_called": 0.2, "rate_held_out": 0.1}
    found = conclusions.calls(SimpleNamespace(**facts, difference_interval=Interval(low, high)), n_listed=9, days=90)
    assert said in text(found)
    assert (found.good, found.certain) == (good, certain)


def test_without_a_held_out_group_nothing_is_certain_of_calling() -> None:
    unknown = SimpleNamespace(basis="untellable", n_called=100, n_held_out=0)
    found = conclusions.calls(unknown, n_listed=9, days=90)
    assert (text(found)[:11], found.certain) == ("9 customers", False)
    assert conclusions.calls(unknown, n_listed=0, days=90).sentence is None


def test_media_that_surely_lose_money_cost_their_excess_a_year() -> None:
    judged = pd.DataFrame({
        "media": ["tv", "web"], "cost": [900, 100], "verdict": ["stop", "scale"], "cpo": [9_000.0, 500.0],
        "limit_cpo": [6_000.0, 900.0], "n_main": [50.0, 9.0], "n_customers": [60, 9],
    })  # fmt: skip
    found = conclusions.ltv(judged, [1, 2, 3, 4, 5, 6])
    assert found.size == 3_000 * 50 * 2  # half a year of months
    assert "1 of 2 media" in text(found)
    good = conclusions.ltv(judged.tail(1), [1])
    assert (good.good, good.certain, good.size) == (True, True, None)
    unsure = conclusions.ltv(judged.assign(verdict="watch"), [1])
    assert (text(unsure)[:10], unsure.certain) == ("Of 2 media", False)
    assert conclusions.ltv(judged.assign(cost=0), [1]).sentence is None


def test_a_hole_comes_before_all_else_and_few_have_no_percentage() -> None:
    used = pd.DataFrame({"n_read": [100], "share_used": [0.9]})
    hole = pd.DataFrame({"month": [2025 * 12, 2025 * 12 + 3], "month_verdict": ["whole", "empty"]})
    found = conclusions.quality(hole, used)
    assert text(found).startswith("A part of the export may be missing: 1 month from April 2025")
    assert conclusions.quality(hole.head(1), used).good
    stages = pd.DataFrame({"stage": ["stage_purchaser", "stage_general"], "n_customers": [10, 5],
                           "share_customers": [2 / 3, 1 / 3]})  # fmt: skip
    assert text(conclusions.stages(stages)) == "10 customers stand in the first stage."
    assert "66.7%" in text(conclusions.stages(stages.assign(n_customers=[100, 50])))


def ranking(**more: Any) -> pd.DataFrame:
    row = {"kpi_id": "f2_rate", "measure_kind": "share", "mark": "mark_bad", "apart": "ranked", "actual": 0.24,
           "previous": 0.3, "target": 0.3, "improvement_rate": -0.2, "change_verdict": "worsened", "achievement": 0.8,
           "stake_year": 500.0, "n": 1000}  # fmt: skip
    return pd.DataFrame([{**row, **more}])


def test_the_kpi_that_misses_its_target_is_told_with_the_number_to_reach() -> None:
    found = kpi_actions.conclusion(ranking(), due_day=20_573)
    assert text(found) == "F2 conversion rate is 24.0% and misses its target of 30.0%."
    assert "F2 conversion rate from 24.0% to 30.0% by 30 April 2026." in found.action.text()  # type: ignore[union-attr]
    assert (found.size, found.certain, found.n) == (500.0, True, 1000)
    unsure = kpi_actions.conclusion(ranking(mark="within_chance", change_verdict="within_chance"), due_day=20_573)
    assert text(unsure) == "F2 conversion rate is 24.0% after 30.0%; the fall may be chance."
    assert not unsure.certain
    met = kpi_actions.conclusion(ranking(mark="mark_good", improvement_rate=0.1), due_day=20_573)
    assert met.good
    none = kpi_actions.conclusion(ranking(mark="no_target", improvement_rate=0.1), due_day=20_573)
    assert none.sentence is None


def test_the_worst_kpi_is_said_with_its_verdict() -> None:
    assert kpi.worst(ranking()).text().endswith("Work on it first.")
    assert kpi.worst(ranking(change_verdict="within_chance")).text().endswith("the fall may be chance.")
    assert kpi.worst(ranking(improvement_rate=0.1)).text().startswith("No ranked KPI fell behind")
    assert kpi.worst(ranking(apart="no_comparison")).text().startswith("No KPI can be ranked")


def test_the_log_carries_open_actions_on_proposes_and_leaves_rows() -> None:
    proposed = ranking().assign(why="target_missed", goal=0.3)
    open_ = pd.DataFrame({"action_id": ["P1", "P2"], "created_day": 20_000, "kpi_id": "nps", "action_category": "crm",
                          "action_text": "Read.", "action_owner": "S1", "due_day": [20_100.0, float("nan")],
                          "action_status": ["doing", "done"], "experiment_id": ""})  # fmt: skip
    table = kpi_actions.log(proposed, open_, as_of_day=20_543, due_day=20_573, blank_rows=2)
    assert table["action_id"].tolist() == ["P1", "2026-03-31-f2_rate", "2026-03-31-01", "2026-03-31-02"]
    assert table["action_status"].tolist() == ["In progress", "", "", ""]  # a proposal is not yet taken up
    assert table["kpi_code"].tolist() == ["nps", "f2_rate", "", ""]
