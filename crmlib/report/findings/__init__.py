"""Results in, sentences out: one module a notebook."""

from __future__ import annotations

from crmlib.report.findings import (
    abtest,
    active,
    basket,
    calls,
    entries,
    lifecycle,
    ltv,
    media,
    nps,
    nps_actions,
    nps_follow,
    portfolio,
    promotion,
    quality,
    ranks,
    retention,
    rfm,
    stages,
    subscriptions,
)

__all__ = [
    "abtest",
    "active",
    "basket",
    "calls",
    "entries",
    "lifecycle",
    "ltv",
    "media",
    "nps",
    "nps_actions",
    "nps_follow",
    "portfolio",
    "promotion",
    "quality",
    "ranks",
    "retention",
    "rfm",
    "stages",
    "subscriptions",
]
