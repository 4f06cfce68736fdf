"""Colours that stand side by side can be told apart in grey and with colour-blind eyes."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from crmlib.plots import colours

SIDE_BY_SIDE = {
    "bands": [colours.PROMOTER, colours.PASSIVE, colours.DETRACTOR],
    "arms": [colours.TREATMENT, colours.CONTROL],
    "new and repeat": [colours.NEW, colours.REPEAT],
    "customers and sales": [colours.CUSTOMERS, colours.SALES],
    "steps": [colours.STEP, colours.CUMULATIVE],
    "curves": [colours.POOLED, colours.COHORT],
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


@pytest.mark.parametrize("eyes", [None, *EYES])
@pytest.mark.parametrize("name", SIDE_BY_SIDE)
def test_colours_side_by_side_differ_in_lightness(name: str, eyes: str | None) -> None:
    seen = np.eye(3) if eyes is None else np.array(EYES[eyes])
    levels = [lightness(seen @ linear(colour)) for colour in SIDE_BY_SIDE[name]]
    assert min(abs(a - b) for a, b in combinations(levels, 2)) >= 20


def test_text_colours_have_the_contrast_of_wcag_aa_on_paper() -> None:
    def luminance(colour: str) -> float:
        return float(linear(colour) @ [0.2126, 0.7152, 0.0722])

    for text in (colours.INK, colours.QUIET, colours.POOLED, colours.COHORT_NAMED, colours.CUMULATIVE):
        assert (luminance(colours.PAPER) + 0.05) / (luminance(text) + 0.05) >= 4.5
