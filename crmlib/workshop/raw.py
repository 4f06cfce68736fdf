"""The raw export that lesson 1 reads: one file of order lines as the shop system writes it."""

from __future__ import annotations

import shutil
from pathlib import Path

from crmlib.workshop.data import Learner, made


def raw_export(folder: Path, learner: Learner) -> Path:
    """The folder `export/` beside the lessons, written where it is missing."""
    export = folder / "export"
    if not export.is_dir():
        shutil.copytree(made(folder, learner) / "export", export)
    return export
