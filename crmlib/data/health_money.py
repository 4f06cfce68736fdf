"""Money that is not what it is taken for: totals on every line, lines taken for totals, a unit that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmlib.data.beside import has
from crmlib.data.health_touched import touched

if TYPE_CHECKING:
    import duckdb

    from crmlib.data.read import Reading
    from crmlib.data.settings import Settings

# Orders of several products from which on a pattern is no chance, and the share of them that must have it.
LEAST_ORDERS, REPEATED, VARYING = 10, 0.95, 0.5
DIFFERENT = 0.2
# What a price is multiplied by when tax comes in or goes out, or yen become thousands.
FACTORS = (1.08, 1.1, 1 / 1.08, 1 / 1.1, 1000.0, 0.001)
LEAST_LINES, LEAST_PRODUCTS, TOGETHER, PRODUCTS = 3, 3, 0.6, 200


def repeated_total(con: duckdb.DuckDBPyConnection, reading: Reading) -> list[dict[str, Any]]:
    """The same money on all lines of an order although its products differ, and theirs from order to order."""
    if not (has(reading, "order_id") and has(reading, "product_id", "product_name")):
        return []
    name = "line_amount" if has(reading, "line_amount") else "unit_price"
    value = "_exact" if name == "line_amount" else "_price"
    con.execute(
        "CREATE OR REPLACE TEMP TABLE several AS SELECT _order, min(v) = max(v) AS same FROM "
        f"(SELECT _order, {_product(reading)} AS p, {value} AS v FROM judged WHERE reason IS NULL "
        "AND coalesce(line_type, 'product') = 'product') GROUP BY _order HAVING min(p) <> max(p)"
    )
    ((orders, same),) = con.execute("SELECT count(*), count(*) FILTER (same) FROM several").fetchall()
    found = []
    if orders >= LEAST_ORDERS and same >= REPEATED * orders and _varies(con, _product(reading), value):
        later = (
            "SELECT _seq FROM (SELECT _seq, row_number() OVER (PARTITION BY _order ORDER BY _seq) AS nth FROM judged "
            "WHERE reason IS NULL AND _order IN (SELECT _order FROM several WHERE same)) WHERE nth > 1"
        )
        facts = {"column": name, "header": reading.headers[name], "orders": int(orders), "same": int(same)}
        found = [touched(con, "repeated_total", f"_seq IN ({later})", **facts)]
    con.execute("DROP TABLE several")
    return found


def _product(reading: Reading) -> str:
    return "product_id" if has(reading, "product_id") else "product_name"


def _varies(con: duckdb.DuckDBPyConnection, product: str, value: str) -> bool:
    """Whether what most products cost changes from order to order: prices do not, totals do."""
    ((share,),) = con.execute(
        f"SELECT avg((low <> high)::INTEGER) FROM (SELECT min({value}) AS low, max({value}) AS high FROM judged "
        f"WHERE reason IS NULL AND _order IN (SELECT _order FROM several) GROUP BY {product} HAVING count(*) > 2)"
    ).fetchall()
    return share is not None and share >= VARYING


def lines_as_total(con: duckdb.DuckDBPyConnection, settings: Settings, reading: Reading) -> list[dict[str, Any]]:
    """Amounts mapped as the order's that differ from line to line: only the first of each order counts."""
    if not (has(reading, "order_id") and has(reading, "order_amount")):
        return []
    number = "try_cast(regexp_replace(r.order_amount::VARCHAR, '[^0-9.-]', '', 'g') AS DECIMAL(38, 9))"
    lines = (
        f"SELECT j._order, j._seq, {number} * {10**settings.minor_units} AS v FROM raw_orders r "
        "JOIN judged j USING (_seq) WHERE j.reason IS NULL AND r.order_amount IS NOT NULL"
    )
    ((several, differ, more),) = con.execute(
        "SELECT count(*), count(*) FILTER (low <> high), coalesce(sum(total - first) FILTER (low <> high), 0) FROM "
        f"(SELECT min(v) AS low, max(v) AS high, sum(v) AS total, min_by(v, _seq) AS first FROM ({lines}) "
        "GROUP BY _order HAVING count(*) > 1)"
    ).fetchall()
    if several < LEAST_ORDERS or differ < DIFFERENT * several:
        return []
    where = (
        f"reason IS NULL AND _order IN (SELECT _order FROM ({lines}) GROUP BY _order "
        "HAVING count(*) > 1 AND min(v) <> max(v))"
    )
    facts = {"column": "order_amount", "header": reading.headers["order_amount"], "orders": int(several),
             "same": int(several - differ)}  # fmt: skip
    found = touched(con, "lines_as_total", where, **facts)
    return [{**found, "d_orders": 0, "d_customers": 0, "d_amount": round(more)}]


def changed_unit(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """A month in which most products cost by one factor more or less than the month before."""
    month = "(year(d) * 12 + month(d) - 1)::BIGINT"
    sold = "quantity > 0 AND line_amount > 0 AND line_type = 'product' AND product_id IS NOT NULL"
    counts = ", ".join(
        f"count(*) FILTER (abs(r / {f!r} - 1) <= 0.002 + least(0.005, 1 / v)) AS f{n}" for n, f in enumerate(FACTORS)
    )
    rows = con.execute(
        f"WITH top AS (SELECT product_id FROM order_items WHERE {sold} GROUP BY 1 ORDER BY count(*) DESC, 1 "
        f"LIMIT {PRODUCTS}), l AS (SELECT product_id, DATE '1970-01-01' + order_day::INTEGER AS d, "
        f"line_amount / quantity AS p FROM order_items SEMI JOIN top USING (product_id) WHERE {sold}), "
        f"m AS (SELECT product_id, {month} AS m, median(p) AS v FROM l GROUP BY ALL HAVING count(*) >= {LEAST_LINES}), "
        "j AS (SELECT m, v, v / lag(v) OVER w AS r, m - lag(m) OVER w AS gap FROM m "
        "WINDOW w AS (PARTITION BY product_id ORDER BY m)) "
        f"SELECT m, count(*) AS n, {counts} FROM j WHERE gap = 1 GROUP BY m ORDER BY m"
    ).fetchall()
    found = []
    for m, n, *hits in rows:
        place = max(range(len(FACTORS)), key=hits.__getitem__)
        if hits[place] >= LEAST_PRODUCTS and hits[place] >= TOGETHER * n:
            found.append(_changed(con, int(m), FACTORS[place], int(hits[place]), int(n)))
    return found


def _changed(con: duckdb.DuckDBPyConnection, month: int, factor: float, hits: int, of: int) -> dict[str, Any]:
    """What lies before the month, and what it would be in the unit that came after."""
    before = f"reason IS NULL AND _at < DATE '{month // 12:04d}-{month % 12 + 1:02d}-01'"
    found = touched(con, "changed_unit", before, month=month, factor=round(factor, 4), products=hits, of=of)
    return {**found, "d_orders": 0, "d_customers": 0, "d_amount": round(found["amount"] * (factor - 1))}
