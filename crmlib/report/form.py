"""A sheet that a person fills in: which columns take an entry, what may be entered, and what is kept from change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.report.views import display_width
from crmlib.words import N_

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from crmlib.report.book import Book

Form = Mapping[str, str | Sequence[str]]
INPUTS = ("date", "short", "id", "memo")
ENTRY, ENTRY_HEAD = "#FFF8E1", "#FBE3A6"
LONGEST = {"short": 8, "id": 40, "memo": 500}  # a code of a person is short, that of an experiment is often a name
LONGEST_LIST = 255  # Excel's own limit of a drop-down that stands in the cell
MEMO, ARROW = 34, 3  # width of a memo, and of the arrow of a drop-down
FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)
LEGEND = N_("Fill in the coloured columns only; the others come from the analysis. Rows can be sorted and filtered.")
# Excel sorts no range that holds a locked cell, so the rows are unlocked and their validation refuses what is typed.
ALLOWED = {
    "sort": True, "autofilter": True, "format_columns": True, "format_rows": True, "select_locked_cells": True,
    "select_unlocked_cells": True,
}  # fmt: skip


def entries(form: Form) -> list[dict[str, Any]]:
    """The entry columns as a bundle holds them: name, label, unit, kind, decimals, input and choices (labels).

    Raises:
        ValueError: an unknown input, a date for a column of another kind, or a choice that is blank or has two lines.

    Example:
        >>> _ = words.speak("en")
        >>> [(entry["label"], entry["input"]) for entry in entries({"last_day": "date"})]
        [('Last order', 'date')]
    """
    return [_entry(name, given) for name, given in form.items()]


def _entry(name: str, given: str | Sequence[str]) -> dict[str, Any]:
    column = words.column(name)
    said = {"name": name, "label": column.label, "unit": column.unit, "kind": column.kind, "decimals": column.decimals}
    if isinstance(given, str):
        if given not in INPUTS:
            raise ValueError(f"form {name} == {given!r}, must be one of {', '.join(INPUTS)} or a list of choices.")
        if (given == "date") != (column.kind == "date"):
            raise ValueError(f"form {name} == {given!r}, but the column is of kind {column.kind!r}.")
        return {**said, "input": given, "choices": []}
    choices = [words.label(code) if column.kind == "label" else str(code) for code in given]
    _refuse(name, choices)
    return {**said, "input": "choice" if choices else "short", "choices": choices}


def _refuse(name: str, choices: list[str]) -> None:
    wrong = [text for text in choices if not text.strip() or "\n" in text]
    if wrong:
        raise ValueError(f"form {name}: {wrong[0]!r} cannot be a choice, it must have letters and no line break.")


def with_entries(columns: list[dict[str, Any]], form: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All columns of the sheet: those with rows, then the entry columns that are not among them."""
    names = {column["name"] for column in columns}
    return [*columns, *(entry for entry in form if entry["name"] not in names)]


def styles(columns: list[dict[str, Any]], form: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Properties of each column's cells: entries have a ground, and no cell of a row is locked."""
    asked = {entry["name"] for entry in form}
    return [{"locked": False, **({"bg_color": ENTRY} if c["name"] in asked else {})} for c in columns]


def guard(
    book: Book, sheet: Worksheet, top: int, columns: list[dict[str, Any]], form: list[dict[str, Any]], n_rows: int
) -> None:
    """Validate what is typed under the header in row `top`, and protect all else without a password."""
    asked = {entry["name"]: entry for entry in form}
    for place, column in enumerate(columns):
        rule = _rule(book, asked[column["name"]]) if column["name"] in asked else _untouched()
        if rule and n_rows:
            sheet.data_validation(top + 1, place, top + n_rows, place, rule)
    sheet.protect("", ALLOWED)


def widen(
    sheet: Worksheet, columns: list[dict[str, Any]], form: list[dict[str, Any]], widths: Sequence[int]
) -> list[int]:
    """Make the entry columns as wide as what will stand in them; returns all widths."""
    wanted = {entry["name"]: max([MEMO * (entry["input"] == "memo"), *map(display_width, entry["choices"])]) + ARROW
              for entry in form}  # fmt: skip
    found = [max(width, wanted.get(c["name"], 0)) for width, c in zip(widths, columns, strict=True)]
    for place, width in enumerate(found):
        sheet.set_column(place, place, width)
    return found


def _rule(book: Book, entry: dict[str, Any]) -> dict[str, Any] | None:
    told = {"error_title": entry["label"][:32], "ignore_blank": True}
    if entry["input"] == "choice":
        source, message = _source(book, entry["choices"]), _said(N_("Choose from the list."))
        return {"validate": "list", "source": source, "error_message": message, **told}
    if entry["input"] == "date":
        return {"validate": "date", "criteria": "between", "minimum": FIRST, "maximum": LAST,
                "error_message": _said(N_("Enter a date such as 2026-03-31.")), **told}  # fmt: skip
    most = LONGEST[entry["input"]]
    message = words.say(N_("At most {most:count} letters."), most=most).text()
    return {"validate": "length", "criteria": "<=", "value": most, "error_message": message, **told}


def _source(book: Book, choices: list[str]) -> list[str] | str:
    """The choices themselves, or where they stand: a drop-down takes one text, parted at its commas."""
    in_the_cell = len(",".join(choices)) <= LONGEST_LIST and not any(mark in text for text in choices for mark in ',"')
    return choices if in_the_cell else book.aside(choices)


def _untouched() -> dict[str, Any]:
    # No typed value is valid; sorting moves cells without asking.
    return {"validate": "custom", "value": "=FALSE", "error_title": _said(N_("Not an entry column"))[:32],
            "error_message": _said(N_("This column comes from the analysis and is not filled in."))}  # fmt: skip


def _said(message: str) -> str:
    return words.translate(message)[:LONGEST_LIST]
