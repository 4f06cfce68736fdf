"""What a learner may type for an answer, and at which precision it is compared."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmlib.workshop.answers import Fault, equal, is_percent, is_untried, read


@pytest.mark.parametrize("answer", [None, ..., "", "  "])
def test_nothing_is_not_yet_tried(answer: Any) -> None:
    assert is_untried(answer)


@pytest.mark.parametrize("answer", [0, 0.0, False, "a", [], float("nan")])
def test_something_is_tried(answer: Any) -> None:
    assert not is_untried(answer)


@pytest.mark.parametrize(
    "answer",
    [3, 3.0, np.int64(3), np.float32(3), Decimal(3), pd.Series([3]), pd.Index([3]), np.array([[3]]), [3], (3,)],
)
def test_a_number_may_come_in_any_of_its_forms(answer: Any) -> None:
    assert read(answer, "orders") == 3.0


@pytest.mark.parametrize(
    ("answer", "kind", "name"),
    [
        (float("nan"), "money", "not_a_number"),
        (pd.NA, "money", "not_a_number"),
        (float("inf"), "money", "not_a_number"),
        (True, "orders", "not_a_number"),
        (1j, "orders", "not_a_number"),
        ("12.3%", "share", "percent_for_share"),
        ("１２．３％", "share", "percent_for_share"),
        ("12.3", "share", "wrong_type"),
        ("1,234円", "money", "wrong_type"),
        (pd.DataFrame({"a": [1]}), "money", "wrong_type"),
        (pd.Series([1, 2]), "money", "wrong_type"),
        ([], "money", "wrong_type"),
        ({1}, "money", "wrong_type"),
        (len, "money", "wrong_type"),
        (pd.Series([1]).sum, "money", "wrong_type"),
        ("ab", "choice", "wrong_type"),
        (1, "choice", "wrong_type"),
        ("1", "choice", "wrong_type"),
        ("u1", "ids", "wrong_type"),
        (3, "ids", "wrong_type"),
        (pd.DataFrame({"a": ["x"], "b": ["y"]}), "ids", "wrong_type"),
        (3, "table", "wrong_type"),
        (3, "text", "wrong_type"),
        ("spring", "date", "wrong_type"),
        ("2026", "month", "wrong_type"),
    ],
)
def test_an_answer_of_another_form_gets_one_sentence(answer: Any, kind: str, name: str) -> None:
    found = read(answer, kind)
    assert isinstance(found, Fault)
    assert found.name == name
    assert found.said.text().count(".") >= 1


@pytest.mark.parametrize("answer", ["b", "B", "Ｂ", " b ", "(b)", ["b"], pd.Series(["b"])])
def test_a_letter_may_be_written_as_people_do(answer: Any) -> None:
    assert read(answer, "choice") == "b"


@pytest.mark.parametrize(
    ("found", "expected", "kind", "same"),
    [
        (0.1234, 0.1230, "share", True),
        (0.1235, 0.1230, "share", True),
        (0.1236, 0.1230, "share", False),
        (-0.0688847, -0.069, "change", True),
        (1234.0, 1234.9, "money", True),  # a yen cut off
        (1233.0, 1234.0, "money", False),
        (100.0, 101.0, "customers", False),
        (100.5, 100.0, "customers", False),
        (3.14, 3.1, "average_days", True),
        (3.16, 3.1, "average_days", False),
        (0.0124, 0.012, "pvalue", True),
        (0.0126, 0.012, "pvalue", False),
        (25.04, 25.0, "nps", True),
        (25.1, 25.0, "nps", False),
    ],
)
def test_numbers_are_compared_as_they_are_printed(found: float, expected: float, kind: str, same: bool) -> None:
    assert equal(found, expected, kind) is same


@pytest.mark.parametrize(
    ("found", "expected", "kind", "percent"),
    [
        (12.3, 0.123, "share", True),
        (99.0, 0.123, "share", True),  # no share is 99, whatever was meant
        (0.5, 0.123, "share", False),
        (-6.9, -0.069, "change", True),
        (2.0, 0.5, "change", False),  # sales can double
        (12.3, 0.123, "money", False),
        (12.3, 0.123, "table", False),
    ],
)
def test_a_percentage_is_told_from_a_share(found: float, expected: float, kind: str, percent: bool) -> None:
    assert is_percent(found, expected, kind) is percent


@pytest.mark.parametrize("answer", [["u1", "u2"], ("u2", "u1", "u1"), {"u1", "u2"}, pd.Series(["u2", "u1", None]),
                                    pd.DataFrame({"id": ["u1", "u2"]}), np.array(["u1", "u2"])])  # fmt: skip
def test_ids_are_a_set(answer: Any) -> None:
    assert equal(read(answer, "ids"), read(["u1", "u2"], "ids"), "ids")


def test_ids_that_became_numbers_are_no_other_ids() -> None:
    assert read([1.0, 20], "ids") == frozenset({"1", "20"})


@pytest.mark.parametrize("answer", ["2026-03-31", "2026/03/31", date(2026, 3, 31), pd.Timestamp("2026-03-31 10:00")])
def test_a_date_may_be_a_date_or_written(answer: Any) -> None:
    assert read(answer, "date") == date(2026, 3, 31)


@pytest.mark.parametrize("answer", ["2026-03", "2026/03", "2026-03-31", pd.Period("2026-03"), 2026 * 12 + 2])
def test_a_month_may_be_its_index_or_written(answer: Any) -> None:
    assert read(answer, "month") == 2026 * 12 + 2


TABLE = pd.DataFrame({"step": ["f1", "f2"], "n": [100, 40], "rate": [0.4, np.nan]})


@pytest.mark.parametrize(
    "answer",
    [TABLE[["rate", "n", "step"]], TABLE[::-1], TABLE.set_index("step"), TABLE.astype({"n": float}),
     TABLE.assign(rate=[0.4000001, np.nan])],
)  # fmt: skip
def test_a_table_is_the_same_whatever_the_order(answer: pd.DataFrame) -> None:
    assert equal(read(answer, "table"), read(TABLE, "table"), "table")


@pytest.mark.parametrize(
    "answer",
    [TABLE.assign(n=[100, 41]), TABLE.head(1), TABLE.drop(columns="n"), TABLE.rename(columns={"n": "count"}),
     TABLE.assign(rate=[0.4, 0.1]), TABLE.assign(step=["f1", "f3"])],
)  # fmt: skip
def test_a_table_that_differs_is_another(answer: pd.DataFrame) -> None:
    assert not equal(read(answer, "table"), read(TABLE, "table"), "table")


def test_a_table_is_not_changed_by_comparing_it() -> None:
    before = TABLE.copy()
    equal(read(TABLE, "table"), read(TABLE[::-1], "table"), "table")
    pd.testing.assert_frame_equal(TABLE, before)
