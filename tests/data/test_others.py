from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from crmlib.data.tables import INPUTS, OUTPUTS, REQUIRED, empty
from crmlib.errors import UserError

# Nine answers: good ones of c1 and c2; blank, 11 and 7.5 are no scores; no customer; a date that does not exist; a
# repeated row; and one of the 20th, after the base date.
SURVEYS = """\
回答ID,会員,回答日時,点,期待,使用
R1,c1,2024-01-10 09:00,10,4,毎日
R2,c2,2024-01-11 09:00,0,,
R3,c3,2024-01-11 09:00,,3,
R4,c4,2024-01-11 09:00,11,3,
R5,c5,2024-01-11 09:00,7.5,3,
R6,,2024-01-11 09:00,9,3,
R7,c7,2024-02-30 09:00,9,3,
R1,c1,2024-01-10 09:00,10,4,毎日
R9,c9,2024-01-20 09:00,8,3,
R10,c10
"""
SURVEY_SOURCE = {
    "path": "data/s.csv",
    "columns": {
        "response_id": "回答ID", "customer_id": "会員", "answered_at": "回答日時", "nps": "点", "expectation": "期待",
        "usage": "使用",
    },
    "values": {"usage": {"毎日": "every_day"}},
}  # fmt: skip


def rows(ledger: Any) -> dict[str, int]:
    frame = ledger.frame()
    return dict(zip(frame["reason"], frame["n_rows"], strict=True))


def test_answers_are_counted_to_the_row(make_shop: Any) -> None:
    shop = make_shop({"s.csv": SURVEYS}, {"surveys": SURVEY_SOURCE}, as_of="2024-01-15")
    assert rows(shop.ledgers["surveys"]) == {
        "read": 10, "broken_row": 1, "bad_date": 1, "bad_score": 3, "exact_duplicate": 1, "no_customer": 1,
        "after_as_of": 1, "used": 2,
    }  # fmt: skip
    surveys = shop.table("surveys")
    assert surveys[["customer_id", "nps", "usage"]].values.tolist() == [
        ["c1", 10, "every_day"],
        ["c2", 0, "not_answered"],
    ]
    assert surveys["expectation"].fillna(-1).tolist() == [4, -1]
    assert surveys["answered_day"].tolist() == [(date(2024, 1, day) - date(1970, 1, 1)).days for day in (10, 11)]


def test_a_shop_without_orders_ends_with_its_last_answer(make_shop: Any) -> None:
    shop = make_shop({"s.csv": SURVEYS}, {"surveys": SURVEY_SOURCE})
    assert shop.as_of == date(2024, 1, 20)
    assert (shop.has("surveys"), shop.has("orders")) == (True, False)
    assert list(shop.table("orders").columns) == list(OUTPUTS["orders"])
    with pytest.raises(UserError) as error:
        _ = shop.ledger
    assert str(error.value) == "client 'acme' has no source for orders."


def test_assignments_to_an_unknown_experiment_are_orphans(make_shop: Any) -> None:
    files: dict[str, str | bytes] = {
        "e.csv": "experiment_id,assigned_method,primary_metric,window_days,start_date\nX,random,revenue,30,2024-01-01\n"
        "X,manual,revenue,60,2024-01-01\n,random,revenue,30,\n",
        "a.csv": "experiment_id,unit_id,arm,assigned_at,actually_treated\nX,c1,treatment,2024-01-01,済\n"
        "X,c2,control,2024-01-01,未\nZ,c3,control,2024-01-01,未\nX,,control,2024-01-01,未\nX,c4,control,,未\n",
    }
    shop = make_shop(files, {"experiments": {"path": "data/e.csv"}, "assignments": {"path": "data/a.csv"}})
    assert rows(shop.ledgers["experiments"]) == {"read": 3, "no_id": 1, "duplicate_id": 1, "used": 1}
    assert rows(shop.ledgers["assignments"]) == {"read": 5, "no_id": 1, "bad_date": 1, "orphan": 1, "used": 2}
    experiment = shop.table("experiments").iloc[0]
    assert experiment[["unit", "assigned_method", "window_days", "treatment_share"]].tolist() == [
        "customer", "random", 30, 0.5,
    ]  # fmt: skip
    assert shop.table("assignments")[["unit_id", "arm", "actually_treated"]].values.tolist() == [
        ["c1", "treatment", True], ["c2", "control", False],
    ]  # fmt: skip


