"""Exports into canonical Parquet tables, kept under a key of everything they depend on.

The prepared tables lie in `data/<client>/prepared/<key>/`, with `ledger.json` written last: a folder without it, or
whose tables are not as it says, is no cache and is built again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import crmlib
from crmlib.data.beside import without_effect
from crmlib.data.cut_ids import refuse_cut_ids
from crmlib.data.database import answers, asks
from crmlib.data.door_notes import fill_media, make_plain, order_notes
from crmlib.data.encodings import doubt
from crmlib.data.files import SourceFile, fingerprint, locate, refuse_changed
from crmlib.data.health import look
from crmlib.data.keys import SUSPECT, decide, is_mail, is_personal, is_personal_header, is_phone, surrogates
from crmlib.data.known import policy_known
from crmlib.data.ledger import Count
from crmlib.data.left_out import NAME as LEFT_OUT
from crmlib.data.left_out import publish, write_left_out
from crmlib.data.naming import holds_phone, one_line, shown_header
from crmlib.data.orders import build_orders
from crmlib.data.others import build_other
from crmlib.data.people import People
from crmlib.data.personal import NAME as PERSONAL
from crmlib.data.personal import Personal
from crmlib.data.personal import write as write_personal
from crmlib.data.read import Reading, read_source
from crmlib.data.sql import literal
from crmlib.data.tables import INPUTS, KEYS, OUTPUTS
from crmlib.data.totals import is_total
from crmlib.data.unpack import unpack
from crmlib.errors import UserError

if TYPE_CHECKING:
    import duckdb

    from crmlib.data.settings import Settings

# Raise it when the door's own rules change, so that tables prepared by the old rules are not used.
DOOR = 24
# What people name in these is printed: a telephone number inside a name is one too.
NAMED = ("subscriptions", "experiments", "scenarios", "messages", "kpi_targets", "actions")
KEEP = 3
SPILL = "20GB"
# A customer's number, and too short for a telephone's: `keys.is_personal` says so of each of these.
NUMBER = "[A-Za-z]*[-_]?[0-9]{1,8}"
_BESIDE = {"left_out": LEFT_OUT, "personal": PERSONAL}


@dataclass(frozen=True)
class Prepared:
    """The prepared tables of one client: where they lie, and what was found while they were made.

    `counts`: what the ledgers are drawn from. `known`: which keys of the policy the export can tell.
    `health`: what in the orders looks wrong, see `health.look`.
    """

    folder: Path
    key: str
    counts: dict[str, Count]
    notes: tuple[str, ...]
    inputs: dict[str, str]
    known: dict[str, bool]
    health: dict[str, list[Any]]

    def parquet(self, table: str) -> Path:
        """The file of a canonical table."""
        return self.folder / f"{table}.parquet"


def prepare(settings: Settings) -> Prepared:
    """The client's canonical tables: the kept ones when nothing they depend on has changed, else newly built.

    Raises:
        UserError: a source is missing or cannot be read as the client file says, or the client's folder cannot be
            written.
    """
    found = {t: locate(t, s, settings.home) for t, s in settings.sources.items() if not asks(s)}
    try:
        with answers(settings) as answered:
            hashed = {table: fingerprint(paths, settings) for table, paths in found.items()} | answered
            files = {table: hashed[table] for table in settings.sources}
            key = _key(settings, files)
            kept = _load(settings.folder / "prepared" / key) or _built(settings, files, key)
        publish(kept.folder / LEFT_OUT, settings.folder)
    except OSError as error:
        raise UserError(
            f"data/{settings.name}: the folder of the prepared tables cannot be written "
            f"({one_line(error.strerror or type(error).__name__)}); it needs free space, the right to write, and no "
            f"file in its place."
        ) from None
    return kept


def _built(settings: Settings, files: dict[str, list[SourceFile]], key: str) -> Prepared:
    folder = settings.folder / "prepared" / key
    with _lock(settings.folder / ".lock"):
        # Another run may have built it while this one waited.
        kept = _load(folder)
        if kept is None:
            _build(settings, files, folder)
            kept = _load(folder)
        _remove_older(folder.parent, keep=key)
    if kept is None:
        raise UserError(f"data/{settings.name}/prepared: the prepared tables cannot be read back after writing them.")
    return kept


def _key(settings: Settings, files: dict[str, list[SourceFile]]) -> str:
    depends = {
        "door": DOOR,
        "version": crmlib.__version__,
        "files": {table: [[f.name, f.format, f.sha256] for f in found] for table, found in files.items()},
        "sources": {table: source.model_dump() for table, source in settings.sources.items()},
        "policy": settings.policy.model_dump(),
        "money": [settings.currency, settings.minor_units],
        "timezone": settings.timezone,
        # Durations without dates are counted back from it.
        "as_of": str(settings.as_of) if "subscriptions" in settings.sources else "",
    }
    return hashlib.sha256(json.dumps(depends, sort_keys=True).encode()).hexdigest()[:32]


# --- building --------------------------------------------------------------------------------------------------------


def connect(settings: Settings) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection that spills into the client's own folder and fetches nothing from anywhere."""
    import duckdb

    config: dict[str, Any] = {
        "autoinstall_known_extensions": False, "autoload_known_extensions": False, "threads": 2,
        "temp_directory": str(settings.folder / "tmp" / str(os.getpid())), "max_temp_directory_size": SPILL,
        "python_enable_replacements": False,
    }  # fmt: skip
    return duckdb.connect(config=config)


