"""The true business of a simulated shop in the canonical tables, without files, faults and the door."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crmlib.demo import advertising, boxes, canonical_loop, canonical_records, consents, market, tables, world
from crmlib.demo.canonical_records import MEDIA_NAMES
from crmlib.demo.columns import consent, date, frame, moment, texts, whole

if TYPE_CHECKING:
    from crmlib.demo.world import World

Tables = dict[str, pd.DataFrame]


def simulate_tables(seed: int, *, customers: int = 2000, last_day: str = "2026-03-31") -> Tables:
    """Canonical tables of a shop of its own, by name, as `Shop.table` gives them; only what truly happened.

    Tables: all of the canonical ones. The survey's comments are left out.

    Raises:
        ValueError: when `customers` is below 200.

    >>> shop = simulate_tables(1, customers=200)
    >>> shop["orders"]["customer_id"].nunique()
    200
    """
    if customers < 200:
        raise ValueError(f"customers == {customers}, must be at least 200.")
    last, rng = market.epoch_day(last_day), np.random.default_rng([seed, 0])
    shop = world.simulate(rng, n=customers, first_customer=1, first_order=0, last_day=last, handful=False, faults=False)
    costs = advertising.ad_costs(np.random.default_rng([seed, 0, 2]), advertising.arrivals(shop.people), last_day=last)
    tables = {**of_world(shop), "ad_costs": canonical_records.ad_costs(costs)}
    return {**tables, **planned(customers=customers, last_day=last)}


def planned(*, customers: int, last_day: int) -> Tables:
    """The canonical tables of what people typed."""
    return {
        "experiments": canonical_loop.experiment_rows(last_day),
        "scenarios": canonical_loop.scenario_rows(last_day),
        "messages": canonical_loop.message_rows(),
        "kpi_targets": canonical_loop.kpi_targets(customers=customers, last_day=last_day),
        "actions": canonical_loop.actions(last_day),
    }


def of_world(shop: World) -> Tables:
    """The canonical tables of one batch, the costs left out."""
    return {
        "orders": orders(shop),
        "order_items": order_items(shop),
        "customers": customers(shop),
        "products": products(),
        "subscriptions": canonical_records.subscription_rows(shop),
        "subscription_events": canonical_records.subscription_events(shop),
        "engagement": canonical_records.engagement(shop),
        "referrals": canonical_records.referrals(shop),
        "contacts": canonical_records.contacts(shop),
        "inquiries": canonical_records.inquiries(shop),
        "surveys": canonical_loop.surveys(shop),
        "surveys_sent": canonical_loop.surveys_sent(shop),
        "assignments": canonical_loop.assignments(shop),
        "sends": canonical_loop.sends(shop),
    }


def orders(shop: World) -> pd.DataFrame:
    """Orders that count, in the order of time."""
    true = shop.export_orders[shop.export_orders["reason"] == ""]
    counted = _counted_lines(shop)
    gross = np.bincount(counted["order"], counted["line_amount"], minlength=len(shop.export_orders)).astype(np.int64)
    n_items = np.bincount(counted["order"], counted["quantity"], minlength=len(shop.export_orders)).astype(np.int64)
    subscribed = (true["delivery"] > 0).to_numpy()
    return frame(
        {
            "order_id": texts(true["order_id"]),
            "channel": texts(["own"] * len(true)),
            "customer_id": texts(true["customer_id"]),
            **moment("ordered_at", true["day"], true["second"]),
            **date("order", true["day"]),
            "amount": true["amount"],
            "gross_amount": gross[true.index],
            "discount_amount": true["discount_amount"],
            "shipping_fee": 0,
            "fee": 0,
            "points_used": 0,
            "refunded_amount": true["refunded_amount"],
            "n_items": n_items[true.index],
            "order_kind": texts(np.array(market.KINDS, dtype=object)[true["kind"]]),
            "subscription_id": texts(np.where(subscribed, true["subscription_id"], None)),
            "subscription_seq": whole(true["delivery"], subscribed),
            "acq_media": texts(MEDIA_NAMES[true["media"]]).fillna("unknown"),
            "status": texts(np.where(true["pending"], "pending", "valid")),
        }
    )


def order_items(shop: World) -> pd.DataFrame:
    """Product lines of these orders that cost something."""
    lines = _counted_lines(shop)
    head = shop.export_orders.iloc[lines["order"]]
    place = market.PRODUCTS.iloc[lines["product"]]
    return frame(
        {
            "order_id": texts(head["order_id"]),
            "channel": texts(["own"] * len(lines)),
            "line_no": lines["line_no"],
            "customer_id": texts(head["customer_id"]),
            "order_day": head["day"].to_numpy(),
            "product_id": texts(place["product_id"]),
            "product_name": texts(place["product_name"]),
            "quantity": lines["quantity"],
            "unit_price": lines["unit_price"],
            "line_amount": lines["line_amount"],
            "line_type": texts(["product"] * len(lines)),
        }
    )


def customers(shop: World) -> pd.DataFrame:
    """Customers, then people who only asked; the shop's own people left out."""
    people = pd.concat([shop.people, shop.leads], ignore_index=True)
    n, n_customers = len(people), len(shop.people)
    n_orders = np.bincount(shop.orders["customer"], minlength=n)
    asked = (people["lead_source"] != consents.UNKNOWN).to_numpy()
    known = np.where(people["media_known"], people["media"], -1)
    accounts = np.array([*consents.LINE_ACCOUNTS, "unknown"], dtype=object)
    sources = np.array([*consents.LEAD_SOURCES, None], dtype=object)
    return frame(
        {
            "customer_id": texts(people["customer_id"]),
            **date("first_seen", people["arrival_day"]),
            "sex": texts(np.where(people["is_female"], "female", "male")),
            "birth_year": people["birth_year"],
            "age_band": texts([None] * n),
            "prefecture": texts(market.PREFECTURES[people["prefecture"]]),
            "member_rank": texts(tables.RANKS[np.searchsorted([3, 8], n_orders, side="right")]),
            "acq_media": texts(MEDIA_NAMES[known]),
            "is_staff": False,
            "is_test": False,
            "mail_optin": consent(people["mail_told"]),
            "line_friend": consent(people["line_friend"]),
            "line_account": texts(accounts[people["line_account"]]),
            "call_ok": consent(people["call_ok"]),
            "do_not_call": consent(people["do_not_call"]),
            "dm_ok": consent(people["dm_ok"]),
            "is_lead": np.arange(n) >= n_customers,
            "lead_source": texts(sources[people["lead_source"]]),
            **date("lead", people["lead_day"], asked),
        }
    )


