"""CPM groups and moves counted ahead give exactly what the report's analyses give under the same thresholds."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from crmlib.analysis import aggregates, migration, portfolio, portfolio_cells
from crmlib.analysis.months import last_day

AS_OF = last_day(1971 * 12)  # 1971-01-31
EARLIER = {"month": portfolio_cells.month_before(AS_OF), "days_90": AS_OF - 90}
ORDERS = st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, AS_OF), st.integers(-50, 900)), max_size=30)


def orders_of(rows: list[tuple[str, int, int]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["customer_id", "order_day", "amount"])
    table = table.astype({"customer_id": "str", "order_day": "int64", "amount": "int64"})
    return table.assign(order_id=[f"{n:02d}" for n in range(len(table))])


def cells_of(orders: pd.DataFrame) -> portfolio_cells.PortfolioCells:
    names = {day: name for name, day in EARLIER.items()}
    seen = [(names[day], day, table) for day, table in aggregates.snapshots(orders, days=[*names])]
    customers = aggregates.customer_table(orders, as_of_day=AS_OF)
    return portfolio_cells.prepare(customers, seen, as_of_day=AS_OF, first_day=0)


def test_by_hand() -> None:
    # a bought once 200 days ago, b twice with a tenure of 100 days, c is new within the last month.
    rows = [("a", AS_OF - 200, 500), ("b", AS_OF - 150, 700), ("b", AS_OF - 50, 900), ("c", AS_OF - 3, 100)]
    cells = cells_of(orders_of(rows))
    thresholds = portfolio.Thresholds(amount=1600, leave_days=180)
    places = portfolio_cells.place(cells, since="month", thresholds=thresholds)
    groups = portfolio_cells.group_table(cells, places)
    found = groups[groups["n_customers"] > 0][["cpm_step", "standing", "n_customers", "amount"]].to_numpy().tolist()
    assert found == [
        ["first_time", "still_active", 1, 100],
        ["trend", "still_active", 1, 1600],
        ["first_time", "has_left", 1, 500],
    ]
    moves = portfolio_cells.moves(cells, places)
    moved = moves[moves["n_customers"] > 0][["group_before", "group_after", "n_customers", "amount"]]
    assert moved.to_numpy().tolist() == [
        ["came_new", "first_time_active", 1, 100],
        ["first_time_active", "first_time_left", 1, 0],
        ["trend_active", "trend_active", 1, 0],
    ]


@settings(max_examples=6, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(rows=ORDERS, bounds=st.tuples(*[st.integers(1, 250)] * 3), amount=st.integers(1, 900))
def test_tables_are_those_of_the_report(
    rows: list[tuple[str, int, int]], bounds: tuple[int, int, int], amount: int
) -> None:
    toddling, more, leave = bounds
    thresholds = portfolio.Thresholds(
        toddling_days=toddling, excellent_days=toddling + more, leave_days=leave, amount=amount
    )
    orders = orders_of(rows)
    cells = cells_of(orders)
    customers = aggregates.customer_table(orders, as_of_day=AS_OF)
    expected = portfolio.group_table(portfolio.assign_groups(customers, thresholds=thresholds))
    for since, day in EARLIER.items():
        seen = aggregates.snapshots(orders, days=[day, AS_OF])
        history = migration.history(seen, thresholds=thresholds, first_day=0)
        places = portfolio_cells.place(cells, since=since, thresholds=thresholds)
        found = portfolio_cells.group_table(cells, places)
        pd.testing.assert_frame_equal(found, expected, check_dtype=False)
        moves = portfolio_cells.moves(cells, places)
        pd.testing.assert_frame_equal(moves, history.moves, check_dtype=False)
        counts = portfolio_cells.step_counts(cells, places)
        pd.testing.assert_frame_equal(counts, history.counts[["month", "group", "n_customers"]], check_dtype=False)


@pytest.mark.parametrize(
    ("day", "before"),
    [("1970-03-31", "1970-02-28"), ("1970-03-30", "1970-02-28"), ("1970-03-15", "1970-02-15"),
     ("1970-02-28", "1970-01-31"), ("1972-03-01", "1972-02-01")],
)  # fmt: skip
def test_a_month_before(day: str, before: str) -> None:
    days = [(pd.Timestamp(text) - pd.Timestamp("1970-01-01")).days for text in (day, before)]
    assert portfolio_cells.month_before(days[0]) == days[1]
