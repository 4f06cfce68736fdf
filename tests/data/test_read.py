from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crmlib.data.read import _cell
from crmlib.errors import UserError

HEADER = ["order_id", "customer_id", "order_date", "line_amount"]
ROWS = [
    ["A1", "00123", "2024-01-01", "1980"],
    ["A2", "00124", "2024-01-02", "500"],
    ["A2", "00124", "2024-01-02", "20"],
]
EXPECTED = [["A1", "00123", 1980], ["A2", "00124", 520]]


def joined(mark: str, end: str = "\n") -> str:
    return end.join(mark.join(cells) for cells in [HEADER, *ROWS]) + end


def read(shop: Any) -> list[list[Any]]:
    return shop.table("orders")[["order_id", "customer_id", "amount"]].values.tolist()


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("o.csv", ","),
        ("o.csv", "\t"),
        ("o.csv", ";"),
        ("o.tsv", "\t"),
        ("o.txt", "   "),
        ("o.txt", "\t"),
        ("o.txt", ","),
    ],
)
def test_text_is_read_whatever_stands_between_the_cells(orders_of: Any, name: str, mark: str) -> None:
    assert read(orders_of(joined(mark), name)) == EXPECTED


def test_rows_below_a_title_are_the_same_only_where_all_their_cells_are(orders_of: Any) -> None:
    rows = ["受注一覧", "order_id,customer_id,order_date,line_amount,色"]
    rows += ["A1,7,2024-01-01,500,赤", "A1,7,2024-01-01,500,青", "A1,7,2024-01-01,500,青"]
    columns = {name: name for name in ("order_id", "customer_id", "order_date", "line_amount")}
    shop = orders_of("\n".join(rows), source={"header_row": "find", "columns": columns})
    assert read(shop) == [["A1", "7", 1000]]


def test_a_delimiter_of_the_client_file_is_obeyed(orders_of: Any) -> None:
    assert read(orders_of(joined("|"), source={"delimiter": "|"})) == EXPECTED


