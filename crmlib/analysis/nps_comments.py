"""What customers wrote, beside what they scored; texts were masked for personal data at the door."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.nps_bands import NAMES

LEAST = 30


def with_texts(answers: pd.DataFrame) -> pd.DataFrame:
    """The answers with a comment, the latest first.

    Returns columns:
        answered_day; response_id; survey_id; answer (0 to 10); band; stage (of the day before the answer); free_text.

    Raises:
        ValueError: a column is missing.
    """
    columns = ["answered_day", "response_id", "survey_id", "nps", "band", "stage", "free_text"]
    require_columns("answers", answers.columns, columns)
    written = answers["free_text"].fillna("").astype("str").str.strip() != ""
    rows = answers.loc[written, columns].astype({"band": "str", "stage": "str"})
    rows = rows.rename(columns={"nps": "answer"})
    return rows.sort_values(["answered_day", "response_id"], ascending=[False, True], ignore_index=True)


def counts(answers: pd.DataFrame, *, least: int = LEAST) -> pd.DataFrame:
    """How many of each band wrote a comment, promoters first.

    Returns columns:
        band; n (answers); n_comments; comment_share (NaN below `least` answers).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("answers", answers.columns, ["band", "free_text"])
    written = answers["free_text"].fillna("").astype("str").str.strip() != ""
    names = list(reversed(NAMES))
    n = answers["band"].astype("str").value_counts().reindex(names, fill_value=0)
    told = answers.loc[written, "band"].astype("str").value_counts().reindex(names, fill_value=0)
    share = told / n.astype("float64").where(n >= max(least, 1), np.nan)
    table = {"band": names, "n": n.to_numpy(), "n_comments": told.to_numpy(), "comment_share": share.to_numpy()}
    return pd.DataFrame(table)
