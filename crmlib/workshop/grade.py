"""`crm workshop --grade FOLDER`: run what was handed in under limits, and compare the answers here."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from crmlib.data.naming import one_line
from crmlib.errors import UserError
from crmlib.words import N_, say
from crmlib.workshop import roster
from crmlib.workshop.data import Learner, open_learners_shop
from crmlib.workshop.lesson import Lesson, lesson_for
from crmlib.workshop.mistakes import LABELS
from crmlib.workshop.raw import raw_export
from crmlib.workshop.submission import Answers, Limits, run_submission
from crmlib.workshop.versions import masters

RIGHT, WRONG, NOT_TRIED, FAILED = "right", "wrong", "not_tried", "failed"


@dataclass(frozen=True, kw_only=True)
class Grade:
    """What became of one exercise of one learner; `mistake` is a name of `mistakes.LABELS`, or empty."""

    folder: str
    learner: str
    lesson: str
    exercise: str
    outcome: str
    mistake: str = ""


def grade(
    folder: Path, *, given: Path | None = None, limits: Limits | None = None, tell: Callable[[str], None]
) -> list[Grade]:
    """The grades of everybody on the roster; who handed in nothing has tried nothing.

    Raises:
        UserError: there is no such folder, or no roster for it.
    """
    enrolled = roster.read_roster(find_roster(folder, given))
    place = folder / "learners" if (folder / "learners").is_dir() else folder
    found: list[Grade] = []
    hidden, allowed = _hidden(folder, given), limits or Limits()
    with tempfile.TemporaryDirectory(prefix="crm-grading-") as work:
        for name, learner in enrolled.items():
            own = _learner(place / name, name, learner, Path(work) / "data", hidden, allowed)
            tell(f"{name}: {sum(each.outcome == RIGHT for each in own)} / {len(own)}")
            found += own
    for name in _strangers(place, enrolled):
        # A folder out of somebody's archive need not be called by letters.
        shown = one_line(os.fsencode(name).decode("utf-8", "replace"))
        tell(say(N_("{name:text}: not on the roster, passed over"), name=shown).text())
    return found


def find_roster(folder: Path, given: Path | None) -> Path:
    """The roster that was named, or the one of the workshop that the folder is or lies beside.

    Raises:
        UserError: there is no such folder, or no roster.
    """
    if not folder.is_dir():
        raise UserError(f"--grade {folder}: there is no such folder.")
    places = [given] if given else [
        folder / "teacher" / roster.FILE, folder / roster.FILE, folder.resolve().parent / "teacher" / roster.FILE,
    ]  # fmt: skip
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise UserError(f"{given or folder}: no roster found; name the workshop's teacher/{roster.FILE} with --roster.")
    return found


def _hidden(folder: Path, given: Path | None) -> tuple[Path, ...]:
    """What a submission must not read: the workshop with its teacher's folder, and the others' work."""
    path = find_roster(folder, given).resolve()
    needed = [Path(sys.prefix).resolve(), Path(__file__).resolve()]
    places = (folder.resolve(), path.parent if path.parent.name == "teacher" else path)
    return tuple(place for place in places if not any(each.is_relative_to(place) for each in needed))


def _strangers(place: Path, enrolled: roster.Roster) -> list[str]:
    """Folders with notebooks of which the roster knows nothing."""
    found = [each for each in sorted(place.iterdir()) if each.is_dir() and each.name not in enrolled]
    return [each.name for each in found if any(each.glob("*.ipynb"))]


def _learner(
    place: Path, name: str, learner: Learner, data: Path, hidden: tuple[Path, ...], limits: Limits
) -> list[Grade]:
    """The grades of one learner, each lesson run beside the others."""
    notebooks = {lesson: _notebook(place, path.name) for lesson, path in masters().items()}
    if any(notebooks.values()):
        # Made anew from the seed on the roster, whatever data were handed in.
        own = data / name
        open_learners_shop(own, learner)
        raw_export(own, learner)
    with ThreadPoolExecutor(max(1, os.cpu_count() or 1)) as threads:
        running = {
            lesson: threads.submit(run_submission, path, lesson, learner, data / name, limits=limits, hidden=hidden)
            for lesson, path in notebooks.items()
            if path
        }
        answers = {lesson: job.result() for lesson, job in running.items()}
    return [
        Grade(folder=name, learner=learner.name, lesson=lesson, exercise=exercise, outcome=outcome, mistake=mistake)
        for lesson in notebooks
        for exercise, outcome, mistake in _graded(lesson_for(lesson, learner, data / name), answers.get(lesson))
    ]


def _notebook(place: Path, file: str) -> Path | None:
    """The lesson's notebook in a learner's folder, also where its name has grown, as it does when files are sent."""
    if place.is_symlink() or not place.is_dir():
        return None
    stem = file.removesuffix(".ipynb")
    found = [place / file] if (place / file).exists() else sorted(place.glob(f"{stem}*.ipynb"))
    return found[0] if found else None


def _graded(lesson: Lesson, answers: Answers | None) -> list[tuple[str, str, str]]:
    if answers is None:
        return [(exercise.id, NOT_TRIED, "") for exercise in lesson.exercises]
    return [(exercise.id, *_outcome(lesson, exercise.id, answers)) for exercise in lesson.exercises]


def _outcome(lesson: Lesson, exercise: str, answers: Answers) -> tuple[str, str]:
    if exercise in answers.values:
        try:
            judged = lesson.judge(exercise, answers.values[exercise])
        except Exception:  # noqa: BLE001 - what was handed out need be no answer, and the others wait for theirs
            return WRONG, "wrong_type"
        return judged.status, judged.mistake
    if exercise in answers.faults:
        name = answers.faults[exercise]
        return WRONG, name if name in LABELS else "wrong_type"
    if exercise in answers.failed or not answers.ended:
        return FAILED, ""
    return NOT_TRIED, ""
