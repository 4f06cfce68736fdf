"""Where a client's reports stand, and how a new one takes the old one's place whole or not at all."""

from __future__ import annotations

import errno
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from crmlib.errors import UserError


@contextmanager
def locked(reports: Path, client: str) -> Iterator[None]:
    """Hold the client's reports folder alone; the operating system lets go when the process ends.

    Raises:
        UserError: another run of the same client holds it, or nothing can be written there.
    """
    with _lock_file(reports, client) as file:
        try:
            claim(file)
        except OSError:
            raise UserError(f"{client}: another run of this client is at work, wait for it to end.") from None
        yield


def _lock_file(reports: Path, client: str) -> IO[bytes]:
    try:
        reports.mkdir(parents=True, exist_ok=True)
        return (reports / ".lock").open("a+b")
    except OSError as error:
        raise unwritable(client, reports, error) from None


# What the disk or its owner says; any other error of the operating system would be our mistake.
DISK = {getattr(errno, name, -1) for name in ("ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "EIO", "EFBIG", "EMFILE")}


def unwritable(client: str, folder: Path, error: OSError) -> UserError:
    """The sentence about a folder that cannot be written, with the operating system's reason."""
    return UserError(f"{client}: {folder} cannot be written ({error.strerror or type(error).__name__}).")


def check_free(target: Path) -> None:
    """Refuse a place that holds something which is no report's folder, before anything is run for it.

    Raises:
        UserError: a file or a link stands there.
    """
    for path in (target, target.with_name("failed")):
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            raise UserError(f"{path} is no folder but a {'link' if path.is_symlink() else 'file'}, move it away.")


def claim(file: IO[bytes]) -> None:
    """Lock an open file for this process alone.

    Raises:
        OSError: another process holds it.
    """
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def tidy(reports: Path) -> None:
    """Undo what a killed run left: staging folders go, a report that was moved aside and not replaced comes back."""
    for path in reports.glob(".staging-*"):
        _remove(path)
    for path in reports.glob(".previous-*"):
        place = reports / path.name.removeprefix(".previous-")
        if place.exists() or place.is_symlink():
            _remove(path)
        else:
            path.rename(place)


def _remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink(missing_ok=True)
    else:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def staging(reports: Path) -> Iterator[Path]:
    """A hidden folder beside the reports with `report` and `work` in it, gone at the end whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix=".staging-", dir=reports))
    (folder / "report" / "evidence").mkdir(parents=True)
    (folder / "work").mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def settle(report: Path, place: Path) -> Path:
    """Put a finished report in its place; the previous one goes only when the new one stands."""
    previous = place.with_name(f".previous-{place.name}")
    if place.exists():
        place.rename(previous)
    report.rename(place)
    shutil.rmtree(previous, ignore_errors=True)
    # What last went wrong is no longer true.
    shutil.rmtree(place.with_name("failed"), ignore_errors=True)
    return place


def set_aside(report: Path, reports: Path) -> Path:
    """Keep everything of a run that went wrong in `failed`, in the place of the last such run."""
    failed = reports / "failed"
    shutil.rmtree(failed, ignore_errors=True)
    report.rename(failed)
    return failed
