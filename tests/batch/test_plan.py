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
from tests.batch.conftest import BODY, PARAMETERS, StubShop

if TYPE_CHECKING:
    from tests.batch.conftest import StubClient, Write

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
        ("window_days", "30", 'is "30", must be a whole number; 30 is written without quotes.'),
        ("window_days", True, "is true, must be a whole number."),
        ("window_days", None, "is null, must be a whole number."),
        ("share", "half", 'is "half", must be a number.'),
        ("merge", 1, "is 1, must be true or false."),
        ("merge", "1", 'is "1", must be true or false.'),
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
    assert refused(client, shop) == f"parameters/acme.yml: small.{name} {sentence}"


CUTS = {"numbers": 4, "increasing": True, "min": 0, "money": True}
FOUR = "must be a list of 4 increasing whole numbers, each at least 0"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("method", "fxed", "\"fxed\", must be one of fixed, quantile; did you mean 'fixed'?"),
        ("method", 3, "3, must be one of fixed, quantile."),
        ("window_days", 0, "0, must be a whole number, at least 1 and at most 3650."),
        (
            "window_days",
            "1,000",
            '"1,000", must be a whole number, at least 1 and at most 3650; 1,000 is written 1000.',
        ),
        ("share", 1, "1, must be a number, above 0 and below 1."),
        ("cuts", [1, 2, 3], f"[1, 2, 3], {FOUR}."),
        ("cuts", [1, 2, 2, 3], f"[1, 2, 2, 3], {FOUR}."),
        ("cuts", [-1, 2, 3, 4], f"[-1, 2, 3, 4], {FOUR}."),
        ("cuts", [0.5, 2, 3, 4], f"[0.5, 2, 3, 4], {FOUR}."),
        ("cuts", [True, 2, 3, 4], f"[true, 2, 3, 4], {FOUR}."),
        ("cuts", 5000, f"5000, {FOUR}."),
        ("cuts", ["5,000", "9,000"], f'["5,000", "9,000"], {FOUR}; 5,000 is written 5000.'),
        ("cuts", [1, 2, 3, "4"], f'[1, 2, 3, "4"], {FOUR}; 4 is written without quotes.'),
        ("survey", 2025, "2025, must be a text; write '2025' with quotes."),
        ("survey", "sprin", "\"sprin\", must be one of autumn, spring; did you mean 'spring'?"),
    ],
)
def test_a_value_outside_its_limits_is_refused_before_a_kernel_starts(
    name: str, value: object, sentence: str, client: StubClient, write: Write
) -> None:
    limits = {
        "method": {"choices": ["fixed", "quantile"]},
        "window_days": {"min": 1, "max": 3650},
        "share": {"above": 0, "below": 1},
        "cuts": CUTS,
        "survey": {"values_of": "surveys.survey_id"},
    }
    write("small", parameters=OWN + "survey = None\n", limits=limits)
    client.sections = {"small": {name: value}}
    shop = StubShop(tables=("orders", "surveys"))
    assert refused(client, shop) == f"parameters/acme.yml: small.{name} is {sentence}"


@pytest.mark.parametrize(
    ("written", "first", "meant"),
    [
        ("[5,000, 10,000, 15,000, 20,000]", "5,000", [5000, 10000, 15000, 20000]),
        ("[500, 1,500, 3,000, 9,000]", "1,500", [500, 1500, 3000, 9000]),
    ],
)
def test_unquoted_numbers_with_commas_are_given_back_as_they_were_meant(
    written: str, first: str, meant: list[int], client: StubClient, shop: StubShop, write: Write
) -> None:
    write("small", parameters=OWN, limits={"cuts": CUTS})
    read = yaml.safe_load(written)
    client.sections = {"small": {"cuts": read}}
    told = f"parameters/acme.yml: small.cuts is {read}, {FOUR}; {first} is 2 numbers in YAML, write {meant}."
    assert refused(client, shop) == told


def test_a_fifth_number_is_no_lost_comma(client: StubClient, shop: StubShop, write: Write) -> None:
    write("small", parameters=OWN, limits={"cuts": CUTS})
    client.sections = {"small": {"cuts": [100, 200, 300, 400, 500]}}
    assert refused(client, shop) == f"parameters/acme.yml: small.cuts is [100, 200, 300, 400, 500], {FOUR}."


def test_what_the_limits_allow_goes_in_as_it_is(client: StubClient, shop: StubShop, write: Write) -> None:
    client.currency, client.minor_units = "USD", 2
    write("small", parameters=OWN, limits={"cuts": CUTS, "share": {"above": 0, "below": 1}})
    client.sections = {"small": {"cuts": [0, 0.25, 10.5, 20], "share": 0.99}}
    assert make_plan(client, shop).notebooks[0].injected["cuts"] == [0, 0.25, 10.5, 20]
    client.sections = {"small": {"cuts": [0, 0.255, 10.5, 20]}}
    said = "must be a list of 4 increasing numbers, each at least 0 and with at most 2 decimals."
    assert refused(client, shop) == f"parameters/acme.yml: small.cuts is [0, 0.255, 10.5, 20], {said}"


def test_a_default_in_another_currency_is_refused_where_it_would_be_used(client: StubClient, write: Write) -> None:
    limits = {"cuts": {**CUTS, "default_for": ["JPY"]}}
    write("small", parameters=OWN, needs=["orders"], limits=limits)
    assert make_plan(client, StubShop()).notebooks[0].parameters["cuts"] is None
    client.currency, client.minor_units = "USD", 2
    assert refused(client, StubShop()) == (
        "parameters/acme.yml: small.cuts is not set and its default is for JPY only, must be a list of 4 increasing "
        "numbers, each at least 0 and with at most 2 decimals."
    )
    assert make_plan(client, StubShop(tables=())).notebooks[0].missing == ("orders",)


def test_a_refusal_says_the_line(client: StubClient, shop: StubShop, write: Write) -> None:
    client.path.write_text("name: acme\nnotebooks:\n  - small\n  - smll\nsmall:\n\n  share: 2\n", encoding="utf-8")
    write("small", parameters=OWN, limits={"share": {"max": 1}})
    client.sections = {"small": {"share": 2}}
    said = "parameters/acme.yml line 7: small.share is 2, must be a number, at most 1."
    assert refused(client, shop) == said
    client.sections, client.notebooks = {}, ["small", "smll"]
    said = "parameters/acme.yml line 4: there is no notebook 'smll', did you mean 'small'?"
    assert refused(client, shop) == said


def test_a_notebook_is_not_looked_for_outside_its_folders(client: StubClient, shop: StubShop, write: Write) -> None:
    (client.home / "outside.ipynb").write_bytes(write("small").read_bytes())
    client.notebooks = ["../outside"]
    assert refused(client, shop).startswith("parameters/acme.yml: there is no notebook '../outside', allowed are: ")


def test_the_shipped_notebooks_refuse_what_they_could_not_compute(client: StubClient, shop: StubShop) -> None:
    client.notebooks = ["rfm"]
    client.sections = {"rfm": {"scoring": "quintil"}}
    said = "must be one of fixed, quantile, r_package; did you mean 'quantile'?"
    assert refused(client, shop) == f'parameters/acme.yml: rfm.scoring is "quintil", {said}'


def test_a_parameter_name_is_never_pasted(client: StubClient, shop: StubShop, write: Write) -> None:
    # papermill writes names into the notebook as they are.
    write("small")
    client.sections = {"small": {"x = 1\nimport os #": 1}}
    assert refused(client, shop).startswith("parameters/acme.yml: small.x = 1\nimport os # is no parameter")


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
