"""Which encoding a text file is in: strict UTF-8, else cp932, EUC-JP or cp1252 by what its letters become."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from crmlib.data.files import blocks
from crmlib.data.letters import mostly_utf8, usual
from crmlib.errors import UserError

# Bytes that cp932 leaves undefined and that Python decodes all the same (0x80, 0xA0, 0xFD, 0xFE, 0xFF).
_NOT_CP932 = ("\x80", "\uf8f0", "\uf8f1", "\uf8f2", "\uf8f3")
BOM = "\ufeff"
OTHERS = ("cp932", "euc_jp", "cp1252")
# Letters are counted in the first megabyte, and in what of it is beyond ASCII or beside it.
_SAMPLE = 1 << 20
# Shares of usual letters: to be taken for another encoding than cp932; to be named as one it may be.
_SURE, _LIKELY = 0.9, 0.5
# UTF-8 begins Japanese letters with the bytes E3 to E9, which in cp932 begin rare kanji alone.
_RARE_LETTERS = "".join(
    {bytes([a, b]).decode("cp932", "ignore")[:1] for a in range(0xE3, 0xEA) for b in range(0x80, 0xC0)}
)
_RARE = re.compile(f"[{_RARE_LETTERS}]")
_JAPANESE = "\u2e7f"
# And the letters of Western Europe with Ã or Â, each with a sign after it.
_ACCENTED = re.compile("[ÂÃ][^\x00-\x7f]")
_FIRST_ACCENTED = "\x7f"
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
    failures = {encoding: _failure(path, encoding) for encoding in OTHERS}
    if None in failures.values() and mostly_utf8(_sample(path)):
        raise UserError(
            f"{name} row {utf8[0]}: byte 0x{utf8[1]:02X} is not UTF-8, which the rest of the file is; save all of it "
            f"in one encoding, best as UTF-8."
        )
    found = _judged(path, [encoding for encoding, failure in failures.items() if failure is None])
    if found is None:
        if failures["cp1252"] is None:
            _refuse_mixed(path, name, "cp1252")
        raise UserError(_unknown(path, name, place, utf8, failures))
    _refuse_mixed(path, name, found)
    return found


def doubt(path: Path, encoding: str) -> str:
    """How usual the letters are in each encoding that the file may be in; "" where only one is likely.

    That a file is Western is always a judgement: cp1252 gives nearly every byte a meaning.
    """
    if encoding not in OTHERS:
        return ""
    shares = _shares(path, OTHERS)
    likely = [other for other in OTHERS if other != encoding and shares.get(other, 0) >= _LIKELY]
    if encoding != "cp1252" and not likely:
        return ""
    told = [encoding, *(likely or [other for other in OTHERS if other != encoding and other in shares])]
    return ", ".join(f"{other} {100 * shares.get(other, 0):.0f} %" for other in told)


def _judged(path: Path, possible: list[str]) -> str | None:
    """The encoding in which the letters are the most usual; cp932 unless another is clearly better."""
    shares = _shares(path, possible)
    best = max(possible, key=lambda encoding: shares.get(encoding, 0), default=None)
    if "cp932" in possible and (best is None or shares.get(best, 0) < max(_SURE, shares.get("cp932", 0) + 0.3)):
        return "cp932"
    return best if best and shares.get(best, 0) >= _SURE else None


def _shares(path: Path, encodings: Iterable[str]) -> dict[str, float]:
    sample = _sample(path)
    shares: dict[str, float] = {}
    for encoding in encodings:
        decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
        try:
            shares[encoding] = usual(decoder.decode(sample), encoding)
        except UnicodeDecodeError:
            continue
    return shares


def _sample(path: Path) -> bytes:
    """The first lines that say something: those with anything beyond ASCII, wherever they stand."""
    lines, size = [], 0
    with path.open("rb") as stream:
        for line in iter(lambda: stream.readline(_SAMPLE), b""):
            if not line.isascii():
                lines.append(line)
                size += len(line)
            if size >= _SAMPLE:
                break
    return b"".join(lines)


def _unknown(
    path: Path, name: str, place: str, utf8: tuple[int, int], failures: dict[str, tuple[int, int] | None]
) -> str:
    western = failures["cp1252"]
    if western and usual(_sample(path).decode("cp1252", "replace"), "cp1252") >= _LIKELY:
        return (
            f"{name} row {western[0]}: byte 0x{western[1]:02X} is not cp1252, which most of the file's letters are; "
            f"name the encoding in {place} (latin-1 reads every byte, some of them perhaps as a wrong letter)."
        )
    # The encoding that gets furthest is the likelier one, and its first bad byte the one to look at.
    row, byte = max([utf8, *(failures[one] or utf8 for one in ("cp932", "euc_jp"))])
    return f"{name} row {row}: byte 0x{byte:02X} is neither UTF-8 nor cp932; name the encoding in {place}."


def _refuse_mixed(path: Path, name: str, encoding: str) -> None:
    """Refuse UTF-8 lines inside a file of another encoding: they decode, into letters that no text is made of.

    Raises:
        UserError: a line of the kind, with its row.
    """
    odd, least = (_ACCENTED, _FIRST_ACCENTED) if encoding == "cp1252" else (_RARE, _JAPANESE)
    if encoding == "euc_jp":
        return  # where a letter of UTF-8 has three bytes and one of EUC-JP two, lines of both are hardly ever one
    with path.open(encoding=encoding, newline="") as stream:
        # Line by line takes three times as long, and most files hold no such letter at all.
        if not any(_may_hold(text, encoding) for text in iter(lambda: stream.read(_SAMPLE), "")):
            return
    with path.open(encoding=encoding, newline=None) as stream:
        for row, line in enumerate(stream, start=1):
            if odd.search(line) and any(_is_utf8(cell, encoding, least) for cell in _CELLS.split(line)):
                raise UserError(
                    f"{name} row {row}: the file is {encoding} and this line UTF-8; save all of it in one encoding, "
                    f"best as UTF-8."
                )


def _may_hold(text: str, encoding: str) -> bool:
    """Whether a letter stands in a text that lines of UTF-8 become; quicker than a pattern by ten times."""
    if encoding == "cp1252":
        return "Â" in text or "Ã" in text
    import numpy as np

    units = np.frombuffer(text.encode("utf-16-le"), dtype="<u2")
    rare = np.zeros(1 << 16, dtype=bool)
    rare[[ord(letter) for letter in _RARE_LETTERS]] = True
    return bool(rare[units].any())


def _is_utf8(cell: str, encoding: str, least: str) -> bool:
    """Whether a cell is, byte for byte, UTF-8 text of two letters beyond `least` or more: never by chance."""
    try:
        text = cell.encode(encoding).decode("utf-8")
    except UnicodeError:
        return False
    return sum(letter > least for letter in text) > 1


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
