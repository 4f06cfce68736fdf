from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlib.data import prepare
from crmlib.data.keys import is_personal, is_personal_header, normal
from crmlib.errors import UserError

ORDERS = "order_id,customer_id,order_date,line_amount\n"
OWN = ("keys.parquet", "personal.parquet")
MAILS = (
    ORDERS
    + "A1, Hanako@Example.JP ,2024-01-01,100\nA2,hanako@example.jp,2024-01-02,200\nA3,taro@example.jp,2024-01-03,400\n"
)


def everything_written(tmp_path: Path) -> bytes:
    """All bytes of the client's folder but the two files that are its owner's alone."""
    files = [p for p in (tmp_path / "data" / "acme").rglob("*") if p.is_file() and p.name not in OWN]
    return b"".join(path.read_bytes() for path in files)


def test_a_mail_address_becomes_a_random_surrogate(orders_of: Any) -> None:
    orders = orders_of(MAILS).table("orders")
    assert all(re.fullmatch(r"k[a-z2-7]{10}", key) for key in orders["customer_id"])
    assert orders["customer_id"].nunique() == 2
    assert orders["customer_id"][0] == orders["customer_id"][1]


def test_no_personal_key_is_written_but_in_what_only_its_owner_reads(orders_of: Any, tmp_path: Path) -> None:
    orders_of(MAILS)
    assert b"example" not in everything_written(tmp_path).lower()
    keys = tmp_path / "data" / "acme" / "keys.parquet"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    with duckdb.connect() as con:
        found = con.execute("SELECT key FROM read_parquet(?) ORDER BY 1", [str(keys)]).fetchall()
    assert found == [("hanako@example.jp",), ("taro@example.jp",)]


def test_surrogates_stay_from_run_to_run_and_differ_from_shop_to_shop(orders_of: Any, tmp_path: Path) -> None:
    first = orders_of(MAILS).table("orders")["customer_id"].tolist()
    again = orders_of(MAILS + "A4,jiro@example.jp,2024-01-04,800\n").table("orders")["customer_id"].tolist()
    assert again[:3] == first
    assert again[3] not in first
    (tmp_path / "data" / "acme" / "keys.parquet").unlink()
    anew = orders_of(MAILS + "A5,saburo@example.jp,2024-01-05,800\n").table("orders")["customer_id"].tolist()
    assert not set(anew) & set(again)


def test_all_tables_get_the_same_surrogates(make_shop: Any) -> None:
    files: dict[str, str | bytes] = {
        "o.csv": MAILS,
        "c.csv": "customer_id,prefecture\nhanako@example.jp,東京都\nnobody@example.jp,大阪府\n",
        "s.csv": "customer_id,answered_at,nps\nHANAKO@EXAMPLE.JP,2024-01-02,9\n",
        "e.csv": "experiment_id,unit,assigned_method,primary_metric,window_days\n"
        "X,customer,random,revenue,30\nY,subscription,random,revenue,30\n",
        "a.csv": "experiment_id,unit_id,arm,assigned_at\n"
        "X,taro@example.jp,control,2024-01-01\nY,S001,control,2024-01-01\n",
    }
    tables = {"orders": "o", "customers": "c", "surveys": "s", "experiments": "e", "assignments": "a"}
    shop = make_shop(files, {table: {"path": f"data/{name}.csv"} for table, name in tables.items()})
    hanako, _, taro = shop.table("orders")["customer_id"]
    assert shop.table("customers")["customer_id"][0] == hanako
    assert shop.table("surveys")["customer_id"].tolist() == [hanako]
    assert shop.table("assignments")["unit_id"].tolist() == [taro, "S001"]


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    "header",
    [
        "メールアドレス",
        "Email",
        "E-mail",
        "TEL",
        "電話番号",
        "氏名",
        "お名前",
        "ご住所",
        "Customer Name",
        "buyer-phone-number",
    ],
)
def test_headers_that_say_mail_phone_name_or_address(make_shop: Any, header: str) -> None:
    assert is_personal_header(header)
    columns = {"customer_id": header, "order_date": "day", "line_amount": "yen"}
    shop = make_shop(
        {"o.csv": f"{header},day,yen\n17,2024-01-01,1\n"}, {"orders": {"path": "data/o.csv", "columns": columns}}
    )
    assert shop.table("orders")["customer_id"][0].startswith("k")


