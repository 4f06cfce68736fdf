"""A source of which no date can be read is refused, and the message shows the look of a cell, never the cell."""

from __future__ import annotations

from typing import Any

import pytest

from crmlib.data.shapes import shape
from crmlib.errors import UserError

TEXT = "会員,日,額\nc1,,1\nc1,31.12.2024,5\nc2,30.12.2024,7\n"
SOURCE = {"columns": {"customer_id": "会員", "order_date": "日", "line_amount": "額"}}
USUAL = "2026-03-31, 2026/3/31, 2026年3月31日 and 20260331, each with or without a time"


def refusal(orders_of: Any, text: str = TEXT, **source: Any) -> str:
    with pytest.raises(UserError) as error:
        orders_of(text, source={**SOURCE, **source})
    return str(error.value)


def test_dates_of_another_form_are_refused_with_the_look_of_the_first(orders_of: Any) -> None:
    assert refusal(orders_of) == (
        "parameters/acme.yml line 8: no row of orders could be read, not one date of column '日' in data/orders.csv"
        f" fits {USUAL}; the first, in row 3, looks like '99.99.9999'; set date_format to its form."
    )


def test_a_wrong_date_format_is_named(orders_of: Any) -> None:
    assert refusal(orders_of, date_format="%Y/%m/%d") == (
        "parameters/acme.yml line 10: no row of orders could be read, not one date of column '日' in data/orders.csv"
        " fits '%Y/%m/%d'; the first, in row 3, looks like '99.99.9999'; set date_format to its form."
    )
    both = refusal(orders_of, date_format=["%Y/%m/%d", "%d-%m-%Y"])
    assert " fits '%Y/%m/%d', '%d-%m-%Y'; " in both


def test_one_date_that_can_be_read_is_enough(orders_of: Any) -> None:
    shop = orders_of(TEXT + "c3,2024-01-01,9\n", source=SOURCE)
    assert (shop.ledger.rows("bad_date"), shop.ledger.rows_used) == (3, 1)


def test_answers_are_refused_likewise(make_shop: Any) -> None:
    text = "customer_id,answered_at,nps\nc1,Jan 5 2024,9\n"
    with pytest.raises(UserError) as error:
        make_shop({"s.csv": text}, {"surveys": {"path": "data/s.csv"}})
    assert str(error.value) == (
        "parameters/acme.yml line 4: no row of surveys could be read, not one date of column 'answered_at' in"
        f" data/s.csv fits {USUAL}; the first, in row 2, looks like 'aaa 9 9999'; set date_format to its form."
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025/3/1 9時5分", "9999/9/9 9時9分"),
        ("２０２５．３．１", "9999．9．9"),
        ("山田花子", "aaaa"),
        ("hanako@example.jp", "aaaaaa@aaaaaaa.aa"),
        ("x\ty\x00😀", "a?a??"),
        ("1" * 31, "9" * 30 + "…"),
    ],
)
def test_a_shape_keeps_no_letter_and_no_digit(text: str, expected: str) -> None:
    assert shape(text) == expected
