"""Raw order lines become `orders` and `order_items`; every row left out gets the first reason that applies.

The steps, each a DuckDB table: `filled` (cells that stand on an order's first line only), `typed` (numbers, times,
codes), `judged` (one reason a row, and its money), `order_items`, `orders`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from crmlib.data.beside import by_order, has, refuse_twice, shipping_sign
from crmlib.data.codes import translate_codes
from crmlib.data.known import policy_known
from crmlib.data.ledger import SHIPPING, Count, Day, LedgerLine
from crmlib.data.parse import bounded, moment, money, parse_column, rounded, whole
from crmlib.data.rules import NO_DATE
from crmlib.data.shapes import refuse_unread_dates
from crmlib.data.sql import literals
from crmlib.data.tables import INPUTS, ORDER_MONEY, ORDER_TEXT, OUTPUTS
from crmlib.data.unpack import carry, is_row

if TYPE_CHECKING:
    import duckdb

    from crmlib.data.read import Reading
    from crmlib.data.settings import Policy, Settings

_POLICY_REASONS = ("test", "staff", "cancelled", "returned", "pending", "sample", "negative", "zero_yen")
_NOT_PRODUCT = ("shipping", "fee", "discount", "tax", "point")
_BESIDE = ORDER_MONEY[1:]  # money that stands beside the order's own amount


def build_orders(con: duckdb.DuckDBPyConnection, settings: Settings, reading: Reading) -> Count:
    """Make the tables `orders` and `order_items` from `raw_orders`, and count every row and its money."""
    _fill(con, reading)
    translate_codes(con, "orders", "filled", settings.sources["orders"], reading)
    _type(con, settings, reading)
    _judge(con, settings.policy, reading)
    refuse_twice(con, settings, reading)
    _items(con, reading)
    _orders(con, settings.policy, reading)
    _leave_out_unsold(con, settings.policy)
    if settings.policy.same_day == "merge":
        _merge_same_day(con)
    carry(con, "orders")
    return _count(con, settings.policy, reading)


# --- cells that stand on an order's first line only ------------------------------------------------------------------


def _fill(con: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    """Blank cells of an order's later lines take the first value found in the order; `_order` is its first row."""
    # A column that the export has not takes one byte a row in every step, and not the sixteen of a text.
    con.execute("CREATE TYPE nothing AS ENUM ('')")
    cells = {name: name if name in reading.columns else "NULL::nothing" for name in INPUTS["orders"]}
    cells["when"] = "ordered_at" if has(reading, "ordered_at") else "order_date"
    if not has(reading, "order_id"):
        # One row is one order, and the number of the row is all there is to call it by.
        cells["order_id"] = "format('r{:06d}', _seq)"
        cells["channel"] = f"coalesce({cells['channel']}, 'own')"
    listed = ", ".join(f'{cell} AS "{name}"' for name, cell in cells.items())
    if not has(reading, "order_id"):
        con.execute(f"CREATE TABLE filled AS SELECT _seq, _hash, _seq AS _order, {listed} FROM raw_orders")
        return
    con.execute(f"CREATE VIEW cells AS SELECT _seq, _hash, {listed} FROM raw_orders")
    _number_orders(con, reading)
    _fill_from_heads(con, reading)
    con.execute("DROP TABLE IF EXISTS numbered")


