"""Exhibits: one output and one bundle each, raw values read by kind, nothing shown that is not there."""

from __future__ import annotations

import hashlib
import io
import json
import re
import warnings
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from crmlib import words
from crmlib.report import exhibits, figure
from crmlib.report.exhibits import MIME, Report, open_report
from crmlib.report.publish import NotebookRun
from crmlib.report.rows import sheet_rows
from crmlib.words import say

BOUNDS = SimpleNamespace(low=0.3, high=0.34)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    outputs: list[dict[str, Any]] = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_: outputs.append(data))
    return outputs


@pytest.fixture
def report() -> Report:
    client = SimpleNamespace(name="acme", language="en", currency="JPY")
    ledger = SimpleNamespace(amount_used=300)
    shop: Any = SimpleNamespace(
        client=client, as_of=date(2026, 3, 31), first_day=19448, has=lambda table: table == "orders", ledger=ledger
    )
    return open_report(shop, "rfm")


def _bundle(shown: list[dict[str, Any]]) -> dict[str, Any]:
    return json.loads(json.dumps(shown[-1][MIME], allow_nan=False))


def test_a_metric_holds_value_interval_and_denominator(report: Report, shown: list[dict[str, Any]]) -> None:
    report.metric(
        "rate", 0.319, title="Rate within {days:days}", kind="share", interval=BOUNDS, n=2344, values={"days": 180}
    )
    found = _bundle(shown)
    assert {key: found[key] for key in ("id", "title", "value", "low", "high", "n", "text", "period")} == {
        "id": "rate",
        "title": "Rate within 180 days",
        "value": 0.319,
        "low": 0.3,
        "high": 0.34,
        "n": 2344,
        "text": "31.9%",
        "period": "1 April 2023 to 31 March 2026",
    }


@pytest.mark.parametrize("missing", [None, np.nan, np.inf, pd.NA, pd.NaT])
def test_what_is_not_known_is_null_and_said_so_never_zero(
    report: Report, shown: list[dict[str, Any]], missing: Any
) -> None:
    report.metric("rate", missing, title="Rate", kind="share", n=0)
    assert (_bundle(shown)["value"], _bundle(shown)["text"]) == (None, "cannot be told")


def test_values_are_written_by_their_kind(report: Report, shown: list[dict[str, Any]]) -> None:
    frame = pd.DataFrame({
        "customer_id": ["00123", "7"],
        "segment": pd.Categorical(["champions", "lost"]),
        "first_day": [19448, 20543],
        "amount": np.array([100, 2**52], dtype="int64"),
        "average_gap_days": [np.nan, 30.5],
    })  # fmt: skip
    report.table("customers", frame, title="Customers")
    assert _bundle(shown)["rows"] == [
        ["00123", "champions", "2023-04-01", 100, None],
        ["7", "lost", "2026-03-31", 2**52, 30.5],
    ]


def test_a_column_without_an_entry_in_the_dictionary_is_refused(report: Report) -> None:
    with pytest.raises(ValueError, match=r"^column 'colour' has no entry"):
        report.table("colours", pd.DataFrame({"colour": [1]}), title="Colours")


def test_a_grid_keeps_the_three_states_of_its_cells(report: Report, shown: list[dict[str, Any]]) -> None:
    frame = pd.DataFrame({
        "cohort_month": ["pooled", 2026 * 12 + 1, 2026 * 12 + 1, 2026 * 12 + 1],
        "k": [1, 0, 1, 2],
        "rate": [0.5, 1.0, 0.0, np.nan],
        "state": ["observed", "observed", "partial", "not_yet"],
    })  # fmt: skip
    report.grid("cohorts", frame, rows="cohort_month", columns="k", value="rate", title="Cohorts")
    found = _bundle(shown)
    assert (found["row_labels"], found["column_labels"]) == (["All cohorts", "2026-02"], ["1", "0", "2"])
    assert [[c and (c["value"], c["text"], c["state"]) for c in row] for row in found["cells"]] == [
        [(0.5, "50.0%", "observed"), None, None],
        [(0, "0.0%", "partial"), (1, "100.0%", "observed"), (None, "", "not_yet")],
    ]


def _plot(table: pd.DataFrame, *, ax: Any) -> Any:
    ax.bar(range(len(table)), table["amount"])
    ax.set_xlabel("美容液①㈱髙～")
    return ax


def test_a_chart_carries_its_picture_once_and_its_data(report: Report, shown: list[dict[str, Any]]) -> None:
    table = pd.DataFrame({"segment": ["champions"], "amount": [5]})
    native = {"form": "bar", "x": "segment", "y": ["amount"]}
    report.chart("c", _plot, table, title='A "title" <b>', name="n", alt='An "alt" <b>', native=native)
    html, found = shown[-1]["text/html"], _bundle(shown)
    assert html.count("data:image/svg+xml;base64,") == 1
    assert 'alt="An &quot;alt&quot; &lt;b&gt;"' in html
    assert "<b>A &quot;title&quot; &lt;b&gt;</b>" in html
    assert (found["rows"], found["native"]) == ([["champions", 5]], native)
    assert "svg" not in json.dumps(found)


