"""Executed notebooks written by hand: one bundle of every kind, as a kernel would have left them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from crmlib import words
from crmlib.report.publish import NotebookRun, ReportInput
from crmlib.report.read import MIME

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 4"><rect width="10" height="4" fill="#cde"/></svg>'
PICTURE = "data:image/svg+xml;base64," + base64.b64encode(SVG.encode()).decode()


def exactly(message: str) -> str:
    """The pattern that only this whole message matches."""
    return f"^{re.escape(message)}$"


@dataclass(frozen=True)
class Client:
    """Stands in for crmlib.client.Client."""

    name: str = "demo"
    title: str = "Demo shop"
    currency: str = "JPY"
    tax_basis: str = "included"
    business_model: str = "single_item"

    def title_in(self, language: str) -> str:  # noqa: ARG002
        return self.title

    def remarks_in(self, language: str) -> str:
        return {"ja": "備考の文", "en": "What a reader must know."}[language]


def columns(*names: str) -> list[dict[str, Any]]:
    found = [words.column(name) for name in names]
    return [{"name": c.name, "label": c.label, "unit": c.unit, "kind": c.kind, "decimals": c.decimals} for c in found]


def bundle(kind: str, id: str, title: str = "", **more: Any) -> dict[str, Any]:
    head = {"version": 1, "kind": kind, "id": id, "title": title, "n": None, "n_kind": "customers", "note": "",
            "period": "1 April 2025 to 31 March 2026", "source": "", "alt": ""}  # fmt: skip
    return {**head, **more}


def metric(id: str, value: float | None, kind: str, **more: Any) -> dict[str, Any]:
    text = words.MISSING if value is None else words.phrase(value, kind)
    body = {"value": value, "low": None, "high": None, "unit": words.unit(kind), "value_kind": kind, "text": text}
    return bundle("metric", id, **{"title": id, **body, **more})


def table(id: str, names: list[str], rows: list[list[Any]], **more: Any) -> dict[str, Any]:
    return bundle("table", id, **{"title": id, "columns": columns(*names), "rows": rows, **more})


def grid(id: str, cells: list[list[dict[str, Any] | None]], kind: str = "share", **more: Any) -> dict[str, Any]:
    body = {"row_header": "First purchase", "column_header": "Months since first purchase", "value_kind": kind,
            "value_label": "Share who bought", "row_labels": [f"2025-{row + 1:02}" for row in range(len(cells))],
            "column_labels": [str(k) for k in range(len(cells[0]) if cells else 0)], "cells": cells}  # fmt: skip
    return bundle("grid", id, **{"title": id, **body, **more})


def cell(value: float | None, kind: str = "share", state: str = "observed", n: int | None = None) -> dict[str, Any]:
    text = "" if value is None else words.text(value, kind)
    return {"value": value, "text": text, "state": state, "n": n, "low": None, "high": None}


def chart(id: str, names: list[str], rows: list[list[Any]], native: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {"columns": columns(*names), "rows": rows, "native": native, "alt": "A chart", "picture": PICTURE}
    return bundle("chart", id, **{"title": id, **body, **more})


def finding(id: str, text: str) -> dict[str, Any]:
    return bundle("finding", id, text=text)


def conclusion(id: str, text: str, action: str = "Do it.", **more: Any) -> dict[str, Any]:
    said = {"text": text, "action": action, "size": None, "good": False, "certain": True}
    said["basis"] = "their sales of a year" if more.get("size") else ""
    return bundle("conclusion", id, **{**said, **more})


def sheet(id: str, frame: pd.DataFrame, folder: Path, **more: Any) -> dict[str, Any]:
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.register("frame", frame)
        connection.table("frame").write_parquet(str(folder / f"{id}.parquet"))
    digest = hashlib.sha256((folder / f"{id}.parquet").read_bytes()).hexdigest()
    shown = frame.head(10).astype(object).to_numpy().tolist()
    body = {"columns": columns(*frame.columns), "rows": shown, "n_rows": len(frame)}
    return bundle("sheet", id, **{"title": id, **body, "file": f"{id}.parquet", "sha256": digest, **more})


def end() -> dict[str, Any]:
    return {"version": 1, "kind": "end", "id": "end", "title": "", "ids": [], "parameters": {"secret_cut": 30}}


def output(shown: dict[str, Any]) -> dict[str, Any]:
    picture = shown.pop("picture", None)
    html = f'<figure><img src="{picture}" alt=""></figure>' if picture else "<p></p>"
    data = {"text/plain": shown["title"], "text/html": html, MIME: shown}
    return {"output_type": "display_data", "data": data, "metadata": {}}


def write_notebook(path: Path, parts: list[str | dict[str, Any]]) -> Path:
    """A notebook of prose (texts) and exhibits (bundles); code, a warning and a stray repr stand beside them."""
    noise = [
        {"output_type": "stream", "name": "stderr", "text": "/srv/secret.py:1: UserWarning"},
        {"output_type": "execute_result", "data": {"text/plain": "<Axes: >"}, "metadata": {}, "execution_count": 1},
    ]
    cells = [
        {"cell_type": "markdown", "source": part, "metadata": {}}
        if isinstance(part, str)
        else {"cell_type": "code", "source": "secret_cut = 30", "metadata": {}, "outputs": [*noise, output(part)]}
        for part in [*parts, end()]
    ]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), "utf-8")
    return path


def ledger() -> pd.DataFrame:
    lines = [("read", 100, 500_000), ("cancelled", 7, 35_000), ("zero_yen", 3, 0), ("discount", 0, 5_000),
             ("used", 90, 460_000)]  # fmt: skip
    return pd.DataFrame(lines, columns=["reason", "n_rows", "amount"])


def report(notebooks: list[NotebookRun], **more: Any) -> ReportInput:
    given = {"client": Client(), "as_of": date(2026, 3, 31), "language": "en", "ledgers": {"orders": ledger()},
             "policy": {"cancelled": "leave_out", "pending": "keep"}, "read_notes": ["orders: cp932"],
             "notebooks": notebooks, "formats": ["html", "xlsx"], "version": "0.1.0"}  # fmt: skip
    return ReportInput(**{**given, **more})


def one(tmp_path: Path, parts: list[str | dict[str, Any]], **more: Any) -> ReportInput:
    """A run of one notebook, `rfm`."""
    path = write_notebook(tmp_path / "rfm.ipynb", parts)
    return report([NotebookRun(name="rfm", verdict="ok", notebook=path, folder=tmp_path)], **more)
