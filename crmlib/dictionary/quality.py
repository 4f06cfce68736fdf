"""Columns, codes and definitions of the conditions of the analysis."""

from __future__ import annotations

COLUMNS: dict[str, tuple[str, str]] = {}

CODES: dict[str, str] = {}

DEFINITIONS: dict[str, str] = {}
