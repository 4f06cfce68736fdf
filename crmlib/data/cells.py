"""A value that a database's driver gives, as the text that a cell of a file would hold."""

from __future__ import annotations

import json
import math
from datetime import datetime
from decimal import Decimal
from typing import Any


class NotText(Exception):  # noqa: N818
    """Bytes that are no UTF-8."""


def database_cell(value: Any) -> str | None:
    """Numbers without exponents, whole ones without `.0`; dates and times in ISO form, with their offset.

    Example:
        >>> database_cell(Decimal("1E+3")), database_cell(17850.0), database_cell(float("nan")), database_cell(True)
        ('1000', '17850', None, 'true')

    Raises:
        NotText: the value is bytes that are no text.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float | Decimal):
        return _number(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, bytes | bytearray | memoryview):
        return _decoded(bytes(value))
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)


def _number(value: float | Decimal) -> str | None:
    if not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    text = f"{Decimal(repr(value)) if isinstance(value, float) else value:f}"
    return text.removesuffix(".0") if isinstance(value, float) else text


def _decoded(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        raise NotText from None
