"""Run our own notebooks of the workshop: the solutions, for the teacher and the slides."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlib.errors import UserError

if TYPE_CHECKING:
    from crmlib.workshop.versions import Cell

SECONDS = 300


def execute(notebooks: dict[str, dict[str, Any]], folder: Path, *, jobs: int = 2) -> dict[str, dict[str, Any]]:
    """Run notebooks in a folder that holds a `learner.yml`; returned are the executed ones.

    Raises:
        UserError: one of them did not run to its end.
    """
    from crmlib.batch.pool import Job, Pool

    work = folder / ".run"
    jobs_of = [
        Job(name=name, notebook=notebook, parameters={}, output=str(work / name / "done.ipynb"),
            folder=str(work / name), timeout=SECONDS)
        for name, notebook in notebooks.items()
    ]  # fmt: skip
    for job in jobs_of:
        Path(job.folder).mkdir(parents=True, exist_ok=True)
    try:
        with Pool(max(1, min(jobs, len(jobs_of)))) as pool:
            for job, outcome in pool.run(jobs_of):
                if outcome.error:
                    last = [outcome.error, *outcome.message.strip().splitlines()][-1]
                    raise UserError(f"the lesson {job.name} did not run: {last[:200]}")
        return {job.name: _without_traces(json.loads(Path(job.output).read_text("utf-8"))) for job in jobs_of}
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _without_traces(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook without times and paths of the run, so that the same lesson gives the same bytes."""
    for cell in notebook["cells"]:
        _tidy(cell)
    notebook["metadata"] = {
        key: notebook["metadata"][key] for key in ("crm", "kernelspec") if key in notebook["metadata"]
    }
    return notebook


def _tidy(cell: Cell) -> None:
    for name in ("papermill", "execution"):
        cell["metadata"].pop(name, None)
    cell["metadata"]["tags"] = [tag for tag in cell["metadata"].get("tags", []) if not tag.startswith("papermill")]
