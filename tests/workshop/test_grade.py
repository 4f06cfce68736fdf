"""Grading: answers are taken as data, a hostile submission costs its own row, and the matrix says what happened."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crmlib import words
from crmlib.workshop import sandbox, versions
from crmlib.workshop.data import Learner, open_learners_shop
from crmlib.workshop.grade import Grade, _outcome, grade
from crmlib.workshop.matrix import matrix, write_grades
from crmlib.workshop.raw import raw_export
from crmlib.workshop.roster import write_roster
from crmlib.workshop.submission import Answers, Limits, _parsed, _read, decoded

if TYPE_CHECKING:
    from crmlib.workshop.lesson import Lesson

FILE = "1_reading_an_export.ipynb"
KINDS = {"rate": "share", "n": "customers", "ids": "ids", "table": "table", "letter": "choice"}


def _answers(*cells: str) -> Answers:
    out = io.StringIO()
    sandbox.run(list(cells), KINDS, out)
    return _parsed(out.getvalue().encode())


def test_the_last_value_of_each_answer_is_taken() -> None:
    found = _answers("rate = None", "rate = 0.25\nn = 3", "rate = 0.5", "ids = ['b', 'a']\nletter = 'B'")
    assert found.values == {"rate": 0.5, "n": 3.0, "ids": ["a", "b"], "letter": "b"}
    assert found.ended


def test_an_answer_of_another_form_comes_as_the_name_of_its_fault() -> None:
    found = _answers("rate = '12%'\nn = float('nan')\nletter = 5")
    assert found.faults == {"rate": "percent_for_share", "n": "not_a_number", "letter": "wrong_type"}


def test_a_cell_that_fails_costs_its_own_answer_only() -> None:
    found = _answers(
        "n = missing", "rate = 0.25", "this is no Python", "exit()", "raise KeyboardInterrupt", "ids = ['a']"
    )
    assert found.values == {"rate": 0.25, "ids": ["a"]}
    assert found.failed == frozenset({"n"})
    assert found.ended


def test_a_table_keeps_its_columns_and_gaps() -> None:
    found = _answers("import pandas as pd\ntable = pd.DataFrame({'a': ['x', 'y'], 'n': [1, None]}).set_index('a')")
    assert found.values["table"].to_dict("list")["a"] == ["x", "y"]
    assert found.values["table"]["n"].isna().tolist() == [False, True]


def test_what_an_object_does_when_it_is_looked_at_is_its_own_fault() -> None:
    hostile = "class X:\n    def __getattribute__(self, name):\n        raise SystemError\nrate = X()\nn = X"
    assert set(_answers(hostile).faults) == {"rate", "n"}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        b"[]",
        b"nonsense\n{",
        b'{"id": 5, "value": 1}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"end": "yes"}',
        b"null",
    ],
)
def test_lines_that_are_not_ours_are_passed_over(raw: bytes) -> None:
    assert _parsed(raw) == Answers()


@pytest.mark.parametrize("value", [{"columns": 5}, {"columns": {"a": [1], "b": [1, 2]}}, {"x": 1}, {"columns": None}])
def test_a_table_that_is_none_is_a_wrong_answer_and_no_crash(value: Any) -> None:
    assert isinstance(decoded(value), str) or decoded(value).empty


@pytest.mark.parametrize("value", ["1" + "0" * 400, "[1, 2]", '{"columns": {"a": [{}, [1]]}}', '"\\ud800"'])
def test_what_is_no_answer_is_a_wrong_one_and_no_crash(open_for_learner: Callable[[str], Lesson], value: str) -> None:
    answers = _parsed(f'{{"id": "n_orders", "value": {value}}}'.encode())
    assert _outcome(open_for_learner("reading_an_export"), "n_orders", answers)[0] == "wrong"


def test_magics_and_shell_lines_are_left_out() -> None:
    cells = [{"cell_type": "code", "source": ["%matplotlib inline\n", "a = 1\n", "!ls"]},
             {"cell_type": "code", "source": "%%bash\nrm -rf /"}, {"cell_type": "markdown", "source": "x"}]  # fmt: skip
    assert sandbox.code_of(json.dumps({"cells": cells})) == ["\na = 1\n", ""]


def test_a_link_a_pipe_and_a_giant_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").write_bytes(b"{}")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.setattr("crmlib.workshop.submission.LARGEST_NOTEBOOK", 1)
    assert [_read(tmp_path / name) for name in ("link", "none", "real", ".")] == [None] * 4
    monkeypatch.setattr("crmlib.workshop.submission.LARGEST_NOTEBOOK", 2)
    assert _read(tmp_path / "real") == b"{}"


GRADES = [
    Grade(folder="佐藤", learner="佐藤 花子", lesson="stages", exercise="n_recent", outcome="right"),
    Grade(
        folder="佐藤", learner="佐藤 花子", lesson="stages", exercise="rate", outcome="wrong", mistake="young_customers"
    ),
    Grade(folder="x", learner="=cmd|x", lesson="stages", exercise="n_recent", outcome="not_tried"),
    Grade(folder="x", learner="＝cmd|x", lesson="stages", exercise="rate", outcome="failed"),
]


def test_the_matrix_has_a_sign_for_every_outcome_and_the_mistake_below() -> None:
    words.speak("en")
    assert matrix(GRADES).splitlines()[2:] == [
        "2 Who is at which stage: to whom do we write?",
        "      n_recent  rate",
        "佐藤  ○         ×",
        "    rate: young customers in the denominator",
        "x     –         !",
        "○     1         0",
        "Most frequent mistake: young customers in the denominator (rate, 1×)",
    ]


def test_grades_are_a_file_in_which_a_name_is_no_formula(tmp_path: Path) -> None:
    write_grades(tmp_path / "grades.csv", GRADES)
    raw = (tmp_path / "grades.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.decode("utf-8-sig").splitlines() == [
        "learner,name,lesson,exercise,outcome,mistake",
        "佐藤,佐藤 花子,stages,n_recent,right,",
        "佐藤,佐藤 花子,stages,rate,wrong,young_customers",
        "x,'=cmd|x,stages,n_recent,not_tried,",
        "x,'＝cmd|x,stages,rate,failed,",
    ]


def test_who_handed_in_nothing_has_tried_nothing(tmp_path: Path) -> None:
    (tmp_path / "teacher").mkdir()
    write_roster(tmp_path / "teacher" / "roster.yml", {"a": Learner(name="a", seed=1)})
    for name in ("b", "c"):
        (tmp_path / "learners" / name).mkdir(parents=True)
    (tmp_path / "learners" / "b" / FILE).write_text("{}", encoding="utf-8")
    odd = os.fsdecode(b"\x83e\x1b[31m\x83X")  # a Windows name, and a colour
    (tmp_path / "learners" / odd).mkdir()
    (tmp_path / "learners" / odd / FILE).write_text("{}", encoding="utf-8")
    words.speak("en")
    told: list[str] = []
    found = grade(tmp_path, tell=told.append)
    assert told[:2] == [f"a: 0 / {len(found)}", "b: not on the roster, passed over"]
    assert told[2].isprintable()
    assert {each.outcome for each in found} == {"not_tried"}
    assert len(found) == sum(len(versions.exercise_ids(versions.read_master(p))) for p in versions.masters().values())


# --- The real thing: processes under limits -------------------------------------------------------------------------


def _notebook(before: str = "", after: str = "", *, solved: bool = True) -> str:
    master = versions.read_master(versions.masters()["reading_an_export"])
    version = versions.solution_version(master, "en") if solved else versions.learner_version(master, "en")
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": each}
             for each in (before, after)]  # fmt: skip
    return versions.notebook_text({**version, "cells": [cells[0], *version["cells"], cells[1]]})


ALL, NONE, STOPPED = "○○○○○", "–––––", "!!!!!"
BOMB = "x = []\nwhile True: x.append(bytearray(10**8))"
REDEFINED = "from crmlib.workshop.lesson import Lesson\nLesson.judge = Lesson.check = print"
COPY = "import duckdb\nduckdb.sql(f\"COPY (SELECT 1) TO '{PWNED}'\")"
FOREIGN = "import ctypes\nctypes.CDLL(None).system(('touch ' + PWNED).encode())"
FORGED = """import os
for fd in range(3, 99):
    try: os.write(fd, b'{"id": "sales", "value": {"columns": 5}}')
    except OSError: pass
