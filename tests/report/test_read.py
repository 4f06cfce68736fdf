"""An executed notebook gives prose and exhibits, and nothing that belongs to the consultant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crmlib.report.read import exhibits, read
from tests.report import samples
from tests.report.samples import exactly


def test_prose_and_exhibits_come_in_the_order_of_the_notebook(tmp_path: Path) -> None:
    parts = ["# Title", samples.finding("f", "So it is."), "## More", samples.metric("m", 3, "customers")]
    items = read(samples.write_notebook(tmp_path / "rfm.ipynb", parts))
    assert [item["kind"] for item in items] == ["prose", "finding", "prose", "metric", "end"]


def test_code_streams_and_stray_outputs_are_not_read(tmp_path: Path) -> None:
    items = read(samples.write_notebook(tmp_path / "rfm.ipynb", [samples.metric("m", 3, "customers")]))
    shown = json.dumps([item for item in items if item["kind"] != "end"])
    assert "secret" not in shown
    assert "Axes" not in shown


def test_the_picture_is_taken_from_the_figure_and_from_nowhere_else(tmp_path: Path) -> None:
    chart = samples.chart("c", ["k", "rate"], [[0, 1.0]], {"form": "line", "x": "k", "y": ["rate"]})
    evil = {**samples.metric("m", 3, "customers"), "picture": "https://example.com/x.png"}
    first, second = exhibits(read(samples.write_notebook(tmp_path / "rfm.ipynb", [chart, evil])))
    assert first["picture"] == samples.PICTURE
    assert second["picture"] is None


def test_source_as_a_list_of_lines_reads_like_one_text(tmp_path: Path) -> None:
    path = samples.write_notebook(tmp_path / "rfm.ipynb", ["# A\n\nb"])
    notebook = json.loads(path.read_text("utf-8"))
    notebook["cells"][0]["source"] = ["# A\n", "\n", "b"]
    path.write_text(json.dumps(notebook), "utf-8")
    assert read(path)[0] == {"kind": "prose", "markdown": "# A\n\nb"}


def test_a_notebook_that_did_not_finish_is_refused(tmp_path: Path) -> None:
    path = samples.write_notebook(tmp_path / "rfm.ipynb", ["# A"])
    notebook = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**notebook, "cells": notebook["cells"][:-1]}), "utf-8")
    with pytest.raises(
        ValueError, match=r"^rfm\.ipynb: the notebook did not reach report\.finish\(\), its exhibits may"
    ):
        read(path)


@pytest.mark.parametrize("value", ["nan", "inf"])
def test_jupyters_spelling_of_nan_is_refused(tmp_path: Path, value: str) -> None:
    bundle = samples.table("t", ["segment", "n_customers"], [["new", value]])
    with pytest.raises(
        ValueError, match=exactly(f"rfm.ipynb: exhibit 't', n_customers: {value!r} is not a number; missing is null.")
    ):
        read(samples.write_notebook(tmp_path / "rfm.ipynb", [bundle]))


def test_a_metric_that_is_a_text_is_refused(tmp_path: Path) -> None:
    bundle = {**samples.metric("m", 3, "customers"), "low": "nan"}
    with pytest.raises(
        ValueError, match=exactly("rfm.ipynb: exhibit 'm', low: 'nan' is not a number; missing is null.")
    ):
        read(samples.write_notebook(tmp_path / "rfm.ipynb", [bundle]))


def test_a_bundle_of_another_version_is_refused(tmp_path: Path) -> None:
    bundle = {**samples.metric("m", 3, "customers"), "version": 2}
    with pytest.raises(ValueError, match=exactly("rfm.ipynb: exhibit version == 2, this crmlib reads 1.")):
        read(samples.write_notebook(tmp_path / "rfm.ipynb", [bundle]))


def test_a_bundle_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    allowed = (
        "rfm.ipynb: exhibit kind == 'film', must be one of metric, table, grid, chart, finding, sheet, conclusion, end."
    )
    with pytest.raises(ValueError, match=exactly(allowed)):
        read(samples.write_notebook(tmp_path / "rfm.ipynb", [samples.bundle("film", "f")]))


def test_a_conclusions_size_must_be_a_number(tmp_path: Path) -> None:
    told = "rfm.ipynb: exhibit 'c', size: 'nan' is not a number; missing is null."
    with pytest.raises(ValueError, match=exactly(told)):
        read(samples.write_notebook(tmp_path / "rfm.ipynb", [samples.conclusion("c", "So.", size="nan")]))


def test_what_nobody_sees_in_a_text_of_data_reaches_no_format(tmp_path: Path) -> None:
    rows = [["\u202e12 soap\u2066", 1], ["two\u2028lines\x07\ud800", 2], ["\ufffe\u061ca\tb", 3]]
    parts = ["# Who\u200f?", samples.table("t", ["segment", "n_customers"], rows), samples.finding("f", "So\u202e.")]
    prose, table, finding, _ = read(samples.write_notebook(tmp_path / "rfm.ipynb", parts))
    assert [row[0] for row in table["rows"]] == ["12 soap", "two lines ", "a\tb"]
    assert (prose["markdown"], finding["text"]) == ("# Who?", "So.")
