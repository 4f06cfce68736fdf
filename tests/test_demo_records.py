"""The demo shop's files beside the orders: subscriptions, calls, referrals, engagement, inquiries, costs, consents."""

from __future__ import annotations

import json
import shutil
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmlib import demo
from crmlib.data.tables import INPUTS, TABLES, empty
from crmlib.demo import (
    advertising,
    calls,
    canonical,
    circle,
    consents,
    counts,
    faults,
    market,
    regular,
    subscriptions,
    world,
)
from crmlib.demo.canonical_records import ad_costs
from crmlib.shop import Shop, open_shop

LAST_DAY = market.epoch_day("2026-03-31")
CUSTOMERS, SEED = 3000, 7
RECORDS = [name for name in faults.FAULTS if name != "survey"]
KEYS = {
    "orders": ["order_id"], "order_items": ["order_id", "line_no"], "customers": ["customer_id"],
    "products": ["product_id"], "subscriptions": ["subscription_id"],
    "subscription_events": ["subscription_id", "event_at", "event", "seq"],
    "engagement": ["customer_id", "event_at", "kind"], "referrals": ["referred_customer_id"],
    "contacts": ["customer_id"], "inquiries": ["inquiry_id"], "ad_costs": ["cost_day", "media"],
    "surveys": ["response_id"], "surveys_sent": ["survey_id", "customer_id"], "experiments": ["experiment_id"],
    "assignments": ["experiment_id", "unit_id"], "scenarios": ["scenario_id"], "messages": ["message_id"],
    "sends": ["send_id"], "kpi_targets": ["kpi_id", "month"], "actions": ["action_id"],
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    (home / "parameters").mkdir()
    shutil.copy(Path(__file__).resolve().parents[1] / "parameters" / "demo.yml", home / "parameters" / "demo.yml")
    demo.write(home / "data" / "demo" / "export", customers=CUSTOMERS, seed=SEED)
    return home


@pytest.fixture(scope="module")
def told(home: Path) -> dict[str, Any]:
    return json.loads((home / "data" / "demo" / "export" / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def opened(home: Path) -> Shop:
    return open_shop(home / "parameters" / "demo.yml")


@pytest.fixture(scope="module")
def batch() -> world.World:
    """The world that the files were written from."""
    rng = np.random.default_rng([SEED, 0])
    return world.simulate(rng, n=CUSTOMERS, first_customer=1, first_order=0, last_day=LAST_DAY, handful=True)


@pytest.fixture(scope="module")
def shop() -> world.World:
    """A larger one without faults."""
    rng = np.random.default_rng([11, 0])
    options = {"first_customer": 1, "first_order": 0, "last_day": LAST_DAY, "handful": False, "faults": False}
    return world.simulate(rng, n=20_000, **options)


def near(share: float, chance: float, n: int) -> bool:
    """Within four binomial standard errors."""
    return abs(share - chance) <= 4 * sqrt(chance * (1 - chance) / n)


# --- through the door ---


@pytest.mark.parametrize("table", RECORDS)
def test_the_door_finds_every_planted_fault(told: dict[str, Any], opened: Shop, table: str) -> None:
    ledger = opened.ledgers[table]
    found = {"rows_read": ledger.rows_read, "rows_used": ledger.rows_used}
    assert found | {line.reason: line.rows for line in ledger.lines if line.rows} == told["ledgers"][table]


@pytest.mark.sample(8)
@pytest.mark.parametrize("table", list(KEYS))
def test_the_canonical_tables_are_what_the_door_makes_of_the_files(
    opened: Shop, batch: world.World, table: str
) -> None:
    made = canonical.of_world(batch)
    drawn = advertising.ad_costs(
        np.random.default_rng([SEED, 0, 2]), advertising.arrivals(batch.people), last_day=LAST_DAY
    )
    made |= canonical.planned(customers=CUSTOMERS, last_day=LAST_DAY)
    ours = {**made, "ad_costs": ad_costs(drawn)}[table]
    theirs = opened.table(table)
    if table == "products":
        theirs = theirs[theirs["product_id"].isin(market.PRODUCTS["product_id"])]  # without the hostile one
    if table == "customers":
        theirs = theirs[~theirs["is_test"] & ~theirs["is_staff"]]
    if table == "order_items":
        ours, theirs = (frame.drop(columns="product_name") for frame in (ours, theirs))  # some are hostile
    masked = [name for name, column in INPUTS.get(table, {}).items() if column.kind == "comment"]
    ours, theirs = (frame.drop(columns=masked) for frame in (ours, theirs))
    by = KEYS[table]
    ours, theirs = (frame.sort_values(by, kind="stable", ignore_index=True) for frame in (ours, theirs))
    pd.testing.assert_frame_equal(ours, theirs)


def test_simulated_tables_are_all_of_the_canonical_ones() -> None:
    assert set(demo.simulate_tables(3, customers=200)) == {*TABLES, "order_items"}


def test_simulated_tables_have_the_canonical_columns() -> None:
    for name, frame in demo.simulate_tables(3, customers=200).items():
        assert list(frame.columns) == list(empty(name).columns), name


def test_the_same_seed_simulates_the_same_tables() -> None:
    once, again, other = (demo.simulate_tables(seed, customers=300) for seed in (3, 3, 4))
    for name, frame in once.items():
        pd.testing.assert_frame_equal(frame, again[name])
    assert not once["orders"].equals(other["orders"])


def test_too_few_customers_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^customers == 199, must be at least 200\.$"):
        demo.simulate_tables(1, customers=199)


# --- customers and leads ---


def test_consents_are_yes_no_and_not_known(opened: Shop) -> None:
    members = opened.table("customers")
    for name in ("mail_optin", "line_friend", "call_ok", "dm_ok"):
        assert set(members[name].astype(object).where(members[name].notna(), "blank")) == {True, False, "blank"}, name
    assert not members["do_not_call"].isna().any()
    assert set(members["line_account"]) == {"campaign", "individual", "both", "none", "unknown"}


def test_leads_have_a_source_and_a_day_and_never_ordered(opened: Shop, told: dict[str, Any]) -> None:
    members = opened.table("customers")
    leads = members[members["is_lead"]]
    assert leads["lead_source"].value_counts().to_dict() == {name: n for name, n in told["leads"].items() if n}
    assert len(leads) == 135
    assert leads["lead_day"].notna().all()
    assert not leads["customer_id"].isin(opened.table("orders")["customer_id"]).any()


# --- subscriptions ---


def test_whoever_does_not_go_on_has_cancelled_before_the_next_delivery_was_due(shop: world.World) -> None:
    final = shop.orders[(shop.orders["delivery"] > 0)].groupby(["customer", "subscription"]).tail(1)
    rows = shop.subscriptions.rows.merge(final, on=["customer", "subscription"], suffixes=("", "_order"))
    assert len(rows) == len(shop.subscriptions.rows)
    gone = rows["status"] == subscriptions.GONE
    wait = rows.loc[gone, "cancel_day"] - rows.loc[gone, "day"]
    assert wait.between(5, 25).all()
    assert not rows.loc[gone, "goes_on"].any()
    open_failures = rows[~gone & ~rows["goes_on"]]  # their day of cancellation has not come
    assert (open_failures["day"] > LAST_DAY - 26).all()


def test_every_delivery_of_a_subscription_is_an_event(shop: world.World) -> None:
    sent = shop.orders[(shop.orders["delivery"] > 0) & ~shop.orders["pending"]]
    delivered = shop.subscriptions.events.query(f"event == {subscriptions.DELIVERED}")
    assert len(delivered) == len(sent)
    assert delivered["seq"].sum() == sent["delivery"].sum()


def test_a_gap_between_deliveries_is_a_skip_or_a_pause_and_nothing_else_is(shop: world.World) -> None:
    sent = shop.orders[shop.orders["delivery"] > 0]
    gaps = sent.groupby(["customer", "subscription"])["day"].diff()
    seen = shop.subscriptions.events["event"].value_counts()
    waiting = seen[subscriptions.SKIPPED] + seen[subscriptions.PAUSED] - (gaps > 45).sum()
    now = sent.groupby(["customer", "subscription"]).tail(1)
    assert waiting == (now["goes_on"] & (LAST_DAY - now["day"] > 31)).sum()
    paused = (shop.subscriptions.rows["status"] == subscriptions.ON_PAUSE).sum()
    assert paused == seen[subscriptions.PAUSED] - seen[subscriptions.RESUMED] > 0


def test_reasons_depend_on_usage_and_delivery_as_planted(shop: world.World) -> None:
    gone = shop.subscriptions.rows.query("reason >= 0")
    for usage in range(len(market.USAGE)):
        for early in (True, False):
            rows = gone[(gone["usage"] == usage) & ((gone["deliveries"] <= subscriptions.EARLY_DELIVERY) == early)]
            chances = subscriptions.reason_chances(rows["usage"].to_numpy(), rows["deliveries"].to_numpy())[0]
            for reason, chance in enumerate(chances):
                assert near(float((rows["reason"] == reason).mean()), chance, len(rows))


def test_every_reason_has_words_that_the_client_file_maps(opened: Shop, told: dict[str, Any]) -> None:
    found = opened.table("subscriptions")["cancel_reason"].value_counts().to_dict()
    assert found == {name: n for name, n in told["cancel_reasons"]["n"].items() if n}
    assert len(found) == len(subscriptions.REASONS)


# --- calls ---


def test_lists_hold_silent_repeat_customers_whom_the_shop_may_call_once(shop: world.World) -> None:
    told = shop.contacts
    assert not told["customer"].duplicated().any()
    assert consents.may_call(shop.people)[told["customer"]].all()
    both = told.merge(shop.orders[["customer", "day"]], on="customer", suffixes=("", "_order"))
    before = both[both["day_order"] <= both["day"]].groupby("customer")["day_order"].agg(["max", "size"])
    listed = told.set_index("customer").sort_index()
    silent = listed["day"] - before["max"]
    assert silent.between(*calls.SILENT_DAYS).all()
    assert (silent == listed["silent_days"]).all()
    assert (before["size"] >= 2).all()


def test_a_random_half_of_each_list_is_called(shop: world.World) -> None:
    halves = shop.contacts.groupby("list_day")["called"].agg(["sum", "size"])
    assert ((halves["size"] - 2 * halves["sum"]).abs() <= 1).all()
    orders_before = shop.orders.groupby("customer").size()
    n_orders = shop.contacts.assign(n=orders_before.reindex(shop.contacts["customer"]).to_numpy())
    assert abs(n_orders.groupby("called")["n"].mean().diff().iloc[-1]) < 0.5


def test_a_call_brings_back_whom_it_reaches_as_planted(shop: world.World) -> None:
    able = shop.contacts[shop.contacts["reached"] & shop.contacts["gone"]]
    for late, name in ((False, "up_to_60_days"), (True, "over_60_days")):
        rows = able[(able["silent_days"] > calls.LATE_DAYS) == late]
        assert near(float(rows["won_back"].mean()), calls.WON_BACK[name], len(rows))
    assert not shop.contacts.loc[~shop.contacts["called"], "won_back"].any()


def test_the_call_raises_revival(shop: world.World) -> None:
    arms = counts._revival(shop, last_day=LAST_DAY)
    rates = {arm: arms[arm]["n_revived"] / arms[arm]["n"] for arm in ("called", "held_out")}
    assert 0.08 <= rates["held_out"] <= 0.12
    assert 0.04 <= rates["called"] - rates["held_out"] <= 0.09


def test_the_held_out_are_told_apart_and_nobody_called_them(opened: Shop) -> None:
    contacts = opened.table("contacts")
    held = contacts["contact_group"] == "held_out"
    assert set(contacts["contact_group"]) == {"called", "held_out"}
    assert contacts.loc[held, "staff"].isna().all()
    assert set(contacts.loc[held, "result"]) == {"unknown"}
    assert {"reached", "absent", "refused", "follow_later"} <= set(contacts.loc[~held, "result"])


def test_customers_on_trial_are_not_called(shop: world.World) -> None:
    both = shop.contacts.merge(shop.follow_up, on="customer", suffixes=("", "_trial"))
    after = both["day"] - both["day_trial"]
    assert not after.between(0, calls.AFTER_TRIAL_DAYS - 1).any()


def test_one_customer_is_called_back_after_silence_and_worth_about_800000_yen(
    told: dict[str, Any], opened: Shop
) -> None:
    planted = told["regular"]
    orders = opened.table("orders").query("customer_id == @planted['customer_id']")
    assert 780_000 <= int(orders["amount"].sum()) == planted["amount"] <= 820_000
    assert len(orders) == planted["n_orders"] == regular.BEFORE + regular.AFTER
    assert orders["amount"].max() < 30_000
    assert planted["silent_days"] > 60
    (call,) = opened.table("contacts").query("customer_id == @planted['customer_id']").to_dict("records")
    assert (call["channel"], call["contact_group"], str(call["contacted_at"])[:10]) == (
        "phone",
        "called",
        planted["called"],
    )
    assert planted["called"] < planted["revived"]


def test_the_truth_says_what_to_expect_beside_what_was_drawn(told: dict[str, Any]) -> None:
    assert told["expected"] == {
        name: {key: known.value for key, known in figures.items()} for name, figures in demo.true_values().items()
    }


# --- around the orders ---


def test_everyone_referred_was_brought_by_somebody_who_had_bought(opened: Shop, told: dict[str, Any]) -> None:
    brought, orders = opened.table("referrals"), opened.table("orders")
    first = orders.groupby("customer_id")["order_day"].min()
    assert (brought["referrer_customer_id"].map(first) < brought["referred_day"]).all()
    assert (brought["referred_customer_id"].map(first) == brought["referred_day"]).all()
    media = orders.set_index("order_id")["acq_media"]
    assert set(brought["first_order_id"].map(media)) == {"紹介", "unknown"}
    assert told["referrals"]["n_three_or_more"] > told["referrals"]["n_evangelists"] > 0


def test_engagement_depends_on_usage_and_stays_small(shop: world.World) -> None:
    told = np.bincount(shop.engagement["customer"], minlength=len(shop.people))
    means = pd.Series(told).groupby(shop.people["usage"]).mean()
    assert means.is_monotonic_decreasing
    assert len(shop.engagement) < 60_000 / 8_000 * len(shop.people)
    kinds = pd.concat([shop.engagement["kind"], shop.carts["kind"]])
    assert set(kinds) == set(range(len(circle.KINDS)))
    assert shop.engagement["day"].between(market.three_years_before(LAST_DAY), LAST_DAY).all()


def test_nobody_reads_what_is_not_sent(shop: world.World) -> None:
    by_mail = shop.engagement["kind"].isin(circle.BY_MAIL)
    on_line = shop.engagement["kind"].isin(circle.BY_LINE)
    assert shop.people["mail_optin"].to_numpy()[shop.engagement.loc[by_mail, "customer"]].all()
    friends = shop.people["line_friend"].to_numpy()[shop.engagement.loc[on_line, "customer"]]
    assert (friends == consents.YES).all()


def test_costs_are_about_the_cost_of_a_new_customer(told: dict[str, Any]) -> None:
    for place, name in enumerate(market.MEDIA["acq_media"]):
        a_customer = told["ad_costs"][name] / told["media"][name]["n_customers"]
        assert a_customer == pytest.approx(market.MEDIA["cost"].iloc[place], rel=0.06)


def test_costs_run_over_every_month_and_medium(opened: Shop, told: dict[str, Any]) -> None:
    costs = opened.table("ad_costs")
    assert len(costs) == 36 * len(market.MEDIA)
    assert (costs["date"].dt.day == 1).all()
    assert costs.groupby("media")["cost"].sum().to_dict() == told["ad_costs"]


def test_some_inquiries_are_nobodys(opened: Shop) -> None:
    asked = opened.table("inquiries")
    assert near(float(asked["customer_id"].isna().mean()), circle.NAMELESS, len(asked))
    assert set(asked["category"]) == set(circle.CATEGORIES)
    assert 0.5 < asked["resolved"].mean() < 0.95
