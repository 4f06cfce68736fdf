"""Every panel has a page of its own, whose parameters are those of the notebook that its question belongs to."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from crmlib.batch.template import Template, read_template

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "notebooks" / "panels").glob("*.ipynb"))
GIVEN = {"client": "demo", "as_of": None, "language": None, "desk": True, "writable": True}


@pytest.fixture(params=PAGES, ids=lambda path: path.stem)
def page(request: pytest.FixtureRequest) -> Path:
    return request.param


def _main(page: Path) -> Template:
    # The mapping of an export is looked at before the export can be read, and so without a report.
    of_quality = 'crmlib.open_report(shop, "quality"'
    opened = next((source for source in _code(page) if "crmlib.open_report(" in source), of_quality)
    name = opened.split("crmlib.open_report(shop, ")[1].split('"')[1]
    return read_template(ROOT / "notebooks" / f"{name}.ipynb")


def _cells(path: Path) -> list[dict[str, Any]]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [{**cell, "source": "".join(cell["source"])} for cell in cells]


def _code(path: Path) -> list[str]:
    return [cell["source"] for cell in _cells(path) if cell["cell_type"] == "code"]


def test_its_parameters_are_those_of_its_notebook_with_the_same_limits(page: Path) -> None:
    own, main = read_template(page), _main(page)
    assert dict(list(own.defaults.items())[:5]) == GIVEN
    shared = {name: value for name, value in own.defaults.items() if name not in GIVEN}
    assert shared == {name: main.defaults[name] for name in shared}
    limits = {p.name: p.limits for p in main.parameters}
    assert {p.name: p.limits for p in own.parameters if p.name in shared} == {name: limits[name] for name in shared}
    assert own.needs == main.needs


def test_it_asks_a_question_and_ends_in_its_panel_alone(page: Path) -> None:
    first, *_, last = _cells(page)
    assert first["source"].startswith("# ")
    assert "?" in first["source"].splitlines()[0]
    assert last["source"].startswith(f"panels.{page.stem}.")
    assert "desk=desk, writable=writable" in last["source"]
    assert own_exhibits(page) == ()


def own_exhibits(page: Path) -> tuple[str, ...]:
    """What the page would put into a report."""
    assert not any("report.finish" in source for source in _code(page))
    return read_template(page).exhibits


def test_the_docs_tell_of_it_and_name_the_parameters_it_writes(page: Path) -> None:
    named = []
    for file, head in (("panels.md", "Writes"), ("panels.ja.md", "書き込む値")):
        text = (ROOT / "docs" / file).read_text(encoding="utf-8")
        [section] = re.findall(rf"^## `{page.stem}`\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
        [written] = re.findall(rf"^- \*\*{head}\*\*(.*?)(?=^- )", section, re.MULTILINE | re.DOTALL)
        named.append(set(re.findall(r"`(\w+)`", written)) - {page.stem})
    assert named[0] == named[1] != set()
    assert page.stem == "door" or named[0] <= set(_main(page).defaults)


def test_its_code_is_short_defines_nothing_and_is_stripped(page: Path) -> None:
    banned = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.If, ast.Try, ast.JoinedStr)
    for source in _code(page):
        assert not [node for node in ast.walk(ast.parse(source)) if isinstance(node, banned)], source
    assert [source for source in _code(page)[1:] if len(source.splitlines()) >= 12] == []
    code = [cell for cell in _cells(page) if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


# The retention page in the fast tests, all of them in the slow ones.
RUN = [path if path.stem == "retention" else pytest.param(path, marks=pytest.mark.slow) for path in PAGES]


@pytest.mark.parametrize("page", RUN, ids=[path.stem for path in PAGES])
def test_it_runs_by_itself_and_displays_its_view(page: Path, demo_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.chdir(demo_home / "notebooks")
    monkeypatch.setattr("IPython.display.display", shown.append)
    space: dict[str, Any] = {}
    parameters, *rest = _code(page)
    for source in [parameters, "desk = False", *rest]:
        exec(compile(source, page.name, "exec"), space)
    assert {type(item).__name__ for item in shown} == {"HTML"}
    assert all('role="alert"' not in item.data for item in shown)


@pytest.mark.slow
@pytest.mark.parametrize("desk", [False, True])
def test_the_planner_opens_on_orders_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, desk: bool) -> None:
    """Before its first test a shop has no experiment to read: counts are typed in, and the orders plan the next one."""
    lines = [f"A{n},{n % 60},2025-0{1 + n // 60}-{1 + n % 28:02d},1000" for n in range(90)]
    (tmp_path / "orders.csv").write_text("\n".join(["no,who,day,sum", *lines, ""]), encoding="utf-8")
    columns = "{order_id: no, customer_id: who, order_date: day, order_amount: sum}"
    source = f"sources:\n  orders: {{path: orders.csv, columns: {columns}}}\n"
    (tmp_path / "acme.yml").write_text(f"name: acme\nlanguage: en\n{source}as_of: 2025-06-30\n", encoding="utf-8")
    shown: list[Any] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("IPython.display.display", shown.append)
    space: dict[str, Any] = {}
    parameters, *rest = _code(ROOT / "notebooks" / "panels" / "abtest.ipynb")
    for source in [parameters, f"client, desk = 'acme.yml', {desk}\nplan_population = 'everyone'", *rest]:
        exec(compile(source, "abtest", "exec"), space)
    reader, planner = shown
    if desk:
        assert [label for label, _ in reader.children[1].children[0].options] == ["Counts typed in"]
        return
    assert "Counts typed in" in reader.data
    assert "n = 60" in planner.data
    assert "A relative gain of 10.0% takes" in planner.data
    assert 'role="alert"' not in reader.data + planner.data
