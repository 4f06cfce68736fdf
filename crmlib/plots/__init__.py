"""One module a question: computed tables in, axes out."""

from crmlib.plots import abtest, basket, entries, ltv, nps, portfolio, retention, rfm, subscriptions

__all__ = ["abtest", "basket", "entries", "ltv", "nps", "portfolio", "retention", "rfm", "subscriptions"]
