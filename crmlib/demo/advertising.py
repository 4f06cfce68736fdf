"""What the shop paid for its new customers, month by month and medium by medium."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.demo import market

CAMPAIGNS = ("リスティング", "インスタ動画", "成果報酬", "記事制作", "紹介クーポン", "折込")
CLICKS_PER_CUSTOMER = np.array([62.0, 140.0, 88.0, 0.0, 0.0, 0.0])  # 0 where nobody counts
CLICK_RATE = np.array([0.031, 0.009, 0.012, 0.0, 0.0, 0.0])
CLAIMED = np.array([1.04, 1.22, 1.00, 0.0, 1.0, 0.0])  # platforms count more customers than came


def arrivals(people: pd.DataFrame) -> np.ndarray:
    """New customers by medium (row of MEDIA) and month (months since 1970-01): medium, month, n."""
    month = months(people["arrival_day"].to_numpy())
    keys, n = np.unique(np.stack([people["media"].to_numpy(), month]), axis=1, return_counts=True)
    return np.column_stack([keys.T, n])


def months(day: np.ndarray) -> np.ndarray:
    """Months since 1970-01 of days since 1970-01-01."""
    return np.asarray(day, dtype=np.int64).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def ad_costs(rng: np.random.Generator, arrived: np.ndarray, *, last_day: int) -> pd.DataFrame:
    """Costs of every month and medium, about the medium's cost for a new customer with some noise.

    Columns: month, media (row of MEDIA), cost (yen), impressions, clicks, conversions (-1 where nobody counts).
    """
    first, last = months(np.array([market.three_years_before(last_day), last_day])).tolist()
    every = np.arange(first, last + 1)
    month, media = (axis.ravel() for axis in np.meshgrid(every, np.arange(len(market.MEDIA)), indexing="ij"))
    n_new = np.zeros((len(market.MEDIA), len(every)), dtype=np.int64)
    np.add.at(n_new, (arrived[:, 0], arrived[:, 1] - first), arrived[:, 2])
    came = n_new[media, month - first]
    noise = np.exp(rng.normal(0, 0.08, size=len(month)))
    cost = np.round(market.MEDIA["cost"].to_numpy()[media] * came * noise / 100).astype(np.int64) * 100
    clicks = np.round(came * CLICKS_PER_CUSTOMER[media] * np.exp(rng.normal(0, 0.1, size=len(month)))).astype(np.int64)
    shown = np.round(clicks / np.where(CLICK_RATE > 0, CLICK_RATE, 1)[media]).astype(np.int64)
    claimed = np.round(came * CLAIMED[media]).astype(np.int64)
    return pd.DataFrame(
        {
            "month": month,
            "media": media,
            "cost": cost,
            "impressions": np.where(CLICK_RATE[media] > 0, shown, -1),
            "clicks": np.where(CLICK_RATE[media] > 0, clicks, -1),
            "conversions": np.where(CLAIMED[media] > 0, claimed, -1),
        }
    )
