"""A lesson as slides: one self-contained page from its executed solution version, no script, nothing fetched.

Shown are the questions and what the teacher demonstrates; no answer to an exercise is on a slide.
"""

from __future__ import annotations

import math
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
# All in hundredths of a slide's width: what is free below the heading, a line of text, the gap to a table; then, of a
# table, the height of a row at letters of size one, and the largest and smallest letters.
TALL, LINE, GAP, ROW, LARGEST, SMALLEST = 35.5, 3.4, 2.5, 2.25, 1.55, 1.0
BESIDE_PICTURE = 300  # Latin letters of text that fit at the left of a picture
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
        """The size of the letters at which its table fits."""
        return f"{min(LARGEST, _letters(self.body, self.shown)):.2f}"


def _letters(body: str, shown: str) -> float:
    """The largest letters at which a table fits below a text."""
    rows = max(shown.count("<tr"), 1) + (2 if "<caption" in shown else 0)
    return (TALL - _height(body)) / (rows * ROW)


def _height(body: str) -> float:
    """How high a text is, about; nothing for none."""
    blocks = [_width(text) for text in re.findall(r"<(?:p|li)>(.*?)</(?:p|li)>", body, re.DOTALL)]
    return sum(math.ceil(block / 84) * LINE + 1.2 for block in blocks) + (GAP if blocks else 0)


def _width(html: str) -> int:
    """Letters of a text; a Japanese one is as wide as two of ours."""
    text = re.sub(r"<[^>]*>", "", html)
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


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
    if last.shown or len(found) == 1 or not _fits(last.body, html):
        return [*found, Slide(heading=last.heading, shown=html)]
    return [*found[:-1], replace(last, shown=html)]


def _fits(body: str, html: str) -> bool:
    if "<table" in body:
        return False
    if "<figure" in html:
        return _width(body) <= BESIDE_PICTURE
    return _letters(body, html) >= SMALLEST


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
