"""ipywidgets panels for the desk; headless they draw their default."""

from crmlib.panels import abtest, retention, rfm

__all__ = ["abtest", "retention", "rfm"]
