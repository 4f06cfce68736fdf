"""Metrics and KPIs of two reports: then, now, the change in its unit, and whether chance alone may have made it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from crmlib import words
from crmlib.batch.diff_conditions import counted_otherwise
from crmlib.batch.made import Made, Told, is_day, is_number
from crmlib.report.changes import A_DAY, BARE, BEYOND, OTHERWISE, SHARED, WITHIN, Condition, Figure
from crmlib.words import N_

KPI, TARGETS = "kpi", "targets"
FEWEST = 30  # of fewer no rate of change is told
RATIO_FORMS = ("number", "money")
COUNTED = ("customers", "orders", "responses", "contracts", "rows", "count", "money")
IN_SHARES = ("share", "change", "points", "signed_share")  # forms whose value is a hundredth of what is written
_SAME = 1e-9


def metrics(old: Made, new: Made, changed: list[Condition]) -> list[Figure]:
    """Every metric whose value differs, notebook by notebook; one that a report lacks is not known there."""
    return [
        figure
        for notebook, now in new.notebooks.items()
        for name, metric in now["metrics"].items()
        if (figure := _metric(notebook, name, old.notebooks.get(notebook, {}), metric, changed)) is not None
    ]


def _metric(notebook: str, id: str, then: Told, now: Told, changed: list[Condition]) -> Figure | None:
    before = then.get("metrics", {}).get(id)
    # A whole notebook that was not there is told as such, not figure by figure.
    if not then or (before is not None and _reads_the_same(before, now)):
        return None
    kind = now["value_kind"]
    found = Figure(notebook=notebook, id=id, title=now["title"] or id, old=words.MISSING, new=_text(now))
    if before is None:
        return found
    if before["value_kind"] != kind:
        return replace(found, old=_text(before))
    judged, interval = _judged(before, now, counted_otherwise(changed, notebook))
    return replace(
        found, old=_text(before), change=change_text(before["value"], now["value"], kind), judged=judged,
        interval=interval, size=size(before["value"], now["value"], kind),
    )  # fmt: skip


def _reads_the_same(before: Told, now: Told) -> bool:
    """The same value, or one that differs behind the last digit that is written, of figure and change alike."""
    if same(before["value"], now["value"]):
        return True
    change = change_text(before["value"], now["value"], now["value_kind"])
    return _text(before) == _text(now) and not re.search("[1-9]", change)


def _text(metric: Told) -> str:
    return str(metric["text"]) or cell(metric["value"], metric["value_kind"])


def same(before: Any, after: Any) -> bool:
    """The same value; figures that differ by the last bits of their computation are the same."""
    if is_number(before) and is_number(after):
        return math.isclose(before, after, rel_tol=_SAME, abs_tol=_SAME)
    return bool(before == after)


def change_text(before: Any, after: Any, kind: str) -> str:
    """The change in its unit: points of shares, percent of counts and money from 30 on, else the kind's own unit.

    Example:
        >>> _ = words.speak("en")
        >>> change_text(0.25, 0.3, "share"), change_text(1000, 1100, "orders"), change_text(8, 9, "count")
        ('+5.0 pt', '+10.0%', '+1')
        >>> change_text(30, 27, "days"), change_text(-4.7, -2.2, "nps"), change_text(None, 3, "days")
        ('-3 days', '+2.5 pt', '')
    """
    if kind not in words.KINDS or not (is_number(before) and is_number(after)):
        return ""
    found = words.kind(kind)
    if found.form in ("date", "month", "label", "text"):
        return ""
    if kind == "nps" or found.form in (*IN_SHARES, "signed"):
        return points_text(after - before, kind)
    if kind in COUNTED and min(before, after) >= _fewest(kind):
        return words.text(after / before - 1, "change")
    sign = "+" if after > before else "-"
    return sign + words.phrase(abs(after - before), kind)


def _fewest(kind: str) -> float:
    return 1 if kind == "money" else FEWEST


def points_text(change: float, kind: str) -> str:
    """A difference of shares or scores in points, with its sign; a signed number that is no score stands bare."""
    if kind == "signed_number":
        return words.text(change, kind)
    scale = 100 if words.kind(kind).form in IN_SHARES else 1
    return words.phrase(change * scale, "signed_points")


def size(before: Any, after: Any, kind: str) -> float:
    """How large a change is beside others: relative for what is counted, a share of the whole scale for shares."""
    if kind not in words.KINDS or not (is_number(before) and is_number(after)):
        return 0.0
    if words.kind(kind).form in IN_SHARES:
        return abs(after - before)
    if kind == "nps":
        return abs(after - before) / 100
    return abs(after - before) / max(abs(before), abs(after), FEWEST)


def _judged(before: Told, now: Told, otherwise: bool) -> tuple[str, str]:
    """Whether a change is more than chance, by the interval of the difference, and that interval.

    Not judged: figures counted by different rules, and those whose periods share days, because they rest largely on the
    same customers; two intervals beside each other say nothing about that difference.
    """
    if not all(is_number(found[name]) for found in (before, now) for name in ("value", "low", "high")):
        return (BARE if is_number(before["value"]) and is_number(now["value"]) else ""), ""
    if otherwise:
        return OTHERWISE, ""
    if not apart(before["period"], now["period"]):
        return SHARED, ""
    low, high = _difference(before, now)
    return (WITHIN if low <= 0 <= high else BEYOND), _interval_text(low, high, now["value_kind"])


def _difference(before: Told, now: Told) -> tuple[float, float]:
    from crmlib.analysis.intervals import Interval
    from crmlib.analysis.kpi_bounds import difference_bounds

    ends = (Interval(found["low"], found["high"]) for found in (now, before))
    found = difference_bounds(now["value"], next(ends), before["value"], next(ends))
    return found.low, found.high


def _interval_text(low: float, high: float, kind: str) -> str:
    ends = [change_text(0, end, kind) if kind not in COUNTED else _signed(end, kind) for end in (low, high)]
    return words.say(N_("{low:text} to {high:text}"), low=ends[0], high=ends[1]).text()


def _signed(value: float, kind: str) -> str:
    return ("-" if value < 0 else "+") + words.phrase(abs(round(value)), kind)


def apart(before: str, after: str) -> bool:
    """Whether two periods as reports write them have no day in common; what cannot be read has.

    Example:
        >>> apart("1 March 2025 to 31 March 2025", "1 April 2025 to 30 April 2025")
        True
        >>> apart("2025年3月1日〜2025年3月31日", "2025年3月31日〜2025年4月30日"), apart("", "2025年3月1日")
        (False, False)
    """
    then, now = _days(before), _days(after)
    return bool(then and now) and (max(then) < min(now) or max(now) < min(then))


_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_DAY = re.compile(rf"(?P<y>\d{{4}})年(?P<m>\d+)月(?P<d>\d+)日|(?P<D>\d+) (?P<M>{'|'.join(_MONTHS)}) (?P<Y>\d{{4}})")


def _days(period: str) -> list[str]:
    found = [part.groupdict() for part in _DAY.finditer(period)]
    days = [
        f"{part['y'] or part['Y']}-{int(part['m'] or _MONTHS.index(part['M']) + 1):02}-{int(part['d'] or part['D']):02}"
        for part in found
    ]
    return [day for day in days if is_day(day)]


def cell(value: Any, kind: str, measure: str | None = None) -> str:
    """A value as a table cell shows it; as it is where an older report has a kind or a form that is not known."""
    if kind not in words.KINDS or (measure is not None and measure not in words.KINDS):
        return words.MISSING if value is None else str(value)
    try:
        return words.cell_text(value, kind, measure)
    except (TypeError, ValueError, ArithmeticError):
        return str(value)


def kpis(old: Made, new: Made, changed: list[Condition]) -> list[Figure]:
    """The KPIs with a target whose figure or mark differs, in the order of the later report."""
    then, now = (_targets(made) for made in (old, new))
    otherwise = counted_otherwise(changed, KPI)
    found = (_kpi(name, then.get(name, {}), row, otherwise) for name, row in now.items())
    return [figure for figure in found if figure is not None]


def _targets(made: Made) -> dict[str, Told]:
    """The rows of the KPI board by their KPI."""
    table = made.notebooks.get(KPI, {}).get("tables", {}).get(TARGETS)
    return {str(row["kpi_id"]): row for row in records(table)} if table else {}


def records(table: Told) -> Iterator[Told]:
    """The rows of a table by the names of its columns, with the kind of their mixed measures."""
    names = [column["name"] for column in table["columns"]]
    for row, kind in zip(table["rows"], table["row_kinds"], strict=True):
        yield {"kpi_id": "", **dict(zip(names, row, strict=True)), "measure_kind": kind}


def _kpi(id: str, then: Told, now: Told, otherwise: bool) -> Figure | None:
    kind = str(now["measure_kind"] or "number")
    before, after = then.get("actual"), now.get("actual")
    marks = (_label(then.get("mark")), _label(now.get("mark")))
    if not then or (same(before, after) and marks[0] == marks[1]):
        return None
    judged, interval, better = _kpi_judged(id, then, now, otherwise)
    return Figure(
        notebook=KPI, id=id, title=words.label(id), old=cell(before, "measure", kind), new=cell(after, "measure", kind),
        change=change_text(before, after, kind), judged=judged, interval=interval, better=better, marks=marks,
        months=(_month(then), _month(now)), size=size(before, after, kind),
    )  # fmt: skip


def _label(code: Any) -> str:
    return words.label(code) if code else ""


def _month(row: Told) -> str:
    return cell(row.get("kpi_month"), "month")


def _kpi_judged(id: str, then: Told, now: Told, otherwise: bool) -> tuple[str, str, bool | None]:
    """Two months are judged as the notebook judges them; the same month told again is not."""
    from crmlib.analysis.kpi_ids import KPIS, LOWER
    from crmlib.analysis.kpi_moves import NOT_COMPARED, move

    figures = [row.get(name) for row in (then, now) for name in ("actual", "kpi_month")]
    if id not in KPIS or not all(is_number(value) for value in figures) or same(then["actual"], now["actual"]):
        return "", "", None
    lower = KPIS[id].direction == LOWER
    better = (now["actual"] > then["actual"]) != lower
    if otherwise or then["kpi_month"] == now["kpi_month"]:
        return (OTHERWISE if otherwise else SHARED), "", better
    bounds = [row.get(name) for row in (then, now) for name in ("actual_low", "actual_high")]
    if not all(is_number(value) for value in bounds):
        return BARE, "", better
    found = move(id, *({**row, "month": int(row["kpi_month"])} for row in (now, then)), lower=lower)
    if found.verdict == NOT_COMPARED:
        return SHARED, "", better
    # Of what adds up, the months' lengths may explain a difference whose own interval is clear of zero.
    longer = not found.low <= 0 <= found.high
    judged = BEYOND if found.verdict != WITHIN else A_DAY if longer else WITHIN
    scale = 0.01 if KPIS[id].kind == "share" else 1
    interval = "" if judged == A_DAY else _interval_text(found.low * scale, found.high * scale, KPIS[id].kind)
    return judged, interval, better
