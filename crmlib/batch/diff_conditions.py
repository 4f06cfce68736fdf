"""What two reports were made under differently: policy, thresholds, inputs, settings, notebooks, versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crmlib import words
from crmlib.batch.made import Made, is_number
from crmlib.report import changes
from crmlib.report.changes import Condition
from crmlib.words import N_

# What a run passes by itself; the base date and the language are told on their own.
BY_ITSELF = ("client", "as_of", "language", "desk")
LEDGER = ("read", "used")
IN_NAME_ONLY = ("name", "title")  # settings that no figure depends on
TOLD = {
    "name": N_("Name of the client"),
    "title": N_("Title of the client"),
    "currency": N_("Currency"),
    "fiscal_year_start": N_("First month of the fiscal year"),
    "tax_basis": N_("Tax"),
    "business_model": N_("Business model"),
    "timezone": N_("Time zone"),
}


def conditions(old: Made, new: Made) -> list[Condition]:
    """Every condition that differs, the counting policy first, in the order of `changes.GROUPS`."""
    parts = (_policy, _thresholds, _inputs, _settings, _notebooks, _versions)
    return [condition for part in parts for condition in part(old, new)]


def counted_otherwise(found: list[Condition], notebook: str) -> bool:
    """Whether a notebook's figures were counted by other rules: then their difference is not one of the shop's."""
    return any(
        one.group == changes.POLICY
        or (one.group == changes.SETTINGS and one.name not in IN_NAME_ONLY)
        or (one.group in (changes.THRESHOLDS, changes.NOTEBOOKS) and one.notebook == notebook)
        or (one.group == changes.VERSIONS and one.name == "crmlib")
        for one in found
    )


def _policy(old: Made, new: Made) -> Iterator[Condition]:
    for name, then, now in _pairs(old.manifest.get("policy"), new.manifest.get("policy")):
        yield Condition(group=changes.POLICY, label=words.label(name), name=name, old=_code(then), new=_code(now))


def _thresholds(old: Made, new: Made) -> Iterator[Condition]:
    then, now = old.entries(), new.entries()
    for notebook in [name for name in now if name in then]:
        for name, before, after in _pairs(then[notebook].get("parameters"), now[notebook].get("parameters")):
            if name not in BY_ITSELF:
                yield Condition(group=changes.THRESHOLDS, label=words.parameter(name), name=name, notebook=notebook,
                                old=_setting(before), new=_setting(after))  # fmt: skip


def _inputs(old: Made, new: Made) -> Iterator[Condition]:
    for name, then, now in _pairs(old.manifest.get("inputs"), new.manifest.get("inputs")):
        table, _, path = name.partition("/")
        file = path.replace("\\", "/").rpartition("/")[2] or table
        states = [words.translate(text) for text in _states(then, now)]
        yield Condition(group=changes.INPUTS, label=f"{words.label(table)}: {file}", name=name, old=states[0],
                        new=states[1])  # fmt: skip
    yield from _ledgers(old.manifest.get("ledger"), new.manifest.get("ledger"))


def _states(then: object, now: object) -> tuple[str, str]:
    there, gone = N_("there"), N_("not there")
    if then is not NOTHING and now is not NOTHING:
        return there, N_("with other contents")
    return (gone, there) if then is NOTHING else (there, gone)


def _ledgers(old: Any, new: Any) -> Iterator[Condition]:
    """Rows read and used of each table; orders first."""
    then, now = (found if isinstance(found, dict) else {} for found in (old, new))
    for table in sorted({**then, **now}, key=lambda name: name != "orders"):
        for reason in LEDGER:
            before, after = (_rows(found.get(table), reason) for found in (then, now))
            if before != after:
                label = f"{words.label(table)}: {words.label(reason)}"
                yield Condition(group=changes.INPUTS, label=label, old=_count(before), new=_count(after))


def _rows(ledger: Any, reason: str) -> object:
    for row in ledger if isinstance(ledger, list) else []:
        if isinstance(row, dict) and row.get("reason") == reason and is_number(row.get("n_rows")):
            return row["n_rows"]
    return NOTHING


def _count(n: Any) -> str:
    return _unrecorded() if n is NOTHING else words.text(n, "count")


def _settings(old: Made, new: Made) -> Iterator[Condition]:
    if old.manifest.get("settings") == new.manifest.get("settings"):
        return
    told = list(_pairs(old.manifest.get("told"), new.manifest.get("told")))
    known = bool(old.manifest.get("told")) and bool(new.manifest.get("told"))
    for name, then, now in told if known else []:
        label = words.translate(TOLD[name]) if name in TOLD else name
        yield Condition(group=changes.SETTINGS, label=label, name=name, old=_code(then), new=_code(now))
    if not (known and told):
        # The hash holds the sources too: where nothing else differs it is they.
        said = N_("How the export is read (files, columns, values)") if known else N_("A setting of the client file")
        other = words.translate(N_("otherwise"))
        yield Condition(group=changes.SETTINGS, label=words.translate(said), old="", new=other)


def _notebooks(old: Made, new: Made) -> Iterator[Condition]:
    then, now = old.entries(), new.entries()
    for name in [name for name in now if name in then]:
        hashes = [found[name].get("template") for found in (then, now)]
        if hashes[0] != hashes[1]:
            other = words.translate(N_("another edition"))
            yield Condition(group=changes.NOTEBOOKS, label=words.label(name), name=name, notebook=name,
                            old="", new=other)  # fmt: skip


def _versions(old: Made, new: Made) -> Iterator[Condition]:
    for name, then, now in _pairs(old.manifest.get("versions"), new.manifest.get("versions")):
        yield Condition(group=changes.VERSIONS, label=name, name=name, old=_code(then), new=_code(now))


NOTHING = object()


def _pairs(old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    """Name and both values of every key whose values differ; NOTHING where a side does not have it."""
    then, now = (found if isinstance(found, dict) else {} for found in (old, new))
    for name in {**now, **then}:
        before, after = then.get(name, NOTHING), now.get(name, NOTHING)
        if before != after:
            yield str(name), before, after


def _unrecorded() -> str:
    return words.translate(N_("not recorded"))


def _code(value: Any) -> str:
    return _unrecorded() if value is NOTHING else words.label(value)


def _setting(value: Any) -> str:
    """A parameter's value as a reader sees it; None is the usual, which the notebook chooses."""
    if value is NOTHING:
        return _unrecorded()
    if value is None:
        return words.translate(N_("as usual"))
    if isinstance(value, bool):
        return words.translate(N_("yes") if value else N_("no"))
    if isinstance(value, list):
        return ", ".join(_setting(one) for one in value) or words.translate(N_("none"))
    return f"{value:,}" if is_number(value) else words.label(value)
