"""An open lesson: the learner's shop, and `check`, `hint` and `solution` for its exercises."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.errors import UserError
from crmlib.words import N_, Sentence, say
from crmlib.workshop import said
from crmlib.workshop.data import Learner, find_learner, open_learners_shop
from crmlib.workshop.exercise import Exercise, Outcome, judge
from crmlib.workshop.lessons import LESSONS

if TYPE_CHECKING:
    import pandas as pd

    from crmlib.report.exhibits import Report
    from crmlib.shop import Shop
    from crmlib.workshop.said import Said

CURRENCY = "JPY"


def open_lesson(lesson: str) -> Lesson:
    """Open a lesson on the data of the learner whose `learner.yml` lies beside or above the notebook.

    Raises:
        UserError: there is no such lesson, or `learner.yml` cannot be used as it is.
    """
    learner, folder = find_learner(Path.cwd())
    return lesson_for(lesson, learner, folder)


def lesson_for(lesson: str, learner: Learner, folder: Path, shop: Shop | None = None) -> Lesson:
    """A lesson on the data of one learner, which are kept in that folder; on that shop where it is open already.

    Raises:
        UserError: there is no such lesson.
    """
    return Lesson(lesson, exercises_of(lesson), learner, folder, shop)


def exercises_of(lesson: str) -> tuple[Exercise, ...]:
    """The exercises of a lesson.

    Raises:
        UserError: there is no such lesson.
    """
    if lesson not in LESSONS:
        raise UserError(f"there is no lesson {lesson!r}, {_nearest(lesson, LESSONS)}")
    found: tuple[Exercise, ...] = import_module(f"crmlib.workshop.lessons.{lesson}").EXERCISES
    return found


class Lesson:
    """A lesson of one learner.

    Attributes:
        id: the lesson's name. learner: who learns. language: in which it speaks. folder: where the data lie.
    """

    def __init__(
        self, id: str, exercises: tuple[Exercise, ...], learner: Learner, folder: Path, shop: Shop | None = None
    ) -> None:
        self.id = id
        self.learner = learner
        self.language = learner.language
        self.folder = folder
        self._exercises = {exercise.id: exercise for exercise in exercises}
        self._hints: dict[str, int] = {}
        self._kept: dict[str, Any] = {}
        self._shop = shop
        self._speak()

    @cached_property
    def shop(self) -> Shop:
        """The learner's shop."""
        return self._shop or open_learners_shop(self.folder, self.learner)

    @cached_property
    def export(self) -> Path:
        """The folder of the raw export, as it arrived; messy in the messy variant."""
        from crmlib.workshop.raw import raw_export

        return raw_export(self.folder, self.learner)

    def read(self, file: str) -> pd.DataFrame:
        """A file of the raw export as a table in which every cell is the text that stands in the file."""
        from crmlib.workshop.raw import read_lines

        return read_lines(self.export / file)

    def first_rows(self, file: str, n: int = 6) -> None:
        """Show the first lines of a file of the raw export as they stand in it."""
        from crmlib.workshop.raw import first_rows

        _display(said.plain(first_rows(self.export / file, n)))

    @cached_property
    def door(self) -> Shop:
        """What crmlib makes of the raw export of lesson 1, with the ledger of every row and yen."""
        from crmlib.workshop.raw import door

        return door(self.folder, self.learner)

    @property
    def report(self) -> Report:
        """For tables and charts in the house style: `lesson.report.table(...)`, `lesson.report.chart(...)`.

        A new one each time: a cell may be run again, and each speaks the learner's language anew.
        """
        from crmlib.report.exhibits import open_report

        return open_report(self.shop, self.id, language=self.language)

    def check(self, exercise: str, answer: Any) -> None:
        """Say whether an answer is right, wrong and why, or not yet tried; never what it should be."""
        _display(said.outcome(self.judge(exercise, answer)))

    def hint(self, exercise: str) -> None:
        """Show the next hint, from mild to strong."""
        self._speak()
        hints = self.exercise(exercise).hints
        shown = self._hints.get(exercise, 0)
        self._hints[exercise] = min(shown + 1, len(hints))
        _display(said.hint(hints, shown))

    def solution(self, exercise: str) -> None:
        """Show the code that solves an exercise, what it gives on this learner's data, and why."""
        from crmlib.workshop.versions import solution_code

        self._speak()
        found = self.exercise(exercise)
        _display(said.solution(found, solution_code(self.id, exercise), self.expected(exercise)))

    def sentence(self, template: str | Sentence, **values: Any) -> None:
        """Show a sentence to say in the meeting, made from the learner's own figures."""
        self._speak()
        sentence = template if isinstance(template, Sentence) else say(template, **values)
        if any(words.is_missing(value) or value is ... for value in sentence.values.values()):
            sentence = say(N_("Answer the exercises first; the sentence is made from your own figures."))
        _display(said.sentence(sentence))

    def judge(self, exercise: str, answer: Any) -> Outcome:
        """The outcome of an answer, without showing it."""
        self._speak()
        return judge(self.exercise(exercise), self, answer)

    def expected(self, exercise: str) -> Any:
        """What is expected on this learner's data; worked out once."""
        return self.keep(f"expected {exercise}", lambda: self.exercise(exercise).expected(self))

    def keep(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` gives, worked out once a lesson: what several exercises and mistakes rest on."""
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]

    def exercise(self, name: str) -> Exercise:
        """The exercise of that name.

        Raises:
            UserError: the lesson has none of that name.
        """
        if name not in self._exercises:
            raise UserError(f"this lesson has no exercise {name!r}, {_nearest(name, tuple(self._exercises))}")
        return self._exercises[name]

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        """All exercises, in the order of the lesson."""
        return tuple(self._exercises.values())

    def _speak(self) -> None:
        # Every cell runs in a context of its own, in which nothing has been spoken yet.
        words.speak(self.language, CURRENCY)

    def __repr__(self) -> str:
        return f"Lesson('{self.id}', learner='{self.learner.name}', seed={self.learner.seed})"


def _nearest(name: object, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(str(name), known, n=1, cutoff=0.6)
    return f"did you mean '{close[0]}'?" if close else f"there are: {', '.join(known)}."


def _display(shown: Said) -> None:
    from IPython.display import display

    display({"text/plain": shown.text, "text/html": shown.html}, raw=True)
