"""ipywidgets panels for the desk; headless they draw their default."""

from crmlib.panels import rfm

__all__ = ["rfm"]
