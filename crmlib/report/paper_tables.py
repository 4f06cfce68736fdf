"""Tables that fit on paper: measured columns, the first rows of long lists, and what the workbook has more of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from crmlib import words
from crmlib.report import front, ruler
from crmlib.report.read import Item, exhibits
from crmlib.report.sheets import sheet_name
from crmlib.words import N_

WHOLE_TABLE, FIRST_ROWS = 25, 10  # a table of more rows shows its first ones only
WHOLE_LIST, FIRST_OF_LIST = 10, 3  # a longer list stands in the workbook; without one its first rows are shown
WHOLE_GRID = 36
LINE = 504.0  # points between the margins
SIZES = {"": 7.8, "small": 7.0, "tiny": 6.2}  # type sizes in points, by class
PADDING, GAP, RANGE_SIZE = 1.3, 0.25, 0.88  # em; the gap is between the cells of a matrix
SPACING = 1.0  # points between the cells of a matrix, as paper.css has it
UNBROKEN, UNBROKEN_HEADER = 7.0, 4.5  # em: texts up to here stay on one line
EASY, NARROWEST = 1.5, 0.6  # how far a small table is spread
HALF = 0.48  # of a line: two such tables stand beside each other


@dataclass(frozen=True)
class Width:
    """What a column needs and what it would like, in em, padding included."""

    need: float
    wish: float


def sheet_names(items: dict[str, list[Item]]) -> dict[tuple[str, str], str]:
    """The workbook's sheet of each exhibit, by notebook and id: the same names in the same order."""
    taken = {"history"}
    for title in front.titles(items):
        sheet_name(title, taken)
    return {
        (name, item["id"]): sheet_name(item.get("name") or item["title"] or item["id"], taken)
        for name, found in items.items()
        for item in exhibits(found, "table", "grid", "chart", "sheet")
        if not item.get("untellable")
    }


def fitted(item: Item, sheet: str = "") -> Item:
    """A viewed exhibit as paper shows it: rows, columns and size that fit, and a sentence on what is left out."""
    if item.get("untellable") or not ({"headers", "grid"} & set(item)):
        return item
    return _grid(item, sheet) if item["shape"] == "grid" else _table(item, sheet)


def _table(item: Item, sheet: str) -> Item:
    total, shown = _lengths(item)
    if item["shape"] == "sheet" and sheet and total > WHOLE_LIST:
        message = N_("{total:rows}: workbook, sheet “{sheet:text}”.")
        return item | {"shape": "listed", "left_out": [words.say(message, total=total, sheet=sheet).text()]}
    cells = item["cells"][:shown]
    columns = [_measured(header, [row[place] for row in cells]) for place, header in enumerate(item["headers"])]
    kept = _kept(item, columns)
    size = _size([columns[place] for place in kept])
    gone = [header["text"] for place, header in enumerate(item["headers"]) if place not in kept]
    rows = [[_unbroken(row[place]) for place in kept] for row in cells]
    laid = _shares([columns[place] for place in kept], LINE / SIZES[size])
    told = [*_fewer(shown, total, sheet), *_without(gone, sheet)]
    return item | {"headers": [item["headers"][place] for place in kept], "cells": rows, "size": size,
                   "left_out": told, **laid}  # fmt: skip


def _lengths(item: Item) -> tuple[int, int]:
    """How many rows there are, and how many are shown."""
    there = len(item["cells"])
    total = item.get("n_rows") or there
    most, first = (WHOLE_LIST, FIRST_OF_LIST) if item["shape"] == "sheet" else (WHOLE_TABLE, FIRST_ROWS)
    return total, there if total <= most else min(first, there)


def _grid(item: Item, sheet: str) -> Item:
    rows = item["grid"][: WHOLE_GRID if len(item["grid"]) <= WHOLE_GRID else FIRST_ROWS]
    texts = [cell["text"] + "*" for _, _, cells in rows for cell in cells]
    cell = max([_plain("", texts).wish, *(_plain(label, []).wish for label in item["column_labels"])]) + GAP
    before = [_plain(item["row_header"], [label for label, _, _ in rows])]
    before += [_plain(item["size_header"], [size for _, size, _ in rows])] if item["size_header"] else []
    before = [Width(column.need + GAP, column.wish + GAP) for column in before]
    there = len(item["column_labels"])
    room = {name: int((LINE / points - GAP - sum(c.need for c in before)) / cell) for name, points in SIZES.items()}
    size = next((name for name in SIZES if room[name] >= there), list(SIZES)[-1])
    n_columns = max(1, min(there, room[size]))
    laid = _within_gaps(_shares([*before, *[Width(cell, cell)] * n_columns], LINE / SIZES[size], spread=False))
    told = [*_fewer(len(rows), len(item["grid"]), sheet), *_without(item["column_labels"][n_columns:], sheet)]
    return item | {"column_labels": item["column_labels"][:n_columns], "size": size, "left_out": told, **laid,
                   "grid": [(label, size, cells[:n_columns]) for label, size, cells in rows]}  # fmt: skip


def side_by_side(blocks: list[Item]) -> list[Item]:
    """Neighbouring small tables and matrices in pairs, so that they do not leave half of a page white.

    So are lists that are only named.
    """
    found: list[Item] = []
    for block in blocks:
        size = _pair_size(found[-1], block) if found else ""
        if found and found[-1]["shape"] == block["shape"] == "listed":
            found[-1] = {"shape": "pair", "items": [found[-1], block]}
        elif size:
            found[-1] = {"shape": "pair", "items": [_halved(found[-1], size), _halved(block, size)]}
        else:
            found.append(block)
    return found


