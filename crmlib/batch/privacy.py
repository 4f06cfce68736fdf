"""No report stands with personal data of the client's exports in it: every file is looked through before it may."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlib.batch import manifest
from crmlib.batch.artefacts import Text, texts
from crmlib.batch.verdict import Verdict
from crmlib.words import LANGUAGES, say

if TYPE_CHECKING:
    from crmlib.client import Client

LIST = "leaks.csv"
HIDDEN = "(hidden)"
_TOLD = 3


@dataclass(frozen=True)
class Leak:
    """Personal data in a file of a report; `value` is the datum and is written nowhere but beside the exports."""

    kind: str
    file: str
    exhibit: str
    notebook: str
    value: str

    @property
    def place(self) -> str:
        """File and exhibit, as a message names them."""
        return f"{self.file} ({self.exhibit})" if self.exhibit else self.file


def leaks(client: Client, shop: Any, folder: Path) -> list[Leak]:
    """What of the client's exports stands in the files of a report, in the order of the files.

    `data/<client>/leaks.csv` tells it with the data themselves, to its owner alone; without a find it goes.
    """
    from crmlib.data.leaks import find

    places: dict[str, list[Text]] = {}
    for text in texts(folder):
        places.setdefault(text.text, []).append(text)
    key = getattr(shop, "prepared_key", "")
    settings = client.settings() if key else None
    said = [*places]
    found: set[Leak] = set()
    for hit in find(said, settings, key, lambda: _spoken(client)):
        for at in places[said[hit.text]]:
            # What a consultant wrote into a notebook's code is no data of the client's.
            if hit.known or not at.code:
                found.add(Leak(hit.kind, at.file, at.exhibit, at.notebook, hit.value))
    told = sorted(found, key=lambda leak: (leak.file, leak.exhibit, leak.kind, leak.value))
    if settings:
        _write_list(settings.folder / LIST, told)
    return told


def _spoken(client: Client) -> Iterator[str]:
    """Texts that are nobody's data: our own words, what the client calls itself, what its file says is none."""
    from babel.messages.mofile import read_mo

    yield client.name
    yield from getattr(client, "not_personal", [])
    yield from (client.title_in(language) for language in LANGUAGES)
    for path in (Path(__file__).parents[1] / "locale").glob("*/LC_MESSAGES/crmlib.mo"):
        with path.open("rb") as file:
            for message in read_mo(file):
                forms = (message.id, message.string)
                yield from (str(text) if isinstance(text, str) else "\n".join(text or ()) for text in forms)


def _write_list(path: Path, found: list[Leak]) -> None:
    path.unlink(missing_ok=True)
    if not found:
        return
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8-sig") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["file", "exhibit", "kind", "text"])
        rows.writerows([leak.file, leak.exhibit, leak.kind, leak.value] for leak in found)


def judged(found: list[Leak], verdicts: dict[str, Verdict], client: Client) -> tuple[dict[str, Verdict], str]:
    """The verdicts with `invalid` for each notebook that holds personal data; a sentence where no notebook does."""
    held = {name: [leak for leak in found if leak.notebook == name] for name in verdicts}
    judged = {
        name: _invalid(held[name], verdict, client) if held[name] else verdict for name, verdict in verdicts.items()
    }
    return judged, "" if any(held.values()) else sentence(found, client)


def _invalid(found: list[Leak], verdict: Verdict, client: Client) -> Verdict:
    reason = say("{fault:text}", fault=sentence(found, client))
    return Verdict(verdict="invalid", reason=reason, seconds=verdict.seconds)


def sentence(found: list[Leak], client: Client) -> str:
    """One sentence: which kind of personal data stands in which file and exhibit, and never the datum."""
    from crmlib.data.leaks import KINDS
    from crmlib.data.plain import joined

    values = {leak.value for leak in found}
    kinds = " and ".join(KINDS[kind] for kind in KINDS if any(leak.kind == kind for leak in found))
    places = list(dict.fromkeys(leak.place for leak in found))
    shown = [HIDDEN if any(value in joined(place) for value in values) else place for place in places[:_TOLD]]
    more = f" and {len(places) - _TOLD} more" if len(places) > _TOLD else ""
    where = f"data/{client.name}/{LIST}, which is yours alone, has the texts."
    return f"{kinds[0].upper()}{kinds[1:]} in {', '.join(shown)}{more}: nothing was published; {where}"


def strip(folder: Path, facts: dict[str, Any], verdicts: dict[str, Verdict], defect: str) -> None:
    """Leave nothing of a report but how its notebooks went.

    What stands in one file may stand in another in a way that is not seen, in a bitmap for one, so none is kept.
    """
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    kept = {name: facts[name] for name in ("version", "client", "as_of", "language")}
    entries = {
        name: {"verdict": verdict.verdict, "reason": verdict.said("en"), "seconds": verdict.seconds}
        for name, verdict in verdicts.items()
    }
    manifest.write(folder, {**kept, "defect": defect, "notebooks": entries})
