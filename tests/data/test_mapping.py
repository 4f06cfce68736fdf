from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crmlib.client import load_client
from crmlib.data.mapping import meaning, unique_names
from crmlib.data.tables import FLAG, TEXT, Column
from crmlib.errors import UserError

STATUS = Column("code", ("valid", "cancelled"))
TEXT_OF = """\
注文番号,会員ＩＤ,受注日,金額,対応状況
A1,c1,2024-01-01,100,完了
A2,c2,2024-01-02,200,取消
A3,c3,2024-01-03,400,取消
"""
COLUMNS = {
    "order_id": "注文番号",
    "customer_id": "会員ID",
    "order_date": "受注日",
    "line_amount": "金額",
    "status": "対応状況",
}


def refusal(make_shop: Any, source: dict[str, Any], text: str = TEXT_OF) -> str:
    with pytest.raises(UserError) as error:
        make_shop({"o.csv": text}, {"orders": {"path": "data/o.csv", **source}})
    return str(error.value)


def test_header_names_are_compared_without_width_and_repeated_ones_get_a_suffix(make_shop: Any) -> None:
    values = {"status": {"完了": "valid", "取消": "cancelled"}}
    shop = make_shop({"o.csv": TEXT_OF}, {"orders": {"path": "data/o.csv", "columns": COLUMNS, "values": values}})
    assert shop.table("orders")["customer_id"].tolist() == ["c1"]
    assert unique_names(["送料", "税", "送料", "送料", "", ""]) == ["送料", "税", "送料_2", "送料_3", "", ""]


def test_the_second_column_of_one_name_can_be_mapped(make_shop: Any) -> None:
    text = "id,day,yen,送料,送料\nc1,2024-01-01,100,500,700\n"
    columns = {"customer_id": "id", "order_date": "day", "line_amount": "yen", "shipping_fee": "送料_2"}
    shop = make_shop({"o.csv": text}, {"orders": {"path": "data/o.csv", "columns": columns}})
    assert shop.table("orders")["shipping_fee"].tolist() == [700]
    assert "not_mapped: orders: 送料" in shop.read_notes


def test_a_mapped_column_that_is_not_there_is_refused_with_file_line_and_nearest_name(make_shop: Any) -> None:
    assert refusal(make_shop, {"columns": {**COLUMNS, "status": "対応情況"}}) == (
        "parameters/acme.yml line 11: column '対応情況' for status is not in the header of data/o.csv,"
        " did you mean '対応状況'?"
    )


def test_values_without_a_meaning_are_refused_with_their_counts(make_shop: Any) -> None:
    assert refusal(make_shop, {"columns": COLUMNS, "values": {"status": {"完了": "valid"}}}) == (
        "parameters/acme.yml line 13: orders.status holds values without a meaning: '取消' (2 rows);"
        " each must become one of 'valid', 'cancelled', 'returned', 'pending', 'test', 'staff'."
    )


def test_without_a_mapping_of_values_the_column_is_named(make_shop: Any) -> None:
    assert refusal(make_shop, {"columns": COLUMNS}).startswith(
        "parameters/acme.yml line 11: orders.status holds values without a meaning: '取消' (2 rows), '完了' (1 row);"
    )


def test_exact_values_come_before_globs_and_globs_in_their_order() -> None:
    values = {"C*": "cancelled", "C1": "valid", "*": "valid"}
    assert [meaning(text, values, STATUS) for text in ("C1", "C2", "x", "")] == ["valid", "cancelled", "valid", "valid"]


def test_a_blank_needs_a_meaning_of_its_own_unless_a_glob_takes_it() -> None:
    assert meaning("", {"完了": "valid"}, STATUS) is None
    assert meaning("", {"": "valid"}, STATUS) == "valid"


def test_a_canonical_value_needs_no_mapping_and_other_columns_keep_what_they_say() -> None:
    assert meaning("cancelled", {}, STATUS) == "cancelled"
    assert meaning("Google", {"Yahoo": "yahoo"}, TEXT) == "Google"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("済", "true"), ("はい", "true"), ("YES", "true"), ("１", "true"), ("0", "false"), ("", "false"), ("maybe", None)],
)
def test_yes_and_no(text: str, expected: str | None) -> None:
    assert meaning(text, {}, FLAG) == expected