def _build(settings: Settings, files: dict[str, list[SourceFile]], folder: Path) -> None:
    import duckdb

    if folder.parent.is_file():
        folder.parent.unlink()
    folder.parent.mkdir(parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".building-"))
    try:
        with connect(settings) as con:
            readings = _read(con, settings, files)
            unpacked = [said for t, reading in readings.items() if (said := unpack(con, settings.sources[t], reading))]
            refuse_changed(file for found in files.values() for file in found)
            counts = _tables(con, settings, readings)
            notes = [*_notes(settings, files, readings), *order_notes(con, readings), *unpacked]
            health = look(con, settings, readings, files)
            told = {"notes": notes, "known": policy_known(readings), "health": health}
            write_left_out(con, staged / LEFT_OUT, readings)
            write_personal(con, staged / PERSONAL, _together(readings))
            _write(con, staged, counts, told, files)
        _remove(folder)
        staged.replace(folder)
    except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
        raise UserError(
            f"not enough memory or disk to prepare the tables under data/{settings.name} (at most {SPILL} are used): "
            f"{str(error).splitlines()[0]}"
        ) from None
    finally:
        shutil.rmtree(staged, ignore_errors=True)
        _remove_dead(settings.folder / "tmp")


def _remove(path: Path) -> None:
    """Remove a folder, or the file that lies in its place."""
    if path.is_file():
        path.unlink()
    shutil.rmtree(path, ignore_errors=True)


def _remove_dead(spilled: Path) -> None:
    """What a run that was killed had spilled may hold personal data, and goes with the next build."""
    for folder in spilled.glob("[0-9]*"):
        try:
            os.kill(int(folder.name.partition("-")[0]), 0)
        except ProcessLookupError:
            shutil.rmtree(folder, ignore_errors=True)
        except (PermissionError, ValueError):
            continue


def _read(con: duckdb.DuckDBPyConnection, settings: Settings, files: dict[str, list[SourceFile]]) -> dict[str, Reading]:
    keep = settings.policy.exact_duplicates == "keep"
    return {
        table: read_source(con, table, source, files[table], hashed=not (keep and table == "orders"))
        for table, source in settings.sources.items()
    }


def _tables(con: duckdb.DuckDBPyConnection, settings: Settings, readings: dict[str, Reading]) -> dict[str, Count]:
    counts: dict[str, Count] = {}
    people = (
        People(name for reading in readings.values() for name in reading.people) if _comments(readings) else People()
    )
    if "experiments" in readings:
        counts["experiments"] = build_other(con, "experiments", settings, readings["experiments"], people)
    _empty(con, "experiments")
    refuse_cut_ids(con, settings.sources, readings)
    _refuse_personal(con, settings, readings)
    make_plain(con, readings, settings.sources)
    _replace_keys(con, settings, readings)
    for table in (name for name in INPUTS if name not in ("orders", "experiments")):
        if table in readings:
            counts[table] = build_other(con, table, settings, readings[table], people)
        _empty(con, table)
    con.execute(
        "CREATE TABLE marked_customers AS "
        "SELECT customer_id, is_test, is_staff FROM customers WHERE is_test OR is_staff"
    )
    if "orders" in readings:
        counts["orders"] = build_orders(con, settings, readings["orders"])
        fill_media(con, readings)
    _empty(con, "orders")
    _empty(con, "order_items")
    return counts


def _together(readings: dict[str, Reading]) -> Personal:
    found = Personal()
    for reading in readings.values():
        for kind, rows in reading.personal.cells.items():
            found.take(kind, rows)
    return found


