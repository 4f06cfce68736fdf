"""Fixtures that more than one room needs."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CUSTOMERS = "1500"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`sample(n)`: n of a test's parameters, spread evenly, in `make test`; the rest in `make slow`."""
    cases: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("sample"):
            cases.setdefault(item.nodeid.partition("[")[0], []).append(item)
    for group in cases.values():
        (n,) = group[0].get_closest_marker("sample").args  # type: ignore[union-attr]
        chosen = {round(place * (len(group) - 1) / max(n - 1, 1)) for place in range(n)}
        for place, item in enumerate(group):
            if place not in chosen:
                item.add_marker(pytest.mark.slow)


@pytest.fixture
def shared_data() -> Path:
    """The folder of real data beside the project; tests that need it skip where it is missing."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder ../shared/data is missing beside the project")
    return folder


def _once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that is made once a run, whichever of its workers asks first; the others wait for it."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, made = shared / name, shared / f"{name}.made"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            make(folder)
            made.touch()
    return folder


def _home(folder: Path) -> None:
    """A copy of what `make report` needs, with this run's environment in place of the one `make` would install.

    `.ci/run` installs it for real.
    """
    binaries = folder / ".venv" / "bin"
    binaries.mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "parameters", "notebooks"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    for name, start in (("python", ""), ("crm", " -m crmlib.cli")):
        (binaries / name).write_text(f'#!/bin/sh\nexec "{sys.executable}"{start} "$@"\n', encoding="utf-8")
        (binaries / name).chmod(0o755)
    (folder / ".venv" / ".ready").touch()
    # The second sample runs one of its notebooks here, and all of them in the slow tests.
    sample = folder / "parameters" / "cdnow.yml"
    given = sample.read_text(encoding="utf-8").splitlines()
    shorter = ["notebooks: [rfm]" if line.startswith("notebooks:") else line for line in given]
    sample.write_text("\n".join(shorter), encoding="utf-8")
    # Paper and slides of four notebooks are made by the golden test, those of all by the slow one.
    sample = folder / "parameters" / "demo.yml"
    sample.write_text(sample.read_text(encoding="utf-8").replace(", pdf, pptx]", "]"), encoding="utf-8")
    command = [sys.executable, "-m", "crmlib.demo", "data/demo/export", "--customers", CUSTOMERS]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def _report(home: Path) -> None:
    command = ["make", "report"] if shutil.which("make") else [sys.executable, "-m", "crmlib.cli", "run", "demo"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a demo shop of 1,500 customers, shared by the tests that only read it or run in it."""
    return _once(tmp_path_factory, "demo", _home)


@pytest.fixture(scope="session")
def demo_report(tmp_path_factory: pytest.TempPathFactory, demo_home: Path) -> Path:
    """The folder of the demo's report, made once by `make report`."""
    _once(tmp_path_factory, "report", lambda _: _report(demo_home))
    return demo_home / "reports" / "demo" / "2026-03-31"
