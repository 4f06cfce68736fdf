"""What a learner typed, read as the kind of thing that was asked for, and compared at its printed precision."""

from __future__ import annotations

import math
import numbers
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.words import N_, Sentence, say

if TYPE_CHECKING:
    import pandas as pd

PERCENT = N_("A share is between 0 and 1: write 12.3% as 0.123.")
SHARES = ("share", "change", "points", "signed_share")
TEXTS = ("text", "label")
_EXACT = 1e-9
_TABLE_SLACK = 5e-4


@dataclass(frozen=True)
class Fault:
    """An answer that is not of the kind asked for: the mistake's name and one sentence."""

    name: str
    said: Sentence


def is_untried(answer: Any) -> bool:
    """Nothing was put in: None, `...` or an empty text."""
    return answer is None or answer is ... or (isinstance(answer, str) and not answer.strip())


def read(answer: Any, kind: str) -> Any:
    """The answer as a number, a letter, a set of ids, a frame or a text, as its kind wants; a Fault where it is none.

    Example:
        >>> read("Ｂ", "choice"), read([0.25], "share"), read(3, "orders")
        ('b', 0.25, 3.0)
        >>> read("12.3%", "share").name
        'percent_for_share'
    """
    if callable(answer) and not hasattr(answer, "__array__"):
        return _fault(N_("The answer is a function: put () behind its name to call it."))
    special: dict[str, Callable[[Any], Any]] = {"choice": _choice, "ids": _ids, "table": _table}
    if kind in special:
        return special[kind](answer)
    alone = _alone(answer)
    if isinstance(alone, Fault):
        return alone
    if kind == "date":
        return _date(alone)
    if kind == "month":
        return _month(alone)
    return _text(alone) if words.kind(kind).form in TEXTS else _number(alone, kind)


def equal(found: Any, expected: Any, kind: str) -> bool:
    """Two answers that were read are the same at the precision in which the kind is printed."""
    if kind == "table":
        return _same_table(found, expected)
    if not isinstance(found, float) or not isinstance(expected, float):
        return bool(found == expected)
    return abs(found - expected) <= _slack(kind) + _EXACT


def is_percent(found: Any, expected: Any, kind: str) -> bool:
    """A percentage was given where a share was asked for."""
    form = words.kind(kind).form if kind in words.KINDS else ""
    if form == "share" and not 0 <= found <= 1:
        return True
    return form in SHARES and equal(found / 100, expected, kind) and found != expected


def _slack(kind: str) -> float:
    """Half of the last printed digit; counts are exact, and of money a yen cut off is no mistake."""
    if kind == "money":
        return 1 - 2 * _EXACT
    found = words.kind(kind)
    digits = found.decimals + (2 if found.form in SHARES else 0)
    return 0.5 * 10.0**-digits if digits else 0.0


def _fault(message: str, name: str = "wrong_type") -> Fault:
    return Fault(name, say(message))


def _alone(answer: Any) -> Any:
    """The one value of a scalar, a list, an array or a Series of one."""
    if hasattr(answer, "columns"):
        return _fault(N_("The answer is a table, the question asks for one value."))
    if isinstance(answer, (set, frozenset, dict)):
        return _fault(N_("The answer holds several values, the question asks for one."))
    if hasattr(answer, "tolist"):  # numpy and pandas
        answer = answer.tolist()
    while isinstance(answer, (list, tuple)):
        if len(answer) != 1:
            return _fault(N_("The answer holds several values, the question asks for one."))
        answer = answer[0]
    return answer


def _number(value: Any, kind: str) -> Any:
    if isinstance(value, str):
        return _written(value, kind)
    if words.is_missing(value):
        return _fault(N_("The answer is NaN, not a number: somewhere a value is missing or 0 is divided by 0."), _NAN)
    if isinstance(value, bool) or not (isinstance(value, numbers.Real) or _is_decimal(value)):
        return _fault(N_("The answer is no number."), _NAN)
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    return found if math.isfinite(found) else _fault(N_("The answer is infinite: something is divided by 0."), _NAN)


