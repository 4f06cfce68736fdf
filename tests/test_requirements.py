"""docs/requirements.csv says which exhibit answers which requirement; every id it names is in the demo's report."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
STATUSES = ("answered", "partly", "waits")
TAGS = set("OPSAF")


def rows() -> list[dict[str, str]]:
    with (ROOT / "docs" / "requirements.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_row_has_a_status_and_what_it_calls_for() -> None:
    assert list(rows()[0]) == ["requirement", "exhibit", "status", "reason"]
    for row in rows():
        assert re.fullmatch(r"R\d{3}", row["requirement"]), row
        assert row["status"] in STATUSES, row
        assert bool(row["exhibit"]) == (row["status"] != "waits"), row
        assert bool(row["reason"]) == (row["status"] != "answered"), row


def test_no_requirement_stands_twice_and_they_are_in_order() -> None:
    found = [row["requirement"] for row in rows()]
    assert found == sorted(set(found))


def test_every_exhibit_named_is_in_the_report_of_the_demo(demo_report: Path) -> None:
    told = json.loads((demo_report / "exhibits.json").read_text(encoding="utf-8"))["notebooks"]
    shown = {f"{notebook}.{name}" for notebook, kinds in told.items() for kind in kinds.values() for name in kind}
    named = {name for row in rows() for name in row["exhibit"].split()}
    assert sorted(named - shown) == []


def test_every_requirement_that_needs_orders_products_subscriptions_costs_or_contacts_is_there() -> None:
    domain = ROOT.parent / "shared" / "domain.md"
    if not domain.is_file():
        pytest.skip("../shared/domain.md is missing beside the project")
    lines = re.findall(r"^\| (R\d{3}) .*\| ([A-Z,-]+) \|$", domain.read_text(encoding="utf-8"), re.MULTILINE)
    needed = {name for name, tags in lines if TAGS & set(tags.split(","))}
    assert len(needed) == 111
    assert sorted(needed - {row["requirement"] for row in rows()}) == []
