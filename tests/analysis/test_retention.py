"""Cohorts in three states, steps with only the observed in the denominator, new against repeat."""

from __future__ import annotations

import math
from importlib.metadata import files

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlib.analysis import aggregates, retention
from crmlib.analysis.intervals import wilson
from crmlib.analysis.months import last_day, month_of_day, month_state
from tests.analysis.helpers import Day, MakeOrders, refused

JANUARY = 2025 * 12


@pytest.fixture
def counts(make_orders: MakeOrders, day: Day) -> pd.DataFrame:
    """January: a, b, c, of whom a came back in February and a, b in March; February: d; March: e."""
    return aggregates.cohort_counts(
        make_orders([
            ("1", "a", day("2025-01-05"), 100), ("2", "b", day("2025-01-06"), 100), ("3", "c", day("2025-01-07"), 100),
            ("4", "a", day("2025-02-05"), 50), ("5", "a", day("2025-03-01"), 10), ("6", "b", day("2025-03-09"), 20),
            ("7", "d", day("2025-02-10"), 70), ("8", "e", day("2025-03-10"), 30),
        ])
    )  # fmt: skip


def states(cells: pd.DataFrame) -> dict[tuple[int, int], str]:
    return {(row.cohort_month - JANUARY, row.k): row.state for row in cells.itertuples()}


def test_cells_are_observed_partial_or_not_yet(counts: pd.DataFrame, day: Day) -> None:
    cells = retention.cohorts(counts, as_of_day=day("2025-03-15"), horizon=3)

    assert states(cells) == {
        (0, 0): "observed", (0, 1): "observed", (0, 2): "partial", (0, 3): "not_yet",
        (1, 0): "observed", (1, 1): "partial", (1, 2): "not_yet", (1, 3): "not_yet",
        (2, 0): "partial", (2, 1): "not_yet", (2, 2): "not_yet", (2, 3): "not_yet",
    }  # fmt: skip


def test_a_month_counts_as_observed_from_its_last_day_on(counts: pd.DataFrame, day: Day) -> None:
    before = retention.cohorts(counts, as_of_day=day("2025-03-30"), horizon=2)
    after = retention.cohorts(counts, as_of_day=day("2025-03-31"), horizon=2)

    assert [states(before)[cell] for cell in [(0, 2), (1, 1), (2, 0)]] == ["partial"] * 3
    assert [states(after)[cell] for cell in [(0, 2), (1, 1), (2, 0)]] == ["observed"] * 3


def test_rates_have_wilson_intervals_and_zeros_are_not_blanks(counts: pd.DataFrame, day: Day) -> None:
    cells = retention.cohorts(counts, as_of_day=day("2025-03-31"), horizon=2).set_index(["cohort_month", "k"])

    assert cells.columns.tolist() == [
        "n_start", "n_customers", "amount", "rate", "rate_low", "rate_high", "amount_per_customer", "state",
    ]  # fmt: skip
    third = wilson(1, 3)
    assert cells.loc[(JANUARY, 1)].tolist() == [3, 1, 50, 1 / 3, third.low, third.high, 50 / 3, "observed"]
    assert cells.loc[(JANUARY, 2), ["n_customers", "amount", "rate"]].tolist() == [2, 30, 2 / 3]
    assert cells.loc[(JANUARY, 0), ["rate", "rate_low", "rate_high"]].tolist() == [1, 1, 1]
    assert cells.loc[(JANUARY + 1, 1), ["n_start", "n_customers", "amount", "rate"]].tolist() == [1, 0, 0, 0]
    not_yet = cells.loc[(JANUARY + 1, 2), ["n_customers", "amount", "rate", "rate_low", "amount_per_customer"]]
    assert cells.loc[(JANUARY + 1, 2), "n_start"] == 1
    assert not_yet.isna().all()


