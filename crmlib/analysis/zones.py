"""Zones of silence: up to 30 days, 31 to 60, over 60; and the same against the usual gap."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

ZONES = ("zone_short", "zone_action", "zone_long")
RELATIVE = ("relative_within", "relative_late", "relative_far")


def zone_of(recency_days: pd.Series, bounds: Sequence[float], *, names: Sequence[str] = ZONES) -> pd.Categorical:
    """The zone of every silence; a silence of exactly a bound belongs to the zone below it (R > 30, R > 60).

    A missing silence has no zone.

    Raises:
        ValueError: the bounds are not two increasing numbers.

    Example:
        >>> list(zone_of(pd.Series([30, 31, 60, 61]), (30, 60)))
        ['zone_short', 'zone_action', 'zone_action', 'zone_long']
    """
    if len(bounds) != len(names) - 1 or any(low >= high for low, high in pairwise(bounds)):
        raise ValueError(f"zone bounds == {list(bounds)}, must be {len(names) - 1} increasing numbers.")
    places = np.searchsorted(np.asarray(bounds, dtype="float64"), recency_days.to_numpy(dtype="float64"), side="left")
    codes = np.where(recency_days.isna().to_numpy(), -1, places)
    return pd.Categorical.from_codes(codes, categories=list(names), ordered=True)
