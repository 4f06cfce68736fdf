"""One colour, one meaning, in every chart; no other module of the plots names a colour.

Neighbours are told apart with colour-blind eyes and, in grey, by their lightness; what carries meaning has 3:1 against
white, or an outline that has it. Orange is kept for what is lost, costs or needs a look.
"""

from __future__ import annotations

INK, QUIET, GRID, PAPER = "#1f2933", "#52606d", "#e4e7eb", "#ffffff"

# Deep and soft blue and grey lie apart in lightness as well as in hue. Pale is seen by its outline only.
DEEP, SOFT, GREY, ORANGE, PALE = "#0f4269", "#5595c9", "#7b8794", "#c05600", "#c9d0d8"
PALEST = "#c4dcee"  # where a ramp begins
PLUM, TEAL = "#8e4585", "#1b8a7d"  # for a fourth and fifth line without a meaning
SEEN, READ = 3.0, 4.5  # contrast that a mark and a text need

GOOD, BAD, NEUTRAL = DEEP, ORANGE, QUIET
PROMOTER, PASSIVE, DETRACTOR = DEEP, PALE, ORANGE
TREATMENT, CONTROL = DEEP, GREY
ACTIVE, LEFT = DEEP, PALE
NEW, REPEAT = SOFT, DEEP
CUSTOMERS, SALES = SOFT, DEEP
PROFIT, COST = SOFT, ORANGE
BEFORE, NOW = SOFT, DEEP
STEP, CUMULATIVE = SOFT, DEEP
TOTAL, GAINED, LOST = DEEP, SOFT, ORANGE
OBSERVED, MODEL = DEEP, SOFT
POOLED, COHORT, COHORT_NAMED = DEEP, GREY, QUIET
FIGURE = DEEP  # where nothing stands beside it
INTERVAL = INK  # the line of an interval; a band is its line's colour, thinned
TARGET = INK  # dashed
ZERO, REFERENCE = QUIET, QUIET

# From the best rank to the lowest by falling darkness; a letter stands in every cell as well.
RANKS = {"A": DEEP, "B": "#4d86b5", "C": "#9cc3e0", "D": "#d3e2ee", "E": "#f1f3f5"}
DARK_RANKS = ("A", "B")  # on whose colour a letter is white

# The lines of groups that have no meaning of their own, with a dash that tells them apart in grey.
SERIES = ((DEEP, "-"), (SOFT, "-"), (QUIET, "--"), (PLUM, "-."), (TEAL, (0, (6, 1.5))), (GREY, ":"))

VERDICTS = {
    "treatment_better": GOOD,
    "treatment_worse": BAD,
    "no_clear_difference": NEUTRAL,
    "ratio_broken": GREY,
    "not_observed": GREY,
}
# What a code or a column is drawn in, wherever it stands beside others; the workbook and the slides keep to it.
MEANING = {
    "promoters": PROMOTER, "passives": PASSIVE, "detractors": DETRACTOR,
    "treatment": TREATMENT, "control": CONTROL,
    "amount_new": NEW, "amount_repeat": REPEAT,
    "share_customers": CUSTOMERS, "share_amount": SALES,
    "sales_ltv": SALES, "profit_ltv": PROFIT, "cpo": COST, "limit_cpo": FIGURE,
    "n_customers": NOW, "n_stage_before": BEFORE, "n_segment_before": BEFORE,
    "step_rate": STEP, "cumulative_rate": CUMULATIVE, "continuation_rate": STEP, "remaining_rate": CUMULATIVE,
    "difference_up": GOOD, "difference_down": BAD, "n_resolved": GOOD, "n_unresolved": BAD,
    "reach": OBSERVED, "reach_model": MODEL, "pooled": POOLED, "has_left": LEFT,
    # ramp(5): each step builds on the one before.
    "first_time": PALEST, "toddling": "#97b6cd", "steady": "#6a8fac", "trend": "#3c688a", "excellent": DEEP,
}  # fmt: skip


def edge(colour: str) -> str:
    """The outline of a face in that colour: its own, or grey where the face alone is too pale to be seen."""
    return colour if contrast(colour) >= SEEN else GREY


def writing(colour: str) -> str:
    """That colour, darkened as far as a text needs it to be read on white."""
    return next(tone for tone in (_mixed(colour, INK, step / 10) for step in range(11)) if contrast(tone) >= READ)


def contrast(colour: str) -> float:
    """With white, 1 to 21, as WCAG 2.2 counts it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (p / 255 for p in _parts(colour))]
    return 1.05 / (sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True)) + 0.05)


def ramp(n: int) -> list[str]:
    """So many blues from pale to deep, evenly apart: steps that build on one another.

    Example:
        >>> ramp(3)
        ['#c4dcee', '#6a8fac', '#0f4269']
    """
    return [_mixed(PALEST, DEEP, place / (n - 1)) for place in range(n)] if n > 1 else [DEEP] * n


def _mixed(one: str, other: str, share: float) -> str:
    parts = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


def _parts(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
