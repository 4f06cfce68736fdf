"""What lesson 2 rests on: the figures that are right, and those that are usually got wrong."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from crmlib.analysis import aggregates, portfolio
from crmlib.workshop.lessons.kept import kept

if TYPE_CHECKING:
    import pandas as pd

    from crmlib.workshop.lesson import Lesson

RECENT_DAYS = 60
SOON_DAYS = 60
MEETING_DAYS = 45  # the meeting is held so many days after the export was taken


@kept
def customers(lesson: Lesson) -> pd.DataFrame:
    """One row a customer, as the RFM report has it."""
    day = lesson.shop.as_of_day
    return aggregates.customer_table(lesson.shop.orders, as_of_day=day)


def thresholds(lesson: Lesson) -> portfolio.Thresholds:
    """The thresholds of the CPM report: seven times the average order value."""
    average = portfolio.average_order_amount(customers(lesson))
    return portfolio.choose_thresholds("make_repeater", currency="JPY", average_order_amount=average)


@kept
def grouped(lesson: Lesson) -> pd.DataFrame:
    """The customers with their CPM step and whether they have left."""
    return portfolio.assign_groups(customers(lesson), thresholds=thresholds(lesson))


@kept
def leaving_soon(lesson: Lesson) -> pd.DataFrame:
    """Active customers of every step who will count as left within 60 days."""
    return portfolio.leaving_soon(grouped(lesson), thresholds=thresholds(lesson), within_days=SOON_DAYS)


def n_orders(lesson: Lesson) -> int:
    """Orders, not customers."""
    return int(customers(lesson)["n_orders"].sum())


@kept
def n_members(lesson: Lesson) -> int:
    """Registered members, buyers or not."""
    return len(lesson.shop.table("customers"))


def n_within_a_year(lesson: Lesson) -> int:
    """Buyers of the last year."""
    return int((customers(lesson)["recency_days"] < 365).sum())


def n_recent(lesson: Lesson) -> int:
    """Customers whose last order lies at most 60 days before the base date."""
    return int((customers(lesson)["recency_days"] <= RECENT_DAYS).sum())


def n_recent_from_meeting(lesson: Lesson) -> int:
    """The same counted from the day of the meeting."""
    return int((customers(lesson)["recency_days"] + MEETING_DAYS <= RECENT_DAYS).sum())


def n_recent_from_now(lesson: Lesson) -> int:
    """The same counted from the day on which the notebook is run."""
    today = datetime.now(tz=ZoneInfo(lesson.shop.client.timezone)).date()
    since = (today - lesson.shop.as_of).days
    return int((customers(lesson)["recency_days"] + since <= RECENT_DAYS).sum())


@kept
def n_recent_orders(lesson: Lesson) -> int:
    """Orders of the last 60 days."""
    return int((lesson.shop.as_of_day - lesson.shop.table("orders")["order_day"] <= RECENT_DAYS).sum())


def n_recently_new(lesson: Lesson) -> int:
    """Customers whose first order lies in the last 60 days."""
    return int((lesson.shop.as_of_day - customers(lesson)["first_day"] <= RECENT_DAYS).sum())


def share(lesson: Lesson, chosen: pd.Series[Any], of: pd.Series[Any] | None = None) -> float:
    """Some customers as a share of all, or of some others."""
    return float(chosen.sum() / (len(customers(lesson)) if of is None else of.sum()))


def once(lesson: Lesson) -> pd.Series[Any]:
    """Who has bought once."""
    return grouped(lesson)["cpm_step"] == "first_time"


def left(lesson: Lesson) -> pd.Series[Any]:
    """Who has been silent for too long."""
    return grouped(lesson)["standing"] == "has_left"


def left_from_meeting(lesson: Lesson) -> float:
    """Bought once and left, counted from the day of the meeting."""
    silent = customers(lesson)["recency_days"] + MEETING_DAYS >= thresholds(lesson).leave_days
    return share(lesson, once(lesson) & silent)


def ids(frame: pd.DataFrame, chosen: pd.Series[Any]) -> list[str]:
    """The ids of some rows."""
    return [str(found) for found in frame.loc[chosen, "customer_id"]]


def about_to_leave(lesson: Lesson) -> list[str]:
    """The ids of the excellent customers about to leave."""
    soon = leaving_soon(lesson)
    return ids(soon, soon["cpm_step"] == "excellent")


def excellent(lesson: Lesson, standing: str) -> list[str]:
    """The ids of the excellent customers who are active, or have left."""
    found = grouped(lesson)
    return ids(found, (found["cpm_step"] == "excellent") & (found["standing"] == standing))
