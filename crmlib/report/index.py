"""The summary of a run: conclusions, KPIs, what to do next; then all findings, and what could not be told."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.report import difference, summary
from crmlib.report.conditions import pages_of
from crmlib.report.page import Section, appendix, lay_out, render
from crmlib.report.read import Item, exhibits
from crmlib.report.sparkline import sparklines
from crmlib.words import N_

if TYPE_CHECKING:
    from crmlib.report.changes import Difference
    from crmlib.report.publish import NotebookRun, ReportInput


def index_page(run: ReportInput, items: dict[str, list[Item]], changed: Difference | None = None) -> str:
    """The page that leads to the others, and to the reports before; `changed` is what is new since the last one."""
    untold = [_untold(part) for part in run.notebooks if part.verdict != "ok"]
    parts = [_part(name, found) for name, found in items.items()]
    told = summary.conclusions(items)
    sparks = sparklines(run, items.get(summary.KPI, []))
    first = {
        "conclusions": told[: summary.CONCLUSIONS],
        "steps": summary.next_steps(items, told),
        "kpis": [card | {"spark": sparks.get(card["kpi_id"])} for card in summary.cards(items)],
        "changed": difference.on_index(changed),
        "earlier": [{"folder": one.folder, "day": words.phrase(one.as_of, "date")} for one in run.earlier],
    }
    return render("index.html", run, title=run.client.title_in(run.language), parts=parts, untold=untold,
                  files=_files(run), missing=missing(items), **first, **appendix(run, pages_of(items)))  # fmt: skip


def _files(run: ReportInput) -> list[tuple[str, str]]:
    """Name of every other file of the report, and what it holds."""
    held = {
        "xlsx": N_("Every table, the data of every chart and the lists, as an Excel workbook:"),
        "pdf": N_("The whole report on paper, as a PDF:"),
        "pptx": N_("The report as slides, with charts that can be edited:"),
    }
    return [(f"{run.client.name}.{form}", words.translate(said)) for form, said in held.items() if form in run.formats]


def _part(name: str, items: list[Item]) -> dict[str, Any]:
    title, sections = lay_out(name, items)
    answer = _answer(sections)
    findings = [line for item in _of(answer, "findings") for line in item["text"].split("\n")]
    return {"name": name, "label": words.label(name), "title": title, "findings": findings,
            "metrics": _of(answer, "metrics") or _of(sections, "metrics")}  # fmt: skip


def _answer(sections: list[Section]) -> list[Section]:
    """The sections up to the first with findings: what comes later is detail, and is read on the page."""
    for place, section in enumerate(sections, start=1):
        if _of([section], "findings"):
            return sections[:place]
    return sections


def _of(sections: list[Section], shape: str) -> list[dict[str, Any]]:
    blocks = (block for section in sections for block in section.blocks if block["shape"] == shape)
    return [item for block in blocks for item in block["items"]]


def _untold(part: NotebookRun) -> dict[str, str]:
    # Why something failed is for the consultant: a client's page holds no error text.
    reason = part.reason if part.verdict == "no_data" else ""
    return {"label": words.label(part.name), "verdict": words.label(part.verdict), "reason": reason}


def missing(items: dict[str, list[Item]]) -> list[dict[str, Any]]:
    """Single exhibits that the data could not tell, by the reason: one missing table may keep many of them silent."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, shown in items.items():
        for item in exhibits(shown):
            if item.get("untellable") and item["kind"] != "conclusion":
                found.setdefault(item["note"], []).append((words.label(name), item["title"]))
    return [{"note": note, "exhibits": those, "where": _counted(those)} for note, those in found.items()]


def _counted(exhibits: list[tuple[str, str]]) -> str:
    return " · ".join(f"{label} ({n})" for label, n in Counter(label for label, _ in exhibits).items())
