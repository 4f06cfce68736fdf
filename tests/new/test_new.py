"""`crm new`: an export in, a client file out that reads it to the yen."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from crmlib.batch.offer import offered
from crmlib.cli import call
from crmlib.new.presets import LEAST_SHARE, detect, presets
from crmlib.new.write import scalar
from crmlib.shop import Shop, open_shop
from tests.new import samples

ALIKE = """注文番号,会員番号,受注日,対応状況,商品名,単価,個数
A-1,501,2025/01/06 10:12,発送済み,お試しセット,"1,980円",1
A-2,502,2025/01/09 21:40,発送済み,お試しセット,"1,980円",1
A-3,501,2025/02/11 08:05,発送済み,美容液,"5,480円",1
A-4,503,2025/02/20 12:00,キャンセル,美容液,"5,480円",1
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(home: Path, content: bytes | str, name: str = "orders.csv") -> str:
    path = home / "data" / "acme" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return f"data/acme/{name}"


def new(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = call(["new", "acme", *arguments])
    told = capsys.readouterr()
    return code, told.out + told.err


def opened(home: Path) -> Shop:
    return open_shop(home / "parameters" / "acme.yml")


def lines(shop: Shop) -> dict[str, tuple[int, float]]:
    return {row.reason: (row.n_rows, row.amount) for row in shop.ledger.frame().itertuples()}


def amounts(shop: Shop) -> dict[str, int]:
    frame = shop.table("orders")
    return dict(zip(frame["order_id"], frame["amount"], strict=True))


def written(home: Path) -> tuple[str, dict[str, Any]]:
    text = (home / "parameters" / "acme.yml").read_text(encoding="utf-8")
    return text, yaml.safe_load(text)


# --- EC-CUBE 4 -------------------------------------------------------------------------------------------------------

EC_LEDGER = {
    # 19 lines: 2300 + 2130 + (5000 + 6000 - 1000 - 200) + 4 x 5000 + 1800 + 3600 + 4000 + 2750 + 3000 + 0
    "read": (19, 49380),
    "exact_duplicate": (0, 0),
    "not_product": (5, -120),   # 500 + 330 - 1000 - 200 + 250
    "cancelled": (3, 15000),    # 3, 7 and 8
    "returned": (1, 5000),      # 9
    "zero_yen": (1, 0),         # the guide in the box
    "no_customer": (2, 5400),   # 1800 + 2 x 1800
    "discount": (0, 1000),      # 割引, once, though 値引き says it on each line again
    "used": (7, 23100),
}  # fmt: skip
EC_AMOUNTS = {"N-1": 1800, "N-2": 1800, "N-3": 10000, "N-10": 4000, "N-11": 2500, "N-12": 3000}


def counted(found: dict[str, tuple[int, float]]) -> dict[str, tuple[int, float]]:
    """The lines of a ledger that hold anything, and those the expected ledger names."""
    return {reason: pair for reason, pair in found.items() if pair != (0, 0)}


def test_the_eccube_export_is_read_to_the_yen(home: Path, capsys: Any) -> None:
    path = put(home, samples.eccube(samples.header_of("eccube4_order")))
    code, told = new(capsys, "--orders", path)
    assert code == 0, told
    assert "EC-CUBE 4 受注CSV (eccube4_order), 100% of the header names matched" in told
    assert "(cp932, comma)" in told
    shop = opened(home)
    assert counted(lines(shop)) == {reason: pair for reason, pair in EC_LEDGER.items() if pair != (0, 0)}
    assert amounts(shop) == EC_AMOUNTS
    assert sum(EC_AMOUNTS.values()) == EC_LEDGER["used"][1] == 23100


def test_the_header_in_the_shared_folder_is_the_presets(shared_data: Path, home: Path, capsys: Any) -> None:
    for name, encoding in (("utf8", "utf-8"), ("cp932", "cp932")):
        header = (shared_data / "headers" / f"eccube4_order_csv_header_{name}.csv").read_text(encoding=encoding)
        assert header.strip().split(",") == samples.header_of("eccube4_order")
    found = (
        (shared_data / "headers" / "shopify_orders_export_header.csv").read_text(encoding="utf-8").strip().split(",")
    )
    assert detect(found, "orders")[0] is presets()["shopify_orders"]
    put(home, samples.shopify(found))
    assert new(capsys, "--orders", "data/acme/orders.csv")[0] == 0
    assert amounts(opened(home)) == SHOP_AMOUNTS


def test_the_eccube_file_says_its_currency_its_tax_and_its_traps(home: Path, capsys: Any) -> None:
    new(capsys, "--orders", put(home, samples.eccube(samples.header_of("eccube4_order"))))
    text, data = written(home)
    assert (data["currency"], data["language"], data["tax_basis"]) == ("JPY", "ja", "excluded")
    assert data["business_model"] == "single_item"
    assert "送料 stands twice in the header" in text
    assert "left out" in text
    assert data["sources"]["orders"]["values"]["line_type"][1] == "product"


def test_guests_are_counted_before_they_are_left_out(home: Path, capsys: Any) -> None:
    _, told = new(capsys, "--orders", put(home, samples.eccube(samples.header_of("eccube4_order"))))
    assert "2 orders of 12 have no 会員ID (guests): left out" in told
    assert "such as 'メールアドレス'" in told


def test_without_the_numbers_the_names_of_statuses_and_kinds_say_the_same(home: Path, capsys: Any) -> None:
    header = [name for name in samples.header_of("eccube4_order") if name not in ("対応状況(ID)", "明細区分(ID)")]
    new(capsys, "--orders", put(home, samples.eccube(header)))
    assert written(home)[1]["sources"]["orders"]["columns"]["status"] == "対応状況(名称)"
    assert amounts(opened(home)) == EC_AMOUNTS


def test_a_reordered_utf8_export_with_a_few_columns_is_known_too(home: Path, capsys: Any) -> None:
    kept = ["価格", "個数", "明細区分(ID)", "会員ID", "受注日", "注文番号", "対応状況(ID)", "商品コード", "商品名"]
    _, told = new(capsys, "--orders", put(home, samples.eccube(kept, encoding="utf-8")))
    assert "(utf-8, comma)" in told
    assert amounts(opened(home)) == EC_AMOUNTS


def test_a_status_that_the_shop_made_is_listed_and_refused_until_it_has_a_meaning(home: Path, capsys: Any) -> None:
    header = [name for name in samples.header_of("eccube4_order") if name != "対応状況(ID)"]
    put(home, samples.eccube(header, status={"1": "取り置き中"}))
    code, told = new(capsys, "--orders", "data/acme/orders.csv")
    assert code == 0
    assert "status: column '対応状況(名称)' holds values without a meaning: '取り置き中' (1 row)" in told
    assert "1 thing is to be filled in by hand" in told
    text, _ = written(home)
    assert "# 取り置き中: ?        # 1 row" in text
    assert call(["check", "acme"]) == 2
    assert "'取り置き中' (1 row)" in capsys.readouterr().err
    assert call(["lab", "acme", "--no-open"]) == 0
    assert "- status: column" in (home / "desk" / "acme" / "start.ipynb").read_text(encoding="utf-8")
    filled = text.replace("# 取り置き中: ?", "取り置き中: pending")
    (home / "parameters" / "acme.yml").write_text(filled, encoding="utf-8")
    assert amounts(opened(home)) == EC_AMOUNTS


def test_a_value_can_neither_break_the_client_file_nor_add_a_key_to_it(home: Path, capsys: Any) -> None:
    rows = [
        f"A-9,501,2025/01/06 10:12,{text},x,1,1" for text in ("待ち\x85name: evil", "待ち\x7f\x9f", "待ち\u2028a: b")
    ]
    code, _ = new(capsys, "--orders", put(home, ALIKE + "\n".join(rows) + "\n"))
    text, data = written(home)
    assert (code, data["name"]) == (0, "acme")
    assert '# "待ち\\u0085name: evil": ?' in text


def test_a_telephone_number_inside_a_value_is_shown_to_nobody(home: Path, capsys: Any) -> None:
    _, told = new(capsys, "--orders", put(home, ALIKE + "A-9,501,2025/01/06 10:12,連絡 090-1234-5678 へ,x,1,1\n"))
    assert "1234" not in told + written(home)[0]
    assert '# "aa 999-9999-9999 a": ?        # 1 row' in written(home)[0]


def test_a_line_that_never_ends_is_refused_in_one_sentence(home: Path, capsys: Any) -> None:
    code, told = new(capsys, "--orders", put(home, ALIKE + "A-9,501,2025/01/06,x," + "x" * 2_000_000 + ",1,1\n"))
    assert (code, told) == (
        2,
        "data/acme/orders.csv row 6: a cell is longer than 1,000,000 characters; is a quote opened and never closed?\n",
    )


def test_members_and_products_join_the_orders(home: Path, capsys: Any) -> None:
    members = [
        {"会員ID": "501", "お名前(姓)": "山田", "メールアドレス": "a@example.jp", "性別(名称)": "女性",
         "都道府県(名称)": "東京都", "登録日": "2025-01-06 10:00:00", "誕生日": "1985-04-03 00:00:00"},
        {"会員ID": "502", "お名前(姓)": "佐藤", "メールアドレス": "b@example.jp", "性別(名称)": "",
         "登録日": "2025-01-09 21:00:00"},
    ]  # fmt: skip
    goods = [
        {"商品コード": "T01", "商品名": "お試しセット", "販売価格": "1800", "商品カテゴリ(名称)": "スキンケア,お試し"}
    ]
    header = samples.header_of
    put(home, samples.table(header("eccube4_customer"), members, encoding="cp932"), "members.csv")
    put(home, samples.table(header("eccube4_product"), goods, encoding="cp932"), "goods.csv")
    put(home, samples.eccube(header("eccube4_order")))
    files = [("--orders", "orders"), ("--customers", "members"), ("--products", "goods")]
    code, told = new(capsys, *[part for option, name in files for part in (option, f"data/acme/{name}.csv")])
    assert code == 0, told
    shop = opened(home)
    people = shop.table("customers").set_index("customer_id")
    assert people["sex"].fillna("").to_dict() == {"501": "female", "502": ""}
    assert shop.table("products")["price"].tolist() == [1800]


# --- Shopify ---------------------------------------------------------------------------------------------------------

# #1003: its lines less its discount; #1007: its lines less its refund; the others are one line each.
SHOP_AMOUNTS = {
    "#1001": 1980,
    "#1002": 1980,
    "#1003": 5480 + 2 * 3300 + 3300 - 500,
    "#1007": 5480 + 3300 - 3300,
    "#1010": 2500,
    "#1012": 3300,
}
SHOP_LEDGER = {
    # 1980 x 4 + 5480 x 5 + 3300 x (2 + 1 + 1 + 1 + 1) + 2500 + 0
    "read": (16, 57620),
    "test": (1, 1980),
    "cancelled": (3, 14260),     # 5480 + 3300 by Cancelled at, 5480 voided
    "returned": (1, 5480),
    "zero_yen": (1, 0),
    "no_customer": (1, 1980),
    "discount": (0, 500),
    "refund": (0, 3300),
    "used": (9, 30120),
}  # fmt: skip


def test_the_shopify_export_is_read_to_the_yen(home: Path, capsys: Any) -> None:
    path = put(home, samples.shopify(samples.header_of("shopify_orders")))
    code, told = new(capsys, "--orders", path)
    assert code == 0, told
    shop = opened(home)
    assert counted(lines(shop)) == SHOP_LEDGER
    assert amounts(shop) == SHOP_AMOUNTS
    assert sum(SHOP_AMOUNTS.values()) == 30120


def test_times_with_an_offset_become_the_shops_day(home: Path, capsys: Any) -> None:
    new(capsys, "--orders", put(home, samples.shopify(samples.header_of("shopify_orders"))))
    days = dict(opened(home).table("orders")[["order_id", "order_date"]].astype(str).to_numpy().tolist())
    assert days["#1001"] == "2025-01-06"
    assert days["#1002"] == "2025-02-01"
    assert days["#1012"] == "2025-03-31"


def test_mail_addresses_become_surrogates_and_nobody_sees_them(home: Path, capsys: Any) -> None:
    _, told = new(capsys, "--orders", put(home, samples.shopify(samples.header_of("shopify_orders"))))
    shop = opened(home)
    keys = shop.table("orders").groupby("customer_id").size()
    # Taro's two spellings are one customer.
    assert sorted(keys) == [1, 2, 3]
    assert all(re.fullmatch("k[a-z2-7]{10}", key) for key in keys.index)
    for text in (told, written(home)[0]):
        assert "@" not in text.replace("aaaaaa@aaaaaaa.aa", "").replace("aaaa@aaaaaaa.aa", "")
    assert "customer_id     ← Email: aaaaaa@aaaaaaa.aa" in told


def test_currency_language_and_tax_are_read_from_the_export(home: Path, capsys: Any) -> None:
    new(capsys, "--orders", put(home, samples.shopify(samples.header_of("shopify_orders"))))
    _, data = written(home)
    # The total is subtotal and shipping, so the taxes are inside.
    assert [data[key] for key in ("currency", "language", "tax_basis")] == ["JPY", "ja", "included"]
    dollars = samples.shopify(samples.header_of("shopify_orders"), currency="USD").replace(b"+0900", b"-0500")
    new(capsys, "--force", "--orders", put(home, dollars.replace(b"+0000", b"-0400")))
    _, data = written(home)
    assert [data[key] for key in ("currency", "language", "timezone")] == ["USD", "en", "America/New_York"]
    # Cuts of M are known for yen only: the file has its own, and runs at once.
    assert len(data["rfm"]["m_cuts"]) == 4
    assert call(["check", "acme"]) == 0


def test_a_currency_that_is_not_known_is_refused(home: Path, capsys: Any) -> None:
    put(home, samples.shopify(samples.header_of("shopify_orders"), currency="XTS"))
    code, told = new(capsys, "--orders", "data/acme/orders.csv")
    assert code == 2
    assert told.startswith("the export's currency is 'XTS', must be one of 'JPY'")


def test_a_shop_without_codes_has_products_by_their_names(home: Path, capsys: Any) -> None:
    export = samples.shopify(samples.header_of("shopify_orders"))
    for code in (b"T01", b"S01", b"L01", b"Y01", b"G01"):
        export = export.replace(b"," + code + b",", b",,")
    _, told = new(capsys, "--orders", put(home, export))
    assert "column 'Lineitem sku' is blank in every row, a product is told by its name." in told
    items = opened(home).table("order_items")
    assert items["product_id"].tolist() == items["product_name"].tolist()


# --- formats that no preset knows ------------------------------------------------------------------------------------


def test_an_unknown_export_is_mapped_by_the_names_of_its_columns(home: Path, capsys: Any) -> None:
    code, told = new(capsys, "--orders", put(home, ALIKE))
    assert code == 0
    assert "no preset knows this header" in told
    assert amounts(opened(home)) == {"A-1": 1980, "A-2": 1980, "A-3": 5480}
    assert written(home)[1]["sources"]["orders"]["values"]["status"] == {"発送済み": "valid", "キャンセル": "cancelled"}


def test_what_cannot_be_found_is_left_to_be_filled_in(home: Path, capsys: Any) -> None:
    code, told = new(capsys, "--orders", put(home, "整理番号,ご購入者コード,受注日,単価\n1,501,06.01.2025,1980\n"))
    assert code == 0
    assert "orders: no column of the export is known to be customer_id; fill it in by hand." in told
    assert "ordered_at: dates that look like '99.99.9999' are not read by themselves; set date_format." in told
    assert "2 things are to be filled in by hand" in told
    text, _ = written(home)
    assert "      # customer_id: ?        # required; no column of the export is known to be it" in text
    assert "# not mapped: 整理番号, ご購入者コード" in text
    filled = text.replace("# customer_id: ?", "customer_id: ご購入者コード")
    filled = filled.replace("# date_format: ?", 'date_format: "%d.%m.%Y"')
    (home / "parameters" / "acme.yml").write_text(filled, encoding="utf-8")
    assert opened(home).table("orders")["amount"].tolist() == [1980]


def test_an_encoding_that_cannot_be_told_is_named_on_the_command_line(home: Path, capsys: Any) -> None:
    path = put(
        home, ALIKE.replace("美容液", "").encode("cp932") + "A-5,504,2025/03/31,\x90\xff é,x,1,1\n".encode("latin-1")
    )
    code, told = new(capsys, "--orders", path)
    assert (code, told.count("\n"), "--encoding" in told) == (2, 1, True)
    assert new(capsys, "--orders", path, "--encoding", "utf_7x")[0] == 2
    code, told = new(capsys, "--orders", path, "--encoding", "latin-1")
    assert (code, written(home)[1]["sources"]["orders"]["encoding"]) == (0, "latin-1")


def test_the_desk_of_a_file_that_is_not_complete_says_what_is_to_do(home: Path, capsys: Any) -> None:
    new(capsys, "--orders", put(home, "整理番号,ご購入者コード,受注日,単価\n1,501,06.01.2025,1980\n"))
    assert call(["lab", "acme", "--no-open"]) == 0
    assert "desk/acme/start.ipynb  parameters/acme.yml line" in capsys.readouterr().out
    ((cell,),) = [json.loads((home / "desk" / "acme" / "start.ipynb").read_text(encoding="utf-8"))["cells"]]
    assert "no column of the export is known to be customer" in cell["source"]
    assert cell["source"].count("\n- ") == 2
    # A file in which nothing is left to do is refused as before.
    path = home / "parameters" / "acme.yml"
    path.write_text(re.sub("# To do: .*\n", "", path.read_text(encoding="utf-8")), encoding="utf-8")
    assert call(["lab", "acme", "--no-open"]) == 2


TITLED = """受注一覧　2025年1月～3月　株式会社○○（部外秘）
受注コード\tお客様コード\t受注年月日\t単価\t個数\t備考
Ｊ-１\tK1\t２０２５年１月６日\t￥1,980-\t１\t
Ｊ-２\tK2\t2025年1月9日\t￥１，９８０－\t2\t電話済
合計\t\t\t￥9,999\t\t
"""


@pytest.mark.parametrize("name", ["orders.txt", "orders.tsv", "orders.csv"])
def test_a_header_below_a_title_is_found(home: Path, capsys: Any, name: str) -> None:
    code, told = new(capsys, "--orders", put(home, TITLED.encode("cp932"), name))
    assert code == 0
    assert "customer_id ← お客様コード: K1, K2" in told
    assert written(home)[1]["sources"]["orders"]["header_row"] == "find"
    assert [*amounts(opened(home)).values()] == [1980, 3960]
    assert lines(opened(home))["bad_date"] == (1, 0)


def test_columns_that_stand_for_one_another_are_named_where_all_are_missing(home: Path, capsys: Any) -> None:
    new(capsys, "--orders", put(home, "受注番号,会員ID,受注日\n1,501,2025-01-06\n"))
    assert (
        "# line_amount: ?        # required, or unit_price or order_amount in its place; no column" in written(home)[0]
    )


def test_cells_that_hold_several_products_are_told_of(home: Path, capsys: Any) -> None:
    rows = [
        "受注番号,会員ID,受注日,商品コード",
        "1,501,2025-01-06,A01",
        '2,501,2025-01-07,"A01,B02"',
        "3,502,2025-01-08,C03",
    ]
    _, told = new(capsys, "--orders", put(home, "\n".join(rows)))
    assert (
        "  to know: column '商品コード' holds several products in one cell in 1 row, such as 'A01,B02': each "
        "combination counts as a product of its own. For figures of products, export a row a product.\n"
    ) in told
    assert "no column tells which orders were cancelled or returned: all of them count." in told


def test_a_file_without_a_header_is_refused(home: Path, capsys: Any) -> None:
    code, told = new(capsys, "--orders", put(home, "A-1,501,2025-01-06,1980\nA-2,502,2025-01-07,1980\n"))
    assert code == 2
    assert told == ("data/acme/orders.csv: the first row does not look like a header; is the header row missing?\n")


def test_headers_are_known_whatever_their_capitals_and_spaces(home: Path, capsys: Any) -> None:
    _, told = new(
        capsys, "--orders", put(home, "InvoiceNo,CustomerID,InvoiceDate,UnitPrice,Quantity\n1,7,2025-01-06,5,2\n")
    )
    assert "no column tells the currency: it is taken for JPY, the yen" in told
    assert written(home)[1]["language"] == "en"
    assert opened(home).table("orders")[["order_id", "customer_id", "amount"]].to_numpy().tolist() == [["1", "7", 10]]


def test_a_column_that_is_blank_today_stays_mapped(home: Path, capsys: Any) -> None:
    header = samples.header_of("shopify_orders")
    put(home, samples.shopify(header).replace(b"2025-02-21 09:00:00 +0900", b""))
    new(capsys, "--orders", "data/acme/orders.csv")
    assert written(home)[1]["sources"]["orders"]["columns"]["cancelled_at"] == "Cancelled at"
    code, told = new(capsys, "--force", "--orders", put(home, samples.table(header, [])))
    assert code == 0
    assert "order_id        ← Name" in told


# --- the request -----------------------------------------------------------------------------------------------------


def test_an_existing_client_file_is_never_overwritten(home: Path, capsys: Any) -> None:
    path = put(home, ALIKE)
    new(capsys, "--orders", path)
    before = written(home)[0]
    code, told = new(capsys, "--orders", path, "--model", "one_off")
    assert (code, told) == (2, "parameters/acme.yml is there already; --force writes it anew.\n")
    assert written(home)[0] == before
    assert new(capsys, "--orders", path, "--model", "one_off", "--force")[0] == 0
    assert written(home)[1]["business_model"] == "one_off"


def test_wrong_requests_get_one_sentence(home: Path, capsys: Any) -> None:
    path = put(home, ALIKE)
    assert new(capsys, "--orders", "data/none.csv") == (2, "--orders data/none.csv: there is no such file or folder.\n")
    assert new(capsys, "--orders", path, "--model", "b2b") == (2, "--model b2b: must be single_item or one_off.\n")
    assert new(capsys) == (2, "crm new NAME --orders FILE: a name and an export of orders are needed.\n")
    code, told = new(capsys, "--orders", path, "--preset", "eccube4_ordr")
    assert (code, told) == (2, "--preset eccube4_ordr: no preset for orders, did you mean 'eccube4_order'?\n")
    members = samples.table(samples.header_of("eccube4_customer"), [{"会員ID": "1"}])
    code, told = new(capsys, "--orders", put(home, members, "members.csv"))
    assert told == "this is EC-CUBE 4 会員CSV, the export of customers; --orders needs the one of orders.\n"


def test_several_files_become_one_source(home: Path, capsys: Any) -> None:
    head, *rows = ALIKE.splitlines(keepends=True)
    put(home, head + "".join(rows[:2]), "orders_01.csv")
    put(home, head + "".join(rows[2:]), "orders_02.csv")
    code, told = new(capsys, "--orders", "data/acme/orders_01.csv", "data/acme/orders_02.csv")
    assert code == 0, told
    source = written(home)[1]["sources"]["orders"]
    assert (source["path"], source["pattern"]) == ("data/acme", "orders_0*.csv")
    assert len(amounts(opened(home))) == 3
    put(home, ALIKE, "orders_03.csv")
    code, told = new(capsys, "--force", "--orders", "data/acme/orders_01.csv", "data/acme/orders_02.csv")
    assert told == (
        "--orders: 'orders_03.csv' lies beside these files and is called like them; put the files of the export into a "
        "folder of their own.\n"
    )


def test_a_forced_preset_is_taken_whatever_the_header(home: Path, capsys: Any) -> None:
    kept = ["注文番号", "会員ID", "受注日", "価格", "個数", "明細区分(ID)", "対応状況(ID)"]
    put(home, samples.eccube(kept))
    assert detect(kept, "orders")[0] is None
    code, told = new(capsys, "--orders", "data/acme/orders.csv", "--preset", "eccube4_order")
    assert code == 0, told
    assert amounts(opened(home)) == EC_AMOUNTS


def test_presets_are_listed(capsys: Any) -> None:
    assert call(["new", "--presets"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(presets())


def test_the_notebooks_are_those_whose_tables_are_there(home: Path, capsys: Any) -> None:
    new(capsys, "--orders", put(home, ALIKE))
    text, data = written(home)
    assert data["notebooks"] == [name for name, needs in offered(home).items() if set(needs) <= {"orders"}]
    assert {"rfm", "retention"} <= set(data["notebooks"])
    assert "# nps needs surveys: add the source, then the name above." in text


def test_crm_check_accepts_what_was_written(home: Path, capsys: Any) -> None:
    for export in (
        samples.eccube(samples.header_of("eccube4_order")),
        samples.shopify(samples.header_of("shopify_orders")),
    ):
        assert new(capsys, "--force", "--orders", put(home, export))[0] == 0
        assert call(["check", "acme"]) == 0
        capsys.readouterr()


# --- the presets themselves ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(presets()))
def test_a_preset_knows_the_headers_it_maps_and_finds_itself(name: str) -> None:
    preset = presets()[name]
    headers = {candidate.header for candidates in preset.columns.values() for candidate in candidates}
    assert headers <= {*preset.headers, *preset.likely}
    assert not {*preset.likely} & {*preset.headers}
    if not preset.unusable:
        assert detect(list(preset.headers), preset.table) == (preset, 1.0)
    others = [other.share(list(preset.headers)) for other in presets().values() if other is not preset]
    assert max(others) < LEAST_SHARE


def test_header_names_match_whatever_their_width() -> None:
    wide = [name.replace("(", "（").replace(")", "）") for name in samples.header_of("eccube4_order")]
    assert detect(wide, "orders") == (presets()["eccube4_order"], 1.0)


@pytest.mark.parametrize(
    "text",
    [
        "注文番号",
        "a: b",
        "- x",
        "1",
        "yes",
        "#1",
        "対応状況(ID)",
        '"',
        "{a}",
        "*",
        "",
        "a\nb",
        "1e3",
        "~",
        "a\x85b: c",
        "a\x7f\x9fb",
        "a\u2028b",
        "\ufeffa",
        '"\x85',
    ],
)
def test_a_scalar_is_read_back_as_the_same_text(text: str) -> None:
    assert yaml.safe_load(f"a: {scalar(text)}") == {"a": text}
    assert yaml.safe_load(f"{scalar(text)}: b") == {text: "b"}
