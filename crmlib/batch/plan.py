"""What a run will do: which notebooks, with which parameters, and what must come out of each."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlib.batch.template import GIVEN, Template, TemplateError, find_template, is_json, nearest, read_template
from crmlib.client import find_by_name
from crmlib.errors import UserError

if TYPE_CHECKING:
    from crmlib.client import Client

PACKAGE = Path(__file__).resolve().parents[1]
# Installed, the notebooks lie in the package; in a checkout they lie beside it.
SHIPPED = (PACKAGE / "notebooks", PACKAGE.parent / "notebooks")
TYPES = {str: "a text", bool: "true or false", int: "a whole number", float: "a number", list: "a list", dict: "a map"}


@dataclass(frozen=True, kw_only=True)
class NotebookPlan:
    """One notebook of a run: what is injected, what it then sees, the ids that must come, the tables it lacks."""

    name: str
    path: Path
    notebook: dict[str, Any] = field(default_factory=dict, repr=False)
    injected: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    exhibits: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    untellable: tuple[str, ...] = ()
    fault: str = ""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A client's run: the notebooks in the client's order, one date of observation, one language."""

    client: str
    as_of: str
    language: str
    notebooks: tuple[NotebookPlan, ...]


def make_plan(
    client: Client,
    shop: Any,
    *,
    language: str | None = None,
    only: tuple[str, ...] = (),
    folders: tuple[Path, ...] = (),
    reports: Path | None = None,
) -> Plan:
    """The plan of a client's run, made before any kernel starts.

    Raises:
        UserError: a notebook that is not the client's, an unknown parameter, a value of the wrong type.
    """
    given = {
        "client": reference(client, Path.cwd(), reports or client.home),
        "as_of": shop.as_of.isoformat(),
        "language": language or client.language,
    }
    places = folders or notebook_folders(client)
    return Plan(
        client=client.name,
        as_of=given["as_of"],
        language=given["language"],
        notebooks=tuple(_plan_notebook(client, shop, name, given, places) for name in chosen(client, only)),
    )


def notebook_folders(client: Client) -> tuple[Path, ...]:
    """Where notebooks are looked for: the client's home first, then the ones that come with crmlib."""
    return (client.home / "notebooks", *SHIPPED)


def reference(client: Client, *starts: Path) -> str:
    """What a notebook in any of these folders passes to `open_shop`: the name if all find it, else the full path."""
    path = Path(client.path).resolve()
    return client.name if all(find_by_name(client.name, start) == path for start in starts) else str(path)


def chosen(client: Client, only: tuple[str, ...]) -> list[str]:
    """The client's notebooks, in the client's order, narrowed to `only`.

    Raises:
        UserError: `only` names a notebook that the client file does not list.
    """
    listed = list(client.notebooks)
    for name in only:
        if name not in listed:
            raise UserError(f"--only {name}: not among the notebooks of {client.name}, {nearest(name, listed)}")
    return [name for name in listed if not only or name in only]


def _plan_notebook(
    client: Client, shop: Any, name: str, given: dict[str, Any], folders: tuple[Path, ...]
) -> NotebookPlan:
    path = find_template(name, folders)
    try:
        template = read_template(path)
        _check_tables(template)
    except TemplateError as error:
        return NotebookPlan(name=name, path=path, fault=str(error))
    injected = {**given, **overrides(client, template)}
    return NotebookPlan(
        name=name,
        path=path,
        notebook=template.notebook,
        injected=injected,
        parameters={**template.defaults, **injected},
        exhibits=template.exhibits,
        missing=tuple(table for table in template.needs if not shop.has(table)),
        untellable=tuple(name for name, table in template.wants.items() if not shop.has(table)),
    )


def _check_tables(template: Template) -> None:
    from crmlib.data.tables import OUTPUTS

    # A table that does not exist would be missing for every client, and the notebook silent for ever.
    for table in (*template.needs, *template.wants.values()):
        if table not in OUTPUTS:
            raise TemplateError(f"{template.path.name} needs a table {table!r}, {nearest(table, list(OUTPUTS))}")


def overrides(client: Client, template: Template) -> dict[str, Any]:
    """The client file's section of a notebook, in JSON values, checked against the notebook's parameters cell.

    Raises:
        UserError: a name the notebook has not, one the run itself sets, or a value of another type than the default.
    """
    values: dict[str, Any] = {}
    for name, value in client.section(template.name).items():
        where = f"{client.path.name}, section {template.name}: {name}"
        if name not in template.defaults:
            free = [known for known in template.defaults if known not in (*GIVEN, "desk")]
            raise UserError(f"{where} is no parameter of {template.path.name}, {nearest(str(name), free)}")
        if name in (*GIVEN, "desk"):
            raise UserError(f"{where} is set by the run and cannot be set in a section.")
        values[name] = _checked(json_value(value), template.defaults[name], where)
    return values


def json_value(value: Any) -> Any:
    """Dates as ISO text, tuples as lists, everything else as it is; papermill would turn them into odd strings."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: json_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [json_value(item) for item in value]
    return value


def _checked(value: Any, default: Any, where: str) -> Any:
    if not is_json(value):
        raise UserError(f"{where} is {value!r}, must be made of texts, numbers, true or false, lists and maps.")
    if default is None:
        return value
    allowed = (int, float) if isinstance(default, float) else (type(default),)
    if type(value) not in allowed:
        raise UserError(f"{where} is {json.dumps(value, ensure_ascii=False)}, must be {TYPES[type(default)]}.")
    return value


def plan_table(plan: Plan) -> str:
    """The plan as text: one block a notebook, its parameters (those the client sets marked *), its exhibits."""
    lines = [f"{plan.client}: as of {plan.as_of}, in {plan.language}"]
    for notebook in plan.notebooks:
        lines += ["", f"{notebook.name}  {_fate(notebook)}"]
        for name, value in notebook.parameters.items():
            mark = "*" if name in notebook.injected else " "
            lines.append(f"  {mark} {name} = {json.dumps(value, ensure_ascii=False)}")
        lines.append(f"    shows: {', '.join(notebook.exhibits) or 'nothing'}")
    return "\n".join(lines)


def _fate(notebook: NotebookPlan) -> str:
    if notebook.fault:
        return f"invalid: {notebook.fault}"
    return f"no_data: needs {', '.join(notebook.missing)}" if notebook.missing else "will run"


def plan_yaml(plan: Plan) -> str:
    """The injected parameters of the plan's one notebook as YAML, for `papermill -f`.

    Raises:
        UserError: the plan has more than one notebook, or an invalid one.
    """
    import yaml

    if len(plan.notebooks) != 1:
        names = ", ".join(notebook.name for notebook in plan.notebooks)
        raise UserError(f"--yaml prints the parameters of one notebook, choose it with --only from: {names}.")
    if plan.notebooks[0].fault:
        raise UserError(plan.notebooks[0].fault)
    return yaml.safe_dump(plan.notebooks[0].injected, allow_unicode=True, sort_keys=False)
