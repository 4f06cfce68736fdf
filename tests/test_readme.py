"""Every command and example of the README works as printed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.report.leftovers import leftovers

ROOT = Path(__file__).resolve().parents[1]
READMES = ["README.md", "README.ja.md"]
CRM = [sys.executable, "-m", "crmlib.cli"]


def _blocks(readme: str, language: str) -> list[str]:
    text = (ROOT / readme).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def _commands(readme: str) -> list[str]:
    return [line for block in _blocks(readme, "sh") for line in block.splitlines() if line]


def test_both_readmes_print_the_same_commands_and_examples() -> None:
    for language in ("sh", "bat", "csv", "yaml"):
        assert _blocks("README.md", language) == _blocks("README.ja.md", language)


def test_the_commands_are_those_tested_here() -> None:
    assert _commands("README.md") == [
        "make report",
        "make test",
        ".venv/bin/crm new acme --orders data/acme/orders.csv",
        ".venv/bin/crm check acme",
        ".venv/bin/crm run acme",
        ".venv/bin/crm diff acme 2025-02-28 2025-03-31",
        ".venv/bin/crm lab acme",
        ".venv/bin/crm keep acme",
        ".venv/bin/crm show acme rfm",
        ".venv/bin/crm workshop classroom --learners 20",
        ".venv/bin/crm run demo --lang en --only rfm,nps",
        ".venv/bin/crm run demo --only rfm --plan --yaml",
        ".venv/bin/crm --help",
    ]


def _crm(command: str, home: Path, seconds: int = 300) -> str:
    arguments = command.removeprefix(".venv/bin/crm ").split()
    done = subprocess.run([*CRM, *arguments], cwd=home, capture_output=True, text=True, check=False, timeout=seconds)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def acme_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("acme")
    (home / "data" / "acme").mkdir(parents=True)
    (home / "data" / "acme" / "orders.csv").write_text(_blocks("README.md", "csv")[0], encoding="utf-8")
    _crm(".venv/bin/crm new acme --orders data/acme/orders.csv", home)
    return home


def test_crm_check_shows_the_ledger_of_the_example(acme_home: Path) -> None:
    said = _crm(".venv/bin/crm check acme", acme_home)
    # Worked by hand: 1,980 x 3 + 5,480 x 3 + 3,300 x 2 = 28,980 read, one cancelled line of 5,480.
    assert re.search(r"読み込んだ行\s+7\s+28,980", said), said
    assert re.search(r"キャンセル\s+1\s+5,480", said), said
    assert re.search(r"集計に使った行\s+6\s+23,500", said), said


# All notebooks on seven rows take a minute: the fast tests run two of them.
@pytest.mark.parametrize("only", [" --only rfm,retention", pytest.param("", marks=pytest.mark.slow)])
def test_crm_run_makes_the_report_of_the_example(acme_home: Path, only: str) -> None:
    _crm(f".venv/bin/crm run acme{only}", acme_home)
    folder = acme_home / "reports" / "acme" / "2025-03-31"
    made = {path.name for path in folder.iterdir()}
    assert {"index.html", "rfm.html", "retention.html", "acme.xlsx", "exhibits.json", "manifest.json"} <= made
    metrics = json.loads((folder / "exhibits.json").read_text(encoding="utf-8"))["notebooks"]["rfm"]["metrics"]
    # Four customers bought; the cancelled order and its customer are not among them.
    expected = {"n_customers": 3, "n_orders": 5, "amount": 23_500, "average_order_amount": 4_700}
    assert {name: metrics[name]["value"] for name in expected} == expected


def test_crm_diff_tells_what_changed_between_two_reports_of_the_example(acme_home: Path) -> None:
    reports = acme_home / "reports" / "acme"
    if not (reports / "2025-03-31").is_dir():
        _crm(".venv/bin/crm run acme --only rfm", acme_home)
    shutil.copytree(reports / "2025-03-31", reports / "2025-02-28")
    for name in ("manifest.json", "exhibits.json"):
        path = reports / "2025-02-28" / name
        told = json.loads(path.read_text(encoding="utf-8")) | {"as_of": "2025-02-28"}
        if name == "exhibits.json":
            told["notebooks"]["rfm"]["metrics"]["n_customers"] |= {"value": 2, "text": "2人"}
        path.write_text(json.dumps(told), encoding="utf-8")
    said = _crm(".venv/bin/crm diff acme 2025-02-28 2025-03-31", acme_home)
    assert re.search(r"2人\s+3人\s+\+1人", said), said
    shutil.rmtree(reports / "2025-02-28")


def test_the_desk_of_the_example_is_written_and_kept(acme_home: Path) -> None:
    _crm(".venv/bin/crm lab acme --no-open", acme_home)
    desk = acme_home / "desk" / "acme"
    assert {"start.ipynb", "rfm.ipynb"} <= {path.name for path in desk.iterdir()}
    assert (desk / "panels" / "rfm.ipynb").is_file()
    copy = desk / "rfm.ipynb"
    copy.write_text(copy.read_text(encoding="utf-8").replace("new_days = 90", "new_days = 60"), encoding="utf-8")
    before = (acme_home / "parameters" / "acme.yml").read_text(encoding="utf-8")
    assert "new_days: 60" in _crm(".venv/bin/crm keep acme", acme_home)
    assert (acme_home / "parameters" / "acme.yml").read_text(encoding="utf-8") == before
    _crm(".venv/bin/crm keep acme --yes", acme_home)
    assert "new_days: 60" in (acme_home / "parameters" / "acme.yml").read_text(encoding="utf-8")
    (acme_home / "parameters" / "acme.yml").write_text(before, encoding="utf-8")


@pytest.mark.slow
def test_the_classroom_of_twenty_is_written(tmp_path: Path) -> None:
    _crm(".venv/bin/crm workshop classroom --learners 20", tmp_path, seconds=3000)
    assert len(list((tmp_path / "classroom" / "learners").iterdir())) == 20


def test_the_other_commands_on_the_demo(demo_home: Path, demo_report: Path) -> None:
    assert demo_report.is_dir()
    _crm(".venv/bin/crm run demo --lang en --only rfm,nps", demo_home)
    page = demo_home / "reports" / "demo" / "2026-03-31-en" / "rfm.html"
    assert '<html lang="en"' in page.read_text(encoding="utf-8")
    assert leftovers(page.parent, "en") == []
    assert "client: demo" in _crm(".venv/bin/crm run demo --only rfm --plan --yaml", demo_home)
    assert "Usage" in _crm(".venv/bin/crm --help", demo_home)


def test_make_report_makes_both_sample_reports(demo_home: Path, demo_report: Path) -> None:
    if shutil.which("make") is None:
        pytest.skip("GNU make is missing: install it with the system's packages (Debian: apt-get install make)")
    assert (demo_report / "index.html").is_file()
    assert (demo_home / "reports" / "cdnow" / "1998-06-30" / "index.html").is_file()
    assert leftovers(demo_home / "reports" / "cdnow" / "1998-06-30", "en") == []


@pytest.mark.parametrize(("readme", "picture"), [("README.md", "report.png"), ("README.ja.md", "report.ja.png")])
def test_each_readme_shows_a_picture_in_its_language(readme: str, picture: str) -> None:
    assert f"(docs/{picture})" in (ROOT / readme).read_text(encoding="utf-8")
    assert (ROOT / "docs" / picture).stat().st_size < 400_000


@pytest.mark.slow
def test_every_notebook_runs_on_the_second_sample(tmp_path: Path) -> None:
    for name in ("parameters", "notebooks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    said = _crm(".venv/bin/crm run cdnow", tmp_path)
    assert "failed" not in said
    assert (tmp_path / "reports" / "cdnow" / "1998-06-30" / "scenario.html").is_file()
