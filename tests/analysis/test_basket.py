from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from crmlib.analysis import aggregates, basket, goods, interest

PRODUCTS = pd.DataFrame(
    {
        "product_id": ["gel", "oil", "soap", "guide"],
        "product_name": ["Gel", "Oil", "Soap", "Guide"],
        "role": ["front", "cross", "backend", "insert"],
        "category_l1": ["skin", "skin", "bath", "print"],
        "category_l2": ["jelly", "oil", "soap", "book"],
    }
)


def lines(*rows: tuple[str, str, int, str, int]) -> pd.DataFrame:
    """Lines of (order, customer, day, product, amount)."""
    table = pd.DataFrame(rows, columns=["order_id", "customer_id", "order_day", "product_id", "line_amount"])
    table["line_no"] = table.groupby("order_id").cumcount() + 1
    return table.assign(channel="own", quantity=1, line_type="product", product_name=table["product_id"])


def orders_of(items: pd.DataFrame) -> pd.DataFrame:
    keys = ["order_id", "channel", "customer_id", "order_day"]
    return items.groupby(keys, as_index=False).agg(amount=("line_amount", "sum"))


# a: gel on day 0, oil on day 10 and gel again on day 40. b: gel and oil in one order on day 5, soap on day 200.
# c: oil on day 20, gel on day 30. d: gel on day 395, too late for a window of 30 days. The guide is an insert.
ITEMS = lines(
    ("1", "a", 0, "gel", 500), ("1", "a", 0, "guide", 0), ("2", "a", 10, "oil", 300), ("3", "a", 40, "gel", 500),
    ("4", "b", 5, "gel", 500), ("4", "b", 5, "oil", 300), ("5", "b", 200, "soap", 900),
    ("6", "c", 20, "oil", 300), ("7", "c", 30, "gel", 500), ("8", "d", 395, "gel", 500),
)  # fmt: skip
DAYS = {"first_day": 0, "last_day": 400}


def pair(table: pd.DataFrame, a: str, b: str) -> pd.Series[Any]:
    return table[(table["item_a"] == a) & (table["item_b"] == b)].iloc[0]


def test_an_order_with_both_counts_once_whatever_the_lines() -> None:
    counts = aggregates.pair_counts(ITEMS, PRODUCTS, unit="order", **DAYS)
    assert counts.to_numpy().tolist() == [["gel", "oil", 8, 5, 3, 1], ["oil", "gel", 8, 3, 5, 1]]


def test_one_customer_counts_all_orders_of_the_days_together() -> None:
    counts = aggregates.pair_counts(ITEMS, PRODUCTS, unit="customer", **DAYS)
    assert pair(counts, "gel", "oil")[["n_units", "n_a", "n_b", "n_both"]].tolist() == [4, 4, 3, 3]
    assert pair(counts, "soap", "oil")["n_both"] == 1
    short = aggregates.pair_counts(ITEMS, PRODUCTS, unit="customer", first_day=0, last_day=9)
    assert pair(short, "gel", "oil")[["n_units", "n_a", "n_both"]].tolist() == [2, 2, 1]


def test_categories_are_counted_like_products() -> None:
    counts = aggregates.pair_counts(ITEMS, PRODUCTS, unit="customer", level="category_l1", **DAYS)
    assert pair(counts, "bath", "skin")[["n_a", "n_b", "n_both"]].tolist() == [1, 4, 1]


def test_only_the_top_items_are_paired_and_all_units_stay_the_denominator() -> None:
    counts = aggregates.pair_counts(ITEMS, PRODUCTS, unit="customer", top=2, **DAYS)
    assert set(counts["item_a"]) == {"gel", "oil"}
    assert counts["n_units"].unique().tolist() == [4]


