"""Reports take their place whole or not at all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crmlib.batch.place import check_free, locked, set_aside, settle, staging, tidy
from crmlib.errors import UserError


def put(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "index.html").write_text(text, encoding="utf-8")
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_report_replaces_the_old_one_and_the_failed_one(tmp_path: Path) -> None:
    put(tmp_path / "2026-03-31", "old")
    put(tmp_path / "2026-02-28", "another month")
    put(tmp_path / "failed", "wrong")
    settle(put(tmp_path / ".staging-1" / "report", "new"), tmp_path / "2026-03-31")
    assert (tmp_path / "2026-03-31" / "index.html").read_text(encoding="utf-8") == "new"
    assert names(tmp_path) == [".staging-1", "2026-02-28", "2026-03-31"]


def test_a_crash_between_the_two_renames_is_repaired(tmp_path: Path) -> None:
    put(tmp_path / ".previous-2026-03-31", "old")
    put(tmp_path / ".staging-1" / "report", "half")
    tidy(tmp_path)
    assert names(tmp_path) == ["2026-03-31"]
    assert (tmp_path / "2026-03-31" / "index.html").read_text(encoding="utf-8") == "old"


def test_a_crash_after_the_second_rename_keeps_the_new_report(tmp_path: Path) -> None:
    put(tmp_path / ".previous-2026-03-31", "old")
    put(tmp_path / "2026-03-31", "new")
    tidy(tmp_path)
    assert names(tmp_path) == ["2026-03-31"]
    assert (tmp_path / "2026-03-31" / "index.html").read_text(encoding="utf-8") == "new"


def test_a_failed_run_takes_the_place_of_the_last_failed_run_only(tmp_path: Path) -> None:
    put(tmp_path / "2026-03-31", "old")
    put(tmp_path / "failed", "first")
    failed = set_aside(put(tmp_path / ".staging-1" / "report", "second"), tmp_path)
    assert (failed / "index.html").read_text(encoding="utf-8") == "second"
    assert (tmp_path / "2026-03-31" / "index.html").read_text(encoding="utf-8") == "old"


def test_staging_leaves_nothing_behind_when_it_is_interrupted(tmp_path: Path) -> None:
    seen: list[str] = []

    def interrupted() -> None:
        with staging(tmp_path) as folder:
            seen.extend(names(folder))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert seen == ["report", "work"]
    assert names(tmp_path) == []


def test_the_lock_is_free_again_after_the_run(tmp_path: Path) -> None:
    with locked(tmp_path, "acme"), pytest.raises(UserError):
        locked(tmp_path, "acme").__enter__()
    with locked(tmp_path, "acme"):
        assert names(tmp_path) == [".lock"]


def test_a_file_where_the_reports_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    for folder, reason in ((tmp_path / "out" / "acme", "Not a directory"), (tmp_path / "out", "File exists")):
        sentence = f"acme: {folder} cannot be written ({reason})."
        with pytest.raises(UserError, match=f"^{re.escape(sentence)}$"), locked(folder, "acme"):
            pass


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc here")
def test_a_folder_that_nobody_can_write_is_told() -> None:
    sentence = r"acme: /proc/x/acme cannot be written \(No such file or directory\)\."
    with pytest.raises(UserError, match=f"^{sentence}$"), locked(Path("/proc/x/acme"), "acme"):
        pass


@pytest.mark.parametrize("name", ["2026-03-31", "failed"])
def test_a_file_or_a_link_in_the_place_of_a_report_is_refused(name: str, tmp_path: Path) -> None:
    put(tmp_path / "elsewhere", "not ours")
    check_free(tmp_path / "2026-03-31")
    (tmp_path / name).write_text("a file", encoding="utf-8")
    with pytest.raises(UserError, match=f"^{re.escape(f'{tmp_path / name} is no folder but a file, move it away.')}$"):
        check_free(tmp_path / "2026-03-31")
    (tmp_path / name).unlink()
    (tmp_path / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UserError, match=f"^{re.escape(f'{tmp_path / name} is no folder but a link, move it away.')}$"):
        check_free(tmp_path / "2026-03-31")


def test_a_file_or_a_link_that_was_moved_aside_goes(tmp_path: Path) -> None:
    put(tmp_path / "2026-03-31", "new")
    put(tmp_path / "2026-02-28", "another month")
    (tmp_path / ".previous-2026-03-31").write_text("a file", encoding="utf-8")
    (tmp_path / ".previous-2026-02-28").symlink_to(tmp_path / "2026-03-31")
    (tmp_path / ".staging-1").write_text("a file", encoding="utf-8")
    tidy(tmp_path)
    assert names(tmp_path) == ["2026-02-28", "2026-03-31"]
    assert names(tmp_path / "2026-03-31") == ["index.html"]
