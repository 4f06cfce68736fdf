"""Charts of the stages and the lifecycle: what they draw, what they say of what is not known, at every size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from crmlib import plots

STAGES = ["stage_purchaser", "stage_general", "stage_fan", "stage_evangelist"]


def standing(n: int) -> pd.DataFrame:
    numbers = np.linspace(1234, 3, n).round()
    share = {"share_customers": numbers / max(numbers.sum(), 1)}
    names = [STAGES[i] if i < 4 else f"{i}" for i in range(n)]
    return pd.DataFrame({"stage": names, "n_customers": numbers, "n_stage_before": numbers[::-1], **share})


def chance(n: int) -> pd.DataFrame:
    share = 0.8 * np.exp(-np.arange(n) / 6)
    bounds = {"buys_again_low": share * 0.95, "buys_again_high": share * 1.05}
    limit = ["life_dormant" if i == 6 else "life_lapsed" if i == 24 else "" for i in range(n)]
    return pd.DataFrame({"silent_days": np.arange(n) * 10, "buys_again": share, **bounds, "limit": limit})


def test_a_stage_that_cannot_be_told_says_so_and_the_others_their_share(draw: Any, texts: Any) -> None:
    frame = standing(3)
    frame.loc[2, ["n_customers", "share_customers"]] = np.nan
    said = texts(draw(plots.stages.standing, frame))

    assert "cannot be told" in said
    assert "1,234 (66.5%)  Customers" in said
    assert "① Purchaser" in said


def test_the_limits_are_marked_with_their_chance(draw: Any, texts: Any) -> None:
    said = texts(draw(plots.lifecycle.chance, chance(40)))

    assert "Dormant customers\n60 days 29.4%" in said
    assert "Lapsed customers\n240 days 1.5%" in said
