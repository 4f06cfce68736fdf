"""One batch of the simulated shop: people, what they bought and what the shop's systems keep of it, in plain frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crmlib.demo import (
    boxes,
    calls,
    circle,
    comments,
    consents,
    defects,
    experiments,
    feelings,
    further,
    market,
    purchases,
    regular,
    sends,
)
from crmlib.demo.subscriptions import Subscriptions, subscriptions, with_plans
from crmlib.demo.survey import Survey, survey

FOLLOW_UP_FROM, FOLLOW_UP_TO = 454, 90  # days before the last day


@dataclass(frozen=True, kw_only=True)
class World:
    """Frames of one batch. `orders` and `lines` are the true business; `export_*` carry the planted faults too."""

    people: pd.DataFrame
    orders: pd.DataFrame
    lines: pd.DataFrame
    follow_up: pd.DataFrame
    contacts: pd.DataFrame
    subscriptions: Subscriptions
    referrals: pd.DataFrame
    engagement: pd.DataFrame
    carts: pd.DataFrame
    assignments: pd.DataFrame
    further: pd.DataFrame
    sends: pd.DataFrame
    survey: Survey
    personal_words: list[str]
    leads: pd.DataFrame
    inquiries: pd.DataFrame
    export_people: pd.DataFrame
    export_orders: pd.DataFrame
    export_lines: pd.DataFrame


def simulate(
    rng: np.random.Generator,
    *,
    n: int,
    first_customer: int,
    first_order: int,
    last_day: int,
    handful: bool,
    faults: bool = True,
) -> World:
    """Simulate `n` customers from their arrival to `last_day`.

    `handful` plants the one regular customer and the few rare faults in this batch; without `faults` there are none.
    """
    # What is not bought draws from streams of its own, so that it leaves the histories of the first stream as they are.
    asked_rng, calls_rng, kept_rng = rng.spawn(3)
    first_day = market.three_years_before(last_day)
    arrived = market.customers(rng, n=n, first_number=first_customer, first_day=first_day, last_day=last_day)
    people = consents.with_consents(asked_rng, arrived)
    people = regular.as_regular(people) if handful else people
    orders, lines, follow_up, contacts = _bought(rng, calls_rng, people, last_day=last_day, handful=handful)
    orders = _kept_by_the_system(orders, lines, people)
    assigned = experiments.assignments(rng, people, orders, follow_up, last_day=last_day)
    asked = survey(rng, people, orders, last_day=last_day)
    n_leads = round(n * consents.LEADS_PER_CUSTOMER)
    subscribed = subscriptions(kept_rng, people, orders, last_day=last_day)
    brought = circle.referrals(kept_rng, people, orders, lines)
    engaged = circle.engagement(kept_rng, people, orders, last_day=last_day)
    felt_rng, *loop_rngs = rng.spawn(4)
    asked, personal_words = _felt(felt_rng, asked, people, orders, handful=handful)
    loop = _loop(loop_rngs, people, orders, lines, subscribed, engaged, last_day=last_day)
    inquired = circle.inquiries(kept_rng, people, first_number=first_customer, last_day=last_day)
    leads = consents.leads(asked_rng, n=n_leads, first_number=first_customer, first_day=first_day, last_day=last_day)
    everyone, numbered, ordered = _exported(
        rng, people, orders, lines, first_order=first_order, last_day=last_day, handful=handful, faults=faults
    )
    return World(
        people=people, orders=orders, lines=lines, follow_up=follow_up, contacts=contacts, referrals=brought,
        engagement=engaged, assignments=assigned, survey=asked, personal_words=personal_words, leads=leads,
        inquiries=inquired, export_people=everyone, export_orders=numbered, export_lines=ordered, **loop,
    )  # fmt: skip


def _loop(
    rngs: Sequence[np.random.Generator],
    people: pd.DataFrame,
    orders: pd.DataFrame,
    lines: pd.DataFrame,
    subscribed: Subscriptions,
    engaged: pd.DataFrame,
    *,
    last_day: int,
) -> dict[str, Any]:
    """The plans of the subscriptions, the carts, the further experiments and the sends, by their names in World."""
    arms_rng, sends_rng, plans_rng = rngs
    planned = with_plans(plans_rng, subscribed)
    carts = sends.carts(sends_rng, engaged, last_day=last_day)
    more = further.further_assignments(arms_rng, people, orders, lines, planned.rows, last_day=last_day)
    looked = pd.concat([engaged, carts], ignore_index=True)
    mailed = sends.sends(sends_rng, people, orders, more, looked, last_day=last_day)
    return {"subscriptions": planned, "carts": carts, "further": more, "sends": mailed}


def _felt(
    rng: np.random.Generator, asked: Survey, people: pd.DataFrame, orders: pd.DataFrame, *, handful: bool
) -> tuple[Survey, list[str]]:
    """The survey with its further questions and comments, and the words in these that name people."""
    answers = feelings.with_feelings(rng, asked.answers, orders)
    told, words = comments.comments(rng, answers, people, handful=handful)
    return Survey(sent=asked.sent, answers=answers.assign(comment=told)), words


def _bought(
    rng: np.random.Generator, calls_rng: np.random.Generator, people: pd.DataFrame, *, last_day: int, handful: bool
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Orders and their lines, the follow-up experiment and the calls to silent customers."""
    enrolment = range(last_day - FOLLOW_UP_FROM, last_day - FOLLOW_UP_TO + 1)
    history = purchases.histories(rng, people, last_day=last_day, follow_up=enrolment)
    orders = boxes.heads(rng, history.orders, last_day=last_day)
    lines = boxes.lines(rng, orders, last_day=last_day)
    spared = np.array([regular.CUSTOMER] if handful else [], dtype=int)
    called = calls.programme(calls_rng, people, orders, history.follow_up, last_day=last_day, spared=spared)
    revived = boxes.heads(calls_rng, called.orders, last_day=last_day)
    parts = [(orders, lines), (revived, boxes.lines(calls_rng, revived, last_day=last_day))]
    contacts, follow_up = called.contacts, history.follow_up
    if handful:
        planted = regular.heads(regular.histories(people, last_day=last_day), last_day=last_day)
        parts = [
            _without(orders, lines, regular.CUSTOMER),
            parts[1],
            (planted, regular.lines(planted, last_day=last_day)),
        ]
        contacts = pd.concat([contacts, regular.contact(last_day)], ignore_index=True)
        follow_up = follow_up[follow_up["customer"] != regular.CUSTOMER]
    contacts = contacts.sort_values(["day", "customer"], ignore_index=True)
    return *_joined(parts), follow_up.reset_index(drop=True), contacts