def test_rate_support_and_lift_of_the_documented_five_baskets() -> None:
    # mlxtend's documented example (values.md): onion to eggs confidence 1.0, eggs to onion .75, lift 1.25 both ways.
    baskets = [
        "Milk Onion Nutmeg KidneyBeans Eggs Yogurt", "Dill Onion Nutmeg KidneyBeans Eggs Yogurt",
        "Milk Apple KidneyBeans Eggs", "Milk Unicorn Corn KidneyBeans Yogurt",
        "Corn Onion Onion KidneyBeans IceCream Eggs",
    ]  # fmt: skip
    rows = [(str(i), f"c{i}", 1, item, 100) for i, text in enumerate(baskets) for item in text.split()]
    counts = aggregates.pair_counts(lines(*rows), PRODUCTS, unit="order", first_day=0, last_day=9)
    table = basket.pairs(counts, min_both=1)
    onion, eggs = pair(table, "Onion", "Eggs"), pair(table, "Eggs", "Onion")
    assert (onion["pair_rate"], onion["lift"], onion["support"]) == (1.0, 1.25, 0.6)
    assert (eggs["pair_rate"], eggs["lift"]) == (0.75, 1.25)


def test_a_published_lift_comes_out() -> None:
    # domain.md 2.11, md-next.jp: 15.9 % / 3.7 % is about 4.3.
    counts = pd.DataFrame([["a", "b", 100_000, 1000, 3700, 159]], columns=basket.PAIRS)
    assert round(basket.pairs(counts)["lift"].iloc[0], 1) == 4.3


def test_a_pair_under_the_floor_has_counts_and_no_lift() -> None:
    counts = aggregates.pair_counts(ITEMS, PRODUCTS, unit="order", **DAYS)
    table = basket.pairs(counts, min_both=2)
    assert table["lift"].isna().all()
    assert table["n_both"].tolist() == [1, 1]


def test_the_interval_of_a_lift_covers_the_true_one() -> None:
    rng, p, inside = np.random.default_rng(7), np.array([0.06, 0.14, 0.19, 0.61]), 0
    true = p[0] / ((p[0] + p[1]) * (p[0] + p[2]))
    for both, only_a, only_b, _ in rng.multinomial(2000, p, size=400):
        counts = pd.DataFrame([["a", "b", 2000, both + only_a, both + only_b, both]], columns=basket.PAIRS)
        row = basket.pairs(counts).iloc[0]
        inside += row["lift_low"] <= true <= row["lift_high"]
    assert 370 <= inside <= 390  # 95 % of 400 is 380


def test_what_follows_is_counted_among_those_who_could() -> None:
    # a and b bought gel long enough ago; b had oil the same day; a bought oil 10 days later. c had oil before gel.
    table = aggregates.follow_counts(ITEMS, PRODUCTS, as_of_day=400, window_days=30)
    assert pair(table, "gel", "oil")[["n_start", "n_next", "median_days"]].tolist() == [1, 1, 10]
    assert pair(table, "oil", "gel")[["n_start", "n_next", "median_days"]].tolist() == [1, 1, 10]
    assert pair(table, "gel", "soap")[["n_start", "n_next"]].tolist() == [3, 0]
    later = aggregates.follow_counts(ITEMS, PRODUCTS, as_of_day=400, window_days=200)
    assert pair(later, "gel", "soap")[["n_start", "n_next", "median_days"]].tolist() == [3, 1, 195]


def test_the_next_order_is_about_the_item_of_its_largest_amount() -> None:
    orders = orders_of(ITEMS)
    counts = aggregates.next_counts(orders, ITEMS, PRODUCTS, as_of_day=400, window_days=60)
    found = {(a, b): (gap, n) for a, b, gap, n in counts.to_numpy().tolist()}
    assert found == {
        ("gel", "oil"): (10, 1), ("gel", "nothing_yet"): (-1, 2), ("oil", "gel"): found[("oil", "gel")],
        ("soap", "nothing_yet"): (-1, 1),
    }  # fmt: skip
    assert counts.loc[(counts["item"] == "oil"), ["gap_days", "n"]].to_numpy().tolist() == [[10, 1], [30, 1]]


