"""Tables as a reader wants them: nothing is computed anew, and nothing is lost on the way."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from crmlib.analysis import nps, retention, survival, views

MARCH_END = 20543  # 2026-03-31
MONTH = 2026 * 12


@pytest.fixture
def cohorts() -> pd.DataFrame:
    # January: 4 customers, 2 came back in February, 1 in March. February: 5 customers, nobody in March.
    counts = pd.DataFrame({
        "cohort_month": [MONTH, MONTH, MONTH, MONTH + 1],
        "month": [MONTH, MONTH + 1, MONTH + 2, MONTH + 1],
        "n_customers": [4, 2, 1, 5],
        "n_orders": [4, 2, 1, 5],
        "amount": [400, 200, 100, 500],
    })  # fmt: skip
    return retention.cohorts(counts, as_of_day=MARCH_END, horizon=2)


def test_the_curves_hold_observed_points_after_the_first_month_only(cohorts: pd.DataFrame) -> None:
    table = views.curve_table(cohorts, retention.pooled(cohorts))
    assert table[["series", "k", "rate"]].to_numpy().tolist() == [
        ["2026-01", 1, 0.5],
        ["2026-01", 2, 0.25],
        ["2026-02", 1, 0.0],
        ["pooled", 1, 2 / 9],
        ["pooled", 2, 0.25],
    ]
    assert table.loc[table["series"] != "pooled", ["rate_low", "rate_high"]].isna().all(axis=None)
    assert table.loc[table["series"] == "pooled", ["rate_low", "rate_high"]].notna().all(axis=None)


def test_the_matrix_shows_the_latest_cohorts_under_all_of_them(cohorts: pd.DataFrame) -> None:
    table = views.latest(cohorts, retention.pooled(cohorts), n_cohorts=1)
    assert table["cohort_month"].tolist() == ["pooled"] * 3 + [MONTH + 1] * 3
    assert table["state"].tolist() == ["observed"] * 3 + ["observed", "observed", "not_yet"]
    assert table.loc[table["cohort_month"] == "pooled", "n_customers"].tolist() == [9, 2, 1]


def test_cells_not_yet_observed_are_in_no_list(cohorts: pd.DataFrame) -> None:
    assert len(views.cohort_list(cohorts)) == 5
    assert views.n_started(cohorts) == 9


def test_one_step_with_its_two_denominators() -> None:
    counts = pd.DataFrame(
        {"order_number": [1, 2], "n_reached": [10, 4], "n_eligible": [8, 0], "n_next": [4, 0], "n_next_any": [5, 0]}
    ).assign(n_kept=[8, 0], n_kept_next=[4, 0])
    steps = retention.steps(counts)
    first, second = views.step(steps, 1), views.step(steps, 2)
    assert (first.rate, first.n_eligible, first.n_reached) == (0.5, 8, 10)
    assert math.isnan(second.rate)
    assert (second.n_eligible, second.n_reached) == (0, 4)
    assert views.step_table(steps)["step"].tolist() == ["F1→F2", "F2→F3"]


def test_the_returned_share_is_one_minus_survival_with_the_bounds_changed_over() -> None:
    durations = pd.DataFrame({"duration_days": [10, 20, 30], "n_events": [2, 1, 0], "n_censored": [0, 1, 4]})
    table = views.returned(survival.kaplan_meier(durations))
    # 8 at risk, 2 returned by day 10; of the 6 left 1 returned on day 20.
    assert views.share_by(table, 10) == pytest.approx(2 / 8)
    assert views.share_by(table, 25) == pytest.approx(1 - 6 / 8 * 5 / 6)
    assert (table["share_returned_low"] <= table["share_returned"]).all()
    assert (table["share_returned"] <= table["share_returned_high"]).all()


def test_a_day_beyond_observation_is_not_known() -> None:
    durations = pd.DataFrame({"duration_days": [10], "n_events": [1], "n_censored": [1]})
    assert math.isnan(views.share_by(views.returned(survival.kaplan_meier(durations)), 11))


def test_customers_are_listed_by_segment_then_sales_then_id() -> None:
    segment = pd.Categorical(["lost", "champions", "champions", "champions"], ["champions", "lost"], ordered=True)
    frame = pd.DataFrame({"segment": segment, "customer_id": ["a", "d", "c", "b"], "amount": [9, 5, 5, 7]})
    for name in views.CUSTOMER_COLUMNS:
        frame[name] = frame.get(name, 0)
    assert views.customer_list(frame)["customer_id"].tolist() == ["b", "c", "d", "a"]


def _answers() -> pd.DataFrame:
    return pd.DataFrame({
        "response_id": ["1", "2", "3"],
        "survey_id": ["spring", "autumn", "autumn"],
        "customer_id": ["a", "a", "b"],
        "answered_at": pd.to_datetime(["2025-04-01", "2025-10-01", "2025-10-02"]),
        "nps": [10, 9, 0],
        "usage": ["every_day", "every_day", None],
    })  # fmt: skip


def test_the_answers_are_those_of_the_survey_answered_last() -> None:
    assert views.answers_of(_answers(), None)["response_id"].tolist() == ["2", "3"]
    assert views.answers_of(_answers(), "spring")["response_id"].tolist() == ["1"]


def test_an_unknown_survey_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"^survey == 'summer', must be one of autumn, spring\.$"):
        views.answers_of(_answers(), "summer")


def test_small_groups_show_counts_only_and_groups_fall_by_score() -> None:
    frame = pd.DataFrame({"usage": ["a"] * 30 + ["b"] * 30 + ["c"] * 29, "nps": [0] * 30 + [10] * 30 + [9] * 29})
    table = views.group_table(nps.by_group(frame, group="usage"))
    assert table["group"].tolist() == ["b", "c", "a"]
    small = table[table["group"] == "c"]
    assert small["n"].tolist() == [29]
    assert small[["nps", "nps_low", "nps_high"]].isna().all(axis=None)


def test_the_bands_add_up_and_are_undefined_without_answers() -> None:
    table = views.band_table(nps.score([10, 9, 8, 3]))
    assert table[["band", "n", "share"]].to_numpy().tolist() == [
        ["promoters", 2, 0.5],
        ["passives", 1, 0.25],
        ["detractors", 1, 0.25],
    ]
    assert views.band_table(nps.score([]))["share"].isna().all()
