"""Our renderer writes what matplotlib's own writes, and measures a text only once."""

from __future__ import annotations

import io
from typing import Any

import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG

from crmlib.report import figure, renderer

UNDATED: Any = dict.fromkeys(("Date", "Creator", "Format", "Type"))


def chart(language: str) -> Axes:
    with figure.house_style(language):
        axes = figure.new_axes(5, 3)
        axes.barh([0, 1, 2], [0.2, 0.5, 0.3], hatch="////")
        axes.set_yticks([0, 1, 2], ["休眠顧客 (n = 1,234)", "Champions", "<b> & \n two lines"])
        axes.set_xlabel("構成比 (%)")
        axes.annotate("12.3%", (0.2, 0), fontsize=8)
    return axes


@pytest.mark.parametrize("language", ["en", "ja"])
def test_it_writes_what_matplotlib_writes(language: str) -> None:
    ours, theirs = io.StringIO(), io.StringIO()
    with figure.house_style(language):
        renderer.draw(chart(language).get_figure(root=True), ours)
        FigureCanvasSVG(chart(language).get_figure(root=True)).print_svg(theirs, metadata=UNDATED)
    assert ours.getvalue() == theirs.getvalue()


def test_a_text_is_measured_once_and_again_in_another_font() -> None:
    def drawn(language: str) -> int:
        figure.svg(chart(language))
        return renderer._text_size.cache_info().misses

    renderer._text_size.cache_clear()
    first = drawn("en")
    assert drawn("en") == first > 0
    assert drawn("ja") > first
