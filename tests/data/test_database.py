"""A source that is a table or a query: read like a file, read only, and never a word of the URL anywhere."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from crmlib.data.cells import NotText, database_cell
from crmlib.errors import UserError
from crmlib.shop import open_shop

ROWS = [("A1", "c1", "2024-01-01 09:30:00", 1980), ("A2", "c2", "2024-01-02", 500), ("A2", "c2", "2024-01-02", None)]
COLUMNS = {"order_id": "no", "customer_id": "who", "ordered_at": "at", "order_amount": "yen"}
SECRET = "hunter2-tora"


def sqlite_file(path: Path, rows: list[Any] = ROWS) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as con:
        con.execute("CREATE TABLE IF NOT EXISTS orders (no, who, at, yen)")
        con.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", rows)
        con.commit()
    return path


def read(shop: Any) -> list[list[Any]]:
    return shop.table("orders")[["order_id", "customer_id", "amount"]].values.tolist()


def refusal(make_shop: Any, orders: dict[str, Any]) -> str:
    with pytest.raises(UserError) as error:
        make_shop({}, {"orders": {"columns": COLUMNS, **orders}})
    return str(error.value)


def test_a_table_of_a_sqlite_file_is_read_like_a_file_and_only_read(make_shop: Any, tmp_path: Path) -> None:
    path = sqlite_file(tmp_path / "data" / "shop.sqlite")
    before = path.read_bytes()
    source = {"path": "data/shop.sqlite", "table": "orders", "columns": COLUMNS}
    shop = make_shop({}, {"orders": source})
    assert read(shop) == [["A1", "c1", 1980], ["A2", "c2", 500]]
    assert (shop.ledger.rows_read, shop.ledger.rows_used, shop.ledger.amount_used) == (3, 3, 2480)
    assert shop.read_notes == ["file_read: orders: data/shop.sqlite (rows)"]
    assert path.read_bytes() == before
    # Nothing that was read is left beside the prepared tables.
    assert not list((tmp_path / "data" / "acme" / "tmp").glob("*"))
    again = open_shop(tmp_path / "parameters" / "acme.yml")
    assert again.prepared_key == shop.prepared_key
    sqlite_file(path, [("A3", "c3", "2024-02-01", 1)])
    assert open_shop(tmp_path / "parameters" / "acme.yml").prepared_key != shop.prepared_key


def test_a_query_over_files_reads_under_the_home_folder_alone(
    make_shop: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "no,who,at,yen\nA1,c1,2024-01-01,1980\nA2,c2,2024-01-02,500\n"
    # A folder of the same name where Python was started is not the client's.
    elsewhere = tmp_path / "elsewhere" / "data"
    elsewhere.mkdir(parents=True)
    (elsewhere / "o.csv").write_text("no,who,at,yen\nX,x,2024-01-01,1\n")
    monkeypatch.chdir(elsewhere.parent)
    query = "select * from read_csv('data/o.csv', all_varchar = true) where yen <> '500' -- one;"
    shop = make_shop({"o.csv": text}, {"orders": {"query": query, "columns": COLUMNS}})
    assert read(shop) == [["A1", "c1", 1980]]
    assert shop.read_notes == ["file_read: orders: query of orders (rows)"]


OUTSIDE = (
    "parameters/acme.yml line 11: the query names a file that is not there, or not under the client's home; it may read"
    " files there and nothing else."
)


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "query",
    [
        "select * from '{out}/o.csv'",
        "select * from 'data/../../out.csv'",
        "select * from read_text('/etc/hostname')",
        "select * from read_csv('https://example.com/x.csv')",
        "select * from 'data/nope.csv'",
        "select * from 'data/link.csv'",
    ],
)
def test_a_query_over_files_reads_nothing_else(tmp_path: Path, query: str) -> None:
    home = tmp_path / "home"
    (home / "data").mkdir(parents=True)
    (home / "parameters").mkdir()
    (tmp_path / "out.csv").write_text("no,who,at,yen\n1,1,2024-01-01,1\n")
    (home / "data" / "link.csv").symlink_to(tmp_path / "out.csv")
    client = home / "parameters" / "acme.yml"
    source = {"columns": COLUMNS, "query": query.replace("{out}", str(tmp_path))}
    client.write_text(yaml.safe_dump({"name": "acme", "sources": {"orders": source}}, sort_keys=False, width=500))
    with pytest.raises(UserError) as error:
        open_shop(client)
    assert str(error.value).partition(": ")[2] == OUTSIDE.partition(": ")[2]


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("copy (select 1) to 'x.csv'", "copy"),
        ("attach 'data/x.db'", "attach"),
        ("install httpfs", "install"),
        ("select 1; drop table orders", "drop"),
        ("with gone as (delete from orders returning *) select * from gone", "delete"),
        ("select 1; select 2", None),
        ("explain select 1", None),
    ],
)
def test_a_query_that_is_not_one_select_is_refused(make_shop: Any, tmp_path: Path, query: str, word: str) -> None:
    sqlite_file(tmp_path / "data" / "shop.sqlite")
    why = f"; it holds the word '{word}'" if word else ""
    said = f": query must be one SELECT, which changes nothing{why}."
    assert refusal(make_shop, {"path": "data/shop.sqlite", "query": query}).endswith(said)


def test_words_in_texts_names_and_comments_are_no_statements(make_shop: Any, tmp_path: Path) -> None:
    sqlite_file(tmp_path / "data" / "shop.sqlite")
    query = """select no, who, at, yen from orders where no not in ('drop; table', "no" || 'x') -- delete; it"""
    assert len(read(make_shop({}, {"orders": {"path": "data/shop.sqlite", "query": query, "columns": COLUMNS}}))) == 2


def test_a_duckdb_file_keeps_its_types(make_shop: Any, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with duckdb.connect(tmp_path / "data" / "shop.duckdb") as con:
        con.execute(
            "CREATE TABLE orders AS SELECT 7::BIGINT AS no, 'c1' AS who, TIMESTAMPTZ '2024-01-31 16:00:00+00' AS at, "
            "1980.00::DECIMAL(10, 2) AS yen UNION ALL SELECT 8, 'c2', TIMESTAMPTZ '2024-01-31 10:00:00+00', NULL"
        )
    shop = make_shop({}, {"orders": {"path": "data/shop.duckdb", "table": "orders", "columns": COLUMNS}})
    assert read(shop) == [["7", "c1", 1980]]
    assert shop.ledger.rows("bad_amount") == 1
    assert shop.table("orders")["ordered_at"].astype(str).tolist() == ["2024-02-01 01:00:00"]


def test_a_url_in_the_environment_is_read_and_never_repeated(
    make_client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    sqlite_file(tmp_path / "data" / SECRET / "shop.sqlite")
    monkeypatch.setenv("SHOP_DB", f"sqlite:///data/{SECRET}/shop.sqlite")
    client = make_client({}, {"orders": {"database": "SHOP_DB", "table": "orders", "columns": COLUMNS}})
    shop = open_shop(client)
    assert read(shop) == [["A1", "c1", 1980], ["A2", "c2", 500]]
    assert list(shop.inputs) == ["orders/database SHOP_DB"]
    kept = [path for path in (tmp_path / "data" / "acme").rglob("*") if path.is_file()]
    assert kept
    assert not [path for path in kept if SECRET.encode() in path.read_bytes()]
    assert SECRET not in "".join(shop.read_notes) + "".join(capfd.readouterr())


URLS = {
    f"postgresql://shop:{SECRET}@127.0.0.1:9/shop": "database SHOP_DB: there is no connection;",
    f"mysql+nope://shop:{SECRET}@127.0.0.1/shop": "the driver that the URL of database SHOP_DB names is not installed",
    f"nothing but {SECRET}": "is no URL of a database, such as",
    f"sqlite:///data/{SECRET}.sqlite": "database SHOP_DB is no file that is there.",
    "": "the environment variable SHOP_DB is not set;",
}


@pytest.mark.parametrize("url", URLS)
def test_what_a_url_cannot_open_is_one_sentence_without_it(
    make_shop: Any, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    pytest.importorskip("sqlalchemy")
    monkeypatch.setenv("SHOP_DB", url)
    said = refusal(make_shop, {"database": "SHOP_DB", "table": "orders"})
    assert URLS[url] in said
    assert SECRET not in said
    assert "\n" not in said


def test_a_url_in_the_client_file_is_refused_and_not_repeated(make_shop: Any) -> None:
    said = refusal(make_shop, {"database": f"postgresql://shop:{SECRET}@db/shop", "table": "orders"})
    assert "must be the name of an environment variable that holds the URL, such as SHOP_DB, never the URL" in said
    assert SECRET not in said


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"database": "SHOP_DB"}, "with 'database' needs either 'query' or 'table'."),
        ({"database": "SHOP_DB", "table": "a", "query": "select 1"}, "with 'database' needs either 'query' or"),
        ({"table": "orders"}, "needs either 'query' or 'table', and 'table' a database."),
        ({"path": "data/x.sqlite", "table": "orders", "encoding": "cp932"}, "cannot have 'encoding'."),
        ({"path": "data/x.sqlite", "database": "SHOP_DB", "table": "orders"}, "needs one of 'path', 'package' with"),
        ({"path": "data/not.sqlite", "table": "orders"}, "data/not.sqlite: the file is no SQLite and no DuckDB"),
        ({"path": "data/shop.sqlite", "table": "nope"}, "cannot be read as asked (no such table: nope)."),
        ({"path": "data/shop.sqlite", "query": "select nope from orders"}, "asked (no such column: nope)."),
        ({"path": "data/shop.sqlite", "query": "select no, no from orders"}, "two columns of the answer are called"),
        ({"path": "data/shop.sqlite", "query": "select 1 as x"}, "for order_id is not in the header of data/shop.sq"),
    ],
)
def test_each_fault_is_one_sentence(make_shop: Any, tmp_path: Path, keys: dict[str, Any], said: str) -> None:
    sqlite_file(tmp_path / "data" / "shop.sqlite")
    (tmp_path / "data" / "not.sqlite").write_text("no,who\n")
    told = refusal(make_shop, keys)
    assert said in told
    assert "\n" not in told


def test_an_empty_answer_is_an_export_without_rows_and_bytes_are_refused(make_shop: Any, tmp_path: Path) -> None:
    sqlite_file(tmp_path / "data" / "shop.sqlite", [("A1", b"\xff\xfe", "2024-01-01", 1)])
    none = {"path": "data/shop.sqlite", "query": "select * from orders where yen > 5"}
    assert refusal(make_shop, none).endswith("no dated row counts; the export has no rows.")
    assert refusal(make_shop, {"path": "data/shop.sqlite", "table": "orders"}) == (
        "data/shop.sqlite row 1: column 'who' holds bytes that are not UTF-8 text; leave it out of the query, or make "
        "a text of it there."
    )


def test_values_of_a_driver_become_the_texts_of_a_file() -> None:
    from datetime import UTC, date, datetime
    from decimal import Decimal

    given = [0.1, 1e-7, 1e22, Decimal("12.50"), float("inf"), datetime(2024, 1, 1, tzinfo=UTC), date(2024, 1, 1)]
    assert [database_cell(value) for value in given] == [
        "0.1", "0.0000001", "10000000000000000000000", "12.50", "inf", "2024-01-01 00:00:00+00:00", "2024-01-01",
    ]  # fmt: skip
    assert [database_cell(value) for value in ("", b"\xe7\x9f\xb3", {"a": 1}, False)] == ["", "石", '{"a": 1}', "false"]
    with pytest.raises(NotText):
        database_cell(b"\xff")
