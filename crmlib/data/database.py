"""Tables out of a database or a query: their rows, kept as a Parquet file while it is needed and read like any file.

A database has no file whose hash could tell that nothing has changed, so the rows themselves are asked for and hashed
whenever a shop is opened. The URL, with its password, comes from the environment and goes to the driver alone: no
message, note or file repeats it, nor what a driver says of the rows.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlib.data.cells import NotText, database_cell
from crmlib.data.files import SourceFile, disk_state, locate
from crmlib.data.naming import one_line
from crmlib.data.server import Answer, answer_of_server
from crmlib.data.sql import literal, literals, quoted
from crmlib.errors import UserError

if TYPE_CHECKING:
    import duckdb

    from crmlib.data.settings import Settings, Source

_SQLITE, _DUCKDB = b"SQLite format 3\0", b"DUCK"
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|--[^\n]*|/\*.*?\*/", re.DOTALL)
_READS = re.compile(r"\s*\(*\s*(select|with|from|values)\b", re.IGNORECASE)
_WRITES = re.compile(
    r"\b(insert|update|delete|merge|drop|alter|create|truncate|into|attach|copy|install|pragma)\b", re.IGNORECASE
)
_FILE = re.compile(r"'((?:[^']|'')+\.[A-Za-z0-9.]+)'")
# What DuckDB says of these is about the query and the tables alone, never about a row.
_ABOUT_QUERY = ("BinderException", "CatalogException", "ParserException", "SyntaxException")


@dataclass(frozen=True)
class Asked:
    """One question to a database: what it is called in messages, where its key stands, and where the answer goes."""

    table: str
    source: Source
    name: str
    home: Path
    spool: Path

    @property
    def place(self) -> str:
        """Where the question stands in the client file."""
        return self.source.place("query" if self.source.query is not None else "table")

    def statement(self, quote: Any = quoted) -> str:
        """The query, or all of a table; the quotes around a name are the database's own."""
        if self.source.query is not None:
            return self.source.query.strip().rstrip(";")
        return f"SELECT * FROM {'.'.join(quote(part) for part in (self.source.table or '').split('.'))}"


def asks(source: Source) -> bool:
    """Whether a source is a table or a query, not the rows of a file."""
    return source.query is not None or source.table is not None


@contextmanager
def answers(settings: Settings) -> Iterator[dict[str, list[SourceFile]]]:
    """What the sources that ask a database give, each as a Parquet file that lives as long as this context.

    Raises:
        UserError: a database cannot be opened or asked, or its answer cannot be read as rows of text.
    """
    wanted = {table: source for table, source in settings.sources.items() if asks(source)}
    if not wanted:
        yield {}
        return
    above = settings.folder / "tmp"
    above.mkdir(parents=True, exist_ok=True)
    # The process's number first: what a killed one leaves is removed with the next build.
    folder = Path(tempfile.mkdtemp(dir=above, prefix=f"{os.getpid()}-"))
    try:
        yield {table: [_answer(table, source, settings, folder)] for table, source in wanted.items()}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _answer(table: str, source: Source, settings: Settings, folder: Path) -> SourceFile:
    spool = folder / f"{table}.parquet"
    if source.query is not None:
        _refuse_writing(source)
    if source.path is not None:
        file = _one_file(table, source, settings.home)
        asked = Asked(table, source, file.name, settings.home, spool)
        _ask_file(asked, file.path)
    elif source.database is not None:
        asked = Asked(table, source, f"database {source.database}", settings.home, spool)
        _ask_url(asked, source.database)
    else:
        asked = Asked(table, source, f"query of {table}", settings.home, spool)
        _ask_duckdb(asked, ":memory:")
    with spool.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return SourceFile(spool, asked.name, "parquet", digest, disk_state(spool))


def _one_file(table: str, source: Source, home: Path) -> SourceFile:
    files = locate(table, source.model_copy(update={"format": "text"}), home)
    if len(files) != 1:
        raise UserError(f"{source.place('path')}: sources.{table}.path is a folder, must be one database file.")
    return files[0]


def _refuse_writing(source: Source) -> None:
    bare = _QUOTED.sub(" ", source.query or "").strip().rstrip(";")
    word = _WRITES.search(bare)
    if ";" in bare or word or not _READS.match(bare):
        why = f"; it holds the word '{word[0].lower()}'" if word else ""
        raise UserError(f"{source.place('query')}: query must be one SELECT, which changes nothing{why}.")


def _ask_url(asked: Asked, variable: str) -> None:
    url = os.environ.get(variable, "").strip()
    at = asked.source.place("database")
    if not url:
        raise UserError(
            f"{at}: the environment variable {variable} is not set; it holds the database's URL, such as "
            f"postgresql://user:password@host/shop or sqlite:///data/shop.sqlite."
        )
    for start in ("sqlite:///", "duckdb:///"):
        if url.startswith(start):
            path = asked.home / url.removeprefix(start)
            if not path.is_file():
                raise UserError(f"{at}: {asked.name} is no file that is there.")
            _ask_file(asked, path)
            return
    with answer_of_server(asked, url, at) as answer:
        _keep(asked, answer)


