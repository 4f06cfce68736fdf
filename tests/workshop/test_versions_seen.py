"""Slides and the teacher's guide: what stands on them, in which order, and that nothing in them can do harm."""

from __future__ import annotations

import re
from typing import Any

import pytest

from crmlib import words
from crmlib.workshop import guide, slides, versions


def _md(source: str, *tags: str, minutes: int = 0) -> dict[str, Any]:
    metadata = {"tags": list(tags), "crm": {"minutes": minutes, "slide": True} if minutes else {}}
    return {"cell_type": "markdown", "metadata": metadata, "source": source}


def _code(*outputs: dict[str, Any], tags: tuple[str, ...] = ("demonstration",)) -> dict[str, Any]:
    found = [{"output_type": "display_data", "data": output} for output in outputs]
    return {"cell_type": "code", "metadata": {"tags": list(tags)}, "source": "", "outputs": found}


TABLE = {"text/html": '<style scoped>td {}</style><table border="1" class="dataframe"><tr><td>1,480</td></tr></table>'}
CELLS = [
    _md("# Whose figure?\n\nMonday meeting.", minutes=5),
    _md("Ask the group.", "teacher"),
    _md("## What is in it?\n\nA row a line.", minutes=10),
    _code(TABLE),
    _code({"text/html": "<figure><img src='data:,'></figure>"}),
    _md("How many?", minutes=20),
    _code({"text/plain": "secret answer"}, tags=("exercise",)),
    _md("## A sentence\n\nSay …", "meeting", minutes=5),
]


def test_slides_are_headings_with_their_text_and_what_was_demonstrated() -> None:
    words.speak("en")
    found = slides.slides(CELLS)
    assert [(slide.heading, bool(slide.body), bool(slide.shown), slide.overline) for slide in found] == [
        ("Whose figure?", True, False, "5 minutes"),
        ("What is in it?", True, True, "10 minutes"),
        ("What is in it?", False, True, ""),
        ("What is in it?", True, False, "Exercise · 20 minutes"),
        ("A sentence", True, False, "5 minutes"),
    ]


def test_a_slide_shows_no_answer_and_nothing_for_the_teacher() -> None:
    page = slides.slides_page({"cells": CELLS}, number=1, language="en")
    assert "secret answer" not in page
    assert "Ask the group" not in page


def test_numbers_stand_at_the_right_and_the_style_of_pandas_is_gone() -> None:
    page = slides.slides_page({"cells": CELLS}, number=1, language="en")
    assert '<table><tr><td class="n">1,480</td></tr></table>' in page
    assert "scoped" not in page


def test_a_page_of_slides_has_no_script_and_fetches_nothing() -> None:
    hostile = _code({"text/html": "<p>x</p><script>alert(1)</script><SCRIPT SRC=//x>"}, {"text/plain": "<script>y"})
    cells = [*CELLS, _md("<script>z</script> [a](http://x.jp) ![b](http://y.jp/z.png)"), hostile]
    page = slides.slides_page({"cells": cells}, number=1, language="ja")
    assert not re.search(r"<script|<link|\bsrc=.?(?!data:)[^'\" ]|url\(|@import|<a ", page, re.IGNORECASE)
    assert "default-src 'none'" in page


def test_a_table_of_many_rows_gets_smaller_letters_and_a_slide_of_its_own() -> None:
    long = {"text/html": "<table>" + "<tr><td>1</td></tr>" * 30 + "</table>"}
    found = slides.slides([*CELLS[:3], _code(long)])
    assert len(found) == 3
    assert float(found[-1].fit) < float(slides.Slide(heading="", shown=TABLE["text/html"]).fit)
    assert float(found[-1].fit) * slides.ROW * 30 <= slides.TALL + 1


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_guide_has_every_lesson_with_its_times_and_every_mistake(language: str) -> None:
    lessons = {name: versions.read_master(path) for name, path in versions.masters().items()}
    page = guide.guide_page(lessons, language)
    found = [guide._lesson(number, name, master, language) for number, (name, master) in enumerate(lessons.items(), 1)]
    for lesson in found:
        ends = [part["end"] for part in lesson["parts"]]
        assert [part["start"] for part in lesson["parts"]] == [0, *ends[:-1]]
        assert lesson["minutes"] == ends[-1]
        assert all(part["title"] for part in lesson["parts"])
        assert any(part["notes"] for part in lesson["parts"])
        assert sum(len(part["exercises"]) for part in lesson["parts"]) >= 3
    told = [exercise["mistakes"] for lesson in found for part in lesson["parts"] for exercise in part["exercises"]]
    assert all(len(set(each)) == len(each) >= 2 for each in told)
    assert page.count("<article>") == sum(len(versions.exercise_ids(master)) for master in lessons.values())
    assert not re.search(r"<script|<link|\bsrc=|url\(|@import", page)
