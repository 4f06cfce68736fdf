"""Axes of native charts: they begin and end on round figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

DAY_STEPS = (7, 14, 30, 60, 90, 180, 365, 730)
MOST_STEPS = 8
_STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True)
class Axis:
    """From where to where an axis runs, in what steps."""

    low: float
    high: float
    step: float


def axis(
    values: Sequence[float], *, share: bool = False, floor: bool = True, steps: Sequence[float] = (),
    tight: bool = False,
) -> Axis:  # fmt: skip
    """An axis around these values that ends on round figures; with `floor` it begins at zero, as bars must.

    Example:
        >>> axis([0.12, 0.48], share=True)
        Axis(low=0.0, high=0.5, step=0.1)
        >>> axis([0, 12], tight=True)
        Axis(low=0.0, high=12.0, step=2.0)
        >>> axis([-30, 70])
        Axis(low=-40.0, high=80.0, step=20.0)
    """
    known = [value for value in values if math.isfinite(value)]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    low, high = (min(low, 0.0), max(high, 0.0)) if floor else (low, high)
    reach = (high - low) or abs(high) or 1.0
    few = [step for step in steps if reach / step <= MOST_STEPS]
    step = next((step for step in few if reach % step == 0), 0) or (few[0] if few else _round_step(reach / 5))
    if not share and step in (0.2, 0.25, 0.5, 2.5) and all(value == round(value) for value in known):
        step = 1.0 if step < 1 else 2.0 if reach / 2 <= MOST_STEPS else 5.0  # half a customer is no figure
    top = math.ceil(round(high / step, 9)) * step
    if not tight and high > 0 and top - high < 0.02 * reach and not (share and top <= 1.0 <= top):
        top += step
    bottom = math.floor(round(low / step, 9)) * step
    if share and high <= 1.0:
        top = min(top, 1.0)
    return Axis(round(bottom, 12), round(max(top, bottom + step), 12), round(step, 12))


def _round_step(wanted: float) -> float:
    scale = 10.0 ** math.floor(math.log10(wanted))
    return next(step * scale for step in _STEPS if step * scale >= wanted * 0.999)
