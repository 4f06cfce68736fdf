"""The definitions of every metric as a page beside the report: formula, denominator, censoring, what tools call it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from crmlib.report import page

if TYPE_CHECKING:
    from crmlib.report.publish import ReportInput

NAME = "definitions.html"
FILES = {"en": "definitions.md", "ja": "definitions.ja.md"}
_PACKAGE = Path(__file__).resolve().parents[1]


def source(language: str) -> Path:
    """The document of that language: as installed with the package, else of the checkout."""
    places = [_PACKAGE / "docs" / FILES[language], _PACKAGE.parent / "docs" / FILES[language]]
    return next((place for place in places if place.is_file()), places[-1])


def definitions_page(run: ReportInput) -> str:
    """The page of definitions in the language of the report."""
    text = source(run.language).read_text(encoding="utf-8")
    title, sections = page.lay_out("definitions", [{"kind": "prose", "markdown": text}])
    return page.render(
        "page.html", run, title=title, intro=sections[0], sections=sections[1:], name="definitions", answers=[],
        definitions=[], **page.appendix(run, []),
    )  # fmt: skip
