"""Columns, codes and definitions of the seven stages."""

from __future__ import annotations

COLUMNS: dict[str, tuple[str, str]] = {}

CODES: dict[str, str] = {}

DEFINITIONS: dict[str, str] = {}
