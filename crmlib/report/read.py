"""Read an executed notebook: its prose and its exhibits, and nothing else.

Code, streams, paths and parameters never leave this module, so they cannot reach a client.
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

MIME = "application/vnd.crm.exhibit+json"
VERSION = 1
SHOWN = ("metric", "table", "grid", "chart", "finding", "sheet", "conclusion")
_TEXT_KINDS = {"id", "text", "label", "state", "date"}
# What nobody sees: marks that turn the writing round, so that 12 reads 21, and half characters, go; control
# characters and the separators of lines and paragraphs become spaces.
_UNSEEN = {
    re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"): "",
    re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]"): " ",
}
_PICTURE = re.compile(r'<img[^>]* src="(data:image/(?:svg\+xml|png);base64,[A-Za-z0-9+/=]+)"')

Item = dict[str, Any]


def read(path: Path) -> list[Item]:
    """The prose and the exhibits of an executed notebook, in their order.

    Prose is `{"kind": "prose", "markdown": ...}`. An exhibit is its bundle as the notebook emitted it, and `picture`
    (a data URI, or None). The `end` bundle comes last and is not for show.

    Raises:
        ValueError: an exhibit of another version or kind, a number that is a text, or no `end`.
    """
    notebook = json.loads(path.read_text(encoding="utf-8"))
    items = [item for cell in notebook["cells"] for item in _items(cell, path.name)]
    if not any(item["kind"] == "end" for item in items):
        raise ValueError(f"{path.name}: the notebook did not reach report.finish(), its exhibits may be incomplete.")
    return items


def exhibits(items: list[Item], *kinds: str) -> list[Item]:
    """The exhibits of these kinds (of every kind that is shown, when none is given)."""
    return [item for item in items if item["kind"] in (kinds or SHOWN)]


def _items(cell: dict[str, Any], where: str) -> list[Item]:
    if cell["cell_type"] == "markdown":
        return [{"kind": "prose", "markdown": _seen(_joined(cell["source"]))}]
    return [_exhibit(output["data"], where) for output in cell.get("outputs", []) if MIME in output.get("data", {})]


def _exhibit(data: dict[str, Any], where: str) -> Item:
    bundle = _seen(dict(data[MIME]))
    if bundle.get("version") != VERSION:
        raise ValueError(f"{where}: exhibit version == {bundle.get('version')!r}, this crmlib reads {VERSION}.")
    if bundle.get("kind") not in (*SHOWN, "end"):
        raise ValueError(f"{where}: exhibit kind == {bundle.get('kind')!r}, must be one of {', '.join(SHOWN)}, end.")
    _check_numbers(bundle, where)
    picture = _PICTURE.search(_joined(data.get("text/html", "")))
    bundle["picture"] = picture.group(1) if picture else None
    return bundle


def _seen(value: Any) -> Any:
    """A value of an exhibit, its texts without what nobody sees; every format reads exhibits from here."""
    if isinstance(value, str):
        if not value.isprintable():
            for unseen, instead in _UNSEEN.items():
                value = unseen.sub(instead, value)
        return value
    if isinstance(value, dict):
        return {key: _seen(found) for key, found in value.items()}
    return [_seen(found) for found in value] if isinstance(value, list) else value


def _check_numbers(bundle: Item, where: str) -> None:
    # Jupyter turns NaN and inf into the texts "nan" and "inf"; exhibits must have made them null before.
    for name, kind, value in _values(bundle):
        wrong_text = isinstance(value, str) and kind not in _TEXT_KINDS
        if wrong_text or (isinstance(value, float) and not math.isfinite(value)):
            raise ValueError(f"{where}: exhibit {bundle['id']!r}, {name}: {value!r} is not a number; missing is null.")


def _values(bundle: Item) -> list[tuple[str, str, Any]]:
    if bundle["kind"] == "metric":
        return [(name, bundle["value_kind"], bundle.get(name)) for name in ("value", "low", "high")]
    if bundle["kind"] == "conclusion":
        return [("size", "money", bundle.get("size"))]
    columns = bundle.get("columns") or []
    return [
        (column["name"], column["kind"], value)
        for row in bundle.get("rows") or []
        for column, value in zip(columns, row, strict=True)
    ]


def _joined(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)
