"""One module a question: computed tables in, axes out."""

from crmlib.plots import (
    abtest,
    basket,
    calls,
    entries,
    kpi,
    lifecycle,
    ltv,
    nps,
    portfolio,
    quality,
    retention,
    rfm,
    scenario,
    stages,
    subscriptions,
)

__all__ = [
    "abtest",
    "basket",
    "calls",
    "entries",
    "kpi",
    "lifecycle",
    "ltv",
    "nps",
    "portfolio",
    "quality",
    "retention",
    "rfm",
    "scenario",
    "stages",
    "subscriptions",
]
