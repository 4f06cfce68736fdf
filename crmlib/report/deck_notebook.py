"""The slides of a notebook: its key figures, its findings, then its exhibits section by section."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from crmlib import words
from crmlib.report import deck_charts, deck_tables, matching
from crmlib.report.deck_pages import Page
from crmlib.report.deck_tables import Cell, Table
from crmlib.report.page import Section, lay_out
from crmlib.report.read import exhibits
from crmlib.report.views import about, display_width, metric_view, table_view
from crmlib.words import N_

if TYPE_CHECKING:
    from crmlib.report.read import Item

_OF_INK = ("破線", "点線", "各セル", "網掛け", "dashed line", "dotted line", "each cell", "shaded")
_EXHIBITS = ("table", "grid", "chart", "sheet")
ALONE = 3  # findings that make a slide of their own
BESIDE = 520  # columns of text that can be read under an exhibit


def notebook(name: str, items: list[Item], chapter: str) -> list[Page]:
    """The slides of a notebook: its key figures, its findings, then its exhibits section by section."""
    title, sections = lay_out(name, items)
    kicker = f"{chapter} › {words.label(name)}"
    source = words.say(N_("Source: report “{name:text}”"), name=words.label(name)).text()
    opening = _opening(sections)
    told = [line for section in sections[:opening] for line in _findings(section)]
    message = next((item["text"] for item in exhibits(items, "conclusion") if item.get("text")), "")
    detail: list[Page] = []
    beside: list[str] = []
    for place, section in enumerate(sections):
        pages, left = _section(section, told, kicker, source, answered=place < opening)
        detail += pages
        beside += left
    return [*_figures(items, message or next(iter(told), title), kicker, source),
            *_answer([*told, *beside], title, kicker, source), *detail]  # fmt: skip


def _opening(sections: list[Section]) -> int:
    """How many sections make the answer: those up to the first with findings."""
    return next((place for place, section in enumerate(sections, start=1) if _findings(section)), 0)


def _findings(section: Section) -> list[str]:
    items = [item for block in section.blocks if block["shape"] == "findings" for item in block["items"]]
    return [line for item in items if item.get("text") for line in item["text"].split("\n")]


def _figures(items: list[Item], title: str, kicker: str, source: str) -> list[Page]:
    found = exhibits(items, "metric")
    if not found:
        return []
    rows = [_figure(item) for item in found]
    heads = [words.translate(text) for text in ("Metric", "Value", "95% interval", "n", "Note")]
    if not any(row[4].text for row in rows):
        heads, rows = heads[:4], [row[:4] for row in rows]
    table = Table(heads, ["l", "r", "r", "r", "l"][: len(heads)], rows, (14, 13, 12, 11, 10))
    period = next((item["period"] for item in found if item.get("period")), "")
    return [
        Page(title, kicker, words.translate("Key figures"), source=_joined(source, period), table=table, whole=True)
    ]


def _figure(item: Item) -> list[Cell]:
    if item.get("untellable"):
        return [Cell(item["title"]), Cell(words.MISSING), Cell(""), Cell(""), Cell(item["note"])]
    n = "" if item.get("n") is None else words.phrase(item["n"], item.get("n_kind") or "count")
    return [Cell(item["title"]), Cell(item["text"], bold=True), Cell(metric_view(item)["interval"]), Cell(n),
            Cell(item["note"])]  # fmt: skip


def _answer(told: list[str], question: str, kicker: str, source: str) -> list[Page]:
    if not told:
        return []
    title, *rest = told
    return [Page(title, kicker, question, lines=tuple(rest or told), source=source, whole=True)]


def _section(
    section: Section, told: list[str], kicker: str, source: str, *, answered: bool
) -> tuple[list[Page], list[str]]:
    """A slide an exhibit; a finding of the section is the message of the table it counts, or is read beside it.

    Findings of a section that shows nothing come back, to be read with the notebook's answer.
    """
    blocks = [block for block in section.blocks if block["shape"] in _EXHIBITS and not block.get("untellable")]
    drawn = [block for block in blocks if block["shape"] != "sheet"]
    own = [] if answered else _findings(section)
    kicker = " › ".join(part for part in (kicker, section.title) if part)
    charts = [block["title"] for block in drawn if block["kind"] == "chart"]
    pages = _without_gaps([_exhibit(block, kicker, source, [*own, *told, *charts]) for block in drawn], section.title)
    titles = {page.title for page in pages}
    for line in (line for line in own if line not in titles):
        _read_beside(pages, line)
    said = [line for line in own if line not in titles and not any(line in page.lines for page in pages)]
    lists = [block for block in blocks if block["shape"] == "sheet"]
    if said and not lists and len(said) < ALONE:
        return pages, said
    if said:
        names = [block.get("name") or block["title"] for block in lists]
        named = [words.say(N_("In the workbook: {name:text}"), name=name).text() for name in names]
        lines = (*(said[1:]), *named) or (section.title,)
        pages.append(Page(said[0], kicker, section.title, lines=lines, source=source, whole=True))
    return pages, []


def _without_gaps(pages: list[Page], question: str) -> list[Page]:
    """Exhibits of a section that have nothing to show share one slide, which names them."""
    empty = [page for page in pages if not (page.chart or page.table)]
    if len(empty) < 2:
        return pages
    lines = tuple(f"{page.title}: {page.lines[0]}" for page in empty)
    one = replace(empty[0], title=question or empty[0].title, caption="", lines=lines, note="")
    return [one if page is empty[0] else page for page in pages if page not in empty[1:]]


def _read_beside(pages: list[Page], line: str) -> None:
    """Put a finding under the exhibit that counts what it says; else under the first, as the section's answer."""
    scores = [matching.score(line, _texts(page)) for page in pages]
    place = scores.index(max(scores)) if pages else 0
    free = [place, *range(len(pages))]
    for at in free:
        if at < len(pages) and display_width("".join((*pages[at].lines, line))) <= BESIDE:
            pages[at] = replace(pages[at], lines=(*pages[at].lines, line))
            return


