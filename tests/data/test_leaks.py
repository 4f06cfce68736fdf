"""Personal data of the exports found in texts of a report; and what looks like it and is none."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from crmlib.data.leaks import find
from crmlib.data.personal import NAME, Personal, groups

if TYPE_CHECKING:
    from crmlib.shop import Shop
    from tests.data.conftest import MakeShop

HEADER = "番号,注文日,金額,商品名,会員,氏名,フリガナ,姓,名,メール,電話番号,都道府県,市区町村,番地"
ROWS = [
    (
        "1,2025-04-01,1000,青汁,C-1,山田　花子,ヤマダ ハナコ,山田,花子,Hanako＠Example.jp,090-1234-5678,東京都,"
        "渋谷区神南,1-2-3 ハイツ101"
    ),
    "2,2025-04-02,1000,佐藤錦,C-2,佐藤 錦,サトウニシキ,佐藤,錦,nishiki@example.jp,'03(1234)9876,東京都,,",
    "3,2025-04-03,1000,青汁,C-3,長谷川,サクラ,長谷川,,,,山形県,山形市,",
    (
        "4,2025-04-04,1000,青汁,C-4,林 修,ハヤシ オサム,林,修,osamu@example.jp,9012340000,福岡県,"
        "福岡市中央区天神,二丁目3番4号"
    ),
    "5,2025-04-05,1000,青汁,C-5,株式会社山田商店,,,,,,,,",
    "6,2025-04-06,1000,青汁,C-6,Anna Maria Schmidt,,Schmidt,Anna,,+81 80-1111-2222,,,",
    "7,2025-04-07,1000,青汁,C-7,大島 紬,オオシマ ツムギ,大島,紬,,,,,",
]
COLUMNS = {
    "order_id": "番号", "order_date": "注文日", "order_amount": "金額", "product_name": "商品名", "customer_id": "会員",
}  # fmt: skip
Look = Callable[..., set[tuple[str, str]]]


def _shop(make: MakeShop, rows: list[str], **source: object) -> Shop:
    text = "\n".join([HEADER, *rows]) + "\n"
    return make({"o.csv": text}, {"orders": {"path": "data/o.csv", "columns": COLUMNS, **source}})


@pytest.fixture
def look(make_shop: MakeShop) -> Look:
    """The kinds and the data found in texts, for the shop above."""
    shop = _shop(make_shop, ROWS)

    def look(*texts: str, spoken: tuple[str, ...] = ()) -> set[tuple[str, str]]:
        found = find(texts, shop.client.settings(), shop.prepared_key, lambda: spoken)
        return {(hit.kind, hit.value) for hit in found if hit.known or hit.kind != "mail"}

    return look


FOUND = [
    ("名入れボールペン 山田花子", "name"),
    ("担当：山田 花子様", "name"),
    ("担当山田　花子", "name"),
    ("山田\n花子さんの注文", "name"),
    ("ﾔﾏﾀﾞ ﾊﾅｺ", "name"),
    ("林 修", "name"),
    ("大島紬様のご注文", "name"),
    ("to schmidt anna, with thanks", "name"),
    ("ANNA  SCHMIDT", "name"),
    ("連絡先hanako@example.jp。", "mail"),
    ("ＨＡＮＡＫＯ＠example．jp", "mail"),
    ("シナリオ 09012345678", "phone"),
    ("090 1234 5678", "phone"),
    ("+81-90-1234-5678", "phone"),
    ("（03）1234-9876", "phone"),
    ("9012340000", "phone"),
    ("080-1111-2222", "phone"),
    ("東京都渋谷区神南１丁目２番３号", "address"),
    ("渋谷区神南 1-2-3", "address"),
    ("天神2-3-4に", None),
    ("福岡市中央区天神2丁目3-4", "address"),
]
NONE = [
    "山形県産佐藤錦の詰合せ", "山田屋の最中", "長谷川のれん", "サクラ", "東京都", "渋谷区神南", "株式会社山田商店",
    "林修学旅行", "山形市", "花子", "山田", "本場大島紬織", "渋谷区神南1-2-34", "190-1234-56789",
    "注文 2025-04-01 12,345,678円",
    "0.9012345678", "annaschmidts", "Anna and Schmidt", "C-1", "林", "山田園 花子",
]  # fmt: skip


def test_a_datum_is_found_however_it_is_written(look: Look) -> None:
    seen = {text: {kind for kind, _ in look(text)} for text, _ in FOUND}
    assert seen == {text: {kind} if kind else set() for text, kind in FOUND}


def test_what_only_looks_like_a_datum_is_no_alarm(look: Look) -> None:
    assert look(*NONE) == set()


def test_texts_that_stand_side_by_side_are_not_one(look: Look) -> None:
    assert look("山田", "花子") == set()
    assert look("090-1234", "5678") == set()


def test_a_find_says_in_which_text_it_stands(make_shop: MakeShop) -> None:
    shop = _shop(make_shop, ROWS)
    found = find(["", "x", "山田 花子", "y"], shop.client.settings(), shop.prepared_key, tuple)
    assert [(hit.text, hit.kind) for hit in found] == [(2, "name")]


def test_what_the_house_itself_says_is_nobodys_name(look: Look) -> None:
    assert look("大島紬", spoken=("大島紬の店",)) == set()
    assert look("大島紬") == {("name", "大島紬")}


def test_a_product_that_many_bought_is_no_person(make_shop: MakeShop) -> None:
    def seen(buyers: int) -> int:
        more = [f"{10 + i},2025-05-01,1000,大島紬,D-{i},,,,,,,,," for i in range(buyers)]
        shop = _shop(make_shop, [*ROWS, *more])
        return len(find(["大島紬"], shop.client.settings(), shop.prepared_key, tuple))

    assert (seen(9), seen(10)) == (1, 0)


def test_names_taken_for_products_are_found_although_many_bear_one(make_shop: MakeShop) -> None:
    rows = [f"{i},2025-05-01,1000,,D-{i},山田　花子,,,,,,,," for i in range(20)]
    shop = _shop(make_shop, rows, columns={**COLUMNS, "product_name": "氏名"})
    assert len(find(["山田 花子"], shop.client.settings(), shop.prepared_key, tuple)) == 1


def test_a_mail_address_is_one_whoever_it_is_of(make_shop: MakeShop) -> None:
    shop = _shop(make_shop, ROWS)
    (hit,) = find(["write to somebody@else.example"], shop.client.settings(), shop.prepared_key, tuple)
    assert (hit.kind, hit.known) == ("mail", False)
    (hit,) = find(["write to somebody@else.example"], None, "", tuple)
    assert (hit.kind, hit.known) == ("mail", False)


def test_a_replaced_key_is_found_as_a_whole_word(make_shop: MakeShop) -> None:
    rows = [row.replace("C-1", "hanako@example.jp").replace("C-2", "Sato_Hanako3") for row in ROWS]
    shop = _shop(make_shop, rows)
    settings = shop.client.settings()
    assert [hit.kind for hit in find(["customer sato_hanako3."], settings, shop.prepared_key, tuple)] == ["key"]
    assert find(["xsato_hanako3"], settings, shop.prepared_key, tuple) == []
    surrogate = str(shop.table("orders")["customer_id"].iloc[0])
    assert find([surrogate], settings, shop.prepared_key, tuple) == []


def test_the_file_is_its_owners_alone_and_a_second_run_does_not_make_it_again(make_shop: MakeShop) -> None:
    shop = _shop(make_shop, ROWS)
    path = shop.client.settings().folder / "prepared" / shop.prepared_key / NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.stat().st_mtime_ns
    assert _shop(make_shop, ROWS).prepared_key == shop.prepared_key
    assert path.stat().st_mtime_ns == before
    path.write_bytes(b"")
    assert _shop(make_shop, ROWS).prepared_key == shop.prepared_key
    assert path.stat().st_size > 0


def test_a_parquet_export_is_looked_through_too(make_shop: MakeShop, tmp_path: Path) -> None:
    path = tmp_path / "o.parquet"
    duckdb.sql(
        f"COPY (SELECT 'C-1' AS customer_id, DATE '2025-04-01' AS order_date, 1000 AS order_amount, "
        f"'山田 花子' AS \"氏名\", 9012345678 AS \"電話\") TO '{path}' (FORMAT parquet)"
    )
    shop = make_shop({"o.parquet": path.read_bytes()}, {"orders": {"path": "data/o.parquet"}})
    found = find(["山田花子", "090-1234-5678"], shop.client.settings(), shop.prepared_key, tuple)
    assert [hit.kind for hit in found] == ["name", "phone"]


def test_staff_who_are_shown_on_purpose_are_no_customers() -> None:
    assert groups("contacts", ["会員ID", "担当者", "氏名"], {1}) == [("name", (2,))]
    assert groups("products", ["商品名", "氏名"], set()) == []


def test_a_name_is_kept_as_reports_would_show_it_without_marks_of_direction() -> None:
    found = Personal()
    found.take("name", [("山田\u202e太郎\u200e",)])
    assert list(found.values()) == [("name", "山田太郎", 0)]
