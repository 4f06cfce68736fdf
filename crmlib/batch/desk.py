"""Copies of a client's notebooks and panels for work at the desk, in the client's language, with its parameters."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlib.batch.follow import CELL, behind, followed, remember
from crmlib.batch.place import unwritable
from crmlib.batch.plan import chosen, json_value, notebook_folders, notebook_path, overrides, reference
from crmlib.batch.template import (
    Template,
    TemplateError,
    is_cell,
    nearest,
    parameters_index,
    read_json,
    read_template,
)
from crmlib.data.files import write_atomically
from crmlib.errors import UserError

if TYPE_CHECKING:
    from crmlib.client import Client

PANELS = "panels"  # the folder of the pages that hold one panel each, among the notebooks and at the desk
DOOR = "door"  # the panel that belongs to no notebook of the client's
PLANNER = "abtest"  # the panel that plans the first test of a shop, which has no notebook of tests yet
GIVEN_NOW = ("client", "as_of", "language", "desk", "writable")


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A notebook at the desk: its name, its file, whether it was written now, and what became of it in words."""

    name: str
    path: Path
    written: bool
    said: str = "written"


def write_copies(
    client: Client, notebook: str | None = None, *, fresh: bool = False, folders: tuple[Path, ...] = ()
) -> list[Copy]:
    """Write the client's notebooks, or one of them, into `desk/<client>`; copies that are there stay unless `fresh`.

    Raises:
        UserError: the notebook is not the client's, or is no valid template.
    """
    listed = list(client.notebooks)
    places = folders or notebook_folders(client)
    if notebook is not None and notebook not in listed:
        raise UserError(f"{notebook!r} is not among the notebooks of {client.name}{_why(client, notebook, places)}")
    folder = _folder(client, place(client))
    names = [notebook] if notebook else chosen(client, ())
    return [_write(client, notebook_path(client, name, places), folder, fresh=fresh) for name in names]


def _why(client: Client, notebook: str, places: tuple[Path, ...]) -> str:
    """What a notebook that there is still needs; the nearest name for one that there is not."""
    path = next((path for folder in places for path in folder.glob("*.ipynb") if path.stem == notebook), None)
    if path is None:
        return f", {nearest(notebook, list(client.notebooks))}"
    lacking = [table for table in _template(path).needs if table not in client.sources]
    first = f"give {' and '.join(lacking)} under sources, then " if lacking else ""
    return f": {first}write it under notebooks in {client.path.name}."


def place(client: Client) -> Path:
    """The folder of a client's copies."""
    return client.home / "desk" / client.name


def write_desk(client: Client, notebook: str | None = None, *, fresh: bool = False) -> list[Copy]:
    """Write what a client's desk needs: the notebooks, a page a panel, and the page it opens on, which is listed first.

    With a notebook named, only that one.

    Raises:
        UserError: the notebook is not the client's, or is no valid template.
    """
    from crmlib.batch.start import write_start

    if notebook is not None:
        return write_copies(client, notebook, fresh=fresh)
    copies = write_copies(client, fresh=fresh)
    pages = write_pages(client, place(client) / PANELS, fresh=fresh)
    start = write_start(client, copies, pages)
    return [Copy(name=start.stem, path=start, written=True), *copies, *pages]


def write_shown(client: Client, panel: str | None = None) -> Path:
    """Write the pages that a client may be shown, without a way into the client file; the folder they are in.

    Raises:
        UserError: there is no such panel.
    """
    from crmlib.batch.shown import name_pages

    folder = _folder(client, place(client) / "show")
    for old in folder.glob("*.ipynb"):
        old.unlink()
    names = [page.name for page in write_pages(client, folder, fresh=True, writable=False)]
    if panel is not None and panel not in names:
        raise UserError(f"there is no panel {panel!r} to show for {client.name}, {nearest(panel, names)}")
    name_pages(client, folder)
    return folder


def write_overview(home: Path) -> Path:
    """Write the page that `crm lab` without a client opens on: the client files there are.

    Raises:
        UserError: there is no client file here.
    """
    from crmlib.batch.start import write_clients

    return write_clients(home)


def write_pages(client: Client, folder: Path, *, fresh: bool = False, writable: bool = True) -> list[Copy]:
    """Write the pages that hold one panel each into a folder: those of the client's notebooks, planner and door.

    `writable` False leaves out what leads into the client file, for pages that a client is shown.
    """
    _folder(client, folder)
    # The mapping of the export is the consultant's own business.
    known = {*client.notebooks, *([DOOR] if writable else []), *([PLANNER] if "orders" in client.sources else [])}
    pages = [path for path in panel_pages(client) if path.stem in known]
    return [_write(client, path, folder, fresh=fresh, writable=writable) for path in pages]