def test_the_same_chart_is_the_same_bytes(report: Report, shown: list[dict[str, Any]]) -> None:
    table = pd.DataFrame({"segment": ["champions"], "amount": [5]})
    for name in ("a", "b"):
        report.chart(
            name, _plot, table, title="t", name="n", alt="a", native={"form": "bar", "x": "segment", "y": ["amount"]}
        )
    assert shown[0]["text/html"] == shown[1]["text/html"]


def test_a_native_form_names_columns_that_are_there(report: Report) -> None:
    table = pd.DataFrame({"segment": ["champions"], "amount": [5]})
    with pytest.raises(ValueError, match=r"^native names \['rate'\], the table has \['segment', 'amount'\]\.$"):
        report.chart(
            "c", _plot, table, title="t", name="n", alt="a", native={"form": "bar", "x": "segment", "y": ["rate"]}
        )


@pytest.mark.parametrize("language", ["ja", "en"])
def test_japanese_has_its_letters_in_both_languages(language: str) -> None:
    with figure.house_style(language), warnings.catch_warnings():
        warnings.simplefilter("error")
        axes = figure.new_axes(3, 2)
        axes.set_xlabel("美容液①㈱髙～−△¥…“”→")
        axes.get_figure(root=True).savefig(io.BytesIO(), format="svg")


def test_a_letter_that_no_house_font_has_stays_text() -> None:
    with figure.house_style("ja"):
        axes = figure.new_axes(3, 2)
        axes.set_xlabel("\U0001f9ff ไทย")
        assert "ไทย" in figure.svg(axes)


