"""The text of a PDF that WeasyPrint wrote, in a second for two hundred pages; a general reader takes half a minute.

Glyphs are turned to letters by the fonts' own ToUnicode tables. Lines of a page are separated by a line break.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from itertools import pairwise

_OBJECT = re.compile(rb"(?:^|[\r\n])(\d+) 0 obj\s*")
_STREAM = re.compile(rb"stream\r?\n")
_TOUNICODE = re.compile(rb"/ToUnicode (\d+) 0 R")
_FONT = re.compile(rb"/([A-Za-z0-9+_-]+) (\d+) 0 R")
_BFCHAR = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]*)>")
_SHOWN = re.compile(rb"/([A-Za-z0-9+_-]+) [\d.]+ Tf|(\[[^\]]*\]|<[0-9a-fA-F]*>) ?T[Jj]|(ET)\b")
_HEX = re.compile(rb"<([0-9a-fA-F]*)>")
_STRING = re.compile(rb"\(((?:\\.|[^\\()])*)\)|<(?:feff|FEFF)([0-9a-fA-F]*)>", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pages(data: bytes) -> Iterator[tuple[str, str]]:
    """(place, text) of everything that can be read: what is drawn, and titles, alternative texts and bookmarks.

    Raises:
        ValueError: text is drawn in a font that does not say what its letters are.
    """
    objects = _objects(data)
    fonts = _fonts(objects)
    number = 0
    for head, stream in objects.values():
        if stream is None:
            yield from (("", text) for text in _said(head))
        elif b" Tf" in stream and b"BT" in stream:
            number += 1
            yield "", _drawn(stream, fonts)
        elif b"/XML" in head:
            yield "", stream.decode("utf-8", "replace")


def _objects(data: bytes) -> dict[int, tuple[bytes, bytes | None]]:
    found: dict[int, tuple[bytes, bytes | None]] = {}
    place = 0
    while begun := _OBJECT.search(data, place):
        number, start = int(begun[1]), begun.end()
        end = data.find(b"endobj", start)
        stream = _STREAM.search(data, start, end if end > 0 else len(data))
        if stream is None:
            found[number] = data[start:end], None
            place = end
            continue
        stop = data.find(b"endstream", stream.end())
        head, raw = data[start : stream.start()], data[stream.end() : stop]
        place = stop
        body = zlib.decompressobj().decompress(raw) if b"/FlateDecode" in head else raw
        if b"/ObjStm" in head:
            found |= {inner: (text, None) for inner, text in _packed(head, body)}
        elif b"/FontFile" not in head and b"/Length1" not in head:
            found[number] = head, body
    return found


def _packed(head: bytes, body: bytes) -> Iterator[tuple[int, bytes]]:
    first = re.search(rb"/First (\d+)", head)
    begin = int(first[1]) if first else 0
    table = [int(part) for part in body[:begin].split()]
    starts = [*table[1::2], len(body) - begin]
    for number, (start, end) in zip(table[::2], pairwise(starts), strict=True):
        yield number, body[begin + start : begin + end]


def _fonts(objects: dict[int, tuple[bytes, bytes | None]]) -> dict[bytes, dict[bytes, str]]:
    """Of each font's name in the page: which letters its glyphs are."""
    tables = {
        number: _letters(objects[int(told[1])][1] or b"")
        for number, (head, _) in objects.items()
        if (told := _TOUNICODE.search(head)) and int(told[1]) in objects
    }
    return {
        name: tables[int(number)]
        for head, _ in objects.values()
        for name, number in _FONT.findall(head)
        if int(number) in tables
    }


def _letters(table: bytes) -> dict[bytes, str]:
    chars = b"".join(re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL))
    return {glyph.lower(): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in _BFCHAR.findall(chars)}


def _drawn(stream: bytes, fonts: dict[bytes, dict[bytes, str]]) -> str:
    said: list[str] = []
    letters: dict[bytes, str] | None = None
    for name, shown, _ in _SHOWN.findall(stream):
        if name:
            letters = fonts.get(name)
        elif shown:
            if letters is None:
                raise ValueError("a text of the PDF is drawn in a font that does not say what its letters are.")
            glyphs = b"".join(_HEX.findall(shown)).lower()
            said += [letters.get(glyphs[i : i + 4], "") for i in range(0, len(glyphs), 4)]
        else:
            said.append("\n")
    return "".join(said)


def _said(head: bytes) -> Iterator[str]:
    for literal, coded in _STRING.findall(head):
        if coded:
            yield bytes.fromhex(coded.decode()).decode("utf-16-be", "replace")
        elif literal:
            raw = re.sub(rb"\\([0-7]{3}|.)", _plain, literal, flags=re.DOTALL)
            yield raw[2:].decode("utf-16-be", "replace") if raw.startswith(b"\xfe\xff") else raw.decode("latin-1")


def _plain(found: re.Match[bytes]) -> bytes:
    if len(found[1]) == 3:
        return bytes([int(found[1], 8) & 255])
    return _ESCAPES.get(found[1], found[1])
