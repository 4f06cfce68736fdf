"""What a size can find, sizes of unequal arms, events and days: against R and statsmodels."""

from __future__ import annotations

import math

import pytest
from statsmodels.stats.power import TTestIndPower

from crmlib.analysis.detectable import (
    Sizes,
    sizes_means,
    sizes_proportions,
    smallest_difference_means,
    smallest_difference_proportions,
)
from crmlib.analysis.event_planning import (
    events_needed,
    smallest_hazard_ratio,
    units_for_events,
)
from crmlib.analysis.planning import power_means, power_proportions, sample_size_means, sample_size_proportions
from tests.analysis.helpers import refused

PUBLISHED = [(0.10, 0.12, 3841), (0.80, 0.85, 906), (0.30, 0.35, 1377)]


@pytest.mark.parametrize(("first", "second", "n"), PUBLISHED)
def test_equal_arms_as_published(first: float, second: float, n: int) -> None:
    # R power.prop.test(p1, p2, power = .8).
    assert sizes_proportions(first, second) == Sizes(n, n)
    assert sample_size_proportions(first, second) == n


@pytest.mark.parametrize(("first", "second", "n"), PUBLISHED)
def test_the_smallest_difference_turns_the_size_back(first: float, second: float, n: int) -> None:
    found = smallest_difference_proportions(first, n_control=n, n_treatment=n)

    assert found == pytest.approx(second - first, rel=1e-3)
    assert found <= second - first  # n is rounded up
    assert power_proportions(first, first + found, n_control=n, n_treatment=n) == pytest.approx(0.8)
    down = smallest_difference_proportions(second, n_control=n, n_treatment=n, upwards=False)
    assert power_proportions(second, second - down, n_control=n, n_treatment=n) == pytest.approx(0.8)


def test_what_no_rate_would_show_is_unknown() -> None:
    assert math.isnan(smallest_difference_proportions(0.9, n_control=10, n_treatment=10))


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.8])
def test_unequal_arms_have_the_power_and_no_unit_too_many(share: float) -> None:
    sizes = sizes_proportions(0.2, 0.26, treatment_share=share)

    assert power_proportions(0.2, 0.26, n_control=sizes[0], n_treatment=sizes[1]) >= 0.8
    assert power_proportions(0.2, 0.26, n_control=sizes[0] - 3, n_treatment=sizes[1] - 3) < 0.8
    assert sizes.n_treatment / sum(sizes) == pytest.approx(share, abs=2e-3)


@pytest.mark.parametrize("ratio", [0.25, 1.0, 3.0])
def test_means_agree_with_statsmodels(ratio: float) -> None:
    theirs = TTestIndPower().power(0.3, 120, 0.05, ratio=ratio)

    # Theirs counts a call in the wrong direction, too, which is little here.
    assert power_means(0.3, 1, n=120, n_treatment=120 * ratio) == pytest.approx(theirs, abs=1e-3)
    found = smallest_difference_means(7.0, n_control=120, n_treatment=120 * ratio)
    assert power_means(found, 7.0, n=120, n_treatment=120 * ratio) == pytest.approx(0.8)


def test_sizes_of_means() -> None:
    # R power.t.test(delta = 1, sd = 1, power = .9): n = 22.02110.
    assert sizes_means(1, 1, power=0.9) == Sizes(23, 23)
    assert sample_size_means(1, 1, power=0.9) == 23
    sizes = sizes_means(1000, 5200, treatment_share=0.2)
    assert power_means(1000, 5200, n=sizes[0], n_treatment=sizes[1]) >= 0.8
    assert power_means(1000, 5200, n=sizes[0] - 2, n_treatment=sizes[1] - 2) < 0.8


def test_events_as_published() -> None:
    # Schoenfeld (1983): 80 % power to find a ratio of 2 (or 1/2) at the 5 % level takes 66 events.
    assert events_needed(0.5) == events_needed(2.0) == 66
    reach = 1.959963984540054 + 0.8416212335729143
    assert smallest_hazard_ratio(66) == pytest.approx(math.exp(-2 * reach / math.sqrt(66)))
    assert events_needed(0.7, treatment_share=0.2) > events_needed(0.7)
    assert events_needed(smallest_hazard_ratio(200) - 1e-9) == 200


def test_units_for_events_by_hand() -> None:
    # Control 30 % and treatment 1 - .7^.5 = 16.334 % have the event: 23.167 % of both together.
    assert units_for_events(66, event_share_control=0.3, hazard_ratio=0.5) == math.ceil(66 / 0.2316700) == 285


def test_wrong_arguments_are_refused() -> None:
    with refused("hazard_ratio == 1, must be another number: no size finds a difference that is not there."):
        events_needed(1)
    with refused("treatment_share == 1, must be between 0 and 1."):
        sizes_proportions(0.1, 0.2, treatment_share=1)
    with refused("abs(difference) == 0.0, must be at least 5e-324."):
        sizes_proportions(0.1, 0.1)
    with refused("power == 0.02, must be between 0.025 and 1."):
        smallest_difference_means(1, n_control=9, n_treatment=9, power=0.02)


def test_an_arm_of_a_single_unit_is_not_lost_to_a_rounding_error() -> None:
    # 1 / 0.4479... times 0.4479... is a little below 1.
    assert sizes_proportions(0.5, 0.999, treatment_share=1 - 0.44792560428079464, power=0.5)
