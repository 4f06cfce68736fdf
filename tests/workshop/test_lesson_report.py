"""A lesson's figure is the report's, on the same learner's shop."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from crmlib.workshop.answers import equal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from crmlib.workshop.lesson import Lesson

# Lesson, exercise, and the notebook and metric that shows the same.
SAME = [
    ("stages", "n_customers", "rfm", "n_customers"),
    ("where_they_leave", "f2_rate", "retention", "f2_rate"),
    ("what_they_are_worth", "ltv_365", "ltv", "annual_ltv"),
    ("what_they_are_worth", "profit_365", "ltv", "annual_profit"),
    ("do_they_love_us", "score", "nps", "nps"),
]


@pytest.mark.slow
def test_a_lessons_figure_is_the_reports(
    tmp_path: Path, learners_home: Path, open_for_learner: Callable[[str], Lesson]
) -> None:
    shutil.copytree(learners_home / ".shop", tmp_path / "shop")
    command = [sys.executable, "-m", "crmlib.cli", "run", str(tmp_path / "shop" / "shop.yml"), "--lang", "en"]
    command += ["--only", ",".join(sorted({notebook for _, _, notebook, _ in SAME})), "--out", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(next((tmp_path / "out").rglob("exhibits.json")).read_text(encoding="utf-8"))["notebooks"]
    for lesson, exercise, notebook, metric in SAME:
        told = open_for_learner(lesson)
        value = found[notebook]["metrics"][metric]["value"]
        assert equal(float(value), float(told.expected(exercise)), told.exercise(exercise).kind), exercise
