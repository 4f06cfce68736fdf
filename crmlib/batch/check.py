"""What `crm check` tells about a client's export before any report is made, in the client's language."""

from __future__ import annotations

import unicodedata
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import crmlib
from crmlib import words
from crmlib.batch.health import health_lines
from crmlib.batch.plan import NotebookPlan, Plan, make_plan
from crmlib.batch.verdict import before
from crmlib.words import N_

if TYPE_CHECKING:
    from crmlib.client import Client


@dataclass(frozen=True, kw_only=True)
class Check:
    """What was found, as text, and whether every notebook is one that can be run."""

    text: str
    valid: bool


def check(client: Client, *, language: str | None = None, folders: tuple[Path, ...] = ()) -> Check:
    """Sources and their mapping, how they were read, each ledger, the tables there are, what each notebook can say.

    Raises:
        UserError: the export cannot be read as the client file says, or a run would be refused.
    """
    shop = crmlib.open_shop(client.path)
    plan = make_plan(client, shop, language=language, folders=folders)
    text = copy_context().run(_text, client, shop, plan)
    return Check(text=text, valid=not any(notebook.fault for notebook in plan.notebooks))


def _text(client: Client, shop: Any, plan: Plan) -> str:
    from crmlib.report.conditions import note_text

    words.speak(plan.language, client.currency)
    title, day = client.title_in(plan.language), words.phrase(plan.as_of, "date")
    parts = [
        [f"{client.name}: {title}", f"{words.translate('Base date')}: {day}"],
        [words.translate("How the data was read"), *(f"  {note_text(note)}" for note in shop.read_notes)],
        *(_mapping(table, source) for table, source in client.sources.items()),
        *(_ledger(table, ledger.frame()) for table, ledger in _orders_first(shop.ledgers)),
        _left_out(shop),
        health_lines(shop),
        [words.translate(N_("Notebooks")), *(f"  {_named(one)}: {can_say(one)}" for one in plan.notebooks)],
        [note.text() for note in plan.notes],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _mapping(table: str, source: Any) -> list[str]:
    pairs = [f"  {name} ← {header}" for name, header in source.columns.items()]
    head = words.say(N_("{table:label}: columns of the export by the name they have here"), table=table).text()
    as_is = words.translate(N_("as they are called in the export"))
    return [head, *(pairs or [f"  {as_is}"])]


def _orders_first(ledgers: dict[str, Any]) -> list[tuple[str, Any]]:
    return sorted(ledgers.items(), key=lambda pair: pair[0] != "orders")


def _ledger(table: str, frame: Any) -> list[str]:
    rows = [(words.label(reason), words.text(n, "count"), words.text(m, "money")) for reason, n, m in _cells(frame)]
    heads = [words.label(table), words.column("n_rows").label, words.column("ledger_amount").header]
    kept = 3 if any(row[2] != words.MISSING for row in rows) else 2
    wide = [max(_width(row[column]) for row in [heads, *rows]) for column in range(kept)]
    return [_line(row, wide) for row in [heads, *rows]]


def _cells(frame: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in frame[["reason", "n_rows", "amount"]].astype(object).to_numpy().tolist()]


def _line(row: Any, wide: list[int]) -> str:
    """The first cell to the left, the others to the right of their columns."""
    first, *others = row[: len(wide)]
    padded = [" " * (wide[n] - _width(cell)) + cell for n, cell in enumerate(others, 1)]
    return "  ".join([f"  {first}{' ' * (wide[0] - _width(first))}", *padded])


def _width(text: str) -> int:
    """Columns of a terminal that a text takes; Japanese characters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _left_out(shop: Any) -> list[str]:
    late = ("read", "used", "after_as_of")
    frames = [ledger.frame() for ledger in shop.ledgers.values()]
    if not any(n for frame in frames for reason, n, _ in _cells(frame) if reason not in late):
        return []
    near = shop.left_out.relative_to(Path.cwd()) if shop.left_out.is_relative_to(Path.cwd()) else shop.left_out
    return [words.say(N_("The rows left out, each with its reason, are listed in {path:text}."), path=near).text()]


def _named(notebook: NotebookPlan) -> str:
    name = words.label(notebook.name)
    return name if name == notebook.name else f"{name} ({notebook.name})"


def can_say(notebook: NotebookPlan) -> str:
    """What a notebook can say, in a few words, in the current language."""
    if notebook.fault:
        return f"{words.label('invalid')}: {notebook.fault}"
    known = before(notebook)
    if known is not None and known.reason is not None:
        return known.reason.text()
    shown, lacking = len(notebook.exhibits), len(notebook.untellable)
    if lacking:
        said = N_("exhibits: {n:count}, of which {lacking:count} cannot be told from the data")
        return words.say(said, n=shown, lacking=lacking).text()
    return words.say(N_("exhibits: {n:count}"), n=shown).text()
