"""Segments from an ordered table of rules over the scores, checked for gaps, overlaps and rows never reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import pandas as pd

from crmlib.analysis.checks import require_columns

SCORES = (1, 2, 3, 4, 5)
Range = tuple[int, int]
Cell = tuple[int, int, int]


@dataclass(frozen=True)
class Rule:
    """One row of a segment table: the segment's code and the scores it takes, both ends included."""

    segment: str
    r: Range = (1, 5)
    f: Range = (1, 5)
    m: Range = (1, 5)

    def __post_init__(self) -> None:
        for name in ("r", "f", "m"):
            low, high = getattr(self, name)
            if not 1 <= low <= high <= 5:
                raise ValueError(
                    f"rule '{self.segment}' {name} == ({low}, {high}), must be (low, high) within 1 to 5, low first."
                )

    def matches(self, cell: Cell) -> bool:
        """Whether the rule takes a cell of scores (r, f, m)."""
        return all(low <= score <= high for score, (low, high) in zip(cell, (self.r, self.f, self.m), strict=True))


RULES: dict[str, tuple[Rule, ...]] = {
    "crmlib": (
        Rule("champions", r=(4, 5), f=(4, 5)),
        Rule("loyal", r=(4, 5), f=(3, 3)),
        Rule("potential_loyal", r=(4, 5), f=(2, 2)),
        Rule("new", r=(5, 5), f=(1, 1)),
        Rule("promising", r=(4, 4), f=(1, 1)),
        Rule("need_attention", r=(3, 3), f=(3, 5)),
        Rule("about_to_sleep", r=(3, 3), f=(1, 2)),
        Rule("cannot_lose", r=(1, 2), f=(4, 5)),
        Rule("at_risk", r=(1, 2), f=(3, 3)),
        Rule("lost", r=(1, 2), f=(1, 2)),
    ),
    # The ten rows of the R package rfm 0.3.0; it calls customers whom no row takes "Others", here the last row.
    "r_package": (
        Rule("champions", r=(5, 5), f=(5, 5), m=(5, 5)),
        Rule("potential_loyal", r=(3, 5), f=(3, 5), m=(2, 5)),
        Rule("loyal", r=(2, 4), f=(2, 4), m=(2, 4)),
        Rule("promising", r=(3, 4), f=(1, 3), m=(3, 5)),
        Rule("new", r=(4, 5), f=(1, 3), m=(1, 5)),
        Rule("cannot_lose", r=(1, 2), f=(3, 4), m=(4, 5)),
        Rule("at_risk", r=(1, 2), f=(2, 5), m=(4, 5)),
        Rule("need_attention", r=(1, 3), f=(3, 5), m=(3, 5)),
        Rule("about_to_sleep", r=(2, 3), f=(1, 3), m=(1, 4)),
        Rule("lost", r=(1, 1), f=(1, 5), m=(1, 5)),
        Rule("others"),
    ),
}


@dataclass(frozen=True, kw_only=True)
class RuleCheck:
    """What a table of rules does with the 125 cells of scores (r, f, m).

    `gaps` are cells that no rule takes; `overlaps` are (earlier segment, later segment, number of shared cells), where
    the earlier one wins; `unreachable` are segments of rows whose every cell an earlier row takes.
    """

    gaps: tuple[Cell, ...]
    overlaps: tuple[tuple[str, str, int], ...]
    unreachable: tuple[str, ...]


def check_rules(rules: Sequence[Rule]) -> RuleCheck:
    """Go through all 125 cells: those without a rule, rules that share cells, rows that never come to be used.

    Example:
        >>> check_rules([Rule("recent", r=(2, 5)), Rule("top", r=(5, 5))]).unreachable
        ('top',)
    """
    cells: list[Cell] = list(product(SCORES, SCORES, SCORES))
    takers = {cell: [number for number, rule in enumerate(rules) if rule.matches(cell)] for cell in cells}
    used = {numbers[0] for numbers in takers.values() if numbers}
    shared: dict[tuple[int, int], int] = {}
    for numbers in takers.values():
        for pair in ((first, later) for place, first in enumerate(numbers) for later in numbers[place + 1 :]):
            shared[pair] = shared.get(pair, 0) + 1
    return RuleCheck(
        gaps=tuple(cell for cell in cells if not takers[cell]),
        overlaps=tuple((rules[a].segment, rules[b].segment, n) for (a, b), n in sorted(shared.items())),
        unreachable=tuple(rule.segment for number, rule in enumerate(rules) if number not in used),
    )


def assign_segments(scored: pd.DataFrame, *, rules: Sequence[Rule]) -> pd.DataFrame:
    """The segment of every customer by the first rule that takes the scores.

    Returns columns:
        those of `scored`; segment (ordered categorical in the order of the rules).

    Raises:
        ValueError: the rules leave a cell of scores without a segment, or a row can never be reached.

    Example:
        >>> assign_segments(pd.DataFrame({"r": [5], "f": [1], "m": [3]}), rules=RULES["crmlib"])["segment"].tolist()
        ['new']
    """
    require_columns("scored", scored.columns, ["r", "f", "m"])
    names = list(dict.fromkeys(rule.segment for rule in rules))
    segment_of = _segment_of(tuple(rules))
    cells = zip(scored["r"].tolist(), scored["f"].tolist(), scored["m"].tolist(), strict=True)
    segmented = scored.copy()
    segmented["segment"] = pd.Categorical([segment_of[cell] for cell in cells], categories=names, ordered=True)
    return segmented


@lru_cache(maxsize=8)
def _segment_of(rules: tuple[Rule, ...]) -> Mapping[Cell, str]:
    """The segment of each of the 125 cells; the same table of rules is asked for at every move of a cut."""
    _refuse(check_rules(rules))
    cells = product(SCORES, SCORES, SCORES)
    return {cell: next(rule.segment for rule in rules if rule.matches(cell)) for cell in cells}


def rules_table(rules: Sequence[Rule]) -> pd.DataFrame:
    """The rules as they are used, one row a rule in their order; all bounds are included.

    Returns columns:
        rule_number (from 1, the first that matches wins); segment; r_from, r_to; f_from, f_to; m_from, m_to.
    """
    names = ["rule_number", "segment", "r_from", "r_to", "f_from", "f_to", "m_from", "m_to"]
    rows = [(number, rule.segment, *rule.r, *rule.f, *rule.m) for number, rule in enumerate(rules, start=1)]
    return pd.DataFrame(rows, columns=names)


def _refuse(check: RuleCheck) -> None:
    if check.gaps:
        raise ValueError(
            f"the rules leave {len(check.gaps)} of 125 cells without a segment, first r, f, m == {check.gaps[0]}; "
            "every cell must have one."
        )
    if check.unreachable:
        raise ValueError(
            f"the rules can never reach {', '.join(check.unreachable)}, because earlier rows take every cell; "
            "move these rows up or leave them out."
        )
