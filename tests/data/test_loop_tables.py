"""Scenarios, messages, sends, targets and actions: which rows count, and why the others do not."""

from __future__ import annotations

from typing import Any

import pytest

from crmlib.analysis.kpi_ids import KPIS
from crmlib.errors import UserError


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


@pytest.mark.sample(5)
@pytest.mark.parametrize(
    ("name", "text", "kept"),
    [("intent_continue", "-1", False), ("intent_continue", "0", True), ("site_rating", "-2", False),
     ("site_rating", "100", True), ("site_rating", "999", False), ("intent_continue", "101", False),
     ("expectation", "-1", False), ("expectation", "101", False), ("experience", "999", False),
     ("experience", "0", True), ("reported_orders", "0", False), ("reported_orders", "1", True),
     ("reported_order_value", "-5", False)],
)  # fmt: skip
def test_an_answer_that_cannot_be_is_not_known_and_told(make_shop: Any, name: str, text: str, *, kept: bool) -> None:
    content = f"customer_id,answered_at,nps,{name}\nc1,2024-01-02,9,{text}\n"
    shop = make_shop({"a.csv": content}, {"surveys": {"path": "data/a.csv"}}, as_of="2024-01-15")
    assert shop.table("surveys")[name].notna().tolist() == [kept]
    assert (f"unread_cells: surveys: {name} 1" in shop.read_notes) == (not kept)


def test_a_treatment_that_costs_less_than_nothing_has_no_known_cost(make_shop: Any) -> None:
    content = "experiment_id,assigned_method,primary_metric,window_days,cost_per_unit,fixed_cost\n"
    content += "E1,random,repurchase,60,-300,-1\nE2,random,repurchase,60,0,0\n"
    shop = make_shop({"e.csv": content}, {"experiments": {"path": "data/e.csv"}}, as_of="2024-01-15")
    assert shop.table("experiments")[["cost_per_unit", "fixed_cost"]].fillna(-9).values.tolist() == [[-9, -9], [0, 0]]
    assert "unread_cells: experiments: cost_per_unit 1, fixed_cost 1" in shop.read_notes


def test_only_a_score_can_have_a_target_below_zero(make_shop: Any) -> None:
    content = "kpi_id,period,target\nnps,2024-01,-5\nf2_rate,2024-01,-30%\namount,2024-01,-1\namount,2024-02,0\n"
    shop = make_shop({"t.csv": content}, {"kpi_targets": {"path": "data/t.csv"}}, as_of="2024-01-15")
    assert rows(shop, "kpi_targets") == {"read": 4, "bad_value": 2, "used": 2}
    assert shop.table("kpi_targets")[["kpi_id", "target"]].values.tolist() == [["nps", -5], ["amount", 0]]


def test_a_rate_above_one_is_no_target_but_a_percentage_typed_without_its_sign(make_shop: Any) -> None:
    content = "kpi_id,period,target\ncancellation_rate,2024-01,5\nf2_rate,2024-01,100%\nrepeat_share,2024-01,1.01\n"
    content += "cpo,2024-01,5\n"
    shop = make_shop({"t.csv": content}, {"kpi_targets": {"path": "data/t.csv"}}, as_of="2024-01-15")
    assert rows(shop, "kpi_targets") == {"read": 4, "bad_value": 2, "used": 2}
    assert shop.table("kpi_targets")[["kpi_id", "target"]].values.tolist() == [["f2_rate", 1], ["cpo", 5]]
    # The door knows rates by their names.
    assert {name for name, kpi in KPIS.items() if kpi.kind == "share"} == {
        name for name in KPIS if name.endswith(("_rate", "_share"))
    }


def test_a_send_counts_once_and_sends_without_an_id_are_each_their_own(make_shop: Any) -> None:
    content = "send_id,message_id,customer_id,sent_at,cost\n"
    content += "X,M1,c1,2024-01-02,3\nX,M1,c1,2024-01-03,3\n,M1,c2,2024-01-02,3\n,M1,c3,2024-01-02,-3\n"
    shop = make_shop({"s.csv": content}, {"sends": {"path": "data/s.csv"}}, as_of="2024-01-15")
    assert rows(shop, "sends") == {"read": 4, "duplicate_id": 1, "used": 3}
    # What a mail costs is never below zero; a figure that cannot be is not known, and told.
    assert shop.table("sends")["cost"].fillna(-1).tolist() == [3, 3, -1]
    assert "unread_cells: sends: cost 1" in shop.read_notes


