"""What a report was set to and made from, in words: the notebooks' settings and the files, without code or folders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.words import N_, PARAMETERS

if TYPE_CHECKING:
    from crmlib.report.publish import ReportInput

FINGERPRINT = 16  # digits of a hash that tell one file from another
# Values that are said here only; what figures hold too has its name in the dictionary.
CHOICES = {
    "holm": N_("Holm"), "benjamini_hochberg": N_("Benjamini-Hochberg"), "category_l2": N_("second level of categories"),
    "source": N_("most orders first"), "zone_first": N_("zone 2 first"), "year": N_("the same month a year before"),
    "cpm": N_("CPM step"), "deciles": N_("the two deciles with the largest sales"), "standard": N_("standard"),
    "japan_unverified": N_("0-4, 5-7, 8-10"), "rolling": N_("365 days up to the base date"),
    "fiscal": N_("fiscal year"), "fixed": N_("fixed cuts"), "quantile": N_("groups of equal size"),
    "r_package": N_("as the R package rfm"), "crmlib": "crmlib", "call": N_("telephone"), "any": N_("any channel"),
    "physical": N_("physical goods"), "intangible": N_("intangible goods"),
}  # fmt: skip


def settings(run: ReportInput) -> list[tuple[str, str, str]]:
    """Name, value and reports of every setting; one that several reports share stands once.

    What the notebook chooses by itself and what has no name for a reader stay out.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for part in run.notebooks:
        for name, value in part.settings.items():
            if name in PARAMETERS and value is not None and part.verdict == "ok":
                found.setdefault((words.parameter(name), value_text(value)), []).append(words.label(part.name))
    return [(name, value, ", ".join(reports)) for (name, value), reports in found.items()]


def value_text(value: Any) -> str:
    """A setting's value as a reader sees it.

    Example:
        >>> _ = words.speak("en")
        >>> value_text(True), value_text([30, 1200]), value_text("fiscal"), value_text([])
        ('yes', '30, 1,200', 'fiscal year', 'none')
    """
    if isinstance(value, bool):
        return words.translate(N_("yes") if value else N_("no"))
    if isinstance(value, list):
        return ", ".join(map(value_text, value)) or words.translate(N_("none"))
    if isinstance(value, (int, float)):
        return f"{value:,}"
    return words.translate(CHOICES[value]) if value in CHOICES else words.label(value)


def files(run: ReportInput) -> list[tuple[str, str, str]]:
    """Name, table and fingerprint of every file read; which folder it lay in is no client's business."""
    told = (name.partition("/") for name in run.made_from)
    return [
        (path.replace("\\", "/").rpartition("/")[2] or table, words.label(table), str(digest)[:FINGERPRINT])
        for (table, _, path), digest in zip(told, run.made_from.values(), strict=True)
    ]
