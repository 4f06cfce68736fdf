"""Columns, codes and definitions of subscriptions, deliveries and cancellations."""

from __future__ import annotations

COLUMNS: dict[str, tuple[str, str]] = {}

CODES: dict[str, str] = {}

DEFINITIONS: dict[str, str] = {}
