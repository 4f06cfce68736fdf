"""Which months are whole, cut off, empty or far too small; and the counts behind it on every engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from crmlib.analysis import aggregates, coverage
from crmlib.analysis.months import last_day, month_of_day
from tests.analysis.helpers import Day, Engine, MakeOrders, refused

FUNCTIONS: dict[str, Callable[[Any], pd.DataFrame]] = {
    "daily_counts": lambda table: aggregates.daily_counts(table, table),
    "same_day_counts": aggregates.same_day_counts,
    "filled_counts": lambda table: aggregates.filled_counts(table, table),
}
every_function = pytest.mark.parametrize("name", FUNCTIONS)


def daily(pairs: list[tuple[int, int]]) -> pd.DataFrame:
    frame = pd.DataFrame(pairs, columns=["order_day", "n_orders"]).astype("int64")
    return frame.assign(n_rows=frame["n_orders"] * 2, amount=frame["n_orders"] * 100)


def steady(day: Day, first: str, counts: list[int], *, at: int = 1) -> pd.DataFrame:
    """Orders of each month from `first` on, half of them on its first day, half on its last but `at`."""
    month = month_of_day(day(first))
    rows = []
    for place, n in enumerate(counts):
        begin, end = last_day(month + place - 1) + 1, last_day(month + place)
        rows += [(begin, n // 2), (end + 1 - at, n - n // 2)] if n else []
    return daily(rows)


def verdicts(table: pd.DataFrame) -> list[str]:
    return table["month_verdict"].tolist()


def test_a_month_without_orders_is_empty_and_has_a_row(day: Day) -> None:
    table = coverage.months(steady(day, "2025-01-01", [20, 0, 20]), as_of_day=day("2025-03-31"))
    assert verdicts(table) == ["whole", "empty", "whole"]
    assert table["n_orders"].tolist() == [20, 0, 20]
    assert table["quiet_days"].tolist() == [29, 28, 29]
    assert table["n_order_days"].tolist() == [2, 0, 2]


def test_a_month_below_the_share_of_its_neighbours_median_is_far_below(day: Day) -> None:
    # The months around April: 50, 100, 30 before, 60, 60, 60 after; their median is 60, 0.4 of it 24.
    counts = [50, 100, 30, 23, 60, 60, 60]
    table = coverage.months(steady(day, "2025-01-01", counts), as_of_day=day("2025-07-31"))
    assert table["n_neighbours"][3] == 60
    assert verdicts(table)[3] == "far_below"
    counts[3] = 24
    table = coverage.months(steady(day, "2025-01-01", counts), as_of_day=day("2025-07-31"))
    assert set(verdicts(table)) == {"whole"}


def test_small_shops_have_small_months_by_chance(day: Day) -> None:
    orders = steady(day, "2025-01-01", [9, 1, 9])
    assert set(verdicts(coverage.months(orders, as_of_day=day("2025-03-31")))) == {"whole"}
    table = coverage.months(orders, as_of_day=day("2025-03-31"), least_orders=9)
    assert verdicts(table) == ["whole", "far_below", "whole"]


def test_the_last_month_is_partial_until_it_ends(day: Day) -> None:
    orders = steady(day, "2025-01-01", [20, 20], at=10)
    assert verdicts(coverage.months(orders, as_of_day=day("2025-02-27")))[-1] == "partial"
    assert verdicts(coverage.months(orders, as_of_day=day("2025-02-28")))[-1] == "whole"


def test_the_first_month_is_cut_off_where_the_data_begin_later_than_any_silence(day: Day) -> None:
    weekly = [(d, 3) for d in range(day("2025-01-09"), day("2025-03-31") + 1, 7)]
    # Seven days apart leaves six without an order; the first week of January has eight.
    assert verdicts(coverage.months(daily(weekly), as_of_day=day("2025-03-31")))[0] == "begins"
    weekly = [(d - 2, n) for d, n in weekly]
    assert verdicts(coverage.months(daily(weekly), as_of_day=day("2025-03-31")))[0] == "whole"


def test_months_between_the_last_order_and_the_base_date_are_empty(day: Day) -> None:
    table = coverage.months(steady(day, "2025-01-01", [20]), as_of_day=day("2025-03-15"))
    assert verdicts(table) == ["whole", "empty", "partial"]


def test_the_sums_stay_those_of_the_days(day: Day) -> None:
    rng = np.random.default_rng(1)
    orders = daily([(int(d), int(n)) for d, n in zip(range(19_000, 20_000, 3), rng.integers(1, 9, 334), strict=True)])
    table = coverage.months(orders, as_of_day=20_000)
    for name in ("n_orders", "n_rows", "amount"):
        assert table[name].sum() == orders[name].sum()
    assert table["n_order_days"].sum() == len(orders)
    assert (np.diff(table["month"]) == 1).all()


def test_no_order_gives_no_month() -> None:
    table = coverage.months(daily([]), as_of_day=100)
    assert len(table) == len(coverage.holes(table)) == 0


def test_wrong_numbers_are_refused(day: Day) -> None:
    orders = steady(day, "2025-01-01", [20])
    with refused("hole_share == 2, must be between 0 and 1."):
        coverage.months(orders, as_of_day=day("2025-01-31"), hole_share=2)
    with pytest.raises(ValueError, match="after as_of_day"):
        coverage.months(orders, as_of_day=day("2024-12-31"))


def test_only_months_in_doubt_are_listed(day: Day) -> None:
    table = coverage.holes(coverage.months(steady(day, "2025-01-01", [20, 0, 20]), as_of_day=day("2025-04-15")))
    assert verdicts(table) == ["empty", "partial"]


# --- the counts ------------------------------------------------------------------------------------------------------


def test_days_are_counted_with_their_orders_lines_and_sales(engine: Engine, make_orders: MakeOrders) -> None:
    orders = make_orders([("1", "a", 5, 100), ("2", "b", 5, 50), ("3", "a", 7, 30)])
    assert aggregates.daily_counts(engine(orders), engine(orders)).to_numpy().tolist() == [
        [5, 2, 2, 150],
        [7, 1, 1, 30],
    ]


def test_several_orders_of_a_customer_on_a_day_are_counted(engine: Engine, make_orders: MakeOrders) -> None:
    orders = make_orders([
        ("1", "a", 5, 1), ("2", "a", 5, 1), ("3", "a", 7, 1), ("4", "a", 7, 1), ("5", "a", 9, 1), ("6", "b", 5, 1),
    ])  # fmt: skip
    # a has two days with two orders and one with one, b one with one.
    assert aggregates.same_day_counts(engine(orders)).to_numpy().tolist() == [[1, 2, 1], [2, 2, 1]]


def filled(frame: pd.DataFrame) -> pd.DataFrame:
    rows = range(len(frame))
    return frame.assign(
        acq_media=pd.Series([["unknown", "google", None, "line"][i % 4] for i in rows], index=frame.index, dtype="str"),
        order_kind=pd.Series([["unknown", "trial"][i % 2] for i in rows], index=frame.index, dtype="str"),
        product_id=pd.Series([[None, "", "p1", "p2", "p3"][i % 5] for i in rows], index=frame.index, dtype="str"),
    )


def test_blank_and_unknown_cells_are_not_filled(engine: Engine, many_orders: pd.DataFrame) -> None:
    frame = filled(many_orders.head(20))
    found = aggregates.filled_counts(engine(frame), engine(frame))
    assert found.to_numpy().tolist() == [
        ["orders", "acq_media", 10, 20],
        ["orders", "order_kind", 10, 20],
        ["order_items", "product_id", 12, 20],
    ]


@every_function
def test_engine_order_and_unused_columns_change_nothing(name: str, engine: Engine, many_orders: pd.DataFrame) -> None:
    frame = filled(many_orders)
    expected = FUNCTIONS[name](frame)
    assert_frame_equal(FUNCTIONS[name](engine(frame.sample(frac=1, random_state=3))), expected)
    assert_frame_equal(FUNCTIONS[name](engine(frame.assign(memo="x"))), expected)


@every_function
def test_no_rows_are_no_error(name: str, engine: Engine, many_orders: pd.DataFrame) -> None:
    found = FUNCTIONS[name](engine(filled(many_orders).head(0)))
    assert found.select_dtypes("number").to_numpy().sum() == 0
