"""The slides of a run: cover, summary, chapters of notebooks, conditions and definitions; all native and editable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.report import conditions, deck_tables, deck_text
from crmlib.report.deck_appendix import unshown, wanted
from crmlib.report.deck_base import Box
from crmlib.report.deck_closing import last_pages
from crmlib.report.deck_contents import Line, lines, tables
from crmlib.report.deck_layout import Deck, Look
from crmlib.report.deck_pager import GAP, Pager
from crmlib.report.deck_pages import Chapter, Page
from crmlib.report.deck_sections import Stretch, write_sections
from crmlib.report.deck_story import chapters
from crmlib.report.deck_summary import first_pages
from crmlib.report.read import Item, exhibits
from crmlib.report.series import DEEP

if TYPE_CHECKING:
    from crmlib.report.publish import ReportInput

_SEPARATED = " ｜ "
OPENED = ("results", "causes", "measures", "appendix", "conditions")  # chapters of several slides, with one that opens


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
        self.pager = Pager(deck, foot, run.as_of)
        self.left: list[tuple[str, Item]] = []
        self.stretches: list[Stretch] = []

    def write(self, items: dict[str, list[Item]]) -> None:
        first = first_pages(items)
        told = chapters(self.run, items, {page.title for page in first}, self.pager.fits)
        self._begin(words.translate("Summary"))
        self._cover(conditions.conditions(self.run, conditions.pages_of(items)))
        for page in first:
            self.pager.page(page)
        contents = self.pager.frame(
            Page(words.translate("What this report answers, and where"), words.translate("Contents"))
        )
        found: list[Line] = []
        shown = [chapter for chapter in told if chapter.pages or chapter.code == "conditions"]
        for place, chapter in enumerate(shown, start=1):
            self._begin(chapter.name)
            found += lines(place, chapter, self._chapter(place, chapter))
        for page in self._last(told, items):
            self.pager.page(_numbered(page, len(shown)))
        self._contents(contents, found)
        write_sections(self.deck.deck, self.stretches)

    def _chapter(self, place: int, chapter: Chapter) -> list[int]:
        """The slides of a chapter; returns where each of its parts begins, the opening slide with the first."""
        first = self.deck.numbers + 1
        if chapter.code in OPENED:
            self._opening(place, chapter)
        starts = []
        for part in chapter.parts:
            starts.append(self.deck.numbers + 1)
            for page in part.pages:
                self.pager.page(_numbered(page, place))
        return [first, *starts[1:]]

    def _last(self, told: list[Chapter], items: dict[str, list[Item]]) -> list[Page]:
        """What no slide shows, conditions and definitions: of every term, or without an appendix of those shown."""
        parts = [part for chapter in told for part in chapter.parts]
        behind = wanted(self.run)
        self.left += [(part.name, item) for part in parts for item in (*part.large, *([] if behind else unshown(part)))]
        self.left += [(words.label(name), item) for name, found in items.items() for item in exhibits(found, "sheet")
                      if not item.get("untellable")]  # fmt: skip
        shown = conditions.pages_of(items) if behind else [item for part in parts for item in part.shown]
        return last_pages(self.run, items, self.left, shown)

    def _begin(self, name: str) -> None:
        self.stretches.append(Stretch(name, self.deck.numbers))

    # --- single slides

    def _cover(self, told: Sequence[tuple[str, str]]) -> None:
        slide = self.deck.slide(self.deck.cover, self.run.client.title_in(self.run.language))
        box = self._below(slide)
        wanted = (words.translate("Base date"), words.translate("Period"))
        lines = [(words.translate("Customer analysis report"), Look(20)), ("", Look(8))]
        lines += [(f"{name}: {text}", Look(13, colour=self.pager.quiet)) for name, text in told if name in wanted]
        self.deck.text(slide, box, lines)
        if self.deck.own:
            self.deck.rule(slide, box.top - 10, DEEP.lstrip("#"))

    def _below(self, slide: Any) -> Box:
        """The place under the title of a cover or a chapter, or above it where a template keeps the title low."""
        from crmlib.report.deck_base import box_of, title_of

        title, size = box_of(title_of(slide)), self.deck.size
        if title.bottom > 0.7 * size.height:
            return Box(title.left, 0.1 * size.height, title.width, max(title.top - 0.1 * size.height - 10, 40))
        top = title.bottom + 22
        return Box(title.left, top, title.width, size.height - top - 34)

    def _opening(self, place: int, chapter: Chapter) -> None:
        slide = self.deck.slide(self.deck.chapter, f"{place} {chapter.name}")
        box = self._below(slide)
        said = chapter.questions or [words.translate("The tables and charts behind the findings, report by report.")]
        size = deck_text.largest(said, box.width, box.height - len(said) * GAP, (16, 15, 14, 13, 12, 11, 10)) or 10
        held = self.deck.text(slide, box, [(text, Look(size, colour=self.pager.quiet)) for text in said])
        self.pager.space(held)
        if self.deck.own:
            self.deck.rule(slide, box.top - 10, DEEP.lstrip("#"))
        self.deck.foot(slide, self.foot)

    def _contents(self, framed: tuple[Any, Box], found: list[Line]) -> None:
        slide, room = framed
        plans = ((table, deck_tables.plan(table, room)) for table in tables(found))
        table, plan = next(((table, plan) for table, plan in plans if plan), (None, None))
        if table and plan:
            said = words.translate("Contents")
            deck_tables.draw(self.deck, slide, table, plan, room, said=said, alt=said)


def _numbered(page: Page, place: int) -> Page:
    """The page with the number of its chapter over it: a chapter of one slide has no other place to say it."""
    return replace(page, kicker=f"{place} {page.kicker}" if page.kicker else "")
