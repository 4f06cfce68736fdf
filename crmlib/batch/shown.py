"""Whose figures a page shown to a client holds, and of which day: in its tab and above its panel."""

from __future__ import annotations

import json
from contextvars import copy_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import crmlib
from crmlib import words
from crmlib.batch.start import markdown, plain
from crmlib.batch.template import read_json, source_of
from crmlib.data.files import write_atomically
from crmlib.errors import UserError
from crmlib.words import N_

if TYPE_CHECKING:
    from crmlib.client import Client


def name_pages(client: Client, folder: Path) -> None:
    """Put the client's name and the base date on every page of a folder; no date where the export cannot be read."""
    try:
        day = crmlib.open_shop(client.path).as_of
    except UserError:
        day = None  # each page says itself what is wrong
    for path in folder.glob("*.ipynb"):
        page = read_json(path)
        copy_context().run(_name, page, client, day)
        write_atomically(path, f"{json.dumps(page, ensure_ascii=False, indent=1)}\n".encode())


def _name(page: dict[str, Any], client: Client, day: Any) -> None:
    words.speak(client.language, client.currency)
    title = client.title_in(client.language)
    of = words.say(N_("Base date: {day:date}"), day=day).text() if day else ""
    first = page["cells"][0]
    asks = first["cell_type"] == "markdown"
    page["cells"].insert(int(asks), markdown("whose", "  \n".join(filter(None, [f"**{plain(title)}**", of]))))
    question = source_of(first).partition("\n")[0].removeprefix("# ") if asks else ""
    page["metadata"]["title"] = " | ".join(filter(None, [title, question, of]))
