"""Raw order lines become `orders` and `order_items`; every row left out gets the first reason that applies.

The steps, each a DuckDB table: `filled` (cells that stand on an order's first line only), `typed` (numbers, dates,
codes), `judged` (one reason a row, the money of the row), `order_items`, `orders`.
"""

# ruff: noqa: S608 - the statements are put together from our own names; texts from outside go through `literal`.

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from crmlib.data.codes import translate_codes
from crmlib.data.ledger import Count, Day, LedgerLine
from crmlib.data.parse import clean, moment, money, number, rounded, whole
from crmlib.data.settings import Policy, Settings
from crmlib.data.tables import INPUTS, ORDER_MONEY, ORDER_TEXT, OUTPUTS

if TYPE_CHECKING:
    import duckdb

    from crmlib.data.read import Reading

_POLICY_REASONS = ("test", "staff", "cancelled", "returned", "pending", "sample", "negative", "zero_yen")
_NOT_PRODUCT = ("shipping", "fee", "discount", "tax", "point")


def build_orders(con: duckdb.DuckDBPyConnection, settings: Settings, reading: Reading) -> Count:
    """Make the tables `orders` and `order_items` from `raw_orders`, and count every row and its money."""
    _fill(con, reading)
    translate_codes(con, "orders", "filled", settings.sources["orders"], reading)
    _type(con, settings, reading)
    _judge(con, settings.policy, reading)
    _items(con)
    _orders(con, settings.policy, reading)
    if settings.policy.same_day == "merge":
        _merge_same_day(con)
    return _count(con, settings.policy, reading)


def _has(reading: Reading, *names: str) -> bool:
    return any(name in reading.columns for name in names)


