"""The assignment list goes to the mailing tool as a workbook, and comes back as assignments."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest
import yaml

from crmlib import words
from crmlib.analysis import aggregates, assignment, experiments
from crmlib.report import form
from crmlib.report.publish import publish
from crmlib.shop import open_shop
from tests.report import samples

if TYPE_CHECKING:
    from crmlib.shop import Shop

DAY = 20_269  # 2025-06-30
PAGE = (Path(__file__).resolve().parents[1] / "docs" / "client-file.md").read_text(encoding="utf-8")
NAMES = {"ja": "割付リスト", "en": "Assignment list"}
ORDERS = "order_id,customer_id,order_date,line_amount\n" + "".join(
    f"{i},c{i:02d},2025-06-{1 + i % 28:02d},500\n" for i in range(40)
)
LATER = "".join(f"{100 + i},c{i:02d},2025-07-10,700\n" for i in range(0, 40, 2))
PLAN = "experiment_id,assigned_method,primary_metric,window_days,name\nNEXT,random,repurchase,30,Mail\n"


def snippet(language: str) -> dict[str, Any]:
    """The source of the page for a language."""
    part = PAGE.split("## An assignment list that comes back")[1].split("\n## ")[0]
    blocks = part.split("```yaml\n")[1:]
    found = [yaml.safe_load(block.split("```")[0])["sources"]["assignments"] for block in blocks]
    (source,) = [source for source in found if source["sheet"] == NAMES[language]]
    return source


def drawn() -> pd.DataFrame:
    strata = pd.DataFrame({"customer_id": [f"c{i:02d}" for i in range(40)], "stratum": "f1 / r_30 / not_known"})
    channels = strata.assign(contact_channel="mail")
    return assignment.assign(strata, seed=1, experiment_id="NEXT", as_of_day=DAY, channels=channels)


def workbook(tmp_path: Path, language: str, rows: pd.DataFrame) -> Path:
    words.speak(language, "JPY")
    asked = form.entries({"actually_treated": ["carried_out", "not_carried_out"]})
    more = {"form": asked, "name": NAMES[language], "note": "n", "rows": []}
    run = samples.one(
        tmp_path, [samples.sheet("assignment_list", rows, tmp_path, title="T", **more)], language=language
    )
    (tmp_path / "out").mkdir()
    publish(run, tmp_path / "out")
    return tmp_path / "out" / "demo.xlsx"


def fill(path: Path, language: str, to: Path) -> None:
    words.speak(language, "JPY")
    book = openpyxl.load_workbook(path)
    sheet = book[NAMES[language]]
    places = {cell.value: cell.column for cell in sheet[5]}
    said = {True: words.label("carried_out"), False: words.label("not_carried_out")}
    for row in range(6, 46):
        treated = sheet.cell(row, places[words.column("arm").label]).value == words.label("treatment")
        sheet.cell(row, places[words.column("actually_treated").label], said[treated])
    to.mkdir(parents=True, exist_ok=True)
    book.save(to / "list.xlsx")


def shop_of(home: Path, language: str) -> Shop:
    (home / "parameters").mkdir()
    (home / "data" / "orders.csv").write_text(ORDERS + LATER, encoding="utf-8")
    (home / "data" / "plan.csv").write_text(PLAN, encoding="utf-8")
    sources = {
        "orders": {"path": "data/orders.csv"}, "experiments": {"path": "data/plan.csv"},
        "assignments": snippet(language),
    }  # fmt: skip
    path = home / "parameters" / "acme.yml"
    path.write_text(yaml.safe_dump({"name": "acme", "sources": sources}, allow_unicode=True), encoding="utf-8")
    return open_shop(path, as_of="2025-12-31")


@pytest.mark.parametrize("language", ["ja", pytest.param("en", marks=pytest.mark.slow)])
def test_a_list_comes_back_as_assignments_and_is_judged(tmp_path: Path, language: str) -> None:
    rows = drawn()
    fill(workbook(tmp_path, language, rows), language, tmp_path / "data" / "acme" / "lists")

    shop = shop_of(tmp_path, language)

    back = shop.table("assignments").sort_values("unit_id", ignore_index=True)
    assert back[["unit_id", "arm", "assigned_day"]].equals(rows[["unit_id", "arm", "assigned_day"]])
    assert (back["actually_treated"] == (back["arm"] == "treatment")).all()
    orders = aggregates.trial_orders(shop.orders, None, None, as_of_day=shop.as_of_day)
    row = experiments.evaluate(shop.table("experiments"), back, orders, as_of_day=shop.as_of_day).iloc[0]
    assert (row["n_control"], row["n_treatment"], row["ratio_ok"]) == (20, 20, True)
    assert row["share_treated"] == 1