def _comments(readings: dict[str, Reading]) -> bool:
    return any(INPUTS[table][name].kind == "comment" for table, reading in readings.items() for name in reading.columns)


def _empty(con: duckdb.DuckDBPyConnection, table: str) -> None:
    columns = ", ".join(f'"{name}" {kind}' for name, kind in OUTPUTS[table].items())
    con.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")


def _refuse_personal(con: duckdb.DuckDBPyConnection, settings: Settings, readings: dict[str, Reading]) -> None:
    """Mail addresses and telephone numbers may stand in the customer key, where they are replaced, and nowhere else.

    An order's or a product's number may look like a telephone number; only texts are looked through for those.
    """
    for table, reading in readings.items():
        for name in reading.columns:
            kind = INPUTS[table][name].kind
            if kind in ("text", "id"):
                _refuse_cells(con, settings, table, reading, name, "true")
                continue
            if kind == "key" and table == "assignments" and "experiments" in readings:
                _refuse_cells(con, settings, table, reading, name, f"NOT {_customers(table)}")


def _refuse_cells(
    con: duckdb.DuckDBPyConnection, settings: Settings, table: str, reading: Reading, name: str, where: str
) -> None:
    kind = INPUTS[table][name].kind
    # A number may look like a telephone's; half a million of them need no looking at.
    suspect = "[@＠﹫]" if kind == "id" else "[@＠﹫0-9０-９]" if table in NAMED else SUSPECT
    suspects = con.execute(
        f"SELECT {name}, count(*), min(_seq) FROM raw_{table} "
        f"WHERE regexp_matches({name}, {literal(suspect)}) AND ({where}) GROUP BY 1"
    ).fetchall()
    phones = {"id": {}, "text": {"telephone numbers": holds_phone if table in NAMED else is_phone}}
    tests = {"mail addresses": is_mail, **phones.get(kind, {"telephone numbers": is_phone})}
    for what, test in tests.items():
        found = [(n, seq) for text, n, seq in suspects if test(text)]
        if found:
            rows, first = sum(n for n, _ in found), min(seq for _, seq in found)
            ((file, row),) = con.execute(f"SELECT _file, _row FROM raw_{table} WHERE _seq = {first}").fetchall()
            raise UserError(
                f"{settings.sources[table].place('columns', name)}: column '{reading.headers[name]}' for "
                f"{table}.{name} holds {what} ({rows:,} {'row' if rows == 1 else 'rows'}, the first in "
                f"{reading.files[file]} row {row}); map another column or leave it out."
            )


def _replace_keys(con: duckdb.DuckDBPyConnection, settings: Settings, readings: dict[str, Reading]) -> None:
    """Personal customer keys become surrogates in all tables alike, so that they still join."""
    import pandas as pd

    keyed = [(t, name) for t, r in readings.items() for name in KEYS[t] if name in r.columns]
    personal: dict[str, bool] = {}
    for table, name in keyed:
        personal[table] = personal.get(table, False) or _is_personal(con, table, name, readings[table])
    if not decide(personal, settings.sources):
        return
    found = " UNION ".join(f"SELECT {name} AS key FROM raw_{t} WHERE {_customers(t)}" for t, name in keyed)
    keys = [key for (key,) in con.execute(f"SELECT key FROM ({found}) WHERE key IS NOT NULL ORDER BY 1").fetchall()]
    known = surrogates(keys, settings)
    readings[keyed[0][0]].personal.take("key", ((key,) for key in keys if known[key] != key))
    con.register("known", pd.DataFrame({"key": list(known), "surrogate": list(known.values())}, dtype="str"))
    for table, name in keyed:
        con.execute(
            f"UPDATE raw_{table} SET {name} = known.surrogate FROM known "
            f"WHERE raw_{table}.{name} = known.key AND {_customers(table)}"
        )
    con.unregister("known")


def _customers(table: str) -> str:
    """Assignments name subscriptions too; those are left as they are."""
    if table != "assignments":
        return "true"
    return "coalesce(experiment_id, '') NOT IN (SELECT experiment_id FROM experiments WHERE unit = 'subscription')"


def _is_personal(con: duckdb.DuckDBPyConnection, table: str, column: str, reading: Reading) -> bool:
    if is_personal_header(reading.headers[column]):
        return True
    cursor = con.execute(
        f"SELECT DISTINCT {column} FROM raw_{table} WHERE {column} IS NOT NULL AND {_customers(table)} "
        f"AND NOT regexp_full_match({column}, {literal(NUMBER)})"
    )
    return any(is_personal(key) and not is_total(key) for (key,) in cursor.fetchall())


