"""Targets, marks, improvement rates and their order, each by hand from the formulas of the domain."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from crmlib.analysis import kpi_ranking, kpi_stakes, kpi_targets, kpi_views
from crmlib.analysis.kpi_rows import COLUMNS
from tests.analysis.helpers import refused

MONTH = 2026 * 12 + 2


def measure(kpi_id: str, x: float, y: float = 0.0, *, month: int = MONTH, **more: Any) -> dict[str, Any]:
    methods = {"amount": "sum", "n_orders": "sum", "n_customers_new": "count", "active_customers": "count",
               "cpo": "per_event", "average_order_amount": "ratio", "ltv_12m": "ratio", "nps": "nps"}  # fmt: skip
    n = more.pop("n", y or x)
    blank = {"state": "observed", "method": methods.get(kpi_id, "share"), "xx": 0.0, "xy": 0.0, "yy": 0.0, "m": n,
             "bounded": False}  # fmt: skip
    return {"kpi_id": kpi_id, "month": month, "n": n, "x": float(x), "y": float(y), **blank, **more}


def measures(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=COLUMNS)


def targets(*rows: tuple[str, float], month: int = MONTH, **more: Any) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=["kpi_id", "target"])
    facts = {"month": month, "scope": "all", "direction": "unknown", "weight": 1.0, "owner": None, **more}
    return kpi_targets.chosen(table.assign(**facts), minor_units=0)


def one(row: dict[str, Any], target: float, **more: Any) -> pd.Series:
    return kpi_targets.against(measures(row), targets((row["kpi_id"], target), **more)).iloc[0]


def test_difference_and_achievement_of_a_rate() -> None:
    found = one(measure("f2_rate", 240, 1000), 0.30)
    # 差異 24 % - 30 % = -6 pt; 達成率 24 / 30 = 80 %
    assert (round(found["gap"], 9), round(found["achievement"], 9)) == (-6, 0.8)
    assert (found["mark"], found["target_source"]) == ("mark_bad", "own_target")


def test_lower_is_better_turns_achievement_round() -> None:
    found = one(measure("cpo", 12_000_000, 1500), 10_000)
    # actual 8,000 against 10,000: 10,000 / 8,000
    assert (found["actual"], found["achievement"], found["mark"]) == (8000, 1.25, "mark_good")
    dear = one(measure("cpo", 12_000_000, 1500), 7_700)
    # missed by 3.75 %, which chance alone makes of 1,500 customers: the mark is the fact, the caveat stands beside it
    assert (round(dear["achievement"], 9), dear["mark"], dear["gap_verdict"]) == (0.9625, "mark_fair", "within_chance")
    clear = one(measure("cpo", 120_000_000, 15_000), 7_600)
    assert (round(clear["achievement"], 9), clear["mark"], clear["gap_verdict"]) == (0.95, "mark_fair", "beyond_chance")
    assert clear["achieved_from"] < clear["achievement"] < clear["achieved_to"] < 1


@pytest.mark.parametrize(("met", "mark"), [(1000, "mark_good"), (950, "mark_fair"), (850, "mark_bad")])
def test_the_thresholds_of_the_marks(met: int, mark: str) -> None:
    found = one(measure("n_customers_new", met * 100), 99_000)
    assert found["mark"] == mark
    lenient = kpi_targets.against(
        measures(measure("n_customers_new", met * 100)), targets(("n_customers_new", 99_000)), good_at=0.95, fair_at=0.5
    )
    assert lenient["mark"].iloc[0] == ("mark_good" if met > 900 else "mark_fair")


@pytest.mark.parametrize(
    ("kpi_id", "x", "y", "target", "mark", "verdict"),
    [
        ("f2_rate", 24, 100, 0.30, "mark_bad", "within_chance"),  # 80 %; Wilson of 24 of 100: 16.7 % to 33.2 %
        ("f2_rate", 28, 100, 0.30, "mark_fair", "within_chance"),
        ("f2_rate", 30, 100, 0.30, "mark_good", "within_chance"),
        ("f2_rate", 240, 1000, 0.30, "mark_bad", "beyond_chance"),  # 21.5 % to 26.7 %
        ("f2_rate", 360, 1000, 0.30, "mark_good", "beyond_chance"),
        ("n_customers_new", 286, 0, 300, "mark_fair", "within_scatter"),  # Garwood of 286: 253.8 to 321.1
        ("n_customers_new", 200, 0, 300, "mark_bad", "beyond_chance"),
        ("active_customers", 300, 0, 300, "mark_good", "within_scatter"),
    ],
)
def test_the_mark_is_the_fact_and_chance_is_said_apart(
    kpi_id: str, x: int, y: int, target: float, mark: str, verdict: str
) -> None:
    found = one(measure(kpi_id, x, y), target)
    assert (found["mark"], found["gap_verdict"]) == (mark, verdict)


def test_chance_follows_the_kpis_own_interval_however_many_there_are() -> None:
    more = [measure(name, 500, 1000) for name in ("revival_rate", "repeat_share", "response_rate", "referral_share")]
    wanted = [("f2_rate", 0.27), *[(row["kpi_id"], 0.5) for row in more]]
    many = kpi_targets.against(measures(measure("f2_rate", 240, 1000), *more), targets(*wanted)).set_index("kpi_id")
    row = many.loc["f2_rate"]
    assert row["actual_high"] == pytest.approx(0.26743, abs=1e-5)  # Wilson, 240 of 1,000, 95 %
    assert (row["mark"], row["gap_verdict"]) == ("mark_bad", "beyond_chance")  # 24 / 27 = 88.9 %


def test_a_target_that_is_met_exactly_is_met_whatever_the_last_digit() -> None:
    # 0.1 + 0.2 is a little above 0.3
    found = one(measure("f2_rate", 300, 1000), 0.1 + 0.2)
    assert found["achievement"] < 1
    assert found["mark"] == "mark_good"


def test_a_share_of_few_has_no_mark_and_no_figure() -> None:
    found = one(measure("f2_rate", 1, 29), 0.30)
    assert found["mark"] == "too_few_to_judge"
    assert math.isnan(found["actual"])


def test_the_defaults_of_the_field_stand_where_the_client_has_none() -> None:
    table = kpi_targets.against(
        measures(measure("f2_rate", 500, 1000), measure("subscription_f2_rate", 500, 1000), measure("nps", 40, 100)),
        targets(),
    ).set_index("kpi_id")
    assert table["target"].tolist()[:2] == [0.30, 0.87]
    assert table["target_source"].tolist() == ["default_target", "default_target", ""]
    assert table.loc["nps", "mark"] == "no_target"
    late = targets(("f2_rate", 0.4), month=MONTH + 1)
    found = kpi_targets.against(measures(measure("f2_rate", 500, 1000)), late).iloc[0]
    assert (found["target_source"], found["mark"]) == ("", "no_target")  # the client's own begins later


def test_a_rates_target_holds_on_and_that_of_sales_counts_for_its_month() -> None:
    set_before = targets(("f2_rate", 0.35), ("amount", 9_000), month=MONTH - 2)
    table = kpi_targets.against(
        measures(measure("f2_rate", 500, 1000), measure("amount", 8_000, n=80, xx=1_000_000)), set_before
    ).set_index("kpi_id")
    assert table.loc["f2_rate", "target"] == 0.35
    assert math.isnan(table.loc["amount", "target"])


def test_targets_are_read_in_the_main_unit_of_the_currency() -> None:
    rows = pd.DataFrame({"kpi_id": ["cpo", "f2_rate"], "month": MONTH, "scope": "all", "target": [12.5, 0.3],
                         "direction": ["unknown", "lower"], "weight": 1.0,
                         "owner": ["S1", "Hanako Yamada"]})  # fmt: skip
    found = kpi_targets.chosen(rows, minor_units=2)
    assert found["target"].tolist() == [1250.0, 0.3]
    assert found["direction"].tolist() == ["lower", "lower"]
    assert found["kpi_owner"].tolist() == ["S1", ""]


def test_targets_of_a_part_or_of_an_unknown_id_are_named_not_used() -> None:
    rows = pd.DataFrame({"kpi_id": ["f2_rate", "f2_rate", "likes"], "month": MONTH, "target": [0.3, 0.4, 9.0],
                         "scope": ["all", "media:tv", "all"], "direction": "unknown"})  # fmt: skip
    assert kpi_targets.chosen(rows)["target"].tolist() == [0.3]
    assert kpi_targets.not_used(rows).to_numpy().tolist() == [
        ["f2_rate", "media:tv", 1, "other_scope"], ["likes", "all", 1, "unknown_kpi"],
    ]  # fmt: skip


def test_a_running_month_is_never_the_latest() -> None:
    rows = measures(measure("n_customers_new", 900), measure("n_customers_new", 10, month=MONTH + 1, state="partial"))
    assert kpi_targets.latest(rows)["month"].tolist() == [MONTH]


def test_a_month_without_a_denominator_is_not_the_latest_but_no_order_is_a_figure() -> None:
    rows = measures(measure("f2_rate", 1, 40, month=MONTH - 1), measure("f2_rate", 0, 0), measure("n_orders", 0))
    assert kpi_targets.latest(rows)[["kpi_id", "month"]].to_numpy().tolist() == [
        ["f2_rate", MONTH - 1], ["n_orders", MONTH],
    ]  # fmt: skip


def test_a_target_of_zero_has_no_achievement_but_a_mark() -> None:
    found = one(measure("nps", 60, 100, xx=10.0), 0.0)
    assert math.isnan(found["achievement"])
    assert (found["gap"], found["mark"], found["gap_verdict"]) == (50, "mark_good", "beyond_chance")
    assert one(measure("nps", 10, 100, xx=60.0), 0.0)["mark"] == "mark_bad"
    close = one(measure("nps", 30, 100, xx=31.0), 0.0)  # no percentage of zero: missed is missed
    assert (close["mark"], close["gap_verdict"]) == ("mark_bad", "within_chance")
    assert one(measure("nps", 30, 100, xx=36.0), -6.0)["mark"] == "mark_good"


def test_thresholds_the_wrong_way_round_are_refused() -> None:
    with refused("good_at == 0.8, must be at least 0.9."):
        kpi_targets.against(measures(measure("nps", 60, 100)), targets(), good_at=0.8)


def changed(*rows: dict[str, Any], wanted: pd.DataFrame | None = None, compare: str = "before") -> pd.DataFrame:
    table = measures(*rows)
    held = kpi_targets.against(table, targets() if wanted is None else wanted)
    return kpi_ranking.changes(table, held, compare=compare).set_index("kpi_id")


def test_improvement_and_closing_rate_by_the_formulas() -> None:
    rows = [measure("f2_rate", 240, 1000), measure("f2_rate", 200, 1000, month=MONTH - 1)]
    found = changed(*rows, wanted=targets(("f2_rate", 0.30))).iloc[0]
    # 改善率 (24 - 20) / 20; closing (24 - 20) / (30 - 20); change 4 pt
    assert [round(found[name], 9) for name in ("improvement_rate", "closing_rate", "change")] == [0.2, 0.4, 4]
    assert (found["previous_month"], found["previous"]) == (MONTH - 1, 0.2)
    met = changed(*rows, wanted=targets(("f2_rate", 0.15))).iloc[0]
    assert math.isnan(met["closing_rate"])  # the target had been met before
    cheaper = changed(measure("cpo", 800_000, 100), measure("cpo", 1_000_000, 100, month=MONTH - 1)).iloc[0]
    assert round(cheaper["improvement_rate"], 9) == 0.2  # lower is better


def test_no_closing_rate_of_a_way_that_chance_alone_goes() -> None:
    # 24 % of 1,000 after 20 %: the change's interval is about 3.6 pt to either side
    rows = [measure("f2_rate", 240, 1000), measure("f2_rate", 200, 1000, month=MONTH - 1)]
    far, near = (changed(*rows, wanted=targets(("f2_rate", target))).iloc[0] for target in (0.24, 0.23))
    assert 3 < (far["change_high"] - far["change_low"]) / 2 < 4
    assert round(far["closing_rate"], 9) == 1  # 4 of the 4 points missing
    assert math.isnan(near["closing_rate"])  # 3 points missing: "133 %" would be noise


def test_two_counts_of_a_year_are_compared_only_a_year_apart() -> None:
    near = changed(measure("active_customers", 4146), measure("active_customers", 4083, month=MONTH - 1))
    assert near.loc["active_customers", ["change", "change_verdict"]].tolist() == [63, "not_compared"]
    assert near.loc["active_customers", ["change_low", "change_high"]].isna().all()
    far = changed(
        measure("active_customers", 4146), measure("active_customers", 3000, month=MONTH - 12), compare="year"
    )
    assert far.loc["active_customers", "change_verdict"] == "improved"


def test_no_rate_is_told_of_fewer_than_30_now_or_then() -> None:
    few = [measure("n_orders", 29), measure("n_orders", 40, month=MONTH - 1), measure("n_orders", 29, month=MONTH - 12),
           measure("ltv_12m", 5_000, 50), measure("ltv_12m", 90_000, 29, month=MONTH - 1)]  # fmt: skip
    found = changed(*few, wanted=targets(("n_orders", 50.0)))
    assert found[["improvement_rate", "year_rate", "closing_rate"]].isna().all(axis=None)
    assert found["change"].notna().all()
    assert ranked(*few)["apart"].tolist() == ["few_behind_it"] * 2


def test_a_score_across_zero_has_no_ratio_but_a_change_in_points() -> None:
    rows = [measure("nps", 30, 100, xx=40.0), measure("nps", 20, 100, month=MONTH - 4, xx=40.0)]
    found = changed(*rows).iloc[0]
    # NPS -10 after -20, a wave beside the wave before: 10 points; from +2.5 to -4.7 would be "-288 %"
    assert (round(found["change"], 9), found["previous_month"]) == (10, MONTH - 4)
    assert math.isnan(found["improvement_rate"])
    assert ranked(*rows).iloc[0]["apart"] == "no_ratio"


def test_a_stray_answer_is_no_survey_wave() -> None:
    stray = {"month": MONTH - 2, "xx": 0.0}
    rows = [measure("nps", 30, 100, xx=40.0), measure("nps", 1, 1, **stray),
            measure("nps", 10, 30, month=MONTH - 4, xx=16.0), measure("nps", 9, 29, month=MONTH - 3)]  # fmt: skip
    found = ranked(*rows).iloc[0]
    assert (found["apart"], round(found["previous"], 9)) == ("no_ratio", -20)
    assert changed(*rows).iloc[0]["previous_month"] == MONTH - 4  # 30 answers, not 29 a month later nor one
    assert kpi_views.change_table(changed(*rows).reset_index())["previous_month"].tolist() == [MONTH - 4]
    few = [rows[0], rows[1], rows[3]]
    assert (ranked(*few).iloc[0]["apart"], changed(*few).iloc[0]["previous_month"]) == ("few_behind_it", MONTH - 2)
    late = measure("nps", 1, 1, month=MONTH + 1)
    assert kpi_targets.latest(measures(*rows, late))["month"].tolist() == [MONTH]
    assert kpi_targets.latest(measures(late))["month"].tolist() == [MONTH + 1]


def test_the_same_month_a_year_before() -> None:
    rows = [measure("f2_rate", 240, 1000), measure("f2_rate", 300, 1000, month=MONTH - 12)]
    found = changed(*rows, compare="year").iloc[0]
    assert (found["year_month"], round(found["year_rate"], 9), round(found["improvement_rate"], 9)) == (
        MONTH - 12, -0.2, -0.2,
    )  # fmt: skip
    assert changed(*rows).iloc[0]["change_verdict"] == "not_compared"


def test_a_change_is_called_only_where_its_interval_excludes_none() -> None:
    small = [measure("f2_rate", 24, 100), measure("f2_rate", 20, 100, month=MONTH - 1)]
    large = [measure("revival_rate", 2400, 10_000), measure("revival_rate", 2000, 10_000, month=MONTH - 1)]
    found = changed(*small, *large)
    assert found["change_verdict"].to_dict() == {"f2_rate": "within_chance", "revival_rate": "improved"}
    for row in found.to_dict("records"):
        assert (row["change_low"] <= 0 <= row["change_high"]) == (row["change_verdict"] == "within_chance")
    dearer = [measure("cpo", 1_500_000, 1000), measure("cpo", 1_000_000, 1000, month=MONTH - 1)]
    assert changed(*dearer).iloc[0]["change_verdict"] == "worsened"


def test_a_longer_month_is_no_improvement() -> None:
    # 44.0 orders a day in February and in March; 31 days after 28 are 10.7 % more
    def months(now: float) -> pd.Series:
        spread = {"xx": now, "m": now, "n": now}
        then = measure("n_orders", 1233, month=MONTH - 1, xx=1233.0, m=1233, n=1233)
        return changed(measure("n_orders", now, **spread), then).iloc[0]

    alike = months(1363)
    assert (alike["change"], alike["change_low"] > 0, alike["change_verdict"]) == (130, True, "within_chance")
    assert months(1600)["change_verdict"] == "improved"
    assert months(1300)["change_verdict"] == "within_chance"  # fewer a day, more in all
    assert months(1100)["change_verdict"] == "worsened"
    rates = [measure("continuation_rate", 9000, 10_000), measure("continuation_rate", 8800, 10_000, month=MONTH - 1)]
    assert changed(*rates).iloc[0]["change_verdict"] == "improved"


def ranked(*rows: dict[str, Any], wanted: pd.DataFrame | None = None) -> pd.DataFrame:
    table = measures(*rows)
    held = kpi_targets.against(table, targets() if wanted is None else wanted)
    return kpi_ranking.ranking(kpi_ranking.changes(table, held), held)


def pair(kpi_id: str, now: float, then: float, y: float = 1000.0) -> list[dict[str, Any]]:
    return [measure(kpi_id, now, y), measure(kpi_id, then, y, month=MONTH - 1)]


def test_the_worst_improvement_comes_first() -> None:
    rows = [*pair("f2_rate", 240, 200), *pair("revival_rate", 90, 100), *pair("response_rate", 300, 200)]
    found = ranked(*rows)
    assert found[["kpi_rank", "kpi_id"]].to_numpy().tolist() == [[1, "revival_rate"], [2, "f2_rate"],
                                                                 [3, "response_rate"]]  # fmt: skip


def test_a_tie_is_broken_by_what_the_gap_costs() -> None:
    prices = [measure("average_order_amount", 5_000_000, 1000, n=1000),
              measure("average_order_amount", 2_500_000, 1000, n=1000, month=MONTH - 1)]  # fmt: skip
    rows = [*pair("revival_rate", 90, 100), *pair("f2_rate", 180, 200), *prices]
    wanted = targets(("f2_rate", 0.30), ("revival_rate", 0.10))
    found = ranked(*rows, wanted=wanted)
    # both fell by 10 %; 12 pt of 1,000 customers are 120 orders of 5,000 a month, 1 pt are 10
    assert found["kpi_id"].tolist()[:2] == ["f2_rate", "revival_rate"]
    assert [round(stake) for stake in found["stake_year"].tolist()[:2]] == [120 * 5000 * 12, 10 * 5000 * 12]


def test_few_none_before_and_zero_before_stand_apart() -> None:
    rows = [*pair("f2_rate", 240, 200), measure("revival_rate", 90, 1000), *pair("response_rate", 20, 0),
            *pair("referral_share", 5, 9, y=29)]  # fmt: skip
    found = ranked(*rows).set_index("kpi_id")
    assert found["apart"].to_dict() == {
        "f2_rate": "ranked", "revival_rate": "no_comparison", "response_rate": "previous_zero",
        "referral_share": "few_behind_it",
    }  # fmt: skip
    assert found["kpi_rank"].notna().tolist() == [True, False, False, False]
    assert math.isnan(found.loc["response_rate", "improvement_rate"])


def test_nothing_is_at_stake_where_the_target_is_met_or_no_sum_can_be_told() -> None:
    table = kpi_targets.against(
        measures(measure("f2_rate", 400, 1000), measure("nps", 10, 100), measure("n_customers_new", 80)),
        targets(("f2_rate", 0.3), ("nps", 50.0), ("n_customers_new", 100)),
    )
    assert kpi_stakes.monthly_stakes(table) == {}
    with_year = kpi_targets.against(
        measures(measure("n_customers_new", 80), measure("ltv_12m", 400_000, 40)), targets(("n_customers_new", 100))
    )
    assert kpi_stakes.monthly_stakes(with_year) == {"n_customers_new": 20 * 10_000}


def test_no_kpi_at_all_gives_empty_tables() -> None:
    held = kpi_targets.against(measures(), targets())
    assert held.empty
    assert kpi_ranking.ranking(kpi_ranking.changes(measures(), held), held).empty
