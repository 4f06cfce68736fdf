"""Ids that are no KPI of crmlib, in the action log and among the targets: said, with the nearest right one."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING
from unicodedata import normalize

from crmlib import words
from crmlib.report.findings.kpi_names import KPI_IDS, SHOWN
from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from pandas import DataFrame

ALIKE = 0.55  # share of letters in common from which an id is told as the nearest


def in_actions(taken: DataFrame) -> list[Sentence]:
    """Each id that actions name and that is no KPI, with the nearest that is one.

    Args:
        taken: of `analysis.actions.taken_up`.
    """
    wrong = [name for name in dict.fromkeys(taken["kpi_id"].tolist()) if name and name not in KPI_IDS]
    return [_wrong(str(name)) for name in wrong] or [
        say("Every action that names a KPI names one of those measured here.")
    ]


def targets(unused: DataFrame) -> list[Sentence]:
    """How many targets could not be used, and why.

    Args:
        unused: of `analysis.kpi_targets.not_used`.
    """
    unknown = unused[unused["why"] == "unknown_kpi"]
    counts = {why: int(unused.loc[unused["why"] == why, "n_targets"].sum()) for why in ("unknown_kpi", "other_scope")}
    lines = []
    if counts["unknown_kpi"]:
        names = list(dict.fromkeys(unknown["kpi_id"].astype("str").tolist()))
        lines.append(say("{n:count} targets could not be used, because their id is not a KPI of crmlib: {names:text}.",
                         n=counts["unknown_kpi"], names=_with_nearest(names)))  # fmt: skip
    if counts["other_scope"]:
        lines.append(say("{n:count} targets of a part of the shop could not be used: only those of the whole shop"
                         " (scope all) are held against figures.", n=counts["other_scope"]))  # fmt: skip
    return lines or [say("No target had to be left out.")]


def nearest(name: str) -> str:
    """The KPI id that is written, or called in the current language, most like `name`; empty where none is alike.

    Example:
        >>> _ = words.speak("en")
        >>> nearest("F2-rate"), nearest("zzz")
        ('f2_rate', '')
    """
    alike = {kpi_id: max(_alike(name, kpi_id), _alike(name, words.label(kpi_id))) for kpi_id in KPI_IDS}
    best = max(alike, key=lambda kpi_id: alike[kpi_id])
    return best if alike[best] >= ALIKE else ""


def valid_ids() -> str:
    """Every id that a target or an action may name, with what it is called."""
    return words.translate(", ").join(_called(kpi_id) for kpi_id in KPI_IDS)


def _wrong(name: str) -> Sentence:
    near = nearest(name)
    if not near:
        return say("“{id:text}” of the action log is not a KPI of crmlib.", id=name)
    return say("“{id:text}” of the action log is not a KPI of crmlib; the nearest one is {near:text}.",
               id=name, near=_called(near))  # fmt: skip


def _called(kpi_id: str) -> str:
    return say("{id:text} ({kpi:label})", id=kpi_id, kpi=kpi_id).text()


def _with_nearest(names: list[str]) -> str:
    near = {name: nearest(name) for name in names[:SHOWN]}
    told = [say("{id:text} (nearest: {near:text})", id=name, near=found).text() if found else name
            for name, found in near.items()]  # fmt: skip
    shown = words.translate(", ").join(told)
    if len(names) <= SHOWN:
        return shown
    return say("{names:text} and {n:count} more", names=shown, n=len(names) - SHOWN).text()


def _alike(one: str, other: str) -> float:
    # NFKC: full-width letters are the same letters.
    first, second = (normalize("NFKC", text).casefold() for text in (one, other))
    return SequenceMatcher(None, first, second, autojunk=False).ratio()
