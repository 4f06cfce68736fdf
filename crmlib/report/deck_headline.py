"""The headline of a slide: the first sentences of a message, and what is to be read under it."""

from __future__ import annotations

from crmlib.report import deck_text

LONGEST = 72.0  # em of a headline, two lines of it: what is longer is read under it
_OPEN, _CLOSE = "（「『([{“", "）」』)]}”"


def parted(message: str) -> tuple[str, str]:
    """A message as its headline and the rest: whole sentences, as many as a headline takes, at least one.

    Example:
        >>> parted("Short. Too.")
        ('Short. Too.', '')
        >>> parted("効果がありました（差は2.5。偶然もあり得ます）。" + "長い説明が続きます" * 7 + "。")[0]
        '効果がありました（差は2.5。偶然もあり得ます）。'
    """
    said = deck_text.one_line(message)
    if deck_text.width(said, 1) <= LONGEST:
        return said, ""
    ends = _ends(said)
    fitting = [end for end in ends if deck_text.width(said[:end], 1) <= LONGEST]
    end = fitting[-1] if fitting else next(iter(ends), len(said))
    return said[:end].strip(), said[end:].strip()


def _ends(text: str) -> list[int]:
    """Where a sentence ends and another follows, outside of brackets and quotes."""
    found, depth = [], 0
    for place, letter in enumerate(text[:-1]):
        depth = depth + (letter in _OPEN) - (letter in _CLOSE)
        stops = letter in "。！？" or (letter in ".!?" and text[place + 1] == " " and _begins(text, place + 2))
        if stops and depth <= 0:
            found.append(place + 1)
    return found


def _begins(text: str, place: int) -> bool:
    """Whether a sentence may begin here: not after an abbreviation, whose next word is small."""
    return place < len(text) and (text[place].isupper() or text[place] in "“\"'")