def test_a_partial_cell_has_its_figures_so_far_without_an_interval(counts: pd.DataFrame, day: Day) -> None:
    cells = retention.cohorts(counts, as_of_day=day("2025-03-15"), horizon=2).set_index(["cohort_month", "k"])

    assert cells.loc[(JANUARY, 2), ["n_customers", "amount", "rate", "state"]].tolist() == [2, 30, 2 / 3, "partial"]
    assert cells.loc[(JANUARY, 2), ["rate_low", "rate_high"]].isna().all()


def test_the_pooled_row_takes_observed_cells_only(counts: pd.DataFrame, day: Day) -> None:
    cells = retention.cohorts(counts, as_of_day=day("2025-03-15"), horizon=3)

    pooled = retention.pooled(cells)

    assert pooled.columns.tolist() == [
        "k", "n_cohorts", "n_start", "n_customers", "rate", "rate_low", "rate_high", "amount_per_customer",
    ]  # fmt: skip
    assert pooled[["k", "n_cohorts", "n_start", "n_customers"]].to_numpy().tolist() == [
        [0, 2, 4, 4], [1, 1, 3, 1], [2, 0, 0, 0], [3, 0, 0, 0],
    ]  # fmt: skip
    third = wilson(1, 3)
    assert pooled.loc[1, "rate":].tolist() == [1 / 3, third.low, third.high, 50 / 3]
    assert pooled.loc[0, "rate":].tolist() == [1, 1, 1, 370 / 4]
    assert pooled.loc[2:, "rate":].isna().all(axis=None)


def test_the_pooled_row_weighs_cohorts_by_their_customers(counts: pd.DataFrame, day: Day) -> None:
    pooled = retention.pooled(retention.cohorts(counts, as_of_day=day("2025-03-31"), horizon=1))

    assert pooled.loc[1, ["n_cohorts", "n_start", "n_customers", "rate"]].tolist() == [2, 4, 1, 1 / 4]


def test_counts_after_the_day_of_the_report_are_refused(counts: pd.DataFrame, day: Day) -> None:
    with refused(
        f"counts has month {JANUARY + 2} (2025-03), after as_of_day == {day('2025-02-28')} (2025-02-28); "
        "count only orders up to that day."
    ):
        retention.cohorts(counts, as_of_day=day("2025-02-28"))


def test_no_orders_give_no_cohorts(counts: pd.DataFrame) -> None:
    cells = retention.cohorts(counts.head(0), as_of_day=20_000)

    assert len(cells) == len(retention.pooled(cells)) == 0
    assert "state" in cells.columns


@given(st.integers(-40_000, 40_000))
def test_the_last_day_of_a_month_is_in_it_and_the_next_is_not(day: int) -> None:
    month = month_of_day(day)
    assert month_of_day(last_day(month)) == month
    assert month_of_day(last_day(month) + 1) == month + 1
    assert month_state(month, as_of_day=day) == ("observed" if day == last_day(month) else "partial")


def step_counts(rows: list[list[int]]) -> pd.DataFrame:
    # Everybody has kept to the window so far, unless the row goes on with counts of its own.
    names = ["order_number", "n_reached", "n_eligible", "n_next", "n_next_any", "n_kept", "n_kept_next"]
    return pd.DataFrame([row if len(row) == 7 else [*row, row[2], row[3]] for row in rows], columns=names)


def test_steps_by_hand() -> None:
    steps = retention.steps(step_counts([[1, 120, 100, 40, 50], [2, 50, 32, 24, 26], [3, 26, 0, 0, 5]]))

    assert steps.columns.tolist() == [
        "order_number", "n_reached", "n_eligible", "n_next", "n_kept", "n_kept_next", "step_rate", "step_rate_low",
        "step_rate_high", "cumulative_rate", "cumulative_rate_low", "cumulative_rate_high", "naive_step_rate",
        "naive_cumulative_rate",
    ]  # fmt: skip
    assert steps.loc[:1, "step_rate"].tolist() == [0.4, 0.75]
    assert steps.loc[1, "cumulative_rate"] == pytest.approx(0.4 * 0.75)
    assert steps["naive_step_rate"].tolist() == [50 / 120, 26 / 50, 5 / 26]
    assert steps["naive_cumulative_rate"].tolist() == [50 / 120, 26 / 120, 5 / 120]
    assert steps.loc[0, ["step_rate_low", "step_rate_high"]].tolist() == [wilson(40, 100).low, wilson(40, 100).high]