def test_the_rows_of_an_item_add_up_to_its_customers() -> None:
    counts = pd.DataFrame(
        [["gel", "oil", 5, 3], ["gel", "oil", 9, 2], ["gel", "soap", 7, 4], ["gel", "gel", 30, 1],
         ["gel", "nothing_yet", -1, 10]],
        columns=["item", "next_item", "gap_days", "n"],
    )  # fmt: skip
    table = basket.next_products(counts, min_start=1, most=1)
    assert table[["next_item", "n_bought_next", "median_days"]].fillna(-1).to_numpy().tolist() == [
        ["oil", 5, 5], ["others", 5, 7], ["nothing_yet", 10, -1],
    ]  # fmt: skip
    assert table["next_share"].sum() == 1
    assert basket.next_products(counts, min_start=21).empty


def test_products_and_the_money_of_whole_orders_add_up_to_the_sales() -> None:
    sold = aggregates.goods_sold(ITEMS, first_day=0, last_day=400)
    table = goods.product_table(sold, PRODUCTS, n_customers=4, amount=4200)
    assert table[["product_id", "n_customers", "amount"]].fillna(-1).to_numpy().tolist() == [
        ["gel", 4, 2500], ["oil", 3, 900], ["soap", 1, 900], ["guide", 1, 0], ["order_level", -1, -100],
    ]  # fmt: skip
    assert table["amount"].sum() == 4200
    assert table["abc"].fillna("").tolist() == ["abc_a", "abc_a", "abc_b", "abc_c", ""]
    assert goods.role_table(table).set_index("role")["amount"].to_dict() == {
        "trial": 0, "front": 2500, "backend": 900, "cross": 900, "insert": 0, "unknown": 0, "order_level": -100,
    }  # fmt: skip
    few = goods.shortened(table, most=2)
    assert few[["product_id", "amount"]].to_numpy().tolist() == [
        ["gel", 2500], ["oil", 900], ["others", 900], ["order_level", -100],
    ]  # fmt: skip


def test_products_that_share_a_name_are_told_apart_by_their_code() -> None:
    sold = aggregates.goods_sold(ITEMS, first_day=0, last_day=400)
    twins = PRODUCTS.assign(product_name=["Gel", "Oil", "Gel", "Guide"])
    table = goods.display(goods.product_table(sold, twins, n_customers=4, amount=4200))
    assert table["item"].tolist() == ["Gel (gel)", "Oil", "Gel (soap)", "Guide", "order_level"]


def test_lines_without_a_product_are_money_of_no_product() -> None:
    nameless = lines(("1", "a", 0, "gel", 500), ("1", "a", 0, "x", 50)).assign(product_id=["gel", None])
    sold = aggregates.goods_sold(nameless, first_day=0, last_day=9)
    assert sold[["product_id", "amount"]].to_numpy().tolist() == [["gel", 500], ["no_product", 50]]
    table = goods.product_table(sold, PRODUCTS, n_customers=1, amount=550)
    assert table[["product_id", "amount"]].to_numpy().tolist() == [["gel", 500], ["order_level", 50]]


def test_interest_weighs_recent_purchases_more() -> None:
    amounts = aggregates.interest_amounts(ITEMS, PRODUCTS, level="category_l2", as_of_day=400, silent_days=99)
    assert amounts[amounts["customer_id"] == "b"].to_numpy().tolist() == [
        ["b", "jelly", 0, 0, 0, 500], ["b", "oil", 0, 0, 0, 300], ["b", "soap", 0, 0, 900, 0],
    ]  # fmt: skip
    assert "d" not in set(amounts["customer_id"])
    table = interest.interests(amounts).set_index("customer_id")
    # soap .5 x 900 = 450, jelly .3 x 500 = 150, oil .3 x 300 = 90.
    assert table.loc["b", ["interest_1", "interest_2"]].tolist() == ["soap", "jelly"]
    assert table.loc["b", "interest_share_1"] == pytest.approx(450 / 690)


