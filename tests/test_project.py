"""The project's own files agree with one another."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]


def _name(requirement: str) -> str:
    return re.split(r"[<>=\[ ~!]", requirement, maxsplit=1)[0].lower()


def test_environment_yml_names_the_same_packages_as_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = {_name(r) for r in project["dependencies"]} | {_name(r) for e in extras.values() for r in e} - {"crmlib"}
    conda = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    pip = next(d["pip"] for d in conda if isinstance(d, dict))
    given = {_name(d) for d in conda if isinstance(d, str)} | {_name(d) for d in pip if not d.startswith("-e")}
    assert given - {"python", "pip"} == wanted


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_committed_file_names_a_machine_path_or_a_registry_host() -> None:
    words = ["/wor" + "k/", "/roo" + "t/", "/home" + "/[a-z]", "py" + "pi\\.", "files\\.pythonh"]
    forbidden = re.compile("|".join(words))
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in _tracked()
        if path.suffix not in {".png", ".mo"} and (match := forbidden.search(path.read_text(encoding="utf-8")))
    ]
    assert found == []


def test_reports_data_and_desk_copies_are_never_tracked() -> None:
    assert [p for p in _tracked() if p.relative_to(ROOT).parts[0] in {"reports", "data", "desk", ".venv"}] == []
