"""A chart of ranks by two scores on a slide: cells painted as in the pictures, because no native chart says as much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib import words
from crmlib.report.deck_tables import ON_HEAT, Cell, Table
from crmlib.report.series import DARK_RANKS, RANKS, at, column, kind, painting

if TYPE_CHECKING:
    from crmlib.report.read import Item


def of_ranks(item: Item) -> Table:
    """The cells of one score by another, each with its rank, its figure and the colour of the rank."""
    form = item["native"]
    down, across, count, rank = (at(item, name) for name in (form["x"], form["series"], form["y"][0], painting(item)))
    found = {(row[down], row[across]): row for row in item["rows"]}
    rows, columns = (list(dict.fromkeys(row[place] for row in item["rows"])) for place in (down, across))
    unit = kind(item, form["y"][0])
    cells = [
        [Cell(words.text(r, "score"), bold=True),
         *(_painted(found[r, c][rank], words.phrase(found[r, c][count], unit)) if (r, c) in found else Cell("")
           for c in columns)]
        for r in rows
    ]  # fmt: skip
    first = f"{column(item, form['x'])['label']} / {column(item, form['series'])['label']}"
    return Table([first, *(words.text(c, "score") for c in columns)], ["l", *["ctr"] * len(columns)], cells)


def _painted(rank: str, said: str) -> Cell:
    return Cell(rank, said, RANKS[rank].lstrip("#").upper(), "FFFFFF" if rank in DARK_RANKS else ON_HEAT, bold=True)
