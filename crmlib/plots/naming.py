"""Names that fit: cut by display width, on one line or two."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from crmlib import words

NAME_WIDTH = 26  # display columns of a category's name; a kanji takes two
ELLIPSIS = "…"
WIDE = "W@"  # Latin, and as wide as a kanji
BREAKS = " 「『（【("
CODE_AT_END = re.compile(r" ?\([!-~]+\)$")
NEVER_FIRST = (
    "、。，．・：；？！ー）」』】〕〉》’”ぁぃぅぇぉっゃゅょァィゥェォッャュョ)]},.!?:;"  # at the head of a line
)


def display_width(text: str) -> int:
    """Columns that a text takes in a fixed-width font: 2 for a kanji or kana, 0 for a combining mark.

    Example:
        >>> display_width("東京A")
        5
    """
    return sum(columns_of(letter) for letter in text)


def short(name: Any, width: int = NAME_WIDTH) -> str:
    """A name on one line, cut by display width with an ellipsis; a missing name is a dash.

    A code in brackets at its end is kept: it is what tells two products of one name apart.

    Example:
        >>> short("薬用ホワイトニング美容液", 11), short("Serum", 11), short("Moisture serum (S-2)", 14)
        ('薬用ホワイ…', 'Serum', 'Moistur… (S-2)')
    """
    text = words.MISSING if words.is_missing(name) else " ".join(str(name).split())
    if display_width(text) <= width:
        return text
    code = CODE_AT_END.search(text)
    tail = code.group() if code and 2 * display_width(code.group()) <= width else ""
    return _cut(text[: len(text) - len(tail)], width - 1 - display_width(tail)).rstrip() + ELLIPSIS + tail


def middle_cut(name: Any, width: int = NAME_WIDTH) -> str:
    """A name on one line that keeps its beginning and its end, for names that differ only at the end.

    Example:
        >>> middle_cut("Moisture serum refill 40 mL", 17)
        'Moisture…ll 40 mL'
    """
    text = short(name, 10**6)
    if display_width(text) <= width:
        return text
    tail = _cut(text[::-1], (width - 1) // 2)[::-1]
    return _cut(text, width - 1 - display_width(tail)).rstrip() + ELLIPSIS + tail.lstrip()


def two_lines(name: Any, width: int = NAME_WIDTH) -> str:
    r"""A name on at most two lines of that width; the first ends between words or before a bracket where it can.

    Example:
        >>> two_lines("Call after the third delivery", 16)
        'Call after the\nthird delivery'
    """
    whole = short(name, 10**6)
    if display_width(whole) <= width:
        return whole
    most = len(_cut(whole, width))
    breaks = [at for at in range(1, most + 1) if whole[at] in BREAKS and 2 * display_width(whole[:at]) > width]
    at = max(breaks, default=_before_word(whole, most))
    while whole[at] in NEVER_FIRST and at > 1:
        at -= 1
    return f"{whole[:at].rstrip()}\n{short(whole[at:], width)}"


def with_size(name: Any, n: Any) -> str:
    """A category's name and the number it rests on: `Champions (n = 1,234)`."""
    return f"{short(name)} (n = {words.text(n, 'count')})"


def more(left_out: int) -> str:
    """What is not drawn, by its number: `and 34 more`."""
    return words.say("and {n:count} more", n=left_out).text()


def _cut(text: str, width: int) -> str:
    """As much of the beginning as that width holds."""
    kept = ""
    for letter in text:
        if display_width(kept + letter) > width:
            break
        kept += letter
    return kept


def _before_word(text: str, most: int) -> int:
    """Where to break at the latest without parting a word of Latin letters (フォローL/INE), if it can be helped."""
    at = most
    while at > 1 and all(letter.isascii() and letter.isalnum() for letter in text[at - 1 : at + 1]):
        at -= 1
    return at if 2 * at >= most else most


def columns_of(letter: str) -> int:
    """Of one letter."""
    if unicodedata.combining(letter):
        return 0
    return 2 if letter in WIDE or unicodedata.east_asian_width(letter) in "WF" else 1
