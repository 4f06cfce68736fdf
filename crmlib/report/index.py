"""The summary of a run: what was found, the key figures, where to read on, and what could not be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.report.conditions import pages_of
from crmlib.report.page import appendix, lay_out, render
from crmlib.report.read import Item, exhibits
from crmlib.report.views import view

if TYPE_CHECKING:
    from crmlib.report.publish import NotebookRun, ReportInput


def index_page(run: ReportInput, items: dict[str, list[Item]]) -> str:
    """The page that leads to the others."""
    untold = [_untold(part) for part in run.notebooks if part.verdict != "ok"]
    workbook = f"{run.client.name}.xlsx" if "xlsx" in run.formats else ""
    parts = [_part(name, found) for name, found in items.items()]
    return render("index.html", run, title=run.client.title_in(run.language), parts=parts, untold=untold,
                  workbook=workbook, missing=_missing(items), **appendix(run, pages_of(items)))  # fmt: skip


def _part(name: str, items: list[Item]) -> dict[str, Any]:
    title, _ = lay_out(name, items)
    findings = [line for item in exhibits(items, "finding") for line in item["text"].split("\n")]
    metrics = [view(item) for item in exhibits(items, "metric")]
    return {"name": name, "label": words.label(name), "title": title, "findings": findings, "metrics": metrics}


def _untold(part: NotebookRun) -> dict[str, str]:
    # Why something failed is for the consultant: a client's page holds no error text.
    reason = part.reason if part.verdict == "no_data" else ""
    return {"label": words.label(part.name), "verdict": words.label(part.verdict), "reason": reason}


def _missing(items: dict[str, list[Item]]) -> list[dict[str, str]]:
    """Single exhibits that the data could not tell."""
    return [
        {"label": words.label(name), "title": item["title"], "note": item["note"]}
        for name, found in items.items()
        for item in exhibits(found)
        if item.get("untellable")
    ]
