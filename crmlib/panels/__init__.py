"""ipywidgets panels for the desk; headless they draw their default."""

from crmlib.panels import abtest, rfm

__all__ = ["abtest", "rfm"]
