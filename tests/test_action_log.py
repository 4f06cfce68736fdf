"""The action log goes out as a workbook, is filled in, and comes back as actions."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest
import yaml

from crmlib import words
from crmlib.analysis import actions
from crmlib.analysis.kpi_ids import KPIS
from crmlib.report import form
from crmlib.report.findings import kpi_actions
from crmlib.shop import open_shop
from tests import filled
from tests.report import samples

if TYPE_CHECKING:
    from crmlib.shop import Shop

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "client-file.md").read_text(encoding="utf-8")
DAY = (datetime.fromisoformat("2025-06-30") - datetime.fromisoformat("1970-01-01")).days
NAMES = {"ja": "施策ログ", "en": "Action log"}


def snippet(language: str) -> dict[str, Any]:
    """The source of the page for a language."""
    blocks = PAGE.split("## An action log that comes back")[1].split("```yaml\n")[1:3]
    found = [yaml.safe_load(block.split("```")[0])["sources"]["actions"] for block in blocks]
    (source,) = [source for source in found if source["sheet"] == NAMES[language]]
    return source


def proposed() -> pd.DataFrame:
    return pd.DataFrame([
        {"kpi_id": kpi_id, "measure_kind": "share", "why": "target_missed", "actual": 0.24, "goal": 0.3}
        for kpi_id in ("f2_rate", "revival_rate")
    ])  # fmt: skip


def log() -> pd.DataFrame:
    open_ = pd.DataFrame({"action_id": ["P1"], "created_day": DAY - 60, "kpi_id": "cpo", "action_text": "Stop TV.",
                          "action_category": "acquisition", "action_owner": "S1", "due_day": [float(DAY - 5)],
                          "action_status": "doing", "experiment_id": "", "action_finding": "Dear.",
                          "action_hypothesis": "Late at night.", "action_result": "", "action_next": ""})  # fmt: skip
    return kpi_actions.log(proposed(), open_, as_of_day=DAY, due_day=DAY + 30, blank_rows=2)


def workbook(tmp_path: Path, language: str) -> Path:
    words.speak(language, "JPY")
    more = {"form": form.entries(kpi_actions.FORM), "name": NAMES[language], "rows": []}
    return filled.published(tmp_path, samples.sheet("action_log", log(), tmp_path, title="T", **more), language)


def fill(path: Path, language: str, entries: dict[str, dict[str, Any]], to: Path) -> None:
    """Write entries by action and column, and save."""
    words.speak(language, "JPY")
    filled.fill(path, NAMES[language], "action_id", entries, to / "log.xlsx")


def shop_of(home: Path, language: str) -> Shop:
    for folder in ("parameters", "data"):
        (home / folder).mkdir(exist_ok=True)
    orders = "order_id,customer_id,order_date,line_amount\n1,c1,2025-01-05,500\n2,c1,2025-07-20,900\n"
    (home / "data" / "orders.csv").write_text(orders, encoding="utf-8")
    sources = {"orders": {"path": "data/orders.csv"}, "actions": snippet(language)}
    path = home / "parameters" / "acme.yml"
    path.write_text(yaml.safe_dump({"name": "acme", "sources": sources}, allow_unicode=True), encoding="utf-8")
    return open_shop(path, as_of="2025-12-31")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_filled_log_comes_back_as_actions(tmp_path: Path, language: str) -> None:
    path = workbook(tmp_path, language)
    words.speak(language, "JPY")
    fill(path, language, {
        "P1": {"action_status": words.label("action_done"), "action_result": "止めた"},
        "2025-06-30-f2_rate": {"action_status": words.label("action_doing"), "action_owner": "S2",
                               "due_day": datetime.fromisoformat("2025-07-31"), "action_experiment": "E1"},
        "2025-06-30-02": {"action_text": "箱を変える", "action_status": words.label("action_open"),
                          "action_category": words.label("about_product")},
    }, tmp_path / "data" / "acme" / "actions")  # fmt: skip
    table = shop_of(tmp_path, language).table("actions")
    taken = actions.taken_up(table)
    names = ["action_id", "kpi_id", "action_category", "action_owner", "action_status", "experiment_id"]
    assert taken[names].to_numpy().tolist() == [
        ["P1", "cpo", "acquisition", "S1", "done", ""],
        ["2025-06-30-02", "", "product", "", "open", ""],
        ["2025-06-30-f2_rate", "f2_rate", "crm", "S2", "doing", "E1"],
    ]
    assert taken["created_day"].tolist() == [DAY - 60, DAY, DAY]
    assert taken["due_day"].tolist()[::2] == [DAY - 5, DAY + 31]


def test_a_second_round_on_the_same_day_uses_no_number_twice_and_keeps_what_was_written(tmp_path: Path) -> None:
    words.speak("en", "JPY")
    opened = {"action_status": words.label("action_open")}
    fill(workbook(tmp_path, "en"), "en", {
        "2025-06-30-f2_rate": {"action_owner": "S2"},
        "2025-06-30-01": {**opened, "action_text": "Change the box.", "action_finding": "It is crushed.",
                          "action_hypothesis": "Too thin.", "action_next": "Ask the maker.", "kpi_code": "cpo",
                          "action_experiment": "2025-06-box-thick-or-thin-first-parcel"},
        "2025-06-30-02": {"action_text": "Not yet decided."},
    }, tmp_path / "data" / "acme" / "actions")  # fmt: skip
    table = shop_of(tmp_path, "en").table("actions")
    taken = actions.taken_up(table)
    again = kpi_actions.log(proposed(), taken, as_of_day=DAY, due_day=DAY + 30, blank_rows=2, used=table["action_id"])
    assert again["action_id"].tolist() == [
        "P1", "2025-06-30-01", "2025-06-30-f2_rate", "2025-06-30-revival_rate", "2025-06-30-03", "2025-06-30-04",
    ]  # fmt: skip
    names = ["kpi_code", "action_finding", "action_hypothesis", "action_next", "action_experiment"]
    assert again.loc[1, names].tolist() == [
        "cpo", "It is crushed.", "Too thin.", "Ask the maker.", "2025-06-box-thick-or-thin-first-parcel",
    ]  # fmt: skip
    later = kpi_actions.log(proposed(), taken, as_of_day=DAY + 31, due_day=DAY + 60, blank_rows=1)
    assert later["action_id"].tolist()[2:] == ["2025-06-30-f2_rate", "2025-07-31-revival_rate", "2025-07-31-01"]
    over = taken.assign(action_status="done")
    assert "2025-07-31-f2_rate" in kpi_actions.log(proposed(), over, as_of_day=DAY + 31, due_day=DAY + 60)[
        "action_id"].tolist()  # fmt: skip


def test_an_own_action_can_name_its_kpi_and_a_long_experiment_number(tmp_path: Path) -> None:
    words.speak("en", "JPY")
    sheet = openpyxl.load_workbook(workbook(tmp_path, "en"))[NAMES["en"]]
    places = {cell.value: cell.column_letter for cell in sheet[5]}
    found = {str(rule.sqref).split("6")[0]: rule for rule in sheet.data_validations.dataValidation}
    kpi = found[places[words.column("kpi_code").label]]
    assert (kpi.type, kpi.formula1) == ("list", '"' + ",".join(KPIS) + '"')
    experiment, owner = (found[places[words.column(name).label]] for name in ("action_experiment", "action_owner"))
    assert (experiment.type, experiment.formula1, owner.formula1) == ("textLength", "40", "8")


def test_a_log_that_nobody_touched_is_taken_up_by_nobody(tmp_path: Path) -> None:
    fill(workbook(tmp_path, "en"), "en", {}, tmp_path / "data" / "acme" / "actions")
    taken = actions.taken_up(shop_of(tmp_path, "en").table("actions"))
    assert taken["action_id"].tolist() == ["P1"]  # it was in progress before


def test_the_choices_of_the_page_are_those_of_the_sheet() -> None:
    for language in ("ja", "en"):
        words.speak(language, "JPY")
        values = snippet(language)["values"]
        assert list(values["status"]) == [words.label(code) for code in kpi_actions.STATUSES]
        assert list(values["category"]) == [words.label(code) for code in kpi_actions.CATEGORIES]
    words.speak("en", "JPY")
