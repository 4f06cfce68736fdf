"""How large a workbook's sheet is, seen before it is opened: the reader lays a sheet out with all its empty cells."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from crmlib.errors import UserError

MAX_CELLS = 20_000_000
MAX_BYTES = 1_000_000_000
_BLOCK = 1 << 20
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL = re.compile(rb"""<(?:\w+:)?c\s(?:[^<>]*?\s)?r=["']([A-Z]+)(\d+)["']""")


def refuse_large(path: Path, name: str, sheet: str | None) -> None:
    """Refuse a workbook that unpacks to too many bytes, or whose sheet spans too many cells.

    Without a sheet only the bytes are looked at. Other than .xlsx and .xlsm only the bytes are known.

    Raises:
        UserError: it is too large.
    """
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as book:
            size = sum(part.file_size for part in book.infolist())
            if size > MAX_BYTES:
                raise UserError(
                    f"{name}: the workbook unpacks to {size:,} bytes, at most {MAX_BYTES:,} are read; save it as CSV."
                )
            _refuse_wide(book, name, sheet)
    except (zipfile.BadZipFile, zlib.error, ET.ParseError, KeyError, EOFError, NotImplementedError, RuntimeError):
        # A damaged workbook is refused by its reader, which knows what is wrong.
        return


def _refuse_wide(book: zipfile.ZipFile, name: str, sheet: str | None) -> None:
    part = _part(book, sheet) if sheet is not None and "xl/workbook.xml" in book.namelist() else None
    if part is None:
        return
    rows, columns, row, column = 0, 0, b"", b""
    for letters, number in _cells(book, part):
        if int(number) > rows:
            rows, row = int(number), letters + number
        if _number(letters) > columns:
            columns, column = _number(letters), letters + number
    if rows * columns > MAX_CELLS:
        far = " and ".join(dict.fromkeys([row.decode(), column.decode()]))
        raise UserError(
            f"{name}: the sheet '{sheet}' reaches to cell {far} and spans {rows * columns:,} cells, at most "
            f"{MAX_CELLS:,} are read; delete the cells that lie far from the table, or save the sheet as CSV."
        )


def _part(book: zipfile.ZipFile, sheet: str | None) -> str | None:
    """The file in the workbook that holds a sheet."""
    # expat itself limits what entities may grow to, and resolves no address.
    sheets = ET.fromstring(book.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")  # noqa: S314
    wanted = next((found.get(_ID) for found in sheets if found.get("name") == sheet), None)
    links = ET.fromstring(book.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    target = next((link.get("Target") for link in links if link.get("Id") == wanted), None)
    if target is None:
        return None
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _cells(book: zipfile.ZipFile, part: str) -> Iterator[tuple[bytes, bytes]]:
    """Column letters and row number of every cell that says where it lies."""
    rest = b""
    with book.open(part) as stream:
        while block := stream.read(_BLOCK):
            text = rest + block
            # A tag that the block's edge cuts waits for the next block.
            cut = text.rfind(b"<")
            rest = text[cut:][:_BLOCK] if cut >= 0 else b""
            yield from _CELL.findall(text[:cut] if cut >= 0 else text)
    yield from _CELL.findall(rest)


def _number(letters: bytes) -> int:
    """A column's letters as its number: A is 1, XFD 16,384."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
