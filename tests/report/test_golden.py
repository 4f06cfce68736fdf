"""One figure, one text: each metric is the same in exhibits.json, page, PDF, workbook and slide."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import unicodedata
from contextvars import copy_context
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pptx
import pytest

import crmlib
from crmlib import words
from crmlib.report.publish import NotebookRun, ReportInput, publish
from tests.report.leftovers import leftovers

ROOT = Path(__file__).resolve().parents[2]
FORMATS = "html,xlsx,pdf,pptx"
NEAR = 60  # letters between the title of a card on paper and its figure, no white space counted


class Cards(HTMLParser):
    """Title and figure of every metric card of a page, in order."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.cards: list[list[str]] = []
        self.inside = ""
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "dt":
            self.cards.append(["", ""])
            self.inside = "title"
        elif tag == "dd":
            self.inside = "figure" if given.get("class") in {"figure", "untold"} else ""

    def handle_endtag(self, tag: str) -> None:
        self.inside = "" if tag in {"dt", "dd"} else self.inside

    def handle_data(self, data: str) -> None:
        if self.inside and self.cards:
            self.cards[-1][self.inside == "figure"] += data


def bare(text: str) -> str:
    """A text without white space, full and half width alike: paper breaks lines where it likes."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def metrics(folder: Path) -> dict[str, list[dict[str, Any]]]:
    told = json.loads((folder / "exhibits.json").read_text(encoding="utf-8"))["notebooks"]
    return {name: list(parts["metrics"].values()) for name, parts in told.items()}


def on_pages(folder: Path, name: str) -> list[list[str]]:
    cards = Cards(folder / f"{name}.html").cards
    return [[bare(title), bare(figure)] for title, figure in cards if figure]


def on_paper(pdf: Path) -> str:
    done = subprocess.run(["pdftotext", "-raw", str(pdf), "-"], check=True, capture_output=True, text=True)
    return bare(done.stdout)


def on_slides(deck: Path) -> list[list[str]]:
    """The rows of every table of the deck, each cell without white space."""
    tables = [shape.table for slide in pptx.Presentation(str(deck)).slides for shape in slide.shapes if shape.has_table]
    return [[bare(cell.text) for cell in row.cells] for table in tables for row in table.rows]


def in_workbook(path: Path, language: str) -> list[tuple[Any, ...]]:
    """Report, metric, value, unit, low and high of every row of the key figures."""
    book = openpyxl.load_workbook(path)
    sheet = book["Key figures" if language == "en" else "主要指標"]
    return [tuple(cell.value for cell in row[:6]) for row in sheet.iter_rows(min_row=6)]


def number(value: Any, kind: str, currency: str) -> Any:
    """The number as a workbook holds it: money in the main unit, a difference of shares in points."""
    if value is None:
        return None
    form = words.kind(kind).form
    return value * 100 if form == "points" else value / 100 if form == "money" and currency == "USD" else value


def check(folder: Path, client: str, language: str, currency: str) -> int:
    """How many metrics were found in all five places; fails with those that were not."""
    words.speak(language, currency)
    paper, slides = on_paper(folder / f"{client}.pdf"), on_slides(folder / f"{client}.pptx")
    book = in_workbook(folder / f"{client}.xlsx", language)
    missing, n = [], 0
    for name, told in metrics(folder).items():
        page = on_pages(folder, name)
        for metric in told:
            n += 1
            title, text = bare(metric["title"]), bare(metric["text"])
            untold = metric["value"] is None and [title, text] not in page
            where = untold_at(title, page, paper, slides) if untold else shown_at(title, text, page, paper, slides)
            value = number(metric["value"], metric["value_kind"], currency)
            cells = [row[2] for row in book if row[:2] == (words.label(name), metric["title"])]
            # Where a figure was not reached the cell says so.
            where["workbook"] = any(same(cell, value) or (value is None and cell == metric["text"]) for cell in cells)
            missing += [(name, metric["title"], metric["text"], place) for place, found in where.items() if not found]
    assert missing == [], f"{len(missing)} of {n}: {missing[:20]}"
    return n


def shown_at(title: str, text: str, page: list[list[str]], paper: str, slides: list[list[str]]) -> dict[str, bool]:
    on_paper = re.search(re.escape(title) + rf".{{0,{NEAR}}}?" + re.escape(text), paper)
    return {
        "page": [title, text] in page,
        "paper": bool(on_paper),
        "slide": any(r[:2] == [title, text] for r in slides),
    }


def untold_at(title: str, page: list[list[str]], paper: str, slides: list[list[str]]) -> dict[str, bool]:
    """Where a metric that cannot be told is named, with its reason."""
    reasons = [card[1] for card in page if card[0] == title]
    return {
        "page": bool(reasons),
        "paper": any(title + reason in paper for reason in reasons),
        "slide": any(row[0] == title and row[-1] in reasons for row in slides),
    }


def same(cell: Any, value: Any) -> bool:
    return cell == value if not isinstance(value, float) else cell == pytest.approx(value, rel=1e-12)


@pytest.fixture
def _reader() -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip(
            "pdftotext is missing: install it with the system's packages (Debian: apt-get install poppler-utils)"
        )


def printed(home: Path, report: Path, names: list[str], folder: Path) -> Path:
    """The sample report of some notebooks in every format, published again from its evidence."""
    told = json.loads((report / "manifest.json").read_text(encoding="utf-8"))
    shop = crmlib.open_shop(home / "parameters" / "demo.yml")
    paths = [report / "evidence" / f"{name}.ipynb" for name in names]
    parts = [NotebookRun(name=path.stem, verdict="ok", notebook=path, folder=path.with_suffix("")) for path in paths]
    run = ReportInput(
        client=shop.client, as_of=shop.as_of, language="ja", policy=told["policy"], read_notes=list(shop.read_notes),
        ledgers={table: ledger.frame() for table, ledger in shop.ledgers.items()}, version=crmlib.__version__,
        notebooks=parts, formats=FORMATS.split(","),
    )  # fmt: skip
    copy_context().run(publish, run, folder)
    return folder


@pytest.mark.usefixtures("_reader")
def test_each_metric_of_the_core_notebooks_is_the_same_in_every_format(
    demo_home: Path, demo_report: Path, tmp_path: Path
) -> None:
    folder = printed(demo_home, demo_report, ["rfm", "nps"], tmp_path)
    assert check(folder, "demo", "ja", "JPY") >= 5
    assert leftovers(folder, "ja") == []


def test_nothing_of_another_language_is_left_in_the_whole_japanese_report(demo_report: Path) -> None:
    # Here, and not beside the other tests of leftovers: their worker would wait until the report is made.
    assert leftovers(demo_report, "ja") == []


def test_a_changed_figure_is_seen(tmp_path: Path) -> None:
    page = [["new", "5customers"]]
    assert shown_at("new", "5customers", page, "xnew5customers", [["new", "5customers", ""]]) == {
        "page": True, "paper": True, "slide": True,
    }  # fmt: skip
    wrong = shown_at("new", "6customers", page, "xnew5customers", [["new", "5customers", ""]])
    assert wrong == {"page": False, "paper": False, "slide": False}
    assert not same(0.25, 0.2500001)


@pytest.mark.slow
@pytest.mark.usefixtures("_reader")
@pytest.mark.parametrize(
    ("client", "language", "currency", "least"),
    [("demo", "ja", "JPY", 40), ("demo", "en", "JPY", 40), ("cdnow", "ja", "USD", 20)],
)
def test_each_metric_of_every_notebook_is_in_both_languages_and_another_currency(
    tmp_path: Path, client: str, language: str, currency: str, least: int
) -> None:
    for name in ("parameters", "notebooks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    if client == "demo":
        command = [sys.executable, "-m", "crmlib.demo", "data/demo/export", "--customers", "1500"]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    command = [sys.executable, "-m", "crmlib.cli", "run", client, "--lang", language, "--formats", FORMATS]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=1800)
    (folder,) = (tmp_path / "reports" / client).glob("[0-9]*")  # not the lock beside it
    assert check(folder, client, language, currency) >= least
    assert leftovers(folder, language) == []
