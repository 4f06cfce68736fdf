"""Tables whose customers the orders do not know are told, by hand: 5 percent of 20 is one."""

from __future__ import annotations

from typing import Any

import pytest

from crmlib import words
from crmlib.report.conditions import note_text

ORDERS = "order_id,customer_id,order_date,line_amount\n" + "".join(
    f"A{n},{n:05d},2024-01-01,100\n" for n in range(1, 21)
)


def surveys(ids: list[str]) -> str:
    return "customer_id,answered_at,nps\n" + "".join(f"{one},2024-01-02,9\n" for one in ids)


def told(shop: Any) -> list[str]:
    return [note for note in shop.read_notes if note.startswith(("unmatched", "orphaned"))]


def ids(wrong: int) -> list[str]:
    """Twenty customers, the first of them without their leading zeros."""
    return [str(n) if n <= wrong else f"{n:05d}" for n in range(1, 21)]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [(0, []), (1, []), (2, ["unmatched: surveys: 2 of 20"]), (20, ["unmatched: surveys: 20 of 20"])],
)
def test_customers_whom_no_order_knows_are_counted_once(make_shop: Any, wrong: int, said: list[str]) -> None:
    files = {"o.csv": ORDERS, "s.csv": surveys([*ids(wrong), *ids(wrong)[:3]])}
    sources = {"orders": {"path": "data/o.csv"}, "surveys": {"path": "data/s.csv"}}
    assert told(make_shop(files, sources, as_of="2024-01-15")) == said


def test_leads_and_shops_without_orders_are_not_told(make_shop: Any) -> None:
    files = {"o.csv": ORDERS, "s.csv": surveys(ids(3)), "c.csv": "customer_id,is_lead\n1,true\n2,true\n00004,false\n"}
    sources = {"surveys": {"path": "data/s.csv"}, "customers": {"path": "data/c.csv"}}
    assert told(make_shop(files, sources, as_of="2024-01-15")) == []
    sources |= {"orders": {"path": "data/o.csv"}}
    assert told(make_shop(files, sources, as_of="2024-01-15")) == []


def test_assignments_of_customers_and_of_no_experiment_are_told(make_shop: Any) -> None:
    head = "experiment_id,unit_id,arm,assigned_at\n"
    rows = [f"E1,{one},{('control', 'treatment')[n % 2]},2024-01-02\n" for n, one in enumerate(ids(4))]
    design = (
        "experiment_id,name,unit,assigned_method,primary_metric,window_days\nE1,call,customer,random,repurchase,5\n"
    )
    sources = {name: {"path": f"data/{name}.csv"} for name in ("orders", "experiments", "assignments")}
    files = {"orders.csv": ORDERS, "experiments.csv": design, "assignments.csv": head + "".join(rows)}
    assert told(make_shop(files, sources, as_of="2024-01-15")) == ["unmatched: assignments: 4 of 20"]
    files["assignments.csv"] = head + "".join(rows).replace("E1", "E9")
    assert told(make_shop(files, sources, as_of="2024-01-15")) == ["orphaned: assignments: 20 of 20"]


def test_the_notes_are_said_in_both_languages() -> None:
    words.speak("ja", "JPY")
    assert note_text("unmatched: surveys: 48 of 1178") == (
        "アンケート回答: 集計対象の注文がない顧客（IDの書き方が注文と同じかご確認ください）: 1,178のうち48"
    )
    words.speak("en", "JPY")
    assert note_text("unmatched: surveys: 48 of 1178") == (
        "Survey answers: Customers without a counted order (are their ids written as in the orders?): 48 of 1,178"
    )
    assert note_text("orphaned: assignments: 456 of 456").endswith(
        "Rows that belong to nothing in the data: 456 of 456"
    )
