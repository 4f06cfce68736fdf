"""What the reader should know of orders beside their ledger: totals among the rows, reversals, ids nearly the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib.data.beside import has
from crmlib.data.sql import literal
from crmlib.data.tables import INPUTS, KEYS
from crmlib.data.totals import PATTERN

if TYPE_CHECKING:
    import duckdb

    from crmlib.data.read import Reading
    from crmlib.data.settings import Source

SHOWN_ROWS = 5
_UNDATED = ("no_order_id", "bad_date", "bad_amount", "no_customer")
_REVERSED = ("cancelled", "returned", "negative")
_SPACELESS = PATTERN.replace(" ?", "").replace(" ", "")
_WIDE = "".join(map(chr, range(0xFF01, 0xFF5F)))
_NARROW = "".join(map(chr, range(0x21, 0x7F)))


def plain_id(text: str) -> str:
    """A DuckDB expression: an id in half-width capitals without spaces."""
    return f"upper(replace(replace(translate({text}, {literal(_WIDE)}, {literal(_NARROW)}), '\u3000', ''), ' ', ''))"


def make_plain(con: duckdb.DuckDBPyConnection, readings: dict[str, Reading], sources: dict[str, Source]) -> None:
    """Write the customers of the sources that ask for it in half-width capitals, before anything is joined."""
    for table, reading in readings.items():
        for name in KEYS[table] if sources[table].ids == "plain" else ():
            if name in reading.columns:
                con.execute(f"UPDATE raw_{table} SET {name} = {plain_id(name)} WHERE {name} <> {plain_id(name)}")


def fill_media(con: duckdb.DuckDBPyConnection, readings: dict[str, Reading]) -> None:
    """Orders of an export without media have their customer's; media of the orders' own are never mixed with it."""
    if "orders" not in readings or "customers" not in readings or has(readings["orders"], "acq_media"):
        return
    con.execute(
        "UPDATE orders SET acq_media = c.acq_media FROM customers c WHERE orders.customer_id = c.customer_id "
        "AND coalesce(c.acq_media, '') NOT IN ('', 'unknown')"
    )


def order_notes(con: duckdb.DuckDBPyConnection, readings: dict[str, Reading]) -> list[str]:
    """Notes as `code: orders: facts`; none where there is nothing to tell.

    totals: rows of totals, left out. reversed: rows below zero that are left out, and their money in smallest units.
    media_filled: orders whose medium is their customer's. alike_ids: customers written like another one but for width
    and capitals.
    """
    if "orders" not in readings:
        return []
    reading = readings["orders"]
    rows, back = _totals(con, reading), _reversals(con)
    media, alike = _filled(con, readings), _part(con, _ALIKE)
    return [
        *([f"totals: orders: {rows}"] if rows else []),
        *([f"reversed: orders: {back}"] if back else []),
        *([f"media_filled: orders: {media}"] if media else []),
        *([f"alike_ids: orders: {alike}"] if alike else []),
    ]


def _filled(con: duckdb.DuckDBPyConnection, readings: dict[str, Reading]) -> str:
    if "customers" not in readings or has(readings["orders"], "acq_media"):
        return ""
    return _part(con, "SELECT count(*) FILTER (acq_media <> 'unknown'), count(*) FROM orders")


_ALIKE = (
    f"SELECT count(*) - count(DISTINCT {plain_id('customer_id')}), count(*) FROM "
    "(SELECT customer_id FROM orders UNION SELECT customer_id FROM customers) WHERE customer_id IS NOT NULL"
)


def _part(con: duckdb.DuckDBPyConnection, statement: str) -> str:
    ((n, total),) = con.execute(statement).fetchall()
    return f"{n} of {total}" if n else ""


def _reversals(con: duckdb.DuckDBPyConnection) -> str:
    reasons = ", ".join(map(literal, _REVERSED))
    ((n, amount),) = con.execute(
        f"SELECT count(*), coalesce(sum(round(_exact)), 0)::BIGINT FROM judged "
        f"WHERE reason IN ({reasons}) AND (_exact < 0 OR _n < 0)"
    ).fetchall()
    return f"{n} of {amount}" if n else ""


def _totals(con: duckdb.DuckDBPyConnection, reading: Reading) -> str:
    words = [name for name in reading.columns if INPUTS["orders"][name].kind in ("id", "key", "text", "when", "code")]
    cells = " OR ".join(
        f"regexp_full_match(lower(replace(replace(r.{name}, '\u3000', ''), ' ', '')), {literal(_SPACELESS)})"
        for name in words
    )
    reasons = ", ".join(map(literal, _UNDATED))
    rows = con.execute(
        # The few rows first: the patterns would else be tried on every cell of the export.
        f"WITH few AS MATERIALIZED (SELECT * FROM raw_orders SEMI JOIN (SELECT _seq FROM judged "
        f"WHERE reason IN ({reasons})) USING (_seq)) SELECT _file, _row FROM few r WHERE {cells} ORDER BY _seq"
    ).fetchall()
    shown = ", ".join(f"{reading.files[file]} row {row}" for file, row in rows[:SHOWN_ROWS])
    return shown + (", …" if len(rows) > SHOWN_ROWS else "")
