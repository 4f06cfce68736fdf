"""What lesson 3 rests on: the figures that are right, and those that are usually got wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib.analysis import aggregates, entry_rates, retention, survival
from crmlib.workshop.lessons.kept import kept

if TYPE_CHECKING:
    import pandas as pd

    from crmlib.workshop.lesson import Lesson

WINDOW_DAYS = 180
RETURN_DAY = 365
COHORT_MONTH = 3


@kept
def returns(lesson: Lesson) -> pd.DataFrame:
    """One row a customer: the first order and the days to the next one."""
    shop = lesson.shop
    return aggregates.return_table(shop.orders, shop.order_items, as_of_day=shop.as_of_day)


@kept
def first_step(lesson: Lesson) -> pd.Series[float]:
    """The step from the first order to the second, as the retention report has it."""
    counts = aggregates.step_counts(
        lesson.shop.orders, as_of_day=lesson.shop.as_of_day, window_days=WINDOW_DAYS, max_step=1
    )
    return retention.steps(counts).iloc[0]


@kept
def cohorts(lesson: Lesson) -> pd.DataFrame:
    """Every cohort by month, each cell observed or not yet."""
    counts = aggregates.cohort_counts(lesson.shop.orders)
    return retention.cohorts(counts, as_of_day=lesson.shop.as_of_day)


def back_soon(lesson: Lesson, days: int = WINDOW_DAYS) -> float:
    """Second orders in time, over everybody."""
    return float((returns(lesson)["next_days"] <= days).mean())


def back_at_any_time(lesson: Lesson) -> float:
    """Second orders at any time, over those observed long enough."""
    found = returns(lesson)
    old = found["first_day"] <= lesson.shop.as_of_day - WINDOW_DAYS
    return float(found.loc[old, "next_days"].notna().mean())


@kept
def buyers_of_the_period(lesson: Lesson) -> float:
    """Repeaters among those who bought in the last 180 days."""
    day = lesson.shop.as_of_day
    customers = aggregates.customer_table(lesson.shop.orders, as_of_day=day)
    return float((customers.loc[customers["recency_days"] < WINDOW_DAYS, "n_orders"] >= 2).mean())


@kept
def repeat_orders(lesson: Lesson) -> float:
    """Repeat orders among all orders."""
    return 1 - len(returns(lesson)) / len(lesson.shop.table("orders"))


@kept
def returned(lesson: Lesson) -> float:
    """The curve's share that has bought again."""
    curve = survival.kaplan_meier(aggregates.gap_counts(lesson.shop.orders, as_of_day=lesson.shop.as_of_day))
    return 1 - survival.share_past(curve, RETURN_DAY).value


def of_those_who_came(lesson: Lesson) -> float:
    """Who was back in time, among those who came back."""
    came = returns(lesson)["next_days"].dropna()
    return float((came <= RETURN_DAY).mean())


@kept
def windowed(lesson: Lesson) -> float:
    """The rate of those observed for the whole year."""
    table = entry_rates.by_window(returns(lesson), as_of_day=lesson.shop.as_of_day, windows=[RETURN_DAY])
    return float(table["f2_rate"].iloc[0])


def in_month(lesson: Lesson, k: int = COHORT_MONTH) -> pd.DataFrame:
    """The cohorts' cells of one month."""
    cells = cohorts(lesson)
    return cells[cells["k"] == k]


@kept
def pooled(lesson: Lesson, k: int = COHORT_MONTH) -> float:
    """Sales for each customer of the cohorts observed in that month."""
    return float(retention.pooled(cohorts(lesson)).set_index("k").loc[k, "amount_per_customer"])


def over_all_cohorts(lesson: Lesson) -> float:
    """The same over cohorts that have not come so far."""
    cells = in_month(lesson)
    return float(cells["amount"].sum() / cells["n_start"].sum())


def mean_of_cohorts(lesson: Lesson) -> float:
    """The plain mean of the cohorts' figures."""
    return float(in_month(lesson)["amount_per_customer"].mean())


def of_those_who_bought(lesson: Lesson) -> float:
    """Sales for each customer who bought in the month."""
    cells = in_month(lesson)
    return float(cells["amount"].sum() / cells["n_customers"].sum())
