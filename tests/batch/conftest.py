"""A stub client, a stub shop, and tiny notebooks that emit their exhibits by hand, so that no export is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

if TYPE_CHECKING:
    from crmlib.data.ledger import Unused

MIME = "application/vnd.crm.exhibit+json"
PARAMETERS = 'client = "demo"  # the client\nas_of = None  # base date\nlanguage = None\ndesk = False\n'
SHOW = f"""from IPython.display import display
def show(kind, id, **more):
    head = dict(version=1, kind=kind, id=id, title=id, n=None, n_kind="customers")
    head |= dict(period="", note="", source="", alt="")
    display({{"text/plain": id, "text/html": "<p></p>", "{MIME}": {{**head, **more}}}}, raw=True)
class report:
    metric = staticmethod(lambda id, value: show("metric", id, value=value, low=None, high=None, unit="",
                                                 value_kind="count", text=str(value)))
    finding = staticmethod(lambda id, text: show("finding", id, text=text))
def finish(ids, **seen):
    seen = dict(client=client, as_of=as_of, language=language, desk=desk) | seen
    show("end", "end", ids=ids, parameters=seen, client="acme", as_of=as_of, language=language, notebook="small")
"""
BODY = 'report.metric("n_customers", 3)\nreport.finding("largest_loss", "It fell.")'
END = 'finish(["n_customers", "largest_loss"])'


@dataclass
class Policy:
    cancelled: str = "leave_out"

    def model_dump(self, *, mode: str) -> dict[str, str]:
        assert mode == "json"
        return {"cancelled": self.cancelled}


@dataclass
class StubClient:
    """What a run asks of `crmlib.client.Client`."""

    home: Path
    name: str = "acme"
    language: str = "en"
    currency: str = "JPY"
    minor_units: int = 0
    tax_basis: str = "included"
    business_model: str = "single_item"
    notebooks: list[str] = field(default_factory=lambda: ["small"])
    formats: list[str] = field(default_factory=lambda: ["html"])
    timeout_seconds: int = 60
    sections: dict[str, dict[str, Any]] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)
    title: str = "Acme"
    as_of: date | None = None
    sources: dict[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        return self.home / "parameters" / f"{self.name}.yml"

    def section(self, notebook: str) -> dict[str, Any]:
        return self.sections.get(notebook, {})

    def title_in(self, language: str) -> str:
        return f"{self.title} ({language})"

    def remarks_in(self, language: str) -> str:
        return {"ja": "備考の文", "en": "What a reader must know."}[language]

    def model_dump(self, *, mode: str, include: set[str]) -> dict[str, Any]:
        assert mode == "json"
        return {name: getattr(self, name, None) for name in sorted(include)}


@dataclass
class StubLedger:
    def frame(self) -> pd.DataFrame:
        return pd.DataFrame({"reason": ["read", "used"], "n_rows": [3, 3], "amount": [900, 900]})


@dataclass
class StubShop:
    """What a run asks of `crmlib.shop.Shop`."""

    tables: tuple[str, ...] = ("orders",)
    as_of: date = date(2026, 3, 31)
    inputs: dict[str, str] = field(default_factory=lambda: {"orders.csv": "a" * 64})
    read_notes: list[str] = field(default_factory=list)
    ledgers: dict[str, StubLedger] = field(default_factory=lambda: {"orders": StubLedger()})
    unused: dict[str, Unused] = field(default_factory=dict)

    def has(self, table: str) -> bool:
        return table in self.tables

    def why_empty(self, table: str) -> Unused | None:
        return self.unused.get(table)

    def table(self, name: str) -> pd.DataFrame:
        return pd.DataFrame({"survey_id": ["spring", "autumn", "spring"]}) if self.has(name) else pd.DataFrame()


@pytest.fixture
def client(tmp_path: Path) -> StubClient:
    """A client whose home is an empty folder."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "parameters").mkdir()
    return StubClient(home=tmp_path)


@pytest.fixture
def shop() -> StubShop:
    """A shop with orders and nothing else, observed until 2026-03-31."""
    return StubShop()


Write = Callable[..., Path]


@pytest.fixture
def write(client: StubClient) -> Write:
    """Write a notebook into the client's home: `write("small", cells..., parameters=..., needs=[...])`."""

    def write(
        name: str,
        *cells: str,
        parameters: str | None = PARAMETERS,
        needs: list[str] | None = None,
        limits: dict[str, Any] | None = None,
    ) -> Path:
        tagged = [] if parameters is None else [_code(parameters, "parameters")]
        body = [_code(source) for source in (SHOW, *(cells or (BODY, END)))]
        markdown = {"cell_type": "markdown", "id": "title", "metadata": {}, "source": f"# {name}"}
        notebook = {
            "cells": [markdown, *tagged, *body],
            "metadata": {
                "crm": {"needs": needs or [], "parameters": limits or {}},
                "kernelspec": {"name": "nowhere", "display_name": "Nowhere"},
            },
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        for number, cell in enumerate(notebook["cells"]):
            cell["id"] = f"cell-{number}"
        path = client.home / "notebooks" / f"{name}.ipynb"
        path.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
        return path

    return write


def _code(source: str, *tags: str) -> dict[str, Any]:
    metadata = {"tags": list(tags)} if tags else {}
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": [], "execution_count": None}