@pytest.mark.parametrize("header", ["会員ID", "customer_id", "顧客番号", "CustomerID", "member", "hotel_id"])
def test_headers_that_say_nothing_personal(header: str) -> None:
    assert not is_personal_header(header)


@pytest.mark.sample(6)
@pytest.mark.parametrize(
    "key",
    ["a@b.jp", "guest＠x", "090-1234-5678", "03-1234-5678", "09012345678", "0312345678", "+819012345678",
     "(03) 1234-5678",
     "Mr. Brion Wyman V", "山田 花子", "山田　花子", "山田花子", "ヤマダ", "東京都千代田区1-1", "O'Neil Ann",
     "a﹫b.jp", "０９０−１２３４−５６７８", "090 1234 5678", "090.1234.5678", "+81-090-1234-5678", "81901234578",
     "'09012345678", "’０９０12345678", "(090)12345678", "Sato_Hanako", "Sato_Hanako3", "Sato,Hanako", "Sato-Hanako9",
     "Sato", "SATO", "yamada", "ﾔﾏﾀﾞﾊﾅｺ", "1-2-3神南", "佐"],
)  # fmt: skip
def test_values_that_are_personal(orders_of: Any, key: str) -> None:
    text = ORDERS + f'A1,00123,2024-01-01,100\nA2,"{key}",2024-01-01,100\n'
    assert not {"00123", key} & set(orders_of(text).table("orders")["customer_id"])


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    "key", ["00123", "C-000-123", "0000012345", "cust 123", "17850", "A1B2", "2024-01-01-0001", "cust_123", "812345678"]
)
def test_values_that_are_not(orders_of: Any, key: str) -> None:
    assert orders_of(ORDERS + f"A1, {key} ,2024-01-01,100\n").table("orders")["customer_id"].tolist() == [key]


def test_a_client_file_may_decide(orders_of: Any) -> None:
    text = ORDERS + "A1,ヤマト,2024-01-01,100\n"
    assert orders_of(text, source={"customer_key": "plain"}).table("orders")["customer_id"].tolist() == ["ヤマト"]
    text = ORDERS + "A1,17,2024-01-01,100\n"
    assert orders_of(text, source={"customer_key": "personal"}).table("orders")["customer_id"][0].startswith("k")


def test_plain_here_and_personal_there_could_not_be_joined(make_shop: Any) -> None:
    files: dict[str, str | bytes] = {"o.csv": MAILS, "s.csv": "customer_id,answered_at,nps\n17,2024-01-02,9\n"}
    sources = {"orders": {"path": "data/o.csv"}, "surveys": {"path": "data/s.csv", "customer_key": "plain"}}
    with pytest.raises(UserError) as error:
        make_shop(files, sources)
    assert str(error.value) == (
        "parameters/acme.yml line 8: sources.surveys.customer_key is 'plain' while the customer key of orders is"
        " personal; the tables could not be joined, say the same for both."
    )


def test_mail_addresses_anywhere_else_are_refused_without_printing_them(make_shop: Any) -> None:
    text = "customer_id,order_date,line_amount,広告\n"
    text += "c1,2024-01-01,1,Google\nc2,2024-01-01,1,a@b.jp\nc3,2024-01-01,1,x c＠d.jp\n"
    columns = {
        "customer_id": "customer_id",
        "order_date": "order_date",
        "line_amount": "line_amount",
        "acq_media": "広告",
    }
    with pytest.raises(UserError) as error:
        make_shop({"o.csv": text}, {"orders": {"path": "data/o.csv", "columns": columns}})
    assert str(error.value) == (
        "parameters/acme.yml line 10: column '広告' for orders.acq_media holds mail addresses (2 rows, the first in"
        " data/o.csv row 3); map another column or leave it out."
    )


MEDIA = {"customer_id": "cid", "order_date": "day", "line_amount": "yen"}


@pytest.mark.parametrize(
    ("name", "cell", "what"),
    [
        ("acq_media", "yamada＠secret．example", "mail addresses"),
        ("acq_media", "yamada﹫secret.example", "mail addresses"),
        ("acq_media", "090-1234-5678", "telephone numbers"),
        ("product_name", "０９０１２３４５６７８", "telephone numbers"),
        ("order_id", "yamada﹫secret.example", "mail addresses"),
    ],
)
def test_texts_that_are_mail_or_telephone_are_refused(make_shop: Any, name: str, cell: str, what: str) -> None:
    text = f"cid,day,yen,x\nc1,2024-01-01,1,ok\nc2,2024-01-01,1,{cell}\n"
    with pytest.raises(UserError) as error:
        make_shop({"o.csv": text}, {"orders": {"path": "data/o.csv", "columns": {**MEDIA, name: "x"}}})
    assert str(error.value) == (
        f"parameters/acme.yml line 10: column 'x' for orders.{name} holds {what} (1 row, the first in data/o.csv"
        " row 3); map another column or leave it out."
    )


