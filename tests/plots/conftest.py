"""Drawing in the house style, and an eye for labels that are cut or cover one another."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from crmlib import words
from crmlib.report import figure

Plot = Callable[..., Axes]


@pytest.fixture(autouse=True)
def _quiet_and_english() -> Iterator[None]:
    words.speak("en", "JPY")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield
    words.speak("en", "JPY")


def shown_texts(ax: Axes) -> list[Text]:
    """Texts that are drawn: visible, not empty, and no tick beyond the limits."""
    axes = [(ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())] if ax.axison else []
    beyond = [
        label
        for axis, limits in axes
        for tick in axis.get_major_ticks()
        for label in (tick.label1, tick.label2)
        if not min(limits) - 1e-9 <= tick.get_loc() <= max(limits) + 1e-9
    ]
    texts = ax.findobj(Text)
    owned = {id(t) for axis in (ax.xaxis, ax.yaxis) for t in axis.findobj(Text)}
    if not ax.axison:
        beyond = [t for t in texts if id(t) in owned]
    hidden = {id(t) for t in beyond}
    return [t for t in texts if t.get_visible() and t.get_text().strip() and id(t) not in hidden]


def faults(ax: Axes) -> list[str]:
    """Texts over the edge of the figure or over one another by more than half a pixel."""
    drawn = ax.get_figure(root=True)
    canvas = FigureCanvasAgg(drawn)
    canvas.draw()
    page, renderer = drawn.bbox, canvas.get_renderer()
    boxes = [(t.get_text(), t.get_window_extent(renderer)) for t in shown_texts(ax)]
    cut = [f"cut: {s}" for s, b in boxes if b.x0 < -0.5 or b.y0 < -0.5 or b.x1 > page.x1 + 0.5 or b.y1 > page.y1 + 0.5]
    pairs = combinations(boxes, 2)
    over = [f"{s} over {t}" for (s, a), (t, b) in pairs if _shared(a, b) > 0.5]
    return cut + over


def _shared(a: Any, b: Any) -> float:
    return min(min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0))


@pytest.fixture
def draw() -> Callable[..., Axes]:
    """Draw a plot in the house style; fails where the SVG lacks a glyph."""

    def drawn(plot: Plot, table: pd.DataFrame, *, language: str = "en", currency: str = "JPY") -> Axes:
        words.speak(language, currency)
        with figure.house_style(language):
            ax = figure.new_axes(7.4, 3.6)
            assert plot(table, ax=ax) is ax
            figure.svg(ax)
        return ax

    return drawn


@pytest.fixture
def look(draw: Callable[..., Axes]) -> Callable[..., list[str]]:
    """Draw a plot and return what is cut or overlaps."""

    def looked(plot: Plot, table: pd.DataFrame, *, language: str = "en", currency: str = "JPY") -> list[str]:
        ax = draw(plot, table, language=language, currency=currency)
        with figure.house_style(language):
            return faults(ax)

    return looked


@pytest.fixture
def texts() -> Callable[[Axes], list[str]]:
    """The texts that a reader sees."""

    def seen(ax: Axes) -> list[str]:
        ax.get_figure(root=True).draw_without_rendering()
        return [t.get_text() for t in shown_texts(ax)]

    return seen