def test_a_second_row_of_a_customer_or_product_is_left_out(make_shop: Any) -> None:
    files: dict[str, str | bytes] = {
        "c.csv": "customer_id,sex,birth_year\nc1,female,1980\nc1,male,1990\nc2,,old\n,female,1970\n",
        "p.csv": "product_id,product_name,role,price,unit_cost,is_subscription\n"
        'P1,soap,front,"1,980円",300.4,はい\nP1,soap 2,front,1,1,\nP2,oil,cross,,,\n',
    }
    sources = {"customers": {"path": "data/c.csv"}, "products": {"path": "data/p.csv"}}
    shop = make_shop(files, sources, as_of="2024-01-01")
    assert rows(shop.ledgers["customers"]) == {"read": 4, "duplicate_id": 1, "no_customer": 1, "used": 2}
    assert shop.table("customers")["birth_year"].fillna(0).tolist() == [1980, 0]
    products = shop.table("products")
    assert products[["product_id", "is_subscription"]].values.tolist() == [["P1", True], ["P2", False]]
    assert products["price"].fillna(-1).tolist() == [1980, -1]
    assert products["unit_cost"].fillna(-1).tolist() == [300, -1]


def test_sent_surveys_are_cut_at_the_base_date(make_shop: Any) -> None:
    text = "survey_id,customer_id,sent_at\nS1,c1,2024-01-01\nS1,c2,2024-01-05\n"
    shop = make_shop({"t.csv": text}, {"surveys_sent": {"path": "data/t.csv"}}, as_of="2024-01-02")
    assert rows(shop.ledgers["surveys_sent"]) == {"read": 2, "after_as_of": 1, "used": 1}
    assert shop.table("surveys_sent")["customer_id"].tolist() == ["c1"]


@pytest.mark.sample(6)
@pytest.mark.parametrize("table", list(OUTPUTS))
def test_an_absent_table_is_empty_and_has_its_columns(orders_of: Any, table: str) -> None:
    shop = orders_of("customer_id,order_date,line_amount\nc1,2024-01-01,100\n")
    assert list(shop.table(table).columns) == list(empty(table).columns) == list(OUTPUTS[table])
    assert shop.has(table) == (table in ("orders", "order_items"))


def test_what_is_required_can_be_mapped() -> None:
    assert all(name in INPUTS[table] for table, groups in REQUIRED.items() for group in groups for name in group)


def experiments(make_shop: Any, *rows: str) -> tuple[dict[str, int], Any]:
    head = "experiment_id,assigned_method,primary_metric,window_days,treatment_share,start_date,end_date\n"
    text = head + "".join(f"E{i},random,revenue,{row}\n" for i, row in enumerate(rows, start=1))
    shop = make_shop({"e.csv": text}, {"experiments": {"path": "data/e.csv"}}, as_of="2024-12-31")
    return rows_of(shop), shop.table("experiments")


def rows_of(shop: Any) -> dict[str, int]:
    return rows(shop.ledgers["experiments"])


def test_shares_and_days_are_read_as_they_are_written(make_shop: Any) -> None:
    found, table = experiments(make_shop, "30日,70%,2024-01-01,2024-02-01", "30,7割,,", "30,0.7,,", "30,,2024/1/1,")
    assert found == {"read": 4, "used": 4}
    assert table["window_days"].tolist() == [30, 30, 30, 30]
    assert table["treatment_share"].tolist() == [0.7, 0.7, 0.7, 0.5]


@pytest.mark.sample(4)
@pytest.mark.parametrize(
    "row",
    ["30,70,,", "30,0,,", "30,1,,", "30,-0.3,,", "30,NaN,,", "30,half,,", "0,0.7,,", "-5,,,", ",,,", "1か月,,,",
     "7.5,,,", "30,,soon,", "30,,,2024-02-30"],
)  # fmt: skip
def test_an_experiment_whose_share_days_or_dates_cannot_be_read_is_left_out(make_shop: Any, row: str) -> None:
    found, table = experiments(make_shop, "30,0.5,2024-01-01,2024-02-01", row)
    assert found == {"read": 2, "bad_value": 1, "used": 1}
    assert table["experiment_id"].tolist() == ["E1"]


