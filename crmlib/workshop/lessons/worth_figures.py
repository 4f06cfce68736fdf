"""What lesson 4 rests on: the figures that are right, and those that are usually got wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib.analysis import acquisition, aggregates, ltv, payback, portfolio
from crmlib.workshop.lessons.kept import kept
from crmlib.workshop.lessons.stages_figures import customers

if TYPE_CHECKING:
    import pandas as pd

    from crmlib.workshop.lesson import Lesson

YEAR = 365
HALF_YEAR = 180
DAYS = (30, 60, 90, 120, 150, HALF_YEAR, YEAR)  # those that the questions ask about
PAYBACK_MONTHS = 6
F2_DAYS = 180


@kept
def sums(lesson: Lesson) -> pd.DataFrame:
    """What customers brought by day since the first order, as the LTV report has it."""
    return sums_of(lesson)


@kept
def media_sums(lesson: Lesson) -> pd.DataFrame:
    """What the customers of each medium brought by day, of the months that count."""
    first, last = acquisition.day_span(months(lesson))
    return sums_of(lesson, by="acq_media", first_from=first, first_to=last)


@kept
def media(lesson: Lesson) -> pd.DataFrame:
    """Cost and new customers of each medium, in the months that both cover."""
    return acquisition.by_medium(*costs_and_counts(lesson), months=months(lesson))


@kept
def months(lesson: Lesson) -> list[int]:
    """The months that both costs and orders cover."""
    return acquisition.covered_months(*costs_and_counts(lesson), as_of_day=lesson.shop.as_of_day)


@kept
def costs_and_counts(lesson: Lesson) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Costs by medium and month, and the new customers that came."""
    shop = lesson.shop
    counts = aggregates.media_counts(shop.orders, as_of_day=shop.as_of_day, window_days=F2_DAYS)
    return acquisition.costs_by_month(shop.table("ad_costs")), counts


@kept
def margin_rate(lesson: Lesson) -> float | None:
    """The gross margin where a product has no cost, as the LTV report fills it in."""
    shop = lesson.shop
    sold = (shop.orders, shop.order_items, shop.relation("products"))
    return ltv.margin(aggregates.margin_counts(*sold, as_of_day=shop.as_of_day)).fill


@kept
def judged(lesson: Lesson) -> pd.DataFrame:
    """Media with their annual value, their break-even cost and what follows for the budget."""
    return acquisition.judged(media(lesson), media_sums(lesson))


def sums_of(lesson: Lesson, **come: object) -> pd.DataFrame:
    """What customers brought by day, of all or of some."""
    shop, day = lesson.shop, lesson.shop.as_of_day
    sold = (shop.orders, shop.order_items, shop.relation("products"))
    margin = margin_rate(lesson)
    return aggregates.value_sums(*sold, as_of_day=day, days=DAYS, margin_rate=margin, **come)  # type: ignore[arg-type]


def sales(lesson: Lesson) -> float:
    """Sales of the first year a customer."""
    return ltv.first_year(sums(lesson)).value


def profit(lesson: Lesson, day: int = YEAR) -> float:
    """Gross profit up to a day a customer."""
    return ltv.first_year(sums(lesson), day=day, measure="profit").value


def naive(lesson: Lesson) -> float:
    """Everybody's sales over everybody."""
    return float(ltv.by_group(sums(lesson))["ltv_naive"].iloc[0])


def so_far(lesson: Lesson) -> float:
    """All sales so far a customer."""
    return float(customers(lesson)["amount"].mean())


@kept
def of_active(lesson: Lesson) -> float:
    """Last year's sales for each of its buyers."""
    return ltv.active_year(aggregates.active_counts(lesson.shop.orders, as_of_day=lesson.shop.as_of_day)).value


@kept
def by_mean_margin(lesson: Lesson) -> float:
    """Sales times the plain mean of the products' margins."""
    products = lesson.shop.table("products")
    sold = products[products["price"] > 0]
    return sales(lesson) * float((1 - sold["unit_cost"] / sold["price"]).mean())


def paid(lesson: Lesson) -> pd.DataFrame:
    """The media that cost something."""
    table = media(lesson)
    return table[table["cost"] > 0]


def cpa(lesson: Lesson) -> float:
    """Cost of a new customer over these media."""
    return float(paid(lesson)["cost"].sum() / paid(lesson)["n_customers"].sum())


def cpa_of_all(lesson: Lesson) -> float:
    """The same with customers of no known medium."""
    return float(media(lesson)["cost"].sum() / media(lesson)["n_customers"].sum())


def per_main_customer(lesson: Lesson) -> float:
    """Cost of a customer of the main product."""
    return float(paid(lesson)["cost"].sum() / paid(lesson)["n_main"].sum())


@kept
def per_order(lesson: Lesson) -> float:
    """Cost for each order."""
    return float(paid(lesson)["cost"].sum() / len(lesson.shop.table("orders")))


@kept
def paid_back(lesson: Lesson, measure: str = "profit") -> list[str]:
    """Media that had their cost back in time."""
    curves = payback.curves(media_sums(lesson), media(lesson), measure=measure)
    table = payback.months(curves, horizon_days=YEAR)
    return table.loc[table["payback_month"] <= PAYBACK_MONTHS, "media"].tolist()


def average_order(lesson: Lesson) -> float:
    """What an order brings."""
    return portfolio.average_order_amount(customers(lesson))


def by_first_order(lesson: Lesson) -> list[str]:
    """Media whose first orders cover their cost."""
    return paid(lesson).loc[paid(lesson)["mr"] >= 1, "media"].tolist()
