"""Files into records, and records into one DuckDB table of text columns that remember file and row.

Text goes through Python's csv module in strict mode, large files that hold nothing unusual through `bulk`: DuckDB's
own reader silently drops a last record whose quote is never closed.
"""

from __future__ import annotations

import csv
import math
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from hashlib import md5
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from crmlib.data import bulk
from crmlib.data.encodings import BOM, detect
from crmlib.data.mapping import SEARCHED_ROWS, find_header, match_columns, unique_names
from crmlib.data.naming import BREAKS, TURNS, one_line, straight
from crmlib.data.people import KEYED, is_name_header
from crmlib.data.personal import SHOWN, Personal, groups, taker
from crmlib.data.rules import FORM
from crmlib.data.sheets import refuse_large
from crmlib.data.sql import literal, parquet, quoted
from crmlib.data.tables import INPUTS
from crmlib.errors import UserError

if TYPE_CHECKING:
    import duckdb

    from crmlib.data.files import SourceFile
    from crmlib.data.settings import Source

CHUNK_ROWS = 50_000
MAX_CELL = 1_000_000
_OWN_DATES = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f")
# U+3000 is the full-width space, U+00A0 the no-break space.
SPACES = " \t\r\n\v\f\u3000\u00a0"
Record = tuple[int, list[str]]
_NAMES = ("text", "id", "key", "comment")


@dataclass
class Reading:
    """What was met while reading one source: rows, broken rows, encodings, columns found and left.

    `meanings`: the canonical values that a code of this source has, or could have by its mapping. `unread`: how many
    cells of a column could not be read although the row counts. `people`: the texts of columns whose header says that
    persons' names stand in them, mapped or not, for masking comments and nothing else. `personal`: what no report may
    hold. `durations`: subscriptions whose start is counted back from the base date.
    """

    table: str
    columns: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    rows: int = 0
    broken: list[tuple[str, int]] = field(default_factory=list)
    encodings: dict[str, str] = field(default_factory=dict)
    unmapped: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    hashed: bool = True
    typed: bool = False
    meanings: dict[str, set[str]] = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)
    people: set[str] = field(default_factory=set, repr=False)
    personal: Personal = field(default_factory=Personal)
    durations: int = 0

    def date_formats(self, source: Source) -> list[str] | None:
        """The client file's formats; where cells came as dates, also the form this module gives them."""
        if source.date_format is None:
            return None
        given = [source.date_format] if isinstance(source.date_format, str) else source.date_format
        return [*given, *_OWN_DATES] if self.typed else given


def read_source(
    con: duckdb.DuckDBPyConnection, table: str, source: Source, files: list[SourceFile], *, hashed: bool = True
) -> Reading:
    """Load a source into the table `raw_<table>`: mapped columns as text, `_seq`, `_file`, `_row`, `_hash`.

    Cells lose the spaces at their ends; blank ones are NULL.

    `_seq` counts the rows over all files from 1; `_hash` is the same for rows whose cells are all the same, and
    blank unless `hashed`.
    """
    typed = any(file.format in ("excel", "parquet") for file in files)
    reading = Reading(table, files=[file.name for file in files], hashed=hashed, typed=typed)
    for number, file in enumerate(files):
        if file.format == "parquet":
            _read_parquet(con, source, file, number, reading)
        else:
            _read_records(con, source, file, number, reading)
    _straighten(con, reading)
    return reading


