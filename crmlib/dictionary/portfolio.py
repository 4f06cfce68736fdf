"""Columns, codes and definitions of customer portfolio management (CPM)."""

from __future__ import annotations

COLUMNS: dict[str, tuple[str, str]] = {}

CODES: dict[str, str] = {}

DEFINITIONS: dict[str, str] = {}
