"""The shared forms draw what their tables say, each code in its colour."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex

from crmlib.plots import colours, forms

RATE = {"name": "group", "value": "rate", "n": "n"}


def rates(n: int) -> pd.DataFrame:
    rate = np.linspace(0.05, 0.9, n)
    names = [f"{i}" for i in range(n)]
    return pd.DataFrame({"group": names, "n": 1234, "rate": rate, "rate_low": rate - 0.04, "rate_high": rate + 0.04})


def months(n: int) -> pd.DataFrame:
    states = ["observed"] * (n - 1) + ["partial"] * (n > 0)
    return pd.DataFrame({"month": 24_000 + np.arange(n), "amount_new": 1e6, "amount_repeat": 3e6, "state": states})


def lines(*names: str) -> pd.DataFrame:
    rows = [(name, day, 0.1 * i + day / 1000) for i, name in enumerate(names) for day in (0, 30, 60)]
    return pd.DataFrame(rows, columns=["group", "day", "share_returned"])


def interval_rows(table: pd.DataFrame, **how: Any) -> Any:
    return forms.interval_rows(table, **RATE, target=0.3, target_name="Target", **how)


def stacked_months(table: pd.DataFrame, **how: Any) -> Any:
    return forms.stacked_months(
        table, parts={"amount_new": colours.NEW, "amount_repeat": colours.REPEAT}, value="amount", **how
    )


def bands(table: pd.DataFrame, **how: Any) -> Any:
    return forms.bands(table, x="day", value="share_returned", series="group", **how)


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


def test_a_month_that_has_not_ended_is_hatched_and_outlined(draw: Any) -> None:
    bars = draw(stacked_months, months(2)).patches
    assert [bar.get_hatch() for bar in bars] == [None, "////", None, "////"]
    assert to_hex(bars[1].get_edgecolor()) == colours.NEW
    assert to_hex(bars[1].get_facecolor()) == colours.PAPER


def test_the_target_is_named_at_its_line(draw: Any, texts: Any) -> None:
    ax = draw(interval_rows, rates(3))
    assert "Target" in texts(ax)
    (line,) = [line for line in ax.lines if line.get_linestyle() == "--"]
    assert (line.get_xdata()[0], line.get_color()) == (0.3, colours.TARGET)


def test_a_code_has_its_colour_and_a_name_the_next_of_the_house_that_is_free(draw: Any) -> None:
    ax = draw(bands, lines("pilot", "treatment", "control"))
    looks = [(line.get_color(), line.get_linestyle()) for line in ax.lines]
    assert looks == [(colours.SOFT, "-"), (colours.TREATMENT, "-"), (colours.CONTROL, "-")]


def test_of_many_lines_the_first_are_drawn_and_the_others_counted(draw: Any, texts: Any) -> None:
    ax = draw(bands, lines(*"abcdefgh"))
    assert len(ax.lines) == len({(line.get_color(), str(line._dash_pattern)) for line in ax.lines}) == 6
    assert "and 2 more" in texts(ax)
    assert "g" not in texts(ax)


def test_rows_without_any_figure_are_nothing_to_show(draw: Any, texts: Any) -> None:
    # An axis from 0 to 1% under a dash would say that something was measured.
    unknown = rates(2).assign(rate=np.nan, rate_low=np.nan, rate_high=np.nan)
    assert texts(draw(interval_rows, unknown)) == ["Nothing to show"]
    one_known = rates(2)
    one_known.loc[0, ["rate", "rate_low", "rate_high"]] = np.nan
    assert "–" in texts(draw(interval_rows, one_known))


def test_long_names_that_begin_alike_are_told_apart(draw: Any, texts: Any) -> None:
    table = rates(2)
    alike = "結ノ葉 薬用ホワイトニング美容液プレミアム限定デザイン お徳用つめかえ用"
    table["group"] = [f"{alike} 30mL", f"{alike} 60mL"]
    told = [text for text in texts(draw(interval_rows, table)) if "結ノ葉" in text]
    assert len(told) == len(set(told)) == 2
    assert [text.split(" (n")[0][-4:] for text in told] == ["30mL", "60mL"]
