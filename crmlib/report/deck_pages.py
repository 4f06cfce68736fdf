"""A slide before it is drawn: its message, where it belongs, and what it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmlib.report.deck_tables import Table
    from crmlib.report.read import Item


@dataclass(frozen=True)
class Page:
    """A slide: its message, where it belongs, what is shown, and one chart, one table or lines of text."""

    title: str
    kicker: str = ""
    caption: str = ""
    lines: tuple[str, ...] = ()  # the page's text, or what is to be read in its exhibit
    bullets: tuple[str, ...] = ()  # text of the page's own under a short table
    note: str = ""
    source: str = ""
    chart: Item | None = None
    table: Table | None = None
    alt: str = ""
    whole: bool = False  # a list that goes on over as many slides as it takes
    item: Item | None = None


@dataclass
class Part:
    """What one notebook gives to the deck: its slides in the body, and what stands behind them."""

    name: str = ""
    question: str = ""
    pages: list[Page] = field(default_factory=list)
    behind: list[Page] = field(default_factory=list)  # for the appendix
    empty: list[Item] = field(default_factory=list)  # exhibits with nothing to show
    untold: list[str] = field(default_factory=list)  # sentences of what has nothing to show
    large: list[Item] = field(default_factory=list)  # exhibits that no slide can hold
    shown: list[Item] = field(default_factory=list)  # exhibits of the body


@dataclass(frozen=True)
class Chapter:
    """A chapter: its code and name, and its parts, one a notebook."""

    code: str
    name: str
    parts: list[Part] = field(default_factory=list)

    @property
    def pages(self) -> list[Page]:
        """Its slides."""
        return [page for part in self.parts for page in part.pages]

    @property
    def questions(self) -> list[str]:
        """The questions that its notebooks answer."""
        return [part.question for part in self.parts if part.question]


Fits = Callable[[Page], bool]  # whether a page's table can be read on one slide
