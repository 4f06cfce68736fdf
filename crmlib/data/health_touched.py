"""Which rows, orders and customers a finding touches, and what the numbers would be if they were treated otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

# Of what is touched: orders and customers of whom nothing else counts.
_REST = "SELECT _order, customer_id FROM judged WHERE reason IS NULL AND _seq NOT IN (SELECT _seq FROM hit)"


def touched(con: duckdb.DuckDBPyConnection, check: str, where: str, **facts: Any) -> dict[str, Any]:
    """A finding on the rows of `judged` for which `where` holds; all of them count, or none does."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE hit AS SELECT _seq, _order, customer_id, _exact, reason "
                f"FROM judged WHERE {where}")  # fmt: skip
    ((rows, orders, customers, amount, counted),) = con.execute(
        "SELECT count(*), count(DISTINCT _order), count(DISTINCT customer_id), coalesce(sum(_exact), 0), "
        "coalesce(bool_and(reason IS NULL), false) FROM hit"
    ).fetchall()
    sign = -1 if counted else 1
    return {
        "check": check,
        "n_rows": int(rows),
        "n_orders": int(orders),
        "n_customers": int(customers),
        "amount": round(amount),
        "counted": bool(counted),
        "d_orders": sign * _alone(con, "_order"),
        "d_customers": sign * _alone(con, "customer_id"),
        "d_amount": sign * round(amount),
        "facts": facts,
    }


def _alone(con: duckdb.DuckDBPyConnection, name: str) -> int:
    """How many orders or customers of the rows have no other row that counts."""
    ((n,),) = con.execute(
        f"SELECT count(*) FROM (SELECT DISTINCT {name} FROM hit WHERE {name} IS NOT NULL) h "
        f"ANTI JOIN (SELECT {name} FROM ({_REST}) WHERE {name} IN (SELECT {name} FROM hit)) r USING ({name})"
    ).fetchall()
    return int(n)
