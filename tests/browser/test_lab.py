"""A desk in a real browser: open, run all, move a bound, see the table change, press the button, find the parameter."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.browser.desk import CURRENT, chromium, opened, picture, run_all, served, set_box

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture
def home(tmp_path: Path, demo_home: Path, request: pytest.FixtureRequest) -> Path:
    """A home of its own with the demo's export, as it is before anybody has opened it."""
    for name in ("parameters", "notebooks", "data"):
        shutil.copytree(demo_home / name, tmp_path / name, symlinks=True)
    file = tmp_path / "parameters" / "demo.yml"
    language = getattr(request, "param", "ja")
    file.write_text(file.read_text(encoding="utf-8").replace("\nlanguage: ja", f"\nlanguage: {language}"), "utf-8")
    return tmp_path


def first_cell(page: Any) -> str:
    """Customers with R 5 and F 1 in the panel's grid."""
    return page.locator(f"{CURRENT} td[style*=rgba]").first.inner_text()


WORDS = {
    "ja": {"start": "データの中身", "panel": "区切りを動かすと", "write": "クライアントファイルに書き込む"},
    "en": {"start": "What is in the data", "panel": "Who are the best customers", "write": "Write to the client file"},
}


@pytest.mark.parametrize("home", ["ja", "en"], indirect=True)
def test_from_the_start_page_to_a_kept_parameter(home: Path, browser: Any) -> None:
    language = "en" if "language: en" in (home / "parameters" / "demo.yml").read_text(encoding="utf-8") else "ja"
    said = WORDS[language]
    before = sorted(path.read_bytes() for path in (home / "notebooks").rglob("*.ipynb"))
    with served(home, "lab", "demo") as url, opened(browser, url) as page:
        page.get_by_role("heading", name=said["start"]).wait_for()
        picture(page, f"start-{language}")
        page.get_by_role("link", name=said["panel"]).first.click()
        page.locator(f"{CURRENT} h1", has_text=said["panel"]).wait_for()
        run_all(page)
        page.get_by_label("R5 ≤").wait_for()
        page.locator(f"{CURRENT} td[style*=rgba]").first.wait_for()
        old = first_cell(page)
        set_box(page, "R5 ≤", 10)
        page.wait_for_function("old => document.querySelector('td[style*=rgba]').innerText !== old", arg=old)
        assert first_cell(page) != old
        picture(page, f"rfm-{language}")
        page.get_by_role("button", name=said["write"]).click()
        page.get_by_role("status").filter(has_text="demo.yml").wait_for()
        picture(page, f"rfm-written-{language}")
    kept = yaml.safe_load((home / "parameters" / "demo.yml").read_text(encoding="utf-8"))
    assert kept["rfm"]["r_cuts"][0] == 10
    assert sorted(path.read_bytes() for path in (home / "notebooks").rglob("*.ipynb")) == before


def test_with_the_keyboard_alone(home: Path, browser: Any) -> None:
    with served(home, "lab", "demo", "rfm") as url, opened(browser, url.replace("rfm.ipynb", "rfm.ipynb")) as page:
        page.locator(f"{CURRENT} h1").first.wait_for()
        run_all(page)
        page.get_by_label("R5 ≤").wait_for()
        old = first_cell(page)
        page.get_by_label("R5 ≤").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('.widget-inline-hbox').innerText").startswith("R4")
        page.wait_for_function("old => document.querySelector('td[style*=rgba]').innerText !== old", arg=old)


def test_shown_to_a_client_it_moves_and_cannot_write(home: Path, browser: Any) -> None:
    before = (home / "parameters" / "demo.yml").read_bytes()
    with served(home, "show", "demo", "rfm") as url, opened(browser, url) as page:
        # A page of another site whose name was turned to this machine is not answered.
        assert page.request.get(url, headers={"Host": "elsewhere.example"}).status == 403
        # Nor is another user of this machine, who has not got the token.
        stranger = browser.new_context()
        assert "login" in stranger.request.get(url.split("?")[0]).url
        stranger.close()
        page.get_by_label("R5 ≤").wait_for()
        page.locator("td[style*=rgba]").first.wait_for()
        old = page.locator("td[style*=rgba]").first.inner_text()
        set_box(page, "R5 ≤", 10)
        page.wait_for_function("old => document.querySelector('td[style*=rgba]').innerText !== old", arg=old)
        picture(page, "shown")
        assert page.get_by_role("button").count() == 0
        assert page.evaluate("document.documentElement.lang") == "ja"
        text = page.locator("body").inner_text()
        assert "open_shop" not in text
        assert "r_cuts" not in text
    assert (home / "parameters" / "demo.yml").read_bytes() == before
