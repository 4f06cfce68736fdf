"""What the case rests on: the figures that are right, and those that are usually got wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from crmlib.analysis import aggregates
from crmlib.workshop.lessons.kept import kept
from crmlib.workshop.lessons.leaving_figures import returns
from crmlib.workshop.lessons.stages_figures import grouped, leaving_soon
from crmlib.workshop.lessons.trial_figures import CALL, trial
from crmlib.workshop.lessons.worth_figures import judged, margin_rate

if TYPE_CHECKING:
    from crmlib.workshop.lesson import Lesson

YEAR_DAYS = 365
WINDOW_DAYS = 180
MEDIUM = "SNS広告"
CALLED_AFTER = 3  # deliveries


def to_be_called(lesson: Lesson) -> pd.DataFrame:
    """The excellent customers who are about to leave: the list of lesson 2."""
    soon = leaving_soon(lesson)
    return soon[soon["cpm_step"] == "excellent"]


@kept
def year_sales(lesson: Lesson) -> pd.DataFrame:
    """What every customer bought within the last 365 days."""
    day = lesson.shop.as_of_day
    return aggregates.customer_window(lesson.shop.orders, first_day=day - YEAR_DAYS + 1, last_day=day)


def sales_of_a_year(lesson: Lesson, ids: pd.Series[Any]) -> int:
    """Sales of some customers within the last 365 days."""
    year = year_sales(lesson)
    return int(year.loc[year["customer_id"].isin(ids), "amount"].sum())


def at_stake(lesson: Lesson) -> int:
    """Last year's sales of those on the list."""
    return sales_of_a_year(lesson, to_be_called(lesson)["customer_id"])


def of_every_excellent(lesson: Lesson) -> int:
    """The same of every active excellent customer."""
    found = grouped(lesson)
    chosen = (found["cpm_step"] == "excellent") & (found["standing"] == "still_active")
    return sales_of_a_year(lesson, found.loc[chosen, "customer_id"])


@kept
def began_with_trial(lesson: Lesson) -> pd.DataFrame:
    """Customers who began with a trial in the latest year of which everybody was observed for 180 days."""
    found = returns(lesson)
    age = lesson.shop.as_of_day - found["first_day"]
    return found[(found["order_kind"] == "trial") & (age >= WINDOW_DAYS) & (age < WINDOW_DAYS + YEAR_DAYS)]


def not_back(began: pd.DataFrame) -> int:
    """Those who did not buy again within the window."""
    return int((~(began["next_days"] <= WINDOW_DAYS)).sum())


def latest_trials(lesson: Lesson) -> pd.DataFrame:
    """Who began with a trial in the last 365 days, most of them not observed long enough."""
    found = returns(lesson)
    young = lesson.shop.as_of_day - found["first_day"] < YEAR_DAYS
    return found[(found["order_kind"] == "trial") & young]


def medium(lesson: Lesson) -> pd.Series[Any]:
    """The row of the medium in question."""
    return judged(lesson).set_index("media").loc[MEDIUM]


def net(lesson: Lesson, earned: str = "profit", spent: str = "cpa") -> float:
    """What a customer of the medium leaves over in the first year."""
    row = medium(lesson)
    return float(row[earned] - row[spent])


@kept
def third_deliveries(lesson: Lesson) -> int:
    """Third deliveries of the last year: so many calls would be made."""
    orders, day = all_orders(lesson), lesson.shop.as_of_day
    return int(((orders["subscription_seq"] == CALLED_AFTER) & (orders["order_day"] > day - YEAR_DAYS)).sum())


@kept
def worth(lesson: Lesson, measure: str = "profit") -> float:
    """What a contract brings in the year from its fourth delivery on, of those observed for that year."""
    orders = all_orders(lesson)
    old = orders["order_day"] <= lesson.shop.as_of_day - YEAR_DAYS
    fourth = orders[(orders["subscription_seq"] == CALLED_AFTER + 1) & old]
    later = fourth.merge(orders, on="subscription_id", suffixes=("", "_later"))
    soon = (later["order_day_later"] - later["order_day"]).between(0, YEAR_DAYS)
    return float(later.loc[soon, f"{measure}_later"].sum() / len(fourth))


@kept
def all_orders(lesson: Lesson) -> pd.DataFrame:
    """Every order with what it earned."""
    shop = lesson.shop
    sold = (shop.orders, shop.order_items, shop.relation("products"))
    return aggregates.trial_orders(*sold, as_of_day=shop.as_of_day, margin_rate=margin_rate(lesson))


@kept
def cost(lesson: Lesson) -> float:
    """What a call costs, as the shop wrote it down."""
    designs = lesson.shop.table("experiments")
    return float(designs.loc[designs["experiment_id"] == CALL, "cost_per_unit"].iloc[0])


def gain(lesson: Lesson, rate: str = "difference_low", measure: str = "profit", n: int | None = None) -> float:
    """What the calls of a year bring beyond their cost, at a rate."""
    n = third_deliveries(lesson) if n is None else n
    return n * (float(trial(lesson, CALL)[rate]) * worth(lesson, measure) - cost(lesson))


def without_cost(lesson: Lesson) -> float:
    """The cautious gain before the calls are paid."""
    return third_deliveries(lesson) * float(trial(lesson, CALL)["difference_low"]) * worth(lesson)


def first(lesson: Lesson) -> str:
    """The proposal that the cautious gain decides."""
    return "c" if gain(lesson) > 0 else "d"
