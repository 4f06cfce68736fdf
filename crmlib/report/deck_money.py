"""Money of a chart on a slide: large yen in 万円 for a Japanese reader, as the pictures and sentences say them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib import words
from crmlib.report.series import Rows, at, kind
from crmlib.report.sheets import number, number_format

if TYPE_CHECKING:
    from crmlib.report.read import Item

LARGE_YEN = ((1_000_000_000, 1_000_000, "百万円"), (1_000_000, 10_000, "万円"))  # from, size, name
MILLIONS, THOUSANDS = 4_000_000, 100_000  # from which other sums are written with M and K


def in_large_yen(item: Item, rows: Rows) -> Item:
    """The chart with these rows, its sums in 万円 or 百万円 where they are large and the reader is Japanese.

    The figures behind the chart are changed, not their format: no format of a chart divides by ten thousand.
    """
    names = [name for name in _drawn(item) if kind(item, name) == "money"]
    places = [at(item, name) for name in names]
    top = max((abs(row[place]) for row in rows for place in places if row[place] is not None), default=0)
    found = next((part for part in LARGE_YEN if top >= part[0]), None)
    if found is None or not _yen():
        return {**item, "rows": rows}
    _, size, unit = found
    columns = [{**c, "kind": "number", "unit": unit} if c["name"] in names else c for c in item["columns"]]
    scaled = [[_divided(cell, size) if place in places else cell for place, cell in enumerate(row)] for row in rows]
    return {**item, "columns": columns, "rows": scaled, "large_yen": dict.fromkeys(names, unit)}


def money_format(item: Item, y: str, most: float) -> str:
    """Excel's format of a sum with its currency; `most`: the largest, in the chart's own numbers."""
    if unit := item.get("large_yen", {}).get(y):
        return f'#,##0"{unit}"'
    before, after = _currency()
    if most >= THOUSANDS and not _yen():
        shown, after = ("#,##0.0,,", "M" + after) if most >= MILLIONS else ("#,##0,", "K" + after)
    else:
        shown = number_format("money")
    return "".join((f'"{before}"' if before else "", shown, f'"{after}"' if after else ""))


def is_money(item: Item, y: str) -> bool:
    """Whether a column holds sums, in whatever size."""
    return kind(item, y) == "money" or y in item.get("large_yen", {})


def largest(item: Item, rows: Rows, y: str) -> float:
    """The largest figure of a column, in the chart's own numbers."""
    unit = kind(item, y)
    return max((abs(number(row[at(item, y)], unit)) for row in rows if row[at(item, y)] is not None), default=0)


def _drawn(item: Item) -> list[str]:
    form = item["native"]
    return [*form["y"], *(form[end] for end in ("low", "high") if form.get(end))]


def _divided(cell: float | None, size: int) -> float | None:
    return None if cell is None else cell / size


def _yen() -> bool:
    return words.speech().language == "ja" and words.speech().currency == "JPY"


def _currency() -> tuple[str, str]:
    """What stands before and after a sum: `$`, or 円."""
    nothing, said = words.text(0, "money"), words.phrase(0, "money")
    before, _, after = said.partition(nothing)
    return before, after
