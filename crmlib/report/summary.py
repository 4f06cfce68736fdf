"""The first slide of a run: three conclusions, the KPIs with their marks, and what to do next, in order."""

from __future__ import annotations

import re
from typing import Any

from crmlib import words
from crmlib.report.read import Item, exhibits
from crmlib.report.views import view
from crmlib.words import N_

CONCLUSIONS, STEPS = 3, 8
KPI, TARGETS, PROPOSED = "kpi", "targets", "next_steps"
GUARDS = ("scenario", "each_lacking")
KPI_STEPS, GUARD_STEPS = 3, 1  # so many have a place before the other conclusions
BEYOND, CAVEATS = "beyond_chance", ("within_chance", "within_scatter")
MARKS = {"mark_bad": "bad", "mark_fair": "fair", "mark_good": "good"}
# What is held against a benchmark of the trade has no colour of a target: the client has set none.
TRADE, TRADE_MARKS = "default_target", ("trade_bad", "trade_fair", "trade_good")
Found = dict[str, list[Item]]


def conclusions(items: Found) -> list[Item]:
    """The conclusions of all notebooks in the order in which they are told, at most one a notebook.

    What is certain comes before what is not; among these what is bad before what is good, then by the money at stake
    in a year, that without a sum last; ties in the order of the notebooks. What speaks of the KPI of an earlier one is
    left out: two sentences on one figure are one conclusion.
    """
    firsts: dict[str, Item] = {}
    told: set[str] = set()
    for item in sorted(_all(items), key=lambda item: _rank(item, list(items))):
        kpi = item.get("kpi") or ""
        if item["notebook"] in firsts or kpi in told:
            continue
        firsts[item["notebook"]] = item
        told |= {kpi} - {""}
    return list(firsts.values())


def next_steps(items: Found, told: list[Item]) -> list[dict[str, str]]:
    """What to do next: the actions of the conclusions on the slide, then of the first KPIs and of a scenario's lacks.

    Then the other bad conclusions, and what is left of KPIs and scenarios. Each with the notebook it comes from; a step
    that was said already is not repeated.
    """
    rest = [item for item in sorted(_all(items), key=lambda item: _rank(item, list(items))) if not item["good"]]
    kpis = [(KPI, line) for line in _lines(items, KPI, PROPOSED)]
    guards = [(GUARDS[0], line) for line in _lines(items, *GUARDS)]
    steps = [(item["notebook"], item["action"]) for item in told[:CONCLUSIONS]]
    steps += [*kpis[:KPI_STEPS], *guards[:GUARD_STEPS]]
    steps += [*((item["notebook"], item["action"]) for item in rest), *kpis, *guards]
    first = {text: name for name, text in reversed(steps) if text}
    said = list(dict.fromkeys(text for _, text in steps if text))
    return [{"text": text, "name": first[text], "label": words.label(first[text])} for text in said[:STEPS]]


def cards(items: Found) -> list[dict[str, str]]:
    """A card a KPI that has a target: figure, target, mark, month, and whether the gap may be chance; missed first.

    `aim` calls the target what it is, the client's or a benchmark of the trade; `aimed` is the target marked as such.
    """
    found = [item for item in exhibits(items.get(KPI, []), "table") if item["id"] == TARGETS]
    if not found or found[0].get("untellable"):
        return []
    (table,) = found
    names = [column["name"] for column in table["columns"]]
    rows = [
        (dict(zip(names, row, strict=True)), kind) for row, kind in zip(table["rows"], table["row_kinds"], strict=True)
    ]
    order = [*MARKS, *TRADE_MARKS]
    rows.sort(key=lambda pair: (order.index(pair[0]["mark"]) if pair[0]["mark"] in order else len(order),
                                pair[0]["gap_verdict"] != BEYOND))  # fmt: skip
    return [_card(row, kind) for row, kind in rows]


def _all(items: Found) -> list[Item]:
    return [
        view(item) | {"notebook": name, "label": words.label(name)}
        for name, found in items.items()
        for item in exhibits(found, "conclusion")
        if item.get("text") and not item.get("untellable")
    ]


def _rank(item: Item, order: list[str]) -> tuple[Any, ...]:
    return (not item["certain"], item["good"], -(item["size"] or 0), order.index(item["notebook"]), item["id"])


def _lines(items: Found, notebook: str, id: str) -> list[str]:
    found = [item for item in exhibits(items.get(notebook, []), "finding") if item["id"] == id]
    return [line for item in found for line in item["text"].split("\n")]


def _card(row: dict[str, Any], kind: str) -> dict[str, str]:
    actual = words.MISSING if row["actual"] is None else words.phrase(row["actual"], kind)
    # What stands after the last digit is the unit: 695|万円, 1億4,592|万円, 2.5%.
    bare = re.sub(r"(?<=\d)[^\d%]+$", "", actual)
    target, trade = words.phrase(row["target"], kind), row.get("target_source") == TRADE
    marked = words.say(N_("{target:text} (the trade's benchmark)"), target=target).text()
    return {
        "kpi_id": str(row["kpi_id"]),
        "title": words.label(row["kpi_id"]),
        "number": bare,
        "unit_after": actual[len(bare) :],
        "target": target,
        "aim": words.translate(N_("Trade's benchmark")) if trade else words.column("target").label,
        "aimed": marked if trade else target,
        "mark": words.label(row["mark"]),
        "caveat": words.label(row["gap_verdict"]) if row["gap_verdict"] in CAVEATS else "",
        "css": MARKS.get(row["mark"], "none"),
        "month": words.phrase(int(row["kpi_month"]), "month"),
    }
