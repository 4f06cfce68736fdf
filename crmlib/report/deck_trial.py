"""Slides tried on a consultant's template before anything is run: what is well-formed can still be no ground."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from crmlib.report.deck_base import box_of, title_of
from crmlib.report.deck_layout import Deck

if TYPE_CHECKING:
    from crmlib.report.deck_base import Box

LEAST_TITLE, LEAST_BODY = (150, 18), (250, 90)  # points
_SLACK = 18.0  # points: boxes of a template may reach a little over the edge, their letters do not


def trial_fault(template: Path) -> str:
    """What keeps slides from being made on a template, as the end of a sentence; empty when nothing does."""
    try:
        deck = Deck.open(template, "en")
        for layout in (deck.cover, deck.chapter, deck.page):
            deck.foot(deck.slide(layout, "Title"), "Foot")
        deck.deck.save(io.BytesIO())
        return _no_room(deck)
    except Exception as error:  # noqa: BLE001 - whatever comes of values that PowerPoint would not write either
        return f"cannot carry slides ({type(error).__name__}: {str(error)[:100]}); save it again with PowerPoint"


def _no_room(deck: Deck) -> str:
    title, body = ("title", LEAST_TITLE), ("room under the title", LEAST_BODY)
    boxes = [(*title, deck.page, deck.title), (*body, deck.page, deck.body)]
    boxes += [(*title, layout, box_of(title_of(layout))) for layout in (deck.cover, deck.chapter)]
    for part, least, layout, box in boxes:
        said = f"has no room for pages: the {part} of its layout {str(layout.name)[:40]!r}"
        if box.width < least[0] or box.height < least[1]:
            size = f"{max(0, box.width):.0f} x {max(0, box.height):.0f}"
            return f"{said} is {size} points, at least {least[0]} x {least[1]} are needed"
        if not _inside(box, deck.size):
            return f"{said} reaches over the edge of the slide"
    return ""


def _inside(box: Box, slide: Box) -> bool:
    return (
        min(box.left, box.top) >= -_SLACK
        and box.left + box.width <= slide.width + _SLACK
        and box.bottom <= slide.height + _SLACK
    )