def _texts(page: Page) -> list[str]:
    if page.table:
        return [text for row in page.table.rows for cell in row for text in (cell.text, cell.under)]
    shown = table_view(page.item) if page.item and page.item["kind"] == "chart" else {"cells": []}
    return [page.title, *(text for row in shown["cells"] for cell in row for text in (cell["text"], cell["range"]))]


def _exhibit(block: Item, kicker: str, source: str, told: list[str]) -> Page:
    shown = block.get("name") or block["title"]
    facts = {"kicker": kicker, "note": block["note"], "source": _joined(source, *about(block)),
             "alt": block.get("alt") or block["title"], "item": block}  # fmt: skip
    if block["kind"] == "chart":
        facts["note"] = _of_data(block["note"])
        if deck_charts.can_draw(block):
            return Page(block["title"], caption=shown, chart=block, **facts)
        empty = "" if deck_charts.has_figures(block) else _nothing()
        return Page(block["title"], caption=shown, lines=tuple(filter(None, (empty or _too_many(),))), **facts)
    if not (block.get("rows") or block.get("cells")):
        return Page(block["title"], caption=shown, lines=(_nothing(),), **facts)
    table = deck_tables.of_item(block)
    page = Page(block["title"], table=table, **facts)
    message = matching.best(told, _texts(page))
    return replace(page, title=message, caption=block["title"]) if message else page


def _of_data(note: str) -> str:
    """The note without what it says of the picture's lines and cells, which the native chart draws otherwise."""
    sentences = re.split(r"(?<=。)|(?<=\.)\s+", note)
    return " ".join(part for part in sentences if part and not any(mark in part for mark in _OF_INK)).strip()


def _nothing() -> str:
    return words.translate("There is nothing to show.")


def _too_many() -> str:
    return words.translate("There are too many names for a slide; the workbook has the chart and its table.")


def _joined(*parts: str) -> str:
    return " ｜ ".join(part for part in parts if part)
