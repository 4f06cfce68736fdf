"""What of a notebook's section speaks in the body of the deck, and what stands behind it in the appendix.

A slide of the body has a message of its own. A chart has: its title. A table has one only where a finding counts what
stands in it, no earlier slide says that finding, and no chart of the section shows it. Every other table is a source:
it goes to the appendix under its own plain name, and what was found in it is said in the body all the same: beside a
chart of the same figures, or among the sentences that stand by themselves, never beside an exhibit of something else.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from crmlib import words
from crmlib.report import deck_charts, deck_ranks, deck_tables, matching
from crmlib.report.deck_pages import Fits, Page
from crmlib.report.series import at, painting
from crmlib.report.views import about, display_width, table_view
from crmlib.words import N_

if TYPE_CHECKING:
    from crmlib.report.page import Section
    from crmlib.report.read import Item

EXHIBITS = ("table", "grid", "chart", "sheet")
MOST = 6  # exhibits of a notebook in the body, more only where more sections have a chart
BESIDE = 420  # columns of text that can be read under an exhibit
ALIKE = 0.65  # of the letters of a title and of a name
ALONE = 5  # findings that make a slide of their own


@dataclass
class Split:
    """A section: its slides of the body, what stands behind them, and the findings that no slide has room for."""

    pages: list[Page] = field(default_factory=list)
    behind: list[Page] = field(default_factory=list)
    empty: list[Item] = field(default_factory=list)
    large: list[Item] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)  # what is said where there is nothing to show


@dataclass
class Sorter:
    """Sorts the sections of one notebook; `said` are the messages that slides have over them, and grows."""

    kicker: str
    source: str
    told: list[str]
    said: set[str]
    fits: Fits
    n_shown: int = 0  # exhibits of the body: those there are, and the first chart of each section that is to come
    read: dict[int, frozenset[str]] = field(default_factory=dict)

    def expect(self, sections: list[Section]) -> None:
        """Keep a place for the first chart of each section."""
        blocks = ([block for block in section.blocks if block["shape"] == "chart"] for section in sections)
        self.n_shown = sum(any(_is_drawn(block) for block in found) for found in blocks)

    def split(self, section: Section, *, answered: bool) -> Split:
        """Put the exhibits of a section in their places; its findings are said unless the answer has them."""
        found = Split(findings=[] if answered else findings(section))
        blocks = [block for block in section.blocks if block["shape"] in EXHIBITS[:3] and not block.get("untellable")]
        own = _own(section)
        if not _has_exhibits(section):
            found.untold, found.findings = found.findings, []
        for block in blocks:
            self._place(found, block, section)
        for page in [page for page in found.pages if _is_label(page)]:
            self._name(found, page)
        told = [*found.findings, *([] if any(_draws(page) for page in found.pages) else self.told)]
        for page in [page for page in found.behind if page.table and not _draws(page)]:
            self._speak(found, page, told)
        found.pages.sort(key=lambda page: [block is page.item for block in blocks].index(True))
        found.findings = [line for line in dict.fromkeys(found.findings) if line not in self.said]
        for line in list(found.findings):
            if self._beside(found.pages, line, own.get(line)):
                found.findings.remove(line)
        for page in [page for page in found.pages if page.lines and _is_label(page) and page.lines[0] not in self.said]:
            self.said.add(page.lines[0])
            found.pages[found.pages.index(page)] = replace(page, title=page.lines[0], lines=page.lines[1:])
        self._alone(found, section)
        return found

    def _place(self, found: Split, block: Item, section: Section) -> None:
        """Where an exhibit stands before messages are given: charts in the body, tables behind it."""
        chart = block["kind"] == "chart"
        if not _shows(block):
            found.empty.append(block)
        elif chart and deck_charts.can_draw(block):
            self._chart(found, self._page(block, section))
            return
        elif not chart and self.fits(page := self._page(block, section)):
            found.behind.append(page)
        else:
            found.large.append(block)
            # What a chart says is said, though no slide can hold it.
            found.findings += [block["title"]] if chart else []

    def _chart(self, found: Split, page: Page) -> None:
        """A chart stands in the body, a second of the section only while there are few."""
        first = not any(_draws(other) for other in found.pages)
        if _n_bars(page.item) == 1:
            found.findings += [] if _is_label(page) else [page.title]
            found.behind.append(replace(page, title=page.caption or page.title, caption=""))
            return
        if page.title not in self.said and (first or self.n_shown < MOST):
            self.n_shown += not first
            self.said.add(page.title)
            found.pages.append(page)
            return
        drawn = any(matching.score(page.title, self._figures(other)) > 0 for other in found.pages)
        if page.title not in self.said and not drawn:
            self.said.add(page.title)
            found.behind.append(page)
            return
        # Its message is said beside the chart of the same figures; behind it the chart has its plain name.
        found.findings.append(page.title)
        found.behind.append(replace(page, title=page.caption or page.title, caption=""))

    def _name(self, found: Split, page: Page) -> None:
        """A chart whose title only names it takes the finding of its section that counts what it shows."""
        free = [line for line in found.findings if line not in self.said]
        if message := matching.best(free, self._figures(page)):
            self.said.add(message)
            found.pages[found.pages.index(page)] = replace(page, title=message)

    def _speak(self, found: Split, page: Page, told: list[str]) -> None:
        """A table whose figures a finding counts comes into the body, unless that is said or drawn already."""
        free = [line for line in told if line not in self.said]
        message = matching.best(free, self._figures(page))
        drawn = any(matching.score(message, self._figures(other)) > 0 for other in found.pages if _draws(other))
        spoken = replace(page, title=message, caption=page.title)
        if message and not drawn and self.n_shown < MOST and self.fits(spoken):
            self.n_shown += 1
            self.said.add(message)
            found.behind.remove(page)
            found.pages.append(spoken)

    def _beside(self, pages: list[Page], line: str, own: Item | None) -> bool:
        """Put a finding under the exhibit that counts what it says or that it was found in, if that has room."""
        scores = [matching.score(line, self._figures(page)) for page in pages]
        for place in sorted(range(len(pages)), key=lambda place: -scores[place]):
            if not (scores[place] > 0 or (own and matching.alike(own, pages[place].item))):
                continue
            lines = (*pages[place].lines, line)
            more = replace(pages[place], lines=lines)
            if display_width("".join((pages[place].title, *lines))) <= BESIDE and (_draws(more) or self.fits(more)):
                pages[place] = more
                return True
        return False

    def _alone(self, found: Split, section: Section) -> None:
        """Many findings of a section that no exhibit has room for make a slide; few go to the notebook's answer."""
        if len(found.findings) < ALONE:
            return
        title, *lines = found.findings
        self.said.add(title)
        page = Page(title, self._kicker(section), section.title, lines=tuple(lines), source=self.source, whole=True)
        found.pages.append(page)
        found.findings = []

    def _page(self, block: Item, section: Section) -> Page:
        shown = block.get("name") or block["title"]
        facts = {"kicker": self._kicker(section), "note": block["note"], "item": block,
                 "source": joined(self.source, *about(block)), "alt": block.get("alt") or block["title"]}  # fmt: skip
        if block["kind"] == "chart" and painting(block):
            return Page(block["title"], caption=shown, table=deck_ranks.of_ranks(block), **facts)
        if block["kind"] == "chart":
            return Page(block["title"], caption=shown, chart=block, **facts)
        return Page(block["title"], table=deck_tables.of_item(block), **facts)

    def _figures(self, page: Page) -> frozenset[str]:
        """The figures that a page shows; long curves are read once."""
        key = id(page.item)
        if key not in self.read:
            self.read[key] = matching.of_all(_texts(page))
        return self.read[key]

    def _kicker(self, section: Section) -> str:
        return " › ".join(part for part in (self.kicker, section.title) if part)


