"""What in an export of orders looks wrong, counted on every row while its tables are built; nothing is changed by it.

Each finding is a plain mapping: `check`; `n_rows`, `n_orders`, `n_customers`, `amount` that it touches (smallest
units); `counted`, whether these rows are in the numbers; `d_orders`, `d_customers`, `d_amount`, what the numbers change
by if they were treated the other way; `facts`, which vary with the check. No cell of the export is among them but a
number, a month and the name of a column.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from crmlib.data.beside import by_order, has
from crmlib.data.health_money import changed_unit, lines_as_total, repeated_total
from crmlib.data.health_tests import keyed_tests, named_tests, tested
from crmlib.data.health_touched import touched

if TYPE_CHECKING:
    import duckdb

    from crmlib.data.files import SourceFile
    from crmlib.data.read import Reading
    from crmlib.data.settings import Settings

Found = dict[str, Any]
# Six nines and more are no price but a place for one; -9999 is how Rakuten writes that it is not known yet.
PLACEHOLDER = r"-9{4,}|-?9{6,}|-?9(,?999)+,999"
# So many orders of one yen are a slip; more of them are an offer.
ONE_YEN_SHARE, ONE_YEN_FEW = 0.01, 3
# Orders of one customer, day and amount under several numbers: as many as this are no chance.
TWICE_SHARE, TWICE_LEAST = 0.005, 5
PARTS_SHOWN = 50
_MONTH = "(year({0}) * 12 + month({0}) - 1)::BIGINT"
_REVERSED = "reason IN ('returned', 'negative')"


def look(
    con: duckdb.DuckDBPyConnection, settings: Settings, readings: dict[str, Reading],
    files: dict[str, list[SourceFile]],
) -> dict[str, list[Any]]:  # fmt: skip
    """The findings, the months (month, rows, of which without a customer) and the orders of each part by month."""
    if "orders" not in readings:
        return {"findings": [], "months": [], "parts": []}
    reading = readings["orders"]
    found = [
        *_rows(con, settings, readings, _made(files.get("orders", []))),
        *_dates(con, reading),
        *_twice(con),
        *(lines_as_total(con, settings, reading) if by_order(reading) else repeated_total(con, reading)),
        *changed_unit(con),
    ]
    con.execute("DROP TABLE IF EXISTS hit")
    return {"findings": found, "months": _months(con), "parts": _parts(con)}


def _made(files: list[SourceFile]) -> date:
    """The day after the youngest file was written, or tomorrow: wherever the shop is, nothing was ordered later."""
    times = [file.path.stat().st_mtime for file in files if file.path.is_file()]
    stamp = datetime.fromtimestamp(max(times), tz=UTC) if times else datetime.now(tz=UTC)
    return date.fromordinal(stamp.date().toordinal() + 1)


def _rows(con: duckdb.DuckDBPyConnection, settings: Settings, readings: dict[str, Reading], made: date) -> list[Found]:
    """What a row tells by itself: all conditions are counted in one pass, and only what is there is looked at again."""
    reading = readings["orders"]
    tests = {
        "exact_duplicate": "reason = 'exact_duplicate'",
        "customer_conflict": "reason = 'customer_conflict'",
        "below_zero": f"(_exact < 0 OR _n < 0) AND {_REVERSED}",
        "below_zero_counted": "(_exact < 0 OR _n < 0) AND reason IS NULL",
        "future": f"_at::DATE > DATE '{made}' AND reason IS NULL",
        "no_customer": "reason = 'no_customer'",
        **_placeholders(reading),
        **named_tests(con, reading),
        **keyed_tests(settings, readings),
    }
    counts = ", ".join(f"count(*) FILTER ({test})" for test in tests.values())
    (numbers,) = con.execute(f"SELECT {counts} FROM judged").fetchall()
    found = [
        touched(con, check, tests[check], **_facts(con, check, tests[check], reading, made))
        for check, n in zip(tests, numbers, strict=True)
        if n
    ]
    for one in found:
        if one["check"] == "exact_duplicate":
            one.update(_kept_twice(con))
    return [*found, *_one_yen(con, settings, reading)]


def _kept_twice(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """What keeping duplicates would add: the money of those alone whose first row counts, and no order."""
    ((money,),) = con.execute(
        "SELECT coalesce(sum(_exact), 0) FROM judged d WHERE reason = 'exact_duplicate' AND _hash IN "
        "(SELECT _hash FROM judged WHERE reason IS NULL AND _hash IN "
        "(SELECT _hash FROM judged WHERE reason = 'exact_duplicate'))"
    ).fetchall()
    return {"d_orders": 0, "d_customers": 0, "d_amount": round(money)}


def _placeholders(reading: Reading) -> dict[str, str]:
    names = [name for name in ("unit_price", "line_amount", "order_amount") if has(reading, name)]
    cells = " OR ".join(f"regexp_full_match(trim({name}::VARCHAR), '{PLACEHOLDER}')" for name in names)
    # Money is looked at first: a text is matched for the few rows alone whose amount may be one of these.
    few = "(abs(_exact) >= 99999900 OR abs(_price) >= 999999 OR abs(_exact) >= 999999 OR _exact < 0)"
    return {"placeholder": f"reason IS NULL AND {few} AND ({cells})"} if names else {}


def _facts(con: duckdb.DuckDBPyConnection, check: str, where: str, reading: Reading, made: date) -> dict[str, Any]:
    """What a sentence and a key of the client file need: headers, cells that are no person's, a day."""
    if check == "placeholder":
        names = [name for name in ("unit_price", "line_amount", "order_amount") if has(reading, name)]
        cells = " UNION ALL ".join(f"SELECT trim({name}::VARCHAR) AS cell FROM judged WHERE {where}" for name in names)
        few = f"SELECT DISTINCT cell FROM ({cells}) WHERE regexp_full_match(cell, '{PLACEHOLDER}') ORDER BY 1 LIMIT 3"
        return {"cells": [cell for (cell,) in con.execute(few).fetchall()]}
    if check == "test_product":
        return tested(con, where, reading)
    if check == "future":
        return {"made": made.isoformat()}
    if check == "no_customer":
        return {"instead": next((one for one in reading.unmapped if re.search(r"mail|メール", one, re.IGNORECASE)), "")}
    return {}