def _straighten(con: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    """Take marks that turn the writing round out of names and ids: figures beside them would be read backwards."""
    for name in reading.columns:
        if INPUTS[reading.table][name].kind in _NAMES:
            plain = f"translate({name}, {literal(BREAKS + TURNS)}, {literal(' ' * len(BREAKS))})"
            con.execute(
                f"UPDATE raw_{reading.table} SET {name} = nullif(trim({plain}, {literal(SPACES)}), '') "
                f"WHERE regexp_matches({name}, {literal(f'[{BREAKS}{TURNS}]')})"
            )


def _read_records(
    con: duckdb.DuckDBPyConnection, source: Source, file: SourceFile, number: int, reading: Reading
) -> None:
    if _read_bulk(con, source, file, number, reading):
        return
    records = _records(file, source, reading)
    header = _header(records, source, file)
    positions = _match(con, reading, source, file, header)
    named = [place for place, name in enumerate(header) if reading.table in KEYED and is_name_header(name)]
    takers = [(kind, taker(places)) for kind, places in _personal(reading, header, positions)]
    while chunk := list(islice(records, CHUNK_ROWS)):
        whole = _whole(chunk, len(header), file, reading)
        reading.people.update(straight(cells[place]) for _, cells in whole for place in named)
        for kind, take in takers:
            reading.personal.take(kind, (take(cells) for _, cells in whole))
        _append(con, reading, positions, whole, number, source)


def _read_bulk(con: duckdb.DuckDBPyConnection, source: Source, file: SourceFile, number: int, reading: Reading) -> bool:
    """Read a large file the fast way, to the same cells; False where it is not plain enough for it."""
    text = file.format in ("csv", "tsv") and source.header_row == "first" and source.quotes
    if not text or file.path.stat().st_size < bulk.LEAST:
        return False
    encoding = detect(file.path, file.name, source.encoding, source.place("encoding"))
    mark = _delimiter(file, encoding, source)
    top = list(islice(_delimited(file, encoding, mark, source), 2))
    if [row for row, _ in top] != [1, 2]:
        # A blank line above the header, or one within it: DuckDB would take what is left of it for a row.
        return False
    header = _header(iter(top), source, file)
    positions = _match(con, reading, source, file, header)
    named = [place for place, name in enumerate(header) if reading.table in KEYED and is_name_header(name)]
    personal = _personal(reading, header, positions)
    also = sorted({*named, *(place for _, places in personal for place in places)})
    ((folder,),) = con.execute("SELECT current_setting('temp_directory')").fetchall()
    with bulk.plain_file(file.path, encoding, mark, Path(folder)) as plain:
        headed = source.header is True
        how: dict[str, Any] = {"headed": headed, "columns": positions, "also": also, "hashed": reading.hashed}
        n = None if plain is None else bulk.load(con, plain, mark, len(header), **how)
    if n is not None:
        reading.encodings[file.name] = encoding
        reading.people.update(straight(text) for place in named for (text,) in bulk.distinct(con, [also.index(place)]))
        for kind, places in personal:
            reading.personal.take(kind, bulk.distinct(con, [also.index(place) for place in places]))
        listed = ", ".join(positions)
        con.execute(
            f"INSERT INTO raw_{reading.table} SELECT {reading.rows + 1} + rowid, {number}, "
            f"{1 + (source.header is True)} + rowid, _hash, {listed} FROM bulk"
        )
        reading.rows += n
    con.execute("DROP TABLE IF EXISTS bulk")
    return n is not None


def _personal(reading: Reading, header: list[str], positions: dict[str, int]) -> list[tuple[str, tuple[int, ...]]]:
    return groups(reading.table, header, {positions[name] for name in SHOWN if name in positions})


@dataclass(frozen=True)
class Opened:
    """A file as it lies there: encoding and separator ("" where it has none), header, rows as wide as the header."""

    encoding: str
    delimiter: str
    header: list[str]
    rows: Iterator[list[str]]


def open_file(file: SourceFile, source: Source) -> Opened:
    """Header and rows of one file, before anything is mapped; repeated header names have a suffix.

    Raises:
        UserError: the file cannot be read.
    """
    if file.format == "parquet":
        return _open_parquet(file)
    reading = Reading("")
    records = _records(file, source, reading)
    header = _header(records, source, file)
    encoding = reading.encodings.get(file.name, "")
    mark = _delimiter(file, encoding, source) if file.format in ("csv", "tsv") else ""
    return Opened(encoding, mark, header, (cells for _, cells in records if len(cells) == len(header)))


def first_rows(file: SourceFile, source: Source) -> list[list[str]]:
    """The first rows of a file as they are, titles and notes above a header too; none of a Parquet file.

    Raises:
        UserError: the file cannot be read.
    """
    if file.format == "parquet":
        return []
    return [cells for _, cells in islice(_records(file, source, Reading("")), SEARCHED_ROWS)]


def _header(records: Iterator[Record], source: Source, file: SourceFile) -> list[str]:
    if source.header is not True:
        return unique_names(list(source.header))
    if source.header_row == "find":
        return find_header((cells for _, cells in records), source, file.name)
    first = next(records, None)
    if first is None:
        raise UserError(f"{file.name}: the file is empty, it has no header row.")
    return unique_names(first[1])


def _match(
    con: duckdb.DuckDBPyConnection, reading: Reading, source: Source, file: SourceFile, header: list[str]
) -> dict[str, int]:
    positions = match_columns(reading.table, source, header, file.name)
    taken = set(positions.values())
    left = [name for i, name in enumerate(header) if i not in taken and name]
    reading.unmapped += [name for name in left if name not in reading.unmapped]
    if not reading.columns:
        reading.columns = list(positions)
        reading.headers = {name: header[i] for name, i in positions.items()}
        texts = ", ".join(f"{name} VARCHAR" for name in reading.columns)
        con.execute(
            f"CREATE TABLE raw_{reading.table} (_seq BIGINT, _file BIGINT, _row BIGINT, _hash VARCHAR, {texts})"
        )
    return positions


def _whole(chunk: list[Record], width: int, file: SourceFile, reading: Reading) -> list[Record]:
    """Records with as many cells as the header; the others are counted as broken rows."""
    whole = [record for record in chunk if len(record[1]) == width]
    if len(whole) < len(chunk):
        reading.broken += [(file.name, row) for row, cells in chunk if len(cells) != width]
    return whole


def _append(
    con: duckdb.DuckDBPyConnection, reading: Reading, positions: dict[str, int], chunk: list[Record], number: int,
    source: Source,
) -> None:  # fmt: skip
    import pandas as pd

    first = reading.rows + 1
    reading.rows += len(chunk)
    rows, records = [row for row, _ in chunk], [cells for _, cells in chunk]
    data: dict[str, Any] = {"_seq": range(first, reading.rows + 1), "_file": number, "_row": rows}
    data["_hash"] = (
        [_hash(_compared(cells, positions, reading.table, source)) for cells in records] if reading.hashed else ""
    )
    for name in reading.columns:
        position = positions[name]
        data[name] = pd.Series([cells[position].strip() or None for cells in records], dtype="str")
    con.register("chunk", pd.DataFrame(data))
    con.execute(f"INSERT INTO raw_{reading.table} SELECT * FROM chunk")
    con.unregister("chunk")


def _compared(cells: list[str], positions: dict[str, int], table: str, source: Source) -> list[str]:
    """The cells by which a row is known as one read before: of a list that people fill in, the mapped alone.

    Such a list is saved again and again, and its memo, which nobody else is to read, changes.
    """
    form = table in FORM and source.header_row == "find"
    return [cells[place] for place in positions.values()] if form else cells


def _hash(cells: list[str]) -> str:
    joined = "\x1f".join(cells)
    if joined.count("\x1f") != len(cells) - 1:
        joined = repr(cells)
    # The same as DuckDB's over a file that it reads itself: a row of one file may stand in another once more.
    return md5(joined.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


# --- records ---------------------------------------------------------------------------------------------------------


def _records(file: SourceFile, source: Source, reading: Reading) -> Iterator[Record]:
    """(row, cells) of every record that holds anything; row is the line of the file it begins on."""
    if file.format == "excel":
        return _excel(file, source)
    encoding = detect(file.path, file.name, source.encoding, source.place("encoding"))
    reading.encodings[file.name] = encoding
    if file.format == "text":
        return _whitespace(file.path, encoding)
    return _delimited(file, encoding, _delimiter(file, encoding, source), source)


def _delimiter(file: SourceFile, encoding: str, source: Source) -> str:
    return source.delimiter or ("\t" if file.format == "tsv" else _sniff(file.path, encoding, source))


def _lines(path: Path, encoding: str) -> Iterator[str]:
    with path.open(encoding=encoding, newline="") as stream:
        # Files that were joined or saved twice begin with two byte order marks.
        yield next(stream, "").lstrip(BOM)
        yield from stream


def _sniff(path: Path, encoding: str, source: Source) -> str:
    """The one of comma, tab and semicolon that cuts the header, or a row it may be, into most cells."""
    searched = 1 if source.header_row == "first" else SEARCHED_ROWS
    heads = [*islice((line for line in _lines(path, encoding) if line.strip()), searched)]
    return max(",\t;", key=lambda mark: max((_n_cells(head, mark) for head in heads), default=0))


def _n_cells(line: str, mark: str) -> int:
    """Cells of a line; 0 where no CSV has such a line, which is said when the file is read."""
    try:
        return len(next(csv.reader([line], delimiter=mark), []))
    except csv.Error:
        return 0


def _whitespace(path: Path, encoding: str) -> Iterator[Record]:
    for row, line in enumerate(_lines(path, encoding), start=1):
        if cells := line.split():
            yield row, cells


def _delimited(file: SourceFile, encoding: str, delimiter: str, source: Source) -> Iterator[Record]:
    csv.field_size_limit(MAX_CELL)
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if source.quotes else csv.QUOTE_NONE
    reader = csv.reader(_lines(file.path, encoding), delimiter=delimiter, strict=True, quoting=quoting)
    row = 1
    try:
        for cells in reader:
            if _any(cells):
                yield row, cells
            row = reader.line_num + 1
    except csv.Error as error:
        raise UserError(f"{file.name} row {row}: {_csv_sentence(error)}") from None


def _csv_sentence(error: csv.Error) -> str:
    if "unexpected end of data" in str(error):
        return "a quote is opened here and never closed."
    if "field larger" in str(error):
        return f"a cell is longer than {MAX_CELL:,} characters; is a quote opened and never closed?"
    return 'text follows a closing quote; a quote inside a cell must be doubled (""), or set quotes: false.'


def _excel(file: SourceFile, source: Source) -> Iterator[Record]:
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError:
        raise UserError(
            f"{file.name}: reading a workbook needs python-calamine: pip install 'crmlib[excel]'."
        ) from None
    refuse_large(file.path, file.name, None)
    try:
        book = CalamineWorkbook.from_path(str(file.path))
        sheet = _sheet(book.sheet_names, file, source)
        refuse_large(file.path, file.name, sheet)
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile) as error:
        missing = type(error).__name__ == "WorksheetNotFound"
        why = f"its sheet '{error}' is missing" if missing else one_line(str(error))
        raise UserError(f"{file.name}: the workbook cannot be opened ({why}).") from None
    except BaseException as error:
        # What the reader's own code did not expect comes as a panic, which is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise UserError(f"{file.name}: the workbook cannot be opened (it is damaged).") from None
    for row, cells in enumerate(rows, start=1):
        texts = [_cell(cell) for cell in cells]
        if _any(texts):
            yield row, texts


def _any(cells: list[str]) -> bool:
    """Whether a row holds anything but blanks; the full-width space is one."""
    return any(cell and not cell.isspace() for cell in cells)


def _sheet(names: list[str], file: SourceFile, source: Source) -> str:
    if isinstance(source.sheet, str) and source.sheet in names:
        return source.sheet
    if isinstance(source.sheet, int) and 0 <= source.sheet < len(names):
        return names[source.sheet]
    allowed = ", ".join(f"'{name}'" for name in names)
    raise UserError(f"{file.name}: there is no sheet '{source.sheet}', must be a number from 0 or one of {allowed}.")


def _cell(value: Any) -> str:
    """A cell as text: whole floats without `.0`, dates in ISO form, a midnight as the date alone."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if math.isfinite(value) and value.is_integer() else str(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    return value if isinstance(value, str) else "" if value is None else str(value)


# --- Parquet ---------------------------------------------------------------------------------------------------------


def _read_parquet(
    con: duckdb.DuckDBPyConnection, source: Source, file: SourceFile, number: int, reading: Reading
) -> None:
    import duckdb

    try:
        found = con.execute(f"DESCRIBE SELECT * FROM {parquet(file.path)}").fetchall()
    except duckdb.Error:
        raise UserError(f"{file.name}: the Parquet file cannot be read.") from None
    if any(name.lower() == "file_row_number" for name, *_ in found):
        raise UserError(f"{file.name}: a column is called 'file_row_number', a name of the reader's own; rename it.")
    cells = [_as_text(name, kind) for name, kind, *_ in found]
    positions = _match(con, reading, source, file, unique_names([name for name, *_ in found]))
    named = [cells[i] for i, (name, *_) in enumerate(found) if reading.table in KEYED and is_name_header(name)]
    wanted = ", ".join(f"{cells[positions[name]]} AS {name}" for name in reading.columns)
    same = _hash_of([name for name, *_ in found]) if reading.hashed else "''"
    statement = (
        f"INSERT INTO raw_{reading.table} SELECT {reading.rows} + file_row_number + 1, {number}, file_row_number + 1, "
        f"{same}, {wanted} FROM {parquet(file.path, 'file_row_number = true')} ORDER BY file_row_number"
    )
    try:
        reading.rows += con.execute(statement).fetchall()[0][0]
        for cell in named:
            texts = con.execute(f"SELECT DISTINCT {cell} FROM {parquet(file.path)}").fetchall()
            reading.people.update(straight(text) for (text,) in texts if text)
        for group, places in _personal(reading, unique_names([name for name, *_ in found]), positions):
            wanted = ", ".join(f"coalesce({cells[place]}, '')" for place in places)
            reading.personal.take(group, con.execute(f"SELECT DISTINCT {wanted} FROM {parquet(file.path)}").fetchall())
    except duckdb.ConversionException as error:
        raise UserError(f"{file.name}: {_unreadable(str(error))}") from None
    except (duckdb.InvalidInputException, duckdb.SerializationException):
        raise UserError(f"{file.name}: the Parquet file cannot be read.") from None


def _open_parquet(file: SourceFile) -> Opened:
    import duckdb

    try:
        with duckdb.connect() as con:
            found = con.execute(f"DESCRIBE SELECT * FROM {parquet(file.path)}").fetchall()
            cells = ", ".join(f"coalesce({_as_text(name, kind)}, '')" for name, kind, *_ in found)
            rows = con.execute(f"SELECT {cells} FROM {parquet(file.path)}").fetchall()
    except duckdb.Error:
        raise UserError(f"{file.name}: the Parquet file cannot be read.") from None
    return Opened("", "", unique_names([name for name, *_ in found]), map(list, rows))


def _unreadable(error: str) -> str:
    if "decode" in error:
        return "a column of bytes is not UTF-8 text; save it as text."
    return "a column holds a value that cannot be written as text."


def _hash_of(names: list[str]) -> str:
    """A hash of all cells of a row; the length before each keeps ("a", "bc") apart from ("ab", "c")."""
    cells = [f"{quoted(name)}::VARCHAR" for name in names]
    return "md5(" + " || ".join(f"coalesce(strlen({cell})::VARCHAR || ':' || {cell}, '-')" for cell in cells) + ")"


def _as_text(name: str, kind: str) -> str:
    column = quoted(name)
    if kind in {"DOUBLE", "FLOAT"}:
        # pandas writes whole numbers with gaps as floats: 17850.0 is the customer 17850, NaN is a blank.
        whole = f"{column} = trunc({column}) AND abs({column}) < 1e15"
        return (
            f"(CASE WHEN isnan({column}) THEN NULL WHEN {whole} THEN {column}::BIGINT::VARCHAR "
            f"WHEN abs({column}) < 1e-3 THEN {column}::DECIMAL(38, 18)::VARCHAR ELSE {column}::VARCHAR END)"
        )
    if kind == "BLOB":
        # Columns of bytes without a type are texts that an old or careless writer did not call so.
        return f"nullif(trim(decode({column}), {literal(SPACES)}), '')"
    if kind == "VARCHAR":
        return f"nullif(trim({column}, {literal(SPACES)}), '')"
    return f"{column}::VARCHAR"
