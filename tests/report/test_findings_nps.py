"""What is said of surveys: one sentence for each direction and for what is not known, in both languages."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from crmlib import words
from crmlib.analysis.nps_bands import JAPAN_UNVERIFIED, STANDARD, Bands
from crmlib.report.findings import nps, nps_actions, nps_follow

if TYPE_CHECKING:
    from crmlib.words import Sentence

NAN = float("nan")


def both(sentence: Sentence) -> str:
    """The English text; the Japanese one must be there and be another."""
    words.speak("ja", "JPY")
    japanese = sentence.text()
    words.speak("en", "JPY")
    assert japanese != sentence.text()
    return sentence.text()


def span(low: float, high: float) -> Any:
    return SimpleNamespace(low=low, high=high)


def test_only_the_usual_bands_make_an_nps() -> None:
    result = SimpleNamespace(n=100, n_promoters=40, n_passives=30, n_detractors=30, nps=10.0, interval=span(0.0, 20.0))
    own = Bands(detractor_to=5)

    assert "as NPS is defined" in both(nps.bands(STANDARD, "standard"))
    assert "could not be verified" in both(nps.bands(JAPAN_UNVERIFIED, "japan_unverified"))
    assert "client's own: detractors answered 0 to 5" in both(nps.bands(own, "standard"))
    assert both(nps.score(result, own)).startswith("The score in the client's own bands is +10.0")
    assert nps.score(result, STANDARD).text().startswith("The NPS is +10.0")
    named = both(nps.score(result, STANDARD, "W12"))
    assert named.startswith("In the survey “W12” the NPS is +10.0 (95% interval 0.0 to +20.0; 100 responses: 40.0%")
    assert "In the survey “W12” the score in the client's own bands is" in both(nps.score(result, own, "W12"))
    for survey in ("", "W12"):
        assert "the bands 0 to 4 and 8 to 10, which is not NPS, is +10.0" in both(
            nps.score(result, JAPAN_UNVERIFIED, survey)
        )
    assert (JAPAN_UNVERIFIED.detractor_to, JAPAN_UNVERIFIED.promoter_from) == nps.JAPAN
    assert both(nps.score_title(JAPAN_UNVERIFIED)) == "Score in the bands 0 to 4 and 8 to 10"
    assert nps.score_title(STANDARD).text() == "NPS"
    assert "own bands" in both(nps.score_title(own))
    assert "cannot stand beside" in both(nps_actions.benchmark(result, own))
    assert "proves nothing" in both(nps_actions.benchmark(result, STANDARD))
    assert "too few" in both(nps_actions.benchmark(SimpleNamespace(n=29, nps=1.0), STANDARD))


def selected(gap: float, n: int = 100) -> pd.DataFrame:
    return pd.DataFrame({"asked_measure": ["asked_orders", "asked_amount"], "n_answering": n, "n_unanswered": 200,
                         "standardised_difference": [gap, 0.0]})  # fmt: skip


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (selected(0.3), "higher in “Orders until then” by 0.30"),
        (selected(-0.3), "lower in “Orders until then” by 0.30"),
        (selected(0.05), "are like those who did not"),
        (selected(NAN), "are like those who did not"),
        (selected(0.3, n=29), "Too few answered"),
        (selected(0.3).iloc[:0], "is not in the data"),
    ],
)
def test_who_answered(table: pd.DataFrame, said: str) -> None:
    assert said in both(nps_follow.selection(table))


def effect(name: str, difference: float, pvalue: float) -> pd.DataFrame:
    ends = {f"{name}_difference_low": difference - 1, f"{name}_difference_high": difference + 1}
    row = {"span": "year_after", "band": "promoters", name: 0.5, f"{name}_difference": difference, "pvalue": pvalue}
    return pd.DataFrame([{**row, **ends}])


@pytest.mark.parametrize(
    ("say", "name", "more", "less"),
    [
        (nps_follow.frequency, "orders_a_year", "order more often", "order less often"),
        (nps_follow.order_value, "order_value", "spend more an order", "spend less an order"),
        (nps_follow.referral, "referral_rate", "refer others more often", "refer others less often"),
    ],
)
def test_the_three_effects(say: Any, name: str, more: str, less: str) -> None:
    assert more in both(say(effect(name, 2, 0.01)))
    assert less in both(say(effect(name, -2, 0.01)))
    assert "do not clearly differ" in both(say(effect(name, 2, 0.06)))
    assert "cannot be told" in both(say(effect(name, 2, NAN)))
    assert "cannot be told" in both(say(effect(name, 2, 0.01).iloc[:0]))


def test_the_chart_of_frequency_claims_only_what_is_clear() -> None:
    assert both(nps_follow.frequency_title(effect("orders_a_year", 2, 0.01))) == (
        "Promoters order more often than detractors (365 days after the answer)"
    )
    assert both(nps_follow.frequency_title(effect("orders_a_year", -2, 0.01))) == (
        "Promoters order less often than detractors (365 days after the answer)"
    )
    assert both(nps_follow.frequency_title(effect("orders_a_year", 2, 0.2))) == "Orders a customer by band"


def pair(difference: float, pvalue: float = 0.01, n: int = 50) -> Any:
    return SimpleNamespace(
        n_control=n, n_treatment=n, rate_control=0.3, rate_treatment=0.3 + difference, difference=difference,
        difference_interval=span(difference - 0.1, difference + 0.1), pvalue=pvalue,
    )  # fmt: skip


def test_later_repeat() -> None:
    assert "20.0 points more" in both(nps_follow.later_repeat(pair(0.2), 90))
    assert "20.0 points fewer" in both(nps_follow.later_repeat(pair(-0.2), 90))
    assert "no clear difference" in both(nps_follow.later_repeat(pair(0.05, 0.4), 90))
    assert "cannot be told" in both(nps_follow.later_repeat(pair(0.2, n=29), 90))


def repeats(difference: float, pvalue: float) -> pd.DataFrame:
    return pd.DataFrame({
        "group": ["stopped", "sometimes"], "n_windowed": [50, 60], "repeat_rate": [0.2, 0.4],
        "repeat_difference": [difference, 0.0], "repeat_difference_low": [difference - 0.1, -0.1],
        "repeat_difference_high": [difference + 0.1, 0.1], "pvalue": [pvalue, 1.0],
    })  # fmt: skip


def test_usage_and_repeat() -> None:
    assert "20.0 points fewer than all others" in both(nps_follow.usage(repeats(-0.2, 0.01), 90))
    assert "that one causes the other is not shown" in both(nps_follow.usage(repeats(0.2, 0.01), 90))
    assert "does not clearly differ" in both(nps_follow.usage(repeats(0.2, 0.5), 90))
    assert "cannot be told" in both(nps_follow.usage(repeats(0.2, 0.5).assign(pvalue=NAN), 90))
    assert "from 20.0% (“stopped using it”) to 40.0%" in both(nps_follow.repeat_title(repeats(0, 1), 90))
    assert both(nps_follow.repeat_title(repeats(0, 1).head(1), 90)) == "Bought again within 90 days of the answer"


def test_the_chain() -> None:
    found = {"chain_step": "chain_use", "n_answered": 50, "n_lost": 30, "rate": 0.4, "interval": span(0.3, 0.5)}

    assert "loses most at “uses the product”: 30 of 50" in both(nps_follow.chain(SimpleNamespace(**found, clear=True)))
    assert "not clearly more" in both(nps_follow.chain(SimpleNamespace(**found, clear=False)))
    assert "cannot be told" in both(nps_follow.chain(None))
    passed = both(nps_follow.passed_over(["effect_felt", "recognised"]))
    assert passed.endswith("in effect_felt, recognised; these steps are passed over.")
    assert both(nps_follow.passed_over([])).startswith("Each rate is of those")
    assert both(nps_follow.chain_title(None)) == "From use to repeat, step by step"
    assert "40.0%" in both(nps_follow.chain_title(SimpleNamespace(**found)))


def gap(mean: float, pvalue: float, n: int = 50, low: float | None = None) -> Any:
    ends = span(mean - 0.1, mean + 0.1) if low is None else span(low, low)
    return SimpleNamespace(n=n, mean_gap=mean, interval=ends, pvalue=pvalue, rate_above=0.5, n_below=10)


def test_expectation_and_experience() -> None:
    assert "above the expectation by +0.50" in both(nps_follow.gap(gap(0.5, 0.01)))
    assert "below the expectation by -0.50" in both(nps_follow.gap(gap(-0.5, 0.01)))
    assert "meets the expectation" in both(nps_follow.gap(gap(0.5, 0.2)))
    assert "have the same gap" in both(nps_follow.gap(gap(0.5, NAN, low=NAN)))
    assert "cannot be told" in both(nps_follow.gap(gap(0.5, 0.01, n=29)))
    quarters = pd.DataFrame({"group": ["let_down", "promise_kept"], "n": [10, 30], "share": [0.25, 0.75],
                             "share_low": 0.1, "share_high": 0.9})  # fmt: skip
    assert "10 of 40 responses (25.0%" in both(nps_follow.quadrant(quarters, 4))
    assert "cannot be told" in both(nps_follow.quadrant(quarters.assign(n=5), 4))
    stages = pd.DataFrame({"group": ["stage_fan"], "n": [40], "mean_gap": [0.8], "gap_difference": [0.5],
                           "gap_difference_low": [0.1], "gap_difference_high": [0.9], "pvalue": [0.01]})  # fmt: skip
    assert "stands out with a gap of +0.80" in both(nps_follow.gap_groups(stages))
    assert "does not clearly differ" in both(nps_follow.gap_groups(stages.assign(pvalue=0.3)))
    assert "cannot be compared" in both(nps_follow.gap_groups(stages.assign(pvalue=NAN)))


def questions(clear: bool = True, rho: float = 0.5) -> pd.DataFrame:
    priority = "fix_first" if clear else "keep_up"
    return pd.DataFrame({
        "driver": ["price_rating", "usage"], "n": 80, "correlation": [rho, 0.2], "correlation_low": 0.1,
        "correlation_high": 0.7, "driver_clear": clear, "n_comparisons": 2, "performance": 0.4,
        "driver_priority": [priority, "keep_up"],
    })  # fmt: skip


def test_drivers_and_priorities() -> None:
    assert "“rating of the price” goes most closely" in both(nps_actions.drivers(questions()))
    assert "None of 2 questions" in both(nps_actions.drivers(questions(clear=False)))
    assert "cannot be told" in both(nps_actions.drivers(questions(rho=NAN).head(1)))
    assert both(nps_actions.drivers_title(questions(clear=False))) == "What goes with the answer"
    assert "closely" in both(nps_actions.drivers_title(questions()))
    assert "Improve first: “rating of the price”" in both(nps_actions.priorities(questions()))
    assert "No question" in both(nps_actions.priorities(questions(clear=False)))
    assert "cannot be told" in both(nps_actions.priorities(questions().head(1)))
    assert "rated low" in both(nps_actions.priorities_title(questions()))
    assert both(nps_actions.priorities_title(questions(clear=False))) == "Importance against performance"


def test_questions_that_could_not_be_compared_are_named() -> None:
    assert nps_actions.left_out(["usage"], asked=["usage"]) == []
    (said,) = nps_actions.left_out(["usage"], asked=["usage", "price_rating", "site_rating"])
    assert both(said).endswith("so nothing can be said of: price_rating, site_rating.")


def test_comments_lists_and_the_repeater_score() -> None:
    counts = pd.DataFrame({"n": [30, 20], "n_comments": [5, 0]})
    work = pd.DataFrame({"n_customers": [40, 10], "n_contactable": [30, 5], "hours": [7.5, np.nan]})

    assert "5 of 50 responses carry a comment" in both(nps_actions.comments(counts, shown=True))
    assert "no comments" in both(nps_actions.comments(counts.assign(n_comments=0), shown=True))
    assert "left out" in both(nps_actions.comments(counts, shown=False))
    assert "which takes 7.5 hours" in both(nps_actions.approaches(work))
    assert "is not known" in both(nps_actions.approaches(work.assign(hours=NAN)))
    assert "Nobody answered" in both(nps_actions.approaches(work.assign(n_customers=0)))
    score = {"nps": 5.0, "interval": span(-5.0, 15.0)}
    assert "(NRS) is +5.0" in both(nps_actions.repeater(SimpleNamespace(n=30, **score)))
    assert "too few" in both(nps_actions.repeater(SimpleNamespace(n=29, **score)))
    assert "no NRS" in both(nps_actions.repeater(SimpleNamespace(n=0, **score)))


def test_conclusions_say_nothing_where_there_is_nothing_to_say() -> None:
    people = pd.DataFrame({"band": ["detractors"] * 10 + ["promoters"] * 30})

    lines = [nps_actions.at_risk(people, pair(0.2), 90), nps_actions.at_risk(people, pair(0.05), 90)]
    assert lines[0] is not None
    assert lines[1] is not None
    assert "bought again less often than promoters: 30.0% against 50.0%" in both(lines[0])
    assert both(lines[1]) == ("Detractors: 10 of 40 customers (25.0%; each customer's last answer in all surveys).")
    assert nps_actions.at_risk(people.tail(30), pair(0.2), 90) is None
    assert nps_actions.at_risk(people.head(29), pair(0.2), 90) is None
    assert "largest sales" in both(nps_actions.at_risk_action())
    first, action = nps_actions.first_to_improve(questions()), nps_actions.first_action(questions())
    assert first is not None
    assert action is not None
    assert "A/B test" in both(action)
    assert nps_actions.first_to_improve(questions(clear=False)) is None
    assert nps_actions.first_action(questions(clear=False)) is None


@pytest.mark.parametrize("low", [0.05, -0.05])
@pytest.mark.parametrize(
    ("survey", "said"),
    [(None, "each customer's last answer in all surveys"), ("W12", "last answers in the survey “W12”")],
)
def test_the_conclusion_says_by_which_answers_it_counts(survey: str | None, said: str, low: float) -> None:
    people = pd.DataFrame({"band": ["detractors"] * 10 + ["promoters"] * 30})
    pair = SimpleNamespace(
        n_control=40, n_treatment=50, difference_interval=span(low, 0.2), rate_treatment=0.5, rate_control=0.4
    )
    sentence = nps_actions.at_risk(people, pair, 90, survey)
    assert sentence is not None
    told = both(sentence)
    assert told.startswith(f"Detractors: 10 of 40 customers (25.0%; {said}).")
    assert ("bought again less often" in told) == (low > 0)
