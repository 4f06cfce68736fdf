"""What is known of the exports of shop systems: data files of the package, and which of them a header looks like."""

from __future__ import annotations

import re
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Candidate:
    """A header that may hold a canonical column, and what its values mean there."""

    header: str
    values: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Preset:
    """One export format.

    `columns`: for each canonical column its headers, the best first. `notes`: what to know, for the table or a column.
    `languages`: by currency, `*` for any other.
    """

    name: str
    title: str
    table: str
    columns: dict[str, list[Candidate]]
    headers: tuple[str, ...] = ()
    languages: dict[str, str]
    currency: str = ""
    currency_column: str = ""
    tax_basis: str = "unknown"
    tax_columns: tuple[str, ...] = ()
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
        UserError: there is none.
    """
    known = presets()
    if name not in known or known[name].table != table:
        fitting = [one.name for one in known.values() if one.table == table]
        raise UserError(f"--preset {name}: no preset for {table}{nearest(name, fitting)}")
    return known[name]


def detect(header: list[str], table: str) -> tuple[Preset | None, float]:
    """The preset of a table that a header looks most like, and the share of names matched; none below the least share.

    Raises:
        UserError: the header is that of another table's export.
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
    return presets()[best], shares[best]


@cache
def aliases(table: str) -> Preset:
    """What headers mean in exports that no preset knows."""
    known = _yaml("aliases")
    return Preset(
        name="", title="", table=table, languages={}, notes={},
        columns={
            name: [Candidate(header, dict(known["values"].get(name, {}))) for header in headers]
            for name, headers in known[table].items()
        },
    )  # fmt: skip


@cache
def known_headers(table: str) -> frozenset[str]:
    """Every header that a preset or an alias takes a column of this table from, as `loose` has it."""
    sources = [aliases(table), *(preset for preset in presets().values() if preset.table == table)]
    return frozenset(
        loose(one.header) for preset in sources for candidates in preset.columns.values() for one in candidates
    )


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
        languages=language if isinstance(language, dict) else {"*": language},
        currency=told.get("currency", ""),
        currency_column=told.get("currency_column", ""),
        tax_basis=told.get("tax_basis", "unknown"),
        tax_columns=tuple(told.get("tax_columns", ())),
        notes=told.get("notes", {}),
    )


def _candidate(told: Any) -> Candidate:
    if isinstance(told, str):
        return Candidate(told, {})
    ((header, values),) = told.items()
    return Candidate(header, {str(value): str(means) for value, means in values.items()})