def _pair_size(one: Item, other: Item) -> str:
    """The largest size at which both fit beside each other; empty when they do not."""
    if any(block["shape"] not in ("table", "grid") or "wish" not in block for block in (one, other)):
        return ""
    widest = max(one["wish"], other["wish"])
    return next((size for size, points in list(SIZES.items())[1:] if widest * points <= HALF * LINE), "")


def _halved(block: Item, size: str) -> Item:
    wish = block["wish"] * SIZES[size] / (HALF * LINE)
    taken = min(1.0, wish * EASY) if block["shape"] == "table" else wish
    return block | {"table_width": round(100 * taken, 2), "size": size}


def _measured(header: dict[str, Any], cells: Sequence[dict[str, Any]]) -> Width:
    column = _plain(header["text"], [])
    needs, wishes = [column.need], [column.wish]
    for cell in cells:
        text, ranged = cell["text"], _wide(cell["range"]) * RANGE_SIZE
        whole = _wide(text)
        needs.append(max(_need(text, whole, cell["css"]), ranged) + PADDING)
        wishes.append(max(whole, ranged) + PADDING)
    return Width(max(needs), max(wishes))


def _need(text: str, whole: float, css: str) -> float:
    if css == "num" or whole <= UNBROKEN:
        return whole
    longest = ruler.longest_piece(text, words.speech().language)
    return longest if css == "text" else max(longest, min(whole, UNBROKEN))


def _plain(header: str, cells: Sequence[str]) -> Width:
    """A column of plain texts that stay on one line; a long header takes two or three lines."""
    whole = _wide(header)
    longest = whole if whole <= UNBROKEN_HEADER else ruler.longest_piece(header, words.speech().language)
    widest = max((_wide(text) for text in cells), default=0.0)
    return Width(max(longest, whole / 3, widest) + PADDING, max(longest, whole / 2, widest) + PADDING)


def _wide(text: str) -> float:
    return ruler.width(text, words.speech().language)


def _size(columns: Sequence[Width]) -> str:
    needed = sum(column.need for column in columns)
    return next((name for name, points in SIZES.items() if needed <= LINE / points), list(SIZES)[-1])


def _kept(item: Item, columns: Sequence[Width]) -> list[int]:
    """Places of the columns that fit at the smallest size: entries and long texts go first, then the last ones."""
    room, kept = LINE / min(SIZES.values()), list(range(len(columns)))
    asked = set(map(_entry_header, item.get("form") or []))
    blank = [place for place in kept if item["headers"][place]["text"] in asked]
    long = sorted((place for place in kept[1:] if _is_memo(item, place)), key=lambda place: -columns[place].wish)
    for place in dict.fromkeys([*blank, *long, *reversed(kept[1:])]):
        if sum(columns[other].need for other in kept) <= room:
            break
        kept.remove(place)
    return kept


def _entry_header(entry: dict[str, Any]) -> str:
    return words.headed(entry["label"], entry.get("unit") or "")


def _is_memo(item: Item, place: int) -> bool:
    return any("long" in row[place]["css"] for row in item["cells"])


def _unbroken(cell: dict[str, Any]) -> dict[str, Any]:
    """Short texts stay on one line; of longer ones only numbers do."""
    if cell["css"] == "num":
        return cell
    return cell | {"css": "whole" if _wide(cell["text"]) <= UNBROKEN else "text"}


def _shares(columns: Sequence[Width], room: float, *, spread: bool = True) -> dict[str, Any]:
    """Width of the table and of each column, in percent."""
    need, wish = sum(c.need for c in columns), sum(c.wish for c in columns)
    if wish >= room:
        free = max(room - need, 0) / max(wish - need, 0.01)
        wanted = [c.need + (c.wish - c.need) * free for c in columns]
        total = room
    else:
        wanted = [c.wish for c in columns]
        total = min(room, max(wish * EASY, room * NARROWEST)) if spread else wish
    ends = [round(100 * part / sum(wanted), 2) for part in accumulate(wanted)]
    return {"table_width": round(100 * total / room, 2), "wish": wish,
            "widths": [round(end - start, 2) for start, end in zip([0.0, *ends], ends, strict=False)]}  # fmt: skip


def _within_gaps(laid: dict[str, Any]) -> dict[str, Any]:
    """A matrix's columns less the white between its cells, which the page adds to them."""
    smallest = SIZES["tiny"]
    table = min(laid["wish"] * smallest, LINE)
    left = 1 - (len(laid["widths"]) + 1) * SPACING / table
    return laid | {"widths": [round(width * left, 2) for width in laid["widths"]]}


def _fewer(shown: int, total: int, sheet: str) -> list[str]:
    if shown >= total:
        return []
    if not sheet:
        return [words.say(N_("The first {shown:rows} of {total:rows}."), shown=shown, total=total).text()]
    message = N_("The first {shown:rows} of {total:rows}. All of them: workbook, sheet “{sheet:text}”.")
    return [words.say(message, shown=shown, total=total, sheet=sheet).text()]


def _without(columns: Sequence[str], sheet: str) -> list[str]:
    if not columns:
        return []
    named = words.translate(", ").join(columns)
    if not sheet:
        return [words.say(N_("Columns not shown: {columns:text}."), columns=named).text()]
    message = N_("Columns not shown: {columns:text}. All of them: workbook, sheet “{sheet:text}”.")
    return [words.say(message, columns=named, sheet=sheet).text()]
