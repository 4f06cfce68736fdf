"""Rows that hold several items: one row an item, and books that are those of the file."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crmlib.client import load_client
from crmlib.data.read import Reading
from crmlib.data.settings import Source
from crmlib.data.unpack import unpack
from crmlib.errors import UserError

# Row 2 holds two items, row 3 one that is not packed, row 4 the second item of no money; row 5 is row 2 once more;
# in row 6 there are two codes and one quantity; row 7 was cancelled.
PACKED = """\
order_id,customer_id,order_date,status,product_id,product_name,quantity,unit_price
Y1,c1,2025-01-01,5,L1=A&L2=B,L1=Soap & L3 = more&L2=Gel,L1=2&L2=1,L1=500&L2=1200
Y2,c2,2025-01-02,5,A,Soap,3,500
Y3,c1,2025-01-03,5,L2=G&L1=A,L1=Soap&L2=Guide,L1=1&L2=1,L1=500&L2=0
Y1,c1,2025-01-01,5,L1=A&L2=B,L1=Soap & L3 = more&L2=Gel,L1=2&L2=1,L1=500&L2=1200
Y4,c3,2025-01-04,5,L1=A&L2=B,L1=Soap&L2=Gel,2,L1=500&L2=1200
Y5,c3,2025-01-05,4,L1=A&L2=B,L1=Soap&L2=Gel,L1=1&L2=1,L1=500&L2=1200
"""
STATUS = {"values": {"status": {"5": "valid", "4": "cancelled"}}}
NAMES = ["product_id", "product_name", "quantity", "unit_price"]


def ledger(shop: Any) -> dict[str, tuple[int, float]]:
    frame = shop.ledger.frame().fillna({"amount": -1})
    return {row.reason: (row.n_rows, row.amount) for row in frame.itertuples() if (row.n_rows, row.amount) != (0, 0)}


def items(shop: Any) -> list[list[Any]]:
    names = ["order_id", "line_no", "product_id", "product_name", "quantity", "line_amount"]
    return [list(row) for row in shop.table("order_items")[names].fillna({"product_id": ""}).itertuples(index=False)]


def test_packed_rows_are_items_and_the_books_are_those_of_the_file(orders_of: Any, tmp_path: Path) -> None:
    shop = orders_of(PACKED, source={**STATUS, "packed": NAMES})
    assert items(shop) == [
        ["Y1", 1, "A", "Soap & L3 = more", 2, 1000], ["Y1", 2, "B", "Gel", 1, 1200], ["Y2", 1, "A", "Soap", 3, 1500],
        ["Y3", 1, "A", "Soap", 1, 500],
    ]  # fmt: skip
    assert ledger(shop) == {
        # 2200 + 1500 + 500 + 2200 + 1700; of row 6 nothing is known
        "read": (6, 8100),
        "broken_row": (1, -1),
        "exact_duplicate": (1, 2200),
        "cancelled": (1, 1700),
        "used": (3, 4200),
    }
    assert dict(shop.table("orders")[["order_id", "amount"]].to_numpy()) == {"Y1": 2200, "Y2": 1500, "Y3": 500}
    listed = (tmp_path / "data" / "acme" / "left_out.csv").read_text(encoding="utf-8-sig").split()
    assert listed == [
        "file,row,reason", "data/orders.csv,5,exact_duplicate", "data/orders.csv,6,broken_row",
        "data/orders.csv,7,cancelled",
    ]  # fmt: skip
    assert "unpacked: orders: 4 of 8" in shop.read_notes


# One row an order; the money stands once, blank parts are none, and the first order's second row is a repeated one.
JOINED = """\
order_id,customer_id,order_date,order_amount,product_id
E1,c1,2025-01-01,3000,"A, B,guide-1"
E2,c2,2025-01-02,1980,A
E3,c1,2025-02-02,1500,"B,,"
E4,c2,2025-02-03,700,
"""


def test_joined_codes_are_lines_and_the_money_stands_once(orders_of: Any) -> None:
    shop = orders_of(JOINED, source={"split": {"product_id": ","}})
    assert [row[:3] + row[5:] for row in items(shop)] == [
        ["E1", 1, "A", 3000], ["E1", 2, "B", 0], ["E1", 3, "guide-1", 0], ["E2", 1, "A", 1980], ["E3", 1, "B", 1500],
        ["E4", 1, "", 700],
    ]  # fmt: skip
    assert ledger(shop) == {"read": (4, 7180), "used": (4, 7180)}


UNDETERMINED = """\
order_id,customer_id,order_date,unit_price,quantity,discount_amount
R1,c1,2025-01-01,1000,1,-9999
R2,c2,2025-01-02,-9999,1,0
"""


def test_a_text_that_means_nothing_is_blank(orders_of: Any) -> None:
    shop = orders_of(UNDETERMINED, source={"blank": ["-9999"]})
    assert ledger(shop) == {"read": (2, 1000), "bad_amount": (1, -1), "used": (1, 1000)}
    assert shop.table("orders")["amount"].tolist() == [1000]


def test_texts_for_blanks_are_texts_as_typed(make_client: Any) -> None:
    path = make_client({"orders.csv": UNDETERMINED}, {"orders": {"path": "data/orders.csv", "blank": ["-9999", "n/a"]}})
    path.write_text(path.read_text(encoding="utf-8").replace("'-9999'", "-9999"), encoding="utf-8")
    assert load_client(path).sources["orders"].blank == ["-9999", "n/a"]


@pytest.mark.parametrize(
    ("text", "source", "said"),
    [
        (PACKED, {"packed": ["product_id"]}, "columns maps product_name, which is told of one item, and packed makes"),
        (JOINED.replace("order_id", "no"), {"split": {"product_id": ","}}, "split makes several rows of one, which "),
        (JOINED, {"split": {"product": ","}}, "sources.orders.split: unknown column 'product' of orders, did you"),
        (JOINED, {"packed": ["customer_id"]}, "sources.orders.packed has 'customer_id', which is not told of an item"),
        (JOINED, {"split": {"product_id": ""}}, "sources.orders.split.product_id is blank, must be what stands "),
        (JOINED, {"split": {"product_id": ","}, "packed": ["product_id"]}, "'product_id' stands under split and"),
        (JOINED, {"blank": [""]}, "sources.orders.blank holds a blank text"),
    ],
)  # fmt: skip
def test_what_cannot_be_unpacked_is_said_in_one_sentence(orders_of: Any, text: str, source: Any, said: str) -> None:
    with pytest.raises(UserError) as error:
        orders_of(text, source={**source, **(STATUS if text is PACKED else {})})
    assert said in str(error.value)
    assert "\n" not in str(error.value)


# --- held against a reader that goes letter by letter ----------------------------------------------------------------


def plainly(cell: str | None) -> dict[str, str] | None:
    if cell is None or not re.match(r"L\d+=", cell):
        return cell if cell is None else {"1": cell}
    found = [*re.finditer(r"(?:^|&)L(\d+)=", cell)]
    ends = [one.start() for one in found[1:]] + [len(cell)]
    return {one[1]: cell[one.end() : end] for one, end in zip(found, ends, strict=True)}


def expected(rows: list[tuple[str | None, str | None]]) -> tuple[list[tuple[Any, ...]], list[int]]:
    items: list[tuple[Any, ...]] = []
    broken = []
    for number, cells in enumerate(rows, start=1):
        told = [plainly(cell) for cell in cells]
        keys = [*next((one for one in told if one), {"1": ""})]
        if any(one is not None and {*one} != {*keys} for one in told):
            broken.append(number)
            continue
        for place, key in enumerate(keys):
            values = [(one or {}).get(key, "").strip() or None for one in told]
            if place == 0 or any(values):
                items.append((number, *values))
    return items, broken


def test_packed_cells_of_any_letters_are_read_as_a_naive_reader_reads_them() -> None:
    dice = random.Random(7)

    def cell(n: int) -> str | None:
        if n == 0:
            return dice.choice([None, "a", "L9", "x=1", "&L"])
        keys = dice.sample(range(1, n + 1), n)
        return "&".join(f"L{key}={dice.choice(['a', 'b & c', 'x=1', '&L', 'L1=z', '', 'é', '&Lx=3'])}" for key in keys)

    rows = [(cell(n := dice.randint(0, 3)), cell(n if dice.random() < 0.9 else 2)) for _ in range(300)]
    with duckdb.connect() as con:
        con.execute("CREATE TABLE raw_orders (_seq BIGINT, _file BIGINT, _row BIGINT, _hash VARCHAR, order_id VARCHAR, "
                    "product_id VARCHAR, product_name VARCHAR)")  # fmt: skip
        con.executemany("INSERT INTO raw_orders VALUES (?, 0, ?, '', 'o', ?, ?)",
                        [(n, n, *cells) for n, cells in enumerate(rows, start=1)])  # fmt: skip
        reading = Reading("orders", columns=["order_id", "product_id", "product_name"], files=["f"], rows=len(rows))
        unpack(con, Source(path="f", packed=["product_id", "product_name"]), reading)
        found = con.execute("SELECT _of, product_id, product_name FROM raw_orders ORDER BY _seq").fetchall()
    items, broken = expected(rows)
    assert found == items
    assert [row for _, row in reading.broken] == broken
    assert reading.rows + len(broken) == len(rows)
    assert len(broken) > 5
