"""Which encoding a text file is in: named by a byte order mark, or strict UTF-8, or cp932, or refused."""

from __future__ import annotations

import codecs
import re
from itertools import chain
from pathlib import Path

from crmlib.data.files import blocks
from crmlib.errors import UserError

# Bytes that cp932 leaves undefined and that Python decodes all the same (0x80, 0xA0, 0xFD, 0xFE, 0xFF).
_NOT_CP932 = ("\x80", "\uf8f0", "\uf8f1", "\uf8f2", "\uf8f3")
BOM = "\ufeff"
# UTF-8 begins Japanese letters with the bytes E3 to E9, which in cp932 begin rare kanji alone.
_RARE = re.compile(
    "["
    + "".join({bytes([a, b]).decode("cp932", "ignore")[:1] for a in range(0xE3, 0xEA) for b in range(0x80, 0xC0)})
    + "]"
)
_JAPANESE = "\u2e7f"
_CELLS = re.compile('[,\t;"\r\n]')


def detect(path: Path, name: str, forced: str | None, place: str) -> str:
    """The encoding of a file, or the forced one once the whole file has been read with it.

    Raises:
        UserError: the file is in none of them, with the row of the byte; or is not in the forced one.
    """
    if forced is not None:
        return _forced(path, name, forced, place)
    if next(blocks(path), b"")[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise UserError(f"{name}: the file is UTF-16; save it as UTF-8, in Excel as 'CSV UTF-8'.")
    utf8 = _failure(path, "utf-8")
    if utf8 is None:
        return "utf-8"
    cp932 = _failure(path, "cp932")
    if cp932 is None:
        _refuse_mixed(path, name)
        return "cp932"
    # The encoding that gets furthest is the likelier one, and its first bad byte the one to look at.
    row, byte = max(utf8, cp932)
    raise UserError(f"{name} row {row}: byte 0x{byte:02X} is neither UTF-8 nor cp932; name the encoding in {place}.")


def _refuse_mixed(path: Path, name: str) -> None:
    """Refuse UTF-8 lines inside a cp932 file: they decode, into letters that no text is made of.

    Raises:
        UserError: a line of the kind, with its row.
    """
    with path.open(encoding="cp932", newline=None) as stream:
        for row, line in enumerate(stream, start=1):
            if _RARE.search(line) and any(map(_is_utf8, _CELLS.split(line))):
                raise UserError(
                    f"{name} row {row}: the file is cp932 and this line UTF-8; save all of it in one encoding, "
                    f"best as UTF-8."
                )


def _is_utf8(cell: str) -> bool:
    """Whether a cell read as cp932 is, byte for byte, UTF-8 text of two Japanese letters or more: never by chance."""
    try:
        text = cell.encode("cp932").decode("utf-8")
    except UnicodeError:
        return False
    return sum(letter > _JAPANESE for letter in text) > 1


def _forced(path: Path, name: str, forced: str, place: str) -> str:
    failure = _failure(path, forced)
    if failure is not None:
        raise UserError(f"{name} row {failure[0]}: byte 0x{failure[1]:02X} is not {forced}, which {place} asks for.")
    return forced


def _failure(path: Path, encoding: str) -> tuple[int, int] | None:
    """Row and value of the first byte that cannot be decoded; None when all can."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    row, pending = 1, b""
    for block in chain(blocks(path), [b""]):
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            bad = bytes(error.object)
            return row + _lines(bad[: error.start].decode(encoding, "replace"), pending), bad[error.start]
        if encoding == "cp932" and any(mark in text for mark in _NOT_CP932):
            first = min(text.find(mark) for mark in _NOT_CP932 if mark in text)
            return row + _lines(text[:first], pending), text[first].encode("cp932")[0]
        row += _lines(text, pending)
        pending = text[-1:].encode("utf-8", "replace")
    return None


def _lines(text: str, before: bytes) -> int:
    """Line ends in a text: LF, CRLF or a lone CR; a CRLF cut by the block's edge counts once."""
    cut = 1 if before == b"\r" and text.startswith("\n") else 0
    return text.count("\n") + text.count("\r") - text.count("\r\n") - cut
