"""What the slides say, in the order of Japanese practice: results, causes, issues, measures, schedule, conditions.

A notebook belongs to one chapter. Results tell what is (KPIs, the portfolio, RFM, stages, repeat purchases, lifetime
value, contracts), causes what lies behind it (loyalty, baskets, who falls silent), measures what is done and whether it
worked (calls, scenarios, tests). Issues are the conclusions that are bad, and what the data cannot tell; the schedule
is what comes next, with owner and due date. The tables behind all this are the appendix; whether the data can be
trusted stands with the conditions, which are last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib import words
from crmlib.report.deck_appendix import appendix, wanted
from crmlib.report.deck_issues import issues, schedule
from crmlib.report.deck_notebook import notebook
from crmlib.report.deck_pages import Chapter, Fits, Part
from crmlib.words import N_

if TYPE_CHECKING:
    from crmlib.report.publish import ReportInput
    from crmlib.report.read import Item

CHAPTERS = {
    "results": N_("Results"), "causes": N_("Causes"), "issues": N_("Issues"), "measures": N_("Measures"),
    "schedule": N_("Schedule"), "appendix": N_("Appendix"), "conditions": N_("Conditions and definitions"),
}  # fmt: skip
NOTEBOOKS = {
    "results": ("kpi", "portfolio", "rfm", "stages", "retention", "ltv", "contracts"),
    "causes": ("nps", "basket", "lifecycle"),
    "measures": ("calls", "scenario", "abtest"),
    "conditions": ("quality",),
}


def chapters(run: ReportInput, items: dict[str, list[Item]], said: set[str], fits: Fits) -> list[Chapter]:
    """The chapters in order, those with nothing to say too; `said` are the messages of the slides before them."""
    found = {}
    for code, name in CHAPTERS.items():
        told = words.translate(name)
        if code == "issues":
            parts = [issues(run, items, told, fits)]
        elif code == "schedule":
            parts = [Part(pages=schedule(run, items, told))]
        else:
            parts = [notebook(part, items[part], told, said, fits) for part in _in_chapter(code, items)]
        found[code] = Chapter(code, told, parts)
    if wanted(run):
        behind = [part for chapter in found.values() for part in chapter.parts]
        told = found["appendix"].name
        found["appendix"] = Chapter("appendix", told, appendix(behind, told))
    return list(found.values())


def _in_chapter(code: str, items: dict[str, list[Item]]) -> list[str]:
    placed = {name for names in NOTEBOOKS.values() for name in names}
    known = [name for name in NOTEBOOKS.get(code, ()) if name in items]
    return [*known, *(name for name in items if name not in placed and code == "results")]
