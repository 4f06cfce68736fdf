"""Sentences on second purchases and subscriptions: each direction, and what is not known."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from crmlib import words
from crmlib.analysis.intervals import Interval
from crmlib.report.findings import entries, subscriptions

NAN = math.nan


@pytest.fixture(autouse=True)
def _english() -> None:
    words.speak("en", "JPY")


def target(verdict: str, rate: float) -> pd.DataFrame:
    row = {"f2_rate": rate, "f2_rate_low": rate - 0.02, "f2_rate_high": rate + 0.02, "target_rate": 0.87}
    return pd.DataFrame([{"target_kind": "subscription", "n_eligible": 100, "verdict": verdict, **row}])


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("above_target", "is above the benchmark of 87.0%."),
        ("below_target", "is below the benchmark of 87.0%."),
        ("target_unclear", "is not clearly above or below the benchmark of 87.0%."),
        ("untellable", "has been observed for the whole window."),
    ],
)
def test_a_target_is_met_missed_or_not_clearly_either(verdict: str, said: str) -> None:
    [sentence] = entries.targets(target(verdict, NAN if verdict == "untellable" else 0.8))
    assert sentence.text().endswith(said)


def test_a_target_in_japanese() -> None:
    words.speak("ja", "JPY")
    [sentence] = entries.targets(target("below_target", 0.8))
    assert sentence.text() == (
        "定期購入のF2転換率は80.0%（95%信頼区間 78.0%〜82.0%、100人）で、目安の87.0%を下回っています。"
    )


def groups(*verdicts: str) -> pd.DataFrame:
    rows = [
        {"group": name, "n_eligible": 100, "f2_rate": rate, "verdict": verdict, "f2_difference": rate - 0.5}
        for name, rate, verdict in zip("abc", (0.6, 0.5, 0.4), verdicts, strict=False)
    ]
    table = pd.DataFrame(rows, columns=["group", "n_eligible", "f2_rate", "verdict", "f2_difference"])
    return table.assign(
        f2_difference_low=table["f2_difference"] - 0.05, f2_difference_high=table["f2_difference"] + 0.05
    )


def test_only_groups_beyond_chance_are_named() -> None:
    both = entries.groups(groups("above_rest", "no_clear_difference", "below_rest"))
    assert [sentence.text().split(" comes")[0] for sentence in both] == ["“a”", "“c”"]
    assert both[1].text() == (
        "“c” comes back less often than all others: F2 conversion of 40.0%, 10.0 points less (interval corrected for 3"
        " groups: 5.0 points to 15.0 points; 100 customers)."
    )
    [none] = entries.groups(groups("no_clear_difference", "no_clear_difference"))
    assert none.text().startswith("None of 2 groups differs")
    assert entries.groups_title(groups("no_clear_difference", "no_clear_difference")).text() == (
        "F2 conversion does not differ clearly between 2 groups"
    )
    assert entries.groups(groups())[0].text() == "Every group is too small for a rate."
    assert entries.groups(groups("only_group"))[0].text() == (
        "Only “a” is large enough for a rate, so there is nothing to compare it with."
    )


def test_the_rule_of_thumb_holds_fails_or_is_not_known() -> None:
    def said(number: int | None) -> str:
        return entries.first_loss(SimpleNamespace(order_number=number, share_of_losses=0.6)).text()

    assert said(1).startswith("The rule of thumb holds here")
    assert "after purchase 3 loses most customers (60.0%" in said(3)
    assert said(None) == "Whether most customers are lost before the second purchase cannot be told yet."


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(0.01, 0.09, "more often"), (-0.09, -0.01, "less often"), (-0.01, 0.09, "did not come back clearly")],
)
def test_buyers_come_back_more_less_or_not_clearly(low: float, high: float, said: str) -> None:
    result = SimpleNamespace(n_buyers=10, n_others=20, difference=(low + high) / 2, interval=Interval(low, high))
    assert said in entries.backend(result, 90).text()
    result.difference = NAN
    assert "cannot be compared" in entries.backend(result, 90).text()


@pytest.mark.parametrize(
    ("difference", "given", "said"),
    [
        (0.1, True, "rose from"), (-0.1, True, "fell from"), (0.0, True, "no clear difference"),
        (0.1, False, "more than chance would make"), (0.0, False, "No day of a change was given"),
        (NAN, True, "cannot be compared"),
    ],
)  # fmt: skip
def test_a_change_is_told_with_its_direction(difference: float, given: bool, said: str) -> None:
    ends = Interval(difference - 0.05, difference + 0.05)
    result = SimpleNamespace(
        difference=difference, difference_interval=ends, rate_control=0.4, rate_treatment=0.4 + difference
    )
    assert said in entries.change(result, day=20_000, given=given).text()


def test_settling_is_told_product_by_product() -> None:
    table = pd.DataFrame({
        "product_id": ["a", "b", "c"], "state": ["settled", "not_reached", "too_few"], "settle_orders": [4.0, NAN, NAN],
        "settle_days": [91.5, NAN, NAN], "last_judged": [5.0, 4.0, NAN], "last_rate": [0.9, 0.7, NAN],
    })  # fmt: skip
    said = [sentence.text() for sentence in entries.settling(table, 0.9)]
    assert said[0].startswith("“a”: customers settle from order 4 on, reached after 92 days (median)")
    assert said[1] == "“b”: the step rate does not stay at 90.0%; after order 4 it is 70.0%."
    assert said[2] == "“c”: too few customers to say when they settle."
    assert entries.settling(table.head(0), 0.9)[0].text() == "There is no first purchase to follow."


def steps(*rates: float) -> pd.DataFrame:
    table = pd.DataFrame({"delivery": range(1, len(rates) + 1), "continuation_rate": rates})
    table = table.assign(n_delivered=200, n_due=100, n_continued=(table["continuation_rate"] * 100).fillna(0))
    survival = table["continuation_rate"].shift(1, fill_value=1.0).cumprod()
    return table.assign(remaining_rate=survival, remaining_rate_low=survival, remaining_rate_high=survival)


def test_survival_and_the_delivery_with_most_leaving() -> None:
    table = steps(0.9, 0.8, 0.5)
    assert subscriptions.survival(table, 3).text().startswith("72.0% of contracts")
    assert subscriptions.survival(table, 9).text().startswith("How many contracts reach delivery 9 cannot be told")
    assert subscriptions.survival(table.head(0), 3).text() == (
        "Delivery by delivery nothing can be told: no subscription order says its contract or its delivery number."
    )
    assert subscriptions.largest_leave(table).text() == (
        "Most subscribers leave after delivery 3: 50 of 100 (50.0%) did not receive the next, 36.0% of all starters."
    )
    assert "cannot be told" in subscriptions.largest_leave(steps(NAN)).text()


@pytest.mark.parametrize(
    ("after", "said"), [(0.95, "slows down, but does not stop"), (0.80, "does not clearly slow down")]
)
def test_leaving_slows_down_or_not(after: float, said: str) -> None:
    table = pd.DataFrame({
        "group": ["before_settling", "after_settling"], "continuation_rate": [0.85, after],
        "continuation_rate_low": [0.84, after - 0.02], "continuation_rate_high": [0.86, after + 0.02],
    })  # fmt: skip
    assert said in subscriptions.settled(table, 6).text()
    assert "has been due yet" in subscriptions.settled(table.head(1), 6).text()


def test_the_first_of_two_reasons_within_chance_is_not_certain() -> None:
    close = subscriptions.reasons(reasons(price=374, surplus=360, not_answered=145, all_reasons=879)).text()
    assert close.endswith("(360) is within chance, so which of the two comes first is not certain.")
    assert "not certain" not in subscriptions.reasons(reasons(price=374, surplus=300, all_reasons=674)).text()
    assert "not certain" not in subscriptions.reasons(reasons(price=3, all_reasons=3)).text()


def reasons(**counts: int) -> pd.DataFrame:
    rows = [(name, n, n / 1_000) for name, n in counts.items()]
    return pd.DataFrame(rows, columns=["reason", "n_cancelled", "cancel_rate"])


def test_the_main_reason_is_said_as_a_rate_with_those_who_gave_none() -> None:
    said = subscriptions.reasons(reasons(price=30, other=10, not_answered=50, all_reasons=90)).text()
    assert said == (
        "“Price” is the reason given most: 3.0% of active contracts a month (30 of 90 cancellations; 50 gave no"
        " reason)."
    )
    assert subscriptions.reasons(reasons(not_answered=5, all_reasons=5)).text() == (
        "None of 5 cancellations has a reason on record."
    )
    assert "no cancellation is on record" in subscriptions.reasons(reasons()).text()


@pytest.mark.parametrize(
    ("difference", "pvalue", "said"),
    [(0.1, 0.01, "became more frequent"), (-0.1, 0.01, "became less frequent"), (0.1, 0.4, "no reason became clearly")],
)
def test_reasons_change_beyond_chance_only(difference: float, pvalue: float, said: str) -> None:
    row: dict[str, Any] = {"reason": "price", "rate_before": 0.2, "rate_after": 0.2 + difference}
    table = pd.DataFrame([{**row, "cancel_difference": difference, "pvalue": pvalue}])
    assert said in subscriptions.reasons_change(table, 20_000).text()
    assert "cannot be told" in subscriptions.reasons_change(table.head(0), 20_000).text()


def test_the_definitions_span_from_one_rate_to_another() -> None:
    table = pd.DataFrame({"definition": ["mean_over_max", "rolling_30"], "defined_rate": [0.19, 0.92]})
    assert subscriptions.definitions(table).text() == (
        "The same contracts have a continuation rate from 19.0% (“Average over the longest”) to 92.0% (“30 days, new in"
        " the base”), by the definition alone."
    )
    assert "cannot be compared" in subscriptions.definitions(table.head(0)).text()
    assert subscriptions.definitions_title(table.head(1)).text() == "Continuation rate by definition"