def test_order_numbers_may_look_like_telephone_numbers(orders_of: Any) -> None:
    text = "order_id,customer_id,order_date,line_amount\n0901234567,c1,2024-01-01,100\n"
    assert orders_of(text).table("orders")["order_id"].tolist() == ["0901234567"]


def test_mail_addresses_among_subscriptions_and_answers_are_refused(make_shop: Any) -> None:
    files: dict[str, str | bytes] = {
        "e.csv": "experiment_id,unit,assigned_method,primary_metric,window_days\nY,subscription,random,revenue,30\n",
        "a.csv": "experiment_id,unit_id,arm,assigned_at\nY,a＠b.jp,control,2024-01-01\n",
        "s.csv": "response_id,customer_id,answered_at,nps\na﹫b.jp,c1,2024-01-02,9\n",
    }
    sources = {"experiments": {"path": "data/e.csv"}, "assignments": {"path": "data/a.csv"}}
    with pytest.raises(UserError) as error:
        make_shop(files, sources)
    assert str(error.value) == (
        "parameters/acme.yml line 6: column 'unit_id' for assignments.unit_id holds mail addresses (1 row, the first"
        " in data/a.csv row 2); map another column or leave it out."
    )
    with pytest.raises(UserError) as error:
        make_shop(files, {"surveys": {"path": "data/s.csv"}})
    assert str(error.value) == (
        "parameters/acme.yml line 4: column 'response_id' for surveys.response_id holds mail addresses (1 row, the"
        " first in data/s.csv row 2); map another column or leave it out."
    )


def test_a_key_map_that_cannot_be_read_is_not_replaced(orders_of: Any, tmp_path: Path) -> None:
    orders_of(MAILS)
    keys = tmp_path / "data" / "acme" / "keys.parquet"
    keys.write_bytes(b"damaged")
    with pytest.raises(UserError) as error:
        orders_of(MAILS + "A4,jiro@example.jp,2024-01-04,800\n")
    assert str(error.value) == (
        "data/acme/keys.parquet: the key map cannot be read; bring it back from a copy,"
        " or delete it to give every customer a new id."
    )
    assert keys.read_bytes() == b"damaged"


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("('hanako@example.jp', NULL)", "an empty cell"),
        ("(NULL, 'kaaaaaaaaaa')", "an empty cell"),
        ("('hanako@example.jp', 'kaaaaaaaaaa'), ('taro@example.jp', 'kaaaaaaaaaa')", "one id for several customers"),
        ("('taro@example.jp', 'kaaaaaaaaaa'), ('taro@example.jp', 'kbbbbbbbbbb')", "several ids for one customer"),
    ],
)
def test_a_key_map_that_would_mix_customers_up_is_refused(
    orders_of: Any, tmp_path: Path, rows: str, fault: str
) -> None:
    keys = tmp_path / "data" / "acme" / "keys.parquet"
    keys.parent.mkdir(parents=True)
    with duckdb.connect() as con:
        con.execute(f"COPY (SELECT * FROM (VALUES {rows}) AS t(key, customer_id)) TO '{keys}' (FORMAT parquet)")
    with pytest.raises(UserError) as error:
        orders_of(MAILS)
    assert str(error.value) == (
        f"data/acme/keys.parquet: the key map is damaged, it holds {fault}; bring it back from a copy,"
        " or delete it to give every customer a new id."
    )


def test_keys_are_compared_without_case_width_and_doubled_spaces() -> None:
    assert normal(" Hanako＠Example.JP ") == "hanako@example.jp"
    assert normal("山田　 花子") == normal("山田 花子")
    assert normal("Ann Lee") != normal("ann lee")
    assert normal("'０９０") == normal("090")


@settings(max_examples=300, deadline=None)
@given(key=st.from_regex(prepare.NUMBER, fullmatch=True, alphabet=st.characters(max_codepoint=127)))
def test_what_is_taken_for_a_number_unseen_is_not_personal(key: str) -> None:
    assert not is_personal(key)
