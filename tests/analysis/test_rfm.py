"""Scores: fixed cuts at their bounds, quantiles under ties, and the tables of R's rfm to the unit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlib.analysis import aggregates, rfm
from tests.analysis.helpers import refused

SHARES = [0.70, 0.80, 0.90, 0.99]


def customers_of(*, recency: list[int], orders: list[int], amount: list[int]) -> pd.DataFrame:
    return pd.DataFrame({"recency_days": recency, "n_orders": orders, "amount": amount})


def mail_order(share_once: float, n: int = 2_000) -> pd.DataFrame:
    """Customers of whom `share_once` bought once, the others 2, 3, 4 ... times, each half as many as the last."""
    rng = np.random.default_rng(5)
    once = round(share_once * n)
    orders = np.concatenate([np.ones(once, dtype=int), 1 + rng.geometric(0.5, n - once)])
    recency, amount = rng.integers(0, 900, n), orders * rng.integers(2_000, 9_000, n)
    return pd.DataFrame({"recency_days": recency, "n_orders": orders, "amount": amount})


@pytest.fixture(scope="module")
def r_orders() -> pd.DataFrame:
    path = Path(__file__).resolve().parents[3] / "shared" / "data" / "rfm_orders.csv"
    if not path.is_file():
        pytest.skip("the file ../shared/data/rfm_orders.csv is missing beside the project")
    orders = pd.read_csv(path, parse_dates=["order_date"])
    days = (orders["order_date"] - pd.Timestamp("1970-01-01")).dt.days
    return orders.assign(order_day=days, amount=orders["revenue"])


@pytest.fixture(scope="module")
def r_scored(r_orders: pd.DataFrame) -> pd.DataFrame:
    as_of_day = (pd.Timestamp("2006-12-31") - pd.Timestamp("1970-01-01")).days
    return rfm.score(aggregates.customer_table(r_orders, as_of_day=as_of_day), method="r_package")


def test_fixed_cuts_include_their_upper_bounds() -> None:
    recency = [0, 30, 31, 60, 61, 180, 181, 365, 366]
    orders = [1, 2, 3, 4, 6, 7, 11, 12, 99]
    amount = [0, 5_000, 5_001, 10_000, 10_001, 15_001, 20_000, 20_001, 99_999]

    scored = rfm.score(customers_of(recency=recency, orders=orders, amount=amount))

    assert scored["r"].tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1]
    assert scored["f"].tolist() == [1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert scored["m"].tolist() == [1, 1, 2, 2, 3, 4, 4, 5, 5]


def test_one_off_shops_have_cuts_of_their_own() -> None:
    customers = customers_of(recency=[90, 91, 730, 731], orders=[1, 2, 4, 5], amount=[1, 1, 1, 1])

    scored = rfm.score(customers, cuts=rfm.CUTS["one_off"])

    assert scored["r"].tolist() == [4, 3, 2, 1]
    assert scored["f"].tolist() == [1, 2, 4, 5]


def test_the_cut_table_says_what_each_score_means() -> None:
    table = rfm.cut_table(rfm.CUTS["single_item"])

    assert table.columns.tolist() == [
        "score", "recency_from_days", "recency_to_days", "orders_from", "orders_to", "amount_from", "amount_to",
    ]  # fmt: skip
    np.testing.assert_array_equal(
        table.to_numpy(dtype=float),
        [
            [5, 0, 30, 12, np.nan, 20_001, np.nan],
            [4, 31, 60, 7, 11, 15_001, 20_000],
            [3, 61, 180, 4, 6, 10_001, 15_000],
            [2, 181, 365, 2, 3, 5_001, 10_000],
            [1, 366, np.nan, 1, 1, np.nan, 5_000],
        ],
    )


def test_quantiles_without_ties_are_fifths() -> None:
    ten = list(range(1, 11))

    scored = rfm.score(customers_of(recency=ten, orders=ten, amount=ten), method="quantile")

    assert scored["r"].tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert scored["f"].tolist() == scored["m"].tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_one_time_buyers_take_the_lowest_score_and_the_rest_is_cut_anew() -> None:
    # A plain quintile gives everybody else 5. Two values left spread to the top, four take one score each.
    orders = np.array([1] * 18 + [2, 3])
    assert rfm.quantile_scores(orders).tolist() == [1] * 18 + [3, 5]
    orders = np.array([1] * 90 + [2] * 4 + [3] * 3 + [4] * 2 + [5])
    assert rfm.quantile_scores(orders).tolist() == [1] * 90 + [2] * 4 + [3] * 3 + [4] * 2 + [5]


@pytest.mark.parametrize(
    ("values", "scores"),
    [
        ([], []),
        ([7], [1]),
        ([4, 4, 4], [1, 1, 1]),
        ([1, 2], [1, 5]),
        ([1, 2, 3], [1, 3, 5]),
        ([1, 2, 3, 4], [1, 2, 4, 5]),
    ],
)
def test_few_different_values_are_spread_over_the_scores(values: list[int], scores: list[int]) -> None:
    assert rfm.quantile_scores(np.array(values, dtype=float)).tolist() == scores


@pytest.mark.parametrize("share_once", SHARES)
@pytest.mark.parametrize("method", ["fixed", "quantile"])
def test_frequency_keeps_its_meaning_where_most_bought_once(share_once: float, method: str) -> None:
    scored = rfm.score(mail_order(share_once), method=method)
    by_orders = scored.groupby("n_orders")["f"].agg(["min", "max"])

    assert (by_orders["min"] == by_orders["max"]).all()
    assert by_orders["min"].is_monotonic_increasing
    assert by_orders.loc[1, "max"] == 1
    assert by_orders.loc[2, "max"] == 2
    assert scored["f"].nunique() >= 4


@pytest.mark.parametrize("share_once", SHARES)
def test_quantiles_use_every_score_where_most_bought_once(share_once: float) -> None:
    scored = rfm.score(mail_order(share_once), method="quantile")

    assert [sorted(scored[name].unique()) for name in "rfm"] == [[1, 2, 3, 4, 5]] * 3


def test_ten_identical_customers_share_one_score() -> None:
    # openretailscience splits ties by customer id: 000 to 999.
    scored = rfm.score(customers_of(recency=[5] * 10, orders=[3] * 10, amount=[700] * 10), method="quantile")

    assert len(scored[["r", "f", "m"]].drop_duplicates()) == 1


@given(st.lists(st.integers(0, 12), max_size=80))
def test_quantile_scores_share_ties_and_keep_the_order(values: list[int]) -> None:
    array = np.array(values, dtype=float)
    scores = rfm.quantile_scores(array)

    by_value = dict(zip(values, scores.tolist(), strict=True))
    assert [by_value[value] for value in values] == scores.tolist()
    ordered = [by_value[value] for value in sorted(by_value)]
    assert ordered == sorted(ordered)
    assert set(ordered) <= set(rfm.SCORES)
    if len(by_value) >= 5:
        assert set(ordered) == {1, 2, 3, 4, 5}
    if len(by_value) > 1:
        assert (ordered[0], ordered[-1]) == (1, 5)


@given(st.permutations(range(12)))
def test_the_order_of_customers_changes_no_score(order: list[int]) -> None:
    customers = mail_order(0.7, n=12)
    scored = rfm.score(customers, method="quantile")

    assert rfm.score(customers.iloc[order], method="quantile").sort_index().equals(scored)


def test_the_cuts_of_r_are_reproduced(r_scored: pd.DataFrame) -> None:
    # R package rfm 0.3.0, analysis date 2006-12-31: type-7 quantiles plus 1, lower bound inclusive.
    table = rfm.score_table(r_scored).set_index("score")

    assert table.loc[[1, 2, 3, 4, 5], "n_customers_r"].tolist() == [197, 200, 199, 199, 200]
    assert table.loc[[1, 2, 3, 4, 5], "n_customers_f"].tolist() == [268, 187, 176, 244, 120]
    assert table.loc[[1, 2, 3, 4, 5], "n_customers_m"].tolist() == [200, 200, 198, 202, 195]
    for name, measure, published in [
        ("r", "recency_days", [115, 181, 297.4, 482]),
        ("f", "n_orders", [4, 5, 6, 8]),
        ("m", "amount", [255.8, 382, 506.4, 666]),
    ]:
        cuts = np.quantile(r_scored[measure], [0.2, 0.4, 0.6, 0.8]) + 1
        assert cuts.tolist() == pytest.approx(published, rel=1e-12)
        below = (r_scored[measure].to_numpy()[:, None] >= np.array(published)).sum(axis=1)
        assert r_scored[name].tolist() == (5 - below if name == "r" else 1 + below).tolist()


def test_the_segments_of_r_are_reproduced_to_the_unit(r_scored: pd.DataFrame) -> None:
    segmented = rfm.assign_segments(r_scored, rules=rfm.RULES["r_package"])
    table = rfm.segment_table(segmented).set_index("segment")

    # R package rfm 0.3.0: customers, orders, revenue; nobody is left for its "Others".
    assert table.loc[:, ["n_customers", "n_orders", "amount"]].to_dict("index") == {
        "about_to_sleep": {"n_customers": 102, "n_orders": 283, "amount": 23_449},
        "at_risk": {"n_customers": 28, "n_orders": 216, "amount": 22_227},
        "cannot_lose": {"n_customers": 47, "n_orders": 274, "amount": 32_446},
        "champions": {"n_customers": 35, "n_orders": 316, "amount": 31_646},
        "lost": {"n_customers": 148, "n_orders": 393, "amount": 35_324},
        "loyal": {"n_customers": 170, "n_orders": 799, "amount": 76_562},
        "need_attention": {"n_customers": 10, "n_orders": 57, "amount": 4_562},
        "new": {"n_customers": 104, "n_orders": 329, "amount": 28_837},
        "potential_loyal": {"n_customers": 342, "n_orders": 2_211, "amount": 204_856},
        "promising": {"n_customers": 9, "n_orders": 28, "amount": 4_249},
        "others": {"n_customers": 0, "n_orders": 0, "amount": 0},
    }
    assert table[["n_customers", "n_orders", "amount"]].sum().tolist() == [995, 4_906, 464_158]


def test_a_column_more_per_order_multiplies_nothing(r_orders: pd.DataFrame) -> None:
    # R's rfm turns 464,158 into 2,740,766 here.
    wider = r_orders.assign(note=[f"order {i}" for i in range(len(r_orders))])

    assert aggregates.customer_table(wider, as_of_day=13_513)["amount"].sum() == 464_158


def test_the_segment_table_adds_up_and_keeps_empty_segments() -> None:
    scored = pd.DataFrame({"r": [5, 5, 1], "f": [5, 1, 1], "m": 1, "n_orders": [10, 1, 1], "amount": [900, 50, 50]})

    table = rfm.segment_table(rfm.assign_segments(scored, rules=rfm.RULES["crmlib"])).set_index("segment")

    assert table.columns.tolist() == [
        "n_customers", "share_customers", "n_orders", "amount", "share_amount", "average_order_amount",
    ]  # fmt: skip
    assert table.loc["champions"].tolist() == [1, 1 / 3, 10, 900, 0.9, 90.0]
    assert table.loc["new"].tolist() == [1, 1 / 3, 1, 50, 0.05, 50.0]
    assert table.loc["at_risk", ["n_customers", "n_orders", "amount"]].tolist() == [0, 0, 0]
    assert np.isnan(table.loc["at_risk", "average_order_amount"])
    assert table["share_customers"].sum() == pytest.approx(1)


def test_the_grid_has_all_25_cells() -> None:
    scored = pd.DataFrame({"r": [5, 5, 1], "f": [5, 5, 2], "amount": [900, 100, 50]})

    grid = rfm.rf_grid(scored)

    assert grid.columns.tolist() == ["r", "f", "n_customers", "amount", "share_customers"]
    assert len(grid) == 25
    assert grid[grid["n_customers"] > 0].to_numpy().tolist() == [[1, 2, 1, 50, 1 / 3], [5, 5, 2, 1000, 2 / 3]]


def test_no_customers_give_empty_tables_with_undefined_shares() -> None:
    scored = rfm.score(customers_of(recency=[], orders=[], amount=[]), method="quantile")
    segmented = rfm.assign_segments(scored, rules=rfm.RULES["crmlib"])

    assert rfm.segment_table(segmented)["n_customers"].sum() == 0
    assert rfm.segment_table(segmented)["share_customers"].isna().all()
    assert rfm.rf_grid(segmented)["share_customers"].isna().all()
    assert rfm.score_table(segmented)["n_customers_f"].tolist() == [0] * 5
    assert rfm.score_table(segmented)["orders_from"].isna().all()


@pytest.mark.parametrize("method", rfm.METHODS)
def test_one_customer_is_scored(method: str) -> None:
    scored = rfm.score(customers_of(recency=[10], orders=[1], amount=[400]), method=method)

    assert len(scored) == 1
    assert scored[["r", "f", "m"]].isin(rfm.SCORES).all(axis=None)


def test_scores_are_added_beside_the_customers_without_touching_them() -> None:
    customers = customers_of(recency=[10], orders=[1], amount=[400])
    before = customers.copy()

    scored = rfm.score(customers)

    assert customers.equals(before)
    assert scored.columns.tolist() == [*customers.columns, "r", "f", "m"]


def test_money_cuts_are_given_in_the_currency_and_kept_in_its_smallest_unit() -> None:
    yen = rfm.choose_cuts("one_off", currency="JPY", orders=[1, 2, 3, 9])
    dollars = rfm.choose_cuts("one_off", currency="USD", amount=[20, 50, 100, 199.99])

    assert yen.amount == rfm.CUTS["one_off"].amount
    assert yen.orders == [1, 2, 3, 9]
    assert dollars.amount == [2_000, 5_000, 10_000, 19_999]
    with refused(
        "m_cuts == None, but the money cuts of 'one_off' are in yen; give four increasing upper bounds in USD."
    ):
        rfm.choose_cuts("one_off", currency="USD")


def test_an_unknown_method_is_refused() -> None:
    with refused("method == 'quantiles', must be one of fixed, quantile, r_package; nearest is 'quantile'."):
        rfm.score(customers_of(recency=[1], orders=[1], amount=[1]), method="quantiles")


def test_cuts_that_do_not_rise_are_refused() -> None:
    with refused("cuts orders == [1, 3, 3, 11], must be four increasing upper bounds."):
        rfm.Cuts(recency_days=(30, 60, 180, 365), orders=(1, 3, 3, 11), amount=(1, 2, 3, 4))
    with refused("cuts amount == [1, 2, 3], must be four increasing upper bounds."):
        rfm.Cuts(recency_days=(30, 60, 180, 365), orders=(1, 3, 6, 11), amount=(1, 2, 3))
