"""The survey, experiments, scenarios, sends and plans of a simulated shop in the canonical tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crmlib.demo import advertising, experiments, feelings, further, loop_cells, market, plans, scenarios, tables
from crmlib.demo.columns import date, frame, moment, texts, whole
from crmlib.demo.sends import DAY_SECONDS, UNKNOWN, YES
from crmlib.demo.survey import WAVES

if TYPE_CHECKING:
    from crmlib.demo.world import World

METRICS = {"継続": "continuation", "再購入": "repurchase", "売上": "revenue"}
METHODS = {"無作為": "random", "担当者が選定": "manual"}


def surveys(shop: World) -> pd.DataFrame:
    """Every answer; the comments left out."""
    told = shop.survey.answers
    names = np.array([name for name, _ in WAVES], dtype=object)[told["survey"]]
    ids = _ids(shop, told["customer"])
    effect = np.array([*feelings.EFFECTS, "not_answered"], dtype=object)
    recognised = np.array([*feelings.RECOGNITIONS, "not_answered"], dtype=object)
    ratings = {f"{name}_rating": _answered(told[name]) for name in feelings.RATINGS}
    return frame(
        {
            "response_id": texts(names + "-" + ids + "-" + told["day"].astype(str).to_numpy(dtype=object)),
            "customer_id": texts(ids),
            **moment("answered_at", told["day"], told["second"]),
            "answered_day": told["day"],
            "survey_id": texts(names),
            **{name: told[name] for name in ("nps", "expectation", "experience")},
            "usage": texts(np.array(market.USAGE, dtype=object)[told["usage"]]),
            "effect_felt": texts(effect[told["effect"]]),
            "recognised": texts(recognised[told["recognised"]]),
            "intent_continue": _answered(told["intent"]),
            **ratings,
            "reported_orders": _nothing(len(told)),
            "reported_order_value": _nothing(len(told)),
            "free_text": texts([None] * len(told)),
        }
    )


def surveys_sent(shop: World) -> pd.DataFrame:
    """Who was asked."""
    sent = shop.survey.sent
    names = np.array([name for name, _ in WAVES], dtype=object)[sent["survey"]]
    return frame(
        {
            "survey_id": texts(names),
            "customer_id": texts(_ids(shop, sent["customer"])),
            **moment("sent_at", sent["day"], pd.Series(10 * 3600, index=sent.index)),
            "sent_day": sent["day"],
        }
    )


def experiment_rows(last_day: int) -> pd.DataFrame:
    """All experiments, as they were planned."""
    rows = [_first(design) for design in tables.designs()] + [_further(trial) for trial in further.TRIALS]
    told = pd.DataFrame(rows)
    start, end = (last_day - told.pop(name) for name in ("first", "last"))
    number = told.pop("target_number")
    columns = {
        **{name: texts(told[name]) for name in ("experiment_id", "name", "hypothesis", "unit", "assigned_method")},
        **date("start", start),
        **date("end", end),
        "primary_metric": texts(told["primary_metric"]),
        **{name: told[name] for name in ("window_days", "treatment_share")},
        "target_number": whole(number.fillna(0), number.notna().to_numpy()),
        "target_product": texts(told["target_product"]),
        **{name: told[name] for name in ("cost_per_unit", "fixed_cost")},
        **{name: texts(told[name].replace("", None)) for name in ("scenario_id", "kpi_id", "population")},
    }
    return frame(columns)


def assignments(shop: World) -> pd.DataFrame:
    """One row a unit and experiment."""
    first, more = shop.assignments, shop.further
    names = np.array([design.experiment_id for design in tables.designs()], dtype=object)
    others = np.array([trial.experiment_id for trial in further.TRIALS], dtype=object)
    arms = np.array(further.ARMS, dtype=object)
    day = pd.concat([first["day"], more["day"]], ignore_index=True)
    return frame(
        {
            "experiment_id": texts(np.concatenate([names[first["experiment"]], others[more["experiment"]]])),
            "unit_id": texts(np.concatenate([_ids(shop, first["customer"]), loop_cells.unit_ids(shop)])),
            "arm": texts(np.concatenate([arms[first["treatment"].astype(int)], arms[more["arm"]]])),
            **moment("assigned_at", day, pd.Series(9 * 3600, index=day.index)),
            "assigned_day": day,
            "actually_treated": pd.array(np.concatenate([first["done"], more["done"]]), dtype="boolean"),
        }
    )


def scenario_rows(last_day: int) -> pd.DataFrame:
    """The scenarios."""
    told = scenarios.SCENARIOS
    ends = [[scenario.dates[place] for scenario in told] for place in (0, 1)]
    days = [pd.Series([-1 if end is None else last_day - end for end in column]) for column in ends]
    names = ("scenario_id", "name", "target_segment", "population", "goal", "stage", "strategy", "category")
    return frame(
        {
            **{name: _texts(told, name) for name in (*names, "start_event")},
            "hold_out_rate": np.array([scenario.hold_out_rate for scenario in told], dtype=float),
            **{name: _texts(told, name) for name in ("kpi_id", "experiment_id", "goal_product")},
            **date("start", days[0], (days[0] >= 0).to_numpy()),
            **date("end", days[1], (days[1] >= 0).to_numpy()),
            "is_focus": np.array([scenario.is_focus for scenario in told]),
        }
    )


def message_rows() -> pd.DataFrame:
    """The messages of the scenarios."""
    told = scenarios.MESSAGES
    numbers = {
        name: np.array([getattr(message, name) for message in told], dtype=np.int64)
        for name in ("step_no", "offset_days", "cost_per_send")
    }
    return frame(
        {
            **{name: _texts(told, name) for name in ("message_id", "scenario_id")},
            "step_no": numbers["step_no"],
            "name": _texts(told, "name"),
            "offset_days": numbers["offset_days"],
            **{name: _texts(told, name) for name in ("channel", "content_type", "content_tags", "offer_kind")},
            "discount_rate": np.array([message.discount_rate for message in told], dtype=float),
            "cost_per_send": numbers["cost_per_send"],
        }
    )


def sends(shop: World) -> pd.DataFrame:
    """Every message sent, and who was held out."""
    told = shop.sends
    delivered = told["delivered"].to_numpy()
    return frame(
        {
            "send_id": texts(loop_cells.send_ids(shop)),
            "message_id": texts(loop_cells.message_ids()[told["message"]]),
            "customer_id": texts(_ids(shop, told["customer"])),
            "sent_at": told["at"].to_numpy().astype("datetime64[s]").astype("datetime64[us]"),
            "sent_day": told["at"] // DAY_SECONDS,
            "delivered": pd.Series(delivered == YES, dtype="boolean").mask(delivered == UNKNOWN),
            **_happened("opened", told["opened"]),
            **_happened("clicked", told["clicked"]),
            **_happened("unsubscribed", told["left"]),
            "cost": told["cost"],
            "send_group": texts(np.where(told["held_out"], "held_out", "sent")),
        }
    )


def kpi_targets(*, customers: int, last_day: int) -> pd.DataFrame:
    """A target a month and KPI."""
    last = int(advertising.months(np.array([last_day]))[0])
    told = [target for target in plans.TARGETS for _ in range(plans.MONTHS)]
    month = np.tile(np.arange(last - plans.MONTHS + 1, last + 1), len(plans.TARGETS))
    return frame(
        {
            "kpi_id": _texts(told, "kpi_id"),
            "period": month.astype("datetime64[M]").astype("datetime64[us]"),
            "month": month + 1970 * 12,
            "scope": texts(["all"] * len(told)),
            "target": np.array([value for target in plans.TARGETS for value in target.months(customers)]),
            "direction": _texts(told, "direction"),
            "weight": np.array([target.weight for target in told], dtype=float),
            **{name: _texts(told, name) for name in ("owner", "note")},
        }
    )


def actions(last_day: int) -> pd.DataFrame:
    """The log."""
    told = plans.ACTIONS
    created, due = (pd.Series([last_day - getattr(action, name) for action in told]) for name in ("created", "due"))
    at = {name: day.to_numpy().astype("datetime64[D]").astype("datetime64[us]") for name, day in
          (("created", created), ("due", due))}  # fmt: skip
    names = ("kpi_id", "category", "finding", "hypothesis", "action", "owner")
    return frame(
        {
            "action_id": texts([f"P{number:03d}" for number in range(1, len(told) + 1)]),
            "created": at["created"],
            "created_day": created,
            **{name: _texts(told, name) for name in names},
            "due": at["due"],
            "due_day": due,
            **{name: _texts(told, name) for name in ("status", "result", "next", "experiment_id")},
        }
    )


def _first(design: experiments.Design) -> dict[str, Any]:
    population, cost, fixed, kpi = loop_cells.FIRST_FOUR[design.experiment_id]
    named = {"experiment_id": design.experiment_id, "name": design.name, "hypothesis": design.hypothesis}
    share = experiments.CALLED_SHARE if design.kind == "manual" else 0.5
    return named | {
        "unit": "customer", "assigned_method": METHODS[design.method], "first": design.sent[0], "last": design.sent[1],
        "primary_metric": METRICS[design.metric], "window_days": experiments.WINDOW_DAYS, "treatment_share": share,
        "target_number": None, "target_product": None, "cost_per_unit": cost, "fixed_cost": fixed, "scenario_id": "",
        "kpi_id": kpi, "population": population,
    }  # fmt: skip


def _further(trial: further.Trial) -> dict[str, Any]:
    names = ("experiment_id", "name", "hypothesis", "unit", "window_days", "target_number", "cost_per_unit",
             "fixed_cost", "scenario_id", "kpi_id", "population")  # fmt: skip
    product = None if trial.target_product is None else str(market.PRODUCTS["product_id"].iloc[trial.target_product])
    return {name: getattr(trial, name) for name in names} | {
        "assigned_method": trial.method, "first": trial.enrolled[0], "last": trial.enrolled[1],
        "primary_metric": trial.metric, "target_product": product,
        # A blank plan stands for a half.
        "treatment_share": round(1 - trial.planned[0], 4) if len(trial.arms) > 1 else 0.5,
    }  # fmt: skip


def _happened(stem: str, second: pd.Series) -> dict[str, Any]:
    known = (second >= 0).to_numpy()
    at = second.to_numpy().clip(min=0).astype("datetime64[s]").astype("datetime64[us]")
    moments = np.where(known, at, np.datetime64("NaT", "us"))
    return {f"{stem}_at": moments, f"{stem}_day": whole(second // DAY_SECONDS, known)}


def _texts(rows: Any, name: str) -> pd.Series:
    return texts([getattr(row, name) or None for row in rows])


def _answered(numbers: pd.Series) -> pd.Series:
    return whole(numbers, (numbers >= 0).to_numpy())


def _nothing(n: int) -> pd.Series:
    return whole(np.zeros(n), np.full(n, False))


def _ids(shop: World, customer: pd.Series) -> np.ndarray:
    ids: np.ndarray = shop.people["customer_id"].to_numpy(dtype=object)[customer]
    return ids
