"""Who answered against who was asked and did not: how far those who answered stand for all."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns

MEASURES = {"asked_recency": "recency_days", "asked_orders": "n_orders_before", "asked_amount": "amount_before",
            "asked_tenure": "tenure_days"}  # fmt: skip
KEY = ["survey_id", "customer_id"]
COLUMNS = [
    "asked_measure",
    "n_answering",
    "n_unanswered",
    "mean_answering",
    "mean_unanswered",
    "standardised_difference",
]


def compare(answers: pd.DataFrame, sent: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """Recency, orders, sales and tenure on the day of sending, of those who answered and of those who did not.

    A customer counts once a survey, on the first day it was sent. Only customers with an order before that day have
    these figures. standardised_difference = (mean answered - mean not) / sqrt((variance answered + variance not) / 2);
    beyond 0.1 either way the two are commonly taken to differ.

    Args:
        answers: survey_id, customer_id.
        sent: survey_id, customer_id, sent_day.
        history: of `aggregates.around_days` for the days of sending.

    Returns columns:
        asked_measure (asked_recency, asked_tenure in days; asked_orders; asked_amount in the smallest unit);
        n_answering, n_unanswered (with an order before); mean_answering, mean_unanswered; standardised_difference (NaN
        where there is no variance). No row without orders or sendings.

    Raises:
        ValueError: a column is missing.

    Source: Austin (2009), Statistics in Medicine 28, 3083-3107.
    """
    require_columns("sent", sent.columns, [*KEY, "sent_day"])
    require_columns("answers", answers.columns, KEY)
    first = sent.sort_values([*KEY, "sent_day"]).drop_duplicates(KEY).rename(columns={"sent_day": "day"})
    asked = first[[*KEY, "day"]].merge(history, on=["customer_id", "day"], how="left")
    known = asked[asked["n_orders_before"] > 0]
    if known.empty:
        return pd.DataFrame(columns=COLUMNS).astype(dict.fromkeys(COLUMNS[1:], "float64"))
    known = known.assign(recency_days=known["day"] - known["last_day"], tenure_days=known["day"] - known["first_day"])
    keys = pd.MultiIndex.from_frame(answers[KEY])
    answering = pd.MultiIndex.from_frame(known[KEY]).isin(keys)
    ours, theirs = known[answering], known[~answering]
    rows = [(code, len(ours), len(theirs), *_gap(ours[name], theirs[name])) for code, name in MEASURES.items()]
    return pd.DataFrame(rows, columns=COLUMNS)


def _gap(ours: pd.Series, theirs: pd.Series) -> tuple[float, float, float]:
    one, other = ours.astype("float64"), theirs.astype("float64")
    spread = float(np.sqrt((one.var() + other.var()) / 2))
    gap = (one.mean() - other.mean()) / spread if spread > 0 else np.nan
    return float(one.mean()), float(other.mean()), float(gap)
