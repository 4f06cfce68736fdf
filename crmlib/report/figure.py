"""The house style of charts, and a figure as SVG text. Figures are unknown to pyplot: drawn once, nothing to close."""

from __future__ import annotations

import io
import re
import warnings
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes

INK, QUIET, GRID = "#1f2933", "#52606d", "#e4e7eb"
STACK = "IPAexGothic,'Hiragino Sans','Yu Gothic',Meiryo,'Noto Sans CJK JP',sans-serif"
FONTS = {"ja": ["IPAexGothic", "DejaVu Sans"], "en": ["DejaVu Sans", "IPAexGothic"]}
STYLE = {
    "figure.facecolor": "white", "axes.facecolor": "white", "axes.edgecolor": QUIET, "axes.labelcolor": QUIET,
    "axes.linewidth": 0.8, "axes.grid": True, "axes.grid.axis": "y", "axes.axisbelow": True, "grid.color": GRID,
    "grid.linewidth": 0.8, "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False,
    "xtick.color": QUIET, "ytick.color": QUIET, "xtick.labelsize": 9, "ytick.labelsize": 9, "ytick.left": False,
    "axes.labelsize": 9, "text.color": INK, "font.size": 9.5, "lines.linewidth": 1.8, "legend.frameon": False,
    "svg.fonttype": "none", "svg.hashsalt": "crmlib", "axes.unicode_minus": False, "axes.titlesize": 10,
    # No power of ten and no offset beside an axis: a reader takes 1.2 for 1.2, not for 1.2 million.
    "axes.formatter.useoffset": False, "axes.formatter.limits": (-99, 99), "hatch.linewidth": 0.7,
}  # fmt: skip


@cache
def _register_japanese() -> None:
    # The package's own import changes rcParams for the whole process; only its font file is wanted.
    from importlib.metadata import files

    from matplotlib import font_manager

    for file in files("matplotlib-fontja") or ():
        if file.name.endswith(".ttf"):
            font_manager.fontManager.addfont(str(file.locate()))


@contextmanager
def house_style(language: str) -> Iterator[None]:
    """The house style and fonts of that language, for what is drawn inside."""
    import matplotlib as mpl

    _register_japanese()
    with mpl.rc_context():
        # All of them have been checked: to check them again at every chart takes longer than to set them.
        settings: dict[Any, Any] = mpl.rcParams
        dict.update(settings, _settings(language))
        yield


@cache
def _settings(language: str) -> dict[str, Any]:
    import matplotlib as mpl

    own: Any = {key: value for key, value in mpl.rcParamsDefault.items() if not key.startswith("backend")}
    checked = mpl.RcParams({**own, **STYLE, "font.family": FONTS[language]})
    return {key: dict.__getitem__(checked, key) for key in checked}


def new_axes(width: float, height: float) -> Axes:
    """One empty axes on a figure of that size in inches."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    # The padding leaves room for a reader's own font, which may be a little wider than ours.
    figure = Figure(figsize=(width, height), layout=ConstrainedLayoutEngine(w_pad=0.08))
    FigureCanvasSVG(figure)
    return figure.add_subplot()


def svg(axes: Axes) -> str:
    """The figure of these axes as SVG with text as text, the same bytes on every run."""
    from crmlib.report import renderer

    page = io.StringIO()
    with warnings.catch_warnings():
        # A client's name may hold a letter that the house font lacks; the reader's own fonts show it, as it is text.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        sheet: Any = axes.figure
        renderer.draw(sheet, page)
    return _slim(page.getvalue())


def _slim(text: str) -> str:
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    # Only within tags: a figure that a reader sees keeps all its digits.
    text = re.sub(r"<[^>]*>", lambda tag: _rounded(tag.group()), re.sub(r"\n\s*", " ", text))
    return re.sub(r"(font(?:-family)?: [^;\"]*?)'(?:IPAexGothic|DejaVu Sans)'[^;\"]*", rf"\1{STACK}", text)


def _rounded(tag: str) -> str:
    """A tenth of a point along paths, where most of a picture's bytes are, is finer than a line is thin."""
    tag = re.sub(r"(\.\d\d)\d+", r"\1", tag)
    return re.sub(r" d=\"[^\"]*\"", lambda path: re.sub(r"(\.\d)\d+", r"\1", path.group()), tag)
