"""Reading a notebook's contract from its source."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from crmlib.batch.plan import make_plan
from crmlib.batch.template import Parameter, TemplateError, find_template, is_json, read_template
from crmlib.errors import UserError
from tests.batch.conftest import PARAMETERS

if TYPE_CHECKING:
    from tests.batch.conftest import StubClient, StubShop, Write


def refused(write: Write, *cells: str, parameters: str = PARAMETERS) -> str:
    with pytest.raises(TemplateError) as caught:
        read_template(write("small", *cells, parameters=parameters))
    return str(caught.value)


def test_the_parameters_papermill_misreads_are_read_right(write: Write) -> None:
    # papermill's own reader drops the annotated one and those with "=" in the default, and cuts one at "#".
    own = 'x: float | None = None  # half\nlabel = "a=b"  # with = in it\ncolour = "#fff"\nlow = -1\n'
    found = read_template(write("small", parameters=PARAMETERS + own)).parameters
    assert found[4:] == (
        Parameter(name="x", default=None, help="half"),
        Parameter(name="label", default="a=b", help="with = in it"),
        Parameter(name="colour", default="#fff", help=""),
        Parameter(name="low", default=-1, help=""),
    )


def test_the_ids_of_every_kind_of_exhibit_come_in_their_order(write: Write) -> None:
    cells = [
        'report.metric("a", 1)\nreport.chart("b",\n  plot, table)',
        '%matplotlib inline\nif x:\n    report.sheet("c", frame)\nreport.reconcile(frame)\nother.table("no")',
        'report.conclusion("d", told, action=act)\nreport.finish()',
    ]
    assert read_template(write("small", *cells)).exhibits == ("a", "b", "c", "d")


def test_an_exhibit_that_needs_a_table_is_planned_all_the_same(write: Write) -> None:
    template = read_template(write("small", 'report.metric("rate", 1, needs="surveys_sent")'))
    assert template.exhibits == ("rate",)
    assert template.wants == {"rate": "surveys_sent"}


def test_an_id_that_is_computed_is_refused(write: Write) -> None:
    sentence = "small.ipynb shows an exhibit whose id is no text literal: report.table(...)."
    assert refused(write, 'report.table(f"t{n}", frame)') == sentence


@pytest.mark.parametrize("name", ["/etc/x", "../x", "a/b", "", "N", "1a", "a b", "a\\n"])
def test_an_id_that_could_name_another_folder_is_refused(name: str, write: Write) -> None:
    sentence = f"small.ipynb: exhibit id {name!r} must be made of a-z, 0-9 and _ and start with a letter."
    with pytest.raises(TemplateError, match=f"^{re.escape(sentence)}$"):
        read_template(write("small", f"report.sheet({name!r}, rows)"))


def test_an_id_shown_twice_is_refused(write: Write) -> None:
    sentence = "small.ipynb shows the id 'a' more than once."
    assert refused(write, 'report.table("a", frame)', 'report.grid("a", frame)') == sentence


def test_a_default_that_json_cannot_hold_is_refused(write: Write) -> None:
    sentence = "the default of cuts in small.ipynb must be a JSON literal, is `(1, 2)`."
    assert refused(write, parameters=PARAMETERS + "cuts = (1, 2)") == sentence


def test_a_default_that_is_computed_is_refused(write: Write) -> None:
    sentence = "the default of days in small.ipynb must be a JSON literal, is `window * 2`."
    assert refused(write, parameters=PARAMETERS + "days = window * 2") == sentence


def test_anything_but_an_assignment_is_refused(write: Write) -> None:
    assert refused(write, parameters=PARAMETERS + "import os") == (
        "line 5 of the parameters cell of small.ipynb is not `name = literal`."
    )


def test_code_that_is_no_python_is_refused(write: Write) -> None:
    assert refused(write, "report.table('a'") == "small.ipynb has a cell that is no Python: '(' was never closed."


def test_a_file_that_is_no_notebook_is_refused(client: StubClient) -> None:
    path = client.home / "notebooks" / "bad.ipynb"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(TemplateError, match=r"^bad\.ipynb cannot be read as a notebook: JSONDecodeError\.$"):
        read_template(path)
    path.write_text('{"nbformat": 3}', encoding="utf-8")
    with pytest.raises(TemplateError, match=r"^bad\.ipynb is not a notebook of format 4\.$"):
        read_template(path)


def test_a_notebook_that_is_nowhere_is_answered_with_the_nearest(client: StubClient, write: Write) -> None:
    write("retention")
    with pytest.raises(UserError, match=re.escape("there is no notebook 'retentoin', did you mean 'retention'?")):
        find_template("retentoin", (client.home / "notebooks",))


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        ({"asof": {}}, "crm.parameters in the metadata of small.ipynb has 'asof', did you mean 'as_of'?"),
        ([], "crm.parameters in the metadata of small.ipynb must be a map of parameters."),
        (
            {"days": {"mn": 1}},
            "crm.parameters in the metadata of small.ipynb: days.mn cannot be used (Extra inputs are not permitted).",
        ),
        (
            {"days": {"min": "1"}},
            "crm.parameters in the metadata of small.ipynb: days.min cannot be used (Input should be a valid number).",
        ),
        ({"days": {"min": 100}}, "the default of days in small.ipynb is 90, must be a whole number, at least 100."),
    ],
)
def test_limits_that_cannot_be_meant_are_refused(limits: Any, sentence: str, write: Write) -> None:
    path = write("small", parameters=PARAMETERS + "days = 90\n")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["metadata"]["crm"]["parameters"] = limits
    path.write_text(json.dumps(notebook), encoding="utf-8")
    with pytest.raises(TemplateError) as caught:
        read_template(path)
    assert str(caught.value) == sentence


def test_limits_from_a_column_there_is_not_make_a_notebook_invalid(
    client: StubClient, shop: StubShop, write: Write
) -> None:
    write("small", parameters=PARAMETERS + "survey = None\n", limits={"survey": {"values_of": "surveys.id"}})
    [notebook] = make_plan(client, shop).notebooks
    assert notebook.fault == "small.ipynb takes survey from a column there is not: surveys.id."


@pytest.mark.parametrize("value", [None, "a", True, 1, 1.5, [1, [None]], {"a": {"b": []}}])
def test_json_values(value: object) -> None:
    assert is_json(value)


@pytest.mark.parametrize("value", [(1,), {1}, {1: 2}, float("nan"), float("inf"), b"a", 1j, ...])
def test_values_json_would_change(value: object) -> None:
    assert not is_json(value)
