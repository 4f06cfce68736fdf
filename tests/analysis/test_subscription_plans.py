"""Lifetimes of contracts and their curves by plan: by hand, at the edges, and against lifelines."""

from __future__ import annotations

from math import isnan
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmlib.analysis import subscription_plans
from crmlib.analysis.survival import share_past
from crmlib.report import findings
from tests.analysis.helpers import refused


def contracts(rows: list[tuple[Any, ...]], **columns: Any) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["plan", "start_day", "status", "cancel_day"]).assign(**columns)


def found(rows: list[tuple[str, int, bool]], **more: Any) -> subscription_plans.PlanSurvival:
    table = pd.DataFrame(rows, columns=["plan", "duration_days", "cancelled"])
    return subscription_plans.by_plan(table, **({"day": 10, "min_n": 1} | more))


def drawn(seed: int, n: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    plan = rng.choice(["month", "year", "two_years"], size=n, p=[0.5, 0.3, 0.2])
    life = rng.exponential(np.select([plan == "month", plan == "year"], [90, 120], 150))
    seen = rng.uniform(1, 300, size=n)
    return pd.DataFrame({"plan": plan, "duration_days": np.ceil(np.minimum(life, seen)), "cancelled": life <= seen})


def test_a_contract_lasts_to_its_cancellation_or_to_the_base_date() -> None:
    rows = [("a", 0, "cancelled", 30), ("a", 10, "active", None), ("b", 20, "paused", None), (None, 5, "cancelled", 5)]
    table = subscription_plans.lifetimes(contracts(rows), as_of_day=100)
    assert table["duration_days"].tolist() == [30, 90, 80, 0]
    assert table["cancelled"].tolist() == [True, False, False, True]
    assert table["plan"].tolist() == ["a", "a", "b", "not_known"]


def test_what_ended_without_a_day_lasted_its_tenure_and_never_beyond_the_base_date() -> None:
    # The door counts the start of a contract without dates back from the base date, and dates its cancellation.
    rows = [("a", 40, "cancelled", 100), ("a", 40, "active", None), ("a", 40, "completed", None)]
    table = contracts(rows, tenure_days=pd.array([60, 60, 60], "Int64"))
    assert subscription_plans.lifetimes(table, as_of_day=100)["duration_days"].tolist() == [60, 60, 60]
    # Seen on an earlier day, none of them had lasted so long.
    earlier = subscription_plans.lifetimes(table, as_of_day=90)
    assert earlier["duration_days"].tolist() == [50, 50, 50]
    assert not earlier["cancelled"].any()


def test_a_contract_whose_end_is_not_dated_is_left_out_and_counted() -> None:
    rows = [("a", 0, "cancelled", None), ("a", 0, "completed", None), ("a", 90, "active", None)]
    table = subscription_plans.lifetimes(contracts(rows), as_of_day=100)
    result = subscription_plans.by_plan(table, day=5, min_n=1)
    assert (result.n_left_out, result.overall.n) == (2, 1)
    assert findings.contracts.left_out(result).text().startswith("2 contracts ended on a day that is not recorded")


def test_the_curve_by_hand() -> None:
    # Four contracts: one cancelled on day 5, one seen to day 8, one cancelled on day 10, one seen to day 12.
    result = found([("a", 5, True), ("a", 8, False), ("a", 10, True), ("a", 12, False)])
    curve = result.curves.set_index("contract_days")
    assert curve["n_standing"].to_dict() == {0: 4, 5: 4, 8: 3, 10: 2, 12: 1}
    assert curve["standing_rate"].to_dict() == pytest.approx({0: 1, 5: 0.75, 8: 0.75, 10: 0.375, 12: 0.375})
    row = result.table.iloc[0]
    assert (row["n_contracts"], row["n_cancelled"], row["half_left_days"]) == (4, 2, 10)
    assert row["standing_rate"] == pytest.approx(0.375)
    assert row["standing_rate_low"] < 0.375 < row["standing_rate_high"]


def test_a_share_that_nobody_was_observed_for_is_blank() -> None:
    result = found([("a", 5, True), ("a", 8, False)])
    assert isnan(result.table["standing_rate"][0])
    # All cancelled by then: nobody is left on any later day.
    assert found([("a", 5, True), ("a", 8, True)]).table["standing_rate"][0] == 0


def test_where_nobody_has_left_yet_the_interval_still_has_a_width() -> None:
    result = found([("a", 20, True)] * 10 + [("a", 12, False)] * 30 + [("a", 9, False)] * 60)
    row = result.table.iloc[0]
    # Wilson of 40 of 40 who were observed for ten days; the 60 who were not say nothing of them.
    assert (row["standing_rate"], row["standing_rate_high"]) == (1, 1)
    assert row["standing_rate_low"] == pytest.approx(40 / (40 + 1.959963984540054**2))


def test_contracts_of_a_known_length_alone_have_no_calendar_date() -> None:
    table = contracts([("a", 1, "active", None), ("a", 2, "active", None)], tenure_days=pd.array([None, 9], "Int64"))
    assert subscription_plans.dated(table).tolist() == [1]


def test_small_plans_have_counts_alone_and_beyond_the_most_they_count_together() -> None:
    rows = [(name, 5, True) for name, n in {"a": 40, "b": 35, "c": 3, "d": 2}.items() for _ in range(n)]
    rows += [("not_known", 5, True)]
    table = found(rows, min_n=30, most=2).table
    assert table[["plan", "n_contracts"]].to_numpy().tolist() == [
        ["a", 40], ["b", 35], ["others", 5], ["not_known", 1],
    ]  # fmt: skip
    assert table["half_left_days"].isna().tolist() == [False, False, True, True]


def test_without_contracts_or_plans_nothing_is_compared() -> None:
    empty = subscription_plans.by_plan(subscription_plans.lifetimes(contracts([], tenure_days=[]), as_of_day=1), day=10)
    assert (len(empty.table), len(empty.curves), empty.overall.n) == (0, 0, 0)
    nameless = found([("not_known", 5, True)] * 40)
    for result in (empty, nameless):
        assert isnan(result.test.pvalue)
        assert findings.contracts.plans(result).text().startswith("No contract has a plan")
        assert findings.contracts.concluded(result) is findings.contracts.action(result) is None
    assert findings.contracts.lasting(empty, share_past(empty.overall, 10)).text() == (
        "No contract has a known lifetime."
    )


def test_a_day_below_one_is_refused() -> None:
    with refused("day == 0, must be at least 1."):
        found([("a", 1, True)], day=0)


@pytest.mark.parametrize("seed", range(5))
def test_curves_and_test_are_those_of_lifelines(seed: int) -> None:
    lifelines = pytest.importorskip("lifelines")
    from lifelines.statistics import multivariate_logrank_test

    table = drawn(seed, 600)
    result = subscription_plans.by_plan(table, day=60)
    for plan, rows in table.groupby("plan"):
        theirs = lifelines.KaplanMeierFitter().fit(rows["duration_days"], rows["cancelled"]).survival_function_
        ours = result.curves[result.curves["plan"] == plan].set_index("contract_days")["standing_rate"]
        np.testing.assert_allclose(ours, theirs["KM_estimate"].loc[ours.index], rtol=1e-10)
    theirs = multivariate_logrank_test(table["duration_days"], table["plan"], table["cancelled"])
    assert (result.test.statistic, result.test.pvalue) == pytest.approx((theirs.test_statistic, theirs.p_value))
    assert (result.test.degrees_of_freedom, result.n_plans_tested) == (2, 3)


def test_the_sentence_follows_the_test() -> None:
    differ = [
        (name, 5 if i < gone else 40, i < gone) for name, gone in (("Slow", 20), ("Fast", 60)) for i in range(100)
    ]
    same = [(name, days, days == 5) for name in ("Slow", "Fast") for days in (5, 40) for _ in range(50)]
    told, untold = found(differ), found(same)
    assert findings.contracts.plans(told).text() == (
        "After 10 days 80.0% of the contracts of “Slow” are not cancelled, of “Fast” 40.0%; the 2 plans differ over all"
        " days (log-rank p < 0.001). Who chose which plan was not left to chance."
    )
    assert "do not clearly differ (log-rank p = 1.000)" in findings.contracts.plans(untold).text()
    title = findings.contracts.plans_title(told).text()
    assert title == "How long contracts last differs between plans (log-rank p < 0.001)"
    assert findings.contracts.concluded(told) is not None
    assert findings.contracts.concluded(untold) is None
    one = found([("a", 5, True)] * 40)
    assert findings.contracts.plans_title(one).text() == "How long contracts last cannot be compared between plans"
    assert "fewer than two" in findings.contracts.plans(one).text()
