"""The notebooks there are, and which tables each needs: what a new client file may list."""

from __future__ import annotations

from pathlib import Path

from crmlib.batch.plan import SHIPPED
from crmlib.batch.template import read_json
from crmlib.client import NOTEBOOKS


def offered(home: Path) -> dict[str, tuple[str, ...]]:
    """Each of our notebooks that is there, in the order of a report, with its tables; lines come with their orders."""
    found = {path.stem: path for folder in (*reversed(SHIPPED), home / "notebooks") for path in folder.glob("*.ipynb")}
    needs = {
        name: read_json(found[name])["metadata"].get("crm", {}).get("needs", ()) for name in NOTEBOOKS if name in found
    }
    return {name: tuple(sorted({_source(table) for table in tables})) for name, tables in needs.items()}


def _source(table: str) -> str:
    return "orders" if table == "order_items" else table
