"""A report that was made: its manifest and exhibits, read with care, because an older crmlib may have written them."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from crmlib.errors import UserError
from crmlib.report.changes import Earlier

EXHIBITS, MANIFEST, INDEX = "exhibits.json", "manifest.json", "index.html"
PLACE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:-([a-z]{2}))?")
YEN = ("円", "yen")
Told = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a report was made from, and its exhibits, notebook by notebook."""

    client: str
    title: str
    as_of: str
    language: str
    currency: str
    manifest: Told = field(default_factory=dict)
    notebooks: dict[str, Told] = field(default_factory=dict)

    def entries(self) -> dict[str, Told]:
        """What the manifest says of each notebook."""
        return _dicts(self.manifest.get("notebooks"))


def read_made(folder: Path) -> Made:
    """A report's folder as it was left.

    Raises:
        UserError: it is no report, or its files cannot be read.
    """
    manifest, exhibits = (_json(folder, name) for name in (MANIFEST, EXHIBITS))
    found = made(manifest, exhibits)
    if not found.as_of:
        raise UserError(f"{folder}: no report, its {MANIFEST} tells no base date such as 2026-03-31.")
    return found


def made(manifest: Told, exhibits: Told) -> Made:
    """A report from its manifest and exhibits; what an older crmlib did not write is empty."""
    notebooks = {name: shaped(part) for name, part in _dicts(exhibits.get("notebooks")).items()}
    facts = {name: str(manifest.get(name) or exhibits.get(name) or "") for name in ("client", "as_of", "language")}
    told = manifest.get("told")
    settings = told if isinstance(told, dict) else {}
    return Made(
        client=facts["client"],
        title=str(settings.get("title") or facts["client"]),
        as_of=facts["as_of"] if is_day(facts["as_of"]) else "",
        language=facts["language"] or "en",
        currency=str(settings.get("currency") or _currency(notebooks)),
        manifest=manifest,
        notebooks=notebooks,
    )


def shaped(part: Told) -> Told:
    """The exhibits of a notebook without whatever is not of the form they have."""
    tables = {name: table for name, one in _dicts(part.get("tables")).items() if (table := _table(one)) is not None}
    metrics = {name: _metric(metric) for name, metric in _dicts(part.get("metrics")).items()}
    findings = part.get("findings")
    pairs = findings.items() if isinstance(findings, dict) else ()
    said = {name: text for name, text in pairs if isinstance(text, str)}
    return {"metrics": metrics, "tables": tables, "findings": said, "conclusions": _dicts(part.get("conclusions"))}


def earlier(reports: Path, as_of: str, language: str, *, with_page: bool = False) -> list[Earlier]:
    """The earlier reports of this language in a client's folder, the newest first; only those with a page, if asked."""
    found = []
    for folder in sorted(reports.iterdir()) if reports.is_dir() else []:
        day = PLACE.fullmatch(folder.name)
        if not day or not is_day(day[1]) or day[1] >= as_of or (with_page and not (folder / INDEX).is_file()):
            continue
        if _language(folder) == language:
            found.append(Earlier(folder=folder.name, as_of=day[1]))
    return sorted(found, key=lambda one: one.as_of, reverse=True)


def is_day(text: str) -> bool:
    """Whether a text is a date such as 2026-03-31."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def is_number(value: object) -> bool:
    """A finite number; JSON's true and false are none."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number of hundreds of digits
        return False


def _language(folder: Path) -> str:
    try:
        return str(_json(folder, MANIFEST).get("language", ""))
    except UserError:
        return ""


def _json(folder: Path, name: str) -> Told:
    try:
        found = _whole(json.loads(_text_of(folder / name)))
    except (OSError, ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise UserError(f"{folder}: no report, its {name} is missing or cannot be read.")
    return found


def _text_of(path: Path) -> str:
    """The text of a file; a pipe or a device would be waited for without an end."""
    if not path.is_file():
        raise OSError(f"{path} is no file")
    return path.read_text(encoding="utf-8")


def _whole(found: Any) -> Any:
    """Half letters, which JSON may hold and no terminal or page can write, told as unknown ones."""
    text = json.dumps(found, ensure_ascii=False)
    kept = text.encode("utf-8", "replace").decode("utf-8")
    return found if kept == text else json.loads(kept)


def _dicts(found: object) -> dict[str, Told]:
    pairs = found.items() if isinstance(found, dict) else ()
    return {str(name): part for name, part in pairs if isinstance(part, dict)}


def _metric(metric: Told) -> Told:
    numbers = {name: metric[name] if is_number(metric.get(name)) else None for name in ("value", "low", "high")}
    texts = {name: str(metric.get(name) or "") for name in ("title", "text", "value_kind", "period", "unit")}
    return {**texts, **numbers}


def _table(table: Told) -> Told | None:
    columns, rows = table.get("columns"), table.get("rows")
    if not isinstance(columns, list) or not isinstance(rows, list):
        return None
    if not all(
        isinstance(c, dict) and isinstance(c.get("name"), str) and isinstance(c.get("kind"), str) for c in columns
    ):
        return None
    if not all(isinstance(row, list) and len(row) == len(columns) for row in rows):
        return None
    kinds = table.get("row_kinds")
    n_rows = table.get("n_rows")
    return {
        "title": str(table.get("title") or ""),
        "columns": columns,
        "rows": rows,
        "row_kinds": kinds if isinstance(kinds, list) and len(kinds) == len(rows) else [None] * len(rows),
        "n_rows": n_rows if isinstance(n_rows, int) else None,
    }


def _currency(notebooks: dict[str, Told]) -> str:
    """The currency of the first sum of money told; a report without one is not known to have any."""
    for part in notebooks.values():
        for metric in part["metrics"].values():
            if metric["value_kind"] == "money" and metric["unit"]:
                return "JPY" if metric["unit"] in YEN else str(metric["unit"])
    return ""
