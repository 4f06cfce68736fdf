"""One notebook as one self-contained page: no script, no link, nothing fetched, no code, no path."""

from __future__ import annotations

import functools
from base64 import b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

from crmlib import words
from crmlib.report import conditions, prose, tongue
from crmlib.report.read import Item, exhibits
from crmlib.report.views import table_view, view

if TYPE_CHECKING:
    from crmlib.report.publish import ReportInput

TEMPLATES = Path(__file__).parent / "templates"
_TOGETHER = ("metric", "finding", "conclusion")


@dataclass
class Section:
    """A part of a page under one heading; its blocks are prose, or one or several exhibits of one shape."""

    title: str
    anchor: str
    blocks: list[dict[str, Any]] = field(default_factory=list)


def notebook_page(run: ReportInput, name: str, items: list[Item]) -> str:
    """The page of one notebook."""
    title, sections = lay_out(name, items)
    shown = exhibits(items)
    return render(
        "page.html", run, title=title, intro=sections[0], sections=sections[1:], name=name,
        answers=[] if _answers_first(sections) else [view(item) for item in exhibits(items, "finding")],
        definitions=conditions.definitions(shown), **appendix(run, shown),
    )  # fmt: skip


def appendix(run: ReportInput, items: list[Item]) -> dict[str, Any]:
    """What stands at the end of every page: conditions, policy and the ledgers."""
    ledgers = conditions.ledgers(run)
    summary = [conditions.ledger_summary(run)] if len(ledgers) > 1 else []
    told = [ledger for ledger in ledgers if conditions.detailed(ledger) or not summary]
    return {
        "conditions": conditions.conditions(run, items),
        "policy": conditions.policy(run),
        "reading": conditions.reading(run),
        "ledgers": [ledger | table_view(ledger) for ledger in told],
        "ledger_summary": [table | table_view(table) for table in summary],
    }


def lay_out(name: str, items: list[Item]) -> tuple[str, list[Section]]:
    """Title of a page and its sections; the first section is what stands before the first heading.

    The first `#` heading is the title, every later heading of the first two levels opens a section.
    """
    title, sections = "", [Section("", "intro")]
    for item in items:
        # A finding without words has nothing to tell: no bullet for it on page or paper.
        if item["kind"] == "end" or (item["kind"] == "finding" and not item["text"]):
            continue
        if item["kind"] != "prose":
            _add(sections[-1], view(item))
            continue
        for token in prose.tokens(item["markdown"]):
            level = token["attrs"]["level"] if token["type"] == "heading" else 9
            if level == 1 and not title:
                title = prose.plain(token)
            elif level <= 2:
                sections.append(Section(prose.plain(token), f"s{len(sections)}"))
            else:
                _add(sections[-1], {"shape": "prose", "html": _block(token, sections[-1].title or title)})
    for section in sections:
        _lead(section)
    return title or words.label(name), [sections[0], *(part for part in sections[1:] if part.blocks)]


def render(template: str, run: ReportInput, **values: Any) -> str:
    """A template with the run, its style sheet and the hash by which the page's policy allows it."""
    return environment().get_template(template).render(
        run=run, client=run.client.title_in(run.language), css=Markup(_style()), digest=_digest(),  # noqa: S704
        as_of=words.phrase(run.as_of, "date"), **values,
    )  # fmt: skip


def _block(token: prose.Token, name: str) -> Markup:
    # Below a section's heading (level 2) every heading is of level 3, so none is jumped.
    if token["type"] == "heading":
        token = {**token, "attrs": {**token["attrs"], "level": 3}}
    if token["type"] != "table":
        return prose.html(token)
    start = Markup(
        '<div class="scroll" role="group" tabindex="0" aria-label="{0}"><table><caption class="sr">{0}</caption>'
    )
    return prose.html(token).replace(Markup("<table>"), start.format(name)) + Markup("</div>\n")


def _add(section: Section, shown: dict[str, Any]) -> None:
    """Append a block; neighbouring metrics share a row of cards, neighbouring findings a list."""
    if shown["shape"] not in _TOGETHER:
        section.blocks.append(shown)
    elif section.blocks and section.blocks[-1]["shape"] == shown["shape"] + "s":
        section.blocks[-1]["items"].append(shown)
    else:
        section.blocks.append({"shape": shown["shape"] + "s", "items": [shown]})


def _lead(section: Section) -> None:
    """What is concluded stands before the figures and findings it is drawn from; a table or a chart is not passed."""
    start = 0
    for place, block in enumerate(section.blocks):
        if block["shape"] == "conclusions":
            section.blocks.insert(start, section.blocks.pop(place))
        if block["shape"] not in ("metrics", "findings"):
            start = place + 1


def _answers_first(sections: list[Section]) -> bool:
    """Whether the notebook itself gives an answer before it shows a table, a grid or a chart."""
    for block in (block for section in sections for block in section.blocks):
        if block["shape"] == "findings":
            return True
        if block["shape"] not in ("prose", "metrics", "conclusions"):
            return False
    return True


@functools.cache
def environment() -> jinja2.Environment:
    """Where the templates of pages and paper are found, and what they may call."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters["tongue"] = tongue.marked
    made.globals["_"] = words.translate
    made.globals["label_of"] = words.label
    return made


@functools.cache
def _style() -> str:
    return (TEMPLATES / "page.css").read_text(encoding="utf-8")


@functools.cache
def _digest() -> str:
    # The style element holds exactly this text, so its hash lets the policy do without 'unsafe-inline'.
    return b64encode(sha256(_style().encode()).digest()).decode()
