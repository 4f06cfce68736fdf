"""What customers did before and after they answered: effects, later repeat, expectation, and the chain of use."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from crmlib.analysis import expectation, later_repeat, nps_effects, nps_selection, usage_chain
from crmlib.analysis.intervals import wilson
from crmlib.analysis.means import means, moments
from crmlib.analysis.nps_bands import NAMES
from crmlib.analysis.proportions import proportions

BANDS = ["promoters", "passives", "detractors"]


def people(sizes: dict[str, int], **columns: object) -> pd.DataFrame:
    """Customers of each band, all observed, with given columns."""
    bands = [name for name, n in sizes.items() for _ in range(n)]
    table = pd.DataFrame({
        "customer_id": [f"c{i:04d}" for i in range(len(bands))],
        "response_id": [f"r{i:04d}" for i in range(len(bands))],
        "answered_day": 500,
        "band": pd.Categorical(bands, categories=list(NAMES), ordered=True),
        "nps": [{"promoters": 10, "passives": 7, "detractors": 2}[band] for band in bands],
        "windowed": True, "known_year": True, "followed_year": True, "bought_later": False,
        "n_orders_before": 5, "n_orders_year_before": 2, "amount_year_before": 400, "n_orders_year_after": 1,
        "amount_year_after": 300, "reported_orders": np.nan, "reported_order_value": np.nan,
    })  # fmt: skip
    return table.assign(**columns)


NO_REFERRALS = pd.DataFrame(columns=["referrer_customer_id", "referred_day"])


def effects(answers: pd.DataFrame, referrals: pd.DataFrame = NO_REFERRALS, as_of_day: int = 2000) -> pd.DataFrame:
    return nps_effects.effects(answers, referrals, as_of_day=as_of_day)


def row(table: pd.DataFrame, effect: str, span: str, band: str) -> pd.Series:
    found = table[(table["effect"] == effect) & (table["span"] == span) & (table["band"] == band)]
    assert len(found) == 1
    return found.iloc[0]


def test_frequency_by_band_and_its_difference() -> None:
    orders = [*[4, 6] * 20, *[1] * 10, *[1, 3] * 20]
    answers = people({"promoters": 40, "passives": 10, "detractors": 40}, n_orders_year_before=orders)

    table = effects(answers)
    promoters = row(table, "effect_frequency", "year_before", "promoters")

    # 5 against 2; passives are 10 and stay without a figure. Four comparisons: two effects, two spans.
    assert table["n_comparisons"].unique().tolist() == [4]
    assert (promoters["figure"], promoters["difference"]) == (5, 3)
    expected = means(moments(orders[50:]), moments(orders[:40]), confidence_level=1 - 0.05 / 4)
    assert promoters["difference_low"] == pytest.approx(expected.difference_interval.low)
    assert promoters["pvalue"] == pytest.approx(min(1, 4 * expected.pvalue))
    passives = row(table, "effect_frequency", "year_before", "passives")
    assert passives["n_respondents"] == 10
    assert passives[["figure", "figure_low", "difference", "pvalue"]].isna().all()


def test_order_value_is_sales_over_orders_with_the_delta_interval() -> None:
    rng = np.random.default_rng(3)
    orders, price = rng.integers(0, 5, 80), rng.integers(50, 150, 80)
    answers = people({"promoters": 80}, n_orders_year_after=orders, amount_year_after=orders * price)

    found = row(effects(answers), "effect_value", "year_after", "promoters")

    keep = orders > 0
    ratio = (orders * price)[keep].sum() / orders[keep].sum()
    linear = ((orders * price)[keep] - ratio * orders[keep]) / orders[keep].mean()
    half = stats.t.ppf(0.975, keep.sum() - 1) * linear.std(ddof=1) / math.sqrt(keep.sum())
    assert found["n_respondents"] == keep.sum()
    assert found["figure"] == pytest.approx(ratio)
    assert found["figure_high"] - found["figure"] == pytest.approx(half)


def test_referrals_count_once_a_customer_within_the_span() -> None:
    answers = people({"promoters": 30, "passives": 30, "detractors": 30})
    referrals = pd.DataFrame({
        "referrer_customer_id": ["c0000", "c0000", "c0001", "c0002", "c0003", "c0060"],
        "referred_day": [499, 499, 135, 134, 501, 865],
    })  # fmt: skip

    table = effects(answers, referrals, as_of_day=865)

    # Before: days 135 to 499, and the records begin on 134. After: 501 to 865.
    assert row(table, "effect_referral", "year_before", "promoters")["figure"] == pytest.approx(2 / 30)
    assert row(table, "effect_referral", "year_after", "promoters")["figure"] == pytest.approx(1 / 30)
    assert row(table, "effect_referral", "year_after", "detractors")["figure"] == pytest.approx(1 / 30)
    ends = wilson(2, 30)
    assert row(table, "effect_referral", "year_before", "promoters")["figure_high"] == pytest.approx(ends.high)
    unseen = effects(answers, referrals, as_of_day=864)
    assert row(unseen, "effect_referral", "year_after", "promoters")["n_respondents"] == 0


def test_a_customer_counts_once_with_the_last_observed_answer() -> None:
    first = people({"promoters": 30}, n_orders_year_after=7)
    later = people({"promoters": 30}, answered_day=900, followed_year=False, n_orders_year_after=0,
                   response_id=[f"s{i}" for i in range(30)])  # fmt: skip

    table = effects(pd.concat([first, later], ignore_index=True))

    found = row(table, "effect_frequency", "year_after", "promoters")
    assert (found["n_respondents"], found["figure"]) == (30, 7)
    assert row(table, "effect_frequency", "year_before", "promoters")["n_respondents"] == 30


def test_without_orders_the_file_itself_is_asked() -> None:
    nothing = dict.fromkeys(("n_orders_before", "n_orders_year_after", "n_orders_year_before"), np.nan)
    told = people({"promoters": 30, "detractors": 30}, **nothing, reported_orders=[3.0] * 30 + [1.0, 2.0] * 15)

    table = effects(told)

    assert table["span"].unique().tolist() == ["as_told"]
    assert row(table, "effect_frequency", "as_told", "promoters")["difference"] == 1.5
    assert nps_effects.missing(table, "effect_frequency") is None
    assert nps_effects.missing(table, "effect_value") == "orders"
    assert nps_effects.missing(table, "effect_referral") == "referrals"
    assert nps_effects.part(table, "effect_frequency").columns[3] == "orders_a_year"
    assert effects(people({"promoters": 3}, **nothing)).empty


def test_later_repeat_by_hand() -> None:
    # 30 of 40 promoters, 10 of 40 detractors.
    answers = people({"promoters": 40, "detractors": 40}, bought_later=[True] * 30 + [False] * 40 + [True] * 10)

    table = later_repeat.by_group(answers, group="band").set_index("group")

    assert table.loc["promoters", ["n_windowed", "n_bought_later"]].tolist() == [40, 30]
    assert table.loc["promoters", "repeat_rate_low"] == pytest.approx(wilson(30, 40).low)
    pair = proportions(10, 40, 30, 40)
    assert table.loc["promoters", "repeat_difference"] == pytest.approx(0.5)
    assert table.loc["promoters", "pvalue"] == pytest.approx(pair.pvalue)  # two groups, one comparison
    assert later_repeat.promoters_against_detractors(answers).pvalue == pytest.approx(pair.pvalue)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=5))
def test_repeat_verdicts_agree_with_their_intervals(sizes: list[tuple[int, int]]) -> None:
    rows = [(f"g{i}", bought) for i, (yes, no) in enumerate(sizes) for bought in [True] * yes + [False] * no]
    table = later_repeat.by_group(pd.DataFrame(rows, columns=["usage", "bought_later"]), group="usage")
    told = table.dropna(subset=["pvalue"])
    outside = (told["repeat_difference_low"] > 0) | (told["repeat_difference_high"] < 0)

    assert ((told["pvalue"] < 0.05) == outside).all()
    assert table["n_windowed"].sum() == len(rows)
    assert table.loc[table["n_windowed"] < 30, ["repeat_rate", "pvalue"]].isna().all(axis=None)


def test_those_who_did_not_answer_are_shown_and_compared_with_nobody() -> None:
    answers = people({"promoters": 90}, usage=["sometimes"] * 30 + ["stopped"] * 30 + ["not_answered"] * 30)

    table = later_repeat.by_group(answers.assign(bought_later=[True] * 30 + [False] * 60), group="usage")

    assert table["group"].tolist() == ["sometimes", "stopped", "not_answered"]
    assert table["repeat_difference"].tolist()[:2] == [1, -1]
    assert math.isnan(table["pvalue"].iloc[2])


def test_last_answers_break_ties_by_the_response() -> None:
    twice = pd.DataFrame({
        "customer_id": ["a", "a", "b"], "answered_day": [5, 5, 1], "response_id": ["r1", "r2", "r0"],
        "windowed": [True, False, True],
    })  # fmt: skip

    assert later_repeat.last_answers(twice)["response_id"].tolist() == ["r2", "r0"]
    assert later_repeat.last_answers(twice, where="windowed")["response_id"].tolist() == ["r1", "r0"]


def test_who_answered_against_who_did_not() -> None:
    sent = pd.DataFrame({"survey_id": "s", "customer_id": [*"aabcdx"], "sent_day": [100, 120, 100, 100, 100, 100]})
    answers = pd.DataFrame({"survey_id": "s", "customer_id": ["a", "b"]})
    history = pd.DataFrame({
        "customer_id": [*"abcdx"], "day": 100, "first_day": [50.0, 70, 10, 20, np.nan],
        "last_day": [90.0, 80, 40, 20, np.nan], "n_orders_before": [4, 2, 2, 1, 0],
        "amount_before": [40, 20, 20, 10, 0],
    })  # fmt: skip

    table = nps_selection.compare(answers, sent, history).set_index("asked_measure")

    # x never ordered and has no figures. Recency 10 and 20 against 60 and 80: (15 - 70) / sqrt((50 + 200) / 2).
    assert table.loc[
        "asked_recency", ["n_answering", "n_unanswered", "mean_answering", "mean_unanswered"]
    ].tolist() == [
        2,
        2,
        15,
        70,
    ]
    assert table.loc["asked_recency", "standardised_difference"] == pytest.approx(-55 / math.sqrt(125))
    assert table.loc["asked_tenure", "mean_unanswered"] == 85
    assert nps_selection.compare(answers, sent.iloc[:0], history).empty


def pairs(*rows: tuple[int, int, int]) -> pd.DataFrame:
    """(expectation, experience, how many)."""
    found = [(a, b) for a, b, n in rows for _ in range(n)]
    table = people({"promoters": len(found)})
    return expectation.paired(table.assign(expectation=[a for a, _ in found], experience=[b for _, b in found]))


def test_the_gap_is_the_paired_t_test() -> None:
    told = pairs((3, 5, 4), (4, 4, 3), (5, 2, 2), (2, 3, 6))
    values = np.repeat([2, 0, -3, 1], [4, 3, 2, 6])

    found = expectation.gap(told)

    t = stats.ttest_1samp(values, 0)
    assert (found.n, found.n_above, found.n_below) == (15, 10, 2)
    assert found.mean_gap == pytest.approx(8 / 15)
    assert found.pvalue == pytest.approx(t.pvalue)
    assert (found.interval.low, found.interval.high) == pytest.approx(tuple(t.confidence_interval()))
    assert math.isnan(expectation.gap(pairs((3, 4, 5))).interval.low)
    assert expectation.gap(pairs()).n == 0


def test_the_quarters_add_up_and_the_cut_lies_above_the_middle() -> None:
    told = pairs((5, 5, 40), (1, 4, 30), (4, 3, 20), (2, 1, 10))

    table = expectation.quadrants(told, high_from=expectation.cut(told))

    assert expectation.cut(told) == 4
    assert expectation.cut(told, high_from=3) == 3
    assert table["group"].tolist() == ["promise_kept", "better_than_expected", "let_down", "little_expected"]
    assert table["n"].tolist() == [40, 30, 20, 10]
    assert table["share"].tolist() == [0.4, 0.3, 0.2, 0.1]
    assert table["nps"].isna().tolist() == [False, False, True, True]
    assert table["n_windowed"].sum() == 100
    assert expectation.groups(told, group="gap_side")["n"].tolist() == [30, 40, 30]
    few = expectation.quadrants(pairs((5, 5, 2)), high_from=4)
    assert few[["share", "share_low", "nps"]].isna().all(axis=None)


def test_the_gap_of_every_stage_against_all_others() -> None:
    told = pairs((3, 4, 15), (3, 5, 15), (3, 3, 15), (3, 2, 15), (3, 3, 5))
    stages = ["stage_general"] * 30 + ["stage_excellent"] * 30 + ["stage_fan"] * 5
    told["stage"] = pd.Categorical(stages, categories=["stage_general", "stage_excellent", "stage_fan"], ordered=True)

    table = expectation.gap_by(told, group="stage").set_index("group")

    gaps = told["gap"].to_numpy()
    welch = means(moments(gaps[30:]), moments(gaps[:30]), confidence_level=1 - 0.05 / 2)
    assert table.loc["stage_general", "mean_gap"] == 1.5
    assert table.loc["stage_general", "gap_difference_low"] == pytest.approx(welch.difference_interval.low)
    assert table.loc["stage_fan", "n"] == 5
    assert math.isnan(table.loc["stage_fan", "mean_gap"])


def used(*rows: tuple[str, str, str, bool, int]) -> pd.DataFrame:
    """(usage, effect, recognised, bought later, how many)."""
    found = [row[:4] for row in rows for _ in range(row[4])]
    return pd.DataFrame(found, columns=["usage", "effect_felt", "recognised", "bought_later"])


def test_the_chain_step_by_step() -> None:
    told = used(
        ("every_day", "yes", "yes", True, 40), ("every_day", "yes", "no", False, 30),
        ("sometimes", "a_little", "yes", False, 10), ("sometimes", "no", "no", False, 15),
        ("every_day", "not_answered", "yes", True, 5), ("stopped", "no", "no", False, 20),
        ("not_answered", "yes", "yes", True, 7),
    )  # fmt: skip

    table = usage_chain.chain(told, told).set_index("chain_step")

    counts = ["n_entering", "n_not_answering", "n_answering", "n_passed"]
    assert table.loc["chain_use", counts].tolist() == [127, 7, 120, 100]
    assert table.loc["chain_effect", counts].tolist() == [100, 5, 95, 80]
    assert table.loc["chain_recognition", counts].tolist() == [80, 0, 80, 50]
    assert table.loc["chain_repeat", counts].tolist() == [50, 0, 50, 40]
    assert table.loc["chain_recognition", "pass_rate"] == 50 / 80
    assert table.loc["chain_recognition", "pass_rate_high"] == pytest.approx(wilson(50, 80).high)
    lost = usage_chain.weakest(table.reset_index())
    assert lost is not None
    assert (lost.chain_step, lost.n_answered, lost.n_lost) == ("chain_recognition", 80, 30)
    # .625 against .8 of the repeat is p = .034, above .05 / 3: it may be another step.
    assert proportions(50, 80, 40, 50).pvalue > 0.05 / 3
    assert not lost.clear


def test_a_question_that_was_not_asked_is_passed_over() -> None:
    told = used(
        ("every_day", "not_answered", "not_answered", True, 60), ("stopped", "not_answered", "not_answered", False, 40)
    )

    table = usage_chain.chain(told, told.iloc[:0]).set_index("chain_step")

    # Nobody was asked, and nobody observed: that is not nobody who passed.
    counts = ["n_not_answering", "n_answering", "n_passed", "pass_rate"]
    assert table.loc[["chain_effect", "chain_recognition", "chain_repeat"], counts].isna().all(axis=None)
    assert math.isnan(table.loc["chain_repeat", "n_entering"])
    assert usage_chain.chain(told, told)["n_entering"].tolist() == [100, 60, 60, 60]
    assert usage_chain.not_asked(table.reset_index()) == ["effect_felt", "recognised"]
    assert usage_chain.missing(table.reset_index()) is None
    nothing = told.assign(usage="not_answered")
    assert usage_chain.missing(usage_chain.chain(nothing, nothing)) == "surveys.usage"
    # The repeat alone is weaker than nothing.
    assert usage_chain.weakest(usage_chain.chain(nothing, nothing)) is None
    assert usage_chain.weakest(usage_chain.chain(told.iloc[:0], told.iloc[:0])) is None


@given(st.lists(st.tuples(
    st.sampled_from([*usage_chain.USAGES, "not_answered"]), st.sampled_from([*usage_chain.EFFECTS, "not_answered"]),
    st.sampled_from(["yes", "no", "not_answered"]), st.booleans(), st.integers(1, 3),
), max_size=20))  # fmt: skip
def test_nobody_is_lost_from_the_chain_uncounted(rows: list[tuple[str, str, str, bool, int]]) -> None:
    told = used(*rows)
    table = usage_chain.chain(told, told)

    asked = table.dropna(subset=["n_answering"])
    questions = [{row[place] for row in rows} - {"not_answered"} for place in range(3)]
    assert len(asked) == sum(map(bool, questions)) + bool(rows)
    assert (asked["n_not_answering"] + asked["n_answering"] == asked["n_entering"]).all()
    assert (asked["n_passed"] <= asked["n_answering"]).all()
    assert table["n_entering"].dropna().is_monotonic_decreasing


def test_certain_only_with_enough_of_both_and_an_interval_without_zero() -> None:
    assert later_repeat.is_certain(proportions(10, 40, 30, 40))
    assert not later_repeat.is_certain(proportions(10, 40, 12, 40))
    assert not later_repeat.is_certain(proportions(1, 29, 28, 29))
    # Detractors who come back more often are no reason to look after them first.
    assert not later_repeat.is_certain(proportions(30, 40, 10, 40))


def test_words_are_put_in_order_and_not_answered_is_missing() -> None:
    told = used(("stopped", "not_answered", "no", True, 1), ("every_day", "a_little", "yes", True, 1))

    found = usage_chain.ordered(told)

    assert found["usage"].cat.categories.tolist() == ["every_day", "sometimes", "stopped", "not_opened"]
    assert found["effect_felt"].isna().tolist() == [True, False]
    assert (
        usage_chain.chain(found, found)["n_entering"].tolist() == usage_chain.chain(told, told)["n_entering"].tolist()
    )


def test_no_stage_no_gap_by_stage() -> None:
    told = pairs((3, 4, 40)).assign(stage=pd.Categorical([None] * 40, categories=["stage_fan"]))

    assert expectation.gap_by(told, group="stage").empty
