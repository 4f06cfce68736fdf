"""What the portfolio and the annual page say, in both languages where the form differs, and when nothing is known."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd

from crmlib import words
from crmlib.report.findings import active, portfolio

if TYPE_CHECKING:
    from crmlib.words import Sentence

NAN = math.nan
USED = SimpleNamespace(amount=33_301, leave_days=240)


def _en(sentence: Sentence) -> str:
    words.speak("en", "JPY")
    return sentence.text()


def _ja(sentence: Sentence) -> str:
    words.speak("ja", "JPY")
    text = sentence.text()
    words.speak("en", "JPY")
    return text


def _rates(rows: list[tuple[str, int, int, float, float, float]]) -> pd.DataFrame:
    names = ["cpm_step", "n_start", "n_made_move", "rate_moved", "rate_moved_low", "rate_moved_high"]
    return pd.DataFrame(rows, columns=names)


LEAVING = _rates([
    ("all_steps", 300, 30, 0.1, 0.08, 0.12),
    ("first_time", 200, 24, 0.12, 0.1, 0.14),
    ("excellent", 100, 6, 0.06, 0.04, 0.08),
])  # fmt: skip


def _year(**changes: Any) -> SimpleNamespace:
    rates = {"retention_rate": 0.5, "new_retention_rate": 0.4}
    intervals = {name: SimpleNamespace(low=0.3, high=0.7) for name in rates}
    facts = {
        "tellable": True, "n_year_active": 120, "n_active_before": 100, "n_new": 60, "n_revived": 10, "n_lost": 50,
        "n_kept_on": 50, "amount": 1_200_000, "annual_ltv": 10_000.0, "point_amount": 12_000.0, "rates": rates,
        "intervals": intervals, "n_second_base": 80, "second_rate": 0.45,
        "second_interval": SimpleNamespace(low=0.35, high=0.55),
    }  # fmt: skip
    return SimpleNamespace(**facts | changes)


def test_the_threshold_is_shown_in_yen_with_what_it_is_made_of() -> None:
    told = portfolio.thresholds(USED, preset="make_repeater", average=4_757.3)
    assert _en(told) == (
        "Trend and excellent begin at ¥33,301, seven times the shop's average order value of ¥4,757; a customer counts"
        " as left after 240 days without an order."
    )
    assert _ja(told) == (
        "流行客・優良客の基準は累計33,301円です（平均注文単価4,757円の7倍）。240日購入がない顧客を離脱とみなします。"
    )
    given = portfolio.thresholds(USED, preset="make_repeater", average=1_000.0)
    assert _en(given).startswith("Trend and excellent begin at ¥33,301; a customer")
    assert "seven" not in _en(portfolio.thresholds(USED, preset="ltv_lab", average=NAN))


def test_the_leak_is_the_step_that_most_leave_from() -> None:
    assert _en(portfolio.leak(LEAVING, n_months=12)) == (
        "Most customers leave from the step “First-time”: 24 of 30 times in the last 12 months, or 12.0% of its"
        " active customers a month (95% interval 10.0% to 14.0%)."
    )
    assert "月間の離脱率は12.0%" in _ja(portfolio.leak(LEAVING, n_months=12))
    assert "cannot be told" in _en(portfolio.leak(LEAVING.head(0), n_months=12))
    assert _en(portfolio.leak(LEAVING.assign(n_made_move=0), n_months=12)) == "Nobody has left in the last 12 months."
    vague = _en(portfolio.leak(LEAVING.assign(rate_moved_low=0.1, rate_moved_high=0.5), n_months=12))
    assert vague.endswith("24 of 30 times in the last 12 months; the months differ too much for a monthly rate.")
    own = LEAVING.assign(cpm_step=["all_steps", "<b>{x}</b>", "B"])
    assert "“<b>{x}</b>”" in _en(portfolio.leak(own, n_months=12))


def test_rates_are_only_compared_where_their_intervals_part() -> None:
    assert _en(portfolio.leakiest(LEAVING)) == (
        "The rate of leaving is highest at “First-time” (12.0% a month) and lowest at “Excellent” (6.0%)."
    )
    close = LEAVING.assign(rate_moved_low=0.01)
    assert _en(portfolio.leakiest(close)) == "The rates of leaving do not differ clearly between the steps."
    wide = LEAVING.assign(rate_moved_high=LEAVING["rate_moved_low"] + 0.3)
    assert _en(portfolio.leakiest(wide)).endswith("between the steps: the months differ too much.")
    assert _en(portfolio.leakiest(LEAVING.head(1))) == "The rates of leaving cannot be compared between the steps."


def test_cancelled_subscribers_are_counted_among_the_active() -> None:
    groups = pd.DataFrame(
        {"standing": ["still_active", "has_left"], "n_customers": [40, 60], "n_all_cancelled": [10.0, 0]}
    )
    assert _en(portfolio.cancelled(groups)) == (
        "10 customers of the 40 who count as active (25.0%) have cancelled all their subscriptions and not ordered"
        " since; they stay in their group, but are in fact gone."
    )
    assert "No active customer" in _en(portfolio.cancelled(groups.assign(n_all_cancelled=0.0)))
    assert "subscriptions is missing" in _en(portfolio.cancelled(groups.assign(n_all_cancelled=NAN)))


def test_fixed_customers_and_those_about_to_leave() -> None:
    interval = SimpleNamespace(low=0.15, high=0.26)
    found = SimpleNamespace(n_eligible=200, n_fixed=40, rate=0.2, interval=interval)
    assert _en(portfolio.fixed(found)).startswith("Of 200 customers who first bought one to two years ago, 40 (20.0%;")
    assert "nobody has been observed" in _en(portfolio.fixed(SimpleNamespace(n_eligible=0)))
    alerts = pd.DataFrame({"n_orders": [1, 3], "amount": [100, 5_000]})
    assert _en(portfolio.soon(alerts, days=60)) == (
        "2 customers will count as left within 60 days unless they order; of them, 1 bought more than once and"
        " brought ¥5,000 so far."
    )
    assert "all of them have bought more than once, and they brought ¥5,000" in _en(
        portfolio.soon(alerts.tail(1), days=60)
    )
    assert _en(portfolio.soon(alerts.head(0), days=60)).startswith("No active customer reaches")


def test_titles_of_the_portfolio() -> None:
    months = pd.DataFrame({"month": [24_300, 24_300, 24_301], "cpm_step": ["steady", "has_left", "steady"],
                           "n_customers": [5, 9, 7]})  # fmt: skip
    assert _en(portfolio.months_title(months)) == "Active customers went from 5 in January 2025 to 7 in February 2025"
    assert _en(portfolio.months_title(months.head(0))) == "Customers by CPM step at the month ends"
    assert _en(portfolio.leave_title(LEAVING)) == "10.0% of active customers leave in a month"
    assert _en(portfolio.leave_title(LEAVING.head(0))) == "Share of active customers who leave in a month, by step"


def test_the_base_grows_shrinks_stays_or_cannot_be_told() -> None:
    assert _en(active.growth(_year(), tellable_from=0)) == (
        "The base of active customers has grown from 100 to 120 customers: 60 came new and 10 came back, 50 were lost."
    )
    assert "shrunk from 130" in _en(active.growth(_year(n_active_before=130), tellable_from=0))
    assert "as large as a year before" in _en(active.growth(_year(n_active_before=120), tellable_from=0))
    for unknown in (None, _year(tellable=False)):
        assert _en(active.growth(unknown, tellable_from=20_177)) == (
            "Whether the base of active customers grows cannot be told before 30 March 2025: two full years are needed."
        )
    assert "判定不能" in _ja(active.growth(None, tellable_from=20_177))


def test_sales_are_customers_times_ltv_and_a_point_has_its_price() -> None:
    assert _en(active.identity(_year())) == (
        "Sales of the year, ¥1,200,000, are 120 customers who were active times an annual LTV of ¥10,000 each."
    )
    assert _ja(active.point_value(_year())) == (
        "維持率1ポイントは年商12,000円に当たります（稼働顧客120人×年間LTV 10,000円×0.01）。"
    )
    assert "cannot be told" in _en(active.point_value(None))
    assert "No complete year" in _en(active.identity(None))


def test_retention_of_old_and_new_customers() -> None:
    assert "50 of 100 who were active in the year before were kept: 50.0%" in _en(active.kept(_year(), tellable_from=0))
    assert "cannot be told before" in _en(active.kept(None, tellable_from=0))
    assert "of the 80 new ones of the year before, 45.0%" in _en(active.new_customers(_year()))
    assert "cannot be told yet" in _en(active.new_customers(_year(n_second_base=0)))


def _chain(now: float, low: float, high: float) -> SimpleNamespace:
    names = [
        "year_ahead",
        "n_year_active",
        "n_year_active_low",
        "n_year_active_high",
        "amount",
        "amount_low",
        "amount_high",
    ]
    rows = [(0, now, now, now, 9e6, 9e6, 9e6), (5, (low + high) / 2, low, high, 9e6, 8e6, 10e6)]
    return SimpleNamespace(tellable=True, table=pd.DataFrame(rows, columns=names), new_customers=50, n_draws=2_000)


def _lapsed(one: int, longer: int) -> SimpleNamespace:
    rates = pd.DataFrame({"from_state": ["lapsed_1", "lapsed_longer"], "n_start": [one, longer]})
    return SimpleNamespace(tellable=True, rates=rates)


def test_a_rate_of_few_lapsed_customers_is_said_to_be_taken_from_others() -> None:
    assert _en(active.lapsed_rates(_lapsed(1593, 6))) == (
        "Fewer than 30 customers were in “Lapsed for longer”: the outlook takes the rate of “Lapsed for a year” for"
        " them too, whatever the row shows."
    )
    assert _ja(active.lapsed_rates(_lapsed(1593, 6))) == (
        "「離脱2年目以降」は30人未満のため、見通しでは表の値ではなく「離脱1年目」の率を用いています。"
    )
    assert "lets no lapsed customer come back" in _en(active.lapsed_rates(_lapsed(29, 40)))
    assert _en(active.lapsed_rates(_lapsed(30, 30))) == "Every rate rests on 30 customers or more."


def test_the_outlook_rises_falls_stays_or_cannot_be_given() -> None:
    assert _en(active.outlook(_chain(100, 110, 130))) == (
        "If all goes on as in the last year, active customers rise from 100 to about 120 (110 to 130) in 5 years, and"
        " sales to ¥9,000,000 a year (¥8,000,000 to ¥10,000,000)."
    )
    assert "fall from 100" in _en(active.outlook(_chain(100, 70, 90)))
    assert "stay about where they are" in _en(active.outlook(_chain(100, 90, 110)))
    none = SimpleNamespace(tellable=False)
    assert "cannot be given" in _en(active.outlook(none))
    assert [_en(title(none)) for title in (active.outlook_title, active.sales_outlook_title)] == [
        "Active customers in the years to come", "Sales in the years to come",
    ]  # fmt: skip
    assert _en(active.assumptions(none)) == "No outlook is given, so nothing is assumed."
    assert "every year brings 50 customers who are new" in _en(active.assumptions(_chain(1, 1, 1)))
    assert "nothing is assumed" in _en(active.lapsed_rates(none))
    assert _en(active.outlook_title(_chain(100, 110, 130))).startswith("About 120 active customers in 5 years")
    assert _en(active.sales_outlook_title(_chain(100, 110, 130))).startswith("About ¥9,000,000 of sales")
    assert _en(active.bridge_title(_year())) == "Active customers changed by +20.0% against the year before"
    assert _en(active.bridge_title(None)) == "Active customers: last year and this year"
