"""NPS: published scores and intervals, groups, differences, and who was asked."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlib.analysis import nps
from crmlib.analysis.intervals import wilson
from tests.analysis.helpers import refused

ANSWERS = st.lists(st.integers(0, 10), max_size=60)


def answers(*, promoters: int, passives: int, detractors: int) -> list[int]:
    return [10] * promoters + [7] * passives + [3] * detractors


def test_every_answer_has_its_band() -> None:
    result = nps.score(range(11))

    assert (result.n_detractors, result.n_passives, result.n_promoters) == (7, 2, 2)
    assert nps.BANDS == {"detractor": (0, 6), "passive": (7, 8), "promoter": (9, 10)}
    assert result.nps == pytest.approx(100 * (2 - 7) / 11)


def test_the_published_score_and_intervals() -> None:
    # Rocks (2016): 162 promoters, 108 passives, 54 detractors of 324.
    result = nps.score(answers(promoters=162, passives=108, detractors=54))

    assert (result.n, round(result.nps, 1), round(result.standard_error, 2)) == (324, 33.3, 4.14)
    assert (round(result.wald.low, 1), round(result.wald.high, 1)) == (25.2, 41.4)
    assert (round(result.interval.low, 1), round(result.interval.high, 1)) == (24.9, 41.1)


def test_the_adjusted_interval_is_cut_at_100() -> None:
    # 10 of 10 promoters: 10.75 and .75 of 13 give 76.9 +- 29.4, so 106 without the cut.
    mean = 10 / 13
    uncut = 100 * (mean + 1.959963984540054 * math.sqrt((11.5 / 13 - mean**2) / 13))
    assert round(uncut) == 106

    assert nps.score([10] * 10).interval.high == 100
    assert nps.score([0] * 10).interval.low == -100
    assert nps.score([0] * 10).interval.high == -nps.score([10] * 10).interval.low


@given(ANSWERS.filter(bool))
def test_the_score_lies_in_its_interval_and_turns_with_the_bands(values: list[int]) -> None:
    result = nps.score(values)
    bands = [9 if v <= 6 else 0 if v >= 9 else 7 for v in values]

    assert result.n_promoters + result.n_passives + result.n_detractors == result.n == len(values)
    assert -100 <= result.interval.low <= result.interval.high <= 100
    assert nps.score(bands).nps == pytest.approx(-result.nps)
    assert nps.score(bands).interval.low == pytest.approx(-result.interval.high)


def test_the_standard_error_is_that_of_minus_one_zero_and_one() -> None:
    values = answers(promoters=5, passives=3, detractors=4)
    signs = np.repeat([1, 0, -1], [5, 3, 4])

    assert nps.score(values).standard_error == pytest.approx(100 * signs.std() / math.sqrt(12))


def test_no_answers_have_no_score() -> None:
    result = nps.score([])

    assert (result.n, result.n_promoters) == (0, 0)
    assert math.isnan(result.nps)
    assert math.isnan(result.interval.low)
    assert nps.distribution([])["share"].isna().all()
    assert nps.distribution([])["n"].tolist() == [0] * 11


@pytest.mark.parametrize(("value", "shown"), [(11, "11"), (-1, "-1"), (7.5, "7.5"), (math.nan, "nan")])
def test_an_answer_outside_0_to_10_is_refused(value: float, shown: str) -> None:
    with refused(f"nps == {shown}, must be a whole number from 0 to 10."):
        nps.score([9, value])


def test_the_distribution_keeps_answers_that_nobody_gave() -> None:
    table = nps.distribution([10, 10, 0, 5])

    assert table.columns.tolist() == ["nps", "n", "share"]
    assert table["nps"].tolist() == list(range(11))
    assert table["n"].tolist() == [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2]
    assert table["share"].sum() == 1


def test_groups_have_their_own_counts_and_order() -> None:
    usage = pd.Categorical(["stopped", "every_day", "every_day"], categories=["every_day", "stopped", "not_opened"])
    table = nps.by_group(pd.DataFrame({"usage": usage, "nps": [3, 9, 7]}), group="usage")

    assert table.columns.tolist() == [
        "group", "n", "n_promoters", "n_passives", "n_detractors", "nps", "nps_low", "nps_high",
    ]  # fmt: skip
    assert table.iloc[:, :6].to_numpy().tolist() == [["every_day", 2, 1, 1, 0, 50.0], ["stopped", 1, 0, 0, 1, -100.0]]
    assert table.loc[0, ["nps_low", "nps_high"]].tolist() == [
        nps.score([9, 7]).interval.low,
        nps.score([9, 7]).interval.high,
    ]


def test_groups_of_nobody_are_an_empty_table() -> None:
    assert len(nps.by_group(pd.DataFrame({"usage": [], "nps": []}), group="usage")) == 0


def test_a_difference_by_hand() -> None:
    a = nps.score(answers(promoters=60, passives=20, detractors=20))
    b = nps.score(answers(promoters=30, passives=40, detractors=30))

    result = nps.difference(a, b)

    mean_a, mean_b = 40 / 103, 0
    variance = (81.5 / 103 - mean_a**2) / 103 + (61.5 / 103 - mean_b**2) / 103
    half = 1.959963984540054 * math.sqrt(variance)
    assert (result.n_a, result.n_b) == (100, 100)
    assert result.difference == pytest.approx(40)
    assert result.interval.low == pytest.approx(100 * (mean_a - mean_b - half))
    assert result.interval.high == pytest.approx(100 * (mean_a - mean_b + half))


@given(ANSWERS.filter(bool), ANSWERS.filter(bool), st.sampled_from([0.8, 0.95, 0.99]))
def test_p_is_below_alpha_exactly_when_the_interval_excludes_zero(a: list[int], b: list[int], level: float) -> None:
    result = nps.difference(nps.score(a), nps.score(b), confidence_level=level)

    assert (result.pvalue < 1 - level) == (0 not in result.interval)
    assert -200 <= result.interval.low <= result.interval.high <= 200


def test_a_difference_to_nobody_is_unknown() -> None:
    result = nps.difference(nps.score([9]), nps.score([]))

    assert (result.n_a, result.n_b) == (1, 0)
    assert math.isnan(result.difference)
    assert math.isnan(result.pvalue)


def test_the_response_rate_counts_a_customer_once_a_survey() -> None:
    sent = pd.DataFrame({"survey_id": ["s", "s", "s", "t"], "customer_id": ["a", "a", "b", "a"]})
    surveys = pd.DataFrame({"survey_id": ["s", "s", "t"], "customer_id": ["a", "a", "c"]})

    result = nps.response_rate(surveys, sent)

    assert (result.n_sent, result.n_answered, result.n_without_sending) == (3, 1, 1)
    assert result.rate == pytest.approx(1 / 3)
    assert result.interval == wilson(1, 3)


def test_without_sendings_the_response_rate_is_unknown() -> None:
    nobody = pd.DataFrame({"survey_id": [], "customer_id": []})

    result = nps.response_rate(pd.DataFrame({"survey_id": ["s"], "customer_id": ["a"]}), nobody)

    assert (result.n_sent, result.n_without_sending) == (0, 1)
    assert math.isnan(result.rate)


def test_the_last_answer_of_a_customer_counts() -> None:
    surveys = pd.DataFrame(
        {
            "response_id": ["4", "1", "3", "2", "5"],
            "survey_id": ["s", "s", "s", "s", "t"],
            "customer_id": ["b", "a", "a", "a", "a"],
            "answered_at": pd.to_datetime(["2025-01-01", "2025-01-03", "2025-01-02", "2025-01-03", "2024-12-31"]),
            "nps": [1, 2, 3, 4, 5],
        }
    )

    latest = nps.latest_answers(surveys)

    # a answered s twice on the 3rd: of equal times the last response_id.
    assert latest[["survey_id", "customer_id", "nps"]].to_numpy().tolist() == [
        ["s", "a", 4],
        ["s", "b", 1],
        ["t", "a", 5],
    ]
    assert latest.columns.tolist() == surveys.columns.tolist()


def test_a_real_survey_adds_up() -> None:
    path = Path(__file__).resolve().parents[3] / "shared" / "data" / "nps_garden_centre_2000.csv"
    if not path.is_file():
        pytest.skip("the file ../shared/data/nps_garden_centre_2000.csv is missing beside the project")
    values = pd.read_csv(path, encoding="latin-1", usecols=["nps"])["nps"].dropna()

    result, table = nps.score(values), nps.distribution(values)

    assert result.n == table["n"].sum() == len(values)
    assert result.nps == pytest.approx(100 * (table["share"][9:].sum() - table["share"][:7].sum()))
    assert table["n"][0] == 0  # the file has no zero scores
