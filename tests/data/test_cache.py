from __future__ import annotations

import errno
import io
import json
import os
import shutil
import threading
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

import crmlib
from crmlib.client import load_client
from crmlib.data import prepare as door
from crmlib.data.prepare import prepare
from crmlib.data.read import read_source
from crmlib.errors import UserError
from crmlib.shop import open_shop

TEXT = "order_id,customer_id,order_date,line_amount\nA1,c1,2024-01-01,100\nA2,c2,2024-01-02,200\n"
SOURCES = {"orders": {"path": "data/o.csv"}}


@pytest.fixture
def client(make_client: Any) -> Path:
    return make_client({"o.csv": TEXT}, SOURCES)


LEDGERS: dict[str, Any] = {
    "rows": {"rows_read": 999},
    "rows text": {"rows_read": "abc"},
    "amount": {"amount_read": "x,y"},
    "line": {"lines": [["bad_date", 0, "x,y"]]},
    "days": {"days": [["x", 1]]},
}


def _never(*args: Any, **kwargs: Any) -> None:
    raise AssertionError("the export was read again")


def keys(client: Path) -> set[str]:
    return {p.name for p in (client.parents[1] / "data" / "acme" / "prepared").iterdir()}


def test_a_second_run_does_not_read_the_export(client: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = open_shop(client)
    monkeypatch.setattr(door, "read_source", _never)
    monkeypatch.setattr("crmlib.data.files.hashlib.file_digest", _only_prepared)
    again = open_shop(client)
    assert again.table("orders").equals(first.table("orders"))
    assert again.ledger == first.ledger
    assert again.read_notes == first.read_notes


_digest = __import__("hashlib").file_digest


def _only_prepared(stream: Any, name: str) -> Any:
    if "prepared" not in Path(stream.name).parts:
        _never()
    return _digest(stream, name)


def test_a_changed_export_is_read_again(client: Path) -> None:
    open_shop(client)
    export = client.parents[1] / "data" / "o.csv"
    export.write_text(TEXT.replace("200", "300"), encoding="utf-8")
    assert open_shop(client).table("orders")["amount"].tolist() == [100, 300]


def test_an_export_of_the_same_size_and_time_but_other_content_is_noticed(client: Path) -> None:
    open_shop(client)
    export = client.parents[1] / "data" / "o.csv"
    before = export.stat()
    export.write_text(TEXT.replace("200", "300"), encoding="utf-8")
    os.utime(export, ns=(before.st_atime_ns, before.st_mtime_ns))
    # Size and modification time are the same; the time of the last change of the file's state is not.
    assert open_shop(client).table("orders")["amount"].tolist() == [100, 300]


def test_a_touched_export_is_hashed_again_but_not_read_again(client: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_shop(client)
    os.utime(client.parents[1] / "data" / "o.csv")
    monkeypatch.setattr(door, "read_source", _never)
    assert len(open_shop(client).table("orders")) == 2


@pytest.mark.parametrize(
    "change",
    [{"policy": {"zero_yen": "keep"}}, {"currency": "USD"}, {"timezone": "UTC"},
     {"sources": {"orders": {"path": "data/o.csv", "date_format": "%Y-%m-%d"}}}],
)  # fmt: skip
def test_what_the_tables_depend_on_is_in_the_key(make_client: Any, change: dict[str, Any]) -> None:
    before = prepare(load_client(make_client({"o.csv": TEXT}, SOURCES)).settings()).key
    sources = change.pop("sources", SOURCES)
    assert prepare(load_client(make_client({}, sources, **change)).settings()).key != before


@pytest.mark.parametrize(
    "change", [{"title": "x"}, {"language": "en"}, {"as_of": "2024-01-01"}, {"rfm": {"scoring": "fixed"}}]
)
def test_what_they_do_not_depend_on_is_not(make_client: Any, change: dict[str, Any]) -> None:
    before = prepare(load_client(make_client({"o.csv": TEXT}, SOURCES)).settings()).key
    assert prepare(load_client(make_client({}, SOURCES, **change)).settings()).key == before


def test_the_versions_are_in_the_key(client: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_client(client).settings()
    found = {prepare(settings).key}
    monkeypatch.setattr(crmlib, "__version__", "99.0")
    found.add(prepare(settings).key)
    monkeypatch.setattr(door, "DOOR", 99)
    found.add(prepare(settings).key)
    assert len(found) == 3


@pytest.mark.sample(4)
@pytest.mark.parametrize("damage", ["truncate", "delete", "flip", "ledger", "half", "file", "prepared", *LEDGERS])
def test_a_damaged_or_half_written_cache_is_built_again(client: Path, damage: str) -> None:
    first = open_shop(client)
    (folder,) = (client.parents[1] / "data" / "acme" / "prepared").iterdir()
    orders = folder / "orders.parquet"
    content = orders.read_bytes()
    if damage == "truncate":
        orders.write_bytes(content[:100])
    elif damage == "flip":
        orders.write_bytes(content[:60] + bytes([content[60] ^ 1]) + content[61:])
    elif damage == "delete":
        orders.unlink()
    elif damage == "ledger":
        (folder / "ledger.json").write_text('{"counts": 3}')
    elif damage in LEDGERS:
        about = json.loads((folder / "ledger.json").read_text(encoding="utf-8"))
        about["counts"]["orders"] |= LEDGERS[damage]
        (folder / "ledger.json").write_text(json.dumps(about), encoding="utf-8")
    elif damage == "file":
        shutil.rmtree(folder)
        folder.write_text("x")
    elif damage == "prepared":
        shutil.rmtree(folder.parent)
        folder.parent.write_text("x")
    else:
        (folder / "ledger.json").unlink()
    again = open_shop(client)
    assert again.table("orders").equals(first.table("orders"))
    assert keys(client) == {folder.name}


def test_the_newest_three_are_kept(make_client: Any) -> None:
    found = []
    for n in range(5):
        client = make_client({"o.csv": TEXT + f"A{n + 3},c3,2024-01-03,{n}00\n"}, SOURCES)
        found.append(prepare(load_client(client).settings()).key)
    assert keys(client) == set(found[-3:])


def test_a_failed_build_leaves_nothing_behind(make_client: Any) -> None:
    client = make_client({"o.csv": TEXT + '"open'}, SOURCES)
    with pytest.raises(ValueError, match="a quote is opened here"):
        open_shop(client)
    assert keys(client) == set()


def test_runs_at_the_same_time_give_the_same_tables(client: Path) -> None:
    amounts: list[list[int]] = []
    runs = [
        threading.Thread(target=lambda: amounts.append(open_shop(client).table("orders")["amount"].tolist()))
        for _ in range(4)
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert amounts == [[100, 200]] * 4
    assert len(keys(client)) == 1


def test_the_ledger_on_disk_keeps_exact_money(make_client: Any) -> None:
    client = make_client({"o.csv": TEXT.replace("100", "0.001")}, SOURCES, currency="USD")
    open_shop(client)
    (folder,) = (client.parents[1] / "data" / "acme" / "prepared").iterdir()
    about = json.loads((folder / "ledger.json").read_text(encoding="utf-8"))
    assert about["counts"]["orders"]["days"][0][2].rstrip("0") == "0.1"


def test_what_a_killed_run_left_behind_goes_with_the_next_build(client: Path) -> None:
    home = client.parents[1] / "data" / "acme"
    dead = home / "tmp" / "99999999"
    half = home / "prepared" / ".building-x"
    for folder in (dead, half):
        folder.mkdir(parents=True)
        (folder / "spilled").write_text("hanako@example.jp")
    open_shop(client)
    assert not dead.exists()
    assert not half.exists()


def test_runs_in_two_processes_give_one_key_map(make_client: Any) -> None:
    import subprocess
    import sys

    text = TEXT + "".join(f"B{n},user{n}@example.jp,2024-01-03,1\n" for n in range(500))
    client = make_client({"o.csv": text}, SOURCES)
    code = f"import crmlib; print(sorted(crmlib.open_shop({str(client)!r}).table('orders')['customer_id'])[:9])"
    root = Path(crmlib.__file__).parents[1]
    runs = [
        subprocess.Popen([sys.executable, "-c", code], cwd=root, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    first, second = (run.communicate(timeout=120)[0] for run in runs)
    assert first == second
    assert len(first) > 9


def _changing(change: Any) -> Any:
    """The door's reading, with something that happens to the export before it."""

    def read(*args: Any, **kwargs: Any) -> Any:
        change()
        return read_source(*args, **kwargs)

    return read


@pytest.mark.parametrize("how", ["write", "replace", "append"])
def test_an_export_that_changes_while_it_is_read_is_not_kept_under_the_other_hash(
    client: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = client.parents[1] / "data" / "o.csv"
    other = TEXT.replace("200", "900") + ("A3,c3,2024-01-03,5\n" if how == "append" else "")

    def change() -> None:
        if how == "replace":
            export.with_suffix(".new").write_text(other, encoding="utf-8")
            export.with_suffix(".new").replace(export)
        else:
            export.write_text(other, encoding="utf-8")

    with monkeypatch.context() as patched:
        patched.setattr(door, "read_source", _changing(change))
        with pytest.raises(UserError) as error:
            open_shop(client)
    assert str(error.value) == "data/o.csv: the file was changed while it was read, run again."
    assert keys(client) == set()
    export.write_text(TEXT, encoding="utf-8")
    assert open_shop(client).table("orders")["amount"].tolist() == [100, 200]


def test_an_export_that_changes_while_it_is_hashed_is_not_remembered(
    client: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = client.parents[1] / "data" / "o.csv"

    def digest(stream: Any, name: str) -> Any:
        found = _digest(stream, name)
        export.write_text(TEXT + "A3,c3,2024-01-03,5\n", encoding="utf-8")
        return found

    with monkeypatch.context() as patched:
        patched.setattr("crmlib.data.files.hashlib.file_digest", digest)
        with pytest.raises(UserError) as error:
            open_shop(client)
    assert str(error.value) == "data/o.csv: the file was changed while it was read, run again."
    assert open_shop(client).table("orders")["amount"].tolist() == [100, 200, 5]


def _write_parquet(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = pd.read_csv(io.StringIO(text), dtype="str")
    with duckdb.connect() as con:
        con.from_df(frame).write_parquet(str(path))


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", ["customer_id=zzz", "amount=7", "order_day=1", "cl*x", "a?b", "[x]", "it's"])
def test_the_name_of_a_folder_is_no_pattern_and_no_column(tmp_path: Path, name: str) -> None:
    # A neighbour that each of the patterns would match too.
    for neighbour in ("clZx", "aZb", "x"):
        (tmp_path / neighbour / "parameters").mkdir(parents=True)
    text = TEXT.replace("c1", "taro@example.jp")
    client = tmp_path / name / "parameters" / "acme.yml"
    client.parent.mkdir(parents=True)
    client.write_text("name: acme\nsources: {orders: {path: data/o.parquet}}\n", encoding="utf-8")
    _write_parquet(tmp_path / name / "data" / "o.parquet", text)
    orders = open_shop(client).table("orders")
    assert orders["amount"].tolist() == [100, 200]
    assert "zzz" not in orders["customer_id"].tolist()
    # The map of the keys is read back, too.
    _write_parquet(tmp_path / name / "data" / "o.parquet", text.replace("200", "300"))
    again = open_shop(client).table("orders")
    assert again["customer_id"].tolist() == orders["customer_id"].tolist()
    assert again["amount"].tolist() == [100, 300]


def test_the_name_of_a_source_is_no_pattern(make_client: Any, tmp_path: Path) -> None:
    _write_parquet(tmp_path / "data" / "o*.parquet", TEXT)
    _write_parquet(tmp_path / "data" / "other.parquet", TEXT.replace("A", "B"))
    client = make_client({}, {"orders": {"path": "data/o*.parquet"}})
    assert open_shop(client).table("orders")["order_id"].tolist() == ["A1", "A2"]


CANNOT = (
    "data/acme: the folder of the prepared tables cannot be written ({}); it needs free space, the right to write, and "
    "no file in its place."
)


def test_a_file_where_the_client_s_folder_belongs_is_named(client: Path) -> None:
    (client.parents[1] / "data" / "acme").write_text("x")
    with pytest.raises(UserError) as error:
        open_shop(client)
    assert str(error.value) in {CANNOT.format("File exists"), CANNOT.format("Not a directory")}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
@pytest.mark.parametrize("at", ["crmlib.data.files.tempfile.mkstemp", "crmlib.data.prepare.tempfile.mkdtemp"])
def test_a_full_or_read_only_disk_is_named(client: Path, number: int, at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(at, full)
    with pytest.raises(UserError) as error:
        open_shop(client)
    assert str(error.value) == CANNOT.format(os.strerror(number))
