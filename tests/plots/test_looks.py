"""Every public plot with gaps in its table, beside others in one figure, and without axes of its own."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crmlib.plots import drawing
from tests.plots.samples import NAMES, SAMPLES, SETTINGS, public_plots

PLOTS = public_plots()
every_plot = pytest.mark.parametrize("name", SAMPLES)
one_a_module = pytest.mark.parametrize("name", {name.split(".")[0]: name for name in SAMPLES}.values())


def table(name: str, n: int) -> pd.DataFrame:
    return SAMPLES[name](n, NAMES["long"])


@every_plot
def test_missing_values_are_drawn_around(name: str, draw: Any) -> None:
    frame = table(name, 6)
    frame.loc[frame.index[1], frame.select_dtypes("float").columns] = np.nan
    draw(PLOTS[name], frame, **SETTINGS.get(name, {}))


@every_plot
def test_a_table_of_missing_values_only_is_drawn(name: str, draw: Any) -> None:
    frame = table(name, 3)
    frame[frame.select_dtypes("float").columns] = np.nan
    draw(PLOTS[name], frame, **SETTINGS.get(name, {}))


@one_a_module
def test_in_a_figure_of_several_axes_a_plot_leaves_the_size(name: str) -> None:
    both = Figure(figsize=(9, 5), layout="constrained").subplots(1, 2)
    PLOTS[name](table(name, 1), ax=both[0], **SETTINGS.get(name, {}))
    assert both[0].get_figure().get_size_inches().tolist() == [9, 5]


@one_a_module
def test_without_axes_a_figure_unknown_to_pyplot_is_made(name: str) -> None:
    from matplotlib import pyplot as plt

    assert isinstance(PLOTS[name](table(name, 3), **SETTINGS.get(name, {})), Axes)
    assert plt.get_fignums() == []


@pytest.mark.parametrize(("name", "row"), [("rfm.segments", 36), ("nps.groups", 30), ("abtest.differences", 36)])
def test_a_chart_of_few_rows_is_as_high_as_its_rows(name: str, row: float, draw: Any) -> None:
    heights = [draw(PLOTS[name], table(name, n)).get_figure().get_size_inches()[1] * 72 for n in (1, 3, 40)]
    assert heights == pytest.approx([row + drawing.AXIS, 3 * row + drawing.AXIS, 3.6 * 72])


@pytest.mark.parametrize("name", ["nps.groups", "retention.steps", "ltv.payback"])
def test_gaps_cut_or_cover_no_label(name: str, look: Any) -> None:
    frame = table(name, 6)
    frame.loc[frame.index[1], frame.select_dtypes("float").columns] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert look(PLOTS[name], frame) == []
