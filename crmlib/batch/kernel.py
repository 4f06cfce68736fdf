"""The worker's side of a run: execute one notebook after another with papermill, each in a kernel of its own.

Only worker processes import this module; papermill and nbclient cost two seconds that the command line never pays.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# jsonschema compiles rfc3987_syntax's grammar when it is imported (1.3 s); without it, it only skips checking IRIs.
modules: dict[str, Any] = sys.modules
modules["rfc3987_syntax"] = None

import nbformat  # noqa: E402
import papermill  # noqa: E402
from jupyter_client.kernelspec import KernelSpec  # noqa: E402
from jupyter_client.manager import AsyncKernelManager  # noqa: E402
from nbformat.sign import NotebookNotary  # noqa: E402

from crmlib.batch.evidence import RAW, clean  # noqa: E402


class OwnKernel(AsyncKernelManager):
    """A kernel on this very Python, whatever kernels the user has installed, over a socket file and not over TCP."""

    def __init__(self, **kwargs: Any) -> None:
        # Kernels that start side by side over TCP race for ports.
        super().__init__(**({} if os.name == "nt" else {"transport": "ipc"}), **kwargs)

    @property
    def kernel_spec(self) -> KernelSpec:
        """The one kernel there is."""
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Python 3", language="python")


def execute(job: dict[str, Any]) -> dict[str, Any]:
    """Run a job's notebook, save it whatever happened, sign it, and tell how it went."""
    started = time.monotonic()
    held: list[Any] = []

    def hold(notebook: Any) -> None:
        held.append(notebook)

    outcome = {"error": "", "message": "", "note": ""}
    try:
        _papermill(job, hold)
    except Exception as error:  # noqa: BLE001 - whatever it was, it is the notebook's verdict
        # papermill's own word for a failing cell is not needed: the notebook holds the error output.
        outcome |= {"error": _kind(error), "message": str(error)}
    try:
        outcome["note"] = _save(held[0], Path(job["output"]), Path(job["folder"])) if held else ""
    except OSError as error:
        outcome |= {"error": type(error).__name__, "message": str(error)}
    return {**outcome, "seconds": round(time.monotonic() - started, 2)}


def _kind(error: Exception) -> str:
    # nbclient has one class for a cell that ran too long and for output that got lost on its way.
    return "OutputLost" if "IOPub output" in str(error) else type(error).__name__


def _papermill(job: dict[str, Any], hold: Callable[[Any], None]) -> None:
    papermill.execute_notebook(
        nbformat.from_dict(job["notebook"]),
        None,
        parameters=job["parameters"],
        kernel_name="python3",
        language="python",
        cwd=job["folder"],
        progress_bar=False,
        request_save_on_cell_execute=False,
        execution_timeout=job["timeout"],
        # How long to wait for output after a cell has ended; four seconds are short for much of it.
        iopub_timeout=min(job["timeout"], 30),
        kernel_manager_class=OwnKernel,
        shutdown_kernel="immediate",
        # The notebook as it stands when a timeout or a dead kernel ends it; papermill would not save that one.
        on_notebook_start=hold,
    )


def _save(notebook: Any, path: Path, folder: Path) -> str:
    for name in ("input_path", "output_path", "environment_variables"):
        notebook.metadata.get("papermill", {}).pop(name, None)
    # A notebook can remove the folders it finds itself in.
    path.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    # The verdict and the terminal need what an exception said; the evidence must not hold it.
    (folder / RAW).write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
    clean(notebook)
    path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    try:
        NotebookNotary().sign(notebook)
    except Exception as error:  # noqa: BLE001 - a report without a signature is a report
        return f"not signed ({type(error).__name__}), JupyterLab will ask before it shows the pictures"
    return ""


def serve(parent: int) -> None:
    """Take jobs as lines of JSON from standard input and answer each with one line, until the input ends."""
    # Answers go to the real standard output; whatever libraries print must not get between them.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    threading.Thread(target=_die_with_parent, args=(parent,), daemon=True).start()
    for line in sys.stdin:
        answers.write(json.dumps(execute(json.loads(line))) + "\n")
        answers.flush()
    # The input ends with the command, be it killed before this process looked for its parent.
    _tidy()


def _die_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    _tidy()
    os._exit(1)


def _tidy() -> None:
    # A killed command cannot tidy up; its reports folder is tidied by the next run, this one by us.
    shutil.rmtree(os.environ["JUPYTER_RUNTIME_DIR"], ignore_errors=True)
