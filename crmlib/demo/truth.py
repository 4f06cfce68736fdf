"""What was planted, counted while it is written, so that tests can ask whether the analyses find it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crmlib.demo import counts, defects, experiments, faults, loop_truth, market, purchases, survey, tables, trials

if TYPE_CHECKING:
    from crmlib.demo.defects import Rows
    from crmlib.demo.world import World

Tally = dict[str, Any]
REASONS = (
    "broken_row", "no_order_id", "bad_date", "bad_amount", "exact_duplicate", "not_product", "test", "staff",
    "cancelled", "returned", "pending", "sample", "negative", "zero_yen", "customer_conflict", "no_customer",
    "after_as_of",
)  # fmt: skip
STEP_WINDOW_DAYS = 180
MAX_STEP = 10
DECIDED_DAYS = 100  # a delivery so long ago has been followed by the next one or never will be
REPEAT_DAYS = 90
YEAR_DAYS = 365


def added(one: Tally, other: Tally) -> Tally:
    """Two tallies added up, key by key.

    >>> added({"n": 1, "by": {"a": 2}}, {"n": 3, "by": {"b": 4}})
    {'n': 4, 'by': {'a': 2, 'b': 4}}
    """
    total = dict(one)
    for key, value in other.items():
        mine = total.get(key)
        if isinstance(value, dict):
            total[key] = added(mine or {}, value)
        else:
            total[key] = value if mine is None else mine + value
    return total


def tally(shop: World, order_rows: Rows, *, last_day: int, handful: bool) -> Tally:
    """Everything countable of one batch."""
    return {
        "ledger": _ledger(shop, order_rows),
        "totals": _totals(shop),
        "steps": {"window_days": 0, "by_order_number": _steps(shop.orders, last_day=last_day)},
        "deliveries": _deliveries(shop.orders, last_day=last_day),
        "entries": _entries(shop.orders, last_day=last_day),
        "media": _media(shop, last_day=last_day),
        "surveys": _surveys(shop),
        "usage": _usage(shop),
        "experiments": _experiments(shop),
        **counts.tally(shop, last_day=last_day, handful=handful),
        **loop_truth.tally(shop, handful=handful),
    }


def told(total: Tally, *, n: int, seed: int, last_day: int) -> Tally:
    """The whole truth: the tallies, and the figures the simulation was built with."""
    total["steps"]["window_days"] = STEP_WINDOW_DAYS
    for row in total["deliveries"].values():
        row["chance"] = row.pop("sum_of_chances") / row["n"]
    for place, name in enumerate(market.MEDIA["acq_media"]):
        total["media"][name]["cost_per_customer"] = int(market.MEDIA["cost"].iloc[place])
        total["media"][name]["logit_shift"] = float(market.MEDIA["shift"].iloc[place])
    for place, name in enumerate(market.USAGE):
        total["usage"][name]["logit_shift"] = float(market.USAGE_SHIFT[place])
        total["usage"][name]["nps_planted"] = survey.true_nps()[name]
    for design in tables.designs():
        total["experiments"][design.experiment_id] |= _design_truth(design, total["experiments"][design.experiment_id])
    head = {"seed": seed, "customers": n, "last_day": market.date_text(last_day)}
    total = loop_truth.told(counts.told(total), customers=n, last_day=last_day)
    return {**head, **total, "planted": _planted()}


def _ledger(shop: World, order_rows: Rows) -> Tally:
    money = np.nan_to_num(order_rows.amount).astype(np.int64)
    lines: Tally = {}
    for reason in REASONS:
        hit = order_rows.reason == reason
        lines[reason] = {"rows": int(hit.sum()), "amount": int(money[hit].sum())}
    used = order_rows.reason == ""
    discount, refund = (int(shop.orders[name].sum()) for name in ("discount_amount", "refunded_amount"))
    return {
        "rows_read": len(order_rows.cells),
        "amount_read": int(money.sum()),
        "lines": lines,
        "adjustments": {"discount": -discount, "refund": -refund},
        "rows_used": int(used.sum()),
        "amount_used": int(money[used].sum()) - discount - refund,
    }


def _totals(shop: World) -> Tally:
    return {
        "n_customers": int(shop.orders["customer"].nunique()),
        "n_orders": len(shop.orders),
        "amount": int(shop.orders["amount"].sum()),
        "n_pending_orders": int(shop.orders["pending"].sum()),
        "n_customers_media_unknown": int((~shop.people["media_known"]).sum()),
    }


def _gap_to_next(orders: pd.DataFrame) -> np.ndarray:
    return (orders.groupby("customer")["day"].shift(-1) - orders["day"]).to_numpy()


def _steps(orders: pd.DataFrame, *, last_day: int) -> Tally:
    gap, number = _gap_to_next(orders), orders["number"].to_numpy()
    old_enough = orders["day"].to_numpy() <= last_day - STEP_WINDOW_DAYS
    rows: Tally = {}
    for n in range(1, MAX_STEP + 1):
        reached = number == n
        rows[str(n)] = {
            "n_reached": int(reached.sum()),
            "n_eligible": int((reached & old_enough).sum()),
            "n_next": int((reached & old_enough & (gap <= STEP_WINDOW_DAYS)).sum()),
            "n_next_any": int((reached & ~np.isnan(gap)).sum()),
        }
    return rows


def _deliveries(orders: pd.DataFrame, *, last_day: int) -> Tally:
    decided = orders[(orders["delivery"] > 0) & (orders["day"] <= last_day - DECIDED_DAYS)]
    rows: Tally = {}
    for n in range(1, MAX_STEP + 1):
        at = decided[decided["delivery"] == n]
        rows[str(n)] = {
            "n": len(at),
            "n_next": int(at["goes_on"].sum()),
            "sum_of_chances": float(at["chance"].sum()),
        }
    return rows


def _entries(orders: pd.DataFrame, *, last_day: int) -> Tally:
    gap = _gap_to_next(orders)
    first = (orders["number"] == 1).to_numpy() & (orders["day"] <= last_day - STEP_WINDOW_DAYS).to_numpy()
    rows: Tally = {}
    for kind, name in enumerate(market.KINDS[:3]):
        at = first & (orders["kind"] == kind).to_numpy()
        rows[name] = {"n_eligible": int(at.sum()), "n_next": int((at & (gap <= STEP_WINDOW_DAYS)).sum())}
    return rows


def _media(shop: World, *, last_day: int) -> Tally:
    """By true medium: sales of the first year of everyone observed for a whole year."""
    arrival = shop.people["arrival_day"].to_numpy()[shop.orders["customer"]]
    media = shop.people["media"].to_numpy()
    observed = (shop.people["arrival_day"] <= last_day - YEAR_DAYS).to_numpy()
    counted = observed[shop.orders["customer"]] & (shop.orders["day"].to_numpy() - arrival <= YEAR_DAYS)
    rows: Tally = {}
    for place, name in enumerate(market.MEDIA["acq_media"]):
        mine = media[shop.orders["customer"]] == place
        rows[name] = {
            "n_customers": int((media == place).sum()),
            "n_observed_year": int((observed & (media == place)).sum()),
            "amount_first_year": int(shop.orders["amount"].to_numpy()[mine & counted].sum()),
        }
    return rows


def _surveys(shop: World) -> Tally:
    rows: Tally = {}
    for wave, (name, _) in enumerate(survey.WAVES):
        answers = shop.survey.answers[shop.survey.answers["survey"] == wave]
        last = answers.drop_duplicates("customer", keep="last")
        rows[name] = {
            "n_sent": int((shop.survey.sent["survey"] == wave).sum()),
            "n_answers": len(answers),
            "n_respondents": len(last),
            "by_usage": {word: _histogram(last[last["usage"] == i]) for i, word in enumerate(market.USAGE)},
        }
    return rows


def _histogram(answers: pd.DataFrame) -> Tally:
    counts = np.bincount(answers["nps"], minlength=11)
    return {str(score): int(count) for score, count in enumerate(counts)}


def _usage(shop: World) -> Tally:
    """Customers by what they really do, and who of those asked bought again within REPEAT_DAYS."""
    asked = shop.survey.sent[["customer", "day"]].reset_index(drop=True)
    pairs = asked.reset_index().merge(shop.orders[["customer", "day"]], on="customer")
    after = pairs["day_y"] - pairs["day_x"]
    again = np.bincount(pairs["index"][(after >= 1) & (after <= REPEAT_DAYS)], minlength=len(asked)) > 0
    usage = shop.people["usage"].to_numpy()
    rows: Tally = {}
    for place, name in enumerate(market.USAGE):
        mine = usage[asked["customer"]] == place
        counts = {"n_customers": (usage == place).sum(), "n_asked": mine.sum(), "n_bought_again": (mine & again).sum()}
        rows[name] = {key: int(value) for key, value in counts.items()}
    return rows


def _experiments(shop: World) -> Tally:
    seen = experiments.outcomes(shop.assignments, shop.orders)
    rows: Tally = {}
    for place, design in enumerate(tables.designs()):
        mine = seen[seen["experiment"] == place]
        rows[design.experiment_id] = {
            arm: {
                "n": int((mine["treatment"] == treated).sum()),
                "n_ordered": int(((mine["treatment"] == treated) & (mine["n_orders"] > 0)).sum()),
                "amount": int(mine["amount"][mine["treatment"] == treated].sum()),
            }
            for arm, treated in (("control", False), ("treatment", True))
        }
    follow_up = shop.follow_up[["chance_control", "chance_treatment"]].sum()
    rows["EX01"]["sum_of_chances"] = {key: float(value) for key, value in follow_up.items()}
    return rows


def _design_truth(design: experiments.Design, counts: Tally) -> Tally:
    n_control, n_treatment = counts["control"]["n"], counts["treatment"]["n"]
    truth: Tally = {"kind": design.kind, "window_days": experiments.WINDOW_DAYS, "effect": 0.0}
    truth["planned_share"] = experiments.CALLED_SHARE if design.kind == "manual" else 0.5
    if design.kind == "effect":
        chances = counts.pop("sum_of_chances")
        n = max(n_control + n_treatment, 1)
        control, treatment = chances["chance_control"] / n, chances["chance_treatment"] / n
        truth |= {"rate_control": control, "rate_treatment": treatment, "effect": treatment - control, "alpha": 0.05}
        truth["lift_planned"] = purchases.FOLLOW_UP_LIFT
        if min(n_control, n_treatment) > 0:
            truth["power"] = trials.power(control, treatment, n_control, n_treatment, alpha=0.05)
    return truth


def _planted() -> Tally:
    return {
        "hostile_cells": [list(cell) for cell in defects.HOSTILE],
        "hostile_product": tables.HOSTILE_PRODUCT_NAME,
        "bad_cells": [list(cell) for cell in defects.BAD_CELLS],
        "broken_rows": defects.N_BROKEN_ROWS,
        "copied_rows": defects.N_COPIES,
        "survey_faults": [list(fault) for fault in faults.FAULTS["survey"].cells],
        "survey_copies": faults.FAULTS["survey"].copies,
        "test_accounts": defects.N_TEST,
        "staff_accounts": defects.N_STAFF,
    }