"""
UNHOOKED = "import os, socket\nfrom crmlib.workshop import fence\nfence._REFUSED = ()"
LISTENS = "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))"
DAEMON = """import _posixsubprocess, os
ends, name = os.pipe(), [b'/bin/touch', os.fsencode(PWNED)]
_posixsubprocess.fork_exec(name, name[:1], True, (), None, None, *[-1] * 6, *ends, True, True, -1, *[None] * 3, -1,
                           None, True)
"""
PARENT = "len(open(f'/proc/{os.getppid()}/environ').read())"
# Of each: what is run before the lesson and after it, whether the lesson is solved, and the row that must come out.
HOSTILE = {
    "good": ("", "", True, ALL),
    "loop": ("while True: pass", "", True, STOPPED),
    "late_loop": ("", "while True: pass", True, ALL),
    "sleep": ("import time; time.sleep(10**6)", "", True, STOPPED),
    "memory": (BOMB, "", True, ALL),
    "exit": ("import os; os._exit(0)", "", True, STOPPED),
    "redefined": (REDEFINED, "n_orders = 1", False, "×––––"),
    "flood": ("print('x' * 50_000_000)", "", True, ALL),
    "fork": ("import os\nwhile True: os.fork()", "", True, ALL),
    "kill": ("import os\nos.kill(os.getppid(), 9)", "", True, ALL),
    "writes": ("open(PWNED, 'w')", "", True, ALL),
    "shell": ("import os\nos.system('touch ' + PWNED)", "", True, ALL),
    "copies": (COPY, "", True, ALL),
    "foreign": (FOREIGN, "", True, ALL),
    "reads": ("", "n_orders = len(open(ROSTER).read())", True, ALL),
    "forged": (FORGED, "", False, NONE),
    "signals": ("import os, signal\nsignal.pidfd_send_signal(os.pidfd_open(os.getppid()), 9)", "", True, ALL),
    "unhooked": (f"{UNHOOKED}\nos.kill(os.getppid(), 9)", f"n_orders = {LISTENS}", True, ALL),
    "daemon": (DAEMON, f"n_orders = {PARENT}", True, ALL),
}


@pytest.mark.slow
def test_a_hostile_submission_costs_its_own_row_only(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, pwned, learner = tmp_path / "w", tmp_path / "pwned", Learner(name="x", seed=3)
    data = tmp_path_factory.mktemp("data") / "made"
    open_learners_shop(data, learner)
    raw_export(data, learner)
    monkeypatch.setattr("crmlib.workshop.grade.open_learners_shop", lambda own, _: shutil.copytree(data, own))
    texts = {name: _hostile(*parts, pwned=pwned, roster=place / "teacher" / "roster.yml") for name, (*parts, _) in
             HOSTILE.items()}  # fmt: skip
    wanted = {name: parts[-1] for name, parts in HOSTILE.items()} | {"deleted": NONE, "no_notebook": STOPPED}
    texts |= {"deleted": json.dumps({"cells": [], "nbformat": 4}), "no_notebook": "<html>"}
    (place / "teacher").mkdir(parents=True)
    write_roster(place / "teacher" / "roster.yml", dict.fromkeys(texts, learner))
    for name, text in texts.items():
        (place / "learners" / name).mkdir(parents=True)
        (place / "learners" / name / FILE).write_text(text, encoding="utf-8")
    found = grade(place, limits=Limits(seconds=90, cpu_seconds=20), tell=lambda _: None)
    signs = {"right": "○", "wrong": "×", "not_tried": "–", "failed": "!"}
    lesson = [each for each in found if each.lesson == "reading_an_export"]
    assert {name: "".join(signs[each.outcome] for each in lesson if each.folder == name) for name in texts} == wanted
    assert not pwned.exists()


def _hostile(before: str, after: str, solved: bool, *, pwned: Path, roster: Path) -> str:
    names = f"PWNED, ROSTER = {str(pwned)!r}, {str(roster)!r}\n"
    return _notebook(names + before, after, solved=solved)
