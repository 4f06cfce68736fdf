"""JupyterLab opened on a client's desk, with nothing that phones home; its address told where no browser can open."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import webbrowser
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from crmlib.batch.opening import chosen_port, tell_and_open
from crmlib.batch.pool import importing
from crmlib.errors import UserError

# No news, no question whether they may be fetched, no look for updates, no list of extensions from the net.
ASKS = "@jupyterlab/apputils-extension:announcements"
QUIET = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
    "--ServerApp.log_level=WARN",
    "--LabApp.log_level=WARN",
)
SHOWN = (
    "--Voila.ip=127.0.0.1",
    "--template=crm",
    "--VoilaConfiguration.strip_sources=True",
    "--VoilaConfiguration.show_tracebacks=False",
    "--Voila.auto_token=True",
    "--no-browser",
)


# A page of another site that calls itself this machine must not read a client's figures; no file lies beside a page.
SHOWN_CONFIG = {
    "Voila": {"tornado_settings": {"allow_remote_access": False}},
    "VoilaConfiguration": {"file_allowlist": []},
}
ADDRESS_SECONDS, STOP_SECONDS = 60, 30
# Voila's own page asks a CDN for a font of icons; ours is the same page without it, in the client's language.
PAGE = """{%- extends 'voila/templates/lab/index.html.j2' -%}
{% import "spinner.macro.html.j2" as spinner %}
{%- block notebook_css -%}
{% if frontend == "voila" %}{{ resources.include_js("static/voila-style.js") }}{% endif %}
{{ spinner.css() }}
<style>.jp-mod-noOutputs.jp-mod-noInput { display: none } #rendered_cells { padding: 1em 3em }</style>
{{ super.super() }}
{%- endblock notebook_css -%}
"""


def open_lab(folder: Path, notebook: str | None = None, extra: tuple[str, ...] = ()) -> int:
    """Open JupyterLab on a folder and wait until it is closed; `extra` goes to JupyterLab as it is.

    The address is printed, for where no browser can be opened.

    Raises:
        UserError: JupyterLab is not installed.
    """
    if find_spec("jupyterlab") is None:
        raise UserError("JupyterLab is not installed here, install the package jupyterlab.")
    told = _lab_address(notebook)
    # Which tabs are open is remembered with the desk, so that no client's notebooks come up on another's.
    return _serve(
        lab_command(folder, notebook, (*_alone(), *extra)), {"JUPYTERLAB_WORKSPACES_DIR": str(folder / ".lab")},
        lambda server, own: _tell_address(server, own, "jpserver-*.json", told),
    )  # fmt: skip


def open_show(folder: Path, page: str | None = None, extra: tuple[str, ...] = (), *, language: str = "en") -> int:
    """Open Voila on a folder of pages, or on one of them, and wait until it is closed.

    Raises:
        UserError: Voila is not installed.
    """
    if find_spec("voila") is None:
        raise UserError('Voila is not installed here; get it with pip install "crmlib[voila]".')
    place = folder / f"{page}.ipynb" if page else folder
    port, options = chosen_port(extra)
    command = show_command(place, (f"--VoilaExporter.language_code={language}", *options))
    # Voila takes the token from its environment, which only its own user can read.
    token, browser = secrets.token_hex(24), has_browser() and "--no-browser" not in extra
    return _serve(
        command, {"JUPYTER_TOKEN": token},
        lambda server, own: tell_and_open(server, own, port, token, browser=browser),
    )  # fmt: skip


def lab_command(folder: Path, notebook: str | None = None, extra: tuple[str, ...] = ()) -> list[str]:
    """The command that opens JupyterLab quietly on a folder, or on a notebook in it."""
    place = [
        f"--ServerApp.root_dir={folder}",
        *([f"--LabApp.default_url=/lab/tree/{notebook}.ipynb"] if notebook else []),
    ]
    return [sys.executable, "-m", "jupyterlab", *QUIET, *place, *extra]


def show_command(place: Path, extra: tuple[str, ...] = ()) -> list[str]:
    """The command that shows pages with Voila on this machine alone: no code, no traceback, nothing to be edited."""
    return [sys.executable, "-m", "voila", str(place), *SHOWN, *extra]


def has_browser() -> bool:
    """Whether a browser window can be opened here."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def _alone() -> list[str]:
    """What JupyterLab must be told where there is no browser, and where the only user is root, as in a container."""
    root = getattr(os, "geteuid", lambda: 1)() == 0
    return [*([] if has_browser() else ["--no-browser"]), *(["--allow-root"] if root else [])]


def _lab_address(notebook: str | None) -> Callable[[dict[str, str]], str]:
    page = f"lab/tree/{notebook}.ipynb" if notebook else "lab"
    return lambda told: f"JupyterLab: {told['url']}{page}?token={told['token']}"


def _serve(
    command: list[str], environment: dict[str, str], told: Callable[[subprocess.Popen[bytes], Path], None]
) -> int:
    own = Path(tempfile.mkdtemp(prefix="crm-lab-"))
    # A terminal that is closed, or a service that is stopped, must not leave a server behind.
    for name in {"SIGTERM", "SIGHUP"} & set(dir(signal)):
        signal.signal(getattr(signal, name), lambda number, _: sys.exit(128 + number))
    server: subprocess.Popen[bytes] | None = None
    try:
        server = subprocess.Popen(command, env=_environment(own) | environment)
        told(server, own)
        return _wait(server)
    finally:
        if server is not None and server.poll() is None:
            server.terminate()
            server.wait(STOP_SECONDS)
        shutil.rmtree(own, ignore_errors=True)


def _tell_address(
    server: subprocess.Popen[bytes], own: Path, runtime: str, address: Callable[[dict[str, str]], str]
) -> None:
    """Print where the server can be reached, once it has written down its address."""
    end = time.monotonic() + ADDRESS_SECONDS
    while server.poll() is None and time.monotonic() < end:
        for file in (own / "runtime").glob(runtime):
            try:
                told = json.loads(file.read_text(encoding="utf-8"))
            except ValueError:
                continue  # half written
            sys.stdout.write(address(told) + "\n")
            sys.stdout.flush()
            return
        time.sleep(0.2)


def _wait(server: subprocess.Popen[bytes]) -> int:
    while True:
        try:
            return server.wait()
        except KeyboardInterrupt:
            # Ctrl-C reaches JupyterLab too, which asks whether to shut down; that answer is the one that counts.
            continue


def _environment(folder: Path) -> dict[str, str]:
    """The kernel called python3 is this Python, even where the user has installed another of that name."""
    kernel = folder / "kernels" / "python3"
    kernel.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "Python 3 (crmlib)", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    config = folder / "labconfig" / "page_config.json"
    config.parent.mkdir()
    config.write_text(json.dumps({"disabledExtensions": {ASKS: True}}), encoding="utf-8")
    (folder / "voila.json").write_text(json.dumps(SHOWN_CONFIG), encoding="utf-8")
    page = folder / "voila" / "templates" / "crm" / "index.html.j2"
    page.parent.mkdir(parents=True)
    page.write_text(PAGE, encoding="utf-8")
    (page.parent / "conf.json").write_text('{"base_template": "lab"}', encoding="utf-8")
    paths = {name: _before(folder, name) for name in ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH")}
    own = {"JUPYTER_RUNTIME_DIR": str(folder / "runtime"), "PYTHONWARNINGS": "ignore::DeprecationWarning"}
    return {**os.environ, **importing(), **paths, **own}


def _before(folder: Path, name: str) -> str:
    return os.pathsep.join(filter(None, [str(folder), os.environ.get(name, "")]))
