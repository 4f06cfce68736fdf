"""Drawing in the house style, and an eye for labels that are cut, cover one another or cannot be read."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.text import Text

from crmlib import words
from crmlib.plots import colours
from crmlib.report import figure

Plot = Callable[..., Axes]
SMALLEST = 8.0  # points


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
    # Of a note that is led to its point the text alone: the thin line may pass others.
    boxes = [(t.get_text(), Text.get_window_extent(t, renderer)) for t in shown_texts(ax)]
    cut = [f"cut: {s}" for s, b in boxes if b.x0 < -0.5 or b.y0 < -0.5 or b.x1 > page.x1 + 0.5 or b.y1 > page.y1 + 0.5]
    pairs = combinations(boxes, 2)
    over = [f"{s} over {t}" for (s, a), (t, b) in pairs if _shared(a, b) > 0.5]
    return cut + over + _unread(ax) + _unseen(ax)


def _unread(ax: Axes) -> list[str]:
    """Texts too small or too pale to be read, and numbers as only a computer writes them."""
    texts = shown_texts(ax)
    small = [f"small: {t.get_text()}" for t in texts if t.get_fontsize() < SMALLEST]
    tones = [(t.get_text(), to_hex(t.get_color())) for t in texts]
    # White letters stand in a dark cell, which has a test of its own.
    pale = [f"pale: {s}" for s, tone in tones if tone != colours.PAPER and colours.contrast(tone) < colours.READ]
    offsets = [axis.get_offset_text().get_text() for axis in (ax.xaxis, ax.yaxis)]
    powers = [f"power: {s}" for s in [*offsets, *(s for s, _ in tones)] if re.search(r"\d[eE][+-]?\d|\^\{|×10", s)]
    return small + pale + powers


def _unseen(ax: Axes) -> list[str]:
    """Bars, lines and points that are too pale on white and have no outline that is not."""
    bars = [p for p in ax.patches if to_hex(p.get_facecolor()) not in colours.RANKS.values()]
    tones = [(to_hex(p.get_facecolor()), _outline(p)) for p in bars]
    many = [c for c in ax.collections if isinstance(c, PolyCollection) and len(c.get_facecolor())]
    tones += [
        (to_hex(c.get_facecolor()[0]), to_hex(c.get_edgecolor()[0])) for c in many if c.get_facecolor()[0][3] == 1
    ]
    tones += [(to_hex(line.get_color()), to_hex(line.get_markeredgecolor())) for line in ax.lines]
    return [f"unseen: {pair}" for pair in tones if max(map(colours.contrast, pair)) < colours.SEEN]


def boxes_of(bars: Any) -> list[tuple[float, float, float, float]]:
    """Left, low, width and height of the bars that `marks.boxes` drew."""
    found = [(path.vertices.min(axis=0), path.vertices.max(axis=0)) for path in bars.get_paths()]
    return [(*low, *(high - low)) for low, high in found]


def _shared(a: Any, b: Any) -> float:
    return min(min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0))


def _outline(bar: Any) -> str:
    *_, alpha = edge = bar.get_edgecolor()
    return to_hex(edge) if bar.get_linewidth() and alpha else colours.PAPER


@pytest.fixture
def draw() -> Callable[..., Axes]:
    """Draw a plot in the house style."""

    def drawn(plot: Plot, table: pd.DataFrame, *, language: str = "en", currency: str = "JPY", **how: Any) -> Axes:
        words.speak(language, currency)
        with figure.house_style(language):
            ax = figure.new_axes(7.4, 3.6)
            assert plot(table, ax=ax, **how) is ax
        return ax

    return drawn


@pytest.fixture
def look(draw: Callable[..., Axes]) -> Callable[..., list[str]]:
    """Draw a plot and return what is cut, overlaps or cannot be read; a letter that the fonts lack is an error."""

    def looked(plot: Plot, table: pd.DataFrame, **how: Any) -> list[str]:
        ax = draw(plot, table, **how)
        language = how.get("language", "en")
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
