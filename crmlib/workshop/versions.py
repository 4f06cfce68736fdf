"""A lesson's versions out of its master: the learner's, the solution, and the code of a solution."""

from __future__ import annotations

import ast
import io
import json
import re
from copy import deepcopy
from pathlib import Path
from tokenize import STRING, generate_tokens
from typing import Any

from crmlib import words
from crmlib.batch.plan import SHIPPED
from crmlib.batch.template import source_of
from crmlib.errors import UserError
from crmlib.words import N_
from crmlib.workshop.lessons import LESSONS

Cell = dict[str, Any]
_FILE = re.compile(r"[1-9]_([a-z_]+)\.ipynb")
MINUTES = 40


def masters() -> dict[str, Path]:
    """The master of every lesson that there is, in the order in which they are taught.

    Raises:
        UserError: there is none.
    """
    folder = next((each / "workshop" for each in SHIPPED if (each / "workshop").is_dir()), None)
    paths = sorted(folder.glob("*.ipynb")) if folder else []
    found = {match[1]: path for path in paths if (match := _FILE.fullmatch(path.name))}
    if not found:
        raise UserError("the lessons are missing: crmlib is not installed completely.")
    return {lesson: found[lesson] for lesson in LESSONS if lesson in found}


def read_master(path: Path) -> dict[str, Any]:
    """A master as it lies in the repository."""
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return notebook


def learner_version(master: dict[str, Any], language: str) -> dict[str, Any]:
    """What a learner gets: stubs, and neither solutions nor what is for the teacher."""
    return _version(master, language, [cell for cell in master["cells"] if not _is(cell, "solution", "teacher")])


def solution_version(master: dict[str, Any], language: str) -> dict[str, Any]:
    """The learner's version with every stub solved, and with what is for the teacher."""
    kept = [cell for cell in master["cells"] if not _is(cell, "solution")]
    solved = [_solved(cell, _solutions(master)) if _is(cell, "exercise") else cell for cell in kept]
    version = _version(master, language, solved)
    for cell in version["cells"]:
        if _is(cell, "teacher"):
            cell["source"] = _noted(source_of(cell), language)
    return version


def solution_code(lesson: str, exercise: str) -> str:
    """The code of the cell that solves an exercise, its comments in the current language; empty where there is none."""
    found = masters()
    code = _solutions(read_master(found[lesson])).get(exercise, "") if lesson in found else ""
    return words.translate_comments(code, words.speech().language)


def exercise_ids(master: dict[str, Any]) -> list[str]:
    """The exercises of a master, in their order."""
    return [exercise_of(cell) for cell in master["cells"] if _is(cell, "exercise")]


def exercise_of(cell: Cell) -> str:
    """The exercise a cell belongs to; empty for none."""
    return str(cell["metadata"].get("crm", {}).get("exercise", ""))


def minutes_of(cell: Cell) -> int:
    """How long the part that begins with a cell takes."""
    return int(cell["metadata"].get("crm", {}).get("minutes", 0))


def tags_of(cell: Cell) -> set[str]:
    """What a cell is: demonstration, exercise, solution, teacher, slide, meeting."""
    return set(cell["metadata"].get("tags", ()))


def _is(cell: Cell, *tags: str) -> bool:
    return bool(tags_of(cell) & set(tags))


def _solutions(master: dict[str, Any]) -> dict[str, str]:
    return {exercise_of(cell): source_of(cell) for cell in master["cells"] if _is(cell, "solution")}


def _solved(cell: Cell, solutions: dict[str, str]) -> Cell:
    """The exercise's cell with the solution in the place of its stub; the check stays."""
    name = exercise_of(cell)
    rest = [line for line in source_of(cell).splitlines() if not re.match(rf"{name}\s*=", line)]
    return {**cell, "source": "\n".join([solutions[name].strip("\n"), "", *rest]).replace("\n\n\n", "\n\n")}


def _noted(markdown: str, language: str) -> str:
    words.speak(language)
    head = words.translate(N_("**For the teacher**"))
    return "\n".join(f"> {line}".rstrip() for line in [head, "", *markdown.splitlines()])


def _version(master: dict[str, Any], language: str, cells: list[Cell]) -> dict[str, Any]:
    version = {**deepcopy(master), "cells": deepcopy(cells)}
    words.translate_notebook(version, language)
    for cell in version["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"source": _translated(source_of(cell), language), "outputs": []}
            cell["execution_count"] = None
    version["metadata"]["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return version


def _translated(source: str, language: str) -> str:
    """A code cell whose comments and texts to be read, such as the sentence for the meeting, are in that language.

    What is in the catalogue as a text is printed in Japanese anyhow; here a learner reads it in the code, too.
    """
    words.speak(language)
    lines = words.translate_comments(source, language).splitlines()
    tokens = [token for token in generate_tokens(io.StringIO("\n".join(lines)).readline) if token.type == STRING]
    for token in reversed(tokens):
        (line, start), (last, end) = token.start, token.end
        text = ast.literal_eval(token.string)
        if line == last and isinstance(text, str) and " " in text and (said := words.translate(text)) != text:
            told = json.dumps(said, ensure_ascii=False)
            lines[line - 1] = f"{lines[line - 1][:start]}{told}{lines[line - 1][end:]}"
    return "\n".join(lines)


def write_notebook(path: Path, notebook: dict[str, Any]) -> None:
    """Write a notebook so that the same notebook gives the same bytes everywhere."""
    path.write_text(notebook_text(notebook), encoding="utf-8", newline="\n")


def notebook_text(notebook: dict[str, Any]) -> str:
    """A notebook as it stands in its file."""
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
