"""Exhibits as the templates show them: texts, classes and heat steps, with every number already written."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.report import series
from crmlib.report.alternative import alt_text
from crmlib.words import N_

if TYPE_CHECKING:
    from crmlib.report.read import Item

HEAT_STEPS = 10
SHORT = 24  # columns of text that stay on one line
LONG = 40  # columns of text from which a cell asks for room
MOST_ROWS = 400  # of the figures behind a chart; a page of daily curves would pass a megabyte
BLOCKS = set("▁▂▃▄▅▆▇█░·")  # a course drawn with letters, which nobody can be read aloud
_TEXT_FORMS = {"text", "label"}
_WHOLE_FORMS = {"date", "month"}
_COUNTED_FORMS = {"number", "money"}


def view(item: Item) -> Item:
    """The exhibit with what its kind shows on a page: metric card, finding, table, grid or chart."""
    shown = {**item, "shape": item["kind"], "about": about(item), "untellable": item.get("untellable", "")}
    if item["kind"] == "conclusion" and not shown["untellable"]:
        return shown | {"next_step": next_text(item), "stake": stake_text(item)}
    if shown["untellable"] or item["kind"] == "finding":
        return shown
    views = {"metric": metric_view, "grid": grid_view, "chart": chart_view}
    return shown | views.get(item["kind"], table_view)(item)


def next_text(item: dict[str, Any]) -> str:
    """What to do next, as a sentence begins it; empty where a conclusion asks for nothing."""
    return words.say(N_("Next: {action:text}"), action=item["action"]).text() if item["action"] else ""


def stake_text(item: dict[str, Any]) -> str:
    """Money in a year, and what it counts; empty where it cannot be told."""
    size, basis = item.get("size"), item.get("basis")
    if size is None or not basis:
        return ""
    template, size = N_("In money: about {size:money} a year ({basis:text})."), words.to_three_figures(size)
    return words.say(template, size=size, basis=basis).text()


def about(item: Item) -> list[str]:
    """What a grid's cells hold, then number, period and source of an exhibit, as far as they are known."""
    n = "" if item.get("n") is None else "n = " + words.phrase(item["n"], item.get("n_kind") or "count")
    return [part for part in (item.get("value_label"), n, item.get("period"), item.get("source")) if part]


def metric_view(item: Item) -> Item:
    """The card's figure, split into number and unit where one follows the other, and its interval."""
    kind, interval = item["value_kind"], _interval(item)
    bare = words.text(item["value"], kind)
    number = bare if item["text"].startswith(bare) else item["text"]
    return {"number": number, "unit_after": item["text"][len(number) :], "interval": interval}


def _interval(item: Item) -> str:
    # An end that was not reached is said, not left away: half an interval is still one.
    low, high, kind = item.get("low"), item.get("high"), item["value_kind"]
    if low is None or (high is None and not item.get("open_end")):
        return ""
    end = item["open_end"] if high is None else words.phrase(high, kind)
    # The unit is said once where it follows the number; a sign before it, or sums in 万円, stand at both ends.
    after = high is not None and end.startswith(words.text(high, kind))
    start = words.text(low, kind) if after else words.phrase(low, kind)
    return words.say("{low:text} to {high:text}", low=start, high=end).text()


def table_view(item: Item) -> Item:
    """Headers and cells of a table; the first column names the row, bounds stand under the figure they belong to."""
    columns = item["columns"]
    places = {column["name"]: place for place, column in enumerate(columns)}
    bounds = {name: _bounds(name, places) for name in places}
    taken = {place for found in bounds.values() for place in found}
    wanted = item.get("shown") or places
    shown = [(place, c) for place, c in enumerate(columns) if place not in taken and c["name"] in wanted]
    headers = [{"text": header(c), "css": css(c["kind"]), "range": bool(bounds[c["name"]])} for _, c in shown]
    cells = [
        [_cell(row, place, c["kind"], bounds[c["name"]], measure) for place, c in shown]
        for row, measure in zip(item["rows"], row_kinds(item), strict=True)
    ]
    return {"headers": headers, "cells": cells}


def chart_view(item: Item) -> Item:
    """The alternative text, and the figures behind the chart; of long curves one row in so many."""
    rows = item["rows"]
    step = max(1, math.ceil(len(rows) / MOST_ROWS))
    ends = {last - 1 for _, _, last in series.stretches(item, rows)} if series.native(item, rows) else set()
    kept = sorted(ends | set(range(0, len(rows), step)))
    told = {**item, "rows": [rows[at] for at in kept], "row_kinds": [row_kinds(item)[at] for at in kept]}
    skipped = words.say(N_("One row in {n:count}."), n=step).text() if step > 1 else ""
    return {"alt": alt_text(item), "skipped": skipped, **table_view(told)}


def row_kinds(item: Item) -> list[str | None]:
    """The kind of each row's mixed measures; None where a table has none."""
    return item.get("row_kinds") or [None] * len(item["rows"])


def grid_view(item: Item) -> Item:
    """The matrix with a heat step a cell; cells not yet observed stay empty, partial ones are marked."""
    steps = heat_steps(item)
    cells = [[_grid_cell(cell, step) for cell, step in zip(row, line, strict=True)]
             for row, line in zip(item["cells"], steps, strict=True)]  # fmt: skip
    states = {cell["state"] for row in cells for cell in row}
    told = sizes(item)
    sized = {"size_header": size_header() if told else ""}
    rows = zip(item["row_labels"], map(size_text, told or [None] * len(cells)), cells, strict=True)
    return {"grid": list(rows), "states": states, **sized}


