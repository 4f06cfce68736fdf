"""Texts as they are compared when a report is looked through for personal data: one spelling for many."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

# Between two texts that have nothing to do with each other; no normal form changes it.
BETWEEN = "\0"
HEAD = 4
_UNSEEN = dict.fromkeys([0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065)])
_ONE = dict(zip(map(ord, "‐‑‒–—―−﹣髙﨑德濵邊邉齋齊祐"), "--------高崎徳浜辺辺斎斉祐", strict=True))
_NUMERALS = dict(zip("一二三四五六七八九", "123456789", strict=True))
_KANJI_BLOCK = re.compile("[一二三四五六七八九](?=丁目)")
_BLOCK = re.compile(r"(?<=\d)[^\S\0]*(?:丁目|番地の?|番|号|の|ー)[^\S\0]*(?=\d)")
_SPACES = re.compile(r"[^\S\0]+")


def even(text: str) -> str:
    """A text as it is compared: NFKC, small letters, single spaces, one hyphen, 1丁目2番3号 as 1-2-3.

    Example:
        >>> even("Ｔａｒｏ＠Example.jp"), even("神南　一丁目2番地3"), even("髙橋\u200b 花子")
        ('taro@example.jp', '神南 1-2-3', '高橋 花子')
    """
    if text.isascii():
        return _SPACES.sub(" ", text.lower())
    # Twice, for what is not seen may have stood between letters that make one.
    shown = unicodedata.normalize("NFKC", text).translate(_UNSEEN)
    plain = unicodedata.normalize("NFKC", shown).casefold().translate(_ONE)
    if "丁目" in plain:
        plain = _KANJI_BLOCK.sub(lambda found: _NUMERALS[found[0]], plain)
    return _SPACES.sub(" ", _BLOCK.sub("-", plain))


def joined(text: str) -> str:
    """The same without its spaces.

    Example:
        >>> joined("山田　花子"), joined("Hanako Sato")
        ('山田花子', 'hanakosato')
    """
    return even(text).replace(" ", "").replace(BETWEEN, "")


def heads(letters: np.ndarray) -> np.ndarray:
    """For every letter a number made of it and the three after it, by which a text is found without being read."""
    import numpy as np

    low = np.append(letters.astype(np.uint64) & np.uint64(0xFFFF), np.zeros(HEAD - 1, dtype=np.uint64))
    n = len(letters)
    parts = [low[i : n + i] << np.uint64(16 * (HEAD - 1 - i)) for i in range(HEAD)]
    return np.bitwise_or.reduce(parts)


def first_heads(values: list[str]) -> np.ndarray:
    """The number of each value's first letters, of as many of the four as it has.

    Example:
        >>> first_heads(["ab"]).tolist() == [(97 << 48) + (98 << 32)]
        True
    """
    import numpy as np

    letters = np.array([value[:HEAD] for value in values], dtype=f"<U{HEAD}").view("<u4").reshape(-1, HEAD)
    low = letters.astype(np.uint64) & np.uint64(0xFFFF)
    parts = [low[:, i] << np.uint64(16 * (HEAD - 1 - i)) for i in range(HEAD)]
    return np.bitwise_or.reduce(parts)
