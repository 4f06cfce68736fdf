"""Lists that people fill in survive LibreOffice: opened, sorted, filled in and saved, they come back all the same."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from crmlib import words
from crmlib.analysis import actions
from tests import filled, test_action_log, test_call_list
from tests.report.test_workbook_paper import office

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

pytestmark = pytest.mark.slow


def rules(sheet: Worksheet) -> dict[str, tuple[str, str | None]]:
    return {str(rule.sqref): (str(rule.type), rule.formula1) for rule in sheet.data_validations.dataValidation}


def turn_round(path: Path, sheet_name: str) -> None:
    """Put the rows of a list in the opposite order, as sorting does: cells move, validations stay."""
    book = openpyxl.load_workbook(path)
    sheet = book[sheet_name]
    rows: list[list[Any]] = [[found.value for found in row] for row in sheet.iter_rows(min_row=filled.HEADER + 1)]
    for row, values in zip(sheet.iter_rows(min_row=filled.HEADER + 1), reversed(rows), strict=True):
        for found, value in zip(row, values, strict=True):
            found.value = value
    book.save(path)


def through_office(path: Path, to: Path, sheet_name: str) -> None:
    """Sort the list and save it with LibreOffice into the folder that the door reads."""
    turn_round(path, sheet_name)
    (to / "office").mkdir(parents=True)
    saved = office(path, "xlsx", to / "office")
    path.unlink()
    saved.rename(to / path.name)
    shutil.rmtree(to / "office")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_call_list_saved_by_libreoffice_comes_back_as_contacts(tmp_path: Path, language: str) -> None:
    path = test_call_list.workbook(tmp_path, language, test_call_list.listed())
    before = openpyxl.load_workbook(path)[test_call_list.NAMES[language]]
    words.speak(language, "JPY")
    day = datetime.fromisoformat("2025-07-01")
    told = {"contacted_day": day, "staff": "S1", "contact_result": words.label("result_reached"), "memo": "=1+1"}
    test_call_list.fill(path, language, {"c1": told}, tmp_path / "filled")
    goal = tmp_path / "data" / "acme" / "calls"
    through_office(tmp_path / "filled" / "list.xlsx", goal, test_call_list.NAMES[language])
    after = openpyxl.load_workbook(goal / "list.xlsx")[test_call_list.NAMES[language]]
    assert {place: rule[0] for place, rule in rules(after).items()} == {
        place: rule[0] for place, rule in rules(before).items()}  # fmt: skip
    assert {rule for rule in rules(after).values() if rule[0] == "list"} == {
        rule for rule in rules(before).values() if rule[0] == "list"}  # fmt: skip
    assert (after.protection.sheet, after.protection.sort, after["A6"].protection.locked) == (True, False, False)
    contacts = test_call_list.shop_of(tmp_path, language).table("contacts")
    assert contacts[["customer_id", "staff", "result"]].to_numpy().tolist() == [["c1", "S1", "reached"]]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_an_action_log_saved_by_libreoffice_comes_back_as_actions(tmp_path: Path, language: str) -> None:
    path = test_action_log.workbook(tmp_path, language)
    words.speak(language, "JPY")
    test_action_log.fill(path, language, {
        "P1": {"action_status": words.label("action_done"), "action_result": "止めた"},
        "2025-06-30-f2_rate": {"action_status": words.label("action_doing"), "action_owner": "S2",
                               "due_day": datetime.fromisoformat("2025-07-31"), "action_experiment": "E1"},
    }, tmp_path / "filled")  # fmt: skip
    goal = tmp_path / "data" / "acme" / "actions"
    through_office(tmp_path / "filled" / "log.xlsx", goal, test_action_log.NAMES[language])
    taken = actions.taken_up(test_action_log.shop_of(tmp_path, language).table("actions"))
    names = ["action_id", "action_owner", "action_status", "experiment_id"]
    assert sorted(taken[names].to_numpy().tolist()) == [["2025-06-30-f2_rate", "S2", "doing", "E1"],
                                                        ["P1", "S1", "done", ""]]  # fmt: skip
