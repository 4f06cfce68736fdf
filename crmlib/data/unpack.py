"""A row of an export that holds several items becomes one row an item, right after it is read.

The books stay those of the file: `carriers` names, for each row of the file, the one of its items that stands for it
where rows are counted, so that what was read, left out and used are rows of the file and the money is all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib.data.sql import literal, literals, quoted
from crmlib.errors import UserError

if TYPE_CHECKING:
    import duckdb

    from crmlib.data.read import Reading
    from crmlib.data.settings import Source

# What is told of one item of an order; a line's type may hold for all the items of a row.
LINE = ("line_no", "product_id", "product_name", "quantity", "unit_price", "line_amount", "line_discount")
_BETWEEN = "\x1f"
_NUMBERED = r"^L\d+="


def unpack(con: duckdb.DuckDBPyConnection, source: Source, reading: Reading) -> str:
    """Blank the texts that mean nothing, and make rows of several items one row an item; a note, or nothing.

    A row whose items do not fit together, three codes with two quantities, is a broken row.

    Raises:
        UserError: the mapping cannot say which item is what.
    """
    if source.blank:
        _blank(con, source, reading)
    columns = [name for name in (*source.split, *source.packed) if name in reading.columns]
    if not columns:
        return ""
    _check(source, reading, columns)
    _list_items(con, source, reading, columns)
    _break(con, reading)
    _explode(con, reading, columns)
    found = con.execute(
        f"SELECT count(DISTINCT _of), count(*) FROM raw_{reading.table} WHERE _of IN "
        f"(SELECT _of FROM raw_{reading.table} GROUP BY _of HAVING count(*) > 1)"
    ).fetchall()
    ((rows, items),) = found
    return f"unpacked: orders: {rows} of {items}" if rows else ""


def carry(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Choose the item that stands for each row of the file: the first that counts, else the first."""
    if not _exists(con, f"raw_{table}", "_of"):
        return
    con.execute(
        f"CREATE TABLE carriers AS SELECT j._seq FROM judged j JOIN raw_{table} r USING (_seq) "
        "QUALIFY row_number() OVER (PARTITION BY r._of ORDER BY j.reason IS NOT NULL, j._seq) = 1"
    )


def is_row(con: duckdb.DuckDBPyConnection) -> str:
    """A condition for an item that stands for a row of the file."""
    return "_seq IN (SELECT _seq FROM carriers)" if _exists(con, "carriers", "_seq") else "true"


def _exists(con: duckdb.DuckDBPyConnection, table: str, column: str) -> bool:
    return bool(
        con.execute(
            "SELECT 1 FROM duckdb_columns() WHERE table_name = ? AND column_name = ?", [table, column]
        ).fetchall()
    )


def _blank(con: duckdb.DuckDBPyConnection, source: Source, reading: Reading) -> None:
    texts = literals(text.strip() for text in source.blank)
    for name in reading.columns:
        con.execute(f"UPDATE raw_{reading.table} SET {quoted(name)} = NULL WHERE {quoted(name)} IN ({texts})")


def _check(source: Source, reading: Reading, columns: list[str]) -> None:
    key = "packed" if source.packed else "split"
    if "order_id" not in reading.columns:
        raise UserError(
            f"{source.place(key)}: {key} makes several rows of one, which needs the number of the order: map order_id."
        )
    left = [name for name in LINE if name in reading.columns and name not in columns]
    if left:
        raise UserError(
            f"{source.place('columns', left[0])}: columns maps {left[0]}, which is told of one item, and {key} makes "
            f"several items of a row: name {left[0]} under {key} too, or leave it out of columns."
        )


