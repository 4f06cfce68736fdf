"""What a report was made from: inputs, settings, parameters, versions, ledger, and how each notebook went."""

from __future__ import annotations

import hashlib
import json
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import crmlib
from crmlib.batch.verdict import GOOD
from crmlib.errors import UserError

if TYPE_CHECKING:
    from crmlib.batch.plan import NotebookPlan, Plan
    from crmlib.batch.verdict import Verdict
    from crmlib.client import Client

FILE = "manifest.json"
PACKAGES = ("duckdb", "ipykernel", "matplotlib", "narwhals", "numpy", "pandas", "papermill", "scipy", "seaborn")
# What a report must share with the one it takes notebooks over from.
SAME = {
    "as_of": "base date",
    "language": "language",
    "inputs": "input files",
    "policy": "policy",
    "settings": "settings in the client file",
    "versions": "versions of crmlib, Python or a package",
}


def facts(client: Client, shop: Any, plan: Plan) -> dict[str, Any]:
    """What is known before a notebook runs; the part that two runs are compared by."""
    return {
        "version": 1,
        "client": plan.client,
        "as_of": plan.as_of,
        "language": plan.language,
        "inputs": shop.inputs,
        "policy": client.policy.model_dump(mode="json"),
        "settings": settings_hash(client),
        "told": told(client, plan.language),
        "versions": versions(),
    }


def settings_hash(client: Client) -> str:
    """A hash of everything in the client file that changes data or wording, notebooks' own sections left out."""
    kept = client.model_dump(mode="json", include={*SETTINGS})
    return hashlib.sha256(json.dumps(kept, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


SETTINGS = ("name", "title", "currency", "fiscal_year_start", "tax_basis", "business_model", "timezone", "sources")


def told(client: Client, language: str) -> dict[str, Any]:
    """The settings behind the hash that are no paths, so that a later run can say which of them changed."""
    kept = client.model_dump(mode="json", include={*SETTINGS} - {"sources"})
    return {**kept, "title": client.title_in(language)}


def versions() -> dict[str, str]:
    """The versions of crmlib, Python and the packages that figures and pictures depend on."""
    return {"crmlib": crmlib.__version__, "python": platform.python_version(), **_installed()}


def _installed() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "missing"
    return found


def entry(client: Client, notebook: NotebookPlan, verdict: Verdict, folder: Path) -> dict[str, Any]:
    """One notebook's part of the manifest; its reason is in English and holds no exception's message but ours."""
    return {
        "verdict": verdict.verdict,
        "reason": verdict.said("en"),
        "seconds": verdict.seconds,
        "evidence": evidence(folder, notebook.name),
        **made_by(client, notebook),
    }


def evidence(folder: Path, name: str) -> dict[str, str]:
    """The hash of each file of a notebook's evidence: the executed notebook and the rows of its sheets."""
    place = folder / "evidence"
    found = [path for path in (place / f"{name}.ipynb", *sorted((place / name).glob("*"))) if path.is_file()]
    return {path.relative_to(place).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def made_by(client: Client, notebook: NotebookPlan) -> dict[str, Any]:
    """What a notebook's result hangs on beside the data: its file and its parameters.

    The client's name stands for the client file's path, which is true on one machine only.
    """
    template = hashlib.sha256(notebook.path.read_bytes()).hexdigest()
    seen = notebook.parameters
    return {"template": template, "parameters": {**seen, "client": client.name} if seen else {}}


def ledger_rows(shop: Any) -> dict[str, list[dict[str, Any]]]:
    """Every ledger as plain rows: reason, n_rows, amount."""
    return {table: _rows(ledger.frame()) for table, ledger in shop.ledgers.items()}


def _rows(frame: Any) -> list[dict[str, Any]]:
    return json.loads(frame.to_json(orient="records", force_ascii=False))


def write(path: Path, manifest: dict[str, Any]) -> None:
    """Write `manifest.json` into a report's folder."""
    text = json.dumps(manifest, ensure_ascii=False, indent=1, allow_nan=False)
    (path / FILE).write_text(text + "\n", encoding="utf-8", newline="\n")


def read(path: Path) -> dict[str, Any]:
    """The manifest of a report's folder; empty when there is no such folder.

    Raises:
        UserError: the folder has no manifest, or one that this crmlib did not write.
    """
    if not path.exists():
        return {}
    try:
        found = json.loads((path / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict) or not _are_entries(found.get("notebooks")):
        raise UserError(f"--only: {FILE} of {path.name} cannot be used, run without --only or add --force.")
    return found


def _are_entries(found: Any) -> bool:
    return isinstance(found, dict) and all(
        isinstance(entry, dict)
        and entry.get("verdict") in [*GOOD]
        and type(entry.get("seconds")) in {int, float}
        and isinstance(entry.get("evidence"), dict)
        for entry in found.values()
    )


def check_evidence(path: Path, name: str, told: dict[str, str]) -> None:
    """Refuse to take a notebook over whose evidence is not what its own run left.

    Raises:
        UserError: a file of it was changed, removed or added.
    """
    if evidence(path, name) != told:
        said = f"the evidence of {name} in {path.name} is not what its run left"
        raise UserError(f"--only: {said}, run without --only or add --force.")


def check_same(present: dict[str, Any], now: dict[str, Any], kept: dict[str, dict[str, Any]], place: str) -> None:
    """Refuse to mix notebooks of two runs that differ in what they were made from.

    `kept` is what the entries of the notebooks taken over would be now: template and parameters.

    Raises:
        UserError: names the first thing that differs.
    """
    for name, said in SAME.items():
        if present.get(name) != now[name]:
            raise UserError(f"--only: the {said} of {place} differ from this run's, run all notebooks or add --force.")
    for name, expected in kept.items():
        found = present["notebooks"].get(name, {})
        if any(found.get(key) != value for key, value in expected.items()):
            raise UserError(f"--only: {name} in {place} had another template or parameters, run it too or add --force.")
