"""What a workshop's command has written before, so that it never writes over what a learner has changed."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from crmlib.errors import UserError

FILE = "written.json"
SHOWN = 3


def changed(folder: Path, texts: dict[str, str]) -> list[str]:
    """The files among those to be written that are there and are not as they were last written."""
    written = _written(folder)
    return [name for name, text in texts.items() if _differs(folder / name, written.get(name, ""), text)]


def refuse_changed(folder: Path, texts: dict[str, str]) -> None:
    """Stop before anything is written over.

    Raises:
        UserError: somebody has worked in the files.
    """
    found = changed(folder, texts)
    if found:
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        files = ", ".join(found[:SHOWN]) + more
        raise UserError(f"{folder}: changed since they were written: {files}; --force writes over them.")


def write(folder: Path, texts: dict[str, str]) -> None:
    """Write the files and remember what was written."""
    written = _written(folder)
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written is the file here, never what a learner may have linked to it.
        path.unlink(missing_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        written[name] = _hash(text.encode())
    (folder / "teacher" / FILE).write_text(json.dumps(written, ensure_ascii=False, indent=0), encoding="utf-8")


def _differs(path: Path, before: str, text: str) -> bool:
    if not path.is_file():
        return path.exists()
    return _hash(path.read_bytes()) not in (before, _hash(text.encode()))


def _hash(raw: bytes) -> str:
    return sha256(raw).hexdigest()


def _written(folder: Path) -> dict[str, str]:
    try:
        found = json.loads((folder / "teacher" / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
