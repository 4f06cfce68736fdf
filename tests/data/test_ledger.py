from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from crmlib.data.ledger import REASONS, SAID, Count, Day, Ledger, LedgerLine

# 10 rows and 1000.5 read; 1 broken, 2 cancelled for 300; 50 discount, rounding down .5: 7 rows and 650 used.
LEDGER = Ledger(
    table="orders",
    rows_read=10,
    amount_read=Decimal("1000.5"),
    lines=(LedgerLine("broken_row", 1, None), LedgerLine("cancelled", 2, Decimal(300))),
    adjustments=(LedgerLine("discount", 0, Decimal(-50)), LedgerLine("rounding", 0, Decimal("-0.5"))),
    rows_used=7,
    amount_used=650,
)


def test_rows_and_money_add_up() -> None:
    assert LEDGER.balanced()
    assert (LEDGER.rows_left_out, LEDGER.amount_left_out, LEDGER.amount_adjusted) == (3, 300, Decimal("-50.5"))
    assert (LEDGER.rows("cancelled"), LEDGER.rows("returned")) == (2, 0)


def test_every_reason_has_words_for_a_sentence() -> None:
    assert list(SAID) == list(REASONS)


@pytest.mark.parametrize("change", [{"rows_used": 8}, {"amount_used": 651}, {"amount_used": None}])
def test_a_ledger_that_does_not_add_up_cannot_be_made(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"^ledger of orders does not balance: 10 rows and 1000\.5 read, 3 rows and"):
        replace(LEDGER, **change)  # type: ignore[arg-type]


def test_the_printed_table_begins_with_read_and_ends_with_used() -> None:
    frame = LEDGER.frame()
    assert frame["reason"].tolist() == ["read", "broken_row", "cancelled", "discount", "rounding", "used"]
    assert frame["n_rows"].tolist() == [10, 1, 2, 0, 0, 7]
    assert frame["amount"].fillna(-1).tolist() == [1000.5, -1, 300, 50, 0.5, 650]


COUNT = Count(
    table="orders",
    rows_read=4,
    amount_read=Decimal("100.4"),
    lines=(LedgerLine("bad_amount", 1, None),),
    days=(
        Day(10, 2, Decimal("30.4"), Decimal(30), Decimal(5), Decimal(0)),
        Day(11, 1, Decimal(70), Decimal(70), Decimal(0), Decimal(20)),
    ),
    adjusts=("rounding", "discount"),
)


def test_a_count_gives_the_ledger_up_to_any_day() -> None:
    whole = COUNT.ledger(None)
    assert (whole.rows_read, whole.amount_read, whole.amount_used) == (4, Decimal("100.4"), Decimal(75))
    early = COUNT.ledger(10)
    assert early.lines[-1] == LedgerLine("after_as_of", 1, Decimal(70))
    assert (early.rows_read, early.amount_read, early.amount_used) == (4, Decimal("100.4"), Decimal(25))
    assert [line.reason for line in early.adjustments] == ["discount", "rounding"]


def test_a_count_survives_json() -> None:
    assert Count.load(COUNT.dump()) == COUNT


def test_the_printed_rows_add_up_to_what_was_read() -> None:
    lines = (LedgerLine("cancelled", 1, Decimal(100)), LedgerLine("negative", 1, Decimal(-30)))
    adjustments = (LedgerLine("discount", 0, Decimal(-20)), LedgerLine("rounding", 0, Decimal("0.4")))
    frame = Ledger("orders", 5, Decimal("349.6"), lines, adjustments, 3, 260).frame()
    assert frame["amount"].tolist() == [349.6, 100.0, -30.0, 20.0, -0.4, 260.0]
    assert frame["amount"].iloc[1:].sum() == pytest.approx(frame["amount"].iloc[0], abs=1e-9)