def _folder(client: Client, folder: Path) -> Path:
    """A folder below the client's home, made where it is missing; what it links to elsewhere is never written over."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(client.name, folder, error) from None
    if not folder.resolve().is_relative_to(client.home.resolve()):
        raise UserError(f"{folder} is a link that leads out of {client.home}, move it away.")
    return folder


def panel_pages(client: Client) -> list[Path]:
    """The pages there are, one a panel: the client's own before those that come with crmlib."""
    folders = [folder / PANELS for folder in reversed(notebook_folders(client))]
    found = {path.stem: path for folder in folders for path in folder.glob("*.ipynb")}
    return [found[name] for name in sorted(found)]


def _write(client: Client, source: Path, folder: Path, *, fresh: bool, writable: bool = True) -> Copy:
    path = folder / source.name
    anew = desk_notebook(client, _template(source), folder, writable=writable)
    if path.exists() and not fresh:
        return _kept(client, path, anew)
    _save(client, path, anew)
    return Copy(name=source.stem, path=path, written=True)


def _kept(client: Client, path: Path, anew: dict[str, Any]) -> Copy:
    """A copy that is there: brought up to date where nobody has changed its parameters, else left as it is."""
    copy = _read(path)
    if copy is None:
        return Copy(name=path.stem, path=path, written=False, said="kept as it is")
    found = followed(copy, anew)
    if found is not None:
        _save(client, path, found)
        return Copy(name=path.stem, path=path, written=True, said=f"brought up to date with {client.path.name}")
    late = behind(copy, anew)
    told = f", though {client.path.name} has changed: {'; '.join(late)}; --fresh writes it anew" if late else ""
    return Copy(name=path.stem, path=path, written=False, said=f"kept as it is{told}")


def _read(path: Path) -> dict[str, Any] | None:
    """A copy whose cells have their form; None where somebody has broken it."""
    try:
        copy = read_json(path)
    except TemplateError:
        return None
    whole = isinstance(copy.get("metadata"), dict) and all(map(is_cell, copy["cells"]))
    return copy if whole else None


def _save(client: Client, path: Path, notebook: dict[str, Any]) -> None:
    text = json.dumps(notebook, ensure_ascii=False, indent=1)
    try:
        # Half a copy would be kept as it is from then on.
        write_atomically(path, f"{text}\n".encode())
    except OSError as error:
        raise unwritable(client.name, path, error) from None


def _template(source: Path) -> Template:
    try:
        return read_template(source)
    except TemplateError as error:
        raise UserError(str(error)) from None


def desk_notebook(client: Client, template: Template, folder: Path, *, writable: bool = True) -> dict[str, Any]:
    """The template in the client's language with one cell more: the client's parameters, readable and to be changed.

    What the parameters were is kept in the copy, so that a change at the desk can be told from one in the client file.
    """
    from crmlib.words import translate_notebook

    notebook: dict[str, Any] = json.loads(json.dumps(template.notebook))
    translate_notebook(notebook, client.language)
    notebook["metadata"]["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    values = set_by(client, template)
    notebook["metadata"].setdefault("crm", {})["given"] = {**template.defaults, **values}
    index = parameters_index(notebook)
    cell = _cell(client, template, folder, values, writable=writable)
    notebook["cells"].insert(0 if index is None else index + 1, cell)
    remember(notebook)
    return notebook


def set_by(client: Client, template: Template) -> dict[str, Any]:
    """What the client file sets for a notebook, or for the panel of it, which knows some of its parameters only."""
    if template.path.parent.name != PANELS:
        return overrides(client, template)
    section = {name: value for name, value in client.section(template.name).items() if name in template.defaults}
    return {name: json_value(value) for name, value in section.items()}


def _cell(
    client: Client, template: Template, folder: Path, values: dict[str, Any], *, writable: bool
) -> dict[str, Any]:
    told = {
        "client": near(client, folder),
        "as_of": client.as_of.isoformat() if client.as_of else None,
        "language": client.language,
        **values,
        "desk": True,
        **({"writable": writable} if "writable" in template.defaults else {}),
    }
    # papermill's own cell would write Japanese as \u escapes.
    lines = [f"# What {client.path.name} sets; change it here and run all cells.", *map(_assignment, told.items())]
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": CELL,
        "metadata": {"tags": ["injected-parameters"]},
        "outputs": [],
        "source": "\n".join(lines),
    }


def _assignment(item: tuple[str, Any]) -> str:
    return f"{item[0]} = {item[1]!r}"


def near(client: Client, folder: Path) -> str:
    """The client as a notebook in that folder finds it: by name, or by a path that stays true when home moves."""
    name = reference(client, folder)
    return name if name == client.name else Path(os.path.relpath(client.path, folder)).as_posix()
