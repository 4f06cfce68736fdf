"""Counts of two arms are judged as the same customers one by one are."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlib.analysis import experiments, readings, typed_trial

DESIGN = {
    "experiment_id": "typed", "name": "Mail", "unit": "customer", "assigned_method": "random",
    "primary_metric": "repurchase", "window_days": 60, "treatment_share": 0.5, "missing": "",
}  # fmt: skip
SAME = ["n_control", "n_treatment", "n_assigned", "n_not_yet", "ratio_pvalue", "ratio_ok", "value_control",
        "value_treatment", "difference", "difference_low", "difference_high", "relative", "relative_low",
        "relative_high", "pvalue", "n_needed_per_arm", "verdict", "verdict_by", "is_random", "alpha"]  # fmt: skip


def units(x_c: int, n_c: int, x_t: int, n_t: int) -> pd.DataFrame:
    arms = ["control"] * n_c + ["treatment"] * n_t
    hits = [1.0] * x_c + [0.0] * (n_c - x_c) + [1.0] * x_t + [0.0] * (n_t - x_t)
    table = pd.DataFrame({"arm": arms, "value": hits})
    return table.assign(
        unit_id=[str(i) for i in range(len(table))], state="observed", actually_treated=False, n_orders=0, amount=0,
        pre_orders=0, pre_amount=0,
    )  # fmt: skip


def test_thirty_points_of_a_thousand_are_better_and_two_of_fifty_are_not() -> None:
    row = typed_trial.judge((120, 1000, 150, 1000), name="Mail").iloc[0]
    assert row["verdict"] == "treatment_better"
    assert row["difference"] == pytest.approx(0.03)
    assert typed_trial.judge((5, 50, 7, 50), name="Mail")["verdict"].tolist() == ["no_clear_difference"]


def test_sizes_that_do_not_fit_the_plan_break_it() -> None:
    assert typed_trial.judge((120, 1000, 150, 1200), name="Mail")["verdict"].tolist() == ["ratio_broken"]
    fits = typed_trial.judge((120, 1000, 150, 1200), name="Mail", treatment_share=0.55)
    assert fits["verdict"].tolist() != ["ratio_broken"]


def test_nobody_in_an_arm_is_not_observed() -> None:
    assert typed_trial.judge((0, 0, 0, 0), name="Mail")["verdict"].tolist() == ["not_observed"]


def test_more_successes_than_customers_are_refused() -> None:
    with pytest.raises(ValueError, match="successes_control"):
        typed_trial.judge((5, 4, 1, 4), name="Mail")


@settings(max_examples=12, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.floats(0, 1), st.floats(0, 1), st.sampled_from([0.05, 0.2, 0.6]))
def test_it_is_what_the_report_makes_of_the_customers(n_c: int, n_t: int, p: float, q: float, gain: float) -> None:
    counts = round(n_c * p), n_c, round(n_t * q), n_t
    report = experiments.judge([(DESIGN, units(*counts))], smallest_relative=gain)
    found = typed_trial.judge(counts, name="Mail", smallest_relative=gain)
    pd.testing.assert_frame_equal(found[SAME], report[SAME], check_dtype=False)
    other = experiments.judge([(DESIGN, units(*counts))], smallest_relative=0.3, power=0.9)
    moved = typed_trial.with_gain(report, smallest_relative=0.3, power=0.9)
    pd.testing.assert_frame_equal(moved[SAME], other[SAME], check_dtype=False)


@pytest.mark.parametrize("metric", ["repurchase", "revenue"])
def test_a_look_before_the_end_is_read_as_the_report_reads_it(metric: str) -> None:
    frame = units(40, 100, 50, 110)
    frame["amount"] = [1000 * (i % 7) for i in range(len(frame))]
    trials = [(DESIGN | {"primary_metric": metric}, frame)]
    pairs = experiments.pairs(trials)
    table = readings.readings(pairs, n_planned=500)
    report = table[table["reading"] == "always_valid"].iloc[0]
    ((key, look),) = typed_trial.looks(pairs).items()
    found = typed_trial.at_any_look(look, n_planned=500)
    assert key == ("typed", "treatment")
    assert found.difference_interval.low == pytest.approx(report["difference_low"])
    assert found.difference_interval.high == pytest.approx(report["difference_high"])
    assert found.wider == pytest.approx(report["detail"])


def test_what_chance_did_not_form_has_no_early_look() -> None:
    by_hand = [(DESIGN | {"assigned_method": "manual"}, units(4, 10, 5, 10))]
    assert typed_trial.looks(experiments.pairs(by_hand)) == {}
