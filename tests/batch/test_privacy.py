"""A report that holds personal data of the exports does not stand, whatever its format and however it is hidden."""

from __future__ import annotations

import base64
import json
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

import crmlib
from crmlib.batch import privacy
from crmlib.batch.artefacts import of_markup, texts
from crmlib.batch.paper_text import pages
from crmlib.batch.pool import Pool
from crmlib.batch.progress import Progress
from crmlib.batch.run import Request, run_client
from crmlib.client import load_client
from tests.batch.conftest import END

if TYPE_CHECKING:
    from crmlib.client import Client
    from tests.batch.conftest import StubClient, Write

ORDERS = (
    "番号,注文日,金額,会員,商品名,氏名,メール,電話,住所\n"
    "1,2026-03-01,1000,C-1,青汁,山田　花子,hanako@example.jp,090-1234-5678,東京都渋谷区神南1-2-3\n"
    "2,2026-03-31,1000,C-2,青汁,佐藤　錦,,,\n"
)
FILE = """name: acme
title: {ja: 見本堂, en: Acme}
sources:
  orders:
    path: data/o.csv
    columns: {order_id: 番号, order_date: 注文日, order_amount: 金額, customer_id: 会員, product_name: 商品名}
notebooks: [small]
formats: [html]
"""
Acme = Callable[..., "Client"]


@pytest.fixture
def acme(client: StubClient, tmp_path: Path) -> Client:
    """A client with real exports, of whom one customer has a name, a mail address, a telephone and a house."""
    for folder in ("parameters", "data", "notebooks"):
        (tmp_path / folder).mkdir(exist_ok=True)
    (tmp_path / "data" / "o.csv").write_text(ORDERS, encoding="utf-8")
    (tmp_path / "parameters" / "acme.yml").write_text(FILE, encoding="utf-8")
    return load_client(tmp_path / "parameters" / "acme.yml")


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """One worker for the notebooks here."""
    with Pool(1) as pool:
        yield pool


def _picture(text: str) -> str:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><text x="1">{text}</text></svg>'
    return (
        f'<figure id="x-chart"><img alt="" src="data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}">'
    )


def _parquet(path: Path) -> None:
    duckdb.sql(f"COPY (SELECT '山田 花子' AS product_name) TO '{path}' (FORMAT parquet)")


def _workbook(path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("商品")
        bold = book.add_format({"bold": True})
        sheet.write_rich_string(0, 0, bold, "山", "田", bold, "花子", " 様")


def _titled(path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"author": "hanako@example.jp"})


def _slides(path: Path) -> None:
    from pptx import Presentation

    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    for part in ("渋谷区", "神南", "1-2-3"):
        slide.shapes.title.text_frame.paragraphs[0].add_run().text = part
    deck.save(str(path))


def _notebook(cells: list[dict[str, Any]]) -> str:
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def _shown(id: str, **data: Any) -> dict[str, Any]:
    outputs = [{"output_type": "display_data", "data": {"application/x": {"id": id}, **data}}]
    return {"cell_type": "code", "source": "", "outputs": outputs}


PLANTED: dict[str, tuple[str | Callable[[Path], None], str, str]] = {
    "rfm.html": ("<p id='x'>山<b>田</b>&#33457;子</p>", "name", ""),
    "pictured.html": (_picture("090-1234-5678"), "phone", "chart"),
    "alt.html": ('<img alt="hanako&#64;example.jp">', "mail", ""),
    "exhibits.json": (
        json.dumps({"notebooks": {"scenario": {"tables": {"steps": {"rows": [[1, "090 1234 5678"]]}}}}}),
        "phone",
        "steps",
    ),
    "manifest.json": (json.dumps({"inputs": {"山田花子.csv": ""}}), "name", ""),
    "evidence/nps.ipynb": (
        _notebook([_shown("comments", **{"text/plain": "x hanako@example.jp"})]),
        "mail",
        "comments",
    ),
    "evidence/rfm/list.parquet": (_parquet, "name", "list"),
    "acme.xlsx": (_workbook, "name", ""),
    "titled.xlsx": (_titled, "mail", ""),
    "acme.pptx": (_slides, "address", ""),
}


def test_a_datum_in_any_file_is_found(acme: Client, tmp_path: Path) -> None:
    for name, (planted, _, _) in PLANTED.items():
        path = tmp_path / "report" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(planted, encoding="utf-8") if isinstance(planted, str) else planted(path)
    found = privacy.leaks(acme, crmlib.open_shop(acme.path), tmp_path / "report")
    assert {(leak.file, leak.kind) for leak in found} == {(name, kind) for name, (_, kind, _) in PLANTED.items()}
    exhibits = {leak.file: leak.exhibit for leak in found}
    assert {name: exhibits[name] for name, (_, _, exhibit) in PLANTED.items() if exhibit} == {
        name: exhibit for name, (_, _, exhibit) in PLANTED.items() if exhibit
    }
    # The name of a file is what leaks there, and is not said.
    assert "山田花子" not in privacy.sentence(found, acme)


def test_a_datum_on_paper_is_found_where_a_line_breaks_it(acme: Client, tmp_path: Path) -> None:
    weasyprint = pytest.importorskip("weasyprint")
    page = '<html lang="ja"><title>hanako@example.jp</title><body style="width: 3em"><p>山田花子 渋谷区神南1-2-3</p>'
    (tmp_path / "report").mkdir()
    weasyprint.HTML(string=page).write_pdf(tmp_path / "report" / "acme.pdf", pdf_variant="pdf/ua-1", pdf_tags=True)
    found = privacy.leaks(acme, crmlib.open_shop(acme.path), tmp_path / "report")
    assert {leak.kind for leak in found} == {"name", "mail", "address"}


