"""Deliveries by number: the due rule worked by hand, skips and pauses, survival, groups, every 継続率."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlib.analysis import continuation, delivery_curves, reasons, subscriptions
from tests.analysis.helpers import refused

AS_OF = 200
Rows = list[tuple[str, int, int, int]]


def units(rows: Rows, *, gap: int = 30) -> pd.DataFrame:
    """Units from (id, first day, last day, deliveries), numbered from 1 with a constant gap."""
    table = pd.DataFrame(rows, columns=["unit_id", "first_day", "last_day", "n_deliveries"])
    before = (table["last_day"] - gap).astype("float64").where(table["n_deliveries"] > 1)
    return table.assign(
        customer_id=table["unit_id"], subscription_id=table["unit_id"], before_last_day=before, first_delivery=1,
        last_delivery=table["n_deliveries"], acq_media="web",
    )  # fmt: skip


def contracts(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    names = ["subscription_id", "start_day", "status", "cancel_day", "cancel_reason"]
    return pd.DataFrame(rows, columns=names).assign(interval_days=30.0)


def events(rows: list[tuple[str, int, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["subscription_id", "event_day", "event"])


def test_a_delivery_is_missing_once_the_interval_and_half_of_it_are_over() -> None:
    # Every 30 days: due after 45. a's next was due on day 200, b's will be on 201; c went on, its second came on time.
    table = units([("a", 155, 155, 1), ("b", 156, 156, 1), ("c", 100, 130, 2)])

    found = subscriptions.timeline(table, as_of_day=AS_OF, interval_days=30)

    assert found["due_day"].tolist() == [200.0, 201.0, 175.0]
    assert found["is_due"].tolist() == [True, False, True]
    steps = subscriptions.steps(found, max_delivery=3)
    assert steps[["n_reached", "n_due", "n_next"]].to_numpy().tolist() == [[3, 2, 1], [1, 1, 0], [0, 0, 0]]
    assert steps["rate"].tolist()[:2] == [0.5, 0.0]
    assert np.isnan(steps["rate"][2])
    assert steps["survival"].tolist()[:2] == [1.0, 0.5]


def test_one_who_is_early_counts_only_when_the_others_of_that_day_could_have_left() -> None:
    # Both began on day 160, due on 205. a already has the second: counting a alone would give 100 %.
    table = units([("a", 160, 190, 2), ("b", 160, 160, 1)])

    steps = subscriptions.steps(subscriptions.timeline(table, as_of_day=AS_OF, interval_days=30), max_delivery=1)

    assert steps[["n_reached", "n_due", "n_next"]].to_numpy().tolist() == [[2, 0, 0]]


def test_a_skip_and_a_pause_put_the_delivery_off_and_are_no_leave() -> None:
    table = units([("skip", 140, 140, 1), ("paused", 100, 100, 1), ("resumed", 130, 130, 1), ("left", 140, 140, 1)])
    happened = events([
        ("skip", 165, "skipped"), ("paused", 110, "paused"), ("resumed", 140, "paused"), ("resumed", 170, "resumed"),
    ])  # fmt: skip

    found = subscriptions.timeline(table, as_of_day=AS_OF, interval_days=30, events=happened)

    # 140 + 30 + 30 skipped + 15; 100 + 45, but still paused; 130 + 45 + 30 paused; 140 + 45.
    assert found["due_day"].tolist() == [215.0, 145.0, 205.0, 185.0]
    assert found["status"].tolist() == ["unknown", "paused", "unknown", "unknown"]
    assert found["is_due"].tolist() == [False, False, False, True]


def test_a_delivery_after_the_cancellation_is_taken_back_and_a_completed_plan_is_not_left() -> None:
    table = units([("late", 50, 80, 2), ("done", 50, 80, 2)])
    known = contracts([("late", 50, "cancelled", 70.0, "price"), ("done", 50, "completed", None, None)])

    found = subscriptions.timeline(table, as_of_day=AS_OF, subscriptions=known)

    assert found["after_cancel"].tolist() == [True, False]
    assert found["last_delivery"].tolist() == [1, 2]
    steps = subscriptions.steps(found, max_delivery=2)
    assert steps[["n_reached", "n_due", "n_next"]].to_numpy().tolist() == [[2, 2, 1], [1, 0, 0]]


def test_without_an_interval_the_median_of_the_last_gaps_is_taken() -> None:
    found = subscriptions.timeline(units([("a", 0, 20, 2), ("b", 0, 0, 1)], gap=20), as_of_day=AS_OF)
    assert found["interval_days"].tolist() == [20.0, 20.0]

    nobody = subscriptions.timeline(units([("b", 0, 0, 1)]), as_of_day=AS_OF)
    assert nobody["interval_days"].isna().all()
    assert nobody["is_due"].tolist() == [False]


def test_a_contract_that_began_before_the_data_enters_at_its_number() -> None:
    table = units([("old", 50, 80, 2)]).assign(first_delivery=4, last_delivery=5)

    steps = subscriptions.steps(subscriptions.timeline(table, as_of_day=AS_OF, interval_days=30), max_delivery=5)

    assert steps["n_reached"].tolist() == [0, 0, 0, 1, 1]
    assert steps["n_next"].tolist() == [0, 0, 0, 1, 0]


def test_no_subscription_gives_rows_of_zero_and_no_rate() -> None:
    none = subscriptions.timeline(units([]), as_of_day=AS_OF)

    steps = subscriptions.steps(none, max_delivery=2)

    assert steps["n_reached"].tolist() == [0, 0]
    assert steps["rate"].isna().all()
    assert delivery_curves.survival_by(none, group="acq_media").empty
    assert delivery_curves.survival_by_start(none).empty
    assert continuation.dictionary(none, none, as_of_day=AS_OF)["defined_rate"].isna().all()


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"grace": -1}, "grace == -1, must be at least 0."),
    ],
)
def test_a_senseless_rule_is_refused(how: dict[str, float], message: str) -> None:
    with refused(message):
        subscriptions.timeline(units([]), as_of_day=AS_OF, **how)
    with refused("max_delivery == 0, must be at least 1."):
        subscriptions.steps(subscriptions.timeline(units([]), as_of_day=AS_OF), max_delivery=0)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 190), st.integers(1, 6)), max_size=12), st.floats(0, 2))
def test_counts_never_grow_from_delivery_to_delivery_and_rates_stay_between_0_and_1(
    starts: list[tuple[int, int]], grace: float
) -> None:
    table = units([(f"u{i}", day, day + 30 * (n - 1), n) for i, (day, n) in enumerate(starts)])

    steps = subscriptions.steps(subscriptions.timeline(table, as_of_day=400, interval_days=30, grace=grace))

    assert (steps["n_next"] <= steps["n_due"]).all()
    assert (steps["n_due"] <= steps["n_reached"]).all()
    assert steps["n_reached"].is_monotonic_decreasing
    assert steps["survival"].dropna().between(0, 1).all()


def test_small_groups_and_missing_names_are_kept_apart() -> None:
    names = pd.Series(["a", "a", "b", "c", "", "unknown"])

    assert delivery_curves.grouped(names, most=2).tolist() == ["a", "a", "b", "others", "not_known", "not_known"]


def test_leaving_is_pooled_before_and_from_the_settling_count() -> None:
    rows: Rows = [("a", 0, 60, 3), ("b", 0, 0, 1), ("c", 0, 30, 2)]
    table = subscriptions.timeline(units(rows), as_of_day=AS_OF, interval_days=30)

    found = delivery_curves.settled(table, settle_deliveries=3)

    # Steps 1 and 2: 3 and 2 were due, 2 and 1 went on; from 3 on: a's next was due and did not come.
    assert found[["n_due", "n_next"]].to_numpy().tolist() == [[5, 3], [1, 0]]


def test_every_continuation_rate_on_four_contracts() -> None:
    # All began on day 0 with 30 days between; a has 6 deliveries and goes on, b left after 2, c after 1; d began on
    # day 190 and has had no time. Day 200: a's seventh is due on 195.
    table = units([("a", 0, 150, 6), ("b", 0, 30, 2), ("c", 0, 0, 1), ("d", 190, 190, 1)])
    known = contracts([
        ("a", 0, "active", None, None), ("b", 0, "cancelled", 40.0, "price"), ("c", 0, "cancelled", 10.0, None),
        ("d", 190, "active", None, None),
    ])  # fmt: skip
    line = subscriptions.timeline(table, as_of_day=AS_OF, subscriptions=known)

    found = continuation.dictionary(line, line, as_of_day=AS_OF, at_delivery=2, subscriptions=known)

    by_name = found.set_index("definition")
    rates = by_name["defined_rate"]
    assert rates["survival_due"] == pytest.approx(2 / 3)
    assert rates["survival_complete"] == pytest.approx(2 / 3)
    assert rates["survival_naive"] == pytest.approx(2 / 4)
    assert rates["step_previous"] == pytest.approx(2 / 3)
    assert rates["active_now"] == pytest.approx(2 / 4)
    assert rates["mean_over_max"] == pytest.approx((10 / 4) / 6)
    assert by_name.loc["mean_deliveries", "average_deliveries"] == pytest.approx(10 / 4)
    assert rates["rolling_30"] == 1.0
    # Day 30: c was cancelled on day 10, b not yet; d was observed for 10 days only.
    assert rates["kaplan_meier_days"] == pytest.approx(1 - 1 / 4)
    assert by_name.loc["survival_due", "reference_difference"] == 0
    assert set(found["why"]) <= set(continuation.WHY.values())


def test_what_needs_contracts_cannot_be_told_without_them() -> None:
    line = subscriptions.timeline(units([("a", 0, 30, 2)]), as_of_day=AS_OF, interval_days=30)

    found = continuation.dictionary(line, line, as_of_day=AS_OF, at_delivery=2).set_index("definition")

    untold = found.index[found["why"] == "untellable_contracts"].tolist()
    assert untold == ["kaplan_meier_days", "monthly_last", "monthly_year", "rolling_30", "active_now"]
    assert found.loc["survival_due", "defined_rate"] == 1.0


def test_the_cancellation_rate_of_a_month_is_of_those_active_when_it_begins() -> None:
    # January 1970 is days 0 to 30, February 31 to 58. a, b, c active on day 31; b leaves then; d begins and leaves.
    known = contracts([
        ("a", 0, "active", None, None), ("b", 5, "cancelled", 40.0, "price"), ("c", 5, "paused", None, None),
        ("d", 35, "cancelled", 50.0, None), ("e", 0, "completed", None, None),
    ])  # fmt: skip

    table = reasons.monthly(known, as_of_day=60)

    names = ["n_active", "n_cancelled", "n_cancelled_new", "state"]
    assert table[names].to_numpy().tolist() == [[0, 0, 0, "observed"], [3, 1, 1, "observed"], [2, 0, 0, "partial"]]
    assert table["cancel_rate"].tolist()[1:] == [1 / 3, 0.0]
    assert np.isnan(table["cancel_rate_low"][2])


def test_reasons_are_rates_of_those_at_risk_with_a_row_for_no_answer() -> None:
    known = contracts([
        ("a", 0, "active", None, None), ("b", 0, "cancelled", 40.0, "price"), ("c", 0, "cancelled", 41.0, None),
        ("d", 0, "cancelled", 42.0, "hostile <b>"),
    ])  # fmt: skip

    found = reasons.summary(known, as_of_day=58)

    assert found["reason"].tolist() == ["other", "price", "not_answered", "all_reasons"]
    assert found["n_cancelled"].tolist() == [1, 1, 1, 3]
    assert found["cancel_rate"].tolist() == [0.25, 0.25, 0.25, 0.75]
    assert found["share"].tolist()[:3] == [1 / 3] * 3


def test_reasons_by_delivery_add_up_to_all_who_left() -> None:
    table = units([("a", 0, 30, 2), ("b", 0, 0, 1), ("c", 0, 0, 1), ("d", 0, 0, 1)])
    known = contracts([
        ("a", 0, "active", None, None), ("b", 0, "cancelled", 9.0, "price"), ("c", 0, "cancelled", 9.0, None),
        ("d", 0, "active", None, None),
    ])  # fmt: skip
    line = subscriptions.timeline(table, as_of_day=AS_OF, subscriptions=known)

    found = reasons.by_delivery(line, known, max_delivery=2)

    steps = subscriptions.steps(line, max_delivery=2)
    left = found.groupby("delivery")["n_cancelled"].sum().tolist()
    assert left == (steps["n_due"] - steps["n_next"]).tolist()
    first = found[found["delivery"] == 1].set_index("reason")["n_cancelled"].to_dict()
    assert first == {"price": 1, "not_answered": 1, "not_recorded": 1}


def test_two_periods_of_equal_length_are_compared_by_those_active_at_their_start() -> None:
    known = contracts([
        *[(f"a{i}", 0, "cancelled", 120.0, "price") for i in range(10)],
        *[(f"b{i}", 0, "cancelled", 160.0, "price") for i in range(2)],
        *[(f"c{i}", 0, "active", None, None) for i in range(8)],
    ])  # fmt: skip

    found = reasons.before_after(known, changed_day=150, as_of_day=AS_OF, span_days=365).set_index("reason")

    names = ["n_before", "n_after", "cancelled_before", "cancelled_after"]
    assert found.loc["price", names].tolist() == [20, 10, 10, 2]
    assert found.loc["price", "cancel_difference"] == pytest.approx(0.2 - 0.5)
    assert found.loc["not_answered", "cancel_difference"] == 0
    assert reasons.before_after(known, changed_day=AS_OF + 1, as_of_day=AS_OF).empty


def test_no_contract_gives_empty_tables() -> None:
    none = contracts([])

    assert reasons.monthly(none, as_of_day=AS_OF).empty
    assert reasons.summary(none, as_of_day=AS_OF).empty
    assert reasons.by_month(none, as_of_day=AS_OF).empty
    line = subscriptions.timeline(units([]), as_of_day=AS_OF, subscriptions=none)
    assert reasons.by_delivery(line, none).empty
    assert continuation.cancel_durations(none, as_of_day=AS_OF).n == 0
