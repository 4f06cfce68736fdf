"""What is kept of an executed notebook: its exhibits, and of an error no more than its kind or our own sentence."""

from __future__ import annotations

import re
from typing import Any

RAW = "executed.json"  # the notebook as it ran, in the folder it ran in; judged, and gone with that folder
OURS = re.compile(r"[/\\]crmlib[/\\](?!batch[/\\])[\w/\\]+\.py")
FRAME = re.compile(r"^File (.+?):\d+", re.MULTILINE)
ANSI = re.compile(r"\x1b\[[0-9;]*m")
TRACEBACK = "Traceback (most recent call last)"


def is_ours(error: dict[str, Any]) -> bool:
    """True for an error output whose message is a sentence of ours; another library's may quote a customer's data."""
    frames = FRAME.findall(ANSI.sub("", "\n".join(error.get("traceback", []))))
    own = bool(frames) and OURS.search(frames[-1]) is not None
    return own and error.get("ename") in {"ValueError", "UserError"}


def clean(notebook: dict[str, Any]) -> None:
    """Take out of a notebook, in place, what an exception said, unless the sentence is ours.

    A traceback shows values, and that of a thread or of a destructor is printed and is no error output.
    """
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            kept = [output for output in cell["outputs"] if TRACEBACK not in _printed(output)]
            for error in (output for output in kept if output["output_type"] == "error"):
                _shorten(error)
            cell["outputs"] = kept


def _shorten(error: dict[str, Any]) -> None:
    name = error.get("ename", "")
    message = error.get("evalue", "") if is_ours(error) else ""
    error["evalue"] = message
    error["traceback"] = [f"{name}: {message}" if message else name]


def _printed(output: dict[str, Any]) -> str:
    text = output.get("text", "") if output["output_type"] == "stream" else ""
    return text if isinstance(text, str) else "".join(text)