def products() -> pd.DataFrame:
    """The range."""
    sold = market.PRODUCTS
    settled = [market.SETTLED.get(place, (-1, -1)) for place in range(len(sold))]
    n_orders, n_days = (np.array(column) for column in zip(*settled, strict=True))
    named = ["product_id", "product_name", "category_l1", "category_l2", "role"]
    rest = ["is_subscription", "price", "unit_cost"]
    return frame(
        {
            **{name: texts(sold[name]) for name in named},
            **{name: sold[name] for name in rest},
            "gross_margin_rate": np.nan,
            "cycle_days": whole(sold["cycle_days"].to_numpy(), (sold["cycle_days"] > 0).to_numpy()),
            "settle_orders": whole(n_orders, n_orders > 0),
            "settle_days": whole(n_days, n_days > 0),
        }
    )


def _counted_lines(shop: World) -> pd.DataFrame:
    lines = shop.export_lines.assign(line_no=shop.export_lines.groupby("order").cumcount() + 1)
    true = (shop.export_orders["reason"] == "").to_numpy()[lines["order"]]
    kept = lines[true & (lines["line_type"] == boxes.PRODUCT_LINE) & (lines["unit_price"] > 0)]
    return kept.assign(line_amount=kept["unit_price"] * kept["quantity"])
