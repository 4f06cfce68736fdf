"""Charts of the stages and the lifecycle: what they draw, what they say of what is not known, at every size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from crmlib import plots
from tests.plots.test_looks import NAMES

STAGES = ["stage_purchaser", "stage_general", "stage_fan", "stage_evangelist"]


def standing(n: int) -> pd.DataFrame:
    numbers = np.linspace(1234, 3, n).round()
    share = {"share_customers": numbers / max(numbers.sum(), 1)}
    names = [STAGES[i] if i < 4 else NAMES[i % 4] for i in range(n)]
    return pd.DataFrame({"stage": names, "n_customers": numbers, "n_stage_before": numbers[::-1], **share})


def segments(n: int) -> pd.DataFrame:
    return standing(n).rename(columns={"stage": "segment", "n_stage_before": "n_segment_before"})


def rose(n: int) -> pd.DataFrame:
    rate = np.linspace(0.1, 0.6, n)
    bounds = {"rose_rate_low": rate - 0.05, "rose_rate_high": rate + 0.05}
    return pd.DataFrame({"stage_before": standing(n)["stage"], "n_start": 321, "rose_rate": rate, **bounds})


def revived(n: int) -> pd.DataFrame:
    rate = np.linspace(0.8, 0.001, n)
    bounds = {"buy_rate_low": rate * 0.9, "buy_rate_high": np.minimum(rate * 1.1, 1)}
    bands = [f"{30 * i + 1}–{30 * i + 30}" for i in range(n)]
    return pd.DataFrame({"silence_band": bands, "n_customers": 1234, "buy_rate": rate, **bounds})


def chance(n: int) -> pd.DataFrame:
    share = 0.8 * np.exp(-np.arange(n) / 6)
    bounds = {"buys_again_low": share * 0.95, "buys_again_high": share * 1.05}
    limit = ["life_dormant" if i == 6 else "life_lapsed" if i == 24 else "" for i in range(n)]
    return pd.DataFrame({"silent_days": np.arange(n) * 10, "buys_again": share, **bounds, "limit": limit})


CASES: dict[str, tuple[Callable[..., Axes], Callable[[int], pd.DataFrame]]] = {
    "standing": (plots.stages.standing, standing),
    "rose": (plots.stages.rose, rose),
    "segments": (plots.lifecycle.segments, segments),
    "revived": (plots.lifecycle.revived, revived),
    "chance": (plots.lifecycle.chance, chance),
}
Look = Callable[..., list[str]]
every_plot = pytest.mark.parametrize("name", CASES)


@every_plot
@pytest.mark.parametrize(("n", "language"), [(1, "en"), (2, "ja"), (10, "en"), (40, "ja")])
def test_no_label_is_cut_or_covers_another(name: str, n: int, language: str, look: Look) -> None:
    plot, table = CASES[name]
    assert look(plot, table(n), language=language) == []


@every_plot
def test_an_empty_table_says_that_there_is_nothing_to_show(name: str, draw: Any, texts: Any) -> None:
    plot, table = CASES[name]
    assert texts(draw(plot, table(0))) == ["Nothing to show"]


@every_plot
def test_missing_values_are_drawn_around(name: str, look: Look) -> None:
    plot, table = CASES[name]
    frame = table(6)
    frame.loc[frame.index[1], frame.select_dtypes("float").columns] = np.nan
    assert look(plot, frame) == []


def test_a_stage_that_cannot_be_told_says_so_and_the_others_their_share(draw: Any, texts: Any) -> None:
    frame = standing(3)
    frame.loc[2, ["n_customers", "share_customers"]] = np.nan
    said = texts(draw(plots.stages.standing, frame))

    assert "cannot be told" in said
    assert "1,234 (66.5%)" in said
    assert "① Purchaser" in said


def test_the_limits_are_marked_with_their_chance(draw: Any, texts: Any) -> None:
    said = texts(draw(plots.lifecycle.chance, chance(40)))

    assert "Dormant customers\n60 days 29.4%" in said
    assert "Lapsed customers\n240 days 1.5%" in said