def test_a_value_mapping_can_blank_a_number_that_means_unknown(orders_of: Any) -> None:
    # Rakuten writes -9999 where an amount is not settled yet (domain.md 3).
    text = "customer_id,order_date,line_amount,shipping_fee\nc1,2024-01-01,100,-9999\nc2,2024-01-01,200,500\n"
    shop = orders_of(text, source={"values": {"shipping_fee": {"-9999": ""}}})
    assert shop.table("orders")["shipping_fee"].tolist() == [0, 500]


def test_values_are_texts_as_typed_in_yaml(tmp_path: Path) -> None:
    (tmp_path / "parameters").mkdir()
    client = tmp_path / "parameters" / "acme.yml"
    client.write_text(
        "name: acme\nsources:\n  orders:\n    path: o.csv\n"
        "    columns: {customer_id: 1, order_date: no, order_amount: 2024-01-01}\n"
        "    values: {is_test: {1: true, no: false}, status: {3: cancelled}}\n",
        encoding="utf-8",
    )
    source = load_client(client).sources["orders"]
    assert source.columns == {"customer_id": "1", "order_date": "no", "order_amount": "2024-01-01"}
    assert source.values == {"is_test": {"1": "true", "no": "false"}, "status": {"3": "cancelled"}}


def test_without_a_mapping_the_canonical_names_of_the_header_are_taken(make_shop: Any) -> None:
    assert refusal(make_shop, {}, "customer_id,day\nc1,2024-01-01\n") == (
        "data/o.csv: no column 'ordered_at' or 'order_date' for orders, and no mapping;"
        " the header has 'customer_id', 'day'. Say under sources.orders.columns which header is which column;"
        " where titles stand above the header, also header_row: find."
    )


@pytest.mark.parametrize("cell", ["yamada＠secret.example", "090-1234-5678", "山田 花子"])
def test_the_first_row_of_a_file_without_a_header_is_not_quoted(make_shop: Any, cell: str) -> None:
    content = f"A1,c1,受付,{cell}\nA2,c2,受付,x\n"
    assert refusal(make_shop, {"columns": {"order_id": "注文番号", **COLUMNS}}, content) == (
        "parameters/acme.yml line 7: column '注文番号' for order_id is not there, and the first row of data/o.csv does"
        " not look like a header; is the header row missing? If so, give the names in order with header: [...]."
    )
    assert refusal(make_shop, {}, content) == (
        "data/o.csv: column 'customer_id' for orders is not there, and the first row of data/o.csv does not look like a"
        " header; is the header row missing? If so, give the names in order with header: [...]."
    )


def test_numbers_and_dates_in_the_first_row_say_that_it_is_no_header(make_shop: Any) -> None:
    assert "does not look like a header" in refusal(make_shop, {}, "山田花子,2024-01-01\n鈴木一郎,2024-01-02\n")
    assert "does not look like a header" in refusal(make_shop, {}, "山田花子,1980\n鈴木一郎,1980\n")


def test_a_header_that_is_a_mail_address_is_in_no_note(make_shop: Any) -> None:
    text = "customer_id,order_date,line_amount,yamada@secret.example\nc1,2024-01-01,100,x\n"
    shop = make_shop({"o.csv": text}, {"orders": {"path": "data/o.csv"}})
    assert "not_mapped: orders: (hidden)" in shop.read_notes
    assert "yamada" not in "".join(shop.read_notes)


def test_values_without_a_meaning_say_nothing_of_a_person(make_shop: Any) -> None:
    values = ["yamada＠secret.example", "０９０-1234-5678", "山田　花子", "x" * 31, "取消"]
    content = "id,day,yen,state\n" + "".join(f"c{i},2024-01-01,1,{value}\n" for i, value in enumerate(values))
    columns = {"customer_id": "id", "order_date": "day", "line_amount": "yen", "status": "state"}
    assert refusal(make_shop, {"columns": columns}, content) == (
        "parameters/acme.yml line 10: orders.status holds values without a meaning: a long text (1 row), a mail address"
        " (1 row), '取消' (1 row), a name (1 row), a telephone number (1 row); each must become one of 'valid',"
        " 'cancelled', 'returned', 'pending', 'test', 'staff'."
    )
