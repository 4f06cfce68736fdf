"""An exercise, the mistakes it recognises by name, and what is said of an answer; never the answer itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from crmlib import words
from crmlib.words import N_, Sentence, say
from crmlib.workshop.answers import PERCENT, Fault, equal, is_percent, is_untried, read
from crmlib.workshop.mistakes import LABELS

if TYPE_CHECKING:
    from crmlib.workshop.lesson import Lesson

UNKNOWN = "unknown"
# What a mistake computed on data of which there may be too little can run into.
NO_VALUE = (ArithmeticError, LookupError, ValueError, TypeError)


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """A usual mistake: its name in `mistakes.LABELS`, what it gives on a learner's data, and why it is wrong."""

    name: str
    value: Callable[[Lesson], Any]
    reason: str


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """A question with its answer and its usual mistakes.

    Attributes:
        id: the name of the answer's variable. kind: how the answer is compared and written: a kind of the dictionary,
        `choice`, `ids` or `table`. expected: the answer on a learner's data. hints: from mild to strong. why: one
        sentence that goes with the right answer and with the solution. options: of a choice, by letter.
    """

    id: str
    question: str
    kind: str
    expected: Callable[[Lesson], Any]
    mistakes: tuple[Mistake, ...]
    hints: tuple[str, ...]
    why: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of an answer: one of three, the mistake's name where it was recognised, and what is said.

    `also`: other usual mistakes that give the same figure on this learner's data, each with its reason.
    """

    status: Literal["right", "wrong", "not_tried"]
    mistake: str = ""
    said: Sentence
    also: tuple[tuple[str, Sentence], ...] = ()


def judge(exercise: Exercise, lesson: Lesson, answer: Any) -> Outcome:
    """Compare an answer with what is expected on this learner's data, and a wrong one with the usual mistakes.

    The right answer wins where a mistake happens to give the same.
    """
    if is_untried(answer):
        return Outcome(status="not_tried", said=say(N_("Put your answer in place of None and run the cell again.")))
    found = read(answer, exercise.kind)
    expected = read(lesson.expected(exercise.id), exercise.kind)
    if isinstance(expected, Fault):
        raise TypeError(f"what {exercise.id} expects is no {exercise.kind}: {expected.name}.")
    if not isinstance(found, Fault) and equal(found, expected, exercise.kind):
        return Outcome(status="right", said=say(exercise.why))
    if isinstance(found, Fault):
        return Outcome(status="wrong", mistake=found.name, said=found.said)
    if is_percent(found, expected, exercise.kind):
        return Outcome(status="wrong", mistake="percent_for_share", said=say(PERCENT))
    return _wrong(exercise, lesson, found)


def _wrong(exercise: Exercise, lesson: Lesson, found: Any) -> Outcome:
    # Which of two mistakes that give one figure was made, the figure does not tell: both are named.
    made = {one.name: say(one.reason) for one in reversed(exercise.mistakes) if gives(one, exercise, lesson, found)}
    if made:
        (name, reason), *also = reversed(made.items())
        return Outcome(status="wrong", mistake=name, said=reason, also=tuple(also))
    told = N_("No usual mistake gives this. Look again at what is counted, or ask for a hint.")
    return Outcome(status="wrong", mistake=UNKNOWN, said=say(told))


def gives(mistake: Mistake, exercise: Exercise, lesson: Lesson, found: Any) -> bool:
    """This mistake gives this answer on the learner's data; False where it gives nothing there."""
    try:
        value = read(mistake.value(lesson), exercise.kind)
    except NO_VALUE:
        return False
    return not isinstance(value, Fault) and equal(found, value, exercise.kind)


def mistake_label(name: str) -> str:
    """What a mistake is called in the current language; empty for one that has no name."""
    return words.translate(LABELS[name]) if name in LABELS else ""
