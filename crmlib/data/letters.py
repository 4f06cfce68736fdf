"""How usual the letters are that a text file's bytes become when they are read in an encoding.

Several encodings give every pair of bytes a meaning, so that a file can be read in the wrong one without an error. Then
it is full of letters that nobody writes: rare kanji, lone half-width kana, accents on signs.
"""

from __future__ import annotations

import re

LEAST = 3  # letters of UTF-8, before anything is made of them

# The common kanji: the first of the two levels of JIS X 0208, rows 16 to 47.
_KANJI = "".join(bytes([a, b]).decode("euc_jp", "ignore") for a in range(0xB0, 0xD0) for b in range(0xA1, 0xFF))
_JAPANESE = f"\u3000-\u30ff\uff01-\uff60\uffe0-\uffe6①-⑳㈱㈲℃№※○●◎□■△▲▽▼◇◆☆★→←↑↓×÷±≪≫…‥―‐−“”‘’々〆{_KANJI}"
_USUAL_JA = re.compile(f"[{_JAPANESE}]")
# Half-width kana stand in words of two and more, and their voicing marks after the kana alone that can have one.
_HALF = re.compile("[\uff66-\uff9f]{2,}")
_WORD = re.compile("(?:[\uff73\uff76-\uff84\uff8a-\uff8e]\uff9e|[\uff8a-\uff8e]\uff9f|[\uff66-\uff9d])+")
# A single kanji right after a Latin letter, whose second byte is a Latin letter too, is ’s or é of a Western text.
_GLUED = re.compile(f"(?<=[A-Za-z])[{_KANJI}](?![{_JAPANESE}])")
_RUN = re.compile("[^\x00-\x7f]+")
_USUAL_WEST = re.compile("[À-ÖØ-öø-ÿŠšŒœŽžŸ‘’“”–—…€£©®°«»§·º½¼\u00a0]{1,2}")
_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}")
_HIGH = re.compile(rb"[\x80-\xff]+")


def usual(text: str, encoding: str) -> float:
    """The share of the letters beyond ASCII that are usual ones where this encoding is; 1 where there are none.

    Example:
        >>> usual("石けん", "cp932"), usual("tr鑚 peu", "cp932"), usual("très peu", "cp1252")
        (1.0, 0.0, 1.0)
    """
    runs = _RUN.findall(text)
    n = sum(map(len, runs))
    if not n:
        return 1.0
    if encoding == "cp1252":
        return sum(len(run) for run in runs if _USUAL_WEST.fullmatch(run)) / n
    found = len(_USUAL_JA.findall(text)) + sum(len(word) for word in _HALF.findall(text) if _WORD.fullmatch(word))
    return (found - sum(_ascii_trail(kanji, encoding) for kanji in _GLUED.findall(text))) / n


def _ascii_trail(kanji: str, encoding: str) -> bool:
    return kanji.encode(encoding)[-1:].isalpha()


def mostly_utf8(sample: bytes) -> bool:
    """Whether nearly all bytes beyond ASCII are whole letters of UTF-8, as in a file with a stray byte.

    Example:
        >>> mostly_utf8("été, où, déjà".encode() + bytes([0xE9])), mostly_utf8("été".encode("cp1252"))
        (True, False)
    """
    letters = _UTF8.findall(sample)
    return len(letters) >= LEAST and sum(map(len, letters)) >= 0.9 * sum(map(len, _HIGH.findall(sample)))
