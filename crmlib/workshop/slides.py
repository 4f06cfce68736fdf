"""A lesson as slides: one self-contained page from its executed solution version, no script, nothing fetched.

Shown are the questions and what the teacher demonstrates; no answer to an exercise is on a slide.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from crmlib import words
from crmlib.batch.template import source_of
from crmlib.report import prose
from crmlib.words import N_
from crmlib.workshop.versions import Cell, minutes_of, tags_of

TEMPLATES = Path(__file__).parent / "templates"
MANY_ROWS, LONG = 8, 340  # beyond them, text and table get a slide each
TALL, ROW, LARGEST = 35.0, 2.2, 1.55  # of a table, in hundredths of a slide's width
_TAGS = re.compile(r"<(style|script)\b.*?</\1\s*>|<script\b[^>]*>", re.DOTALL | re.IGNORECASE)
_PANDAS = re.compile(r"<(table|tr)\b[^>]*>")
_NUMBER = re.compile(r"<td>([+\-−]?[¥￥$]?[\d,.]+%?|–)</td>")


@dataclass(frozen=True, kw_only=True)
class Slide:
    """A heading, what stands above and under it, and what was demonstrated; `fit`: the size of its table's letters."""

    heading: str
    overline: str = ""
    body: str = ""
    shown: str = ""

    @property
    def fit(self) -> str:
        """The size at which the table fits below its heading."""
        rows = max(self.shown.count("<tr"), 1) + (2 if "<caption" in self.shown else 0) + (4 if self.body else 0)
        return f"{min(LARGEST, TALL / (rows * ROW)):.2f}"


def slides_page(executed: dict[str, Any], *, number: int, language: str) -> str:
    """The slides of a lesson out of its executed solution version."""
    from markupsafe import Markup

    words.speak(language)
    found = slides(executed["cells"])
    css = Markup((TEMPLATES / "slides.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file
    # Escaped where it was made: by our own renderer of markdown, by the exhibits, by pandas.
    shown = [{**vars(each), "fit": each.fit, "body": Markup(each.body), "shown": Markup(each.shown)} for each in found]  # noqa: S704
    template = environment().get_template("slides.html")
    return template.render(slides=shown, css=css, title=found[0].heading, number=number, language=language)


def slides(cells: list[Cell]) -> list[Slide]:
    """The slides of a lesson, in their order."""
    found: list[Slide] = []
    for cell in cells:
        tags = tags_of(cell)
        if cell["cell_type"] == "markdown" and "teacher" not in tags:
            found.append(_prose(cell, found[-1].heading if found else ""))
        elif "demonstration" in tags:
            for html in _outputs(cell):
                found = _with_output(found, html)
        elif "exercise" in tags:
            found = _as_exercise(found)
    return found


def _prose(cell: Cell, heading: str) -> Slide:
    told, body = _told(source_of(cell))
    return Slide(heading=told or heading, body=body, overline=_minutes(minutes_of(cell)))


def _minutes(minutes: int) -> str:
    return words.say(N_("{n:count} minutes"), n=minutes).text() if minutes else ""


def _with_output(found: list[Slide], html: str) -> list[Slide]:
    """An output stands under the text before it where both are short, else on a slide of its own."""
    last = found[-1]
    text = re.sub(r"<[^>]*>", "", last.body)
    fits = html.count("<tr") <= MANY_ROWS and _width(text) <= LONG and "<table" not in last.body
    if not last.shown and fits and len(found) > 1:
        return [*found[:-1], replace(last, shown=html)]
    return [*found, Slide(heading=last.heading, shown=html)]


def _width(text: str) -> int:
    """Letters, those of Japanese counted twice: they are twice as wide."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _as_exercise(found: list[Slide]) -> list[Slide]:
    """Mark the text that asks it; a demonstration may stand between them."""
    place = max((number for number, slide in enumerate(found) if slide.body), default=0)
    overline = " · ".join(filter(None, [words.translate(N_("Exercise")), found[place].overline]))
    return [*found[:place], replace(found[place], overline=overline), *found[place + 1 :]]


def _told(markdown: str) -> tuple[str, str]:
    """The first heading of a cell, and the rest as HTML."""
    heading, blocks = "", []
    for token in prose.tokens(markdown):
        if token["type"] == "heading" and not heading:
            heading = prose.plain(token)
        else:
            blocks.append(str(prose.html(token)))
    return heading, "".join(blocks)


def _outputs(cell: Cell) -> list[str]:
    return [html for output in cell.get("outputs", []) if (html := _output(output))]


def _output(output: dict[str, Any]) -> str:
    """One output as HTML: what the desk sees of it, or its text."""
    if output["output_type"] not in ("display_data", "execute_result"):
        return ""
    data = output["data"]
    if "text/html" in data:
        plain = _PANDAS.sub(r"<\1>", _TAGS.sub("", "".join(data["text/html"])))
        return _NUMBER.sub(r'<td class="n">\1</td>', plain)
    if "image/png" in data:
        return f'<figure><img src="data:image/png;base64,{"".join(data["image/png"]).strip()}" alt=""></figure>'
    text = "".join(data.get("text/plain", ""))
    return f"<pre>{escape(text)}</pre>" if text.strip() else ""


@cache
def environment() -> Any:
    """The workshop's own templates; every text is escaped and a missing value is an error."""
    import jinja2

    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    found.globals["_"] = words.translate
    return found
