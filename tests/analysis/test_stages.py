"""The seven stages: every condition by hand, three-valued, nothing after the day, the highest proved."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmlib.analysis import stage_evidence, stages
from crmlib.analysis.stage_evidence import Thresholds
from tests.analysis.helpers import refused

DAY = 1000
PRODUCTS = pd.DataFrame({
    "product_id": ["trial", "gel", "serum", "cream", "soap", "odd"],
    "role": ["trial", "front", "backend", "cross", "cross", "unknown"],
    "settle_orders": [np.nan, 2, np.nan, np.nan, np.nan, np.nan],
})  # fmt: skip


def _orders(rows: list[tuple[str, int, str]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Orders and lines from (customer, day, product); an order of the product "trial" is a trial."""
    ids = [f"o{number:03d}" for number in range(len(rows))]
    frame = pd.DataFrame(rows, columns=["customer_id", "order_day", "product_id"]).assign(order_id=ids, channel="own")
    kinds = np.where(frame["product_id"] == "trial", "trial", "one_off")
    orders = frame.assign(order_kind=kinds, amount=100, subscription_id=None, subscription_seq=np.nan)
    lines = frame.assign(line_no=1, line_amount=100, line_type="product")
    return orders.astype({"subscription_id": "str"}), lines


def _frame(rows: list[Any], columns: list[str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=columns)
    texts = {name: "str" for name in columns if name.endswith("_id") or name in ("kind", "event", "status")}
    return table.astype({**texts, **{name: "float64" for name in columns if name not in texts}})


def _gather(rows: list[tuple[str, int, str]], *, as_of_day: int = DAY, **given: Any) -> stage_evidence.Evidence:
    orders, lines = _orders(rows)
    orders["subscription_id"] = pd.Series(given.get("subscription_id"), index=orders.index, dtype="str")
    tables = {
        "engagement": _frame(given.get("engagement", []), ["customer_id", "event_day", "kind", "object_id"]),
        "surveys": _frame(
            given.get("surveys", []), ["customer_id", "answered_day", "nps", "expectation", "experience"]
        ),
        "referrals": _frame(given.get("referrals", []), ["referrer_customer_id", "referred_day"]),
        "subscriptions": _frame(
            given.get("subscriptions", []),
            ["subscription_id", "customer_id", "product_id", "start_day", "status", "cancel_day"],
        ),
        "subscription_events": _frame(given.get("events", []), ["subscription_id", "event_day", "event", "seq"]),
    }
    return stage_evidence.gather(
        orders, lines, as_of_day=as_of_day, days=given.get("days", ()), products=given.get("products", PRODUCTS),
        thresholds=given.get("thresholds"), **tables,
    )  # fmt: skip


def _judge(rows: list[tuple[str, int, str]], **given: Any) -> pd.DataFrame:
    day = given.pop("day", None)
    return stages.judge(_gather(rows, **given), day=day).set_index("customer_id")


EXCELLENT = [("a", 10, "gel"), ("a", 50, "serum")]
LATE = ("z", 900, "gel")
FULL = {
    "engagement": [("x", 1, "mail_open", "")], "referrals": [("x", 1)], "surveys": [("x", 1, 5, 5, 5)],
    "subscriptions": [("sx", "x", "gel", 1, "active", np.nan)], "events": [("sx", 1, "start", np.nan)],
}  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "stage", "reason"),
    [
        ([("a", 10, "gel")], "stage_purchaser", "one_order"),
        ([("a", 10, "trial"), ("a", 20, "trial")], "stage_purchaser", "trial_only"),
        ([("a", 10, "trial"), ("a", 20, "gel")], "stage_general", "two_orders"),
        ([("a", 10, "serum")], "stage_purchaser", "one_order"),
        (EXCELLENT, "stage_excellent", "backend_bought"),
    ],
)
def test_the_first_three_stages_come_from_orders_and_roles(
    rows: list[tuple[str, int, str]], stage: str, reason: str
) -> None:
    found = _judge(rows, **FULL).loc["a"]
    assert (found["stage"], found["stage_possible"], found["reason"]) == (stage, stage, reason)


def test_a_product_without_a_role_leaves_the_third_stage_open() -> None:
    found = _judge([("a", 10, "gel"), ("a", 20, "odd"), ("b", 10, "gel"), ("b", 20, "gel")], **FULL)

    assert found["is_excellent"].tolist() == ["untellable", "no"]
    assert found["stage"].tolist() == ["stage_general"] * 2
    assert found["stage_possible"].tolist() == ["stage_excellent", "stage_general"]
    assert found["missing"].tolist() == ["products", ""]


def test_without_any_role_no_one_can_be_excellent_or_ruled_out() -> None:
    found = _judge(EXCELLENT, **FULL, products=PRODUCTS.head(0)).loc["a"]

    assert (found["is_excellent"], found["stage"], found["stage_possible"]) == (
        "untellable", "stage_general", "stage_excellent",
    )  # fmt: skip