CUSTOMERS = (
    "customer_id,mail_optin,do_not_call,line_account,is_lead,lead_date\nc1,はい,,campaign,0,\nc2,0,1,,はい,2023-12-30\n"
)


def test_a_consent_that_is_blank_is_not_known(make_shop: Any) -> None:
    shop = make_shop({"c.csv": CUSTOMERS}, {"customers": {"path": "data/c.csv"}}, as_of="2024-01-31")
    table = shop.table("customers")
    assert table["mail_optin"].tolist() == [True, False]
    assert table["do_not_call"].isna().tolist() == [True, False]
    assert table["call_ok"].isna().all()
    assert str(table["call_ok"].dtype) == "boolean"
    assert table[["line_account", "is_lead"]].values.tolist() == [["campaign", False], ["unknown", True]]
    assert table["lead_day"].fillna(0).tolist() == [0, (date(2023, 12, 30) - date(1970, 1, 1)).days]


SUBSCRIPTIONS = """\
subscription_id,customer_id,start_date,interval_days,status,cancel_date,cancel_reason
T1,c1,2024-01-01,30,,2024-03-10,価格
T2,c2,2024-01-01,30,,2024-02-10,
T3,c3,2024-02-01,,paused,,
T4,c4,2024-02-01,0,,,
T5,c5,2024-02-01,30,,2024-01-01,
T6,c6,2024-06-01,30,,,
T1,c9,2024-01-02,30,,,
"""
EVENTS = (
    "subscription_id,event_at,event,reason\nT1,2024-01-01,start,\nT1,2024-03-10,cancelled,価格\nT9,2024-01-01,start,\n"
)


def test_a_subscription_is_seen_as_on_the_base_date(make_shop: Any) -> None:
    files: dict[str, str | bytes] = {"t.csv": SUBSCRIPTIONS, "e.csv": EVENTS}
    sources = {
        "subscriptions": {"path": "data/t.csv", "values": {"cancel_reason": {"価格": "price"}}},
        "subscription_events": {"path": "data/e.csv", "values": {"reason": {"価格": "price"}}},
    }
    shop = make_shop(files, sources, as_of="2024-02-28")
    assert rows(shop.ledgers["subscriptions"]) == {
        "read": 7, "bad_value": 2, "duplicate_id": 1, "after_as_of": 1, "used": 3,
    }  # fmt: skip
    table = shop.table("subscriptions")
    assert table["status"].tolist() == ["active", "cancelled", "paused"]
    assert table["cancel_day"].isna().tolist() == [True, False, True]
    assert table["cancel_reason"].fillna("").tolist() == ["", "not_answered", ""]
    assert rows(shop.ledgers["subscription_events"]) == {"read": 3, "orphan": 1, "after_as_of": 1, "used": 1}


def test_events_without_subscriptions_stand_for_themselves(make_shop: Any) -> None:
    sources = {"subscription_events": {"path": "data/e.csv", "values": {"reason": {"価格": "price"}}}}
    shop = make_shop({"e.csv": EVENTS}, sources, as_of="2024-12-31")
    assert rows(shop.ledgers["subscription_events"]) == {"read": 3, "used": 3}


def test_costs_may_be_written_by_the_month(make_shop: Any) -> None:
    text = 'date,media,cost\n2024/01,検索,"10,000円"\n2024年2月,検索,200\n2024-03-05,,300\n2024-03-05,SNS,未定\n'
    shop = make_shop({"a.csv": text}, {"ad_costs": {"path": "data/a.csv"}}, as_of="2024-12-31")
    assert rows(shop.ledgers["ad_costs"]) == {"read": 4, "no_id": 1, "bad_value": 1, "used": 2}
    costs = shop.table("ad_costs")
    assert costs["cost"].tolist() == [10000, 200]
    assert costs["cost_day"].tolist() == [(date(2024, month, 1) - date(1970, 1, 1)).days for month in (1, 2)]


