"""The texts of a report's files, whatever their format: everything a person or a program could read out of them."""

from __future__ import annotations

import base64
import binascii
import html
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from crmlib.batch.paper_text import pages

# Elements inside a line of text: a name may be torn by them and is a name still.
_INLINE = "a|b|i|u|s|em|strong|span|small|sub|sup|mark|code|abbr|time|tspan|wbr|bdi|var|kbd"
_TORN = re.compile(rf"</?(?:{_INLINE})(?:\s[^<>]*)?/?>", re.IGNORECASE)
# In Office files the looks of a run, and the runs of a paragraph or of a shared string.
_LOOKS = re.compile(r"<(?:\w+:)?rPr\b(?:[^<>]*/>|[^<>]*>.*?</(?:\w+:)?rPr>)", re.DOTALL)
_RUNS = re.compile(r"</?(?:\w+:)?[rt](?:\s[^<>]*)?>")
_SAID = re.compile(r"""\s[\w:-]+=(?:"([^"]*)"|'([^']*)')""")
_EMBEDDED = re.compile(r"data:([\w/+.-]+)(?:;charset=[\w-]+)?(;base64)?,([^\"')\s]*)")
_EXHIBIT = re.compile(r'\sid="x-([^"]+)"')
_PIECE = re.compile(r"<!--.*?-->|<[^<>]*>|[^<>]+", re.DOTALL)
_READABLE = re.compile("svg|xml|text|json")
_APART = "\ue000"
# A number that is no telephone number, a place in a picture: most of what a file says.
_IDLE = re.compile(
    r"[\d\s.,;:%+\-–#()/A-Fa-fMLQCZz]{0,8}|-?\d+\.\d+(?:[eE][+-]?\d+)?|[\d\s\-MLQCZz]*\.\d[\d.\s\-MLQCZz]*"
)
_STYLE = re.compile(r"<style[^>]*>.*?</style>", re.DOTALL)
# Of a workbook most are the places of its cells, short numbers and the styles of both.
_CELLS = re.compile(r"<(?:c|row|col|xf|brk) [^<>]*>|<v>(?:[^<]{0,8}|-?\d*\.\d+(?:E[+-]?\d+)?)</v>")
_MARKED = re.compile(r"</|/>|<svg|<img")


class Text(NamedTuple):
    """A text of a file, and where it stands: a notebook's exhibit, a sheet, a page; `code` is the consultant's own."""

    text: str
    file: str = ""
    exhibit: str = ""
    notebook: str = ""
    code: bool = False


def texts(folder: Path) -> Iterator[Text]:
    """Every text of every file of a report, its name included.

    Raises:
        KeyError: a file of a kind that a report does not have.
    """
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        notebook = _notebook(path, folder)
        yield Text(name, name)
        for text in _read(path):
            if not _IDLE.fullmatch(text.text):
                yield Text(text.text, name, text.exhibit, text.notebook or notebook, text.code)


def _read(path: Path) -> list[Text]:
    """The texts of a file; of one that is broken, as a notebook that died leaves them, its bytes as they are."""
    import duckdb

    try:
        return list(_READERS[path.suffix](path))
    except (duckdb.Error, zipfile.BadZipFile, json.JSONDecodeError, UnicodeDecodeError):
        return [Text(path.read_bytes().decode("utf-8", "replace"))]


def _notebook(path: Path, folder: Path) -> str:
    """The notebook a file is of; of the index, the workbook and the like none."""
    inside = path.relative_to(folder).parts
    if inside[0] == "evidence":
        return inside[1].removesuffix(".ipynb")
    return path.stem if (folder / "evidence" / f"{path.stem}.ipynb").is_file() and path.suffix == ".html" else ""


# --- markup ----------------------------------------------------------------------------------------------------------


def _page(path: Path) -> Iterator[Text]:
    yield from of_markup(path.read_text(encoding="utf-8"))


def of_markup(markup: str) -> Iterator[Text]:
    """Texts and attributes of HTML or SVG, pictures inside it too, each once with the exhibit it stands in first."""
    exhibit = ""
    seen: set[tuple[str, str]] = set()
    for piece in _PIECE.findall(_whole(markup)):
        named = _EXHIBIT.search(piece) if piece[0] == "<" and "id=" in piece else None
        exhibit = named[1] if named else exhibit
        if (piece, exhibit) not in seen:
            seen.add((piece, exhibit))
            yield from (Text(text, "", exhibit) for text in _of_piece(piece))


def _whole(markup: str) -> str:
    """Markup without what tears a text in two, and with the pictures in it set apart."""
    return _TORN.sub("", _EMBEDDED.sub(_set_apart, _STYLE.sub("", markup)))


def _of_piece(piece: str) -> Iterator[str]:
    """The texts of a tag, or the text between two."""
    if piece[0] != "<":
        found = [piece]
    elif piece.startswith("<!--"):
        found = [piece[4:-3]]
    else:
        found = [said[1] or said[2] or "" for said in _SAID.finditer(piece)] if "=" in piece else []
    for text in found:
        if text.startswith(_APART):
            yield from _embedded(text)
        elif not _IDLE.fullmatch(text):
            yield html.unescape(text).strip()


def _set_apart(found: re.Match[str]) -> str:
    return f"{_APART}{found[1]} {'base64' if found[2] else 'text'} {found[3]}" if _READABLE.search(found[1]) else ""


