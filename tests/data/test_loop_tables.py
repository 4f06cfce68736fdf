"""Scenarios, messages, sends, targets and actions: which rows count, and why the others do not."""

from __future__ import annotations

from typing import Any

import pytest


def rows(shop: Any, table: str) -> dict[str, int]:
    frame = shop.ledgers[table].frame()
    return dict(zip(frame["reason"], frame["n_rows"], strict=True))


FILES: dict[str, str | bytes] = {
    "p.csv": "scenario_id,name,hold_out_rate\nS1,7 mails,10%\nS2,other,10\nS1,again,\n,none,\n",
    "m.csv": "message_id,scenario_id,step_no,discount_rate\nM1,S1,1,0.1\nM2,S9,2,\nM3,S1,0,20\n",
    "s.csv": "message_id,customer_id,sent_at,opened_at,clicked_at,unsubscribed_at,delivered\n"
    "M1,c1,2024-01-10 09:00,2024-01-10 10:00,2024-01-20,,1\n"
    "M1,c2,2024-01-10 09:00,2024-01-10,,,\n"
    "M1,c3,2024-01-10 09:00,2024-01-09,,,\n"
    "M1,c4,2024-01-10 09:00,2024-01-10 08:00,,,\n"
    "M1,c5,2024-01-10 09:00,,,soon,\n"
    "M2,c1,2024-01-10 09:00,,,,\n"
    "M1,,2024-01-10 09:00,,,,\n"
    "M1,c6,2024-01-20 09:00,,,,\n",
}
SOURCES = {"scenarios": {"path": "data/p.csv"}, "messages": {"path": "data/m.csv"}, "sends": {"path": "data/s.csv"}}


def test_messages_belong_to_scenarios_and_sends_to_messages(make_shop: Any) -> None:
    shop = make_shop(FILES, SOURCES, as_of="2024-01-15")
    assert rows(shop, "scenarios") == {"read": 4, "no_id": 1, "duplicate_id": 1, "used": 2}
    assert shop.table("scenarios")["hold_out_rate"].fillna(-1).tolist() == [0.1, -1]
    assert rows(shop, "messages") == {"read": 3, "orphan": 1, "used": 2}
    assert shop.table("messages")[["step_no", "discount_rate"]].fillna(-1).values.tolist() == [[1, 0.1], [-1, -1]]
    assert rows(shop, "sends") == {
        "read": 8, "bad_value": 3, "orphan": 1, "no_customer": 1, "after_as_of": 1, "used": 2,
    }  # fmt: skip


def test_what_was_opened_after_the_base_date_was_not_opened_on_it(make_shop: Any) -> None:
    names = ["customer_id", "opened_day", "clicked_day", "unsubscribed_day"]
    early = make_shop(FILES, SOURCES, as_of="2024-01-15").table("sends")
    assert early["delivered"].fillna(False).tolist() == [True, False]
    assert early[names].fillna(0).values.tolist() == [["c1", 19732, 0, 0], ["c2", 19732, 0, 0]]
    assert early["clicked_at"].isna().all()
    late = make_shop(FILES, SOURCES, as_of="2024-01-20").table("sends")
    assert late["clicked_day"].fillna(0).tolist() == [19742, 0, 0]


def test_messages_and_sends_without_the_tables_above_them_stand_for_themselves(make_shop: Any) -> None:
    shop = make_shop(FILES, {"sends": SOURCES["sends"]}, as_of="2024-01-15")
    assert rows(shop, "sends")["used"] == 3


TARGETS = """\
kpi_id,period,scope,target,direction,owner
f2_rate,2024-04,,35%,higher,S01
f2_rate,2024/4/15,all,40%,higher,佐藤
f2_rate,2024-04,subscription,40%,higher,
sales,2024年5月,,"1,200,000円",higher,佐藤花子
sales,2024-06,,たくさん,higher,
sales,2024-07,,,higher,
,2024-07,,5,higher,
sales,soon,,5,higher,
"""


def test_a_month_has_one_target_that_can_be_read(make_shop: Any) -> None:
    shop = make_shop({"t.csv": TARGETS}, {"kpi_targets": {"path": "data/t.csv"}}, as_of="2024-01-15")
    assert rows(shop, "kpi_targets") == {
        "read": 8, "not_filled": 1, "no_id": 1, "bad_date": 1, "bad_value": 1, "duplicate_id": 1, "used": 3,
    }  # fmt: skip
    found = shop.table("kpi_targets")
    assert found[["kpi_id", "month", "scope", "target"]].values.tolist() == [
        ["f2_rate", 2024 * 12 + 3, "all", 0.35], ["f2_rate", 2024 * 12 + 3, "subscription", 0.4],
        ["sales", 2024 * 12 + 4, "all", 1_200_000],
    ]  # fmt: skip
    assert found["owner"].fillna("").tolist() == ["S01", "", ""]


@pytest.mark.parametrize(
    ("name", "text", "kept"),
    [("intent_continue", "-1", False), ("intent_continue", "0", True), ("site_rating", "-2", False),
     ("reported_orders", "0", False), ("reported_orders", "1", True), ("reported_order_value", "-5", False)],
)  # fmt: skip
def test_an_answer_that_cannot_be_is_not_known(make_shop: Any, name: str, text: str, *, kept: bool) -> None:
    content = f"customer_id,answered_at,nps,{name}\nc1,2024-01-02,9,{text}\n"
    table = make_shop({"a.csv": content}, {"surveys": {"path": "data/a.csv"}}, as_of="2024-01-15").table("surveys")
    assert table[name].notna().tolist() == [kept]
