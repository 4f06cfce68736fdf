"""What is said of the data: each direction, what is not known, and both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from crmlib import words
from crmlib.analysis import coverage
from crmlib.report import findings

if TYPE_CHECKING:
    from crmlib.words import Sentence

said_of = findings.quality
JANUARY = 2025 * 12


def en(sentence: Sentence) -> str:
    words.speak("en", "JPY")
    return sentence.text()


def ja(sentence: Sentence) -> str:
    words.speak("ja", "JPY")
    text = sentence.text()
    words.speak("en", "JPY")
    return text


def daily(*days: tuple[int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(days, columns=["order_day", "n_orders", "amount"])


def months(*verdicts: str) -> pd.DataFrame:
    counts = [0 if verdict == "empty" else 12 for verdict in verdicts]
    return pd.DataFrame({
        "month": [JANUARY + i for i in range(len(verdicts))], "n_orders": counts, "month_verdict": list(verdicts),
        "n_neighbours": 12.0,
    })  # fmt: skip


def identities(surrogates: int, customers: int) -> pd.DataFrame:
    rows = [("no_customer", 2, 40), ("same_day_orders", 3, 38), ("surrogate_keys", surrogates, customers)]
    return pd.DataFrame(rows, columns=["check", "n_found", "n_of"])


def test_what_the_analyses_rest_on() -> None:
    sentence = said_of.covered(daily((10, 2, 3_000), (19, 1, 500)), n_customers=2)
    assert en(sentence) == (
        "The analyses rest on 3 orders of 2 customers, ¥3,500 in all, over 10 days; every row and every amount of the "
        "export is used or left out for one stated reason."
    )
    assert ja(sentence).startswith("分析の対象は2人の注文3件、合計3,500円、期間は10日です。")
    assert en(said_of.covered(daily(), n_customers=0)) == "There is no counted order."


def test_the_most_frequent_reason_is_named() -> None:
    table = pd.DataFrame({"reason": ["read", "test", "no_customer", "used"], "n_rows": [40, 1, 3, 36]})
    sentence = said_of.left_out(table)
    assert en(sentence) == (
        "4 rows of the orders' 40 (10.0%) were left out; the most frequent reason is “No customer” with 3 rows."
    )
    assert ja(sentence) == "注文データ40行のうち4行（10.0%）を除外しました。最も多い理由は「顧客IDなし」の3行です。"
    assert en(said_of.left_out(table.iloc[[0, 3]])) == "No row of the orders was left out."


@pytest.mark.parametrize(("verdicts", "start"), [
    (["whole", "whole"], "No whole month is without orders"),
    (["whole", "empty", "whole"], "February 2025 has 0 orders, far fewer than the months around it"),
    (["empty", "whole", "far_below"], "2 months look like holes, the first is January 2025"),
    (["begins", "partial"], "Whether a part of the export is missing cannot be told yet"),
    ([], "Whether a part of the export is missing cannot be told yet"),
])  # fmt: skip
def test_holes_are_named_or_said_not_to_be_there(verdicts: list[str], start: str) -> None:
    assert en(said_of.holes(months(*verdicts), least=10)).startswith(start)


def test_in_small_months_a_hole_cannot_be_told() -> None:
    assert en(said_of.holes(months("whole"), least=13)) == (
        "No whole month is without orders; whether one is too small cannot be told from months of fewer than 13 orders."
    )


def test_a_month_without_orders_is_no_hole_where_months_have_few() -> None:
    one = pd.DataFrame({"order_day": [20487], "n_orders": 1, "n_rows": 1, "amount": 5480})  # 3 February 2026
    found = coverage.months(one, as_of_day=20543)
    assert found["n_orders"].tolist() == [1, 0]
    assert en(said_of.holes(found, least=10)) == (
        "Whether a part of the export is missing cannot be told: there are months without orders, but the others have"
        " so few that it may be chance."
    )
    assert en(said_of.months_title(found)) == "Orders month by month"


def test_the_title_says_how_many_months() -> None:
    assert en(said_of.months_title(months("whole", "empty"))) == "One month looks like a hole in the export"
    assert en(said_of.months_title(months("whole"))) == "No month looks like a hole in the export"
    assert en(said_of.months_title(months())) == "There is no order to show"


@pytest.mark.parametrize(("verdicts", "start"), [
    (["begins", "partial"], "The first and the last month are cut off"),
    (["begins", "whole"], "The first month is cut off"),
    (["whole", "partial"], "The last month has not ended"),
    (["whole", "whole"], "The first and the last month are whole."),
])  # fmt: skip
def test_the_ends_of_the_data(verdicts: list[str], start: str) -> None:
    assert en(said_of.ends(months(*verdicts))).startswith(start)


def test_silence_before_the_base_date() -> None:
    assert en(said_of.silence(daily((10, 1, 1)), as_of_day=10)) == "The last order was placed on the base date."
    assert en(said_of.silence(daily((10, 1, 1)), as_of_day=13)).startswith("The last order was placed 3 days before")
    assert en(said_of.silence(daily(), as_of_day=13)) == "There is no counted order."


def test_how_customers_are_told_apart() -> None:
    assert "replaced by random ids" in en(said_of.same_customer(identities(5, 5)))
    assert "by the export's own number" in en(said_of.same_customer(identities(0, 5)))
    assert en(said_of.same_customer(identities(0, 0))) == "There is no customer."


def test_missing_tables_are_counted() -> None:
    table: Any = pd.DataFrame({"presence": ["there", "not_there", "not_there"]})
    assert en(said_of.missing(table)).startswith("2 of 3 optional tables are not there")
    assert en(said_of.missing(table.head(1))) == "All optional tables are there: no analysis is switched off."


def test_thin_attributes_are_named_and_absent_ones_are_not() -> None:
    table = pd.DataFrame({
        "attribute": ["sex", "age", "role"], "n_filled": [3, 0, 9], "n_of": [10, 10, 10], "share": [0.3, 0.0, 0.9],
    })  # fmt: skip
    assert en(said_of.thin(table, least=0.7)) == (
        "“Sex” is filled for 30.0% only: comparisons by it speak of those alone who are known."
    )
    assert en(said_of.thin(table.assign(n_filled=3, share=0.2), least=0.7)).startswith(
        "3 attributes are filled for less than 70.0%, the least “Age” with 20.0%"
    )
    assert en(said_of.thin(table.assign(n_filled=0), least=0.7)).startswith("The data have none of the attributes")
    assert en(said_of.thin(table.tail(1), least=0.7)).startswith("Every attribute that the data have at all")
