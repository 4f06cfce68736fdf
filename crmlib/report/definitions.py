"""The definitions of every metric as a page beside the report: formula, denominator, censoring, what tools call it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from crmlib import words
from crmlib.report import page
from crmlib.words import N_

if TYPE_CHECKING:
    from crmlib.report.publish import ReportInput

NAME = "definitions.html"
FILES = {"en": "definitions.md", "ja": "definitions.ja.md"}
_PACKAGE = Path(__file__).resolve().parents[1]
# The keys that a consultant writes into a client file: `dormant_days`. In brackets they stand beside what they mean.
_BRACKETED = re.compile(r" ?[（(]`[^`]+`(?:[、,] ?`[^`]+`)*[）)]")
_APPENDED = re.compile(r"[、,] ?`[^`]+`(?=[）)])")
_KEY = re.compile(r"`([^`]+)`")


def source(language: str) -> Path:
    """The document of that language: as installed with the package, else of the checkout."""
    places = [_PACKAGE / "docs" / FILES[language], _PACKAGE.parent / "docs" / FILES[language]]
    return next((place for place in places if place.is_file()), places[-1])


def for_client(text: str) -> str:
    """The text without the keys of a client file: left out in brackets, else said in words.

    Example:
        >>> _ = words.speak("en")
        >>> for_client("far below (`hole_share`): within `dormant_days` (at least 10, `least_orders`)")
        'far below: within “Days of silence until dormant” (at least 10)'
    """
    return _KEY.sub(_said, _APPENDED.sub("", _BRACKETED.sub("", text)))


def _said(key: re.Match[str]) -> str:
    name = key[1] if key[1] not in words.PARAMETERS else words.parameter(key[1])
    return words.say(N_("“{name:text}”"), name=name).text()


def definitions_page(run: ReportInput) -> str:
    """The page of definitions in the language of the report."""
    text = for_client(source(run.language).read_text(encoding="utf-8"))
    title, sections = page.lay_out("definitions", [{"kind": "prose", "markdown": text}])
    return page.render(
        "page.html", run, title=title, intro=sections[0], sections=sections[1:], name="definitions", answers=[],
        definitions=[], **page.appendix(run, []),
    )  # fmt: skip
