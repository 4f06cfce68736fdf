"""The optional tables, through the same door as the orders, each with its own ledger of rows."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from crmlib.data.codes import translate_codes
from crmlib.data.ledger import REASONS, Count, Day, LedgerLine
from crmlib.data.parse import days, moment, money, rounded, share, whole
from crmlib.data.shapes import refuse_unread_dates
from crmlib.data.tables import DAY, INPUTS, OUTPUTS, Column

if TYPE_CHECKING:
    import duckdb

    from crmlib.data.read import Reading
    from crmlib.data.settings import Settings, Source

# The column that must be unique, and the date that must be readable, where a table has one.
UNIQUE = {"customers": "customer_id", "products": "product_id", "experiments": "experiment_id"}
REQUIRED_DATE = {"surveys": "answered_at", "surveys_sent": "sent_at", "assignments": "assigned_at"}
REQUIRED_ID = {"products": "product_id", "experiments": "experiment_id", "assignments": "unit_id"}
# What an experiment is judged by: a cell of these that cannot be read leaves its row out, and a wrong one too.
JUDGED = {
    "experiments": {
        "window_days": "coalesce(window_days >= 1, false)",
        "treatment_share": "coalesce(treatment_share > 0 AND treatment_share < 1, false)",
        "start_date": "start_date IS NOT NULL",
        "end_date": "end_date IS NOT NULL",
    }
}
_MAY_BE_BLANK = ("treatment_share", "start_date", "end_date")
_DATE_OF_DAY = {"answered_day": "answered_at", "sent_day": "sent_at", "assigned_day": "assigned_at",
                "first_seen_day": "first_seen_date", "start_day": "start_date", "end_day": "end_date"}  # fmt: skip


def build_other(con: duckdb.DuckDBPyConnection, table: str, settings: Settings, reading: Reading) -> Count:
    """Make the canonical table `table` from `raw_<table>`, and count every row."""
    source = settings.sources[table]
    cells = {name: name if name in reading.columns else "NULL::VARCHAR" for name in INPUTS[table]}
    listed = ", ".join(f'{cell} AS "{name}"' for name, cell in cells.items())
    con.execute(f"CREATE TABLE cells_{table} AS SELECT _seq, _hash, {listed} FROM raw_{table}")
    translate_codes(con, table, f"cells_{table}", source, reading)
    formats = reading.date_formats(source)
    parsed = ", ".join(_parsed(n, c, formats, settings) for n, c in INPUTS[table].items())
    con.execute(f"CREATE TABLE typed_{table} AS SELECT _seq, _hash, {parsed}{_blanks(table)} FROM cells_{table}")
    if table in REQUIRED_DATE:
        _refuse_unread(con, table, source, reading)
    cases = " ".join(f"WHEN {test} THEN '{reason}'" for reason, test in _tests(table).items())
    con.execute(f"CREATE TABLE judged_{table} AS SELECT *, CASE {cases} END AS _reason FROM typed_{table}")
    _refuse_repeats(con, table)
    shown = ", ".join(f'{_output(name, kind)} AS "{name}"' for name, kind in OUTPUTS[table].items())
    con.execute(f"CREATE TABLE {table} AS SELECT {shown} FROM judged_{table} WHERE _reason IS NULL ORDER BY _seq")
    return _count(con, table, reading)


def _blanks(table: str) -> str:
    """Which cells had been blank before they were read, for the columns whose cells must be readable."""
    return "".join(f", cells_{table}.{name} IS NULL AS _no_{name}" for name in JUDGED.get(table, ()))


def _refuse_unread(con: duckdb.DuckDBPyConnection, table: str, source: Source, reading: Reading) -> None:
    name = REQUIRED_DATE[table]
    both = f"(SELECT c._seq, c.{name}, t.{name} AS _at FROM cells_{table} c JOIN typed_{table} t USING (_seq))"
    refuse_unread_dates(con, both, name, "_at", name, source, reading)


def _parsed(name: str, column: Column, formats: list[str] | None, settings: Settings) -> str:
    expression = f'"{name}"'
    if column.kind == "when":
        expression = moment(expression, formats, settings.timezone)
    elif column.kind == "money":
        expression = rounded(money(expression, settings.minor_units))
    elif name == "window_days":
        expression = f"({days(expression)})::BIGINT"
    elif column.kind == "whole":
        expression = f"({whole(expression)})::BIGINT"
    elif column.kind == "share":
        expression = share(expression)
    elif column.kind == "flag":
        expression = f"coalesce({expression}, 'false') = 'true'"
    elif column.kind == "code" and column.default is not None:
        expression = f"coalesce({expression}, '{column.default}')"
    return f'{expression} AS "{name}"'


def _tests(table: str) -> dict[str, str]:
    tests: dict[str, str] = {}
    if table in REQUIRED_ID:
        tests["no_id"] = f"{REQUIRED_ID[table]} IS NULL"
    if table in REQUIRED_DATE:
        tests["bad_date"] = f"{REQUIRED_DATE[table]} IS NULL"
    if table == "surveys":
        tests["bad_score"] = "nps IS NULL OR nps < 0 OR nps > 10"
    wrong = [
        f"NOT (_no_{name} OR {test})" if name in _MAY_BE_BLANK else f"NOT {test}"
        for name, test in JUDGED.get(table, {}).items()
    ]
    if wrong:
        tests["bad_value"] = " OR ".join(wrong)
    tests["exact_duplicate"] = "_seq > min(_seq) OVER (PARTITION BY _hash)"
    if table == "assignments":
        known = "SELECT experiment_id FROM experiments"
        tests["orphan"] = f"experiment_id IS NULL OR experiment_id NOT IN ({known})"
    if "customer_id" in INPUTS[table]:
        tests["no_customer"] = "customer_id IS NULL"
    return tests


def _refuse_repeats(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """A second row for one customer, product or experiment would double what is joined to it."""
    if table in UNIQUE:
        con.execute(
            f"UPDATE judged_{table} SET _reason = 'duplicate_id' WHERE _reason IS NULL AND _seq NOT IN "
            f"(SELECT min(_seq) FROM judged_{table} WHERE _reason IS NULL GROUP BY {UNIQUE[table]})"
        )


def _output(name: str, kind: str) -> str:
    if name in _DATE_OF_DAY:
        return f"({_DATE_OF_DAY[name]}::DATE - DATE '1970-01-01')::BIGINT"
    if name == "response_id":
        return "coalesce(response_id, format('r{:06d}', _seq))"
    if name == "survey_id":
        return "coalesce(survey_id, 'survey')"
    if name == "treatment_share":
        return "coalesce(treatment_share, 0.5)"
    return f'"{name}"::{kind}'


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
