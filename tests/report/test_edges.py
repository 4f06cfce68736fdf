"""Reports at the edges: no order, one customer, 3,000 products, texts that attack; read back from every format."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from crmlib.batch.run import ClientRun, Request, run_clients
from tests.report import edges
from tests.report.edge_checks import Page, faults, nonsense

ROOT = Path(__file__).resolve().parents[2]
FORMATS = ("html", "xlsx", "pdf", "pptx")
TITLES = {
    "header": "見出しだけの店", "one": "お客様が一人の店", "twelve": "一人が十二回買った店", "many": "三千商品の店",
    "hostile": edges.HOSTILE,
}  # fmt: skip


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(edges.home(tmp_path / "home"))
    return tmp_path / "home"


def run(home: Path, name: str, **asked: Any) -> ClientRun:
    (told,) = run_clients([name], Request(jobs=1, out=home / "out", **asked))
    return told


def told_in(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "exhibits.json").read_text(encoding="utf-8"))["notebooks"])


@pytest.mark.parametrize(("text", "name"), [
    ("売上 nan 円", "not a number"), ("価格: None", "None"), ("-0.0 points", "minus zero"),
    ("since 1970-01-01", "the epoch"),
    ("1 customers", "one of many"), ("0人のうち0人（0.0%）", "nothing of nothing"), ("0.0% of 0", "nothing of nothing"),
    ("Traceback (most recent call last)", "a traceback"),
])  # fmt: skip
def test_nonsense_is_seen(text: str, name: str) -> None:
    assert [told.split(":")[0] for told in nonsense(text)] == [name]


@pytest.mark.parametrize("text", [
    "None of them", "1 customer", "11 customers", "2026-03-01", "-0.5", "10.0% of 40", "financing", "n = 0人", "0–0",
])  # fmt: skip
def test_sense_is_not_taken_for_nonsense(text: str) -> None:
    assert nonsense(text) == []


def test_orders_none_of_which_counts_are_refused_in_one_sentence(home: Path) -> None:
    found = run(home, edges.all_cancelled(home))
    assert found.refused == "client 'cancelled': no order counts; 40 rows read, none used (40: cancelled)."
    assert (found.folder, found.defect, list((home / "out").glob("*/[!.]*"))) == (None, "", [])


def test_an_export_without_rows_makes_a_report_that_says_so(home: Path) -> None:
    found = run(home, edges.header_only(home), formats=("html", "xlsx"))
    assert found.good
    assert faults(found.folder, "header", title=TITLES["header"]) == []  # type: ignore[arg-type]
    page = Page(found.index).text  # type: ignore[arg-type]
    assert "この基準日で分析できた項目はありません。" in page
    assert page.count("注文：ファイルに行がありません。") >= 10


def test_hostile_names_stand_as_they_are_written(home: Path) -> None:
    found = run(home, edges.hostile(home, notebooks=["basket"]), formats=("html", "xlsx"))
    assert found.good
    check_names(found.folder)  # type: ignore[arg-type]


def check_names(folder: Path) -> None:
    """Every product's name is read as it was written, but for its line breaks, on the page and in the workbook."""
    assert faults(folder, "hostile", title=edges.HOSTILE) == []
    assert {path.suffix for path in folder.glob("hostile.*")} <= {f".{name}" for name in FORMATS}
    page = " ".join(Page(folder / "basket.html").text.split())
    cells = {
        " ".join(cell.value.split())
        for sheet in openpyxl.load_workbook(folder / "hostile.xlsx") for row in sheet for cell in row
        if isinstance(cell.value, str)
    }  # fmt: skip
    names = [" ".join(name.split()) for name in edges.NASTY]
    assert [name for name in names if name not in page] == []
    assert [name for name in names if name not in cells] == []


CLIENTS: dict[str, Callable[[Path], str]] = {
    "header": edges.header_only, "one": edges.one_order, "twelve": edges.twelve_orders, "hostile": edges.hostile,
    "many": edges.many_products,
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("client", CLIENTS)
def test_every_edge_in_every_format(tmp_path: Path, client: str, language: str) -> None:
    home = edges.home(tmp_path / "home")
    name = CLIENTS[client](home)
    command = [sys.executable, "-m", "crmlib.cli", "run", name, "--lang", language, "--formats", ",".join(FORMATS)]
    done = subprocess.run(command, cwd=home, check=False, capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stdout + done.stderr
    assert nonsense(done.stdout + done.stderr) == []
    (folder,) = (path for path in (home / "reports" / client).iterdir() if path.is_dir())
    assert {path.name for path in folder.glob(f"{client}.*")} == {f"{client}.{end}" for end in FORMATS[1:]}
    assert faults(folder, client, title=TITLES[client]) == []
    if client == "hostile":
        check_names(folder)
    untold = {"ja": "判定不能", "en": "annot be told"}[language]
    if client in {"one", "twelve"}:
        assert all(untold in Page(folder / f"{page}.html").text for page in ("index", "rfm", "retention", "ltv", "kpi"))
    dashes = [(part, metric["title"]) for part, told in told_in(folder).items() for metric in told["metrics"].values()
              if metric["value"] is None and metric["text"] == "–"]  # fmt: skip
    assert dashes == []
