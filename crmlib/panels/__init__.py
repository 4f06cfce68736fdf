"""ipywidgets panels for the desk; headless they draw their default."""

from crmlib.panels import abtest, calls, door, ltv, nps, portfolio, retention, rfm

__all__ = ["abtest", "calls", "door", "ltv", "nps", "portfolio", "retention", "rfm"]
