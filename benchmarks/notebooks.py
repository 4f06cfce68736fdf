"""Time and peak memory of every notebook on a client: `python benchmarks/notebooks.py demo cdnow completejourney`.

Each notebook is run by stock papermill in a process of its own, on tables that are prepared already, with the client's
parameters. The time includes the start of the kernel; the memory is that of the largest process.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable


def main() -> None:
    """Print one line a notebook and client."""
    clients = sys.argv[1:] or ["demo", "cdnow", "completejourney"]
    print(f"{'client':<18}{'notebook':<12}{'seconds':>8}{'MB':>8}")
    for client in clients:
        with tempfile.TemporaryDirectory() as folder:
            for notebook in notebooks(client):
                seconds, megabytes, done = measured(client, notebook, Path(folder))
                print(f"{client:<18}{notebook:<12}{seconds:>8.1f}{megabytes:>8.0f}{'' if done else '  failed'}")


def notebooks(client: str) -> list[str]:
    """The notebooks of a client that have their data."""
    from crmlib.client import load_client

    subprocess.run([PYTHON, "-m", "crmlib.cli", "check", client], cwd=ROOT, check=True, capture_output=True)
    return [name for name in load_client(client).notebooks if plan(client, name)]


def plan(client: str, notebook: str) -> str:
    """The parameters as YAML; empty where the notebook has no data."""
    command = [PYTHON, "-m", "crmlib.cli", "run", client, "--only", notebook, "--plan", "--yaml"]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def measured(client: str, notebook: str, folder: Path) -> tuple[float, float, bool]:
    """Seconds and megabytes of one run, and whether it came to its end."""
    given = folder / f"{notebook}.yml"
    given.write_text(plan(client, notebook), encoding="utf-8")
    template = ROOT / "notebooks" / f"{notebook}.ipynb"
    command = [
        PYTHON,
        "-m",
        "papermill",
        str(template),
        str(folder / "out.ipynb"),
        "-f",
        str(given),
        "--cwd",
        str(folder),
    ]
    started = time.perf_counter()
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    # The usage of a child that has been waited for holds the largest of its own children too.
    _, status, usage = os.wait4(child.pid, 0)
    return time.perf_counter() - started, usage.ru_maxrss / 1024, status == 0


if __name__ == "__main__":
    main()
