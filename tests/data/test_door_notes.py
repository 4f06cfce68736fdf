"""What the door tells of the orders beside its ledger, by hand: totals, reversals, media, ids that are nearly one."""

from __future__ import annotations

from typing import Any

import pytest

from crmlib import words
from crmlib.client import load_client
from crmlib.errors import UserError
from crmlib.report.conditions import note_text

CODES = ("totals", "reversed", "media_filled", "alike_ids", "strangers", "unmatched")
HEAD = "order_id,customer_id,order_date,status,line_amount\n"


def told(shop: Any) -> list[str]:
    return [note for note in shop.read_notes if note.startswith(CODES)]


def test_a_clean_export_has_nothing_to_tell(orders_of: Any) -> None:
    shop = orders_of(HEAD + "1,C1,2024-01-01,valid,100\n2,c2,2024-01-02,cancelled,100\n3,C3,2024-01-02,valid,100\n")
    assert told(shop) == []


@pytest.mark.parametrize("footer", ["合計,,,,300", ",,合 計,,300", "総計,3,,,300", "Grand Total,,,,300"])
@pytest.mark.sample(2)
def test_a_row_of_totals_is_left_out_and_named_and_its_blank_status_blocks_nothing(orders_of: Any, footer: str) -> None:
    shop = orders_of(HEAD + "1,C1,2024-01-01,valid,100\n2,C2,2024-01-02,valid,200\n" + footer + "\n")
    assert told(shop) == ["totals: orders: data/orders.csv row 4"]
    assert shop.table("orders")["amount"].tolist() == [100, 200]
    # A word is no person's name: the ids stay what they are.
    assert shop.table("orders")["customer_id"].tolist() == ["C1", "C2"]
    assert (shop.ledger.rows_read, shop.ledger.rows_left_out) == (3, 1)


def test_a_blank_status_of_a_dated_row_still_needs_a_meaning(orders_of: Any) -> None:
    with pytest.raises(UserError, match=r"holds values without a meaning: a blank \(1 row\)"):
        orders_of(HEAD + "1,C1,2024-01-01,valid,100\n2,C2,2024-01-02,,200\n")


def test_reversals_that_are_left_out_are_told_with_their_money(orders_of: Any) -> None:
    rows = "1,C1,2024-01-01,valid,3000\n2,C1,2024-01-09,returned,-3000\n3,C2,2024-01-02,valid,-500\n"
    rows += "4,C2,2024-01-05,valid,9\n"
    assert told(orders_of(HEAD + rows)) == ["reversed: orders: 2 of -3500"]
    kept = {"returned": "keep", "negative": "keep"}
    assert told(orders_of(HEAD + rows, policy=kept)) == []


def test_orders_without_a_medium_have_their_customers(make_shop: Any) -> None:
    files = {
        "o.csv": HEAD + "1,C1,2024-01-01,valid,10\n2,C2,2024-01-02,valid,10\n3,C1,2024-01-03,valid,10\n",
        "c.csv": "customer_id,acq_media\nC1,TV\nC2,\n",
    }
    sources = {"orders": {"path": "data/o.csv"}, "customers": {"path": "data/c.csv"}}
    shop = make_shop(files, sources)
    assert shop.table("orders")["acq_media"].tolist() == ["TV", "unknown", "TV"]
    assert told(shop) == ["media_filled: orders: 2 of 3"]
    # Where the orders have media of their own, a blank is not known: the customer's says something else.
    files["o.csv"] = (
        "order_id,customer_id,order_date,line_amount,acq_media\n1,C1,2024-01-01,10,web\n2,C1,2024-01-02,10,\n"
    )
    shop = make_shop(files, sources)
    assert shop.table("orders")["acq_media"].tolist() == ["web", "unknown"]
    assert told(shop) == []