def _notes(settings: Settings, files: dict[str, list[SourceFile]], readings: dict[str, Reading]) -> list[str]:
    """What the reader should know, as `code: facts`."""
    notes: list[str] = []
    for table, reading in readings.items():
        for file in files[table]:
            kind = "rows" if asks(settings.sources[table]) else file.format
            encoding = reading.encodings.get(file.name, kind)
            notes.append(f"file_read: {table}: {file.name} ({encoding})")
            if settings.sources[table].encoding is None and (shares := doubt(file.path, encoding)):
                notes.append(f"encoding_told: {table}: {file.name}: {shares}")
        if reading.unmapped:
            notes.append(f"not_mapped: {table}: {', '.join(dict.fromkeys(map(shown_header, reading.unmapped)))}")
        idle = without_effect(settings.policy, reading) if table == "orders" else []
        if idle:
            notes.append(f"no_effect: {table}: {', '.join(shown_header(reading.headers[name]) for name in idle)}")
        if reading.unread:
            cells = ", ".join(f"{shown_header(reading.headers[name])} {n:,}" for name, n in reading.unread.items())
            notes.append(f"unread_cells: {table}: {cells}")
        if reading.durations:
            notes.append(f"durations: {table}: {reading.durations:,}")
        if reading.broken:
            at = ", ".join(f"{name} row {row}" for name, row in reading.broken[:5])
            notes.append(
                f"broken_rows: {table}: {len(reading.broken)} ({at}{', …' if len(reading.broken) > 5 else ''})"
            )
    return notes


def _write(
    con: duckdb.DuckDBPyConnection, folder: Path, counts: dict[str, Count], told: dict[str, Any],
    files: dict[str, list[SourceFile]],
) -> None:  # fmt: skip
    written: dict[str, str] = {}
    for table, columns in OUTPUTS.items():
        path = folder / f"{table}.parquet"
        listed = ", ".join(f'"{name}"::{kind} AS "{name}"' for name, kind in columns.items())
        order = "order_day, order_id, channel" if table == "orders" else "order_day, order_id, channel, line_no"
        by = f" ORDER BY {order}" if table in ("orders", "order_items") else ""
        con.execute(f"COPY (SELECT {listed} FROM {table}{by}) TO {literal(str(path))} (FORMAT parquet)")
        written[table] = _sha256(path)
    for count in counts.values():
        count.ledger(None)
    about = {
        "counts": {table: count.dump() for table, count in counts.items()},
        **told,
        "tables": written,
        **{of: _sha256(folder / file) for of, file in _BESIDE.items()},
        "inputs": {f"{table}/{f.name}": f.sha256 for table, found in files.items() for f in found},
    }
    (folder / "ledger.json").write_text(json.dumps(about, ensure_ascii=False, indent=1), encoding="utf-8")


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


# --- the cache -------------------------------------------------------------------------------------------------------


def _load(folder: Path) -> Prepared | None:
    """The prepared tables of a folder, None when it is missing, half written or damaged."""
    try:
        about = json.loads((folder / "ledger.json").read_text(encoding="utf-8"))
        whole = all(_sha256(folder / f"{table}.parquet") == about["tables"][table] for table in OUTPUTS)
        whole = whole and all(_sha256(folder / file) == about[of] for of, file in _BESIDE.items())
        counts = {table: Count.load(data) for table, data in about["counts"].items()}
        for count in counts.values():
            count.ledger(None)
        notes, inputs, known = tuple(about["notes"]), dict(about["inputs"]), dict(about["known"])
        health = dict(about["health"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError):
        return None
    if not whole:
        return None
    os.utime(folder)
    return Prepared(folder, folder.name, counts, notes, inputs, known, health)


def _remove_older(prepared: Path, *, keep: str) -> None:
    for left in prepared.glob(".building-*"):
        shutil.rmtree(left, ignore_errors=True)
    folders = [path for path in prepared.iterdir() if path.is_dir()]
    newest = sorted(folders, key=lambda p: p.stat().st_mtime_ns, reverse=True)
    for folder in newest[KEEP:]:
        if folder.name != keep:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """One build at a time for a client; the lock goes with the process that holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as stream:
        _flock(stream)
        yield


def _flock(stream: IO[str]) -> None:
    try:
        import fcntl
    except ImportError:  # Windows: the rename alone keeps two runs apart.
        return
    fcntl.flock(stream, fcntl.LOCK_EX)
