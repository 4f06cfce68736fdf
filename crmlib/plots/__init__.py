"""One module a question: computed tables in, axes out."""

from crmlib.plots import (
    abtest,
    basket,
    calls,
    entries,
    lifecycle,
    ltv,
    nps,
    portfolio,
    quality,
    retention,
    rfm,
    stages,
    subscriptions,
)

__all__ = [
    "abtest",
    "basket",
    "calls",
    "entries",
    "lifecycle",
    "ltv",
    "nps",
    "portfolio",
    "quality",
    "retention",
    "rfm",
    "stages",
    "subscriptions",
]
