"""Copies of a client's notebooks for work at the desk, and JupyterLab opened on them with nothing that phones home."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlib.batch.plan import chosen, notebook_folders, notebook_path, overrides, reference
from crmlib.batch.pool import importing
from crmlib.batch.template import (
    Template,
    TemplateError,
    nearest,
    parameters_index,
    read_template,
)
from crmlib.errors import UserError

if TYPE_CHECKING:
    from crmlib.client import Client

# No news, no question whether they may be fetched, no look for updates, no list of extensions from the net.
ASKS = "@jupyterlab/apputils-extension:announcements"
QUIET = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A notebook at the desk: its name, its file, and whether it was written now or had been there."""

    name: str
    path: Path
    written: bool


def write_copies(
    client: Client, notebook: str | None = None, *, fresh: bool = False, folders: tuple[Path, ...] = ()
) -> list[Copy]:
    """Write the client's notebooks, or one of them, into `desk/<client>`; copies that are there stay unless `fresh`.

    Raises:
        UserError: the notebook is not the client's, or is no valid template.
    """
    listed = list(client.notebooks)
    if notebook is not None and notebook not in listed:
        raise UserError(f"{notebook!r} is not among the notebooks of {client.name}, {nearest(notebook, listed)}")
    folder = client.home / "desk" / client.name
    folder.mkdir(parents=True, exist_ok=True)
    names = [notebook] if notebook else chosen(client, ())
    return [_write(client, name, folder, folders or notebook_folders(client), fresh=fresh) for name in names]


def _write(client: Client, name: str, folder: Path, folders: tuple[Path, ...], *, fresh: bool) -> Copy:
    path = folder / f"{name}.ipynb"
    if path.is_file() and not fresh:
        return Copy(name=name, path=path, written=False)
    try:
        template = read_template(notebook_path(client, name, folders))
    except TemplateError as error:
        raise UserError(str(error)) from None
    text = json.dumps(desk_notebook(client, template, folder), ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
    return Copy(name=name, path=path, written=True)


def desk_notebook(client: Client, template: Template, folder: Path) -> dict[str, Any]:
    """The template in the client's language with one cell more: the client's parameters, readable and to be changed."""
    from crmlib.words import translate_notebook

    notebook = json.loads(json.dumps(template.notebook))
    translate_notebook(notebook, client.language)
    notebook["metadata"]["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    index = parameters_index(notebook)
    notebook["cells"].insert(0 if index is None else index + 1, _cell(client, template, folder))
    return notebook


def _cell(client: Client, template: Template, folder: Path) -> dict[str, Any]:
    values = {
        "client": _near(client, folder),
        "as_of": client.as_of.isoformat() if client.as_of else None,
        "language": client.language,
        **overrides(client, template),
        "desk": True,
    }
    # papermill's own cell would write Japanese as \u escapes.
    lines = [f"# What {client.path.name} sets; change it here and run all cells.", *map(_assignment, values.items())]
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": "client-parameters",
        "metadata": {"tags": ["injected-parameters"]},
        "outputs": [],
        "source": "\n".join(lines),
    }


def _assignment(item: tuple[str, Any]) -> str:
    return f"{item[0]} = {item[1]!r}"


def _near(client: Client, folder: Path) -> str:
    """The client as a notebook in that folder finds it: by name, or by a path that stays true when home moves."""
    name = reference(client, folder)
    return name if name == client.name else Path(os.path.relpath(client.path, folder)).as_posix()


def open_lab(folder: Path, notebook: str | None = None, extra: tuple[str, ...] = ()) -> int:
    """Open JupyterLab on a folder and wait until it is closed; `extra` goes to JupyterLab as it is.

    Raises:
        UserError: JupyterLab is not installed.
    """
    if find_spec("jupyterlab") is None:
        raise UserError("JupyterLab is not installed here, install the package jupyterlab.")
    own = tempfile.mkdtemp(prefix="crm-lab-")
    try:
        return _wait(subprocess.Popen(lab_command(folder, notebook, extra), env=_environment(Path(own))))
    finally:
        shutil.rmtree(own, ignore_errors=True)


def _wait(lab: subprocess.Popen[bytes]) -> int:
    while True:
        try:
            return lab.wait()
        except KeyboardInterrupt:
            # Ctrl-C reaches JupyterLab too, which asks whether to shut down; that answer is the one that counts.
            continue


def lab_command(folder: Path, notebook: str | None = None, extra: tuple[str, ...] = ()) -> list[str]:
    """The command that opens JupyterLab quietly on a folder, or on a notebook in it."""
    place = [
        f"--ServerApp.root_dir={folder}",
        *([f"--LabApp.default_url=/lab/tree/{notebook}.ipynb"] if notebook else []),
    ]
    return [sys.executable, "-m", "jupyterlab", *QUIET, *place, *extra]


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
    paths = {name: _before(folder, name) for name in ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH")}
    return {**os.environ, **importing(), **paths}


def _before(folder: Path, name: str) -> str:
    return os.pathsep.join(filter(None, [str(folder), os.environ.get(name, "")]))
