"""Slides as a reader gets them: texts, tables, charts, and whether a text stays in its box."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pptx import Presentation

from crmlib.report import deck_text
from crmlib.report.deck import write_deck
from crmlib.report.read import read

if TYPE_CHECKING:
    from crmlib.report.publish import ReportInput

POINT = 12_700


def made(run: ReportInput, path: Path) -> Any:
    """The deck of a run, read back."""
    items = {part.name: read(part.notebook) for part in run.notebooks if part.verdict == "ok" and part.notebook}
    return Presentation(str(write_deck(run, items, path)))


def title(slide: Any) -> str:
    return slide.shapes.title.text_frame.text


def texts(slide: Any) -> list[str]:
    """Every text of a slide, cells of tables too."""
    found = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    return [*found, *(text for shape in slide.shapes if shape.has_table for row in cells(shape) for text in row)]


def cells(shape: Any) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in shape.table.rows]


def table(slide: Any) -> list[list[str]]:
    (found,) = [shape for shape in slide.shapes if shape.has_table]
    return cells(found)


def chart(slide: Any) -> Any:
    (found,) = [shape for shape in slide.shapes if shape.has_chart]
    return found.chart


def with_chart(deck: Any) -> Any:
    return next(slide for slide in deck.slides if any(shape.has_chart for shape in slide.shapes))


def called(deck: Any, start: str) -> Any:
    """The first slide whose title begins so."""
    return next(slide for slide in deck.slides if title(slide).startswith(start))


def overflowing(deck: Any) -> Iterator[str]:
    """What runs out of its box or off the slide."""
    wide, tall = deck.slide_width, deck.slide_height
    for number, slide in enumerate(deck.slides, start=1):
        for shape in slide.shapes:
            if shape.left < 0 or shape.top < 0 or shape.left + shape.width > wide or shape.top + shape.height > tall:
                yield f"{number}: {shape.name} leaves the slide"
            if shape.has_text_frame and _tall(shape) > shape.height / POINT + 1:
                yield f"{number}: {shape.text_frame.text[:40]!r} is higher than its box"


def overlapping(deck: Any) -> Iterator[str]:
    """Shapes of a slide that lie on each other."""
    for number, slide in enumerate(deck.slides, start=1):
        boxes = [(s.name, s.left, s.top, s.left + s.width, s.top + _height(s)) for s in slide.shapes if s.height]
        for place, one in enumerate(boxes):
            for two in boxes[place + 1 :]:
                if (
                    min(one[3], two[3]) - max(one[1], two[1]) > POINT
                    and min(one[4], two[4]) - max(one[2], two[2]) > POINT
                ):
                    yield f"{number}: {one[0]} and {two[0]}"


def _height(shape: Any) -> int:
    return sum(row.height for row in shape.table.rows) if shape.has_table else shape.height


def _tall(shape: Any) -> float:
    room = shape.width / POINT
    return sum(
        deck_text.height(paragraph.text.replace("\v", "\n"), room, run.font.size.pt)
        for paragraph in shape.text_frame.paragraphs
        for run in paragraph.runs[:1]
        if run.font.size
    )


def parts(path: Path) -> dict[str, bytes]:
    """Every part of the file, those of the workbooks inside too."""
    with zipfile.ZipFile(path) as package:
        found = {name: package.read(name) for name in package.namelist()}
    for name in [name for name in found if name.endswith(".xlsx")]:
        with zipfile.ZipFile(io.BytesIO(found[name])) as book:
            found |= {f"{name}!{inner}": book.read(inner) for inner in book.namelist()}
    return found


def external(path: Path) -> list[str]:
    return [name for name, part in parts(path).items() if re.search(rb'TargetMode="External"', part)]
