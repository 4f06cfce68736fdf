"""What `crm check` tells about a client's export before any report is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import crmlib
from crmlib import words
from crmlib.batch.plan import NotebookPlan, make_plan

if TYPE_CHECKING:
    from pathlib import Path

    from crmlib.client import Client


def check_text(client: Client, *, folders: tuple[Path, ...] = ()) -> str:
    """Sources and their mapping, how they were read, each ledger, the tables there are, what each notebook can say.

    Raises:
        UserError: the export cannot be read as the client file says.
    """
    shop = crmlib.open_shop(client.path)
    words.speak("en", client.currency)
    plan = make_plan(client, shop, folders=folders)
    parts = [
        [f"{client.name}: {client.title_in('en')}, as of {plan.as_of}"],
        ["read:", *(f"  {note}" for note in shop.read_notes)],
        *(_mapping(table, source) for table, source in client.sources.items()),
        *(_ledger(table, ledger.frame()) for table, ledger in shop.ledgers.items()),
        ["notebooks:", *(f"  {notebook.name}: {can_say(notebook)}" for notebook in plan.notebooks)],
    ]
    return "\n\n".join("\n".join(part) for part in parts)


def _mapping(table: str, source: Any) -> list[str]:
    pairs = [f"  {name} <- {header}" for name, header in source.columns.items()]
    return [f"columns of {table}:", *(pairs or ["  as they are"])]


def _ledger(table: str, frame: Any) -> list[str]:
    rows = [(words.label(r["reason"]), _cell(r["n_rows"], "count"), _cell(r["amount"], "money")) for r in _rows(frame)]
    wide = [max(len(row[column]) for row in rows) for column in range(3)]
    unit = f" ({words.unit('money')})" if any(row[2] != words.MISSING for row in rows) else ""
    return [
        f"{table}, rows and money{unit}:",
        *(f"  {a:<{wide[0]}}  {b:>{wide[1]}}  {c:>{wide[2]}}" for a, b, c in rows),
    ]


def _rows(frame: Any) -> list[dict[str, Any]]:
    return frame.astype(object).to_dict("records")


def _cell(value: Any, kind: str) -> str:
    return words.text(value, kind)


def can_say(notebook: NotebookPlan) -> str:
    """What a notebook can say, in a few words."""
    if notebook.fault:
        return f"invalid, {notebook.fault}"
    if notebook.missing:
        return f"nothing, no table {', '.join(notebook.missing)}"
    lacking = f", {len(notebook.untellable)} of them not tellable" if notebook.untellable else ""
    return f"{len(notebook.exhibits)} exhibits{lacking}"
