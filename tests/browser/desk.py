"""JupyterLab and Voila started as a user would start them, and a browser to walk through them."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
PICTURES = "CRMLIB_PICTURES"
START = 120  # seconds a server, a page or a kernel may take on a busy machine
ALL_RUN = r"""() => {
  const prompts = [...document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-InputPrompt')]
    .map(prompt => prompt.innerText);
  return prompts.some(text => /\d/.test(text)) && !prompts.some(text => text.includes('*'));
}"""
CURRENT = ".jp-NotebookPanel:not(.lm-mod-hidden)"


@contextmanager
def chromium() -> Iterator[Any]:
    """A context of a browser that asks nobody but this machine; it keeps the addresses asked for in `asked`."""
    if not CHROMIUM.is_file():
        pytest.skip(f"{CHROMIUM} is missing: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield browser
        browser.close()


@contextmanager
def served(home: Path, *arguments: str, start: tuple[str, ...] = ("-m", "crmlib.cli")) -> Iterator[str]:
    """The address that a command of `crm` prints; the server is stopped at the end.

    `start` is what Python is to run where it is not the command line.
    """
    environment = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    environment |= {"PYTHONPATH": str(ROOT), "HOME": str(home), "JUPYTER_CONFIG_DIR": str(home / ".jupyter")}
    command = [sys.executable, *start, *arguments, f"--port={free_port()}"]
    server = subprocess.Popen(
        command, cwd=home, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    said: list[str] = []
    try:
        yield address(server, said)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)
    assert "Traceback" not in "".join(said)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def address(server: subprocess.Popen[str], said: list[str]) -> str:
    lines: Queue[str] = Queue()
    threading.Thread(target=lambda: [lines.put(line) for line in server.stdout or ()], daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=START)
        except Empty:
            pytest.fail("no address was printed:\n" + "".join(said))
        said.append(line)
        found = re.search(r"^(?:JupyterLab|Voila): (http://(?:localhost|127\.0\.0\.1):\d+/\S*)", line)
        if found:
            return found.group(1)


@contextmanager
def opened(browser: Any, url: str, height: int = 1000) -> Iterator[Any]:
    """A page at an address; at the end nothing outside this machine may have been asked for."""
    context = browser.new_context(viewport={"width": 1400, "height": height})
    context.set_default_timeout(START * 1000)
    page, asked = context.new_page(), set()
    page.on("request", lambda request: asked.add(re.sub(r"^(\w+:(//[^/:]*)?).*", r"\1", request.url)))
    page.goto(url)
    yield page
    context.close()
    here = {"http://localhost", "http://127.0.0.1", "ws://localhost", "ws://127.0.0.1", "data:", "blob:"}
    assert asked - here <= {"blob:http://localhost", "blob:http://127.0.0.1"}, asked - here


def picture(page: Any, name: str) -> None:
    """A screenshot to look at, where a folder for them is named."""
    if os.environ.get(PICTURES):
        page.screenshot(path=str(Path(os.environ[PICTURES]) / f"{name}.png"), full_page=True)


def run_all(page: Any) -> None:
    """Run, Run All Cells, as a person does it; waits until the last cell has run."""
    # What is run before the kernel has answered is forgotten.
    page.locator("#jp-main-statusbar", has_text="| Idle").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    # JupyterLab goes to each cell as it runs, and would take the focus from whoever types meanwhile.
    page.wait_for_function(ALL_RUN)
    page.locator("#jp-main-statusbar", has_text="| Idle").wait_for()


def box(page: Any, label: str) -> Any:
    """The number box behind a label of the panel."""
    return page.get_by_label(label, exact=True)


def set_box(page: Any, label: str, value: object) -> None:
    found = box(page, label)
    found.scroll_into_view_if_needed()
    found.fill(str(value))
    found.press("Enter")


def write_cell(page: Any, old: str, new: str) -> None:
    """Replace the source of the cell that holds `old`, and run it with Shift+Enter."""
    cell = page.locator(f"{CURRENT} .jp-CodeCell", has=page.locator(".cm-line", has_text=old)).first
    cell.scroll_into_view_if_needed()
    cell.locator(".cm-content").click()
    cell.locator(".cm-focused").wait_for()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(new)
    page.keyboard.press("Shift+Enter")