def _without(orders: pd.DataFrame, lines: pd.DataFrame, customer: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    kept = (orders["customer"] != customer).to_numpy()
    lines = lines[kept[lines["order"]]]
    return orders[kept].reset_index(drop=True), lines.assign(order=(np.cumsum(kept) - 1)[lines["order"]])


def _joined(parts: list[tuple[pd.DataFrame, pd.DataFrame]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Orders of several sources in one frame by customer and number, with their lines."""
    starts = np.cumsum([0, *(len(orders) for orders, _ in parts)])
    orders = pd.concat([orders for orders, _ in parts], ignore_index=True)
    lines = pd.concat([lines.assign(order=lines["order"] + s) for (_, lines), s in zip(parts, starts, strict=False)])
    sequence = np.lexsort((orders["number"], orders["customer"]))
    place = np.empty(len(orders), dtype=int)
    place[sequence] = np.arange(len(orders))
    moved = lines.assign(order=place[lines["order"]]).sort_values(["order", "line_type"], kind="stable")
    return orders.iloc[sequence].reset_index(drop=True), moved.reset_index(drop=True)


def _kept_by_the_system(orders: pd.DataFrame, lines: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    paid = boxes.products_amount(orders, lines) - orders["discount_amount"] - orders["refunded_amount"]
    known = np.where(people["media_known"], people["media"], -1)
    return orders.assign(
        amount=paid,
        status=np.where(orders["pending"], "新規受付", "発送済み"),
        member_class="一般",
        media=known[orders["customer"]],
        memo="",
        anonymous=False,
    )


def _exported(
    rng: np.random.Generator,
    people: pd.DataFrame,
    orders: pd.DataFrame,
    lines: pd.DataFrame,
    *,
    first_order: int,
    last_day: int,
    handful: bool,
    faults: bool,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """People, orders in the order of time and lines as the shop's system holds them."""
    if not faults:
        return people, *_numbered(orders.assign(reason=""), lines, people, first_order=first_order)
    everyone = pd.concat([people, defects.outsiders(people)], ignore_index=True) if handful else people
    extra = defects.extra_orders(rng, orders, first_outsider=len(people), last_day=last_day, handful=handful)
    more = defects.extra_lines(extra, lines, first_order=len(orders))
    both = pd.concat([orders.assign(reason=""), extra], ignore_index=True)
    return everyone, *_numbered(both, pd.concat([lines, more]), everyone, first_order=first_order)


def _numbered(
    orders: pd.DataFrame, lines: pd.DataFrame, people: pd.DataFrame, *, first_order: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    sequence = np.lexsort((orders["second"], orders["day"]))
    place = np.empty(len(orders), dtype=int)
    place[sequence] = np.arange(len(orders))
    moved = lines.assign(order=place[lines["order"]]).sort_values(["order", "line_type"], kind="stable")
    ids = people["customer_id"].to_numpy(dtype=object)[orders["customer"]]
    numbered = orders.assign(
        order_id=(100_000_000 + first_order + place).astype(str),
        customer_id=np.where(orders["anonymous"], "", ids),
        subscription_id="T" + ids + "-" + orders["subscription"].astype(str).to_numpy(dtype=object),
    ).iloc[sequence]
    money = np.bincount(moved["order"], weights=moved["unit_price"] * moved["quantity"], minlength=len(orders))
    payment = money.astype(np.int64) - numbered["discount_amount"].to_numpy()
    return numbered.assign(payment=payment).reset_index(drop=True), moved.reset_index(drop=True)
