"""Types of the fixtures, and the exact message of a refusal."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

MakeOrders = Callable[[list[tuple[str, str, int, int]]], pd.DataFrame]
Day = Callable[[str], int]
Engine = Callable[[pd.DataFrame], Any]


def refused(message: str) -> Any:
    """A context in which exactly this message must be raised as ValueError."""
    return pytest.raises(ValueError, match=f"^{re.escape(message)}$")
