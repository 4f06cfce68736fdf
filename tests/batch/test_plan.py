"""The plan: parameters from the client file, ids, missing tables; nothing runs."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from crmlib.batch import plan as planning
from crmlib.batch.plan import make_plan, plan_table, plan_yaml
from crmlib.errors import UserError
from tests.batch.conftest import BODY, PARAMETERS

if TYPE_CHECKING:
    from tests.batch.conftest import StubClient, StubShop, Write

OWN = PARAMETERS + 'window_days = 90  # days\nshare = 0.5\nmethod = "fixed"\ncuts = None\nmerge = False\n'


def refused(client: StubClient, shop: StubShop, **asked: Any) -> str:
    with pytest.raises(UserError) as caught:
        make_plan(client, shop, **asked)
    return str(caught.value)


def test_what_the_client_sets_overrides_and_the_rest_keeps_its_default(
    client: StubClient, shop: StubShop, write: Write
) -> None:
    write("small", BODY, parameters=OWN)
    client.sections = {"small": {"window_days": 30, "share": 1, "cuts": [1, 2], "method": "分位"}}
    [notebook] = make_plan(client, shop).notebooks
    given = {"client": str(client.path), "as_of": "2026-03-31", "language": "en"}
    assert notebook.injected == {**given, "window_days": 30, "share": 1, "cuts": [1, 2], "method": "分位"}
    assert notebook.parameters == {**notebook.injected, "desk": False, "merge": False}
    assert notebook.exhibits == ("n_customers", "largest_loss")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("windw_days", 1, "is no parameter of small.ipynb, did you mean 'window_days'?"),
        ("x", 1, "is no parameter of small.ipynb, allowed are: window_days, share, method, cuts, merge."),
        ("as_of", "2020-01-01", "is set by the run and cannot be set in a section."),
        ("desk", True, "is set by the run and cannot be set in a section."),
        ("window_days", "30", 'is "30", must be a whole number.'),
        ("window_days", True, "is true, must be a whole number."),
        ("window_days", None, "is null, must be a whole number."),
        ("share", "half", 'is "half", must be a number.'),
        ("merge", 1, "is 1, must be true or false."),
        ("method", 1, "is 1, must be a text."),
        ("cuts", {1: 2}, "is {1: 2}, must be made of texts, numbers, true or false, lists and maps."),
        ("cuts", float("nan"), "is nan, must be made of texts, numbers, true or false, lists and maps."),
    ],
)
def test_a_wrong_parameter_is_answered_by_one_sentence(
    name: str, value: object, sentence: str, client: StubClient, shop: StubShop, write: Write
) -> None:
    write("small", parameters=OWN)
    client.sections = {"small": {name: value}}
    assert refused(client, shop) == f"acme.yml, section small: {name} {sentence}"


def test_a_parameter_name_is_never_pasted(client: StubClient, shop: StubShop, write: Write) -> None:
    # papermill writes names into the notebook as they are.
    write("small")
    client.sections = {"small": {"x = 1\nimport os #": 1}}
    assert refused(client, shop).startswith("acme.yml, section small: x = 1\nimport os # is no parameter")


def test_dates_become_texts(client: StubClient, shop: StubShop, write: Write) -> None:
    write("small", parameters=OWN)
    client.sections = {"small": {"cuts": [date(2026, 1, 31)], "method": date(2026, 2, 1)}}
    [notebook] = make_plan(client, shop).notebooks
    assert (notebook.parameters["cuts"], notebook.parameters["method"]) == (["2026-01-31"], "2026-02-01")


def test_missing_tables_are_known_before_anything_runs(client: StubClient, shop: StubShop, write: Write) -> None:
    write("small", 'report.metric("rate", 1, needs="surveys_sent")', needs=["orders", "surveys"])
    [notebook] = make_plan(client, shop).notebooks
    assert notebook.missing == ("surveys",)
    assert notebook.untellable == ("rate",)


def test_only_keeps_the_client_s_order(client: StubClient, shop: StubShop, write: Write) -> None:
    client.notebooks = ["a", "b", "c"]
    for name in client.notebooks:
        write(name)
    found = make_plan(client, shop, only=("c", "a")).notebooks
    assert [notebook.name for notebook in found] == ["a", "c"]
    assert refused(client, shop, only=("d",)) == "--only d: not among the notebooks of acme, allowed are: a, b, c."


def test_a_notebook_in_the_client_s_home_comes_before_ours(client: StubClient, shop: StubShop, write: Write) -> None:
    client.notebooks = ["rfm", "nps"]
    own = write("rfm")
    found = make_plan(client, shop).notebooks
    assert found[0].path == own
    assert found[1].path == Path(__file__).resolve().parents[2] / "notebooks" / "nps.ipynb"


def test_a_notebook_names_its_client_where_it_finds_it_and_gives_the_path_elsewhere(
    client: StubClient, tmp_path_factory: pytest.TempPathFactory
) -> None:
    client.path.parent.mkdir(exist_ok=True)
    client.path.touch()
    below, elsewhere = client.path.parents[1] / "reports" / "acme", tmp_path_factory.mktemp("elsewhere")
    assert planning.reference(client, client.path.parents[1], below) == client.name
    assert planning.reference(client, below, elsewhere) == str(client.path)


def test_the_plan_as_a_table(client: StubClient, shop: StubShop, write: Write) -> None:
    client.notebooks = ["small", "lost", "bad"]
    write("small", BODY)
    write("lost", BODY, needs=["surveys"])
    write("bad", parameters=None)
    told = plan_table(make_plan(client, shop))
    assert told.splitlines() == [
        "acme: as of 2026-03-31, in en",
        "",
        "small  will run",
        f'  * client = "{client.path}"',
        '  * as_of = "2026-03-31"',
        '  * language = "en"',
        "    desk = false",
        "    shows: n_customers, largest_loss",
        "",
        "lost  no_data: needs surveys",
        f'  * client = "{client.path}"',
        '  * as_of = "2026-03-31"',
        '  * language = "en"',
        "    desk = false",
        "    shows: n_customers, largest_loss",
        "",
        "bad  invalid: bad.ipynb has no cell tagged 'parameters'.",
        "    shows: nothing",
    ]


def test_the_yaml_gives_back_what_is_injected(client: StubClient, shop: StubShop, write: Write) -> None:
    write("small", parameters=OWN)
    client.sections = {"small": {"method": "分位", "cuts": ["001", "2020-01-01", True]}}
    plan = make_plan(client, shop)
    assert yaml.safe_load(plan_yaml(plan)) == plan.notebooks[0].injected


def test_the_yaml_is_of_one_notebook(client: StubClient, shop: StubShop, write: Write) -> None:
    client.notebooks = ["a", "b"]
    write("a")
    write("b")
    sentence = "--yaml prints the parameters of one notebook, choose it with --only from: a, b."
    with pytest.raises(UserError, match=f"^{re.escape(sentence)}$"):
        plan_yaml(make_plan(client, shop))


def test_a_table_that_does_not_exist_makes_a_notebook_invalid(client: StubClient, shop: StubShop, write: Write) -> None:
    write("small", needs=["survey"])
    [notebook] = make_plan(client, shop).notebooks
    assert notebook.fault == "small.ipynb needs a table 'survey', did you mean 'surveys'?"
