"""Long numbers that a spreadsheet has written as 4.90123E+12: their last digits are gone, and many ids become one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib.data.sql import literal
from crmlib.data.tables import INPUTS
from crmlib.errors import UserError

if TYPE_CHECKING:
    import duckdb

    from crmlib.data.read import Reading
    from crmlib.data.settings import Source

# A spreadsheet writes at least two digits after the sign.
_CUT = r"[0-9０-９]([.．][0-9０-９]+)?[EＥ][+＋][0-9０-９]{2,}"


def refuse_cut_ids(con: duckdb.DuckDBPyConnection, sources: dict[str, Source], readings: dict[str, Reading]) -> None:
    """Refuse ids and customer keys of this form: orders and customers would be merged without a word.

    Raises:
        UserError: a column holds them, with the number of rows and the first one's place.
    """
    for table, reading in readings.items():
        for name in (name for name in reading.columns if INPUTS[table][name].kind in ("id", "key")):
            ((rows, first),) = con.execute(
                f"SELECT count(*), min(_seq) FROM raw_{table} WHERE regexp_full_match({name}, {literal(_CUT)})"
            ).fetchall()
            if rows:
                ((file, row),) = con.execute(f"SELECT _file, _row FROM raw_{table} WHERE _seq = {first}").fetchall()
                raise UserError(
                    f"{sources[table].place('columns', name)}: column '{reading.headers[name]}' for {table}.{name} "
                    f"holds numbers of the form 9.9E+99, whose last digits a spreadsheet has cut ({rows:,} "
                    f"{'row' if rows == 1 else 'rows'}, the first in {reading.files[file]} row {row}); export the file "
                    f"again and give it without saving it from a spreadsheet."
                )
