"""Exports written from the header lists of the presets: a dozen orders each, small enough to be added up by eye."""

from __future__ import annotations

import csv
import io
from typing import Any

from crmlib.new.presets import presets

FORMULA, SCRIPT = '=cmd|"/c calc"!A1', "<script>alert(1)</script>"
LONG = "とても長い商品名" * 15

# Order, member, day, status, lines of (kind, code, name, price, quantity). 値引き, 送料 and 小計 of the order are
# filled in on every line, as EC-CUBE does; none of them may count twice.
EC_ORDERS: list[tuple[str, str, str, str, list[tuple[str, str, str, int, int]]]] = [
    ("1", "501", "2025-01-06 10:12:00", "5", [("1", "T01", "お試しセット", 1800, 1), ("2", "", "送料", 500, 1)]),
    ("2", "502", "2025-01-09 21:40:00", "5", [("1", "T01", "お試しセット", 1800, 1), ("3", "", "手数料", 330, 1)]),
    ("3", "501", "2025-02-11 08:05:00", "6", [("1", "S01", FORMULA, 5000, 1), ("1", "L01", "化粧水", 3000, 2),
                                              ("4", "", "クーポン割引", -1000, 1), ("6", "", "ポイント", -200, 1)]),
    ("4", "503", "2025-02-20 12:00:00", "3", [("1", "S01", FORMULA, 5000, 1)]),   # 注文取消し
    ("5", "504", "2025-02-21 12:00:00", "7", [("1", "S01", FORMULA, 5000, 1)]),   # 決済処理中
    ("6", "505", "2025-02-22 12:00:00", "8", [("1", "S01", FORMULA, 5000, 1)]),   # 購入処理中
    ("7", "502", "2025-02-23 12:00:00", "9", [("1", "S01", FORMULA, 5000, 1)]),   # 返品
    ("8", "", "2025-03-01 09:00:00", "5", [("1", "T01", "お試しセット", 1800, 1)]),   # a guest
    ("9", "", "2025-03-02 09:00:00", "5", [("1", "T01", "お試しセット", 1800, 2)]),   # another guest
    ("10", "502", "2025-03-15 19:30:00", "1", [("1", "X01", SCRIPT, 4000, 1)]),   # 新規受付: kept
    ("11", "506", "2025-03-20 19:30:00", "4", [("1", "Y01", LONG, 2500, 1), ("5", "", "税", 250, 1)]),
    ("12", "501", "2025-03-31 07:55:00", "5", [("1", "L01", "化粧水", 3000, 1), ("1", "G01", "ご案内", 0, 1)]),
]  # fmt: skip
EC_STATUS = {"1": "新規受付", "3": "注文取消し", "4": "対応中", "5": "発送済み", "6": "入金済み", "7": "決済処理中",
             "8": "購入処理中", "9": "返品"}  # fmt: skip
EC_KIND = {"1": "商品", "2": "送料", "3": "手数料", "4": "割引", "5": "税", "6": "ポイント"}


def table(header: list[str], rows: list[dict[str, Any]], *, encoding: str = "utf-8") -> bytes:
    """A CSV; a key `送料_2` is the second column of that name."""
    names: list[str] = []
    for name in header:
        names.append(f"{name}_2" if name in names else name)
    stream = io.StringIO()
    out = csv.writer(stream, lineterminator="\r\n")
    out.writerow(header)
    out.writerows([row.get(name, "") for name in names] for row in rows)
    return stream.getvalue().encode(encoding)


def header_of(preset: str) -> list[str]:
    """The preset's header as the file has it: repeated names without a suffix."""
    return [name.removesuffix("_2") if name == "送料_2" else name for name in presets()[preset].headers]


def eccube(header: list[str], *, encoding: str = "cp932", status: dict[str, str] | None = None) -> bytes:
    """The EC-CUBE export; `status` renames statuses, by their number."""
    named = EC_STATUS | (status or {})
    rows = []
    for order, member, day, state, lines in EC_ORDERS:
        discount = sum(-price for kind, _, _, price, _ in lines if kind == "4")
        head = {
            "注文ID": f"9{order}", "注文番号": f"N-{order}", "会員ID": member, "お名前(姓)": "山田",
            "お名前(名)": "花子",
            "郵便番号": "'100-0001", "メールアドレス": f"m{order}@example.jp", "TEL": "090-1234-5678",
            "小計": 9999,
            "値引き": discount, "送料": 500, "送料_2": 500, "支払合計": 12345, "対応状況(ID)": state,
            "対応状況(名称)": named[state], "受注日": day, "都道府県(名称)": "東京都",
        }  # fmt: skip
        for number, (kind, code, name, price, quantity) in enumerate(lines):
            line = {
                "注文詳細ID": f"{order}{number}",
                "商品コード": code,
                "商品名": name,
                "価格": price,
                "個数": quantity,
            }
            rows.append({**head, **line, "明細区分(ID)": kind, "明細区分(名称)": EC_KIND[kind], "税率": 10})
    return table(header, rows, encoding=encoding)


