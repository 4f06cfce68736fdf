"""What was changed at the desk, as it would stand in the client file: `crm keep`."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlib import keep
from crmlib.batch.desk import GIVEN_NOW, PANELS, PLANNER, set_by
from crmlib.batch.limits import shown
from crmlib.batch.plan import notebook_folders, notebook_path, wrong_value
from crmlib.batch.template import (
    TemplateError,
    assignment,
    code_cells,
    is_cell,
    nearest,
    read_json,
    read_template,
    source_of,
)
from crmlib.client import NOTEBOOKS
from crmlib.errors import UserError

if TYPE_CHECKING:
    from crmlib.batch.template import Template
    from crmlib.client import Client

TAGS = {"parameters", "injected-parameters"}
LONGEST = 80


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The changed parameters of a client's desk copies.

    Attributes:
        draft: the client file as it would be. changed: how many parameters. notes: what a reader must know before
        it is written: a value that the client file has changed as well, a change that belongs elsewhere.
    """

    draft: keep.Draft
    changed: int
    notes: tuple[str, ...] = ()


def changes(client: Client, notebook: str | None = None, *, folders: tuple[Path, ...] = ()) -> Kept:
    """The parameters that differ from those the copies were written with, ready to be written into the client file.

    Args:
        client: whose desk it is.
        notebook: only this copy; without it all that are there.
        folders: where the templates are, by default where a run finds them.

    Raises:
        UserError: there is no copy, a parameter is no plain value, or a value is not allowed; which, and where.
    """
    found: dict[str, dict[str, Any]] = {}
    notes: list[str] = []
    for path in _copies(client, notebook):
        template = _template(client, path, folders or notebook_folders(client))
        values, said = _changed(client, template, path)
        notes += said
        for name, value in values.items():
            _check_one(found, template.name, name, value, path)
            found.setdefault(template.name, {})[name] = value
    n = sum(len(values) for values in found.values())
    return Kept(draft=keep.draft(client.path, found), changed=n, notes=tuple(notes))


def _copies(client: Client, notebook: str | None) -> list[Path]:
    folder = client.home / "desk" / client.name
    found = [path for place in (folder, folder / PANELS) for path in sorted(place.glob("*.ipynb"))]
    found = [path for path in found if path.stem in {*client.notebooks, PLANNER}]
    if not found:
        raise UserError(f"there is no copy in desk/{client.name}; `crm lab {client.name}` writes them.")
    chosen = [path for path in found if notebook in (None, path.stem)]
    if not chosen:
        known = sorted({path.stem for path in found})
        raise UserError(f"{notebook!r} has no copy in desk/{client.name}, {nearest(str(notebook), known)}")
    return chosen


def _template(client: Client, copy: Path, folders: tuple[Path, ...]) -> Template:
    if copy.parent.name == PANELS:
        folders = tuple(folder / PANELS for folder in folders)
    try:
        return read_template(notebook_path(client, copy.stem, folders))
    except TemplateError as error:
        raise UserError(str(error)) from None


def _changed(client: Client, template: Template, path: Path) -> tuple[dict[str, Any], list[str]]:
    where = path.relative_to(client.home).as_posix()
    notebook = _read(path, where)
    now = {**template.defaults, **set_by(client, template)}
    crm = notebook["metadata"].get("crm", {})
    given = crm.get("given", now) if isinstance(crm, dict) else now
    given = given if isinstance(given, dict) else now
    values, notes = {}, []
    for name, value in _seen(notebook, where).items():
        if name not in now or _same(value, given.get(name, now[name])):
            continue
        if name in GIVEN_NOW:
            notes += [f"{where}: as_of is a key of the client file itself and is not kept."] if name == "as_of" else []
            continue
        _check(client, template, name, value, where)
        if _same(value, now[name]):
            continue
        values[name] = value
        if not _same(now[name], given.get(name, now[name])):
            notes.append(
                f"{where}: {name} was {shown(given[name])} when the copy was written; the client file now says"
                f" {shown(now[name])}, the copy {shown(value)}."
            )
    return values, notes


def _read(path: Path, where: str) -> dict[str, Any]:
    try:
        notebook = read_json(path)
    except TemplateError as error:
        raise UserError(f"{where}: {error}") from None
    if not isinstance(notebook.get("metadata"), dict) or not all(map(is_cell, notebook["cells"])):
        raise UserError(f"{where}: a cell has lost its form; `crm lab --fresh` writes the copy anew.")
    return notebook


def _seen(notebook: dict[str, Any], where: str) -> dict[str, Any]:
    """The parameters as the copy's cells set them, the later over the earlier; nothing is run."""
    cells = [cell for cell in code_cells(notebook) if TAGS & set(cell.get("metadata", {}).get("tags", ()))]
    found: dict[str, Any] = {}
    for cell in cells:
        source = source_of(cell)
        for statement in _statements(source, where):
            name, value = assignment(statement)
            if name is not None and value is not None:
                found[name] = _value(value, source, statement, where)
            elif any(isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load) for node in ast.walk(statement)):
                # A value set in any other way would be missed, and an older one kept in its place.
                raise _worked_out(source, statement, where)
    return found


def _statements(source: str, where: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        line = getattr(error, "lineno", None) or 1
        raise UserError(f"{where}: the parameters cannot be read, line {line} is not Python.") from None


def _value(code: ast.expr, source: str, statement: ast.stmt, where: str) -> Any:
    try:
        value = ast.literal_eval(code)
        repr(value)  # refuses numbers of more digits than Python writes
    except (ValueError, TypeError, RecursionError):
        raise _worked_out(source, statement, where) from None
    return list(value) if isinstance(value, tuple) else value


def _worked_out(source: str, statement: ast.stmt, where: str) -> UserError:
    code = " ".join((ast.get_source_segment(source, statement) or "").split())
    code = code if len(code) <= LONGEST else f"{code[:LONGEST]}…"
    return UserError(f"{where}: `{code}` is worked out by code; write the value itself to keep it.")


def _check(client: Client, template: Template, name: str, value: Any, where: str) -> None:
    if template.name not in NOTEBOOKS:
        raise UserError(f"{where}: {name} was changed, but a notebook of your own has no section in the client file.")
    (parameter,) = [each for each in template.parameters if each.name == name]
    if wrong := wrong_value(client, parameter, value):
        raise UserError(f"{where}: {template.name}.{name} is {wrong}")


def _check_one(found: dict[str, dict[str, Any]], section: str, name: str, value: Any, path: Path) -> None:
    """A notebook and the panel of it may both have been changed; only one value can be kept."""
    other = found.get(section, {}).get(name, value)
    if not _same(other, value):
        raise UserError(
            f"{section}.{name} is {shown(other)} in the notebook and {shown(value)} in {PANELS}/{path.name}; make them"
            " equal, or write one of them anew with `crm lab --fresh`."
        )


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)
