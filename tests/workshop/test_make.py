"""`crm workshop DIR`: what is written where, and that nobody's work is written over."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from crmlib import cli
from crmlib.workshop import make, roster, versions

FILES = sorted([*(path.name for path in versions.masters().values()), "learner.yml", "README.md"])


@pytest.fixture
def without_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Data and the teacher's side take long and are tested beside."""
    monkeypatch.setattr(make, "_make_data", lambda _, enrolled, __: enrolled)
    monkeypatch.setattr(make, "_for_teacher", lambda *_: None)


def _refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.call(["workshop", *arguments]) == 2
    return capsys.readouterr().err.strip()


@pytest.mark.usefixtures("without_data")
def test_without_learners_there_is_one(tmp_path: Path) -> None:
    assert cli.call(["workshop", str(tmp_path / "w")]) == 0
    folder = tmp_path / "w" / "learners" / "learner"
    assert sorted(path.name for path in folder.iterdir()) == FILES
    assert (folder / "learner.yml").read_text(encoding="utf-8").endswith("language: ja\nvariant: clean\n")
    assert "通販" in (folder / "README.md").read_text(encoding="utf-8")


@pytest.mark.usefixtures("without_data")
def test_each_learner_has_a_folder_in_the_language_that_was_asked_for(tmp_path: Path) -> None:
    assert cli.call(["workshop", str(tmp_path / "w"), "--learners", "3", "--lang", "en", "--messy"]) == 0
    enrolled = roster.read_roster(tmp_path / "w" / "teacher" / "roster.yml")
    assert list(enrolled) == ["learner-01", "learner-02", "learner-03"]
    assert {learner.variant for learner in enrolled.values()} == {"messy"}
    text = (tmp_path / "w" / "learners" / "learner-02" / "1_reading_an_export.ipynb").read_text(encoding="utf-8")
    assert "whose figure is right?" in text


@pytest.mark.usefixtures("without_data")
def test_names_from_a_hostile_file_stay_inside(tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("../../x\n<script>alert(1)</script>\n=HYPERLINK(1)\n佐藤 花子\n", encoding="utf-8")
    assert cli.call(["workshop", str(tmp_path / "w"), "--names", str(names)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["names.txt", "w"]
    assert sorted(path.name for path in (tmp_path / "w" / "learners").iterdir()) == [
        "HYPERLINK_1", "script_alert_1_script", "x", "佐藤_花子",
    ]  # fmt: skip


@pytest.mark.usefixtures("without_data")
def test_a_second_time_changes_nothing_and_may_add_learners(tmp_path: Path) -> None:
    place = tmp_path / "w"
    cli.call(["workshop", str(place), "--learners", "2"])
    before = {path: path.read_bytes() for path in (place / "learners").rglob("*.*") if path.is_file()}
    assert cli.call(["workshop", str(place), "--learners", "3"]) == 0
    assert {path: path.read_bytes() for path in before} == before
    assert (place / "learners" / "learner-03").is_dir()


@pytest.mark.usefixtures("without_data")
def test_what_a_learner_has_changed_is_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "w"
    cli.call(["workshop", str(place), "--learners", "2"])
    work = place / "learners" / "learner-02" / "2_stages.ipynb"
    notebook = json.loads(work.read_text(encoding="utf-8"))
    notebook["cells"][0]["source"] = "mine"
    work.write_text(json.dumps(notebook), encoding="utf-8")
    said = _refused(capsys, str(place), "--learners", "2")
    assert said == (
        f"{place}: changed since they were written: learners/learner-02/2_stages.ipynb; --force writes over them."
    )
    assert "mine" in work.read_text(encoding="utf-8")
    assert cli.call(["workshop", str(place), "--learners", "2", "--force"]) == 0
    assert "mine" not in work.read_text(encoding="utf-8")


@pytest.mark.usefixtures("without_data")
def test_a_link_in_a_learners_folder_is_replaced_and_not_followed(tmp_path: Path) -> None:
    place, other = tmp_path / "w", tmp_path / "other"
    cli.call(["workshop", str(place)])
    work = place / "learners" / "learner" / "README.md"
    other.write_text("of somebody else", encoding="utf-8")
    work.unlink()
    work.symlink_to(other)
    assert cli.call(["workshop", str(place), "--force"]) == 0
    assert other.read_text(encoding="utf-8") == "of somebody else"
    assert not work.is_symlink()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "crm workshop DIR writes a workshop, crm workshop --grade FOLDER grades what was handed in."),
        (["{w}", "--lang", "fr"], "--lang fr: must be ja or en."),
        (["{w}", "--learners", "0"], "--learners 0: must be from 1 to 200."),
        (["{w}", "--learners", "2", "--names", "n"], "--names and --learners: give one of them."),
        (["{w}", "--names", "{w}"], "--names {w}: there is no such file."),
        (["{file}"], "{file}: this is a file; name a folder."),
        (["{full}"], "{full}: the folder is not empty and holds no workshop; name a new one."),
        (["{file}/x"], "{file}/x: the folder cannot be written (Not a directory)."),
        (["{w}", "--grade", "{full}"], "--grade goes alone, with --roster and --lang only."),
        (["--grade", "{w}"], "--grade {w}: there is no such folder."),
        (["--grade", "{full}"], "{full}: no roster found; name the workshop's teacher/roster.yml with --roster."),
        (["--grade", "{full}", "--roster", "{w}"],
         "{w}: no roster found; name the workshop's teacher/roster.yml with --roster."),
        (["--grade", "{full}", "--roster", "{file}"], "{file}: this is no roster of a workshop."),
    ],
)  # fmt: skip
def test_a_wrong_request_gets_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    places = {"w": tmp_path / "w", "file": tmp_path / "file", "full": tmp_path / "full"}
    places["full"].mkdir()
    for path in (places["file"], places["full"] / "x"):
        path.write_text("x", encoding="utf-8")
    assert _refused(capsys, *(argument.format(**places) for argument in arguments)) == said.format(**places)
    assert not places["w"].exists() or not any(places["w"].iterdir())


