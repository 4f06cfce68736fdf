"""A sheet to be filled in: drop-downs, dates, what is kept from change, and nothing that is a formula."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest

from crmlib import words
from crmlib.report import form
from crmlib.report.publish import publish
from tests.report import samples
from tests.report.samples import exactly

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

ASKED = {"last_day": "date", "segment": ["champions", "lost"], "name": "short", "reason": []}


@pytest.fixture(autouse=True)
def _english() -> None:
    words.speak("en", "JPY")


def filled(tmp_path: Path, frame: pd.DataFrame | None = None, asked: Any = None) -> Worksheet:
    table = pd.DataFrame({"customer_id": ["c1", "=cmd()"], "n_orders": [3, 2]}) if frame is None else frame
    more = {"form": form.entries(ASKED if asked is None else asked), "name": "Call list"}
    run = samples.one(tmp_path, [samples.sheet("s", table, tmp_path, title="Whom to call", **more)])
    (tmp_path / "out").mkdir()
    publish(run, tmp_path / "out")
    return openpyxl.load_workbook(tmp_path / "out" / "demo.xlsx")["Call list"]


def rules(sheet: Worksheet) -> dict[str, Any]:
    return {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}


def test_entry_columns_stand_behind_the_rows_and_are_blank(tmp_path: Path) -> None:
    sheet = filled(tmp_path)
    assert [[cell.value for cell in row] for row in sheet["A5:F7"]] == [
        ["Customer id", "Orders", "Last order", "Segment", "Name", "Reason"],
        ["c1", 3, None, None, None, None],
        ["=cmd()", 2, None, None, None, None],
    ]
    assert sheet["A7"].data_type == "s"


def test_a_column_of_the_rows_takes_entries_where_it_stands(tmp_path: Path) -> None:
    frame = pd.DataFrame({"segment": ["lost"], "customer_id": ["c1"]})
    sheet = filled(tmp_path, frame, {"segment": ["champions", "lost"], "last_day": "date"})
    assert [cell.value for cell in sheet[6]][:3] == ["Lost", "c1", None]
    assert rules(sheet)["A6"].formula1 == '"Champions,Lost"'


def test_what_may_be_entered_is_validated(tmp_path: Path) -> None:
    found = rules(filled(tmp_path))
    assert (found["C6:C7"].type, found["C6:C7"].operator or "between") == ("date", "between")
    assert (found["D6:D7"].type, found["D6:D7"].formula1) == ("list", '"Champions,Lost"')
    assert (found["E6:E7"].type, found["E6:E7"].formula1) == ("textLength", "8")
    assert (found["F6:F7"].type, found["F6:F7"].formula1) == ("textLength", "8")
    for column in ("A6:A7", "B6:B7"):
        assert (found[column].type, found[column].formula1) == ("custom", "FALSE")


def test_headers_are_locked_rows_are_not_so_that_they_can_be_sorted(tmp_path: Path) -> None:
    sheet = filled(tmp_path)
    protection = sheet.protection
    assert protection.sheet
    assert not protection.password
    # In the file, 0 is what may be done.
    assert (protection.sort, protection.autoFilter, protection.deleteRows, protection.insertRows) == (
        False, False, True, True,
    )  # fmt: skip
    assert [sheet[name].protection.locked for name in ("A1", "A3", "A5", "F5", "A6", "F7")] == [
        True, True, True, True, False, False,
    ]  # fmt: skip


def test_entry_columns_are_coloured_and_the_legend_says_so(tmp_path: Path) -> None:
    sheet = filled(tmp_path)
    grounds = {name: sheet[name].fill.fgColor.rgb[-6:] for name in ("C5", "C6", "A5")}
    assert grounds == {"C5": form.ENTRY_HEAD[1:], "C6": form.ENTRY[1:], "A5": "EEF2F6"}
    assert sheet["A3"].value.startswith("Fill in the coloured columns only;")


def test_no_cell_of_the_workbook_is_a_formula(tmp_path: Path) -> None:
    filled(tmp_path)
    with zipfile.ZipFile(tmp_path / "out" / "demo.xlsx") as book:
        sheets = [book.read(name) for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any(b"<f>" in sheet for sheet in sheets)


def test_an_empty_list_is_protected_too(tmp_path: Path) -> None:
    sheet = filled(tmp_path, pd.DataFrame({"customer_id": pd.Series(dtype="str")}))
    assert sheet.protection.sheet
    assert rules(sheet) == {}


def test_what_a_drop_down_cannot_hold_is_refused() -> None:
    broken = r"form segment: 'a\nb' cannot be a choice, it must have letters and no line break."
    with pytest.raises(ValueError, match=exactly(broken)):
        form.entries({"segment": ["a\nb"]})
    with pytest.raises(ValueError, match=exactly("form segment: ' ' cannot be a choice, it must have letters and no"
                                                 " line break.")):  # fmt: skip
        form.entries({"segment": [" "]})
    with pytest.raises(ValueError, match=exactly("form name == 'date', but the column is of kind 'text'.")):
        form.entries({"name": "date"})
    with pytest.raises(
        ValueError, match=exactly("form name == 'any', must be one of date, short, id, memo or a list of choices.")
    ):
        form.entries({"name": "any"})


@pytest.mark.parametrize("choices", [[f"choice {k}" for k in range(40)], ["a,b", 'say "c"', "=cmd()"]])
def test_lists_that_a_drop_down_cannot_hold_stand_on_a_hidden_sheet(tmp_path: Path, choices: list[str]) -> None:
    frame = pd.DataFrame({"customer_id": ["c1", "c2"]})
    sheet = filled(tmp_path, frame, {"name": choices, "reason": choices})
    told = {place: rule.formula1 for place, rule in rules(sheet).items() if rule.type == "list"}
    area = f"'_lists'!$A$1:$A${len(choices)}"
    assert told == {"B6:B7": area, "C6:C7": area}
    hidden = sheet.parent["_lists"]
    assert hidden.sheet_state == "hidden"
    assert [[(cell.value, cell.data_type) for cell in row] for row in hidden.rows] == [
        [(text, "s")] for text in choices
    ]


def test_the_bundle_holds_the_form(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from types import SimpleNamespace

    from crmlib.report.exhibits import MIME, Report

    shown: list[Any] = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_: shown.append(data))
    monkeypatch.chdir(tmp_path)
    shop: Any = SimpleNamespace(first_day=19448, as_of=pd.Timestamp("2026-03-31").date())
    report = Report(shop=shop, notebook="calls", language="en")
    report.sheet("s", pd.DataFrame({"customer_id": ["c1"]}), title="T", name="Call list", form={"last_day": "date"})
    bundle = shown[-1][MIME]
    assert bundle["name"] == "Call list"
    assert [column["name"] for column in bundle["columns"]] == ["customer_id"]
    assert bundle["form"] == [
        {"name": "last_day", "label": "Last order", "unit": "", "kind": "date", "decimals": 0, "input": "date",
         "choices": []}
    ]  # fmt: skip
