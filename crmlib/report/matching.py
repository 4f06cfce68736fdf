"""Which sentence speaks of which table: the one whose figures stand in its cells.

A message over a table that counts something else would be a wrong figure that looks right, so figures decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmlib.report.read import Item

_FIGURE = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?%?")
_EVERYWHERE = {"95%", "95.0%", "100%", "100.0%", "0%", "0.0%"}
ENOUGH, DIGITS = 0.75, 6  # of the figures of a sentence, and how many digits they have: two shares agree by chance


def figures(text: str) -> set[str]:
    """The figures of a text that tell it from others: with a decimal, a comma or a percent sign, or of three digits.

    Example:
        >>> sorted(figures("Of 6,418 customers 51.0% (95% interval 49.8% to 52.3%) came in 2025"))
        ['2025', '49.8%', '51.0%', '52.3%', '6,418']
    """
    return {found for found in _FIGURE.findall(text) if _tells(found)}


def of_all(texts: Iterable[str]) -> frozenset[str]:
    """The figures of several texts together."""
    return frozenset(figure for text in texts for figure in figures(text))


def score(sentence: str, known: frozenset[str]) -> float:
    """How much of what a sentence counts stands among these figures: 0 when too little of it does.

    Example:
        >>> score("4,124 (51.5%) bought once", of_all(["4,124", "51.5%"])), score("4,124 bought", of_all(["3,100"]))
        (7.0, 0.0)
    """
    wanted = figures(sentence)
    found = wanted & known
    n_digits = sum(letter.isdigit() for figure in found for letter in figure)
    return float(n_digits) if n_digits >= DIGITS and len(found) >= ENOUGH * len(wanted) else 0.0


def best(sentences: Iterable[str], known: frozenset[str]) -> str:
    """The sentence that counts most of what stands among these figures; empty when none does.

    Example:
        >>> best(["Sales rose by 4.2%.", "Of 4,124, 51.5% bought once."], of_all(["4,124", "51.5%"]))
        'Of 4,124, 51.5% bought once.'
    """
    found = max(sentences, key=lambda sentence: score(sentence, known), default="")
    return found if score(found, known) > 0 else ""


def alike(one: Item, other: Item | None) -> bool:
    """Whether two exhibits are the same one, or a chart and a table of its figures: same columns, same names.

    Example:
        >>> chart = {"kind": "chart", "id": "a", "native": {"x": "use", "y": ["rate"]}, "columns":
        ...     [{"name": "use"}, {"name": "rate"}], "rows": [["daily", 0.5], ["never", 0.2]]}
        >>> table = {**chart, "kind": "table", "id": "b", "native": None}
        >>> alike(table, chart), alike({**table, "rows": [["new", 0.5], ["loyal", 0.2]]}, chart)
        (True, False)
    """
    if other is None or one["id"] == other["id"]:
        return other is not None
    charts = [item for item in (one, other) if item["kind"] == "chart" and item.get("native") and item.get("rows")]
    if len(charts) != 1:
        return False
    (chart,), (table,) = charts, [item for item in (one, other) if item is not charts[0]]
    drawn = [chart["native"]["x"], *chart["native"]["y"]]
    return _figures_in(chart, drawn) <= _figures_in(table, drawn)


def _figures_in(item: Item, names: list[str]) -> set[tuple[object, ...]]:
    """The values of these columns row by row; none where a column is missing."""
    known = [column["name"] for column in item.get("columns") or []]
    if not set(names) <= set(known):
        return set()
    return {tuple(row[known.index(name)] for name in names) for row in item.get("rows") or []}


def _tells(found: str) -> bool:
    digits = sum(letter.isdigit() for letter in found)
    return found not in _EVERYWHERE and (digits > 2 or "." in found or "%" in found)
