"""Steps from one order to the next counted by days, so that a moved window needs no order: equal to `step_counts`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns

COUNTS = ["n_eligible", "n_next", "n_kept", "n_kept_next"]


@dataclass(frozen=True, kw_only=True, eq=False)
class StepDays:
    """For each order number, how many customers each count of `step_counts` holds at every window.

    Attributes:
        n_reached, n_next_any: by order number. by_window: each count, a row an order number, a column a window from
            0; the last column holds every window beyond, where nobody has been observed.
    """

    n_reached: np.ndarray
    n_next_any: np.ndarray
    by_window: dict[str, np.ndarray]


def prepare(days: pd.DataFrame, *, max_step: int = 10) -> StepDays:
    """Count once, from `aggregates.step_days`, what every window needs.

    Raises:
        ValueError: a column is missing or max_step is below 1.
    """
    require_columns("days", days.columns, ["order_number", "open_days", "waited_days", "next_days", "n_customers"])
    require_at_least("max_step", max_step, 1)
    rows = days[days["order_number"] <= max_step]
    step, left, waited, gap, n = (rows[name].to_numpy(dtype="int64") for name in _COLUMNS)
    width = int(left.max(initial=0)) + 2
    came = gap >= 0
    zero = np.zeros_like(left)
    # A customer counts at every window from the day the count begins to the days observed.
    begins = {"n_eligible": zero, "n_next": gap, "n_kept": waited, "n_kept_next": np.maximum(waited, gap)}
    found = {}
    for name, begin in begins.items():
        told = (begin <= left) & (came if name.endswith("next") else True)
        up = _table(step[told], begin[told], n[told], max_step, width)
        down = _table(step[told], left[told] + 1, n[told], max_step, width)
        found[name] = np.cumsum(up - down, axis=1)
    sums = np.bincount(step - 1, n, max_step), np.bincount(step[came] - 1, n[came], max_step)
    reached, any_next = (part.astype("int64") for part in sums)
    return StepDays(n_reached=reached, n_next_any=any_next, by_window=found)


def counts(days: StepDays, *, window_days: int) -> pd.DataFrame:
    """The table of `aggregates.step_counts` for any window.

    Raises:
        ValueError: window_days is below 1.

    Example:
        >>> row = {"order_number": [1, 1], "open_days": [5, 100], "waited_days": 0, "next_days": [-1, 20]}
        >>> counts(prepare(pd.DataFrame(row).assign(n_customers=1), max_step=1), window_days=30).iloc[0].tolist()
        [1, 2, 1, 1, 1, 1, 1]
    """
    require_at_least("window_days", window_days, 1)
    at = {name: table[:, min(window_days, table.shape[1] - 1)] for name, table in days.by_window.items()}
    return pd.DataFrame({
        "order_number": np.arange(1, len(days.n_reached) + 1),
        "n_reached": days.n_reached,
        "n_eligible": at["n_eligible"],
        "n_next": at["n_next"],
        "n_next_any": days.n_next_any,
        "n_kept": at["n_kept"],
        "n_kept_next": at["n_kept_next"],
    })  # fmt: skip


_COLUMNS = ("order_number", "open_days", "waited_days", "next_days", "n_customers")


def _table(step: np.ndarray, day: np.ndarray, n: np.ndarray, height: int, width: int) -> np.ndarray:
    flat = np.bincount((step - 1) * width + day, n, height * width)
    return flat.astype("int64").reshape(height, width)
