"""Quoting for DuckDB statements: every text that comes from outside goes through here."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def literal(text: str) -> str:
    """A string literal.

    Example:
        >>> literal("it's")
        "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def parquet(path: Path, *options: str) -> str:
    """A Parquet file as a table: this one file, whatever marks its name and its folders' names hold.

    DuckDB takes `*`, `?` and `[` for a pattern and a folder `customer_id=7` for a column.

    Example:
        >>> parquet(Path("a=1/[x].parquet"))
        "read_parquet('a=1/[[]x].parquet', hive_partitioning = false)"
    """
    return f"read_parquet({', '.join([literal(unmarked(path)), 'hive_partitioning = false', *options])})"


def unmarked(path: Path) -> str:
    """A path in which DuckDB takes no mark for a pattern."""
    return "".join(f"[{mark}]" if mark in "*?[" else mark for mark in str(path))


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
