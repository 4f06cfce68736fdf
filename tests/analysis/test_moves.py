"""Movement between ranks: directions by hand, and sales that are those of the orders in between."""

from __future__ import annotations

import pandas as pd
import pytest

from crmlib.analysis import aggregates, moves, ranks, rfm
from tests.analysis.helpers import MakeOrders, refused


def ranked(rows: list[tuple[str, str, int]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["customer_id", "rf_rank", "amount"])
    return table.assign(rf_rank=pd.Categorical(table["rf_rank"], categories=list(ranks.RANKS), ordered=True))


# a rises, b stays, c falls by one, d falls to the lowest, e was the lowest and stays, f and g are new.
BEFORE = ranked([("a", "B", 10), ("b", "A", 20), ("c", "A", 30), ("d", "A", 40), ("e", "E", 5)])
AFTER = ranked([
    ("a", "A", 16), ("b", "A", 27), ("c", "B", 30), ("d", "E", 40), ("e", "E", 5), ("f", "C", 8), ("g", "A", 9),
])  # fmt: skip


def test_each_customer_goes_one_way() -> None:
    table = moves.direction_table(moves.rank_moves(BEFORE, AFTER)).set_index("rank_direction")
    assert table["n_moved"].to_dict() == {
        "rank_up": 1, "rank_same": 2, "rank_down": 1, "rank_lowest": 1, "new_since": 2,
    }  # fmt: skip
    assert table["amount"].to_dict() == {
        "rank_up": 6, "rank_same": 7, "rank_down": 0, "rank_lowest": 0, "new_since": 17,
    }  # fmt: skip
    assert table["share_moved"]["rank_same"] == 2 / 5
    assert table.loc["new_since", ["share_moved", "share_moved_low", "share_moved_high"]].isna().all()


def test_the_pairs_stand_in_the_order_of_the_ranks_with_their_rates() -> None:
    table = moves.rank_moves(BEFORE, AFTER)
    assert table["rank_before"].cat.categories.tolist() == ["A", "B", "C", "D", "E", "new_since"]
    assert len(table) == 6 * 5
    row = table[(table["rank_before"] == "A") & (table["rank_after"] == "E")].iloc[0]
    assert (row["n_start"], row["n_moved"], row["share_moved"]) == (3, 1, 1 / 3)
    assert moves.pairs(table)["n_moved"].tolist() == [1, 1, 1, 1, 1, 1, 1]


def test_the_sales_are_those_between_the_dates() -> None:
    table = moves.rank_moves(BEFORE, AFTER)
    moves.check_sales(table, pd.DataFrame({"amount": [20, 10]}))
    assert moves.sales_by_date(BEFORE, table)["amount"].tolist() == [105, 30]
    assert moves.between(table)["amount"].sum() == 30
    with refused("the sales of the movement add up to 30, the orders between to 29; must be equal."):
        moves.check_sales(table, pd.DataFrame({"amount": [29]}))


@pytest.mark.parametrize("method", ["fixed", "quantile", "r_package"])
def test_from_orders_the_movement_holds_every_customer_and_every_yen(method: str, many_orders: pd.DataFrame) -> None:
    now = rfm.score(aggregates.customer_table(many_orders, as_of_day=19_480), method=method)
    then = aggregates.customer_table(many_orders, as_of_day=19_300)
    then = rfm.rescore(then, like=now, method=method, cuts=rfm.CUTS["single_item"])
    painting = ranks.PAINTINGS["standard"]
    table = moves.rank_moves(*[ranks.assign_ranks(rows, painting=painting) for rows in (then, now)])
    window = aggregates.customer_window(many_orders, first_day=19_301, last_day=19_480)
    moves.check_sales(table, window)
    assert table["n_moved"].sum() == len(now)


@pytest.mark.parametrize("method", ["fixed", "quantile", "r_package"])
def test_the_same_customers_scored_again_keep_their_scores(method: str, many_orders: pd.DataFrame) -> None:
    customers = aggregates.customer_table(many_orders, as_of_day=19_480)
    now = rfm.score(customers, method=method)
    again = rfm.rescore(customers, like=now, method=method, cuts=rfm.CUTS["single_item"])
    pd.testing.assert_frame_equal(again, now)


def test_nobody_on_the_first_date_means_that_all_are_new(make_orders: MakeOrders) -> None:
    table = moves.direction_table(moves.rank_moves(BEFORE[:0], AFTER))
    assert table["n_moved"].tolist() == [0, 0, 0, 0, 7]
    assert table["share_moved"].isna().all()
    assert moves.direction_table(moves.rank_moves(BEFORE[:0], AFTER[:0]))["n_moved"].sum() == 0
