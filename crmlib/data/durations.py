"""Subscriptions of which only the length is known: their first day is counted back from the base date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib.errors import UserError

if TYPE_CHECKING:
    import duckdb

    from crmlib.data.settings import Settings

DAYS_A_MONTH = 30.4375  # 365.25 / 12


def count_back(con: duckdb.DuckDBPyConnection, settings: Settings) -> int:
    """Fill start_date and cancel_date of `typed_subscriptions` where a tenure stands and no start; how many they are.

    A tenure ends with the cancellation where its day is known, else on the client file's `as_of`, on which a cancelled
    subscription is then cancelled: durations are right, calendar dates are not. `tenure_days` stays for these alone.

    Raises:
        UserError: there are such rows, and the client file has no `as_of`.
    """
    tenure = f"coalesce(t.tenure_days, round(t.tenure_months * {DAYS_A_MONTH})::BIGINT)"
    con.execute(
        "CREATE TABLE counted_back AS SELECT t._seq, "
        f"CASE WHEN c.start_date IS NULL THEN {tenure} END AS days, "
        "c.cancel_date IS NULL AND t.status = 'cancelled' AS ended "
        "FROM typed_subscriptions t JOIN cells_subscriptions c USING (_seq)"
    )
    ((n,),) = con.execute("SELECT count(days) FROM counted_back").fetchall()
    if n and settings.as_of is None:
        source = settings.sources["subscriptions"]
        name = next((name for name in ("tenure_days", "tenure_months") if name in source.columns), "tenure_days")
        raise UserError(
            f"{source.place('columns', name)}: subscriptions.{name} without a start date needs as_of in the client "
            f"file, the day on which the tenure was counted."
        )
    con.execute("UPDATE typed_subscriptions t SET tenure_days = b.days FROM counted_back b WHERE t._seq = b._seq")
    if n:
        as_of = f"TIMESTAMP '{settings.as_of}'"
        con.execute(
            "UPDATE typed_subscriptions t "
            f"SET start_date = coalesce(t.cancel_date, {as_of}) - to_days(b.days::INTEGER), "
            f"cancel_date = CASE WHEN b.ended THEN {as_of} ELSE t.cancel_date END "
            f"FROM counted_back b WHERE t._seq = b._seq AND b.days IS NOT NULL"
        )
    con.execute("DROP TABLE counted_back")
    return int(n)
