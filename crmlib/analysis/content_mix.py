"""How much of the contacts with each segment is brand, product information and offer."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from crmlib.analysis.lifecycle import SEGMENTS

WHOLE = 100
PARTS = ("brand_share", "product_share", "offer_share")


def mix_table(percent: Sequence[Sequence[float]]) -> pd.DataFrame:
    """The allocation by segment, as shares.

    Args:
        percent: for each segment, from prospects to lapsed, the percentages of brand, product information and offer,
            which add up to 100.

    Returns columns:
        segment; brand_share, product_share, offer_share.

    Raises:
        ValueError: not six segments, or three percentages that do not add up to 100.

    Example:
        >>> mix_table([[40, 40, 20]] * 6)["offer_share"].tolist()
        [0.2, 0.2, 0.2, 0.2, 0.2, 0.2]
    """
    if len(percent) != len(SEGMENTS):
        raise ValueError(f"percent has {len(percent)} segments, must have {len(SEGMENTS)}.")
    for segment, parts in zip(SEGMENTS, percent, strict=True):
        if len(parts) != len(PARTS) or round(sum(parts), 6) != WHOLE or min(parts) < 0:
            raise ValueError(f"percent {segment} == {list(parts)}, must be three numbers from 0 that add up to 100.")
    rows = [[segment, *(part / WHOLE for part in parts)] for segment, parts in zip(SEGMENTS, percent, strict=True)]
    return pd.DataFrame(rows, columns=["segment", *PARTS])
