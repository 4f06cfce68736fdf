"""What the call list and the revivals say, by the direction of the figures."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from crmlib import words
from crmlib.analysis.intervals import Interval
from crmlib.report.findings import calls

NAN = float("nan")


@pytest.fixture(autouse=True)
def _english() -> None:
    words.speak("en", "JPY")


def effect(low: float, high: float, *, basis: str = "held_out", **more: Any) -> Any:
    given = {
        "basis": basis, "n_called": 200, "n_held_out": 100, "rate_called": 0.2, "rate_held_out": 0.1,
        "difference": 0.1, "difference_interval": Interval(low, high), "extra_customers": 20.0,
        "extra_interval": Interval(low * 200, high * 200), "amount_difference": 300.0,
        "amount_interval": Interval(100, 500),
    }  # fmt: skip
    return SimpleNamespace(**{**given, **more})


def table(steps: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"step": steps, "silence_zone": "zone_action", "amount_year": 1000})


def test_the_list_and_nobody_on_it() -> None:
    assert calls.listed(table(["on_the_list", "few_orders"]), min_orders=2).text() == (
        "Today's list holds 1 customer, 1 of them in zone 2, where a contact comes in time; they bought for ¥1,000 in"
        " the last 365 days."
    )
    assert calls.listed(table(["not_contactable"]), min_orders=2).text() == (
        "Nobody can be contacted: of 1 customer who fit by their orders, none has a channel that is allowed and is due."
    )
    assert calls.listed(table(["consent_not_known", "few_orders"]), min_orders=2).text() == (
        "Whom to contact cannot be told: of 1 customer who fit by their orders nobody's consent is known. Add what"
        " customers agreed to (telephone, mail, LINE, post) to the customers' data."
    )
    assert calls.listed(table(["few_orders"]), min_orders=2).text() == (
        "Nobody with 2 orders or more is in the zones that are called."
    )


def test_consent_that_no_table_tells() -> None:
    assert "cannot be told from the data" in calls.left_out(table([]), told=False).text()
    assert (
        "of 1 consent is not known" in calls.left_out(table(["consent_not_known", "not_contactable"]), told=True).text()
    )


def test_each_direction_of_the_effect_has_its_sentence() -> None:
    assert calls.paid(effect(0.02, 0.18), days=90).text().startswith("Calling brings dormant customers back: 20.0%")
    assert calls.paid(effect(-0.18, -0.02), days=90).text().startswith("Fewer came back of those called")
    assert calls.paid(effect(-0.02, 0.18), days=90).text().startswith("Whether calling brings dormant customers back")
    assert "weak evidence" in calls.paid(effect(0.02, 0.18, basis="not_random"), days=90).text()
    assert "cannot be told" in calls.paid(effect(NAN, NAN, basis="untellable"), days=90).text()
    assert "cannot be told yet" in calls.paid(effect(NAN, NAN, n_called=0), days=90).text()


def test_what_calling_brought_with_its_interval() -> None:
    assert calls.brought(effect(0.02, 0.18)).text() == (
        "That is 20 customers beyond those who come back anyway, between 4 and 36, and sales of ¥60,000, between"
        " ¥20,000 and ¥100,000."
    )
    assert calls.brought(effect(0.02, 0.18, amount_difference=NAN)).text() == (
        "That would be 20 customers beyond those who come back anyway, between 4 and 36."
    )


def test_the_best_case_is_named_by_its_id() -> None:
    row = {"customer_id": "c1", "recency_days": 79, "contacted_day": 20_000, "return_day": 20_004.0,
           "amount": 811_440, "amount_after": 95_840}  # fmt: skip
    assert calls.best_case(pd.DataFrame([row])).text() == (
        "The best case is customer c1: 79 days without an order, contacted on 4 October 2024, back on 8 October 2024,"
        " and sales of ¥811,440 so far, ¥95,840 of them since the contact."
    )
    words.speak("ja", "JPY")
    assert calls.best_case(pd.DataFrame([row])).text() == (
        "最も売上の大きい復活客は顧客c1です。79日購入がなく、2024年10月4日に接触し、2024年10月8日に復活しました。"
        "これまでの売上（LTV）は811,440円で、うち接触後の売上は95,840円です。"
    )
    assert calls.best_case(pd.DataFrame()).text() == "接触後に再購入した休眠客は、まだいません。"


def test_costs_that_are_not_known() -> None:
    costs = SimpleNamespace(per_revived=NAN, per_extra=NAN, per_new=NAN, new_per_revived=NAN)
    assert "the cost of one contact is not given" in calls.cost(costs).text()
    costs = SimpleNamespace(per_revived=3298.0, per_extra=5493.0, per_new=5941.0, new_per_revived=1.8)
    assert calls.cost(costs).text() == (
        "A revived customer cost ¥3,298; counting only those beyond who come back anyway, ¥5,493; a new one by"
        " advertising ¥5,941."
    )


def test_the_response_by_zone() -> None:
    # 84 of 366 and 42 of 277: the Wilson intervals overlap, Newcombe's interval of the difference excludes 0.
    zones = pd.DataFrame({
        "silence_zone": ["zone_action", "zone_long"], "n_windowed": [366, 277], "revival_rate": [84 / 366, 42 / 277],
        "revival_rate_low": [0.1894, 0.1142], "revival_rate_high": [0.2753, 0.1986],
    })  # fmt: skip
    assert calls.by_zone(zones).text() == (
        "Fewer order after a longer silence: 23.0% of those contacted in zone 2, 15.2% in zone 3; the difference lies"
        " between 1.6 points and 13.7 points. Those who come back anyway are among them."
    )
    assert "is not clear" in calls.by_zone(zones.assign(revival_rate_high=[0.29, 0.26])).text()
    assert "cannot be told" in calls.by_zone(zones.head(1)).text()
    assert "cannot be told" in calls.by_zone(zones.assign(revival_rate=[0.2, NAN])).text()


def test_empty_tables_have_sentences() -> None:
    assert calls.alert(pd.DataFrame({"n_customers": []})).text().startswith("Nobody passes")
    assert calls.faq(pd.DataFrame()).text() == "No inquiry is recorded."
    assert calls.balanced(pd.DataFrame({"standardised_difference": [NAN]}), basis="held_out").text() == (
        "Nobody to compare with."
    )
    assert calls.funnel_title(pd.DataFrame({"n_customers": [0, 0]})).text() == "There is no counted order."


def test_a_missing_table_is_not_a_contact_that_did_not_pay() -> None:
    nothing = SimpleNamespace(n_called=0)
    assert calls.paid(nothing, days=90, told=False).text().endswith("the table of contacts is missing.")
    assert calls.best_case(pd.DataFrame(), told=False).text() == "Who came back after a contact cannot be told either."
    assert calls.faq(pd.DataFrame(), told=False).text().endswith("the table of inquiries is missing.")


def test_where_the_cost_of_a_contact_comes_from_is_said() -> None:
    words.speak("en", "JPY")
    assert calls.cost_basis(None, 500.0).text() == (
        "One contact is taken to cost ¥500, our assumption for a call; the client's own figure can replace it."
    )
    assert calls.cost_basis(450, 450.0).text() == "One contact costs ¥450, as the client says."
    assert calls.cost_basis(None, float("nan")).text() == (
        "The cost of one contact is not known, so nothing that rests on it can be told."
    )


def test_titles_of_channels_and_inquiries_say_what_the_chart_shows() -> None:
    table = pd.DataFrame({"contact_channel": ["phone", "line"], "n_windowed": [200, 40], "revival_rate": [0.176, NAN]})
    assert calls.channels_title(table).text() == "“Telephone”: 17.6% of 200 customers contacted came back"
    assert calls.channels_title(table.tail(1)).text() == "Revival rate by channel"
    months = pd.DataFrame(
        {"month": [24315, 24316], "n_inquiries": [50, 3], "n_resolved": [45, 1], "state": ["observed", "partial"]}
    )
    assert calls.faq_title(months).text() == "50 inquiries in April 2026, 45 of them settled"
    assert calls.faq_title(months.tail(1)).text() == "Inquiries by month"
