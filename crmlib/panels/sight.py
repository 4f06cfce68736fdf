"""What a panel shows, as HTML: tables, charts and sentences in the form a report has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.panels import picture
from crmlib.report import desk, raw
from crmlib.words import N_, Sentence

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

    from crmlib.shop import Shop

Text = str | Sentence


def period(shop: Shop) -> str:
    """The days that the figures are from."""
    return words.say(N_("{first:date} to {last:date}"), first=shop.first_day, last=shop.as_of).text()


def sentences(*said: Sentence | None) -> str:
    """What a report would say, read out by a screen reader when it changes."""
    return "".join(f'<p role="status">{escape(each.text())}</p>' for each in said if each is not None)


def table(frame: DataFrame, *, title: Text, period: str, n: int | None = None, note: Text = "") -> str:
    """A table under its title, with period and n; its columns must be in the dictionary."""
    return desk.table(_head(title, period, n, note), raw.table(frame))


def grid(
    frame: DataFrame, *, rows: str, columns: str, value: str, title: Text, period: str, n: int | None = None,
    note: Text = "",
) -> str:  # fmt: skip
    """A matrix as the report has it: a row and a column for each key, cells without a value blank."""
    return desk.grid(_head(title, period, n, note), raw.grid(frame, rows, columns, value))


def chart(
    plot: Callable[..., Axes], frame: DataFrame, *, title: Text, alt: Text, period: str, n: int | None = None,
    note: Text = "", height: float = 3.6,
) -> str:  # fmt: skip
    """A chart of the report's own function in the house style."""
    svg = picture.drawn(plot, frame, height=height)
    return desk.figure({**_head(title, period, n, note), "alt": _said(alt)}, svg)


def beside(*parts: str) -> str:
    """Parts side by side where the window is wide enough; the last takes the room that is left."""
    wide = {len(parts) - 1: "1 1 30em"}
    cells = [
        f'<div style="flex:{wide.get(n, "0 1 auto")};min-width:0;overflow-x:auto">{part}</div>'
        for n, part in enumerate(parts)
    ]
    return f'<div style="display:flex;flex-wrap:wrap;gap:1em 2em">{"".join(cells)}</div>'


def matrix(
    cells: Sequence[Sequence[str]], *, caption: str, heads: Sequence[str], labels: Sequence[str], period: str, n: int
) -> str:
    """A grid of ready cells (HTML of `td`) with its row labels and column heads."""
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    named = zip(labels, cells, strict=True)
    rows = [f'<tr><th scope="row">{escape(name)}</th>{"".join(row)}</tr>' for name, row in named]
    said = f"{escape(caption)}<br><small>{escape(period)} · n = {n:,}</small>"
    return f"<table><caption>{said}</caption><tr><td></td>{top}</tr>{''.join(rows)}</table>"


def _head(title: Text, period: str, n: int | None, note: Text) -> dict[str, Any]:
    return {"title": _said(title), "period": period, "n": n, "note": _said(note)}


def _said(text: Text) -> str:
    return text.text() if isinstance(text, Sentence) else words.translate(text) if text else ""
