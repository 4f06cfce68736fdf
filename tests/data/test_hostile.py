"""Ten and more things that an export should not hold, and does."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crmlib.errors import UserError

HEAD = "order_id,customer_id,order_date,line_amount,product_name\n"


def refusal(orders_of: Any, content: str | bytes, **keys: Any) -> str:
    with pytest.raises(UserError) as error:
        orders_of(content, **keys)
    return str(error.value)


def names(shop: Any) -> list[str]:
    return shop.table("order_items")["product_name"].tolist()


def test_1_an_unterminated_quote_is_refused_with_its_row(orders_of: Any) -> None:
    text = HEAD + 'A1,c1,2024-01-01,100,soap\nA2,c2,2024-01-02,200,"cream\nA3,c3,2024-01-03,300,oil\n'
    assert refusal(orders_of, text) == "data/orders.csv row 3: a quote is opened here and never closed."


def test_2_an_unterminated_quote_in_the_last_record_is_refused_too(orders_of: Any) -> None:
    # DuckDB 2.0's own reader drops this record without a word.
    text = HEAD + 'A1,c1,2024-01-01,100,soap\nA2,c2,2024-01-02,200,"cream'
    assert refusal(orders_of, text) == "data/orders.csv row 3: a quote is opened here and never closed."


def test_3_text_after_a_closing_quote_is_refused_and_can_be_allowed(orders_of: Any) -> None:
    text = HEAD + 'A1,c1,2024-01-01,100,"best" soap\n'
    assert refusal(orders_of, text) == (
        'data/orders.csv row 2: text follows a closing quote; a quote inside a cell must be doubled (""),'
        " or set quotes: false."
    )
    assert names(orders_of(text, source={"quotes": False})) == ['"best" soap']


def test_4_newlines_commas_and_quotes_inside_quotes_are_text(orders_of: Any) -> None:
    text = HEAD + 'A1,c1,2024-01-01,100,"a ""big"", round\r\nsoap"\nA2,c2,2024-01-02\n'
    shop = orders_of(text)
    assert names(shop) == ['a "big", round\r\nsoap']
    # The first record takes lines 2 and 3 of the file, so the broken one begins on line 4.
    assert shop.read_notes[-1] == "broken_rows: orders: 1 (data/orders.csv row 4)"


def test_5_nul_bytes_neither_stop_the_reading_nor_pass_for_a_number(orders_of: Any) -> None:
    shop = orders_of(HEAD + "A1,c1,2024-01-01,1\x000,soap\nA2,c2,2024-01-01,10,so\x00ap\n")
    assert shop.ledger.rows("bad_amount") == 1
    assert names(shop) == ["so\x00ap"]


def test_5_marks_that_turn_the_writing_round_are_no_part_of_names_and_ids(orders_of: Any) -> None:
    text = (
        "A1,c1\u200e,2024-01-01,10,\u202e21 soap\u2069\nA2,c1,2024-01-02,10,two\u2028lines\nA3,c1,2024-01-03,1,\u200e\n"
    )
    shop = orders_of(HEAD + text)
    assert [name if isinstance(name, str) else None for name in names(shop)] == ["21 soap", "two lines", None]
    assert shop.table("orders")["customer_id"].nunique() == 1
    # A number is read as it was written, or not at all.
    assert orders_of(HEAD + "A1,c1,2024-01-01,1\u202e0,soap\nA2,c2,2024-01-01,1,a\n").ledger.rows("bad_amount") == 1


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_6_an_empty_file_is_refused(orders_of: Any, content: str) -> None:
    assert refusal(orders_of, content) == "data/orders.csv: the file is empty, it has no header row."


def test_7_a_header_without_rows_has_nothing_to_count(orders_of: Any) -> None:
    assert refusal(orders_of, HEAD) == "client 'acme': no dated row counts; the export has no rows."
    shop = orders_of(HEAD, as_of="2024-01-01")
    assert (len(shop.table("orders")), shop.ledger.rows_read, shop.first_day) == (0, 0, shop.as_of_day)


@pytest.mark.sample(3)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("marks", ["", "\ufeff", "\ufeff\ufeff"])
def test_8_line_ends_of_three_kinds_and_byte_order_marks_up_to_two(orders_of: Any, end: str, marks: str) -> None:
    text = marks + HEAD + "\n\nA1,c1,2024-01-01,100,soap\n,,,,\n\n"
    shop = orders_of(text.replace("\n", end).encode())
    assert names(shop) == ["soap"]
    assert shop.ledger.rows_read == 1


def test_9_records_with_too_few_or_too_many_cells_are_counted_not_bent(orders_of: Any) -> None:
    shop = orders_of(HEAD + "A1,c1,2024-01-01,100\nA2,c2,2024-01-01,1,000,soap\nA3,c3,2024-01-01,300,oil\n")
    assert names(shop) == ["oil"]
    assert shop.ledger.rows("broken_row") == 2
    assert shop.read_notes[-1] == "broken_rows: orders: 2 (data/orders.csv row 2, data/orders.csv row 3)"


def test_10_a_byte_of_no_encoding_is_refused_with_its_row(orders_of: Any) -> None:
    text = (HEAD + "A1,c1,2024-01-01,100,石けん\nA2,c2,2024-01-01,100,caf").encode() + b"\xff\n"
    assert refusal(orders_of, text) == (
        "data/orders.csv row 3: byte 0xFF is neither UTF-8 nor cp932; name the encoding in parameters/acme.yml line 4."
    )


def test_11_utf_16_is_not_taken_for_cp932(orders_of: Any) -> None:
    for mark, encoding in (("\ufeff", "utf-16-le"), ("\ufeff", "utf-16-be")):
        content = (mark + HEAD + "A1,c1,2024-01-01,100,soap\n").encode(encoding)
        assert refusal(orders_of, content) == (
            "data/orders.csv: the file is UTF-16; save it as UTF-8, in Excel as 'CSV UTF-8'."
        )


def test_12_a_forced_encoding_that_does_not_fit_is_refused(orders_of: Any) -> None:
    assert refusal(orders_of, (HEAD + "A1,c1,2024-01-01,100,石けん\n").encode(), source={"encoding": "ascii"}) == (
        "data/orders.csv row 2: byte 0xE7 is not ascii, which parameters/acme.yml line 6 asks for."
    )


def test_13_a_cell_of_megabytes_is_refused(orders_of: Any) -> None:
    text = HEAD + 'A1,c1,2024-01-01,100,"' + "x" * 1_000_001 + '"\n'
    assert refusal(orders_of, text) == (
        "data/orders.csv row 2: a cell is longer than 1,000,000 characters; is a quote opened and never closed?"
    )


def test_14_statements_and_formulas_in_cells_headers_and_file_names_are_text(orders_of: Any) -> None:
    hostile = "'); DROP TABLE orders; --"
    text = HEAD.replace("\n", f",{hostile}\n") + f"{hostile},{hostile},2024-01-01,100,=HYPERLINK(0),x\n"
    shop = orders_of(text, name="it's; --.csv", source={"customer_key": "plain"})
    assert shop.table("orders")[["order_id", "customer_id"]].values.tolist() == [[hostile, hostile]]
    assert names(shop) == ["=HYPERLINK(0)"]


def test_15_numbers_that_are_none_are_unreadable(orders_of: Any) -> None:
    rows = [
        f"A{i},c1,2024-01-0{i + 1},{text},soap" for i, text in enumerate(["NaN", "inf", "-inf", "1e30", "1" * 30, "７"])
    ]
    shop = orders_of(HEAD + "\n".join(rows))
    assert shop.ledger.rows("bad_amount") == 5
    assert shop.table("orders")["amount"].tolist() == [7]


@pytest.mark.parametrize("name", ["order_id", "customer_id", "product_id"])
def test_15_ids_that_a_spreadsheet_has_cut_are_refused(orders_of: Any, name: str) -> None:
    # Four orders of four customers would be one order of one customer, and the money would be right.
    head = "order_id,customer_id,order_date,line_amount,product_id"
    rows = [dict(zip(head.split(","), (f"A{n}", f"c{n}", "2024-01-01", "100", f"p{n}"), strict=True)) for n in range(4)]
    for row in rows[1:]:
        row[name] = "4.90E+12"
    text = "\n".join([head, *(",".join(row.values()) for row in rows)])
    assert refusal(orders_of, text) == (
        f"parameters/acme.yml line 4: column '{name}' for orders.{name} holds numbers of the form 9.9E+99, whose last "
        "digits a spreadsheet has cut (3 rows, the first in data/orders.csv row 3); export the file again and give it "
        "without saving it from a spreadsheet."
    )


def test_16_error_messages_do_not_print_unreadable_cells_or_customers(orders_of: Any) -> None:
    text = HEAD + "A1,hanako@example.jp,秘密の日,秘密の額,soap\n"
    message = refusal(orders_of, text)
    assert message == (
        "parameters/acme.yml line 4: no row of orders could be read, not one date of column 'order_date' in"
        " data/orders.csv fits 2026-03-31, 2026/3/31, 2026年3月31日 and 20260331, each with or without a time;"
        " the first, in row 2, looks like 'aaa日'; set date_format to its form."
    )


@pytest.mark.parametrize(
    "cell", ["taro@secret.example", "連絡先：taro＠secret.example", "TEL 090-1234-5678", "０９０−１２３４−５６７８"]
)
def test_17_a_header_that_holds_a_mail_address_or_a_telephone_number_is_in_no_note(orders_of: Any, cell: str) -> None:
    shop = orders_of(HEAD.replace("\n", f',{cell},"備\n考\u202e"\n') + "A1,c1,2024-01-01,100,soap,x,y\n")
    assert shop.read_notes == ["file_read: orders: data/orders.csv (utf-8)", "not_mapped: orders: (hidden), 備 考"]


def test_18_file_names_in_notes_are_one_line_without_mail_addresses(make_shop: Any) -> None:
    rows = [HEAD + f"A{i},c{i},2024-01-01,100,soap\nA,c\n" for i in range(4)]
    names = ["taro@secret.example.csv", "hana@secret.example.csv", "ta\nro\u202e.csv", "taro＠secret.example/o.csv"]
    shop = make_shop({f"o/{name}": rows[i] for i, name in enumerate(names[:3])}, {"orders": {"path": "data/o"}})
    assert shop.read_notes == [
        "file_read: orders: data/o/(hidden).csv (1) (utf-8)",
        "file_read: orders: data/o/ta ro.csv (utf-8)",
        "file_read: orders: data/o/(hidden).csv (2) (utf-8)",
        "broken_rows: orders: 3 (data/o/(hidden).csv (1) row 3, data/o/ta ro.csv row 3, data/o/(hidden).csv (2) row 3)",
    ]
    assert "secret" not in shop.left_out.read_text(encoding="utf-8") + "".join(shop.inputs)
    shop = make_shop({f"p/{names[3]}": rows[3]}, {"orders": {"path": f"data/p/{names[3]}"}})
    assert shop.read_notes[0] == "file_read: orders: data/p/(hidden)/o.csv (utf-8)"


def test_19_a_row_of_blanks_only_is_skipped_as_an_empty_one_is(orders_of: Any) -> None:
    shop = orders_of(HEAD + " , ,\u3000,\t,\u00a0\nA1,c1,2024-01-01,100,soap\n   \n\u3000\n")
    assert (shop.ledger.rows_read, shop.ledger.rows("broken_row")) == (1, 0)


def workbook(tmp_path: Path, *far: str, **parts: Any) -> bytes:
    """A workbook of one order, cells far from it, and parts of it replaced or (None) left out."""
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    book = openpyxl.Workbook()
    book.active.title = "受注"
    for cells in (HEAD.strip().split(","), ["A1", "c1", "2024-01-01", 100, "soap"]):
        book.active.append(cells)
    for cell in far:
        book.active[cell] = "x"
    book.create_sheet("備考")["XFD1048576"] = "x"
    book.save(tmp_path / "o.xlsx")
    found = io.BytesIO()
    with zipfile.ZipFile(tmp_path / "o.xlsx") as old, zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            stem = Path(name).stem
            content = parts[stem](old.read(name)) if stem in parts else old.read(name)
            if content is not None:
                new.writestr(name, content)
    return found.getvalue()


def test_20_a_stray_cell_far_from_the_table_is_refused(orders_of: Any, tmp_path: Path) -> None:
    # Another sheet's stray cell does not matter.
    assert names(orders_of(workbook(tmp_path), name="o.xlsx")) == ["soap"]
    assert refusal(orders_of, workbook(tmp_path, "XFD1048576"), name="o.xlsx") == (
        "data/o.xlsx: the sheet '受注' reaches to cell XFD1048576 and spans 17,179,869,184 cells, at most 20,000,000"
        " are read; delete the cells that lie far from the table, or save the sheet as CSV."
    )
    assert "reaches to cell A1000000 and ZZ1 and spans 702,000,000 cells" in refusal(
        orders_of, workbook(tmp_path, "A1000000", "ZZ1"), name="o.xlsx"
    )


def test_21_a_damaged_workbook_is_refused_in_one_sentence(orders_of: Any, tmp_path: Path) -> None:
    damages: dict[str, Any] = {
        "syntax error: tag not closed: `>` not found before end of input": lambda _: b"broken <<<",
        "its sheet '受注' is missing": lambda _: None,
        "it is damaged": lambda xml: xml.replace(b'r="B2"', b'r="ZZZZZZ9"'),
    }
    for why, damage in damages.items():
        content = workbook(tmp_path, sheet1=damage)
        message = refusal(orders_of, content, name="o.xlsx")
        assert message.startswith("data/o.xlsx: the ")
        if why != "it is damaged":
            assert message == f"data/o.xlsx: the workbook cannot be opened ({why})."
    truncated = workbook(tmp_path)[:3000]
    assert refusal(orders_of, truncated, name="o.xlsx").startswith("data/o.xlsx: the workbook cannot be opened (")


def test_22_a_workbook_that_unpacks_to_gigabytes_is_refused(
    orders_of: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmlib.data.sheets.MAX_BYTES", 1_000_000)
    content = workbook(tmp_path, styles=lambda xml: xml + b" " * 2_000_000)
    assert len(content) < 100_000
    assert re.fullmatch(
        r"data/o\.xlsx: the workbook unpacks to 2,0\d\d,\d{3} bytes, at most 1,000,000 are read; save it as CSV\.",
        refusal(orders_of, content, name="o.xlsx"),
    )


@pytest.mark.parametrize("name", ["クレンジング", "化粧水", "美容液"])
def test_23_lines_of_utf_8_inside_a_cp932_file_are_refused_with_the_row(orders_of: Any, name: str) -> None:
    lines = HEAD + "A1,c1,2024-01-01,100,石けん\n"
    content = lines.encode("cp932") + f"A2,c2,2024-01-02,100,{name}\n".encode()
    assert content.decode("cp932")
    assert refusal(orders_of, content) == (
        "data/orders.csv row 3: the file is cp932 and this line UTF-8; save all of it in one encoding, best as UTF-8."
    )


def test_24_rare_letters_in_a_cp932_file_are_left_alone(orders_of: Any) -> None:
    text = "繧繝縁の畳,繧繝,縺れ髪,螳".replace(",", "、")
    assert names(orders_of((HEAD + f"A1,c1,2024-01-01,100,{text}\n").encode("cp932"))) == [text]


def write_parquet(path: Path, columns: dict[str, str]) -> None:
    path.parent.mkdir(exist_ok=True)
    cells = {"order_id": "'A1'", "customer_id": "'c1'", "order_date": "'2024-01-01'", "line_amount": "100", **columns}
    with duckdb.connect() as con:
        listed = ", ".join(f"{value} AS {name}" for name, value in cells.items())
        con.execute(f"COPY (SELECT {listed}) TO '{path}' (FORMAT parquet)")


def test_25_parquet_bytes_are_read_as_utf_8_or_refused(make_shop: Any, tmp_path: Path) -> None:
    sources = {"orders": {"path": "data/o.parquet"}}
    write_parquet(tmp_path / "data" / "o.parquet", {"product_name": "encode('石けん')", "x": r"'\xff'::BLOB"})
    assert names(make_shop({}, sources)) == ["石けん"]
    write_parquet(tmp_path / "data" / "o.parquet", {"product_name": r"'\xff\xfe'::BLOB"})
    with pytest.raises(UserError) as error:
        make_shop({}, sources)
    assert str(error.value) == "data/o.parquet: a column of bytes is not UTF-8 text; save it as text."


def test_26_a_parquet_column_with_the_reader_s_own_name_is_refused(make_shop: Any, tmp_path: Path) -> None:
    write_parquet(tmp_path / "data" / "o.parquet", {"file_row_number": "9"})
    with pytest.raises(UserError) as error:
        make_shop({}, {"orders": {"path": "data/o.parquet"}})
    assert str(error.value) == (
        "data/o.parquet: a column is called 'file_row_number', a name of the reader's own; rename it."
    )
