"""The KPIs month by month: figures by hand, and months that are not told because they were not observed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from crmlib.analysis import aggregates, kpi_measures
from crmlib.analysis.intervals import Interval, wilson
from crmlib.analysis.kpi_bounds import difference_bounds, poisson_bounds, with_bounds
from crmlib.analysis.kpi_rows import Span
from crmlib.analysis.months import last_day

if TYPE_CHECKING:
    from tests.analysis.helpers import Day, MakeOrders

JANUARY = 2025 * 12


def told(table: pd.DataFrame, kpi_id: str) -> dict[int, tuple[str, float]]:
    rows = with_bounds(table, fewest=1)
    return {int(r["month"]): (r["state"], r["actual"]) for r in rows[rows["kpi_id"] == kpi_id].to_dict("records")}


def test_sales_orders_and_repeat_share_of_a_month(make_orders: MakeOrders, day: Day) -> None:
    orders = make_orders([
        ("1", "a", day("2025-01-01"), 10), ("2", "a", day("2025-01-06"), 20), ("3", "b", day("2025-01-31"), 50),
        ("4", "a", day("2025-03-10"), 7),
    ])  # fmt: skip
    span = Span(first_day=day("2025-01-01"), as_of_day=day("2025-03-15"), from_the_start=True)
    table = kpi_measures.from_orders(aggregates.month_spreads(orders), span)
    states = ("observed", "observed", "partial")
    expected = {"amount": (80, 0, 7), "n_orders": (3, 0, 1), "n_customers_new": (2, 0, 0)}
    for kpi_id, values in expected.items():
        assert told(table, kpi_id) == {JANUARY + k: (states[k], values[k]) for k in range(3)}
    assert told(table, "repeat_share")[JANUARY] == ("observed", 20 / 80)
    assert told(table, "average_order_amount")[JANUARY] == ("observed", 80 / 3)
    assert math.isnan(told(table, "average_order_amount")[JANUARY + 1][1])  # no order: not zero


def test_a_second_purchase_is_told_when_the_whole_month_was_seen(make_orders: MakeOrders, day: Day) -> None:
    orders = make_orders([("1", "a", day("2025-01-01"), 10), ("2", "a", day("2025-03-02"), 20),
                          ("3", "b", day("2025-01-31"), 5)])  # fmt: skip
    entries = aggregates.entry_spreads(orders, as_of_day=day("2025-04-01"), window_days=60)
    seen: dict[str, Any] = {"first_day": day("2025-01-01"), "from_the_start": True}
    early, due = (
        kpi_measures.from_entries(entries, Span(**seen, as_of_day=last_day(JANUARY) + wait), window_days=60)
        for wait in (59, 60)
    )
    assert told(early, "f2_rate")[JANUARY] == ("partial", 0.5)
    assert told(due, "f2_rate")[JANUARY] == ("observed", 0.5)
    assert told(due, "ltv_12m")[JANUARY] == ("not_yet", (30 + 5) / 2)


def test_who_seems_new_when_the_data_begin_is_not_told_for_a_year(day: Day) -> None:
    span = Span(first_day=day("2024-01-01"), as_of_day=day("2025-12-31"))
    assert [span.state("n_customers_new", 2024 * 12 + k) for k in (0, 11, 12)] == [
        "data_begin", "data_begin", "observed",
    ]  # fmt: skip
    assert span.state("amount", 2024 * 12) == "observed"
    # active within 365 days at the end of December 2024: 2 January 2024 is the first of them
    assert [span.state("active_customers", 2024 * 12 + k) for k in (10, 11)] == ["data_begin", "observed"]
    late = Span(first_day=day("2024-01-08"), as_of_day=day("2025-12-31"))
    assert [late.state("amount", 2024 * 12 + k) for k in (0, 1)] == ["data_begin", "observed"]
    whole = Span(first_day=day("2024-01-08"), as_of_day=day("2025-12-31"), from_the_start=True)
    assert whole.state("n_customers_new", 2024 * 12) == "observed"


def test_active_and_revived_customers(make_orders: MakeOrders, day: Day) -> None:
    orders = make_orders([("1", "a", day("2025-01-01"), 1), ("2", "b", day("2025-01-02"), 1),
                          ("3", "b", day("2025-04-20"), 1)])  # fmt: skip
    last = day("2025-04-30")
    window = {"as_of_day": last, "first_silent": 61, "last_silent": 240}
    table = kpi_measures.from_silence(
        aggregates.silent_changes(orders, as_of_day=last, first_silent=0, last_silent=364),
        aggregates.silent_changes(orders, **window),
        aggregates.month_returns(orders, **window),
        Span(first_day=day("2025-01-01"), as_of_day=last, from_the_start=True),
        last_silent=240,
    )
    assert told(table, "active_customers")[JANUARY + 3] == ("observed", 2)
    # both were silent for more than 60 days on 31 March; b came back in April
    assert told(table, "revival_rate")[JANUARY + 3] == ("observed", 0.5)
    assert math.isnan(told(table, "revival_rate")[JANUARY + 1][1])


def test_second_deliveries_wait_for_the_last_contract_of_the_month(day: Day) -> None:
    first = day("2025-01-10")
    timeline = pd.DataFrame({
        "first_day": [first] * 4, "first_delivery": [1, 1, 1, 1], "last_delivery": [3, 1, 2, 1],
        "is_due": [False, True, False, False], "was_due": [True, False, True, False],
        "status": ["active", "active", "active", "paused"],
    })  # fmt: skip
    span = Span(first_day=day("2025-01-01"), as_of_day=day("2025-06-30"))
    assert told(kpi_measures.from_deliveries(timeline, span), "subscription_f2_rate") == {JANUARY: ("observed", 2 / 3)}
    waiting = timeline.assign(status="active")
    assert told(kpi_measures.from_deliveries(waiting, span), "subscription_f2_rate") == {JANUARY: ("partial", 2 / 3)}


def test_continuation_and_cancellation_add_up_to_one(day: Day) -> None:
    contracts = pd.DataFrame({
        "subscription_id": list("abc"), "start_day": [day("2025-01-05")] * 3,
        "status": ["active", "cancelled", "active"],
        "cancel_day": [None, day("2025-02-10"), None], "cancel_reason": None,
    })  # fmt: skip
    table = kpi_measures.from_contracts(contracts, Span(first_day=day("2025-01-05"), as_of_day=day("2025-02-28")))
    assert told(table, "cancellation_rate")[JANUARY + 1] == ("observed", 1 / 3)
    assert told(table, "continuation_rate")[JANUARY + 1] == ("observed", 2 / 3)


def test_the_cost_of_a_new_customer_counts_the_main_product(day: Day) -> None:
    costs = pd.DataFrame({"media": ["tv", "web"], "month": [JANUARY] * 2, "cost": [600, 300]})
    counts = pd.DataFrame({
        "media": ["tv", "web", "friend"], "month": [JANUARY] * 3, "n_customers": [5, 4, 9], "n_trial": [0, 3, 0],
        "n_trial_eligible": [0, 3, 0], "n_pulled": [0, 1, 0],
    })  # fmt: skip
    span = Span(first_day=day("2023-01-01"), as_of_day=day("2025-03-31"))
    found = kpi_measures.from_costs(costs, counts, span, months=[JANUARY])
    # 5 of television, 1 of the web at once and 1 pulled up; a friend has no cost
    assert told(found, "cpo") == {JANUARY: ("observed", 900 / 7)}
    waiting = counts.assign(n_trial_eligible=[0, 2, 0])
    assert told(kpi_measures.from_costs(costs, waiting, span, months=[JANUARY]), "cpo")[JANUARY][0] == "partial"


def test_answers_and_who_answered_in_time(day: Day) -> None:
    surveys = pd.DataFrame({
        "response_id": ["1", "2", "3"], "survey_id": "s", "customer_id": ["a", "b", "c"], "nps": [10, 9, 3],
        "answered_day": [day("2025-01-10"), day("2025-01-11"), day("2025-02-20")],
        "answered_at": pd.to_datetime(["2025-01-10", "2025-01-11", "2025-02-20"]),
    })  # fmt: skip
    sent = pd.DataFrame({"survey_id": "s", "customer_id": list("abcd"), "sent_day": [day("2025-01-05")] * 4})
    span = Span(first_day=day("2024-01-01"), as_of_day=day("2025-03-31"))
    table = kpi_measures.from_surveys(surveys, sent, span, answer_days=30)
    assert told(table, "nps") == {JANUARY: ("observed", 100.0), JANUARY + 1: ("observed", -100.0)}
    assert told(table, "response_rate") == {JANUARY: ("observed", 2 / 4)}  # c answered after 46 days


def test_referred_among_the_new_customers(day: Day) -> None:
    referrals = pd.DataFrame({"referred_customer_id": ["b", None], "referred_day": [day("2025-01-03")] * 2})
    entries = pd.DataFrame({"customer_id": list("abc"), "first_day": [day("2025-01-04")] * 2 + [day("2024-12-01")]})
    span = Span(first_day=day("2023-01-01"), as_of_day=day("2025-01-31"))
    found = kpi_measures.from_referrals(referrals, entries, span)
    assert told(found, "referral_share") == {JANUARY: ("observed", 0.5)}


def test_empty_tables_give_no_kpi(day: Day) -> None:
    from crmlib.data.tables import empty

    span = Span(first_day=day("2025-01-01"), as_of_day=day("2025-01-31"))
    tables = [
        kpi_measures.from_contracts(empty("subscriptions"), span),
        kpi_measures.from_surveys(empty("surveys"), empty("surveys_sent"), span, answer_days=30),
        kpi_measures.from_referrals(empty("referrals"), pd.DataFrame(columns=["customer_id", "first_day"]), span),
    ]
    assert kpi_measures.together(*tables).empty


def row(method: str, **more: float) -> pd.DataFrame:
    blank = {"kpi_id": "k", "month": 0, "n": 100, "x": 0.0, "y": 0.0, "xx": 0.0, "xy": 0.0, "yy": 0.0, "m": 100}
    return pd.DataFrame([{**blank, "method": method, "bounded": False, **more}])


def test_a_count_has_the_exact_poisson_interval() -> None:
    found = with_bounds(row("count", x=10)).iloc[0]
    # Garwood (1936) at 10: 4.795 to 18.391; Ulm (1990), Am J Epidemiol 131, 373-375
    assert [round(found[name], 3) for name in ("actual", "actual_low", "actual_high")] == [10, 4.795, 18.39]
    assert poisson_bounds(0).low == 0


def test_a_sum_with_equal_parts_is_as_wide_as_its_count() -> None:
    found = with_bounds(row("sum", x=100 * 50, xx=100 * 50**2)).iloc[0]
    factor = math.exp(1.959964 * math.sqrt(100) / 100)
    assert found["actual_high"] == pytest.approx(5000 * factor, rel=1e-6)
    assert found["actual_low"] == pytest.approx(5000 / factor, rel=1e-6)


def test_a_mean_has_the_standard_error_of_its_customers() -> None:
    values = [10.0, 20.0, 30.0, 60.0] * 25
    sums = {"x": sum(values), "y": 100, "xx": sum(v * v for v in values), "xy": sum(values), "yy": 100}
    found = with_bounds(row("ratio", **sums)).iloc[0]
    error = pd.Series(values).std() / 10
    assert found["actual"] == 30
    assert found["actual_high"] == pytest.approx(30 * math.exp(1.959964 * error / 30), rel=1e-6)


def test_a_share_of_few_is_not_told_and_of_money_stays_within_one() -> None:
    assert math.isnan(with_bounds(row("share", x=5, y=29, n=29))["actual"].iloc[0])
    assert with_bounds(row("share", x=5, y=30, n=30))["actual"].iloc[0] == 5 / 30
    money = row("ratio", x=90.0, y=100.0, xx=800.0, xy=850.0, yy=1000.0, bounded=1).assign(bounded=True)
    found = with_bounds(money).iloc[0]
    assert 0 < found["actual_low"] < 0.9 < found["actual_high"] < 1


def test_cost_over_a_count_has_the_bounds_of_the_count_the_other_way_round() -> None:
    found = with_bounds(row("per_event", x=1000, y=10)).iloc[0]
    assert (found["actual"], round(found["actual_low"], 2), round(found["actual_high"], 2)) == (100, 54.38, 208.53)
    assert math.isnan(with_bounds(row("per_event", x=1000))["actual"].iloc[0])


def test_a_higher_level_gives_a_wider_interval() -> None:
    for table in (row("count", x=40), row("share", x=20, y=100), row("sum", x=5000, xx=250000)):
        narrow, wide = with_bounds(table).iloc[0], with_bounds(table, confidence_level=0.99).iloc[0]
        assert wide["actual_low"] < narrow["actual_low"] < narrow["actual_high"] < wide["actual_high"]


def test_the_difference_of_two_shares_is_newcombes() -> None:
    # Newcombe (1998), Statistics in Medicine 17, 873-890, table II: 56/70 - 48/80, 0.0524 to 0.3339
    a, b = wilson(56, 70), wilson(48, 80)
    found = difference_bounds(0.8, a, 0.6, b)
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)
    assert difference_bounds(1, Interval(1, 1), 1, Interval(1, 1)) == Interval(0, 0)


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^method == 'guess', must be one of count, sum, share"):
        with_bounds(row("guess"))
