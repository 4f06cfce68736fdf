"""Which sentence speaks of which table: the one whose figures stand in its cells.

A message over a table that counts something else would be a wrong figure that looks right, so figures decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

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


def _tells(found: str) -> bool:
    digits = sum(letter.isdigit() for letter in found)
    return found not in _EVERYWHERE and (digits > 2 or "." in found or "%" in found)
