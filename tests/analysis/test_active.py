"""The annual page: who was active, kept, new, revived and lost, by hand; sales that are LTV times customers."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlib.analysis import active, aggregates
from crmlib.analysis.intervals import wilson
from crmlib.analysis.years import tellable_from, year_table
from tests.analysis.conftest import build_orders
from tests.analysis.helpers import Day, MakeOrders, refused

AS_OF = 4 * 365 - 1  # four full years from day 0


def _annual(orders: pd.DataFrame, as_of_day: int = AS_OF, **how: Any) -> pd.DataFrame:
    first = int(orders["order_day"].min()) if len(orders) else as_of_day
    years = year_table(as_of_day=as_of_day, first_day=first, **how)
    return active.annual(aggregates.year_counts(orders, ends=years["to_day"].tolist()), years)


@pytest.fixture
def orders(make_orders: MakeOrders) -> pd.DataFrame:
    # Year 0: a b c d. Year 1: a b, new e f. Year 2: a, revived c, new g. Year 3: a e(revived) g, new h (twice).
    bought = {0: "abcd", 1: "abef", 2: "acg", 3: "aeghh"}
    rows = [(year * 365 + place, letter) for year, letters in bought.items() for place, letter in enumerate(letters)]
    return make_orders([(str(i), letter, day, 10 * (day // 365 + 1)) for i, (day, letter) in enumerate(rows)])


def test_a_year_by_hand(orders: pd.DataFrame) -> None:
    row = _annual(orders).iloc[3]
    names = ["n_year_active", "n_new", "n_new_kept", "n_active_before", "n_kept_on", "n_revived", "n_lost"]
    # Of a, c, g active before, a and g are kept and c is lost; e comes back; h is new and buys twice.
    assert row[names].tolist() == [4, 1, 1, 3, 2, 1, 1]
    assert row["n_inactive"] == 4  # b, d, e, f had bought, but not in year 2
    assert (row["amount"], row["amount_new"], row["amount_existing"]) == (200, 80, 120)
    assert row["annual_ltv"] == 50
    rates = {"retention_rate": 2 / 3, "new_retention_rate": 1, "year_leave_rate": 1 / 3, "return_rate": 1 / 4}
    assert {name: row[name] for name in rates} == rates
    interval = wilson(2, 3)
    assert (row["retention_rate_low"], row["retention_rate_high"]) == (interval.low, interval.high)


def test_the_first_year_compares_with_nothing(orders: pd.DataFrame) -> None:
    table = _annual(orders)
    assert table["state"].tolist() == ["observed"] * 4
    compared = ["n_active_before", "n_kept_on", "n_revived", "n_lost", "n_inactive", *active.RATES]
    assert table.loc[0, compared].isna().all()
    assert math.isnan(table.loc[1, "return_rate"])  # nobody had bought before year 0
    assert table.loc[1, "n_revived"] == 0


def test_the_bridge_goes_from_last_year_to_this(orders: pd.DataFrame) -> None:
    result = active.latest_year(_annual(orders), tellable_from_day=0)
    assert result is not None
    table = active.bridge(result)
    assert table["n_change"].tolist() == [3, 1, 1, -1, 4]
    assert table["n_change"].iloc[:-1].sum() == table["n_change"].iloc[-1]
    assert result.point_amount == pytest.approx(2.0)  # 50 x 4 x 0.01
    assert (result.n_second_base, result.second_rate) == (1, 1.0)  # g's second order came after 365 days


def test_two_full_years_are_needed(orders: pd.DataFrame) -> None:
    assert tellable_from(first_day=0) == 729
    early = active.latest_year(_annual(orders[orders["order_day"] <= 728], as_of_day=728), tellable_from_day=729)
    assert early is not None
    assert not early.tellable
    assert (early.n_year_active, early.n_kept_on, early.n_new) == (4, None, None)
    assert active.bridge(early).empty
    told = active.latest_year(_annual(orders[orders["order_day"] <= 729], as_of_day=729), tellable_from_day=729)
    assert told is not None
    assert told.tellable


def test_less_than_a_year_has_no_page(orders: pd.DataFrame) -> None:
    table = _annual(orders[orders["order_day"] <= 10], as_of_day=300)
    assert table["state"].tolist() == ["partial"]
    assert active.latest_year(table, tellable_from_day=729) is None
    assert active.bridge(None).empty
    assert active.rate_table(table).empty


def test_no_order_gives_a_page_of_zeros(make_orders: MakeOrders) -> None:
    table = _annual(make_orders([]), as_of_day=100)
    assert (table["n_year_active"].sum(), table["amount"].sum()) == (0, 0)
    assert table["annual_ltv"].isna().all()


def test_fiscal_years_start_where_the_client_says(day: Day) -> None:
    table = year_table(as_of_day=day("2026-02-10"), first_day=day("2024-04-01"), year="fiscal", fiscal_year_start=4)
    assert [tuple(row) for row in table[["from_day", "to_day", "state"]].to_numpy().tolist()] == [
        (day("2024-04-01"), day("2025-03-31"), "observed"),
        (day("2025-04-01"), day("2026-02-10"), "partial"),
    ]
    late = year_table(as_of_day=day("2026-03-31"), first_day=day("2024-04-02"), year="fiscal", fiscal_year_start=4)
    assert late["state"].tolist() == ["partial", "observed"]
    first = {"year": "fiscal", "fiscal_year_start": 4}
    assert tellable_from(first_day=day("2024-04-01"), **first) == day("2026-03-31")
    assert tellable_from(first_day=day("2024-04-02"), **first) == day("2027-03-31")
    assert tellable_from(first_day=day("2024-02-29"), year="fiscal", fiscal_year_start=3) == day("2026-02-28")
    with refused("year == 'calendar', must be one of rolling, fiscal."):
        year_table(as_of_day=1, first_day=0, year="calendar")


def test_the_running_fiscal_year_is_not_compared(orders: pd.DataFrame, day: Day) -> None:
    moved = orders.assign(order_day=orders["order_day"] + day("2021-04-01"))
    table = _annual(moved, as_of_day=day("2024-10-01"), year="fiscal")
    assert table["state"].tolist()[-1] == "partial"
    assert math.isnan(table["retention_rate"].iloc[-1])
    latest = active.latest_year(table, tellable_from_day=0)
    assert latest is not None
    assert latest.to_day == day("2024-03-31")


def test_the_rates_are_shown_with_their_counts(orders: pd.DataFrame) -> None:
    table = active.rate_table(_annual(orders)).set_index("annual_rate")
    assert table.loc["retention_rate", ["n_part", "n_base"]].tolist() == [2, 3]
    assert table.loc[["year_leave_rate", "retention_rate"], "rate_found"].sum() == 1
    assert table.index.tolist() == [*active.RATES, "second_rate"]
    assert len(active.year_page(_annual(orders))) == 4


histories = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 1_600), st.integers(-50, 90_000)), min_size=1, max_size=60
)


@given(rows=histories, kind=st.sampled_from(["rolling", "fiscal"]))
@settings(max_examples=15, deadline=None)
def test_sales_are_ltv_times_customers_and_customers_add_up(rows: list[tuple[int, int, int]], kind: str) -> None:
    orders = build_orders([(f"{i:03d}", f"c{customer}", day, amount) for i, (customer, day, amount) in enumerate(rows)])
    table = _annual(orders, as_of_day=1_600, year=kind)
    assert table["amount"].sum() == orders["amount"].sum()
    bought = table[table["n_year_active"] > 0]
    assert (bought["annual_ltv"] * bought["n_year_active"]).round().astype("int64").tolist() == bought[
        "amount"
    ].tolist()
    told = table.dropna(subset=["n_active_before"])
    assert (told["n_active_before"] + told["n_new"] + told["n_revived"] - told["n_lost"]).tolist() == (
        told["n_year_active"].tolist()
    )
    assert (told["n_kept_on"] + told["n_lost"]).tolist() == told["n_active_before"].tolist()
