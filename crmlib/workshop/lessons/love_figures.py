"""What lesson 5 rests on: the figures that are right, and those that are usually got wrong."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from crmlib.analysis import nps
from crmlib.analysis.nps_bands import Bands
from crmlib.workshop.lessons.kept import kept

if TYPE_CHECKING:
    import pandas as pd

    from crmlib.workshop.lesson import Lesson

NOW, BEFORE = "NPS-2025", "NPS-2024"
DAILY = "every_day"


@kept
def answers(lesson: Lesson, survey: str = NOW) -> pd.DataFrame:
    """The last answer of every customer to one survey."""
    every = nps.latest_answers(lesson.shop.table("surveys"))
    return every[every["survey_id"] == survey]


@kept
def result(lesson: Lesson, survey: str = NOW) -> nps.NpsResult:
    """The score of one survey."""
    return nps.score(answers(lesson, survey)["nps"])


@kept
def change(lesson: Lesson) -> nps.NpsDifference:
    """The score of this survey less that of the one before."""
    return nps.difference(result(lesson), result(lesson, BEFORE))


@kept
def by_usage(lesson: Lesson) -> tuple[nps.NpsResult, nps.NpsResult]:
    """The score of those who use the product every day, and of all others together."""
    found = answers(lesson)
    daily = found["usage"] == DAILY
    return nps.score(found.loc[daily, "nps"]), nps.score(found.loc[~daily, "nps"])


def gap(lesson: Lesson) -> float:
    """Daily users' score less that of all others."""
    return nps.difference(*by_usage(lesson)).difference


def with_bands(lesson: Lesson, **bounds: int) -> float:
    """The score by other bands."""
    return nps.score(answers(lesson)["nps"], bands=Bands(**bounds)).nps


@kept
def of_all_asked(lesson: Lesson) -> float:
    """Promoters less detractors over everybody asked."""
    sent = lesson.shop.table("surveys_sent")
    found = result(lesson)
    return 100 * (found.n_promoters - found.n_detractors) / int((sent["survey_id"] == NOW).sum())


@kept
def both_waves(lesson: Lesson) -> float:
    """The score of all surveys together."""
    return nps.score(nps.latest_answers(lesson.shop.table("surveys"))["nps"]).nps


def promoters(lesson: Lesson) -> float:
    """The share of promoters alone."""
    return 100 * result(lesson).n_promoters / result(lesson).n


def by_rule_of_thumb(lesson: Lesson) -> float:
    """The lower end by the rule of thumb for one share."""
    return result(lesson).nps - 98 / math.sqrt(result(lesson).n)


def by_number_asked(lesson: Lesson) -> float:
    """The lower end as if all who were asked had answered."""
    found, sent = result(lesson), lesson.shop.table("surveys_sent")
    n_sent = int((sent["survey_id"] == NOW).sum())
    return found.nps - 1.96 * found.standard_error * math.sqrt(found.n / n_sent)


def from_mean_of_groups(lesson: Lesson) -> float:
    """Daily users' score less the plain mean of the other groups'."""
    groups = nps.by_group(answers(lesson), group="usage").set_index("group")["nps"]
    return float(groups[DAILY] - groups.drop(DAILY).mean())


def change_said(lesson: Lesson) -> str:
    """What the interval of the change allows to be said."""
    low, high = change(lesson).interval.low, change(lesson).interval.high
    return "b" if low <= 0 <= high else "a"
