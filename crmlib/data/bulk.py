"""Large plain CSV files through DuckDB's own reader, where it gives what `read` would give cell by cell.

DuckDB reads ten times faster than Python's csv module and forgives more: a quote that is never closed costs it the rest
of the file without a word. So a file is looked through first, and whatever is not plain (a quote beside a blank, a lone
carriage return, a line break within a cell, a blank or a short row) is left to the slower reader, which says what is
wrong and where. What is read here must have as many rows as the file has lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crmlib.data.sql import literal, unmarked

if TYPE_CHECKING:
    import duckdb

LEAST = 8_000_000  # bytes: below, the careful reader takes no second
BLOCK = 1 << 22  # letters
MAX_LINE = 1_000_000  # bytes: a cell may be as long, in letters, and the careful reader says so
# What `str.strip` takes off and DuckDB's `trim` does not.
_BLANKS = "\t\v\f\x1c\x1d\x1e\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028"
_BLANKS += "\u2029\u202f\u205f\u3000"
_BESIDE_A_QUOTE = (' "', '\t"', '" ', '"\t')
_NEVER = "\x1f"  # between the cells that a row's hash is made of
_BOM = "\ufeff"


@dataclass(frozen=True)
class Plain:
    """A UTF-8 file that holds nothing but plain rows. `blanks`: cells begin or end with other blanks than spaces."""

    path: Path
    n_lines: int
    blanks: bool


@contextmanager
def plain_file(path: Path, encoding: str, delimiter: str, folder: Path) -> Iterator[Plain | None]:
    """The file in UTF-8, in `folder` while it is needed where it is in another encoding; None where it is not plain."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    copy = folder / "plain.csv"
    copy.touch(mode=0o600)
    try:
        yield _looked_through(path, encoding, delimiter, copy)
    finally:
        copy.unlink(missing_ok=True)


def _looked_through(path: Path, encoding: str, delimiter: str, copy: Path) -> Plain | None:
    whole = encoding.lower().replace("_", "-") in ("utf-8", "ascii")
    look = _Look(delimiter)
    with path.open(encoding=encoding, newline="") as text:
        if whole:
            looked = all(map(look.at, _blocks(text)))
        else:
            with copy.open("w", encoding="utf-8", newline="") as out:
                looked = all(look.at(block) and out.write(block) for block in _blocks(text))
    if not looked or look.quotes % 2:
        return None
    return Plain(path if whole else copy, look.newlines + (not look.ended), look.blanks)


def _blocks(text: Iterator[str]) -> Iterator[str]:
    read = text.read  # type: ignore[attr-defined]
    yield from iter(lambda: read(BLOCK), "")


class _Look:
    """What has been seen of a file so far; `at` is False as soon as a block shows that it is not plain."""

    def __init__(self, delimiter: str) -> None:
        # A quote that does not stand right between separators means different things to different readers.
        self._odd = re.compile(f'(?:{re.escape(delimiter)}|\n)[ \t]+"|"[ \t]+(?:{re.escape(delimiter)}|[\r\n])')
        self._ends = (delimiter, '"', "\r", "\n")
        self.quotes, self.newlines, self.blanks, self.ended, self._tail = 0, 0, False, True, ""

    def at(self, block: str) -> bool:
        quotes = block.count('"')
        self.quotes += quotes
        self.newlines += block.count("\n")
        # The last letters of the block before stand in front: what is looked for may be cut by the edge.
        # DuckDB passes over the first byte order mark itself.
        marks = block.count(_BOM) - (not self._tail and block.startswith(_BOM))
        text = self._tail + block
        if "\0" in block or _NEVER in block or marks or self._lone(text):
            return False
        self._tail, self.ended = block[-2:], block.endswith("\n")
        self.blanks = self.blanks or self._begins_or_ends_blank(text)
        # Looking for two letters is ten times faster than any pattern, and most files hold none of these.
        return not (quotes and any(pair in text for pair in _BESIDE_A_QUOTE) and self._odd.search(text))

    def _begins_or_ends_blank(self, text: str) -> bool:
        there = [blank for blank in _BLANKS if blank in text]
        return any(blank + end in text or end + blank in text for blank in there for end in self._ends)

    @staticmethod
    def _lone(text: str) -> bool:
        """A carriage return before anything but a line feed; that of the last letter may stand in the next block."""
        return text.count("\r") - text.endswith("\r") != text.count("\r\n")


def load(
    con: duckdb.DuckDBPyConnection, file: Plain, delimiter: str, width: int, *, headed: bool, columns: dict[str, int],
    also: list[int], hashed: bool,
) -> int | None:  # fmt: skip
    """Load the mapped columns into the table `bulk`, and those `also` wanted as `also_0`, …; the number of rows.

    None where DuckDB could not read the file, gives other rows than the file has lines, or a row is blank.
    """
    import duckdb

    cells = [f"c{place}" for place in range(width)]
    spec = ", ".join(f"'{cell}': 'VARCHAR'" for cell in cells)
    reader = (
        f"read_csv({literal(unmarked(file.path))}, header = false, skip = {int(headed)}, columns = {{{spec}}}, "
        f"auto_detect = false, delim = {literal(delimiter)}, quote = '\"', escape = '\"', strict_mode = true, "
        f"null_padding = false, nullstr = {literal(_NEVER)}, max_line_size = {MAX_LINE})"
    )
    taken = [f"{_cell(place, file.blanks)} AS {name}" for name, place in columns.items()]
    taken += [f"c{place} AS also_{n}" for n, place in enumerate(also)]
    same = f"md5(concat_ws(chr(31), {', '.join(cells)}))" if hashed else "''"
    try:
        con.execute(f"CREATE OR REPLACE TABLE bulk AS SELECT {same} AS _hash, {', '.join(taken)} FROM {reader}")
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        return None
    found = con.execute(f"SELECT count(*), count(*) FILTER ({_blank(columns)}) FROM bulk").fetchall()
    (n, blank) = found[0]
    return int(n) if 0 < n == file.n_lines - headed and not blank else None


def _cell(place: int, blanks: bool) -> str:
    trimmed = f"trim(c{place}, {literal(f' {_BLANKS}')})" if blanks else f"trim(c{place})"
    return f"nullif({trimmed}, '')"


def _blank(columns: dict[str, int]) -> str:
    return " AND ".join(f"{name} IS NULL" for name in columns)


def distinct(con: duckdb.DuckDBPyConnection, places: list[int]) -> list[tuple[str, ...]]:
    """The different cells of some of the columns that were also wanted, by their place among these."""
    listed = ", ".join(f"also_{n}" for n in places)
    return con.execute(f"SELECT DISTINCT {listed} FROM bulk").fetchall()
