"""A chart drawn again stands where it stood, and finds its room anew when its labels have another length."""

from __future__ import annotations

import pandas as pd
import pytest

from crmlib import plots, words
from crmlib.panels import picture


def table(*shares: float, names: tuple[str, ...] = ("champions", "lost")) -> pd.DataFrame:
    return pd.DataFrame({"segment": names, "n_customers": 1, "share_customers": shares, "share_amount": shares})


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_redraw_is_what_a_first_drawing_would_be(language: str) -> None:
    words.speak(language)

    def drawn(of: pd.DataFrame) -> str:
        return picture.drawn(plots.rfm.segments, of)

    picture._places.clear()
    first = [drawn(table(0.25, 0.75)), drawn(table(0.75, 0.25))]
    assert len(picture._places) == 1
    picture._places.clear()
    assert [drawn(table(0.75, 0.25)), drawn(table(0.25, 0.75))] == first[::-1]
    longer = table(0.25, 0.75, names=("champions", "a segment of the client's with a longer name"))
    placed = drawn(longer)
    assert len(picture._places) == 2
    picture._places.clear()
    assert drawn(longer) == placed
    words.speak("en", "JPY")
