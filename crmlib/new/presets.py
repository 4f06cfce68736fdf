"""What is known of the exports of shop systems: data files of the package, and which of them a header looks like."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from crmlib.data.mapping import plain, unique_names
from crmlib.data.naming import nearest
from crmlib.errors import UserError

# A header is a preset's when so many of its names, and at least so many, are the preset's.
LEAST_SHARE = 0.8
LEAST_NAMES = 8
_WORDS = "(?:消費)?税(?:込み?|抜き?|別|引き?)|内税|外税|税$|円$"
_TAX = re.compile(rf"[(\[【]\s*(?:{_WORDS}|円)\s*[)\]】]|{_WORDS}|[(\[](?:incl|excl)\.?[^)\]]*[)\]]", re.IGNORECASE)
_INCLUDED = re.compile(r"税込|内税|incl", re.IGNORECASE)
_EXCLUDED = re.compile(r"税抜|税別|税引|外税|本体|excl", re.IGNORECASE)


@dataclass(frozen=True)
class Candidate:
    """A header that may hold a canonical column, and what its values mean there."""

    header: str
    values: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Preset:
    """One export format.

    `columns`: for each canonical column its headers, the best first. `notes`: what to know, for the table or a column.
    `languages`: by currency, `*` for any other. `blank`, `packed` and `split` go into the client file's source.
    `likely`: headers that no source names, taken where they stand and of no weight in telling the export. `unusable`:
    why no client file can be made of this export.
    """

    name: str
    title: str
    table: str
    columns: dict[str, list[Candidate]]
    headers: tuple[str, ...] = ()
    likely: tuple[str, ...] = ()
    languages: dict[str, str]
    currency: str = ""
    currency_column: str = ""
    tax_basis: str = "unknown"
    tax_columns: tuple[str, ...] = ()
    timezone: str = ""
    blank: tuple[str, ...] = ()
    packed: tuple[str, ...] = ()
    split: dict[str, str] = field(default_factory=dict)
    unusable: str = ""
    notes: dict[str, list[str]]

    def share(self, header: list[str]) -> float:
        """Share of header names matched: of the shorter of the two, for shops leave columns out and add their own."""
        known, given = {plain(name) for name in self.headers}, {plain(name) for name in header if name}
        matched = len(known & given)
        return matched / min(len(known), len(given)) if matched >= LEAST_NAMES else 0.0


@cache
def presets() -> dict[str, Preset]:
    """Every preset of the package by its name."""
    folder = files("crmlib.data") / "presets"
    names = sorted(path.name.removesuffix(".yml") for path in folder.iterdir() if path.name.endswith(".yml"))
    return {name: _preset(name, _yaml(name)) for name in names if name != "aliases"}


def find(name: str, table: str) -> Preset:
    """The preset of that name for a table; the name of a system finds the one of its tables.

    Raises:
        UserError: there is none, or the export cannot be used.
    """
    known = presets()
    if name not in known or known[name].table != table:
        fitting = [one.name for one in known.values() if one.table == table]
        raise UserError(f"--preset {name}: no preset for {table}{nearest(name, fitting)}")
    return _usable(known[name])


def detect(header: list[str], table: str) -> tuple[Preset | None, float]:
    """The preset of a table that a header looks most like, and the share of names matched; none below the least share.

    Raises:
        UserError: the header is that of another table's export, or of one that cannot be used.
    """
    shares = {name: preset.share(header) for name, preset in presets().items()}
    best = max(shares, key=lambda name: (shares[name], presets()[name].table == table, name))
    if shares[best] < LEAST_SHARE:
        return None, 0.0
    if presets()[best].table != table:
        raise UserError(
            f"this is {presets()[best].title}, the export of {presets()[best].table}; --{table} needs the one of "
            f"{table}."
        )
    return _usable(presets()[best]), shares[best]


def _usable(preset: Preset) -> Preset:
    if preset.unusable:
        raise UserError(f"this is {preset.title}: {preset.unusable}")
    return preset


@cache
def aliases(table: str) -> Preset:
    """What headers mean in exports that no preset knows."""
    known = _yaml("aliases")
    return Preset(
        name="", title="", table=table, languages={}, notes={},
        columns={
            name: [_alias(header, known["values"].get(name, {})) for header in headers]
            for name, headers in known[table].items()
        },
    )  # fmt: skip


def _alias(told: Any, values: dict[str, str]) -> Candidate:
    """A header whose values mean what they do everywhere, or one with its own, such as a flag."""
    return Candidate(told, dict(values)) if isinstance(told, str) else _candidate(told)


@cache
def amounts() -> tuple[str, ...]:
    """Words under which the money of a line or of a whole order may stand."""
    return tuple(_yaml("aliases")["amounts"])


def bare(header: str) -> str:
    """A header without its words of tax.

    Example:
        >>> bare("お買上金額(税込)"), bare("税抜単価"), bare("販売価格（消費税込）"), bare("税込")
        ('お買上金額', '単価', '販売価格', '税込')
    """
    plain_name = plain(header)
    return _TAX.sub("", plain_name).strip(" 　_-:") or plain_name


def tax_of(header: str) -> str:
    """What a header says of the tax: included, excluded, or unknown.

    Example:
        >>> tax_of("単価(税込)"), tax_of("本体価格"), tax_of("単価")
        ('included', 'excluded', 'unknown')
    """
    said = plain(header)
    excluded, included = _EXCLUDED.search(said), _INCLUDED.search(said)
    if bool(excluded) == bool(included):
        return "unknown"
    return "excluded" if excluded else "included"


@cache
def known_headers(table: str) -> frozenset[str]:
    """Every header that a preset or an alias takes a column of this table from, as `loose` has it."""
    sources = [aliases(table), *(preset for preset in presets().values() if preset.table == table)]
    words = amounts() if table == "orders" else ()
    named = (one.header for preset in sources for candidates in preset.columns.values() for one in candidates)
    return frozenset(map(loose, (*named, *words)))


def loose(header: str) -> str:
    """A header whatever its capitals, spaces, hyphens and widths."""
    return re.sub(r"[\s_-]", "", plain(header)).casefold()


def _yaml(name: str) -> dict[str, Any]:
    text = (files("crmlib.data") / "presets" / f"{name}.yml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def _preset(name: str, told: dict[str, Any]) -> Preset:
    language = told["language"]
    return Preset(
        name=name,
        title=told["title"],
        table=told["table"],
        columns={column: [_candidate(one) for one in headers] for column, headers in told["columns"].items()},
        headers=tuple(unique_names([str(header) for header in told["headers"]])),
        likely=tuple(told.get("likely", ())),
        languages=language if isinstance(language, dict) else {"*": language},
        currency=told.get("currency", ""),
        currency_column=told.get("currency_column", ""),
        tax_basis=told.get("tax_basis", "unknown"),
        tax_columns=tuple(told.get("tax_columns", ())),
        timezone=told.get("timezone", ""),
        blank=tuple(told.get("blank", ())),
        packed=tuple(told.get("packed", ())),
        split=dict(told.get("split", {})),
        unusable=told.get("unusable", ""),
        notes=told.get("notes", {}),
    )


def _candidate(told: Any) -> Candidate:
    if isinstance(told, str):
        return Candidate(told, {})
    ((header, values),) = told.items()
    return Candidate(header, {str(value): str(means) for value, means in values.items()})