def _embedded(picture: str) -> Iterator[str]:
    _, coded, data = picture.removeprefix(_APART).split(" ", 2)
    try:
        text = base64.b64decode(data).decode("utf-8") if coded == "base64" else unquote(html.unescape(data))
    except (binascii.Error, UnicodeDecodeError):
        return
    yield from (inner.text for inner in of_markup(text))


# --- JSON: exhibits, manifest, evidence ------------------------------------------------------------------------------


def _exhibits(path: Path) -> Iterator[Text]:
    told = json.loads(path.read_text(encoding="utf-8"))
    notebooks = told.get("notebooks", {})
    yield from _strings({key: value for key, value in told.items() if key != "notebooks"})
    for name, part in notebooks.items():
        yield Text(name, "")
        for kind, entries in part.items():
            one = entries if path.stem == "exhibits" and isinstance(entries, dict) else {"": entries}
            for exhibit, entry in one.items():
                yield from (
                    text._replace(exhibit=exhibit, notebook=name) for text in _strings({kind: entry, exhibit: 0})
                )


def _strings(value: Any) -> Iterator[Text]:
    """Every text inside a JSON value, keys and long numbers too."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield Text(str(key), "")
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            if isinstance(inner, (str, list, dict, int)):
                yield from _strings(inner)
    elif isinstance(value, str):
        yield from of_markup(value) if _MARKED.search(value) else [Text(value, "")]
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**8:
        yield Text(str(value), "")


def _evidence(path: Path) -> Iterator[Text]:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    yield from _strings({key: value for key, value in notebook.items() if key != "cells"})
    for cell in notebook["cells"]:
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        yield Text(source, "", code=cell["cell_type"] == "code")
        yield from _strings({key: value for key, value in cell.items() if key not in ("source", "outputs")})
        for output in cell.get("outputs", []):
            yield from _of_output(output)


def _of_output(output: dict[str, Any]) -> Iterator[Text]:
    bundles = [data for data in output.get("data", {}).values() if isinstance(data, dict) and "id" in data]
    exhibit = str(bundles[0]["id"]) if bundles else ""
    for kind, data in output.get("data", {}).items():
        if not kind.startswith("image/") or "svg" in kind:
            whole = "".join(data) if isinstance(data, list) and all(isinstance(line, str) for line in data) else data
            yield from (text._replace(exhibit=exhibit) for text in _strings(whole))
    rest = {key: value for key, value in output.items() if key != "data"}
    if isinstance(rest.get("text"), list):
        rest["text"] = "".join(rest["text"])
    yield from (text._replace(exhibit=exhibit) for text in _strings(rest))


# --- rows, workbook, slides, paper -----------------------------------------------------------------------------------


def _rows(path: Path) -> Iterator[Text]:
    import duckdb

    from crmlib.data.sql import parquet, quoted

    with duckdb.connect() as con:
        found = con.execute(f"DESCRIBE SELECT * FROM {parquet(path)}").fetchall()  # noqa: S608 - our own file
        for name, kind, *_ in found:
            yield Text(name, "", path.stem)
            if kind in ("DOUBLE", "FLOAT", "BOOLEAN", "DATE", "TIMESTAMP"):
                continue
            large = f" WHERE abs({quoted(name)}) >= 100000000" if "INT" in kind else ""
            asked = f"SELECT DISTINCT {quoted(name)}::VARCHAR FROM {parquet(path)}{large}"  # noqa: S608
            yield from (Text(text, "", path.stem) for (text,) in con.execute(asked).fetchall() if text)


def _office(path: Path) -> Iterator[Text]:
    yield from _zipped(path.read_bytes())


def _zipped(data: bytes) -> Iterator[Text]:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        named = _sheet_names(book)
        for name in book.namelist():
            yield Text(name, "")
            part = named.get(name) or (name.rsplit("/", 1)[-1].removesuffix(".xml") if "slide" in name else "")
            yield from (text._replace(exhibit=part or text.exhibit) for text in _part(name, book.read(name)))


def _part(name: str, data: bytes) -> Iterator[Text]:
    if name.endswith(".svg"):
        yield from of_markup(data.decode("utf-8"))
    elif name.endswith((".xml", ".rels", ".vml")):
        markup = _CELLS.sub("<>", data.decode("utf-8"))
        looks = "".join(set(_LOOKS.findall(markup)))
        # Half a million tags of a workbook are a few hundred.
        for piece in sorted({*_PIECE.findall(_RUNS.sub("", _LOOKS.sub("", markup)) + looks)}):
            yield from (Text(text, "") for text in _of_piece(piece))
    elif name.endswith((".xlsx", ".docx", ".pptx")):
        yield from _zipped(data)


def _sheet_names(book: zipfile.ZipFile) -> dict[str, str]:
    """What each sheet of a workbook is called, as a person finds it."""
    if "xl/workbook.xml" not in book.namelist():
        return {}
    names = re.findall(r'<sheet name="([^"]*)"', book.read("xl/workbook.xml").decode("utf-8"))
    return {f"xl/worksheets/sheet{number}.xml": html.unescape(name) for number, name in enumerate(names, 1)}


def _paper(path: Path) -> Iterator[Text]:
    for place, text in pages(path.read_bytes()):
        yield Text(text, "", place)


_READERS = {
    ".html": _page, ".json": _exhibits, ".ipynb": _evidence, ".parquet": _rows, ".xlsx": _office, ".pptx": _office,
    ".pdf": _paper,
}  # fmt: skip
