"""Words of what changed between two reports."""

from __future__ import annotations

from crmlib.dictionary.kinds import N_

COLUMNS: dict[str, tuple[str, str]] = {}
DEFINITIONS: dict[str, str] = {}
CODES = {
    "changed_policy": N_("Counting policy"),
    "changed_thresholds": N_("Thresholds and settings of the notebooks"),
    "changed_inputs": N_("Data read"),
    "changed_settings": N_("Settings of the client file"),
    "changed_notebooks": N_("Notebooks"),
    "changed_versions": N_("Versions"),
    "within_chance_a_day": N_("within chance, taken per day"),
    "counted_otherwise": N_("not judged: counted by other rules"),
    "shares_customers": N_("not judged: the periods share days"),
    "without_interval": N_("not judged: no interval"),
    "exhibit_new": N_("new"),
    "exhibit_gone": N_("no longer shown"),
    "exhibit_changed": N_("changed"),
    "not_run": N_("not in the report"),
}
