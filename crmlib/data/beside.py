"""Money that stands beside an order's amount: what it does to the amount, and where it would count twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib.errors import UserError

if TYPE_CHECKING:
    import duckdb

    from crmlib.data.read import Reading
    from crmlib.data.settings import Policy, Settings


def has(reading: Reading, *names: str) -> bool:
    """True where any of the columns is mapped."""
    return any(name in reading.columns for name in names)


def by_order(reading: Reading) -> bool:
    """True where only the amount of the whole order is known."""
    return not has(reading, "line_amount", "unit_price")


def shipping_sign(policy: Policy, reading: Reading) -> int:
    """What an order's own shipping and fees do to its amount: 1 are taken off, -1 are added, 0 nothing.

    They are inside the amount of a whole order, and outside the sum of its lines.
    """
    if policy.shipping_and_fees == "leave_out":
        return 1 if by_order(reading) else 0
    return 0 if by_order(reading) else -1


def without_effect(policy: Policy, reading: Reading) -> list[str]:
    """Mapped columns of money that change no amount."""
    whole, sign = by_order(reading), shipping_sign(policy, reading)
    idle = {
        "order_amount": not whole, "unit_price": has(reading, "line_amount"), "line_discount": whole,
        "discount_amount": whole, "shipping_fee": not sign, "fee": not sign, "points_used": True,
        "refunded_amount": policy.refunds == "ignore",
    }  # fmt: skip
    return [name for name in reading.columns if idle.get(name)]


def refuse_twice(con: duckdb.DuckDBPyConnection, settings: Settings, reading: Reading) -> None:
    """Some systems write a discount on a line of its own and repeat it beside the order; which of the two is meant?

    Raises:
        UserError: orders that have the same money on lines and beside them.
    """
    if by_order(reading) or not has(reading, "line_type"):
        return
    pairs = {"discount": ("discount_amount", "taken off")}
    if settings.policy.shipping_and_fees == "keep":
        pairs |= {"shipping": ("shipping_fee", "added"), "fee": ("fee", "added")}
    for kind, (name, done) in pairs.items():
        n = _orders_with_both(con, kind, name) if has(reading, name) else 0
        if n:
            found = f"{n:,} order has" if n == 1 else f"{n:,} orders have"
            raise UserError(
                f"{settings.sources['orders'].place('columns', name)}: {found} both lines of type '{kind}' (column "
                f"'{reading.headers['line_type']}') and {name} (column '{reading.headers[name]}'), which would be "
                f"{done} twice; leave one of them out of the mapping, most simply {name}."
            )


def _orders_with_both(con: duckdb.DuckDBPyConnection, kind: str, name: str) -> int:
    line = f"line_type = '{kind}' AND _exact <> 0 AND coalesce(reason, 'not_product') = 'not_product'"
    found = con.execute(
        f"SELECT _order FROM judged WHERE _order IS NOT NULL GROUP BY _order "
        f"HAVING bool_or(reason IS NULL) AND bool_or({line}) AND bool_or(_{name} <> 0)"
    ).fetchall()
    return len(found)
