"""Three outcomes, mistakes by name, and never the answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crmlib import words
from crmlib.errors import UserError
from crmlib.workshop.data import Learner
from crmlib.workshop.exercise import Exercise, Mistake, mistake_label
from crmlib.workshop.lesson import Lesson
from crmlib.workshop.mistakes import LABELS


def _breaks(_: Any) -> float:
    return 1 / 0


# 30 of 120 whom there was time to watch came again; 200 are all, 150 of them counted twice by mistake.
RATE = Exercise(
    id="rate",
    question="?",
    kind="share",
    expected=lambda _: 30 / 120,
    mistakes=(
        Mistake(name="looking_early", value=_breaks, reason="Too early."),
        Mistake(name="young_customers", value=lambda _: 30 / 200, reason="The young ones are in it."),
        Mistake(name="mean_of_shares", value=lambda _: 0.25, reason="The same by chance."),
    ),
    hints=("Look at the days.", "Leave the young ones out."),
    why="Only who was watched long enough counts.",
)
LETTER = Exercise(
    id="letter", question="?", kind="choice", expected=lambda _: "b", mistakes=(), hints=(), why="Because of b."
)


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    return Lesson("where_they_leave", (RATE, LETTER), Learner(), tmp_path)


@pytest.mark.parametrize(
    ("answer", "status", "mistake"),
    [
        (0.25, "right", ""),
        (0.2504, "right", ""),
        (None, "not_tried", ""),
        (..., "not_tried", ""),
        (0.15, "wrong", "young_customers"),
        (25, "wrong", "percent_for_share"),
        (15, "wrong", "percent_for_share"),
        ("25%", "wrong", "percent_for_share"),
        (0.3, "wrong", "unknown"),
        (float("nan"), "wrong", "not_a_number"),
        ([0.25, 0.15], "wrong", "wrong_type"),
    ],
)
def test_an_answer_has_one_of_three_outcomes(lesson: Lesson, answer: Any, status: str, mistake: str) -> None:
    found = lesson.judge("rate", answer)
    assert (found.status, found.mistake) == (status, mistake)


def test_the_reason_of_a_mistake_is_told_and_never_the_answer(lesson: Lesson) -> None:
    assert lesson.judge("rate", 0.15).said.text() == "The young ones are in it."
    told = [lesson.judge("rate", answer).said.text() for answer in (0.15, 25, "25%", 0.3, None, float("nan"), [1, 2])]
    assert not [text for text in told if "0.25" in text or "25" in text]
    assert "b" not in lesson.judge("letter", "c").said.text().split()


def test_two_mistakes_that_give_one_figure_are_both_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    also = Mistake(name="wrong_window", value=lambda _: 0.15, reason="The window is another.")
    lesson = Lesson("where_they_leave", (replace(RATE, mistakes=(*RATE.mistakes, also)),), Learner(), tmp_path)
    found = lesson.judge("rate", 0.15)
    assert (found.mistake, [name for name, _ in found.also]) == ("young_customers", ["wrong_window"])
    lesson.check("rate", 0.15)
    shown = capsys.readouterr().out
    assert "The young ones are in it.\\nOr another mistake, which gives the same figure here" in shown
    assert "): The window is another." in shown


def test_check_shows_mark_word_mistake_and_reason(lesson: Lesson, capsys: pytest.CaptureFixture[str]) -> None:
    lesson.check("rate", 0.15)
    assert "× Not right (young customers in the denominator)\\nThe young ones are in it." in capsys.readouterr().out
    lesson.check("rate", 0.25)
    assert "○ Right\\nOnly who was watched long enough counts." in capsys.readouterr().out
    lesson.check("rate", None)
    assert "– Not yet tried" in capsys.readouterr().out


def test_hints_come_one_by_one_until_there_is_none(lesson: Lesson, capsys: pytest.CaptureFixture[str]) -> None:
    for said in ("Hint 1 of 2\\nLook at the days.", "Hint 2 of 2\\nLeave the young ones out.", "no further hint"):
        lesson.hint("rate")
        assert said in capsys.readouterr().out
    lesson.hint("rate")
    assert "no further hint" in capsys.readouterr().out


def test_a_solution_shows_what_it_gives_and_why(lesson: Lesson, capsys: pytest.CaptureFixture[str]) -> None:
    lesson.solution("rate")
    assert "rate = 25.0%\\nOnly who was watched long enough counts." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("language", "value", "kind", "said"),
    [
        ("ja", 29_994_650, "money", "29,994,650円"),
        ("en", 29_994_650, "money", "29,994,650 yen"),
        ("ja", 0.25, "share", "25.0%"),
        ("en", 1, "customers", "1 customer"),
        ("en", frozenset("cab"), "ids", "3 ids: a, b, c"),
        ("en", list("abcdefg"), "ids", "7 ids: a, b, c, d, e, …"),
        ("en", "b", "choice", "b"),
        ("en", float("nan"), "money", "–"),
    ],
)
def test_a_solution_tells_its_value_so_that_it_can_be_compared(language: str, value: Any, kind: str, said: str) -> None:
    from crmlib.workshop.said import value_text

    words.speak(language)
    assert value_text(value, kind) == said
    words.speak("en")


def test_a_sentence_is_made_of_the_learners_figures_or_asks_for_them(
    lesson: Lesson, capsys: pytest.CaptureFixture[str]
) -> None:
    lesson.sentence("{rate:share} came again.", rate=0.25)
    assert "25.0% came again." in capsys.readouterr().out
    lesson.sentence("{rate:share} came again.", rate=None)
    assert "Answer the exercises first" in capsys.readouterr().out


def test_what_is_said_is_harmless_html(lesson: Lesson) -> None:
    from crmlib.workshop import said

    assert "<script" not in said.plain("<script>alert(1)</script>").html
    assert "<b>" not in said.sentence(words.say("{x:text}", x="<b>")).html


def test_an_exercise_that_is_not_there_is_named_with_the_nearest(lesson: Lesson) -> None:
    with pytest.raises(UserError, match=r"^this lesson has no exercise 'rte', did you mean 'rate'\?$"):
        lesson.check("rte", 1)


def test_what_is_expected_is_worked_out_once(lesson: Lesson) -> None:
    made: list[int] = []
    assert [lesson.keep("x", lambda: made.append(1) or 7) for _ in range(3)] == [7, 7, 7]
    assert made == [1]


def test_every_mistake_has_a_name_in_both_languages() -> None:
    for language in ("en", "ja"):
        words.speak(language)
        names = [mistake_label(name) for name in LABELS]
        assert all(names)
        assert len(set(names)) == len(names)
    assert [name for name in names if name.isascii()] == []
    words.speak("en")