def test_the_cumulative_interval_is_greenwoods_on_the_log_log_scale() -> None:
    steps = retention.steps(step_counts([[1, 120, 100, 40, 50], [2, 50, 32, 24, 26]]))

    variance = 60 / (100 * 40) + 8 / (32 * 24)  # lost / (at risk * stayed), summed
    width = 1.959963984540054 * math.sqrt(variance) / -math.log(0.3)
    assert steps.loc[1, "cumulative_rate_low"] == pytest.approx(0.3 ** math.exp(width))
    assert steps.loc[1, "cumulative_rate_high"] == pytest.approx(0.3 ** math.exp(-width))


def test_the_cumulative_rate_follows_only_those_who_kept_to_the_window() -> None:
    # Of 100, 40 came in time; 10 more came late, so 50 are in the second step but only 40 of them kept to the window.
    steps = retention.steps(step_counts([[1, 100, 100, 40, 50, 100, 40], [2, 50, 50, 25, 25, 40, 22]]))

    assert steps.loc[1, "step_rate"] == 0.5
    assert steps.loc[1, "cumulative_rate"] == pytest.approx(22 / 100)


def test_cdnow_counts_directly_what_the_cumulative_rate_says() -> None:
    # Every customer is observed for at least 462 days, so two steps of 180 days need no estimation.
    file = next(f for f in files("lifetimes") or () if f.name == "CDNOW_master.txt")
    text = pd.read_csv(file.locate(), sep=r"\s+", dtype=str)
    days = (pd.to_datetime(text["date"], format="%Y%m%d") - pd.Timestamp("1970-01-01")).dt.days
    orders = pd.DataFrame({"customer_id": text["customer_id"], "order_id": text.index.astype(str), "order_day": days})
    counts = aggregates.step_counts(orders, as_of_day=int(days.max()), window_days=180, max_step=2)

    ordered = orders.sort_values("order_day", kind="stable")
    wide = ordered.assign(n=ordered.groupby("customer_id").cumcount()).pivot(
        index="customer_id", columns="n", values="order_day"
    )
    kept = (wide[1] - wide[0] <= 180) & (wide[2] - wide[1] <= 180)
    assert retention.steps(counts).loc[1, "cumulative_rate"] == pytest.approx(kept.sum() / 23_570)


def test_nobody_eligible_is_unknown_and_not_zero() -> None:
    steps = retention.steps(step_counts([[1, 10, 8, 4, 4], [2, 4, 0, 0, 1], [3, 1, 1, 1, 1]]))

    assert steps.loc[1, ["step_rate", "step_rate_low", "step_rate_high"]].isna().all()
    assert steps.loc[2, "step_rate"] == 1
    assert steps.loc[1:, "cumulative_rate":"cumulative_rate_high"].isna().all(axis=None)


def test_a_step_that_everybody_or_nobody_takes_has_wilsons_interval() -> None:
    steps = retention.steps(step_counts([[1, 9, 9, 9, 9], [2, 9, 9, 0, 0]]))

    assert steps["cumulative_rate"].tolist() == [1, 0]
    assert steps[["cumulative_rate_low", "cumulative_rate_high"]].to_numpy().tolist() == [
        [wilson(9, 9).low, 1], [0, wilson(0, 9).high],
    ]  # fmt: skip
    assert steps.loc[0, ["step_rate_low", "step_rate_high"]].tolist() == [wilson(9, 9).low, 1]


