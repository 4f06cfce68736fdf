"""A sheet of a published workbook filled in, as a person would do it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl

from crmlib import words
from crmlib.report.publish import publish
from tests.report import samples

HEADER = 5  # the row of a sheet's headers


def published(folder: Path, item: dict[str, Any], language: str) -> Path:
    """The workbook of a report of one exhibit."""
    run = samples.one(folder, [item], language=language)
    (folder / "out").mkdir()
    publish(run, folder / "out")
    return folder / "out" / "demo.xlsx"


def fill(path: Path, sheet_name: str, key: str, entries: dict[str, dict[str, Any]], to: Path) -> None:
    """Write entries by the key of their row and by column, in the language last spoken, and save the workbook."""
    book = openpyxl.load_workbook(path)
    sheet = book[sheet_name]
    places = {cell.value: cell.column for cell in sheet[HEADER]}
    named = places[words.column(key).label]
    rows = {sheet.cell(row, named).value: row for row in range(HEADER + 1, sheet.max_row + 1)}
    for name, cells in entries.items():
        for column, value in cells.items():
            sheet.cell(rows[name], places[words.column(column).label], value)
    to.parent.mkdir(parents=True, exist_ok=True)
    book.save(to)
