"""件数・金額の突合: every row that was read is used or left out for one reason, and the money follows."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

REASONS = (
    "broken_row", "not_filled", "no_id", "no_order_id", "bad_date", "bad_amount", "bad_score", "bad_value",
    "exact_duplicate", "duplicate_id", "orphan", "not_product", "test", "staff", "cancelled", "returned", "pending",
    "sample", "negative", "zero_yen", "customer_conflict", "no_customer", "after_as_of",
)  # fmt: skip
ADJUSTMENTS = (
    "discount", "shipping", "fee", "shipping_added", "fee_added", "refund", "rounding", "same_day_merge",
)  # fmt: skip
# Money-only lines, and the order's column each comes from.
SHIPPING = {"shipping": "shipping_fee", "fee": "fee"}
# The reasons inside a sentence.
SAID = {
    "broken_row": "wrong number of cells", "not_filled": "not filled in", "no_id": "no key",
    "no_order_id": "no order number",
    "bad_date": "date cannot be read", "bad_amount": "amount cannot be read", "bad_score": "score not from 0 to 10",
    "bad_value": "value cannot be read",
    "exact_duplicate": "same as an earlier row", "duplicate_id": "second row of a key",
    "orphan": "belongs to nothing in the data", "not_product": "no product line", "test": "test order",
    "staff": "staff order", "cancelled": "cancelled", "returned": "returned", "pending": "pending", "sample": "sample",
    "negative": "below zero", "zero_yen": "amount of zero", "customer_conflict": "order of several customers",
    "no_customer": "no customer", "after_as_of": "after the base date",
}  # fmt: skip
# Money of these rows is not known, which is not the same as zero.
UNKNOWN_AMOUNT = ("broken_row", "bad_amount")


@dataclass(frozen=True)
class LedgerLine:
    """Rows and money left out for one reason; `amount` is None where it could not be read."""

    reason: str
    rows: int
    amount: Decimal | None


@dataclass(frozen=True)
class Ledger:
    """Rows and money read, left out by reason, adjusted, and used; money in smallest units, exact.

    `amount_read`: everything that could be read, before rounding; None for a table without money.
    `amount_used`: what the counted orders add up to, rounded and after discounts and refunds.
    `lines` in printed order, `adjustments` are money only.

    Raises:
        ValueError: the rows or the money do not add up.
    """

    table: str
    rows_read: int
    amount_read: Decimal | None
    lines: tuple[LedgerLine, ...]
    adjustments: tuple[LedgerLine, ...]
    rows_used: int
    amount_used: int | None

    def __post_init__(self) -> None:
        if not self.balanced():
            raise ValueError(
                f"ledger of {self.table} does not balance: {self.rows_read} rows and {self.amount_read} read, "
                f"{self.rows_left_out} rows and {self.amount_left_out} left out, {self.amount_adjusted} adjusted, "
                f"{self.rows_used} rows and {self.amount_used} used."
            )

    @property
    def rows_left_out(self) -> int:
        """Rows left out, all reasons together."""
        return sum(line.rows for line in self.lines)

    @property
    def amount_left_out(self) -> Decimal:
        """Readable money of the rows left out."""
        return sum((line.amount for line in self.lines if line.amount is not None), Decimal(0))

    @property
    def amount_adjusted(self) -> Decimal:
        """Discounts, refunds and rounding together; negative where money was taken off."""
        return sum((line.amount for line in self.adjustments if line.amount is not None), Decimal(0))

    def balanced(self) -> bool:
        """True when read = left out + used, in rows and in money.

        Example:
            >>> Ledger("surveys", 3, None, (LedgerLine("bad_score", 1, None),), (), 2, None).balanced()
            True
        """
        if self.rows_read != self.rows_left_out + self.rows_used:
            return False
        if self.amount_read is None or self.amount_used is None:
            return self.amount_read is None and self.amount_used is None
        return self.amount_read - self.amount_left_out + self.amount_adjusted == self.amount_used

    def rows(self, reason: str) -> int:
        """Rows left out for one reason; 0 when it has no line."""
        return sum(line.rows for line in self.lines if line.reason == reason)

    def frame(self) -> pd.DataFrame:
        """The printed table: reason, n_rows, amount (smallest units, NaN where not known).

        The first row is what was read; the rows below it add up to it, so money taken off has the sign of money left
        out.
        """
        import pandas as pd

        first = LedgerLine("read", self.rows_read, self.amount_read)
        last = LedgerLine("used", self.rows_used, None if self.amount_used is None else Decimal(self.amount_used))
        taken = [LedgerLine(line.reason, line.rows, -(line.amount or Decimal(0))) for line in self.adjustments]
        lines = [first, *self.lines, *taken, last]
        return pd.DataFrame(
            {
                "reason": [line.reason for line in lines],
                "n_rows": [line.rows for line in lines],
                "amount": [float("nan") if line.amount is None else float(line.amount) + 0.0 for line in lines],
            }
        )


@dataclass(frozen=True)
class Unused:
    """A table that was read and of which no row is used: rows left out by reason, most first.

    Example:
        >>> str(Unused("surveys", 92, (("after_as_of", 83), ("bad_score", 9))))
        '92 rows read, none used: 83 after_as_of, 9 bad_score'
    """

    table: str
    rows_read: int
    reasons: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        told = ", ".join(f"{n:,} {reason}" for reason, n in self.reasons)
        return f"{self.rows_read:,} rows read, none used" + (f": {told}" if told else "")


def unused(ledgers: list[Ledger]) -> Unused | None:
    """Why none of the ledgers used a row; None where one did.

    Example:
        >>> unused([Ledger("surveys", 1, None, (LedgerLine("bad_score", 1, None),), (), 0, None)])
        Unused(table='surveys', rows_read=1, reasons=(('bad_score', 1),))
    """
    if not ledgers or any(ledger.rows_used for ledger in ledgers):
        return None
    rows: dict[str, int] = {}
    for line in (line for ledger in ledgers for line in ledger.lines if line.rows):
        rows[line.reason] = rows.get(line.reason, 0) + line.rows
    ordered = sorted(rows.items(), key=lambda pair: (-pair[1], REASONS.index(pair[0])))
    return Unused(ledgers[0].table, sum(ledger.rows_read for ledger in ledgers), tuple(ordered))


@dataclass(frozen=True)
class Day:
    """Used rows of one day and their money: as read, after rounding, and what was taken off its orders.

    `shipping` and `fee` are below zero where they were added.
    """

    day: int
    rows: int
    exact: Decimal
    rounded: Decimal
    discount: Decimal
    refund: Decimal
    shipping: Decimal = Decimal(0)
    fee: Decimal = Decimal(0)

    def money(self) -> tuple[Decimal, ...]:
        """Its money, in the order of the fields."""
        return (self.exact, self.rounded, self.discount, self.refund, self.shipping, self.fee)


@dataclass(frozen=True)
class Count:
    """What a prepared table keeps so that its ledger can be drawn up to any base date.

    `rows_read` and `amount_read` are counted on the raw rows, `lines` and `days` on what became of them.
    """

    table: str
    rows_read: int
    amount_read: Decimal | None
    lines: tuple[LedgerLine, ...]
    days: tuple[Day, ...]
    adjusts: tuple[str, ...] = ()

    def ledger(self, as_of_day: int | None) -> Ledger:
        """The ledger with everything after `as_of_day` left out as `after_as_of`.

        Raises:
            ValueError: what was read is not what was left out and used.
        """
        used = [day for day in self.days if as_of_day is None or day.day <= as_of_day]
        late = [day for day in self.days if as_of_day is not None and day.day > as_of_day]
        money = self.amount_read is not None
        after = LedgerLine("after_as_of", _rows(late), _money(late, "exact") if money else None)
        taken = sum(_money(used, name) for name in ("discount", "shipping", "fee", "refund"))
        counted = _money(used, "rounded") - taken
        return Ledger(
            table=self.table,
            rows_read=self.rows_read,
            amount_read=self.amount_read,
            lines=(*self.lines, after) if late else self.lines,
            adjustments=self._adjustments(used) if money else (),
            rows_used=_rows(used),
            amount_used=int(counted) if money else None,
        )

    def _adjustments(self, used: list[Day]) -> tuple[LedgerLine, ...]:
        amounts = {
            "discount": -_money(used, "discount"),
            "refund": -_money(used, "refund"),
            "rounding": _money(used, "rounded") - _money(used, "exact"),
            "same_day_merge": Decimal(0),
        }
        for name in SHIPPING:
            amounts[f"{name}_added" if f"{name}_added" in self.adjusts else name] = -_money(used, name)
        kept = [name for name in ADJUSTMENTS if name in self.adjusts or amounts.get(name)]
        return tuple(LedgerLine(name, 0, amounts[name]) for name in kept)

    def dump(self) -> dict[str, Any]:
        """JSON types; money as text, so that nothing is rounded on the way."""
        return {
            "table": self.table,
            "rows_read": self.rows_read,
            "amount_read": _text(self.amount_read),
            "lines": [[line.reason, line.rows, _text(line.amount)] for line in self.lines],
            "days": [[d.day, d.rows, *map(_text, d.money())] for d in self.days],
            "adjusts": list(self.adjusts),
        }

    @classmethod
    def load(cls, data: dict[str, Any]) -> Count:
        """The reverse of `dump`."""
        lines = tuple(LedgerLine(reason, rows, _decimal(amount)) for reason, rows, amount in data["lines"])
        days = tuple(Day(day, rows, *(Decimal(x) for x in money)) for day, rows, *money in data["days"])
        read = _decimal(data["amount_read"])
        return cls(data["table"], data["rows_read"], read, lines, days, tuple(data["adjusts"]))


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _rows(days: list[Day]) -> int:
    return sum(day.rows for day in days)


def _money(days: list[Day], name: str) -> Decimal:
    return sum((getattr(day, name) for day in days), Decimal(0))
