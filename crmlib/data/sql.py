"""Quoting for DuckDB statements: every text that comes from outside goes through here."""

from __future__ import annotations

from collections.abc import Iterable


def literal(text: str) -> str:
    """A string literal.

    Example:
        >>> literal("it's")
        "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A column's name.

    Example:
        >>> quoted('5" pan')
        '"5"" pan"'
    """
    return '"' + name.replace('"', '""') + '"'


def literals(texts: Iterable[str]) -> str:
    """String literals with commas.

    Example:
        >>> literals(["a", "b"])
        "'a', 'b'"
    """
    return ", ".join(literal(text) for text in texts)
