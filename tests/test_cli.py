"""The command line: sentences, exit codes, and the price of `crm --help`."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import crmlib
from crmlib.cli import call
from tests.batch.conftest import BODY, END, PARAMETERS, SHOW

ROOT = Path(__file__).resolve().parents[1]
CLIENT = """name: acme
language: en
tax_basis: included
notebooks: [small]
formats: [html]
sources:
  orders:
    path: orders.csv
    columns: {order_id: id, customer_id: who, order_date: day, line_amount: yen}
"""
EXPORT = "id,who,day,yen,memo\n1,a,2026-01-05,1000,x\n2,b,2026-02-05,2000,\n3,a,2026-03-05,bad,\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with one client, an export of three orders and one notebook; the command runs in it."""
    for name in ("parameters", "notebooks"):
        (tmp_path / name).mkdir()
    (tmp_path / "parameters" / "acme.yml").write_text(CLIENT, encoding="utf-8")
    (tmp_path / "orders.csv").write_text(EXPORT, encoding="utf-8")
    write(tmp_path, BODY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(home: Path, *cells: str) -> None:
    sources = [(PARAMETERS + "days = 90\n", ["parameters"]), *((source, []) for source in (SHOW, *cells, END))]
    found = [
        {"cell_type": "code", "id": f"c{n}", "metadata": {"tags": tags}, "source": text, "outputs": [],
         "execution_count": None}
        for n, (text, tags) in enumerate(sources)
    ]  # fmt: skip
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"crm": {"needs": ["orders"]}, "kernelspec": kernel, "language_info": {"name": "python"}}
    notebook = {"cells": found, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    # The parameters as seen must be told, `days` too.
    found[-1]["source"] = END.replace("finish([", "finish(ids=[").replace("])", "], days=days)")
    (home / "notebooks" / "small.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = call(list(arguments))
    out, err = capsys.readouterr()
    return code, out, err


def seconds(code: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_help_is_cheap() -> None:
    asked = "from crmlib.cli import call; call(['--help'])"
    assert min(seconds(asked) for _ in range(3)) - min(seconds("") for _ in range(3)) < 0.3


def test_crm_diff_compares_folders_dates_or_the_two_latest(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for day, share in (("2026-01-31", 0.2), ("2026-02-28", 0.25)):
        left_report(home / "reports" / "acme" / day, day, share)
    folders = [f"reports/acme/{day}" for day in ("2026-01-31", "2026-02-28")]
    asked = [folders, ["acme", "2026-01-31", "2026-02-28"], ["acme"], ["acme", "--only", "small", "--cells"]]
    for arguments in asked:
        code, out, err = said(capsys, "diff", *arguments)
        assert (code, err) == (0, ""), arguments
        assert "What changed from 31 January 2026 to 28 February 2026" in out
        assert re.search(r"Rate\s+20\.0%\s+25\.0%\s+\+5\.0 pt", out), out
    code, out, _ = said(capsys, "diff", *folders, "--html", "page.html")
    assert (code, out.splitlines()[-1]) == (0, "page.html")
    assert "+5.0 pt" in (home / "page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["acme"], "acme: two reports in en are needed in {home}/reports/acme, there: 2026-01-31."),
        (["acme", "2026-01-31", "x"], "acme: 'x' is no date such as 2026-03-31, there: 2026-01-31."),
        (["acme", "2026-01-31", "2026-02-28"], "acme: no report of 2026-02-28 in en, there: 2026-01-31."),
        (["acme", "--lang", "ja"], "acme: two reports in ja are needed in {home}/reports/acme, there: none."),
        (
            ["acme", "x"],
            "crm diff OLD NEW: two report folders, or a client and two dates (demo 2026-02-28 2026-03-31).",
        ),
        (["reports", "parameters"], "reports: no report, its manifest.json is missing or cannot be read."),
        (
            ["reports/acme/2026-01-31", "reports/acme/2026-01-31", "--only", "smal"],
            "--only smal: no notebook of the later report, did you mean 'small'?",
        ),
        (
            ["reports/acme/2026-01-31", "reports/acme/2026-01-31", "--html", "none/page.html"],
            "--html: none/page.html cannot be written (No such file or directory).",
        ),
    ],
)
def test_crm_diff_refuses_in_one_sentence(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    left_report(home / "reports" / "acme" / "2026-01-31", "2026-01-31", 0.2)
    code, _, err = said(capsys, "diff", *arguments)
    assert (code, err) == (2, message.format(home=home) + "\n")


def left_report(place: Path, day: str, share: float) -> None:
    """What a run leaves that `crm diff` reads: one metric."""
    place.mkdir(parents=True)
    facts = {"client": "acme", "as_of": day, "language": "en"}
    metric = {"value": share, "value_kind": "share", "text": f"{share:.1%}", "title": "Rate"}
    for name, part in (("manifest", {"small": {"verdict": "ok"}}), ("exhibits", {"small": {"metrics": {"m": metric}}})):
        (place / f"{name}.json").write_text(json.dumps({**facts, "notebooks": part}), encoding="utf-8")


def test_help_loads_nothing_heavy() -> None:
    heavy = (
        "{'pandas', 'numpy', 'duckdb', 'papermill', 'nbformat', 'matplotlib', 'scipy', 'jinja2', 'pydantic', 'rich'}"
    )
    code = f"import sys; from crmlib.cli import call; call(['--help']); sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT, capture_output=True).returncode == 0


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "--version") == (0, f"crm {crmlib.__version__}\n", "")


def test_a_run_from_the_command_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "run", "acme")
    lines = out.splitlines()
    assert code == 0, err
    assert lines[0].split()[:3] == ["acme", "small", "ok"]
    assert lines[1] == "reports/acme/2026-02-05/index.html"
    assert err.splitlines()[:2] == ["acme: reading the export", "acme: running 1 notebooks"]
    assert (home / lines[1]).is_file()
    manifest = json.loads((home / "reports/acme/2026-02-05/manifest.json").read_text(encoding="utf-8"))
    assert manifest["ledger"]["orders"][0]["n_rows"] == 3
    assert str(home) not in json.dumps(manifest)


def test_one_client_that_fails_does_not_stop_the_others(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "parameters" / "worse.yml").write_text(CLIENT.replace("acme", "worse") + "colour: red\n", encoding="utf-8")
    code, out, err = said(capsys, "run", "worse", "acme")
    assert code == 1
    assert "reports/acme/2026-02-05/index.html" in out
    assert "parameters/worse.yml line 10: unknown key 'colour'" in err


def test_a_notebook_that_fails_is_exit_code_one(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(home, "1 / 0")
    code, out, err = said(capsys, "run", "acme")
    assert (code, err.splitlines()[0]) == (1, "acme: reading the export")
    assert out.splitlines() == [
        "acme  small        failed   Code cell 4 raised ZeroDivisionError. [division by zero]",
        "acme: not published, what stood before stands; see reports/acme/failed/index.html",
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["run", "../acme"], "'../acme' is neither a client file nor the name of one (a-z, 0-9, _ and -, at most 40)."),
        (["run", "a/b"], "'a/b' is neither a client file nor the name of one (a-z, 0-9, _ and -, at most 40)."),
        (["run", "acme", "--lang", "fr"], "--lang fr: must be ja or en."),
        (["run", "acme", "--formats", "htm"], "--formats htm: not a format, did you mean 'html'?"),
        (["run", "acme", "--yaml"], "--yaml goes with --plan."),
        (["run", "acme", "--only", "smal"], "--only smal: not among the notebooks of acme, did you mean 'small'?"),
        (["lab", "acme", "smal"], "'smal' is not among the notebooks of acme, did you mean 'small'?"),
    ],
)
def test_a_wrong_request_is_one_sentence_and_exit_code_two(
    arguments: list[str], sentence: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, *arguments) == (2, "", sentence + "\n")
    assert not (home / "reports").exists()


def test_an_unknown_command_is_exit_code_two(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = said(capsys, "rum", "acme")
    assert code == 2
    assert "No such command 'rum'" in err


def test_a_client_file_is_found_by_its_path(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "run", str(home / "parameters" / "acme.yml"), "--plan")
    assert code == 0
    assert out.startswith("acme: as of 2026-02-05, in en\n\nsmall  will run\n")


def test_the_plan_in_yaml_runs_in_stock_papermill(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "run", "acme", "--only", "small", "--plan", "--yaml")
    assert code == 0
    (home / "small.yml").write_text(out, encoding="utf-8")
    asked = [
        sys.executable,
        "-m",
        "papermill",
        "notebooks/small.ipynb",
        "out.ipynb",
        "-f",
        "small.yml",
        "-k",
        "python3",
    ]
    subprocess.run([*asked, "--prepare-only"], check=True, cwd=home, capture_output=True)
    injected = json.loads((home / "out.ipynb").read_text(encoding="utf-8"))["cells"][1]
    assert injected["metadata"]["tags"] == ["injected-parameters"]
    assert 'as_of = "2026-02-05"' in "".join(injected["source"])


def test_check_tells_what_was_read_and_writes_no_report(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "check", "acme")
    assert (code, err) == (0, "")
    head, reading, mapping, ledger, left_out, health, notebooks = out.split("\n\n")
    assert head == "acme: acme\nBase date: 5 February 2026"
    assert reading == (
        "How the data was read\n  Orders: Files read: orders.csv (utf-8)\n  Orders: Columns not used: memo"
    )
    assert mapping == (
        "Orders: columns of the export by the name they have here\n"
        "  order_id ← id\n  customer_id ← who\n  order_date ← day\n  line_amount ← yen"
    )
    rows = [re.split(r"  +", line.strip()) for line in ledger.splitlines()]
    assert rows[:2] == [["Orders", "Rows", "Amount (yen)"], ["Rows read", "3", "3,000"]]
    assert ["Amount cannot be read", "1", "–"] in rows
    assert rows[-1] == ["Rows used", "2", "3,000"]
    assert left_out == "The rows left out, each with its reason, are listed in data/acme/left_out.csv."
    assert health == "Health of the export (nothing is changed by itself)\n  Nothing looks wrong."
    assert notebooks == "Notebooks\n  small: exhibits: 2\n"
    assert not (home / "reports").exists()


def test_check_speaks_the_language_asked_for_and_no_code_of_ours(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = said(capsys, "check", "acme", "--lang", "ja")
    assert (code, err) == (0, "")
    assert "除外した行とその理由の一覧：data/acme/left_out.csv\n" in out
    told = {word for word in out.split() if "_" in word and "/" not in word}
    assert told == {"order_id", "customer_id", "order_date", "line_amount"}
    assert "基準日: 2026年2月5日\n" in out
    assert "  注文: 使わなかった列: memo\n" in out
    assert out.endswith("ノートブック\n  small: 図表2点\n")
    # In Shift JIS a character has as many bytes as it takes columns of a terminal.
    ledger = out.split("\n\n")[3].splitlines()
    assert ["金額を読めない", "1", "–"] in [re.split(r" +", line.strip()) for line in ledger]
    assert len({len(line.encode("cp932", errors="replace")) for line in ledger}) == 1


def test_check_names_no_list_where_every_row_is_used(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "orders.csv").write_text(EXPORT.replace("bad", "3000"), encoding="utf-8")
    assert "left_out.csv" not in said(capsys, "check", "acme")[1]


def test_check_and_run_say_which_section_has_no_effect(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (home / "parameters" / "acme.yml").open("a", encoding="utf-8") as file:
        file.write("nps: {survey: spring}\n")
    note = "parameters/acme.yml line 10: the section nps has no effect, as nps is not among the notebooks.\n"
    assert said(capsys, "check", "acme")[1].endswith("\n\n" + note)
    assert said(capsys, "run", "acme", "--plan")[1].endswith("\n\n" + note)
    assert note in said(capsys, "run", "acme")[2]


def test_check_refuses_what_run_refuses(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = home / "parameters" / "acme.yml"
    text = CLIENT.replace("[small]", "[rfm, small]") + "rfm:\n  r_cuts: [30, 60]\n"
    path.write_text(text, encoding="utf-8")
    must = "must be a list of 4 increasing whole numbers, each at least 0"
    sentence = f"parameters/acme.yml line 11: rfm.r_cuts is [30, 60], {must}.\n"
    assert said(capsys, "check", "acme") == (2, "", sentence)
    assert said(capsys, "run", "acme")[2].endswith(sentence)
    path.write_text(CLIENT.replace("[small]", "\n  - small\n  - smal"), encoding="utf-8")
    sentence = "parameters/acme.yml line 6: there is no notebook 'smal', did you mean 'small'?\n"
    assert said(capsys, "check", "acme") == (2, "", sentence)
    assert said(capsys, "run", "acme")[2].endswith(sentence)


def test_check_of_an_invalid_notebook_is_exit_code_one(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "notebooks" / "small.ipynb").write_text("{}", encoding="utf-8")
    code, out, _ = said(capsys, "check", "acme")
    assert code == 1
    assert out.endswith("  small: invalid: small.ipynb is not a notebook of format 4.\n")


def test_lab_writes_copies_and_says_which(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "lab", "acme", "--no-open")
    assert (code, err) == (0, "")
    assert out.splitlines()[:2] == ["desk/acme/start.ipynb  written", "desk/acme/small.ipynb  written"]
    assert said(capsys, "lab", "acme", "small", "--no-open") == (0, "desk/acme/small.ipynb  kept as it is\n", "")
    assert (home / "desk" / "acme" / "small.ipynb").is_file()


def test_lab_passes_what_it_does_not_know_to_jupyterlab(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Path, str | None, tuple[str, ...]]] = []
    monkeypatch.setattr("crmlib.batch.lab.open_lab", lambda *given: asked.append(given) or 0)
    assert call(["lab", "acme", "--no-browser", "--port=9999"]) == 0
    assert call(["lab", "acme", "small", "--no-browser"]) == 0
    assert call(["lab", "--no-browser"]) == 0
    folder = home / "desk" / "acme"
    assert asked == [
        (folder, "start", ("--no-browser", "--port=9999")),
        (folder, "small", ("--no-browser",)),
        (home / "desk", "start", ("--no-browser",)),
    ]


def start_page(home: Path) -> str:
    notebook = json.loads((home / "desk" / "acme" / "start.ipynb").read_text(encoding="utf-8"))
    return "\n".join(cell["source"] for cell in notebook["cells"])


def test_the_start_page_says_what_is_in_the_data(home: Path) -> None:
    call(["lab", "acme", "--no-open"])
    page = start_page(home)
    # Three rows are read; the third has an amount that is no number.
    assert "2 orders of 2 customers from 5 January 2026 to 5 February 2026, ¥3,000 in all" in page
    assert "| Orders | 3 | 2 | 1 |" in page
    assert "](small.ipynb): exhibits: 2" in page
    assert "`crm keep acme`" in page
    assert "bad" not in page


def test_an_export_that_cannot_be_read_keeps_nobody_from_the_desk(home: Path) -> None:
    (home / "orders.csv").unlink()
    assert call(["lab", "acme", "--no-open"]) == 0
    page = start_page(home)
    assert "The export cannot be read as the client file says:" in page
    # No other page would say anything else.
    assert re.findall(r"\]\((.*?)\)", page) in ([], ["panels/door.ipynb"])


def test_a_client_s_title_is_text_and_not_markup(home: Path) -> None:
    file = home / "parameters" / "acme.yml"
    file.write_text(CLIENT + 'title: "<script>alert(1)</script>[x](javascript:1)"\n', encoding="utf-8")
    call(["lab", "acme", "--no-open"])
    assert "<script>" not in start_page(home).replace("\\<", "")
    assert "](javascript" not in start_page(home)


def test_lab_without_a_client_lists_the_clients(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "lab", "--no-open") == (0, "desk/start.ipynb\n", "")
    text = (home / "desk" / "start.ipynb").read_text(encoding="utf-8")
    assert "| acme | `crm lab acme` |" in text
    call(["lab", "acme", "--no-open"])
    call(["lab", "--no-open"])
    assert "[acme](acme/start.ipynb)" in (home / "desk" / "start.ipynb").read_text(encoding="utf-8")


@pytest.mark.parametrize("panel", ["rfn", "door"])
def test_show_of_a_panel_that_a_client_is_not_shown_is_refused(
    home: Path, capsys: pytest.CaptureFixture[str], panel: str
) -> None:
    code, out, err = said(capsys, "show", "acme", panel)
    assert (code, out) == (2, "")
    assert err == f"there is no panel '{panel}' to show for acme, allowed are: abtest.\n"


def test_a_defect_is_one_sentence(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: str) -> None:
        raise KeyError("taro@example.com")

    monkeypatch.setattr("crmlib.client.load_client", broken)
    monkeypatch.delenv("CRMLIB_DEBUG", raising=False)
    code, out, err = said(capsys, "check", "acme")
    assert (code, out) == (1, "")
    assert err.startswith("KeyError in crmlib.cli line ")
    assert err.endswith(": a defect of crmlib; CRMLIB_DEBUG=1 shows the whole traceback.\n")
    assert "taro" not in err
    monkeypatch.setenv("CRMLIB_DEBUG", "1")
    with pytest.raises(KeyError):
        call(["check", "acme"])


@pytest.mark.sample(1)
@pytest.mark.skipif(os.name == "nt", reason="signals of Windows are others")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_stopped_leaves_the_report_that_was_there(number: signal.Signals, home: Path) -> None:
    reports = home / "reports" / "acme"
    (reports / "2026-02-05").mkdir(parents=True)
    (reports / "2026-02-05" / "index.html").write_text("old", encoding="utf-8")
    write(home, f"open({str(home / 'started')!r}, 'w').close(); import time; time.sleep(60)")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "crmlib.cli", "run", "acme"]
    process = subprocess.Popen(command, cwd=home, env=environment, stderr=subprocess.PIPE, encoding="utf-8")
    wait_for(home / "started")
    process.send_signal(number)
    _, err = process.communicate(timeout=20)
    assert (reports / "2026-02-05" / "index.html").read_text(encoding="utf-8") == "old"
    if number is signal.SIGINT:
        assert process.returncode == 130
        assert err.splitlines()[-1] == "interrupted; the reports that were there stand as they were."
        assert sorted(path.name for path in reports.iterdir()) == [".lock", "2026-02-05"]
    else:
        assert len(list(reports.glob(".staging-*"))) == 1
        write(home, BODY)
        assert call(["run", "acme"]) == 0
        assert sorted(path.name for path in reports.iterdir()) == [".lock", "2026-02-05"]


def wait_for(path: Path) -> None:
    for _ in range(300):
        if path.exists():
            return
        time.sleep(0.1)
    pytest.fail(f"{path} did not appear in 30 seconds")
