"""Matplotlib's SVG renderer with the sizes of texts kept from one figure to the next.

A figure drawn again has nearly the same labels. Matplotlib asks FreeType for the size of each at every drawing, which
is a good part of the time a chart at the desk takes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.textpath import TextToPath

if TYPE_CHECKING:
    from io import StringIO

    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

DPI = 72  # of every SVG by matplotlib: a point is a unit
_paths = TextToPath()


@lru_cache(maxsize=8192)
def _text_size(text: str, font: FontProperties, ismath: Any) -> tuple[float, float, float]:
    return _paths.get_text_width_height_descent(text, font, ismath)


class Renderer(RendererSVG):
    """As matplotlib's own; a text that has been measured once in a font is not measured again."""

    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> tuple[float, float, float]:
        """Width, height and descent of a text in points."""
        # A font's properties can be changed by their owner, and with them the hash: what is kept has its own.
        return _text_size(s, prop.copy(), ismath)


def draw(figure: Figure, page: StringIO) -> None:
    """Write a figure as SVG, as `FigureCanvasSVG.print_svg` does for one without anything to be rasterised."""
    own = figure.dpi
    figure.dpi = DPI
    width, height = figure.get_size_inches()
    undated: Any = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    renderer = Renderer(width * DPI, height * DPI, page, image_dpi=own, metadata=undated)
    figure.draw(renderer)
    renderer.finalize()
    figure.dpi = own
