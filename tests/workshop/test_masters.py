"""Every lesson keeps the contract, and its versions hold what they should and no more."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from crmlib import words
from crmlib.batch.template import source_of
from crmlib.workshop import versions
from crmlib.workshop.lesson import exercises_of
from crmlib.workshop.lessons import LESSONS
from crmlib.workshop.mistakes import LABELS

MASTERS = versions.masters()
KNOWN_TAGS = {"demonstration", "exercise", "solution", "teacher", "slide", "meeting"}


@pytest.fixture(params=list(MASTERS))
def lesson(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def master(lesson: str) -> dict[str, Any]:
    return versions.read_master(MASTERS[lesson])


def _tagged(master: dict[str, Any], tag: str) -> list[dict[str, Any]]:
    return [cell for cell in master["cells"] if tag in versions.tags_of(cell)]


def test_there_are_six_lessons_and_a_case_in_their_order() -> None:
    assert list(MASTERS) == list(LESSONS)
    assert [path.name[0] for path in MASTERS.values()] == list("1234567")


def test_it_begins_with_a_question_and_its_minutes_add_up(master: dict[str, Any], lesson: str) -> None:
    first = master["cells"][0]
    assert re.match(r"# .+: .+", source_of(first))
    assert versions.minutes_of(first)
    wanted = 60 if lesson == "case" else versions.MINUTES
    assert sum(map(versions.minutes_of, master["cells"])) == wanted


def test_every_part_says_how_long_it_takes(master: dict[str, Any]) -> None:
    heads = [cell for cell in master["cells"] if cell["cell_type"] == "markdown" and source_of(cell).startswith("## ")]
    assert [source_of(cell)[:40] for cell in heads if not versions.minutes_of(cell)] == []


def test_it_is_stripped_and_its_tags_are_known(master: dict[str, Any]) -> None:
    code = [cell for cell in master["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert {tag for cell in master["cells"] for tag in versions.tags_of(cell)} <= KNOWN_TAGS
    assert all(versions.tags_of(cell) & {"demonstration", "exercise", "solution"} for cell in code)


def test_its_exercises_are_those_of_its_module(master: dict[str, Any], lesson: str) -> None:
    ids = versions.exercise_ids(master)
    assert ids == [exercise.id for exercise in exercises_of(lesson)]
    assert 3 <= len(ids) <= 5
    assert [versions.exercise_of(cell) for cell in _tagged(master, "solution")] == ids
    assert "choice" in [exercise.kind for exercise in exercises_of(lesson)]


def test_an_exercise_is_a_stub_with_its_check_and_the_solution_follows(master: dict[str, Any]) -> None:
    for place, cell in enumerate(master["cells"]):
        if "exercise" in versions.tags_of(cell):
            name = versions.exercise_of(cell)
            assert re.match(rf"{name} = None  # \S", source_of(cell))
            assert source_of(cell).rstrip().endswith(f'lesson.check("{name}", {name})')
            assert "solution" in versions.tags_of(master["cells"][place + 1])
            assert re.search(rf"^{name} = ", source_of(master["cells"][place + 1]), re.MULTILINE)


def test_its_code_is_short_and_for_people_who_do_not_program(master: dict[str, Any]) -> None:
    # `if` stands where a sentence for the meeting depends on what was found.
    banned = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.Try, ast.ListComp, ast.DictComp,
              ast.SetComp, ast.GeneratorExp, ast.JoinedStr)  # fmt: skip
    for cell in master["cells"]:
        if cell["cell_type"] == "code":
            assert len(source_of(cell).splitlines()) <= 12, source_of(cell)
            assert not [node for node in ast.walk(ast.parse(source_of(cell))) if isinstance(node, banned)]


def test_it_ends_with_a_sentence_for_the_meeting(master: dict[str, Any]) -> None:
    told = [
        cell for cell in master["cells"] if cell["cell_type"] == "markdown" and "teacher" not in versions.tags_of(cell)
    ]
    assert "meeting" in versions.tags_of(told[-1])
    assert "lesson.sentence(" in source_of(master["cells"][-1])


def test_every_exercise_has_a_question_hints_a_why_and_mistakes_with_names(lesson: str) -> None:
    for exercise in exercises_of(lesson):
        assert exercise.question
        assert exercise.why
        assert len(exercise.hints) >= 2
        assert len(exercise.mistakes) >= 2
        assert {mistake.name for mistake in exercise.mistakes} <= set(LABELS)
        assert all(mistake.reason for mistake in exercise.mistakes)
        assert bool(exercise.options) == (exercise.kind == "choice"), exercise.id


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_learner_gets_no_solution_and_nothing_for_the_teacher(master: dict[str, Any], language: str) -> None:
    version = versions.learner_version(master, language)
    text = "\n".join(source_of(cell) for cell in version["cells"])
    for cell in (*_tagged(master, "solution"), *_tagged(master, "teacher")):
        assert max(source_of(cell).splitlines(), key=len) not in text
    assert not _tagged(version, "solution") + _tagged(version, "teacher")
    assert versions.exercise_ids(version) == versions.exercise_ids(master)
    assert all(re.search(r" = None  # ", source_of(cell)) for cell in _tagged(version, "exercise"))


def test_the_solution_stands_in_the_place_of_the_stub_and_is_checked(master: dict[str, Any]) -> None:
    version = versions.solution_version(master, "en")
    solved = {versions.exercise_of(cell): source_of(cell) for cell in _tagged(version, "exercise")}
    for cell in _tagged(master, "solution"):
        name = versions.exercise_of(cell)
        assert solved[name] == f'{source_of(cell)}\n\nlesson.check("{name}", {name})'
    assert " = None" not in "\n".join(solved.values())
    assert len(_tagged(version, "teacher")) == len(_tagged(master, "teacher"))


def test_a_japanese_lesson_is_wholly_japanese(master: dict[str, Any]) -> None:
    version = versions.learner_version(master, "ja")
    prose = [block for cell in version["cells"] if cell["cell_type"] == "markdown"
             for block in source_of(cell).split("\n\n") if re.search(r"[A-Za-z]{3}", block)]  # fmt: skip
    assert [block for block in prose if not re.search(r"[ぁ-んァ-ヶ一-龠]", block)] == []
    comments = [line.split("  # ")[1] for cell in version["cells"] if cell["cell_type"] == "code"
                for line in source_of(cell).splitlines() if "  # " in line]  # fmt: skip
    assert [text for text in comments if not re.search(r"[ぁ-んァ-ヶ一-龠]", text)] == []
    code = "\n".join(source_of(cell) for cell in version["cells"] if cell["cell_type"] == "code")
    texts = [str(node.value) for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant)]
    assert [text for text in texts if re.search(r"[a-z] [a-z]+ [a-z]", text)] == []


def test_a_version_leaves_the_master_as_it_is(master: dict[str, Any]) -> None:
    before = json.dumps(master)
    versions.learner_version(master, "ja")
    versions.solution_version(master, "ja")
    assert json.dumps(master) == before


def test_the_code_of_a_solution_is_that_of_the_master(master: dict[str, Any], lesson: str) -> None:
    words.speak("en")
    for cell in _tagged(master, "solution"):
        assert versions.solution_code(lesson, versions.exercise_of(cell)) == source_of(cell)
    assert versions.solution_code(lesson, "none") == ""


def test_lessons_are_no_templates_of_reports(tmp_path: Path) -> None:
    from crmlib.batch.offer import offered
    from crmlib.batch.plan import SHIPPED
    from crmlib.batch.template import find_template
    from crmlib.errors import UserError

    assert not {path.stem for path in MASTERS.values()} & set(offered(tmp_path))
    with pytest.raises(UserError, match="there is no notebook"):
        find_template("1_reading_an_export", SHIPPED)
