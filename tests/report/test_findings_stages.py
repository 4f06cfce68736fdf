"""What the stages and the lifecycle say: every direction, what is not known, and in Japanese."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from crmlib import words
from crmlib.analysis.stage_evidence import Thresholds
from crmlib.report.findings import lifecycle, stages

if TYPE_CHECKING:
    from crmlib.words import Sentence

NAN = np.nan


@pytest.fixture(autouse=True)
def _english() -> None:
    words.speak("en", "JPY")


def _japanese(sentence: Sentence) -> str:
    words.speak("ja", "JPY")
    return sentence.text()


def _stages(**given: list[float]) -> pd.DataFrame:
    base = {"stage": ["stage_purchaser", "stage_general", "stage_fan"], "n_customers": [6, 3, 1],
            "share_customers": [0.6, 0.3, 0.1], "share_or_higher": [1.0, 0.4, 0.1]}  # fmt: skip
    return pd.DataFrame({**base, **given})


def _moved(n_fell: int = 0, n_start: int = 40) -> pd.DataFrame:
    rows = [("stage_purchaser", n_start, 0.1, 0), ("stage_general", n_start, 0.2, n_fell)]
    return pd.DataFrame(rows, columns=["stage_before", "n_start", "rose_rate", "n_fell"])


def test_where_most_stand() -> None:
    assert stages.where(_stages()).text() == "The largest stage is “① Purchaser” with 6 customers (60.0%)."
    some = stages.where(_stages(n_customers=[6, 3, NAN]))
    assert some.text().endswith("1 of the seven stages cannot be told from the data.")
    assert stages.where(_stages(n_customers=[0, 0, 0])).text().startswith("There is no counted order")
    assert stages.where_title(_stages()).text().startswith("40.0% of customers")
    assert stages.where_title(_stages(share_or_higher=[1, NAN, NAN])).text() == "Customers by stage"
    assert _japanese(stages.where(_stages())) == "最も多いのは「①購入者」の6人（60.0%）です。"


def test_who_may_stand_higher() -> None:
    told = pd.DataFrame({"settled": [True, False, False, True]})
    assert stages.open_customers(told).text().startswith("2 customers (50.0%) may stand higher")
    settled = "The stage of every customer is settled by the data."
    assert stages.open_customers(told[told["settled"]]).text() == stages.open_customers(told.head(0)).text() == settled


def test_moves_up_and_down() -> None:
    assert stages.moves(_moved(), days=90).text() == (
        "In the last 90 days the largest share rose from “② General customer” (20.0% of 40 customers); nobody fell"
        " back."
    )
    assert "7 customers of all stages fell back" in stages.moves(_moved(7), days=90).text()
    assert "cannot be told" in stages.moves(_moved(n_start=29), days=90).text()
    assert stages.moves_title(_moved()).text() == "Of the first three stages, fewest rose from “① Purchaser”: 10.0%"
    assert stages.moves_title(_moved(n_start=29)).text() == "Share of each stage that rose"


def test_a_rise_that_cannot_be_told_is_not_the_least() -> None:
    blind = _moved().assign(rose_rate=[0.03, NAN])
    assert stages.moves_title(blind).text() == ("From “① Purchaser” 3.0% rose; from the other stages it cannot be told")
    assert "from “① Purchaser” (3.0% of 40 customers)" in stages.moves(blind, days=90).text()
    assert "cannot be told" in stages.moves(blind.assign(rose_rate=NAN), days=90).text()


def test_leaving() -> None:
    table = pd.DataFrame({
        "stage": ["stage_purchaser", "stage_fan"] * 2, "period_end": [1, 1, 2, 2], "n_start": [9, 9, 10, 0],
        "n_gone": [9, 9, 4, 0],
    })  # fmt: skip
    assert stages.leaving(table).text() == (
        "4 customers left in the last period, all from “① Purchaser”: 40.0% of its active customers."
    )
    both = table.assign(n_start=[9, 9, 10, 5], n_gone=[9, 9, 4, 1])
    assert "5 customers left in the last period, most of them (4) from “① Purchaser”" in stages.leaving(both).text()
    assert stages.leaving(table.assign(n_gone=0)).text().startswith("Nobody left")
    assert stages.leaving(table.head(0)).text().startswith("Nobody left")


def test_the_fan_club() -> None:
    flags = pd.DataFrame({"stage": ["stage_fan_club"], "n_yes": [5], "yes_rate": [0.1]})
    reached = pd.DataFrame({"fan_club_day": [365], "fan_club_share": [0.2]})
    assert "20.0% of all customers reach" in stages.fan_club(flags, reached).text()
    assert stages.fan_club(flags, reached.head(0)).text().endswith("cannot be told yet.")
    assert "cannot be told from the data" in stages.fan_club(flags.assign(yes_rate=NAN), reached).text()


def test_the_line_up() -> None:
    table = pd.DataFrame({"first_product": ["A", "B", "C"], "n_customers": [90, 40, 35],
                          "excellent_rate": [0.1, 0.3, 0.9], "role": ["trial", "front", "cross"]})  # fmt: skip
    # From C, a cross product itself, any second order makes a customer excellent.
    assert stages.line_up(table).text().startswith("Of those who began with “B”, 30.0% became excellent")
    assert "cannot be told" in stages.line_up(table.tail(1)).text()
    assert "more than from any other that is no back-end or cross" in stages.line_up(table.head(1)).text()
    assert "cannot be told" in stages.line_up(table.assign(excellent_rate=NAN)).text()


def test_gaps_candidates_and_limits() -> None:
    table = pd.DataFrame({"category_name": ["skin", "food"], "gap_state": ["no_next", "covered"], "n_lines": [9, 9]})
    assert stages.gaps(table).text().startswith("The category “skin” has an entry product")
    assert stages.gaps(table.assign(gap_state="no_next")).text().startswith("2 categories have an entry product")
    assert stages.gaps(table.assign(gap_state="covered")).text().startswith("Every category")
    # A category of products that nobody buys any more is no gap.
    assert stages.gaps(table.assign(n_lines=0)).text().startswith("Every category that sells an entry product")
    assert "cannot be told" in stages.gaps(table.assign(gap_state="untellable")).text()
    found = pd.DataFrame({"candidate_because": ["is_evangelist", "is_fan"]})
    assert stages.candidates(found).text() == "2 customers can be asked as monitors, 1 of them evangelists."
    assert stages.candidates(found.head(0)).text().startswith("Nobody")
    assert "no request to cancel for 180 days" in stages.thresholds(Thresholds()).text()


def _segments(dormant: float = 4) -> pd.DataFrame:
    n = [np.nan, 2, 2, 2, dormant, 0]
    names = ["prospect", "initial", "general", "excellent", "dormant", "lapsed"]
    table = pd.DataFrame({"segment": [f"life_{name}" for name in names], "n_customers": n, "n_orders": 5})
    share = table["n_customers"] / table["n_customers"].sum()
    return table.assign(share_customers=share, share_amount=share)


def test_the_silent_and_the_excellent() -> None:
    assert lifecycle.silent(_segments()).text() == (
        "4 customers (40.0%) are dormant or lapsed; they brought 40.0% of all sales so far."
    )
    assert lifecycle.silent(_segments(0)).text().startswith("No customer is dormant")
    assert lifecycle.silent(_segments().assign(n_orders=0)).text() == "There is no counted order."
    assert lifecycle.excellent(_segments()).text().startswith("Excellent: 2 customers")
    assert lifecycle.excellent(_segments().assign(n_customers=0)).text().startswith("No customer is excellent")
    assert lifecycle.segments_title(_segments()).text().startswith("“Dormant customers” is the largest segment, 40.0%")
    assert lifecycle.segments_title(_segments().assign(n_customers=0)).text() == "Customers by segment of the lifecycle"


def test_the_alert() -> None:
    soon = pd.DataFrame({"amount": [30, 12]})
    assert lifecycle.alert(soon, within=30).text().startswith("2 customers will lapse within 30 days")
    assert lifecycle.alert(soon.head(0), within=30).text() == "No dormant customer will lapse within 30 days."
    assert "42円" in _japanese(lifecycle.alert(soon, within=30))


def test_limits_and_chance() -> None:
    rows = {"life_source": ["in_use", "from_ended_gaps"], "dormant_from": [60, 31.0], "lapsed_from": [240, 62.0]}
    assert "80% had by 31 days and 95% by 62 days" in lifecycle.limits(pd.DataFrame(rows)).text()
    few = pd.DataFrame({**rows, "lapsed_from": [240, NAN]})
    assert "too few gaps" in lifecycle.limits(few).text()
    marked = pd.DataFrame({"silent_days": [0, 60], "buys_again": [0.9, 0.2], "limit": ["", "life_dormant"]})
    assert lifecycle.chance_title(marked, horizon=365).text().startswith("After 60 days of silence")
    assert lifecycle.chance_title(marked.head(1), horizon=365).text().startswith("Chance of another order within")


@pytest.mark.parametrize(
    ("rates", "n", "part"),
    [
        ([0.8, 0.1], 40, "of those silent for 366 days or longer, 10.0%"),
        ([0.1, 0.1], 40, "does not fall"),
        ([0.8, 0.1], 9, "cannot be told"),
    ],
)
def test_the_return(rates: list[float], n: int, part: str) -> None:
    table = pd.DataFrame({"silence_band": ["silent_0_30", "silent_366_up"], "n_customers": n, "buy_rate": rates})
    assert part in lifecycle.revival(table, days=90).text()
    assert part in lifecycle.revival_title(table, days=90).text()


def test_the_return_of_a_band_that_ends_is_not_said_of_longer_silence() -> None:
    table = pd.DataFrame(
        {
            "silence_band": ["silent_0_30", "silent_121_240", "silent_241_365"],
            "n_customers": [90, 77, 8],
            "buy_rate": [0.98, 0.584, 0.25],
        }
    )
    said = lifecycle.revival(table, days=90).text()
    assert said.endswith("of those silent for 121–240 days, 58.4%.")


def test_the_persona_that_differs_most() -> None:
    base = {"segment": "life_excellent", "attribute": "sex", "attribute_value": "female", "shop_share": 0.5}
    table = pd.DataFrame(
        [{**base, "persona_share": 0.9, "persona_share_low": 0.8, "persona_share_high": 0.95, "persona_lift": 1.8}]
    )
    said: Callable[[pd.DataFrame], str] = lambda found: lifecycle.persona(found, segment="life_excellent").text()  # noqa: E731
    assert said(table) == "“Excellent customers” differ most in “Sex”: 90.0% have “women”, 50.0% in the shop."
    assert "do not differ clearly" in said(table.assign(persona_share_low=0.4))
    assert "cannot be told" in said(table.head(0)), "of nothing known nothing is alike"
