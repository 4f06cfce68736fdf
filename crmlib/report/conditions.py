"""What every report says about itself: the conditions it was made under, its ledger, and its definitions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.report.read import Item, exhibits
from crmlib.words import N_

if TYPE_CHECKING:
    from crmlib.report.publish import ReportInput

MANY_FILES = 4
_TOPICS = {
    "file_read": N_("Files read"),
    "encoding_told": N_("Encoding judged by how usual its letters are (name it in the client file)"),
    "not_mapped": N_("Columns not used"),
    "broken_rows": N_("Rows with the wrong number of cells"), "no_effect": N_("Columns that change no amount"),
    "unread_cells": N_("Cells that cannot be read, taken as blank"), "orders_end": "",
    "durations": N_("Known by their length alone; their calendar dates are made up, counted back from the base date"),
    "unmatched": N_("Customers without a counted order (are their ids written as in the orders?)"),
    "strangers": N_("Customers with orders who are not in this table (are their ids written as in the orders?)"),
    "orphaned": N_("Rows that belong to nothing in the data"), "totals": N_("Rows of totals, left out"), "reversed": "",
    "unpacked": "",
    "media_filled": N_("Orders whose medium is their customer's, as the export of orders has none"),
    "alike_ids": N_("Customer ids that differ from another one only in width or capitals, each a customer of its own"),
}  # fmt: skip
_WITH_FILES = ("file_read", "encoding_told", "broken_rows", "totals")
_PARTS = ("unmatched", "strangers", "orphaned", "media_filled", "alike_ids")  # `n of all`
_BARE = {"kind": "table", "n": None, "note": "", "period": "", "source": ""}


def conditions(run: ReportInput, items: Iterable[Item] = ()) -> list[tuple[str, str]]:
    """Name and setting of each condition: client, base date, period, currency, tax, business model, policy."""
    period = next((item["period"] for item in items if item.get("period")), "")
    told = [
        (words.translate("Client"), run.client.title_in(run.language)),
        (words.translate("Base date"), words.phrase(run.as_of, "date")),
        (words.translate("Period"), period),
        (words.translate("Currency"), run.client.currency),
        (words.translate("Tax"), words.label(run.client.tax_basis)),
        (words.translate("Business model"), words.label(run.client.business_model)),
        (words.translate("Remarks"), run.client.remarks_in(run.language)),
    ]
    return [(name, setting) for name, setting in told if setting]


def policy(run: ReportInput) -> list[tuple[str, str]]:
    """Name and treatment of each class of orders the policy speaks of, and whether the data tells the class at all."""
    return [(words.label(name), _treatment(run, name, setting)) for name, setting in run.policy.items()]


def reading(run: ReportInput) -> list[tuple[str, str, str]]:
    """Table, topic and facts of what the reading met, one line a table and topic.

    Folders and the names of columns that were not used are no client's business; `crm check` tells them.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for note in run.read_notes:
        code, table, facts = _parted(note)
        found.setdefault((table, code), []).append(_for_client(code, facts))
    return [(*_topic(table, code), _listed(facts)) for (table, code), facts in found.items()]


def note_text(note: str) -> str:
    """One note of the reading on one line with all its facts, in the language in use.

    Example:
        >>> _ = words.speak("en")
        >>> note_text("not_mapped: orders: memo, phone"), note_text("orders_end: orders: 2025-06-30")
        ('Orders: Columns not used: memo, phone', 'Orders end on 30 June 2025, before the base date.')
    """
    code, table, facts = _parted(note)
    if code in _SENTENCES:
        return _SENTENCES[code](facts)
    facts = _part(facts) if code in _PARTS else facts
    # The key of the client file that settles it; a report's reader has none.
    facts += f" (sources.{table}.ids: plain)" if code == "alike_ids" else ""
    return ": ".join(part for part in (*_topic(table, code), facts) if part)


def ledgers(run: ReportInput) -> list[Item]:
    """One table a ledger, in the form of a table exhibit: reason, rows and money, from read to used; orders first."""
    names = sorted(run.ledgers, key=lambda table: table != "orders")
    return [_ledger(table, run.ledgers[table]) for table in names]


def detailed(ledger: Item) -> bool:
    """Whether a ledger has more to tell than that every row was used."""
    return any(row[0] not in ("read", "used") for row in ledger["rows"]) or len(ledger["columns"]) > 2


