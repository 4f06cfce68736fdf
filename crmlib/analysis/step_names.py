"""What the five steps of CPM are called: vendors differ, and a client may have names of its own."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from crmlib.analysis.checks import require_choice
from crmlib.analysis.portfolio import STEPS

NAMES = {
    "ltv_lab": STEPS,
    # The Japanese labels of these codes are those of help.makerepeater.jp.
    "make_repeater": ("step_new", "step_entry", "step_stable", "trend", "excellent"),
}
COLUMNS = ("cpm_step", "step_before", "step_after")


def step_names(names: str | Sequence[str] | None) -> dict[str, str]:
    """What each step is called: a preset's codes (None: LTV-Lab's), or five names from the lowest step up.

    Raises:
        ValueError: an unknown preset, or not five different names.

    Example:
        >>> step_names(["Neu", "Klein", "Stet", "Mode", "Top"])["excellent"]
        'Top'
    """
    if names is None or isinstance(names, str):
        require_choice("names", names or "ltv_lab", NAMES)
        return dict(zip(STEPS, NAMES[names or "ltv_lab"], strict=True))
    found = [str(name).strip() for name in names]
    if len(found) != len(STEPS) or len(set(found)) != len(STEPS) or not all(found):
        raise ValueError(f"names == {found}, must be five different names, from first-time buyers up.")
    return dict(zip(STEPS, found, strict=True))


def renamed(table: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """The table with its steps under these names, in the same order."""
    there = [name for name in COLUMNS if name in table.columns]
    return table.assign(**{name: _renamed(table[name], names) for name in there})


def _renamed(steps: pd.Series[str], names: dict[str, str]) -> pd.Series[str]:
    if isinstance(steps.dtype, pd.CategoricalDtype):
        return steps.cat.rename_categories(lambda step: names.get(step, step))
    return steps.map(lambda step: names.get(step, step))
