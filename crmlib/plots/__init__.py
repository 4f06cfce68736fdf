"""One module a question: computed tables in, axes out."""

from crmlib.plots import abtest, nps, retention, rfm

__all__ = ["abtest", "nps", "retention", "rfm"]
