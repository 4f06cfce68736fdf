"""The values of an exhibit as its JSON bundle holds them: raw, each by the kind of its column."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlib import words

if TYPE_CHECKING:
    from pandas import DataFrame, Series

MEASURES = "measure_kind"


def plain(value: Any, kind: str) -> Any:
    """A value as JSON holds it, by its kind: dates as ISO text, ids as text, missing and infinite as null."""
    if words.is_missing(value):
        return None
    form = words.kind(kind).form
    if form == "date":
        return words.as_date(value).isoformat()
    if form in {"text", "label"}:
        return str(value)
    number = float(value)
    if not math.isfinite(number):
        return None
    # Averages of money are rounded to the smallest unit, never cut.
    return int(words.rounded(value)) if form in {"month", "money"} or number.is_integer() else number


def table(frame: DataFrame) -> dict[str, Any]:
    """Columns and rows; a column `measure_kind` is not shown but says the kind of each row's mixed measures."""
    measures = _values(frame[MEASURES]) if MEASURES in frame.columns else [None] * len(frame)
    columns = [words.column(str(name)) for name in frame.columns if name != MEASURES]
    said = [{"name": c.name, "label": c.label, "unit": c.unit, "kind": c.kind, "decimals": c.decimals} for c in columns]
    cells = [
        [plain(value, words.row_kind(c.kind, m)) for value, m in zip(_values(frame[c.name]), measures, strict=True)]
        for c in columns
    ]
    body = {"columns": said, "rows": [list(row) for row in zip(*cells, strict=True)]}
    return body | ({"row_kinds": measures} if MEASURES in frame.columns else {})


def _values(series: Series[Any]) -> list[Any]:
    return series.astype(object).tolist()


def grid(frame: DataFrame, rows: str, columns: str, value: str) -> dict[str, Any]:
    """Labels of rows and columns, and a cell for each pair; None where the frame has none."""
    down, across, cell = words.column(rows), words.column(columns), words.column(value)
    row_keys, column_keys = _in_order(frame[rows]), _in_order(frame[columns])
    extra = {"state": "state", "size": "n_start", "low": f"{value}_low", "high": f"{value}_high"}
    names = {"value": value, **{key: name for key, name in extra.items() if name in frame.columns}}
    found = {(r[rows], r[columns]): _cell(r, names, cell.kind) for r in frame.to_dict("records")}
    return {
        "row_header": down.header,
        "column_header": across.header,
        "value_name": value,
        "value_label": cell.header,
        "value_kind": cell.kind,
        "row_labels": [_key_text(key, down.kind) for key in row_keys],
        "column_labels": [_key_text(key, across.kind) for key in column_keys],
        "cells": [[found.get((r, c)) for c in column_keys] for r in row_keys],
    }


def _in_order(keys: Series[Any]) -> list[Any]:
    return list(dict.fromkeys(keys.astype(object).tolist()))


def _key_text(key: Any, kind: str) -> str:
    return words.label(key) if isinstance(key, str) else words.text(key, kind)


def _cell(record: dict[Any, Any], names: dict[str, str], kind: str) -> dict[str, Any]:
    value = plain(record[names["value"]], kind)
    cell: dict[str, Any] = {"value": value, "text": "" if value is None else words.text(value, kind)}
    cell["state"] = str(record[names["state"]]) if "state" in names else "observed"
    cell["n"] = plain(record[names["size"]], "count") if "size" in names else None
    for bound in ("low", "high"):
        cell[bound] = plain(record[names[bound]], kind) if bound in names else None
    return cell


def native_form(native: dict[str, Any], table: DataFrame) -> dict[str, Any]:
    """The native form with every column it names checked against the table."""
    named = [name for value in native.values() for name in ([value] if isinstance(value, str) else value)]
    unknown = [name for name in named if name not in table.columns and name != native.get("form")]
    if unknown:
        raise ValueError(f"native names {unknown}, the table has {list(table.columns)}.")
    [*_, last] = native["y"]
    bounds = {end: f"{last}_{end}" for end in ("low", "high") if len(native["y"]) == 1}
    return native | {end: name for end, name in bounds.items() if name in table.columns}


def write_rows(frame: DataFrame, name: str) -> dict[str, Any]:
    """Write the rows to a Parquet file beside the notebook, with its hash."""
    import duckdb

    # Canonical order and types as handed in; the hash lets the publisher see a swapped or cut file.
    with duckdb.connect() as connection:
        connection.register("rows", frame.astype({c: object for c in frame.columns if frame[c].dtype == "category"}))
        connection.table("rows").write_parquet(name)
    return {"file": name, "sha256": hashlib.sha256(Path(name).read_bytes()).hexdigest()}
