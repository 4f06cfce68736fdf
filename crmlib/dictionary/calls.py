"""Columns, codes and definitions of the call list and revivals."""

from __future__ import annotations

COLUMNS: dict[str, tuple[str, str]] = {}

CODES: dict[str, str] = {}

DEFINITIONS: dict[str, str] = {}
