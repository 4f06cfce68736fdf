"""Who takes part: names from hostile files, folders that stay inside, seeds that stay the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from crmlib.errors import UserError
from crmlib.workshop.roster import SEED_STEP, Roster, enrol, numbered, read_names, read_roster, write_roster


def _names(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "names.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def _enrolled(names: list[str], known: Roster | None = None) -> Roster:
    return enrol(names, known or {}, language="ja", variant="clean")


def test_names_are_lines_without_blanks_and_remarks(tmp_path: Path) -> None:
    assert read_names(_names(tmp_path, "\ufeff# 1組\n佐藤 花子\n\n  鈴木\r\n")) == ["佐藤 花子", "鈴木"]


def test_names_may_come_from_excel(tmp_path: Path) -> None:
    assert read_names(_names(tmp_path, "佐藤 花子\n髙橋①".encode("cp932"))) == ["佐藤 花子", "髙橋①"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "0 names, must be from 1 to 200."),
        ("\n".join(map(str, range(201))), "201 names, must be from 1 to 200."),
        ("a\nb\na", "'a' stands there twice; add what tells the two apart."),
        ("x" * 61, "name 1 has 61 characters, must have at most 60."),
        (b"\xff\xfe\x00", "must be a text file in UTF-8."),
        (b"\x81\x00\xe3", "must be a text file in UTF-8."),
        ("a\x1b[31mb", "name 1 must be one line of text."),
    ],
)
def test_a_file_of_names_that_cannot_be_used_is_refused(tmp_path: Path, text: str | bytes, said: str) -> None:
    path = _names(tmp_path, text)
    with pytest.raises(UserError) as error:
        read_names(path)
    assert str(error.value) == f"--names {path}: {said}"


def test_names_may_come_from_the_notepad(tmp_path: Path) -> None:
    assert read_names(_names(tmp_path, "佐藤\n鈴木".encode("utf-16"))) == ["佐藤", "鈴木"]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no such file"):
        read_names(tmp_path / "none.txt")


def test_no_name_leads_out_of_the_folder() -> None:
    names = ["../x", "/etc/passwd", "..", "a/b\\c", "<script>alert(1)</script>", "CON", "~root", "-rf", ".hidden", "x"]
    folders = list(_enrolled(names))
    assert folders == ["x", "etc_passwd", "learner-03", "a_b_c", "script_alert_1_script", "learner-06", "root", "rf",
                       "hidden", "x-2"]  # fmt: skip


def test_who_was_there_keeps_folder_and_seed_whoever_comes() -> None:
    before = _enrolled(["佐藤", "鈴木"])
    after = _enrolled(["田中", "鈴木", "佐藤"], before)
    assert {learner.name: (folder, learner.seed) for folder, learner in after.items()} | {
        learner.name: (folder, learner.seed) for folder, learner in before.items()
    } == {learner.name: (folder, learner.seed) for folder, learner in after.items()}


def test_nobody_gets_the_first_seed_of_one_who_has_moved_on() -> None:
    first = _enrolled(["佐藤"])["佐藤"]
    moved = {"鈴木": replace(first, name="鈴木", seed=first.seed + SEED_STEP)}
    found = _enrolled(["鈴木", "佐藤"], moved)
    assert found["佐藤"].seed == first.seed + 1


def test_seeds_differ_and_depend_on_the_name_alone() -> None:
    seeds = {learner.name: learner.seed for learner in _enrolled(numbered(200)).values()}
    assert len(set(seeds.values())) == 200
    assert 0 not in seeds.values()
    assert _enrolled(["learner-07"])["learner-07"].seed == seeds["learner-07"]


@pytest.mark.parametrize("count", [0, -1, 201])
def test_too_few_or_too_many_learners_are_refused(count: int) -> None:
    with pytest.raises(UserError, match=rf"^--learners {count}: must be from 1 to 200\.$"):
        numbered(count)


def test_a_roster_is_read_as_it_was_written(tmp_path: Path) -> None:
    enrolled = _enrolled(["佐藤 花子", "../x"])
    write_roster(tmp_path / "roster.yml", enrolled)
    assert read_roster(tmp_path / "roster.yml") == enrolled


@pytest.mark.parametrize(
    "text", ["", "- a", "a: 1", "a: {name: b}", "../x: {name: b, seed: 1, language: ja, variant: clean}"]
)
def test_what_is_no_roster_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "roster.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"no roster of a workshop|must have name, seed"):
        read_roster(path)
