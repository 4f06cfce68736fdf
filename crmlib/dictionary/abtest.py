"""Columns, codes and definitions of experiments."""

from __future__ import annotations

from crmlib.dictionary.kinds import N_

COLUMNS: dict[str, tuple[str, str]] = {
    "experiment_id": (N_("Experiment"), "id"),
    "name": (N_("Name"), "text"),
    "hypothesis": (N_("Hypothesis"), "text"),
    "assigned_method": (N_("Assignment"), "label"),
    "primary_metric": (N_("Metric"), "label"),
    "window_days": (N_("Window"), "days"),
    "arm": (N_("Arm"), "label"),
    "n_assigned_control": (N_("Assigned to control"), "customers"),
    "n_assigned_treatment": (N_("Assigned to treatment"), "customers"),
    "n_control": (N_("Control"), "customers"),
    "n_treatment": (N_("Treatment"), "customers"),
    "n_not_yet": (N_("Not yet observed"), "customers"),
    "n_conflicts": (N_("Assigned to both arms, left out"), "customers"),
    "treatment_share_planned": (N_("Treatment share planned"), "share"),
    "treatment_share": (N_("Treatment share found"), "share"),
    "share_treated": (N_("Treated in the treatment arm"), "share"),
    "ratio_pvalue": (N_("p of the arm sizes"), "pvalue"),
    "pvalue": (N_("p-value"), "pvalue"),
    "alpha": (N_("Alpha"), "ratio"),
    "rate_control": (N_("Control rate"), "share"),
    "rate_treatment": (N_("Treatment rate"), "share"),
    "amount_control": (N_("Control, sales per customer"), "money"),
    "amount_treatment": (N_("Treatment, sales per customer"), "money"),
    "difference_points": (N_("Difference"), "points"),
    "difference_amount": (N_("Difference in sales"), "money"),
    "relative": (N_("Relative difference"), "change"),
    "n_needed_per_arm": (N_("Customers needed per arm"), "customers"),
    "verdict": (N_("Verdict"), "label"),
}

CODES: dict[str, str] = {
    "random": N_("at random"),
    "manual": N_("by hand"),
    "before_after": N_("before and after"),
    "repurchase": N_("bought again within the window"),
    "continuation": N_("continued within the window"),
    "revenue": N_("sales within the window"),
    "treatment": N_("Treatment"),
    "control": N_("Control"),
    "treatment_better": N_("treatment better"),
    "treatment_worse": N_("treatment worse"),
    "no_clear_difference": N_("no clear difference"),
    "not_random": N_("not judged: not drawn at random"),
    "ratio_broken": N_("not readable: arm sizes are off"),
    "not_observed": N_("not yet observed"),
    "not_testable": N_("too few to judge"),
}

DEFINITIONS: dict[str, str] = {
    "ratio_pvalue": N_(
        "Probability of arm sizes this far from the plan if assignment worked; below 0.001 it is very unlikely that it"
        " did."
    ),
    "pvalue": N_("Probability of a difference at least this large if there were none."),
    "n_needed_per_arm": N_(
        "Customers per arm that would find the smallest gain worth having, in as many of such experiments as the power"
        " says."
    ),
}