def offered(weight: float) -> dict[str, list[Any]]:
    amounts = aggregates.interest_amounts(ITEMS, PRODUCTS, level="category_l1", as_of_day=400, silent_days=99)
    owned = aggregates.bought_products(ITEMS, PRODUCTS, as_of_day=400, silent_days=99)
    sold = aggregates.goods_sold(ITEMS, first_day=0, last_day=400)
    table = interest.offers(
        interest.interests(amounts), owned, sold, PRODUCTS, level="category_l1", bestseller_weight=weight
    )
    return table.astype(object).where(table.notna(), None).set_index("customer_id").T.to_dict("list")


def test_nothing_is_offered_twice_nor_an_insert() -> None:
    found = offered(0.3)
    assert found["a"] == ["soap", None]
    assert found["b"] == [None, None]


def test_the_weight_turns_from_interest_to_best_sellers() -> None:
    goods_now = pd.DataFrame({"product_id": ["p", "q"], "amount": [10, 90]})
    products = pd.DataFrame({"product_id": ["p", "q"], "role": "front", "category_l1": ["liked", "other"]})
    liked = pd.DataFrame(
        {
            "customer_id": ["c"],
            "interest_1": ["liked"],
            "interest_share_1": [1.0],
            "interest_2": [None],
            "interest_share_2": [np.nan],
        }
    )
    none = pd.DataFrame({"customer_id": [], "product_id": []}, dtype="str")
    first = [
        interest.offers(liked, none, goods_now, products, level="category_l1", bestseller_weight=w)["offer_1"].iloc[0]
        for w in (0, 1)
    ]
    assert first == ["p", "q"]


def test_who_refused_every_channel_is_not_offered_anything() -> None:
    customers = aggregates.customer_table(orders_of(ITEMS), as_of_day=400)
    liked = pd.DataFrame({"customer_id": ["a", "b", "c"]})
    offers = pd.DataFrame({"customer_id": ["a", "b", "c"], "offer_1": "soap"})
    flags = {name: [False, False] for name in ("line_friend", "call_ok", "dm_ok")}
    consents = pd.DataFrame(
        {"customer_id": ["a", "b"], **flags, "do_not_call": False, "mail_optin": [True, False], "line_account": "none"}
    )
    dormant = interest.dormant_list(customers, liked, offers, consents)
    assert dormant.set_index("customer_id")["consent"].to_dict() == {
        "a": "allowed",
        "b": "not_allowed",
        "c": "not_known",
    }
    assert interest.may_be_offered(dormant)["customer_id"].tolist() == ["a", "c"]


def test_names_stand_for_codes_unless_two_products_share_one() -> None:
    twins = pd.DataFrame({"product_id": ["1", "2", "3"], "product_name": ["Gel", "Gel", "Oil"]})
    table = pd.DataFrame({"item_a": ["1", "3"], "item_b": ["2", "9"]})
    assert basket.named(table, twins, level="product_id").to_numpy().tolist() == [["Gel (1)", "Gel (2)"], ["Oil", "9"]]
    assert basket.named(table, twins, level="category_l1") is table


def test_a_matrix_has_every_cell_and_true_zeros() -> None:
    counts = aggregates.pair_counts(ITEMS, PRODUCTS, unit="order", **DAYS)
    more = pd.concat(
        [counts, pd.DataFrame([["soap", "x", 8, 2, 2, 1], ["x", "soap", 8, 2, 2, 1]], columns=counts.columns)]
    )
    cells = basket.matrix(basket.pairs(more, min_both=1)).set_index(["item_a", "item_b"])["pair_rate"]
    assert len(cells) == 16
    assert (cells["gel", "soap"], cells["gel", "oil"]) == (0.0, 0.2)
    assert cells["gel":"gel"].loc["gel", "gel"] != cells["gel":"gel"].loc["gel", "gel"]  # NaN


Reduce = Callable[[Any, Any, Any], pd.DataFrame]


def reduced(name: str, **how: Any) -> Reduce:
    """An aggregate over (orders, items, products), of which it takes what it needs."""
    wanted = {"next_counts": "oip", "goods_sold": "i"}.get(name, "ip")

    def run(orders: Any, items: Any, products: Any) -> pd.DataFrame:
        given = {"o": orders, "i": items, "p": products}
        return getattr(aggregates, name)(*[given[key] for key in wanted], **how)

    return run


