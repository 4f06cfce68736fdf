"""Run one submission in a process of its own, in a copy of its own, and take its answers."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crmlib.batch.pool import importing
from crmlib.workshop.data import FILE, Learner, write_learner
from crmlib.workshop.fence import GIGABYTE

LARGEST_NOTEBOOK = 20 * 1024**2
_MOST_ANSWERED = 4 * 1024**2


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a submission may use: seconds by the clock and of the processor, bytes of memory."""

    seconds: float = 180.0
    cpu_seconds: int = 120
    memory: int = 4 * GIGABYTE


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What came out of a submission: by exercise a value, a fault's name, or nothing; `ended`: it ran to its end."""

    values: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    failed: frozenset[str] = frozenset()
    ended: bool = False


def run_submission(
    notebook: Path, lesson: str, learner: Learner, data: Path, *, limits: Limits, hidden: tuple[Path, ...]
) -> Answers:
    """Run a notebook on data made anew, which are copied for it, and read its answers."""
    with tempfile.TemporaryDirectory(prefix="crm-graded-", ignore_cleanup_errors=True) as folder:
        place = Path(folder).resolve()
        text = _read(notebook)
        if text is None:
            return Answers()
        _furnish(place, learner, data)
        (place / "submission.ipynb").write_bytes(text)
        return _parsed(_run(place, lesson, limits, hidden))


def _read(notebook: Path) -> bytes | None:
    """A notebook's bytes; None for a link, for what is no file, and for one that is far too large."""
    try:
        handle = os.open(notebook, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(handle, "rb") as file:
            raw = file.read(LARGEST_NOTEBOOK + 1)
    except OSError:
        return None
    return raw if len(raw) <= LARGEST_NOTEBOOK else None


def _furnish(place: Path, learner: Learner, data: Path) -> None:
    for name in (".shop", "export"):
        shutil.copytree(data / name, place / name)
    write_learner(place / FILE, learner)
    for name in ("tmp", "mpl"):
        (place / name).mkdir()
    _copy_fonts(place / "mpl")


def _copy_fonts(place: Path) -> None:
    # To look through all fonts again would take seconds in every process.
    import matplotlib as mpl

    for path in Path(mpl.get_cachedir()).glob("fontlist-*.json"):
        shutil.copyfile(path, place / path.name)


def _run(place: Path, lesson: str, limits: Limits, hidden: tuple[Path, ...]) -> bytes:
    command = [sys.executable, "-m", "crmlib.workshop.sandbox", lesson, "submission.ipynb", str(limits.cpu_seconds),
               str(limits.memory), *map(str, hidden)]  # fmt: skip
    process = subprocess.Popen(
        command, cwd=place, env=_environment(place), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    held = bytearray()
    reader = threading.Thread(target=_drain, args=(process.stdout, held), daemon=True)
    reader.start()
    # The answers end when the process does, or when it hands out far too much.
    reader.join(limits.seconds)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(0.5)
    _end(process)
    reader.join(2)
    return bytes(held)


def _drain(stream: Any, held: bytearray) -> None:
    with contextlib.suppress(OSError, ValueError):
        while len(held) <= _MOST_ANSWERED and (found := os.read(stream.fileno(), 65536)):
            held += found


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and whatever it has started."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
    if process.stdout:
        process.stdout.close()


def _environment(place: Path) -> dict[str, str]:
    """Nothing of the grader's own environment but what Python needs to start."""
    kept = {
        name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "VIRTUAL_ENV") if name in os.environ
    }
    own = {"HOME": str(place), "TMPDIR": str(place / "tmp"), "MPLCONFIGDIR": str(place / "mpl"), "MPLBACKEND": "agg",
           "XDG_CACHE_HOME": str(place / "tmp"), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1",
           "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # fmt: skip
    return {**kept, **importing(), **own}


def _parsed(raw: bytes) -> Answers:
    """The answers among the lines; a line that is not ours is passed over, and the last word on an exercise counts."""
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    failed: set[str] = set()
    ended = False
    for line in raw[:_MOST_ANSWERED].split(b"\n"):
        found = _line(line)
        ended = ended or found.get("end") is True
        name = found.get("id")
        if not isinstance(name, str):
            continue
        for told in (values, faults):
            told.pop(name, None)
        failed.discard(name)
        if "value" in found:
            values[name] = decoded(found["value"])
        elif isinstance(found.get("fault"), str):
            faults[name] = found["fault"]
        elif "failed" in found:
            failed.add(name)
    return Answers(values=values, faults=faults, failed=frozenset(failed), ended=ended)


def _line(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def decoded(value: Any) -> Any:
    """A value as the comparison takes it: a frame where columns came, else what JSON gave."""
    if not isinstance(value, dict):
        return value
    import pandas as pd

    try:
        return pd.DataFrame(value["columns"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return ""
