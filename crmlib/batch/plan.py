"""What a run will do: which notebooks, with which parameters, and what must come out of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlib.batch.absence import unused
from crmlib.batch.limits import Limits, allowed, fault, shown
from crmlib.batch.places import place
from crmlib.batch.template import (
    GIVEN,
    Parameter,
    Template,
    TemplateError,
    find_template,
    is_json,
    nearest,
    read_template,
)
from crmlib.client import NOTEBOOKS, find_by_name
from crmlib.errors import UserError
from crmlib.words import N_, Sentence, say

if TYPE_CHECKING:
    from crmlib.client import Client

PACKAGE = Path(__file__).resolve().parents[1]
# Installed, the notebooks lie in the package; in a checkout they lie beside it.
SHIPPED = (PACKAGE / "notebooks", PACKAGE.parent / "notebooks")


@dataclass(frozen=True, kw_only=True)
class NotebookPlan:
    """One notebook of a run: what is injected, what it then sees, the ids that must come, the tables it lacks.

    `unused` says of a missing table that was read why no row of it is used.
    """

    name: str
    path: Path
    notebook: dict[str, Any] = field(default_factory=dict, repr=False)
    injected: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    exhibits: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unused: dict[str, Sentence] = field(default_factory=dict)
    untellable: tuple[str, ...] = ()
    fault: str = ""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A client's run: the notebooks in the client's order, one date of observation, one language.

    `notes` say what in the client file changes nothing.
    """

    client: str
    as_of: str
    language: str
    notebooks: tuple[NotebookPlan, ...]
    notes: tuple[Sentence, ...] = ()


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
        notes=unused_sections(client),
    )


def unused_sections(client: Client) -> tuple[Sentence, ...]:
    """A sentence for every section of a notebook that is not among the client's."""
    said = N_("{place:text}: the section {name:text} has no effect, as {name:text} is not among the notebooks.")
    idle = [name for name in NOTEBOOKS if name not in client.notebooks and client.section(name)]
    return tuple(say(said, place=place(client, name), name=name) for name in idle)


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
    path = notebook_path(client, name, folders)
    try:
        template = read_template(path)
        _check_tables(template)
    except TemplateError as error:
        return NotebookPlan(name=name, path=path, fault=str(error))
    injected = {**given, **overrides(client, template, shop)}
    missing = tuple(table for table in template.needs if not shop.has(table))
    if not missing:
        _check_currency(client, template, injected)
    return NotebookPlan(
        name=name,
        path=path,
        notebook=template.notebook,
        injected=injected,
        parameters={**template.defaults, **injected},
        exhibits=template.exhibits,
        missing=missing,
        unused={table: said for table in missing if (said := unused(table, shop))},
        untellable=tuple(name for name, table in template.wants.items() if not shop.has(table)),
    )


def notebook_path(client: Client, name: str, folders: tuple[Path, ...]) -> Path:
    """The file of one of the client's notebooks.

    Raises:
        UserError: no folder has it; with the place in the client file and the nearest name.
    """
    try:
        return find_template(name, folders)
    except UserError as error:
        listed = str(list(client.notebooks).index(name))
        raise UserError(f"{place(client, 'notebooks', listed)}: {error}") from None


def _check_tables(template: Template) -> None:
    from crmlib.data.tables import OUTPUTS

    # A table that does not exist would be missing for every client, and the notebook silent for ever.
    for table in (*template.needs, *template.wants.values()):
        if table not in OUTPUTS:
            raise TemplateError(f"{template.path.name} needs a table {table!r}, {nearest(table, list(OUTPUTS))}")
    for parameter in template.parameters:
        table, _, column = parameter.limits.values_of.partition(".")
        if table and column not in OUTPUTS.get(table, {}):
            raise TemplateError(
                f"{template.path.name} takes {parameter.name} from a column there is not: {table}.{column}."
            )


