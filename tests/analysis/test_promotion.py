"""A promotion's estimate by hand, its interval against simulation, consent, cost and margin, and nested lists."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from crmlib.analysis import promotion
from tests.analysis.helpers import refused

NAN = math.nan
GROUPS = ["good", "dormant", "empty"]


def grouped(rows: list[tuple[str, float]], **more: object) -> pd.DataFrame:
    """From (segment, a figure); the figure is `contactable` today and `amount_later` then."""
    table = pd.DataFrame(rows, columns=["segment", "figure"]).assign(**more)
    return table.assign(segment=pd.Categorical(table["segment"], categories=GROUPS, ordered=True))


def now_of(good: int, dormant: int) -> pd.DataFrame:
    return grouped([("good", 1.0)] * good + [("dormant", 1.0)] * dormant).rename(columns={"figure": "contactable"})


def then_of(good: list[int], dormant: list[int]) -> pd.DataFrame:
    rows = [("good", float(x)) for x in good] + [("dormant", float(x)) for x in dormant]
    then = grouped(rows).rename(columns={"figure": "amount_later"})
    return then.assign(bought_later=(then["amount_later"] > 0).astype(int))


def test_size_times_rate_times_sales_per_buyer() -> None:
    # 2 of 4 good customers bought for 1,000 and 3,000: 50 % x 2,000 = 1,000 a contact; 10 contacts, 100 yen each.
    now, then = now_of(10, 5), then_of([1_000, 3_000, 0, 0], [0, 0])

    table = promotion.estimate(now, then, by="segment", contact_cost=100, margin_rate=0.4).set_index("segment")

    row = table.loc["good"]
    assert (row["n_customers"], row["n_contactable"], row["n_followed"]) == (10, 10, 4)
    assert (row["natural_rate"], row["amount_per_buyer"], row["expected_per_contact"]) == (0.5, 2_000, 1_000)
    assert (row["expected_amount"], row["promotion_cost"]) == (10_000, 1_000)
    assert row["promotion_roi"] == pytest.approx((10_000 * 0.4 - 1_000) / 1_000)
    assert row["needed_per_contact"] == pytest.approx(250)
    assert row["break_even_rate"] == pytest.approx(250 / 2_000)


def test_where_nobody_bought_nothing_is_expected_and_every_contact_is_lost() -> None:
    row = promotion.estimate(now_of(1, 5), then_of([1], [0, 0]), by="segment", contact_cost=100, margin_rate=0.4).iloc[
        1
    ]
    assert (row["natural_rate"], row["expected_amount"], row["promotion_roi"]) == (0, 0, -1)
    assert row[["amount_per_buyer", "expected_amount_low", "break_even_rate"]].isna().all()


def test_a_group_that_nobody_was_in_is_not_known() -> None:
    row = promotion.estimate(now_of(1, 5), then_of([1], [0]), by="segment", contact_cost=100, margin_rate=0.4).iloc[2]
    assert (row["n_customers"], row["n_contactable"], row["n_followed"]) == (0, 0, 0)
    assert row[["natural_rate", "natural_rate_low", "expected_amount", "promotion_roi"]].isna().all()


def test_without_cost_or_margin_the_return_is_not_known_but_the_sales_are() -> None:
    for cost, margin in ((NAN, 0.4), (100, NAN)):
        row = promotion.estimate(
            now_of(2, 2), then_of([9, 0], [0]), by="segment", contact_cost=cost, margin_rate=margin
        )
        assert row["expected_amount"][0] == 9
        assert row["promotion_roi"].isna().all()
        assert row["break_even_rate"].isna().all()


def test_contacts_that_cost_nothing_have_no_return_on_cost() -> None:
    row = promotion.estimate(now_of(2, 2), then_of([9, 0], [0]), by="segment", contact_cost=0, margin_rate=0.4).iloc[0]
    assert math.isnan(row["promotion_roi"])
    assert row["break_even_rate"] == 0


def test_the_interval_is_the_delta_methods() -> None:
    # p .5 of 4: variance of the log .5 / (4 x .5) = .25; sales 1,000 and 3,000: s2 2e6 / (2 x 4e6) = .25.
    interval = promotion.expected_interval(4, [1_000, 3_000])
    assert interval.high == pytest.approx(math.exp(1.959964 * math.sqrt(0.5)))
    assert interval.low == pytest.approx(1 / interval.high)
    assert math.isnan(promotion.expected_interval(4, [1_000]).low)


def test_the_interval_holds_the_truth_in_about_95_of_100() -> None:
    # 8 % buy, for about 5,000 with a long tail: 400 a customer.
    rng, held = np.random.default_rng(4), 0
    for _ in range(1_000):
        bought = rng.random(800) < 0.08
        sales = rng.lognormal(math.log(5_000) - 0.18, 0.6, bought.sum())
        factor, estimate = promotion.expected_interval(800, sales), sales.sum() / 800
        held += estimate * factor.low <= 400 <= estimate * factor.high
    assert 925 <= held <= 975


def test_only_a_known_yes_may_be_contacted() -> None:
    customers = pd.DataFrame({"customer_id": ["a", "b", "c", "d"]})
    told = {"mail_optin": [True, False, None], "call_ok": [True, True, True], "do_not_call": [None, True, False]}
    consent = pd.DataFrame({"customer_id": ["a", "b", "c"], **told})
    consent = consent.astype(dict.fromkeys(told, "boolean"))

    def reached(channel: str) -> list[float]:
        return promotion.add_contactable(customers, consent, channel=channel)["contactable"].tolist()

    assert reached("mail") == [1, 0, 0, 0]
    assert reached("call") == [1, 0, 1, 0]
    assert reached("any") == [1, 0, 1, 0]
    assert np.isnan(reached("dm")).all()
    with refused("channel == 'fax', must be one of mail, line, dm, call, any."):
        reached("fax")


def test_without_consent_all_customers_are_the_size() -> None:
    now = now_of(3, 1).assign(contactable=NAN)
    row = promotion.estimate(now, then_of([10], [0]), by="segment", contact_cost=1, margin_rate=0.5).iloc[0]
    assert math.isnan(row["n_contactable"])
    assert (row["expected_amount"], row["promotion_cost"]) == (30, 3)


def test_the_cost_of_a_contact_is_given_or_that_of_the_channel_in_yen() -> None:
    assert promotion.choose_cost("mail", currency="JPY") == 1
    assert promotion.choose_cost("mail", currency="JPY", contact_cost=3) == 3
    assert promotion.choose_cost("mail", currency="USD", contact_cost=0.02) == 2
    assert math.isnan(promotion.choose_cost("mail", currency="USD"))
    with refused("contact_cost == -1, must be at least 0."):
        promotion.choose_cost("mail", currency="JPY", contact_cost=-1)


def test_the_margin_is_given_or_that_of_the_products_sold() -> None:
    # Gel by its margin costs 60, milk two pieces of 40 each, of the box and of what is gone nothing is known.
    costs = {"gross_margin_rate": [0.8, 0.1, NAN], "unit_cost": [NAN, 40, NAN]}
    products = pd.DataFrame({"product_id": ["gel", "milk", "box"], **costs})
    bought = {"quantity": [1, 2, 1, 1], "line_amount": [300, 100, 900, 50]}
    sold = pd.DataFrame({"product_id": ["gel", "milk", "box", "gone"], **bought})
    assert promotion.choose_margin(products, sold) == pytest.approx((400 - 60 - 80) / 400)
    assert promotion.choose_margin(products, sold, margin_rate=0.6) == 0.6
    assert math.isnan(promotion.choose_margin(products[2:], sold))
    assert math.isnan(promotion.choose_margin(products[["product_id"]], sold))
    assert math.isnan(promotion.choose_margin(products, sold[:0]))


def ranked(rows: list[tuple[int, int, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["recency_days", "n_orders", "rf_rank"])


def test_each_target_list_lies_within_the_one_before() -> None:
    # The last is of rank A by a painting that takes the long silent too; the list of a year does not.
    rows = [(10, 12, "A"), (300, 2, "C"), (365, 1, "D"), (366, 9, "E"), (400, 12, "A")]
    now = ranked(rows).assign(contactable=[1.0, 1, 0, 1, 1])
    then = ranked(rows).assign(bought_later=[1, 0, 0, 0, 0], amount_later=[500, 0, 0, 0, 0])

    table = promotion.nested_targets(now, then, contact_cost=100, margin_rate=0.5)

    assert table["target_level"].tolist() == list(promotion.LEVELS)
    assert table["n_customers"].tolist() == [5, 3, 2, 1]
    assert table["n_contactable"].tolist() == [4, 2, 2, 1]
    assert table["natural_rate"].tolist() == [1 / 5, 1 / 3, 1 / 2, 1]
    assert table["expected_amount"].tolist() == pytest.approx([400, 2 * 500 / 3, 500, 500])


def test_the_page_shows_ten_columns_and_the_chart_its_own() -> None:
    table = promotion.estimate(now_of(1, 1), then_of([1, 2], [1]), by="segment", contact_cost=1, margin_rate=0.5)
    shown = [name for name in promotion.shown(table).columns if not name.endswith(("_low", "_high"))]
    assert len(shown) == 10
    assert promotion.per_contact(table)["needed_per_contact"].tolist() == [2, 2, 2]


def test_no_customer_at_all_is_no_obstacle() -> None:
    now, then = now_of(0, 0), then_of([], [])
    table = promotion.estimate(now, then, by="segment", contact_cost=1, margin_rate=0.5)
    assert table["n_customers"].tolist() == [0, 0, 0]
    assert table["expected_amount"].isna().all()
    empty = ranked([]).assign(contactable=[], bought_later=[], amount_later=[])
    assert promotion.nested_targets(empty, empty, contact_cost=1, margin_rate=0.5)["n_customers"].tolist() == [0] * 4
