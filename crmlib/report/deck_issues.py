"""Issues and schedule: the conclusions that are bad, what the data cannot tell, and what comes next until when."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crmlib import words
from crmlib.report import summary
from crmlib.report.deck_pages import Fits, Page, Part
from crmlib.report.deck_summary import stake
from crmlib.report.deck_tables import Cell, Table, gathered
from crmlib.report.read import exhibits
from crmlib.words import N_

if TYPE_CHECKING:
    from crmlib.report.publish import ReportInput
    from crmlib.report.read import Item


def issues(run: ReportInput, items: dict[str, list[Item]], kicker: str, fits: Fits) -> Part:
    """The conclusions that are bad, the surest and largest first, and what could not be told.

    What one slide cannot list is folded by its reason; the list itself stands in the appendix.
    """
    bad = [item for item in summary.conclusions(items) if not item["good"]]
    caption = words.translate("What could not be told")
    found = _untold(run, items)
    listed = _listed(found, kicker, caption)
    if listed and not fits(listed[0]):
        title = words.say(N_("What could not be told, report by report: {n:count}."), n=len(found)).text()
        behind = [replace(page, title=title) for page in listed]
        return Part(caption, pages=[*_bad(bad, kicker), _folded(found, kicker, caption)], behind=behind)
    return Part(pages=[*_bad(bad, kicker), *listed])


def _bad(bad: list[Item], kicker: str) -> list[Page]:
    if not bad:
        return []
    rows = [[Cell(item["text"], bold=True), stake(item), Cell(item["label"])] for item in bad]
    heads = [words.translate("Issue"), words.translate("In money"), words.translate("Report")]
    title = words.say(N_("Issues that stand out, the surest and largest first: {n:count}."), n=len(bad)).text()
    return [
        Page(title, kicker, words.translate("Issues"), table=Table(heads, ["l"] * 3, rows, (13, 12, 11)), whole=True)
    ]


def _untold(run: ReportInput, items: dict[str, list[Item]]) -> list[tuple[str, str, str]]:
    """Report, exhibit and reason of all that could not be told."""
    found = [(words.label(part.name), words.label(part.verdict), part.reason if part.verdict == "no_data" else "")
             for part in run.notebooks if part.verdict != "ok"]  # fmt: skip
    found += [(words.label(name), item["title"], item["note"])
              for name, told in items.items() for item in exhibits(told)
              if item.get("untellable") and item["kind"] != "conclusion"]  # fmt: skip
    return found


def _listed(found: list[tuple[str, str, str]], kicker: str, caption: str) -> list[Page]:
    if not found:
        return []
    # What the same lack leaves open in one report is one row.
    together: dict[tuple[str, ...], list[str]] = {}
    for label, title, reason in found:
        together.setdefault((label, reason), []).append(title)
    rows = [[Cell(label), Cell(" ｜ ".join(titles)), Cell(reason)] for (label, reason), titles in gathered(together)]
    heads = [words.translate("Report"), words.translate("What could not be told"), words.translate("Why")]
    table = Table(heads, ["l"] * 3, rows, (12, 11, 10))
    return [Page(_unanswered(found), kicker, caption, table=table, whole=True)]


def _folded(found: list[tuple[str, str, str]], kicker: str, caption: str) -> Page:
    """Why so much could not be told, and in which reports."""
    together: dict[str, list[str]] = {}
    for label, _, reason in found:
        together.setdefault(reason, []).append(label)
    rows = [
        [
            Cell(reason or words.MISSING),
            Cell(words.text(len(labels), "count")),
            Cell(" ｜ ".join(dict.fromkeys(labels))),
        ]
        for reason, labels in together.items()
    ]
    heads = [words.translate("Why"), words.translate("Number"), words.translate("Report")]
    table = Table(heads, ["l", "r", "l"], rows, (13, 12, 11, 10))
    return Page(_unanswered(found), kicker, caption, table=table, whole=True)


def _unanswered(found: list[tuple[str, str, str]]) -> str:
    return words.say(N_("Questions that the present data cannot answer: {n:count}."), n=len(found)).text()


def schedule(run: ReportInput, items: dict[str, list[Item]], kicker: str) -> list[Page]:
    """The next steps with owner and due date; those that have none say so."""
    del run
    dated = _dated(items)
    steps = summary.next_steps(items, summary.conclusions(items))
    rows = []
    for step in steps:
        owner, due = next((found[1:] for found in dated if step["text"].startswith(found[0])), ("", ""))
        to_set = words.translate("to be set")
        rows.append([Cell(step["text"]), Cell(step["label"]), Cell(owner or to_set), Cell(due or to_set)])
    if not rows:
        return []
    heads = [words.translate("What to do next"), words.translate("Report"), words.column("kpi_owner").label,
             words.column("due_day").label]  # fmt: skip
    n_open = sum(row[3].text == words.translate("to be set") for row in rows)
    if n_open:
        title = words.say(
            N_("Steps: {n:count}; owner or date still to be set: {left:count}."), n=len(rows), left=n_open
        )
    else:
        title = words.say(N_("Steps with a date: {n:count}."), n=len(rows))
    return [Page(title.text(), kicker, words.translate("Next steps with owner and due date"),
                 table=Table(heads, ["l"] * 4, rows, (13, 12, 11)), whole=True)]  # fmt: skip


def _dated(items: dict[str, list[Item]]) -> list[tuple[str, str, str]]:
    """Measure, owner and due date of each KPI's proposal."""
    tables = [item for item in exhibits(items.get(summary.KPI, []), "table") if item["id"] == "ranking"]
    if not tables or tables[0].get("untellable"):
        return []
    names = [column["name"] for column in tables[0]["columns"]]
    if not {"next_step", "kpi_owner", "due_day"} <= set(names):
        return []
    rows = [dict(zip(names, row, strict=True)) for row in tables[0]["rows"]]
    return [(words.label(row["next_step"]), str(row["kpi_owner"] or ""),
             words.text(row["due_day"], "date") if row["due_day"] else "")
            for row in rows if row["next_step"]]  # fmt: skip