def _fill(con: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    """Blank cells of an order's later lines take the first value found in the order."""
    when = "ordered_at" if _has(reading, "ordered_at") else "order_date"
    cells = {name: clean(name) if name in reading.columns else "NULL::VARCHAR" for name in INPUTS["orders"]}
    cells["when"] = cells[when]
    listed = ", ".join(f'{cell} AS "{name}"' for name, cell in cells.items())
    con.execute(f"CREATE TABLE cells AS SELECT _seq, _file, _row, _hash, {listed} FROM raw_orders")
    if not _has(reading, "order_id"):
        # One row is one order; the number of the row is all there is to call it by.
        con.execute("UPDATE cells SET order_id = format('r{:06d}', _seq)")
        con.execute("CREATE TABLE filled AS SELECT *, _seq AS _order FROM cells")
        return
    _number_orders(con, reading)
    filled = [n for n in ORDER_TEXT if n == "when" or n in reading.columns]
    once = [n for n in ORDER_MONEY if n in reading.columns]
    first = ", ".join(f'min_by("{n}", _seq) FILTER ("{n}" IS NOT NULL) AS "{n}"' for n in (*filled, *once))
    con.execute(f"CREATE TABLE heads AS SELECT _order, {first} FROM numbered WHERE _order IS NOT NULL GROUP BY _order")
    shown = [f'coalesce(n."{c}", h."{c}") AS "{c}"' for c in filled] + [
        f'CASE WHEN n._order IS NULL THEN n."{c}" ELSE h."{c}" END AS "{c}"' for c in once
    ]
    con.execute(
        f"CREATE TABLE filled AS SELECT n.* REPLACE ({', '.join(shown)}) FROM numbered n LEFT JOIN heads h USING (_order)"
    )
    con.execute("DROP TABLE heads; DROP TABLE numbered; DROP TABLE cells")


def _number_orders(con: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    """`_order` is the first row of the order; order ids are unique within a channel only."""
    channel = "'own'"
    if _has(reading, "channel"):
        channel = (
            "coalesce(last_value(channel IGNORE NULLS) OVER (PARTITION BY order_id ORDER BY _seq "
            "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), 'own')"
        )
    con.execute(f"CREATE TABLE channelled AS SELECT * REPLACE ({channel} AS channel) FROM cells")
    con.execute(
        "CREATE TABLE numbered AS SELECT c.*, o._order FROM channelled c LEFT JOIN (SELECT order_id, channel, "
        "min(_seq) AS _order FROM channelled WHERE order_id IS NOT NULL GROUP BY ALL) o USING (order_id, channel)"
    )
    con.execute("DROP TABLE channelled")


def _type(con: duckdb.DuckDBPyConnection, settings: Settings, reading: Reading) -> None:
    source, minor = settings.sources["orders"], settings.minor_units
    parsed = {"at": moment('"when"', source.date_format, settings.timezone), "exact": _exact(reading, minor)}
    parsed["n"] = whole("quantity") if _has(reading, "quantity") else "1::DECIMAL(12, 0)"
    parsed["price"] = money("unit_price", minor)
    parsed["seq_no"], parsed["line"] = whole("subscription_seq"), whole("line_no")
    for name in ORDER_MONEY[1:]:
        # A blank discount or fee is none; one that cannot be read makes the whole order unreadable.
        parsed[f"m_{name}"] = f"CASE WHEN {name} IS NULL THEN 0 ELSE {_taken(name, rounded(money(name, minor)))} END"
    listed = ", ".join(f"{expression} AS _{name}" for name, expression in parsed.items())
    con.execute(f"CREATE TABLE typed AS SELECT *, {listed} FROM filled")
    con.execute("DROP TABLE filled")


def _exact(reading: Reading, minor: int) -> str:
    """The money of a line in smallest units, exact; of the whole order where only that is known."""
    if _has(reading, "line_amount"):
        line = money("line_amount", minor)
    elif _has(reading, "unit_price"):
        quantity = whole("quantity") if _has(reading, "quantity") else "1::DECIMAL(12, 0)"
        line = f"({money('unit_price', minor)}) * ({quantity})"
    else:
        return f"({money('order_amount', minor)})::DECIMAL(38, 9)"
    if _has(reading, "line_discount"):
        line = f"({line}) - (CASE WHEN line_discount IS NULL THEN 0 ELSE abs({money('line_discount', minor)}) END)"
    return f"({line})::DECIMAL(38, 9)"


def _taken(name: str, amount: str) -> str:
    """Discounts and refunds are taken off, whichever sign the export gives them."""
    return f"abs({amount})" if name in ("discount_amount", "refunded_amount") else amount


def _by_order(reading: Reading) -> bool:
    return not _has(reading, "line_amount", "unit_price")


def _judge(con: duckdb.DuckDBPyConnection, policy: Policy, reading: Reading) -> None:
    if policy.exact_duplicates == "leave_out":
        con.execute(
            "CREATE TABLE twice AS SELECT _hash, min(_seq) AS _first FROM raw_orders GROUP BY _hash HAVING count(*) > 1"
        )
    else:
        con.execute("CREATE TABLE twice AS SELECT '' AS _hash, 0::BIGINT AS _first WHERE false")
    con.execute(
        "CREATE TABLE torn AS SELECT _order FROM typed WHERE _order IS NOT NULL GROUP BY _order "
        "HAVING min(customer_id) <> max(customer_id)"
    )
    cases = " ".join(f"WHEN {test} THEN '{reason}'" for reason, test in _tests(policy, reading).items())
    con.execute(
        f"CREATE TABLE reasoned AS SELECT t.*, CASE {cases} END AS reason, line_type AS _type FROM typed t "
        "LEFT JOIN twice d ON t._hash = d._hash LEFT JOIN torn c ON t._order = c._order "
        "LEFT JOIN marked_customers k ON t.customer_id = k.customer_id"
    )
    if _by_order(reading):
        # The order's money stands on its first row that counts, else on its first row.
        con.execute(
            "CREATE TABLE judged AS SELECT * REPLACE (CASE WHEN row_number() OVER "
            "(PARTITION BY coalesce(_order, -_seq) ORDER BY reason IS NOT NULL, _seq) = 1 THEN _exact ELSE 0 END AS _exact) "
            "FROM reasoned"
        )
    else:
        con.execute("ALTER TABLE reasoned RENAME TO judged")


def _tests(policy: Policy, reading: Reading) -> dict[str, str]:
    """A condition for each reason, in the printed order: the first that holds is the row's reason."""
    lines = [t for t in _NOT_PRODUCT if policy.shipping_and_fees == "leave_out" or t not in ("shipping", "fee")]
    unreadable = ["_exact IS NULL", "_n IS NULL", *(f"_m_{name} IS NULL" for name in ORDER_MONEY[1:])]
    tests = {
        "no_order_id": "order_id IS NULL",
        "bad_date": "_at IS NULL",
        "bad_amount": " OR ".join(unreadable),
        "exact_duplicate": "d._first < t._seq",
        "not_product": f"line_type IN ({', '.join(repr(t) for t in lines)})",
        "test": "status = 'test' OR t.is_test = 'true' OR k.is_test",
        "staff": "status = 'staff' OR t.is_staff = 'true' OR k.is_staff",
        "cancelled": "status = 'cancelled'",
        "returned": "status = 'returned'",
        "pending": "status = 'pending'",
        "sample": "order_kind = 'free'",
        "negative": "_exact < 0 OR _n < 0",
        "zero_yen": "_exact = 0",
        "customer_conflict": "c._order IS NOT NULL",
        "no_customer": "t.customer_id IS NULL",
    }
    kept = [name for name in _POLICY_REASONS if getattr(policy, name) == "keep"]
    return {reason: test for reason, test in tests.items() if reason not in kept}


def _items(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        f"""CREATE TABLE order_items AS
        SELECT t.order_id, t.channel, coalesce(t._line, row_number() OVER (PARTITION BY t._order ORDER BY t._seq))::BIGINT
            AS line_no, t.customer_id, (o._at::DATE - DATE '1970-01-01')::BIGINT AS order_day, t.product_id, t.product_name,
            t._n::BIGINT AS quantity, {rounded("t._price")} AS unit_price, {rounded("t._exact")} AS line_amount,
            coalesce(t.line_type, 'product') AS line_type, t._order, t._seq, t._exact
        FROM judged t JOIN (SELECT _order, min(_at) AS _at FROM judged WHERE reason IS NULL GROUP BY _order) o USING (_order)
        WHERE t.reason IS NULL"""
    )


def _orders(con: duckdb.DuckDBPyConnection, policy: Policy, reading: Reading) -> None:
    once = ", ".join(f"min_by(_m_{name}, _seq) AS {name}" for name in ORDER_MONEY[1:])
    first = ("order_id", "channel", "customer_id", "order_kind", "subscription_id", "acq_media", "status")
    heads = ", ".join(f"min_by({name}, _seq) AS {name}" for name in first)
    # A discount that stands on a line of its own is not a product, and is still taken off the order.
    con.execute(
        "CREATE TABLE discount_lines AS SELECT _order, sum(abs(round(_exact)))::BIGINT AS discount FROM judged "
        "WHERE reason = 'not_product' AND line_type = 'discount' GROUP BY _order"
    )
    con.execute(
        f"""CREATE TABLE heads AS SELECT _order, {heads}, {once}, min(_at) AS ordered_at,
            min_by(_seq_no, _seq)::BIGINT AS subscription_seq, sum(round(_exact))::BIGINT AS goods, sum(_n)::BIGINT AS n_items
        FROM judged WHERE reason IS NULL GROUP BY _order"""
    )
    # An order's own amount stands after its discounts; the sum of its lines stands before them.
    discount = "0::BIGINT" if _by_order(reading) else "coalesce(l.discount, 0) + h.discount_amount"
    refund = "h.refunded_amount" if policy.refunds == "subtract" else "0::BIGINT"
    gross = "goods + h.discount_amount" if _by_order(reading) else "goods"
    con.execute(
        f"""CREATE TABLE money AS SELECT h.*, ordered_at::DATE AS order_date,
            (ordered_at::DATE - DATE '1970-01-01')::BIGINT AS order_day, {discount} AS _discount, {refund} AS _refund,
            goods - _discount - _refund AS amount, {gross} AS gross_amount
        FROM heads h LEFT JOIN discount_lines l USING (_order)"""
    )
    con.execute(
        "CREATE TABLE orders AS SELECT * REPLACE (gross_amount - goods + _discount AS discount_amount, "
        "coalesce(order_kind, 'unknown') AS order_kind, coalesce(acq_media, 'unknown') AS acq_media, coalesce(status, 'valid') AS status) FROM money"
    )


def _merge_same_day(con: duckdb.DuckDBPyConnection) -> None:
    """Orders of one customer on one day become one, called by the first of them."""
    con.execute(
        "CREATE TABLE merged AS SELECT *, min(_order) OVER (PARTITION BY customer_id, order_day) AS _into FROM orders"
    )
    con.execute(
        "CREATE OR REPLACE TABLE order_items AS SELECT i.* REPLACE (f.order_id AS order_id, f.channel AS channel, "
        "row_number() OVER (PARTITION BY m._into ORDER BY i._seq) AS line_no, m._into AS _order) "
        "FROM order_items i JOIN merged m USING (_order) JOIN orders f ON f._order = m._into"
    )
    summed = ("amount", "gross_amount", "goods", "_discount", "_refund", "n_items", *ORDER_MONEY[1:])
    sums = ", ".join(f"sum({name})::BIGINT AS {name}" for name in summed)
    first = [n for n in OUTPUTS["orders"] if n not in summed and n != "_order"]
    heads = ", ".join(f"min_by({name}, _order) AS {name}" for name in first)
    con.execute(f"CREATE OR REPLACE TABLE orders AS SELECT _into AS _order, {heads}, {sums} FROM merged GROUP BY _into")


def _count(con: duckdb.DuckDBPyConnection, policy: Policy, reading: Reading) -> Count:
    found = {
        reason: LedgerLine(reason, rows, None if reason == "bad_amount" else amount)
        for reason, rows, amount in con.execute(
            "SELECT reason, count(*), coalesce(sum(_exact), 0) FROM judged WHERE reason IS NOT NULL GROUP BY reason"
        ).fetchall()
    }
    lines = [LedgerLine("broken_row", len(reading.broken), None)] if reading.broken else []
    for reason in _tests(policy, reading):
        if reason in found:
            lines.append(found[reason])
        elif _could_hit(reason, policy, reading):
            lines.append(LedgerLine(reason, 0, Decimal(0)))
    adjusts = [name for name, columns in (("discount", ("discount_amount",)), ("refund", ("refunded_amount",)))
               if _has(reading, *columns)]  # fmt: skip
    if _by_order(reading) and "discount" in adjusts:
        adjusts.remove("discount")
    if policy.same_day == "merge":
        adjusts.append("same_day_merge")
    return Count("orders", tuple(lines), _days(con), True, ("rounding", *adjusts))


def _could_hit(reason: str, policy: Policy, reading: Reading) -> bool:
    """A reason that the policy sets is printed with 0 rows where the export could have shown it."""
    seen = {
        "exact_duplicate": True, "not_product": _has(reading, "line_type"), "test": _has(reading, "is_test", "status"),
        "staff": _has(reading, "is_staff"), "cancelled": _has(reading, "status"), "returned": _has(reading, "status"),
        "pending": _has(reading, "status"), "sample": _has(reading, "order_kind"), "negative": True, "zero_yen": True,
    }  # fmt: skip
    return seen.get(reason, False) and not (reason == "exact_duplicate" and policy.exact_duplicates == "keep")


def _days(con: duckdb.DuckDBPyConnection) -> tuple[Day, ...]:
    rows = con.execute(
        """WITH lines AS (SELECT order_day, count(*) AS n, sum(_exact) AS exact, sum(line_amount) AS rounded
                          FROM order_items GROUP BY 1),
                taken AS (SELECT order_day, sum(_discount) AS discount, sum(_refund) AS refund FROM orders GROUP BY 1)
           SELECT order_day, n, exact, rounded, discount, refund FROM lines JOIN taken USING (order_day) ORDER BY 1"""
    ).fetchall()
    return tuple(Day(day, n, *(Decimal(x) for x in sums)) for day, n, *sums in rows)
