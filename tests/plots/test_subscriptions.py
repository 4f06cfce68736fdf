"""Charts of second purchases and subscriptions at few and many rows, with long names, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from crmlib import plots

LONG = "薬用ホワイトニング美容液ジェル・定期お届けコース（3本セット）をお選びのお客様"
NAMES = [LONG, "Coupon of $5 off a $20 basket, second mailing of the season", "<script>", "=cmd()"]
REASONS = ["price", "no_effect", "not_answered", "all_reasons"]
DEFINITIONS = ["survival_due", "survival_complete", "rolling_30", "mean_over_max"]


def rates(n: int, name: str) -> dict[str, Any]:
    value = np.linspace(0.9, 0.3, n)
    return {name: value, f"{name}_low": value - 0.03, f"{name}_high": value + 0.03}


def steps(n: int) -> pd.DataFrame:
    table = {"delivery": np.arange(1, n + 1), "n_due": 12_345, **rates(n, "continuation_rate")}
    return pd.DataFrame({**table, **rates(n, "remaining_rate")})


def curves(n: int) -> pd.DataFrame:
    rows = [(f"{NAMES[g % 4]}{g}", k, 0.95**k - 0.04 * g) for g in range(min(n, 6)) for k in range(1, 13)]
    return pd.DataFrame(rows, columns=["group", "delivery", "remaining_rate"])


def units(n: int) -> pd.DataFrame:
    return pd.concat([
        pd.DataFrame({"counted_unit": unit, "delivery": np.arange(1, n + 1), **rates(n, "remaining_rate")})
        for unit in ("contract", "customer")
    ])  # fmt: skip


CASES: dict[str, tuple[Callable[..., Axes], Callable[[int], pd.DataFrame]]] = {
    "steps": (plots.subscriptions.steps, steps),
    "hazard": (
        plots.subscriptions.hazard,
        lambda n: pd.DataFrame({"delivery": np.arange(1, n + 1), **rates(n, "leave_rate")}),
    ),
    "units": (plots.subscriptions.units, units),
    "curves": (plots.subscriptions.curves, curves),
    "standing": (
        plots.subscriptions.standing,
        lambda n: pd.DataFrame({"contract_days": np.arange(n) * 30, **rates(n, "standing_rate")}),
    ),
    "reasons": (
        plots.subscriptions.reasons,
        lambda n: pd.DataFrame(
            {"reason": [REASONS[i % 3] for i in range(n)], "n_cancelled": 1_234, **rates(n, "cancel_rate")}
        ),
    ),
    "definitions": (
        plots.subscriptions.definitions,
        lambda n: pd.DataFrame({"definition": [DEFINITIONS[i % 4] for i in range(n)], **rates(n, "defined_rate")}),
    ),
    "groups": (
        plots.entries.groups,
        lambda n: pd.DataFrame({"group": [NAMES[i % 4] for i in range(n)], "n_eligible": 321, **rates(n, "f2_rate")}),
    ),
    "by_month": (
        plots.entries.by_month,
        lambda n: pd.DataFrame({"month": 24_300 + np.arange(n), **rates(n, "f2_rate")}),
    ),
    "windows": (
        plots.entries.windows,
        lambda n: pd.DataFrame({"window_days": 30 * np.arange(1, n + 1), **rates(n, "f2_rate")}),
    ),
    "weeks": (
        plots.entries.weeks,
        lambda n: pd.DataFrame({"week": np.arange(1.0, n + 1), "n_events": np.arange(n, 0, -1) * 999}),
    ),
}
Look = Callable[..., list[str]]


@pytest.mark.parametrize(("n", "language"), [(1, "en"), (2, "ja"), (10, "en"), (40, "ja")])
@pytest.mark.parametrize("name", CASES)
def test_no_label_is_cut_or_covers_another(name: str, n: int, language: str, look: Look) -> None:
    plot, table = CASES[name]
    assert look(plot, table(n), language=language) == []


@pytest.mark.parametrize("name", CASES)
def test_an_empty_table_says_that_there_is_nothing_to_show(name: str, draw: Any, texts: Any) -> None:
    plot, table = CASES[name]
    assert texts(draw(plot, table(0))) == ["Nothing to show"]


def test_the_sum_of_all_reasons_does_not_set_the_scale(draw: Any, texts: Any) -> None:
    table = pd.DataFrame({"reason": REASONS, "n_cancelled": 9, **rates(4, "cancel_rate")})
    assert not any("All reasons" in text for text in texts(draw(plots.subscriptions.reasons, table)))


def test_each_step_names_its_delivery_and_its_denominator(draw: Any, texts: Any) -> None:
    assert "1→2\n12,345" in texts(draw(plots.subscriptions.steps, steps(3)))
