"""Approaches by band, comments, published scores and the repeater score."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from crmlib.analysis import nps, nps_approaches, nps_benchmarks, nps_comments, nps_views, views
from crmlib.analysis.intervals import Interval
from crmlib.analysis.nps_bands import NAMES, STANDARD, Bands, band_rules
from tests.analysis.helpers import refused

PEOPLE = pd.DataFrame({
    "customer_id": [*"abcdefg"], "nps": [10, 9, 8, 7, 3, 2, 1], "answered_day": 500,
    "band": pd.Categorical.from_codes([2, 2, 1, 1, 0, 0, 0], list(NAMES), ordered=True),
})  # fmt: skip
CUSTOMERS = pd.DataFrame({
    "customer_id": [*"abcdef"], "n_orders": 3, "amount": 900, "recency_days": 40,
})  # fmt: skip
YEAR = pd.DataFrame({"customer_id": [*"abcde"], "amount": [100, 200, 300, 50, 70]})
CONTACTS = pd.DataFrame({"customer_id": ["b", "c"], "result": ["refused", "absent"]})


def consents(*rows: tuple[str, str, object]) -> pd.DataFrame:
    """(customer, line_account, mail_optin); calls are allowed, LINE friends told by the account."""
    table = pd.DataFrame(rows, columns=["customer_id", "line_account", "mail_optin"])
    return table.assign(line_friend=pd.NA, call_ok=True, do_not_call=False, dm_ok=False)


TOLD = consents(("a", "individual", True), ("b", "individual", True), ("c", "none", True), ("d", "campaign", False),
                ("e", "campaign", False), ("f", "individual", False))  # fmt: skip


def table(told: pd.DataFrame = TOLD, **how: object) -> pd.DataFrame:
    return nps_approaches.approach_table(PEOPLE, CUSTOMERS, YEAR, told, CONTACTS, **how)  # type: ignore[arg-type]


def test_each_band_has_its_approach_and_each_customer_a_channel() -> None:
    found = table().set_index("customer_id")

    assert found.loc[[*"acde"], "approach"].tolist() == [
        "dedicated_person", "shared_team", "shared_team", "technology",
    ]  # fmt: skip
    # The individual LINE account for people; where there is only the other one, the telephone.
    assert found.loc["a", "contact_channel"] == "line"
    assert found.loc["d", "contact_channel"] == "phone"
    # Technology takes the LINE account for campaigns, and never the telephone or the individual account.
    assert found.loc["e", "contact_channel"] == "line"
    assert found.loc["f", ["contact_channel", "consent"]].tolist() == ["none", "not_allowed"]
    # b asked once not to be contacted, g has no consent on record.
    assert found.loc["b", ["contact_channel", "consent"]].tolist() == ["none", "not_allowed"]
    assert found.loc["g", "consent"] == "not_known"


def test_the_list_holds_only_who_may_be_contacted_by_value_at_stake() -> None:
    rows = nps_approaches.listed(table())

    assert rows["customer_id"].tolist() == ["a", "c", "d", "e"]
    assert rows["amount_year"].tolist() == [100, 300, 50, 70]
    assert nps_approaches.listed(table(TOLD.iloc[:0])).empty


def test_hours_and_cost_only_where_given() -> None:
    work = nps_approaches.workload(table(), minutes={"dedicated_person": 30, "shared_team": None}, hourly_cost=2000)

    assert work["n_customers"].tolist() == [2, 2, 3]
    assert (work["n_contactable"] + work["n_not_allowed"] + work["n_not_known"] == work["n_customers"]).all()
    assert work["hours"].tolist()[0] == 0.5
    assert work["labour_cost"].tolist()[0] == 1000
    assert work.loc[1:, ["hours", "labour_cost"]].isna().all(axis=None)
    assert work["amount_year"].tolist() == [300, 350, 70]


def test_approaches_are_a_parameter_and_every_band_needs_one() -> None:
    turned = {"promoters": "technology", "passives": "technology", "detractors": "dedicated_person"}

    assert table(approaches=turned)["approach"].tolist()[0] == "dedicated_person"
    assert (table(channels=["phone"]).query("approach == 'technology'")["contact_channel"] == "none").all()
    with refused("approaches['passives'] == None, must be one of dedicated_person, shared_team, technology."):
        table(approaches={"detractors": "technology", "promoters": "technology"})


def test_comments_stand_beside_the_score_the_latest_first() -> None:
    answers = PEOPLE.assign(response_id=[*"1234567"], survey_id="s", stage="stage_general", answered_day=range(7),
                            free_text=["", None, " fine ", "good", " ", "no", None])  # fmt: skip

    assert nps_comments.with_texts(answers)["response_id"].tolist() == ["6", "4", "3"]
    assert "customer_id" not in nps_comments.with_texts(answers).columns
    counts = nps_comments.counts(answers)
    assert counts[["band", "n", "n_comments"]].to_numpy().tolist() == [
        ["promoters", 2, 0], ["passives", 2, 2], ["detractors", 3, 1],
    ]  # fmt: skip
    assert counts["comment_share"].isna().all()
    assert nps_comments.counts(answers, least=1)["comment_share"].tolist() == pytest.approx([0, 1, 1 / 3])


def test_what_was_published_has_year_and_source() -> None:
    found = nps_benchmarks.published()

    assert found[["published_year", "nps"]].to_numpy().tolist() == [
        [2016, -31.3],
        [2018, -22.2],
        [2021, -10.7],
        [2021, 2.3],
    ]
    assert (found["published_source"].str.len() > 10).all()


def test_a_scale_to_five_gives_no_repeater_score() -> None:
    asked = pd.DataFrame({"intent_continue": pd.array([10, 9, 8, 3, None], dtype="Int64")})
    five = pd.DataFrame({"intent_continue": pd.array([1, 5, 5, 4], dtype="Int64")})
    hundred = pd.DataFrame({"intent_continue": pd.array([10, 100], dtype="Int64")})

    assert nps_benchmarks.repeater_score(asked).nps == 25
    for other in (five, hundred, asked.iloc[4:]):
        assert nps_benchmarks.repeater_score(other).n == 0
        assert math.isnan(nps_benchmarks.repeater_score(other).nps)


def test_a_figure_of_fewer_than_thirty_is_none() -> None:
    ends = Interval(1.0, 2.0)

    assert nps_views.figure(1.5, ends, 30).interval == ends
    assert math.isnan(nps_views.figure(1.5, ends, 29).value)
    few = nps_views.answer_bands(nps.distribution([9] * 29), STANDARD)
    assert few["share"].isna().all()
    assert few.loc[9, ["n", "band"]].tolist() == [29, "promoters"]
    assert nps_views.answer_bands(nps.distribution([9] * 30), STANDARD).loc[9, "share"] == 1
    for n, told in ((29, False), (30, True)):
        sizes = nps_views.band_sizes(band_rules(STANDARD), views.band_table(nps.score([9] * n)))
        assert sizes["share"].notna().all() == told
        assert sizes["n"].tolist() == [n, 0, 0]


def test_only_the_standard_is_named_nps() -> None:
    scored = pd.DataFrame({"group": ["a", "b"], "nps": [1.0, math.nan], "nps_low": 0.0, "nps_difference_high": 2.0})
    own = Bands(promoter_from=8)

    assert nps_views.named(scored, STANDARD).equals(scored)
    assert list(nps_views.named(scored, own)) == ["group", "own_score", "own_score_low", "own_score_difference_high"]
    assert (nps_views.score_column(STANDARD), nps_views.score_column(own)) == ("nps", "own_score")
    assert nps_views.told(scored)["group"].tolist() == ["a"]


def test_parts_of_the_answers() -> None:
    stood = pd.DataFrame({"survey_id": ["s", "t", "t"], "free_text": [*"xyz"]})

    assert len(nps_views.pool(stood, None)) == 3
    assert nps_views.pool(stood, "t")["free_text"].tolist() == ["y", "z"]
    assert nps_views.shown(stood, wanted=False).empty
    assert nps_views.shown(stood, wanted=True).equals(stood)
    assert "driver_clear" not in nps_views.told_drivers(pd.DataFrame({"driver": ["a"], "driver_clear": [True]}))
    comments = pd.DataFrame(
        {"answered_day": 1, "answer": 9, "band": "promoters", "free_text": "x", "stage": "y"}, [0, 1]
    )
    assert nps_views.latest_comments(comments, most=1).shape == (1, 4)


def test_a_question_that_nobody_answered_is_named() -> None:
    told = pd.DataFrame({"expectation": [3, None], "experience": [None, None], "free_text": [" ", None]})
    assert nps_views.unasked(told, "expectation") is None
    assert nps_views.unasked(told, "expectation", "experience") == "surveys.experience"
    assert nps_views.unasked(told, "free_text") == "surveys.free_text"
    assert nps_views.unasked(told.iloc[1:], "expectation") == "surveys.expectation"
    words = pd.DataFrame({"usage": ["not_answered", "not_answered"]})
    assert nps_views.unasked(words, "usage") == "surveys.usage"


def test_what_is_at_stake_is_the_years_sales_of_the_band() -> None:
    # The detractors e and f are known: 70 and nothing; g never ordered.
    assert nps_views.at_stake(PEOPLE, table()) == 70
    assert math.isnan(nps_views.at_stake(PEOPLE.tail(1), table()))
