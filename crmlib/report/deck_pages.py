"""A slide before it is drawn: its message, where it belongs, and what it shows."""

from __future__ import annotations

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
    note: str = ""
    source: str = ""
    chart: Item | None = None
    table: Table | None = None
    alt: str = ""
    whole: bool = False  # a list that goes on over as many slides as it takes
    item: Item | None = None


@dataclass(frozen=True)
class Chapter:
    """A chapter: its code and name, the questions it answers, and its slides."""

    code: str
    name: str
    questions: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
