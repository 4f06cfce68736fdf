"""The optional tables, through the same door as the orders, each with its own ledger of rows."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from crmlib.data.codes import translate_codes
from crmlib.data.durations import count_back
from crmlib.data.ledger import REASONS, Count, Day, LedgerLine
from crmlib.data.masking import mask_comments
from crmlib.data.parse import born, days, moment, money, rounded, share, whole
from crmlib.data.rules import (
    BELONGS,
    BY_MONTH,
    CUSTOMER,
    DATE_OF_DAY,
    FORM,
    JUDGED,
    LATEST,
    MAY_BE_BLANK,
    MAY_HAVE_NO_ID,
    MONTHS,
    NO_DATE,
    POSSIBLE,
    POSSIBLE_OF,
    REQUIRED_DATE,
    REQUIRED_ID,
    SUBSCRIPTION,
    UNIQUE,
    WITHOUT,
    WITHOUT_OF,
)
from crmlib.data.shapes import refuse_unread_dates
from crmlib.data.sql import quoted
from crmlib.data.tables import DAY, INPUTS, OUTPUTS, Column

if TYPE_CHECKING:
    import duckdb

    from crmlib.data.people import People
    from crmlib.data.read import Reading
    from crmlib.data.settings import Settings, Source


def build_other(
    con: duckdb.DuckDBPyConnection, table: str, settings: Settings, reading: Reading, people: People
) -> Count:
    """Make the canonical table `table` from `raw_<table>`, and count every row; `people` are masked in comments."""
    source = settings.sources[table]
    listed = ", ".join(f'{_cell(name, c, reading)} AS "{name}"' for name, c in INPUTS[table].items())
    con.execute(f"CREATE TABLE cells_{table} AS SELECT _seq, _hash, {listed} FROM raw_{table}")
    translate_codes(con, table, f"cells_{table}", source, reading)
    mask_comments(con, table, reading, people)
    formats = reading.date_formats(source)
    parsed = ", ".join(_parsed(table, n, c, formats, settings) for n, c in INPUTS[table].items())
    con.execute(f"CREATE TABLE typed_{table} AS SELECT _seq, _hash, {parsed}{_blanks(table)} FROM cells_{table}")
    if table in REQUIRED_DATE:
        _refuse_unread(con, table, source, reading)
    if table == "subscriptions":
        reading.durations = count_back(con, settings)
    reading.unread = _unread(con, table)
    cases = " ".join(f"WHEN {test} THEN '{reason}'" for reason, test in _tests(table).items())
    con.execute(f"CREATE TABLE judged_{table} AS SELECT *, CASE {cases} END AS _reason FROM typed_{table}")
    _refuse_repeats(con, table)
    _refuse_superseded(con, table)
    shown = ", ".join(f'{_output(table, name, kind)} AS "{name}"' for name, kind in OUTPUTS[table].items())
    con.execute(f"CREATE TABLE {table} AS SELECT {shown} FROM judged_{table} WHERE _reason IS NULL ORDER BY _seq")
    return _count(con, table, reading)


def _cell(name: str, column: Column, reading: Reading) -> str:
    """A cell as it was read; a date of zeros is none."""
    if name not in reading.columns:
        return "NULL::VARCHAR"
    return f"CASE WHEN NOT regexp_full_match({name}, '{NO_DATE}') THEN {name} END" if column.kind == "when" else name


def _blanks(table: str) -> str:
    """Which cells had been blank before they were read, for the columns whose cells must be readable."""
    names = [*JUDGED.get(table, ()), *FORM.get(table, {})]
    return "".join(f", cells_{table}.{name} IS NULL AS _no_{name}" for name in names)


def _refuse_unread(con: duckdb.DuckDBPyConnection, table: str, source: Source, reading: Reading) -> None:
    name = REQUIRED_DATE[table]
    both = f"(SELECT c._seq, c.{name}, t.{name} AS _at FROM cells_{table} c JOIN typed_{table} t USING (_seq))"
    refuse_unread_dates(con, both, name, "_at", name, source, reading)


def _unread(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, int]:
    """Cells not blank that could not be read or cannot be true, of the columns for which no row is left out."""
    told = {REQUIRED_DATE.get(table), *JUDGED.get(table, {})} | ({"nps"} if table == "surveys" else set())
    names = [
        name
        for name, column in INPUTS[table].items()
        if column.kind in ("when", "money", "whole", "share") and name not in told
    ]
    if not names:
        return {}
    counts = ", ".join(
        f'count(c."{name}") - count(CASE WHEN c."{name}" IS NOT NULL THEN t."{name}" END)' for name in names
    )
    (found,) = con.execute(f"SELECT {counts} FROM cells_{table} c JOIN typed_{table} t USING (_seq)").fetchall()
    return {name: n for name, n in zip(names, found, strict=True) if n}


def _parsed(table: str, name: str, column: Column, formats: list[str] | None, settings: Settings) -> str:
    cell = f'"{name}"'
    if column.kind == "when":
        expression = _moment(name, formats, settings)
    elif column.kind in ("money", "whole", "number", "share"):
        expression = _number(name, column.kind, settings.minor_units)
    else:
        expression = _word(cell, column)
    return f'{_possible(table, name, expression)} AS "{name}"'


def _moment(name: str, formats: list[str] | None, settings: Settings) -> str:
    expression = moment(f'"{name}"', formats, settings.timezone)
    if name in BY_MONTH and formats is None:
        expression = f"coalesce({expression}, {moment(quoted(name), MONTHS, settings.timezone)})"
    return expression


def _number(name: str, kind: str, minor_units: int) -> str:
    cell = f'"{name}"'
    if kind == "money":
        return rounded(money(cell, minor_units))
    if kind in ("number", "share"):
        return share(cell)
    if name == "birth_year":
        return f"({born(cell)})::BIGINT"
    return f"({days(cell) if name == 'window_days' else whole(cell)})::BIGINT"


def _word(cell: str, column: Column) -> str:
    if column.kind == "flag":
        return f"coalesce({cell}, 'false') = 'true'"
    if column.kind == "consent":
        return f"{cell} = 'true'"
    if column.kind == "code" and column.default is not None:
        return f"coalesce({cell}, '{column.default}')"
    return cell


def _possible(table: str, name: str, expression: str) -> str:
    test = POSSIBLE_OF.get((table, name), POSSIBLE.get(name))
    return f"CASE WHEN {expression} {test} THEN {expression} END" if test else expression


def _tests(table: str) -> dict[str, str]:
    tests: dict[str, str] = {}
    if table in FORM:
        tests["not_filled"] = " AND ".join(FORM[table].values())
    if table in REQUIRED_ID:
        tests["no_id"] = f"{REQUIRED_ID[table]} IS NULL"
    if table in REQUIRED_DATE:
        tests["bad_date"] = f"{REQUIRED_DATE[table]} IS NULL"
    if table == "surveys":
        tests["bad_score"] = "nps IS NULL OR nps < 0 OR nps > 10"
    wrong = [
        f"NOT (_no_{name} OR {test})" if name in MAY_BE_BLANK else f"NOT {test}"
        for name, test in JUDGED.get(table, {}).items()
    ]
    if wrong:
        tests["bad_value"] = " OR ".join(wrong)
    tests["exact_duplicate"] = _again(table)
    if table in BELONGS:
        name, other = BELONGS[table]
        # Without a table of subscriptions their events stand for themselves; so do messages without scenarios.
        needed = "true" if table == "assignments" else f"EXISTS (SELECT 1 FROM {other})"
        tests["orphan"] = f"{needed} AND ({name} IS NULL OR {name} NOT IN (SELECT {name} FROM {other}))"
    if table in CUSTOMER:
        tests["no_customer"] = f"{CUSTOMER[table]} IS NULL"
    return tests


def _again(table: str) -> str:
    """A row like another one; where the last row of an id counts, so does the last of those alike."""
    later = "_seq > min(_seq) OVER (PARTITION BY _hash)"
    if table not in LATEST:
        return later
    return f"CASE WHEN {LATEST[table]} IS NULL THEN {later} ELSE _seq < max(_seq) OVER (PARTITION BY _hash) END"


def _refuse_repeats(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """A second row for one customer, product or experiment would double what is joined to it."""
    if table in UNIQUE:
        named = f"{UNIQUE[table]} IS NOT NULL" if table in MAY_HAVE_NO_ID else "true"
        con.execute(
            f"UPDATE judged_{table} SET _reason = 'duplicate_id' WHERE _reason IS NULL AND {named} AND _seq NOT IN "
            f"(SELECT min(_seq) FROM judged_{table} WHERE _reason IS NULL GROUP BY {UNIQUE[table]})"
        )


def _refuse_superseded(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """A log that is kept is saved again and again: the last row of an action is how it stands."""
    if table in LATEST:
        name = LATEST[table]
        con.execute(
            f"UPDATE judged_{table} SET _reason = 'duplicate_id' WHERE _reason IS NULL AND {name} IS NOT NULL AND "
            f"_seq NOT IN (SELECT max(_seq) FROM judged_{table} WHERE _reason IS NULL GROUP BY {name})"
        )


def _output(table: str, name: str, kind: str) -> str:
    if name in DATE_OF_DAY:
        return f"({DATE_OF_DAY[name]}::DATE - DATE '1970-01-01')::BIGINT"
    if table == "subscriptions" and name in SUBSCRIPTION:
        return SUBSCRIPTION[name]
    return WITHOUT_OF.get((table, name)) or WITHOUT.get(name, f'"{name}"::{kind}')


def _count(con: duckdb.DuckDBPyConnection, table: str, reading: Reading) -> Count:
    found = dict(
        con.execute(f"SELECT _reason, count(*) FROM judged_{table} WHERE _reason IS NOT NULL GROUP BY 1").fetchall()
    )
    if reading.broken:
        found["broken_row"] = len(reading.broken)
    lines = tuple(LedgerLine(reason, found[reason], None) for reason in REASONS if reason in found)
    day = DAY.get(table, "0")
    zero = Decimal(0)
    used = con.execute(f"SELECT {day} AS day, count(*) FROM {table} GROUP BY 1 ORDER BY 1").fetchall()
    days = tuple(Day(day, n, zero, zero, zero, zero) for day, n in used)
    return Count(table, reading.rows + len(reading.broken), None, lines, days)
