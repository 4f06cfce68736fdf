"""A source of which no date can be read is refused, with the look of the first one and never the text itself."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from crmlib.data.naming import listed
from crmlib.data.sql import quoted
from crmlib.errors import UserError

if TYPE_CHECKING:
    import duckdb

    from crmlib.data.read import Reading
    from crmlib.data.settings import Source

_LONGEST = 30
_USUAL = "2026-03-31, 2026/3/31, 2026年3月31日 and 20260331, each with or without a time"


def shape(text: str) -> str:
    """What a text looks like: digits as 9, letters as a; the signs of dates stay.

    Example:
        >>> shape("31.Mar 2026"), shape("令和8年3月31日"), shape("hanako@example.jp")
        ('99.aaa 9999', 'aa9年9月99日', 'aaaaaa@aaaaaaa.aa')
    """
    masked = "".join(_mask(letter) for letter in text[:_LONGEST])
    return masked + ("…" if len(text) > _LONGEST else "")


def _mask(letter: str) -> str:
    kind = unicodedata.category(letter)[0]
    if letter in "年月日時分秒":
        return letter
    return {"N": "9", "L": "a", "P": letter, "Z": " "}.get(kind, letter if letter in "+=<>|~^$`" else "?")


def refuse_unread_dates(
    con: duckdb.DuckDBPyConnection, relation: str, text: str, value: str, name: str, source: Source, reading: Reading
) -> None:
    """Refuse a table whose column `text` has texts and whose column `value` has not a single date.

    Raises:
        UserError: file, column and look of the first one, and the forms that were tried.
    """
    ((texts, dates),) = con.execute(f"SELECT count({quoted(text)}), count({value}) FROM {relation}").fetchall()
    if dates or not texts:
        return
    ((found, file, row),) = con.execute(
        f"SELECT t.{quoted(text)}, _file, _row FROM {relation} t JOIN raw_{reading.table} USING (_seq) "
        f"WHERE t.{quoted(text)} IS NOT NULL ORDER BY _seq LIMIT 1"
    ).fetchall()
    given = [source.date_format] if isinstance(source.date_format, str) else source.date_format
    place = source.place("date_format") if given else source.place("columns", name)
    raise UserError(
        f"{place}: no row of {reading.table} could be read, not one date of column '{reading.headers[name]}' in "
        f"{reading.files[file]} fits {listed(given) if given else _USUAL}; the first, in row {row}, looks like "
        f"'{shape(found)}'; set date_format to its form."
    )
