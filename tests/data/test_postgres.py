"""A real PostgreSQL server of the test's own: `apt-get install postgresql` and `pip install 'crmlib[sql]'`."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crmlib.errors import UserError
from crmlib.shop import open_shop

pytestmark = pytest.mark.slow

SECRET = "hunter2-tora"
COLUMNS = {"order_id": "no", "customer_id": "who", "ordered_at": "at", "order_amount": "yen"}
MANY = 60_000


def _program(name: str) -> str:
    found = shutil.which(name) or next(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")), None)
    if found is None:
        pytest.skip("PostgreSQL is missing: apt-get install postgresql")
    return found


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The URL of a server that listens for this module alone, with a password, as a user of its own."""
    pytest.importorskip("sqlalchemy")
    pytest.importorskip("psycopg")
    initdb, pg_ctl = _program("initdb"), _program("pg_ctl")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    # PostgreSQL does not run as root.
    user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    (folder / "password").write_text(SECRET)
    if user:
        shutil.chown(folder, "postgres")
        shutil.chown(folder / "password", "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = ["-D", str(folder / "data")]
    made = [initdb, *data, "-U", "shop", "-A", "scram-sha-256", f"--pwfile={folder}/password", "-E", "UTF8"]
    subprocess.run([*user, *made, "--locale=C"], check=True, capture_output=True, cwd="/")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    started = [pg_ctl, *data, "-w", "-l", f"{folder}/log", "-o", options, "start"]
    subprocess.run([*user, *started], check=True, capture_output=True, cwd="/")
    try:
        yield f"postgresql://shop:{SECRET}@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*user, pg_ctl, *data, "-m", "immediate", "stop"], check=False, capture_output=True, cwd="/")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def run(url: str) -> Callable[[str], Any]:
    import psycopg

    def run(statement: str) -> Any:
        with psycopg.connect(url, autocommit=True) as con:
            found = con.execute(statement)
            return found.fetchall() if found.description else None

    run(
        "CREATE TABLE orders AS SELECT * FROM (VALUES "
        "(1::bigint, 'c1'::text, timestamptz '2024-01-31 16:00:00+00', 1980.50::numeric(12, 2), true, 'x'::bytea), "
        "(2, '00123', timestamptz '2024-01-31 10:00:00+00', NULL, false, NULL), "
        "(3, 'c3', timestamptz '2024-02-29 23:59:59.5+09', 1e3, NULL, 'y')) AS o (no, who, at, yen, paid, raw)"
    )
    run(
        f"CREATE TABLE many AS SELECT n AS no, 'c' || n % 500 AS who, timestamp '2024-01-01' + n * interval '1 minute' "
        f"AS at, n % 7 + 1 AS yen FROM generate_series(1, {MANY}) n"
    )
    return run


@pytest.fixture
def ask(make_client: Any, url: str, run: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """A shop whose orders come from the server."""

    def ask(*, at: str = url, columns: dict[str, str] = COLUMNS, **source: str) -> Any:
        monkeypatch.setenv("SHOP_DB", at)
        return open_shop(make_client({}, {"orders": {"database": "SHOP_DB", "columns": columns, **source}}))

    return ask


def refusal(ask: Any, **keys: Any) -> str:
    with pytest.raises(UserError) as error:
        ask(**keys)
    said = str(error.value)
    assert SECRET not in said
    assert "\n" not in said
    return said


def test_types_of_the_server_arrive_as_they_are(ask: Any) -> None:
    columns = {**COLUMNS, "is_test": "test"}
    query = "select no, who, at, yen, not paid as test, 100 % 7 as rest from public.orders where who not like '%zz%'"
    shop = ask(query=f"{query} order by no;", columns=columns)
    # 16:00 in London is the next day in Tokyo; a decimal is rounded to yen; NULL is no amount.
    rows = shop.table("orders")[["order_id", "customer_id", "ordered_at", "amount"]].astype(str).values.tolist()
    assert [row[:2] + row[3:] for row in rows] == [["1", "c1", "1981"], ["3", "c3", "1000"]]
    assert [row[2][:19] for row in rows] == ["2024-02-01 01:00:00", "2024-02-29 23:59:59"]
    assert (shop.ledger.rows_read, shop.ledger.rows("bad_amount")) == (3, 1)
    assert shop.read_notes[0] == "file_read: orders: database SHOP_DB (rows)"


def test_a_large_table_is_streamed_and_counts_to_the_yen(ask: Any, run: Any) -> None:
    shop = ask(table="public.many")
    ((n, yen),) = run("SELECT count(*), sum(yen) FROM many")
    assert (shop.ledger.rows_used, shop.ledger.amount_used) == (n, yen) == (MANY, int(yen))
    key = shop.prepared_key
    # Rows that an update moved to the end of the table are the same rows.
    run("UPDATE many SET yen = yen WHERE no < 100")
    assert ask(table="public.many").prepared_key == key


def test_personal_bytes_and_nothing_are_one_sentence_each(ask: Any, run: Any) -> None:
    run("CREATE TABLE IF NOT EXISTS raw AS SELECT 1 AS no, '\\xff'::bytea AS who, now() AS at, 1 AS yen")
    assert refusal(ask, table="raw").startswith("database SHOP_DB row 1: column 'who' holds bytes that are not UTF-8")
    assert refusal(ask, query="select * from orders where false").endswith("the export has no rows.")
    assert refusal(ask, table="nope").endswith('cannot be asked this (relation "nope" does not exist).')
    said = refusal(ask, query="select no, who, at, yen::int, who::int from orders")
    assert said.endswith("database SHOP_DB could not answer (SQLSTATE 22P02).")
    assert "c1" not in said


def test_what_keeps_the_door_shut_is_one_sentence_without_the_password(ask: Any, url: str) -> None:
    wrong = url.replace(SECRET, f"{SECRET}x")
    assert refusal(ask, table="orders", at=wrong) == "database SHOP_DB: the server refuses the user or the password."
    nowhere = url.rpartition("/")[0] + "/nowhere"
    assert refusal(ask, table="orders", at=nowhere).startswith("database SHOP_DB: there is no connection;")


def test_the_server_itself_refuses_to_write(ask: Any, run: Any) -> None:
    run(
        "CREATE OR REPLACE FUNCTION sneak() RETURNS int LANGUAGE plpgsql AS $$ BEGIN DELETE FROM many; RETURN 1; END $$"
    )
    assert refusal(ask, query="select sneak() as no").endswith("it is opened for reading alone.")
    assert run("SELECT count(*) FROM many") == [(MANY,)]


def test_a_server_that_goes_in_the_middle_is_told(ask: Any, url: str, run: Any) -> None:
    # The answer itself ends the connection after as many rows.
    ends = "case when no = 45000 then pg_terminate_backend(pg_backend_pid()) end as gone"
    query = f"select no, who, at, yen, {ends} from many"
    said = refusal(ask, query=f"{query} order by no")
    assert said.startswith("database SHOP_DB: the connection was lost after ")


def test_nothing_that_is_kept_holds_the_password(ask: Any, tmp_path: Path) -> None:
    ask(table="orders")
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(kept) > 10
    assert not [path for path in kept if SECRET.encode() in path.read_bytes()]
    assert not list((tmp_path / "data" / "acme" / "tmp").glob("*"))
