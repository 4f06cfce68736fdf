"""Every notebook keeps the contract and runs by itself, under nbval and by stock papermill."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crmlib.client import NOTEBOOKS as CLIENTS

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
GIVEN = ["client", "as_of", "language", "desk"]
JSON_TYPES = (str, bool, int, float, list, dict, type(None))


def _cells(path: Path) -> list[dict[str, Any]]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [{**cell, "source": "".join(cell["source"])} for cell in cells]


def _code(path: Path) -> list[str]:
    return [cell["source"] for cell in _cells(path) if cell["cell_type"] == "code"]


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_the_notebooks_are_those_that_a_client_file_may_list() -> None:
    assert {path.stem for path in NOTEBOOKS} == set(CLIENTS)


def test_it_asks_its_question_then_takes_its_parameters_then_opens_shop_and_report(notebook: Path) -> None:
    title, parameters, setup = _cells(notebook)[:3]
    assert re.match(r"# .*\?|# Did it work\?", title["source"])
    assert parameters["metadata"]["tags"] == ["parameters"]
    assert "shop = crmlib.open_shop(client, as_of=as_of)" in setup["source"]
    assert f'report = crmlib.open_report(shop, "{notebook.stem}", language=language)' in setup["source"]
    assert _code(notebook)[-1] == "report.finish()"


def test_its_parameters_are_literals_each_with_its_help(notebook: Path) -> None:
    source = _code(notebook)[0]
    statements = ast.parse(source).body
    assert [s.targets[0].id for s in statements][:4] == GIVEN
    assert all(isinstance(ast.literal_eval(s.value), JSON_TYPES) for s in statements)
    assert all(" # " in line or "  # " in line for line in source.splitlines())


def test_it_is_stripped_of_outputs_and_counts(notebook: Path) -> None:
    code = [cell for cell in _cells(notebook) if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


def test_its_code_calls_and_defines_nothing(notebook: Path) -> None:
    banned = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.If, ast.Try, ast.JoinedStr)
    for source in _code(notebook):
        assert not [node for node in ast.walk(ast.parse(source)) if isinstance(node, banned)], source


def test_its_cells_are_short(notebook: Path) -> None:
    # The first one is the list of parameters, a line each.
    assert [source for source in _code(notebook)[1:] if len(source.splitlines()) >= 12] == []


def test_its_prose_has_no_numbers_typed_that_data_would_change(notebook: Path) -> None:
    prose = [cell["source"] for cell in _cells(notebook) if cell["cell_type"] == "markdown"]
    assert not re.findall(r"\d+\.\d|\d{2,}\s?%|[¥$£]\s?\d", "\n".join(prose))


def test_it_says_which_tables_it_needs(notebook: Path) -> None:
    needs = json.loads(notebook.read_text(encoding="utf-8"))["metadata"]["crm"]["needs"]
    assert needs
    assert set(needs) <= {"orders", "order_items", "surveys", "experiments", "assignments", "subscriptions"}


# The sample report runs every notebook; each other runner takes a sample of them, and all in the slow tests.
def _sampled(*names: str) -> list[Any]:
    return [name if name in names else pytest.param(name, marks=pytest.mark.slow) for name in CLIENTS]


@pytest.mark.parametrize("name", _sampled("contracts"))
def test_it_runs_under_nbval(name: str, demo_home: Path) -> None:
    copy = demo_home / "notebooks" / f"{name}.ipynb"
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "-p", "no:cacheprovider", "-q", "-c", "/dev/null"]
    command += ["--nbval-cell-timeout=120", f"--rootdir={demo_home}", str(copy)]
    done = subprocess.run(command, cwd=demo_home, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout[-3000:]


def _exhibits(path: Path) -> dict[str, Any]:
    mime = "application/vnd.crm.exhibit+json"
    outputs = [output for cell in json.loads(path.read_text())["cells"] for output in cell.get("outputs", [])]
    assert [o["output_type"] for o in outputs if o["output_type"] != "display_data"] == []
    found = [output["data"][mime] for output in outputs if mime in output["data"]]
    return {bundle["id"]: bundle for bundle in found}


@pytest.mark.parametrize("name", _sampled("abtest"))
def test_stock_papermill_gives_the_figures_of_crm_run(name: str, demo_home: Path, demo_report: Path) -> None:
    crm = [sys.executable, "-m", "crmlib.cli"]
    plan = [*crm, "run", "demo", "--only", name, "--plan", "--yaml"]
    planned = subprocess.run(plan, cwd=demo_home, capture_output=True, text=True, check=True).stdout
    (demo_home / f"{name}.yml").write_text(planned, encoding="utf-8")
    output = demo_home / f"{name}-stock.ipynb"
    template = ROOT / "notebooks" / f"{name}.ipynb"
    command = [sys.executable, "-m", "papermill", str(template), str(output), "-k", "python3"]
    command += ["-f", f"{name}.yml", "--no-progress-bar"]
    subprocess.run(command, cwd=demo_home, capture_output=True, text=True, check=True, timeout=300)
    ours = json.loads((demo_report / "exhibits.json").read_text(encoding="utf-8"))["notebooks"][name]
    stock = _exhibits(output)
    assert stock.pop("end")["ids"] == list(stock)
    metrics = {key: bundle["value"] for key, bundle in stock.items() if bundle["kind"] == "metric"}
    assert metrics == {key: metric["value"] for key, metric in ours["metrics"].items()}
    findings = {key: bundle["text"] for key, bundle in stock.items() if bundle["kind"] == "finding"}
    assert findings == ours["findings"]


def test_the_figures_of_the_segments_add_up_to_the_ledger(demo_report: Path) -> None:
    found = json.loads((demo_report / "exhibits.json").read_text(encoding="utf-8"))["notebooks"]["rfm"]
    table = found["tables"]["segments"]
    names = [column["name"] if isinstance(column, dict) else column for column in table["columns"]]
    total = sum(row[names.index("amount")] for row in table["rows"])
    manifest = json.loads((demo_report / "manifest.json").read_text(encoding="utf-8"))
    assert total == found["metrics"]["amount"]["value"]
    assert str(total) in json.dumps(manifest["ledger"])
