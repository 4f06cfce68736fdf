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

# The column that must be unique, the date that must be readable, and the key that must be there, where a table has one.
UNIQUE = {"customers": "customer_id", "products": "product_id", "experiments": "experiment_id",
          "subscriptions": "subscription_id", "scenarios": "scenario_id", "messages": "message_id"}  # fmt: skip
REQUIRED_DATE = {
    "surveys": "answered_at", "surveys_sent": "sent_at", "assignments": "assigned_at", "subscriptions": "start_date",
    "subscription_events": "event_at", "engagement": "event_at", "referrals": "referred_at",
    "contacts": "contacted_at", "inquiries": "asked_at", "ad_costs": "date", "sends": "sent_at",
    "kpi_targets": "period", "actions": "created",
}  # fmt: skip
REQUIRED_ID = {"products": "product_id", "experiments": "experiment_id", "assignments": "unit_id",
               "subscriptions": "subscription_id", "subscription_events": "subscription_id",
               "ad_costs": "media", "scenarios": "scenario_id", "messages": "message_id", "sends": "message_id",
               "kpi_targets": "kpi_id"}  # fmt: skip
# Whose row it is; an inquiry may be anybody's.
CUSTOMER = {"referrals": "referrer_customer_id"} | {
    table: "customer_id" for table, columns in INPUTS.items() if "customer_id" in columns and table != "inquiries"
}
# A row of the one belongs to a row of the other: column, table.
BELONGS = {"assignments": ("experiment_id", "experiments"), "subscription_events": ("subscription_id", "subscriptions")}
# What a table is judged by: a cell of these that cannot be read leaves its row out, and a wrong one too.
JUDGED = {
    "experiments": {
        "window_days": "coalesce(window_days >= 1, false)",
        "treatment_share": "coalesce(treatment_share > 0 AND treatment_share < 1, false)",
        "start_date": "start_date IS NOT NULL",
        "end_date": "end_date IS NOT NULL",
    },
    "subscriptions": {
        "interval_days": "coalesce(interval_days >= 1, false)",
        "cancel_date": "coalesce(cancel_date >= start_date, false)",
    },
    "ad_costs": {"cost": "cost IS NOT NULL"},
}
# A row of a list to be filled in that nobody has filled in: date, staff and result are blank.
FORM = {"contacts": {"contacted_at": "_no_contacted_at", "staff": "staff IS NULL", "result": "result = 'unknown'"}}
_MAY_BE_BLANK = ("treatment_share", "start_date", "end_date", "interval_days", "cancel_date")
# Numbers that cannot be: a rate of 45 would multiply every profit, a settling of 0 orders would settle everybody.
_POSSIBLE = {
    "gross_margin_rate": "<= 1", "unit_cost": ">= 0", "cycle_days": ">= 1", "settle_orders": ">= 1",
    "settle_days": ">= 0", "birth_year": "BETWEEN 1880 AND 2100", "impressions": ">= 0", "clicks": ">= 0",
    "conversions": ">= 0",
}  # fmt: skip
_DATE_OF_DAY = {
    "answered_day": "answered_at", "sent_day": "sent_at", "assigned_day": "assigned_at",
    "first_seen_day": "first_seen_date", "start_day": "start_date", "end_day": "end_date", "lead_day": "lead_date",
    "cancel_day": "cancel_date", "event_day": "event_at", "referred_day": "referred_at",
    "contacted_day": "contacted_at", "next_action_day": "next_action_date", "asked_day": "asked_at",
    "cost_day": "date", "opened_day": "opened_at", "clicked_day": "clicked_at", "unsubscribed_day": "unsubscribed_at",
    "created_day": "created", "due_day": "due",
}  # fmt: skip
# Costs of advertising are often written down by the month, which stands for its first day.
_MONTHS = ["%Y-%m", "%Y/%m", "%Y年%m月"]
_WITHOUT = {
    "response_id": "coalesce(response_id, format('r{:06d}', _seq))",
    "inquiry_id": "coalesce(inquiry_id, format('q{:06d}', _seq))",
    "survey_id": "coalesce(survey_id, 'survey')",
    # A code of who called, with a digit in it; whoever wrote a name there is not carried on.
    "staff": "CASE WHEN regexp_full_match(staff, '[A-Za-z_-]*[0-9][A-Za-z0-9_-]*') AND length(staff) <= 8"
    " THEN staff END",
    "treatment_share": "coalesce(treatment_share, 0.5)",
    "send_id": "coalesce(send_id, format('s{:06d}', _seq))",
    "action_id": "coalesce(action_id, format('a{:06d}', _seq))",
    "month": "(year(period) * 12 + month(period) - 1)::BIGINT",
    "scope": "coalesce(scope, 'all')",
}
# A subscription with a date of cancellation is cancelled, and only a cancelled one has a reason.
_SUBSCRIPTION = {
    "status": "CASE WHEN cancel_date IS NOT NULL THEN 'cancelled' ELSE status END",
    "cancel_reason": "CASE WHEN cancel_date IS NOT NULL OR status = 'cancelled' THEN cancel_reason END",
}


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
    reading.unread = _unread(con, table)
    cases = " ".join(f"WHEN {test} THEN '{reason}'" for reason, test in _tests(table).items())
    con.execute(f"CREATE TABLE judged_{table} AS SELECT *, CASE {cases} END AS _reason FROM typed_{table}")
    _refuse_repeats(con, table)
    shown = ", ".join(f'{_output(table, name, kind)} AS "{name}"' for name, kind in OUTPUTS[table].items())
    con.execute(f"CREATE TABLE {table} AS SELECT {shown} FROM judged_{table} WHERE _reason IS NULL ORDER BY _seq")
    return _count(con, table, reading)


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