# Name, mail, financial status, time, cancelled, discount, refund, payment, lines of (sku, name, price, quantity).
SHOP_ORDERS: list[tuple[Any, ...]] = [
    ("#1001", "hanako@example.jp", "paid", "2025-01-06 23:30:00 +0900", "", 0, 0, "card", [("T01", "Trial", 1980, 1)]),
    # 16:30 in UTC is half past one of the next day in Tokyo.
    ("#1002", "Taro@Example.jp", "paid", "2025-01-31 16:30:00 +0000", "", 0, 0, "card", [("T01", "Trial", 1980, 1)]),
    ("#1003", "hanako@example.jp", "paid", "2025-02-11 08:05:00 +0900", "", 500, 0, "card",
     [("S01", FORMULA, 5480, 1), ("L01", "Lotion", 3300, 2), ("L01", SCRIPT, 3300, 1)]),
    ("#1004", "jiro@example.jp", "paid", "2025-02-20 12:00:00 +0900", "2025-02-21 09:00:00 +0900", 0, 0, "card",
     [("S01", FORMULA, 5480, 1), ("L01", "Lotion", 3300, 1)]),
    ("#1005", "jiro@example.jp", "voided", "2025-02-21 12:00:00 +0900", "", 0, 0, "card", [("S01", FORMULA, 5480, 1)]),
    ("#1006", "jiro@example.jp", "refunded", "2025-02-22 12:00:00 +0900", "", 0, 5480, "card",
     [("S01", FORMULA, 5480, 1)]),
    ("#1007", "taro@example.jp", "partially_refunded", "2025-02-23 12:00:00 +0900", "", 0, 3300, "card",
     [("S01", FORMULA, 5480, 1), ("L01", "Lotion", 3300, 1)]),
    ("#1008", "", "paid", "2025-03-01 09:00:00 +0900", "", 0, 0, "cash", [("T01", "Trial", 1980, 1)]),
    ("#1009", "test@example.jp", "paid", "2025-03-02 09:00:00 +0900", "", 0, 0, "(for testing) Bogus Gateway",
     [("T01", "Trial", 1980, 1)]),
    ("#1010", "saburo@example.jp", "pending", "2025-03-15 19:30:00 +0900", "", 0, 0, "bank", [("Y01", LONG, 2500, 1)]),
    ("#1011", "saburo@example.jp", "paid", "2025-03-20 19:30:00 +0900", "", 0, 0, "card", [("G01", "Gift", 0, 1)]),
    ("#1012", "hanako@example.jp", "paid", "2025-03-31 23:59:00 +0900", "", 0, 0, "card", [("L01", "Lotion", 3300, 1)]),
]  # fmt: skip


def shopify(header: list[str], *, currency: str = "JPY") -> bytes:
    """The Shopify export: an order's cells are blank from its second line on."""
    rows: list[dict[str, Any]] = []
    for name, mail, state, at, cancelled, discount, refund, payment, lines in SHOP_ORDERS:
        goods = sum(price * quantity for *_, price, quantity in lines) - discount
        head = {
            "Email": mail, "Financial Status": state, "Currency": currency, "Subtotal": goods, "Shipping": 500,
            "Taxes": goods // 11, "Total": goods + 500, "Discount Amount": discount, "Created at": at,
            "Cancelled at": cancelled, "Refunded Amount": refund, "Payment Method": payment,
            "Shipping Zip": "'100-0001", "Billing Name": "山田 花子", "Source": "web", "Id": f"58000000{name[1:]}",
        }  # fmt: skip
        for number, (sku, product, price, quantity) in enumerate(lines):
            line = {
                "Lineitem sku": sku,
                "Lineitem name": product,
                "Lineitem price": price,
                "Lineitem quantity": quantity,
            }
            rows.append({"Name": name, **(head if number == 0 else {}), **line})
    return table(header, rows)