def test_a_referral_has_two_customers_whose_keys_are_replaced_alike(make_shop: Any) -> None:
    files: dict[str, str | bytes] = {
        "o.csv": "customer_id,order_date,line_amount\na@x.jp,2024-01-01,100\nb@x.jp,2024-01-02,100\n",
        "r.csv": "referrer_customer_id,referred_customer_id,referred_at\na@x.jp,b@x.jp,2024-01-02\n,b@x.jp,2024-1-2\n",
    }
    shop = make_shop(files, {"orders": {"path": "data/o.csv"}, "referrals": {"path": "data/r.csv"}})
    referral = shop.table("referrals").iloc[0]
    ids = shop.table("orders").sort_values("order_day")["customer_id"].tolist()
    assert referral[["referrer_customer_id", "referred_customer_id"]].tolist() == ids
    assert not any("@" in customer for customer in ids)
    assert rows(shop.ledgers["referrals"]) == {"read": 2, "no_customer": 1, "used": 1}


def test_an_inquiry_may_be_of_nobody(make_shop: Any) -> None:
    text = "customer_id,asked_at,category,resolved\n,2024-01-01,解約,済\nc1,2024-01-02,使い方,\n"
    shop = make_shop({"q.csv": text}, {"inquiries": {"path": "data/q.csv"}}, as_of="2024-12-31")
    assert rows(shop.ledgers["inquiries"]) == {"read": 2, "used": 2}
    assert shop.table("inquiries")["inquiry_id"].tolist() == ["q000001", "q000002"]


def test_cells_that_cannot_be_read_are_counted_although_the_row_counts(make_shop: Any) -> None:
    text = "product_id,price,unit_cost\nP1,高い,300\nP2,100,？\nP3,,?\n"
    shop = make_shop({"p.csv": text}, {"products": {"path": "data/p.csv"}}, as_of="2024-12-31")
    assert [note for note in shop.read_notes if note.startswith("unread")] == [
        "unread_cells: products: price 1, unit_cost 2"
    ]


PRODUCTS = """\
product_id,gross_margin_rate,unit_cost,cycle_days,settle_orders,settle_days
p1,45,-5,0,0,-1
p2,45%,5,30,3,0
p3,-0.2,0,1,1,90
"""


def test_a_number_that_cannot_be_is_not_known(make_shop: Any) -> None:
    shop = make_shop(
        {"p.csv": PRODUCTS, "s.csv": SURVEYS}, {"products": {"path": "data/p.csv"}, "surveys": SURVEY_SOURCE}
    )
    products = shop.table("products").set_index("product_id")
    names = ["gross_margin_rate", "unit_cost", "cycle_days", "settle_orders", "settle_days"]
    assert products.loc["p1", names].isna().all()
    assert products.loc["p2", names].astype(float).tolist() == [0.45, 5, 30, 3, 0]
    assert products.loc["p3", names].astype(float).tolist() == [-0.2, 0, 1, 1, 90]


def test_a_refused_value_shows_no_telephone_number(make_shop: Any) -> None:
    text = "customer_id,contacted_at,result\nc1,2024-01-10,連絡 090-1234-5678 へ\n"
    with pytest.raises(UserError, match=r"contacts\.result holds values without a meaning: a text with a telephone "):
        make_shop({"c.csv": text, "s.csv": SURVEYS}, {"contacts": {"path": "data/c.csv"}, "surveys": SURVEY_SOURCE})


def test_a_refusal_after_the_base_date_is_known_and_counts_in_no_figure(make_shop: Any) -> None:
    text = "customer_id,contacted_at,result\nc1,2024-01-02,reached\nc2,2024-02-01,refused\n"
    shop = make_shop({"k.csv": text}, {"contacts": {"path": "data/k.csv"}}, as_of="2024-01-15")
    assert shop.table("contacts")["customer_id"].tolist() == ["c1"]
    assert shop.ever("contacts")[["customer_id", "result"]].values.tolist() == [["c1", "reached"], ["c2", "refused"]]
    assert list(shop.ever("surveys").columns) == list(OUTPUTS["surveys"])
