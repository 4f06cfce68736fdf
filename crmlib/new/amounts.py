"""Money under a word that does not say whose: the rows tell whether it is a line's or the whole order's."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from crmlib.data.naming import shown_header
from crmlib.data.totals import is_total
from crmlib.new.presets import amounts, bare, loose

if TYPE_CHECKING:
    from crmlib.new.look import Look

_AMOUNT = re.compile(r"-?\d+(?:\.\d*)?")
COMPARED_ROWS = 200_000


@lru_cache(maxsize=1 << 16)
def number(text: str) -> Decimal | None:
    """A plain amount as the door reads it, for comparing; None where it is none.

    Example:
        >>> number("￥1,980-"), number("△500"), number("(500)"), number("x")
        (Decimal('1980'), Decimal('-500'), Decimal('-500'), None)
    """
    plain = re.sub(r"[¥\\,円 ]", "", unicodedata.normalize("NFKC", text)).removesuffix("-")
    plain = re.sub(r"^[△▲−]|^\((?=.*\)$)", "-", plain).removesuffix(")")
    try:
        return Decimal(plain) if _AMOUNT.fullmatch(plain) else None
    except InvalidOperation:
        return None


def money(look: Look, found: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """The columns with the money of lines or orders put right, and a sentence on what was decided.

    Args:
        look: the orders.
        found: header of each column by the names alone; `order_amount` is any word for a total.
    """
    columns = {name: header for name, header in found.items() if name != "order_amount"}
    words = {loose(word) for word in amounts()}
    named = [found["order_amount"]] if "order_amount" in found else []
    named += [name for name in look.header if name not in named and {loose(name), loose(bare(name))} & words]
    if not named or "line_amount" in columns:
        return columns, []
    kinds = _kinds(look, found.get("order_id"), named)
    lines = [name for name in named if kinds[name] == "line"]
    if "unit_price" in columns and "quantity" in columns:
        return columns, _unlike(look, columns, lines[0] if lines else "")
    if lines:
        told = f"column '{shown_header(lines[0])}' differs between the rows of one order: it is the amount of a line."
        return columns | {"line_amount": lines[0]}, [told]
    if "unit_price" in columns:
        return columns, []
    once = f"column '{shown_header(named[0])}' is the same on every row of an order: it counts once an order."
    return columns | {"order_amount": named[0]}, [once] if kinds[named[0]] == "order" else []


def _kinds(look: Look, order: str | None, named: list[str]) -> dict[str, str]:
    """`line` where an amount differs within an order, `order` where it repeats in it, blank where no order has two."""
    first: dict[str, list[str]] = {}
    kinds = dict.fromkeys(named, "")
    for number_of, *cells in look.rows(order, *named):
        if not number_of or is_total(number_of):
            continue
        before = first.setdefault(number_of, cells)
        for name, one, other in zip(named, before, cells, strict=True):
            if before is not cells and kinds[name] != "line":
                kinds[name] = "line" if one and other and one != other else "order"
    return kinds


def _unlike(look: Look, columns: dict[str, str], header: str) -> list[str]:
    if not header:
        return []
    rows = unlike = 0
    for cells in islice(look.rows(columns["unit_price"], columns["quantity"], header), COMPARED_ROWS):
        price, pieces, amount = map(number, cells)
        if price is not None and pieces is not None and amount is not None:
            rows += 1
            unlike += abs(price * pieces - amount) >= 1
    if not unlike:
        return []
    said, differ = shown_header(header), f"{unlike:,} {'row' if unlike == 1 else 'rows'} of {rows:,}"
    told = f"unit price times quantity is not '{said}' in {differ} (tax, or a discount?)"
    return [f"{told}: map line_amount to '{said}' if that is what was paid."]
