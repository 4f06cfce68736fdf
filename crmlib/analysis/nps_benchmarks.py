"""Published scores of the trade, with year and source; and the same question asked about continuing."""

from __future__ import annotations

import pandas as pd

from crmlib.analysis.nps import NpsResult, score

# Of online panels, not of a shop's own customers: other people, asked in another way.
PUBLISHED = (
    ("mail_order_cosmetics_health", 2016, -31.3, "NTTコム オンライン (nttcoms.com)"),
    ("mail_order_cosmetics", 2018, -22.2, "NTTコム オンライン (prtimes.jp)"),
    ("mail_order_cosmetics", 2021, -10.7, "NTTコム オンライン (netshop.impress.co.jp 9587)"),
    ("mail_order_cosmetics_best", 2021, 2.3, "NTTコム オンライン (netshop.impress.co.jp 9587)"),
)
LEAST = 30
HIGHEST_SEEN = 9  # answers to a question from 1 to 5 or 1 to 7 never come so high


def published() -> pd.DataFrame:
    """What has been published for Japanese mail order of cosmetics.

    Returns columns:
        trade (code); published_year; nps (points); published_source.

    Example:
        >>> published()["nps"].tolist()
        [-31.3, -22.2, -10.7, 2.3]
    """
    return pd.DataFrame(PUBLISHED, columns=["trade", "published_year", "nps", "published_source"])


def repeater_score(answers: pd.DataFrame) -> NpsResult:
    """NRS, the score of the intention to continue from 0 to 10 in the bands of NPS.

    Without answers where the question was not asked, or not from 0 to 10: a scale from 1 to 5 would make everybody a
    detractor. It is taken to reach 10 where some answer is 9 or 10 and none lies outside.
    """
    told = answers["intent_continue"].dropna().astype("int64")
    fits = len(told) and told.between(0, 10).all() and told.max() >= HIGHEST_SEEN
    return score(told if fits else [])