def _list_items(con: duckdb.DuckDBPyConnection, source: Source, reading: Reading, columns: list[str]) -> None:
    """Beside each row the numbers of its items, what each column tells of them, and whether these fit together."""
    pieces = ", ".join(f"{_pieces(name, source)} AS p_{name}" for name in columns)
    cells = ", ".join(f"{_keys(name, source)} AS k_{name}, {_values(name, source)} AS v_{name}" for name in columns)
    whole = ", ".join(f"k_{name}" for name in columns)
    fits = " AND ".join(
        f"(k_{name} IS NULL OR k_{name} = _keys OR list_sort(k_{name}) = list_sort(_keys))" for name in columns
    )
    con.execute(
        f"""CREATE TABLE items AS
        SELECT *, {fits} AND (len(_keys) = 1 OR len(_keys) = len(list_distinct(_keys))) AS _fits FROM (
            SELECT *, coalesce({whole}, ['1']) AS _keys FROM (
                SELECT * EXCLUDE ({", ".join(f"p_{name}" for name in columns)}), {cells} FROM (
                    SELECT *, {pieces} FROM raw_{reading.table})))"""
    )


def _pieces(name: str, source: Source) -> str:
    """`a,b` as [a, b]; `L1=a&L2=b` as [1=a, 2=b]: an & inside a name is one like any other letter."""
    if name in source.split:
        return f"string_split({name}, {literal(source.split[name])})"
    marked = f"regexp_replace({name}[2:], '&L(\\d+)=', {literal(_BETWEEN)} || '\\1=', 'g')"
    many = f"CASE WHEN contains({name}, '&L') THEN string_split({marked}, {literal(_BETWEEN)}) ELSE [{name}[2:]] END"
    return f"CASE WHEN starts_with({name}, 'L') AND regexp_matches({name}, {literal(_NUMBERED)}) THEN {many} END"


def _keys(name: str, source: Source) -> str:
    """The numbers of a cell's items; a cell that is not packed is the only one, and one that is blank tells of none."""
    if name in source.split:
        return f"list_transform(range(1, len(p_{name}) + 1), lambda n: n::VARCHAR)"
    numbered = f"list_transform(p_{name}, lambda x: ltrim(x[:instr(x, '=') - 1], '0'))"
    return f"CASE WHEN p_{name} IS NOT NULL THEN {numbered} WHEN {name} IS NOT NULL THEN ['1'] END"


def _values(name: str, source: Source) -> str:
    if name in source.split:
        return f"p_{name}"
    return f"coalesce(list_transform(p_{name}, lambda x: x[instr(x, '=') + 1:]), [{name}])"


def _break(con: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    torn = con.execute("SELECT _file, _row FROM items WHERE NOT _fits ORDER BY _seq").fetchall()
    reading.broken += [(reading.files[file], row) for file, row in torn]
    reading.rows -= len(torn)


def _explode(con: duckdb.DuckDBPyConnection, reading: Reading, columns: list[str]) -> None:
    """The rows anew, numbered in the order of the file; `_of` is the number of the row that an item comes from."""
    ((most,),) = con.execute("SELECT coalesce(max(len(_keys)), 1) FROM items WHERE _fits").fetchall()
    cells = {name: f"{quoted(name)}" for name in reading.columns}
    cells |= {
        name: f"nullif(trim(v_{name}[list_position(k_{name}, _keys[_item])], ' \t\u3000'), '')" for name in columns
    }
    shown = ", ".join(f"{cell} AS {quoted(name)}" for name, cell in cells.items())
    filled = " OR ".join(f"{quoted(name)} IS NOT NULL" for name in columns)
    con.execute(
        f"""CREATE OR REPLACE TABLE raw_{reading.table} AS
        SELECT (_of - 1) * {most} + _item AS _seq, * EXCLUDE (_item) FROM (
            SELECT _file, _row, CASE WHEN _item = 1 THEN _hash ELSE _hash || '/' || _item END AS _hash, {shown},
                _seq AS _of, _item
            FROM (SELECT *, unnest(range(1, len(_keys) + 1)) AS _item FROM items WHERE _fits))
        WHERE _item = 1 OR {filled}"""
    )
    con.execute("DROP TABLE items")
