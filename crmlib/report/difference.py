"""What changed between two reports, as a page in the house style, and in a few lines for the index."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from crmlib import words
from crmlib.report import changes
from crmlib.words import N_

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crmlib.report.changes import Difference, Figure, Table
    from crmlib.report.publish import ReportInput

NAME = "changes.html"
MOST_ROWS, MOST_CELLS, MOST_KEYS = 8, 8, 8  # what of a table is told on the page; the counts are of everything
ON_INDEX, CONDITIONS_ON_INDEX = 8, 6


@dataclass(frozen=True)
class _Titled:
    """Stands in for the client, of whom a report on disk knows no more than the title."""

    title: str

    def title_in(self, language: str) -> str:  # noqa: ARG002
        return self.title


@dataclass(frozen=True, kw_only=True)
class _Heading:
    """What the house template asks of a run, for a page about two of them."""

    client: _Titled
    as_of: date
    language: str
    version: str
    formats: list[str] = field(default_factory=list)


def difference_page(found: Difference, run: ReportInput | None = None) -> str:
    """The page of a difference; `run` is the report it becomes part of, none for a page on its own."""
    from crmlib.report.page import render

    heading = _Heading(
        client=_Titled(found.title), as_of=date.fromisoformat(found.new_as_of), language=found.language,
        version=found.version,
    )  # fmt: skip
    return render(
        "difference.html", run or cast("ReportInput", heading), title=title_text(found), found=found,
        groups=found.grouped(), parts=[_part(found, name) for name in found.notebooks()],
        chance=about_chance([*found.kpis, *found.metrics]),
        in_report=run is not None, conditions=_conditions(found), policy=[], reading=[], ledgers=[], ledger_summary=[],
    )  # fmt: skip


def title_text(found: Difference) -> str:
    """From which base date to which."""
    if found.old_as_of == found.new_as_of:
        said = N_("What changed between two reports of {day:date}")
        return words.say(said, day=found.new_as_of).text()
    return words.say(N_("What changed from {old:date} to {new:date}"), old=found.old_as_of, new=found.new_as_of).text()


def _conditions(found: Difference) -> list[tuple[str, str]]:
    return [
        (words.translate("Client"), found.title),
        (words.translate(N_("Earlier report")), words.phrase(found.old_as_of, "date")),
        (words.translate(N_("Later report")), words.phrase(found.new_as_of, "date")),
        (words.translate("Currency"), found.currency),
    ]


def _part(found: Difference, notebook: str) -> dict[str, Any]:
    return {
        "name": notebook,
        "label": words.label(notebook),
        "metrics": [one for one in found.metrics if one.notebook == notebook],
        "said": [one for one in found.said if one.notebook == notebook],
        "tables": [_shown(one) for one in found.tables if one.notebook == notebook],
    }


def _shown(table: Table) -> dict[str, Any]:
    rows = [(row.key, row.cells[:MOST_CELLS], len(row.cells) - MOST_CELLS) for row in table.rows[:MOST_ROWS]]
    keys = {"added": _listed(table.added), "removed": _listed(table.removed)}
    more = max(0, len(table.rows) - MOST_ROWS)
    said = words.say(N_("and {n:rows} more"), n=more).text() if more else ""
    return {"text": table_text(table), "rows": rows, "more": more, "more_text": said, **keys}


def _listed(keys: tuple[str, ...]) -> str:
    more = " …" if len(keys) > MOST_KEYS else ""
    return words.translate(", ").join(keys[:MOST_KEYS]) + more


def table_text(table: Table) -> str:
    """One line about a table: its title, and how many of its rows and cells are others."""
    if table.state != changes.CHANGED:
        said = words.say(N_("{title:text}: {state:label}"), title=table.title, state=table.state)
        return said.text()
    if table.is_list:
        said = words.say(N_("{title:text}: list of {old:rows}, now {new:rows}"), title=table.title, old=table.n_old,
                         new=table.n_new)  # fmt: skip
        return said.text()
    counts = [
        (N_("rows added: {n:count}"), len(table.added)), (N_("rows gone: {n:count}"), len(table.removed)),
        (N_("rows changed: {n:count}"), len(table.rows)), (N_("cells changed: {n:count}"), table.n_cells),
        (N_("columns added: {n:count}"), len(table.columns_added)),
        (N_("columns gone: {n:count}"), len(table.columns_removed)),
    ]  # fmt: skip
    told = words.translate(N_(", ")).join(words.say(text, n=n).text() for text, n in counts if n)
    return words.say(N_("{title:text}: {told:text}"), title=table.title, told=told).text()


def about_chance(figures: Iterable[Figure]) -> list[str]:
    """How it was judged whether a change is more than chance, as far as any of these figures was."""
    judged = {one.judged for one in figures}
    told = []
    if judged & {changes.BEYOND, changes.WITHIN, changes.A_DAY}:
        told.append(JUDGED)
    if judged & {*changes.UNJUDGED}:
        told.append(NOT_JUDGED)
    return [words.translate(text) for text in told]


JUDGED = N_("“Beyond chance” says that the 95% interval of the difference itself, not of the two figures, excludes zero, the customers of both months taken for different ones; what adds up over a month must differ per day too. Without a correction for the number of figures: of twenty that have not changed about one seems to have.")  # fmt: skip # noqa: E501
NOT_JUDGED = N_("Not judged: figures without an interval, those counted by other rules, and those whose periods share days, because they rest largely on the same customers. Two intervals beside each other say nothing about their difference.")  # fmt: skip # noqa: E501


def most_important(found: Difference) -> list[Figure]:
    """The figures for the index: KPIs with another mark, what is beyond chance, the other KPIs, then the largest."""
    seen: set[tuple[str, str, str]] = set()
    kept = []
    for one in sorted([*found.kpis, *found.metrics], key=_rank):
        # Sales and orders stand in several notebooks; once is enough.
        if (one.title, one.old, one.new) not in seen:
            seen.add((one.title, one.old, one.new))
            kept.append(one)
    return kept[:ON_INDEX]


def _rank(one: Figure) -> tuple[int, float]:
    is_kpi = bool(one.months[1])
    tier = 0 if one.marked_anew else 1 if one.judged == changes.BEYOND else 2 if is_kpi else 3
    return tier, -one.size


def _more(n: int) -> str:
    return words.say(N_("and {n:count} more conditions that differ"), n=n).text() if n > 0 else ""


def on_index(found: Difference | None) -> dict[str, Any]:
    """What the index says of the last report: conditions first, then the figures that matter most."""
    if found is None or found.nothing:
        return {}
    # That a month later there are more rows needs no saying; a changed file, which has a name, does.
    told = [one for one in found.conditions if one.group != changes.INPUTS or one.name]
    figures = most_important(found)
    return {
        "title": words.say(N_("What changed since {day:date}"), day=found.old_as_of).text(),
        "conditions": [(words.label(one.group), one) for one in told[:CONDITIONS_ON_INDEX]],
        "more_text": _more(len(told) - CONDITIONS_ON_INDEX),
        "figures": figures,
        "page": NAME,
        "chance": about_chance(figures),
    }
