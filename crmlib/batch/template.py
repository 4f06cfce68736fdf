"""What a notebook asks for and promises, read from its source without running it."""

from __future__ import annotations

import ast
import difflib
import io
import json
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from crmlib.batch.limits import Limits, fault, shown
from crmlib.errors import UserError

SHOWS = frozenset({"metric", "table", "grid", "chart", "finding", "sheet", "conclusion"})
ID = re.compile(r"[a-z][a-z0-9_]*")
GIVEN = ("client", "as_of", "language")  # the run sets these three in every notebook


class TemplateError(ValueError):
    """One sentence about a notebook that breaks the contract; its verdict is `invalid`."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A name of the parameters cell with its default, a JSON value, its comment, and what it may be."""

    name: str
    default: Any
    help: str
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, kw_only=True)
class Template:
    """A notebook's parameters, the ids it must show and the tables without which it says nothing.

    `wants` has, by exhibit id, the table without which that exhibit says only that it cannot be told.
    """

    name: str
    path: Path
    notebook: dict[str, Any]
    parameters: tuple[Parameter, ...]
    exhibits: tuple[str, ...]
    needs: tuple[str, ...]
    wants: dict[str, str]

    @property
    def defaults(self) -> dict[str, Any]:
        """Each parameter's default, by name."""
        return {parameter.name: parameter.default for parameter in self.parameters}


def find_template(name: str, folders: tuple[Path, ...]) -> Path:
    """The notebook of that name in the first folder that has it.

    Raises:
        UserError: no folder has it, with the nearest name.
    """
    found = {path.stem: path for folder in reversed(folders) for path in sorted(folder.glob("*.ipynb"))}
    if name not in found:
        raise UserError(f"there is no notebook {name!r}, {nearest(name, sorted(found))}")
    return found[name]


def nearest(name: str, known: list[str] | tuple[str, ...]) -> str:
    """The end of a sentence about a wrong name: the nearest right one, or all of them.

    Example:
        >>> nearest("windw_days", ["window_days", "horizon"])
        "did you mean 'window_days'?"
    """
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f"did you mean '{close[0]}'?" if close else f"allowed are: {', '.join(known) or 'none'}."


def read_template(path: Path) -> Template:
    """A notebook's contract, found with `ast`; its code is not run.

    Raises:
        TemplateError: not a notebook, no parameters cell, a default that is no JSON literal, an id that is no literal.
    """
    notebook = read_json(path)
    crm = notebook.get("metadata", {}).get("crm", {})
    calls = [call for cell in code_cells(notebook) for call in _shown(source_of(cell), path.name)]
    return Template(
        name=path.stem,
        path=path,
        notebook=notebook,
        parameters=_limited(_parameters(notebook, path.name), crm.get("parameters", {}), path.name),
        exhibits=_exhibits(calls, path.name),
        needs=tuple(crm.get("needs", ())),
        wants=dict(pair for call in calls for pair in _wanted(call)),
    )


def read_json(path: Path) -> dict[str, Any]:
    """A notebook file of format 4 as plain JSON; `nbformat` costs 1.3 seconds to import and checks nothing we use.

    Raises:
        TemplateError: the file is no notebook of format 4.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise TemplateError(f"{path.name} cannot be read as a notebook: {type(error).__name__}.") from None
    if not isinstance(notebook, dict) or notebook.get("nbformat") != 4 or not isinstance(notebook.get("cells"), list):
        raise TemplateError(f"{path.name} is not a notebook of format 4.")
    return notebook


def is_cell(cell: Any) -> bool:
    """A cell as JupyterLab writes one, so far as it is read here."""
    if not isinstance(cell, dict) or not isinstance(cell.get("metadata", {}), dict) or "cell_type" not in cell:
        return False
    source, tags = cell.get("source", ""), cell.get("metadata", {}).get("tags", [])
    lines = source if isinstance(source, list) else [source]
    return isinstance(tags, list) and all(isinstance(text, str) for text in [*tags, *lines])


def source_of(cell: dict[str, Any]) -> str:
    """A cell's text, which a notebook file keeps as one string or as lines."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def code_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """The code cells that have something to run."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code" and source_of(cell).strip()]


def parameters_index(notebook: dict[str, Any]) -> int | None:
    """The position of the cell tagged `parameters`, None without one."""
    for index, cell in enumerate(notebook["cells"]):
        if "parameters" in cell.get("metadata", {}).get("tags", ()):
            return index
    return None


