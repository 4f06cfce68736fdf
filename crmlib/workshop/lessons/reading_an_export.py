"""Lesson 1: reading an export."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmlib.workshop.exercise import Exercise

EXERCISES: tuple[Exercise, ...] = ()
