"""Which tables do not fit the orders: customers whom no order knows, rows that belong to nothing in the data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmlib.data.ledger import Ledger

Ask = Callable[[str], list[tuple[int, ...]]]
FEW = 0.05  # up to this share nothing is said: a refused order or a late one leaves some behind
CUSTOMERS = ("surveys", "surveys_sent", "sends", "contacts", "engagement", "assignments")
_OF_CUSTOMERS = "SELECT customer_id FROM ever_{table}"
_ASSIGNED = (
    "SELECT unit_id AS customer_id FROM ever_assignments"
    " WHERE experiment_id IN (SELECT experiment_id FROM ever_experiments WHERE unit = 'customer')"
)
# Whom the client itself calls a lead has no order to be found.
_KNOWN = "SELECT customer_id FROM ever_orders UNION SELECT customer_id FROM ever_customers WHERE is_lead"


def matching_notes(ask: Ask, ledgers: Mapping[str, Ledger]) -> list[str]:
    """Notes of the tables that do not fit the orders, whatever the base date; none where there are no orders.

    unmatched: customers of the table without a counted order, of all its customers; of the members, many of whom never
    bought, only where that is all of them. strangers: customers with a counted order who are not among the members.
    orphaned: rows left out because they belong to nothing in the data, of all rows read. Each is said above a share of
    `FEW`.
    """
    if not ask("SELECT 1 FROM ever_orders LIMIT 1"):
        return []
    found = [(table, *_unmatched(ask, table)) for table in CUSTOMERS]
    notes = [f"unmatched: {table}: {n} of {total}" for table, n, total in found if n > FEW * total]
    notes += _members(ask)
    left = [(table, _orphans(ledger), ledger.rows_read) for table, ledger in ledgers.items() if table != "orders"]
    return [*notes, *(f"orphaned: {table}: {n} of {total}" for table, n, total in left if n > FEW * total)]


def _members(ask: Ask) -> list[str]:
    """Whether the orders' customers and the members are the same people."""
    table = "customers"
    idle, members = _unmatched(ask, table)
    ((strangers, total),) = ask(
        "SELECT count(*) FILTER (WHERE customer_id NOT IN (SELECT customer_id FROM ever_customers)), count(*)"
        " FROM (SELECT DISTINCT customer_id FROM ever_orders)"
    )
    nobody = [f"unmatched: {table}: {idle} of {members}"] if members and idle == members else []
    return nobody + ([f"strangers: {table}: {strangers} of {total}"] if members and strangers > FEW * total else [])


def _unmatched(ask: Ask, table: str) -> tuple[int, int]:
    chosen = _ASSIGNED if table == "assignments" else _OF_CUSTOMERS.format(table=table)
    ((n, total),) = ask(
        f"SELECT count(*) FILTER (WHERE customer_id NOT IN ({_KNOWN})), count(*)"
        f" FROM (SELECT DISTINCT customer_id FROM ({chosen}) WHERE customer_id IS NOT NULL)"
    )
    return n, total


def _orphans(ledger: Ledger) -> int:
    return sum(line.rows for line in ledger.lines if line.reason == "orphan")
