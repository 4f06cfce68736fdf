"""Media against their cost: by hand, by the whole interval, and every row and yen accounted for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmlib.analysis import acquisition, advertising, payback
from crmlib.analysis.months import last_day
from tests.analysis.helpers import refused

JANUARY = 2025 * 12
AS_OF = last_day(JANUARY + 11)


def costs(*rows: tuple[str, int, int]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["media", "month", "cost"])


def counts(*rows: tuple[Any, ...]) -> pd.DataFrame:
    names = ["media", "month", "n_customers", "n_trial", "n_trial_eligible", "n_pulled", "n_eligible", "n_next",
             "amount_first", "amount"]  # fmt: skip
    return pd.DataFrame(list(rows), columns=names)


def sums(media: str, n: int, mean: float, spread: float, *, n_all: int = 100) -> pd.DataFrame:
    """A year and a half year of a medium whose customers bring `mean` with that standard deviation."""
    squares = (n - 1) * spread**2 + n * mean**2
    row = {"group": media, "n_customers": n_all, "n_eligible": n, "amount": 2 * n * mean, "profit": n * mean,
           "amount_squares": 4 * squares, "profit_squares": squares, "amount_all": 2.0 * n * mean}  # fmt: skip
    return pd.DataFrame([{**row, "day": day} for day in (180, 365)])


SPENT = costs(("tv", JANUARY, 60_000), ("tv", JANUARY + 1, 40_000), ("radio", JANUARY, 5_000))
COME = counts(
    ("tv", JANUARY, 40, 20, 20, 5, 40, 16, 40_000, 90_000), ("tv", JANUARY + 1, 60, 20, 0, 0, 0, 0, 60_000, 70_000),
    ("search", JANUARY, 10, 0, 0, 0, 10, 2, 9_000, 9_500), ("not_known", JANUARY, 3, 0, 0, 0, 3, 1, 100, 150),
    ("tv", JANUARY - 1, 7, 0, 0, 0, 7, 0, 500, 600),
)  # fmt: skip
MONTHS = [JANUARY, JANUARY + 1]


def test_cost_of_a_customer_of_a_trial_and_of_the_main_product() -> None:
    # tv: 100,000 for 100 new, 40 trials; 20 had the time and 5 moved up: 60 + 40 x .25 = 70 of the main product.
    tv = acquisition.by_medium(SPENT, COME, months=MONTHS).set_index("media").loc["tv"]

    assert (tv["cpa"], tv["cpr"], tv["pull_rate"], tv["n_main"]) == (1000, 2500, 0.25, 70)
    assert tv["cpo"] == pytest.approx(100_000 / 70)
    assert (tv["mr"], tv["f2_rate"]) == (1.0, 0.4)


def test_where_all_begin_with_a_trial_cpo_is_cpr_over_the_pull_up_rate() -> None:
    come = counts(("tv", JANUARY, 40, 40, 30, 12, 40, 16, 1, 1))

    tv = acquisition.by_medium(costs(("tv", JANUARY, 8_000)), come, months=[JANUARY]).iloc[0]

    assert tv["cpo"] == pytest.approx(tv["cpr"] / tv["pull_rate"])


def test_media_are_matched_letter_by_letter_and_say_where_they_are_found() -> None:
    table = acquisition.by_medium(costs(("TV ", JANUARY, 10)), COME, months=MONTHS).set_index("media")

    assert table["side"].to_dict() == {
        "TV ": "only_costs", "not_known": "only_orders", "search": "only_orders", "tv": "only_orders",
    }  # fmt: skip
    assert np.isnan(table.loc["tv", "cpa"])


def test_only_ended_months_of_both_are_covered() -> None:
    assert acquisition.covered_months(SPENT, COME, as_of_day=AS_OF) == MONTHS
    assert acquisition.covered_months(SPENT, COME, as_of_day=last_day(JANUARY + 1) - 1) == [JANUARY]
    assert acquisition.covered_months(SPENT.head(0), COME, as_of_day=AS_OF) == []
    assert acquisition.day_span(MONTHS) == (last_day(JANUARY - 1) + 1, last_day(JANUARY + 1))
    assert acquisition.day_span([]) == (0, -1)


def test_every_yen_and_customer_has_a_part() -> None:
    parts = advertising.remainders(SPENT, COME, months=MONTHS).set_index("part")

    assert parts["cost"].to_dict() == {
        "both": 100_000, "only_costs": 5_000, "only_orders": 0, "not_known": 0, "outside_months": 0,
    }  # fmt: skip
    assert parts["n_customers"].sum() == COME["n_customers"].sum()
    assert parts["amount"].sum() == COME["amount"].sum()
    none = advertising.remainders(SPENT.head(0), COME, months=[])
    assert none["amount"].tolist() == [0, 0, 0, 0, COME["amount"].sum()]


@pytest.mark.parametrize(
    ("mean", "n", "verdict"),
    [(3000.0, 100, "scale"), (1800.0, 100, "keep_budget"), (1430.0, 100, "watch"), (1000.0, 100, "stop"),
     (3000.0, 29, "too_few"), (3000.0, 0, "untellable")],
)  # fmt: skip
def test_the_verdict_follows_the_interval_of_the_break_even_cost(mean: float, n: int, verdict: str) -> None:
    # One order in 1,000 standard deviation: the interval is about 200 to each side of the mean at n = 100.
    one = counts(("tv", JANUARY, 100, 0, 0, 0, 0, 0, 1, 1))
    table = acquisition.by_medium(costs(("tv", JANUARY, 143_000)), one, months=[JANUARY])

    found = acquisition.judged(table, sums("tv", n, mean, 1000.0)).iloc[0]

    assert (found["verdict"], found["cpo"]) == (verdict, 1430)
    assert found["n_year"] == n


def test_the_break_even_cost_is_of_the_main_product_too() -> None:
    # 100 new of whom 70 of the main product: 1,400 each are 2,000 a main customer, against a CPO of 1,428.57.
    tv = acquisition.judged(acquisition.by_medium(SPENT, COME, months=MONTHS), sums("tv", 50, 1400.0, 0.0))
    tv = tv.set_index("media").loc["tv"]

    assert tv["limit_cpo"] == pytest.approx(2000)
    assert tv["limit_cpo"] / tv["cpo"] == pytest.approx(1400 / tv["cpa"])
    assert (tv["roi"], tv["roas"], tv["ltv_naive"]) == (pytest.approx(0.4), pytest.approx(2.8), pytest.approx(1400))


def test_the_order_turns_where_the_later_value_is_another() -> None:
    judged = pd.DataFrame({
        "media": ["a", "b", "c", "d"], "cost": [1, 1, 1, 0], "n_year": [40, 40, 0, 40], "mr": [3.0, 2.0, 9.0, np.nan],
        "ltv_per_cost": [4.0, 6.0, np.nan, np.nan], "verdict": "watch",
    })  # fmt: skip

    table = acquisition.ranking(judged).set_index("media")

    assert table.index.tolist() == ["b", "a", "c"]
    assert table["rank_change"].tolist()[:2] == [1, -1]
    assert np.isnan(table.loc["c", "rank_first"])  # not observed a year: no place in either order


def test_the_share_from_advertising_counts_media_with_a_cost_or_those_named() -> None:
    by_cost = advertising.advertised(COME, SPENT, months=MONTHS)
    named = advertising.advertised(COME, SPENT, months=MONTHS, media=["search"])

    assert by_cost[["n_customers", "n_advertised"]].to_numpy().tolist() == [[53, 40], [60, 60]]
    assert named["n_advertised"].tolist() == [10, 0]


def test_the_cost_trend_keeps_months_without_cost_or_customer() -> None:
    table = advertising.cost_trend(SPENT, COME, months=[JANUARY, JANUARY + 1, JANUARY + 2])

    assert table["cost"].tolist() == [65_000, 40_000, 0]
    assert table["cpa"].tolist()[:2] == [pytest.approx(65_000 / 40), pytest.approx(40_000 / 60)]
    assert np.isnan(table["cpa"][2])


def test_costs_of_a_month_are_added_up_over_campaigns() -> None:
    day = last_day(JANUARY)
    rows = pd.DataFrame({"cost_day": [day, day, day + 1], "media": ["tv", "tv", None], "cost": [1, 2, 4]})

    assert acquisition.costs_by_month(rows).to_numpy().tolist() == [["not_known", JANUARY + 1, 4], ["tv", JANUARY, 3]]


def curve_of(*means: float, n: int = 50) -> pd.DataFrame:
    rows = [("tv", 30 * k, n, n * mean, n * mean**2) for k, mean in enumerate(means, start=1)]
    return pd.DataFrame(rows, columns=["group", "day", "n_eligible", "profit", "profit_squares"])


@pytest.mark.parametrize(
    ("means", "state", "month"),
    [((50, 100, 150), "reached", 2), ((100,), "reached", 1), ((50, 99.9), "not_observed_yet", np.nan),
     (tuple(range(24)), "not_reached", np.nan)],
)  # fmt: skip
def test_payback_is_reached_not_reached_or_not_yet_observed(means: Any, state: str, month: float) -> None:
    curves = payback.curves(curve_of(*means), pd.DataFrame({"media": ["tv", "b"], "cpa": [100.0, np.nan]}))

    found = payback.months(curves).iloc[0]

    assert curves[["day", "net"]].iloc[0].tolist() == [0, -100]
    assert found["payback_state"] == state
    assert found["payback_month"] == pytest.approx(month, nan_ok=True)


def test_points_of_too_few_customers_are_no_payback() -> None:
    assert payback.curves(curve_of(500, n=29), pd.DataFrame({"media": ["tv"], "cpa": [100.0]})).empty
    assert payback.months(payback.curves(curve_of(500, n=29), pd.DataFrame({"media": ["tv"], "cpa": [1.0]}))).empty


def test_without_costs_or_orders_there_is_no_medium_to_judge() -> None:
    table = acquisition.by_medium(SPENT.head(0), COME.head(0), months=[])

    assert acquisition.judged(table, sums("tv", 5, 1.0, 1.0).head(0)).empty
    assert acquisition.ranking(acquisition.judged(table, sums("tv", 5, 1.0, 1.0).head(0))).empty


def test_a_factor_below_one_is_refused() -> None:
    with refused("scale_at == 0.5, must be at least 1."):
        acquisition.judged(pd.DataFrame(), pd.DataFrame(), scale_at=0.5)