def _ask_file(asked: Asked, path: Path) -> None:
    with path.open("rb") as stream:
        start = stream.read(16)
    if start == _SQLITE:
        _ask_sqlite(asked, path)
    elif start[8:12] == _DUCKDB:
        _ask_duckdb(asked, str(path))
    else:
        raise UserError(f"{asked.name}: the file is no SQLite and no DuckDB database; table and query need one.")


def _ask_sqlite(asked: Asked, path: Path) -> None:
    import sqlite3

    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as con:
            found = con.execute(asked.statement())
            _keep(asked, Answer([name for name, *_ in found.description], iter(lambda: found.fetchmany(50_000), [])))
    except sqlite3.OperationalError as error:
        said = "a text in it is not UTF-8" if "decode" in str(error) else one_line(str(error))
        raise UserError(f"{asked.place}: {asked.name} cannot be read as asked ({said}).") from None
    except sqlite3.Error:
        raise UserError(f"{asked.name}: the database is damaged or cannot be read.") from None


def _keep(asked: Asked, answer: Answer) -> None:
    """Write rows to the Parquet file as texts; those of a whole table in an order of their own, for it has none."""
    import duckdb
    import pandas as pd

    names = _column_names(asked, answer.names)
    with _connection(":memory:", asked) as con:
        con.execute(f"CREATE TABLE answer ({', '.join(f'{quoted(name)} VARCHAR' for name in names)})")
        for first, rows in _chunks(answer.rows):
            texts = [[_text(asked, cell, name, first + n) for n, cell in enumerate(column)]
                     for name, column in zip(names, zip(*rows, strict=True), strict=True)]  # fmt: skip
            con.register("chunk", pd.DataFrame(dict(zip(names, texts, strict=True)), dtype="str"))
            con.execute("INSERT INTO answer SELECT * FROM chunk")
            con.unregister("chunk")
        try:
            con.execute(f"COPY ({_sorted('SELECT * FROM answer', asked)}) TO {literal(str(asked.spool))}")
        except duckdb.IOException:
            raise OSError(28, "No space left on device") from None


def _chunks(rows: Iterable[list[Any]]) -> Iterator[tuple[int, list[Any]]]:
    done = 0
    for chunk in rows:
        yield done + 1, list(chunk)
        done += len(chunk)


def _text(asked: Asked, value: Any, name: str, row: int) -> str | None:
    try:
        return database_cell(value)
    except NotText:
        raise UserError(
            f"{asked.name} row {row}: column '{one_line(name)}' holds bytes that are not UTF-8 text; leave it out of "
            f"the query, or make a text of it there."
        ) from None


def _sorted(statement: str, asked: Asked) -> str:
    return statement if asked.source.query is not None else f"{statement} ORDER BY ALL"


def _column_names(asked: Asked, names: list[str]) -> list[str]:
    low = [name.casefold() for name in names]
    twice = next((name for name in names if low.count(name.casefold()) > 1), None)
    if twice is not None:
        raise UserError(
            f"{asked.place}: two columns of the answer are called '{one_line(twice)}'; give each a name of its own "
            f"with AS."
        )
    return names


def _ask_duckdb(asked: Asked, path: str) -> None:
    import duckdb

    statement = _at_home(asked.statement(), asked.home) if path == ":memory:" else asked.statement()
    try:
        with _connection(path, asked) as con:
            kinds = [kind.type.name for kind in con.extract_statements(statement)]
            if kinds != ["SELECT"]:
                raise UserError(f"{asked.place}: query must be one SELECT, which changes nothing.")
            con.execute(f"COPY ({_sorted(statement, asked)}\n) TO {literal(str(asked.spool))}")
    except duckdb.PermissionException:
        raise UserError(
            f"{asked.place}: the query names a file that is not there, or not under the client's home; it may read "
            f"files there and nothing else."
        ) from None
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        about = type(error).__name__ in _ABOUT_QUERY
        said = one_line(str(error).splitlines()[0]) if about else "a value or a file cannot be read as the query says"
        raise UserError(f"{asked.place}: {asked.name} cannot be read as asked ({said}).") from None


@contextmanager
def _connection(path: str, asked: Asked) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB that may read the home folder, write the answer and nothing else, and whose settings are locked."""
    import duckdb

    config: dict[str, Any] = {
        "autoinstall_known_extensions": False, "autoload_known_extensions": False, "threads": 2,
        "temp_directory": str(asked.spool.parent / "spilled"), "python_enable_replacements": False,
    }  # fmt: skip
    with closing(duckdb.connect(path, read_only=path != ":memory:", config=config)) as con:
        con.execute(f"SET allowed_directories = [{literals(f'{folder}/' for folder in _open_to(asked))}]")
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")
        yield con


def _open_to(asked: Asked) -> set[str]:
    return {str(folder) for path in (asked.home, asked.spool.parent) for folder in (path, path.resolve())}


def _at_home(statement: str, home: Path) -> str:
    """Names of files that are there from the home folder on, made whole: DuckDB looks from where Python was started."""

    def whole(found: re.Match[str]) -> str:
        name = found[1].replace("''", "'")
        there = not Path(name).is_absolute() and ".." not in Path(name).parts and next(home.glob(name), None)
        return literal(str(home / name)) if there else found[0]

    return _FILE.sub(whole, statement)
