"""The start page of a client file that is not complete yet: what `crm new` left to be filled in by hand."""

from __future__ import annotations

import re
from contextvars import copy_context
from pathlib import Path
from typing import TYPE_CHECKING

from crmlib import words
from crmlib.batch.start import NAME, markdown, plain, save
from crmlib.client import find_by_name
from crmlib.words import N_

if TYPE_CHECKING:
    from crmlib.errors import UserError

_TO_DO = re.compile(r"^# To do: (.*(?:\n# (?!To (?:do|know): ).*)*)", re.MULTILINE)
_LANGUAGE = re.compile(r"^language: *(ja|en)\b", re.MULTILINE)


def to_do(file: Path) -> list[str]:
    """What a client file says is to be done, a sentence each."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    return [" ".join(found.replace("\n# ", " ").split()) for found in _TO_DO.findall(text)]


def write_todo(client: str, error: UserError) -> Path:
    """Write the start page of a client whose file is refused, where `crm new` left something to be done in it.

    Raises:
        UserError: the error itself, where the file is not known or nothing is said to be done in it.
    """
    file = Path(client) if client.endswith(".yml") else find_by_name(client, Path.cwd())
    open_ends = to_do(file) if file is not None else []
    if file is None or not open_ends:
        raise error
    page = file.parent.parent / "desk" / file.stem / f"{NAME}.ipynb"
    found = _LANGUAGE.search(file.read_text(encoding="utf-8"))
    text = copy_context().run(_text, file, open_ends, error, found[1] if found else "en")
    save(page, [markdown("to-do", text)])
    return page


def listed(open_ends: list[str]) -> str:
    """The sentences as a list with a line above it; nothing where there are none."""
    if not open_ends:
        return ""
    what = words.translate(N_("What `crm new` left to be filled in by hand, in the file too:"))
    return "\n".join([what, "", *(f"- {plain(sentence)}" for sentence in open_ends)])


def _text(file: Path, open_ends: list[str], error: UserError, language: str) -> str:
    words.speak(language)
    said = words.say(N_("The client file {file:text} is not complete yet:"), file=file.name).text()
    then = words.say(N_("Fill it in, then start `crm lab {name:text}` again."), name=file.stem).text()
    return f"# {plain(file.stem)}\n\n{said}\n\n> {plain(str(error))}\n\n{listed(open_ends)}\n\n{then}"
