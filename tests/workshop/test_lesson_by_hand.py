"""What the lessons expect, on four customers and eight answers that a hand can count."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from crmlib.workshop.data import Learner
from crmlib.workshop.lesson import Lesson, exercises_of
from crmlib.workshop.lessons import case, leaving_figures, stages_figures
from crmlib.workshop.versions import masters

# The base date is day 400. A came back after 30 days, D after 195; B bought once long ago, C once lately.
ORDERS = pd.DataFrame(
    [("A", 0, 1000), ("A", 30, 3000), ("B", 100, 1000), ("C", 350, 500), ("D", 200, 1000), ("D", 395, 1000)],
    columns=["customer_id", "order_day", "amount"],
).assign(
    order_id=lambda frame: [f"o{number}" for number in range(len(frame))],
    channel="own",
    order_kind="one_off",
    acq_media="flyer",
)
LINES = ORDERS[["order_id", "channel"]].assign(line_no=1, product_id="gel", line_amount=1, line_type="product")
# The last answer of P counts: a 9. Two promoters, one passive, one detractor in 2025.
ANSWERS = pd.DataFrame(
    [("NPS-2025", "P", 1, 3, "every_day"), ("NPS-2025", "P", 2, 9, "every_day"), ("NPS-2025", "Q", 1, 10, "every_day"),
     ("NPS-2025", "R", 1, 8, "stopped"), ("NPS-2025", "S", 1, 6, "sometimes"), ("NPS-2024", "P", 1, 10, "every_day"),
     ("NPS-2024", "Q", 1, 0, "every_day"), ("NPS-2024", "R", 1, 7, "stopped")],
    columns=["survey_id", "customer_id", "answered_at", "nps", "usage"],
).assign(response_id=lambda frame: [f"r{number}" for number in range(len(frame))])  # fmt: skip
SENT = pd.DataFrame({"survey_id": ["NPS-2025"] * 8, "customer_id": list("PQRSTUVW")})


@pytest.fixture
def opened(tmp_path: Path) -> Any:
    tables = {"orders": ORDERS, "surveys": ANSWERS, "surveys_sent": SENT, "customers": pd.DataFrame(index=range(5))}
    shop = SimpleNamespace(orders=ORDERS, order_items=LINES, as_of_day=400, first_day=0, table=tables.get)

    def lesson(name: str) -> Lesson:
        found = Lesson(name, exercises_of(name), Learner(), tmp_path)
        found.__dict__["shop"] = shop
        return found

    return lesson


def _mistakes(lesson: Lesson, exercise: str) -> dict[str, list[Any]]:
    told: dict[str, list[Any]] = {}
    for mistake in lesson.exercise(exercise).mistakes:
        told.setdefault(mistake.name, []).append(mistake.value(lesson))
    return told


def test_customers_recency_and_who_left(opened: Any) -> None:
    lesson = opened("stages")
    assert lesson.expected("n_customers") == 4
    assert _mistakes(lesson, "n_customers") == {"orders_for_customers": [6], "all_for_buyers": [5], "wrong_window": [3]}
    assert lesson.expected("n_recent") == 2  # C after 50 days, D after 5
    assert lesson.expected("left_after_first") == 1 / 4  # B, silent for 300 days
    told = _mistakes(lesson, "left_after_first")
    assert (told["new_called_lapsed"], told["wrong_denominator"]) == ([2 / 4], [1 / 2])


def test_recency_from_the_day_of_the_meeting(opened: Any) -> None:
    # 45 days later C is at 95 and D at 50.
    assert stages_figures.n_recent_from_meeting(opened("stages")) == 1


def test_f2_of_those_observed_for_180_days(opened: Any) -> None:
    lesson = opened("where_they_leave")
    assert lesson.expected("f2_rate") == pytest.approx(1 / 3)  # of A, B and D only A came in time
    assert _mistakes(lesson, "f2_rate") == {
        "young_customers": [2 / 4, 1 / 4],
        "survivors_only": [1 / 2],  # of C and D
        "wrong_window": [pytest.approx(2 / 3)],
        "orders_for_customers": [pytest.approx(2 / 6)],
    }


def test_a_naive_share_may_lie_on_either_side(opened: Any) -> None:
    # Above: here D came back after 195 days and B is observed. Nothing said of the lesson may take one side for given.
    lesson = opened("where_they_leave")
    assert _mistakes(lesson, "f2_rate")["young_customers"][0] > lesson.expected("f2_rate")
    told = next(path for path in masters().values() if "where_they_leave" in path.name).read_text(encoding="utf-8")
    assert "lower figure" not in told
    assert "always higher" not in told


def test_the_curve_counts_everybody_for_as_long_as_observed(opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving_figures, "RETURN_DAY", 200)
    lesson = opened("where_they_leave")
    # A returns on day 30 as one of four; C is observed for 50 days; D returns on day 195 as one of two.
    assert lesson.expected("returned_in_year") == pytest.approx(1 - 3 / 4 * 1 / 2)
    assert _mistakes(lesson, "returned_in_year")["young_customers"] == [2 / 4]


def test_the_score_of_the_last_answers(opened: Any) -> None:
    lesson = opened("do_they_love_us")
    assert lesson.expected("score") == pytest.approx(25.0)  # (2 - 1) / 4
    told = _mistakes(lesson, "score")
    assert told["wrong_score_cut"] == [pytest.approx(50.0), pytest.approx(50.0)]  # (3 - 1) / 4 and (2 - 0) / 4
    assert told["all_customers"] == [pytest.approx(12.5)]  # of eight asked
    assert told["mean_for_nps"] == [pytest.approx(33 / 4)]
    assert lesson.expected("usage_gap") == pytest.approx(100 - -50)  # two promoters; a passive and a detractor
    assert _mistakes(lesson, "usage_gap")["mean_of_shares"] == [pytest.approx(100 - -50)]
    assert lesson.expected("change_said") == "b"


def test_the_sign_of_the_cautious_gain_decides_what_is_proposed() -> None:
    assert case.proposal(1).template == case.ROLL_OUT
    assert case.proposal(0).template == case.LARGER_TRIAL
    assert case.proposal(None).template == case.LARGER_TRIAL
