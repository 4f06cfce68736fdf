"""A first look at export files: how they are written, what their header is, what stands in their columns."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import islice, repeat, takewhile
from pathlib import Path

from crmlib.data.files import FORMATS, SourceFile, locate
from crmlib.data.mapping import is_header, plain
from crmlib.data.naming import shown_file
from crmlib.data.read import Opened, first_rows, open_file
from crmlib.data.settings import Source
from crmlib.errors import UserError
from crmlib.new.presets import bare, known_headers, loose

SAMPLED_ROWS = 5_000
SAMPLES = 3
# Rows that are looked at of one table, and cells of them: of a large export `crm check` reads the rest.
MOST_ROWS = 200_000
MOST_CELLS = 8_000_000
# A column with more different texts than this holds no codes.
MOST_VALUES = 500
# A row with fewer names that are known is not taken for a header in place of the first one.
LEAST_KNOWN = 2


@dataclass(frozen=True, kw_only=True)
class Look:
    """Files of one table: the source that finds them, how they are written, their header, and values of each column.

    `cells`: the stripped cells of each column, of the first rows of every file; `cut`: there are more rows than these.
    """

    source: Source
    files: list[SourceFile]
    encodings: tuple[str, ...]
    delimiter: str
    header: list[str]
    samples: dict[str, list[str]]
    cells: dict[str, list[str]] = field(repr=False)
    cut: bool = False

    def name_of(self, header: str, *, taxed: bool = False) -> str | None:
        """The file's own spelling of a header, whatever its capitals, spaces and hyphens; None where it has none.

        `taxed`: also one with words of tax around it, such as 単価(税込) for 単価.
        """
        exact = next((name for name in self.header if plain(name) == plain(header)), None)
        same = exact or next((name for name in self.header if loose(name) == loose(header)), None)
        if same is not None or not taxed:
            return same
        return next((name for name in self.header if loose(bare(name)) == loose(header)), None)

    def rows(self, *headers: str | None) -> Iterator[tuple[str, ...]]:
        """The stripped cells under these headers, row by row through all files; a missing header gives blanks."""
        n = len(next(iter(self.cells.values()), []))
        known = {plain(name): name for name in reversed(self.header)}
        columns = [
            self.cells[known[plain(header)]] if header and plain(header) in known else None for header in headers
        ]
        return zip(*(repeat("", n) if cells is None else cells for cells in columns), strict=True)

    def values(self, header: str) -> dict[str, int] | None:
        """Every text of a column with its rows, most first; None where there are too many to be codes."""
        found: Counter[str] = Counter()
        for (text,) in self.rows(header):
            found[text] += 1
            if len(found) > MOST_VALUES:
                return None
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))

    def is_blank(self, header: str) -> bool:
        """True where there are rows and none has anything under a header."""
        rows = 0
        for (text,) in self.rows(header):
            rows += 1
            if text:
                return False
        return rows > 0


def look(
    table: str, paths: tuple[Path, ...], home: Path, *, encoding: str | None = None, most: int = MOST_ROWS
) -> Look:
    """Look at the files of one table, at their first rows; `encoding` is theirs where it cannot be told.

    Raises:
        UserError: they cannot be found or read, have no header, have different ones, or cannot be named together.
    """
    source = _source(paths, home, table).model_copy(update={"encoding": encoding})
    # There is no client file yet in which it could be named.
    source.remember({"encoding": "--encoding"})
    return seen(table, _below_titles(source, locate(table, source, home)[0], table), home, most=most)


def seen(table: str, source: Source, home: Path, *, most: int = SAMPLED_ROWS) -> Look:
    """Look at the files that a source names, as far as their header and first rows.

    Raises:
        UserError: as `look`.
    """
    files = locate(table, source, home)
    opened = [open_file(file, source) for file in files]
    header = opened[0].header
    for file, other in zip(files, opened, strict=True):
        if not is_header(other.header):
            raise UserError(f"{file.name}: the first row does not look like a header; is the header row missing?")
        if {*map(plain, other.header)} != {*map(plain, header)}:
            raise UserError(
                f"{file.name}: its header is not that of {files[0].name}; give files of one kind to --{table}."
            )
    cells, cut = _cells(header, opened, most)
    return Look(
        source=source,
        files=files,
        encodings=tuple(dict.fromkeys(one.encoding for one in opened if one.encoding)),
        delimiter=opened[0].delimiter,
        header=header,
        samples={name: _samples(texts) for name, texts in cells.items()},
        cells=cells,
        cut=cut,
    )


def _below_titles(source: Source, file: SourceFile, table: str) -> Source:
    """The source as it is, or one that finds its header further down, where titles or notes stand above it."""
    searching = source.model_copy(update={"header_row": "find"})
    rows = first_rows(file, searching)
    known = [[name for name in dict.fromkeys(cells) if _known(name, table)] for cells in rows]
    best = max(known, key=len, default=[])
    if len(best) < LEAST_KNOWN or len(known[0]) >= LEAST_KNOWN:
        return source
    return searching.model_copy(update={"columns": {name: name for name in best}})


def _known(name: str, table: str) -> bool:
    return bool({loose(name), loose(bare(name))} & known_headers(table))


def _samples(texts: list[str]) -> list[str]:
    return [*islice(dict.fromkeys(text for text in texts[:SAMPLED_ROWS] if text), SAMPLES)]


def _cells(header: list[str], opened: list[Opened], most: int) -> tuple[dict[str, list[str]], bool]:
    """The cells of the first rows of each file by their header, and whether any file has more rows."""
    room = max(min(most, MOST_CELLS // max(len(header), 1)) // len(opened), 1)
    found: dict[str, list[str]] = {name: [] for name in header}
    # Exports repeat themselves: a text that stands in ten thousand cells is kept once.
    once: dict[str, str] = {}
    cut = False
    for one in opened:
        places = [one.header.index(name) if name in one.header else _place(one.header, name) for name in header]
        for cells in islice(one.rows, room):
            for name, place in zip(header, places, strict=True):
                text = cells[place].strip()
                found[name].append(once.setdefault(text, text))
        cut = cut or next(one.rows, None) is not None
    return found, cut


def _place(header: list[str], name: str) -> int:
    return [plain(other) for other in header].index(plain(name))


def _source(paths: tuple[Path, ...], home: Path, table: str) -> Source:
    """The path, and for several files the pattern, by which a client file names these files and no others."""
    wanted = [Path(os.path.abspath(home / path)) for path in paths]  # noqa: PTH100 - resolve() would follow links
    for path, given in zip(wanted, paths, strict=True):
        if not path.exists():
            raise UserError(f"--{table} {shown_file(str(given))}: there is no such file or folder.")
    if len(wanted) == 1:
        return Source(path=_relative(wanted[0], home))
    folder, names = wanted[0].parent, sorted(path.name for path in wanted)
    if any(path.parent != folder for path in wanted):
        raise UserError(f"--{table}: several files must lie in one folder.")
    return Source(path=_relative(folder, home), pattern=_pattern(folder, names, table))


def _relative(path: Path, home: Path) -> str:
    return path.relative_to(home).as_posix() if path.is_relative_to(home) else str(path)


def _shared(names: list[str]) -> str:
    """The letters that all names begin with."""
    same = takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    return "".join(letters[0] for letters in same)


def _pattern(folder: Path, names: list[str], table: str) -> str:
    start = _shared(names)
    end = _shared([name[len(start) :][::-1] for name in names])[::-1]
    everything = [path.name for path in folder.iterdir() if path.is_file() and path.suffix.lower() in FORMATS]
    # Marks of patterns inside a name would match other things.
    pattern = "".join(f"[{mark}]" if mark in "*?[" else mark for mark in start) + "*" + end
    others = [name for name in everything if fnmatchcase(name, pattern) and name not in names]
    if others:
        raise UserError(
            f"--{table}: '{shown_file(others[0])}' lies beside these files and is called like them; put the files of "
            f"the export into a folder of their own."
        )
    return pattern
