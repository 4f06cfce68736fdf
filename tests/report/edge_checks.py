"""What a report at the edge must hold, read from its files: no nonsense, nothing that runs, whole and of sane size."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pptx
from pypdf import PdfReader

PAGE, BOOK, PAPER = 1_000_000, 8_000_000, 300  # bytes of a page, bytes of a workbook, pages
INLINE = ("span", "b", "small", "wbr")
PLACES = ("script", "iframe", "object", "embed", "link", "base", "form")
COUNTED = "customers|orders|days|months|rows|contracts|responses|products|times|months|people|deliveries|purchases"
NONSENSE = {
    "not a number": r"(?i)(?<![a-z])(nan|nat|inf|infinity)(?![a-z])",
    "None": r"\bNone\b(?! (?:of|where)\b)",
    "minus zero": r"(?<![\w.,–−-])[-−]0(?:\.0+)?(?![\d.,:-])",
    "the epoch": r"1970(?:-01-01|年1月|/0?1/0?1)|January 1970",
    "one of many": rf"(?<![\d.,])1 (?:{COUNTED})\b",
    "nothing of nothing": r"\b0 of 0\b|0[人件]のうち0[人件]|\b0(?:\.0)?% (?:of|\()\s*0\b",
    "a traceback": r"Traceback|\bFile \"/|/tmp/|/home/",
    "an interval of nobody": r"n = 0[^.。]{0,3}95",
}


class Page(HTMLParser):
    """The text of a page, its tags, and what an attacker would want: handlers and addresses."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.text, self.tags, self.bad = "", set[str](), list[str]()
        self.hidden = 0
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.hidden += tag in {"style", "svg"}
        for name, value in attrs:
            told = (value or "").strip().lower()
            fetched = name in {"href", "src", "action"} and re.match(r"(?!data:image/)[a-z]+:", told)
            if name.startswith("on") or fetched:
                self.bad.append(f"{tag} {name}={value}")
        self.text += "" if tag in INLINE else "\n"

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in {"style", "svg"}

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.text += data


def faults(folder: Path, client: str, *, title: str) -> list[str]:
    """Everything wrong with the report in the folder; `title` is the client's name as it must stand there."""
    found = [*_page_faults(folder, title)]
    for file, look in ((f"{client}.xlsx", _book), (f"{client}.pdf", _paper), (f"{client}.pptx", _deck)):
        if (folder / file).exists():
            found += [f"{file}: {fault}" for fault in look(folder / file, title)]
    return found


def nonsense(text: str, *, besides: str = "") -> list[str]:
    """Names of what no reader should meet, with its surroundings; `besides` is text of the client's own."""
    own = text
    for part in filter(None, besides.split("\n")):
        own = own.replace(part, "")
    return [f"{name}: …{own[max(0, hit.start() - 40) : hit.end() + 40]!r}…"
            for name, pattern in NONSENSE.items() for hit in re.finditer(pattern, own)]  # fmt: skip


def _page_faults(folder: Path, title: str) -> Iterator[str]:
    for path in sorted(folder.glob("*.html")):
        page = Page(path)
        yield from (f"{path.name}: <{tag}>" for tag in PLACES if tag in page.tags)
        yield from (f"{path.name}: {bad}" for bad in page.bad)
        yield from (f"{path.name}: {told}" for told in nonsense(page.text, besides=title))
        if title not in page.text:
            yield f"{path.name}: the title is not on it"
        if path.stat().st_size > PAGE:
            yield f"{path.name}: {path.stat().st_size:,} bytes"


def _book(path: Path, title: str) -> Iterator[str]:
    book = openpyxl.load_workbook(path)
    if book.properties.title != title:
        yield f"title {book.properties.title!r}"
    if path.stat().st_size > BOOK:
        yield f"{path.stat().st_size:,} bytes"
    for sheet in book:
        if re.search(r"[\[\]:*?/\\]", sheet.title) or not 0 < len(sheet.title) <= 31:
            yield f"sheet {sheet.title!r}"
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    yield f"formula {sheet.title}!{cell.coordinate} {cell.value!r}"
                if cell.hyperlink and (cell.hyperlink.target or not cell.hyperlink.location):
                    yield f"link {sheet.title}!{cell.coordinate} {cell.hyperlink.target}"
                if isinstance(cell.value, str):
                    yield from (
                        f"{sheet.title}!{cell.coordinate} {told}" for told in nonsense(cell.value, besides=title)
                    )


def _paper(path: Path, title: str) -> Iterator[str]:
    reader = PdfReader(path)
    if title not in (reader.metadata or {}).get("/Title", ""):
        yield f"title {reader.metadata}"
    if len(reader.pages) > PAPER:
        yield f"{len(reader.pages)} pages"
    root = reader.trailer["/Root"]
    yield from (key for key in ("/OpenAction", "/AA") if key in root)
    yield from (f"/{name}" for name in ("JavaScript", "EmbeddedFiles") if f"/{name}" in (root.get("/Names") or {}))
    for number, page in enumerate(reader.pages, start=1):
        text = page.extract_text()
        yield from (f"page {number} {told}" for told in nonsense(text, besides=title))
        for note in page.get("/Annots") or []:
            if "/URI" in str(note.get_object().get("/A", "")):
                yield f"page {number} leads to {note.get_object()['/A']}"


def _deck(path: Path, title: str) -> Iterator[str]:
    deck = pptx.Presentation(str(path))
    if title not in (deck.core_properties.title or ""):
        yield f"title {deck.core_properties.title!r}"
    if len(deck.slides) > PAPER:
        yield f"{len(deck.slides)} slides"
    for number, slide in enumerate(deck.slides, start=1):
        yield from (f"slide {number} {told}" for text in _texts(slide) for told in nonsense(text, besides=title))
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            if name.endswith(".rels") and b'TargetMode="External"' in parts.read(name):
                yield f"{name} leads outside"


def _texts(slide: object) -> Iterator[str]:
    for shape in slide.shapes:  # type: ignore[attr-defined]
        if shape.has_text_frame:
            yield shape.text_frame.text
        if shape.has_table:
            yield from (cell.text for row in shape.table.rows for cell in row.cells)
