"""Rows of totals that stand among the rows of an export, most often as its last one."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# One pattern for Python's re and for DuckDB's RE2, over a text in NFKC and small letters.
PATTERN = r"(総合計|総計|合計|小計|累計|計|(grand |sub)?totals?)( ?\(.*\))?:?"
_TOTAL = re.compile(PATTERN)


@lru_cache(maxsize=1 << 16)
def is_total(cell: str) -> bool:
    """Whether a cell says that its row is one of totals.

    Example:
        >>> is_total("合 計"), is_total("Grand Total"), is_total("合計金額")
        (True, True, False)
    """
    plain = unicodedata.normalize("NFKC", cell).strip().lower()
    return bool(_TOTAL.fullmatch(plain) or _TOTAL.fullmatch(plain.replace(" ", "")))
