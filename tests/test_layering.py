"""The way of the data goes one direction, and imports follow it."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "crmlib"
ALLOWED = {
    "errors": set(),
    "dictionary": set(),
    "words": {"dictionary"},
    "catalogue": {"words", "dictionary"},
    "demo": set(),
    "analysis": set(),
    "data": {"errors"},
    "client": {"errors", "data"},
    "shop": {"client", "data", "errors"},
    "plots": {"words"},
    "report": {"words", "errors", "client", "shop"},
    "keep": {"errors"},
    "panels": {"analysis", "plots", "report", "words", "errors", "client", "shop", "data", "new", "keep"},
    "batch": {"analysis", "client", "shop", "report", "words", "errors", "data", "keep"},
    "new": {"client", "data", "errors"},
    "workshop": {"analysis", "plots", "report", "words", "errors", "client", "shop", "data", "demo", "batch"},
    "cli": {"batch", "workshop", "client", "errors", "new", "words", "shop", "data", "keep"},
    "__init__": {"report", "shop"},
}
HEAVY = ("pandas", "numpy", "duckdb", "papermill", "nbformat", "nbconvert", "matplotlib", "scipy", "jinja2", "narwhals")


def _room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith("crmlib.")}


@pytest.mark.parametrize("room", sorted(ALLOWED))
def test_a_room_imports_only_from_the_rooms_before_it(room: str) -> None:
    for path in PACKAGE.rglob("*.py"):
        if _room(path) == room:
            rooms = {name for name in _imported(path) if (PACKAGE / name).exists() or (PACKAGE / f"{name}.py").exists()}
            assert rooms - {room} <= ALLOWED[room], path.relative_to(PACKAGE)


def test_every_room_is_in_the_order() -> None:
    assert {_room(path) for path in PACKAGE.rglob("*.py")} == set(ALLOWED)


# What each kernel of a run loads before its first figure; scipy.stats alone takes as long as most analyses.
NOTEBOOK = "from crmlib import panels, plots, report; from crmlib.analysis import drivers, prediction"


@pytest.mark.parametrize(
    ("statement", "heavy"),
    [("import crmlib", HEAVY), ("import crmlib.cli", HEAVY), (NOTEBOOK, ("scipy.stats", "ipywidgets"))],
)
def test_what_everybody_imports_brings_nothing_heavy(statement: str, heavy: tuple[str, ...]) -> None:
    code = f"{statement}; import sys; print([m for m in {heavy!r} if m in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == "[]"


def test_an_unknown_name_of_the_package_is_an_attribute_error() -> None:
    import crmlib

    with pytest.raises(AttributeError, match=r"^module 'crmlib' has no attribute 'open_shp'$"):
        crmlib.open_shp  # noqa: B018
