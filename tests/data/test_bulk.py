"""What DuckDB reads of a large file is, cell by cell, what the careful reader reads of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crmlib.data import bulk
from crmlib.data.files import SourceFile
from crmlib.data.read import read_source
from crmlib.data.settings import Source
from crmlib.errors import UserError

COLUMNS = {"order_id": "a", "customer_id": "b", "product_name": "c"}
HEAD = "a,b,c,お名前\n"


def read(path: Path, folder: Path, least: int, **more: Any) -> tuple[str, list[tuple[Any, ...]], list[Any]]:
    """The sentence of a refusal, or the raw table and what else the reading has met."""
    source = Source(path=path.name, columns=COLUMNS, **more)
    before, bulk.LEAST = bulk.LEAST, least
    try:
        with duckdb.connect(config={"temp_directory": str(folder / "tmp")}) as con:
            file = SourceFile(path=path, name=path.name, format="csv")
            reading = read_source(con, "orders", source, [file])
            rows = con.execute("SELECT * FROM raw_orders ORDER BY _seq").fetchall()
    except UserError as error:
        return str(error), [], []
    finally:
        bulk.LEAST = before
    met = [reading.rows, reading.broken, reading.encodings, reading.unmapped, reading.people, reading.personal.cells]
    return "", rows, met


def was_bulk(path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether DuckDB's reader was taken."""
    taken: list[bool] = []
    load = bulk.load
    monkeypatch.setattr(bulk, "load", lambda *a, **k: taken.append((n := load(*a, **k)) is not None) or n)
    read(path, folder, 0)
    monkeypatch.setattr(bulk, "load", load)
    return taken == [True]


PLAIN = {
    "plain": HEAD + "1,x,石鹸,山田 花子\n2,y,,\n",
    "carriage returns": (HEAD + "1,x,p,n\n2,y,q,m\n").replace("\n", "\r\n"),
    "no last line end": HEAD + "1,x,p,n\n2,y,q,m",
    "quotes": HEAD + '1,x,"p,""q""",n\n"2","y","","m"\n',
    "a lone quote in a cell": HEAD + '1,x,5" pan 7" pan,n\n',
    "spaces": HEAD + " 1 , x,p  ,n\n",
    "other blanks": HEAD + "1\u3000,\tx,\u3000p\u00a0,n\n2,\u3000,\u2003q,m\n",
    "blanks in quotes": HEAD + '1,x," p　",n\n',
    "a byte order mark": "\ufeff" + HEAD + "1,x,p,n\n",
    "the same row twice": HEAD + "1,x,p,n\n1,x,p,n\n1,x,p,m\n",
}
NOT_PLAIN = {
    "a line break in a cell": HEAD + '1,x,"p\nq",n\n2,y,q,m\n',
    "a blank line": HEAD + "1,x,p,n\n\n2,y,q,m\n",
    "a row of blanks": HEAD + "1,x,p,n\n ,, ,\n2,y,q,m\n",
    "mapped cells blank": HEAD + "1,x,p,n\n,,,m\n",
    "a short row": HEAD + "1,x,p\n2,y,q,m\n",
    "a long row": HEAD + "1,x,p,n,z\n2,y,q,m\n",
    "a quote never closed": HEAD + '1,x,"p,n\n2,y,q,m\n',
    "two quotes never closed": HEAD + '1,x,"p,n\n2,y,"q,m\n',
    "a letter after a quote": HEAD + '1,x,"p"q,n\n',
    "a space before a quote": HEAD + '1, "x",p,n\n',
    "a space after a quote": HEAD + '1,"x" ,p,n\n',
    "a lone carriage return": HEAD + "1,x,p\rq,n\n",
    "carriage returns alone": (HEAD + "1,x,p,n\n2,y,q,m\n").replace("\n", "\r"),
    "two byte order marks": "\ufeff\ufeff" + HEAD + "1,x,p,n\n",
    "a NUL": HEAD + "1,x,p\0,n\n",
    "the mark between cells": HEAD + "1,x,p\x1f,n\n",
    "no rows": HEAD,
    "a blank line above": "\n" + HEAD + "1,x,p,n\n",
    "blank cells above": ",,,\n" + HEAD + "1,x,p,n\n",
    "a line break in the header": '"a\n(id)",b,c,a\n1,x,p,n\n',
    "a line break before a name": '"\na",b,c,お名前\n1,x,p,n\n',
    "a cell longer than any cell is": HEAD + f"1,x,{'p' * 1_000_001},n\n2,y,q,m\n",
}


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_file_is_read_by_duckdb_to_the_same_cells(
    name: str, encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if encoding == "cp932" and not set("\ufeff\u00a0\u2003").isdisjoint(PLAIN[name]):
        pytest.skip("cp932 has no such letter")
    path = tmp_path / "[o]*.csv"
    path.write_bytes(PLAIN[name].encode(encoding))
    assert was_bulk(path, tmp_path, monkeypatch)
    assert read(path, tmp_path, 0) == read(path, tmp_path, bulk.LEAST)
    assert [*tmp_path.glob("tmp/plain.csv")] == []


@pytest.mark.parametrize("name", NOT_PLAIN)
def test_any_other_file_is_read_by_the_careful_reader(name: str, tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    path.write_bytes(NOT_PLAIN[name].encode())
    assert read(path, tmp_path, 0) == read(path, tmp_path, bulk.LEAST)


def same(body: str, block: int, path: Path) -> None:
    path.write_bytes((HEAD + body).encode())
    before, bulk.BLOCK = bulk.BLOCK, block
    try:
        assert read(path, path.parent, 0) == read(path, path.parent, bulk.LEAST)
    finally:
        bulk.BLOCK = before


BODIES = st.text(st.sampled_from('a,"\n\r \t　x'), max_size=40)
QUIET: Any = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


@settings(max_examples=30, **QUIET)
@example(body='"\r\n"', block=2)
@given(body=BODIES, block=st.integers(2, 9))
def test_whatever_stands_in_a_file_both_read_the_same(body: str, block: int, tmp_path: Path) -> None:
    same(body, block, tmp_path / "o.csv")


@pytest.mark.slow
@settings(max_examples=3000, **QUIET)
@given(rows=st.lists(st.lists(st.text(st.sampled_from('a,"\n\r \t　x'), max_size=5), min_size=3, max_size=5)),
       end=st.sampled_from(["\n", "\r\n"]), block=st.integers(2, 30))  # fmt: skip
def test_whatever_rows_a_file_has_both_read_the_same(
    rows: list[list[str]], end: str, block: int, tmp_path: Path
) -> None:
    quoted = [[f'"{c.replace(chr(34), chr(34) * 2)}"' if set(c) & set(',"\n') else c for c in row] for row in rows]
    same("".join(",".join(row) + end for row in quoted), block, tmp_path / "o.csv")


def test_a_row_of_a_small_file_is_known_in_a_large_one(tmp_path: Path) -> None:
    rows = []
    for least in (0, 10_000):
        path = tmp_path / f"{least}.csv"
        path.write_text(HEAD + "1,x,p,n\n", encoding="utf-8")
        rows += read(path, tmp_path, least)[1]
    assert rows[0][3] == rows[1][3] != ""


def test_a_file_without_a_header_row(tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    path.write_text("1,x,p,n\n2,y,q,m\n", encoding="utf-8")
    named: Any = {"header": ["a", "b", "c", "d"]}
    assert read(path, tmp_path, 0, **named) == read(path, tmp_path, bulk.LEAST, **named)
