"""CPU seconds of `import crmlib` and `crm --help` above bare Python, each the median of nine runs side by side.

Usage: python benchmarks/startup.py
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys

RUNS = 9
CASES = {
    "bare python": ["-c", "pass"],
    "import crmlib": ["-c", "import crmlib"],
    "crm --help": ["-m", "crmlib.cli", "--help"],
    "import pandas": ["-c", "import pandas"],
}


def cpu_seconds(arguments: list[str]) -> float:
    """User and system seconds of one child process."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Run the cases in turn, so that a busy machine slows all of them alike."""
    rounds = [{name: cpu_seconds(arguments) for name, arguments in CASES.items()} for _ in range(RUNS + 1)][1:]
    bare = statistics.median(one["bare python"] for one in rounds)
    for name in CASES:
        seconds = statistics.median(one[name] for one in rounds)
        print(f"{name:15} {seconds:.3f} s, {seconds - bare:+.3f} s above bare Python")


if __name__ == "__main__":
    main()
