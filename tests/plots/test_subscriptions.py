"""Charts of second purchases and subscriptions at few and many rows, with long names, in both languages."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

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


def test_the_sum_of_all_reasons_does_not_set_the_scale(draw: Any, texts: Any) -> None:
    table = pd.DataFrame({"reason": REASONS, "n_cancelled": 9, **rates(4, "cancel_rate")})
    assert not any("All reasons" in text for text in texts(draw(plots.subscriptions.reasons, table)))


def test_each_step_names_its_delivery_and_its_denominator(draw: Any, texts: Any) -> None:
    assert "1→2\n12,345" in texts(draw(plots.subscriptions.steps, steps(3)))
