"""The call list goes out as a workbook, is filled in, and comes back as contacts."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import yaml

from crmlib import words
from crmlib.analysis import aggregates, calls, revival
from crmlib.data.tables import empty
from crmlib.errors import UserError
from crmlib.report import form
from crmlib.shop import open_shop
from tests import filled
from tests.report import samples

if TYPE_CHECKING:
    from crmlib.shop import Shop

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "client-file.md").read_text(encoding="utf-8")
ORDERS = """order_id,customer_id,order_date,line_amount
1,c1,2025-01-05,500
2,c1,2025-02-04,700
3,c2,2025-01-10,300
4,c2,2025-03-01,300
5,c3,2025-01-11,200
6,c3,2025-03-02,100
7,c1,2025-07-20,900
"""
LIST_DAY = (datetime.fromisoformat("2025-06-30") - datetime.fromisoformat("1970-01-01")).days
ASKED = {
    "contact_channel": list(calls.CHANNELS), "contacted_day": "date", "staff": ["S1", "S2"],
    "contact_result": calls.RESULTS, "next_action_day": "date", "memo": "memo",
}  # fmt: skip
NAMES = {"ja": "架電リスト", "en": "Call list"}


def snippet(language: str) -> dict[str, Any]:
    """The source of the page for a language."""
    part = PAGE.split("## A call list that comes back")[1].split("\n## ")[0]
    blocks = part.split("```yaml\n")[1:]
    found = [yaml.safe_load(block.split("```")[0]) for block in blocks]
    (source,) = [
        block["sources"]["contacts"] for block in found if block["sources"]["contacts"]["sheet"] == NAMES[language]
    ]
    return source


def listed(held_out_share: float = 0.0) -> pd.DataFrame:
    ids = ["c1", "c2", "c3"]
    table = pd.DataFrame({name: pd.Series(["-"] * 3) for name in calls.LISTED})
    table = table.assign(
        customer_id=ids, step="on_the_list", n_orders=2, last_day=20_000, recency_days=120, usual_gap_days=30.0,
        gap_ratio=4.0, amount=1200, amount_year=1200, n_orders_year=2, last_contacted_day=float("nan"),
        last_result=None, contact_channel="phone", silence_zone="zone_long", line_account="account_unknown",
    )  # fmt: skip
    return calls.call_list(table, as_of_day=LIST_DAY, held_out_share=held_out_share, seed=3)


def workbook(tmp_path: Path, language: str, rows: pd.DataFrame) -> Path:
    words.speak(language, "JPY")
    more = {"form": form.entries(ASKED), "name": NAMES[language], "note": "=1+1", "rows": []}
    return filled.published(tmp_path, samples.sheet("call_list", rows, tmp_path, title="T", **more), language)


def fill(path: Path, language: str, entries: dict[str, dict[str, Any]], to: Path) -> None:
    """Write entries by customer and column, and save."""
    words.speak(language, "JPY")
    filled.fill(path, NAMES[language], "customer_id", entries, to / "list.xlsx")


def shop_of(home: Path, language: str, **more: Any) -> Shop:
    (home / "parameters").mkdir(exist_ok=True)
    (home / "data").mkdir(exist_ok=True)
    (home / "data" / "orders.csv").write_text(ORDERS, encoding="utf-8")
    source = {**snippet(language), **more}
    client = {"name": "acme", "sources": {"orders": {"path": "data/orders.csv"}, "contacts": source}}
    path = home / "parameters" / "acme.yml"
    path.write_text(yaml.safe_dump(client, allow_unicode=True), encoding="utf-8")
    return open_shop(path, as_of="2025-12-31")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_filled_list_comes_back_as_contacts_and_their_revivals(tmp_path: Path, language: str) -> None:
    path = workbook(tmp_path, language, listed())
    words.speak(language, "JPY")
    day, later = datetime.fromisoformat("2025-07-01"), datetime.fromisoformat("2025-08-01")
    fill(path, language, {
        "c1": {"contacted_day": day, "staff": "S1", "contact_result": words.label("result_reached"),
               "next_action_day": later, "memo": "娘さんの誕生日 090-1234-5678"},
        "c2": {"contacted_day": day, "staff": "S2", "contact_result": words.label("result_absent")},
    }, tmp_path / "data" / "acme" / "calls")  # fmt: skip

    shop = shop_of(tmp_path, language)

    contacts = shop.table("contacts").sort_values("customer_id")
    names = ["customer_id", "staff", "channel", "list_name", "result", "contact_group"]
    assert contacts[names].to_numpy().tolist() == [
        ["c1", "S1", "phone", "call-list-2025-06-30", "reached", "called"],
        ["c2", "S2", "phone", "call-list-2025-06-30", "absent", "called"],
    ]
    assert contacts["next_action_date"].dt.date.astype(str).tolist()[0] == "2025-08-01"
    assert (shop.ledgers["contacts"].rows_read, shop.ledgers["contacts"].rows("not_filled")) == (3, 1)
    outcomes = aggregates.contact_outcomes(
        shop.orders, shop.relation("contacts"), as_of_day=shop.as_of_day, window_days=90
    )
    approached = revival.approaches(contacts, outcomes, as_of_day=shop.as_of_day)
    assert approached[["customer_id", "revived", "amount_window"]].to_numpy().tolist() == [
        ["c1", True, 900],
        ["c2", False, 0],
    ]


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", ["山田花子さん本人です", "山田花子", "山田 花子", "Yamada"])
def test_neither_the_memo_nor_a_name_for_a_staff_code_is_anywhere(tmp_path: Path, name: str) -> None:
    path = workbook(tmp_path, "ja", listed())
    words.speak("ja", "JPY")
    told = {"contacted_day": datetime.fromisoformat("2025-07-01"), "contact_result": words.label("result_reached")}
    told |= {"staff": name, "memo": "秘密のメモ"}
    fill(path, "ja", {"c1": told}, tmp_path / "data" / "acme" / "calls")
    shop = shop_of(tmp_path, "ja")
    assert "memo" not in shop.table("contacts")
    assert shop.table("contacts")["staff"].isna().all()
    kept = [
        file.read_bytes()
        for file in (tmp_path / "data" / "acme").rglob("*")
        if file.suffix != ".xlsx" and file.is_file()
    ]
    assert not any("秘密のメモ".encode() in content or name.encode() in content for content in kept)


def test_a_list_saved_twice_counts_once_whatever_its_memo(tmp_path: Path) -> None:
    path = workbook(tmp_path, "en", listed())
    words.speak("en", "JPY")
    folder = tmp_path / "data" / "acme" / "calls"
    told = {"contacted_day": datetime.fromisoformat("2025-07-01"), "staff": "S1", "contact_result": "Reached"}
    fill(path, "en", {"c1": told}, folder)
    (folder / "list.xlsx").rename(folder / "noon.xlsx")
    fill(path, "en", {"c1": {**told, "memo": "more"}}, folder)
    shop = shop_of(tmp_path, "en")
    assert shop.ledgers["contacts"].rows_used == 1
    assert shop.ledgers["contacts"].rows("exact_duplicate") == 1


def test_who_was_held_out_comes_back_without_being_filled_in(tmp_path: Path) -> None:
    rows = listed(held_out_share=0.5)
    held = rows.loc[rows["contact_group"] == "held_out", "customer_id"].tolist()
    assert 0 < len(held) < 3
    path = workbook(tmp_path, "en", rows)
    fill(path, "en", {}, tmp_path / "data" / "acme" / "calls")
    contacts = shop_of(tmp_path, "en").table("contacts")
    assert contacts["customer_id"].tolist() == held
    assert set(contacts["contact_group"]) == {"held_out"}
    assert contacts["contacted_day"].tolist() == [LIST_DAY] * len(held)


def test_a_sheet_without_the_headers_is_refused_by_their_names(tmp_path: Path) -> None:
    path = workbook(tmp_path, "en", listed().drop(columns="list_name"))
    fill(path, "en", {}, tmp_path / "data" / "acme" / "calls")
    with pytest.raises(UserError, match=r"none of the first 50 rows of data/acme/calls/list\.xlsx holds every mapped"
                                        r" header; 'List' is not in the row that holds most of them\.$"):  # fmt: skip
        shop_of(tmp_path, "en")


def test_the_columns_of_an_empty_table_of_contacts_suit_the_list() -> None:
    assert {"customer_id", "contacted_day", "result", "contact_group"} <= set(empty("contacts").columns)
