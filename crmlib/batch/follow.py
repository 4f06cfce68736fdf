"""A copy at the desk follows the client file as long as nobody has changed its parameters."""

from __future__ import annotations

import json
from typing import Any

from crmlib.batch.limits import shown
from crmlib.batch.template import parameters_index, source_of

CELL = "client-parameters"


def remember(notebook: dict[str, Any]) -> None:
    """Keep in a copy how its parameters were written, so that a change by hand can be told from none."""
    notebook["metadata"].setdefault("crm", {})["written"] = _parameters(notebook)


def followed(copy: dict[str, Any], anew: dict[str, Any]) -> dict[str, Any] | None:
    """The copy with the client's parameters of today and without results; None where that is not to be done.

    Results of other parameters beside new ones would be figures that look right.

    Args:
        copy: what is at the desk.
        anew: what would be written there now.
    """
    if _parameters(copy) == _parameters(anew) or not _untouched(copy):
        return None
    found: dict[str, Any] = json.loads(json.dumps(copy))
    found["metadata"]["crm"] |= {name: anew["metadata"]["crm"][name] for name in ("given", "written")}
    fresh = next(cell for cell in anew["cells"] if cell.get("id") == CELL)
    found["cells"] = [fresh if cell.get("id") == CELL else cell for cell in found["cells"]]
    for cell in found["cells"]:
        if cell.get("cell_type") == "code":
            cell |= {"outputs": [], "execution_count": None}
    return found


def behind(copy: dict[str, Any], anew: dict[str, Any]) -> list[str]:
    """What the client file sets otherwise by now than when the copy was written, one text a parameter."""
    was, now = _given(copy), _given(anew)
    return [f"{name} was {shown(was[name])}, is {shown(now[name])}" for name in was if was[name] != now.get(name)]


def _untouched(copy: dict[str, Any]) -> bool:
    crm = copy.get("metadata", {}).get("crm", {})
    return (
        isinstance(crm, dict) and "given" in crm and _parameters(copy) != [] and crm.get("written") == _parameters(copy)
    )


def _given(notebook: dict[str, Any]) -> dict[str, Any]:
    crm = notebook.get("metadata", {}).get("crm", {})
    given = crm.get("given", {}) if isinstance(crm, dict) else {}
    return given if isinstance(given, dict) else {}


def _parameters(notebook: dict[str, Any]) -> list[str]:
    """The sources of the two cells of parameters, the template's and the client's; none where one is gone."""
    own = [source_of(cell) for cell in notebook["cells"] if cell.get("id") == CELL]
    index = parameters_index(notebook)
    return [source_of(notebook["cells"][index]), *own] if own and index is not None else []
