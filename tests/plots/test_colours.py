"""Colours that stand side by side can be told apart in grey and with colour-blind eyes."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import CSS4_COLORS, to_rgb

from crmlib.plots import colours
from crmlib.report import series

# Told apart by their colour alone, also in grey.
SIDE_BY_SIDE = {
    "bands": [colours.PROMOTER, colours.PASSIVE, colours.DETRACTOR],
    "arms": [colours.TREATMENT, colours.CONTROL],
    "active and left": [colours.ACTIVE, colours.LEFT],
    "new and repeat": [colours.NEW, colours.REPEAT],
    "customers and sales": [colours.CUSTOMERS, colours.SALES],
    "sales and profit": [colours.SALES, colours.PROFIT],
    "before and now": [colours.BEFORE, colours.NOW],
    "steps": [colours.STEP, colours.CUMULATIVE],
    "settled and not": [colours.GOOD, colours.BAD],
    "cost and its limit": [colours.COST, colours.FIGURE],
    "seen and expected": [colours.OBSERVED, colours.MODEL],
    "curves": [colours.POOLED, colours.COHORT],
    "a whole and what it lost": [colours.TOTAL, colours.LOST],
}
# Told apart by a sign, a shape or a name as well; the colours differ for those who see them.
SAID_BESIDE = {
    "bridge": [colours.TOTAL, colours.GAINED, colours.LOST],
    "verdicts": [colours.GOOD, colours.BAD, colours.NEUTRAL],
}
# Machado, Oliveira and Fernandes 2009, severity 1.0, applied to linear RGB.
EYES = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def linear(colour: str) -> np.ndarray:
    value = np.array(to_rgb(colour))
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lightness(rgb: np.ndarray) -> float:
    """CIE L*, 0 to 100, from linear RGB."""
    y = float(np.clip(rgb, 0, 1) @ [0.2126, 0.7152, 0.0722])
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


def test_lightness_of_white_black_and_middle_grey() -> None:
    assert lightness(linear("#ffffff")) == pytest.approx(100)
    assert lightness(linear("#000000")) == pytest.approx(0)
    assert lightness(linear("#777777")) == pytest.approx(50, abs=0.5)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* (D65) from linear RGB."""
    to_xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
    )
    xyz = to_xyz @ np.clip(rgb, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def seen(colour: str, eyes: str | None) -> np.ndarray:
    return (np.eye(3) if eyes is None else np.array(EYES[eyes])) @ linear(colour)


def distance(one: str, other: str, eyes: str | None) -> float:
    """CIE76: about 2 is just to be seen, 100 is from black to white."""
    return float(np.linalg.norm(lab(seen(one, eyes)) - lab(seen(other, eyes))))


def test_distances_are_those_of_cie() -> None:
    assert lab(linear("#ff0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.05)
    assert distance("#000000", "#ffffff", None) == pytest.approx(100, abs=0.1)
    # The colours that a deuteranope confuses: far apart for others, near for him.
    assert distance("#a07000", "#708000", None) > 2 * distance("#a07000", "#708000", "deuteranopia")


@pytest.mark.parametrize("eyes", [None, *EYES])
@pytest.mark.parametrize("name", SIDE_BY_SIDE)
def test_colours_side_by_side_differ_in_lightness(name: str, eyes: str | None) -> None:
    levels = [lightness(seen(colour, eyes)) for colour in SIDE_BY_SIDE[name]]
    # An orange looks darker to a protanope; 14 steps of lightness and its hue still tell it from deep blue.
    least = 14 if eyes == "protanopia" else 20
    assert min(abs(a - b) for a, b in combinations(levels, 2)) >= least


@pytest.mark.parametrize("eyes", [None, *EYES])
@pytest.mark.parametrize("name", [*SIDE_BY_SIDE, *SAID_BESIDE])
def test_colours_side_by_side_are_far_apart_for_all_eyes(name: str, eyes: str | None) -> None:
    tones = {**SIDE_BY_SIDE, **SAID_BESIDE}[name]
    assert min(distance(a, b, eyes) for a, b in combinations(tones, 2)) >= 15


@pytest.mark.parametrize("eyes", [None, *EYES])
def test_lines_without_a_meaning_differ_in_dash_or_in_lightness_and_hue(eyes: str | None) -> None:
    for (one, dash), (other, other_dash) in combinations(colours.SERIES, 2):
        apart = abs(lightness(seen(one, eyes)) - lightness(seen(other, eyes))) >= 20
        assert dash != other_dash or apart


def test_what_carries_meaning_is_seen_on_white_by_itself_or_by_its_outline() -> None:
    tones = {*colours.MEANING.values(), *colours.VERDICTS.values(), *(look[0] for look in colours.SERIES)}
    tones |= {colours.TOTAL, colours.GAINED, colours.LOST, colours.INTERVAL, colours.TARGET, colours.COHORT}
    assert {tone for tone in tones if colours.contrast(tone) < 3} == {colours.PALE, *colours.ramp(5)[:2]}
    for tone in [*tones, *colours.ramp(6)]:
        assert colours.contrast(colours.edge(tone)) >= 3


def test_contrast_is_that_of_wcag() -> None:
    assert colours.contrast("#000000") == pytest.approx(21)
    assert colours.contrast("#767676") == pytest.approx(4.54, abs=0.01)  # the palest grey that passes for text
    assert colours.contrast("#ffffff") == pytest.approx(1)


def test_texts_are_readable_on_white_in_any_colour_and_keep_those_that_are() -> None:
    for tone in (colours.INK, colours.QUIET, colours.DEEP, colours.ORANGE):
        assert colours.writing(tone) == tone
    for tone in (colours.SOFT, colours.GREY, colours.PALE, colours.TEAL, colours.PLUM):
        assert colours.contrast(colours.writing(tone)) >= 4.5


def test_letters_are_readable_in_the_cell_of_every_rank() -> None:
    for rank, tone in colours.RANKS.items():
        ink = colours.PAPER if rank in colours.DARK_RANKS else colours.INK
        high, low = sorted((colours.contrast(tone), colours.contrast(ink)), reverse=True)
        assert high / low >= (3 if rank == "B" else 4.5)


def test_steps_darken_evenly_and_the_last_is_deep() -> None:
    for n in (1, 2, 5, 9):
        levels = [lightness(linear(tone)) for tone in colours.ramp(n)]
        assert levels == sorted(levels, reverse=True)
        assert (len(levels), colours.ramp(n)[-1]) == (n, colours.DEEP)
    assert colours.ramp(0) == []


def test_no_other_module_of_the_plots_names_a_colour() -> None:
    named = rf"#[0-9a-fA-F]{{3,8}}\b|[\"'](?:C\d|tab:\w+|{'|'.join(CSS4_COLORS)})[\"']"
    folder = Path(colours.__file__).parent
    found = {
        path.name: re.findall(named, path.read_text())
        for path in sorted(folder.glob("*.py"))
        if path.name != "colours.py"
    }
    assert {name: hits for name, hits in found.items() if hits} == {}


def test_the_steps_of_the_portfolio_are_a_ramp() -> None:
    steps = ("first_time", "toddling", "steady", "trend", "excellent")
    assert [colours.MEANING[step] for step in steps] == colours.ramp(5)


def test_the_workbook_and_the_slides_keep_to_the_same_colours() -> None:
    assert [tone.lower() for tone in series.COLOURS] == [look[0] for look in colours.SERIES]
    assert {name: tone.lower() for name, tone in series.MEANING.items()} == colours.MEANING
    assert [t.lower() for t in (series.PALE, series.QUIET, series.GRID)] == [colours.PALE, colours.QUIET, colours.GRID]
    assert [t.lower() for t in (series.GOOD, series.BAD)] == [colours.GOOD, colours.BAD]


def test_letters_on_native_bars_are_readable() -> None:
    for tone in {*series.COLOURS, *series.MEANING.values()}:
        ground = colours.contrast(tone.lower())
        on_dark = tone in series.DARK
        assert (ground if on_dark else colours.contrast(colours.INK) / ground) >= (4.5 if on_dark else 3), tone
