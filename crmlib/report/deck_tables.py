"""Tables of a slide: native, editable, with columns and rows measured so that all of it can be read, or not at all."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.report import deck_text
from crmlib.report.deck_base import POINT, Box
from crmlib.report.deck_layout import Deck, Look, name
from crmlib.report.series import BAD, GOOD
from crmlib.report.views import grid_view, heat_steps, table_view

if TYPE_CHECKING:
    from crmlib.report.read import Item

MOST_ROWS, MOST_COLUMNS = 18, 12
GRID_ROWS, GRID_COLUMNS = 26, 14
SIZES = (14, 13, 12, 11, 10, 9)
LEAST_UNDER = 9.0  # size of an interval under its figure
EDGE, AIR = 5.0, 2.2  # left and right, over and under the text of a cell
TOGETHER, LONGEST = 10, 60.0  # names in one cell, and em of each
WIDEST = 0.55  # of the table: no column of texts is wider before it wraps
PALEST, DARKEST = (0xF7, 0xFA, 0xFD), (0x6F, 0x9F, 0xC8)
ON_HEAT, NOT_YET = "18222E", "F3F4F6"
_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # PowerPoint's own "no style, no grid"
_NS = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'


@dataclass(frozen=True)
class Cell:
    """What stands in a cell: a text, its interval under it, a ground and a colour."""

    text: str
    under: str = ""
    ground: str = ""
    colour: str = ""
    bold: bool = False

    def size(self, size: float) -> float:
        """Width of its longest line when nothing wraps."""
        said = max((deck_text.width(line, size) for line in self.text.split("\n")), default=0.0)
        bold = 1.1 if self.bold else 1.0
        return max(said * bold, deck_text.width(self.under, under_size(size))) + 2 * EDGE


@dataclass(frozen=True)
class Table:
    """Headers, the side each column keeps to (`l`, `r`, `ctr`), and rows of cells."""

    headers: list[str]
    sides: list[str]
    rows: list[list[Cell]]
    sizes: Sequence[float] = SIZES
    most: tuple[int, int] = (MOST_ROWS, MOST_COLUMNS)


@dataclass(frozen=True)
class Plan:
    """The size of the letters, the widths of the columns and the heights of the rows, the header's first."""

    size: float
    widths: list[float]
    heights: list[float] = field(default_factory=list)

    @property
    def tall(self) -> float:
        """How high the table is."""
        return sum(self.heights)


def under_size(size: float) -> float:
    """The size of an interval under a figure of this size."""
    return max(size - 2, LEAST_UNDER)


def of_item(item: Item) -> Table:
    """The table of a table, sheet or grid exhibit."""
    return _of_grid(item) if item["kind"] == "grid" else _of_table(item)


def plan(table: Table, room: Box) -> Plan | None:
    """The largest letters at which the whole table fits the room; None where it cannot be read in it."""
    if len(table.rows) > table.most[0] or len(table.headers) > table.most[1]:
        return None
    plans = (_planned(table, room.width, size) for size in table.sizes)
    found = next((found for found in plans if found and found.tall <= room.height), None)
    return _aired(found, room) if found else None


def _aired(found: Plan, room: Box) -> Plan:
    """A small table breathes: its rows share some of the room that is left."""
    spare = min((0.7 * room.height - found.tall) / len(found.heights), 0.9 * found.size)
    return replace(found, heights=[tall + spare for tall in found.heights]) if spare > 0 else found


def pages(table: Table, room: Box, size: float) -> Iterator[Table]:
    """A list that must be shown whole, in as many tables as it takes at this size, about as high as each other."""
    parts = list(_filled(table, room, size))
    return iter(_evenly(table, room, size, len(parts)) or parts)


def _evenly(table: Table, room: Box, size: float, n: int) -> list[Table]:
    """The rows on so many tables of about the same height; empty where one of these is too high for the room."""
    found = _planned(table, room.width, size)
    if n < 2 or found is None:
        return []
    _, *heights = found.heights
    ends, below = [0], 0.0
    for place, tall in enumerate(heights):
        if below + tall / 2 > sum(heights) * len(ends) / n:
            ends.append(place)
        below += tall
    parts = [_part(table, table.rows[a:b]) for a, b in itertools.pairwise([*ends, len(table.rows)])]
    plans = [_planned(part, room.width, size) for part in parts]
    return parts if all(plan and plan.tall <= room.height for plan in plans) else []


