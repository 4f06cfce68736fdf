"""Cuts of M for a currency of which no usual ones are known: fifths of the export's own customers."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from crmlib.new.amounts import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crmlib.new.propose import Proposal

FIFTHS = (0.2, 0.4, 0.6, 0.8)
WITHOUT = ["10", "25", "50", "100"]


def m_cuts(orders: Proposal) -> list[str]:
    """Four increasing amounts to two figures, as the client file writes them; plain ones of too few customers."""
    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    for customer, amount in _amounts(orders):
        if customer and amount > 0:
            totals[customer] += amount
    spent = sorted(totals.values())
    cuts = [_short(spent[min(int(len(spent) * share + 0.5) - 1, len(spent) - 1)]) for share in FIFTHS] if spent else []
    return [f"{cut:f}" for cut in cuts] if len(set(cuts)) == len(FIFTHS) else WITHOUT


def _short(amount: Decimal) -> Decimal:
    """To two figures, and never finer than cents."""
    step = Decimal(1).scaleb(max(amount.adjusted() - 1, -2))
    return (amount / step).quantize(Decimal(1)) * step


def _amounts(orders: Proposal) -> Iterator[tuple[str, Decimal]]:
    """Customer and money of every row, the money of a whole order on its first row."""
    order, customer_id = orders.header_of("order_id"), orders.header_of("customer_id")
    line, price, whole = (orders.header_of(name) for name in ("line_amount", "unit_price", "order_amount"))
    pieces = orders.header_of("quantity") if price and not line else None
    seen: set[str] = set()
    for number_of, customer, *cells in orders.look.rows(order, customer_id, line or price or whole, pieces):
        amount, times = (number(cell) for cell in cells)
        again = whole and not line and not price and number_of and number_of in seen
        seen.add(number_of)
        if amount is not None and not again:
            yield customer, amount * (Decimal(1) if times is None else times)