def _is_drawn(block: Item) -> bool:
    return not block.get("untellable") and deck_charts.can_draw(block) and _n_bars(block) != 1


def _n_bars(item: Item | None) -> int | None:
    """How many bars a chart has; None where it has none. One bar compares nothing."""
    if item is None or item["native"]["form"] not in ("bar", "stacked_bar"):
        return None
    places = [at(item, name) for name in item["native"]["y"]]
    return sum(row[place] is not None for row in item["rows"] for place in places)


def _has_exhibits(section: Section) -> bool:
    """Whether a section has no exhibits or one with something to show: what is said of nothing is no message."""
    blocks = [block for block in section.blocks if block["shape"] in EXHIBITS]
    return not blocks or any(_shows(block) for block in blocks)


def _shows(block: Item) -> bool:
    if block.get("untellable"):
        return False
    return deck_charts.has_figures(block) if block["kind"] == "chart" else bool(block.get("rows") or block.get("cells"))


def _draws(page: Page) -> bool:
    """Whether a page shows a chart, drawn or as painted cells."""
    return page.item is not None and page.item["kind"] == "chart"


def _is_label(page: Page) -> bool:
    """Whether the title says little more than the chart's plain name."""
    title, caption = page.title.casefold(), page.caption.casefold()
    names = " " in caption and set(caption.split()) <= set(title.split()) and not any(map(str.isdigit, title))
    return names or SequenceMatcher(None, title, caption).ratio() >= ALIKE


def findings(section: Section) -> list[str]:
    """The sentences found in a section."""
    items = [item for block in section.blocks if block["shape"] == "findings" for item in block["items"]]
    return [line for item in items if item.get("text") for line in item["text"].split("\n")]


def _own(section: Section) -> dict[str, Item]:
    """The exhibit of each finding: the one before it, else the section's first. A chart's message is its own."""
    found: dict[str, Item] = {}
    shown = [block for block in section.blocks if block["shape"] in EXHIBITS]
    last = next(iter(shown), None)
    for block in section.blocks:
        if block["shape"] in EXHIBITS:
            last = block
            if block["kind"] == "chart":
                found[block["title"]] = block
        elif last and block["shape"] == "findings":
            lines = [line for item in block["items"] if item.get("text") for line in item["text"].split("\n")]
            found |= dict.fromkeys(lines, last)
    return found


def _texts(page: Page) -> list[str]:
    """Every text that a page's exhibit shows."""
    if page.table and not _draws(page):
        return [text for row in page.table.rows for cell in row for text in (cell.text, cell.under)]
    shown = table_view(page.item) if page.item and page.item["kind"] == "chart" else {"cells": []}
    return [page.title, *(text for row in shown["cells"] for cell in row for text in (cell["text"], cell["range"]))]


def source_of(name: str) -> str:
    """Where the figures of a slide come from."""
    return words.say(N_("Source: report “{name:text}”"), name=words.label(name)).text()


def joined(*parts: str) -> str:
    """What stands in one line, parted as Japanese slides do."""
    return " ｜ ".join(part for part in parts if part)
