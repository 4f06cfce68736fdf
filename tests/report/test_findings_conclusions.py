"""What each analysis concludes, from results by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from crmlib import words
from crmlib.analysis import actions, kpi_ids, kpi_stakes
from crmlib.analysis.intervals import Interval
from crmlib.report.findings import conclusions, kpi, kpi_actions, kpi_names, kpi_unknown

if TYPE_CHECKING:
    from crmlib.words import Sentence


@pytest.fixture(autouse=True)
def _english() -> None:
    words.speak("en", "JPY")


def text(found: conclusions.Conclusion) -> str:
    assert found.sentence is not None
    assert found.action is not None
    assert found.action.text().endswith(".")
    return found.sentence.text()


def basis(found: conclusions.Conclusion) -> str:
    assert found.basis is not None
    return found.basis.text()


def months(n: int = 12) -> pd.DataFrame:
    return pd.DataFrame({"state": ["observed"] * n, "n_orders_repeat": 10, "amount_repeat": 50_000,
                         "n_customers_new": 20})  # fmt: skip


def loss(**more: Any) -> SimpleNamespace:
    facts = {"order_number": 1, "n_eligible": 200, "step_rate": 0.4, "share_lost": 0.6}
    return SimpleNamespace(**{**facts, **more})


def test_the_size_of_a_loss_is_what_one_point_more_would_bring_not_all_who_are_lost() -> None:
    found = conclusions.retention(loss(), months(), window_days=180)
    assert text(found) == (
        "Most customers are lost after purchase 1: 60.0% of 200 customers did not buy again within 180 days."
    )
    # 20 new a month, 240 a year; 1 % of them at 5,000 yen a repeat order
    assert found.size == pytest.approx(240 * 0.01 * 5_000)
    assert basis(found) == (
        "if 1 point more of the 240 customers who reach it in a year bought once more, at the average repeat order of"
        " ¥5,000"
    )
    # of all who bought once 40 % reach the second purchase (0.12 lost there is 30 % of 40 %): 96 a year
    later = conclusions.retention(loss(order_number=2, step_rate=0.7, share_lost=0.12), months(), window_days=180)
    assert later.size == pytest.approx(96 * 0.01 * 5_000)
    assert conclusions.retention(loss(), months(11), window_days=180).size is None
    assert conclusions.retention(loss(n_eligible=29), months(), window_days=180).sentence is None
    assert conclusions.retention(loss(order_number=None), months(), window_days=180).sentence is None


def test_a_shrinking_base_costs_what_the_missing_would_bring_and_a_growing_one_nothing() -> None:
    year = {"tellable": True, "n_lost": 60, "n_active_before": 100, "annual_ltv": 2_000.0, "point_amount": 1_600.0}
    found = conclusions.portfolio(SimpleNamespace(**year, n_year_active=80))
    assert (found.size, found.good, found.certain) == (20 * 2_000, False, True)
    assert "shrinks, from 100 to 80: 60 customers" in text(found)
    assert basis(found).startswith("20 customers fewer, each at the average sales")
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
    assert "in 6 months, taken to a year" in basis(found)
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
    row = {"kpi_id": "f2_rate", "measure_kind": "share", "mark": "mark_bad", "gap_verdict": "beyond_chance",
           "apart": "ranked", "actual": 0.24, "previous": 0.3, "target": 0.3, "target_source": "own_target",
           "improvement_rate": -0.2,
           "change_verdict": "worsened", "achievement": 0.8, "stake_year": 500.0, "n": 1000, "kpi_owner": "",
           "direction": "higher", "month": 2025 * 12 + 8}  # fmt: skip
    return pd.DataFrame([{**row, **more}])


def first_kpi(**more: Any) -> conclusions.Conclusion:
    ranked = ranking(**more)
    return kpi_actions.conclusion(actions.proposals(ranked), ranked, due_day=20_573)


def test_the_kpi_that_misses_its_target_is_told_with_the_number_to_reach() -> None:
    found = first_kpi()
    missed = (
        "F2 conversion rate was 24.0% in September 2025 and missed its target of 30.0%; the gap is more than chance."
    )
    assert text(found) == missed
    assert "F2 conversion rate from 24.0% to 30.0% by 30 April 2026." in found.action.text()  # type: ignore[union-attr]
    assert (found.size, found.certain, found.n) == (500.0, True, 1000)
    assert (found.kpi, found.facts["kpi"]) == ("f2_rate", "f2_rate")
    assert basis(found) == "twelve times this month's gap, one average order for each customer or contract missing"


def test_a_miss_within_chance_is_still_a_miss_and_says_so() -> None:
    unsure = first_kpi(gap_verdict="within_chance", change_verdict="within_chance")
    assert (
        text(unsure)
        == "F2 conversion rate was 24.0% in September 2025 and missed its target of 30.0%; the gap is within chance."
    )
    assert not unsure.certain
    scatter = first_kpi(gap_verdict="within_scatter", change_verdict="within_chance", mark="mark_fair")
    assert text(scatter).endswith("the gap is within chance.")
    unknown = first_kpi(gap_verdict="chance_unknown", change_verdict="not_compared")
    assert text(unknown).endswith("missed its target of 30.0%.")


def test_without_a_miss_a_fall_is_told_then_what_is_reached_then_nothing() -> None:
    fell = first_kpi(mark="mark_good", target=0.2)
    assert text(fell).startswith("F2 conversion rate fell behind: 24.0% in September 2025, 30.0% before")
    met = first_kpi(mark="mark_good", target=0.2, improvement_rate=0.1, change_verdict="improved")
    assert (text(met), met.good) == (
        "F2 conversion rate was 24.0% in September 2025: the target of 20.0% is reached.",
        True,
    )
    none = first_kpi(mark="no_target", target=float("nan"), improvement_rate=0.1, change_verdict="improved")
    assert none.sentence is None


def test_a_fall_of_what_has_no_ratio_is_told_without_one() -> None:
    # the NPS never has one, a rate none after a month of zero
    facts = {"kpi_id": "nps", "measure_kind": "nps", "mark": "no_target", "target": float("nan")}
    fell = first_kpi(**facts, actual=-4.7, previous=12.5, improvement_rate=float("nan"))
    assert text(fell) == "NPS fell behind: -4.7 in September 2025, +12.5 before."
    assert fell.certain


def marked(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=["kpi_id", "mark", "gap_verdict", "achievement"])
    lower = table["kpi_id"].isin(["cpo", "cancellation_rate"])
    return table.assign(target=0.3, target_source="own_target", direction=lower.map({True: "lower", False: "higher"}))


def test_a_benchmark_of_the_trade_is_never_called_a_target_of_the_clients() -> None:
    trade = {"target_source": "default_target"}
    short = first_kpi(**trade)
    assert text(short) == (
        "F2 conversion rate was 24.0% in September 2025, below the trade's benchmark of 30.0% (the client has set no"
        " target); the gap is more than chance."
    )
    assert "from 24.0% to the trade's benchmark of 30.0% by" in short.action.text()  # type: ignore[union-attr]
    assert text(first_kpi(**trade, gap_verdict="within_chance")).endswith("the gap is within chance.")
    assert text(first_kpi(**trade, gap_verdict="chance_unknown")).endswith("has set no target).")
    # What lies above it is no target reached, and no conclusion.
    met = first_kpi(**trade, mark="mark_good", improvement_rate=0.1, change_verdict="improved")
    assert met.sentence is None

    board = marked(*BOARD[1:4]).assign(target_source=["own_target", "default_target", "default_target"])
    lines = said(kpi.marks(board))
    assert lines[0] == "KPIs with a target: 1. Reached (○): 0, nearly (△): 0, missed (×): 1."
    assert lines[-1] == (
        "Against the trade's benchmark, where the client has set no target: at or above it NPS; below it Sales."
    )
    same = pd.DataFrame({"kpi_id": ["amount"], "change_verdict": ["within_chance"]})
    assert "NPS" not in kpi.good_points(board, same).text()
    assert said(kpi.points_to_improve(board, same))[-1] == "To improve: below the trade's benchmark Sales."
    alone = said(kpi.marks(board[2:]))
    assert alone == ["Against the trade's benchmark, where the client has set no target: at or above it NPS."]
    none = "No target of the client's own is set, and nothing"
    assert kpi.good_points(board[2:], same).text().startswith(none)
    assert said(kpi.points_to_improve(board[2:], same))[0].startswith(none)
    shown = board[2:].assign(mark="trade_good")
    assert kpi.chart_title(shown).text().endswith("no target of the client's own is set")


def said(lines: list[Sentence]) -> list[str]:
    return [line.text() for line in lines]


BOARD = (("f2_rate", "mark_bad", "within_chance", 0.8), ("cpo", "mark_bad", "beyond_chance", 0.7),
         ("amount", "mark_fair", "within_scatter", 0.99), ("nps", "mark_good", "within_chance", 1.2),
         ("revival_rate", "too_few_to_judge", "chance_unknown", float("nan")))  # fmt: skip


def test_the_counts_are_of_the_marks_and_chance_is_said_apart() -> None:
    first, second = [line.text() for line in kpi.marks(marked(*BOARD))]
    assert first == (
        "KPIs with a target: 5. Reached (○): 1, nearly (△): 1, missed (×): 2; too few behind them to tell: 1."
    )
    assert second == (
        "Beyond chance is only the gap of CPO; that of the other missed targets is within what chance alone makes of a"
        " month."
    )
    assert [line.text() for line in kpi.marks(marked(*BOARD[1:2]))][1].endswith("not reached: CPO.")
    assert [line.text() for line in kpi.marks(marked(BOARD[0]))][1].startswith("Each gap of those not reached")
    assert len(kpi.marks(marked(BOARD[3]))) == 1
    assert kpi.marks(marked().iloc[:0])[0].text().startswith("No KPI has a target")


def test_good_and_bad_points_name_the_marks_the_largest_miss_first() -> None:
    same = pd.DataFrame({"kpi_id": ["amount"], "change_verdict": ["within_chance"]})
    assert kpi.good_points(marked(*BOARD), same).text() == "Good: NPS reached the target."
    short = "To improve: F2 conversion rate, Sales did not reach the target."
    over = "To improve: CPO stands above its target, where lower is better."
    assert said(kpi.points_to_improve(marked(*BOARD), same)) == [short, over]
    fell = same.assign(change_verdict="worsened")
    worse = "To improve: Sales got worse than the figure before beyond chance."
    assert said(kpi.points_to_improve(marked(*BOARD), fell)) == [short, over, worse]
    assert said(kpi.points_to_improve(marked(BOARD[3]), same))[0].startswith("No target is missed")
    two = marked(BOARD[1], ("cancellation_rate", "mark_fair", "within_chance", 0.95))
    assert said(kpi.points_to_improve(two, same)) == [
        "To improve: CPO, Monthly cancellation rate stand above their targets, where lower is better."
    ]


def test_without_a_target_or_a_figure_before_nothing_is_called_good() -> None:
    none, same = marked().iloc[:0], pd.DataFrame({"kpi_id": ["amount"], "change_verdict": ["not_compared"]})
    assert not kpi.tellable(none, same)
    assert kpi.good_points(none, same).text().startswith("What is good cannot be told: no KPI has a target")
    assert said(kpi.points_to_improve(none, same))[0].startswith("What is to be improved cannot be told")
    assert said(kpi_actions.next_steps(none, due_day=0, told=False))[0].startswith("Give the KPIs targets")
    assert kpi.tellable(marked(*BOARD), same)


def test_an_id_that_is_no_kpi_is_said_with_the_nearest_right_one() -> None:
    taken = pd.DataFrame({"kpi_id": ["f2_rate", "F2-rate", "F2-rate", "", "zzz"]})
    assert said(kpi_unknown.in_actions(taken)) == [
        "“F2-rate” of the action log is not a KPI of crmlib; the nearest one is f2_rate (F2 conversion rate).",
        "“zzz” of the action log is not a KPI of crmlib.",
    ]
    assert said(kpi_unknown.in_actions(taken.head(1))) == [
        "Every action that names a KPI names one of those measured here."
    ]
    words.speak("ja", "JPY")
    assert [kpi_unknown.nearest(name) for name in ("売上目標", "F2転換率", "ｆ２転換率")] == [
        "amount",
        "f2_rate",
        "f2_rate",
    ]
    words.speak("en", "JPY")
    assert kpi_unknown.valid_ids().startswith("amount (Sales), n_orders (Orders), ")


def test_targets_that_cannot_be_used_are_counted() -> None:
    names = ["kpi_id", "scope", "n_targets", "why"]
    rows = [["f2_rate", "media:tv", 2, "other_scope"], ["sales", "all", 12, "unknown_kpi"],
            ["sales", "media:tv", 1, "unknown_kpi"]]  # fmt: skip
    assert said(kpi_unknown.targets(pd.DataFrame(rows, columns=names))) == [
        "13 targets could not be used, because their id is not a KPI of crmlib: sales (nearest: amount).",
        (
            "2 targets of a part of the shop could not be used: only those of the whole shop (scope all) are held"
            " against figures."
        ),
    ]
    assert said(kpi_unknown.targets(pd.DataFrame(columns=names))) == ["No target had to be left out."]


def test_the_title_of_the_chart_says_whether_the_largest_miss_is_chance() -> None:
    assert kpi.chart_title(marked(*BOARD)).text() == "The achievement of CPO is 70.0%, beyond chance"
    assert kpi.chart_title(marked(BOARD[0])).text() == (
        "F2 conversion rate is furthest from its target (achievement 80.0%), within chance"
    )
    assert kpi.chart_title(marked(BOARD[3])).text() == "Every KPI shown reaches its target"


def test_the_worst_kpi_is_said_with_its_verdict() -> None:
    assert kpi.worst(ranking()).text().endswith("Work on it first.")
    assert kpi.worst(ranking(change_verdict="within_chance")).text().endswith("the fall may be chance.")
    assert kpi.worst(ranking(improvement_rate=0.1)).text().startswith("No ranked KPI fell behind")
    assert kpi.worst(ranking(apart="no_comparison")).text().startswith("No KPI can be ranked")


def test_the_log_carries_open_actions_on_proposes_and_leaves_rows() -> None:
    proposed = ranking().assign(why="target_missed", goal=0.3)
    open_ = pd.DataFrame({"action_id": ["P1", "P2"], "created_day": 20_000, "kpi_id": "nps", "action_category": "crm",
                          "action_text": "Read.", "action_owner": "S1", "due_day": [20_100.0, float("nan")],
                          "action_status": ["doing", "done"], "experiment_id": "",
                          "action_finding": "", "action_hypothesis": "", "action_result": "",
                          "action_next": ""})  # fmt: skip
    table = kpi_actions.log(proposed, open_, as_of_day=20_543, due_day=20_573, blank_rows=2)
    assert table["action_id"].tolist() == ["P1", "2026-03-31-f2_rate", "2026-03-31-01", "2026-03-31-02"]
    assert table["action_status"].tolist() == ["In progress", "", "", ""]  # a proposal is not yet taken up
    assert table["kpi_code"].tolist() == ["nps", "f2_rate", "", ""]


def test_sentences_name_the_kpis_that_the_analysis_computes() -> None:
    assert tuple(kpi_ids.KPIS) == kpi_names.KPI_IDS
    assert kpi_stakes.ORDER_EACH == kpi_names.ORDER_EACH
    assert kpi_ids.LOWER == kpi_names.LOWER
