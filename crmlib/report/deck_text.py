"""How much room a text takes on a slide, in points, so that nothing runs over its box in any program."""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence

from crmlib.report.sheets import clean

LEADING = 1.25  # lines are set to this height, because each program has its own idea of a font's
_NARROW, _SLIM = set("ijlft.,:;'|!()[] "), 0.4
BETWEEN = 0.25  # of an em, what some programs set between letters of the two scripts
_FULL = r"\u2e80-\u303e\u3041-\uffef"
_MEETINGS = re.compile(rf"(?<=[{_FULL}])(?=[!-~])|(?<=[!-~])(?=[{_FULL}])")
_PIECES = re.compile(r"[^\s\u2e80-\uffef]+|\s|[\u2e80-\uffef]")


def width(text: str, size: float) -> float:
    """Points a line takes: a full-width letter is as wide as the type is high, others by their sort.

    Example:
        >>> width("顧客", 10), width("ab", 10) < 20
        (20.0, True)
    """
    return size * (sum(map(_em, text)) + BETWEEN * len(_MEETINGS.findall(text)))


@functools.lru_cache(maxsize=20_000)
def lines(text: str, room: float, size: float) -> int:
    r"""How many lines a text takes in that room, broken between words and between full-width letters.

    Example:
        >>> lines("顧客顧客", 22, 10), lines("one two", 1000, 10), lines("a\nb", 1000, 10)
        (2, 1, 2)
    """
    return sum(_wrapped(part, room, size) for part in text.split("\n"))


def height(text: str, room: float, size: float) -> float:
    """Points a text takes downwards."""
    return lines(text, room, size) * size * LEADING


def largest(texts: Iterable[str], room: float, tall: float, sizes: Sequence[float]) -> float | None:
    """The largest of these sizes at which all texts, one under the other, fit; None if none does."""
    found = list(texts)
    return next((size for size in sizes if sum(height(text, room, size) for text in found) <= tall), None)


def cut(text: str, room: float, size: float, most: int = 1) -> str:
    """The text, or as much of it as fits so many lines, with three dots.

    Example:
        >>> cut("顧客の一覧", 32, 10)
        '顧客…'
    """
    said = one_line(text)
    if lines(said, room, size) <= most:
        return said
    low, high = 0, len(said)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if lines(said[:middle] + "…", room, size) <= most else (low, middle - 1)
    return said[:low].rstrip() + "…"


def one_line(text: str) -> str:
    """A text without line breaks and control characters."""
    return " ".join(clean(text).split())


def longest_piece(text: str, size: float) -> float:
    """The width of the widest part of a text that does not break."""
    return max((width(piece, size) for piece in _PIECES.findall(text)), default=0.0)


def _wrapped(text: str, room: float, size: float) -> int:
    # A tenth is kept back: fonts differ, and Japanese lines end early rather than with an opening bracket.
    room, count, used = max(room * 0.94, size), 1, 0.0
    for piece in _PIECES.findall(text):
        wide = width(piece, size)
        if used + wide <= room:
            used += wide
        elif wide > room:  # a word longer than the line is broken within itself
            count += math.ceil((used + wide) / room) - 1
            used = wide % room
        elif not piece.isspace():
            count, used = count + 1, wide
    return count


@functools.cache
def _em(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WFA":
        return 1.0
    if letter in _NARROW:
        return _SLIM
    if letter == "%":
        return 0.95
    return 0.8 if letter.isupper() or letter in "mw@&+<>=" else 0.63
