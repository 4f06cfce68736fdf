"""The shared forms at 0, 1, 2 and 40 rows, with long names and missing values, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmlib.plots import forms
from tests.plots.test_looks import NAMES

RATE = {"name": "group", "value": "rate", "n": "n"}


def rates(n: int) -> pd.DataFrame:
    rate = np.linspace(0.05, 0.9, n)
    names = [NAMES[i % 4] for i in range(n)]
    return pd.DataFrame({"group": names, "n": 1234, "rate": rate, "rate_low": rate - 0.04, "rate_high": rate + 0.04})


def amounts(n: int) -> pd.DataFrame:
    return pd.DataFrame({"group": [NAMES[i % 4] for i in range(n)], "amount": np.linspace(-2e6, 9e6, n).round()})


def months(n: int) -> pd.DataFrame:
    states = ["observed"] * (n - 1) + ["partial"] * (n > 0)
    return pd.DataFrame({"month": 24_000 + np.arange(n), "amount_new": 1e6, "amount_repeat": 3e6, "state": states})


def lines(n: int) -> pd.DataFrame:
    names = [NAMES[i] for i in range(min(n, 4))]
    rows = [(name, day, 0.2 * i + day / 1000) for i, name in enumerate(names) for day in range(0, 30 * n, 30)]
    table = pd.DataFrame(rows, columns=["group", "day", "share_returned"])
    bounds = {
        "share_returned_low": table["share_returned"] - 0.02,
        "share_returned_high": table["share_returned"] + 0.02,
    }
    return table.assign(**bounds)


def interval_rows(table: pd.DataFrame, **how: Any) -> Any:
    return forms.interval_rows(table, **RATE, target=0.3, **how)


def bar_rows(table: pd.DataFrame, **how: Any) -> Any:
    return forms.bar_rows(table, name="group", value="amount", **how)


def stacked_months(table: pd.DataFrame, **how: Any) -> Any:
    return forms.stacked_months(
        table, parts={"amount_new": "#9cc3e0", "amount_repeat": "#0f4269"}, value="amount", **how
    )


def bands(table: pd.DataFrame, **how: Any) -> Any:
    return forms.bands(table, x="day", value="share_returned", series="group", **how)


CASES: dict[str, tuple[Callable[..., Any], Callable[[int], pd.DataFrame]]] = {
    "interval_rows": (interval_rows, rates),
    "bar_rows": (bar_rows, amounts),
    "stacked_months": (stacked_months, months),
    "bands": (bands, lines),
}


@pytest.mark.parametrize(("n", "language"), [(1, "en"), (2, "ja"), (10, "en"), (40, "ja")])
@pytest.mark.parametrize("name", CASES)
def test_no_label_is_cut_or_covers_another(name: str, n: int, language: str, look: Any) -> None:
    plot, table = CASES[name]
    assert look(plot, table(n), language=language) == []


@pytest.mark.parametrize("name", CASES)
def test_an_empty_table_says_that_there_is_nothing_to_show(name: str, draw: Any, texts: Any) -> None:
    plot, table = CASES[name]
    assert texts(draw(plot, table(0))) == ["Nothing to show"]


@pytest.mark.parametrize("name", CASES)
def test_missing_values_are_drawn_around(name: str, look: Any) -> None:
    plot, table = CASES[name]
    frame = table(6)
    frame.loc[frame.index[1], frame.select_dtypes("float").columns] = np.nan
    assert look(plot, frame) == []


def test_points_and_intervals_are_those_of_the_table(draw: Any) -> None:
    ax = draw(interval_rows, rates(3))
    (points,) = [line for line in ax.lines if line.get_marker() == "o"]
    assert points.get_xdata().tolist() == rates(3)["rate"].tolist()
    (spans,) = ax.collections
    assert [path.vertices[:, 0].tolist() for path in spans.get_paths()] == rates(3)[
        ["rate_low", "rate_high"]
    ].values.tolist()


def test_a_stack_is_as_high_as_its_parts_together(draw: Any) -> None:
    ax = draw(stacked_months, months(2))
    assert max(bar.get_y() + bar.get_height() for bar in ax.patches) == 4e6