def test_excel_gives_whole_numbers_and_iso_dates(orders_of: Any, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "受注"
    for cells in (
        HEADER,
        ["A1", "00123", datetime.fromisoformat("2024-01-01"), 1980.0],
        [None] * 4,
        ["A2", "00124", date(2024, 1, 2), 500],
    ):
        sheet.append(cells)
    sheet.append(["A2", "00124", datetime.fromisoformat("2024-01-02 09:30"), 20])
    book.save(tmp_path / "o.xlsx")
    content = (tmp_path / "o.xlsx").read_bytes()
    assert read(orders_of(content, "o.xlsx")) == EXPECTED
    assert read(orders_of(content, "o.xlsx", source={"sheet": "受注"})) == EXPECTED
    # Real date cells are read whatever format the client file names for texts.
    assert read(orders_of(content, "o.xlsx", source={"date_format": "%d.%m.%Y"})) == EXPECTED
    with pytest.raises(UserError) as error:
        orders_of(content, "o.xlsx", source={"sheet": "Orders"})
    assert str(error.value) == "data/o.xlsx: there is no sheet 'Orders', must be a number from 0 or one of '受注'."


def test_cells_of_a_workbook_as_text() -> None:
    values = [
        17850.0,
        2.5,
        20240101000001.0,
        True,
        None,
        "",
        datetime.fromisoformat("2024-01-01 09:05"),
        date(2024, 1, 1),
        3,
    ]
    expected = ["17850", "2.5", "20240101000001", "true", "", "", "2024-01-01 09:05:00", "2024-01-01", "3"]
    assert [_cell(value) for value in values] == expected


def test_parquet_gives_whole_keys_where_pandas_made_them_floats(make_shop: Any, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT * FROM (VALUES ('A1', 123.0::DOUBLE, TIMESTAMP '2024-01-01', 0.0005::DOUBLE),"
            f" ('A2', 'NaN'::DOUBLE, TIMESTAMP '2024-01-02', 5::DOUBLE)) t({', '.join(HEADER)}))"
            f" TO '{tmp_path / 'data' / 'o.parquet'}' (FORMAT parquet)"
        )
    shop = make_shop({}, {"orders": {"path": "data/o.parquet"}}, currency="USD")
    assert read(shop) == [["A1", "123", 0]]
    assert shop.ledger.rows("no_customer") == 1


def test_a_folder_is_read_file_by_file_in_the_order_of_the_names(make_shop: Any) -> None:
    first, second = (
        ",".join(HEADER) + "\nA1,00123,2024-01-01,1980\n",
        "line_amount,order_date,customer_id,order_id,memo\n",
    )
    files: dict[str, str | bytes] = {
        "o/2024-01.csv": first.encode("utf-8-sig"),
        "o/2024-02.csv": (second + "500,2024-01-02,00124,A2,メモ\n20,2024-01-02,00124,A2,メモ\n").encode("cp932"),
        "o/.hidden.csv": "x\n",
        "o/~$2024-01.csv": "x\n",
        "o/readme.md": "x\n",
    }
    shop = make_shop(files, {"orders": {"path": "data/o"}})
    assert read(shop) == EXPECTED
    assert shop.read_notes == [
        "file_read: orders: data/o/2024-01.csv (utf-8)",
        "file_read: orders: data/o/2024-02.csv (cp932)",
        "not_mapped: orders: memo",
    ]


def test_a_row_that_stands_in_two_files_is_a_duplicate(make_shop: Any) -> None:
    text = joined(",")
    shop = make_shop({"o/1.csv": text, "o/2.csv": text}, {"orders": {"path": "data/o"}})
    assert read(shop) == EXPECTED
    assert shop.ledger.rows("exact_duplicate") == 3


def test_a_pattern_picks_files_of_a_folder(make_shop: Any) -> None:
    files: dict[str, str | bytes] = {"o/orders_1.csv": joined(","), "o/other.csv": "x\n"}
    assert read(make_shop(files, {"orders": {"path": "data/o", "pattern": "orders_*"}})) == EXPECTED
    with pytest.raises(UserError) as error:
        make_shop(files, {"orders": {"path": "data/o", "pattern": "*.tsv"}})
    assert str(error.value) == (
        "parameters/acme.yml line 5: the folder 'data/o' holds no file that matches '*.tsv';"
        " it holds 'orders_1.csv', 'other.csv'."
    )


def test_a_file_without_a_header_row_takes_the_names_given(orders_of: Any) -> None:
    text = "\n".join(",".join(cells) for cells in ROWS)
    assert read(orders_of(text, source={"header": HEADER})) == EXPECTED


def test_a_file_of_an_installed_package_is_found_without_importing_it(make_shop: Any) -> None:
    import sys

    pytest.importorskip("lifetimes.datasets", reason="the package lifetimes carries the data")
    for name in [name for name in sys.modules if name.split(".")[0] == "lifetimes"]:
        del sys.modules[name]
    columns = {"customer_id": "customer_id", "order_date": "date", "line_amount": "dollar_value"}
    source = {"package": "lifetimes", "file": "datasets/CDNOW_master.txt", "format": "text", "columns": columns}
    shop = make_shop({}, {"orders": source}, currency="USD")
    assert shop.ledger.rows_read == 69659
    assert "lifetimes" not in sys.modules


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            {"path": "data/o.csv"},
            (
                "line 5: sources.orders.path is 'data/o.csv', but there is no such file or folder;"
                " the home folder holds 'parameters'."
            ),
        ),
        ({"package": "nosuch", "file": "x.csv"}, "line 5: the package 'nosuch' is not installed."),
        (
            {"package": "pip", "file": "../secret.csv"},
            "line 6: sources.orders.file must lie inside the package, without '..'.",
        ),
        (
            {"package": "yamlx", "file": "/etc/passwd"},
            "line 6: sources.orders.file must lie inside the package, without '..'.",
        ),
    ],
)
def test_a_source_that_is_not_there_is_refused(make_shop: Any, source: dict[str, str], message: str) -> None:
    with pytest.raises(UserError) as error:
        make_shop({}, {"orders": source})
    assert str(error.value) == f"parameters/acme.yml {message}"


def test_an_unknown_ending_needs_a_format(orders_of: Any) -> None:
    with pytest.raises(UserError) as error:
        orders_of(joined(","), "orders.bak")
    assert str(error.value) == (
        "parameters/acme.yml line 5: the format of 'orders.bak' is not known by its ending;"
        " set format to csv, tsv, text, excel or parquet."
    )
    assert read(orders_of(joined(","), "orders.bak", source={"format": "csv"})) == EXPECTED


