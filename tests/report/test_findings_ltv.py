"""What lifetime value and the media tables say, in both languages, and what they say when it is not known."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from crmlib import words
from crmlib.analysis.intervals import UNKNOWN, Interval
from crmlib.report import findings

NAN = math.nan
VALUE = SimpleNamespace(value=16_000.0, interval=Interval(15_500.0, 16_500.0), n=4_859)
NOTHING = SimpleNamespace(value=NAN, interval=UNKNOWN, n=0)


@pytest.fixture(autouse=True)
def english() -> None:
    words.speak("en", "JPY")


def media(*verdicts: str) -> pd.DataFrame:
    table = {"media": [f"m{i}" for i in range(len(verdicts))], "cost": 100, "cpo": 16_000.0, "limit_cpo": 14_000.0,
             "limit_cpo_low": 12_000.0, "limit_cpo_high": 15_900.0, "n_year": 422}  # fmt: skip
    return pd.DataFrame({**table, "verdict": list(verdicts)})


def test_the_annual_value_is_said_with_its_interval_and_denominator() -> None:
    profit = SimpleNamespace(value=11_000.0, interval=UNKNOWN, n=4_859)

    assert findings.ltv.annual(VALUE, profit, 365).text() == (
        "4,859 customers observed for 365 days each brought ¥16,000 in sales (95% interval ¥15,500 to ¥16,500) and"
        " ¥11,000 in gross profit after variable cost."
    )
    words.speak("ja", "JPY")
    assert findings.ltv.annual(VALUE, profit, 365).text() == (
        "365日観測できた4,859人の1人あたり売上は16,000円（95%区間 15,500円〜16,500円）、"
        "変動費を引いた粗利は11,000円です。"
    )


def test_definitions_that_agree_are_not_said_to_differ() -> None:
    table = pd.DataFrame({"definition": ["ltv_year", "ltv_cycle"], "counted_unit": "customer", "ltv": [5480.0, 5480.2]})
    assert findings.ltv.definitions(table).text() == (
        "Every LTV definition that can be computed on these data gives ¥5,480."
    )


def test_what_is_not_known_is_said_so() -> None:
    assert "costs are missing" in findings.ltv.annual(VALUE, NOTHING, 365).text()
    assert findings.ltv.annual(NOTHING, NOTHING, 365).text() == (
        "Annual LTV cannot be told: nobody has been observed for 365 days yet."
    )
    empty = pd.DataFrame()
    assert "cannot be told" in findings.ltv.levers(empty, 0, "customer").text()
    assert "cannot be told" in findings.ltv.steady(NAN).text()
    assert "cannot be judged" in findings.media.media(media(), [])[0].text()
    assert "cannot be told" in findings.media.own_ratio(SimpleNamespace(new_per_revived=NAN)).text()
    assert "No outlook" in findings.ltv.survival(NAN, UNKNOWN, 24, 0, NAN)[0].text()


@pytest.mark.parametrize(
    ("basis", "share", "said"),
    [("all_costs_known", 1.0, "known for all sales"), ("filled", 0.97, "known for 97.0% of sales"),
     ("untellable", 0.4, "known for 40.0% of sales only"), ("untellable", NAN, "no order has a product")],
)  # fmt: skip
def test_gross_profit_says_what_it_rests_on(basis: str, share: float, said: str) -> None:
    margin = SimpleNamespace(basis=basis, share_known=share, rate=0.7, rate_used=0.7)

    assert said in findings.ltv.costs_known(margin).text()


def test_media_to_stop_are_named_with_their_figures() -> None:
    lines = [line.text() for line in findings.media.media(media("scale", "keep_budget", "watch", "stop"), [1])]

    assert lines[0] == (
        "Media with a cost: 4. They clearly bring far more than they cost in a year: 1; clearly more: 1; cannot be"
        " told: 1; clearly less: 1."
    )
    assert len(lines) == 2
    assert lines[1] == (
        "m3: a customer costs ¥16,000 and may cost ¥14,000 (95% interval ¥12,000 to ¥15,900, n = 422 customers); cut"
        " the cost or stop."
    )


def test_the_own_ratio_stands_in_place_of_one_to_five() -> None:
    costs = SimpleNamespace(
        new_per_revived=1.8, new_per_extra=1.08, per_new=6_000.0, per_revived=3_298.0,
        per_extra_interval=Interval(3_000.0, math.inf),
    )  # fmt: skip
    assert "1.80 times" in findings.media.own_ratio(costs).text()
    # Calls that may have brought nobody may be worth nothing: 6,000 yen / inf is the lower end.
    assert "1.08 times (95% interval 0.00 to 2.00)" in findings.media.own_ratio(costs).text()
    assert "counting every" in findings.media.own_ratio(SimpleNamespace(**{**vars(costs), "new_per_extra": NAN})).text()


def test_the_largest_lever_is_said_in_money() -> None:
    table = pd.DataFrame({"element": ["unit_price_element"], "difference_up": [812.0], "difference_cohort": [81_200.0]})

    for unit in ("customer", "subscription"):
        text = findings.ltv.levers(table, 100, unit).text()
        assert "“Unit price”" in text
        assert "¥812" in text
        assert "¥81,200" in text


@pytest.mark.parametrize(("pvalue", "said"), [(0.001, "does not hold"), (0.4, "No difference")])
def test_one_rate_for_every_delivery_is_tested(pvalue: float, said: str) -> None:
    assert said in findings.ltv.steady(pvalue).text()


def months(cpa: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"month": range(24), "cost": [v * 10 for v in cpa], "n_customers": 10, "n_advertised": 9})


def test_the_cost_trend_compares_two_years_each_way() -> None:
    dearer = findings.media.cost_trend(months([100.0] * 12 + [120.0] * 12)).text()
    cheaper = findings.media.cost_trend(months([100.0] * 12 + [80.0] * 12)).text()

    assert "¥120" in dearer
    assert "+20.0%" in dearer
    assert dearer.endswith("dearer than it was.")
    assert "-20.0% against ¥100" in cheaper
    assert "over the last 3 months" in findings.media.cost_trend(months([100.0] * 24).head(3)).text()
    assert "90.0%" in findings.media.advertised(months([100.0] * 24)).text()


def test_the_order_of_media_turns_or_does_not() -> None:
    table = pd.DataFrame({"media": ["折込", "検索"], "rank_first": [2.0, 1.0], "rank_ltv": [1.0, 2.0],
                          "rank_change": [1.0, -1.0]})  # fmt: skip

    assert "折込 gains most, from place 2" in findings.media.turns(table).text()
    assert "same order" in findings.media.turns(table.assign(rank_change=0.0)).text()
    assert "cannot be told" in findings.media.turns(table.head(1)).text()


def model(**changes: Any) -> SimpleNamespace:
    known = {"state": "fitted", "n": 100, "n_repeat": 50, "purchases": 80.0, "days": 365, "n_bought": 75.0,
             "purchases_interval": Interval(70.0, 90.0), "amount_per_customer": 900.0}  # fmt: skip
    return SimpleNamespace(**{**known, **changes})


def test_the_outlook_stands_beside_its_check_on_the_past() -> None:
    ahead, check = (line.text() for line in findings.ltv.outlook(model(), model()))

    assert "80 purchases" in ahead
    assert check.endswith("predicted 80 purchases where 75 were made.")
    assert "too far off" in findings.ltv.outlook(model(), model(n_bought=50.0))[1].text()
    assert "could not be checked" in findings.ltv.outlook(model(), model(state="too_few"))[1].text()
    assert "too few for a model" in findings.ltv.outlook(model(state="too_few"), model())[0].text()
    assert "does not fit" in findings.ltv.outlook(model(state="no_convergence"), model())[0].text()


def test_the_outlook_of_subscriptions_says_how_far_the_model_is_off() -> None:
    worth, gap = (
        line.text() for line in findings.ltv.survival(46_000.0, Interval(45_000.0, 47_000.0), 24, 3_000, 0.06)
    )

    assert "¥46,000" in worth
    assert "6.0 points" in gap


def test_every_title_has_a_form_without_data() -> None:
    empty = pd.DataFrame({"payback_state": [], "payback_month": [], "cost": [], "n_customers": [], "verdict": []})

    titles = [
        findings.ltv.cumulative_title(NOTHING, 365), findings.ltv.levers_title(empty),
        findings.media.payback_title(empty), findings.media.media_title(empty), findings.media.trend_title(empty),
        findings.ltv.survival_title(NAN, 24),
    ]  # fmt: skip

    assert all(title.text() for title in titles)
    assert "“" not in findings.media.payback(empty).text()
