"""The NPS charts draw answers by band and groups with their intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex

from crmlib import plots
from crmlib.plots import colours

ANSWERS = pd.DataFrame({"answer": range(11), "n": [1, 0, 0, 0, 0, 0, 1, 2, 2, 3, 1]})
ANSWERS["share"] = ANSWERS["n"] / 10
GROUPS = pd.DataFrame({
    "group": ["every_day", "関東", "not_opened"],
    "n": [120, 40, 3],
    "nps": [12.5, -40.0, np.nan],
    "nps_low": [2.5, -60.0, np.nan],
    "nps_high": [22.5, -20.0, np.nan],
})  # fmt: skip


def test_answers_have_the_colour_of_their_band(draw: Any) -> None:
    ax = draw(plots.nps.distribution, ANSWERS)
    drawn = [to_hex(bar.get_facecolor()) for bars in ax.containers for bar in bars]
    assert drawn == [colours.DETRACTOR] * 7 + [colours.PASSIVE] * 2 + [colours.PROMOTER] * 2


def test_bands_carry_the_sum_of_their_answers(draw: Any, texts: Any) -> None:
    seen = texts(draw(plots.nps.distribution, ANSWERS))
    assert {"Detractors\n20.0%", "Passives\n40.0%", "Promoters\n40.0%"} <= set(seen)
    assert seen.count("10.0%") == 3


def test_groups_are_dots_with_intervals_and_sizes(draw: Any, texts: Any) -> None:
    ax = draw(plots.nps.groups, GROUPS)
    assert [segment[:, 0].tolist() for segment in ax.collections[0].get_segments()[:2]] == [[2.5, 22.5], [-60, -20]]
    seen = texts(ax)
    assert {"uses it every day (n = 120)", "関東 (n = 40)", "has not opened it (n = 3)", "+12.5", "-40.0", "–"} <= set(
        seen
    )


def test_the_axis_of_scores_holds_zero_and_every_interval(draw: Any) -> None:
    low, high = draw(plots.nps.groups, GROUPS.iloc[[1]]).get_xlim()
    assert low < -60
    assert high > 0