def _parameters(notebook: dict[str, Any], file: str) -> tuple[Parameter, ...]:
    index = parameters_index(notebook)
    if index is None:
        raise TemplateError(f"{file} has no cell tagged 'parameters'.")
    source = source_of(notebook["cells"][index])
    comments = _comments(source)
    found = tuple(_parameter(statement, comments, file) for statement in _parse(source, file).body)
    missing = [name for name in GIVEN if name not in {parameter.name for parameter in found}]
    if missing:
        raise TemplateError(f"the parameters cell of {file} has no {', '.join(missing)}.")
    return found


def _limited(parameters: tuple[Parameter, ...], told: Any, file: str) -> tuple[Parameter, ...]:
    """The parameters with what the notebook's metadata says they may be."""
    names = [parameter.name for parameter in parameters]
    where = f"crm.parameters in the metadata of {file}"
    if not isinstance(told, dict):
        raise TemplateError(f"{where} must be a map of parameters.")
    for name in told:
        if name not in names:
            raise TemplateError(f"{where} has {name!r}, {nearest(name, names)}")
    limited = tuple(replace(each, limits=_limits(told.get(each.name, {}), each.name, where)) for each in parameters)
    for each in limited:
        if wrong := fault(each.default, each.default, each.limits):
            raise TemplateError(f"the default of {each.name} in {file} is {shown(each.default)}, {wrong}")
    return limited


def _limits(told: Any, name: str, where: str) -> Limits:
    try:
        return Limits.model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join([name, *map(str, first["loc"])])
        raise TemplateError(f"{where}: {at} cannot be used ({first['msg']}).") from None


def _parameter(statement: ast.stmt, comments: dict[int, str], file: str) -> Parameter:
    target, value = assignment(statement)
    if target is None or value is None:
        raise TemplateError(f"line {statement.lineno} of the parameters cell of {file} is not `name = literal`.")
    try:
        default = ast.literal_eval(value)
    except ValueError:
        default = ...
    if not is_json(default):
        raise TemplateError(f"the default of {target} in {file} must be a JSON literal, is `{ast.unparse(value)}`.")
    return Parameter(name=target, default=default, help=comments.get(statement.end_lineno or statement.lineno, ""))


def assignment(statement: ast.stmt) -> tuple[str | None, ast.expr | None]:
    """Name and value of `name = value`, annotated or not; None for both of any other statement."""
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return statement.target.id, statement.value
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        return (target.id, statement.value) if isinstance(target, ast.Name) else (None, None)
    return None, None


def is_json(value: Any) -> bool:
    """True for what survives JSON: None, str, bool, int, finite float, lists and str-keyed dicts of them."""
    if isinstance(value, list):
        return all(is_json(item) for item in value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_json(item) for key, item in value.items())
    if isinstance(value, float):
        return value - value == 0
    return value is None or type(value) in {str, bool, int}


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    try:
        return {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}
    except (tokenize.TokenError, SyntaxError):
        return {}


def _shown(source: str, file: str) -> list[ast.Call]:
    """The calls that show an exhibit, in the order they stand in."""
    calls = [node for node in ast.walk(_parse(source, file)) if isinstance(node, ast.Call) and _is_report(node.func)]
    return sorted(calls, key=lambda node: (node.lineno, node.col_offset))


def _exhibits(calls: list[ast.Call], file: str) -> tuple[str, ...]:
    shown = [_literal(call.args[0] if call.args else None) for call in calls]
    for name, call in zip(shown, calls, strict=True):
        if name is None:
            raise TemplateError(f"{file} shows an exhibit whose id is no text literal: {ast.unparse(call.func)}(...).")
        if not ID.fullmatch(name):
            raise TemplateError(f"{file}: exhibit id {name!r} must be made of a-z, 0-9 and _ and start with a letter.")
        if shown.count(name) > 1:
            raise TemplateError(f"{file} shows the id {name!r} more than once.")
    return tuple(name for name in shown if name is not None)


def _wanted(call: ast.Call) -> Iterator[tuple[str, str]]:
    name, table = _literal(call.args[0] if call.args else None), None
    for keyword in call.keywords:
        table = _literal(keyword.value) if keyword.arg == "needs" else table
    if name is not None and table is not None:
        yield name, table


def _literal(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _is_report(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and function.attr in SHOWS
        and isinstance(function.value, ast.Name)
        and function.value.id == "report"
    )


def _parse(source: str, file: str) -> ast.Module:
    # IPython's magics are no Python; a line of them shows nothing and sets no parameter.
    lines = ["" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines()]
    try:
        return ast.parse("\n".join(lines))
    except SyntaxError as error:
        raise TemplateError(f"{file} has a cell that is no Python: {error.msg}.") from None
