"""The dictionary: kinds of values, columns with their kind, codes with their name, definitions. English is the key.

`words` reads it. A new column or code is added in the module of its question, and in the catalogue, and nowhere else.
"""

from __future__ import annotations

from typing import TypeVar

from crmlib.dictionary import (
    abtest,
    basket,
    calls,
    changes,
    common,
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
from crmlib.dictionary.kinds import KINDS, N_, Kind
from crmlib.dictionary.parameters import PARAMETERS

__all__ = ["CODES", "COLUMNS", "DEFINITIONS", "KINDS", "N_", "PARAMETERS", "Kind"]
Entry = TypeVar("Entry")


def _together(parts: list[dict[str, Entry]]) -> dict[str, Entry]:
    """All parts as one; that no name means two things is tested."""
    return {name: entry for part in reversed(parts) for name, entry in part.items()}


MODULES = (
    common,
    rfm,
    retention,
    nps,
    abtest,
    quality,
    calls,
    portfolio,
    stages,
    lifecycle,
    subscriptions,
    ltv,
    basket,
    kpi,
    scenario,
    changes,
)
COLUMNS = _together([module.COLUMNS for module in MODULES])
CODES = _together([module.CODES for module in MODULES])
DEFINITIONS = _together([module.DEFINITIONS for module in MODULES])
