"""Worker processes that run notebooks side by side, seen from the command's process."""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from crmlib.batch.place import claim
from crmlib.errors import UserError

PREFIX, LOCK = "crm-", "crm.lock"
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Job:
    """One notebook to execute: its content, what is injected, where it is saved, the folder it runs in."""

    name: str
    notebook: dict[str, Any]
    parameters: dict[str, Any]
    output: str
    folder: str
    timeout: int


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How an execution ended: the class and text of what papermill raised (empty: nothing), and its seconds."""

    error: str = ""
    message: str = ""
    note: str = ""
    seconds: float = 0.0


class Pool:
    """A few workers, started when the pool is made, so that they load while the export is read."""

    def __init__(self, size: int) -> None:
        # Short, private and ours: socket paths are limited to about 100 characters, and no profile of the user's
        # may change what a notebook computes.
        _tidy()
        self._folder = _make_folder()
        self._held = Path(self._folder, LOCK).open("a+b")  # noqa: SIM115 - open for as long as the pool lives
        claim(self._held)
        self._workers = [_start(self._folder) for _ in range(size)]
        self._free: queue.SimpleQueue[int] = queue.SimpleQueue()
        for index in range(size):
            self._free.put(index)
        self._closed = False

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers at once, whatever they are doing, and remove their folder."""
        self._closed = True
        for worker in self._workers:
            worker.kill()
            worker.wait()
        self._held.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def run(self, jobs: list[Job]) -> Iterator[tuple[Job, Outcome]]:
        """Execute the jobs and yield each with its outcome as it ends."""
        threads = ThreadPoolExecutor(max_workers=len(self._workers))
        futures = {threads.submit(self._run, job): job for job in jobs}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BaseException:
            # Ctrl-C: kernels must be gone before the staged folder goes.
            self.close()
            raise
        finally:
            threads.shutdown(wait=False, cancel_futures=True)

    def _run(self, job: Job) -> Outcome:
        index = self._free.get()
        try:
            return self._ask(index, job)
        finally:
            self._free.put(index)

    def _ask(self, index: int, job: Job) -> Outcome:
        worker = self._workers[index]
        answer = _exchange(worker, json.dumps(asdict(job)))
        if answer:
            return Outcome(**json.loads(answer))
        worker.wait()
        if not self._closed:
            self._workers[index] = _start(self._folder)
        return Outcome(error="DeadWorker", message=f"the worker process ended with code {worker.returncode}")


def _make_folder() -> str:
    try:
        return tempfile.mkdtemp(prefix=PREFIX)
    except OSError as error:
        said = f"no folder for temporary files can be written ({error.strerror or error}), set TMPDIR to one that can."
        raise UserError(said) from None


def _tidy() -> None:
    """Remove the folders of commands that were killed; a living one holds the lock in its folder."""
    for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{LOCK}"):
        try:
            with lock.open("r+b") as file:
                claim(file)
            shutil.rmtree(lock.parent, ignore_errors=True)
        except OSError:
            # At work, or another user's.
            continue


def _exchange(worker: subprocess.Popen[str], line: str) -> str:
    if worker.stdin is None or worker.stdout is None:
        return ""
    try:
        worker.stdin.write(line + "\n")
        worker.stdin.flush()
        return worker.stdout.readline()
    except OSError:
        return ""


def _start(folder: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", f"from crmlib.batch.kernel import serve; serve({os.getpid()})"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=None if os.environ.get("CRMLIB_DEBUG") else subprocess.DEVNULL,
        env=_environment(folder),
        encoding="utf-8",
        # Ctrl-C is for the command alone; it ends its workers, and a kernel ends with its worker.
        start_new_session=True,
    )


def _environment(folder: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONSTARTUP", "MPLBACKEND"}}
    own = {"IPYTHONDIR": folder, "JUPYTER_RUNTIME_DIR": folder, "PYTHONIOENCODING": "utf-8"}
    return {**kept, **importing(), **own}


def importing() -> dict[str, str]:
    """The environment in which another folder's Python imports this very crmlib, installed or not."""
    if ROOT.name == "site-packages":
        return {}
    return {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))}
