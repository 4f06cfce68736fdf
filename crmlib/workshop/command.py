"""What `crm workshop` does, said in the language of the workshop."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from crmlib import words
from crmlib.words import N_, say


def make_command(
    folder: Path,
    *,
    language: str | None,
    learners: int | None,
    names: Path | None,
    messy: bool,
    force: bool,
    tell: Callable[[str], None],
) -> None:
    """Write a workshop and say where it lies.

    Raises:
        UserError: the request cannot be met.
    """
    from crmlib.workshop.make import Request, make_workshop

    spoken = language or "ja"
    request = Request(folder=folder, language=spoken, learners=learners, names=names, messy=messy, force=force)
    enrolled = make_workshop(request, tell)
    words.speak(spoken)
    told = N_(
        "Folders for learners ({n:count}): {learners:text}. For the teacher: {teacher:text}; begin with the guide."
    )
    place, teacher = str(folder / "learners"), str(folder / "teacher")
    tell(say(told, n=len(enrolled), learners=place, teacher=teacher).text())


def grade_command(folder: Path, *, roster: Path | None, language: str | None, tell: Callable[[str], None]) -> int:
    """Grade what was handed in, print the matrix, write `grades.csv`, and return the exit code.

    Raises:
        UserError: there is no such folder, or no roster for it.
    """
    from crmlib.workshop.grade import grade
    from crmlib.workshop.matrix import matrix, write_grades

    words.speak(language or "ja")
    found = grade(folder, given=roster, tell=tell)
    words.speak(language or "ja")  # each learner was judged in a language of their own
    write_grades(folder / "grades.csv", found)
    tell(f"\n{matrix(found)}\n")
    tell(say(N_("Written: {file:text}"), file=str(folder / "grades.csv")).text())
    return 0
