"""The run on real cold kernels: each verdict, and the report that stands afterwards."""

from __future__ import annotations

import errno
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import crmlib
from crmlib.batch import place
from crmlib.batch.evidence import RAW
from crmlib.batch.pool import Job, Outcome, Pool
from crmlib.batch.progress import Progress
from crmlib.batch.run import ClientRun, Request, _attempt, run_client, run_clients
from crmlib.errors import UserError
from tests.batch.conftest import BODY, END, MIME, PARAMETERS

if TYPE_CHECKING:
    from tests.batch.conftest import StubClient, StubShop, Write

Run = Callable[..., ClientRun]


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    """One worker for all tests here, a kernel for each notebook, and a user whose IPython profile breaks kernels."""
    profile = tmp_path_factory.mktemp("ipython")
    startup = profile / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text("raise SystemExit", encoding="utf-8")
    (profile / "profile_default" / "ipython_config.py").write_text("c.TerminalIPythonApp.x = 1 / 0", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(profile))
        patch.setenv("PYTHONSTARTUP", str(startup / "00.py"))
        with Pool(1) as pool:
            yield pool


@pytest.fixture
def run(client: StubClient, shop: StubShop, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the stub client: `run(only=("small",))`."""
    monkeypatch.setitem(vars(crmlib), "open_shop", lambda _: shop)

    def run(**asked: Any) -> ClientRun:
        return run_client(client, Request(**asked), pool, Progress(terminal=False))

    return run


def said(result: ClientRun) -> dict[str, tuple[str, str]]:
    return {name: (found.verdict, found.said()) for name, found in result.verdicts.items()}


def test_a_good_notebook_is_published_and_its_evidence_kept(client: StubClient, write: Write, run: Run) -> None:
    write("small")
    result = run()
    assert said(result) == {"small": ("ok", "")}
    assert result.defect == ""
    assert result.folder == client.home / "reports" / "acme" / "2026-03-31"
    names = sorted(path.name for path in result.folder.iterdir())
    assert names == ["definitions.html", "evidence", "exhibits.json", "index.html", "manifest.json", "small.html"]
    told = json.loads((result.folder / "exhibits.json").read_text(encoding="utf-8"))
    assert told["notebooks"]["small"]["metrics"]["n_customers"]["value"] == 3
    left = sorted(path.name for path in result.folder.parent.iterdir())
    assert left == [".lock", "2026-03-31"]


def test_the_evidence_names_no_kernel_of_the_user_and_no_path_of_a_staged_folder(write: Write, run: Run) -> None:
    # The template asks for a kernel "nowhere", which does not exist.
    write("small")
    folder = run().folder
    assert folder is not None
    text = (folder / "evidence" / "small.ipynb").read_text(encoding="utf-8")
    assert ".staging-" not in text
    assert json.loads(text)["metadata"]["papermill"]["parameters"]["as_of"] == "2026-03-31"


def test_the_manifest_holds_no_machine_path(client: StubClient, write: Write, run: Run) -> None:
    write("small")
    folder = run().folder
    assert folder is not None
    text = (folder / "manifest.json").read_text(encoding="utf-8")
    assert str(client.home) not in text
    manifest = json.loads(text)
    assert manifest["notebooks"]["small"]["parameters"] == {
        "client": "acme", "as_of": "2026-03-31", "language": "en", "desk": False,
    }  # fmt: skip
    assert manifest["notebooks"]["small"]["verdict"] == "ok"
    assert manifest["ledger"]["orders"][0] == {"reason": "read", "n_rows": 3, "amount": 900}
    assert manifest["versions"]["crmlib"] == crmlib.__version__


def test_the_evidence_is_signed_so_that_jupyterlab_shows_its_pictures(write: Write, run: Run) -> None:
    from nbformat import read
    from nbformat.sign import NotebookNotary

    write("small")
    folder = run().folder
    assert folder is not None
    evidence = read(folder / "evidence" / "small.ipynb", as_version=4)
    assert NotebookNotary().check_signature(evidence)


FAILING = {
    "raises": (["1 / 0"], "failed", "Code cell 4 raised ZeroDivisionError."),
    "leaves": (["raise SystemExit(0)", BODY, END], "failed", "Code cell 4 raised SystemExit."),
    "dies": (["import os; os._exit(0)", BODY], "failed", "The kernel ended in code cell 4 (DeadKernelError)."),
    "sleeps": (["import time; time.sleep(30)", BODY], "timeout", "Code cell 4 ran longer than allowed."),
    "stops_early": ([BODY], "failed", "The notebook did not end with report.finish()."),
    "shows_less": (
        ['if False: report.metric("n_orders", 1)\n' + BODY, END],
        "failed",
        "The exhibits shown are not those planned: missing n_orders, not planned –.",
    ),
    "other_date": (
        ['as_of = "2020-01-01"', BODY, END],
        "failed",
        "The notebook ran with as_of = '2020-01-01', planned was '2026-03-31'.",
    ),
}


@pytest.mark.sample(3)
@pytest.mark.parametrize("name", FAILING)
def test_a_notebook_that_goes_wrong_leaves_the_previous_report_standing(
    name: str, client: StubClient, write: Write, run: Run
) -> None:
    cells, verdict, reason = FAILING[name]
    standing = client.home / "reports" / "acme" / "2026-03-31"
    standing.mkdir(parents=True)
    (standing / "index.html").write_text("the previous report", encoding="utf-8")
    client.timeout_seconds = 4
    write("small", *cells)
    result = run()
    assert said(result) == {"small": (verdict, reason)}
    assert not result.good
    assert result.folder == client.home / "reports" / "acme" / "failed"
    assert (standing / "index.html").read_text(encoding="utf-8") == "the previous report"
    manifest = json.loads((result.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["notebooks"]["small"]["verdict"] == verdict
    assert (result.folder / "evidence" / "small.ipynb").is_file()


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        (None, "small.ipynb has no cell tagged 'parameters'."),
        ('client = "demo"\n', "the parameters cell of small.ipynb has no as_of, language."),
    ],
)
def test_a_notebook_without_its_parameters_is_invalid_before_a_kernel_starts(
    parameters: str | None, sentence: str, client: StubClient, write: Write, run: Run
) -> None:
    write("small", parameters=parameters)
    write("other")
    client.notebooks = ["small", "other"]
    result = run(only=("small",))
    assert said(result) == {"small": ("invalid", sentence)}
    assert result.verdicts["small"].seconds == 0
    assert result.folder is not None
    assert result.folder.name == "failed"


def test_an_unknown_parameter_is_refused_and_nothing_is_written(client: StubClient, write: Write, run: Run) -> None:
    write("small", parameters=PARAMETERS + "window_days = 90  # how long to wait\n")
    client.sections = {"small": {"windw_days": 30}}
    sentence = "parameters/acme.yml: small.windw_days is no parameter of small.ipynb, did you mean 'window_days'?"
    with pytest.raises(UserError, match=f"^{re.escape(sentence)}$"):
        run()
    assert [path.name for path in (client.home / "reports" / "acme").iterdir()] == [".lock"]


def test_a_notebook_without_its_table_says_no_data_in_the_report_s_language(
    client: StubClient, write: Write, run: Run
) -> None:
    write("small", needs=["orders", "surveys"])
    result = run()
    assert result.good
    assert said(result) == {"small": ("no_data", "The data this rests on is missing: Survey answers.")}


QUOTING = {
    "raised": "who = '山田太郎 taro@example.com'\nraise KeyError(who)",
    "raised_inside_a_library": "import pandas\npandas.to_numeric(pandas.Series(['taro@example.com']))",
    "raised_from": "try:\n    int('taro@example.com')\nexcept ValueError as error:\n    raise OSError from error",
    "syntax": "eval('taro@example.com taro')",
    "left_with_a_message": "raise SystemExit('taro@example.com')",
    "in_a_thread": "import threading\ndef work():\n    int('taro@example' + '.com')\n"
    "thread = threading.Thread(target=work); thread.start(); thread.join(); 1 / 0",
    "in_a_destructor": "class C:\n    def __del__(self): raise ValueError('taro@example' + '.com')\n"
    "c = C()\ndel c\n1 / 0",
}


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", QUOTING)
def test_another_message_than_ours_stays_out_of_the_files(name: str, write: Write, run: Run) -> None:
    # The template's own text stands in the evidence, so the address is put together in it.
    write("small", QUOTING[name].replace("taro@example.com", "taro@' 'example.com"))
    result = run()
    assert result.folder is not None
    assert not result.good
    texts = [path.read_text(encoding="utf-8") for path in result.folder.rglob("*") if path.suffix in TEXTS]
    assert len(texts) >= 4
    assert not [text for text in texts if "taro@example.com" in text]


TEXTS = {".json", ".html", ".ipynb"}


def test_another_message_than_ours_is_told_on_the_terminal(write: Write, run: Run) -> None:
    write("small", 'raise KeyError("山田太郎 taro@" "example.com")')
    result = run()
    assert result.folder is not None
    assert said(result) == {"small": ("failed", "Code cell 4 raised KeyError.")}
    assert "taro@example.com" in result.verdicts["small"].detail
    [error] = errors(result.folder / "evidence" / "small.ipynb")
    assert error == {"output_type": "error", "ename": "KeyError", "evalue": "", "traceback": ["KeyError"]}


def test_a_sentence_of_ours_stays_in_the_evidence_without_what_led_to_it(write: Write, run: Run) -> None:
    cause = "try:\n    int('taro@' 'example.com')\nexcept ValueError:\n"
    write("small", cause + "    from crmlib.words import speak\n    speak('fr')")
    folder = run().folder
    assert folder is not None
    [error] = errors(folder / "evidence" / "small.ipynb")
    sentence = "language == 'fr', must be one of en, ja."
    assert (error["evalue"], error["traceback"]) == (sentence, [f"ValueError: {sentence}"])


def test_the_evidence_of_a_failure_is_signed_as_it_was_cleaned(write: Write, run: Run) -> None:
    from nbformat import read
    from nbformat.sign import NotebookNotary

    write("small", "1 / 0")
    folder = run().folder
    assert folder is not None
    assert NotebookNotary().check_signature(read(folder / "evidence" / "small.ipynb", as_version=4))


def errors(path: Path) -> list[dict[str, Any]]:
    outputs = [output for cell in json.loads(path.read_text("utf-8"))["cells"] for output in cell.get("outputs", [])]
    return [output for output in outputs if output["output_type"] == "error"]


def test_only_takes_the_other_notebooks_over_or_refuses(
    client: StubClient, shop: StubShop, write: Write, run: Run
) -> None:
    write("small")
    write("other")
    client.notebooks = ["small", "other"]
    folder = run().folder
    assert folder is not None
    before = (folder / "evidence" / "small.ipynb").read_bytes()
    result = run(only=("other",))
    assert said(result) == {"small": ("ok", ""), "other": ("ok", "")}
    assert (folder / "evidence" / "small.ipynb").read_bytes() == before
    shop.inputs = {"orders.csv": "b" * 64}
    sentence = "--only: the input files of 2026-03-31 differ from this run's, run all notebooks or add --force."
    with pytest.raises(UserError, match=f"^{re.escape(sentence)}$"):
        run(only=("other",))
    forced = run(only=("other",), force=True)
    assert said(forced) == {"other": ("ok", "")}
    assert not (folder / "small.html").exists()


def test_another_language_has_a_folder_of_its_own(client: StubClient, write: Write, run: Run) -> None:
    write("small")
    assert run(language="ja", out=client.home / "elsewhere").folder == client.home / "elsewhere/acme/2026-03-31-ja"


def test_a_sheet_s_rows_stay_with_the_evidence_and_are_taken_over(client: StubClient, write: Write, run: Run) -> None:
    rows = 'import pandas\npandas.DataFrame({"customer_id": ["a"]}).to_parquet("list.parquet")'
    write("small", rows, BODY, END)
    write("other")
    client.notebooks = ["small", "other"]
    folder = run().folder
    assert folder is not None
    kept = folder / "evidence" / "small" / "list.parquet"
    before = kept.read_bytes()
    assert run(only=("other",)).good
    assert kept.read_bytes() == before


def test_only_is_refused_when_another_notebook_s_parameters_have_changed(
    client: StubClient, write: Write, run: Run
) -> None:
    days = PARAMETERS + "days = 90\n"
    write("small", BODY, END.replace("])", "], days=days)"), parameters=days)
    write("other")
    client.notebooks = ["small", "other"]
    assert run().good
    client.sections = {"small": {"days": 30}}
    sentence = "--only: small in 2026-03-31 had another template or parameters, run it too or add --force."
    with pytest.raises(UserError, match=f"^{re.escape(sentence)}$"):
        run(only=("other",))


CHANGED = "--only: the evidence of small in 2026-03-31 is not what its run left, run without --only or add --force."
EVIDENCE_SPOILT: dict[str, Callable[[Path], object]] = {
    "another figure": lambda folder: swap(folder / "small.ipynb", '"value": 3', '"value": 4'),
    "notebook gone": lambda folder: (folder / "small.ipynb").unlink(),
    "other rows": lambda folder: (folder / "small" / "list.parquet").write_bytes(b"PAR1"),
    "rows gone": lambda folder: (folder / "small" / "list.parquet").unlink(),
    "rows added": lambda folder: (folder / "small" / "more.parquet").write_bytes(b"PAR1"),
}


def swap(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", EVIDENCE_SPOILT)
def test_only_refuses_evidence_that_is_not_what_its_run_left(
    name: str, client: StubClient, write: Write, run: Run
) -> None:
    rows = 'import pandas\npandas.DataFrame({"customer_id": ["a"]}).to_parquet("list.parquet")'
    write("small", rows, BODY, END)
    write("other", needs=["surveys"])
    client.notebooks = ["small", "other"]
    folder = run().folder
    assert folder is not None
    EVIDENCE_SPOILT[name](folder / "evidence")
    with pytest.raises(UserError, match=f"^{re.escape(CHANGED)}$"):
        run(only=("other",))
    assert said(run(only=("other",), force=True)) == {
        "other": ("no_data", "The data this rests on is missing: Survey answers.")
    }


def test_only_judges_the_evidence_and_not_what_the_manifest_says_of_it(
    client: StubClient, write: Write, run: Run
) -> None:
    write("small")
    write("other", needs=["surveys"])
    client.notebooks = ["small", "other"]
    folder = run().folder
    assert folder is not None
    old = hashlib.sha256((folder / "evidence" / "small.ipynb").read_bytes()).hexdigest()
    swap(folder / "evidence" / "small.ipynb", '"desk": false', '"desk": true')
    swap(folder / "manifest.json", old, hashlib.sha256((folder / "evidence" / "small.ipynb").read_bytes()).hexdigest())
    result = run(only=("other",))
    assert said(result)["small"] == ("failed", "The notebook ran with desk = True, planned was False.")
    assert result.folder == folder.parent / "failed"


ODD = {
    "no json": "{",
    "a list": "[]",
    "notebooks a list": '{"notebooks": ["small"]}',
    "an entry a text": '{"notebooks": {"small": "ok"}}',
    "no seconds": '{"notebooks": {"small": {"verdict": "ok", "evidence": {}}}}',
    "no evidence": '{"notebooks": {"small": {"verdict": "ok", "seconds": 1}}}',
    "unknown verdict": '{"notebooks": {"small": {"verdict": "fine", "seconds": 1, "evidence": {}}}}',
    "verdict a list": '{"notebooks": {"small": {"verdict": [], "seconds": 1, "evidence": {}}}}',
}


@pytest.mark.parametrize("name", [*ODD, "gone"])
def test_only_refuses_a_manifest_it_cannot_use(name: str, client: StubClient, write: Write, run: Run) -> None:
    write("small")
    write("other")
    client.notebooks = ["small", "other"]
    folder = client.home / "reports" / "acme" / "2026-03-31"
    folder.mkdir(parents=True)
    if name in ODD:
        (folder / "manifest.json").write_text(ODD[name], encoding="utf-8")
    sentence = "--only: manifest.json of 2026-03-31 cannot be used, run without --only or add --force."
    with pytest.raises(UserError, match=f"^{re.escape(sentence)}$"):
        run(only=("other",))


def test_a_full_disk_is_told_with_its_folder_and_leaves_nothing(
    client: StubClient, write: Write, monkeypatch: pytest.MonkeyPatch, shop: StubShop, pool: Pool
) -> None:
    def full(path: Path, *_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path / "manifest.json"))

    write("small", needs=["surveys"])
    monkeypatch.setitem(vars(crmlib), "open_shop", lambda _: shop)
    monkeypatch.setattr("crmlib.batch.manifest.write", full)
    result = _attempt(client, Request(), pool, Progress(terminal=False))
    reports = client.home / "reports" / "acme"
    assert re.fullmatch(
        re.escape(f"acme: {reports}/.staging-") + r"\w+/report cannot be written \(No space left on device\)\.",
        result.refused,
    )
    assert [path.name for path in reports.iterdir()] == [".lock"]


def test_a_half_written_notebook_is_a_failed_one(write: Write, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(_: Pool, jobs: list[Job]) -> Iterator[tuple[Job, Outcome]]:
        for job in jobs:
            (Path(job.folder) / RAW).write_text('{"cells": [', encoding="utf-8")
            yield job, Outcome(error="OSError")

    write("small")
    monkeypatch.setattr(Pool, "run", half)
    assert said(run()) == {"small": ("failed", "The notebook did not start (OSError).")}


def test_a_client_named_twice_and_two_clients_of_one_place_are_refused(tmp_path: Path) -> None:
    paths = []
    for home in ("a", "b"):
        path = tmp_path / home / "parameters" / "acme.yml"
        path.parent.mkdir(parents=True)
        (tmp_path / home / "o.csv").write_text("order_id\n", encoding="utf-8")
        path.write_text("name: acme\nsources:\n  orders:\n    path: o.csv\n", encoding="utf-8")
        paths.append(str(path))
    with pytest.raises(UserError, match=r"^acme: named twice, name each client once\.$"):
        run_clients([paths[0], paths[0]], Request())
    sentence = f"{paths[0]} and {paths[1]} would write one report, run them with different --out."
    with pytest.raises(UserError, match=f"^{re.escape(sentence)}$"):
        run_clients(paths, Request(out=tmp_path / "out"))
    assert not (tmp_path / "out").exists()


ROWS = (
    'import hashlib, pathlib, pandas\npandas.DataFrame({"customer_id": ["a"]}).to_parquet("rows.parquet")\n'
    'sha256 = hashlib.sha256(pathlib.Path("rows.parquet").read_bytes()).hexdigest()\n'
    'rows = dict(n_rows=1, file="rows.parquet", sha256=sha256)\n'
    'columns = [dict(name="customer_id", label="Customer", unit="", kind="id", decimals=0)]\n'
    'if False: report.sheet("rows")\nshow("sheet", "rows", columns=columns, rows=[["a"]], **rows)'
)
ALL = 'finish(["n_customers", "largest_loss", "rows"])'
BAD: dict[str, tuple[list[str], str]] = {
    "a bundle without id": (
        [f'display({{"{MIME}": dict(version=1, kind="metric")}}, raw=True)', BODY, END],
        "The notebook shows something that cannot be published (KeyError).",
    ),
    "a list as a bundle": (
        [f'display({{"{MIME}": [1]}}, raw=True)', BODY, END],
        "The notebook shows something that cannot be published (TypeError).",
    ),
    "a metric without value": (
        [f'{BODY}\nif False: report.metric("x", 1)\nshow("metric", "x")', END.replace("])", ', "x"])')],
        "The notebook shows something that cannot be published (KeyError).",
    ),
    "ids that are no list": (
        [BODY, "finish([1, None])"],
        "The notebook shows something that cannot be published (TypeError).",
    ),
    "rows deleted": (
        [ROWS, 'pathlib.Path("rows.parquet").unlink()', BODY, ALL],
        "The rows of rows are missing or changed.",
    ),
    "rows changed": (
        [ROWS, 'pathlib.Path("rows.parquet").write_bytes(b"PAR1")', BODY, ALL],
        "The rows of rows are missing or changed.",
    ),
    "rows elsewhere": (
        [ROWS.replace('file="rows.parquet"', 'file=str(pathlib.Path("rows.parquet").absolute())'), BODY, ALL],
        "The rows of rows are missing or changed.",
    ),
}


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", BAD)
def test_one_notebook_that_cannot_be_published_fails_alone(
    name: str, client: StubClient, write: Write, run: Run
) -> None:
    cells, sentence = BAD[name]
    write("small", *cells)
    write("other")
    client.notebooks = ["small", "other"]
    result = run()
    assert said(result) == {"small": ("failed", sentence), "other": ("ok", "")}
    assert result.defect == ""
    assert result.folder == client.home / "reports" / "acme" / "failed"
    assert (result.folder / "other.html").is_file()
    assert not (result.folder / "small.html").exists()


def test_a_notebook_that_removes_the_folder_of_the_run_takes_nobody_down(
    client: StubClient, write: Write, run: Run
) -> None:
    write("other")
    write("small", "import shutil, pathlib\nshutil.rmtree(pathlib.Path.cwd().parent.parent)", BODY, END)
    client.notebooks = ["other", "small"]
    result = run()
    assert said(result)["other"] == ("failed", "The evidence of the notebook was removed during the run.")
    assert result.defect == ""
    assert result.folder == client.home / "reports" / "acme" / "failed"
    assert (result.folder / "manifest.json").is_file()


def test_a_defect_in_publishing_keeps_the_evidence_and_the_previous_report(
    client: StubClient, write: Write, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("taro@example.com")

    write("small")
    monkeypatch.setattr("crmlib.report.publish.publish", broken)
    monkeypatch.delenv("CRMLIB_DEBUG", raising=False)
    result = run()
    assert result.defect.startswith("KeyError in crmlib.batch.run line ")
    assert "taro" not in result.defect
    assert result.folder == client.home / "reports" / "acme" / "failed"
    assert (result.folder / "evidence" / "small.ipynb").is_file()


def test_a_format_that_cannot_be_written_leaves_pages_that_tell_what_ran(
    client: StubClient, write: Write, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("sheet")

    write("small")
    client.formats = ["html", "xlsx"]
    monkeypatch.setattr("crmlib.report.workbook.write_workbook", broken)
    monkeypatch.delenv("CRMLIB_DEBUG", raising=False)
    result = run()
    assert result.defect.startswith("KeyError in ")
    assert result.folder == client.home / "reports" / "acme" / "failed"
    page = (result.folder / "index.html").read_text(encoding="utf-8")
    assert "small.html" in page
    assert ".xlsx" not in page
    assert not list(result.folder.glob("*.xlsx"))


def test_a_second_run_of_the_same_client_is_refused(client: StubClient, run: Run) -> None:
    reports = client.home / "reports" / "acme"
    with (
        place.locked(reports, "acme"),
        pytest.raises(UserError, match=r"^acme: another run of this client is at work, wait for it to end\.$"),
    ):
        run()


def test_a_worker_that_dies_is_replaced(pool: Pool, tmp_path: Any) -> None:
    # A job whose notebook is no notebook at all ends the execution, not the worker.
    job = Job(name="x", notebook={}, parameters={}, output=str(tmp_path / "x.ipynb"), folder=str(tmp_path), timeout=9)
    [(_, first)] = list(pool.run([job]))
    assert first.error
    pool._workers[0].kill()
    [(_, second)] = list(pool.run([job]))
    assert second.error == "DeadWorker"
    [(_, third)] = list(pool.run([job]))
    assert third.error == first.error