def test_a_date_of_zeros_has_not_happened(make_shop: Any) -> None:
    files: dict[str, str | bytes] = {
        "s.csv": "message_id,customer_id,sent_at,opened_at,clicked_at\n"
        "M1,c1,2024-01-02,0000-00-00 00:00:00,0000/00/00\nM1,c2,0000-00-00,,\n",
        "t.csv": "subscription_id,customer_id,start_date,cancel_date\nT1,c1,2024-01-02,0000-00-00\n",
    }
    sources = {"sends": {"path": "data/s.csv"}, "subscriptions": {"path": "data/t.csv"}}
    shop = make_shop(files, sources, as_of="2024-01-15")
    assert rows(shop, "sends") == {"read": 2, "bad_date": 1, "used": 1}
    assert shop.table("sends")["opened_day"].isna().all()
    assert rows(shop, "subscriptions") == {"read": 1, "used": 1}
    assert shop.table("subscriptions")["status"].tolist() == ["active"]


def test_an_experiment_can_end(make_shop: Any) -> None:
    content = "experiment_id,assigned_method,primary_metric,window_days,start_date,end_date\n"
    content += "E1,random,repurchase,36525,2024-01-02,2024-01-02\nE2,random,repurchase,36526,,\n"
    content += "E3,random,repurchase,60,2024-01-02,2024-01-01\nE4,random,repurchase,60,,2024-01-01\n"
    shop = make_shop({"e.csv": content}, {"experiments": {"path": "data/e.csv"}}, as_of="2024-01-15")
    assert rows(shop, "experiments") == {"read": 4, "bad_value": 2, "used": 2}
    # Without a name an experiment goes by its id.
    assert shop.table("experiments")[["experiment_id", "name"]].values.tolist() == [["E1", "E1"], ["E4", "E4"]]


def test_steps_and_offsets_that_cannot_be_are_not_known(make_shop: Any) -> None:
    content = "message_id,scenario_id,step_no,offset_days\nM1,S1,1001,36526\nM2,S1,1000,-36525\n"
    shop = make_shop({"m.csv": content}, {"messages": {"path": "data/m.csv"}}, as_of="2024-01-15")
    assert shop.table("messages")[["step_no", "offset_days"]].fillna(-1).values.tolist() == [[-1, -1], [1000, -36525]]


def test_a_telephone_number_inside_the_name_of_a_plan_is_refused(make_shop: Any) -> None:
    content = "subscription_id,customer_id,start_date,plan\nT1,c1,2024-01-02,毎月コース 2024-01-02\n"
    sources = {"subscriptions": {"path": "data/t.csv"}}
    assert make_shop({"t.csv": content}, sources, as_of="2024-01-15").has("subscriptions")
    content += "T2,c2,2024-01-02,山田様コース 03-1234-5678\n"
    with pytest.raises(UserError, match=r"column 'plan' for subscriptions.plan holds telephone numbers .1 row"):
        make_shop({"t.csv": content}, sources, as_of="2024-01-15")


def test_an_action_stands_as_it_was_saved_last_although_it_stood_so_before(make_shop: Any) -> None:
    content = "action_id,created,action,status\nA1,2024-01-02,call,doing\nA1,2024-01-02,call,stopped\n"
    content += "A1,2024-01-02,call,doing\n,2024-01-03,mail,open\n,2024-01-03,mail,open\n"
    shop = make_shop({"a.csv": content}, {"actions": {"path": "data/a.csv"}}, as_of="2024-01-15")
    assert rows(shop, "actions") == {"read": 5, "duplicate_id": 1, "exact_duplicate": 2, "used": 2}
    # An action without an id keeps the number of the row in which it came first.
    assert shop.table("actions")[["action_id", "status"]].values.tolist() == [["A1", "doing"], ["a000004", "open"]]
