"""The whole report as one document to print: cover, contents, summary, a chapter a notebook, what stands behind it."""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from crmlib import words
from crmlib.report import conditions, ruler, summary
from crmlib.report.index import missing
from crmlib.report.page import TEMPLATES, Section, appendix, environment, lay_out
from crmlib.report.paper_letters import Letters
from crmlib.report.paper_pictures import lightened
from crmlib.report.paper_tables import fitted, sheet_names, side_by_side
from crmlib.report.read import Item, exhibits
from crmlib.report.views import display_width, table_view
from crmlib.words import N_

if TYPE_CHECKING:
    from crmlib.report.publish import NotebookRun, ReportInput

HEADER_WIDTH = 60  # columns of the client's title in the running header
_KPI_HEADS = ("kpi_id", "actual", "target", "mark", "kpi_month")
_NUMBERED = ("table", "grid", "chart", "sheet")


@dataclass
class Chapter:
    """One notebook on paper."""

    name: str
    number: int
    label: str
    title: str
    intro: Section
    sections: list[Section]
    terms: list[tuple[str, str, str]] = field(default_factory=list)


def document(run: ReportInput, items: dict[str, list[Item]]) -> str:
    """The report as one HTML text; everything it shows is in it, but the fonts."""
    client, shown = run.client.title_in(run.language), conditions.pages_of(items)
    sheets = sheet_names(items) if "xlsx" in run.formats else {}
    letters = Letters()
    chapters = [_chapter(k, name, found, sheets, letters) for k, (name, found) in enumerate(items.items(), start=1)]
    _share_terms(chapters, items)
    behind = appendix(run, shown)
    ledgers = side_by_side([_fitted_table(table) for table in (*behind["ledger_summary"], *behind["ledgers"])])
    told = summary.conclusions(items)
    page = environment().get_template("paper.html").render(
        run=run, client=" ".join(client.split()), running=letters.drawn(_short(client)),
        css=Markup(_style(run.language)), # noqa: S704 - our own style sheet
        as_of=words.phrase(run.as_of, "date"), facts=behind["conditions"],
        period=next((item["period"] for item in shown if item.get("period")), ""), chapters=chapters,
        conclusions=told[: summary.CONCLUSIONS], kpis=summary.cards(items), steps=summary.next_steps(items, told),
        kpi_heads=[words.column(name).label for name in _KPI_HEADS],
        numbers={chapter.name: chapter.number for chapter in chapters},
        untold=[_untold(part) for part in run.notebooks if part.verdict != "ok"], missing=missing(items),
        policy=behind["policy"], reading=behind["reading"], ledgers=ledgers,
        has_terms=any(chapter.terms for chapter in chapters),
    )  # fmt: skip
    return letters.page(page)


def _chapter(
    number: int, name: str, items: list[Item], sheets: dict[tuple[str, str], str], letters: Letters
) -> Chapter:  # fmt: skip
    title, (intro, *sections) = lay_out(name, items)
    chapter = Chapter(name, number, words.label(name), title, intro, sections)
    told = itertools.count(1)
    for section in (intro, *sections):
        blocks = [
            _numbered(_drawn(block, letters), number, next(told), sheets.get((name, block["id"]), ""))
            if block["shape"] in _NUMBERED
            else _deeper(block, section is intro)
            for block in section.blocks
        ]
        section.blocks = side_by_side(blocks)
    return chapter


def _drawn(block: dict[str, Any], letters: Letters) -> dict[str, Any]:
    picture = block.get("picture")
    return block | {"picture": lightened(picture, letters.drawn)} if picture else block


def _numbered(block: dict[str, Any], chapter: int, number: int, sheet: str) -> dict[str, Any]:
    said = words.say(N_("Exhibit {chapter:count}-{number:count}"), chapter=chapter, number=number).text()
    return fitted(block, sheet) | {"number": said}


def _deeper(block: dict[str, Any], before_sections: bool) -> dict[str, Any]:
    # A chapter's heading is of level 2 and a section's of level 3, so one within a section is of level 4.
    if before_sections or block["shape"] != "prose":
        return block
    html = str(block["html"]).replace("<h3>", "<h4>").replace("</h3>", "</h4>")
    return block | {"html": Markup(html)}  # noqa: S704 - the same block, whose texts are escaped


def _share_terms(chapters: list[Chapter], items: dict[str, list[Item]]) -> None:
    """Give each chapter the definitions of the quantities that it is the first to use."""
    known: set[str] = set()
    for chapter in chapters:
        found = conditions.definitions(exhibits(items[chapter.name]))
        chapter.terms = [term for term in found if term[0] not in known]
        known |= {term[0] for term in found}


def _fitted_table(table: Item) -> Item:
    return fitted(table | table_view(table) | {"shape": "table"})


def _untold(part: NotebookRun) -> tuple[str, str]:
    # Why something failed is for the consultant: a client's paper holds no error text.
    return words.label(part.name), part.reason if part.verdict == "no_data" else words.label(part.verdict)


def _short(title: str) -> str:
    """A title for the running header: on one line, cut where it would meet the date."""
    kept = " ".join(title.split())
    while display_width(kept) > HEADER_WIDTH:
        kept = kept[:-2] + "…"
    return kept


@functools.cache
def _style(language: str) -> str:
    stack = ", ".join(f'"{family}"' for family in ruler.ORDER[language])
    heavy = "bold" if language == "en" else "normal"  # the Japanese font has one weight
    css = (TEMPLATES / "paper.css").read_text(encoding="utf-8")
    return css.replace("var(--stack)", stack).replace("var(--heavy)", heavy)
