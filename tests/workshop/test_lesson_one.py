"""Lesson 1: its figures by hand, its mistakes by name, and a messy export that holds the same figures."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from crmlib.workshop.data import Learner
from crmlib.workshop.exercise import NO_VALUE
from crmlib.workshop.lesson import Lesson, lesson_for
from crmlib.workshop.lessons import export_figures as figures
from crmlib.workshop.lessons.reading_an_export import EXERCISES
from crmlib.workshop.mess import messy
from crmlib.workshop.raw import ENCODING, read_lines

# A and B are members, one order is a guest's, one was cancelled, one is of staff, one row has no number.
ROWS = [
    ["注文番号", "会員ID", "氏名", "会員区分", "受注日", "対応状況", "価格", "個数", "支払合計"],
    ["1", "00000001", "A", "一般", "2026/01/05 09:05:00", "発送済み", "1000", "1", "3000"],
    ["1", "00000001", "A", "一般", "2026/01/05 09:05:00", "発送済み", "2000", "1", "3000"],
    ["2", "00000002", "B", "一般", "2026/01/20 10:00:00", "発送済み", "1000", "1", "1000"],
    ["3", "00000001", "A", "一般", "2026/02/03 11:00:00", "発送済み", "5000", "1", "5000"],
    ["4", "", "C", "一般", "2026/02/04 12:00:00", "発送済み", "1000", "1", "1000"],
    ["5", "00000002", "B", "一般", "2026/02/05 13:00:00", "注文取消し", "9000", "1", "9000"],
    ["6", "99000001", "D", "社員", "2026/02/06 14:00:00", "発送済み", "700", "1", "700"],
    ["7", "00000002", "B", "一般", "2026/03/01 15:00:00", "発送済み", "2000", "1", "2000"],
    ["", "00000002", "B", "一般", "2026/03/01 15:00:00", "発送済み", "2000", "1", "2000"],
]
ANSWERS = {"n_orders": 7, "sales": 12000, "n_customers": 2, "change": 6000 / 4000 - 1, "may_be_sent": "c"}
WRONG = [
    ("n_orders", 9, "lines_for_orders"),
    ("n_orders", 8, "blank_counted"),
    ("n_orders", 4, "customers_for_orders"),
    ("sales", 15000, "totals_per_line"),  # the order of two lines counts twice
    ("sales", 24700, "totals_per_line"),
    ("sales", 26700, "totals_per_line"),
    ("sales", 23700, "cancelled_counted"),  # the row without a number taken for an order
    ("sales", 21000, "cancelled_counted"),
    ("sales", 21700, "cancelled_counted"),
    ("sales", 12700, "staff_counted"),
    ("n_customers", 3, "guests_counted"),
    ("n_customers", 5, "orders_for_customers"),
    ("change", 2000 / 6000 - 1, "partial_month"),
    ("change", 4000 / 6000 - 1, "other_way_round"),
    ("change", 6000 / 7000 - 1, "totals_per_line"),
    ("change", 15700 / 4000 - 1, "cancelled_counted"),
    ("change", 2000, "difference_for_change"),
    ("change", 50, "percent_for_share"),
    ("may_be_sent", "a", "not_told"),
]


@pytest.fixture
def by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lesson:
    frame = pd.DataFrame(ROWS[1:], columns=ROWS[0])
    monkeypatch.setattr(figures, "own_lines", lambda *_: frame)
    monkeypatch.setattr(figures, "handed_lines", lambda *_: frame)
    return Lesson("reading_an_export", EXERCISES, Learner(), tmp_path)


@pytest.mark.parametrize(("exercise", "answer"), ANSWERS.items())
def test_what_is_expected_is_what_a_hand_finds(by_hand: Lesson, exercise: str, answer: float | str) -> None:
    assert by_hand.expected(exercise) == answer
    assert by_hand.judge(exercise, answer).status == "right"


@pytest.mark.parametrize(("exercise", "answer", "name"), WRONG)
def test_a_usual_mistake_is_called_by_its_name(by_hand: Lesson, exercise: str, answer: float, name: str) -> None:
    found = by_hand.judge(exercise, answer)
    assert (found.status, found.mistake) == ("wrong", name)


def test_a_mess_changes_forms_and_no_figure(tmp_path: Path) -> None:
    header = ["注文番号", "会員ID", "会員区分", "受注日", "対応状況", "支払合計"]
    body = [[str(i), f"{i:08d}", "一般", "2025/04/01 09:05:00", "発送済み", "12340"] for i in range(200)]
    rows = messy([header, *body], seed=1, drawn="2026/03/12")
    assert rows[0] == ["受注明細一覧　結ノ葉堂"]
    assert rows[3] == header
    assert rows[-1] == ["合計", "", "", "", "", f"{200 * 12340:,}"]
    cells = list(zip(*rows[4:-1], strict=True))
    assert list(cells[0]) == [str(i) for i in range(200)]
    assert {cell.zfill(8) for cell in cells[1]} == {f"{i:08d}" for i in range(200)}
    assert set(cells[3]) == {"2025/04/01 09:05:00", "2025/4/1 9:05"}
    assert set(cells[4]) == {"発送済み", "発送済み　"}
    assert set(cells[5]) == {"12340", "￥12,340", "１２３４０"}


def test_title_lines_above_the_header_are_left_out_and_nothing_else(tmp_path: Path) -> None:
    text = '一覧\n\n注文番号,支払合計,備考\n1,"￥1,000","a\nb"\n合計,"1,000",\n'
    (tmp_path / "orders.csv").write_text(text, encoding=ENCODING)
    found = read_lines(tmp_path / "orders.csv")
    assert found.to_numpy().tolist() == [["1", "￥1,000", "a\nb"], ["合計", "1,000", ""]]


@pytest.mark.slow  # the lessons' own test asks the same of all of them, on the seed they share
@pytest.mark.parametrize("variant", ["clean", "messy"])
def test_every_mistake_differs_from_the_answer_and_is_named(learners_home: Path, variant: str) -> None:
    _mistakes_are_named(lesson_for("reading_an_export", Learner(variant=variant), learners_home))


def _mistakes_are_named(lesson: Lesson) -> None:
    for exercise in lesson.exercises:
        assert lesson.judge(exercise.id, lesson.expected(exercise.id)).status == "right"
        for mistake in exercise.mistakes:
            try:
                value = mistake.value(lesson)
            except NO_VALUE:
                assert lesson.learner.variant == "clean"  # what only the messy export has
                continue
            found = lesson.judge(exercise.id, value)
            assert (found.status, found.mistake) == ("wrong", mistake.name), (exercise.id, value)


@pytest.mark.slow
def test_the_door_finds_the_orders_of_members(learners_home: Path) -> None:
    lesson = lesson_for("reading_an_export", Learner(), learners_home)
    ledger = lesson.door.ledger
    assert ledger.rows_read == len(figures.own_lines(learners_home, lesson.learner))
    # Members with a counted order; an order of nothing but free lines counts for us and not for the door.
    assert abs(lesson.expected("n_customers") - lesson.door.table("orders")["customer_id"].nunique()) <= 5
