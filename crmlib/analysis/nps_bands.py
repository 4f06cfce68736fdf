"""Where a band of the answers 0 to 10 ends and the next begins: the standard of NPS, or the client's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from crmlib.analysis.checks import require_choice

NAMES = ("detractors", "passives", "promoters")


@dataclass(frozen=True, kw_only=True)
class Bands:
    """Detractors answer 0 to `detractor_to`, promoters `promoter_from` to 10, passives what lies between, if anything.

    Example:
        >>> Bands(detractor_to=4, promoter_from=8).is_standard
        False
    """

    detractor_to: int = 6
    promoter_from: int = 9

    def __post_init__(self) -> None:
        if not 0 <= self.detractor_to < self.promoter_from <= 10:
            raise ValueError(
                f"detractor_to == {self.detractor_to} and promoter_from == {self.promoter_from}, must be whole numbers"
                " with 0 <= detractor_to < promoter_from <= 10."
            )

    @property
    def is_standard(self) -> bool:
        """Only 0 to 6, 7 to 8 and 9 to 10 make the number that others call NPS."""
        return (self.detractor_to, self.promoter_from) == (6, 9)


STANDARD = Bands()
# A Japanese arrangement (PSJ) was reported by Nikkei xTREND; its bounds could not be verified and are from memory.
JAPAN_UNVERIFIED = Bands(detractor_to=4, promoter_from=8)
PRESETS = {"standard": STANDARD, "japan_unverified": JAPAN_UNVERIFIED}


def choose_bands(
    preset: str = "standard", *, detractor_to: int | None = None, promoter_from: int | None = None
) -> Bands:
    """The bands of a preset, with the bounds replaced that are given.

    Raises:
        ValueError: an unknown preset, or bounds that overlap or leave 0 to 10.

    Example:
        >>> choose_bands("standard", promoter_from=8)
        Bands(detractor_to=6, promoter_from=8)
    """
    require_choice("preset", preset, PRESETS)
    found = PRESETS[preset]
    return Bands(
        detractor_to=found.detractor_to if detractor_to is None else detractor_to,
        promoter_from=found.promoter_from if promoter_from is None else promoter_from,
    )


def band_of(answers: ArrayLike, *, bands: Bands = STANDARD) -> pd.Series[str]:
    """The band of each answer, an ordered category from detractors to promoters; missing where the answer is.

    Example:
        >>> band_of([6, 7, 9]).tolist()
        ['detractors', 'passives', 'promoters']
    """
    found = np.asarray(pd.Series(answers).astype("float64"))
    place = np.select([np.isnan(found), found <= bands.detractor_to, found < bands.promoter_from], [-1, 0, 1], 2)
    index = answers.index if isinstance(answers, pd.Series) else None
    return pd.Series(pd.Categorical.from_codes(place, list(NAMES), ordered=True), index=index)


def band_rules(bands: Bands) -> pd.DataFrame:
    """The lowest and highest answer of every band that has any.

    Returns columns:
        band; answer_from, answer_to (0 to 10).
    """
    ends = [(bands.promoter_from, 10), (bands.detractor_to + 1, bands.promoter_from - 1), (0, bands.detractor_to)]
    rows = [(name, low, high) for name, (low, high) in zip(reversed(NAMES), ends, strict=True) if low <= high]
    return pd.DataFrame(rows, columns=["band", "answer_from", "answer_to"])