def _texts(folder: Path) -> dict[str, Any]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.is_file()}


@pytest.mark.slow
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_whole_workshop_is_made(tmp_path: Path, language: str) -> None:
    place = tmp_path / "w"
    assert cli.call(["workshop", str(place), "--learners", "2", "--lang", language, "--messy"]) == 0
    for learner in ("learner-01", "learner-02"):
        assert (place / "learners" / learner / "export" / "orders.csv").is_file()
        assert (place / "learners" / learner / ".shop" / "data").is_dir()
    exports = [
        (place / "learners" / each / "export" / "orders.csv").read_bytes() for each in ("learner-01", "learner-02")
    ]
    assert exports[0] != exports[1]
    assert not list(place.rglob("truth.json"))
    solutions, shown = _texts(place / "teacher" / "solutions"), _texts(place / "teacher" / "slides")
    assert [name for name in solutions if name.endswith(".ipynb")]
    assert set(shown) == {path.name.replace(".ipynb", ".html") for path in versions.masters().values()}
    for text in solutions.values():
        assert str(tmp_path) not in text
        assert '"output_type": "error"' not in text
    assert (place / "teacher" / "guide.html").is_file()


POOL = """import os, time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from crmlib.workshop.make import end_with_parent
if __name__ == "__main__":
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=end_with_parent) as pool:
        print(pool.submit(os.getpid).result(), flush=True)
        pool.submit(time.sleep, 60).result()
"""


@pytest.mark.slow
def test_who_makes_the_data_ends_with_a_command_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "pool.py").write_text(POOL, encoding="utf-8")
    environment = {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    command = subprocess.Popen([sys.executable, tmp_path / "pool.py"], stdout=subprocess.PIPE, env=environment)
    assert command.stdout
    worker = Path("/proc") / command.stdout.readline().decode().strip()
    assert worker.is_dir()
    command.kill()
    command.wait()
    end = time.monotonic() + 20
    while worker.is_dir() and time.monotonic() < end:
        time.sleep(0.1)
    assert not worker.is_dir()


def test_only_old_halves_are_removed(tmp_path: Path) -> None:
    for name, age in ((".shop.1.new", 3600), (".shop.2.new", 0), (".shop", 3600)):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    make._tidy(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".shop", ".shop.2.new"]
