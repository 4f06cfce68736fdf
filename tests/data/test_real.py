"""Real exports: from ../shared/data, where it is there, and from an installed package."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from crmlib.data.encodings import detect
from crmlib.errors import UserError
from crmlib.shop import open_shop

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def shared_data() -> Path:
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder ../shared/data is missing beside the project")
    return folder


def lines(shop: Any) -> dict[str, tuple[int, Decimal]]:
    return {line.reason: (line.rows, line.amount) for line in shop.ledger.lines}


@pytest.mark.slow
def test_online_retail_comes_out_as_published(make_shop: Any, shared_data: Path) -> None:
    columns = {
        "order_id": "InvoiceNo", "customer_id": "CustomerID", "order_date": "InvoiceDate", "quantity": "Quantity",
        "unit_price": "UnitPrice", "product_id": "StockCode", "product_name": "Description", "status": "InvoiceNo",
    }  # fmt: skip
    source = {
        "path": str(shared_data / "online_retail.parquet"),
        "columns": columns,
        "values": {"status": {"C*": "cancelled", "*": "valid"}},
    }
    shop = make_shop({}, {"orders": source}, currency="GBP", policy={"exact_duplicates": "keep"})
    # shared/data/README.md: 541,909 rows worth 9,747,747.93; of them 9,288 cancelled, 135,080 without a customer;
    # after the usual cleaning 397,884 rows, 4,338 customers, 18,532 invoices, 8,911,407.90.
    ledger = shop.ledger
    assert (ledger.rows_read, round(ledger.amount_read / 100, 2)) == (541909, Decimal("9747747.93"))
    assert {reason: rows for reason, (rows, _) in lines(shop).items() if rows} == {
        "cancelled": 9288, "negative": 1338, "zero_yen": 1179, "no_customer": 132220,
    }  # fmt: skip
    assert ledger.rows_used == 397884
    orders = shop.table("orders")
    assert (orders["customer_id"].nunique(), len(orders)) == (4338, 18532)
    # 8,911,407.904 is the exact sum; two prices of a tenth of a penny are rounded at their lines.
    (rounding,) = ledger.adjustments
    assert (rounding.reason, rounding.amount) == ("rounding", Decimal("-0.4"))
    assert ledger.amount_used == orders["amount"].sum() == 891140790


def test_cdnow_comes_whole_from_the_installed_package(tmp_path: Path) -> None:
    pytest.importorskip("lifetimes.datasets", reason="the package lifetimes carries the data")
    client = tmp_path / "parameters" / "cdnow.yml"
    client.parent.mkdir()
    client.write_bytes((ROOT / "parameters" / "cdnow.yml").read_bytes())
    shop = open_shop(client)
    orders = shop.table("orders")
    # Fader and Hardie's master file: 69,659 transactions of 23,570 customers, January 1997 to June 1998. The client
    # file merges those of one customer on one day: pandas' groupby finds 67,591 such days, 80 of them worth nothing.
    assert (len(orders), orders["customer_id"].nunique()) == (67591, 23570)
    assert (orders["order_date"].min().isoformat()[:10], shop.as_of.isoformat()) == ("1997-01-01", "1998-06-30")
    assert (orders["amount"] == 0).sum() == 80
    assert (shop.ledger.rows_used, shop.ledger.amount_used) == (69659, orders["amount"].sum())
    assert not shop.has("surveys")


def test_the_names_of_rfm_orders_become_surrogates(make_shop: Any, shared_data: Path) -> None:
    columns = {"customer_id": "customer_id", "order_date": "order_date", "line_amount": "revenue"}
    path = shared_data / "rfm_orders.csv"
    shop = make_shop({}, {"orders": {"path": str(path), "columns": columns}}, policy={"exact_duplicates": "keep"})
    orders = shop.table("orders")
    # values.md: 995 customers, 4,906 orders, 464,158 in revenue.
    assert (orders["customer_id"].nunique(), len(orders), orders["amount"].sum()) == (995, 4906, 464158)
    assert orders["customer_id"].str.fullmatch("k[a-z2-7]{10}").all()


@pytest.mark.parametrize("name", ["customers_100knocks.csv", "category_100knocks_double_bom.csv"])
def test_byte_order_marks_do_not_stick_to_the_first_column(shared_data: Path, name: str) -> None:
    from crmlib.data.read import _lines

    path = shared_data / name
    assert path.read_bytes().startswith("\ufeff".encode())
    encoding = detect(path, name, None, "")
    first = next(csv.reader(_lines(path, encoding)))[0]
    assert (encoding, first) == ("utf-8", "customer_id" if name.startswith("customers") else "category_major_cd")


def test_a_file_of_two_encodings_is_refused_with_the_row(shared_data: Path) -> None:
    path = shared_data / "nps_garden_centre_2000.csv"
    with pytest.raises(UserError, match=r"^nps\.csv row \d+: byte 0x[0-9A-F]{2} is not cp1252, which most"):
        detect(path, "nps.csv", None, "the client file")


ECCUBE = {
    "order_id": "注文番号", "customer_id": "会員ID", "order_date": "受注日", "unit_price": "価格", "quantity": "個数",
    "status": "対応状況(ID)", "shipping_fee": "送料",
}  # fmt: skip
RAKUTEN = {
    "order_id": "注文番号", "customer_id": "注文者メールアドレス", "order_date": "注文日時", "unit_price": "単価",
    "quantity": "個数", "status": "ステータス",
}  # fmt: skip
SHOPIFY = {
    "order_id": "Name", "customer_id": "Email", "order_date": "Created at", "unit_price": "Lineitem price",
    "quantity": "Lineitem quantity", "discount_amount": "Discount Amount",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "encoding", "columns"),
    [
        ("eccube4_order_csv_header_cp932.csv", "cp932", ECCUBE),
        ("rakuten_rms_order_csv_header_cp932.csv", "cp932", RAKUTEN),
        ("shopify_orders_export_header.csv", "utf-8", SHOPIFY),
    ],
)
def test_headers_of_shop_systems_can_be_mapped(
    make_shop: Any, shared_data: Path, name: str, encoding: str, columns: dict[str, str]
) -> None:
    header = (shared_data / "headers" / name).read_bytes().decode(encoding)
    names = next(csv.reader(io.StringIO(header)))
    cells = dict.fromkeys(range(len(names)), "")
    given = {"order_id": "A1", "order_date": "2024-01-01 10:00:00", "unit_price": "500", "quantity": "2", "status": "5"}
    cells |= {names.index(columns[key]): value for key, value in given.items() if key in columns}
    cells[names.index(columns["customer_id"])] = "hanako@example.jp"
    content = (header.strip() + "\n" + ",".join(cells.values()) + "\n").encode(encoding)
    source = {"path": "data/o.csv", "columns": columns, "values": {"status": {"*": "valid"}}}
    shop = make_shop({"o.csv": content}, {"orders": source})
    assert shop.table("orders")["amount"].tolist() == [1000]
    assert shop.read_notes[0] == f"file_read: orders: data/o.csv ({encoding})"
    # EC-CUBE's header names 送料 twice; the second one stays unmapped under a name of its own.
    assert ("送料_2" in shop.read_notes[1]) == name.startswith("eccube")