REDUCED: dict[str, Reduce] = {
    "pair_counts": reduced("pair_counts", unit="order", **DAYS),
    "pair_counts_customer": reduced("pair_counts", unit="customer", level="category_l1", **DAYS),
    "follow_counts": reduced("follow_counts", as_of_day=400, window_days=90),
    "next_counts": reduced("next_counts", as_of_day=400, window_days=90),
    "goods_sold": reduced("goods_sold", **DAYS),
    "breadth_counts": reduced("breadth_counts", as_of_day=400),
    "interest_amounts": reduced("interest_amounts", level="category_l2", as_of_day=400),
    "bought_products": reduced("bought_products", as_of_day=400, silent_days=30),
}


def many() -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(3)
    rows = [
        (str(number), f"c{rng.integers(40)}", int(rng.integers(0, 380)), item, int(rng.integers(1, 9)) * 100)
        for number in range(300)
        for item in rng.choice(["gel", "oil", "soap", "guide", "unlisted"], size=rng.integers(1, 4), replace=False)
    ]
    first = {number: (customer, day) for number, customer, day, _, _ in rows}
    items = lines(*[(n, *first[n], item, amount) for n, _, _, item, amount in rows])
    return orders_of(items), items


@pytest.mark.parametrize("engine", [pl.from_pandas, duckdb.from_df], ids=["polars", "duckdb"])
@pytest.mark.parametrize("name", REDUCED)
def test_every_engine_gives_the_same(name: str, engine: Any) -> None:
    orders, items = many()
    expected = REDUCED[name](orders, items, PRODUCTS)
    assert len(expected)
    pd.testing.assert_frame_equal(REDUCED[name](engine(orders), engine(items), engine(PRODUCTS)), expected)


@pytest.mark.parametrize("name", REDUCED)
def test_row_order_and_an_unused_column_change_nothing(name: str) -> None:
    orders, items = many()
    shuffled = [frame.sample(frac=1, random_state=1).assign(note=1) for frame in (orders, items, PRODUCTS)]
    pd.testing.assert_frame_equal(REDUCED[name](*shuffled), REDUCED[name](orders, items, PRODUCTS))


@pytest.mark.parametrize("name", REDUCED)
def test_nothing_sold_is_an_empty_table(name: str) -> None:
    assert REDUCED[name](orders_of(ITEMS).head(0), ITEMS.head(0), PRODUCTS.head(0)).empty


def test_everything_on_top_of_nothing_is_empty() -> None:
    none, empty = ITEMS.head(0), PRODUCTS.head(0)
    counts = aggregates.pair_counts(none, empty, unit="order", **DAYS)
    assert basket.strongest(basket.pairs(counts)).empty
    assert basket.matrix(basket.pairs(counts)).empty
    assert basket.followed(aggregates.follow_counts(none, empty, as_of_day=9, window_days=3)).empty
    assert basket.next_products(aggregates.next_counts(orders_of(none), none, empty, as_of_day=9, window_days=3)).empty
    assert basket.several(aggregates.breadth_counts(none, empty, as_of_day=9)) == (0, 0)
    amounts = aggregates.interest_amounts(none, empty, level="category_l1", as_of_day=9)
    assert interest.interests(amounts).empty
    table = goods.product_table(aggregates.goods_sold(none, **DAYS), empty, n_customers=0, amount=0)
    assert goods.shortened(table)["product_id"].tolist() == ["order_level"]


def test_wrong_arguments_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"^unit == 'basket', must be one of order, customer\.$"):
        aggregates.pair_counts(ITEMS, PRODUCTS, unit="basket", **DAYS)
    with pytest.raises(ValueError, match=r"^level == 'category', must be one of product_id, category_l1, category_l2"):
        aggregates.pair_counts(ITEMS, PRODUCTS, unit="order", level="category", **DAYS)
    with pytest.raises(ValueError, match=r"^bestseller_weight == 2, must be within 0 and 1\.$"):
        offered(2)
