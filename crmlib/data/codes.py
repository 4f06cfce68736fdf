"""Values of an export get their canonical meaning; a value without one is refused, never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib.data.keys import what_is_personal
from crmlib.data.mapping import meaning
from crmlib.data.naming import holds_phone, listed, one_line
from crmlib.data.sql import quoted
from crmlib.data.tables import INPUTS, Column
from crmlib.errors import UserError

if TYPE_CHECKING:
    import duckdb

    from crmlib.data.read import Reading
    from crmlib.data.settings import Source

_SHOWN = 5
_LONGEST = 30


def translate_codes(
    con: duckdb.DuckDBPyConnection, table: str, relation: str, source: Source, reading: Reading
) -> None:
    """Replace values by their meaning, in place, in every mapped column that has codes or a value mapping.

    Raises:
        UserError: values without a meaning, with their counts and what is allowed.
    """
    for name in reading.columns:
        column = INPUTS[table][name]
        if column.kind in ("code", "flag", "consent") or name in source.values:
            target = "when" if name in ("ordered_at", "order_date") and table == "orders" else name
            found = _translate(con, table, relation, source, target, name, column)
            mapped = source.values.get(name)
            reading.meanings[name] = found | set(column.allowed if mapped is None else mapped.values())


def _translate(
    con: duckdb.DuckDBPyConnection, table: str, relation: str, source: Source, target: str, name: str, column: Column
) -> set[str]:
    # A row of totals has no date and no status: it is left out, whatever its status would be.
    asked = f"{quoted(target)} IS NOT NULL OR regexp_matches(\"when\", '[0-9０-９]')" if table == "orders" else "true"
    found = con.execute(
        f"SELECT coalesce({quoted(target)}, '') AS text, count(*) FROM {relation} WHERE {asked} GROUP BY 1"
    ).fetchall()
    values = source.values.get(name, {})
    means = {text: meaning(text, values, column) for text, _ in found}
    unknown = [(text, n) for text, n in found if means[text] is None]
    if unknown:
        raise UserError(_refusal(table, name, source, column, unknown))
    changed = {text: value for text, value in means.items() if value != text}
    if changed:
        _replace(con, relation, target, changed)
    return {value for value in means.values() if value}


def _replace(con: duckdb.DuckDBPyConnection, relation: str, target: str, changed: dict[str, str | None]) -> None:
    import pandas as pd

    target = quoted(target)
    con.register("changed", pd.DataFrame({"was": list(changed), "becomes": list(changed.values())}, dtype="str"))
    con.execute(
        f"UPDATE {relation} SET {target} = nullif(changed.becomes, '') FROM changed "
        f"WHERE coalesce({relation}.{target}, '') = changed.was"
    )
    con.unregister("changed")


def _refusal(table: str, name: str, source: Source, column: Column, unknown: list[tuple[str, int]]) -> str:
    ordered = sorted(unknown, key=lambda pair: (-pair[1], pair[0]))
    shown = ", ".join(f"{_shown(text)} ({n:,} {'row' if n == 1 else 'rows'})" for text, n in ordered[:_SHOWN])
    more = f" and {len(ordered) - _SHOWN:,} more" if len(ordered) > _SHOWN else ""
    place = source.place("values" if name in source.values else "columns", name)
    return (
        f"{place}: {table}.{name} holds values without a meaning: {shown}{more}; "
        f"each must become one of {listed(column.allowed)}."
    )


def _shown(text: str) -> str:
    """A value as a message may show it: nothing of a person, and nothing long, which may hold a person's words."""
    if not text:
        return "a blank"
    long = "a long text" if len(text) > _LONGEST else None
    phone = "a text with a telephone number" if holds_phone(text) else None
    return what_is_personal(text) or phone or long or f"'{one_line(text)}'"
