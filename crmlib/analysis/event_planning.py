"""Sizes that count events rather than units."""

from __future__ import annotations

import math

from scipy import special

from crmlib.analysis.checks import require_at_least, require_between
from crmlib.analysis.intervals import normal_quantile


def events_needed(hazard_ratio: float, *, treatment_share: float = 0.5, power: float = 0.8, alpha: float = 0.05) -> int:
    """Events of both arms together for the log-rank test to find a hazard ratio.

    (z_(1 - alpha / 2) + z_power)^2 / (share (1 - share) log(ratio)^2).

    Raises:
        ValueError: hazard_ratio is not above 0 or is 1, or a share, power or alpha is not between 0 and 1.

    Source: Schoenfeld (1981), Biometrika 68, 316-319.

    Example:
        >>> events_needed(0.5)
        66
    """
    require_between("hazard_ratio", hazard_ratio, 0, math.inf)
    require_between("treatment_share", treatment_share, 0, 1)
    require_between("alpha", alpha, 0, 1)
    require_between("power", power, alpha / 2, 1)
    if hazard_ratio == 1:
        raise ValueError("hazard_ratio == 1, must be another number: no size finds a difference that is not there.")
    reach = normal_quantile(1 - alpha) + float(special.ndtri(power))
    return math.ceil(reach**2 / (treatment_share * (1 - treatment_share) * math.log(hazard_ratio) ** 2))


def smallest_hazard_ratio(
    n_events: float, *, treatment_share: float = 0.5, power: float = 0.8, alpha: float = 0.05
) -> float:
    """The hazard ratio below 1 nearest to 1 that the log-rank test finds with so many events; its inverse is above 1.

    Raises:
        ValueError: n_events is below 1, or a share, power or alpha is not between 0 and 1.

    Source: the inverse of `events_needed`.

    Example:
        >>> round(smallest_hazard_ratio(66), 3)
        0.502
    """
    require_at_least("n_events", n_events, 1)
    require_between("treatment_share", treatment_share, 0, 1)
    require_between("alpha", alpha, 0, 1)
    require_between("power", power, alpha / 2, 1)
    reach = normal_quantile(1 - alpha) + float(special.ndtri(power))
    return math.exp(-reach / math.sqrt(treatment_share * (1 - treatment_share) * n_events))


def units_for_events(
    n_events: int, *, event_share_control: float, hazard_ratio: float, treatment_share: float = 0.5
) -> int:
    """Units of both arms together until so many events are seen within the window.

    The treatment's share with an event is 1 - (1 - share of the control) ^ hazard_ratio.

    Raises:
        ValueError: a share is not between 0 and 1, or hazard_ratio is not above 0.

    Source: Schoenfeld (1983), Biometrics 39, 499-503.

    Example:
        >>> units_for_events(66, event_share_control=0.3, hazard_ratio=0.5)
        285
    """
    require_between("event_share_control", event_share_control, 0, 1)
    require_between("hazard_ratio", hazard_ratio, 0, math.inf)
    require_between("treatment_share", treatment_share, 0, 1)
    treated = 1 - (1 - event_share_control) ** hazard_ratio
    return math.ceil(n_events / ((1 - treatment_share) * event_share_control + treatment_share * treated))
