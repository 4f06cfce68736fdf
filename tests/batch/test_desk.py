"""Copies for the desk, and the command that opens JupyterLab on them."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crmlib.batch.desk import write_copies, write_pages, write_shown
from crmlib.batch.lab import lab_command, show_command
from crmlib.batch.start import _link, plain
from crmlib.batch.template import source_of
from crmlib.errors import UserError
from tests.batch.conftest import PARAMETERS, StubShop

if TYPE_CHECKING:
    from tests.batch.conftest import StubClient, Write


def cells(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def test_the_copy_has_the_client_s_parameters_in_a_readable_cell(client: StubClient, write: Write) -> None:
    write("small", parameters=PARAMETERS + 'group_by = "usage"  # the column\nhow = "x"\n')
    client.sections = {"small": {"group_by": "会員'ランク"}}
    client.as_of = date(2026, 3, 31)
    [copy] = write_copies(client)
    assert copy.path == client.home / "desk" / "acme" / "small.ipynb"
    found = cells(copy.path)
    assert [cell["metadata"].get("tags") for cell in found[:4]] == [None, ["parameters"], ["injected-parameters"], None]
    assert source_of(found[2]).splitlines() == [
        "# What acme.yml sets; change it here and run all cells.",
        "client = '../../parameters/acme.yml'",
        "as_of = '2026-03-31'",
        "language = 'en'",
        'group_by = "会員\'ランク"',
        "desk = True",
    ]
    # Readable in the file too, not only after JSON has been decoded.
    assert "会員" in copy.path.read_text(encoding="utf-8")


def test_a_parameter_s_value_can_never_be_code(client: StubClient, write: Write) -> None:
    hostile = '"); import os #\n\\'
    write("small", parameters=PARAMETERS + 'group_by = "usage"\n')
    client.sections = {"small": {"group_by": hostile}}
    [copy] = write_copies(client)
    names: dict[str, Any] = {}
    exec(source_of(cells(copy.path)[2]), names)
    assert names["group_by"] == hostile
    assert "os" not in names


def test_a_copy_that_is_there_stays_unless_a_fresh_one_is_wanted(client: StubClient, write: Write) -> None:
    write("small")
    [copy] = write_copies(client)
    copy.path.write_text("my work", encoding="utf-8")
    assert [kept.written for kept in write_copies(client)] == [False]
    assert copy.path.read_text(encoding="utf-8") == "my work"
    assert [kept.written for kept in write_copies(client, fresh=True)] == [True]
    assert cells(copy.path)


def test_an_untouched_copy_follows_the_client_file_and_loses_its_results(client: StubClient, write: Write) -> None:
    write("small", parameters=PARAMETERS + "days = 90  # of a window\n")
    client.sections = {"small": {"days": 60}}
    [copy] = write_copies(client)
    seen = json.loads(copy.path.read_text(encoding="utf-8"))
    seen["cells"][2] |= {"execution_count": 3, "outputs": [{"output_type": "stream", "name": "stdout", "text": "60"}]}
    seen["cells"].append({"cell_type": "markdown", "id": "mine", "metadata": {}, "source": "what I saw"})
    copy.path.write_text(json.dumps(seen), encoding="utf-8")
    assert [kept.said for kept in write_copies(client)] == ["kept as it is"]
    client.sections = {"small": {"days": 45}}
    assert [kept.said for kept in write_copies(client)] == ["brought up to date with acme.yml"]
    found = cells(copy.path)
    assert "days = 45" in source_of(found[2])
    assert (found[2]["outputs"], found[2]["execution_count"]) == ([], None)
    assert found[-1]["source"] == "what I saw"
    assert json.loads(copy.path.read_text(encoding="utf-8"))["metadata"]["crm"]["given"]["days"] == 45
    assert [kept.said for kept in write_copies(client)] == ["kept as it is"]


@pytest.mark.parametrize("cell", [1, 2])
def test_a_copy_with_parameters_of_its_own_is_left_and_told_of(client: StubClient, write: Write, cell: int) -> None:
    write("small", parameters=PARAMETERS + "days = 90  # of a window\n")
    client.sections = {"small": {"days": 60}}
    [copy] = write_copies(client)
    seen = json.loads(copy.path.read_text(encoding="utf-8"))
    seen["cells"][cell]["source"] = source_of(seen["cells"][cell]).replace("days =", "days = 10 +")
    copy.path.write_text(json.dumps(seen), encoding="utf-8")
    before = copy.path.read_bytes()
    client.sections = {"small": {"days": 45}}
    assert [kept.said for kept in write_copies(client)] == [
        "kept as it is, though acme.yml has changed: days was 60, is 45; --fresh writes it anew"
    ]
    assert copy.path.read_bytes() == before


def test_a_link_out_of_the_client_s_home_is_not_written_over(client: StubClient, write: Write) -> None:
    write("small")
    own = client.home.parent / "own"
    own.mkdir()
    (own / "precious.ipynb").write_text("{}", encoding="utf-8")
    (client.home / "desk" / "acme").mkdir(parents=True)
    (client.home / "desk" / "acme" / "show").symlink_to(own)
    with pytest.raises(UserError, match=r"desk/acme/show is a link that leads out of .*, move it away\.$"):
        write_shown(client)
    assert [path.name for path in own.iterdir()] == ["precious.ipynb"]


def test_a_page_shown_to_a_client_says_whose_it_is_and_of_which_day(
    client: StubClient, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    (client.home / "notebooks" / "panels").mkdir()
    write("panels/small")
    client.title, client.language = "<i>青葉", "ja"
    page = write_shown(client) / "small.ipynb"
    assert source_of(cells(page)[1]) == "**\\<i\\>青葉 \\(ja\\)**"  # no export, no day
    monkeypatch.setattr("crmlib.open_shop", lambda _: StubShop())
    page = write_shown(client) / "small.ipynb"
    assert source_of(cells(page)[1]) == "**\\<i\\>青葉 \\(ja\\)**  \n基準日：2026年3月31日"
    tab = json.loads(page.read_text(encoding="utf-8"))["metadata"]["title"]
    assert tab == "<i>青葉 (ja) | panels/small | 基準日：2026年3月31日"


def test_where_no_folder_can_be_made_it_is_one_sentence(client: StubClient, write: Write) -> None:
    write("small")
    (client.home / "desk").write_text("x", encoding="utf-8")
    with pytest.raises(UserError, match=r"^acme: .*desk/acme cannot be written \(Not a directory\)\.$"):
        write_copies(client)


@pytest.mark.parametrize(
    "raw", ["", "null", '{"nbformat": 4, "cells": [1, {"cell_type": "markdown", "source": "# "}]}']
)
def test_a_copy_that_was_broken_does_not_keep_anybody_from_the_desk(tmp_path: Path, raw: str) -> None:
    (tmp_path / "small.ipynb").write_text(raw, encoding="utf-8")
    assert _link(tmp_path / "small.ipynb", "small.ipynb") == "[small](small.ipynb)"


def test_a_client_s_text_makes_no_formula_and_no_link() -> None:
    text = r"\(x\) a@b.jp https://x.jp WWW.x.jp 1:2 <b>"
    assert plain(text) == r"&#92;\(x&#92;\) a&#64;b.jp https&#58;//x.jp WWW&#46;x.jp 1:2 \<b\>"


def test_one_notebook_is_copied_when_one_is_named(client: StubClient, write: Write) -> None:
    client.notebooks = ["small", "other"]
    write("small")
    write("other")
    assert [copy.name for copy in write_copies(client, "other")] == ["other"]
    assert [copy.name for copy in write_copies(client)] == ["small", "other"]


def test_a_notebook_that_is_not_the_client_s_is_refused(client: StubClient) -> None:
    with pytest.raises(UserError, match=r"^'smal' is not among the notebooks of acme, did you mean 'small'\?$"):
        write_copies(client, "smal")


def test_a_notebook_that_there_is_says_what_it_still_needs(client: StubClient, write: Write) -> None:
    write("other", needs=["surveys"])
    with pytest.raises(UserError) as error:
        write_copies(client, "other")
    assert str(error.value) == (
        "'other' is not among the notebooks of acme: give surveys under sources, then write it under notebooks in"
        " acme.yml."
    )


def test_the_copy_remembers_what_the_parameters_were(client: StubClient, write: Write) -> None:
    write("small", parameters=PARAMETERS + 'days = 90  # of a window\nhow = "x"\n')
    client.sections = {"small": {"days": 60}}
    [copy] = write_copies(client)
    given = json.loads(copy.path.read_text(encoding="utf-8"))["metadata"]["crm"]["given"]
    assert (given["days"], given["how"]) == (60, "x")


def test_a_page_of_a_panel_takes_the_parameters_it_knows(client: StubClient, write: Write) -> None:
    (client.home / "notebooks" / "panels").mkdir()
    path = write("small", parameters=PARAMETERS + "days = 90  # of a window\nwritable = True\n")
    path = path or client.home / "notebooks" / "small.ipynb"
    path.rename(client.home / "notebooks" / "panels" / "small.ipynb")
    client.sections = {"small": {"days": 60, "other": 1}}
    pages = write_pages(client, client.home / "desk" / "acme" / "show", writable=False)
    [page] = [page for page in pages if page.name == "small"]
    cell = source_of(cells(page.path)[2])
    assert "days = 60" in cell
    assert "writable = False" in cell
    assert "other" not in cell


def test_a_first_test_can_be_planned_from_orders_alone(client: StubClient, write: Write) -> None:
    write("small")
    folder = client.home / "desk" / "acme" / "panels"
    assert [page.name for page in write_pages(client, folder)] == ["door"]
    client.sources = {"orders": {}}
    assert [page.name for page in write_pages(client, folder)] == ["abtest", "door"]


def test_jupyterlab_opens_with_nothing_that_phones_home() -> None:
    command = lab_command(Path("/srv/x/desk/acme"), "rfm", ("--no-browser",))
    assert command == [
        sys.executable,
        "-m",
        "jupyterlab",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        "--ServerApp.log_level=WARN",
        "--LabApp.log_level=WARN",
        "--ServerApp.root_dir=/srv/x/desk/acme",
        "--LabApp.default_url=/lab/tree/rfm.ipynb",
        "--no-browser",
    ]


def test_pages_are_shown_on_this_machine_alone_without_code_or_traceback() -> None:
    assert show_command(Path("/srv/x/show"), ("--port=9000",))[1:] == [
        "-m",
        "voila",
        "/srv/x/show",
        "--Voila.ip=127.0.0.1",
        "--template=crm",
        "--VoilaConfiguration.strip_sources=True",
        "--VoilaConfiguration.show_tracebacks=False",
        "--Voila.auto_token=True",
        "--no-browser",
        "--port=9000",
    ]
