"""Rules: the first that matches wins, and a table with a gap or a row never reached is not used."""

from __future__ import annotations

from itertools import product

import pandas as pd
import pytest

from crmlib.analysis.rfm import RULES
from crmlib.analysis.segments import Rule, RuleCheck, assign_segments, check_rules, rules_table
from tests.analysis.helpers import refused

CELLS = pd.DataFrame(list(product(range(1, 6), repeat=3)), columns=["r", "f", "m"])


def test_our_own_rules_have_no_gap_no_overlap_and_no_idle_row() -> None:
    assert check_rules(RULES["crmlib"]) == RuleCheck(gaps=(), overlaps=(), unreachable=())


def test_our_own_rules_place_the_known_cases() -> None:
    known = pd.DataFrame({"r": [5, 4, 4, 5, 4, 3, 3, 2, 1, 1], "f": [5, 3, 2, 1, 1, 5, 1, 3, 5, 1], "m": 3})

    assert assign_segments(known, rules=RULES["crmlib"])["segment"].tolist() == [
        "champions", "loyal", "potential_loyal", "new", "promising", "need_attention", "about_to_sleep", "at_risk",
        "cannot_lose", "lost",
    ]  # fmt: skip


def test_the_rules_of_r_overlap_and_every_row_is_reached() -> None:
    check = check_rules(RULES["r_package"])

    assert check.gaps == check.unreachable == ()
    assert ("champions", "potential_loyal", 1) in check.overlaps  # the one cell 5, 5, 5
    assert ("cannot_lose", "at_risk", 8) in check.overlaps  # R 1-2, F 3-4, M 4-5


def test_the_first_rule_that_matches_wins() -> None:
    rules = [Rule("best", r=(5, 5)), Rule("rest")]

    assert check_rules(rules).overlaps == (("best", "rest", 25),)
    assert assign_segments(pd.DataFrame({"r": [5, 4], "f": 1, "m": 1}), rules=rules)["segment"].tolist() == [
        "best", "rest",
    ]  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_every_cell_gets_the_first_matching_rule(name: str) -> None:
    segmented = assign_segments(CELLS, rules=RULES[name])

    for row in segmented.itertuples():
        matching = [
            rule.segment
            for rule in RULES[name]
            if rule.r[0] <= row.r <= rule.r[1] and rule.f[0] <= row.f <= rule.f[1] and rule.m[0] <= row.m <= rule.m[1]
        ]
        assert row.segment == matching[0]


def test_segments_are_ordered_as_the_rules_and_may_have_several_rows() -> None:
    rules = [Rule("top", r=(5, 5), f=(5, 5)), Rule("rest", r=(1, 4)), Rule("rest", r=(5, 5))]

    segmented = assign_segments(CELLS, rules=rules)

    assert segmented["segment"].cat.categories.tolist() == ["top", "rest"]
    assert segmented["segment"].cat.ordered
    assert (segmented["segment"] == "top").sum() == 5


def test_a_gap_is_refused_with_its_first_cell() -> None:
    rules = [Rule("recent", r=(3, 5)), Rule("old", r=(1, 1))]

    assert len(check_rules(rules).gaps) == 25
    with refused(
        "the rules leave 25 of 125 cells without a segment, first r, f, m == (2, 1, 1); every cell must have one."
    ):
        assign_segments(CELLS, rules=rules)


def test_no_rules_leave_every_cell_open() -> None:
    assert len(check_rules([]).gaps) == 125


def test_a_row_that_is_never_reached_is_refused() -> None:
    rules = [Rule("high", r=(3, 5)), Rule("low", r=(1, 2)), Rule("both", r=(2, 3))]

    assert check_rules(rules).unreachable == ("both",)
    with refused(
        "the rules can never reach both, because earlier rows take every cell; move these rows up or leave them out."
    ):
        assign_segments(CELLS, rules=rules)


def test_the_rules_are_printed_as_they_are_used() -> None:
    table = rules_table([Rule("best", r=(4, 5), f=(5, 5)), Rule("rest")])

    assert table.columns.tolist() == ["rule_number", "segment", "r_from", "r_to", "f_from", "f_to", "m_from", "m_to"]
    assert table.to_numpy().tolist() == [[1, "best", 4, 5, 5, 5, 1, 5], [2, "rest", 1, 5, 1, 5, 1, 5]]


@pytest.mark.parametrize("wrong", [(0, 5), (4, 3), (1, 6)])
def test_a_range_outside_1_to_5_is_refused(wrong: tuple[int, int]) -> None:
    with refused(f"rule 'best' f == {wrong}, must be (low, high) within 1 to 5, low first."):
        Rule("best", f=wrong)


def test_scores_must_be_there() -> None:
    with refused("scored has no column 'f'; its columns are r, m."):
        assign_segments(CELLS.drop(columns="f"), rules=RULES["crmlib"])
