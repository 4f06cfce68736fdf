"""The appendix: the tables behind the messages, notebook by notebook under their own names, and what is empty."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crmlib import words
from crmlib.report.deck_pages import Page, Part
from crmlib.report.deck_tables import Cell, Table
from crmlib.words import N_

if TYPE_CHECKING:
    from crmlib.report.publish import ReportInput
    from crmlib.report.read import Item


def wanted(run: ReportInput) -> bool:
    """Whether the slides have an appendix: yes, unless the client file says no."""
    return bool(getattr(getattr(run.client, "slides", None), "appendix", True))


def appendix(parts: list[Part], name: str) -> list[Part]:
    """What stands behind each notebook, then one list of what has nothing to show."""
    found = [Part(part.name, pages=[_moved(page, name) for page in part.behind]) for part in parts if part.behind]
    return [*found, *(Part(pages=[page]) for page in (*_empty(parts, name), *_untold(parts, name)))]


def unshown(part: Part) -> list[Item]:
    """The exhibits of a notebook that stand on no slide when there is no appendix."""
    return [*(page.item for page in part.behind if page.item), *part.empty]


def _moved(page: Page, name: str) -> Page:
    _, *inner = page.kicker.split(" › ")
    return replace(page, kicker=" › ".join((name, *inner)))


def _empty(parts: list[Part], name: str) -> list[Page]:
    rows = [[Cell(part.name), Cell(item["title"])] for part in parts for item in part.empty]
    if not rows:
        return []
    title = words.say(N_("Tables and charts with nothing to show: {n:count}."), n=len(rows)).text()
    caption = words.translate("There is nothing to show.")
    table = Table([words.translate("Report"), words.translate("Table or list")], ["l", "l"], rows, (12, 11, 10))
    return [Page(title, name, caption, table=table, whole=True)]


def _untold(parts: list[Part], name: str) -> list[Page]:
    """What is said where there is nothing to show: that nothing is late, that a thing cannot be told."""
    rows = [[Cell(part.name), Cell(line)] for part in parts for line in part.untold]
    if not rows:
        return []
    title = words.say(N_("Said where there is nothing to show: {n:count}."), n=len(rows)).text()
    table = Table([words.translate("Report"), words.translate("What was found")], ["l", "l"], rows, (12, 11, 10))
    return [Page(title, name, words.translate("There is nothing to show."), table=table, whole=True)]
