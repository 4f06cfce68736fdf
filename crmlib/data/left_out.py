"""Where the rows that do not count stand: `left_out.csv`, with file, row and reason, and no value of any cell."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from crmlib.data.sql import literal
from crmlib.data.unpack import is_row
from crmlib.errors import UserError

if TYPE_CHECKING:
    import duckdb

    from crmlib.data.read import Reading

NAME = "left_out.csv"
_BOM = b"\xef\xbb\xbf"  # without it, Excel takes the file names for another encoding


def write_left_out(con: duckdb.DuckDBPyConnection, path: Path, readings: dict[str, Reading]) -> None:
    """Write every row left out, whatever the base date: file as in messages, row of the file, code of the reason.

    Rows after a base date are not among them: the next report may have another one.
    """
    import pandas as pd

    broken = [
        (table, reading.files.index(name), row, "broken_row")
        for table, reading in readings.items()
        for name, row in reading.broken
    ]
    files = [(table, i, name) for table, reading in readings.items() for i, name in enumerate(reading.files)]
    con.register("left_broken", pd.DataFrame(broken, columns=["table", "number", "row", "reason"]))
    con.register("left_files", pd.DataFrame(files, columns=["table", "number", "file"]))
    found = " UNION ALL ".join(["SELECT * FROM left_broken", *(_left(con, table) for table in readings)])
    con.execute(
        f'COPY (SELECT file, row, reason FROM ({found}) JOIN left_files USING ("table", number) '
        f'ORDER BY "table", number, row) TO {literal(str(path))} (FORMAT csv, HEADER)'
    )
    con.unregister("left_broken")
    con.unregister("left_files")


def _left(con: duckdb.DuckDBPyConnection, table: str) -> str:
    judged, reason = ("judged", "reason") if table == "orders" else (f"judged_{table}", "_reason")
    return (
        f"SELECT '{table}', _file, _row, {reason} FROM {judged} JOIN raw_{table} USING (_seq) "
        f"WHERE {reason} IS NOT NULL AND {is_row(con) if table == 'orders' else 'true'}"
    )


def publish(kept: Path, folder: Path) -> None:
    """Put the list beside the client's other files, where a person looks for it, unless it lies there already.

    Raises:
        UserError: it cannot be replaced.
    """
    target, stat = folder / NAME, kept.stat()
    if target.is_file() and (target.stat().st_size, target.stat().st_mtime_ns) == (
        stat.st_size + len(_BOM),
        stat.st_mtime_ns,
    ):
        return
    handle, name = tempfile.mkstemp(dir=folder, prefix=f".{NAME}.")
    try:
        with os.fdopen(handle, "wb") as stream, kept.open("rb") as source:
            stream.write(_BOM)
            shutil.copyfileobj(source, stream)
        # The time of the kept list says which one this is.
        os.utime(name, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except PermissionError:
        raise UserError(f"data/{folder.name}/{NAME}: it cannot be replaced; is it open in another program?") from None
    finally:
        Path(name).unlink(missing_ok=True)
