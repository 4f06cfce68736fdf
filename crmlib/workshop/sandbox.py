"""The graded side: run one submission cell by cell, and hand out its answers as lines of JSON.

It is a process of its own. Whatever it hands out is read by the grader as data and trusted in nothing.
"""

from __future__ import annotations

import ast
import json
import os
import sys
from pathlib import Path
from typing import Any

from crmlib.workshop.answers import Fault, is_untried, read

LONGEST = 20_000
_ROWS = 2_000
_MISSING = object()


def main(arguments: list[str]) -> None:
    """Run `lesson notebook cpu_seconds memory hidden...` in the present folder."""
    lesson, notebook, cpu_seconds, memory, *hidden = arguments
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    kinds = _load(lesson)
    from crmlib.workshop import fence

    cells = code_of(Path(notebook).read_text(encoding="utf-8"))
    fence.set_limits(cpu_seconds=int(cpu_seconds), memory=int(memory))
    fence.shut(Path.cwd(), hidden=tuple(map(Path, hidden)))
    run(cells, kinds, out)


def _load(lesson: str) -> dict[str, str]:
    """The kinds of the lesson's answers; what every lesson imports is imported while it is still allowed to."""
    import duckdb  # noqa: F401
    import IPython.display  # noqa: F401
    import matplotlib.figure  # noqa: F401
    import pandas as pd  # noqa: F401
    import scipy.stats  # noqa: F401

    from crmlib.workshop.lesson import exercises_of

    return {exercise.id: exercise.kind for exercise in exercises_of(lesson)}


def code_of(text: str) -> list[str]:
    """The code cells of a notebook, without the lines that are IPython's and no Python.

    Raises:
        ValueError: it is no notebook.
    """
    notebook = json.loads(text)
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise ValueError("no notebook")
    found = [cell.get("source", "") for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    return [_plain(source if isinstance(source, str) else "".join(map(str, source))) for source in found]


def _plain(source: str) -> str:
    if source.lstrip().startswith("%%"):
        return ""
    return "\n".join("" if line.lstrip().startswith(("%", "!", "?")) else line for line in source.splitlines())


def run(cells: list[str], kinds: dict[str, str], out: Any) -> None:
    """Run the cells one after another; a cell that fails costs only what it would have answered."""
    names: dict[str, Any] = {"__name__": "__main__", "display": _nothing, "get_ipython": _nothing}
    told: dict[str, Any] = {}
    for source in cells:
        failed = _run(source, names)
        for name, kind in kinds.items():
            value = names.get(name, _MISSING)
            if value is not told.get(name, _MISSING):
                told[name] = value
                _tell(out, {"id": name, **answer(value, kind)})
            elif failed and value is _MISSING and name in source:
                _tell(out, {"id": name, "failed": failed})
    _tell(out, {"end": True})


def _nothing(*_: object, **__: object) -> None:
    return None


def _run(source: str, names: dict[str, Any]) -> str:
    """The class of what a cell raised; empty where it ran."""
    try:
        tree = ast.parse(source)
        exec(compile(tree, "<cell>", "exec"), names)  # noqa: S102 - it is what this process is for
    except BaseException as error:  # noqa: BLE001 - whatever a submission raises
        return type(error).__name__[:60]
    return ""


def _tell(out: Any, line: dict[str, Any]) -> None:
    try:
        text = json.dumps(line)
    except (TypeError, ValueError):
        text = json.dumps({"id": line.get("id"), "fault": "wrong_type"})
    out.write((text if len(text) < 50 * LONGEST else json.dumps({"id": line["id"], "fault": "wrong_type"})) + "\n")
    out.flush()


def answer(value: Any, kind: str) -> dict[str, Any]:
    """An answer as JSON: its value, that it was not tried, or what is wrong with its form."""
    try:
        if is_untried(value):
            return {"untried": True}
        found = read(value, kind)
        return {"fault": found.name} if isinstance(found, Fault) else {"value": _json(found)}
    except Exception:  # noqa: BLE001 - a submission's own objects can do anything when they are looked at
        return {"fault": "wrong_type"}


def _json(found: Any) -> Any:
    if isinstance(found, (frozenset, set)):
        return sorted(found)
    if hasattr(found, "columns"):
        columns = {str(name): _column(found[name]) for name in found.columns}
        return {"columns": columns}
    return found if isinstance(found, (int, float)) else str(found)[:LONGEST]


def _column(column: Any) -> list[Any]:
    from pandas.api.types import is_numeric_dtype

    kept = column.head(_ROWS)
    values = kept.astype(float).tolist() if is_numeric_dtype(kept) else kept.astype(str).tolist()
    return [None if value != value else value for value in values]


if __name__ == "__main__":
    main(sys.argv[1:])
