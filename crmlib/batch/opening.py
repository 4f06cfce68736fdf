"""Voila's address with its token: told on the terminal, opened in a browser, seen by no other user of the machine."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import webbrowser
from html import escape
from pathlib import Path

SECONDS, PORTS = 60, range(8866, 8966)


def chosen_port(extra: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    """The port that was asked for, else the first free one from Voila's own; and the options that say so."""
    given = re.findall(r"(?:^|\n)--(?:Voila\.)?port[=\n](\d+)(?=\n|$)", "\n".join(extra))  # --port=N, or in two words
    if given:
        return int(given[-1]), extra
    port = next((port for port in PORTS if _is_free(port)), PORTS[0])
    return port, (*extra, f"--port={port}")


def tell_and_open(server: subprocess.Popen[bytes], own: Path, port: int, token: str, *, browser: bool) -> None:
    """Print where the pages are once they can be reached, and open them there.

    The address goes to the browser in a file that nobody else can read: a command line can be read by every user.
    """
    url = f"http://localhost:{port}/?token={token}"
    end = time.monotonic() + SECONDS
    while server.poll() is None and time.monotonic() < end:
        if not _answers(port):
            time.sleep(0.2)
            continue
        sys.stdout.write(f"Voila: {url}\n")
        sys.stdout.flush()
        if browser:
            page = own / "open.html"
            page.touch(mode=0o600)
            page.write_text(f'<meta http-equiv="refresh" content="0;url={escape(url)}">', encoding="utf-8")
            webbrowser.open(page.as_uri())
        return


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        if os.name == "posix":
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _answers(port: int) -> bool:
    with socket.socket() as tried:
        tried.settimeout(1)
        return tried.connect_ex(("127.0.0.1", port)) == 0
