"""The house fonts as files, and how wide a text is in them: paper cannot scroll, so columns are measured beforehand."""

from __future__ import annotations

import functools
import re
from importlib.metadata import files
from pathlib import Path

JAPANESE, LATIN = "IPAexGothic", "DejaVu Sans"
# Family, weight, package and file of each font; in every language what one lacks comes from the other.
FONTS = (
    (JAPANESE, "normal", "matplotlib-fontja", "ipaexg.ttf"),
    (LATIN, "normal", "matplotlib", "DejaVuSans.ttf"),
    (LATIN, "bold", "matplotlib", "DejaVuSans-Bold.ttf"),
)
ORDER = {"ja": (JAPANESE, LATIN), "en": (LATIN, JAPANESE)}
UNKNOWN = 1.0  # em
LONGEST_WORD, SHORTEST_LINE = 14.0, 4.0  # em: a longer word is broken; Japanese breaks anywhere, but not sooner
_PIECES = re.compile(r"[^\s\u2e80-\uffef]+|[\u2e80-\uffef]+")


@functools.cache
def font_file(package: str, name: str) -> Path:
    """Where a package keeps a font.

    Raises:
        FileNotFoundError: the package does not bring it.
    """
    for file in files(package) or ():
        if file.name == name:
            return Path(str(file.locate()))
    raise FileNotFoundError(f"{package}: the font {name} is not there.")


def faces() -> str:
    """The `@font-face` rules of the house fonts."""
    rule = '@font-face {{ font-family: "{family}"; font-weight: {weight}; src: url("{uri}"); }}'
    return "\n".join(
        rule.format(family=family, weight=weight, uri=font_file(package, name).as_uri())
        for family, weight, package, name in FONTS
    )


def width(text: str, language: str) -> float:
    """Width of a text on one line, in em."""
    advances = _advances(language)
    return sum(advances.get(ord(character), UNKNOWN) for character in text)


@functools.cache
def letters() -> frozenset[str]:
    """Every letter that a house font has; one of private use (外字) is another letter on every computer."""
    codes = set(_advances("en")) | {10}
    return frozenset(chr(code) for code in codes if not 0xE000 <= code <= 0xF8FF)


def longest_piece(text: str, language: str) -> float:
    """Width of what cannot be broken: the longest word, or the first letters of a Japanese text; in em."""
    pieces = _PIECES.findall(text)
    return max((min(width(piece, language), _most(piece)) for piece in pieces), default=0.0)


def _most(piece: str) -> float:
    return SHORTEST_LINE if piece[0] >= "\u2e80" else LONGEST_WORD


@functools.cache
def _advances(language: str) -> dict[int, float]:
    found: dict[int, float] = {}
    for family in reversed(ORDER[language]):
        package, name = next((pack, file) for font, _, pack, file in FONTS if font == family)
        found |= _of(font_file(package, name))
    return found


def _of(path: Path) -> dict[int, float]:
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True) as font:
        unit, metrics = font["head"].unitsPerEm, font["hmtx"].metrics
        return {code: metrics[glyph][0] / unit for code, glyph in font.getBestCmap().items()}
