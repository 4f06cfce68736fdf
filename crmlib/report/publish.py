"""From executed notebooks to what a client gets: pages, index, workbook, PDF, slides and `exhibits.json`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.report.read import Item, exhibits, read

if TYPE_CHECKING:
    import pandas as pd

    from crmlib.client import Client
    from crmlib.report.changes import Difference, Earlier


@dataclass(frozen=True, kw_only=True)
class NotebookRun:
    """One notebook of a run: its verdict, why, the executed notebook, the folder it ran in, its settings by name."""

    name: str
    verdict: str
    reason: str = ""
    notebook: Path | None = None
    folder: Path | None = None
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ReportInput:
    """What a client's run hands to the publishers; `policy_known` is false where the data cannot tell a class.

    `earlier` are the reports of earlier base dates that stand beside this one, the newest first; `compare` takes what
    `exhibits.json` will hold and tells what changed since the last of them.
    """

    client: Client
    as_of: date
    language: str
    ledgers: dict[str, pd.DataFrame]
    policy: dict[str, str]
    policy_known: dict[str, bool] = field(default_factory=dict)
    read_notes: list[str]
    notebooks: list[NotebookRun]
    formats: list[str]
    version: str
    made_from: dict[str, Any] = field(default_factory=dict)
    earlier: list[Earlier] = field(default_factory=list)
    compare: Callable[[dict[str, Any]], Difference | None] | None = None


def publish(run: ReportInput, folder: Path) -> list[Path]:
    """Write the report of a run into a folder and return the files written.

    `exhibits.json` always; with `html` in the formats a page a notebook, `definitions.html` and `index.html`; with
    `xlsx` the workbook `<client>.xlsx`, with `pdf` the whole report on paper, with `pptx` the slides. Only notebooks
    whose verdict is `ok` have a page; the others are named in the index.

    Raises:
        ValueError: a notebook that is `ok` but cannot be read as one, or rows that differ from what it said.
    """
    words.speak(run.language, run.client.currency)
    items = {part.name: _read(part) for part in run.notebooks if part.verdict == "ok"}
    told = _told_of(run, items)
    written = [_write(folder / "exhibits.json", json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False) + "\n")]
    if "html" in run.formats:
        written += _pages(run, items, folder, run.compare(told) if run.compare else None)
    if "xlsx" in run.formats:
        from crmlib.report.workbook import write_workbook

        written.append(write_workbook(run, items, folder / f"{run.client.name}.xlsx"))
    if "pdf" in run.formats:
        from crmlib.report.pdf import write_pdf

        written.append(write_pdf(run, items, folder / f"{run.client.name}.pdf"))
    if "pptx" in run.formats:
        from crmlib.report.deck import write_deck

        written.append(write_deck(run, items, folder / f"{run.client.name}.pptx"))
    return written


def _read(part: NotebookRun) -> list[Item]:
    if part.notebook is None:
        raise ValueError(f"notebook {part.name!r}: verdict ok without an executed notebook.")
    return read(part.notebook)


def _pages(
    run: ReportInput, items: dict[str, list[Item]], folder: Path, changed: Difference | None
) -> list[Path]:  # fmt: skip
    from crmlib.report import definitions, difference
    from crmlib.report.index import index_page
    from crmlib.report.page import notebook_page

    pages = [_write(folder / f"{name}.html", notebook_page(run, name, found)) for name, found in items.items()]
    pages.append(_write(folder / definitions.NAME, definitions.definitions_page(run)))
    if changed:
        pages.append(_write(folder / difference.NAME, difference.difference_page(changed, run)))
    return [*pages, _write(folder / "index.html", index_page(run, items, changed))]


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _told_of(run: ReportInput, items: dict[str, list[Item]]) -> dict[str, Any]:
    return {
        "client": run.client.name,
        "as_of": run.as_of.isoformat(),
        "language": run.language,
        "notebooks": {name: _told(found) for name, found in items.items()},
    }


def _told(found: list[Item]) -> dict[str, Any]:
    return {
        "metrics": {item["id"]: _metric(item) for item in exhibits(found, "metric")},
        "tables": {item["id"]: _table(item) for item in exhibits(found, "table", "grid", "chart", "sheet")},
        "findings": {item["id"]: item["text"] for item in exhibits(found, "finding")},
        "conclusions": {item["id"]: _conclusion(item) for item in exhibits(found, "conclusion")},
    }


def _metric(item: Item) -> dict[str, Any]:
    names = ("value", "unit", "title", "low", "high", "n", "text", "value_kind", "period", "note", "source")
    return {name: item.get(name) for name in names}


def _conclusion(item: Item) -> dict[str, Any]:
    names = ("text", "action", "size", "basis", "good", "certain", "n", "period", "note")
    return {name: item.get(name) for name in names}


def _table(item: Item) -> dict[str, Any]:
    names = ("title", "columns", "rows", "n", "period", "note", "source")
    told = {name: item.get(name) for name in names} | (_matrix(item) if item["kind"] == "grid" else {})
    told |= {"row_kinds": item["row_kinds"]} if item.get("row_kinds") else {}
    # A sheet shows its first rows only; the others are in the workbook.
    return {**told, "n_rows": item["n_rows"]} if item["kind"] == "sheet" else told


def _matrix(item: Item) -> dict[str, Any]:
    """A grid as a table: its row labels, then a column a column label; what is not observed yet is null."""
    kind = item["value_kind"]
    across = [{"name": text, "label": text, "unit": "", "kind": kind} for text in item["column_labels"]]
    down = {"name": "row", "label": item["row_header"], "unit": "", "kind": "text"}
    rows = zip(item["row_labels"], item["cells"], strict=True)
    return {
        "columns": [down, *across],
        "rows": [[label, *(cell and cell["value"] for cell in cells)] for label, cells in rows],
    }
