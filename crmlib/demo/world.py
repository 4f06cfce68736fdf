"""One batch of the simulated shop: people, what they bought and what the shop's system keeps of it, in plain frames."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib.demo import boxes, defects, experiments, market, purchases
from crmlib.demo.survey import Survey, survey

FOLLOW_UP_FROM, FOLLOW_UP_TO = 454, 90  # days before the last day


@dataclass(frozen=True, kw_only=True)
class World:
    """Frames of one batch. `orders` and `lines` are the true business; `export_*` carry the planted faults too."""

    people: pd.DataFrame
    orders: pd.DataFrame
    lines: pd.DataFrame
    follow_up: pd.DataFrame
    assignments: pd.DataFrame
    survey: Survey
    export_people: pd.DataFrame
    export_orders: pd.DataFrame
    export_lines: pd.DataFrame


def simulate(
    rng: np.random.Generator, *, n: int, first_customer: int, first_order: int, last_day: int, handful: bool
) -> World:
    """Simulate `n` customers from their arrival to `last_day`; `handful` plants the few rare faults in this batch."""
    first_day = market.three_years_before(last_day)
    people = market.customers(rng, n=n, first_number=first_customer, first_day=first_day, last_day=last_day)
    enrolment = range(last_day - FOLLOW_UP_FROM, last_day - FOLLOW_UP_TO + 1)
    history = purchases.histories(rng, people, last_day=last_day, follow_up=enrolment)
    orders = boxes.heads(rng, history.orders, last_day=last_day)
    lines = boxes.lines(rng, orders, last_day=last_day)
    orders = _kept_by_the_system(orders, lines, people)
    everyone = pd.concat([people, defects.outsiders(people)], ignore_index=True) if handful else people
    assigned = experiments.assignments(rng, people, orders, history.follow_up, last_day=last_day)
    asked = survey(rng, people, orders, last_day=last_day)
    extra = defects.extra_orders(rng, orders, first_outsider=n, last_day=last_day, handful=handful)
    more = defects.extra_lines(extra, lines, first_order=len(orders))
    both = pd.concat([orders.assign(reason=""), extra], ignore_index=True)
    numbered, ordered = _numbered(both, pd.concat([lines, more]), everyone, first_order=first_order)
    return World(
        people=people, orders=orders, lines=lines, follow_up=history.follow_up, assignments=assigned, survey=asked,
        export_people=everyone, export_orders=numbered, export_lines=ordered,
    )  # fmt: skip


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
