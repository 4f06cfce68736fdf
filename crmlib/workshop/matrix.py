"""The matrix of a graded workshop, on the screen and as a file."""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from crmlib import words
from crmlib.words import N_, say
from crmlib.workshop import versions
from crmlib.workshop.exercise import mistake_label
from crmlib.workshop.grade import FAILED, NOT_TRIED, RIGHT, WRONG, Grade

MARKS = {RIGHT: "○", WRONG: "×", NOT_TRIED: "–", FAILED: "!"}
HEADER = ("learner", "name", "lesson", "exercise", "outcome", "mistake")
LEGEND = N_("○ right  × wrong, with the mistake's name below  – not tried  ! did not run, or over the limit")


def matrix(grades: list[Grade]) -> str:
    """A block a lesson: learners down, exercises across, mistakes by name below their learner."""
    lessons = list(dict.fromkeys(grade.lesson for grade in grades))
    blocks = ["\n".join(_block(lesson, [each for each in grades if each.lesson == lesson])) for lesson in lessons]
    return "\n\n".join([words.translate(LEGEND), *blocks])


def _block(lesson: str, grades: list[Grade]) -> Iterator[str]:
    exercises = list(dict.fromkeys(grade.exercise for grade in grades))
    learners = list(dict.fromkeys(grade.folder for grade in grades))
    wide = max(map(_width, learners)) + 2
    yield _title(lesson)
    yield " " * wide + "  ".join(exercises)
    for learner in learners:
        own = {grade.exercise: grade for grade in grades if grade.folder == learner}
        marks = [_padded(MARKS[own[each].outcome], _width(each)) for each in exercises]
        yield (_padded(learner, wide) + "  ".join(marks)).rstrip()
        yield from (f"    {each}: {mistake_label(own[each].mistake)}" for each in exercises if own[each].mistake)
    yield from _summary(exercises, grades, wide)


def _title(lesson: str) -> str:
    """A lesson's number and title, as its notebook and the guide have them."""
    number, path = next((n, path) for n, (name, path) in enumerate(versions.masters().items(), 1) if name == lesson)
    heading = versions.source_of(versions.read_master(path)["cells"][0]).splitlines()[0]
    return f"{number} {words.translate(heading).removeprefix('# ')}"


def _summary(exercises: list[str], grades: list[Grade], wide: int) -> Iterator[str]:
    """How many have each exercise right, and the mistake that is made most."""
    right = Counter(grade.exercise for grade in grades if grade.outcome == RIGHT)
    counts = [_padded(str(right[each]), _width(each)) for each in exercises]
    yield (_padded("○", wide) + "  ".join(counts)).rstrip()
    made = Counter((grade.exercise, grade.mistake) for grade in grades if grade.mistake)
    if made:
        (exercise, name), n = made.most_common(1)[0]
        told = N_("Most frequent mistake: {mistake:text} ({exercise:text}, {n:count}×)")
        yield say(told, mistake=mistake_label(name), exercise=exercise, n=n).text()


def _width(text: str) -> int:
    """Columns of a text on a terminal, on which a Japanese letter takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int) -> str:
    return text + " " * max(0, width - _width(text))


def write_grades(path: Path, grades: list[Grade]) -> None:
    """Write the grades, a row an exercise, so that Excel reads the names."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADER)
        for each in grades:
            cells = (each.folder, each.learner, each.lesson, each.exercise, each.outcome, each.mistake)
            rows.writerow([_harmless(cell) for cell in cells])


def _harmless(cell: str) -> str:
    """A name that a spreadsheet would take for a formula stays a text."""
    # A Japanese Excel takes full-width signs for the half-width ones.
    return f"'{cell}" if unicodedata.normalize("NFKC", cell).startswith(("=", "+", "-", "@", "\t", "\r")) else cell
