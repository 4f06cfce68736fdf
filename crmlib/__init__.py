"""A workbench for customer analysis of mail-order and e-commerce shops.

`open_shop` reads a client's export into canonical tables; `open_report` opens the report a notebook writes into.
Both are loaded when first asked for, so that `import crmlib` stays cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crmlib.report.exhibits import open_report
    from crmlib.shop import open_shop

__all__ = ["__version__", "open_report", "open_shop"]
__version__ = "0.1.0"
_HOMES = {"open_shop": "crmlib.shop", "open_report": "crmlib.report.exhibits"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'crmlib' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
