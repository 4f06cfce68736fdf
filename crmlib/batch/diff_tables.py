"""Tables of two reports, row by row by their key columns: rows that came, rows that went, cells that changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.batch.diff_figures import cell, change_text, same
from crmlib.report.changes import GONE, NEW, Cell, Row, Table

if TYPE_CHECKING:
    from crmlib.batch.made import Made, Told

NAMING = {"id", "label", "text", "state", "month", "date"}  # kinds of columns that name a row
MOST_KEYS = 4
CHART = "_chart"
Key = tuple[Any, ...]


def tables(old: Made, new: Made) -> list[Table]:
    """Every table, grid, chart and list that differs, of the notebooks that both reports have."""
    found = []
    for notebook, now in new.notebooks.items():
        then = old.notebooks.get(notebook)
        if then is None:
            continue
        for name, table in now["tables"].items():
            if _is_drawn_only(name, table, now["tables"]):
                continue
            before = then["tables"].get(name)
            changed = _new(notebook, name, table) if before is None else compared(notebook, name, before, table)
            found += [changed] if changed else []
        gone = [name for name in then["tables"] if name not in now["tables"]]
        found += [_gone(notebook, name, then["tables"][name]) for name in gone]
    return found


def _is_drawn_only(id: str, table: Told, tables: dict[str, Told]) -> bool:
    """Whether a chart draws the rows of a table that is shown too: they are compared once."""
    beside = tables.get(id.removesuffix(CHART))
    return id.endswith(CHART) and beside is not None and beside["rows"] == table["rows"]


def _new(notebook: str, id: str, table: Told) -> Table:
    return Table(notebook=notebook, id=id, title=table["title"] or id, state=NEW, n_new=_n_rows(table))


def _gone(notebook: str, id: str, table: Told) -> Table:
    return Table(notebook=notebook, id=id, title=table["title"] or id, state=GONE, n_old=_n_rows(table))


def _n_rows(table: Told) -> int:
    return len(table["rows"]) if table["n_rows"] is None else int(table["n_rows"])


def compared(notebook: str, id: str, old: Told, new: Told) -> Table | None:
    """The difference of two tables of one id; None where they say the same.

    Of a list, which shows its first rows only, the number of rows is compared.
    """
    found = Table(notebook=notebook, id=id, title=new["title"] or id, n_old=_n_rows(old), n_new=_n_rows(new))
    if new["n_rows"] is not None:
        return replace(found, is_list=True) if found.n_old != found.n_new else None
    names_old, names_new = _names(old), _names(new)
    keys = key_columns(old, new)
    then, now = _rows_by_key(old, keys), _rows_by_key(new, keys)
    pairs = [(then[key], row) for key, row in now.items() if key in then]
    changed = (_row(_said_key(after, keys, new), before, after, new) for before, after in pairs)
    found = replace(
        found,
        added=tuple(_said_key(row, keys, new) for key, row in now.items() if key not in then),
        removed=tuple(_said_key(row, keys, old) for key, row in then.items() if key not in now),
        rows=tuple(row for row in changed if row is not None),
        columns_added=_heads(new, [name for name in names_new if name not in names_old]),
        columns_removed=_heads(old, [name for name in names_old if name not in names_new]),
    )
    parts = (found.added, found.removed, found.rows, found.columns_added, found.columns_removed)
    return found if any(parts) else None


def key_columns(old: Told, new: Told) -> list[str]:
    """The columns by whose values the rows of both tables are told apart; none where no few columns do.

    First the leading columns that name things, then any one of these alone (a list sorted by rank is told apart by its
    customers, not by the rank), then the first columns whatever they hold.
    """
    kinds = {column["name"]: column["kind"] for column in new["columns"]}
    shared = [name for name in _names(new) if name in _names(old)]
    naming = [name for name in shared if kinds.get(name) in NAMING]
    leading = [name for place, name in enumerate(shared) if shared[: place + 1] == naming[: place + 1]]
    tried = [leading[:n] for n in range(1, len(leading) + 1)] + [[name] for name in naming]
    tried += [shared[:n] for n in range(1, MOST_KEYS + 1)]
    return next((names for names in tried if names and all(_tells_apart(names, table) for table in (old, new))), [])


def _tells_apart(names: list[str], table: Told) -> bool:
    places = [_names(table).index(name) for name in names]
    seen = Counter(_hashable(row[place] for place in places) for row in table["rows"])
    return not seen or max(seen.values()) == 1


def _names(table: Told) -> list[str]:
    """Names of the columns; of two that are called the same the second has a number."""
    seen: Counter[str] = Counter()
    found = []
    for column in table["columns"]:
        seen[column["name"]] += 1
        found.append(column["name"] + (f" {seen[column['name']]}" if seen[column["name"]] > 1 else ""))
    return found


def _hashable(values: Any) -> Key:
    return tuple(value if isinstance(value, str | int | float | None) else str(value) for value in values)


def _rows_by_key(table: Told, keys: list[str]) -> dict[Key, dict[str, tuple[Any, str | None]]]:
    """Every row by the values of its key columns, by the whole row where nothing tells rows apart."""
    names = _names(table)
    found: dict[Key, dict[str, tuple[Any, str | None]]] = {}
    for row, measure in zip(table["rows"], table["row_kinds"], strict=True):
        values = dict(zip(names, row, strict=True))
        key = _hashable(values[name] for name in keys or names)
        found[key] = {name: (value, measure) for name, value in values.items()}
    return found


def _said_key(row: dict[str, tuple[Any, str | None]], keys: list[str], table: Told) -> str:
    kinds = {name: column["kind"] for name, column in zip(_names(table), table["columns"], strict=True)}
    return " / ".join(cell(row[name][0], kinds[name], row[name][1]) for name in (keys or list(row))[:MOST_KEYS])


def _row(key: str, old: dict[str, Any], new: dict[str, Any], table: Told) -> Row | None:
    """The cells of a row that changed, in the order of the later table's columns; None where none did."""
    columns = dict(zip(_names(table), table["columns"], strict=True))
    found = (
        _cell(columns[name], old[name], pair) for name, pair in new.items() if name in old and not _bound(name, new)
    )
    cells = tuple(one for one in found if one is not None)
    return Row(key=key, cells=cells) if cells else None


def _bound(name: str, row: dict[str, Any]) -> bool:
    """Whether a column is the end of an interval: it moves with its figure, and is not counted beside it."""
    return any(name.endswith(end) and name.removesuffix(end) in row for end in ("_low", "_high"))


def _cell(column: Told, old: tuple[Any, str | None], new: tuple[Any, str | None]) -> Cell | None:
    """A cell that reads differently; what differs behind the last digit that is written is the same."""
    kind, (before, measure_then), (after, measure) = column["kind"], old, new
    then, now = cell(before, kind, measure_then), cell(after, kind, measure)
    if same(before, after) or then == now:
        return None
    own = words.row_kind(kind, measure) if isinstance(measure, str) else kind
    return Cell(column=_head(column), old=then, new=now, change=change_text(before, after, own))


def _heads(table: Told, names: list[str]) -> tuple[str, ...]:
    columns = dict(zip(_names(table), table["columns"], strict=True))
    return tuple(_head(columns[name]) for name in names)


def _head(column: Told) -> str:
    return words.headed(str(column.get("label") or column["name"]), str(column.get("unit") or ""))
