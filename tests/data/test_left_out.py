"""Rows left out can be found in the export, and their list holds nothing of what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crmlib.errors import UserError
from crmlib.shop import open_shop

FIRST = "注文,会員,日,額,状況\nA1,c1,2024-01-01,100,完了\n,c1,2024-01-02,200,完了\nA3,花子\n"
SECOND = "注文,会員,日,額,状況\nA1,c1,2024-01-01,100,完了\nA4,c4,2024-01-09,400,取消\nA5,,2024-01-09,無料,完了\n"
SURVEYS = "customer_id,answered_at,nps\nc1,2024-01-01,9\nc2,2024-01-01,11\n"
SOURCES = {
    "orders": {
        "path": "data/受注",
        "columns": {
            "order_id": "注文",
            "customer_id": "会員",
            "order_date": "日",
            "line_amount": "額",
            "status": "状況",
        },
        "values": {"status": {"完了": "valid", "取消": "cancelled"}},
    },
    "surveys": {"path": "data/s.csv"},
}
FILES: dict[str, str | bytes] = {"受注/1.csv": FIRST.encode("cp932"), "受注/2.csv": SECOND, "s.csv": SURVEYS}
LISTED = """\
file,row,reason
data/受注/1.csv,3,no_order_id
data/受注/1.csv,4,broken_row
data/受注/2.csv,2,exact_duplicate
data/受注/2.csv,3,cancelled
data/受注/2.csv,4,bad_amount
data/s.csv,3,bad_score
"""


def listed(shop: Any) -> str:
    return shop.left_out.read_text(encoding="utf-8-sig")


def test_every_row_left_out_is_listed_with_file_row_and_reason(make_shop: Any, tmp_path: Path) -> None:
    shop = make_shop(FILES, SOURCES)
    assert shop.left_out == tmp_path / "data" / "acme" / "left_out.csv"
    assert shop.left_out.read_bytes().startswith(b"\xef\xbb\xbffile,")
    assert listed(shop) == LISTED
    left = sum(ledger.rows_left_out for ledger in shop.ledgers.values())
    assert left == len(LISTED.splitlines()) - 1


def test_rows_after_the_base_date_are_not_in_the_list(make_shop: Any) -> None:
    shop = make_shop(FILES, SOURCES, as_of="2024-01-01")
    assert listed(shop) == LISTED


def test_an_export_without_a_fault_has_an_empty_list(orders_of: Any) -> None:
    assert listed(orders_of("customer_id,order_date,line_amount\nc1,2024-01-01,1\n")) == "file,row,reason\n"


def test_the_list_belongs_to_the_tables_in_use(make_client: Any) -> None:
    client = make_client(FILES, SOURCES)
    assert listed(open_shop(client)) == LISTED
    kept = make_client(FILES, SOURCES, policy={"cancelled": "keep"})
    assert listed(open_shop(kept)) == LISTED.replace("data/受注/2.csv,3,cancelled\n", "")
    # Back to the first policy: the tables are kept ones, and so is their list.
    assert listed(open_shop(make_client({}, SOURCES))) == LISTED


def test_a_list_that_is_there_already_is_not_written_again(make_client: Any) -> None:
    client = make_client(FILES, SOURCES)
    before = open_shop(client).left_out.stat()
    assert open_shop(client).left_out.stat().st_ino == before.st_ino
    open_shop(client).left_out.unlink()
    assert listed(open_shop(client)) == LISTED


def test_a_damaged_list_is_built_again(make_client: Any) -> None:
    client = make_client(FILES, SOURCES)
    shop = open_shop(client)
    (kept,) = (client.parents[1] / "data" / "acme" / "prepared").glob("*/left_out.csv")
    kept.write_text("file,row,reason\n", encoding="utf-8")
    shop.left_out.unlink()
    assert listed(open_shop(client)) == LISTED


def test_a_list_that_cannot_be_replaced_is_said(make_client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client = make_client(FILES, SOURCES)
    open_shop(client).left_out.unlink()

    def refuse(*args: Any) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(UserError) as error:
        open_shop(client)
    assert str(error.value) == "data/acme/left_out.csv: it cannot be replaced; is it open in another program?"
    assert not list((client.parents[1] / "data" / "acme").glob(".left_out*"))