ALIKE = (
    HEAD + "1,C1,2024-01-01,valid,10\n2,Ｃ１,2024-01-02,valid,10\n3,c1,2024-01-03,valid,10\n4,C2,2024-01-03,valid,10\n"
)


def test_ids_that_differ_in_width_or_capitals_are_told_and_made_one_when_asked(orders_of: Any) -> None:
    shop = orders_of(ALIKE)
    assert told(shop) == ["alike_ids: orders: 2 of 4"]
    assert shop.table("orders")["customer_id"].nunique() == 4
    shop = orders_of(ALIKE, source={"ids": "plain"})
    assert told(shop) == []
    assert shop.table("orders")["customer_id"].tolist() == ["C1", "C1", "C1", "C2"]


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ("C1,C2,C9", []),  # a member who never bought is no news
        ("C1", ["strangers: customers: 1 of 2"]),
        ("1,2", ["unmatched: customers: 2 of 2", "strangers: customers: 2 of 2"]),
    ],
)
def test_orders_and_members_that_do_not_know_each_other_are_told(make_shop: Any, members: str, said: list[str]) -> None:
    files = {
        "o.csv": HEAD + "1,C1,2024-01-01,valid,10\n2,C2,2024-01-02,valid,10\n",
        "c.csv": "customer_id\n" + members.replace(",", "\n") + "\n",
    }
    assert told(make_shop(files, {"orders": {"path": "data/o.csv"}, "customers": {"path": "data/c.csv"}})) == said


def test_the_notes_are_said_in_both_languages() -> None:
    words.speak("en", "JPY")
    assert note_text("reversed: orders: 2 of -3500") == (
        "Rows below zero that are left out: 2 (-¥3,500); a sale taken back by one of them counts in full, and the keys "
        "returned and negative of the policy settle it."
    )
    assert note_text("totals: orders: data/o.csv row 4") == "Orders: Rows of totals, left out: data/o.csv row 4"
    assert note_text("alike_ids: orders: 2 of 4").endswith("a customer of its own: 2 of 4 (sources.orders.ids: plain)")
    words.speak("ja", "JPY")
    for note in ("alike_ids: orders: 2 of 4", "media_filled: orders: 2 of 3", "strangers: customers: 2 of 2"):
        assert note_text(note).count("：") + note_text(note).count(": ") >= 1
        assert "Customer" not in note_text(note)


@pytest.mark.parametrize(
    ("born", "year"),
    [("1981-04-29", 1981), ("1981/4/29", 1981), ("19810429", 1981), ("1981年4月29日", 1981), ("１９８１", 1981),
     ("1981", 1981), ("1981-04-29 00:00:00", 1981), ("29/04/1981", None), ("45", None), ("S56.4.29", None)],
)  # fmt: skip
@pytest.mark.sample(1)
def test_of_a_date_of_birth_the_year_is_read(make_shop: Any, born: str, year: int | None) -> None:
    files = {"o.csv": HEAD + "1,C1,2024-01-01,valid,10\n", "c.csv": f"customer_id,birth_year\nC1,{born}\n"}
    shop = make_shop(files, {"orders": {"path": "data/o.csv"}, "customers": {"path": "data/c.csv"}})
    assert shop.table("customers")["birth_year"].fillna(0).tolist() == [year or 0]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"ordered_at": {"未定": ""}},
            "sources.orders.values has 'ordered_at', and columns maps 'order_date'; write 'order_date' there too.",
        ),
        (
            {"order_date": {"未定": "unknown"}},
            "'未定' becomes 'unknown', which is no date; give one, or \"\" for none.",
        ),
    ],
)
def test_values_that_can_have_no_effect_are_refused(make_client: Any, values: Any, sentence: str) -> None:
    columns = {"order_date": "日", "customer_id": "客", "line_amount": "円"}
    with pytest.raises(UserError) as refused:
        load_client(make_client({}, {"orders": {"path": "data/o.csv", "columns": columns, "values": values}}))
    assert str(refused.value).endswith(sentence)
