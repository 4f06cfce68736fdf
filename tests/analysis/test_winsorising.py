"""Cutting large values at one cap for both arms."""

from __future__ import annotations

import math

import numpy as np
import pytest

from crmlib.analysis.winsorising import winsorise
from tests.analysis.helpers import refused


def test_by_hand() -> None:
    # Ten values; at least nine of them do not exceed 90.
    result = winsorise([10, 20, 30, 40, 50], [60, 70, 80, 90, 1000], quantile=0.9)

    assert result.cap == 90
    assert result.treatment.tolist() == [60, 70, 80, 90, 90]
    assert (result.n_control_cut, result.n_treatment_cut) == (0, 1)
    assert result.kept_control == 1
    assert result.kept_treatment == pytest.approx(390 / 1300)


def test_the_cap_is_common_and_a_value_that_was_seen() -> None:
    rng = np.random.default_rng(1)
    control, treatment = rng.lognormal(8, 1, 400), rng.lognormal(8.5, 1, 300)

    result = winsorise(control, treatment, quantile=0.97)

    assert result.cap in np.concatenate([control, treatment])
    assert result.n_control_cut + result.n_treatment_cut == 21  # 3 % of 700
    assert result.control.max() <= result.cap >= result.treatment.max()
    assert (result.control <= control).all()


def test_arms_exchange() -> None:
    one, other = winsorise([1, 2, 3], [4, 90], quantile=0.5), winsorise([4, 90], [1, 2, 3], quantile=0.5)

    assert (one.cap, one.n_treatment_cut) == (other.cap, other.n_control_cut)


def test_ties_at_the_cap_are_not_cut() -> None:
    result = winsorise([5] * 50, [5] * 50)

    assert (result.cap, result.n_control_cut, result.n_treatment_cut) == (5.0, 0, 0)


def test_no_values_and_zeros() -> None:
    assert math.isnan(winsorise([], []).cap)
    assert math.isnan(winsorise([0, 0], [0]).kept_control)


def test_wrong_arguments_are_refused() -> None:
    with refused("quantile == 99, must be between 0 and 1."):
        winsorise([1], [2], quantile=99)
    with refused("1 of 2 values are missing, must be none."):
        winsorise([math.nan], [2])
