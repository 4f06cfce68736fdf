"""A chart drawn again stands where it stood, and finds its room anew when its labels have another length."""

from __future__ import annotations

import pandas as pd
import pytest

from crmlib import plots, words
from crmlib.panels import picture


def table(*shares: float, names: tuple[str, ...] = ("champions", "lost")) -> pd.DataFrame:
    return pd.DataFrame({"segment": names, "n_customers": 1, "share_customers": shares, "share_amount": shares})


def axes_box(svg: str) -> str:
    """The path of the axes' own ground."""
    return svg.partition('id="patch_2"')[2].partition("style")[0]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_redraw_of_the_same_is_the_same_to_the_letter(language: str) -> None:
    words.speak(language)

    def drawn(of: pd.DataFrame) -> str:
        return picture.drawn(plots.rfm.segments, of)

    picture._places.clear()
    first = drawn(table(0.25, 0.75))
    assert axes_box(drawn(table(0.35, 0.65))) == axes_box(first)
    assert drawn(table(0.25, 0.75)) == first
    assert len(picture._places) == 1
    # A longer name needs more room, and has what a first drawing would give it.
    longer = table(0.25, 0.75, names=("champions", "a segment of the client's with a longer name"))
    placed = drawn(longer)
    assert len(picture._places) == 2
    assert axes_box(placed) != axes_box(first)
    picture._places.clear()
    assert drawn(longer) == placed
    words.speak("en", "JPY")
