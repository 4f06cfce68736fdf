"""All rows of a sheet, of which a page shows the first: from the Parquet file that the notebook wrote."""

from __future__ import annotations

import hashlib
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crmlib.report.publish import NotebookRun
    from crmlib.report.read import Item


def sheet_rows(run: NotebookRun, item: Item) -> list[tuple[Any, ...]]:
    """The rows of a sheet, in the order of its columns.

    Raises:
        ValueError: the file is not the one that the notebook wrote.
    """
    import duckdb

    path = (run.folder or Path()) / Path(item["file"]).name
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != item["sha256"]:
        raise ValueError(f"{run.name}: {path.name} is not the file that sheet {item['id']!r} was written to.")
    names = [column["name"] for column in item["columns"]]
    with duckdb.connect() as connection:
        rows = connection.read_parquet(escape(str(path)), hive_partitioning=False).select(*names).fetchall()
    if len(rows) != item["n_rows"]:
        raise ValueError(f"{run.name}: sheet {item['id']!r} has {len(rows)} rows in {path.name}, not {item['n_rows']}.")
    return rows