def overrides(client: Client, template: Template, shop: Any = None) -> dict[str, Any]:
    """The client file's section of a notebook, in JSON values, checked against the notebook's parameters.

    Without a shop, what must be found in the data is not looked for.

    Raises:
        UserError: a name the notebook has not, one the run itself sets, a value that is not allowed.
    """
    section = client.section(template.name)
    for name in section:
        if wrong := _wrong_name(template, str(name)):
            raise UserError(f"{place(client, template.name, str(name))}: {template.name}.{name} {wrong}")
    values = {name: json_value(value) for name, value in section.items()}
    for parameter in template.parameters:
        if parameter.name in values and (wrong := wrong_value(client, parameter, values[parameter.name], shop)):
            at = place(client, template.name, parameter.name)
            raise UserError(f"{at}: {template.name}.{parameter.name} is {wrong}")
    return values


def _wrong_name(template: Template, name: str) -> str:
    if name not in template.defaults:
        free = [known for known in template.defaults if known not in (*GIVEN, "desk")]
        return f"is no parameter of {template.path.name}, {nearest(name, free)}"
    return "is set by the run and cannot be set in a section." if name in (*GIVEN, "desk") else ""


def wrong_value(client: Client, parameter: Parameter, value: Any, shop: Any = None) -> str:
    """What is wrong with a parameter's value, as the end of a sentence; empty when it is allowed."""
    if not is_json(value):
        return f"{value!r}, must be made of texts, numbers, true or false, lists and maps."
    limits = _with_values(parameter.limits, value, shop)
    wrong = fault(value, parameter.default, limits, decimals=client.minor_units)
    return f"{shown(value)}, {wrong}" if wrong else ""


def _check_currency(client: Client, template: Template, values: dict[str, Any]) -> None:
    """Refuse a default in another currency than the client's."""
    for parameter in template.parameters:
        limits = parameter.limits
        unset = values.get(parameter.name, parameter.default) == parameter.default
        if limits.default_for and unset and client.currency not in limits.default_for:
            at = place(client, template.name, parameter.name)
            said = allowed(parameter.default, limits, decimals=client.minor_units)
            told = f"its default is for {' and '.join(limits.default_for)} only"
            raise UserError(f"{at}: {template.name}.{parameter.name} is not set and {told}, must be {said}.")


def _with_values(limits: Limits, value: Any, shop: Any) -> Limits:
    """The limits with the texts found in the data as choices, where a text is to be found there."""
    table, _, column = limits.values_of.partition(".")
    if not table or shop is None or not isinstance(value, str) or not shop.has(table):
        return limits
    found = sorted({str(text) for text in shop.table(table)[column].dropna()})
    return limits.model_copy(update={"choices": found})


def json_value(value: Any) -> Any:
    """Dates as ISO text, tuples as lists, everything else as it is; papermill would turn them into odd strings."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: json_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [json_value(item) for item in value]
    return value


def plan_table(plan: Plan) -> str:
    """The plan as text: one block a notebook, its parameters (those the client sets marked *), its exhibits."""
    lines = [f"{plan.client}: as of {plan.as_of}, in {plan.language}"]
    for notebook in plan.notebooks:
        lines += ["", f"{notebook.name}  {_fate(notebook)}"]
        for name, value in notebook.parameters.items():
            mark = "*" if name in notebook.injected else " "
            lines.append(f"  {mark} {name} = {shown(value)}")
        lines.append(f"    shows: {', '.join(notebook.exhibits) or 'nothing'}")
    lines += [line for note in plan.notes for line in ("", note.text())]
    return "\n".join(lines)


def _fate(notebook: NotebookPlan) -> str:
    if notebook.fault:
        return f"invalid: {notebook.fault}"
    if not notebook.missing:
        return "will run"
    told = [f"no_data: needs {', '.join(notebook.missing)}", *(said.text() for said in notebook.unused.values())]
    return ". ".join(told)


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
