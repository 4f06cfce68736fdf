"""The slides of a run: cover, summary, chapters of notebooks, conditions and definitions; all native and editable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.report import conditions, deck_charts, deck_tables, deck_text
from crmlib.report.deck_base import Box
from crmlib.report.deck_closing import last_pages
from crmlib.report.deck_layout import SMALL, SMALLEST, Deck, Look
from crmlib.report.deck_pages import Chapter, Page
from crmlib.report.deck_sections import Stretch, write_sections
from crmlib.report.deck_story import chapters
from crmlib.report.deck_summary import first_pages
from crmlib.report.deck_tables import Cell, Table
from crmlib.report.read import Item, exhibits
from crmlib.words import N_

if TYPE_CHECKING:
    from crmlib.report.publish import ReportInput

LINE_SIZES, READ_SIZES = (18, 16, 15, 14, 13, 12), (12, 11, 10)
GAP = 9.0
_SEPARATED = " ｜ "


def write_deck(run: ReportInput, items: dict[str, list[Item]], path: Path) -> Path:
    """Write the slides and return their path; a template of the client file gives master, theme and size."""
    words.speak(run.language, run.client.currency)
    deck = Deck.open(_template(run), run.language)
    foot = _SEPARATED.join(
        (run.client.title_in(run.language), f"{words.translate('Base date')} {words.phrase(run.as_of, 'date')}")
    )
    _Writer(deck, run, foot).write(items)
    title = f"{run.client.title_in(run.language)} – {words.translate('Customer analysis report')}"
    return deck.save(path, title=title, subject=words.phrase(run.as_of, "date"), made=run.as_of)


def _template(run: ReportInput) -> Path | None:
    given = getattr(run.client, "slides", None)
    return run.client.home / given.template if given and given.template else None


class _Writer:
    """The deck, what is said at every foot, what did not fit, and where each stretch of slides begins."""

    def __init__(self, deck: Deck, run: ReportInput, foot: str) -> None:
        self.deck, self.run, self.foot = deck, run, foot
        self.quiet = "tx2" if deck.own else "tx1"
        self.left: list[tuple[str, Item]] = []
        self.said: set[str] = set()
        self.stretches: list[Stretch] = []

    def write(self, items: dict[str, list[Item]]) -> None:
        told = chapters(self.run, items)
        self._begin(words.translate("Summary"))
        self._cover(conditions.conditions(self.run, conditions.pages_of(items)))
        for page in first_pages(items):
            self._page(page)
        contents = self._frame(
            Page(words.translate("What this report answers, and where"), words.translate("Contents"))
        )
        rows: list[list[Cell]] = []
        for place, chapter in enumerate(told, start=1):
            self._begin(chapter.name)
            self._chapter(place, chapter)
            rows.append(self._content(place, chapter))
            for page in chapter.pages:
                self._page(page)
        self.left += [(words.label(name), item) for name, found in items.items() for item in exhibits(found, "sheet")
                      if not item.get("untellable")]  # fmt: skip
        for page in last_pages(self.run, items, self.left):
            self._page(page)
        self._contents(contents, rows)
        write_sections(self.deck.deck, self.stretches)

    def _begin(self, name: str) -> None:
        self.stretches.append(Stretch(name, self.deck.numbers))

    # --- single slides

    def _cover(self, told: Sequence[tuple[str, str]]) -> None:
        slide = self.deck.slide(self.deck.cover, self.run.client.title_in(self.run.language))
        box = self._below(slide)
        wanted = (words.translate("Base date"), words.translate("Period"))
        lines = [(words.translate("Customer analysis report"), Look(20)), ("", Look(8))]
        lines += [(f"{name}: {text}", Look(13, colour=self.quiet)) for name, text in told if name in wanted]
        self.deck.text(slide, box, lines)
        if self.deck.own:
            self.deck.rule(slide, box.top - 10, "14507A")

    def _below(self, slide: Any) -> Box:
        """The place under the title of a cover or a chapter, or above it where a template keeps the title low."""
        from crmlib.report.deck_base import box_of, title_of

        title, size = box_of(title_of(slide)), self.deck.size
        if title.bottom > 0.7 * size.height:
            return Box(title.left, 0.1 * size.height, title.width, max(title.top - 0.1 * size.height - 10, 40))
        top = title.bottom + 22
        return Box(title.left, top, title.width, size.height - top - 34)

    def _chapter(self, place: int, chapter: Chapter) -> None:
        slide = self.deck.slide(self.deck.chapter, f"{place} {chapter.name}")
        box = self._below(slide)
        said = [part for part in chapter.questions if part]
        size = deck_text.largest(said, box.width, box.height - len(said) * 6, (15, 14, 13, 12, 11, 10)) or 10
        self.deck.text(slide, box, [(text, Look(size, colour=self.quiet)) for text in said])
        if self.deck.own:
            self.deck.rule(slide, box.top - 10, "14507A")
        self.deck.foot(slide, self.foot)

    def _content(self, place: int, chapter: Chapter) -> list[Cell]:
        said = "\n".join(chapter.questions) or "\n".join(page.caption for page in chapter.pages)
        return [Cell(f"{place} {chapter.name}", bold=True), Cell(said), Cell(str(self.deck.numbers))]

    def _contents(self, framed: tuple[Any, Box], rows: list[list[Cell]]) -> None:
        slide, room = framed
        heads = [words.translate("Chapter"), words.translate("Questions"), words.translate("Slide")]
        table = Table(heads, ["l", "l", "r"], rows, (13, 12, 11, 10, 9, 8))
        found = deck_tables.plan(table, room)
        if found:
            said = words.translate("Contents")
            deck_tables.draw(self.deck, slide, table, found, room, said=said, alt=said)

    # --- pages

    def _page(self, page: Page) -> None:
        if page.chart:
            slide, room = self._frame(page)
            deck_charts.draw(self.deck, slide, page.chart, room, self.run.as_of)
        elif page.table and page.whole:
            for part in self._parts(page):
                self._table(part)
        elif page.table:
            self._table(page)
        else:
            self._text(page)

    def _table(self, page: Page) -> None:
        room = self._room(page)
        if page.table is None:
            return
        found = deck_tables.plan(page.table, room)
        if found is None:
            self._too_large(page)
            return
        slide, room = self._frame(page)
        said = page.caption or page.title
        alt = page.alt or said
        deck_tables.draw(self.deck, slide, page.table, found, room, said=said, alt=alt)

    def _parts(self, page: Page) -> Iterator[Page]:
        room, table = self._room(page), page.table
        if table is None:
            return
        if deck_tables.plan(table, room):
            yield page
            return
        parts = list(deck_tables.pages(table, room, table.sizes[-1]))
        for place, part in enumerate(parts, start=1):
            caption = page.caption if len(parts) == 1 else f"{page.caption} ({place} / {len(parts)})"
            yield replace(page, caption=caption, table=part)

    def _too_large(self, page: Page) -> None:
        """Name what cannot be read on a slide; what the notebook found in it is still said."""
        if page.item is None:
            return
        self.left.append((page.kicker.split(" › ")[1], page.item))
        told = [page.title] if page.title != page.item["title"] else []
        told = [line for line in (*told, *page.lines) if line not in self.said]
        if told:
            named = words.say(N_("In the workbook: {name:text}"), name=page.item["title"]).text()
            lines = (*told[1:], *([named] if "xlsx" in self.run.formats else told[:1]))
            self._text(replace(page, table=None, title=told[0], lines=lines, note=""))

    def _text(self, page: Page) -> None:
        room = self._room(replace(page, lines=()))
        lines = list(page.lines)
        self.said |= {*lines}
        size = self._line_size(lines, room)
        while lines:
            shown = self._fitting(lines, room, size)
            slide, _ = self._frame(replace(page, lines=()))
            look = Look(size)
            box = self.deck.text(slide, room, [(f"•  {line}" if len(page.lines) > 1 else line, look) for line in shown])
            self._space(box)
            lines = lines[len(shown) :]

    def _space(self, box: Any) -> None:
        from pptx.util import Pt

        for paragraph in box.text_frame.paragraphs:
            paragraph.space_after = Pt(GAP)

    def _line_size(self, lines: list[str], room: Box) -> float:
        tall = room.height - GAP * len(lines)
        return deck_text.largest(["•  " + line for line in lines], room.width, tall, LINE_SIZES) or LINE_SIZES[-1]

    def _fitting(self, lines: list[str], room: Box, size: float) -> list[str]:
        shown: list[str] = []
        tall = 0.0
        for line in lines:
            tall += deck_text.height("•  " + line, room.width, size) + GAP
            if shown and tall > room.height:
                break
            shown.append(line)
        return shown

    # --- what stands around an exhibit

    def _frame(self, page: Page) -> tuple[Any, Box]:
        """A slide with its message, and what stands over and under its exhibit; returns the room between."""
        self.said |= {page.title, *page.lines}
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
            (page.note, SMALLEST, self.quiet, self._tall_note(page)),
            (page.source, SMALLEST, self.quiet, self._tall_source(page)),
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
        found = deck_text.height(page.note, self.deck.body.width, SMALLEST) if page.note else 0.0
        return min(found, 6 * SMALLEST * deck_text.LEADING)

    def _tall_source(self, page: Page) -> float:
        found = deck_text.height(page.source, self.deck.body.width, SMALLEST) if page.source else 0.0
        return min(found, 2 * SMALLEST * deck_text.LEADING)

    def _joined(self, *parts: str) -> str:
        return _SEPARATED.join(part for part in parts if part)
