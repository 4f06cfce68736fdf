"""Whether a learner's data tell the usual mistakes from the right answer; where they do not, other data are made.

A mistake that gives the right answer at the printed precision would count as right, and teach the mistake.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from crmlib.workshop.answers import Fault, equal, read
from crmlib.workshop.data import Learner, open_learners_shop
from crmlib.workshop.exercise import NO_VALUE, Exercise
from crmlib.workshop.lesson import Lesson, lesson_for
from crmlib.workshop.lessons import LESSONS
from crmlib.workshop.lessons.trial_figures import CALL, trial
from crmlib.workshop.raw import raw_export
from crmlib.workshop.roster import SEED_STEP

# Who was reached in the follow-up call is chance, so that one of the two ways to leave the others out may change
# nothing.
MAY_AGREE = {("effect", "treated_only")}
TRIES = 20
NO_ANSWER, UNEVEN = "no_answer", "uneven_arms"
TRIALS, LEAST_PVALUE = "did_it_work", 0.01


def make_telling(folder: Path, learner: Learner) -> Learner:
    """Make the learner's data in that folder, by the first of its seeds that tells; the learner with that seed."""
    for n in range(TRIES):
        tried = replace(learner, seed=learner.seed + n * SEED_STEP)
        if not untold(folder, tried):
            break
    return tried


def untold(folder: Path, learner: Learner) -> list[tuple[str, str, str]]:
    """Lesson, exercise and mistake where the mistake gives the right answer on the learner's data, made if need be."""
    shop = open_learners_shop(folder, learner)
    raw_export(folder, learner)
    lessons = [lesson_for(name, learner, folder, shop) for name in LESSONS]
    found = [
        (lesson.id, exercise.id, mistake)
        for lesson in lessons
        for exercise in lesson.exercises
        for mistake in agreeing(exercise, lesson)
    ]
    return found + [one for lesson in lessons if lesson.id == TRIALS for one in uneven(lesson)]


def uneven(lesson: Lesson) -> list[tuple[str, str, str]]:
    """The sound trial, where its arms differ in size by chance so much that they look broken: one shop of a hundred."""
    return [(lesson.id, CALL, UNEVEN)] if trial(lesson, CALL)["ratio_pvalue"] < LEAST_PVALUE else []


def agreeing(exercise: Exercise, lesson: Lesson) -> list[str]:
    """The mistakes that give the right answer on these data, whichever way they are made; or that there is none."""
    expected = read(lesson.expected(exercise.id), exercise.kind)
    if isinstance(expected, Fault):
        return [NO_ANSWER]
    given = []
    for mistake in exercise.mistakes:
        try:
            given.append((mistake.name, read(mistake.value(lesson), exercise.kind)))
        except NO_VALUE:  # what only the messy export has
            continue
    found = Counter(name for name, value in given if equal(value, expected, exercise.kind))
    ways = Counter(name for name, _ in given)
    allowed = {name for (of, name) in MAY_AGREE if of == exercise.id and found[name] < ways[name]}
    return sorted(set(found) - allowed)
