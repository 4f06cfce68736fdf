"""件数・金額の突合: every row that was read is used or left out for one reason, and the money follows."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

REASONS = (
    "broken_row", "no_id", "no_order_id", "bad_date", "bad_amount", "bad_score", "exact_duplicate", "duplicate_id",
    "orphan", "not_product", "test", "staff", "cancelled", "returned", "pending", "sample", "negative", "zero_yen",
    "customer_conflict", "no_customer", "after_as_of",
)  # fmt: skip
ADJUSTMENTS = ("discount", "refund", "rounding", "same_day_merge")
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
        """The printed table: reason, n_rows, amount (smallest units, NaN where not known)."""
        import pandas as pd

        first = LedgerLine("read", self.rows_read, self.amount_read)
        last = LedgerLine("used", self.rows_used, None if self.amount_used is None else Decimal(self.amount_used))
        lines = [first, *self.lines, *self.adjustments, last]
        return pd.DataFrame(
            {
                "reason": [line.reason for line in lines],
                "n_rows": [line.rows for line in lines],
                "amount": [float("nan") if line.amount is None else float(line.amount) for line in lines],
            }
        )


@dataclass(frozen=True)
class Day:
    """Used rows of one day and their money: as read, after rounding, and what was taken off its orders."""

    day: int
    rows: int
    exact: Decimal
    rounded: Decimal
    discount: Decimal
    refund: Decimal


@dataclass(frozen=True)
class Count:
    """What a prepared table keeps so that its ledger can be drawn up to any base date."""

    table: str
    lines: tuple[LedgerLine, ...]
    days: tuple[Day, ...]
    has_money: bool
    adjusts: tuple[str, ...] = ()

    def ledger(self, as_of_day: int | None) -> Ledger:
        """The ledger with everything after `as_of_day` left out as `after_as_of`."""
        used = [day for day in self.days if as_of_day is None or day.day <= as_of_day]
        late = [day for day in self.days if as_of_day is not None and day.day > as_of_day]
        lines = self.lines
        if late:
            lines = (*lines, LedgerLine("after_as_of", _rows(late), _money(late, "exact") if self.has_money else None))
        rows_read = sum(line.rows for line in lines) + _rows(used)
        if not self.has_money:
            return Ledger(self.table, rows_read, None, lines, (), _rows(used), None)
        adjustments = self._adjustments(used)
        read = sum((line.amount or Decimal(0) for line in lines), _money(used, "exact"))
        counted = _money(used, "rounded") - _money(used, "discount") - _money(used, "refund")
        return Ledger(self.table, rows_read, read, lines, adjustments, _rows(used), int(counted))

    def _adjustments(self, used: list[Day]) -> tuple[LedgerLine, ...]:
        amounts = {
            "discount": -_money(used, "discount"),
            "refund": -_money(used, "refund"),
            "rounding": _money(used, "rounded") - _money(used, "exact"),
            "same_day_merge": Decimal(0),
        }
        kept = [name for name in ADJUSTMENTS if name in self.adjusts or amounts[name] != 0]
        return tuple(LedgerLine(name, 0, amounts[name]) for name in kept)

    def dump(self) -> dict[str, Any]:
        """JSON types; money as text, so that nothing is rounded on the way."""
        lines = [[x.reason, x.rows, None if x.amount is None else str(x.amount)] for x in self.lines]
        days = [[d.day, d.rows, *(str(x) for x in (d.exact, d.rounded, d.discount, d.refund))] for d in self.days]
        return {"table": self.table, "lines": lines, "days": days, "has_money": self.has_money,
                "adjusts": list(self.adjusts)}  # fmt: skip

    @classmethod
    def load(cls, data: dict[str, Any]) -> Count:
        """The reverse of `dump`."""
        lines = tuple(LedgerLine(r, n, None if a is None else Decimal(a)) for r, n, a in data["lines"])
        days = tuple(Day(day, rows, *(Decimal(x) for x in money)) for day, rows, *money in data["days"])
        return cls(data["table"], lines, days, data["has_money"], tuple(data["adjusts"]))


def _rows(days: list[Day]) -> int:
    return sum(day.rows for day in days)


def _money(days: list[Day], name: str) -> Decimal:
    return sum((getattr(day, name) for day in days), Decimal(0))
