"""The verdict on an executed notebook, judged from its JSON alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from crmlib.batch.plan import NotebookPlan, Plan, make_plan
from crmlib.batch.pool import Outcome
from crmlib.batch.verdict import MIME, before, judge
from crmlib.data.ledger import Unused
from tests.batch.conftest import StubShop

if TYPE_CHECKING:
    from tests.batch.conftest import StubClient, Write

NOTEBOOK = NotebookPlan(
    name="small", path=Path("small.ipynb"), parameters={"client": "acme", "days": 90}, exhibits=("a", "b")
)
PLAN = Plan(client="acme", as_of="2026-03-31", language="en", notebooks=(NOTEBOOK,))
END = {
    "kind": "end", "client": "acme", "as_of": "2026-03-31", "language": "en", "ids": ["a", "b"],
    "parameters": {"client": "acme", "days": 90, "other": 1},
}  # fmt: skip


def cell(*bundles: dict[str, Any], count: int | None = 1, **error: Any) -> dict[str, Any]:
    outputs: list[dict[str, Any]] = [{"output_type": "display_data", "data": {MIME: bundle}} for bundle in bundles]
    if error:
        outputs.append({"output_type": "error", "evalue": "", "traceback": [], **error})
    return {"cell_type": "code", "metadata": {}, "source": "x", "outputs": outputs, "execution_count": count}


def executed(*cells: dict[str, Any]) -> dict[str, Any]:
    empty = {"cell_type": "code", "metadata": {}, "source": "\n", "outputs": [], "execution_count": None}
    prose = {"cell_type": "markdown", "metadata": {}, "source": "# Title"}
    return {"cells": [prose, empty, *cells]}


def told(*cells: dict[str, Any], outcome: Outcome | None = None) -> tuple[str, str]:
    found = judge(PLAN, NOTEBOOK, executed(*cells), outcome or Outcome())
    return found.verdict, found.said()


A, B = {"kind": "metric", "id": "a"}, {"kind": "table", "id": "b"}


def test_a_notebook_that_did_what_was_planned_is_ok() -> None:
    assert told(cell(A), cell(B), cell(END)) == ("ok", "")


def test_the_order_of_exhibits_is_the_notebook_s_own() -> None:
    assert told(cell(B), cell(A), cell({**END, "ids": ["b", "a"]})) == ("ok", "")


def test_papermill_s_silence_is_no_verdict() -> None:
    # After SystemExit and after a timeout papermill marks the cells that never ran as completed.
    assert told(cell(A, B), cell(END, count=None)) == ("failed", "Code cell 2 did not run.")


def test_an_error_output_counts_though_papermill_was_content() -> None:
    # A cell tagged raises-exception fails without an exception on papermill's side.
    assert told(cell(A, B, ename="KeyError"), cell(END)) == ("failed", "Code cell 1 raised KeyError.")


def test_a_timeout_names_the_cell_that_had_started_last() -> None:
    late = cell(count=None)
    late["metadata"] = {"papermill": {"start_time": "2026-04-01T00:00:00"}}
    outcome = Outcome(error="CellTimeoutError", message="A cell timed out", seconds=5.0)
    assert told(cell(A), late, cell(END, count=None), outcome=outcome) == (
        "timeout",
        "Code cell 2 ran longer than allowed.",
    )


def test_a_notebook_that_was_never_saved_did_not_start() -> None:
    found = judge(PLAN, NOTEBOOK, None, Outcome(error="DeadWorker", message="the worker process ended with code -9"))
    assert (found.verdict, found.said()) == ("failed", "The notebook did not start (DeadWorker).")
    assert found.detail == "the worker process ended with code -9"


def test_two_ends_are_no_end() -> None:
    sentence = "The notebook did not end with report.finish()."
    assert told(cell(A, B), cell(END), cell(END)) == ("failed", sentence)


@pytest.mark.parametrize(
    ("end", "sentence"),
    [
        ({"client": "other"}, "The notebook ran with client = 'other', planned was 'acme'."),
        ({"language": "ja"}, "The notebook ran with language = 'ja', planned was 'en'."),
        ({"as_of": None}, "The notebook ran with as_of = None, planned was '2026-03-31'."),
        ({"parameters": {"client": "acme", "days": 30}}, "The notebook ran with days = 30, planned was 90."),
        ({"parameters": {"client": "acme"}}, "The notebook ran with days = None, planned was 90."),
        ({"parameters": {"client": "demo", "days": 90}}, "The notebook ran with client = 'demo', planned was 'acme'."),
        ({"ids": ["a"]}, "The exhibits shown are not those planned: missing b, not planned –."),
    ],
)
def test_what_the_notebook_says_it_was_must_be_the_plan(end: dict[str, Any], sentence: str) -> None:
    assert told(cell(A, B), cell({**END, **end})) == ("failed", sentence)


def test_true_is_not_one() -> None:
    end = {**END, "parameters": {"client": "acme", "days": True}}
    plan = NotebookPlan(name="small", path=Path("small.ipynb"), parameters={"days": 1}, exhibits=("a", "b"))
    found = judge(PLAN, plan, executed(cell(A, B), cell(end)), Outcome())
    assert found.said() == "The notebook ran with days = True, planned was 1."


def test_exhibits_missing_and_exhibits_too_many_are_named() -> None:
    extra = {"kind": "chart", "id": "c"}
    assert told(cell(A, extra), cell({**END, "ids": ["a", "c"]})) == (
        "failed",
        "The exhibits shown are not those planned: missing b, not planned c.",
    )


OWN_TRACE = [
    "\x1b[31mValueError\x1b[39m",
    "File \x1b[32m/srv/x/crmlib/analysis/rfm.py:12\x1b[39m, in score(a)\n     12 raise",
]
OTHER_TRACE = [*OWN_TRACE, "File \x1b[32m/x/site-packages/pandas/core/frame.py:9\x1b[39m, in f()\n      9 raise"]


def test_a_message_of_ours_is_told() -> None:
    sentence = "method == 'x', must be one of fixed, quantile, r_package."
    assert told(cell(ename="ValueError", evalue=sentence, traceback=OWN_TRACE)) == (
        "failed",
        f"Code cell 1: {sentence}",
    )


@pytest.mark.parametrize(("name", "trace"), [("ValueError", OTHER_TRACE), ("KeyError", OWN_TRACE), ("ValueError", [])])
def test_another_message_may_quote_a_customer_and_is_told_on_the_terminal_only(name: str, trace: list[str]) -> None:
    quoted = "could not convert string to float: '山田太郎'"
    found = judge(PLAN, NOTEBOOK, executed(cell(ename=name, evalue=quoted, traceback=trace)), Outcome())
    assert (found.said(), found.detail) == (f"Code cell 1 raised {name}.", quoted)


def test_a_missing_table_is_said_in_the_reader_s_language() -> None:
    found = before(NotebookPlan(name="nps", path=Path("nps.ipynb"), missing=("surveys", "assignments")))
    assert found is not None
    assert found.said() == "The data this rests on is missing: Survey answers, Assignments."


def test_a_table_without_a_used_row_says_how_many_were_read_and_why_none_is_used(
    client: StubClient, write: Write
) -> None:
    write("small", needs=["orders", "surveys", "surveys_sent", "assignments"])
    why = {
        "surveys": Unused("surveys", 92, (("after_as_of", 83), ("bad_score", 9))),
        "surveys_sent": Unused("surveys_sent", 0, ()),
    }
    [notebook] = make_plan(client, StubShop(as_of=date(2025, 6, 30), unused=why)).notebooks
    found = before(notebook)
    assert found is not None
    assert found.said() == (
        "The data this rests on is missing: Assignments. "
        "Survey answers: 92 rows read, none used (83 rows after the base date 30 June 2025, "
        "Score is not a whole number from 0 to 10: 9 rows). Surveys sent: no rows in the files."
    )
    assert found.said("ja") == (
        "この分析に必要なデータがありません：割付。"
        "アンケート回答：92行を読み込みましたが、使える行がありません"
        "（基準日（2025年6月30日）より後 83行、点数が0〜10の整数でない 9行）。"
        "アンケート配信：ファイルに行がありません。"
    )


def test_a_notebook_that_can_run_has_no_verdict_before() -> None:
    assert before(NOTEBOOK) is None


def test_output_that_got_lost_is_no_timeout() -> None:
    found = told(cell(A), outcome=Outcome(error="OutputLost"))
    assert found == ("failed", "Code cell 1 put out more than could be taken in.")


@pytest.mark.parametrize(
    ("said", "kind"),
    [("Timeout waiting for IOPub output", "OutputLost"), ("Cell execution timed out", "CellTimeoutError")],
)
def test_a_worker_tells_a_cell_that_ran_too_long_from_output_that_got_lost(
    said: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbclient.exceptions import CellTimeoutError

    from crmlib.batch import kernel

    def ends(*_: object) -> None:
        raise CellTimeoutError.error_from_timeout_and_cell(said, 4, SimpleNamespace(source="print(1)"))

    monkeypatch.setattr(kernel, "_papermill", ends)
    assert kernel.execute({})["error"] == kind
