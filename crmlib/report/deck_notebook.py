"""The slides of a notebook: its key figures, its answer, what its sections say, and the tables behind them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crmlib import words
from crmlib.report.deck_body import Sorter, findings, joined, source_of
from crmlib.report.deck_pages import Fits, Page, Part
from crmlib.report.deck_tables import Cell, Table
from crmlib.report.page import Section, lay_out
from crmlib.report.read import exhibits
from crmlib.report.views import metric_view

if TYPE_CHECKING:
    from crmlib.report.read import Item

FEW, REST = 4, 5  # key figures beside which the answer begins, and the least sentences on either slide


def notebook(name: str, items: list[Item], chapter: str, said: set[str], fits: Fits) -> Part:
    """The slides of a notebook: its key figures, its answer, then the exhibits that speak, section by section.

    `said` are the messages that stand over slides already, and grows: no two slides have the same one.
    """
    question, sections = lay_out(name, items)
    kicker, source = f"{chapter} › {words.label(name)}", source_of(name)
    opening = _opening(sections)
    told = [line for section in sections[:opening] for line in findings(section)]
    conclusions = [item["text"] for item in exhibits(items, "conclusion") if item.get("text")]
    heading = _first([*conclusions, *told, question], said)
    figures = _figures(items, heading, kicker, source)
    said |= {page.title for page in figures}
    # A chart keeps its own message, so the answer begins with another one where it can.
    titles = {item["title"] for item in exhibits(items, "chart")}
    first = _counting([line for line in told if line not in titles], said) or _first(told, said)
    said.add(first)
    part = Part(words.label(name), question)
    sorter, left = Sorter(kicker, source, told, said, fits), list[str]()
    sorter.expect(sections)
    for place, section in enumerate(sections):
        found = sorter.split(section, answered=place < opening)
        part.pages += found.pages
        part.behind += found.behind
        part.empty += found.empty
        part.large += found.large
        part.untold += found.untold
        left += found.findings
    over = {page.title for page in figures}
    lines = [line for line in dict.fromkeys((*told, *left)) if line not in over]
    answer = Page(first, kicker, question, source=source, whole=True)
    part.pages[:0] = _together(figures, answer, lines, said, fits)
    part.shown = [*exhibits(items, "metric"), *(page.item for page in part.pages if page.item)]
    return part


def _first(lines: list[str], said: set[str], otherwise: str = "") -> str:
    return next((line for line in lines if line and line not in said), otherwise)


def _counting(lines: list[str], said: set[str]) -> str:
    """The first line that says a figure, as the message of a slide should, else the first."""
    return _first([line for line in lines if any(map(str.isdigit, line))], said, _first(lines, said))


def _opening(sections: list[Section]) -> int:
    """How many sections make the answer: those up to the first with findings."""
    return next((place for place, section in enumerate(sections, start=1) if findings(section)), 0)


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
    caption = words.translate("Key figures")
    return [Page(title or caption, kicker, caption, source=joined(source, period), table=table, whole=True)]


def _figure(item: Item) -> list[Cell]:
    if item.get("untellable"):
        return [Cell(item["title"]), Cell(words.MISSING), Cell(""), Cell(""), Cell(item["note"])]
    n = "" if item.get("n") is None else words.phrase(item["n"], item.get("n_kind") or "count")
    return [Cell(item["title"]), Cell(item["text"], bold=True), Cell(metric_view(item)["interval"]), Cell(n),
            Cell(item["note"])]  # fmt: skip


def _together(
    figures: list[Page], answer: Page, lines: list[str], said: set[str], fits: Fits
) -> list[Page]:  # fmt: skip
    """Few figures share a slide with the answer, or with as much of it as can be read; the rest follows."""
    few = [page for page in figures if page.table and len(page.table.rows) <= FEW]
    most = len(lines) if few else 0
    for n in (most, *range(most - REST, REST - 1, -1)):
        shared = [replace(page, bullets=tuple(lines[:n])) for page in few]
        if n > 0 and fits(shared[0]):
            rest = lines[n:]
            return [*shared, *_answer(replace(answer, title=_counting(rest, said)), rest)]
    return [*figures, *_answer(answer, lines)]


def _answer(page: Page, told: list[str]) -> list[Page]:
    """What was found, the first of it as the message; one sentence alone is its own text."""
    title = page.title or next(iter(told), "")
    rest = tuple(line for line in told if line != title)
    return [replace(page, title=title, lines=rest or (title,))] if title else []
