"""Subscriptions of which only the length is known."""

from __future__ import annotations

from typing import Any

import pytest

from crmlib.errors import UserError
from crmlib.shop import open_shop

AS_OF = 19753  # 2024-01-31
AT = {"client_as_of": "2024-01-31"}
ROWS = """\
subscription_id,customer_id,tenure_months,status,plan
T1,c1,12,active,year
T2,c2,0,cancelled,month
T3,c3,1,cancelled,month
T4,c4,-1,active,month
T5,c5,,active,month
"""


def opened(make_client: Any, text: str, as_of: str | None = None, **keys: Any) -> Any:
    if "client_as_of" in keys:
        keys["as_of"] = keys.pop("client_as_of")
    source = {"path": "data/t.csv", **keys.pop("source", {})}
    return open_shop(make_client({"t.csv": text}, {"subscriptions": source}, **keys), as_of=as_of)


def test_a_tenure_ends_at_the_base_date(make_client: Any) -> None:
    shop = opened(make_client, ROWS, **AT)
    table = shop.table("subscriptions")
    assert table["start_day"].tolist() == [AS_OF - 365, AS_OF, AS_OF - 30]
    assert table["cancel_day"].fillna(0).tolist() == [0, AS_OF, AS_OF]
    assert table["tenure_days"].tolist() == [365, 0, 30]
    assert table["plan"].tolist() == ["year", "month", "month"]
    assert shop.ledgers["subscriptions"].rows("bad_date") == 2
    assert "durations: subscriptions: 3" in shop.read_notes


def test_a_start_that_is_given_stands(make_client: Any) -> None:
    text = "subscription_id,customer_id,start_date,tenure_days,cancel_date\nT1,c1,2024-01-01,500,\nT2,c2,,30,\n"
    text += "T3,c3,,10,2024-01-20\nT4,c4,soon,10,\n"
    shop = opened(make_client, text, **AT)
    table = shop.table("subscriptions")
    assert table["start_day"].tolist() == [AS_OF - 30, AS_OF - 30, AS_OF - 21]
    assert table["tenure_days"].fillna(-1).tolist() == [-1, 30, 10]
    assert table["status"].tolist() == ["active", "active", "cancelled"]
    assert shop.ledgers["subscriptions"].rows("bad_date") == 1


def test_a_tenure_without_a_base_date_is_refused(make_client: Any) -> None:
    with pytest.raises(UserError, match=r"subscriptions\.tenure_days without a start date needs as_of in the client"):
        opened(make_client, ROWS.replace("tenure_months", "tenure_days"), as_of="2024-01-31")


def test_a_base_date_after_the_one_of_the_tenures_is_refused(make_client: Any) -> None:
    with pytest.raises(
        UserError, match=r"lies after the as_of 2024-01-31 of the client file, on which the tenures end"
    ):
        opened(make_client, ROWS, as_of="2024-02-01", **AT)
    assert opened(make_client, ROWS, as_of="2024-01-15", **AT).table("subscriptions")["status"].tolist() == [
        "active", "active",
    ]  # fmt: skip


def test_another_base_date_in_the_client_file_counts_anew(make_client: Any) -> None:
    assert opened(make_client, ROWS, **AT).table("subscriptions")["start_day"].max() == AS_OF
    later = {"client_as_of": "2024-02-01"}
    assert opened(make_client, ROWS, **later).table("subscriptions")["start_day"].max() == AS_OF + 1


def test_two_tenures_are_refused(make_client: Any) -> None:
    columns = {name: name for name in ("subscription_id", "customer_id", "tenure_days", "tenure_months")}
    with pytest.raises(UserError, match="has both 'tenure_days' and 'tenure_months', which mean the same"):
        opened(make_client, ROWS, source={"columns": columns}, **AT)
