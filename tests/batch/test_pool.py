"""The pool's own folder, which no end of a command may leave behind, and the signals that end one."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from crmlib.batch.pool import LOCK, Pool
from crmlib.batch.run import _ended_tidily
from crmlib.errors import UserError

MAKE = "from crmlib.batch.pool import Pool; import time; pool = Pool(1); print('made', flush=True); time.sleep(60)"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, empty."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def start(temporary: Path) -> subprocess.Popen[str]:
    env = {**os.environ, "TMPDIR": str(temporary)}
    started = subprocess.Popen([sys.executable, "-c", MAKE], env=env, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    assert started.stdout.readline() == "made\n"
    return started


def test_a_command_killed_early_leaves_no_folder(temporary: Path) -> None:
    # Its worker has not been up for long enough to know its parent.
    with start(temporary) as killed:
        killed.kill()
    ends = time.monotonic() + 20
    while list(temporary.iterdir()) and time.monotonic() < ends:
        time.sleep(0.1)
    assert list(temporary.iterdir()) == []


def test_a_pool_removes_what_killed_commands_left_and_nothing_of_living_ones(temporary: Path) -> None:
    left = temporary / "crm-left"
    left.mkdir()
    (left / LOCK).touch()
    other = temporary / "crm-reports"
    other.mkdir()
    with start(temporary) as living:
        [mine] = [path for path in temporary.iterdir() if path not in {left, other}]
        with Pool(0):
            assert other.is_dir()
            assert mine.is_dir()
            assert not left.exists()
        living.kill()


def test_no_folder_for_temporary_files_is_told(temporary: Path) -> None:
    sentence = "no folder for temporary files can be written (No such file or directory), set TMPDIR to one that can."
    temporary.rmdir()
    with pytest.raises(UserError, match=f"^{re.escape(sentence)}$"):
        Pool(0)
    temporary.mkdir()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM from outside")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_run_that_is_ended_from_outside_ends_as_with_ctrl_c(name: str) -> None:
    number = getattr(signal, name)
    before = signal.getsignal(number)
    signal.signal(number, signal.SIG_DFL)
    with pytest.raises(KeyboardInterrupt), _ended_tidily():
        signal.raise_signal(number)
    assert signal.getsignal(number) is signal.SIG_DFL
    signal.signal(number, before)


def test_a_run_started_to_outlive_its_terminal_does() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with _ended_tidily():
        signal.raise_signal(signal.SIGHUP)
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    signal.signal(signal.SIGHUP, before)