def test_one_order_settles_the_stage_whatever_is_missing() -> None:
    found = _judge([("a", 10, "gel")]).loc["a"]

    assert found["settled"]
    assert (found["is_follower"], found["is_fan"], found["is_fan_club"]) == ("untellable",) * 3


def test_without_the_tables_the_higher_stages_are_untellable_and_not_no() -> None:
    found = _judge(EXCELLENT).loc["a"]

    flags = found[list(stages.FLAGS)].tolist()
    assert flags == ["yes", "yes", "untellable", "untellable", "untellable", "no"]  # one of three products: no
    assert (found["stage"], found["stage_possible"]) == ("stage_excellent", "stage_fan_club")
    assert found["missing"] == "engagement"


@pytest.mark.parametrize(
    ("events", "answer"),
    [
        ([("a", 911, "mail_open"), ("a", 950, "mail_open"), ("a", 1000, "site_visit")], "yes"),
        ([("a", 910, "mail_open"), ("a", 950, "mail_open"), ("a", 1000, "site_visit")], "no"),  # a day too old
        ([("a", 950, "cart_add")] * 5, "no"),  # shopping is not following
        ([("a", 950, "line_read")], "yes"),
        ([("a", 100, "sns_follow"), ("a", 950, "mail_open")], "yes"),
        ([("a", 100, "sns_follow")], "no"),
    ],
)
def test_a_follower_reads_what_the_shop_tells(events: list[tuple[str, int, str]], answer: str) -> None:
    tables = {**FULL, "engagement": [("x", 1, "mail_open", ""), *[(*event, "") for event in events]]}
    assert _judge(EXCELLENT, **tables).loc["a", "is_follower"] == answer


def test_a_window_that_began_before_the_table_says_yes_or_nothing() -> None:
    tables = {**FULL, "engagement": [("a", 950, "mail_open", "")]}
    assert _judge(EXCELLENT, **tables).loc["a", "is_follower"] == "untellable"
    tables["engagement"] *= 3
    assert _judge(EXCELLENT, **tables).loc["a", "is_follower"] == "yes"


def test_looking_at_a_backend_product_is_interest() -> None:
    tables = {**FULL, "engagement": [("a", 30, "item_view", "serum"), ("b", 30, "item_view", "gel")]}
    found = _judge([("a", 10, "gel"), ("a", 20, "gel"), ("b", 10, "gel"), ("b", 20, "gel")], **tables)

    assert found["is_excellent"].tolist() == ["yes", "no"]
    assert found["reason"].tolist()[0] == "backend_viewed"


@pytest.mark.parametrize(
    ("surveys", "referrals", "answer"),
    [
        ([("a", 100, 3, 5, 6)], [("a", 200)], "yes"),  # experience over expectation, whatever the NPS answer
        ([("a", 100, 10, 6, 6)], [("a", 200)], "no"),
        ([("a", 100, 9, np.nan, np.nan)], [("a", 200)], "yes"),  # expectation was not asked
        ([("a", 100, 8, np.nan, np.nan)], [("a", 200)], "no"),
        ([("a", 100, 10, 1, 9)], [], "no"),
        ([], [("a", 200)], "untellable"),
        ([], [], "no"),  # no referral settles it
        ([("a", 100, 9, 1, 9), ("a", 300, 9, 5, 2)], [("a", 200)], "no"),  # the last answer counts
        ([("a", 100, 9, 1, 9), ("a", 1001, 9, 5, 2)], [("a", 200)], "yes"),  # not one after the day
    ],
)
def test_a_fan_is_pleased_beyond_expectation_and_refers(surveys: list[Any], referrals: list[Any], answer: str) -> None:
    tables = {**FULL, "surveys": [("x", 1, 5, 5, 5), *surveys], "referrals": [("x", 1), *referrals]}
    assert _judge(EXCELLENT, **tables).loc["a", "is_fan"] == answer


@pytest.mark.parametrize(
    ("contract", "events", "answer"),
    [
        (("s", "a", "gel", 1, "active", np.nan), [], "yes"),  # gel settles after 2: the third delivery is beyond
        (("s", "a", "serum", 1, "active", np.nan), [], "no"),  # by default after 3
        (("s", "a", "gel", 1, "paused", np.nan), [("s", 500, "paused", np.nan)], "yes"),  # a pause is not a leave
        (("s", "a", "gel", 1, "cancelled", 900), [], "no"),
        (("s", "a", "gel", 1, "cancelled", np.nan), [], "no"),  # over since the last delivery
        (("s", "a", "gel", 1, "active", np.nan), [("s", 821, "cancel_request", np.nan)], "no"),
        (("s", "a", "gel", 1, "active", np.nan), [("s", 820, "cancel_request", np.nan)], "yes"),
    ],
)
def test_the_fan_club_stays_beyond_the_settling_count_and_does_not_ask_to_leave(
    contract: Any, events: list[Any], answer: str
) -> None:
    delivered = [("s", day, "delivered", np.nan) for day in (10, 40, 70)]
    tables = {**FULL, "subscriptions": [contract], "events": [("x", 1, "start", np.nan), *delivered, *events]}
    assert _judge(EXCELLENT, **tables).loc["a", "is_fan_club"] == answer