def ledger_summary(run: ReportInput) -> Item:
    """One row a ledger: rows read, left out and used."""
    heads = [words.column("table").label, words.label("read"), words.translate("Rows left out"), words.label("used")]
    kinds = ("label", "rows", "rows", "rows")
    columns = [{"name": text, "label": text, "unit": "", "kind": kind} for text, kind in zip(heads, kinds, strict=True)]
    rows = []
    for ledger in ledgers(run):
        counts = {row[0]: row[1] for row in ledger["rows"]}
        read, used = counts.get("read", 0), counts.get("used", 0)
        rows.append([ledger["table"], read, read - used, used])
    return {**_BARE, "id": "ledger", "title": words.translate("All tables"), "columns": columns, "rows": rows}


def definitions(items: Iterable[Item]) -> list[tuple[str, str, str]]:
    """Label, unit and one-sentence definition of every column used, in the order of first use."""
    found: dict[str, tuple[str, str, str]] = {}
    for name in (name for item in items for name in _names(item) if name in words.DEFINITIONS):
        column = words.column(name)
        found[name] = (column.label, column.unit, words.translate(words.DEFINITIONS[name]))
    return list(found.values())


def _names(item: Item) -> list[str]:
    cells = [item["value_name"]] if item.get("value_name") else []
    return [column["name"] for column in item.get("columns") or []] + cells


def pages_of(all_items: dict[str, list[Item]]) -> list[Item]:
    """Every exhibit of a run, one notebook after the other."""
    return [item for items in all_items.values() for item in exhibits(items)]


def _ledger(table: str, frame: Any) -> Item:
    names = ["reason", "n_rows", "amount"]
    cells = frame[names].astype(object).to_numpy().tolist()
    rows = [[None if words.is_missing(cell) else cell for cell in row] for row in cells]
    # Surveys and assignments have no money; a column of dashes would say that some is missing.
    if all(row[2] is None for row in rows):
        names, rows = names[:2], [row[:2] for row in rows]
    columns = [words.column("ledger_amount" if name == "amount" else name) for name in names]
    said = [{"name": c.name, "label": c.label, "unit": c.unit, "kind": c.kind, "decimals": c.decimals} for c in columns]
    facts = {"id": f"ledger_{table}", "title": words.label(table), "table": table}
    return {**_BARE, **facts, "columns": said, "rows": rows}


def _treatment(run: ReportInput, name: str, setting: str) -> str:
    if run.policy_known.get(name, True):
        return words.label(setting)
    return words.say(N_("{setting:label} (no such column or value in the data)"), setting=setting).text()


def _parted(note: str) -> tuple[str, str, str]:
    """Code, table and facts of a note `code: table: facts`; another text is all facts."""
    parts = note.split(": ", 2)
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 and parts[0] in _TOPICS else ("", "", note)


def _topic(table: str, code: str) -> tuple[str, str]:
    return words.label(table), words.translate(_TOPICS[code]) if code else ""


def _for_client(code: str, facts: str) -> str:
    if code in _SENTENCES:
        return _SENTENCES[code](facts)
    if code == "not_mapped":
        return words.text(len(facts.split(", ")), "count")
    if code in _PARTS:
        return _part(facts)
    if code in _WITH_FILES:
        return re.sub(r" row (\d+)", r":\1", re.sub(r"[^\s,()]*/", "", facts))
    return facts


def _part(facts: str) -> str:
    n, total = (int(number) for number in facts.split(" of "))
    return words.say(N_("{n:count} of {total:count}"), n=n, total=total).text()


def _orders_end(last: str) -> str:
    return words.say(N_("Orders end on {last:date}, before the base date."), last=last).text()


def _reversed(facts: str) -> str:
    n, amount = (int(number) for number in facts.split(" of "))
    said = N_(
        "Rows below zero that are left out: {n:count} ({amount:money}); a sale taken back by one of them counts in "
        "full, and the keys returned and negative of the policy settle it."
    )
    return words.say(said, n=n, amount=amount).text()


def _unpacked(facts: str) -> str:
    n, items = (int(number) for number in facts.split(" of "))
    said = N_("{n:rows} hold several items each, {items:count} together; each item is a line of its order.")
    return words.say(said, n=n, items=items).text()


_SENTENCES = {"orders_end": _orders_end, "reversed": _reversed, "unpacked": _unpacked}


def _listed(facts: list[str]) -> str:
    if len(facts) <= MANY_FILES:
        return ", ".join(facts)
    return f"{facts[0]}, {facts[1]}, …, {facts[-1]} ({len(facts)})"