def _filled(table: Table, room: Box, size: float) -> Iterator[Table]:
    """A list in tables that each hold as much as the room does."""
    rows: list[list[Cell]] = []
    for row in table.rows:
        tried = _part(table, [*rows, row])
        found = _planned(tried, room.width, size)
        if rows and (found is None or found.tall > room.height):
            yield _part(table, rows)
            rows = []
        rows.append(row)
    if rows or not table.rows:
        yield _part(table, rows)


def shortened(table: Table, room: Box) -> Table:
    """The table with its longest texts cut so far that it can be drawn: one row of a client's may fill a slide."""
    for most in (200, 100, 50, 25, 12):
        rows = [[replace(cell, text=_short(cell.text, most)) for cell in row] for row in table.rows]
        tried = replace(table, headers=[_short(head, most) for head in table.headers], rows=rows)
        if plan(tried, room):
            return tried
    return table


def _short(text: str, most: float) -> str:
    return text if deck_text.width(text, 1) <= most else deck_text.cut(text, most, 1)


def gathered(found: dict[tuple[str, ...], list[str]]) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Names that share a row, so many that it can be read, each short enough to be told from the others."""
    for key, names in found.items():
        said = [_short(text, LONGEST) for text in dict.fromkeys(names)]
        for first in range(0, len(said), TOGETHER):
            yield key, said[first : first + TOGETHER]


def _part(table: Table, rows: list[list[Cell]]) -> Table:
    return Table(table.headers, table.sides, rows, table.sizes, (10_000, 100))


def draw(deck: Deck, slide: Any, table: Table, found: Plan, room: Box, *, said: str, alt: str) -> Any:
    """Put the table at the top left of the room."""
    box = Box(room.left, room.top, sum(found.widths), found.tall)
    shape = slide.shapes.add_table(1, 1, *box.emu())
    name(shape, said, alt)
    _fill(shape._element.graphic.graphicData.tbl, deck, table, found)
    return shape


def _of_table(item: Item) -> Table:
    shown = table_view(item)
    sides = ["l" if "num" not in head["css"] else "r" for head in shown["headers"]]
    rows = [[_marked(Cell(cell["text"], cell["range"])) for cell in row] for row in shown["cells"]]
    return Table([head["text"] for head in shown["headers"]], sides, rows)


def _marked(cell: Cell) -> Cell:
    """A mark keeps its colour, in bold: what is missed is to be seen first."""
    colours = {words.label("mark_bad"): BAD.lstrip("#"), words.label("mark_good"): GOOD.lstrip("#")}
    return Cell(cell.text, cell.under, colour=colours[cell.text], bold=True) if cell.text in colours else cell


def _of_grid(item: Item) -> Table:
    shown, steps = grid_view(item), heat_steps(item)
    sized = [shown["size_header"]] if shown["size_header"] else []
    rows = [
        [Cell(label), *([Cell(size)] if sized else []),
         *(_heated(cell, step) for cell, step in zip(cells, line, strict=True))]
        for (label, size, cells), line in zip(shown["grid"], steps, strict=True)
    ]  # fmt: skip
    headers = [f"{item['row_header']} / {item['column_header']}", *sized, *item["column_labels"]]
    sides = ["l", *(["r"] if sized else []), *["ctr"] * len(item["column_labels"])]
    return Table(headers, sides, rows, SIZES, (GRID_ROWS, GRID_COLUMNS + len(sized)))


def _heated(cell: dict[str, Any], step: int | None) -> Cell:
    if cell["state"] == "not_yet":
        return Cell("", ground=NOT_YET)
    text = cell["text"] + ("*" if cell["state"] == "partial" else "")
    return Cell(text) if step is None else Cell(text, ground=_heat(step), colour=ON_HEAT)


def _heat(step: int) -> str:
    return "".join(f"{round(low + (high - low) * step / 9):02X}" for low, high in zip(PALEST, DARKEST, strict=True))


def _planned(table: Table, room: float, size: float) -> Plan | None:
    widths = _widths(table, room, size)
    if widths is None:
        return None
    heads = max(deck_text.height(text, wide - 2 * EDGE, size) for text, wide in zip(table.headers, widths, strict=True))
    tall = [max(_tall(cell, wide, size) for cell, wide in zip(row, widths, strict=True)) for row in table.rows]
    return Plan(size, widths, [part + 2 * AIR for part in (heads, *tall)])


def _tall(cell: Cell, wide: float, size: float) -> float:
    room = wide - 2 * EDGE
    under = deck_text.height(cell.under, room, under_size(size)) if cell.under else 0.0
    return deck_text.height(cell.text, room, size) + under


def _widths(table: Table, room: float, size: float) -> list[float] | None:
    """As wide as each column wants; where that is too much, texts and headers wrap; None where it still is."""
    whole, least = [], []
    for place, head in enumerate(table.headers):
        cells = [row[place] for row in table.rows]
        wanted = max((cell.size(size) / 0.92 for cell in cells), default=0.0)
        longest = max((deck_text.longest_piece(cell.text, size) for cell in cells), default=0.0) + 2 * EDGE
        piece = max(deck_text.longest_piece(head, size), min(deck_text.width(head, size), 5 * size)) / 0.92 + 2 * EDGE
        wraps = table.sides[place] == "l" and wanted > 9 * size
        header = max(piece, deck_text.width(head, size) / 2.6 + 2 * EDGE)
        whole.append(max(wanted, header, min(deck_text.width(head, size) / 0.92 + 2 * EDGE, 1.6 * header)))
        least.append(max(min(wanted, max(9 * size, longest)) if wraps else wanted, piece))
    whole = [min(wide, max(WIDEST * room, low)) for wide, low in zip(whole, least, strict=True)]
    if sum(least) > room:
        return None
    if sum(whole) <= room:
        air = min(room, max(1.25 * sum(whole), 0.6 * room)) / sum(whole)
        return [wide * air for wide in whole]
    spare = (room - sum(least)) / (sum(whole) - sum(least))
    return [low + (wide - low) * spare for wide, low in zip(whole, least, strict=True)]


def _fill(tbl: Any, deck: Deck, table: Table, found: Plan) -> None:
    from pptx.oxml import parse_xml

    grid = "".join(f'<a:gridCol w="{round(wide * POINT)}"/>' for wide in found.widths)
    heads = [Cell(text, bold=True) for text in table.headers]
    lines = [heads, *table.rows]
    rows = "".join(
        _row(deck, line, table.sides, found.size, tall, last=place in (0, len(lines) - 1))
        for place, (line, tall) in enumerate(zip(lines, found.heights, strict=True))
    )
    made = parse_xml(
        f'<a:tbl {_NS}><a:tblPr firstRow="1"><a:tableStyleId>{_STYLE}</a:tableStyleId></a:tblPr>'
        f"<a:tblGrid>{grid}</a:tblGrid>{rows}</a:tbl>"
    )
    tbl.getparent().replace(tbl, made)


def _row(deck: Deck, cells: list[Cell], sides: list[str], size: float, tall: float, *, last: bool) -> str:
    line = "".join(_cell(deck, cell, side, size, last=last) for cell, side in zip(cells, sides, strict=True))
    return f'<a:tr h="{round(tall * POINT)}">{line}</a:tr>'


def _cell(deck: Deck, cell: Cell, side: str, size: float, *, last: bool) -> str:
    look = Look(size, cell.bold, cell.colour or "tx1")
    inside = deck.paragraph(cell.text, look, side=side)
    if cell.under:
        quiet = (cell.ground and cell.colour) or ("tx2" if deck.own else "tx1")
        inside += deck.paragraph(cell.under, Look(under_size(size), colour=quiet), side=side)
    ground = f'<a:solidFill><a:srgbClr val="{cell.ground}"/></a:solidFill>' if cell.ground else "<a:noFill/>"
    colour, wide = ("9AA5B1", 12_700) if last else ("E4E7EB", 6_350)
    line = f'<a:lnB w="{wide}"><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill></a:lnB>'
    edge, air = round(EDGE * POINT), round(AIR * POINT)
    return (
        f"<a:tc><a:txBody><a:bodyPr/><a:lstStyle/>{inside}</a:txBody>"
        f'<a:tcPr marL="{edge}" marR="{edge}" marT="{air}" marB="{air}" anchor="ctr">{line}{ground}</a:tcPr></a:tc>'
    )
