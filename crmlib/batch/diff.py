"""What changed between two reports of a client: what they were made under first, then verdicts, figures, sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import crmlib
from crmlib import words
from crmlib.batch.diff_conditions import conditions
from crmlib.batch.diff_figures import kpis, metrics
from crmlib.batch.diff_tables import tables
from crmlib.batch.made import Made, Told, earlier, is_day, made, read_made
from crmlib.batch.template import nearest
from crmlib.errors import UserError
from crmlib.report.changes import Difference, Said, Verdict

if TYPE_CHECKING:
    from crmlib.client import Client

NOT_RUN = "not_run"


def difference(old: Made, new: Made, *, only: tuple[str, ...] = ()) -> Difference:
    """Everything that differs, in the reports' own language, which is set for what is said after this.

    Args:
        old: the earlier report.
        new: the later one.
        only: the notebooks looked at; all when empty.

    Raises:
        UserError: the reports are of two clients, languages or currencies.
    """
    check_alike(old, new)
    words.speak(new.language if new.language in words.LANGUAGES else "en", new.currency or old.currency or "JPY")
    changed = conditions(old, new)
    wanted = _chosen(new, only)
    return Difference(
        client=new.client, title=new.title, language=words.speech().language, currency=words.speech().currency,
        old_as_of=old.as_of, new_as_of=new.as_of, version=crmlib.__version__,
        conditions=[one for one in changed if not (only and one.notebook) or one.notebook in only],
        verdicts=[one for one in _verdicts(old, new) if not only or one.notebook in only],
        kpis=kpis(old, wanted, changed), metrics=metrics(old, wanted, changed), tables=tables(old, wanted),
        said=list(_said(old, wanted)),
    )  # fmt: skip


def check_alike(old: Made, new: Made) -> None:
    """Refuse two reports whose figures have nothing to say to each other.

    Raises:
        UserError: two clients, two languages or two currencies.
    """
    if old.client != new.client:
        raise UserError(f"the reports are of two clients, {old.client} and {new.client}: compare two of one client.")
    if old.language != new.language:
        told = f"in two languages, {old.language} and {new.language}"
        raise UserError(f"the reports are {told}: compare two of one language.")
    if old.currency and new.currency and old.currency != new.currency:
        told = f"in two currencies, {old.currency} and {new.currency}"
        raise UserError(f"the reports are {told}: their money cannot be compared.")


def previous(reports: Path, manifest: Told, exhibits: Told) -> Difference | None:
    """What changed since the latest earlier report of this language in the client's folder; None without one.

    An earlier report that cannot be read, or is in another currency, is no reason to refuse a new one.
    """
    for one in earlier(reports, manifest["as_of"], manifest["language"]):
        try:
            return difference(read_made(reports / one.folder), made(manifest, exhibits))
        except UserError:
            continue
    return None


def find(client: Client, days: tuple[str, ...], *, language: str | None, out: Path | None) -> tuple[Path, Path]:
    """The folders of two reports of a client: of two base dates, or the two latest.

    Raises:
        UserError: there is no such report.
    """
    reports = (out or client.home / "reports") / client.name
    spoken = language or client.language
    known = earlier(reports, "9999-12-31", spoken)
    told = ", ".join(one.as_of for one in known) or "none"
    if not days and len(known) < 2:
        raise UserError(f"{client.name}: two reports in {spoken} are needed in {reports}, there: {told}.")
    folders = {one.as_of: reports / one.folder for one in known}
    for day in days:
        if day not in folders:
            said = f"no report of {day} in {spoken}" if is_day(day) else f"{day!r} is no date such as 2026-03-31"
            raise UserError(f"{client.name}: {said}, there: {told}.")
    old, new = days or (known[1].as_of, known[0].as_of)
    return folders[old], folders[new]


def _chosen(new: Made, only: tuple[str, ...]) -> Made:
    for name in only:
        if name not in new.notebooks:
            raise UserError(f"--only {name}: no notebook of the later report, {nearest(name, list(new.notebooks))}")
    return replace(new, notebooks={name: new.notebooks[name] for name in only}) if only else new


def _verdicts(old: Made, new: Made) -> Iterator[Verdict]:
    then, now = old.entries(), new.entries()
    for name in {**now, **then}:
        before, after = (str(found.get(name, {}).get("verdict") or NOT_RUN) for found in (then, now))
        if before != after:
            yield Verdict(notebook=name, old=words.label(before), new=words.label(after))


def _said(old: Made, new: Made) -> Iterator[Said]:
    """Findings and conclusions whose sentences changed, line by line; the conclusions come first."""
    for notebook, now in new.notebooks.items():
        then = old.notebooks.get(notebook)
        if then is None:
            continue
        for kind in ("conclusions", "findings"):
            for name in {**now[kind], **then[kind]}:
                before, after = (_lines(found[kind].get(name)) for found in (then, now))
                no_more = tuple(line for line in before if line not in after)
                instead = tuple(line for line in after if line not in before)
                if no_more or instead:
                    yield Said(
                        notebook=notebook, id=name, old=no_more, new=instead, is_conclusion=kind == "conclusions"
                    )


def _lines(told: str | Told | None) -> list[str]:
    text = told.get("text") if isinstance(told, dict) else told
    return [line for line in str(text or "").split("\n") if line]