def _one_yen(con: duckdb.DuckDBPyConnection, settings: Settings, reading: Reading) -> list[Found]:
    if settings.minor_units:
        return []
    ((n, total),) = con.execute("SELECT count(*) FILTER (amount = 1), count(*) FROM orders").fetchall()
    if not n or n > max(ONE_YEN_FEW, ONE_YEN_SHARE * total):
        return []
    where = "reason IS NULL AND _order IN (SELECT _order FROM orders WHERE amount = 1)"
    name = next(name for name in ("line_amount", "unit_price", "order_amount") if has(reading, name))
    return [touched(con, "one_yen", where, header=reading.headers[name])]


def _dates(con: duckdb.DuckDBPyConnection, reading: Reading) -> list[Found]:
    """Lines of one order number that are of several days: two orders under one number, or no date of the order's."""
    if not has(reading, "order_id"):
        return []
    con.execute(
        "CREATE OR REPLACE TEMP TABLE several AS SELECT _order FROM judged WHERE reason IS NULL GROUP BY _order "
        "HAVING min(_at)::DATE <> max(_at)::DATE"
    )
    ((n,),) = con.execute("SELECT count(*) FROM several").fetchall()
    found = [touched(con, "order_dates", "reason IS NULL AND _order IN (SELECT _order FROM several)")] if n else []
    con.execute("DROP TABLE several")
    return found


def _twice(con: duckdb.DuckDBPyConnection) -> list[Found]:
    """Orders after the first of the same customer, day, amount and channel, where they are too many for chance."""
    same = "customer_id, order_day, amount"
    several = f"SELECT ({same}) FROM orders WHERE amount > 0 GROUP BY {same} HAVING count(*) > 1"
    later = (
        f"SELECT _order FROM (SELECT _order, row_number() OVER (PARTITION BY {same} ORDER BY _order) AS nth "
        f"FROM orders WHERE ({same}) IN ({several})) WHERE nth > 1"
    )
    ((pairs,),) = con.execute(
        "SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM orders WHERE amount > 0 "
        "GROUP BY customer_id, order_day, amount HAVING count(*) > 1)"
    ).fetchall()
    ((total,),) = con.execute("SELECT count(*) FROM orders").fetchall()
    if pairs < max(TWICE_LEAST, TWICE_SHARE * total):
        return []
    return [touched(con, "same_basket", f"reason IS NULL AND _order IN ({later})")]


def _months(con: duckdb.DuckDBPyConnection) -> list[list[int]]:
    month = _MONTH.format("_at")
    guest = "count(*) FILTER (reason = 'no_customer')"
    rows = con.execute(
        f"SELECT {month} AS m, count(*), {guest} FROM judged WHERE _at IS NOT NULL "
        "AND (reason IS NULL OR reason = 'no_customer') GROUP BY m ORDER BY m"
    ).fetchall()
    return [[int(cell) for cell in row] for row in rows]


def _parts(con: duckdb.DuckDBPyConnection) -> list[list[Any]]:
    """Orders and money by month of each medium, channel, kind and category: the largest of each."""
    month = _MONTH.format("order_date")
    lines = _MONTH.format("(DATE '1970-01-01' + i.order_day::INTEGER)")
    asked = {name: f"SELECT {name} AS part, {month} AS m, count(*) AS n, sum(amount)::BIGINT AS amount FROM orders "
             "GROUP BY ALL" for name in ("acq_media", "channel", "order_kind")}  # fmt: skip
    if con.execute("SELECT 1 FROM products WHERE category_l1 IS NOT NULL LIMIT 1").fetchall():
        asked["category_l1"] = (
            f"SELECT category_l1 AS part, {lines} AS m, count(DISTINCT i._order) AS n, "
            "sum(line_amount)::BIGINT AS amount FROM order_items i JOIN products USING (product_id) GROUP BY ALL"
        )
    found: list[list[Any]] = []
    for name, rows in asked.items():
        largest = f"sum(n) OVER (PARTITION BY part) AS total FROM ({rows}) WHERE part NOT IN ('', 'unknown')"
        placed = f"SELECT *, dense_rank() OVER (ORDER BY total DESC, part) AS place FROM (SELECT *, {largest})"
        top = f"SELECT part, m, n, amount FROM ({placed}) WHERE place <= {PARTS_SHOWN} ORDER BY part, m"
        found += [[name, str(part), int(m), int(n), int(money)] for part, m, n, money in con.execute(top).fetchall()]
    return found
