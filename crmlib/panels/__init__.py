"""ipywidgets panels for the desk; headless they draw their default.

Each is loaded when it is first named: a notebook shows one of them, and all of them take a second to load.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmlib.panels import abtest, calls, door, ltv, nps, portfolio, retention, rfm

__all__ = ["abtest", "calls", "door", "ltv", "nps", "portfolio", "retention", "rfm"]


def __getattr__(name: str) -> ModuleType:
    if name not in __all__:
        raise AttributeError(f"module 'crmlib.panels' has no attribute '{name}'")
    return import_module(f"crmlib.panels.{name}")
