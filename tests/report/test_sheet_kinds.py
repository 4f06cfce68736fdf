"""What a cell shows by its number format is what the pages say, for every kind there is."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from crmlib import words
from crmlib.dictionary import KINDS
from crmlib.report.book import Book
from crmlib.report.matrix import write_grid
from tests.report import samples

FIGURES = (0, 1, -1, 0.0354, -0.0354, 0.0925, -0.0925, 0.285, 0.0004, -0.0004, 0.05, -0.05, 0.5, 1.5, -2.5, 34.857,
           1234.5, -1234.25, 7654321)  # fmt: skip
DAYS: dict[str, list[Any]] = {"date": ["2026-03-31", "1899-12-31"], "month": [2026 * 12 + 2]}
TEXTS = ["champions", "関東", "00123", "=1+1"]


def values_of(kind: str) -> list[Any]:
    form = words.kind(kind).form
    if form == "pvalue":
        return [0.00001, 0.0009996, 0.001, 0.0125, 0.5, 1.0]
    return DAYS.get(form) or (TEXTS if form in ("text", "label") else list(FIGURES))


def excel(value: Any, shown: str) -> str:
    """What Excel shows of a value: its sections, conditions, thousands, decimals, percent and quoted letters."""
    if isinstance(value, datetime):
        return f"{value:{shown.replace('yyyy', '%Y').replace('mm', '%m').replace('dd', '%d')}}"
    if shown == "@" or isinstance(value, str):
        return str(value)
    sections = shown.split(";")
    condition = re.fullmatch(r"\[<(.+?)\](.*)", sections[0])
    if condition:
        return condition[2].strip('"') if value < float(condition[1]) else _section(value, sections[1])
    # Three sections are those of positive, negative and 0; of two the first has 0 too. The second shows no own sign.
    if value < 0 and len(sections) > 1:
        return _section(-value, sections[1])
    return _section(value, sections[2] if value == 0 and len(sections) == 3 else sections[0])


def _section(value: float, section: str) -> str:
    before, core, after = re.fullmatch(r'([+-]?)(#,##0|0)((?:\.0+)?%?(?:"[^"]*")?)', section).groups()  # type: ignore[union-attr]
    digits = after.count("0")
    exact = Decimal(f"{value:.15g}") * (100 if "%" in after else 1)
    said = f"{abs(exact).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):{',' if ',' in core else ''}f}"
    # A negative number that rounds to 0 keeps its sign where no section drops it.
    return ("-" if exact < 0 else "") + before + said + re.sub(r"[.0]", "", after).replace('"', "")


def written(folder: Path, kinds: list[tuple[str, Any]], measures: list[str | None] | None = None) -> list[str]:
    """What the cells of a table of one column each show, one row a value."""
    book = Book(folder / "b.xlsx", "T", date(2026, 3, 31))
    sheet = book.sheet("T")
    for place, (kind, value) in enumerate(kinds):
        column = {"name": "c", "label": "C", "unit": "", "kind": kind}
        book.table(sheet, 3 * place, [column], [[value]], measures=[measures[place]] if measures else ())
    book.close()
    found = openpyxl.load_workbook(folder / "b.xlsx")["T"]
    cells = [found.cell(3 * place + 2, 1) for place in range(len(kinds))]
    return [excel(cell.value, cell.number_format) for cell in cells]


@pytest.mark.parametrize("currency", ["JPY", "USD"])
def test_a_cell_of_every_kind_shows_what_the_pages_say(tmp_path: Path, currency: str) -> None:
    words.speak("en", currency)
    cells = [(kind, value) for kind in KINDS for value in values_of(kind)]
    told = [(*cell, words.text(cell[1], cell[0])) for cell in cells]
    assert [(*cell, shown) for cell, shown in zip(cells, written(tmp_path, cells), strict=True)] == told


def test_rows_of_mixed_measures_show_what_the_pages_say(tmp_path: Path) -> None:
    words.speak("en", "JPY")
    cells = [(kind, value, measure) for kind in words.MIXED for measure in ("share", "money", "days", "nps")
             for value in FIGURES]  # fmt: skip
    told = [words.text(value, words.row_kind(kind, measure)) for kind, value, measure in cells]
    assert written(tmp_path, [cell[:2] for cell in cells], [cell[2] for cell in cells]) == told


@pytest.mark.parametrize("kind", ["share", "signed_share", "change", "nps", "money", "count"])
def test_a_grid_shows_what_the_pages_say_and_marks_what_is_partial(tmp_path: Path, kind: str) -> None:
    words.speak("en", "JPY")
    item = samples.grid("g", [[samples.cell(value, kind, "partial") for value in FIGURES]], kind)
    book = Book(tmp_path / "b.xlsx", "T", date(2026, 3, 31))
    write_grid(book, book.sheet("T"), 2, item)
    book.close()
    row = openpyxl.load_workbook(tmp_path / "b.xlsx")["T"][4][1 : len(FIGURES) + 1]
    assert [excel(cell.value, cell.number_format) for cell in row] == [
        words.text(value, kind) + "*" for value in FIGURES
    ]
