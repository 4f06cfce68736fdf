"""A PDF as a reader, a screen reader and a printer get it, read with pypdf: tags, fonts, texts and what is missing."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypdf

MARGIN = 16 * 72 / 25.4  # points
LATIN = {"DejaVu-Sans", "DejaVu-Sans-Bold"}
HOUSE = LATIN | {"IPAexGothic"}


@dataclass
class Checked:
    """What the file says of itself and what its tags hold, in reading order."""

    path: Path
    reader: pypdf.PdfReader = field(init=False)
    tags: list[tuple[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.reader = pypdf.PdfReader(self.path)
        self.tags = list(_walk(self.root["/StructTreeRoot"].get_object()))

    @property
    def root(self) -> Any:
        return self.reader.root_object

    @property
    def n_pages(self) -> int:
        return len(self.reader.pages)

    def pages(self) -> list[str]:
        """Text of each page, on one line."""
        return [" ".join(page.extract_text().split()) for page in self.reader.pages]

    def of(self, *names: str) -> list[Any]:
        return [element for name, element in self.tags if name in names]

    def headings(self) -> list[int]:
        return [int(name[2]) for name, _ in self.tags if re.fullmatch(r"/H[1-6]", name)]

    def fonts(self) -> set[str]:
        """Names of all fonts, without the tag of the subset."""
        return {font["/BaseFont"].split("+")[-1].strip("/") for font in self._fonts()}

    def _fonts(self) -> Iterator[Any]:
        for page in self.reader.pages:
            yield from _fonts_of(page.get("/Resources"))

    def bookmarks(self) -> list[str]:
        return list(_titles(self.reader.outline))

    def addresses(self) -> list[Any]:
        """Annotations that lead out of the file."""
        return [note for note in self._notes() if note.get("/A", {}).get("/S") not in (None, "/GoTo")]

    def _notes(self) -> Iterator[Any]:
        for page in self.reader.pages:
            yield from (note.get_object() for note in page.get("/Annots") or [])


def problems(checked: Checked, *, language: str, title: str, fonts: set[str], n_tables: int) -> list[str]:
    """Everything that is not as PDF/UA and the house want it; empty when all is well."""
    root, headings = checked.root, checked.headings()
    xmp = root["/Metadata"].get_object().get_data().decode()
    wrong = {
        "language": root.get("/Lang") != language,
        "title": checked.reader.metadata is None or checked.reader.metadata.title != title,
        "title shown": not root["/ViewerPreferences"].get("/DisplayDocTitle"),
        "marked": not root["/MarkInfo"].get("/Marked"),
        "pdfuaid": not re.search(r"pdfuaid:part[^0-9]{1,3}1", xmp),
        "fonts": checked.fonts() != fonts,
        "embedded": not all(_embedded(font) for font in checked._fonts()),
        "figures without alt": any(not figure.get("/Alt") for figure in checked.of("/Figure")),
        "cells without headers": any(not _headers(cell) for cell in checked.of("/TD")),
        "tables": len(checked.of("/Table")) != n_tables,
        "headings": not headings or headings[0] != 1 or any(b - a > 1 for a, b in pairwise(headings)),
        "one h1": headings.count(1) != 1,
        "bookmarks": not checked.bookmarks(),
        "addresses": bool(checked.addresses()),
        "page x of y": not _numbered(checked),
    }  # fmt: skip
    return [name for name, is_wrong in wrong.items() if is_wrong]


def _numbered(checked: Checked) -> bool:
    total = checked.n_pages
    told = [bool(re.search(rf"\b{number} / {total}\b", text)) for number, text in enumerate(checked.pages(), start=1)]
    return told == [number > 1 for number in range(1, total + 1)]  # the cover has none


def _headers(cell: Any) -> bool:
    return bool((cell.get("/A") or {}).get("/Headers"))


def _embedded(font: Any) -> bool:
    inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
    facts = inner["/FontDescriptor"].get_object()
    return any(name in facts for name in ("/FontFile", "/FontFile2", "/FontFile3"))


def _fonts_of(resources: Any) -> Iterator[Any]:
    if resources is None:
        return
    found = resources.get_object()
    for font in (found.get("/Font") or {}).values():
        yield font.get_object()
    for form in (found.get("/XObject") or {}).values():
        yield from _fonts_of(form.get_object().get("/Resources"))


def _walk(element: Any) -> Iterator[tuple[str, Any]]:
    if "/S" in element:
        yield str(element["/S"]), element
    children = element.get("/K")
    for child in children if isinstance(children, list) else [children]:
        found = child.get_object() if hasattr(child, "get_object") else child
        if isinstance(found, dict) and found.get("/Type") in (None, "/StructElem"):
            yield from _walk(found)


def _titles(outline: Any) -> Iterator[str]:
    for entry in outline:
        if isinstance(entry, list):
            yield from _titles(entry)
        else:
            yield str(entry.title)


def beyond_margins(path: Path) -> list[str]:
    """Words that reach into the margins of a page after the cover, as poppler's pdftotext places them."""
    told = subprocess.run(["pdftotext", "-bbox", str(path), "-"], capture_output=True, text=True, check=True).stdout
    found = []
    for number, page in enumerate(re.split(r"<page ", told)[2:], start=2):
        width = float(re.search(r'width="([\d.]+)"', page)[1])  # type: ignore[index]
        for left, right, word in re.findall(r'xMin="([\d.-]+)" .*?xMax="([\d.-]+)" .*?>(.*?)</word>', page):
            if float(left) < MARGIN - 1 or float(right) > width - MARGIN + 1:
                found.append(f"{number}: {word}")
    return found
