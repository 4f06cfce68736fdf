"""Ranks, deciles, movement, prediction and promotion in sentences: each direction, and what is not known."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from crmlib import words
from crmlib.analysis import deciles
from crmlib.report import findings

if TYPE_CHECKING:
    from crmlib.words import Sentence

NAN = math.nan


@pytest.fixture(autouse=True)
def _english() -> None:
    words.speak("en", "JPY")


def in_japanese(sentence: Sentence) -> str:
    words.speak("ja", "JPY")
    return sentence.text()


def ranks_of(n: list[int], amount: list[int]) -> pd.DataFrame:
    table = pd.DataFrame({"rf_rank": list("ABCDE"), "n_customers": n, "n_orders": n, "amount": amount})
    for name in ("customers", "orders"):
        table[f"share_{name}"] = table[f"n_{name}"] / max(sum(n), 1)
    return table.assign(share_amount=table["amount"] / (sum(amount) or NAN))


def test_the_most_favoured_and_what_they_bring() -> None:
    told = findings.ranks.favoured(ranks_of([10, 0, 0, 0, 90], [800, 0, 0, 0, 200]))
    assert str(told) == (
        "To be favoured most (rank A): 10 customers (10.0% of all), who brought 80.0% of sales with 10.0%"
        " of the orders."
    )
    assert in_japanese(told) == (
        "最優遇すべき顧客層（ランクA）は10人（全体の10.0%）で、注文の10.0%、売上の80.0%を占めます。"
    )


def test_without_anyone_of_rank_a_or_any_sales_it_is_said() -> None:
    assert "list is empty" in str(findings.ranks.favoured(ranks_of([0, 0, 0, 0, 9], [0, 0, 0, 0, 9])))
    assert str(findings.ranks.favoured(ranks_of([2, 0, 0, 0, 0], [0] * 5))).endswith("there are no sales to share.")
    assert str(findings.ranks.grid_title(ranks_of([0] * 5, [0] * 5))) == "Ranks A to E on recency by frequency"
    title = findings.ranks.grid_title(ranks_of([1, 0, 0, 0, 3], [0] * 5))
    assert str(title) == "25.0% of customers have rank A, 75.0% the lowest, E"


@pytest.mark.parametrize(("top", "end"), [
    (0.9, "sales hang on fewer customers than the 2:8 rule of thumb says."),
    (0.81, "here the 2:8 rule of thumb holds."),
    (0.6, "sales are spread wider than the 2:8 rule of thumb says."),
])  # fmt: skip
def test_the_two_to_eight_rule_is_computed(top: float, end: str) -> None:
    found = SimpleNamespace(n=100, amount_of_top_20=top, customers_for_80=0.3)
    assert str(findings.ranks.concentration(found)).endswith(end)
    assert "best fifth of customers brings" in str(findings.ranks.pareto_title(found))


def test_a_concentration_that_cannot_be_told() -> None:
    found = SimpleNamespace(n=0, amount_of_top_20=NAN, customers_for_80=NAN)
    assert "cannot be told" in str(findings.ranks.concentration(found))
    one = deciles.concentration(pd.DataFrame({"amount": [5480]}))
    assert str(findings.ranks.concentration(one)) == (
        "How far sales hang on few customers cannot be told: a fifth of 1 customer is not even one."
    )
    assert str(findings.ranks.pareto_title(found)) == "Share of customers and share of sales"


def test_few_customers_and_single_purchases_are_warned_of() -> None:
    assert str(findings.ranks.decile_note(99)).startswith("Caution: with 99 customers a decile holds fewer than ten")
    assert str(findings.ranks.decile_note(100)).startswith("Ten groups of equal size")
    deciles = pd.DataFrame({"n_customers": [8], "n_once": [2], "share_once": [0.25]})
    assert str(findings.ranks.once(deciles)).startswith("2 customers of the first decile (25.0%) bought once only")
    assert str(findings.ranks.once(deciles.assign(n_once=0))).startswith("Every customer of the first decile")
    assert str(findings.ranks.once(deciles.assign(n_customers=0))).startswith("There are no customers")


def test_movement_up_down_and_out() -> None:
    names = ["rank_up", "rank_same", "rank_down", "rank_lowest", "new_since"]
    table = pd.DataFrame({"rank_direction": names, "n_moved": [3, 80, 10, 7, 5]})
    assert str(findings.ranks.moved(table, days=90, n_before=100)) == (
        "Of 100 customers with a rank 90 days before the base date, 3 have moved up, 10 down and 7 to the lowest rank;"
        " 5 customers are new since then."
    )
    assert "cannot be told" in str(findings.ranks.moved(table, days=90, n_before=0))


def test_an_earlier_date_that_could_not_show_the_longest_silence_is_warned_of() -> None:
    cuts = SimpleNamespace(recency_days=(30, 60, 180, 365))
    short = findings.ranks.earlier_reach(days_seen=455, days=90, cuts=cuts, method="fixed")
    assert str(short).startswith("On the earlier date the data covered 365 days, so nobody")
    for days_seen, method in ((456, "fixed"), (10, "quantile")):
        told = findings.ranks.earlier_reach(days_seen=days_seen, days=90, cuts=cuts, method=method)
        assert str(told).startswith("The sales of all movements are the sales between")


def test_who_kept_the_best_rank() -> None:
    bounds = {"share_moved": 0.5, "share_moved_low": 0.2, "share_moved_high": 0.8}
    moves = pd.DataFrame([{"rank_before": "A", "rank_after": "A", "n_start": 4, "n_moved": 2, **bounds}])
    assert str(findings.ranks.kept_top(moves)) == (
        "Of 4 customers of rank A on the earlier date, 2 still have it (50.0%, 95% interval 20.0% to 80.0%)."
    )
    assert str(findings.ranks.kept_top(moves.assign(n_start=0))) == "No customer had rank A on the earlier date."
    assert "check that it is meant so" in str(findings.ranks.painting(True))
    assert "our proposal" in str(findings.ranks.painting(False))


def correlations(rows: list[tuple[str, float, float, float]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["rfm_measure", "rho", "rho_low", "rho_high"])
    return table.assign(later_outcome="bought_later", n_followed=50)


def test_each_measure_is_said_in_its_direction_the_strongest_first() -> None:
    rows = [("money", -0.3, -0.4, -0.2), ("recency", 0.6, 0.5, 0.7), ("frequency", 0.1, -0.1, 0.3)]
    told = [str(s) for s in findings.promotion.predicts(correlations(rows), days=180, days_seen=900)]
    assert told[0].startswith("In this shop's own past, Recency (R) was related most closely to buying")
    assert told[1] == "Frequency (F) did not tell who bought afterwards: 0.10 (-0.10 to 0.30) is not told from zero."
    assert told[2].startswith("Money (M) went the other way: -0.30 (-0.40 to -0.20)")
    both = correlations([("recency", 0.6, 0.5, 0.7), ("money", 0.4, 0.3, 0.5)])
    assert str(findings.promotion.predicts(both, days=9, days_seen=99)[1]).startswith("Money (M) was related to it too")


def test_a_prediction_that_cannot_be_told_says_why() -> None:
    none = correlations([("recency", NAN, NAN, NAN)])
    [short] = findings.promotion.predicts(none, days=180, days_seen=100)
    [few] = findings.promotion.predicts(none, days=180, days_seen=900)
    assert "the data cover 100 days" in str(short)
    assert "too few customers had ordered" in str(few)


def test_the_title_names_the_measure_that_divides_most() -> None:
    rates = pd.DataFrame({
        "rfm_measure": ["recency", "recency", "money", "money"], "score": [5, 1, 5, 1], "n_start": [50] * 4,
        "later_rate": [0.8, 0.1, 0.5, 0.4],
    })  # fmt: skip
    assert str(findings.promotion.predicts_title(rates, days=180)) == (
        "Within 180 days, 80.0% of the best and 10.0% of the lowest Recency (R) score bought again"
    )
    few = findings.promotion.predicts_title(rates.assign(n_start=29), days=180)
    assert str(few) == "Share who bought afterwards, by R, F and M score"


def estimates(rows: list[tuple[str, int, float]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["segment", "n_followed", "expected_per_contact"])
    value = table["expected_per_contact"]
    return table.assign(expected_per_contact_low=value * 0.5, expected_per_contact_high=value * 2)


def test_what_a_contact_starts_from_in_the_best_and_the_lowest_segment() -> None:
    table = estimates([("champions", 30, 4_000.0), ("at_risk", 29, 1.0), ("lost", 99, 20.0)])
    assert str(findings.promotion.best_list(table, days=30)) == (
        "Without a promotion of its own, a customer of “Champions” buys for ¥4,000 within 30 days and one of “Lost” for"
        " ¥20 (95% interval ¥10 to ¥40): only what comes on top is the promotion's."
    )
    assert "“Champions”" in str(findings.promotion.contact_title(table))
    assert "no other segment" in str(findings.promotion.best_list(table[:1], days=30))
    assert "cannot be told" in str(findings.promotion.best_list(table[:0], days=30))
    assert str(findings.promotion.contact_title(table[:0])) == "Expected sales per contact, by segment"


def test_what_pays_for_a_contact_or_what_is_missing_to_tell() -> None:
    assert str(findings.promotion.pays(contact_cost=100, margin_rate=0.4)) == (
        "A contact costs ¥100; at a gross margin of 40.0% it pays when it brings ¥250 of sales that would not have come"
        " without it."
    )
    assert "the gross margin is not given" in str(findings.promotion.pays(contact_cost=100, margin_rate=NAN))
    assert "the cost of one contact is not given" in str(findings.promotion.pays(contact_cost=NAN, margin_rate=0.4))


@pytest.mark.parametrize(("contactable", "start"), [
    ([1.0, 0.0], "1 of 2 customers may be contacted by direct mail"),
    ([NAN, NAN], "Who may be contacted by direct mail cannot be told"),
    ([], "Who may be contacted by direct mail cannot be told"),
])  # fmt: skip
def test_who_may_be_contacted(contactable: list[float], start: str) -> None:
    now = pd.DataFrame({"contactable": contactable}, dtype="float64")
    assert str(findings.promotion.reach(now, channel="dm")).startswith(start)


def test_narrowing_a_list() -> None:
    table: Any = estimates([("a", 9, 700.0), ("b", 9, 4_800.0)]).assign(n_customers=[8_000, 740])
    assert str(findings.promotion.narrowed(table)) == (
        "Narrowing the list from 8,000 customers to the 740 of rank A takes what a customer buys as things go from ¥700"
        " to ¥4,800."
    )
    assert "cannot be told" in str(findings.promotion.narrowed(table.assign(expected_per_contact=[1.0, NAN])))