JAPANESE = "order_id,customer_id,order_date,line_amount,product_name\nA1,c1,2024-01-01,100,①㈱髙～ｶﾞｰｾﾞ\n"


@pytest.mark.parametrize(("encoding", "found"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("cp932", "cp932")])
def test_the_encoding_is_found_and_nothing_is_lost(orders_of: Any, encoding: str, found: str) -> None:
    shop = orders_of(JAPANESE.encode(encoding))
    assert shop.table("order_items")["product_name"].tolist() == ["①㈱髙～ｶﾞｰｾﾞ"]
    assert shop.read_notes == [f"file_read: orders: data/orders.csv ({found})"]


def test_an_encoding_of_the_client_file_is_obeyed(orders_of: Any) -> None:
    text = JAPANESE.replace("①㈱髙～ｶﾞｰｾﾞ", "石けん")
    for encoding in ("euc_jp", "utf-16"):
        shop = orders_of(text.encode(encoding), source={"encoding": encoding})
        assert shop.table("order_items")["product_name"].tolist() == ["石けん"]


def test_a_folder_of_other_things_is_refused(make_shop: Any) -> None:
    with pytest.raises(UserError) as error:
        make_shop({"o/readme.md": "x"}, {"orders": {"path": "data/o"}})
    assert str(error.value) == (
        "parameters/acme.yml line 5: the folder 'data/o' holds no file that can be read; it holds 'readme.md'."
    )


@pytest.mark.parametrize("name", ["o.xlsx", "o.parquet"])
def test_a_workbook_or_parquet_file_that_is_none_is_refused(orders_of: Any, name: str) -> None:
    with pytest.raises(UserError, match=rf"^data/{name}: the (workbook cannot be opened|Parquet file cannot be read)"):
        orders_of(b"this is no such file", name)
    assert not zipfile.is_zipfile(name)


def refused(make_shop: Any, files: dict[str, str | bytes], **source: Any) -> str:
    with pytest.raises(UserError) as error:
        make_shop(files, {"orders": source})
    return str(error.value)


AT = "parameters/acme.yml line 5: sources.orders.path is "


def test_a_path_that_is_not_there_is_answered_with_the_nearest_name_beside_it(make_shop: Any) -> None:
    files: dict[str, str | bytes] = {"kura/受注_2025.csv": joined(","), "kura/.受注_2024.csv": "", "kura/会員.csv": ""}
    assert refused(make_shop, files, path="data/kura/受注_2024.csv") == (
        f"{AT}'data/kura/受注_2024.csv', but there is no such file or folder, did you mean 'data/kura/受注_2025.csv'?"
    )
    assert refused(make_shop, files, path="data/kuro/受注_2025.csv") == (
        f"{AT}'data/kuro/受注_2025.csv', but there is no such file or folder, did you mean 'data/kura/受注_2025.csv'?"
    )
    assert refused(make_shop, files, path="data/kura/受注_2025") == (
        f"{AT}'data/kura/受注_2025', but there is no such file or folder, did you mean 'data/kura/受注_2025.csv'?"
    )
    assert refused(make_shop, files, path="data/kura/x.csv") == (
        f"{AT}'data/kura/x.csv', but there is no such file or folder;"
        " the folder 'data/kura' holds '会員.csv', '受注_2025.csv'."
    )
    assert refused(make_shop, files, path="exports/x.csv") == (
        f"{AT}'exports/x.csv', but there is no such file or folder; the home folder holds 'data', 'parameters'."
    )


def test_a_folder_without_a_file_that_fits_says_what_it_holds(make_shop: Any, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {f"o/{n:02d}.tsv": "" for n in range(12)}
    assert refused(make_shop, files, path="data/o", pattern="*.csv") == (
        "parameters/acme.yml line 5: the folder 'data/o' holds no file that matches '*.csv'; it holds "
        + ", ".join(f"'{n:02d}.tsv'" for n in range(10)) + " and 2 more."
    )  # fmt: skip
    (tmp_path / "data" / "empty").mkdir()
    assert refused(make_shop, {}, path="data/empty") == (
        "parameters/acme.yml line 5: the folder 'data/empty' holds no file that can be read; it is empty."
    )
