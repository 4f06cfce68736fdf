"""Parts of the sales that stop, told from those that never were steady, and customers of no possible age."""

from __future__ import annotations

import pandas as pd
import pytest

from crmlib.analysis import health


def stops(orders: list[int], verdicts: dict[int, str] | None = None) -> list[list[int]]:
    sold = [(month, n) for month, n in enumerate(orders) if n]
    parts = pd.DataFrame(
        [("acq_media", "TV", month, n, n * 100) for month, n in sold],
        columns=["part_of", "part", "month", "n_orders", "amount"],
    )
    whole = [(verdicts or {}).get(month, "whole") for month in range(len(orders))]
    months = pd.DataFrame({"month": range(len(orders)), "n_orders": 50, "month_verdict": whole})
    return health.sudden_zero(parts, months)[["month", "n_months", "n_usual", "amount"]].to_numpy().tolist()


@pytest.mark.parametrize(
    ("orders", "found"),
    [
        ([20] * 6 + [0, 0], [[6, 2, 20, 2000]]),
        ([20] * 6 + [0] + [20] * 3, [[6, 1, 20, 2000]]),  # it comes back
        ([20] * 8, []),
        ([20] * 5 + [0, 0], []),  # too short to be steady
        ([5] * 8 + [0, 0], []),  # too few to be no chance
        ([20, 0, 30, 0, 20, 0, 25, 0], []),  # a medium of campaigns
        ([0, 0] + [20] * 6, []),  # it begins
        ([40, 30, 20, 10, 2, 1, 0, 0], []),  # it ends slowly
        ([0] * 8, []),
    ],
)
def test_a_part_that_stops_at_once_is_found(orders: list[int], found: list[list[int]]) -> None:
    assert stops(orders) == found


def test_a_month_that_is_cut_off_or_a_hole_is_nobodys_stop() -> None:
    assert stops([20] * 7 + [0], {7: "partial"}) == []
    assert stops([20] * 6 + [0, 20], {6: "empty"}) == []


def test_guests_are_shares_of_the_rows() -> None:
    table = health.guests(pd.DataFrame({"month": [1, 2], "n_rows": [4, 10], "n_guests": [1, 0]}))
    assert table["share"].tolist() == [0.25, 0.0]


def test_ages_are_possible_ones() -> None:
    customers = pd.DataFrame({"birth_year": [1900, 1916, 1990, 2021, 2022, None]})
    assert health.odd_ages(customers, year=2026) == 2
    assert health.odd_ages(customers.iloc[[1, 2, 5]], year=2026) == 0