def test_paper_whose_letters_are_not_known_is_not_passed_over() -> None:
    page = b"%PDF-1.7\n1 0 obj\n<<>>\nstream\nBT /F1 12 Tf (x) Tj <0001> Tj ET\nendstream\nendobj\n"
    with pytest.raises(ValueError, match=r"^a text of the PDF is drawn in a font that does not say what its letters"):
        list(pages(page))


def test_a_report_without_a_datum_is_none(acme: Client, tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "index.html").write_text("<p>山形産佐藤錦 <b>山田屋</b> 東京都</p>", encoding="utf-8")
    shop = crmlib.open_shop(acme.path)
    assert privacy.leaks(acme, shop, tmp_path / "report") == []


def test_a_workbook_inside_a_slide_is_opened(tmp_path: Path) -> None:
    inner, outer = tmp_path / "inner.xlsx", tmp_path / "deck.pptx"
    _workbook(inner)
    with zipfile.ZipFile(outer, "w") as deck:
        deck.write(inner, "ppt/embeddings/chart.xlsx")
    assert "山田花子 様" in {text.text for text in texts(tmp_path) if text.file == "deck.pptx"}


def test_comments_and_titles_are_read_too() -> None:
    found = of_markup("<p>in sight</p><!-- unseen --><p title='said aloud'>")
    assert [text.text for text in found] == ["in sight", "unseen", "said aloud"]


def test_the_previous_report_stands_and_the_datum_nowhere(
    acme: Client, write: Write, pool: Pool, capsys: pytest.CaptureFixture[str]
) -> None:
    leaked = "山田花子"

    def run() -> Any:
        return run_client(acme, Request(), pool, Progress(terminal=False))

    good = ('report.metric("n_customers", 3)\nreport.finding("largest_loss", "It fell.")', END)
    write("small", *good)
    first = run()
    assert first.good
    before = (first.folder / "index.html").read_bytes()
    write("small", good[0].replace("It fell.", f"{leaked} left."), END)
    second = run()
    verdict = second.verdicts["small"]
    assert (second.good, verdict.verdict) == (False, "invalid")
    assert verdict.said().startswith("A customer's name in evidence/small.ipynb")
    assert "(largest_loss)" in verdict.said()
    assert (first.folder / "index.html").read_bytes() == before
    failed = first.folder.parent / "failed"
    assert [path.name for path in failed.iterdir()] == ["manifest.json"]
    said = (failed / "manifest.json").read_text(encoding="utf-8") + verdict.said() + "".join(capsys.readouterr())
    assert leaked not in said
    told = acme.home / "data" / "acme" / privacy.LIST
    assert stat.S_IMODE(told.stat().st_mode) == 0o600
    assert leaked in told.read_text(encoding="utf-8-sig")
    write("small", *good)
    assert run().good
    assert not told.exists()


TOKEN = "zqxcanary"
EXPORT = "番号,注文日,金額,会員,商品名,媒体,氏名,メール,備考\n"


def _client(home: Path, name: str, mark: str, notebooks: str) -> Path:
    """A shop of 40 customers and 4 orders each, with a word of its own in every text and in the file's name."""
    data = home / "data" / f"{mark}{name}.csv"
    data.parent.mkdir(exist_ok=True, parents=True)
    rows = [
        f"{mark}{c}-{o},202{4 + o // 2}-{1 + (c + 5 * o) % 12:02}-1{c % 9},{1000 + c},{mark}{c},{mark}茶{o},{mark}広告,"
        f"{mark} {c}子,{mark}{c}@example.jp,{mark}"
        for c in range(40)
        for o in range(4)
    ]
    data.write_text(EXPORT + "\n".join(rows) + "\n", encoding="utf-8")
    file = home / "parameters" / f"{name}.yml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(
        FILE.replace("acme", name)
        .replace("data/o.csv", f"data/{data.name}")
        .replace("[small]", notebooks)
        .replace("[html]", "[html, xlsx]"),
        encoding="utf-8",
    )
    return file


def _canary(home: Path, notebooks: str) -> None:
    from crmlib.batch.run import run_clients

    names = [str(_client(home, name, mark, notebooks)) for name, mark in (("first", TOKEN), ("second", "tea"))]
    first, second = run_clients(names, Request(jobs=1))
    assert (first.good, second.good) == (True, True), (first, second)
    assert first.folder is not None
    assert second.folder is not None
    # The first report shows its own word, or the second could not be told to be without it.
    assert any(TOKEN in text.text for text in texts(first.folder))
    assert [text.file for text in texts(second.folder) if TOKEN in text.text] == []
    kept = [path for path in (home / "data" / "second").rglob("*") if path.is_file()]
    for path in [*kept, *(path for path in second.folder.rglob("*") if path.is_file())]:
        assert TOKEN.encode() not in path.read_bytes(), path


@pytest.mark.slow
def test_nothing_of_one_client_is_in_the_files_of_the_next(tmp_path: Path) -> None:
    _canary(tmp_path, "[quality]")


@pytest.mark.slow
def test_nothing_of_one_client_is_in_any_notebook_of_the_next(tmp_path: Path) -> None:
    _canary(tmp_path, "[quality, rfm, calls, portfolio, stages, lifecycle, retention, ltv, basket, scenario, kpi]")
