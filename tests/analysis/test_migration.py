"""Groups from month end to month end: counts and rates by hand, months as the sample, nothing told too early."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crmlib.analysis import aggregates, migration, monthly_flows
from crmlib.analysis.intervals import wilson
from crmlib.analysis.months import last_day
from crmlib.analysis.portfolio import LTV_LAB, Thresholds
from tests.analysis.helpers import Day, MakeOrders, refused

SHORT = Thresholds(toddling_days=20, excellent_days=60, leave_days=40, amount=100)
START = 2025 * 12


def _history(orders: pd.DataFrame, n: int, thresholds: Thresholds = SHORT) -> migration.HistoryResult:
    ends = [last_day(START + k) for k in range(n)]
    first = int(orders["order_day"].min()) if len(orders) else 0
    return migration.history(aggregates.snapshots(orders, days=ends), thresholds=thresholds, first_day=first)


def test_month_ends_are_the_complete_months_since_the_first_order(day: Day) -> None:
    ends = migration.month_ends(as_of_day=day("2025-03-30"), first_day=day("2024-12-31"), n_months=24)
    assert ends == [day("2024-12-31"), day("2025-01-31"), day("2025-02-28")]
    assert migration.month_ends(as_of_day=day("2025-03-31"), first_day=0, n_months=1) == [day("2025-03-31")]
    assert migration.month_ends(as_of_day=day("2025-03-31"), first_day=day("2025-04-01")) == []
    with refused("n_months == 0, must be at least 1."):
        migration.month_ends(as_of_day=10, first_day=0, n_months=0)


@pytest.fixture
def orders(make_orders: MakeOrders, day: Day) -> pd.DataFrame:
    # a: first order in January, more until it is steady, then rich enough for trend. b: one order, left by March,
    # back in April. c: one order in February. d only sets the first day, in 2024, and has left.
    return make_orders([
        ("0", "d", day("2024-11-01"), 5),
        ("1", "a", day("2025-01-10"), 10), ("2", "a", day("2025-02-10"), 10), ("3", "a", day("2025-03-10"), 90),
        ("4", "b", day("2025-01-05"), 10), ("5", "b", day("2025-04-20"), 10), ("6", "c", day("2025-02-20"), 10),
    ])  # fmt: skip


def test_groups_at_each_month_end(orders: pd.DataFrame) -> None:
    counts = _history(orders, 4).counts
    found = counts[counts["n_customers"] > 0]
    assert list(zip(found["month"] - START, found["group"], found["n_customers"], strict=True)) == [
        (0, "first_time_active", 2), (0, "first_time_left", 1),
        (1, "first_time_active", 1), (1, "steady_active", 1), (1, "first_time_left", 2),
        (2, "first_time_active", 1), (2, "trend_active", 1), (2, "first_time_left", 2),
        (3, "steady_active", 1), (3, "first_time_left", 2), (3, "trend_left", 1),
    ]  # fmt: skip
    assert len(counts) == 4 * 10


def test_rates_of_one_month_by_hand(orders: pd.DataFrame) -> None:
    moves = _history(orders, 2).moves
    # At the end of January a and b are active: a steps up, b leaves. d has left and stays so.
    rates = monthly_flows.flow_rates(moves, n_months=1).set_index(["cpm_step", "flow"])
    told = rates.loc["all_steps"]
    assert told["n_start"].to_dict() == {"step_up": 2, "stay": 2, "leave": 2, "return": 1}
    assert told["rate_moved"].to_dict() == {"step_up": 0.5, "stay": 0.0, "leave": 0.5, "return": 0.0}
    interval = wilson(1, 2)
    assert told.loc["leave", ["rate_moved_low", "rate_moved_high"]].tolist() == [interval.low, interval.high]
    assert math.isnan(rates.loc[("excellent", "leave"), "rate_moved"])


def test_coming_back_is_counted_of_those_who_had_left(orders: pd.DataFrame) -> None:
    # In April b, one of the two who had left, comes back; a and c leave.
    rates = monthly_flows.flow_rates(_history(orders, 4).moves, n_months=1).set_index(["cpm_step", "flow"])
    assert rates.loc[("all_steps", "return"), ["n_start", "n_made_move"]].tolist() == [2, 1]
    assert rates.loc[("all_steps", "leave"), "rate_moved"] == 1.0


def test_stepping_up_staying_and_leaving_are_all_the_active(many_orders: pd.DataFrame) -> None:
    ends = migration.month_ends(as_of_day=19_500, first_day=19_000, n_months=12)
    snapshots = aggregates.snapshots(many_orders, days=ends)
    history = migration.history(snapshots, thresholds=LTV_LAB, first_day=18_000)
    rates = monthly_flows.flow_rates(history.moves, n_months=12)
    active = rates[(rates["flow"] != "return") & (rates["n_start"] > 0)]
    assert active.groupby("cpm_step")["rate_moved"].sum().tolist() == pytest.approx([1.0] * 6)
    last = history.counts[history.counts["month"] == history.counts["month"].max()]
    assert last["n_customers"].sum() == many_orders["customer_id"][many_orders["order_day"] <= ends[-1]].nunique()
    months = migration.step_months(history.counts)
    assert months.groupby("month")["n_customers"].sum().tolist() == (
        history.counts.groupby("month")["n_customers"].sum().tolist()
    )


def test_before_anybody_could_have_left_nothing_is_told(orders: pd.DataFrame, day: Day) -> None:
    late = orders[orders["order_day"] >= day("2025-01-01")]
    # The data begin on 5 January: on 31 January nobody can have been silent for 40 days.
    history = _history(late, 3)
    assert history.moves.groupby("month")["tellable"].first().tolist() == [0, 1]
    assert monthly_flows.flow_rates(history.moves, n_months=12)["n_months"].max() == 1
    nothing = monthly_flows.flow_rates(_history(late, 2).moves, n_months=12)
    assert nothing["rate_moved"].isna().all()
    assert nothing["n_start"].sum() == 0


def test_an_interval_of_months_by_hand() -> None:
    # Rates .10, .14 and .12 of 100 each: rate .12, sum of squares 4 + 4 + 0, variance 3 / 2 * 8 / 300².
    rate, variance = 0.12, 3 / 2 * 8 / 300**2
    half = stats.t.ppf(0.975, 2) * math.sqrt(variance) / (rate * (1 - rate))
    centre = math.log(rate / (1 - rate))
    expected = [1 / (1 + math.exp(-(centre + sign * half))) for sign in (-1, 1)]
    found = monthly_flows.clustered_bounds(np.array([10.0, 14, 12]), np.array([100.0, 100, 100]))
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("moved", "start"), [([0, 0], [10, 20]), ([10, 20], [10, 20]), ([3], [10])])
def test_where_months_do_not_differ_wilson_stands_in(moved: list[int], start: list[int]) -> None:
    interval = wilson(sum(moved), sum(start))
    found = monthly_flows.clustered_bounds(np.array(moved, dtype=float), np.array(start, dtype=float))
    assert found == (interval.low, interval.high)


def test_the_interval_over_months_covers_when_months_differ() -> None:
    rng = np.random.default_rng(5)
    inside = 0
    for _ in range(400):
        rates = rng.beta(20, 180, size=12)  # mean .1, and months that differ by more than chance
        start = rng.integers(300, 600, size=12)
        low, high = monthly_flows.clustered_bounds(rng.binomial(start, rates).astype(float), start.astype(float))
        inside += low <= 0.1 <= high
    assert 0.92 <= inside / 400 <= 0.98


def test_the_matrix_of_the_last_month_holds_everybody(orders: pd.DataFrame) -> None:
    table = migration.step_moves(_history(orders, 4).moves)
    found = table[table["n_customers"] > 0]
    assert [tuple(row) for row in found.to_numpy().tolist()] == [
        ("first_time", "has_left", 1), ("trend", "has_left", 1), ("has_left", "steady", 1), ("has_left", "has_left", 1),
    ]  # fmt: skip


def test_the_summary_sets_the_last_month_beside_the_average(orders: pd.DataFrame) -> None:
    table = monthly_flows.flow_summary(_history(orders, 4).moves, n_months=3)
    assert table["flow"].tolist() == [flow for flow in monthly_flows.FLOWS for _ in range(2)]
    assert table["period"].tolist() == ["last_month", "last_months"] * 4
    assert table["n_months"].tolist() == [1, 3] * 4


def test_one_month_or_no_order_gives_empty_tables(make_orders: MakeOrders, orders: pd.DataFrame) -> None:
    for history in (_history(orders, 1), _history(make_orders([]), 0)):
        assert history.moves.empty
        assert migration.step_moves(history.moves).empty
        assert monthly_flows.flow_rates(history.moves, n_months=12)["rate_moved"].isna().all()
        assert monthly_flows.leave_table(monthly_flows.flow_rates(history.moves, n_months=12)).empty
    assert len(migration.step_months(_history(orders, 1).counts)) == 6
    assert migration.step_months(_history(make_orders([]), 0).counts).empty