def _number_orders(con: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    """Order ids are unique within a channel only; a blank channel is the one on the order's line above."""
    channel = "'own'"
    if has(reading, "channel"):
        channel = (
            "coalesce(last_value(channel IGNORE NULLS) OVER (PARTITION BY order_id ORDER BY _seq "
            "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), 'own')"
        )
    con.execute(
        f"CREATE TABLE numbered AS WITH c AS (SELECT * REPLACE ({channel} AS channel) FROM cells) "
        "SELECT c.*, o._order FROM c LEFT JOIN (SELECT order_id, channel, min(_seq) AS _order FROM c "
        "WHERE order_id IS NOT NULL GROUP BY ALL) o USING (order_id, channel)"
    )


def _fill_from_heads(con: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    filled = [name for name in ORDER_TEXT if name == "when" or name in reading.columns]
    once = [name for name in ORDER_MONEY if name in reading.columns]
    blank = " OR ".join(f'"{name}" IS NULL' for name in filled)
    if not once and not con.execute(f"SELECT 1 FROM numbered WHERE {blank} LIMIT 1").fetchall():
        con.execute("ALTER TABLE numbered RENAME TO filled")
        return
    first = ", ".join(f'min_by("{name}", _seq) FILTER ("{name}" IS NOT NULL) AS "{name}"' for name in (*filled, *once))
    shown = [f'coalesce(n."{name}", h."{name}") AS "{name}"' for name in filled]
    # An order's amounts are the first ones it gives, also on lines that repeat them otherwise.
    shown += [f'CASE WHEN n._order IS NULL THEN n."{name}" ELSE h."{name}" END AS "{name}"' for name in once]
    con.execute(
        f"CREATE TABLE filled AS WITH h AS "
        f"(SELECT _order, {first} FROM numbered WHERE _order IS NOT NULL GROUP BY _order) "
        f"SELECT n.* REPLACE ({', '.join(shown)}) FROM numbered n LEFT JOIN h USING (_order)"
    )


# --- numbers, times, codes -------------------------------------------------------------------------------------------


def _type(con: duckdb.DuckDBPyConnection, settings: Settings, reading: Reading) -> None:
    source, minor = settings.sources["orders"], settings.minor_units
    columns = {name: money("text", minor) for name in (*ORDER_MONEY, "unit_price", "line_amount", "line_discount")}
    columns |= {name: whole("text") for name in ("quantity", "subscription_seq", "line_no")}
    columns = {name: expression for name, expression in columns.items() if name in reading.columns}
    columns["when"] = moment("text", reading.date_formats(source), settings.timezone)
    if has(reading, "cancelled_at"):
        columns["cancelled_at"] = columns["when"]
    tables = {name: parse_column(con, "filled", name, expression) for name, expression in columns.items()}
    joins = " ".join(f'LEFT JOIN {table} AS p_{name} ON f."{name}" = p_{name}.text' for name, table in tables.items())
    values = {name: f"p_{name}.value" if name in tables else "NULL" for name in ("when", "unit_price", "cancelled_at")}
    listed = {
        "_at": values["when"],
        "_cancelled_at": values["cancelled_at"],
        "_n": "p_quantity.value" if "quantity" in tables else "1::DECIMAL(12, 0)",
        "_price": values["unit_price"],
        "_seq_no": "p_subscription_seq.value" if "subscription_seq" in tables else "NULL",
        "_line": "p_line_no.value" if "line_no" in tables else "NULL",
        "_exact": f"({bounded(_exact(reading))})::DECIMAL(38, 9)",
        **{f"_{name}": _beside(name, reading) for name in _BESIDE},
    }
    shown = ", ".join(f"{expression} AS {name}" for name, expression in listed.items())
    con.execute(f"CREATE TABLE typed AS SELECT f.*, {shown} FROM filled f {joins}")
    con.execute("DROP TABLE filled")
    name = "ordered_at" if has(reading, "ordered_at") else "order_date"
    refuse_unread_dates(con, "typed", "when", "_at", name, source, reading)


def _exact(reading: Reading) -> str:
    """The money of a line in smallest units, exact; of the whole order where only that is known."""
    if has(reading, "line_amount"):
        line = "p_line_amount.value"
    elif has(reading, "unit_price"):
        line = "p_unit_price.value" + (" * p_quantity.value" if has(reading, "quantity") else "")
    else:
        return "p_order_amount.value"
    if has(reading, "line_discount"):
        return f"{line} - CASE WHEN f.line_discount IS NULL THEN 0 ELSE abs(p_line_discount.value) END"
    return line


def _beside(name: str, reading: Reading) -> str:
    """A blank discount or fee is none; discounts and refunds are taken off, whichever sign the export gives them."""
    if name not in reading.columns:
        return "0::BIGINT"
    amount = rounded(bounded(f"p_{name}.value"))
    if name in ("discount_amount", "refunded_amount"):
        amount = f"abs({amount})"
    return f"CASE WHEN f.{name} IS NULL THEN 0 ELSE {amount} END"


# --- one reason a row ------------------------------------------------------------------------------------------------


def _judge(con: duckdb.DuckDBPyConnection, policy: Policy, reading: Reading) -> None:
    twice = "SELECT _hash, min(_seq) AS _first FROM typed GROUP BY _hash HAVING count(*) > 1"
    torn = (
        "SELECT _order, true AS _torn FROM typed WHERE _order IS NOT NULL GROUP BY _order "
        "HAVING min(customer_id) <> max(customer_id)"
    )
    cases = " ".join(f"WHEN {test} THEN '{reason}'" for reason, test in _tests(policy, reading).items())
    con.execute(
        f"CREATE TABLE judged AS SELECT t.*, CASE {cases} END AS reason FROM typed t LEFT JOIN ({twice}) USING (_hash) "
        f"LEFT JOIN ({torn}) USING (_order) LEFT JOIN marked_customers k ON t.customer_id = k.customer_id"
    )
    if by_order(reading):
        _count_once(con)
    con.execute("DROP TABLE typed")


def _count_once(con: duckdb.DuckDBPyConnection) -> None:
    """The order's money stands on its first row that counts, else on its first row; the others have none."""
    rank = "row_number() OVER (PARTITION BY coalesce(_order, -_seq) ORDER BY reason IS NOT NULL, _seq)"
    con.execute(
        f"CREATE OR REPLACE TABLE judged AS SELECT * REPLACE (CASE WHEN {rank} = 1 THEN _exact ELSE 0 END AS _exact) "
        "FROM judged"
    )


def _tests(policy: Policy, reading: Reading) -> dict[str, str]:
    """A condition for each reason, in the printed order: the first that holds is the row's reason."""
    # An order of which nothing is left without its shipping bought nothing.
    goods = "_exact - _shipping_fee - _fee" if shipping_sign(policy, reading) == 1 else "_exact"
    lines = [
        kind for kind in _NOT_PRODUCT if policy.shipping_and_fees == "leave_out" or kind not in ("shipping", "fee")
    ]
    unreadable = ("_exact", "_n", *(f"_{name}" for name in _BESIDE))
    tests = {
        "no_order_id": "t.order_id IS NULL",
        "bad_date": f"_at IS NULL OR (_cancelled_at IS NULL AND NOT regexp_full_match(cancelled_at, '{NO_DATE}'))",
        "bad_amount": " OR ".join(f"{name} IS NULL" for name in unreadable),
        "exact_duplicate": "_first < t._seq",
        "not_product": f"line_type IN ({literals(lines)})",
        "test": "status = 'test' OR t.is_test = 'true' OR k.is_test",
        "staff": "status = 'staff' OR t.is_staff = 'true' OR k.is_staff",
        "cancelled": "status = 'cancelled' OR _cancelled_at IS NOT NULL",
        "returned": "status = 'returned'",
        "pending": "status = 'pending'",
        "sample": "order_kind = 'free'",
        "negative": f"{goods} < 0 OR _n < 0",
        "zero_yen": f"{goods} = 0",
        "customer_conflict": "_torn",
        "no_customer": "t.customer_id IS NULL",
    }
    kept = [name for name in _POLICY_REASONS if getattr(policy, name) == "keep"]
    if policy.exact_duplicates == "keep":
        kept.append("exact_duplicate")
    return {reason: test for reason, test in tests.items() if reason not in kept}


# --- the canonical tables --------------------------------------------------------------------------------------------


def _items(con: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    # Where the export has names and no codes, the name is what a product is told by.
    named = "CASE WHEN coalesce(line_type, 'product') = 'product' THEN product_name END AS product_id"
    own = "CASE WHEN line_type IS DISTINCT FROM 'option' THEN product_id END AS product_id"
    product = own if has(reading, "product_id") else named
    con.execute(
        f"""CREATE TABLE order_items AS
        WITH used AS (SELECT * FROM judged WHERE reason IS NULL),
             dated AS (SELECT _order, (min(_at)::DATE - DATE '1970-01-01')::BIGINT AS order_day
                       FROM used GROUP BY _order)
        SELECT order_id, channel,
            coalesce(_line, row_number() OVER (PARTITION BY _order ORDER BY _seq))::BIGINT AS line_no,
            customer_id, order_day, {product}, product_name, _n::BIGINT AS quantity, {rounded("_price")} AS unit_price,
            {rounded("_exact")} AS line_amount, coalesce(line_type, 'product') AS line_type, _order, _seq, _exact
        FROM used JOIN dated USING (_order)"""
    )


def _orders(con: duckdb.DuckDBPyConnection, policy: Policy, reading: Reading) -> None:
    first = {name: name for name in ("order_id", "channel", "customer_id", "subscription_id")}
    first |= {"order_kind": "coalesce(order_kind, 'unknown')", "acq_media": "coalesce(acq_media, 'unknown')"}
    first |= {"status": "coalesce(status, 'valid')", "subscription_seq": "_seq_no"}
    first |= {name: f"_{name}" for name in _BESIDE}
    heads = ", ".join(f"min_by({expression}, _seq) AS {name}" for name, expression in first.items())
    # An order's own amount stands after its discounts; the sum of its lines stands before them. A discount on a line
    # of its own is no product, and is taken off its order all the same.
    off = "0::BIGINT" if by_order(reading) else "heads.discount_amount + coalesce(on_lines, 0)"
    before = "amount + _back + " + ("heads.discount_amount" if by_order(reading) else "_off")
    sign = shipping_sign(policy, reading)
    back = "refunded_amount" if policy.refunds == "subtract" else "0::BIGINT"
    con.execute(
        f"""CREATE TABLE orders AS
        WITH heads AS (SELECT _order, {heads}, min(_at) AS ordered_at, sum(round(_exact))::BIGINT AS goods,
                           coalesce(sum(_n) FILTER (line_type IS DISTINCT FROM 'option'), 0)::BIGINT AS n_items
                    FROM judged WHERE reason IS NULL GROUP BY _order),
             lines AS (SELECT _order, sum(abs(round(_exact)))::BIGINT AS on_lines FROM judged
                       WHERE reason = 'not_product' AND line_type = 'discount' GROUP BY _order)
        SELECT heads.* REPLACE (heads.discount_amount + coalesce(on_lines, 0) AS discount_amount),
            {off} AS _off, {back} AS _back, {sign} * heads.shipping_fee AS _shipping, {sign} * heads.fee AS _fees,
            goods - _off - _back - _shipping - _fees AS amount, {before} AS gross_amount,
            ordered_at::DATE AS order_date, (ordered_at::DATE - DATE '1970-01-01')::BIGINT AS order_day
        FROM heads LEFT JOIN lines USING (_order)"""
    )


def _leave_out_unsold(con: duckdb.DuckDBPyConnection, policy: Policy) -> None:
    """An order of which discounts and refunds left nothing is no sale: it would be a purchase of a month, and of F.

    What its discount made zero was still bought; only a refund that takes all of it back undoes an order.
    """
    tests = {"negative": "amount + _back < 0", "returned": "_back > 0 AND amount <= 0"}
    cases = " ".join(f"WHEN {test} THEN '{name}'" for name, test in tests.items() if getattr(policy, name) != "keep")
    if not cases:
        return
    con.execute(f"CREATE TEMP TABLE unsold AS SELECT _order, CASE {cases} END AS _why FROM orders")
    con.execute("DELETE FROM unsold WHERE _why IS NULL")
    if con.execute("SELECT 1 FROM unsold LIMIT 1").fetchall():
        con.execute(
            "UPDATE judged SET reason = _why FROM unsold WHERE judged._order = unsold._order AND reason IS NULL"
        )
        for table in ("order_items", "orders"):
            con.execute(f"DELETE FROM {table} WHERE _order IN (SELECT _order FROM unsold)")
    con.execute("DROP TABLE unsold")


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
    summed = ("amount", "gross_amount", "_off", "_back", "_shipping", "_fees", "n_items", *_BESIDE)
    sums = ", ".join(f"sum({name})::BIGINT AS {name}" for name in summed)
    heads = ", ".join(f"min_by({name}, _order) AS {name}" for name in OUTPUTS["orders"] if name not in summed)
    con.execute(f"CREATE OR REPLACE TABLE orders AS SELECT _into AS _order, {heads}, {sums} FROM merged GROUP BY _into")


# --- the ledger ------------------------------------------------------------------------------------------------------


def _count(con: duckdb.DuckDBPyConnection, policy: Policy, reading: Reading) -> Count:
    found = con.execute(
        f"SELECT reason, count(*) FILTER ({is_row(con)}), coalesce(sum(_exact), 0) FROM judged "
        "WHERE reason IS NOT NULL GROUP BY reason"
    ).fetchall()
    lines = {
        reason: LedgerLine(reason, rows, None if reason == "bad_amount" else amount) for reason, rows, amount in found
    }
    if reading.broken:
        lines["broken_row"] = LedgerLine("broken_row", len(reading.broken), None)
    for reason in _could_hit(con, policy, reading):
        lines.setdefault(reason, LedgerLine(reason, 0, Decimal(0)))
    ordered = [lines[reason] for reason in ("broken_row", *_tests(policy, reading)) if reason in lines]
    rows_read, amount_read = reading.rows + len(reading.broken), _amount_read(con)
    return Count("orders", rows_read, amount_read, tuple(ordered), _days(con), _adjusts(policy, reading))


def _amount_read(con: duckdb.DuckDBPyConnection) -> Decimal:
    """Everything that could be read, on the raw rows, before anything is joined or rounded."""
    known = "reason IS DISTINCT FROM 'bad_amount'"
    ((amount,),) = con.execute(f"SELECT coalesce(sum(_exact), 0) FROM judged WHERE {known}").fetchall()
    return Decimal(amount)


def _could_hit(con: duckdb.DuckDBPyConnection, policy: Policy, reading: Reading) -> list[str]:
    """Reasons of the policy that are printed with 0 rows, because the data could have shown them."""
    marked = bool(con.execute("SELECT 1 FROM marked_customers LIMIT 1").fetchall())
    known = policy_known({"orders": reading})
    seen = {
        **known, "exact_duplicate": True, "not_product": has(reading, "line_type"), "test": marked or known["test"],
        "staff": marked or known["staff"],
    }  # fmt: skip
    return [reason for reason in _tests(policy, reading) if seen.get(reason)]


def _adjusts(policy: Policy, reading: Reading) -> tuple[str, ...]:
    names = ["rounding"]
    if has(reading, "discount_amount") and not by_order(reading):
        names.append("discount")
    sign = shipping_sign(policy, reading)
    added = "_added" if sign < 0 else ""
    names += [f"{name}{added}" for name, column in SHIPPING.items() if sign and has(reading, column)]
    if has(reading, "refunded_amount") and policy.refunds == "subtract":
        names.append("refund")
    return tuple(names + (["same_day_merge"] if policy.same_day == "merge" else []))


def _days(con: duckdb.DuckDBPyConnection) -> tuple[Day, ...]:
    rows = con.execute(
        f"""WITH lines AS (SELECT order_day, count(*) FILTER ({is_row(con)}) AS n, sum(_exact) AS exact,
                                  sum(line_amount) AS rounded FROM order_items GROUP BY order_day),
                taken AS (SELECT order_day, sum(_off) AS off, sum(_back) AS back, sum(_shipping) AS shipping,
                                 sum(_fees) AS fees FROM orders GROUP BY order_day)
           SELECT order_day, n, exact, rounded, off, back, shipping, fees
           FROM lines JOIN taken USING (order_day) ORDER BY order_day"""
    ).fetchall()
    return tuple(Day(day, n, *(Decimal(x) for x in sums)) for day, n, *sums in rows)
