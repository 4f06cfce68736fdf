"""Second purchases by what customers began with, settling, back-end buyers, targets: by hand and at the edges."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from crmlib.analysis import backend, entry_rates, settling, targets
from crmlib.analysis.proportions import proportions
from tests.analysis.helpers import refused

NONE = None


def returns(rows: list[tuple[str, int, float | None]]) -> pd.DataFrame:
    """Customers from (group, first day, days to the second order)."""
    table = pd.DataFrame(rows, columns=["acq_media", "first_day", "next_days"])
    return table.astype({"next_days": "float64", "first_day": "int64"}).assign(order_kind="one_off")


def many(group: str, n: int, came: int, *, first_day: int = 0) -> list[tuple[str, int, float | None]]:
    return [(group, first_day, 20.0 if i < came else None) for i in range(n)]


def test_each_window_has_its_own_denominator() -> None:
    # As of day 100: a came after 20 days, b after 60, c and d not; c began on day 60, d on day 90.
    table = returns([("a", 0, 20), ("b", 0, 60), ("c", 60, NONE), ("d", 90, NONE)])

    found = entry_rates.by_window(table, as_of_day=100, windows=[30, 60, 120])

    assert found[["n_reached", "n_eligible", "n_next"]].to_numpy().tolist() == [[4, 3, 1], [4, 2, 2], [4, 0, 0]]
    assert found["f2_rate"].tolist()[:2] == [1 / 3, 1.0]
    # Kaplan-Meier by day 30: one of the three still at risk after d's ten days.
    assert found["share_returned"][0] == pytest.approx(1 / 3)
    assert found.loc[2, ["f2_rate", "share_returned"]].isna().all()


def test_a_group_is_set_against_all_others_and_corrected_for_their_number() -> None:
    table = returns([*many("a", 100, 60), *many("b", 100, 30), *many("c", 100, 30)])

    found = entry_rates.by_group(table, group="acq_media", as_of_day=100, window_days=30).set_index("group")

    alone = proportions(60, 200, 60, 100, method="newcombe", confidence_level=1 - 0.05 / 3)
    assert found.loc["a", "f2_difference"] == pytest.approx(0.3)
    assert found.loc["a", "f2_difference_low"] == pytest.approx(alone.difference_interval.low)
    assert found.loc["a", "pvalue"] == pytest.approx(3 * alone.pvalue)
    assert found["verdict"].tolist() == ["above_rest", "below_rest", "below_rest"]


def test_small_groups_keep_counts_and_lose_their_rate_and_the_counts_add_up() -> None:
    table = returns([*many("a", 40, 10), *many("b", 29, 29), *many("", 5, 1), *many("d", 2, 0), *many("late", 9, 0)])
    table.loc[table["acq_media"] == "late", "first_day"] = 99

    found = entry_rates.by_group(table, group="acq_media", as_of_day=100, window_days=30, most=2)

    assert found["group"].tolist() == ["a", "b", "others", "not_known"]
    assert found["verdict"].tolist() == ["below_rest", "too_few", "too_few", "too_few"]
    assert found["n_reached"].sum() == len(table)
    assert found["n_eligible"].tolist() == [40, 29, 2, 5]
    assert found["f2_rate"].isna().tolist() == [False, True, True, True]


def test_noise_is_seldom_called_a_finding() -> None:
    # Twelve groups of one and the same rate: without a correction about 46 % of reports would name one.
    rng = np.random.default_rng(3)
    named = 0
    for _ in range(60):
        rows = [row for g in range(12) for row in many(f"g{g}", 60, int(rng.binomial(60, 0.4)))]
        found = entry_rates.by_group(returns(rows), group="acq_media", as_of_day=100, window_days=30)
        named += bool(found["verdict"].isin(["above_rest", "below_rest"]).any())
    assert named <= 8


def test_months_stay_in_the_order_of_time() -> None:
    table = returns([*many("a", 40, 20, first_day=35), *many("a", 50, 20, first_day=0), *many("a", 3, 0, first_day=60)])

    found = entry_rates.by_month(table, as_of_day=80, window_days=30)

    assert found["month"].tolist() == [1970 * 12, 1970 * 12 + 1, 1970 * 12 + 2]
    assert found["n_eligible"].tolist() == [50, 40, 0]


def test_weeks_count_second_purchases_and_those_still_without() -> None:
    table = returns([("a", 0, 0), ("b", 0, 6), ("c", 0, 7), ("d", 90, NONE), ("e", 0, NONE), ("f", 0, 50)])

    found = entry_rates.by_week(table, as_of_day=100, most=2)

    assert found["n_events"].tolist() == [2, 1, 1]
    assert found["n_censored"].tolist() == [0, 1, 1]
    assert found["n_at_risk"].tolist() == [6, 4, 2]
    assert math.isnan(found["week"][2])


@pytest.mark.parametrize(
    ("n_next", "n", "verdict"),
    [(95, 100, "above_target"), (70, 100, "below_target"), (87, 100, "target_unclear"), (0, 0, "untellable")],
)
def test_a_target_is_judged_by_the_interval(n_next: int, n: int, verdict: str) -> None:
    assert targets.against_target(n_next, n, kind="subscription").verdict == verdict


def test_an_order_of_unknown_kind_is_one_of_free_choice_and_a_trial_is_not() -> None:
    table = returns([("a", 0, 10), ("b", 0, NONE), ("c", 0, 10), ("d", 0, 10)])
    table["order_kind"] = ["one_off", "", "trial", "subscription"]

    found = targets.kind_target(table, kind="one_off", as_of_day=100, window_days=30)

    assert (found.n, found.n_next, found.target) == (2, 1, 0.30)


def test_before_a_change_counts_whose_window_was_over_by_then() -> None:
    # Change on day 100, window 30: a and b before (b's window ends on day 99); c's ran into the change; d after, e too
    # young.
    table = returns([("a", 0, 10), ("b", 69, NONE), ("c", 80, 5), ("d", 100, 3), ("e", 180, NONE)])

    found = targets.before_after(table, changed_day=100, as_of_day=200, window_days=30)

    assert (found.n_control, found.n_treatment) == (2, 1)
    assert (found.rate_control, found.rate_treatment) == (0.5, 1.0)


def test_customers_settle_where_every_later_step_stays_high() -> None:
    # The step after order 2 is at 90 %, but the one after 3 is not; from 4 on all are; 6 is too small to judge.
    counts = pd.DataFrame({
        "product_id": "gel", "order_number": range(1, 7), "n_reached": [200, 150, 130, 100, 90, 20],
        "n_eligible": [200, 150, 130, 100, 90, 20], "n_next": [150, 135, 100, 90, 85, 1],
        "median_days": [0.0, 30, 60, 91.5, 120, 150],
    })  # fmt: skip

    found = settling.settling(counts).iloc[0]

    assert found[["state", "settle_orders", "settle_days", "settle_rate"]].tolist() == ["settled", 4.0, 91.5, 0.9]
    assert found["last_judged"] == 5


def test_a_product_may_never_settle_or_have_too_few() -> None:
    counts = pd.DataFrame({
        "product_id": ["a", "", "b"], "order_number": 1, "n_reached": [50, 40, 9], "n_eligible": [50, 40, 9],
        "n_next": [10, 10, 9], "median_days": 0.0,
    })  # fmt: skip

    found = settling.settling(counts)

    assert found["product_id"].tolist() == ["a", "no_product", "b"]
    assert found["state"].tolist() == ["not_reached", "not_reached", "too_few"]
    assert settling.settling(counts.head(0)).empty
    with refused("share == 1, must be between 0 and 1."):
        settling.settling(counts, share=1)


def test_buyers_are_compared_at_the_same_order_and_kind_only() -> None:
    # Subscribers return more and buy less of the back end: pooled, buyers would look worse; within each kind they are
    # 10 points better.
    counts = pd.DataFrame({
        "order_number": 1, "order_kind": ["one_off", "one_off", "subscription", "subscription", "trial"],
        "exposed": [0, 1, 0, 1, 0], "n_eligible": [100, 400, 400, 100, 50], "n_next": [20, 120, 320, 90, 5],
    })  # fmt: skip

    table = backend.compare(counts)
    found = backend.stratified(table)

    assert table["buyer_difference"].round(10).tolist()[:2] == [0.1, 0.1]
    assert math.isnan(table["buyer_difference"][2])
    assert found.difference == pytest.approx(0.1)
    assert found.n_strata == 2
    assert found.interval.low < 0.1 < found.interval.high
    # One stratum is Wald's interval: sqrt(.2 * .8 / 100 + .3 * .7 / 400).
    one = backend.stratified(table.head(1))
    assert one.interval.high - one.difference == pytest.approx(1.959964 * math.sqrt(0.0016 + 0.000525), rel=1e-6)


def test_without_buyers_nothing_is_compared() -> None:
    none = backend.compare(pd.DataFrame(columns=["order_number", "order_kind", "exposed", "n_eligible", "n_next"]))

    assert none.empty
    assert math.isnan(backend.stratified(none).difference)


def test_no_customers_give_empty_tables() -> None:
    none = returns([])

    assert entry_rates.by_group(none, group="acq_media", as_of_day=9, window_days=3).empty
    assert entry_rates.by_month(none, as_of_day=9, window_days=3).empty
    assert entry_rates.by_window(none, as_of_day=9)["f2_rate"].isna().all()
    assert entry_rates.by_week(none, as_of_day=9)["n_events"].sum() == 0
    assert math.isnan(targets.before_after(none, changed_day=5, as_of_day=9, window_days=3).difference)