def test_whether_nobody_asked_to_leave_needs_the_events() -> None:
    orders = [("a", day, "gel") for day in (10, 40, 70)]
    tables = {"subscriptions": [("s", "a", "gel", 1, "active", np.nan)]}

    by_orders = stages.judge(_gather(orders, **tables, subscription_id="s"))
    neither = stages.judge(_gather(orders, **tables))

    assert by_orders["is_fan_club"].tolist() == ["untellable"]
    assert neither["is_fan_club"].tolist() == ["no"]  # without deliveries it has not settled


def test_an_evangelist_covers_the_products_and_refers_three() -> None:
    rows = [*EXCELLENT, ("a", 60, "cream"), ("a", 70, "soap")]
    tables = {**FULL, "referrals": [("x", 1), ("a", 100), ("a", 200), ("a", 1000)]}

    assert _judge(rows, **tables).loc["a", ["stage", "reason", "reason_number"]].tolist() == [
        "stage_evangelist", "covers_and_refers", 3,
    ]  # fmt: skip
    assert _judge(rows[:-1], **tables).loc["a", "is_evangelist"] == "no"  # two of three are below 0.8
    assert _judge(rows, **tables, day=999, days=[999]).loc["a", "is_evangelist"] == "no"


def test_a_higher_stage_needs_the_second_and_third_and_not_those_between() -> None:
    tables = {
        **FULL, "subscriptions": [("s", "a", "gel", 1, "active", np.nan), ("t", "b", "gel", 1, "active", np.nan)],
        "events": [(s, day, "delivered", np.nan) for s in "st" for day in (10, 40, 70)],
    }  # fmt: skip
    found = _judge([*EXCELLENT, ("b", 10, "gel"), ("b", 20, "gel")], **tables)

    assert found["is_fan_club"].tolist() == ["yes", "yes"]
    assert found["stage"].tolist() == ["stage_fan_club", "stage_general"]


def test_nothing_after_the_day_is_seen() -> None:
    rows = [("a", 10, "gel"), ("a", 50, "serum"), ("b", 60, "gel")]
    then = _judge(rows, **FULL, day=49, days=[49])
    now = _judge([row for row in rows if row[1] <= 49], **FULL, as_of_day=49)

    assert then["stage"].tolist() == now["stage"].tolist() == ["stage_purchaser"]


def test_every_combination_of_answers_gives_a_stage_between_proved_and_possible() -> None:
    values = [0.0, 1.0, np.nan]
    cases = np.array(list(itertools.product(values, repeat=6))).T
    flags = dict(zip(stages.FLAGS, cases, strict=True))
    proved, possible = stages._highest(flags, unknown=0.0), stages._highest(flags, unknown=1.0)

    assert (proved <= possible).all()
    assert (proved[cases[0] != 1] == 0).all()
    assert (proved[(cases[0] == 1) & (cases[1] != 1)] == 1).all()
    told = ~np.isnan(cases).any(axis=0)
    assert (proved[told] == possible[told]).all()


def test_snapshots_hold_every_customer_of_each_day() -> None:
    found = stages.snapshots(_gather([*EXCELLENT, LATE], days=[20, 60], **FULL))

    assert found.columns.tolist() == ["day", "customer_id", "stage", "is_fan_club"]
    assert found[["day", "customer_id", "stage"]].to_numpy().tolist() == [
        [20, "a", "stage_purchaser"], [60, "a", "stage_excellent"], [DAY, "a", "stage_excellent"],
        [DAY, "z", "stage_purchaser"],
    ]  # fmt: skip


def test_no_order_gives_no_row() -> None:
    assert _judge([]).empty


def test_impossible_limits_and_days_are_refused() -> None:
    with refused("coverage == 1.2, must be above 0 and at most 1."):
        Thresholds(coverage=1.2)
    with refused("referrals_evangelist == 1, must be at least 2."):
        Thresholds(referrals_fan=2, referrals_evangelist=1)
    with refused("events == 0, must be at least 1."):
        Thresholds(events=0)
    with refused("days reach 1001, after as_of_day == 1000."):
        _gather(EXCELLENT, days=[1001])
    with refused("day == 5, must be one of the days gathered: 1000."):
        stages.judge(_gather(EXCELLENT), day=5)
