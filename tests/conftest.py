"""Fixtures that more than one room needs."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def shared_data() -> Path:
    """The folder of real data beside the project; tests that need it skip where it is missing."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder ../shared/data is missing beside the project")
    return folder


def _home(folder: Path, customers: int) -> Path:
    """A home of its own with the demo's client file and a small demo shop."""
    (folder / "parameters").mkdir(parents=True)
    shutil.copy(ROOT / "parameters" / "demo.yml", folder / "parameters" / "demo.yml")
    command = [sys.executable, "-m", "crmlib.demo", "data/demo/export", "--customers", str(customers)]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a demo shop of 1,500 customers, shared by the tests that only read it or run in it."""
    return _home(tmp_path_factory.mktemp("demo"), 1500)


@pytest.fixture(scope="session")
def demo_report(demo_home: Path) -> Path:
    """The folder of the demo's report, made once by the command line."""
    command = [sys.executable, "-m", "crmlib.cli", "run", "demo"]
    done = subprocess.run(command, cwd=demo_home, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    return demo_home / "reports" / "demo" / "2026-03-31"
