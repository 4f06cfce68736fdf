"""What a person sees while a run works."""

from __future__ import annotations

import pytest

from crmlib.batch.progress import Progress


def show(progress: Progress) -> None:
    with progress:
        progress.reading("acme")
        progress.running("acme", 2)
        progress.done("acme", "rfm", "ok", 1.234)
        progress.note("acme: rfm [x] not signed")


def test_without_a_terminal_there_are_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    show(Progress(terminal=False))
    assert capsys.readouterr().err.splitlines() == [
        "acme: reading the export",
        "acme: running 2 notebooks",
        "acme: rfm ok in 1.2 s",
        "acme: rfm [x] not signed",
    ]


def test_on_a_terminal_one_line_moves_and_notes_stay(capsys: pytest.CaptureFixture[str]) -> None:
    show(Progress(terminal=True))
    out, err = capsys.readouterr()
    assert out == ""
    assert "acme: rfm [x] not signed" in err
