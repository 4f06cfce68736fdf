"""Lessons 2 to 6 and the case: right answers come out right, and every usual mistake is called by its name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crmlib.workshop.data import Learner
from crmlib.workshop.lesson import Lesson, lesson_for
from crmlib.workshop.lessons import LESSONS
from crmlib.workshop.telling import MAY_AGREE, agreeing

if TYPE_CHECKING:
    from collections.abc import Callable


TAUGHT = LESSONS[1:]


@pytest.fixture(scope="module", params=LESSONS)
def lesson(request: pytest.FixtureRequest, open_for_learner: Callable[[str], Lesson]) -> Lesson:
    return open_for_learner(str(request.param))


@pytest.mark.sample(3)
def test_the_right_answers_come_out_right(lesson: Lesson) -> None:
    for exercise in lesson.exercises:
        assert lesson.judge(exercise.id, lesson.expected(exercise.id)).status == "right", exercise.id


def test_every_usual_mistake_is_called_by_its_name(lesson: Lesson) -> None:
    for exercise in lesson.exercises:
        for mistake in exercise.mistakes:
            try:
                given = mistake.value(lesson)
            except LookupError:
                continue  # what only a messy export makes possible
            found = lesson.judge(exercise.id, given)
            if found.status == "right":
                assert (exercise.id, mistake.name) in MAY_AGREE
                continue
            assert (found.status, found.mistake) == ("wrong", mistake.name), exercise.id
            assert found.said.text()


def test_a_hint_and_a_reason_never_hold_the_answer(lesson: Lesson) -> None:
    for exercise in lesson.exercises:
        if exercise.kind in ("choice", "ids"):
            continue
        expected = f"{float(lesson.expected(exercise.id)):.6g}"
        texts = [*exercise.hints, exercise.why, *(mistake.reason for mistake in exercise.mistakes)]
        assert not [text for text in texts if expected in text]


def test_a_choice_has_an_option_for_its_answer_and_for_each_mistake(lesson: Lesson) -> None:
    for exercise in lesson.exercises:
        if exercise.kind == "choice":
            letters = {letter for letter, _ in exercise.options}
            named = {mistake.value(lesson) for mistake in exercise.mistakes}
            assert named | {lesson.expected(exercise.id)} == letters, exercise.id


def test_the_demo_learners_data_tell_every_mistake_from_the_answer(lesson: Lesson) -> None:
    assert [agreeing(exercise, lesson) for exercise in lesson.exercises if agreeing(exercise, lesson)] == []


@pytest.mark.slow
def test_the_learners_answers_differ(tmp_path: Path) -> None:
    one, other = (
        {
            (name, exercise.id): str(lesson.expected(exercise.id))
            for name in TAUGHT
            for lesson in [lesson_for(name, Learner(seed=seed), tmp_path / str(seed))]
            for exercise in lesson.exercises
            if exercise.kind not in ("choice", "ids")
        }
        for seed in (1, 2)
    )
    assert [key for key in one if one[key] == other[key]] == []
