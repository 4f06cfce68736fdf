"""What changed between two reports, for a terminal: readable at 80 columns, plain where it is piped."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from crmlib import words
from crmlib.errors import UserError
from crmlib.report import changes
from crmlib.report.difference import about_chance, difference_page, table_text, title_text
from crmlib.words import N_

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console
    from rich.text import Text

    from crmlib.report.changes import Condition, Difference, Figure, Said, Table

MOST_ROWS = 12  # rows of a table whose cells are told
MOST_KEYS = 5


def tell(found: Difference, *, cells: bool = False, console: Console | None = None) -> None:
    """Print the difference, what the reports were made under first; with `cells` the cells of tables too."""
    console = console or _console()
    with console.capture() as kept:
        _tell(_Printer(console), found, cells=cells)
    # Columns are padded to the width of the terminal, which is nothing to keep in a file.
    console.file.write("\n".join(line.rstrip() for line in kept.get().splitlines()) + "\n")


def _tell(out: _Printer, found: Difference, *, cells: bool) -> None:
    out.line(f"{found.client}: {title_text(found)}", "bold")
    if found.nothing:
        out.line(words.translate(N_("Nothing changed between the two reports.")))
        return
    _tell_conditions(out, found)
    if found.verdicts:
        out.head(words.translate(N_("Verdicts")))
        out.columns([[words.label(one.notebook), f"{one.old} → {one.new}"] for one in found.verdicts])
    if found.kpis:
        out.head(words.translate(N_("KPIs against their targets")))
        _tell_figures(out, found.kpis)
    for notebook in found.notebooks():
        _tell_notebook(out, found, notebook, cells=cells)
    for line in about_chance([*found.kpis, *found.metrics]):
        out.line("")
        out.line(line, "dim")


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


class _Printer:
    """Lines and columns on a console; texts are texts, never markup, and hold no control characters."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def line(self, text: str, style: str = "", indent: int = 0) -> None:
        from rich.padding import Padding

        self.console.print(Padding(_plain(text, style), (0, 0, 0, indent)))

    def head(self, text: str) -> None:
        self.console.print()
        self.line(text, "bold")

    def columns(self, rows: Iterable[Sequence[str]], heads: Sequence[str] = (), right: Sequence[int] = ()) -> None:
        from rich.padding import Padding
        from rich.table import Table as Grid

        grid = Grid(box=None, show_header=bool(heads), pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
        rows = list(rows)
        for place in range(max((len(row) for row in rows), default=0)):
            head = _plain(heads[place]) if place < len(heads) else ""
            grid.add_column(head, justify="right" if place in right else "left", overflow="fold", vertical="top")
        for row in rows:
            grid.add_row(*(_plain(text) for text in row))
        self.console.print(Padding(grid, (0, 0, 0, 2)))


def _plain(text: str, style: str = "") -> Text:
    from rich.text import Text

    kept = (letter for letter in text if letter == "\n" or unicodedata.category(letter) not in ("Cc", "Cf"))
    return Text("".join(kept), style=style)


def _tell_conditions(out: _Printer, found: Difference) -> None:
    out.head(words.translate(N_("What the reports were made under")))
    if not found.conditions:
        out.line(words.translate(SAME_CONDITIONS), indent=2)
    for group, conditions in found.grouped():
        out.line(words.label(group), "bold", indent=2)
        out.columns([[_named(one), " → ".join(filter(None, (one.old, one.new)))] for one in conditions])


SAME_CONDITIONS = N_("Counting policy, thresholds, data, settings, notebooks and versions are the same.")


def _named(one: Condition) -> str:
    """The label with what the consultant writes in the client file, so that he finds the key."""
    key = f"{one.notebook}.{one.name}" if one.group == changes.THRESHOLDS else one.name
    shown = key if one.group in (changes.POLICY, changes.THRESHOLDS, changes.SETTINGS) else ""
    return f"{one.label} ({shown})" if shown and shown != one.label else one.label


def _tell_notebook(out: _Printer, found: Difference, notebook: str, *, cells: bool) -> None:
    out.head(words.label(notebook))
    metrics = [one for one in found.metrics if one.notebook == notebook]
    if metrics:
        _tell_figures(out, metrics)
    for said in (one for one in found.said if one.notebook == notebook):
        _tell_said(out, said)
    for table in (one for one in found.tables if one.notebook == notebook):
        _tell_table(out, table, cells=cells)


def _tell_figures(out: _Printer, figures: list[Figure]) -> None:
    heads = [words.translate(text) for text in HEADS]
    out.columns([_figure(one) for one in figures], heads, right=(1, 2, 3))


HEADS = (N_("Metric"), N_("Then"), N_("Now"), N_("Change"), N_("More than chance?"))


def _figure(one: Figure) -> list[str]:
    then, now = one.old, one.new
    if one.marked_anew:
        then, now = f"{then} {one.marks[0][:1]}", f"{now} {one.marks[1][:1]}"
    judged = words.label(one.judged) if one.judged and one.judged != changes.BARE else words.MISSING
    if one.months[0] != one.months[1]:
        then, now = (f"{text} ({month})" for text, month in zip((then, now), one.months, strict=True))
    return [one.title, then, now, one.change, f"{judged} ({one.interval})" if one.interval else judged]


def _tell_said(out: _Printer, said: Said) -> None:
    for mark, lines in (("-", said.old), ("+", said.new)):
        for line in lines:
            out.columns([[mark, line]])


def _tell_table(out: _Printer, table: Table, *, cells: bool) -> None:
    out.columns([["·", table_text(table)]])
    if not cells:
        return
    for mark, keys in (("+", table.added), ("-", table.removed)):
        for key in keys[:MOST_KEYS]:
            out.line(f"{mark} {key}", indent=4)
    rows = [[row.key, one.column, f"{one.old} → {one.new}", one.change] for row in table.rows[:MOST_ROWS]
            for one in row.cells]  # fmt: skip
    if rows:
        out.columns(rows)


def write_page(found: Difference, path: Path) -> None:
    """Write the difference as a page.

    Raises:
        UserError: nothing can be written there.
    """
    try:
        path.write_text(difference_page(found), encoding="utf-8", newline="\n")
    except OSError as error:
        raise UserError(f"--html: {path} cannot be written ({error.strerror or type(error).__name__}).") from None
