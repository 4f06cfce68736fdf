"""docs/requirements.csv says which exhibit answers which requirement; every id it names is in the demo's report."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from crmlib.batch.template import read_template

ROOT = Path(__file__).resolve().parents[1]
# "waits": for a later issue; "outside": nothing that an exhibit of a client could show.
STATUSES = ("answered", "partly", "waits", "outside")
UNSHOWN = ("waits", "outside")
ALL = [f"R{number:03d}" for number in range(1, 175)]


def rows() -> list[dict[str, str]]:
    with (ROOT / "docs" / "requirements.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_row_has_a_status_and_what_it_calls_for() -> None:
    assert list(rows()[0]) == ["requirement", "exhibit", "status", "reason"]
    for row in rows():
        assert re.fullmatch(r"R\d{3}", row["requirement"]), row
        assert row["status"] in STATUSES, row
        assert bool(row["exhibit"]) == (row["status"] not in UNSHOWN), row
        assert bool(row["reason"]) == (row["status"] != "answered"), row


def test_no_requirement_stands_twice_and_they_are_in_order() -> None:
    found = [row["requirement"] for row in rows()]
    assert found == sorted(set(found))


def test_every_requirement_has_a_row() -> None:
    assert [row["requirement"] for row in rows()] == ALL


def test_few_requirements_are_left_without_an_exhibit_and_none_waits_for_what_is_there() -> None:
    unshown = [row["requirement"] for row in rows() if row["status"] in UNSHOWN]
    assert len(unshown) <= 2, unshown
    assert [row for row in rows() if re.search(r"issue [1-4]\b", row["reason"])] == []


def test_the_list_is_that_of_the_domain() -> None:
    domain = ROOT.parent / "shared" / "domain.md"
    if not domain.is_file():
        pytest.skip("../shared/domain.md is missing beside the project")
    text = domain.read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| (R\d{3}) .*\| [A-Z,-]+ \|$", text, re.MULTILINE)) == ALL


def test_every_exhibit_named_is_in_a_notebook() -> None:
    notebooks = (ROOT / "notebooks").glob("*.ipynb")
    shown = {f"{path.stem}.{name}" for path in notebooks for name in read_template(path).exhibits}
    assert sorted({name for row in rows() for name in row["exhibit"].split()} - shown) == []


def test_every_exhibit_named_is_in_the_report_of_the_demo(demo_report: Path) -> None:
    told = json.loads((demo_report / "exhibits.json").read_text(encoding="utf-8"))["notebooks"]
    shown = {f"{notebook}.{name}" for notebook, kinds in told.items() for kind in kinds.values() for name in kind}
    named = {name for row in rows() for name in row["exhibit"].split()}
    assert sorted(named - shown) == []
