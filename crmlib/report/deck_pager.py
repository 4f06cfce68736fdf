"""Pages become slides: what stands where around a chart, a table or a text, in the room that a layout leaves."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from crmlib.report import deck_charts, deck_tables, deck_text
from crmlib.report.deck_base import Box
from crmlib.report.deck_headline import parted
from crmlib.report.deck_layout import SMALL, Deck, Look

if TYPE_CHECKING:
    from datetime import date

    from crmlib.report.deck_pages import Page
    from crmlib.report.deck_tables import Plan, Table

LINE_SIZES, READ_SIZES = (18, 16, 15, 14, 13, 12), (12, 11, 10)
SHARED_SIZES = (16, 15, 14, 13, 12)  # of text that shares a slide with a table
GAP = 9.0


@dataclass
class Pager:
    """The deck, what is said at every foot, and when the report was made."""

    deck: Deck
    foot: str
    made: date

    @property
    def quiet(self) -> str:
        """The colour of what is read second."""
        return "tx2" if self.deck.own else "tx1"

    def page(self, page: Page) -> None:
        """Put a page on as many slides as it takes."""
        page = _headed(page)
        if page.chart:
            slide, room = self.frame(page)
            deck_charts.draw(self.deck, slide, page.chart, room, self.made)
        elif page.table:
            for part in self._parts(page) if page.whole else [page]:
                self._table(part)
        else:
            self._text(page)

    def fits(self, page: Page) -> bool:
        """Whether the page's table can be read on one slide, with all that stands around it."""
        page = _headed(page)
        return page.table is not None and self._planned(page) is not None

    def _planned(self, page: Page) -> tuple[Plan, float] | None:
        """How the page's table is drawn, and the size of the text under it; None where both cannot be read."""
        room = self._room(page)
        for size in SHARED_SIZES if page.bullets else (0,):
            under = self._tall(list(page.bullets), room, size)
            left = replace(room, height=room.height - under - (2 * GAP if under else 0))
            if page.table and left.height > 0 and (found := deck_tables.plan(_as_large(page.table, size), left)):
                return found, size
        return None

    def _table(self, page: Page) -> None:
        planned = self._planned(page)
        if page.table and planned is None:
            page = replace(page, table=deck_tables.shortened(page.table, self._room(page)))
            planned = self._planned(page)
        if page.table is None or planned is None:
            return
        found, size = planned
        slide, room = self.frame(page)
        said = page.caption or page.title
        deck_tables.draw(self.deck, slide, page.table, found, room, said=said, alt=page.alt or said)
        if page.bullets:
            top = room.top + found.tall + 2 * GAP
            box = Box(room.left, top, room.width, room.bottom - top)
            self.space(self.deck.text(slide, box, [(f"•  {line}", Look(size)) for line in page.bullets]))

    def _parts(self, page: Page) -> Iterator[Page]:
        room, table = self._room(page), page.table
        if table is None:
            return
        if self._planned(page):
            yield page
            return
        parts = list(deck_tables.pages(table, room, table.sizes[-1]))
        for place, part in enumerate(parts, start=1):
            yield replace(page, caption=_counted(page.caption, place, len(parts)), table=part)

    def _text(self, page: Page) -> None:
        room = self._room(replace(page, lines=()))
        shown, size = self._spread(list(page.lines), room)
        look = Look(size)
        for place, part in enumerate(shown, start=1):
            caption = _counted(page.caption, place, len(shown))
            # What goes on has a message of its own: the first of its sentences that makes a headline.
            if head := next((line for line in part if place > 1 and len(part) > 1 and not parted(line)[1]), ""):
                page, part = replace(page, title=head), [line for line in part if line != head]  # noqa: PLW2901
            slide, _ = self.frame(replace(page, lines=(), caption=caption))
            box = self.deck.text(slide, room, [(f"•  {line}" if len(page.lines) > 1 else line, look) for line in part])
            self.space(box)

    def space(self, box: Any) -> None:
        """Keep the paragraphs of a box apart."""
        from pptx.util import Pt

        for paragraph in box.text_frame.paragraphs:
            paragraph.space_after = Pt(GAP)

    def _spread(self, lines: list[str], room: Box) -> tuple[list[list[str]], float]:
        """The lines on as few slides as they take, about as many on each, in letters as large as that allows."""
        for n in range(1, len(lines) + 1):
            each = math.ceil(len(lines) / n)
            parts = [lines[first : first + each] for first in range(0, len(lines), each)]
            sizes = [size for size in LINE_SIZES if all(self._tall(part, room, size) <= room.height for part in parts)]
            if sizes:
                return parts, sizes[0]
        return [[line] for line in lines], LINE_SIZES[-1]

    def _tall(self, lines: list[str], room: Box, size: float) -> float:
        return sum(deck_text.height("•  " + line, room.width, size) + GAP for line in lines)

    # --- what stands around an exhibit

    def frame(self, page: Page) -> tuple[Any, Box]:
        """A slide with its message, and what stands over and under its exhibit; returns the room between."""
        slide = self.deck.slide(self.deck.page, page.title)
        body, room = self.deck.body, self._room(page)
        above = self.deck.title.top >= 28
        kicker, caption = (page.kicker, page.caption) if above else ("", self._joined(page.kicker, page.caption))
        if kicker:
            box = Box(body.left, self.deck.title.top - 15, body.width, 12)
            self.deck.text(slide, box, [(deck_text.cut(kicker, box.width, SMALL), Look(SMALL, colour=self.quiet))])
        if self.deck.own:
            self.deck.rule(slide, body.top - 2)
        if caption:
            box = Box(body.left, body.top + 4, body.width, 16)
            self.deck.text(slide, box, [(deck_text.cut(caption, box.width, 11), Look(11, colour=self.quiet))])
        self._under(slide, page, room)
        self.deck.foot(slide, self.foot)
        return slide, room

    def _under(self, slide: Any, page: Page, room: Box) -> None:
        """What is to be read in the exhibit, its note, and its source, from the room down to the foot."""
        top = room.bottom + 5
        parts = [
            ("\n".join(page.lines), self._read_size(page), "tx1", self._tall_lines(page)),
            (page.note, SMALL, self.quiet, self._tall_note(page)),
            (page.source, SMALL, self.quiet, self._tall_source(page)),
        ]
        for text, size, colour, tall in parts:
            if text:
                most = max(1, round(tall / (size * deck_text.LEADING)))
                fits = deck_text.lines(text, room.width, size) <= most
                said = text if fits else deck_text.cut(text, room.width, size, most)
                self.deck.text(slide, Box(room.left, top, room.width, tall), [(said, Look(size, colour=colour))])
                top += tall + 3

    def _room(self, page: Page) -> Box:
        body = self.deck.body
        top = body.top + (24 if page.caption or page.kicker else 8)
        under = [self._tall_lines(page), self._tall_note(page), self._tall_source(page)]
        bottom = body.bottom - sum(part + 3 for part in under if part) - 5
        return Box(body.left, top, body.width, max(bottom - top, 60))

    def _read_size(self, page: Page) -> float:
        tall = 0.2 * self.deck.body.height
        found = deck_text.largest(["\n".join(page.lines)], self.deck.body.width, tall, READ_SIZES)
        return found or READ_SIZES[-1]

    def _tall_lines(self, page: Page) -> float:
        if not page.lines or not (page.table or page.chart):
            return 0.0
        return deck_text.height("\n".join(page.lines), self.deck.body.width, self._read_size(page))

    def _tall_note(self, page: Page) -> float:
        found = deck_text.height(page.note, self.deck.body.width, SMALL) if page.note else 0.0
        return min(found, 6 * SMALL * deck_text.LEADING)

    def _tall_source(self, page: Page) -> float:
        found = deck_text.height(page.source, self.deck.body.width, SMALL) if page.source else 0.0
        return min(found, 2 * SMALL * deck_text.LEADING)

    def _joined(self, *parts: str) -> str:
        return " ｜ ".join(part for part in parts if part)


def _headed(page: Page) -> Page:
    """The page under the first sentences of its message; the others are read beside what it shows."""
    title, rest = parted(page.title)
    return replace(page, title=title, lines=(rest, *page.lines) if rest else page.lines)


def _as_large(table: Table, size: float) -> Table:
    """The table in letters hardly smaller than those of the text under it."""
    return replace(table, sizes=[own for own in table.sizes if own >= size - 2])


def _counted(caption: str, place: int, n: int) -> str:
    return caption if n == 1 else f"{caption} ({place} / {n})"
