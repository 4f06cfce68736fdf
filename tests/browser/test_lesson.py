"""A lesson in a real browser: not tried, answered wrongly with the mistake called by its name, then rightly."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.desk import CURRENT, ROOT, chromium, opened, picture, run_all, served, write_cell

pytestmark = pytest.mark.slow
LAB = """import sys; from pathlib import Path; from crmlib.batch.lab import open_lab
sys.exit(open_lab(Path.cwd(), sys.argv[1], tuple(sys.argv[2:])))"""
SAID = {
    "ja": ("未回答", "不正解", "観察期間", "正解"),
    "en": ("Not yet tried", "Not right", "young customers", "Right"),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture(params=["ja", "en"])
def learner(tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Path, str]:
    command = [sys.executable, "-m", "crmlib.cli", "workshop", "class", "--lang", request.param]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, env={"PYTHONPATH": str(ROOT)})
    return tmp_path / "class" / "learners" / "learner", request.param


def answers(folder: Path) -> tuple[float, float]:
    """The right share of second purchases, and the one with all customers in the denominator."""
    code = (
        "from crmlib import workshop; from crmlib.workshop.lessons import where_they_leave as w; "
        "lesson = workshop.open_lesson('where_they_leave'); "
        "print(w.F2.expected(lesson), w.F2.mistakes[1].value(lesson))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, check=True, capture_output=True, text=True,
        env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    right, wrong = done.stdout.split()[-2:]
    return float(right), float(wrong)


def test_a_lesson_answered_wrongly_then_rightly(learner: tuple[Path, str], browser: Any) -> None:
    folder, language = learner
    not_tried, not_right, mistake, is_right = SAID[language]
    right, wrong = answers(folder)
    name = "3_where_they_leave"
    with served(folder, name, start=("-c", LAB)) as url, opened(browser, url) as page:
        page.locator(f"{CURRENT} h1").first.wait_for()
        run_all(page)
        said = page.locator(f"{CURRENT} .jp-CodeCell", has=page.locator(".cm-line", has_text='check("f2_rate"'))
        said = said.locator(".jp-OutputArea-output")
        said.filter(has_text=not_tried).wait_for()
        write_cell(page, 'check("f2_rate"', f'f2_rate = {wrong!r}\nlesson.check("f2_rate", f2_rate)')
        said.filter(has_text=not_right).wait_for()
        assert mistake in said.inner_text()
        picture(page, f"lesson-wrong-{language}")
        assert f"{right:.3f}" not in said.inner_text()
        write_cell(page, 'check("f2_rate"', f'f2_rate = {right!r}\nlesson.check("f2_rate", f2_rate)')
        said.filter(has_text=is_right).filter(has_not_text=not_right).wait_for()
        picture(page, f"lesson-right-{language}")
