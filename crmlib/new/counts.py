"""What of an export counts: columns that tell cancellations, blank statuses, guests, rows of totals."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from crmlib.data.keys import is_personal_header
from crmlib.data.mapping import meaning, plain
from crmlib.data.naming import listed, shown_header
from crmlib.data.tables import INPUTS
from crmlib.data.totals import is_total
from crmlib.new.amounts import number
from crmlib.new.shown import shown

if TYPE_CHECKING:
    from crmlib.new.look import Look
    from crmlib.new.propose import Proposal
    from crmlib.new.shown import Mapped

# A column of more different texts than this says something else than what became of an order.
MOST_CODES = 20
_UNDONE = re.compile(
    r"取り?消|キャンセル(?!待|不可)|返品(?!不可)|返金|赤伝|赤黒|\b(?:cancel(?:l?ed)?|refund(?:ed)?|return(?:ed)?|void(?:ed)?)\b"
)
_DENIED = re.compile(r"不可|なし|無し|\bnot\b|\bno[nt]?\b|未")
_COUNTS = ("valid", "pending")


def is_undone(text: str) -> bool:
    """Whether a value says that a sale was taken back.

    Example:
        >>> [is_undone(text) for text in ("取消済", "Cancelled", "キャンセル不可", "returning", "電話")]
        [True, True, False, False, False]
    """
    said = plain(text).casefold()
    return bool(_UNDONE.search(said)) and not _DENIED.search(said)


def undone(look: Look, used: set[str]) -> str | None:
    """The column, of those that nothing is taken from, whose values tell most cancellations."""
    free = [name for name in look.header if name and name not in used and not is_personal_header(name)]
    found: dict[str, Counter[str]] = {name: Counter() for name in free}
    for cells in look.rows(*free):
        for name, cell in zip(free, cells, strict=True):
            if name in found:
                found[name][cell] += 1
                if len(found[name]) > MOST_CODES:
                    del found[name]
    rows = {name: sum(n for text, n in texts.items() if is_undone(text)) for name, texts in found.items()}
    best = max(rows, key=lambda name: rows[name], default="")
    return best if rows.get(best) else None


def contradicted(proposal: Proposal) -> list[str]:
    """Rows that count by their status and that another column says were cancelled."""
    status = next((one for one in proposal.mapped if one.name == "status"), None)
    other = undone(proposal.look, {one.header for one in proposal.mapped})
    if status is None or other is None:
        return []
    column, found = INPUTS["orders"]["status"], Counter[str]()
    for mapped, cell in proposal.look.rows(status.header, other):
        if is_undone(cell) and meaning(mapped, status.values, column) in _COUNTS:
            found[cell] += 1
    if not found:
        return []
    told = ", ".join(
        f"'{shown(text, status)}' ({n:,} {'row' if n == 1 else 'rows'})" for text, n in found.most_common()
    )
    n = found.total()
    counts = "1 row counts" if n == 1 else f"{n:,} rows count"
    return [
        (
            f"status: taken from '{shown_header(status.header)}', by which {counts} that column "
            f"'{shown_header(other)}' calls {told}; say which of the two columns tells what counts."
        )
    ]


def blank_orders(look: Look, order: str | None, status: Mapped, date: str | None) -> int:
    """Rows of orders that have no status on any of their rows, rows of totals apart."""
    rows, known = Counter[str](), set[str]()
    for n, (order_id, day, text) in enumerate(look.rows(order, date, status.header)):
        if is_total(order_id) or (date and not day):
            continue
        name = order_id or str(n)
        rows[name] += 1
        if text:
            known.add(name)
    return sum(n for name, n in rows.items() if name not in known)


def guests(proposal: Proposal) -> list[str]:
    """How many orders have no customer, and so will be left out."""
    order, customer = proposal.header_of("order_id"), proposal.header_of("customer_id")
    if customer is None or order is None:
        return []
    known: dict[str, bool] = {}
    for order_id, who in proposal.look.rows(order, customer):
        if not is_total(order_id) and not is_total(who):
            known[order_id] = known.get(order_id, False) or bool(who)
    n = Counter(known.values())[False]
    if not n:
        return []
    orders = f"1 order of {len(known):,} has" if n == 1 else f"{n:,} orders of {len(known):,} have"
    said = (
        f"{orders} no {shown_header(customer)} (guests): left out, in the ledger's line 'no customer'. "
        f"To count them, map customer_id to a column that every order has{_instead(proposal)}."
    )
    return [said]


def _instead(proposal: Proposal) -> str:
    mails = [name for name in proposal.look.header if is_personal_header(name) and "メール" in plain(name)]
    return f", such as {listed(mails[:1])}" if mails else ""


def totals(proposal: Proposal) -> list[str]:
    """How many rows of totals stand among the orders: without a date they are left out."""
    date, look = proposal.header_of("ordered_at"), proposal.look
    n = sum(
        not any(letter.isdigit() for letter in day) and any(map(is_total, cells))
        for day, *cells in look.rows(date, *[one.header for one in proposal.mapped])
    ) if date else 0  # fmt: skip
    if not n:
        return []
    return [(f"{'1 row' if n == 1 else f'{n:,} rows'} of totals {'stands' if n == 1 else 'stand'} among the orders: "
            f"{'it is' if n == 1 else 'they are'} left out.")]  # fmt: skip


def below_zero(proposal: Proposal) -> list[str]:
    """Rows that take a sale back by an amount or a quantity below zero."""
    money = (proposal.header_of(name) for name in ("quantity", "line_amount", "unit_price", "order_amount"))
    found = [header for header in money if header]
    nothing = proposal.preset.blank
    n = sum(any((amount := number(cell)) is not None and amount < 0 and cell not in nothing for cell in cells)
            for cells in proposal.look.rows(*found)) if found else 0  # fmt: skip
    if not n:
        return []
    head = "1 row is below zero: it is" if n == 1 else f"{n:,} rows are below zero: they are"
    it = "it takes" if n == 1 else "they take"
    told = f"{head} left out, and a sale that {it} back counts in full"
    return [f"{told}; the keys returned and negative of policy settle it (docs/client-file.md, Reversed sales)."]


def worth_knowing(proposal: Proposal) -> list[str]:
    """What no single column tells: how much was looked at, what a row is."""
    look = proposal.look
    n = len(next(iter(look.cells.values()), []))
    numbered = proposal.header_of("order_id") is not None
    return [
        *([f"the first {n:,} rows were looked at; crm check reads all of them."] if look.cut else []),
        *([] if numbered else ["no column has order numbers: every row is an order of its own."]),
    ]
