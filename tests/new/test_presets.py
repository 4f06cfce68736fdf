"""Each shop system's export with its traps, a few orders each: orders, customers and yen are added up by hand here."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
import yaml

from crmlib.cli import call
from crmlib.data.mapping import is_header
from crmlib.new.presets import LEAST_SHARE, detect, presets
from crmlib.shop import Shop, open_shop

ORDERS = [name for name, preset in presets().items() if preset.table == "orders"]
USABLE = [name for name in ORDERS if not presets()[name].unusable]
Row = dict[str, Any]


def export(header: list[str], rows: list[Row], *, encoding: str = "cp932", mark: str = ",") -> bytes:
    stream = io.StringIO()
    out = csv.writer(stream, lineterminator="\r\n", delimiter=mark)
    out.writerow(header)
    out.writerows([row.get(name, "") for name in header] for row in rows)
    return stream.getvalue().encode(encoding)


def headers(preset: str) -> list[str]:
    return [*presets()[preset].headers]


def made(home: Path, content: bytes, name: str = "orders.csv") -> tuple[str, Shop]:
    """The client file that `crm new` writes for an export, and the shop that opens with it as it is."""
    (home / "data").mkdir()
    (home / "data" / name).write_bytes(content)
    assert call(["new", "acme", "--orders", f"data/{name}"]) == 0
    path = home / "parameters" / "acme.yml"
    return path.read_text(encoding="utf-8"), open_shop(path)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- the traps -------------------------------------------------------------------------------------------------------

HANAKO, TARO, JIRO = (f"{n * 8}@pc.fw.rakuten.ne.jp" for n in "123")


def rakuten(number: str, mail: str, status: int, lines: list[tuple[str, int, int]], **more: Any) -> list[Row]:
    head = {"注文番号": number, "注文者メールアドレス": mail, "ステータス": status, "注文日時": "2025-01-10 10:00:00",
            "注文種別": 1, "送料合計": 500, "商品合計金額": 99999, "合計金額": 99999, "請求金額": 99999,
            **more}  # fmt: skip
    return [
        {**head, "商品管理番号": code, "商品名": code, "単価": price, "個数": n, "送付先ID": i}
        for i, (code, price, n) in enumerate(lines)
    ]


RAKUTEN = [
    # One order, two shipments of the same item. The shop's coupon stands on both rows and is taken off once; the one of
    # Rakuten and points are a way to pay: 2 x 1000 - 100.
    *rakuten("R1", HANAKO, 700, [("A", 1000, 1), ("A", 1000, 1)], 店舗発行クーポン利用額=100, 楽天発行クーポン利用額=50,
             ポイント利用額=30),
    # A subscription's second delivery; its coupon and shipping are not determined yet: 2 x 3000.
    *rakuten("R2", HANAKO, 500, [("B", 3000, 2)], 注文種別=4, 申込番号="S-1", 申込お届け回数=2,
             店舗発行クーポン利用額=-9999, 送料合計=-9999),
    *rakuten("R3", TARO, 900, [("B", 5000, 1)]),   # キャンセル確定
    *rakuten("R4", TARO, 300, [("A", 1000, 3)]),   # not sent yet: kept
    *rakuten("R5", JIRO, 100, [("A", -9999, 1)]),   # a price that is not determined
    *rakuten("R6", JIRO, 800, [("A", 1000, 1)]),   # キャンセル確定待ち
]  # fmt: skip


def yahoo(number: str, mail: str, status: int, items: str, titles: str, prices: str, ns: str, **more: Any) -> Row:
    return {"OrderId": number, "OrderTime": "2025-01-10 10:00:00", "OrderStatus": status, "BillMailAddress": mail,
            "ItemId": items, "Title": titles, "UnitPrice": prices, "QuantityDetail": ns, "ShipCharge": 600,
            **more}  # fmt: skip


YAHOO = [
    # 2 x 500 + 1200 - 100
    yahoo("Y1", "a@b.jp", 5, "L1=a&L2=b", "L1=石けん&L2=A&B=C", "L1=500&L2=1200", "L1=2&L2=1", Discount=100,
          TotalPrice=2700),
    yahoo("Y2", "c@b.jp", 5, "b", "ジェル", "1200", "1", TotalPrice=1800),   # one item, not packed
    yahoo("Y3", "c@b.jp", 4, "L1=a", "L1=石けん", "L1=500", "L1=1", TotalPrice=1100),   # キャンセル
    yahoo("Y4", "a@b.jp", 2, "L1=a", "L1=石けん", "L1=500", "L1=1", UsePoint=300, TotalPrice=1100),
]  # fmt: skip
YAHOO_HEADER = ["OrderId", "OrderTime", "OrderStatus", "BillMailAddress", "BillPrefecture", "ShipCharge", "UsePoint",
                "Discount", "TotalPrice", "ItemId", "Title", "UnitPrice", "QuantityDetail"]  # fmt: skip
YAHOO_ITEMS = [
    "OrderId",
    "LineId",
    "OrderTime",
    "OrderStatus",
    "BillMailAddress",
    "ItemId",
    "Title",
    "UnitPrice",
    "Quantity",
]
YAHOO_LINES = [
    {"OrderId": "Y1", "LineId": n, "OrderTime": "2025-01-10 10:00:00", "OrderStatus": 5, "BillMailAddress": "a@b.jp",
     "ItemId": item, "Title": item, "UnitPrice": price, "Quantity": count}
    for n, (item, price, count) in enumerate([("a", 500, 2), ("b", 1200, 1)])
]  # fmt: skip


def amazon(number: str, mail: str, at: str, sku: str, n: int, price: int, off: int | str = "") -> Row:
    return {"order-id": number, "buyer-email": f"{mail}@marketplace.amazon.co.jp", "purchase-date": at, "sku": sku,
            "product-name": sku, "quantity-purchased": n, "currency": "JPY", "item-price": price, "item-tax": 90,
            "shipping-price": 500, "item-promotion-discount": off}  # fmt: skip


AMAZON = [
    # Two pieces for 2000 together, 200 of them given by the seller; half past midnight in Tokyo on the 1st.
    amazon("A1", "x1", "2025-01-31T15:30:00+00:00", "S1", 2, 2000, -200),
    amazon("A1", "x1", "2025-01-31T15:30:00+00:00", "S2", 1, 500),
    amazon("A2", "x2", "2025-02-10T10:00:00+00:00", "S1", 1, 1500),
    amazon("A3", "x1", "2025-03-10T10:00:00+00:00", "S2", 1, 700),
]


def base(number: str, mail: str, state: str, lines: list[tuple[str, str, int, int]]) -> list[Row]:
    head = {"注文ID": number, "注文日時": "2025-01-10 10:00:00", "メールアドレス(請求先)": mail, "発送状況": state,
            "送料": 600, "合計金額": 99999}  # fmt: skip
    return [{**head, "商品ID": code, "商品名": name, "価格": price, "数量": n} for code, name, price, n in lines]


BASE = [
    # 4500 + the option's 500 + 2 x 1000: three pieces of two products
    *base("B1", "a@b.jp", "発送済み", [("11", "かばん", 4500, 1), ("", "商品オプション「刻印」", 500, 1),
                                       ("12", "石けん", 1000, 2)]),
    *base("B2", "c@b.jp", "キャンセル済み", [("11", "かばん", 4500, 1)]),
    *base("B3", "a@b.jp", "未発送", [("12", "石けん", 1000, 2)]),
    *base("B4", "c@b.jp", "発送済み", [("13", "タオル", 800, 1)]),
]  # fmt: skip


def lines(heads: dict[str, tuple[Row, list[Row]]]) -> list[Row]:
    return [{**head, **line} for head, rows in heads.values() for line in rows]


FUTURESHOP = lines({
    # 1000 + 2 x 2000 - 300, which stands on both rows
    "F1": ({"受注コード": "F1", "注文日時": "2025/01/10 10:00", "電話番号(メイン)": "03-1111-1111",
            "割引合計金額(商品)": 300, "ポイント利用額": 100, "請求合計金額": 99999, "商品合計金額": 5000, "送料": 600},
           [{"商品番号": "A", "商品名": "A", "販売単価": 1000, "購入数量": 1},
            {"商品番号": "B", "商品名": "B", "販売単価": 2000, "購入数量": 2}]),
    "F2": ({"受注コード": "F2", "注文日時": "2025/02/10 10:00", "電話番号(メイン)": "03-2222-2222"},
           [{"商品番号": "C", "商品名": "C", "販売単価": 500, "購入数量": 3}]),
    "F3": ({"受注コード": "F3", "注文日時": "2025/03/10 10:00", "電話番号(メイン)": "03-1111-1111"},
           [{"商品番号": "A", "商品名": "A", "販売単価": 1000, "購入数量": 1}]),
})  # fmt: skip
MAKESHOP_HEADER = [
    *headers("makeshop"),
    "メールアドレス",
    "システム商品コード",
    "独自商品コード",
    "商品名",
    "販売価格",
    "数量",
]
MAKESHOP = [
    {"日付": 20250110, "注文時間": 93005, "注文番号": number, "処理状況": state, "注文者": "山田 花子",
     "メールアドレス": mail, "システム商品コード": 1, "独自商品コード": "A", "商品名": "A", "販売価格": price,
     "数量": n}
    for number, state, mail, price, n in [
        ("M1", "発送済み", "a@b.jp", 1000, 2), ("M2", "注文キャンセル", "a@b.jp", 1000, 1),
        ("M3", "返送", "c@b.jp", 900, 1), ("M4", "入金待ち", "c@b.jp", 500, 1),
    ]
]  # fmt: skip
ECFORCE = [
    # Three codes, one of them an insert, and the money once; the count of purchases begins at 0 here.
    {"受注番号": "E1", "顧客番号": "501", "受注日": "2025/01/10 10:00", "小計": 3000, "支払い合計": 3500,
     "購入商品（商品コード）": "A01,B02,guide-1", "顧客購入回数": 0, "広告主名": "TV"},
    {"受注番号": "E2", "顧客番号": "502", "受注日": "2025/01/11 10:00", "小計": 1980, "支払い合計": 1480,
     "購入商品（商品コード）": "A01", "顧客購入回数": 0},
    {"受注番号": "E3", "顧客番号": "501", "受注日": "2025/02/10 10:00", "小計": 1800, "支払い合計": 2300,
     "定期受注番号": "T-1", "定期ステータス": "キャンセル", "定期回数": 2,
     "購入商品（商品コード）": "B02", "顧客購入回数": 1},
]  # fmt: skip
# The order's 商品計 stands on each of its rows and counts once.
NEXT_ENGINE = [
    {"店舗伝票番号": number, "受注日": "2025-01-10", "受注メールアドレス": mail, "発送先名": to, "商品計": amount}
    for number, mail, to, amount in [("N1", "a@b.jp", "甲", 3000), ("N1", "a@b.jp", "乙", 3000),
                                     ("N2", "c@b.jp", "丙", 500)]
]  # fmt: skip
COLORME = [
    {"売上ID": number, "受注日": "2025-01-10", "購入者 名前": "山田 花子", "購入者 電話番号": phone, "購入数量": n,
     "購入商品 販売価格(消費税込)": price}
    for number, phone, price, n in [("C1", "03-1111-1111", 1100, 1), ("C1", "03-1111-1111", 2200, 2),
                                    ("C2", "03-2222-2222", 1100, 1)]
]  # fmt: skip
UTF8, TABS = {"encoding": "utf-8-sig"}, {"mark": "\t"}
WITHOUT_PRICES = [name for name in YAHOO_HEADER if name != "UnitPrice"]

# Export, its amounts by order, and how many customers there are among these.
TRAPS: dict[str, tuple[bytes, dict[str, int], int]] = {
    "rakuten_rms": (export(headers("rakuten_rms"), RAKUTEN), {"R1": 1900, "R2": 6000, "R4": 3000}, 2),
    "yahoo_shopping": (export(YAHOO_HEADER, YAHOO), {"Y1": 2100, "Y2": 1200, "Y4": 500}, 2),
    # Without prices: the order's total less shipping, 2700 - 600, 1800 - 600, 1100 - 600.
    "yahoo_shopping, totals": (export(WITHOUT_PRICES, YAHOO), {"Y1": 2100, "Y2": 1200, "Y4": 500}, 2),
    "yahoo_shopping, items": (export(YAHOO_ITEMS, YAHOO_LINES), {"Y1": 2200}, 1),
    "amazon_orders": (export(headers("amazon_orders"), AMAZON, **TABS), {"A1": 2300, "A2": 1500, "A3": 700}, 2),
    "base_orders": (export(headers("base_orders"), BASE), {"B1": 7000, "B3": 2000, "B4": 800}, 2),
    "futureshop": (export(headers("futureshop"), FUTURESHOP), {"F1": 4700, "F2": 1500, "F3": 1000}, 2),
    "makeshop": (export(MAKESHOP_HEADER, MAKESHOP), {"M1": 2000, "M4": 500}, 2),
    "ecforce": (export(headers("ecforce"), ECFORCE, **UTF8), {"E1": 3000, "E2": 1980, "E3": 1800}, 2),
    "next_engine": (export(headers("next_engine")[:19], NEXT_ENGINE), {"N1": 3000, "N2": 500}, 2),
    "colorme": (export(headers("colorme")[:10], COLORME), {"C1": 5500, "C2": 1100}, 2),
}


@pytest.mark.sample(3)
@pytest.mark.parametrize("case", TRAPS)
def test_the_trap_file_gives_the_orders_customers_and_yen_added_up_by_hand(home: Path, capsys: Any, case: str) -> None:
    content, amounts, n_customers = TRAPS[case]
    text, shop = made(home, content, "orders.txt" if case == "amazon_orders" else "orders.csv")
    told, orders = capsys.readouterr().out, shop.table("orders")
    assert f"({case.partition(',')[0]}), 100% of the header names matched" in told or "makeshop" in case, told
    assert dict(zip(orders["order_id"], orders["amount"], strict=True)) == amounts
    assert orders["customer_id"].nunique() == n_customers
    assert shop.ledger.amount_used == sum(amounts.values())
    # Nobody is shown: addresses, telephone numbers and names are in neither.
    assert not [word for word in ("a@b.jp", "1@pc.fw", "x1@market", "1111", "山田") if word in told + text]


def items(shop: Shop) -> list[tuple[Any, ...]]:
    names = ["order_id", "product_id", "quantity", "line_amount", "line_type"]
    return [*shop.table("order_items")[names].fillna({"product_id": ""}).itertuples(index=False, name=None)]


def test_rakuten_says_which_orders_are_a_subscriptions_and_masks_are_told_of(home: Path, capsys: Any) -> None:
    text, shop = made(home, TRAPS["rakuten_rms"][0])
    orders = shop.table("orders").set_index("order_id")
    assert orders["order_kind"].to_dict() == {"R1": "one_off", "R2": "subscription", "R4": "one_off"}
    assert (orders.loc["R2", "subscription_id"], orders.loc["R2", "subscription_seq"]) == ("S-1", 2)
    assert (orders.loc["R1", "points_used"], orders.loc["R1", "discount_amount"]) == (30, 100)
    assert 'blank: ["-9999"]' in text
    assert "good within Rakuten alone" in " ".join(text.replace("#", " ").split())
    assert (shop.ledger.rows("cancelled"), shop.ledger.rows("bad_amount")) == (2, 1)
    assert "below zero" not in capsys.readouterr().out


def test_an_option_of_base_is_money_and_no_product(home: Path) -> None:
    _, shop = made(home, TRAPS["base_orders"][0])
    assert items(shop)[:3] == [
        ("B1", "11", 1, 4500, "product"), ("B1", "", 1, 500, "option"), ("B1", "12", 2, 2000, "product"),
    ]  # fmt: skip
    assert shop.table("orders")["n_items"].tolist() == [3, 2, 1]


def test_codes_of_one_cell_are_lines_and_the_money_stands_once(home: Path, capsys: Any) -> None:
    text, shop = made(home, TRAPS["ecforce"][0])
    assert [(order, code, amount) for order, code, _, amount, _ in items(shop)] == [
        ("E1", "A01", 3000), ("E1", "B02", 0), ("E1", "guide-1", 0), ("E2", "A01", 1980), ("E3", "B02", 1800),
    ]  # fmt: skip
    orders = shop.table("orders").set_index("order_id")
    assert orders["order_kind"].to_dict() == {"E1": "one_off", "E2": "one_off", "E3": "subscription"}
    assert (orders.loc["E1", "acq_media"], orders.loc["E3", "subscription_seq"]) == ("TV", 2)
    assert shop.ledger.rows_read == 3
    assert 'split: {product_id: ","}' in text
    assert "顧客購入回数" not in str(yaml.safe_load(text)["sources"])
    assert "several products in one cell" not in capsys.readouterr().out


def test_codes_of_one_cell_that_no_preset_knows_are_told_with_the_key_that_parts_them(home: Path, capsys: Any) -> None:
    rows = ["受注番号,会員ID,受注日,支払合計,商品コード", "1,501,2025-01-06,300,A01", '2,501,2025-01-07,700,"A01、B02"']
    made(home, "\n".join(rows).encode())
    assert 'export a row a product, or set split: {product_id: "、"} in the client file.' in capsys.readouterr().out


def test_packed_items_are_lines(home: Path) -> None:
    text, shop = made(home, TRAPS["yahoo_shopping"][0])
    assert "packed: [product_id, product_name, unit_price, quantity]" in text
    assert [row[:4] for row in items(shop)] == [("Y1", "a", 2, 1000), ("Y1", "b", 1, 1200), ("Y2", "b", 1, 1200),
                                                ("Y4", "a", 1, 500)]  # fmt: skip
    assert shop.table("order_items")["product_name"].tolist()[:2] == ["石けん", "A&B=C"]


def test_days_of_amazon_are_japans_whatever_the_offset(home: Path) -> None:
    text, shop = made(home, TRAPS["amazon_orders"][0], "orders.txt")
    assert shop.table("orders")["order_date"].astype(str).tolist() == ["2025-02-01", "2025-02-10", "2025-03-10"]
    assert "timezone: Asia/Tokyo" in text


def test_amazons_report_without_buyers_is_refused_and_the_right_one_named(home: Path, capsys: Any) -> None:
    row = {"amazon-order-id": "A1", "purchase-date": "2025-01-31T15:30:00+00:00", "sku": "S1", "item-price": 500}
    (home / "orders.txt").write_bytes(export(headers("amazon_all_orders"), [row], mark="\t"))
    assert call(["new", "acme", "--orders", "orders.txt"]) == 2
    assert capsys.readouterr().err == (
        "this is Amazon 全注文レポート: it names no buyer, so customers cannot be told apart and no figure of "
        "customers can be made; ask for the 注文レポート (order report, new orders), which has buyer-email.\n"
    )
    assert not (home / "parameters").exists()
    assert call(["new", "acme", "--orders", "orders.txt", "--preset", "amazon_all_orders"]) == 2
    assert "ask for the 注文レポート" in capsys.readouterr().err


# --- which export a header is ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", USABLE)
def test_a_preset_is_known_by_its_headers_and_by_three_quarters_of_them(name: str) -> None:
    known = headers(name)
    assert is_header(known)
    assert detect([*known, "店のメモ1", "店のメモ2"], "orders")[0] is presets()[name]
    kept = [header for n, header in enumerate(known) if n % 4 != 3]
    found = detect(kept, "orders")[0]
    assert found is (presets()[name] if len(kept) >= 8 else None)


@pytest.mark.parametrize("name", ORDERS)
def test_no_two_presets_are_confused(name: str) -> None:
    known = headers(name)
    others = [preset for preset in presets().values() if preset.name != name]
    assert max(preset.share(known) for preset in others) < LEAST_SHARE
    assert max(preset.share(known[: max(8, len(known) // 2)]) for preset in others) < LEAST_SHARE


def test_a_small_list_of_common_words_is_no_preset() -> None:
    assert detect(["注文番号", "会員番号", "注文日", "商品名", "単価", "個数", "送料", "メモ"], "orders") == (None, 0.0)


@pytest.mark.parametrize("name", ORDERS)
def test_what_a_preset_maps_is_among_its_headers_or_told_to_be_likely(name: str) -> None:
    """A header that is misspelt in the mapping would never be found; only a required one would be missed."""
    preset = presets()[name]
    for column in ("order_id", "ordered_at"):
        assert preset.columns[column][0].header in preset.headers, column
    assert {*preset.packed, *preset.split} <= preset.columns.keys()


def test_a_header_that_is_misspelt_by_a_preset_stands_in_the_shared_list(shared_data: Path) -> None:
    import json

    found = json.loads((shared_data.parent / "presets.json").read_text(encoding="utf-8"))["presets"]
    same = {"yahoo_shopping": "yahoo_shopping", "rakuten_rms": "rakuten_rms", "base": "base_orders",
            "futureshop": "futureshop", "makeshop": "makeshop", "ecforce": "ecforce", "colorme": "colorme",
            "next_engine_generic": "next_engine",
            "amazon_order_report": "amazon_orders", "amazon_all_orders": "amazon_all_orders"}  # fmt: skip
    for key, name in same.items():
        listed = (
            found[key]["headers"] + found[key].get("headers_new_orders", []) + found[key].get("headers_also_seen", [])
        )
        assert set(listed) <= set(headers(name)), name