def sizes(item: Item) -> list[tuple[int, int] | None]:
    """Smallest and largest number of customers behind the cells of each row.

    Empty when no row has one number for all its cells: then the number belongs to the cell, not to the row.
    """
    known = [[cell["n"] for cell in row if _counts(cell)] for row in item["cells"]]
    found = [(min(row), max(row)) if row else None for row in known]
    return found if any(pair and pair[0] == pair[1] for pair in found) else []


def size_header() -> str:
    """Header of the column of `sizes`."""
    return words.column("n_start").header


def size_text(size: tuple[int, int] | None) -> str:
    """The number of customers behind a row, or from where to where it runs.

    Example:
        >>> size_text((230, 230)), size_text((4859, 8000))
        ('230', '4,859 – 8,000')
    """
    return " – ".join(words.text(n, "customers") for n in dict.fromkeys(size or ()))


def header(column: dict[str, Any]) -> str:
    """Label and unit of a column; the unit once.

    Example:
        >>> header({"label": "Tenure", "unit": "days"})
        'Tenure (days)'
    """
    return words.headed(column["label"], column.get("unit") or "")


def css(kind: str) -> str:
    """The class of a column: numbers to the right, dates and ids unbroken, texts as they flow."""
    if words.kind(kind).form in _TEXT_FORMS:
        return "id" if kind == "id" else "text"
    return "whole" if words.kind(kind).form in _WHOLE_FORMS else "num"


def display_width(text: str) -> int:
    """Columns a text takes on screen: wide East Asian characters count as two.

    Example:
        >>> display_width("顧客 id")
        7
    """
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)


def heat_steps(item: Item) -> list[list[int | None]]:
    """A step from 0 (palest) to 9 for every observed cell of a grid.

    A column that holds one value only (a cohort's own month, always 100%) says nothing and stays out of the scale.
    Counts and money go by their square root: in an R x F table a few cells hold most of the customers.
    """
    values = [[_observed(cell) for cell in row] for row in item["cells"]]
    shares = item["value_kind"] == "share"
    trivial = {j for j, column in enumerate(zip(*values, strict=True)) if shares and _trivial(column)}
    scaled = [[None if j in trivial else _scaled(v, item["value_kind"]) for j, v in enumerate(row)] for row in values]
    known = [value for row in scaled for value in row if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    return [[None if value is None else _step(value, low, high) for value in row] for row in scaled]


def _bounds(name: str, places: dict[str, int]) -> tuple[int, ...]:
    """Where the bounds of a column are; a table has both or none."""
    low, high = places.get(f"{name}_low"), places.get(f"{name}_high")
    return () if low is None or high is None else (low, high)


def _range(row: Sequence[Any], kind: str, bounds: tuple[int, ...], *, mixed: bool = False) -> str:
    values = [row[place] for place in bounds]
    if not values or any(words.is_missing(value) for value in values):
        return ""
    low, high = (words.text(value, kind) for value in values)
    # Where the cell has its unit with it, so has its range: 6.9 million beside 6,523,208 looks like two measures.
    if mixed:
        said = words.phrase(values[1], kind)
        low, high = low if said.startswith(high) else words.phrase(values[0], kind), said
    return f"{low} – {high}"


def _cell(
    row: Sequence[Any], place: int, kind: str, bounds: tuple[int, ...], measure: str | None = None
) -> dict[str, str]:
    value = row[place]
    text, shown = words.cell_text(value, kind, measure), css(kind)
    if shown == "text" and display_width(text) <= SHORT:
        shown = "whole"
    elif shown == "text" and display_width(text) > LONG:
        shown = "text long"
    mixed = measure is not None and words.row_kind(kind, measure) != kind
    span = _range(row, words.row_kind(kind, measure), bounds, mixed=mixed)
    missing = "yes" if words.is_missing(value) else ""
    drawn = "yes" if text and set(text) <= BLOCKS else ""
    return {"text": text, "css": shown, "missing": missing, "range": span, "drawn": drawn}


def _grid_cell(cell: dict[str, Any] | None, step: int | None) -> dict[str, Any]:
    if cell is None or cell["state"] == "not_yet":
        return {"text": "", "state": "not_yet", "css": "not-yet"}
    if cell["value"] is None:
        return {"text": words.MISSING, "state": "missing", "css": ""}
    return {"text": cell["text"], "state": cell["state"], "css": "" if step is None else f"h{step}"}


def _counts(cell: dict[str, Any] | None) -> bool:
    return cell is not None and cell["state"] != "not_yet" and cell.get("n") is not None


def _observed(cell: dict[str, Any] | None) -> float | None:
    return None if cell is None or cell["state"] == "not_yet" else cell["value"]


def _trivial(column: Iterable[float | None]) -> bool:
    known = [value for value in column if value is not None]
    return len(known) > 1 and set(known) == {1}


def _scaled(value: float | None, kind: str) -> float | None:
    if value is None:
        return None
    return math.sqrt(max(value, 0)) if words.kind(kind).form in _COUNTED_FORMS else float(value)


def _step(value: float, low: float, high: float) -> int:
    return min(HEAT_STEPS - 1, int((value - low) / (high - low) * HEAT_STEPS)) if high > low else 0
