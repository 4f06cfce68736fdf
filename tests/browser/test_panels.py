"""Every page of panels in JupyterLab, in both languages: run all, move its first control, see what is shown change."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.desk import CURRENT, ROOT, START, chromium, opened, picture, run_all, served

pytestmark = pytest.mark.slow
PAGES = sorted(path.stem for path in (ROOT / "notebooks" / "panels").glob("*.ipynb"))
TALL = 2400  # JupyterLab scrolls within its window: a picture shows what stands in it
PANEL = f"{CURRENT} .jp-OutputArea-output .widget-vbox"
SHOWN = ".widget-output"
NUMBER, SLIDER = "input[type=number]", ".noUi-handle"
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module", params=["ja", "en"])
def desk(request: pytest.FixtureRequest, demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The language and the address of the start page of the demo's desk."""
    home = tmp_path_factory.mktemp("desk")
    for name in ("parameters", "notebooks", "data"):
        shutil.copytree(demo_home / name, home / name, symlinks=True)
    file = home / "parameters" / "demo.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("\nlanguage: ja", f"\nlanguage: {request.param}"), "utf-8")
    with served(home, "lab", "demo") as url:
        yield request.param, url


def shown(page: Any) -> str:
    return str(page.locator(f"{PANEL} {SHOWN}").first.inner_text())


def move(page: Any) -> None:
    """Move the first control of the page's first panel by the keyboard, whichever kind it is."""
    panel = page.locator(PANEL).first
    found = panel.locator(f"{SLIDER}, {NUMBER}, select").first
    if found.evaluate("each => each.tagName") == "SELECT":
        chosen = found.evaluate("each => each.selectedIndex")
        found.select_option(index=0 if chosen else 1)
        return
    found.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_panels_runs_and_moves(desk: tuple[str, str], browser: Any, name: str) -> None:
    language, url = desk
    address = re.sub(r"/lab(/tree/[^?]*)?\?", f"/lab/tree/panels/{name}.ipynb?reset&", url)
    with opened(browser, address, TALL) as page:
        page.locator(f"{CURRENT} h1").first.wait_for()
        run_all(page)
        page.locator(f"{PANEL} {SHOWN} p").first.wait_for()
        assert page.locator(f"{CURRENT} [data-mime-type*=error]").count() == 0
        picture(page, f"{name}-{language}")
        before = shown(page)
        assert language == "en" or JAPANESE.search(before)
        move(page)
        page.wait_for_function(
            "([panel, old]) => document.querySelector(panel).innerText !== old",
            arg=[f"{PANEL} {SHOWN}", before], timeout=START * 1000,
        )  # fmt: skip
        picture(page, f"{name}-{language}-moved")