def test_a_sheet_goes_to_a_file_with_its_hash_and_ten_rows_are_shown(
    report: Report, shown: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    frame = pd.DataFrame({"customer_id": [f"{n:05d}" for n in range(25)], "amount": range(25)})
    report.sheet("list", frame, title="List")
    found = _bundle(shown)
    assert (len(found["rows"]), found["n_rows"], found["n"]) == (10, 25, 25)
    assert found["sha256"] == hashlib.sha256((tmp_path / "list.parquet").read_bytes()).hexdigest()
    query = f"select count(*), min(customer_id) from '{tmp_path}/list.parquet'"
    assert duckdb.sql(query).fetchall() == [(25, "00000")]


def test_findings_of_several_rows_stand_under_one_id(report: Report, shown: list[dict[str, Any]]) -> None:
    report.finding("verdicts", [say("One."), say("Two.")])
    assert (_bundle(shown)["text"], shown[-1]["text/html"]) == ("One.\nTwo.", "<p>One.</p><p>Two.</p>")


def test_an_exhibit_whose_table_is_missing_says_so_and_names_it(report: Report, shown: list[dict[str, Any]]) -> None:
    report.metric("response_rate", None, title="Response rate", kind="share", needs="surveys_sent")
    found = _bundle(shown)
    assert found["untellable"] == "surveys_sent"
    assert found["note"] == "Cannot be told from the data: the table “Surveys sent” is missing."


def test_an_exhibit_whose_column_holds_nothing_says_so_and_names_it(
    report: Report, shown: list[dict[str, Any]]
) -> None:
    report.metric("gap", 0, title="Gap", kind="count", needs="orders.coupon_code")
    found = _bundle(shown)
    assert found["untellable"] == "orders.coupon_code"
    # Nothing of a table that is missing is not 0, and a dash would not say why.
    assert (found["value"], found["low"], found["text"]) == (None, None, "cannot be told")
    assert found["note"] == (
        "Cannot be told from the data: the column coupon_code of the table “Orders” is missing or empty."
    )


def test_an_id_that_could_name_another_folder_is_refused_and_no_file_written(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    for name in (str(tmp_path / "x"), "../x", "N", ""):
        sentence = f"exhibit id {name!r} must be made of a-z, 0-9 and _ and start with a letter."
        with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
            report.sheet(name, pd.DataFrame({"customer_id": ["a"]}), title="n")
    assert [path.name for path in tmp_path.rglob("*")] == ["work"]


def test_an_id_is_shown_once(report: Report, shown: list[dict[str, Any]]) -> None:
    report.metric("n", 1, title="n", kind="count")
    with pytest.raises(ValueError, match=r"^exhibit id 'n' is shown twice, ids are unique in a notebook\.$"):
        report.metric("n", 1, title="n", kind="count")


def test_a_report_that_does_not_add_up_is_never_made(report: Report) -> None:
    report.reconcile(pd.DataFrame({"amount": [100, 200]}))
    message = r"^the sales of the table add up to 299, the ledger has 300; they must be equal\.$"
    with pytest.raises(ValueError, match=message):
        report.reconcile(pd.DataFrame({"amount": [100, 199]}))


def test_the_end_echoes_ids_and_parameters_as_the_notebook_saw_them(
    shown: list[dict[str, Any]], report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {"client": "acme", "as_of": None, "window_days": 90, "_hidden": 1, "pd": pd, "In": ["x"]}
    monkeypatch.setattr(exhibits, "_user_names", lambda: names)
    opened = open_report(report.shop, "retention", language="ja")
    names |= {"window_days": 30, "later": 5}
    opened.metric("n", 1, title="NPS", kind="count")
    opened.finish()
    end = _bundle(shown)
    assert end["parameters"] == {"client": "acme", "as_of": None, "window_days": 30}
    assert (end["ids"], end["client"], end["as_of"], end["language"]) == (["n"], "acme", "2026-03-31", "ja")
    words.speak("en")


def test_averages_of_money_are_rounded_to_the_smallest_unit_and_never_cut(
    report: Report, shown: list[dict[str, Any]]
) -> None:
    report.table("money", pd.DataFrame({"average_order_amount": [4652.848, -160.9, 2.5, np.nan]}), title="Money")
    assert _bundle(shown)["rows"] == [[4653], [-161], [3], [None]]


def test_an_interval_keeps_its_lower_end_when_the_upper_one_is_not_reached(
    report: Report, shown: list[dict[str, Any]]
) -> None:
    open_interval = SimpleNamespace(low=179.0, high=np.nan)
    report.metric("median", 315, title="Median", kind="days", interval=open_interval, missing="not reached")
    found = _bundle(shown)
    assert (found["low"], found["high"], found["open_end"]) == (179, None, "not reached")


def test_a_sheet_in_a_folder_named_like_a_pattern_is_read_as_it_is(
    report: Report, shown: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "customer_id=zzz" / "a[b]*"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    report.sheet("list", pd.DataFrame({"customer_id": ["a", "b"]}), title="List")
    run = NotebookRun(name="rfm", verdict="ok", folder=folder)
    assert sheet_rows(run, _bundle(shown)) == [("a",), ("b",)]


def test_a_conclusion_says_what_to_do_next_and_what_is_at_stake(report: Report, shown: list[dict[str, Any]]) -> None:
    told = say("Of {n:customers}, half leave.", n=230)
    report.conclusion("loss", told, action=say("Call them."), size=1_234_567.4, basis=say("{n:count} orders", n=9),
                      certain=False, n=230)  # fmt: skip
    found = _bundle(shown)
    names = ("kind", "text", "action", "size", "good", "certain", "n")
    expected = ["conclusion", "Of 230 customers, half leave.", "Call them.", 1_234_567, False, False, 230]
    assert [found[name] for name in names] == expected
    assert shown[-1]["text/html"] == (
        "<p>Of 230 customers, half leave.<br>Next: Call them.<br>In money: about ¥1,230,000 a year (9 orders).</p>"
    )


@pytest.mark.parametrize("size", [None, 0, -5, np.nan, np.inf])
def test_a_conclusion_without_a_size_above_zero_tells_none(
    report: Report, shown: list[dict[str, Any]], size: float | None
) -> None:
    report.conclusion("loss", say("Half leave."), action=None, size=size)
    assert (_bundle(shown)["size"], shown[-1]["text/html"]) == (None, "<p>Half leave.</p>")


def test_a_size_that_does_not_say_what_it_counts_is_refused(report: Report) -> None:
    with pytest.raises(ValueError, match="the size of conclusion 'loss' has no basis: say what it counts"):
        report.conclusion("loss", say("Half leave."), action=None, size=5)


def test_a_conclusion_whose_table_is_missing_says_so(report: Report, shown: list[dict[str, Any]]) -> None:
    report.conclusion("costs", say("It pays."), action=say("Buy more."), needs="ad_costs")
    assert _bundle(shown)["untellable"] == "ad_costs"
    assert "It pays" not in shown[-1]["text/html"]


def test_nothing_to_conclude_is_shown_as_nothing(report: Report, shown: list[dict[str, Any]]) -> None:
    report.conclusion("loss", None, action=None)
    assert (report.ids, _bundle(shown)["text"], shown[-1]["text/html"]) == (["loss"], "", "<p></p>")


def test_a_column_of_mixed_measures_is_written_by_the_kind_of_its_row(
    report: Report, shown: list[dict[str, Any]]
) -> None:
    frame = pd.DataFrame({
        "kpi_id": ["f2_rate", "amount"], "measure_kind": ["share", "money"], "actual": [0.319, 1_234_567.0],
        "gap": [-2.5, -300.0],
    })  # fmt: skip
    report.table("kpis", frame, title="KPIs")
    found = _bundle(shown)
    assert [column["name"] for column in found["columns"]] == ["kpi_id", "actual", "gap"]
    assert (found["rows"], found["row_kinds"]) == (
        [["f2_rate", 0.319, -2.5], ["amount", 1_234_567, -300]], ["share", "money"],
    )  # fmt: skip
    for text in ("31.9%", "-2.5 pt", "¥1,234,567", "-¥300"):
        assert f"<td>{text}</td>" in shown[-1]["text/html"]
