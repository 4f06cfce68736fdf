"""Money that stands beside an order's amount: what it does to the amount."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmlib.data.read import Reading
    from crmlib.data.settings import Policy


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
