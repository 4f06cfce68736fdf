"""Ranks: every cell has one, the tables add up, and a painting that is none is refused."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from crmlib.analysis import ranks
from tests.analysis.helpers import refused

STANDARD = ranks.PAINTINGS["standard"]
EVERY = pd.DataFrame(list(product(range(1, 6), range(1, 6))), columns=["r", "f"])


def customers_of(rows: list[tuple[str, int, int, int, int]]) -> pd.DataFrame:
    """From (customer_id, r, f, n_orders, amount)."""
    table = pd.DataFrame(rows, columns=["customer_id", "r", "f", "n_orders", "amount"])
    table = table.astype({"customer_id": "str", "r": "int64", "f": "int64", "n_orders": "int64", "amount": "int64"})
    return table.assign(m=3, recency_days=10, last_day=100)


def test_rank_a_is_many_orders_and_a_recent_one() -> None:
    ranked = ranks.assign_ranks(EVERY, painting=STANDARD)
    top = ranked[ranked["rf_rank"] == "A"]
    assert sorted(zip(top["r"], top["f"], strict=True)) == [(4, 4), (4, 5), (5, 4), (5, 5)]
    assert ranked[(ranked["r"] == 1) & (ranked["f"] == 1)]["rf_rank"].tolist() == ["E"]


@pytest.mark.parametrize("name", ranks.PAINTINGS)
def test_every_painting_gives_every_cell_a_rank_that_no_better_score_worsens(name: str) -> None:
    painting = ranks.PAINTINGS[name]
    assert ranks.choose_painting(name) == painting
    assert not ranks.falls_somewhere(painting)
    assert set(ranks.assign_ranks(EVERY, painting=painting)["rf_rank"]) == set(ranks.RANKS)


def test_a_painting_by_the_sum_of_the_scores() -> None:
    ranked = ranks.assign_ranks(EVERY, painting=ranks.PAINTINGS["sum"])
    found = ranked.groupby(ranked["r"] + ranked["f"])["rf_rank"].agg(lambda rows: "".join(sorted(set(rows))))
    assert found.to_dict() == {2: "E", 3: "E", 4: "D", 5: "C", 6: "C", 7: "B", 8: "B", 9: "A", 10: "A"}


def test_a_painting_of_ones_own_as_texts_or_lists() -> None:
    rows = ["aaaaa", "BBBBB", "CCCCC", "DDDDD", "EEEEE"]
    assert ranks.choose_painting(rows)[0] == "AAAAA"
    assert ranks.choose_painting([list(row) for row in rows]) == ranks.choose_painting(rows)
    assert ranks.falls_somewhere(ranks.choose_painting(["BAAAA", *["AAAAA"] * 4]))
    assert ranks.choose_painting() == STANDARD


def test_a_painting_that_is_none_is_refused() -> None:
    with refused("ranks == 'standrad', must be one of standard, sum; nearest is 'standard'."):
        ranks.choose_painting("standrad")
    with refused("ranks == ['AAAAA'], must be five rows from R5 to R1 of five ranks A to E, F1 to F5."):
        ranks.choose_painting(["AAAAA"])
    with refused(f"ranks == {['AAAAF'] * 5!r}, must be five rows from R5 to R1 of five ranks A to E, F1 to F5."):
        ranks.choose_painting(["AAAAF"] * 5)


def test_the_table_of_ranks_adds_up_and_keeps_empty_ranks() -> None:
    customers = customers_of([("a", 5, 5, 12, 600), ("b", 5, 4, 8, 200), ("c", 1, 1, 1, 200)])
    table = ranks.rank_table(ranks.assign_ranks(customers, painting=STANDARD))
    assert table["rf_rank"].tolist() == ["A", "B", "C", "D", "E"]
    assert table["n_customers"].tolist() == [2, 0, 0, 0, 1]
    assert table["amount"].tolist() == [800, 0, 0, 0, 200]
    assert table["share_amount"].tolist() == [0.8, 0, 0, 0, 0.2]
    assert table["share_orders"][0] == 20 / 21
    assert table["average_order_amount"][0] == 40


def test_the_painted_grid_holds_every_cell_from_r5_f1() -> None:
    customers = customers_of([("a", 5, 5, 12, 600), ("b", 1, 1, 1, 200)])
    grid = ranks.painted_grid(ranks.assign_ranks(customers, painting=STANDARD), painting=STANDARD)
    assert len(grid) == 25
    assert grid.iloc[0][["r", "f", "rf_rank", "n_customers"]].tolist() == [5, 1, "C", 0]
    assert grid["amount"].sum() == 800
    assert grid["share_customers"].sum() == 1
    assert ranks.painting_table(STANDARD).iloc[0].tolist() == [5, "C", "B", "B", "A", "A"]


def test_the_most_favoured_stand_by_sales_then_id_with_their_share_of_all_sales() -> None:
    rows = [("b", 5, 5, 12, 300), ("a", 5, 5, 12, 300), ("c", 4, 4, 7, 200), ("d", 1, 1, 1, 200)]
    found = ranks.favoured(ranks.assign_ranks(customers_of(rows), painting=STANDARD))
    assert found["customer_id"].tolist() == ["a", "b", "c"]
    assert found["share_amount"].tolist() == [0.3, 0.3, 0.2]
    assert found["cumulative_share_amount"].tolist() == pytest.approx([0.3, 0.6, 0.8])


def test_nobody_has_no_rank() -> None:
    none = ranks.assign_ranks(customers_of([]), painting=STANDARD)
    table = ranks.rank_table(none)
    assert table["n_customers"].tolist() == [0] * 5
    assert np.isnan(table[["share_customers", "share_orders", "share_amount"]].to_numpy()).all()
    assert ranks.favoured(none).empty
    assert ranks.painted_grid(none, painting=STANDARD)["n_customers"].sum() == 0
