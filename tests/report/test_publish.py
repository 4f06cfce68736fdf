"""The whole way: the same figure everywhere, every verdict in the index, and files that a client can open."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from crmlib import words
from crmlib.report.publish import NotebookRun, publish
from tests.report import samples
from tests.report.pages import Page
from tests.report.samples import cell, exactly


@pytest.fixture(autouse=True)
def _english() -> None:
    words.speak("en", "JPY")


@pytest.mark.parametrize(("language", "currency"), [("en", "USD"), ("ja", "JPY")])
def test_a_metric_is_the_same_in_page_index_workbook_and_json(tmp_path: Path, language: str, currency: str) -> None:
    words.speak(language, currency)
    metrics = [
        samples.metric("n", 2344, "customers", title="N"),
        samples.metric("r", 0.31944, "share", title="R", low=0.3, high=0.34),
        samples.metric("a", 123456789, "money", title="A", n=9),
        samples.metric("p", -12.34, "nps", title="P"),
    ]
    client = samples.Client(title='"><script>alert(1)</script>=HYPERLINK("x")', currency=currency)
    publish(samples.one(tmp_path, [dict(m) for m in metrics], language=language, client=client), tmp_path)
    told = json.loads((tmp_path / "exhibits.json").read_text("utf-8"))["notebooks"]["rfm"]["metrics"]
    figures = openpyxl.load_workbook(tmp_path / "demo.xlsx").worksheets[1]
    cells = {row[1]: row[2] for row in figures.iter_rows(min_row=6, values_only=True)}
    scale = {"a": 1 if currency == "JPY" else 100}
    for metric in metrics:
        assert told[metric["id"]]["value"] == metric["value"]
        assert cells[metric["title"]] == metric["value"] / scale.get(metric["id"], 1)
        for name in ("rfm.html", "index.html"):
            assert f"{metric['title']} {told[metric['id']]['text']} " in Page((tmp_path / name).read_text("utf-8")).text


def test_exhibits_json_holds_metrics_tables_and_findings_as_designed(tmp_path: Path) -> None:
    parts: list[str | dict[str, Any]] = [
        samples.metric("m", None, "share", title="M"),
        samples.table("t", ["segment", "amount"], [["new", None]], title="T"),
        samples.chart("c", ["k", "rate"], [[0, 1.0]], {}, title="C"),
        samples.grid("g", [[cell(0.5), cell(None, state="not_yet")]], title="G"),
        samples.sheet("s", samples.pd.DataFrame({"customer_id": [str(i) for i in range(12)]}), tmp_path, title="S"),
        samples.finding("f", "So it is."),
    ]
    publish(samples.one(tmp_path, parts), tmp_path)
    told = json.loads((tmp_path / "exhibits.json").read_text("utf-8"))
    assert {name: told[name] for name in ("client", "as_of", "language")} == {
        "client": "demo", "as_of": "2026-03-31", "language": "en",
    }  # fmt: skip
    rfm = told["notebooks"]["rfm"]
    assert rfm["findings"] == {"f": "So it is."}
    assert rfm["metrics"]["m"]["value"] is None
    assert list(rfm["tables"]) == ["t", "c", "g", "s"]
    assert rfm["tables"]["t"]["rows"] == [["new", None]]
    assert [column["name"] for column in rfm["tables"]["t"]["columns"]] == ["segment", "amount"]
    assert [column["label"] for column in rfm["tables"]["g"]["columns"]] == ["First purchase", "0", "1"]
    assert rfm["tables"]["g"]["rows"] == [["2025-01", 0.5, None]]
    assert (len(rfm["tables"]["s"]["rows"]), rfm["tables"]["s"]["n_rows"]) == (10, 12)


def test_the_files_written_are_those_returned(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    written = publish(samples.one(tmp_path, ["# A"]), out)
    assert [path.name for path in written] == [
        "exhibits.json", "rfm.html", "definitions.html", "index.html", "demo.xlsx",
    ]  # fmt: skip
    assert sorted(out.iterdir()) == sorted(written)


def test_only_the_formats_asked_for_are_written(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    publish(samples.one(tmp_path, ["# A"], formats=["html"]), out)
    assert sorted(path.name for path in out.iterdir()) == [
        "definitions.html", "exhibits.json", "index.html", "rfm.html",
    ]  # fmt: skip
    assert "xlsx" not in (out / "index.html").read_text("utf-8")


def test_the_index_names_every_notebook_that_has_no_page_and_why(tmp_path: Path) -> None:
    notebooks = [
        NotebookRun(name="nps", verdict="no_data", reason="The table “Survey answers” is missing."),
        NotebookRun(name="abtest", verdict="failed", reason="KeyError in /srv/secret.ipynb"),
        NotebookRun(name="retention", verdict="timeout"),
    ]
    publish(samples.report(notebooks), tmp_path)
    text = Page((tmp_path / "index.html").read_text("utf-8")).text
    assert (
        "NPS : The table “Survey answers” is missing." in text or "NPS: The table “Survey answers” is missing." in text
    )
    assert "A/B tests: failed" in text
    assert "Retention: timed out" in text
    assert "secret" not in text
    assert not (tmp_path / "nps.html").exists()


def test_the_index_links_to_the_pages_and_the_workbook_beside_it(tmp_path: Path) -> None:
    publish(samples.one(tmp_path, ["# Who?", samples.finding("f", "So it is.")]), tmp_path)
    page = Page((tmp_path / "index.html").read_text("utf-8"))
    links = [str(attributes["href"]) for attributes in page.all("a") if not str(attributes["href"]).startswith("#")]
    assert links == ["rfm.html", "demo.xlsx"]
    assert all((tmp_path / link).is_file() for link in links)
    assert "RFM segmentation Who? Findings and figures: Who? So it is." in page.text


def test_the_index_holds_the_answer_and_leaves_the_details_to_the_page(tmp_path: Path) -> None:
    answer = ["# Who?", "## In short", samples.finding("f", "So it is."), samples.metric("m", 7, "customers")]
    detail = ["## In detail", samples.finding("g", "Among others."), samples.metric("k", 8, "customers")]
    publish(samples.one(tmp_path, [*answer, *detail]), tmp_path)
    index, page = (Page((tmp_path / name).read_text("utf-8")).text for name in ("index.html", "rfm.html"))
    assert "So it is. m 7" in index
    assert "Among others." in page
    assert "Among others." not in index
    assert "8 customers" not in index


def test_a_run_without_notebooks_still_has_an_index_with_its_ledger(tmp_path: Path) -> None:
    publish(samples.report([]), tmp_path)
    text = Page((tmp_path / "index.html").read_text("utf-8")).text
    assert "No analysis can be told for this base date." in text
    assert "Rows used 90 460,000" in text


def test_the_index_names_single_exhibits_that_could_not_be_told(tmp_path: Path) -> None:
    gap = {"untellable": "surveys_sent", "note": "It is missing."}
    parts = [samples.table(name, ["segment"], [], title=f"Answers {name}", **gap) for name in ("t", "u")]
    publish(samples.one(tmp_path, parts), tmp_path)
    said = "It is missing. RFM segmentation (2) RFM segmentation: Answers t RFM segmentation: Answers u"
    assert said in Page((tmp_path / "index.html").read_text("utf-8")).text


def test_an_ok_notebook_without_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=exactly("notebook 'rfm': verdict ok without an executed notebook.")):
        publish(samples.report([NotebookRun(name="rfm", verdict="ok")]), tmp_path)


@pytest.mark.parametrize(("language", "title"), [("en", "Definitions"), ("ja", "用語と指標の定義")])
def test_every_page_leads_to_the_definitions_in_its_language(tmp_path: Path, language: str, title: str) -> None:
    parts = [samples.table("t", ["segment", "n_customers"], [["new", 3]], title="T")]
    publish(samples.one(tmp_path, ["# A", *parts], language=language), tmp_path)
    page = Page((tmp_path / "rfm.html").read_text("utf-8"))
    assert "definitions.html" in [attributes["href"] for attributes in page.all("a")]
    told = Page((tmp_path / "definitions.html").read_text("utf-8"))
    assert title in told.text
    assert "NPS" in told.text
