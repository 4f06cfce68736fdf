"""One colour, one meaning, in every chart: told apart with colour-blind eyes, and in grey by their lightness."""

from __future__ import annotations

INK, QUIET, FAINT, PAPER = "#1f2933", "#52606d", "#9aa5b1", "#ffffff"

# Blue against orange survives every common colour blindness; dark, middle and pale survive a grey printer.
DARK_BLUE, PALE_BLUE, ORANGE, PALE = "#0f4269", "#9cc3e0", "#d9722c", "#c9d0d8"

PROMOTER, PASSIVE, DETRACTOR = DARK_BLUE, PALE, ORANGE
TREATMENT, CONTROL = DARK_BLUE, FAINT
NEW, REPEAT = PALE_BLUE, DARK_BLUE
CUSTOMERS, SALES = PALE_BLUE, DARK_BLUE
STEP, CUMULATIVE = PALE_BLUE, DARK_BLUE
POOLED, COHORT, COHORT_NAMED = DARK_BLUE, PALE, QUIET
ESTIMATE = DARK_BLUE

# From the best rank to the lowest by falling darkness; a letter stands in every cell as well.
RANKS = {"A": DARK_BLUE, "B": "#4d86b5", "C": PALE_BLUE, "D": "#d3e2ee", "E": "#f1f3f5"}

BANDS = {"promoters": PROMOTER, "passives": PASSIVE, "detractors": DETRACTOR}
VERDICTS = {
    "treatment_better": DARK_BLUE,
    "treatment_worse": ORANGE,
    "no_clear_difference": QUIET,
    "ratio_broken": FAINT,
    "not_observed": FAINT,
}
