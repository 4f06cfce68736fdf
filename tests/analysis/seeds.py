"""200 random cases of an agreement with another package: a fixed sample of them fast, the others slow."""

from __future__ import annotations

import pytest

FAST, CASES = 10, 200

in_200_cases = pytest.mark.parametrize(
    "seeds", [range(FAST), pytest.param(range(FAST, CASES), marks=pytest.mark.slow)], ids=["sample", "others"]
)
