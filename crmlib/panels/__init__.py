"""ipywidgets panels for the desk; headless they draw their default."""

from crmlib.panels import abtest, nps, portfolio, retention, rfm

__all__ = ["abtest", "nps", "portfolio", "retention", "rfm"]
