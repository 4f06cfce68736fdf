"""Why a notebook has nothing to say: tables that are not there, or of which no row is used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmlib.words import N_, Sentence, say, speech

if TYPE_CHECKING:
    from datetime import date


def unused(table: str, shop: Any) -> Sentence | None:
    """The sentence about a table that was read and of which no row is used; None for another table."""
    found = shop.why_empty(table)
    if found is None:
        return None
    if not found.reasons:
        return say(N_("{table:label}: no rows in the files."), table=table)
    said = N_("{table:label}: {n:rows} read, none used ({reasons:text}).")
    return say(said, table=table, n=found.rows_read, reasons=_Listed(_reasons(found.reasons, shop.as_of)))


def _reasons(reasons: Iterable[tuple[str, int]], as_of: date) -> tuple[Sentence, ...]:
    said = {"after_as_of": N_("{n:rows} after the base date {as_of:date}")}
    other = N_("{reason:label}: {n:rows}")
    return tuple(Sentence(said.get(name, other), {"reason": name, "n": n, "as_of": as_of}) for name, n in reasons)


def absent(missing: tuple[str, ...], told: dict[str, Sentence]) -> Sentence:
    """What is said of tables without which a notebook says nothing: why each is empty, or that it is not there."""
    gone = tuple(table for table in missing if table not in told)
    sentences = [told[table] for table in missing if table in told]
    if gone:
        tables = _Listed(tuple(Sentence("{table:label}", {"table": table}) for table in gone))
        sentences.insert(0, say(N_("The data this rests on is missing: {tables:text}."), tables=tables))
    return (
        sentences[0] if len(sentences) == 1 else Sentence("{all:text}", {"all": _Listed(tuple(sentences), ("", " "))})
    )


@dataclass(frozen=True)
class _Listed:
    """Sentences that are said in the language of whoever reads them, one after the other."""

    parts: tuple[Sentence, ...]
    marks: tuple[str, str] = ("、", ", ")

    def __str__(self) -> str:
        japanese, other = self.marks
        return (japanese if speech().language == "ja" else other).join(part.text() for part in self.parts)
