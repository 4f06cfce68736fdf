"""The end of a message: the nearest right name, or what there is."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

# At difflib's own 0.6, `residence` is near `experience`.
CLOSE = 0.65


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
