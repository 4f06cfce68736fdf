"""Tables of surveys as a reader wants them: the score under its own name, small groups by counts, parts in order."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from crmlib.analysis.intervals import UNKNOWN, Interval
from crmlib.analysis.nps_bands import NAMES, Bands, band_of

OWN = {"nps": "own_score", "nps_difference": "own_score_difference"}
ENDS = ("", "_low", "_high")
LEAST = 30
UNNAMED = "survey"  # the id that answers get where the export has none


@dataclass(frozen=True)
class Figure:
    """A value and its interval; NaN where it rests on too few."""

    value: float
    interval: Interval


def named(table: pd.DataFrame, bands: Bands) -> pd.DataFrame:
    """The scores under the name NPS for the standard bands only; for others under a name that is not taken.

    Example:
        >>> table = pd.DataFrame({"nps": [1.0], "nps_low": [0.0]})
        >>> list(named(table, Bands(promoter_from=8)).columns)
        ['own_score', 'own_score_low']
    """
    if bands.is_standard:
        return table
    return table.rename(columns={f"{old}{end}": f"{new}{end}" for old, new in OWN.items() for end in ENDS})


def score_column(bands: Bands) -> str:
    """The name under which `named` puts the score."""
    return "nps" if bands.is_standard else OWN["nps"]


def figure(value: float, interval: Interval, n: int) -> Figure:
    """A headline figure, or none where it rests on fewer than 30."""
    return Figure(value, interval) if n >= LEAST else Figure(float("nan"), UNKNOWN)


def answer_bands(distribution: pd.DataFrame, bands: Bands) -> pd.DataFrame:
    """The answers 0 to 10 under the name `answer`, each with its band; of fewer than 30 answers only the counts."""
    table = distribution.rename(columns={"nps": "answer"})
    if table["n"].sum() < LEAST:
        table = table.assign(share=float("nan"))
    return table.assign(band=band_of(table["answer"], bands=bands).astype("str"))


def band_sizes(rules: pd.DataFrame, sizes: pd.DataFrame) -> pd.DataFrame:
    """Answers of every band, with its bounds; shares from 30 answers on.

    Args:
        rules: of `nps_bands.band_rules`.
        sizes: of `views.band_table`.
    """
    table = rules.merge(sizes, on="band", how="left")
    return table if table["n"].sum() >= LEAST else table.assign(share=float("nan"))


def told(table: pd.DataFrame) -> pd.DataFrame:
    """The groups that have a score, for a chart."""
    return table.dropna(subset=["nps"]).reset_index(drop=True)


def pool(stood: pd.DataFrame, survey: str | None) -> pd.DataFrame:
    """The answers whose before and after are followed: of one survey where it is named, else of all."""
    return stood if survey is None else stood[stood["survey_id"] == survey].reset_index(drop=True)


def survey_of(asked: pd.DataFrame) -> str:
    """The survey that these answers belong to, by its id; empty without answers, or where the export names none."""
    found = "" if asked.empty else str(asked["survey_id"].iloc[0])
    return "" if found == UNNAMED else found


def unasked(answers: pd.DataFrame, *questions: str) -> str | None:
    """The first of these questions that none of the answers tells, as a table's column; None where all are told.

    Example:
        >>> unasked(pd.DataFrame({"usage": ["stopped"], "experience": [None]}), "usage", "experience")
        'surveys.experience'
    """
    for question in questions:
        column = answers[question].astype("str").where(answers[question].notna(), "").str.strip()
        if column.isin(["", "not_answered"]).all():
            return f"surveys.{question}"
    return None


def shown(answers: pd.DataFrame, wanted: bool) -> pd.DataFrame:
    """The answers, or none of them where their comments are not to be shown."""
    return answers if wanted else answers.head(0)


def told_drivers(table: pd.DataFrame) -> pd.DataFrame:
    """The relations without what only the sentences need."""
    return table.drop(columns=["driver_clear", "n_comparisons"], errors="ignore")


def latest_comments(comments: pd.DataFrame, *, most: int = 10) -> pd.DataFrame:
    """The latest comments for the page."""
    return comments[["answered_day", "answer", "band", "free_text"]].head(most)


def at_stake(people: pd.DataFrame, table: pd.DataFrame, band: str = NAMES[0]) -> float:
    """Sales of the last 365 days of the customers of a band, smallest unit; NaN without orders.

    Args:
        people: each customer's last answer, with its band.
        table: of `nps_approaches.approach_table`.
        band: whose.
    """
    of_band = people.loc[people["band"] == band, "customer_id"]
    amounts = table.loc[table["customer_id"].isin(of_band), "amount_year"].dropna()
    return float(amounts.sum()) if len(amounts) else float("nan")
