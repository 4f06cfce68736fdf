"""Names cut by display width, axes with units, labels kept apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmlib import words
from crmlib.plots import drawing, marks, naming
from crmlib.plots.marks import Note


def new_axes() -> Any:
    return drawing.axes_or_new(None)


def tick_texts(axis: Any) -> list[str]:
    return [label.get_text() for label in axis.get_ticklabels()]


@pytest.mark.parametrize(
    ("name", "width", "cut"),
    [
        ("東京都", 6, "東京都"),
        ("東京都港区", 6, "東京…"),  # 2 + 2 + 1 of 6: another kanji would need 7
        ("ABCDEFG", 6, "ABCDE…"),
        ("ABC  \n DEF", 9, "ABC DEF"),
        ("AB CDEF", 4, "AB…"),  # no space before the ellipsis
        ("", 6, ""),
        (None, 6, "–"),
        (np.nan, 6, "–"),
        (12, 6, "12"),
        ("薬用ジェル (G-1)", 13, "薬用ジ… (G-1)"),  # the code tells two products of one name apart
        ("Gel (G-1234567)", 12, "Gel (G-1234…"),  # a code that takes most of the room is cut
    ],
)
def test_names_are_cut_by_display_width(name: object, width: int, cut: str) -> None:
    assert naming.short(name, width) == cut


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("東京都", "東京都"),
        ("東京都港区", "東京都\n港区"),
        ("お名前入り", "お名前\n入り"),
        ("三回目」の件", "三回\n目」…"),  # a closing mark never begins a line
        ("件名「入り」", "件名\n「入…"),
        ("Call after it", "Call\nafter…"),
        ("ABCDEFGHIJKLMN", "ABCDEF\nGHIJK…"),
        ("電話LINE", "電話\nLINE"),  # not 電話LI
        (None, "–"),
    ],
)
def test_names_take_two_lines_before_they_are_cut(name: object, lines: str) -> None:
    assert naming.two_lines(name, 6) == lines


def test_a_cut_name_is_never_wider_than_asked() -> None:
    for width in range(2, 20):
        assert naming.display_width(naming.short("薬用Whitening美容液ジェルSet", width)) <= width


def test_the_unit_is_said_once() -> None:
    assert drawing.axis_label("k") == "Months since first purchase"
    assert drawing.axis_label("amount") == "Sales (yen)"


@pytest.mark.parametrize(
    ("language", "currency", "top", "ticks", "label"),
    [
        ("en", "JPY", 3_000_000, ["0", "1M", "2M", "3M"], "Sales (yen)"),
        ("en", "USD", 3_000_000, ["0", "10K", "20K", "30K"], "Sales (USD)"),  # 3,000,000 cents
        ("en", "JPY", 900, ["0", "200", "400", "600", "800"], "Sales (yen)"),
        ("ja", "JPY", 300_000_000, ["0", "100", "200", "300"], "(百万円)"),
        ("ja", "JPY", 20_000_000, ["0", "500", "1,000", "1,500", "2,000"], "(万円)"),
        ("ja", "USD", 300_000_000, ["0", "1M", "2M", "3M"], "(USD)"),
    ],
)
def test_money_axes_follow_the_habits_of_the_reader(
    language: str, currency: str, top: int, ticks: list[str], label: str
) -> None:
    words.speak(language, currency)
    ax = new_axes()
    drawing.money_axis(ax, "y", "amount", top)
    assert tick_texts(ax.yaxis) == ticks
    assert ax.get_ylabel().endswith(label)


def test_money_below_zero_is_on_the_axis() -> None:
    ax = new_axes()
    drawing.money_axis(ax, "y", "amount", 20_000, -10_000)
    assert ax.get_ylim()[0] < -10_000
    assert tick_texts(ax.yaxis) == ["-10K", "0", "10K", "20K"]


def test_shares_run_from_0_percent_and_never_above_100() -> None:
    ax = new_axes()
    drawing.share_axis(ax, "x", 1.2)
    assert tick_texts(ax.xaxis) == ["0%", "20%", "40%", "60%", "80%", "100%"]
    drawing.share_axis(ax, "x", 0.02)
    assert tick_texts(ax.xaxis) == ["0%", "0.5%", "1%", "1.5%", "2%"]


def test_months_are_sparse_and_fall_on_whole_quarters() -> None:
    ax = new_axes()
    start = 2023 * 12 + 3  # April 2023
    drawing.month_axis(ax, list(range(start, start + 18)))
    assert tick_texts(ax.xaxis) == ["2023-04", "2023-07", "2023-10", "2024-01", "2024-04", "2024-07"]


def test_the_last_row_says_how_many_are_left_out() -> None:
    ax = new_axes()
    drawing.category_rows(ax, ["$5", "$10"], left_out=38)
    assert tick_texts(ax.yaxis) == ["$5", "$10", "and 38 more"]


def test_the_range_of_numbers_holds_zero_and_skips_what_is_missing() -> None:
    assert drawing.lowest_highest(pd.DataFrame({"a": [np.nan, 3.0], "b": [-1.0, 2.0]})) == (-1.0, 3.0)
    assert drawing.lowest_highest(pd.DataFrame({"a": [np.nan]})) == (0.0, 0.0)


def test_notes_on_one_point_stand_whole_lines_apart() -> None:
    ax = new_axes()
    marks.write_apart(ax, [Note(x=0.5, y=0.5, text=text) for text in ("one", "two", "three")])
    assert [note.xyann[1] for note in ax.texts] == [0, -marks.LINE, -2 * marks.LINE]


def test_notes_far_apart_stay_beside_their_points() -> None:
    ax = new_axes()
    marks.write_apart(ax, [Note(x=0.1, y=0.1, text="one"), Note(x=0.1, y=0.9, text="two")])
    assert [note.xyann[1] for note in ax.texts] == [0, 0]


def test_notes_stand_in_the_order_of_their_values() -> None:
    ax = new_axes()
    notes = [Note(x=0.1, y=y, text="30 days 44.2%") for y in (0.50, 0.52, 0.51)]
    height = drawing.plot_size(ax)[1]
    places = [note.y * height + dy for note, dy in zip(notes, marks.apart(ax, notes), strict=True)]
    assert places[1] - places[2] == pytest.approx(marks.LINE)
    assert places[2] - places[0] == pytest.approx(marks.LINE)


def test_notes_at_the_foot_stand_above_the_axis() -> None:
    ax = new_axes()
    notes = [Note(x=0.5, y=0.0, text="first"), Note(x=0.5, y=0.0, text="second")]
    assert marks.apart(ax, notes) == [marks.FLOOR + marks.LINE, marks.FLOOR]


def test_a_note_far_from_its_point_is_led_to_it() -> None:
    ax = new_axes()
    marks.write_apart(ax, [Note(x=0.5, y=0.5, text=text) for text in ("one", "two", "three")])
    assert [note.arrow_patch is not None for note in ax.texts] == [False, False, True]


def test_lines_that_end_side_by_side_are_not_led_to() -> None:
    ax = new_axes()
    marks.write_apart(ax, [Note(x=0.5, y=0.5, text=text) for text in ("one", "two", "three")], led=False)
    assert [note.arrow_patch for note in ax.texts] == [None, None, None]


def test_a_long_curve_keeps_its_ends_and_as_many_points_as_its_width_has() -> None:
    curve = pd.DataFrame({"day": np.arange(2_000), "share": np.arange(2_000) / 2_000})
    thin = marks.thinned(curve, "day")
    assert (thin["day"].iloc[0], thin["day"].iloc[-1]) == (2, 1_999)
    assert len(thin) == 401
    assert thin["share"].diff().max() <= 6 / 2_000
    assert marks.thinned(curve.head(400), "day").equals(curve.head(400))
