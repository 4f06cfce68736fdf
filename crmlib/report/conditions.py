"""What every report says about itself: the conditions it was made under, its ledger, and its definitions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.report.read import Item, exhibits

if TYPE_CHECKING:
    from crmlib.report.publish import ReportInput


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
    ]
    return [(name, setting) for name, setting in told if setting]


def policy(run: ReportInput) -> list[tuple[str, str]]:
    """Name and treatment of each class of orders the policy speaks of."""
    return [(words.label(name), words.label(setting)) for name, setting in run.policy.items()]


def ledgers(run: ReportInput) -> list[Item]:
    """One table a ledger, in the form of a table exhibit: reason, rows and money, from read to used."""
    return [_ledger(table, frame) for table, frame in run.ledgers.items()]


def definitions(items: Iterable[Item]) -> list[tuple[str, str, str]]:
    """Label, unit and one-sentence definition of every column used, in the order of first use."""
    found: dict[str, tuple[str, str, str]] = {}
    for column in (column for item in items for column in item.get("columns") or []):
        if column["name"] in words.DEFINITIONS and column["name"] not in found:
            definition = words.translate(words.DEFINITIONS[column["name"]])
            found[column["name"]] = (column["label"], column.get("unit") or "", definition)
    return list(found.values())


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
    columns = [words.column(name) for name in names]
    said = [{"name": c.name, "label": c.label, "unit": c.unit, "kind": c.kind, "decimals": c.decimals} for c in columns]
    return {"kind": "table", "id": f"ledger_{table}", "title": words.label(table), "columns": said, "rows": rows,
            "n": None, "note": "", "period": "", "source": "", "table": table}  # fmt: skip
