"""How much of the contacts with each segment is brand, product information and offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from crmlib.analysis.lifecycle import SEGMENTS

PARTS = ("brand_share", "product_share", "offer_share")


def mix_table(percent: Mapping[str, Sequence[float]]) -> pd.DataFrame:
    """The allocation by segment, as shares.

    Args:
        percent: for prospect, initial, general, excellent, dormant and lapsed the percentages of brand, product and
            offer, which add up to 100.

    Returns columns:
        segment; brand_share, product_share, offer_share.

    Raises:
        ValueError: a segment is missing or unknown, or its three percentages do not add up to 100.

    Example:
        >>> names = ["prospect", "initial", "general", "excellent", "dormant", "lapsed"]
        >>> mix_table({name: [40, 40, 20] for name in names})["offer_share"].tolist()
        [0.2, 0.2, 0.2, 0.2, 0.2, 0.2]
    """
    names = [segment.removeprefix("life_") for segment in SEGMENTS]
    if sorted(percent) != sorted(names):
        raise ValueError(f"percent has {', '.join(percent) or 'no segment'}, must have {', '.join(names)}.")
    for name, parts in percent.items():
        if len(parts) != len(PARTS) or round(sum(parts), 6) != 100 or min(parts) < 0:
            raise ValueError(f"percent {name} == {list(parts)}, must be three numbers from 0 that add up to 100.")
    rows = [[segment, *(part / 100 for part in percent[name])] for segment, name in zip(SEGMENTS, names, strict=True)]
    return pd.DataFrame(rows, columns=["segment", *PARTS])
