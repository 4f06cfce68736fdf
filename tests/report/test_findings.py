"""Every finding says what its table holds, in whole sentences of both languages, and has one for what is not known."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from crmlib import words
from crmlib.analysis import subscription_views, subscriptions
from crmlib.report import findings

if TYPE_CHECKING:
    from crmlib.words import Sentence

NAN = math.nan


def _both(sentence: Sentence) -> tuple[str, str]:
    words.speak("en", "JPY")
    english = sentence.text()
    words.speak("ja", "JPY")
    japanese = sentence.text()
    words.speak("en", "JPY")
    return english, japanese


def _segments(champions: int, at_risk: int) -> pd.DataFrame:
    frame = pd.DataFrame({
        "segment": ["champions", "at_risk", "lost"],
        "n_customers": [champions, at_risk, 10],
        "amount": [champions * 300, at_risk * 100, 1_000],
    })  # fmt: skip
    frame["share_amount"] = frame["amount"] / frame["amount"].sum()
    return frame


CUTS = SimpleNamespace(recency_days=(30, 60, 180, 365))


def test_the_best_segment_with_its_share_of_customers_and_of_sales() -> None:
    assert _both(findings.rfm.best(_segments(10, 0))) == (
        "The best segment, 10 customers (50.0% of all), brought 75.0% of sales.",
        "最優良客は10人（全体の50.0%）で、売上の75.0%を占めます。",
    )
    assert _both(findings.rfm.best(_segments(0, 0)))[0] == "No customer is in the best segment by the cuts in use."


def test_silence_longer_than_the_data_cannot_be_told() -> None:
    told = findings.rfm.slipping(_segments(0, 4), days_seen=181, cuts=CUTS, method="fixed")
    assert _both(told) == (
        (
            "4 customers in the segments “At risk” and “Can't lose them” have not bought for more than 180 days; they"
            " brought ¥400 so far and are the first to consider for a personal follow-up."
        ),
        (
            "「離反リスク客」「失いたくない優良客」の4人は180日を超えて購入がありません。これまでの売上は400円で、"
            "個別フォローの第一候補です。"
        ),
    )
    ranked = findings.rfm.slipping(_segments(0, 4), days_seen=10, cuts=CUTS, method="quantile")
    assert "are among those silent longest" in _both(ranked)[0]
    none = findings.rfm.slipping(_segments(0, 0), days_seen=181, cuts=CUTS, method="fixed")
    assert _both(none)[0] == "Nobody is in the segments “At risk” and “Can't lose them” by the cuts in use."
    short = findings.rfm.slipping(_segments(0, 0), days_seen=180, cuts=CUTS, method="fixed")
    assert _both(short) == (
        (
            "Whether repeat customers have gone silent cannot be told yet: the data cover 180 days, and long silence"
            " begins after 180 days."
        ),
        "購入が途絶えたリピート客がいるかは判定不能です。データの期間は180日で、長期の離脱とみなす180日超に届きません。",
    )
    assert "cannot be judged yet" in _both(findings.rfm.reach(days_seen=365, cuts=CUTS, method="fixed"))[0]
    assert "add up to the sales" in _both(findings.rfm.reach(days_seen=366, cuts=CUTS, method="fixed"))[0]


def test_one_time_buyers_with_their_denominator_and_the_recent_among_them() -> None:
    customers = pd.DataFrame({"n_orders": [1, 1, 1, 2], "first_day": [0, 10, 11, 99]})
    assert _both(findings.rfm.one_time(customers, as_of_day=100, days=90)) == (
        "3 of 4 customers (75.0%) have bought once only; 1 of these bought for the first time within the last 90 days.",
        "4人のうち3人（75.0%）は購入が1回だけです。うち1人は初回購入から90日未満です。",
    )
    assert _both(findings.rfm.one_time(customers[:0], as_of_day=100, days=90))[0] == "There is no counted order."


def _steps(rate: float, naive: float) -> pd.DataFrame:
    return pd.DataFrame({
        "order_number": [1], "n_eligible": [200], "step_rate": [rate], "step_rate_low": [rate - 0.05],
        "step_rate_high": [rate + 0.05], "naive_step_rate": [naive],
    })  # fmt: skip


def test_the_second_purchase_with_window_denominator_and_interval() -> None:
    assert _both(findings.retention.second_step(_steps(0.5, 0.4), 180)) == (
        (
            "Of 200 customers observed for at least 180 days since their first purchase, 50.0% (95% interval 45.0% to"
            " 55.0%) bought a second time within 180 days."
        ),
        (
            "初回購入から180日以上観測できた200人のうち、180日以内に2回目の購入をした割合（F2転換率）は50.0%です"
            "（95%信頼区間 45.0%〜55.0%）。"
        ),
    )
    assert _both(findings.retention.second_step(_steps(NAN, NAN), 180))[0] == (
        "How many come back for a second purchase cannot be told: nobody has been observed for 180 days yet."
    )
    assert "cannot be told" in _both(findings.retention.second_step(_steps(0, 0).iloc[:0], 180))[0]


def test_the_naive_figure_is_said_not_to_be_comparable() -> None:
    assert _both(findings.retention.naive_gap(_steps(0.5, 0.4)))[0].endswith("so it cannot be compared with 50.0%.")
    assert "nobody has been observed" in _both(findings.retention.naive_gap(_steps(NAN, NAN)))[0]


def test_without_a_loss_no_purchase_is_said_to_lose_most() -> None:
    loss = SimpleNamespace(order_number=1, n_lost=0, n_eligible=3, step_rate=1.0, share_of_losses=NAN)
    assert _both(findings.retention.largest_loss(loss, 90))[0] == (
        "No purchase has lost a customer so far: all of 3 customers observed long enough came back within 90 days."
    )
    assert _both(findings.retention.steps_title(loss, 90))[0] == "Purchases step by step"
    assert "cannot be told yet" in _both(findings.entries.first_loss(loss))[0]
    months = pd.DataFrame({"state": []})
    assert findings.conclusions.retention(loss, months, window_days=90) == findings.conclusions.Conclusion()


def test_contracts_that_all_go_on_have_an_interval_and_no_leavers() -> None:
    rows = pd.DataFrame({"first_delivery": [1] * 40, "last_delivery": 3, "is_due": False, "was_due": True})
    steps = subscription_views.step_table(subscriptions.steps(rows, max_delivery=3))
    # Wilson's of 40 of 40: 40 / (40 + 1.96²).
    assert _both(findings.subscriptions.survival(steps, 2))[0] == (
        "100.0% of contracts (95% interval 91.2% to 100.0%) receive delivery 2 (followed from the first delivery:"
        " 40 contracts)."
    )
    assert _both(findings.subscriptions.largest_leave(steps))[0].startswith("No subscriber has left so far")


def test_a_median_of_too_few_for_an_interval_is_said_without_one() -> None:
    one = SimpleNamespace(n=1, median=30.0, median_interval=SimpleNamespace(low=NAN, high=NAN))
    assert _both(findings.retention.days_to_second(one))[0] == (
        "The median time to the second purchase is estimated at 30 days, from too few customers for an interval"
        " (n = 1 customer, those still without one counted up to the base date)."
    )


def test_the_largest_loss_names_its_step_window_and_interval() -> None:
    interval = SimpleNamespace(low=0.2, high=0.3)
    loss = SimpleNamespace(order_number=2, n_lost=30, n_eligible=40, step_rate=0.25, interval=interval)
    assert _both(findings.retention.largest_loss(loss, 90))[0] == (
        "The largest loss lies between purchase 2 and purchase 3: 30 of 40 customers (75.0%; 95% interval 70.0% to"
        " 80.0%) did not come back within 90 days."
    )
    unknown = SimpleNamespace(order_number=None)
    assert "cannot be told" in _both(findings.retention.largest_loss(unknown, 90))[0]
    assert _both(findings.retention.steps_title(unknown, 90))[0] == "Purchases step by step"
    assert _both(findings.retention.steps_title(loss, 90))[1] == "90日以内に次の購入がない顧客が最も多いのは2回目のあと"


@pytest.mark.parametrize(
    ("n", "median", "high", "said"),
    [
        (0, NAN, NAN, "There is no first purchase"),
        (9, NAN, NAN, "is not reached"),
        (9, 31.0, 40.0, "estimated at 31 days (95% interval 20 days to 40 days; n = 9 customers"),
        (9, 31.0, NAN, "estimated at 31 days (95% interval from 20 days, its upper end not reached; n = 9 customers"),
    ],
)
def test_the_median_has_its_interval_also_when_that_is_open(n: int, median: float, high: float, said: str) -> None:
    result = SimpleNamespace(n=n, median=median, median_interval=SimpleNamespace(low=20.0, high=high))
    assert said in _both(findings.retention.days_to_second(result))[0]


def _months(n: int, repeat: int, earlier: int) -> pd.DataFrame:
    shares = [earlier] * max(n - 12, 0) + [repeat] * min(n, 12)
    return pd.DataFrame({
        "month": [2025 * 12 + k for k in range(n)], "state": ["observed"] * n, "amount_repeat": shares,
        "amount_new": [100 - share for share in shares], "repeat_share": [share / 100 for share in shares],
    })  # fmt: skip


def test_repeat_sales_against_the_year_before_only_where_there_is_one() -> None:
    assert _both(findings.retention.repeat_sales(_months(24, 60, 50)))[0] == (
        "Repeat orders brought 60.0% of the last twelve months' sales, up from 50.0%."
    )
    assert _both(findings.retention.repeat_sales(_months(24, 40, 50)))[0].endswith("sales, after 50.0%.")
    assert _both(findings.retention.repeat_sales(_months(3, 40, 0)))[0] == (
        "Over the last 3 months repeat orders brought 40.0% of sales."
    )
    old = _months(24, 100, 50)
    assert "says nothing" in _both(findings.retention.repeat_sales(old))[0]
    assert _both(findings.retention.sales_title(old))[0] == "New and repeat sales by month"
    assert "no sales" in _both(findings.retention.repeat_sales(_months(3, 0, 0).assign(amount_new=0)))[0]
    assert "No complete month" in _both(findings.retention.repeat_sales(_months(3, 40, 0).assign(state="partial")))[0]


def _result(promoters: int, detractors: int, n: int) -> Any:
    nps = 100 * (promoters - detractors) / n if n else NAN
    interval = SimpleNamespace(low=nps - 5, high=nps + 5)
    passives = n - promoters - detractors
    counts = {"n_promoters": promoters, "n_passives": passives, "n_detractors": detractors}
    return SimpleNamespace(n=n, **counts, nps=nps, interval=interval)


def test_the_score_with_interval_and_number_of_answers() -> None:
    assert _both(findings.nps.score(_result(16, 8, 40)))[0] == (
        "The NPS is +20.0 (95% interval +15.0 to +25.0; 40 responses: 40.0% promoters, 20.0% detractors)."
    )
    few = _both(findings.nps.score(_result(4, 2, 29)))[0]
    assert few == "29 responses are too few for a score: 4 promoters, 23 passives, 2 detractors."
    assert "No answer" in _both(findings.nps.score(_result(0, 0, 0)))[0]
    assert "outnumber" in _both(findings.nps.distribution_title(_result(10, 20, 100)))[0]
    assert _both(findings.nps.distribution_title(_result(0, 0, 0)))[0] == "Distribution of answers"


def test_who_answered_or_that_it_cannot_be_told() -> None:
    assert "26.0%" in _both(findings.nps.responses(26, 100))[0]
    assert "cannot be told" in _both(findings.nps.responses(26, 0))[0]


def _groups(difference: float, half: float, n: int) -> pd.DataFrame:
    return pd.DataFrame({
        "group": ["stopped", "every_day"], "n": [n, n], "nps": [difference, 0.0],
        "nps_difference": [difference, NAN], "nps_difference_low": [difference - half, NAN],
        "nps_difference_high": [difference + half, NAN], "pvalue": [0.2 if abs(difference) < half else 0.01, NAN],
    })  # fmt: skip


def test_groups_differ_clearly_or_not_or_are_too_small_or_were_not_asked() -> None:
    assert _both(findings.nps.groups(_groups(-40, 10, 50), "usage"))[0] == (
        "“stopped using it” scores 40.0 points lower than all others (95% interval -50.0 to -30.0,"
        " corrected for 2 groups; 50 responses)."
    )
    assert "higher than all others" in _both(findings.nps.groups(_groups(40, 10, 50), "usage"))[0]
    # The same sentence follows several tables: each names what it was compared by.
    assert _both(findings.nps.groups(_groups(5, 10, 50), "usage")) == (
        "By “use of the product” no group's score differs clearly from that of all others.",
        "「商品の使用状況」別では、それ以外の顧客と明らかな差のあるグループはありません。",
    )
    assert _both(findings.nps.groups(_groups(40, 10, 29), "stage"))[0] == (
        "By “stage of the customer” every group has fewer than 30 responses, too few to compare."
    )
    assert _both(findings.nps.groups_title(_groups(5, 10, 50), "stage"))[1] == (
        "「顧客のステージ」別では、それ以外の顧客と明らかな差のあるグループはない"
    )
    assert _both(findings.nps.groups(_groups(1, 1, 1).iloc[:0], "usage"))[1] == (
        "グループの比較は判定不能です。「商品の使用状況」の回答がありません。"
    )


def _row(verdict: str, **changed: Any) -> dict[str, Any]:
    row = {
        "name": "call", "primary_metric": "continuation", "verdict": verdict, "is_random": True, "ratio_ok": True,
        "assigned_method": "random", "n_control": 100, "n_treatment": 100, "n_assigned_control": 150,
        "n_assigned_treatment": 90, "value_control": 0.5, "value_treatment": 0.6, "difference": 0.1,
        "difference_low": 0.02, "difference_high": 0.18, "treatment_share_planned": 0.5, "ratio_pvalue": 0.00001,
        "n_needed_per_arm": 90.0,
    }  # fmt: skip
    by_hand = {"assigned_method": "manual"} if changed.get("is_random") is False else {}
    return {**row, **by_hand, **changed}


REVENUE = {"primary_metric": "revenue"}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (_row("treatment_better"), "“call” worked: 60.0% against 50.0%, 10.0 points more (95% interval +2.0 to +18.0"),
        (_row("treatment_worse", difference=-0.1), "“call” did harm: 60.0% against 50.0%, 10.0 points less"),
        (_row("no_clear_difference"), "95% interval of the difference +2.0 to +18.0 points)."),
        (
            _row("no_clear_difference", n_needed_per_arm=101.0),
            "would take 101 customers per arm, so this does not show",
        ),
        (_row("no_clear_difference", n_needed_per_arm=NAN), "95% interval of the difference +2.0 to +18.0 points)."),
        (
            _row("ratio_broken"),
            "assigned to treatment and 150 customers to control (100 and 100 observed), where 50.0%",
        ),
        (_row("not_observed"), "“call”: an arm has no customer observed for the whole window yet."),
        (_row("not_testable"), "“call” cannot be judged: too few customers"),
        (_row("treatment_better", is_random=False), "but the group was not drawn at random"),
        (_row("treatment_worse", is_random=False), "but the group was not drawn at random"),
        (_row("no_clear_difference", is_random=False), "but the group was not drawn at random"),
        (_row("treatment_better", is_random=False, assigned_method="before_after"), "compares before with after"),
        (_row("treatment_better", **REVENUE), "more sales per customer (95% interval)"),
        (_row("treatment_worse", **REVENUE), "did harm: sales per customer changed by"),
        (_row("no_clear_difference", **REVENUE), "no clear difference in sales per customer"),
        (_row("treatment_better", **REVENUE, is_random=False), "whether the groups differ or not may lie in"),
    ],
)
def test_each_verdict_has_its_sentence_in_both_languages(row: dict[str, Any], said: str) -> None:
    english, japanese = _both(findings.abtest.verdict(row, 0.1))
    assert said in english
    assert "call" in japanese
    assert "interval" not in japanese


def test_only_random_experiments_with_whole_arms_count_as_evidence() -> None:
    rows = [_row("treatment_better"), _row("ratio_broken"), _row("treatment_better", is_random=False)]
    results = pd.DataFrame([*rows, _row("not_observed")])
    assert _both(findings.abtest.summary(results))[0].startswith(
        "Of 4 experiments 1 can be read as evidence; 1 of these show a clear difference."
    )
    assert _both(findings.abtest.differences_title(results))[0] == "“call” shows a clear gain"
    assert _both(findings.abtest.differences_title(results.iloc[1:]))[0] == "No experiment can be judged here"
    unclear = pd.DataFrame([_row("no_clear_difference")])
    assert _both(findings.abtest.differences_title(unclear))[0] == "No experiment shows a clear gain"
    revenue = pd.DataFrame([_row("treatment_better", **REVENUE), _row("treatment_better"), _row("treatment_better")])
    assert _both(findings.abtest.differences_title(revenue))[0] == "2 experiments show a clear gain"
