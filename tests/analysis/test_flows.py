from __future__ import annotations

import pandas as pd
import pytest

from crmlib.analysis.flows import movement

GROUPS = ["first", "steady", "left"]
# a stays first, b goes from first to steady, c from steady to left, d is new and first.
BEFORE = pd.DataFrame({"customer_id": ["a", "b", "c"], "group": ["first", "first", "steady"], "amount": [10, 20, 30]})
AFTER = pd.DataFrame(
    {"customer_id": ["d", "c", "b", "a"], "group": ["first", "left", "steady", "first"], "amount": [7, 30, 25, 10]}
)


def _cell(table: pd.DataFrame, before: str, after: str) -> pd.Series:
    return table[(table["group_before"] == before) & (table["group_after"] == after)].iloc[0]


def test_each_pair_has_its_customers_rate_and_sales_between() -> None:
    table = movement(BEFORE, AFTER, groups=GROUPS)
    assert len(table) == 4 * 3
    pair = _cell(table, "first", "steady")
    assert (pair["n_start"], pair["n_customers"], pair["rate"], pair["amount"]) == (2, 1, 0.5, 5)
    assert 0.09 < pair["rate_low"] < 0.1
    assert 0.9 < pair["rate_high"] < 0.91  # Wilson of 1 in 2: .0945 to .9055
    assert _cell(table, "came_new", "first")["amount"] == 7
    assert pd.isna(_cell(table, "left", "left")["rate"])


def test_customers_and_sales_add_up() -> None:
    table = movement(BEFORE, AFTER, groups=GROUPS)
    assert table["n_customers"].sum() == len(AFTER)
    assert table["amount"].sum() == AFTER["amount"].sum() - BEFORE["amount"].sum()


def test_nobody_before_is_everybody_new() -> None:
    table = movement(BEFORE.head(0), AFTER, groups=GROUPS)
    assert table.loc[table["group_before"] == "came_new", "n_customers"].sum() == 4


def test_who_is_lost_or_in_no_group_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^1 customers of before are missing in after\.$"):
        movement(BEFORE, AFTER[AFTER["customer_id"] != "c"], groups=GROUPS)
    with pytest.raises(ValueError, match=r"^before has the group 'steady', must be one of first, left\.$"):
        movement(BEFORE, AFTER, groups=["first", "left"])
