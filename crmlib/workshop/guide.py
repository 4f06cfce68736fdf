"""The teacher's guide: timetable, what to ask, and of every exercise the usual mistakes with what to answer."""

from __future__ import annotations

from typing import Any

from crmlib import words
from crmlib.batch.template import source_of
from crmlib.report import prose
from crmlib.words import N_
from crmlib.workshop.exercise import Exercise, mistake_label
from crmlib.workshop.lesson import exercises_of
from crmlib.workshop.slides import TEMPLATES, environment
from crmlib.workshop.versions import Cell, exercise_of, minutes_of, solution_code, tags_of

ROOM = (
    N_("Before the day: make the folders with the names of all, open one of them on the machine in the room, and run"
       " lesson 1 to its end. Print this guide; the slides need no network."),
    N_("Everybody has data of their own. Nobody can copy a number, and two neighbours can compare how they got there:"
       " say so at the beginning."),
    N_("Run the demonstrations yourself, cell by cell, and let the group say what they see before you explain it."),
    N_("In an exercise keep quiet for two minutes. Then walk round and read what the cell says: it names the usual"
       " mistakes, so that you can answer with a question and not with the answer."),
    N_("Who is ready early explains it to the neighbour without touching the keyboard."),
    N_("When half of the time of an exercise is over, give the first hint to all; at its end show the solution and the"
       " one sentence of why, and go on. Nobody needs an earlier answer to go on, as lesson.solution shows the code."),
    N_("End every lesson with the sentence for the meeting: each says it aloud, with figures of their own."),
    N_("Afterwards collect the folders and run crm workshop --grade on them: the matrix shows which mistake to come"
       " back to the next morning."),
)  # fmt: skip


def guide_page(lessons: dict[str, dict[str, Any]], language: str) -> str:
    """The guide as one self-contained page."""
    from markupsafe import Markup

    words.speak(language)
    told = [_lesson(number, name, master, language) for number, (name, master) in enumerate(lessons.items(), start=1)]
    css = Markup((TEMPLATES / "guide.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file
    room = [words.translate(text) for text in ROOM]
    return environment().get_template("guide.html").render(lessons=told, room=room, css=css, language=language)


def _lesson(number: int, name: str, master: dict[str, Any], language: str) -> dict[str, Any]:
    notebook = {"cells": [dict(cell) for cell in master["cells"]]}
    words.translate_notebook(notebook, language)
    parts = _parts(notebook["cells"])
    exercises = {exercise.id: exercise for exercise in exercises_of(name)}
    start = 0
    for part in parts:
        part |= {"start": start, "end": start + part["minutes"]}
        part["exercises"] = [_exercise(name, exercises[each]) for each in part["ids"] if each in exercises]
        start = part["end"]
    return {"number": number, "title": parts[0]["title"], "parts": parts, "minutes": start}


def _parts(cells: list[Cell]) -> list[dict[str, Any]]:
    """The lesson's parts, each from one heading with its minutes to the next."""
    parts: list[dict[str, Any]] = []
    for cell in cells:
        if cell["cell_type"] == "markdown" and (minutes_of(cell) or not parts):
            parts.append({"title": "", "text": [], "minutes": minutes_of(cell), "ids": [], "notes": []})
        if cell["cell_type"] == "markdown":
            _read_prose(cell, parts[-1])
        elif "exercise" in tags_of(cell):
            parts[-1]["ids"].append(exercise_of(cell))
    return parts


def _read_prose(cell: Cell, part: dict[str, Any]) -> None:
    place = part["notes" if "teacher" in tags_of(cell) else "text"]
    for token in prose.tokens(source_of(cell)):
        if token["type"] == "heading" and not part["title"]:
            part["title"] = prose.plain(token)
        else:
            place.append(prose.html(token))


def _exercise(lesson: str, exercise: Exercise) -> dict[str, Any]:
    say = words.translate
    return {
        "id": exercise.id,
        "question": say(exercise.question),
        "options": [(letter, say(text)) for letter, text in exercise.options],
        # One mistake can give several values; it is told once.
        "mistakes": list(dict.fromkeys((mistake_label(each.name), say(each.reason)) for each in exercise.mistakes)),
        "hints": [say(hint) for hint in exercise.hints],
        "why": say(exercise.why),
        "code": solution_code(lesson, exercise.id),
    }
