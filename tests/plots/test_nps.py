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


def test_other_bands_are_drawn_where_they_end() -> None:
    own = ANSWERS.assign(band=["detractors"] * 5 + ["passives"] * 3 + ["promoters"] * 3)

    colours_of = [to_hex(patch.get_facecolor()) for patch in draw_bars(own)]

    assert colours_of == [colours.DETRACTOR] * 5 + [colours.PASSIVE] * 3 + [colours.PROMOTER] * 3


def draw_bars(table: pd.DataFrame) -> list[Any]:
    return list(plots.nps.distribution(table).patches)


def test_months_are_written_as_months(draw: Any, texts: Any) -> None:
    months = GROUPS.head(2).drop(columns="group").assign(month=[24310, 24311])

    assert "2025-11 (n = 120)" in texts(draw(plots.nps.groups, months))
    own = GROUPS.rename(columns={name: name.replace("nps", "own_score") for name in GROUPS.columns})
    assert draw(plots.nps.groups, own).get_xlabel() == "Score in own bands"


def test_what_to_improve_first_stands_out(draw: Any, texts: Any) -> None:
    table = pd.DataFrame({
        "driver": ["price_rating", "usage", "site_rating"], "correlation": [0.4, 0.3, np.nan],
        "performance": [0.3, 0.8, np.nan], "driver_priority": ["fix_first", "keep_up", "not_told"],
    })  # fmt: skip

    ax = draw(plots.nps.priorities, table)

    assert {"rating of the price", "use of the product"} <= set(texts(ax))
    assert "rating of the site" not in texts(ax)
    firsts = [line for line in ax.lines if to_hex(line.get_color()) == colours.ORANGE]
    assert firsts[0].get_xydata().tolist() == [[0.3, 0.4]]


def test_groups_without_a_figure_are_left_out(draw: Any, texts: Any) -> None:
    repeats = pd.DataFrame({
        "group": ["promoters", "passives"], "n_windowed": [40, 5], "repeat_rate": [0.5, np.nan],
        "repeat_rate_low": [0.4, np.nan], "repeat_rate_high": [0.6, np.nan],
    })  # fmt: skip
    chain = pd.DataFrame({
        "chain_step": ["chain_use", "chain_effect"], "n_answering": [40, 0], "pass_rate": [0.8, np.nan],
        "pass_rate_low": [0.7, np.nan], "pass_rate_high": [0.9, np.nan],
    })  # fmt: skip

    assert "Promoters (n = 40)" in texts(draw(plots.nps.repeats, repeats))
    assert not any("Passives" in text for text in texts(draw(plots.nps.repeats, repeats)))
    assert not any("feels" in text for text in texts(draw(plots.nps.chain, chain)))
    assert texts(draw(plots.nps.chain, chain.tail(1))) == ["Nothing to show"]
