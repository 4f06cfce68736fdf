"""Revivals: who was dormant, who came back, held against those left uncalled; the same on every engine."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from pandas.testing import assert_frame_equal

from crmlib.analysis import aggregates, call_costs, call_views, revival, silent
from tests.analysis.helpers import MakeOrders, refused

AS_OF = 400


def contacts_of(rows: list[tuple[str, int, str]], **more: Any) -> pd.DataFrame:
    """Contacts from (customer, day, group)."""
    table = pd.DataFrame(rows, columns=["customer_id", "contacted_day", "contact_group"])
    told = {"channel": "phone", "list_name": "a", "result": "reached", **more}
    return table.astype({"customer_id": "str", "contacted_day": "int64"}).assign(**told)


def approached_of(orders: pd.DataFrame, contacts: pd.DataFrame, **more: Any) -> pd.DataFrame:
    outcomes = aggregates.contact_outcomes(orders, contacts, as_of_day=AS_OF, window_days=90)
    return revival.approaches(contacts, outcomes, as_of_day=AS_OF, **more)


def test_what_came_before_and_after_the_day_of_a_contact(make_orders: MakeOrders) -> None:
    # The order of day 100 comes after the contact of that day; day 190 is the last of the window, 191 beyond it.
    orders = make_orders([("1", "a", 10, 5), ("2", "a", 100, 7), ("3", "a", 190, 11), ("4", "a", 191, 13)])
    found = aggregates.contact_outcomes(
        orders, contacts_of([("a", 100, "called"), ("z", 100, "called")]), as_of_day=AS_OF, window_days=90
    )
    names = ["customer_id", "last_day_before", "next_day", "n_orders_before", "amount_before", "n_orders_window",
             "amount_window", "n_orders_after", "amount_after"]  # fmt: skip
    assert found[names].iloc[0].tolist() == ["a", 10.0, 100.0, 1, 5, 2, 18, 3, 31]
    assert found[["n_orders_before", "n_orders_after"]].iloc[1].tolist() == [0, 0]
    assert found[["last_day_before", "next_day"]].iloc[1].isna().all()


def test_dormant_is_more_than_the_threshold_on_the_day_of_the_contact(make_orders: MakeOrders) -> None:
    orders = make_orders([("1", "a", 40, 1), ("2", "b", 39, 1)])
    contacts = contacts_of([("a", 100, "called"), ("b", 100, "called")])
    assert approached_of(orders, contacts)["customer_id"].tolist() == ["b"]
    assert approached_of(orders, contacts, dormant_days=30)["customer_id"].tolist() == ["a", "b"]


def test_a_revival_lies_within_the_window_and_needs_a_window_that_is_over(make_orders: MakeOrders) -> None:
    orders = make_orders([
        ("1", "a", 0, 1), ("2", "a", 190, 1), ("3", "b", 0, 1), ("4", "b", 191, 1), ("5", "c", 0, 1), ("6", "d", 0, 1),
    ])  # fmt: skip
    contacts = contacts_of([("a", 100, "called"), ("b", 100, "called"), ("c", 310, "called"), ("d", 311, "called")])
    found = approached_of(orders, contacts).set_index("customer_id")
    assert found["revived"].tolist() == [True, False, False, False]
    assert found["observed"].tolist() == [True, True, True, False]
    assert found["days_to_order"].tolist()[:2] == [90.0, 91.0]


def test_several_contacts_in_one_silence_are_one_approach_of_the_first(make_orders: MakeOrders) -> None:
    orders = make_orders([("1", "a", 0, 1), ("2", "a", 120, 1)])
    contacts = contacts_of([("a", 100, "held_out"), ("a", 110, "called"), ("a", 300, "called")])
    contacts["result"] = ["unknown", "reached", "absent"]
    found = approached_of(orders, contacts)
    assert found[["contacted_day", "contact_group", "n_contacts", "contact_result"]].to_numpy().tolist() == [
        [100, "held_out", 1, "result_reached"], [300, "called", 1, "result_absent"],
    ]  # fmt: skip


def test_the_effect_is_as_assigned_within_lists_that_held_somebody_out() -> None:
    # Called 4 of 10, held out 1 of 10; Newcombe's interval as R's PropCIs gives it for 4/10 and 1/10.
    rows = pd.DataFrame({
        "list_name": ["a"] * 20 + ["b"] * 5, "contact_group": ["called"] * 10 + ["held_out"] * 10 + ["called"] * 5,
        "observed": True, "revived": [True] * 4 + [False] * 6 + [True] + [False] * 9 + [True] * 5, "amount_window": 100,
    })  # fmt: skip
    found = revival.effect(rows)
    assert (found.basis, found.n_called, found.n_held_out) == ("held_out", 10, 10)
    assert found.difference == pytest.approx(0.3)
    # 0.3 - sqrt((0.4 - 0.16818)^2 + (0.40415 - 0.1)^2) and 0.3 + sqrt((0.68733 - 0.4)^2 + (0.1 - 0.01788)^2).
    assert found.difference_interval.low == pytest.approx(0.3 - np.hypot(0.4 - 0.16818, 0.40415 - 0.1), abs=1e-4)
    assert found.difference_interval.high == pytest.approx(0.3 + np.hypot(0.68733 - 0.4, 0.1 - 0.01788), abs=1e-4)
    assert found.extra_customers == pytest.approx(3)


def test_approaches_not_yet_observed_are_in_no_rate() -> None:
    rows = pd.DataFrame({"list_name": "a", "contact_group": ["called", "called", "held_out"],
                         "observed": [True, False, True], "revived": True, "amount_window": 1})  # fmt: skip
    assert (revival.effect(rows).n_called, revival.effect(rows).n_held_out) == (1, 1)


def test_without_anybody_held_out_the_comparison_is_weak_or_cannot_be_told(make_orders: MakeOrders) -> None:
    orders = make_orders([("1", "a", 0, 1), ("2", "b", 5, 1), ("3", "b", 150, 1), ("4", "c", 90, 1), ("5", "d", 0, 1)])
    contacts = contacts_of([("a", 100, "called"), ("d", 100, "called")])
    approached = approached_of(orders, contacts)
    silences = aggregates.silences(orders, as_of_day=AS_OF, longer_than=60)
    others = silent.comparable(approached, silences, contacts)
    # Only b was silent for 61 to 120 days on day 100 and left alone; it stands for both calls.
    assert others["customer_id"].tolist() == ["b", "b"]
    assert others[["contacted_day", "recency_days", "revived"]].iloc[0].tolist() == [100, 95, True]
    assert call_views.best_evidence(approached, others).basis == "not_random"
    assert call_views.best_evidence(approached, others.head(0)).basis == "untellable"
    assert np.isnan(revival.effect(approached).difference)
    assert call_views.effect_table(revival.effect_against(approached, others))["call_group"].tolist() == [
        "group_called", "group_not_contacted",
    ]  # fmt: skip


def test_the_comparison_with_the_silent_finds_nothing_where_there_is_nothing(make_orders: MakeOrders) -> None:
    differences = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        rows = [(f"o{i:04d}", f"c{rng.integers(600)}", int(rng.integers(400)), 1) for i in range(2400)]
        orders = make_orders(rows)
        picked = rng.choice(600, 250, replace=False)
        contacts = contacts_of([(f"c{i}", int(rng.integers(100, 300)), "called") for i in picked])
        approached = approached_of(orders, contacts)
        silences = aggregates.silences(orders, as_of_day=AS_OF, longer_than=60)
        differences.append(
            revival.effect_against(approached, silent.comparable(approached, silences, contacts)).difference
        )
    assert abs(np.mean(differences)) < 0.05


def test_the_best_case_is_the_revived_customer_with_the_largest_sales(make_orders: MakeOrders) -> None:
    orders = make_orders([("1", "a", 0, 800_000), ("2", "a", 120, 500), ("3", "b", 0, 10), ("4", "b", 130, 20)])
    approached = approached_of(orders, contacts_of([("a", 100, "called"), ("b", 100, "called")]))
    found = revival.revived_customers(approached, aggregates.customer_table(orders, as_of_day=AS_OF))
    assert found[["customer_id", "amount", "amount_after"]].to_numpy().tolist() == [["a", 800_500, 500], ["b", 30, 20]]


def test_rates_by_channel_count_only_those_contacted(make_orders: MakeOrders) -> None:
    orders = make_orders([("1", "a", 0, 1), ("2", "a", 120, 9), ("3", "b", 0, 1), ("4", "c", 0, 1)])
    contacts = contacts_of([("a", 100, "called"), ("b", 100, "called"), ("c", 100, "held_out")])
    contacts["channel"] = ["line", None, "line"]
    approached = approached_of(orders, contacts)
    found = revival.rates(approached, by="contact_channel", fewest=1).set_index("contact_channel")
    assert found.loc["line", ["n_approached", "n_windowed", "n_revived", "amount_window"]].tolist() == [1, 1, 1, 9]
    assert found.loc["not_known", "revival_rate"] == 0.0
    with pytest.raises(ValueError, match=r"^fewest == 0, must be at least 1\.$"):
        revival.rates(approached, by="contact_channel", fewest=0)


def test_no_rate_of_fewer_than_thirty_contacts() -> None:
    rows = pd.DataFrame({"contact_group": "called", "list_name": ["a"] * 30 + ["b"] * 29, "observed": True,
                         "revived": True, "amount_window": 1, "amount_after": 1})  # fmt: skip
    found = revival.rates(rows, by="list_name")
    assert found[["n_windowed", "n_revived"]].to_numpy().tolist() == [[30, 30], [29, 29]]
    assert found["revival_rate"].isna().tolist() == [False, True]
    assert found[["revival_rate_low", "revival_rate_high"]].isna().to_numpy().tolist() == [[False] * 2, [True] * 2]


def test_costs_of_a_revival_and_of_a_new_customer() -> None:
    rows = pd.DataFrame({"list_name": "a", "contact_group": ["called"] * 10 + ["held_out"] * 10, "observed": True,
                         "revived": [True] * 5 + [False] * 5 + [True] * 1 + [False] * 9, "amount_window": 0,
                         "n_contacts": [2] * 10 + [0] * 10})  # fmt: skip
    ads = pd.DataFrame({"cost_day": [0, 30], "cost": [30_000, 30_000]})
    customers = pd.DataFrame({"first_day": [0, 10, 30, 31]})
    found = call_costs.call_costs(rows, revival.effect(rows), contact_cost=100, ad_costs=ads, customers=customers,
                                  as_of_day=90)  # fmt: skip
    # 20 contacts at 100; 5 came back, 4 beyond the 1 in 10 who do anyway; 60,000 for 3 new customers.
    assert (found.n_contacts, found.per_revived, found.n_new, found.per_new) == (20, 400.0, 3, 20_000.0)
    assert found.per_extra == pytest.approx(500.0)
    assert found.new_per_extra == pytest.approx(40.0)
    unknown = call_costs.call_costs(
        rows, revival.effect(rows), contact_cost=float("nan"), ad_costs=ads.head(0), customers=customers, as_of_day=90
    )
    assert np.isnan([unknown.per_revived, unknown.per_extra, unknown.per_new]).all()


@pytest.mark.parametrize(
    ("as_of_day", "n_new", "ad_cost"),
    [(58, 4, 60_000), (45, 2, 30_000), (30, 2, 30_000)],
)
def test_a_cost_of_a_month_is_set_against_the_customers_of_the_whole_month(
    as_of_day: int, n_new: int, ad_cost: int
) -> None:
    # A row a month stands on its first day; the month counts once it has ended, with all of its customers.
    rows = pd.DataFrame({"list_name": "a", "contact_group": ["called"], "observed": True, "revived": [True],
                         "amount_window": 0, "n_contacts": [1]})  # fmt: skip
    ads = pd.DataFrame({"cost_day": [0, 0, 31], "cost": [20_000, 10_000, 30_000]})
    customers = pd.DataFrame({"first_day": [0, 30, 31, 40, 59]})
    known = {"contact_cost": 100, "ad_costs": ads, "customers": customers, "as_of_day": as_of_day}
    found = call_costs.call_costs(rows, revival.effect(rows), **known)
    assert (found.n_new, found.ad_cost, found.per_new) == (n_new, ad_cost, ad_cost / n_new)


def test_costs_of_a_month_that_has_not_ended_say_nothing_of_a_new_customer() -> None:
    rows = pd.DataFrame({"list_name": "a", "contact_group": ["called"], "observed": True, "revived": [True],
                         "amount_window": 0, "n_contacts": [1]})  # fmt: skip
    ads, customers = pd.DataFrame({"cost_day": [31], "cost": [9]}), pd.DataFrame({"first_day": [31]})
    found = call_costs.call_costs(
        rows, revival.effect(rows), contact_cost=100, ad_costs=ads, customers=customers, as_of_day=40
    )
    assert found.n_new == 0
    assert np.isnan([found.ad_cost, found.per_new, found.new_per_revived]).all()


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_every_engine_gives_the_same_whatever_the_order_of_the_rows(engine: str, many_orders: pd.DataFrame) -> None:
    rng = np.random.default_rng(3)
    contacts = contacts_of([(f"c{i}", int(day), "called") for i, day in enumerate(rng.integers(19_100, 19_400, 300))])
    lines = many_orders.assign(line_no=1, product_id=[f"p{i % 7}" if i % 5 else None for i in range(len(many_orders))],
                               product_name="Gel", line_amount=many_orders["amount"], line_type="product",
                               channel="own")  # fmt: skip
    orders = many_orders.assign(channel="own")
    products = pd.DataFrame({"product_id": [f"p{i}" for i in range(6)], "category_l1": ["a", "b", None] * 2})
    connection = duckdb.connect()

    def there(name: str, frame: pd.DataFrame) -> Any:
        shuffled = frame.sample(frac=1, random_state=5)
        if engine == "polars":
            return pl.from_pandas(shuffled)
        connection.register(name, shuffled)
        return connection.table(name)

    def tables(o: Any, c: Any, i: Any, p: Any) -> list[pd.DataFrame]:
        return [
            aggregates.contact_outcomes(o, c, as_of_day=19_450, window_days=90),
            aggregates.silences(o, as_of_day=19_450, longer_than=60),
            aggregates.recent_table(o, i, p, as_of_day=19_450),
        ]

    expected = tables(orders, contacts, lines, products)
    found = tables(there("o", orders), there("c", contacts), there("i", lines), there("p", products))
    for ours, theirs in zip(expected, found, strict=True):
        assert_frame_equal(ours, theirs)


def test_the_last_product_the_main_category_and_the_last_year(make_orders: MakeOrders) -> None:
    orders = make_orders([("1", "a", 10, 900), ("2", "a", 375, 50), ("3", "a", 376, 70)]).assign(channel="own")
    lines = pd.DataFrame({
        "customer_id": "a", "order_id": ["1", "3", "3"], "channel": "own", "order_day": [10, 376, 376], "line_no": 1,
        "product_id": ["oil", "gel", "cap"], "product_name": ["Oil", "Gel", "Cap"], "line_amount": [900, 60, 10],
        "line_type": "product",
    })  # fmt: skip
    products = pd.DataFrame({"product_id": ["oil", "gel"], "category_l1": ["body", "skin"]})
    found = aggregates.recent_table(orders, lines, products, as_of_day=740).iloc[0]
    assert found[["product_name", "category_l1", "main_category", "n_orders_year", "amount_year"]].tolist() == [
        "Gel", "skin", "body", 1, 70,
    ]  # fmt: skip


def test_no_contact_at_all_is_nothing_to_judge(make_orders: MakeOrders) -> None:
    orders, contacts = make_orders([("1", "a", 0, 1)]), contacts_of([])
    approached = approached_of(orders, contacts)
    assert approached.empty
    assert revival.effect(approached).basis == "untellable"
    assert revival.rates(approached, by="list_name").empty
    silences = aggregates.silences(orders, as_of_day=AS_OF, longer_than=60)
    assert silent.comparable(approached, silences, contacts).empty
    assert silent.balance(approached, approached)["standardised_difference"].isna().all()


def test_what_a_parameter_may_be(make_orders: MakeOrders) -> None:
    with refused("window_days == 0, must be at least 1."):
        aggregates.contact_outcomes(make_orders([("1", "a", 0, 1)]), contacts_of([]), as_of_day=AS_OF, window_days=0)
    with refused("longer_than == -1, must be at least 0."):
        aggregates.silences(make_orders([("1", "a", 0, 1)]), as_of_day=AS_OF, longer_than=-1)
