"""`crm workshop DIR`: a folder for every learner, and solutions, slides and guide for the teacher."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import yaml

from crmlib import words
from crmlib.errors import UserError
from crmlib.words import N_
from crmlib.workshop import made_files, roster
from crmlib.workshop.data import FILE, Learner, open_learners_shop, write_learner
from crmlib.workshop.guide import guide_page
from crmlib.workshop.raw import raw_export
from crmlib.workshop.run import execute
from crmlib.workshop.slides import slides_page
from crmlib.workshop.telling import make_telling
from crmlib.workshop.versions import learner_version, masters, notebook_text, read_master, solution_version

Lessons = dict[str, dict[str, Any]]
LONE = "learner"
# The teacher's own data; a learner's seed is never 0.
TEACHER = 0
HALF, STALE_SECONDS = ".shop.*.new", 600


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked for: where, in which language, how many learners or whose names, clean or messy."""

    folder: Path
    language: str = "ja"
    learners: int | None = None
    names: Path | None = None
    messy: bool = False
    force: bool = False

    @property
    def variant(self) -> str:
        """Clean or messy."""
        return "messy" if self.messy else "clean"


def make_workshop(request: Request, tell: Callable[[str], None]) -> roster.Roster:
    """Write a workshop, or complete one that is there; `tell` hears how far it is.

    Raises:
        UserError: the request cannot be met, or would write over what learners have changed.
    """
    folder = request.folder
    _refuse_place(folder)
    enrolled = _enrolled(request)
    lessons = {name: read_master(path) for name, path in masters().items()}
    if not request.force:
        made_files.refuse_changed(folder, _learners_texts(enrolled, lessons, request.language))
    (folder / "teacher").mkdir(parents=True, exist_ok=True)
    _write(folder, enrolled, lessons, request.language)
    told = _make_data(folder, enrolled, tell)
    if told != enrolled:
        _write(folder, told, lessons, request.language)
    _for_teacher(folder / "teacher", lessons, request, tell)
    return told


def _write(folder: Path, enrolled: roster.Roster, lessons: Lessons, language: str) -> None:
    roster.write_roster(folder / "teacher" / roster.FILE, enrolled)
    made_files.write(folder, _learners_texts(enrolled, lessons, language))


def _refuse_place(folder: Path) -> None:
    try:
        there = folder.exists()
        if there and not folder.is_dir():
            raise UserError(f"{folder}: this is a file; name a folder.")
        if there and any(folder.iterdir()) and not (folder / "teacher" / roster.FILE).is_file():
            raise UserError(f"{folder}: the folder is not empty and holds no workshop; name a new one.")
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        if isinstance(error, UserError):
            raise
        said = getattr(error, "strerror", None) or "its name cannot be used"
        raise UserError(f"{folder}: the folder cannot be written ({said}).") from None


def _enrolled(request: Request) -> roster.Roster:
    if request.names is not None and request.learners is not None:
        raise UserError("--names and --learners: give one of them.")
    there = request.folder / "teacher" / roster.FILE
    known = roster.read_roster(there) if there.is_file() else {}
    if request.names is not None:
        names = roster.read_names(request.names)
    elif request.learners is not None:
        names = roster.numbered(request.learners)
    else:
        names = [learner.name for learner in known.values()] or [LONE]
    return roster.enrol(names, known, language=request.language, variant=request.variant)


def _learners_texts(enrolled: roster.Roster, lessons: Lessons, language: str) -> dict[str, str]:
    """Every file of the learners by its place below the folder."""
    files = {path.name: notebook_text(learner_version(lessons[name], language)) for name, path in masters().items()}
    texts: dict[str, str] = {}
    for folder, learner in enrolled.items():
        told = {
            FILE: yaml.safe_dump(asdict(learner), allow_unicode=True, sort_keys=False),
            "README.md": _readme(learner),
        }
        texts |= {f"learners/{folder}/{file}": text for file, text in {**files, **told}.items()}
    return texts


def _readme(learner: Learner) -> str:
    words.speak(learner.language)
    told = [
        N_("# Workshop: analysing the customers of a mail-order shop"),
        N_("Open this folder in JupyterLab and begin with the notebook 1; run a cell with Shift + Enter."),
        N_("Once a notebook is open, wait until the bar at the bottom of the window says `Idle`: what is run earlier is"
           " forgotten."),
        N_("The data are your own: nobody else has the same figures, so talk about the way and not about the number."),
        N_("In every exercise put your answer in place of `None` and run the cell. It says whether the answer is right,"
           " and if not, what probably happened."),
        N_("`lesson.hint(\"...\")` gives one hint more each time, `lesson.solution(\"...\")` shows the way."),
        N_("Hand in the whole folder, with the notebooks as you left them."),
    ]  # fmt: skip
    return "\n\n".join(words.translate(text) for text in told) + "\n"


def _make_data(folder: Path, enrolled: roster.Roster, tell: Callable[[str], None]) -> roster.Roster:
    """Every learner's shop, prepared, so that in class each lesson opens at once; the learners by the seeds it took."""
    places = [(folder / "learners" / name, learner) for name, learner in enrolled.items()]
    for place, _ in places:
        _tidy(place)
    workers = max(1, min(len(places), os.cpu_count() or 1))
    if len(places) == 1:
        found = {name: make_telling(*places[0]) for name in enrolled}
        tell(f"{places[0][0].name}: data made")
        return found
    found = {}
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=end_with_parent) as pool:
        for name, learner in zip(enrolled, pool.map(make_telling, *zip(*places, strict=True)), strict=True):
            found[name] = learner
            tell(f"{name}: data made")
    return found


def end_with_parent() -> None:
    """End this process at once where the command that started it is killed; it would write on beside the next one."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _tidy(place: Path) -> None:
    """Remove the halves of shops that a command left which was killed."""
    for half in place.glob(HALF):
        if time.time() - half.stat().st_mtime > STALE_SECONDS:
            shutil.rmtree(half, ignore_errors=True)


def _for_teacher(
    folder: Path, lessons: dict[str, dict[str, Any]], request: Request, tell: Callable[[str], None]
) -> None:
    """Solutions, slides and guide."""
    place = folder / "solutions"
    for each in (place, folder / "slides"):
        each.mkdir(parents=True, exist_ok=True)
    learner = Learner(name="teacher", seed=TEACHER, language=request.language, variant=request.variant)
    write_learner(place / FILE, learner)
    open_learners_shop(place, learner)
    raw_export(place, learner)
    wanted = {name: solution_version(master, request.language) for name, master in lessons.items()}
    done = execute(wanted, place, jobs=os.cpu_count() or 1)
    for number, (name, path) in enumerate(masters().items(), start=1):
        (place / path.name).write_text(notebook_text(done[name]), encoding="utf-8", newline="\n")
        page = slides_page(done[name], number=number, language=request.language)
        (folder / "slides" / f"{path.stem}.html").write_text(page, encoding="utf-8", newline="\n")
    (folder / "guide.html").write_text(guide_page(lessons, request.language), encoding="utf-8", newline="\n")
    tell("teacher: solutions, slides and guide made")
