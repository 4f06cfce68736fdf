"""The contents of the slides: what is answered where, notebook by notebook, and where the appendix begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crmlib import words
from crmlib.report.deck_tables import Cell, Table
from crmlib.words import N_

if TYPE_CHECKING:
    from crmlib.report.deck_pages import Chapter, Part

_SIZES = (12, 11, 10, 9)


@dataclass(frozen=True)
class Line:
    """A line of the contents: chapter, notebook, question, and the number of the slide."""

    chapter: str
    part: str
    said: str
    slide: int
    opens: bool  # whether it is the first of its chapter


def lines(place: int, chapter: Chapter, starts: list[int]) -> list[Line]:
    """The lines of a chapter whose parts start at these slides; the appendix is one line."""
    name = f"{place} {chapter.name}"
    if chapter.code == "appendix":
        n = sum(1 for page in chapter.pages if page.item)
        said = words.say(N_("Tables and charts behind the findings: {n:count}."), n=n).text()
        return [Line(name, "", said, starts[0], opens=True)]
    if not chapter.parts:
        return [Line(name, "", "", starts[0], opens=True)]
    parts = [(part, start) for part, start in zip(chapter.parts, starts, strict=True) if part.pages or part.question]
    return [
        Line(name if first else "", part.name, part.question or _captions(part), start, opens=first)
        for first, (part, start) in zip((True, *[False] * len(parts)), parts, strict=False)
    ]


def tables(found: list[Line]) -> list[Table]:
    """The contents, and for a deck of many notebooks the chapters alone."""
    heads = [words.translate("Chapter"), words.translate("Report"), words.translate("Questions"),
             words.translate("Slide")]  # fmt: skip
    rows = [[Cell(line.chapter, bold=True), Cell(line.part), Cell(line.said), Cell(str(line.slide))] for line in found]
    short = [[row[0], row[3]] for row, line in zip(rows, found, strict=True) if line.opens]
    return [
        Table(heads, ["l", "l", "l", "r"], rows, _SIZES, (40, 4)),
        Table([heads[0], heads[3]], ["l", "r"], short, _SIZES),
    ]


def _captions(part: Part) -> str:
    return " ｜ ".join(dict.fromkeys(page.caption for page in part.pages if page.caption))
