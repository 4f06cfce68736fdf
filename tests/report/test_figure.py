"""A figure as SVG: few digits in its tags, all of them in its texts."""

from __future__ import annotations

import re

import pytest

from crmlib.plots import colours
from crmlib.report import figure

# Shortened: the first line that matplotlib writes, a path with too many digits, and two texts.
RAW = """<?xml version="1.0"?><!DOCTYPE svg><svg width="10pt"><metadata>by whom</metadata>
 <path d="M 1.23456 -0.98765 L 12.3456 7" style="opacity: 0.1456; stroke-width: 1.10999"/>
 <text style="font-size: 8.5px; font-family: 'DejaVu Sans'">p = 0.12345</text>
 <text transform="translate(3.14159 2)">+0.7421 of 1.234</text></svg>"""


def test_numbers_in_tags_are_cut_and_those_in_texts_are_whole() -> None:
    slim = figure._slim(RAW)
    assert '<path d="M 1.2 -0.9 L 12.3 7" style="opacity: 0.14; stroke-width: 1.10"/>' in slim
    assert re.findall(r">([^<>]+)</text>", slim) == ["p = 0.12345", "+0.7421 of 1.234"]
    assert "translate(3.14 2)" in slim


def test_the_first_lines_and_metadata_are_left_out_and_the_reader_may_have_other_fonts() -> None:
    slim = figure._slim(RAW)
    assert slim.startswith('<svg width="10pt"> <path')
    assert "Hiragino Sans" in slim
    assert "DejaVu" not in slim


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_drawn_figure_keeps_the_digits_of_its_texts_and_is_the_same_twice(language: str) -> None:
    def drawn() -> str:
        with figure.house_style(language):
            axes = figure.new_axes(4, 2)
            axes.text(0.5, 0.5, '0.123456 <b> & "x" > 1.23456')
            return figure.svg(axes)

    assert '>0.123456 &lt;b&gt; &amp; "x" &gt; 1.23456</text>' in drawn()
    assert drawn() == drawn()


def test_no_axis_is_told_in_powers_of_ten_or_from_an_offset() -> None:
    with figure.house_style("en"):
        axes = figure.new_axes(4, 2)
        axes.plot([1, 2], [123_456_001, 123_456_002])
        axes.figure.draw_without_rendering()
    assert axes.yaxis.get_offset_text().get_text() == ""
    assert axes.get_yticklabels()[-1].get_text().startswith("12345600")


def test_the_house_style_has_the_colours_of_the_plots() -> None:
    assert (figure.INK, figure.QUIET, figure.GRID) == (colours.INK, colours.QUIET, colours.GRID)
