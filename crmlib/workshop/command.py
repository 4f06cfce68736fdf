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
    request = Request(
        folder=folder, language=spoken, learners=learners, names=names, messy=messy, force=force
    )  # fmt: skip
    enrolled = make_workshop(request, tell)
    words.speak(spoken)
    told = N_("{n:count} folders for learners: {learners:text}. For the teacher: {teacher:text}; begin with the guide.")
    place, teacher = str(folder / "learners"), str(folder / "teacher")
    tell(say(told, n=len(enrolled), learners=place, teacher=teacher).text())
