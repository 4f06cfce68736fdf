"""Every lesson with its right answers and with its wrong ones, in kernels as a learner has them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crmlib.batch.template import source_of
from crmlib.workshop import versions
from crmlib.workshop.data import Learner, open_learners_shop, write_learner
from crmlib.workshop.exercise import NO_VALUE
from crmlib.workshop.lesson import Lesson, lesson_for
from crmlib.workshop.run import execute
from tests.workshop.test_lesson_answers import MAY_AGREE

MASTERS = versions.masters()
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["en-clean", "ja-messy"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("learner")
    language, variant = request.param.split("-")
    learner = Learner(name="tester", seed=0, language=language, variant=variant)
    write_learner(folder / "learner.yml", learner)
    open_learners_shop(folder, learner)
    return folder


def _learner(place: Path) -> Learner:
    from crmlib.workshop.data import read_learner

    return read_learner(place / "learner.yml")


def _said(cell: dict[str, Any]) -> str:
    return "\n".join("".join(output.get("data", {}).get("text/plain", "")) for output in cell["outputs"])


def test_every_solution_is_right_and_gives_the_same_again_under_nbval(place: Path) -> None:
    language = _learner(place).language
    wanted = {name: versions.solution_version(versions.read_master(path), language) for name, path in MASTERS.items()}
    done = execute(wanted, place)
    for name, notebook in done.items():
        for cell in notebook["cells"]:
            if "exercise" in versions.tags_of(cell):
                assert _said(cell).startswith(("○ Right", "○ 正解")), (name, source_of(cell), _said(cell))
            elif "lesson.sentence(" in source_of(cell):
                assert "Answer the exercises first" not in _said(cell)
        versions.write_notebook(place / MASTERS[name].name, notebook)
    _nbval(place, [path.name for path in MASTERS.values()])


def test_every_usual_mistake_is_called_by_its_name_under_nbval(place: Path) -> None:
    written = []
    for name in MASTERS:
        path = place / f"wrong_{name}.ipynb"
        versions.write_notebook(path, _wrong(lesson_for(name, _learner(place), place)))
        written.append(path.name)
    _nbval(place, written)


def _wrong(lesson: Lesson) -> dict[str, Any]:
    """A notebook that gives every mistake for an answer, with what must be said to each."""
    cells = [_cell(f"from crmlib import workshop\n\nlesson = workshop.open_lesson({lesson.id!r})")]
    for exercise in lesson.exercises:
        for place, mistake in enumerate(exercise.mistakes):
            try:
                value = mistake.value(lesson)
            except NO_VALUE:
                continue
            found = lesson.judge(exercise.id, value)
            if found.status == "right" and (exercise.id, mistake.name) in MAY_AGREE:
                continue
            assert found.status == "wrong", (exercise.id, mistake.name)
            assert found.mistake == mistake.name or found.mistake in {each.name for each in exercise.mistakes}
            code = f"answer = lesson.exercise({exercise.id!r}).mistakes[{place}].value(lesson)"
            cells.append(_cell(f"{code}\nprint(lesson.judge({exercise.id!r}, answer).mistake)", found.mistake))
    metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _cell(source: str, printed: str = "") -> dict[str, Any]:
    outputs = [{"output_type": "stream", "name": "stdout", "text": f"{printed}\n"}] if printed else []
    number = abs(hash((source, printed))) % 10**8
    return {"cell_type": "code", "id": f"c{number}", "metadata": {}, "execution_count": 1, "outputs": outputs,
            "source": source}  # fmt: skip


def _nbval(place: Path, files: list[str]) -> None:
    command = [sys.executable, "-m", "pytest", "--nbval", "-p", "no:cacheprovider", "-q", "-c", "/dev/null"]
    command += ["--nbval-cell-timeout=300", f"--rootdir={place}", *files]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False, timeout=3000)
    assert done.returncode == 0, done.stdout[-4000:]
