"""No learner gets data on which a usual mistake gives the right answer."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from crmlib.workshop import telling
from crmlib.workshop.data import Learner
from crmlib.workshop.exercise import Exercise, Mistake
from crmlib.workshop.lesson import Lesson, lesson_for
from crmlib.workshop.lessons import LESSONS
from crmlib.workshop.telling import agreeing, make_telling, untold


def _asked(kind: str, answer: Any, id: str = "f2", **mistakes: Any) -> tuple[Exercise, Lesson]:
    """An exercise with that answer, and what each mistake gives."""
    made = tuple(
        Mistake(name=name.rstrip("_"), value=lambda _, value=value: value, reason="")
        for name, value in mistakes.items()
    )
    asked = Exercise(id=id, question="", kind=kind, expected=lambda _: answer, mistakes=made, hints=(), why="")
    return asked, Lesson("stages", (asked,), Learner(), Path())


def test_a_mistake_agrees_where_it_prints_the_same() -> None:
    # 48.69 % is written 48.7 %, and so is 48.70 %; 48.60 % is not.
    assert agreeing(*_asked("share", 0.4869, young=0.4870, lines=0.4860)) == ["young"]


def test_a_mistake_that_needs_what_is_not_there_agrees_with_nothing() -> None:
    asked, lesson = _asked("orders", 3, lines=4)
    nothing = Mistake(name="total", value=lambda _: {}["footer"], reason="")
    asked = Exercise(**{**vars(asked), "mistakes": (*asked.mistakes, nothing)})
    assert agreeing(asked, lesson) == []


def test_data_without_an_answer_do_not_tell() -> None:
    assert agreeing(*_asked("share", float("nan"), young=0.4)) == ["no_answer"]


def test_of_two_ways_to_leave_out_who_was_not_reached_one_may_change_nothing() -> None:
    assert agreeing(*_asked("points", 0.02, id="effect", treated_only=0.02, treated_only_=0.03)) == []
    assert agreeing(*_asked("points", 0.02, id="effect", treated_only=0.02, treated_only_=0.02)) == ["treated_only"]


def test_the_next_seed_is_taken_where_the_first_does_not_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def two_do_not(_: Path, learner: Learner) -> list[tuple[str, str, str]]:
        tried.append(learner.seed)
        return [("stages", "f2", "young")] if len(tried) < 3 else []

    monkeypatch.setattr(telling, "untold", two_do_not)
    assert make_telling(tmp_path, Learner(seed=7)) == Learner(seed=20_000_007)
    assert tried == [7, 10_000_007, 20_000_007]


@pytest.mark.parametrize(("pvalue", "found"), [(0.009, [("did_it_work", "EX01", "uneven_arms")]), (0.011, [])])
def test_a_sound_trial_whose_arms_look_broken_by_chance_is_no_lesson(
    monkeypatch: pytest.MonkeyPatch, pvalue: float, found: list[tuple[str, str, str]]
) -> None:
    monkeypatch.setattr(telling, "trial", lambda _, name: {"ratio_pvalue": pvalue if name == "EX01" else 0.0})
    assert telling.uneven(SimpleNamespace(id="did_it_work")) == found  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_on_a_learners_data_every_mistake_is_called_by_its_name(tmp_path: Path, seed: int) -> None:
    learner = make_telling(tmp_path, Learner(seed=seed, variant="messy"))
    for name in LESSONS:
        lesson = lesson_for(name, learner, tmp_path)
        for exercise in lesson.exercises:
            assert agreeing(exercise, lesson) == []
            for mistake in exercise.mistakes:
                found = lesson.judge(exercise.id, mistake.value(lesson))
                named = {found.mistake, *(name for name, _ in found.also)}
                assert found.status == "right" or mistake.name in named, exercise.id


@pytest.mark.slow
def test_the_lone_learners_first_seed_does_not_tell_and_its_second_does(tmp_path: Path) -> None:
    # F2 was 48.69 %, and with young customers in the denominator 48.70 %.
    assert untold(tmp_path / "first", Learner(seed=895_221)) != []
    assert make_telling(tmp_path, Learner(seed=895_221)).seed != 895_221
