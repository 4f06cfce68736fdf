"""A question to a database server, through SQLAlchemy: read-only, in chunks, and never a word of its URL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmlib.data.naming import one_line
from crmlib.errors import UserError

if TYPE_CHECKING:
    from crmlib.data.database import Asked

CHUNK = 20_000
WAIT = 15  # seconds for a connection


@dataclass(frozen=True)
class Answer:
    """Names of the columns, and rows in chunks."""

    names: list[str]
    rows: Iterable[list[Any]]


@contextmanager
def answer_of_server(asked: Asked, url: str, at: str) -> Iterator[Answer]:
    """The rows of a query while the connection is open; whatever it did is taken back at the end.

    Raises:
        UserError: SQLAlchemy or the driver is missing, the server refuses, or the connection breaks.
    """
    try:
        import sqlalchemy as sa
    except ImportError:
        raise UserError(f"{at}: reading from a server needs SQLAlchemy: pip install 'crmlib[sql]'.") from None
    engine = _engine(asked, url, at)
    read = [0]
    try:
        with engine.connect() as con:
            options: dict[str, Any] = {"stream_results": True, "max_row_buffer": CHUNK, "no_parameters": True}
            if engine.dialect.name == "postgresql":
                options["postgresql_readonly"] = True
            quote = engine.dialect.identifier_preparer.quote
            found = con.execution_options(**options).exec_driver_sql(asked.statement(quote))
            yield Answer(list(found.keys()), _counted(found.partitions(CHUNK), read))
    except sa.exc.DBAPIError as error:
        raise UserError(_sentence(asked, error, read[0])) from None
    except sa.exc.SQLAlchemyError:
        raise UserError(f"{asked.place}: {asked.name} cannot be read as asked.") from None
    finally:
        engine.dispose()


def _counted(chunks: Iterable[Any], read: list[int]) -> Iterator[list[Any]]:
    for chunk in chunks:
        read[0] += len(chunk)
        yield list(chunk)


def _engine(asked: Asked, url: str, at: str) -> Any:
    import sqlalchemy as sa

    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise UserError(
            f"{at}: what the environment variable of {asked.name} holds is no URL of a database, such as "
            f"postgresql://user:password@host/shop."
        ) from None
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    waiting = {"connect_timeout": WAIT} if parsed.drivername == "postgresql+psycopg" else {}
    try:
        return sa.create_engine(parsed, poolclass=sa.NullPool, hide_parameters=True, connect_args=waiting)
    except (sa.exc.NoSuchModuleError, ImportError, sa.exc.ArgumentError):
        raise UserError(
            f"{at}: the driver that the URL of {asked.name} names is not installed; for PostgreSQL: pip install "
            f"'crmlib[sql]'."
        ) from None


def _sentence(asked: Asked, error: Any, read: int) -> str:
    state = str(getattr(error.orig, "sqlstate", None) or "")
    said = str(error.orig).casefold()
    if state[:2] == "28" or "authentication failed" in said or "access denied" in said:
        return f"{asked.name}: the server refuses the user or the password."
    if state[:2] == "42":
        primary = getattr(getattr(error.orig, "diag", None), "message_primary", None)
        return f"{asked.place}: {asked.name} cannot be asked this ({one_line(primary or 'not understood')})."
    if state == "25006":
        return f"{asked.place}: the query would change the database; it is opened for reading alone."
    if error.connection_invalidated or state[:2] in ("57", "08") or (read and not state):
        return f"{asked.name}: the connection was lost after {read:,} rows, run again."
    if not state:
        return (
            f"{asked.name}: there is no connection; the server cannot be reached, or does not know the user, the "
            f"password or the database."
        )
    return f"{asked.place}: {asked.name} could not answer (SQLSTATE {state})."
