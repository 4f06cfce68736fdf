"""Names in messages: the nearest right one, or what there is; nothing of a person, nothing that breaks the line."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

from crmlib.data.keys import is_mail, is_phone

# At difflib's own 0.6, `residence` is near `experience`.
CLOSE = 0.65
HIDDEN = "(hidden)"
# Marks that turn the writing round, so that 12 reads 21; and the separators that end a line where none should end.
TURNS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
BREAKS = "\u2028\u2029"
_STRAIGHT = str.maketrans(dict.fromkeys(TURNS, "") | dict.fromkeys(BREAKS, " "))
_NUMBER = re.compile(r"[+(]?\d[\d\s.()\-−‐‑‒–—―]{7,}\d")


def nearest(given: str, names: Iterable[str]) -> str:
    """How a message about a wrong name ends, full stop included: the nearest right one, or all where none is near.

    Example:
        >>> nearest("currenci", ["currency", "policy"]), nearest("x", ["a", "b"])
        (", did you mean 'currency'?", ", must be one of 'a', 'b'.")
    """
    known = list(dict.fromkeys(names))
    close = difflib.get_close_matches(given, known, n=1, cutoff=CLOSE)
    if close:
        return f", did you mean '{close[0]}'?"
    return f", must be one of {listed(known)}." if known else "."


def listed(names: Iterable[str]) -> str:
    """Names in quotes, with commas.

    Example:
        >>> listed(["a", "b"])
        "'a', 'b'"
    """
    return ", ".join(f"'{name}'" for name in names)


def one_line(text: str) -> str:
    r"""A text without control characters, on one line.

    Example:
        >>> one_line("注文\n番号\u202e")
        '注文 番号'
    """
    spaced = " ".join(text.split())
    return "".join(mark for mark in spaced if not unicodedata.category(mark).startswith("C"))


def straight(text: str) -> str:
    r"""A text without marks that turn the writing round, and with spaces for separators of lines and paragraphs.

    Example:
        >>> straight("石鹸\u202e 12\u2028個")
        '石鹸 12 個'
    """
    return text.translate(_STRAIGHT)


def shown_header(name: str) -> str:
    """A column's name as notes say it: on one line; hidden where it holds a mail address or a telephone number.

    Example:
        >>> shown_header("メモ"), shown_header("連絡先 090-1234-5678"), shown_header("a@b.jp")
        ('メモ', '(hidden)', '(hidden)')
    """
    text = one_line(name)
    return HIDDEN if is_mail(text) or holds_phone(text) else text


def holds_phone(text: str) -> bool:
    """True when a telephone number stands anywhere in a text.

    Example:
        >>> holds_phone("田中様 03-1234-5678"), holds_phone("2025-04-01")
        (True, False)
    """
    return any(map(is_phone, _NUMBER.findall(unicodedata.normalize("NFKC", text))))


def shown_file(path: str) -> str:
    """A file as messages and notes name it: each part of its path on one line, hidden where it holds a mail address.

    Example:
        >>> shown_file("data/taro@example.jp.csv"), shown_file("data/o.csv")
        ('data/(hidden).csv', 'data/o.csv')
    """
    parts = [one_line(part) for part in path.split("/")]
    return "/".join(f"{HIDDEN}{_ending(part)}" if is_mail(part) else part for part in parts)


def _ending(name: str) -> str:
    """The file's ending, where it is not a part of the address."""
    ending = PurePosixPath(name).suffix.lower()
    return ending if re.fullmatch(r"\.(csv|tsv|txt|dat|xls[xmb]?|ods|parquet)", ending) else ""
