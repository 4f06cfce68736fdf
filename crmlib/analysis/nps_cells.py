"""Answers of a survey counted by group, so that moved bands need no answers: equal to comparing them one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.nps import NpsResult, answer_counts, score_of_counts
from crmlib.analysis.nps_bands import STANDARD, Bands
from crmlib.analysis.nps_segments import ALPHA, LEAST, Side, grouped, judged

STANDING = ("stage", "cpm_group", "frequency_group", "life_segment")
QUESTIONS = ("usage", "expectation", "experience")
MEMBERS = ("member_rank", "age_band", "acq_media")


@dataclass(frozen=True, kw_only=True, eq=False)
class Survey:
    """One survey: its days, how often each answer was given, and the same by group of each grouping, in order."""

    survey_id: str
    first_day: int
    last_day: int
    counts: np.ndarray
    groups: Mapping[str, Mapping[object, np.ndarray]]


@dataclass(frozen=True, kw_only=True, eq=False)
class NpsCells:
    """The surveys by id, the last answered first, and the answers of all of them by month."""

    surveys: Mapping[str, Survey]
    months: Mapping[object, np.ndarray]


def prepare(stood: pd.DataFrame, members: pd.DataFrame | None = None) -> NpsCells:
    """Aggregate once what moved bands need.

    Args:
        stood: of `nps_standing.standing`; an answer a customer and survey.
        members: the customers with what is known of them; member_rank, age_band and acq_media are taken where filled.

    Raises:
        ValueError: a column is missing or an answer is not a whole number from 0 to 10.
    """
    require_columns("stood", stood.columns, ["survey_id", "customer_id", "answered_day", "nps", "month", *STANDING])
    known = _with_members(stood, members)
    last = known.sort_values("answered_at")["survey_id"].drop_duplicates(keep="last").tolist()
    surveys = {str(name): _survey(str(name), known[known["survey_id"] == name]) for name in reversed(last)}
    return NpsCells(surveys=surveys, months=_counted(known, "month"))


def compare(
    survey: Survey, months: Mapping[object, np.ndarray], *, group_by: str, also: Sequence[str] = (),
    bands: Bands = STANDARD, least: int = LEAST, alpha: float = ALPHA,
) -> pd.DataFrame:  # fmt: skip
    """`nps_segments.compare` of the report's groupings, of one survey, and of further ones, without the months' rows.

    The months are counted among the comparisons, as in the report; their variance needs the customers.

    Args:
        survey: of `prepare`.
        months: of `prepare`.
        group_by: the question whose groups the report compares.
        also: further groupings, corrected with the others.
        bands: where a band ends.
        least: answers a score needs.
        alpha: false calls allowed over everything.

    Returns columns:
        those of `nps_segments.compare`.
    """
    names = [name for name in dict.fromkeys((group_by, *STANDING, *also)) if name in survey.groups]
    sides = [side for name in names for side in _sides(name, survey.groups[name], bands)]
    table = judged([*sides, *_sides("month", months, bands)], least=least, alpha=alpha)
    return table[table["dimension"] != "month"].reset_index(drop=True)


NOBODY = Survey(survey_id="", first_day=0, last_day=0, counts=np.zeros(11, dtype="int64"), groups={})


def score(survey: Survey, *, bands: Bands = STANDARD) -> NpsResult:
    """The score of a whole survey."""
    return score_of_counts(survey.counts, bands=bands)


def _with_members(stood: pd.DataFrame, members: pd.DataFrame | None) -> pd.DataFrame:
    if members is None or "customer_id" not in members.columns:
        return stood
    names = [name for name in MEMBERS if name in members.columns and members[name].notna().any()]
    people = members.drop_duplicates("customer_id").set_index("customer_id")[names]
    found = {name: stood["customer_id"].map(people[name]) for name in names}
    # Nobody is asked for these: where they are missing they are not known, not "not answered".
    return stood.assign(**{name: column.astype(object).fillna("not_known") for name, column in found.items()})


def _survey(name: str, rows: pd.DataFrame) -> Survey:
    columns = [column for column in (*QUESTIONS, *STANDING, *MEMBERS) if column in rows.columns]
    groups = {column: _counted(rows, column) for column in columns}
    return Survey(
        survey_id=name, first_day=int(rows["answered_day"].min()), last_day=int(rows["answered_day"].max()),
        counts=answer_counts(rows["nps"]), groups={column: found for column, found in groups.items() if found},
    )  # fmt: skip


def _counted(rows: pd.DataFrame, column: str) -> dict[object, np.ndarray]:
    if rows[column].isna().all():
        return {}
    groups, order = grouped(rows[column])
    table = pd.crosstab(groups, rows["nps"].astype("int64")).reindex(columns=range(11), fill_value=0)
    return {group: table.loc[group].to_numpy() for group in order}


def _sides(name: str, groups: Mapping[object, np.ndarray], bands: Bands) -> list[Side]:
    total = sum(groups.values(), np.zeros(11, dtype="int64"))
    return [
        (name, group, score_of_counts(own, bands=bands), score_of_counts(total - own, bands=bands), 1.0)
        for group, own in groups.items()
    ]
