"""The address of the pages that a client is shown: told, opened, kept from others."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from crmlib.batch import opening
from crmlib.batch.opening import chosen_port, tell_and_open


def test_the_port_that_was_asked_for_is_the_one() -> None:
    assert chosen_port(("--port=9000", "--debug")) == (9000, ("--port=9000", "--debug"))
    assert chosen_port(("--Voila.port=9001",))[0] == 9001
    assert chosen_port(("--port", "9002", "--debug")) == (9002, ("--port", "9002", "--debug"))
    assert chosen_port(("--Voila.port", "9003", "--port=9004"))[0] == 9004


def test_a_port_that_is_taken_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr(opening, "PORTS", range(port, port + 20))
        found, options = chosen_port(("--debug",))
    assert found > port
    assert options == ("--debug", f"--port={found}")


def test_the_address_goes_to_the_browser_in_a_file_of_one_s_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(opening.webbrowser, "open", opened.append)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as running:
            tell_and_open(running, tmp_path, port, "secret", browser=True)
            running.kill()
    assert capsys.readouterr().out == f"Voila: http://localhost:{port}/?token=secret\n"
    (page,) = tmp_path.iterdir()
    assert opened == [page.as_uri()]
    assert page.stat().st_mode & 0o077 == 0
    assert f"http://localhost:{port}/?token=secret" in page.read_text(encoding="utf-8")


def test_of_a_server_that_has_ended_nothing_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    tell_and_open(ended, tmp_path, 9, "secret", browser=True)
    assert capsys.readouterr().out == ""