_NAN = "not_a_number"


def _is_decimal(value: Any) -> bool:
    return type(value).__name__ == "Decimal"


def _written(text: str, kind: str) -> Fault:
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain.endswith("%") and words.kind(kind).form in SHARES:
        return Fault("percent_for_share", say(PERCENT))
    return _fault(N_("The answer is a text: write the number without quotes, commas and units."))


def _choice(answer: Any) -> Any:
    alone = _alone(answer)
    letter = unicodedata.normalize("NFKC", alone).strip().strip("().").lower() if isinstance(alone, str) else ""
    if len(letter) != 1 or not letter.isalpha():
        return _fault(N_('Answer with the letter of one of the sentences, such as "a".'))
    return letter


def _ids(answer: Any) -> Any:
    if hasattr(answer, "columns"):
        if len(answer.columns) != 1:
            return _fault(N_("The answer is a table of several columns: choose the column of the ids."))
        answer = answer[answer.columns[0]]
    if isinstance(answer, str) or not isinstance(answer, Iterable):
        return _fault(N_("The answer is one value, the question asks for a list of ids."))
    return frozenset(_id(value) for value in answer if not words.is_missing(value))


def _id(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        return _fault(N_("The answer is no text: write it in quotes."))
    return unicodedata.normalize("NFKC", value).strip().lower()


def _date(value: Any) -> Any:
    try:
        return words.as_date(unicodedata.normalize("NFKC", value).replace("/", "-") if _is_text(value) else value)
    except (TypeError, ValueError, OverflowError):
        return _fault(N_("The answer is no date: write it as 2026-03-31, in quotes."))


def _month(value: Any) -> Any:
    """A month as its index (year * 12 + month - 1), from one, from a date or a period, or written 2026-03."""
    if isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    text = unicodedata.normalize("NFKC", str(value)).replace("/", "-")
    found = _date(f"{text[:7]}-01")
    if isinstance(found, Fault):
        return _fault(N_("The answer is no month: write it as 2026-03, in quotes."))
    return float(found.year * 12 + found.month - 1)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _table(answer: Any) -> Any:
    if hasattr(answer, "to_frame"):
        answer = answer.to_frame()
    if not hasattr(answer, "columns") or not hasattr(answer, "reset_index"):
        return _fault(N_("The answer is no table."))
    named = [name for name in answer.index.names if name is not None and name not in answer.columns]
    kept = answer.reset_index(level=named) if named else answer
    return kept.reset_index(drop=True)


def _same_table(found: pd.DataFrame, expected: pd.DataFrame) -> bool:
    """The same columns and rows, whatever their order."""
    names = sorted(map(str, expected.columns))
    if sorted(map(str, found.columns)) != names or len(found) != len(expected):
        return False
    one, other = (_sorted(frame.rename(columns=str)[names]) for frame in (found, expected))
    return all(_same_column(one[name], other[name]) for name in names)


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    # Whatever is no number is sorted and compared as text; numbers last, for they may differ a little.
    from pandas.api.types import is_numeric_dtype

    kept = frame.assign(**{name: frame[name].astype(str) for name in frame if not is_numeric_dtype(frame[name])})
    texts = [name for name in kept if not is_numeric_dtype(kept[name])]
    return kept.sort_values(texts + [name for name in kept if name not in texts], ignore_index=True)


def _same_column(one: pd.Series[Any], other: pd.Series[Any]) -> bool:
    import numpy as np
    from pandas.api.types import is_numeric_dtype

    if not (is_numeric_dtype(one) and is_numeric_dtype(other)):
        return one.tolist() == other.tolist()
    left, right = (column.to_numpy(dtype=float, na_value=np.nan) for column in (one, other))
    return bool(np.allclose(left, right, rtol=1e-6, atol=_TABLE_SLACK, equal_nan=True))
