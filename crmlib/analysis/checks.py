"""Checks of arguments that several modules share; every message names what was given and what is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def require_columns(table: str, present: Iterable[str], wanted: Iterable[str]) -> None:
    """Refuse a table that lacks a column, with the columns it has and the nearest name.

    Raises:
        ValueError: a wanted column is missing.

    Example:
        >>> require_columns("orders", ["customer", "order_day"], ["customer_id"])
        Traceback (most recent call last):
        ...
        ValueError: orders has no column 'customer_id'; its columns are customer, order_day; nearest is 'customer'.
    """
    have = list(present)
    for name in wanted:
        if name not in have:
            raise ValueError(
                f"{table} has no column '{name}'; its columns are {', '.join(have) or 'none'}{_nearest(name, have)}."
            )


def require_choice(name: str, value: object, allowed: Iterable[str]) -> None:
    """Refuse a value that is not one of the allowed words.

    Raises:
        ValueError: the value is not allowed.

    Example:
        >>> require_choice("method", "welch", ["score", "wald"])
        Traceback (most recent call last):
        ...
        ValueError: method == 'welch', must be one of score, wald.
    """
    words = list(allowed)
    if value not in words:
        raise ValueError(f"{name} == {value!r}, must be one of {', '.join(words)}{_nearest(str(value), words)}.")


def require_between(name: str, value: float, low: float, high: float) -> None:
    """Refuse a number that is not strictly between two bounds.

    Raises:
        ValueError: the number is outside, on a bound or NaN.

    Example:
        >>> require_between("confidence_level", 95, 0, 1)
        Traceback (most recent call last):
        ...
        ValueError: confidence_level == 95, must be between 0 and 1.
    """
    if not low < value < high:
        raise ValueError(f"{name} == {value}, must be between {low} and {high}.")


def require_at_least(name: str, value: float, low: float) -> None:
    """Refuse a number below a bound.

    Raises:
        ValueError: the number is below the bound or NaN.

    Example:
        >>> require_at_least("window_days", 0, 1)
        Traceback (most recent call last):
        ...
        ValueError: window_days == 0, must be at least 1.
    """
    if not value >= low:
        raise ValueError(f"{name} == {value}, must be at least {low}.")


def require_counts(successes_name: str, successes: float, n_name: str, n: float) -> None:
    """Refuse counts that cannot be successes among trials.

    Raises:
        ValueError: a count is negative or there are more successes than trials.

    Example:
        >>> require_counts("successes", 5, "n", 4)
        Traceback (most recent call last):
        ...
        ValueError: successes == 5, must be between 0 and n == 4.
    """
    require_at_least(n_name, n, 0)
    if not 0 <= successes <= n:
        raise ValueError(f"{successes_name} == {successes}, must be between 0 and {n_name} == {n}.")


def _nearest(name: str, words: list[str]) -> str:
    close = get_close_matches(name, words, n=1)
    return f"; nearest is '{close[0]}'" if close else ""
