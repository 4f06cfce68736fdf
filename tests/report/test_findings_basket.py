from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

from crmlib import words
from crmlib.report.findings import basket

PAIR = pd.DataFrame([{"item_a": "Gel", "item_b": "Oil", "pair_rate": 0.384, "lift": 2.75}])
FOLLOWED = pd.DataFrame([
    {"item_a": "Gel", "item_b": "Oil", "n_could": 458, "follow_rate": 0.236, "follow_rate_low": 0.199,
     "median_days": 90.0}
])  # fmt: skip
PRODUCTS = pd.DataFrame(
    {"item": ["Gel", "Oil", "order_level"], "amount": [70, 30, -5], "share_amount": [0.74, 0.31, -0.05],
     "abc": ["abc_a", "abc_b", None]}
)  # fmt: skip


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    words.speak("en")
    yield
    words.speak("en")


def test_the_strongest_pair_is_said_by_order_and_by_customer() -> None:
    assert basket.together(PAIR, unit="order").text() == (
        "38.4% of the orders with “Gel” also hold “Oil”, 2.75 times the share among all orders."
    )
    assert basket.together(PAIR, unit="customer").text() == (
        "38.4% of the customers who bought “Gel” also bought “Oil”, 2.75 times the share among all customers."
    )
    assert basket.together(PAIR.head(0), unit="order").text() == (
        "No two products stand in one order more often than chance would have it, as far as the data tell."
    )


def test_the_next_offer_has_its_denominator_and_time() -> None:
    assert basket.next_offer(FOLLOWED, 180).text() == (
        "The likeliest next offer: of 458 customers who had “Gel” and not yet “Oil”, 23.6% bought it within 180 days,"
        " half of them within 90 days."
    )
    assert basket.next_offer(FOLLOWED.head(0), 180).text().startswith("No product has yet been added")


def test_where_customers_end_is_said_or_that_it_cannot_be() -> None:
    # Of 4 with Soap all stayed away, which may be chance; of Oil's 50 surely more than half did.
    rows = pd.DataFrame({"item": ["Gel", "Oil", "Soap"], "next_item": "nothing_yet", "n_start": [100, 50, 4],
                         "next_share": [0.4, 0.7, 1.0], "next_share_low": [0.31, 0.56, 0.51]})  # fmt: skip
    assert basket.dead_end(rows, 60).text() == (
        "After the first order about “Oil”, 70.0% of 50 customers did not order again within 60 days."
    )
    assert basket.dead_end(rows.head(0), 60).text().startswith("No item has enough customers")


def test_concentration_and_title_leave_the_money_of_orders_out() -> None:
    assert basket.concentration(PRODUCTS).text() == "1 of 2 products bring 74.0% of sales."
    assert basket.products_title(PRODUCTS).text() == "“Gel” brings 74.0% of sales"
    assert basket.concentration(PRODUCTS.tail(1)).text() == "The data name no products."
    assert basket.concentration(PRODUCTS.head(1)).text() == "All sales come from one product."


def test_roles_that_are_not_known_are_not_zero() -> None:
    roles = ["trial", "front", "backend", "cross", "insert", "unknown", "order_level"]
    table = pd.DataFrame({"role": roles, "n_products": [0, 0, 0, 0, 0, 9, 0], "share_amount": [0, 0, 0, 0, 0, 1.0, 0]})
    assert basket.roles(table).text() == (
        "Which products are entry, back-end or cross-serve cannot be told: the products have no roles."
    )
    known = table.assign(n_products=[1, 1, 1, 1, 0, 0, 0], share_amount=[0.1, 0.5, 0.3, 0.1, 0, 0, 0])
    assert basket.roles(known).text() == "Back-end and cross-serve products bring 40.0% of sales."


def test_consent_that_is_not_recorded_is_said() -> None:
    dormant = pd.DataFrame({"consent": ["not_known", "not_known"], "offer_1": ["Oil", None]})
    assert (
        basket.dormant_offers(dormant, dormant, 60)
        .text()
        .endswith("Whether they may be contacted cannot be told: no consent is recorded.")
    )
    assert basket.dormant_offers(dormant.head(0), dormant.head(0), 60).text() == (
        "No customer has been silent for more than 60 days."
    )
    assert basket.dormant_offers(dormant.head(0), dormant.head(0), 60, n_silent=9).text() == (
        "What to offer to 9 customers who have been silent for more than 60 days cannot be told: no product that they"
        " bought is known."
    )
    one = dormant.head(1)
    assert "there is a product to offer to each of them" in basket.dormant_offers(one, one, 60).text()
    words.speak("ja")
    some = dormant.assign(consent=["allowed", "not_allowed"])
    assert basket.dormant_offers(some, some.head(1), 60).text() == (
        "最終購入から60日を超える顧客は2人です。うち1人は連絡をすべて拒否しておらず、関心カテゴリまたは売れ筋の中に未購入の商品があります。"
    )