@given(st.lists(st.tuples(st.integers(1, 500), st.floats(0.05, 0.95)), min_size=1, max_size=8))
def test_cumulative_rates_fall_and_lie_in_their_interval(rows: list[tuple[int, float]]) -> None:
    counted = [[i + 1, n, n, round(n * p), round(n * p)] for i, (n, p) in enumerate(rows)]
    steps = retention.steps(step_counts(counted))

    assert (steps["cumulative_rate"].diff().dropna() <= 0).all()
    inner = steps[steps["cumulative_rate_low"].notna()]
    assert (inner["cumulative_rate_low"] <= inner["cumulative_rate"]).all()
    assert (inner["cumulative_rate"] <= inner["cumulative_rate_high"]).all()


def test_the_largest_loss_is_the_largest_drop_among_first_time_buyers() -> None:
    # 60 of 100 are lost at the first step; at the second half of the 40 % that are left: .2 of all.
    steps = retention.steps(step_counts([[1, 100, 100, 40, 40], [2, 40, 40, 20, 20], [3, 20, 20, 20, 20]]))

    loss = retention.largest_loss(steps)

    assert (loss.order_number, loss.n_eligible, loss.n_lost, loss.step_rate) == (1, 100, 60, 0.4)
    assert loss.share_lost == pytest.approx(0.6)
    assert loss.share_of_losses == pytest.approx(0.6 / 0.8)
    assert loss.interval == wilson(40, 100)


def test_the_largest_loss_can_come_later() -> None:
    steps = retention.steps(step_counts([[1, 100, 100, 90, 90], [2, 90, 90, 9, 9]]))

    assert retention.largest_loss(steps).order_number == 2


@pytest.mark.parametrize("rows", [[], [[1, 5, 0, 0, 1]]])
def test_without_observed_steps_the_largest_loss_is_unknown(rows: list[list[int]]) -> None:
    loss = retention.largest_loss(retention.steps(step_counts(rows)))

    assert (loss.order_number, loss.n_eligible) == (None, 0)
    assert math.isnan(loss.share_lost)


def test_no_loss_has_no_share_of_losses() -> None:
    loss = retention.largest_loss(retention.steps(step_counts([[1, 5, 5, 5, 5]])))

    assert (loss.n_lost, loss.share_lost) == (0, 0)
    assert math.isnan(loss.share_of_losses)


def test_new_and_repeat_sales_by_month_with_empty_months_as_zeros(make_orders: MakeOrders, day: Day) -> None:
    monthly = aggregates.monthly_sales(
        make_orders([("1", "a", day("2025-01-05"), 300), ("2", "a", day("2025-03-05"), 100)])
    )

    months = retention.new_repeat(monthly, as_of_day=day("2025-04-10"))

    assert (months["month"] - JANUARY).tolist() == [0, 1, 2, 3]
    assert months["amount_new"].tolist() == [300, 0, 0, 0]
    assert months["amount_repeat"].tolist() == [0, 0, 100, 0]
    np.testing.assert_array_equal(months["repeat_share"], [0, np.nan, 1, np.nan])
    assert months["state"].tolist() == ["observed", "observed", "observed", "partial"]


def test_no_orders_give_no_months(make_orders: MakeOrders) -> None:
    assert len(retention.new_repeat(aggregates.monthly_sales(make_orders([])), as_of_day=20_000)) == 0


def test_one_customer_with_one_order_has_one_cohort(make_orders: MakeOrders, day: Day) -> None:
    orders = make_orders([("1", "a", day("2025-01-05"), 300)])

    cells = retention.cohorts(aggregates.cohort_counts(orders), as_of_day=day("2025-01-05"), horizon=1)

    assert cells["state"].tolist() == ["partial", "not_yet"]
    assert retention.pooled(cells)["n_cohorts"].tolist() == [0, 0]


def test_a_horizon_below_zero_is_refused(counts: pd.DataFrame) -> None:
    with refused("horizon == -1, must be at least 0."):
        retention.cohorts(counts, as_of_day=30_000, horizon=-1)
