"""Every public plot at 0, 1, 2 and 40 rows, with long and hostile names, in both languages, seen by a machine."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from matplotlib.axes import Axes

from crmlib import words
from crmlib.plots import drawing
from tests.plots.samples import NAMES, NO_CATEGORIES, SAMPLES, SETTINGS, public_plots

PLOTS = public_plots()
SIZES, LANGUAGES = (1, 2, 40), ("en", "ja")
ALL = [*product(SAMPLES, SIZES, LANGUAGES, NAMES)]
# A fixed sample for the fast tests: each plot at 40 rows once, in turn in both languages and with both kinds of names.
FEW = [(name, 40, LANGUAGES[at % 2], [*NAMES][at // 2 % 2]) for at, name in enumerate(SAMPLES)]
NOTHING = {"en": "Nothing to show", "ja": "該当するデータがありません"}
Look = Callable[..., list[str]]


def test_every_public_plot_has_a_sample() -> None:
    assert sorted(PLOTS) == sorted(SAMPLES)


def check(look: Look, name: str, n: int, language: str, names: str) -> None:
    table = SAMPLES[name](n, NAMES[names])
    assert look(PLOTS[name], table, language=language, **SETTINGS.get(name, {})) == []


@pytest.mark.sample(20)
@pytest.mark.parametrize(("name", "n", "language", "names"), FEW)
def test_no_label_is_cut_covered_or_too_pale(name: str, n: int, language: str, names: str, look: Look) -> None:
    check(look, name, n, language, names)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "n", "language", "names"), [case for case in ALL if case not in FEW])
def test_no_label_is_cut_covered_or_too_pale_at_any_size(
    name: str, n: int, language: str, names: str, look: Look
) -> None:
    check(look, name, n, language, names)


@pytest.mark.parametrize("name", SAMPLES)
def test_without_rows_a_low_chart_says_that_there_is_nothing_to_show(name: str, draw: Any, texts: Any) -> None:
    for language, said in NOTHING.items():
        ax = draw(PLOTS[name], SAMPLES[name](0, NAMES["long"]), language=language, **SETTINGS.get(name, {}))
        assert texts(ax) == [said]
        assert ax.get_figure().get_size_inches()[1] * 72 == pytest.approx(drawing.NOTHING)


@pytest.mark.parametrize("name", sorted(set(SAMPLES) - NO_CATEGORIES))
def test_of_forty_categories_those_without_room_are_told(name: str, draw: Any) -> None:
    ax = draw(PLOTS[name], SAMPLES[name](40, NAMES["long"]), **SETTINGS.get(name, {}))
    said = [text.get_text() for text in [*ax.texts, *ax.get_yticklabels()]]
    assert any(re.fullmatch(r"and \d+ more|Not drawn: .*", text) for text in said)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_plot_sets_no_title_or_legend_keeps_its_table_and_its_room(name: str, draw: Any) -> None:
    table = SAMPLES[name](5, NAMES["long"])
    given = table.copy()
    ax = draw(PLOTS[name], table, **SETTINGS.get(name, {}))
    assert (ax.get_title(), ax.get_legend()) == ("", None)
    width, height = ax.get_figure().get_size_inches().tolist()
    assert (width, height <= 3.6) == (7.4, True)
    assert table.equals(given)


def test_the_eye_for_faults_sees_a_cut_an_overlap_a_pale_bar_and_a_small_text(look: Look) -> None:
    def bad(table: Any, *, ax: Axes) -> Axes:
        ax.set(xlim=(0, 1), ylim=(0, 1))
        ax.text(0.5, 0.5, "one", in_layout=False)
        ax.text(0.505, 0.5, "two", in_layout=False)
        ax.text(0.98, 0.2, "over the edge", in_layout=False)
        ax.text(0.1, 0.8, "tiny", fontsize=6)
        ax.text(0.1, 0.6, "pale", color="#aaaaaa")
        ax.text(0.1, 0.1, "1.2e+06")
        ax.bar(0.3, 0.1, color="#c9d0d8")
        return ax

    assert look(bad, None) == [
        "cut: over the edge", "one over two", "small: tiny", "pale: pale", "power: 1.2e+06",
        "unseen: ('#c9d0d8', '#ffffff')",
    ]  # fmt: skip


def test_a_letter_that_the_fonts_lack_is_an_error(look: Look) -> None:
    def tofu(table: Any, *, ax: Axes) -> Axes:
        ax.text(0.5, 0.5, "\U0001f381")
        return ax

    with pytest.raises(UserWarning, match="missing from"):
        look(tofu, None)


def test_nothing_to_show_is_said_in_the_language_of_the_reader() -> None:
    words.speak("ja", "JPY")
    assert words.translate("Nothing to show") == NOTHING["ja"]


def test_the_docs_name_plots_that_are_there_and_the_same_in_both_languages() -> None:
    docs = Path(__file__).parents[2] / "docs"
    english, japanese = (
        re.findall(r"`([a-z]+\.[a-z_]+)`", (docs / name).read_text("utf-8")) for name in ("charts.md", "charts.ja.md")
    )
    assert len(english) > 20
    assert sorted(english) == sorted(japanese)
    assert set(english) <= set(PLOTS)
