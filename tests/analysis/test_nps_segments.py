"""Scores by several groupings at once: bands, groups on the day of the answer, and differences corrected together."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlib.analysis import nps, nps_segments, nps_standing
from crmlib.analysis.lifecycle import Silence
from crmlib.analysis.nps_bands import JAPAN_UNVERIFIED, STANDARD, Bands, band_of, band_rules, choose_bands
from crmlib.analysis.portfolio import Thresholds
from tests.analysis.helpers import refused


def answers(*groups: tuple[str, int, int, int]) -> pd.DataFrame:
    """Rows of (group, promoters, passives, detractors), a customer each."""
    rows = [(name, score) for name, p, n, d in groups for score in [10] * p + [7] * n + [2] * d]
    table = pd.DataFrame(rows, columns=["usage", "nps"])
    return table.assign(customer_id=[f"c{i}" for i in range(len(table))])


def test_only_the_usual_bounds_are_the_standard() -> None:
    assert STANDARD.is_standard
    assert choose_bands("standard") == STANDARD
    assert not JAPAN_UNVERIFIED.is_standard
    assert choose_bands("japan_unverified", detractor_to=6, promoter_from=9).is_standard
    assert band_rules(STANDARD).to_numpy().tolist() == [["promoters", 9, 10], ["passives", 7, 8], ["detractors", 0, 6]]
    assert band_rules(Bands(detractor_to=6, promoter_from=7))["band"].tolist() == ["promoters", "detractors"]
    with refused(
        "detractor_to == 8 and promoter_from == 8, must be whole numbers with 0 <= detractor_to < promoter_from <= 10."
    ):
        Bands(detractor_to=8, promoter_from=8)


def test_the_bands_move_the_score() -> None:
    result = nps.score([4, 5, 8, 8, 10], bands=Bands(detractor_to=4, promoter_from=8))

    assert (result.n_promoters, result.n_passives, result.n_detractors) == (3, 1, 1)
    assert result.nps == 40.0
    assert band_of([4, 5, 8], bands=JAPAN_UNVERIFIED).tolist() == ["detractors", "passives", "promoters"]
    assert band_of(pd.Series([None, 9.0])).isna().tolist() == [True, False]


@given(st.lists(st.integers(0, 10), max_size=40), st.integers(0, 9), st.integers(1, 10))
def test_score_and_bands_count_the_same(values: list[int], low: int, high: int) -> None:
    if low >= high:
        return
    bands = Bands(detractor_to=low, promoter_from=high)
    counts = band_of(pd.Series(values, dtype="float64"), bands=bands).value_counts()
    result = nps.score(values, bands=bands)

    assert (result.n_promoters, result.n_detractors) == (counts["promoters"], counts["detractors"])


def test_the_published_score_by_group() -> None:
    # Rocks (2016): 162, 108 and 54 give 33.3 (24.9 to 41.1).
    table = nps_segments.compare({"usage": answers(("a", 162, 108, 54), ("b", 100, 100, 100))})
    row = table.iloc[0]

    assert (round(row["nps"], 1), round(row["nps_low"], 1), round(row["nps_high"], 1)) == (33.3, 24.9, 41.1)
    assert row["nps_difference"] == pytest.approx(100 / 3)


def test_differences_are_corrected_for_all_tables_together() -> None:
    frame = answers(("a", 40, 10, 10), ("b", 20, 20, 20), ("c", 5, 5, 5))
    halves = frame.assign(half=["x", "y"] * 67 + ["x"])

    both = nps_segments.compare({"usage": frame, "half": halves})
    alone = nps_segments.compare({"usage": frame})

    # c has 15 answers: it is shown by its counts alone and no comparison is made.
    assert both["n_comparisons"].unique().tolist() == [4]
    assert alone["n_comparisons"].unique().tolist() == [2]
    c = both[both["group"] == "c"].iloc[0]
    assert c["n"] == 15
    assert c[["nps", "nps_low", "nps_difference", "pvalue"]].isna().all()
    own, rest = nps.score(frame.loc[frame["usage"] == "a", "nps"]), nps.score(frame.loc[frame["usage"] != "a", "nps"])
    expected = nps.difference(own, rest, confidence_level=1 - 0.05 / 4)
    assert both.loc[0, "nps_difference_low"] == pytest.approx(expected.interval.low)
    assert both.loc[0, "pvalue"] == pytest.approx(min(1, 4 * expected.pvalue))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 40)] * 3), min_size=2, max_size=4))
def test_a_verdict_never_contradicts_its_interval(sizes: list[tuple[int, int, int]]) -> None:
    frame = answers(*[(f"g{i}", *size) for i, size in enumerate(sizes)])
    if frame.empty:
        return
    table = nps_segments.compare({"usage": frame}).dropna(subset=["pvalue"])
    outside = (table["nps_difference_low"] > 0) | (table["nps_difference_high"] < 0)

    assert ((table["pvalue"] < 0.05) == outside).all()
    assert (table["n"] >= 30).all()


def test_a_customer_who_answers_twice_the_same_does_not_count_as_two() -> None:
    once = answers(("a", 20, 10, 10), ("b", 10, 10, 20))
    twice = pd.concat([once, once], ignore_index=True)
    within = twice["usage"] == "a"

    # Twice the answers, the same customers: exactly twice the variance that counting answers would give.
    assert nps_segments.inflation(twice, within) == pytest.approx(2)
    assert nps_segments.inflation(once, once["usage"] == "a") == pytest.approx(1)
    plain = nps.difference(nps.score(twice.loc[within, "nps"]), nps.score(twice.loc[~within, "nps"]), inflation=2.0)
    table = nps_segments.compare({"usage": twice})
    assert table.loc[0, "n_comparisons"] == 2
    assert table.loc[0, "pvalue"] == pytest.approx(min(1, 2 * plain.pvalue))


def test_groups_keep_their_order_and_missing_ones_come_last() -> None:
    frame = answers(("x", 10, 0, 0), ("y", 5, 5, 0))
    frame["expectation"] = pd.array([5, 10, 9, None, 2] * 4, dtype="Int64")
    frame["stage"] = pd.Categorical(["late"] * 10 + ["early"] * 10, categories=["early", "late", "never"], ordered=True)
    table = nps_segments.compare({"expectation": frame, "stage": frame, "usage": frame.assign(usage=np.nan)})

    assert table["group"].tolist() == ["2", "5", "9", "10", "not_answered", "early", "late"]
    assert nps_segments.part(table, "usage").empty
    month = nps_segments.part(nps_segments.compare({"month": frame.assign(month=24310)}), "month")
    assert month.columns[0] == "month"
    assert month["month"].tolist() == [24310]


def test_nothing_and_one_answer_are_counted_and_not_scored() -> None:
    one = nps_segments.compare({"usage": answers(("a", 1, 0, 0))})
    everybody = nps_segments.compare({"usage": answers(("a", 40, 0, 0), ("b", 40, 0, 0))})

    assert nps_segments.compare({"usage": answers()}).empty
    assert (one.loc[0, "n"], math.isnan(one.loc[0, "nps"])) == (1, True)
    assert everybody["nps"].tolist() == [100, 100]
    assert everybody["pvalue"].tolist() == [1, 1]


HISTORY = ["customer_id", "day", "first_day", "last_day", "n_orders_before", "amount_before", "n_orders_year_before",
           "amount_year_before", "n_orders_year_after", "amount_year_after", "n_orders_soon_after"]  # fmt: skip


def stood(*rows: tuple[str, int, float, float, int, int]) -> pd.DataFrame:
    """Answers of (customer, day, first order, last order, orders before, sales before)."""
    history = pd.DataFrame([(*row, 0, 0, 0, 0, 1) for row in rows], columns=HISTORY)
    given = history[["customer_id"]].assign(answered_day=history["day"], nps=9)
    return nps_standing.with_history(given, history, as_of_day=1000, window_days=90)


def test_groups_are_those_of_the_day_before_the_answer() -> None:
    # CPM by hand: one order 40 days ago; two over 90 days with 80,000; none. Days are counted to the eve.
    table = stood(("a", 500, 460, 460, 1, 900), ("b", 500, 350, 440, 2, 80_000), ("c", 500, np.nan, np.nan, 0, 0))

    found = nps_standing.standing(table, pd.DataFrame(), cpm=Thresholds(amount=70_000), silence=Silence())

    assert found["cpm_group"].tolist() == ["first_time_active", "trend_active", "no_order_before"]
    assert found["frequency_group"].tolist() == ["orders_1", "orders_2_3", "no_order_before"]
    assert found["life_segment"].tolist() == ["life_initial", "life_general", "no_order_before"]
    assert found["month"].tolist() == [1971 * 12 + 4] * 3  # day 500 is 16 May 1971
    assert found["stage"].isna().tolist() == [True, True, False]


def test_silence_ends_on_the_eve_of_the_answer() -> None:
    # Dormant after more than 60 days: on the eve of day 521 the silence since 460 is 60, of day 522 it is 61.
    table = stood(("a", 521, 460, 460, 1, 900), ("b", 522, 460, 460, 1, 900))

    found = nps_standing.standing(table, pd.DataFrame(), cpm=Thresholds(amount=70_000), silence=Silence())

    assert found["life_segment"].tolist() == ["life_initial", "life_dormant"]


def test_stages_are_read_on_the_eve() -> None:
    table = stood(("a", 500, 460, 460, 1, 900), ("b", 501, 460, 460, 1, 900))
    stages = pd.DataFrame({
        "day": [499, 500, 500], "customer_id": ["a", "a", "b"],
        "stage": ["stage_purchaser", "stage_fan", "stage_general"],
    })  # fmt: skip

    found = nps_standing.standing(table, stages, cpm=Thresholds(amount=70_000), silence=Silence())

    assert found["stage"].tolist() == ["stage_purchaser", "stage_general"]


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=200))
def test_no_stage_is_read_on_or_after_the_answer(days: list[int]) -> None:
    read = nps_standing.judging_days(days)

    assert set(read) == set(days)
    assert all(eve < day for day, eve in read.items())
    assert len(set(read.values())) <= nps_standing.MOST_DAYS
    if len(set(days)) <= nps_standing.MOST_DAYS:
        assert all(eve == day - 1 for day, eve in read.items())


def test_without_orders_no_group_is_known() -> None:
    empty = pd.DataFrame(columns=HISTORY)
    given = pd.DataFrame({"customer_id": ["a"], "answered_day": [500], "nps": [3]})
    table = nps_standing.with_history(given, empty, as_of_day=1000, window_days=90)

    found = nps_standing.standing(table, pd.DataFrame(), cpm=Thresholds(amount=1), silence=Silence())

    assert found[["stage", "cpm_group", "frequency_group", "life_segment"]].isna().all(axis=None)
    assert not found[["windowed", "followed_year", "known_year", "bought_later"]].any(axis=None)


def test_an_answer_counts_as_observed_only_when_its_window_has_ended() -> None:
    table = stood(("a", 910, 1, 1, 1, 1), ("b", 911, 1, 1, 1, 1), ("c", 365, 0, 0, 1, 1), ("d", 364, 0, 0, 1, 1))

    assert table.set_index("customer_id")["windowed"].to_dict() == {"a": True, "b": False, "c": True, "d": True}
    assert table.set_index("customer_id")["known_year"].to_dict() == {"a": True, "b": True, "c": True, "d": False}
    assert table.set_index("customer_id")["followed_year"].to_dict() == {"a": False, "b": False, "c": True, "d": True}


@pytest.mark.slow
def test_where_nothing_differs_something_is_named_in_a_twentieth_of_reports() -> None:
    # 400 customers answer up to three surveys, always much alike; the groups of the answers are drawn at random.
    rng = np.random.default_rng(17)
    called, draws = 0, 400
    for _ in range(draws):
        times = rng.integers(1, 4, 400)
        person = np.repeat(np.arange(400), times)
        scores = np.clip(np.repeat(rng.integers(0, 11, 400), times) + rng.integers(-1, 2, len(person)), 0, 10)
        half = np.repeat(rng.integers(0, 2, 400), times)
        frame = pd.DataFrame(
            {"customer_id": person.astype("str"), "nps": scores, "stage": rng.integers(0, 4, len(person))}
        )
        table = nps_segments.compare(
            {"stage": frame.astype({"stage": "str"}), "half": frame.assign(half=half.astype("str"))}
        )
        called += bool((table["pvalue"] < 0.05).any())

    assert called / draws < 0.05 + 2.6 * math.sqrt(0.05 * 0.95 / draws)


def test_no_answer_no_day_to_judge() -> None:
    assert nps_standing.judging_days([]) == {}
    assert nps_standing.eves(pd.DataFrame({"answered_day": [5, 9, 5]})) == [4, 8]
    assert nps_segments.n_comparisons(nps_segments.compare({"usage": answers()})) == 0
    assert nps_segments.n_comparisons(nps_segments.compare({"usage": answers(("a", 30, 0, 0), ("b", 0, 0, 30))})) == 2