def _parsed(name: str, column: Column, formats: list[str] | None, settings: Settings) -> str:
    expression = f'"{name}"'
    if column.kind == "when":
        expression = moment(expression, formats, settings.timezone)
        if name == "date" and formats is None:
            months = moment('"date"', _MONTHS, settings.timezone)
            expression = f"coalesce({expression}, {months})"
    elif column.kind == "money":
        expression = rounded(money(expression, settings.minor_units))
    elif name == "window_days":
        expression = f"({days(expression)})::BIGINT"
    elif column.kind == "whole":
        expression = f"({whole(expression)})::BIGINT"
    elif column.kind in ("number", "share"):
        expression = share(expression)
    elif column.kind == "comment":
        expression = "NULL::VARCHAR"  # until it can be masked
    elif column.kind == "flag":
        expression = f"coalesce({expression}, 'false') = 'true'"
    elif column.kind == "consent":
        expression = f"{expression} = 'true'"
    elif column.kind == "code" and column.default is not None:
        expression = f"coalesce({expression}, '{column.default}')"
    return f'{_possible(name, expression)} AS "{name}"'


def _possible(name: str, expression: str) -> str:
    test = _POSSIBLE.get(name)
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
        f"NOT (_no_{name} OR {test})" if name in _MAY_BE_BLANK else f"NOT {test}"
        for name, test in JUDGED.get(table, {}).items()
    ]
    if wrong:
        tests["bad_value"] = " OR ".join(wrong)
    tests["exact_duplicate"] = "_seq > min(_seq) OVER (PARTITION BY _hash)"
    if table in BELONGS:
        name, other = BELONGS[table]
        # Without a table of subscriptions their events stand for themselves.
        needed = "true" if table == "assignments" else f"EXISTS (SELECT 1 FROM {other})"
        tests["orphan"] = f"{needed} AND ({name} IS NULL OR {name} NOT IN (SELECT {name} FROM {other}))"
    if table in CUSTOMER:
        tests["no_customer"] = f"{CUSTOMER[table]} IS NULL"
    return tests


def _refuse_repeats(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """A second row for one customer, product or experiment would double what is joined to it."""
    if table in UNIQUE:
        con.execute(
            f"UPDATE judged_{table} SET _reason = 'duplicate_id' WHERE _reason IS NULL AND _seq NOT IN "
            f"(SELECT min(_seq) FROM judged_{table} WHERE _reason IS NULL GROUP BY {UNIQUE[table]})"
        )


def _output(table: str, name: str, kind: str) -> str:
    if name in _DATE_OF_DAY:
        return f"({_DATE_OF_DAY[name]}::DATE - DATE '1970-01-01')::BIGINT"
    if table == "subscriptions" and name in _SUBSCRIPTION:
        return _SUBSCRIPTION[name]
    return _WITHOUT.get(name, f'"{name}"::{kind}')


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
