"""What a reader who cannot see a chart is told: its type, what it draws, and the figures that carry its message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.report import series
from crmlib.words import N_

if TYPE_CHECKING:
    from crmlib.report.read import Item

ALL, LINES = 3, 4  # values, and lines, that are told one by one
_TIMES = ("month", "date")
Rows = Sequence[Sequence[Any]]
Point = tuple[str, Any]


def alt_text(item: Item) -> str:
    """The notebook's own words between the chart's type and its figures; the words alone where it has no native form.

    Example:
        >>> _ = words.speak("en")
        >>> columns = [{"name": "segment", "label": "Segment", "kind": "text"},
        ...            {"name": "rate", "label": "Rate", "kind": "share"}]
        >>> alt_text({"alt": "Who buys.", "columns": columns, "rows": [["A", 0.5], ["B", 0.25]],
        ...           "native": {"form": "bar", "x": "segment", "y": ["rate"]}})
        'Chart by “Segment”. Who buys. Rate: A 50.0%, B 25.0%.'
    """
    form, said = series.native(item, item["rows"]), item["alt"]
    if not form:
        return str(said)
    rows = series.in_order(item, item["rows"])
    parts = [_kind_of_chart(item), said, *(_figures(item, rows) if form["form"] != "scatter" else [])]
    return ("" if words.speech().language == "ja" else " ").join(part for part in parts if part)


def _kind_of_chart(item: Item) -> str:
    # A native form of bars may be drawn as points with intervals or as cells: only what is true of all is said.
    form, x = item["native"]["form"], series.column(item, item["native"]["x"])
    if form == "scatter":
        return words.translate(N_("Scatter plot."))
    if form == "line":
        return words.say(N_("Line chart over “{name:text}”."), name=x["label"]).text()
    if form == "stacked_bar" and x["kind"] in _TIMES:
        return words.say(N_("Stacked bars over “{name:text}”."), name=x["label"]).text()
    return words.say(N_("Chart by “{name:text}”."), name=x["label"]).text()


def _figures(item: Item, rows: Rows) -> list[str]:
    """A sentence for each line, or for each measure of the bars."""
    form, over_time = item["native"], series.kind(item, item["native"]["x"]) in _TIMES
    runs = form["form"] == "line" or over_time
    if form.get("series") and not runs:
        return []
    found = [
        (_name(item, code, y), _points(item, rows[first:last], y), y)
        for code, first, last in series.stretches(item, rows)
        for y in form["y"]
    ]
    found = [one for one in found if one[1]]
    if len(found) > LINES:
        return _ends(item, found)
    return [(_course if runs and len(one[1]) > 1 else _extremes)(item, *one) for one in found]


def _name(item: Item, code: str, y: str) -> str:
    if not code:
        return str(series.column(item, y)["label"])
    return words.text(code, series.kind(item, item["native"]["series"]))


def _points(item: Item, rows: Rows, y: str) -> list[Point]:
    x, value = series.at(item, item["native"]["x"]), series.at(item, y)
    column = item["columns"][x]
    return [(_place(row[x], column), row[value]) for row in rows if not _unknown(row[x], row[value])]


def _unknown(*values: Any) -> bool:
    return any(words.is_missing(value) for value in values)


def _place(value: Any, column: dict[str, Any]) -> str:
    """Where a point stands: a name, a date, a number with its unit, or the axis and a bare number."""
    if column["kind"] in series.NAMING:
        return words.text(value, column["kind"])
    said, bare = words.phrase(value, column["kind"]), words.text(value, column["kind"])
    return said if column["kind"] in _TIMES or said != bare or "%" in said else f"{column['label']} {said}"


def _course(item: Item, name: str, points: list[Point], y: str) -> str:
    (start, first), (end, last) = points[0], points[-1]
    return words.say(
        N_("{name:text}: {first:text} at {start:text}, {last:text} at {end:text}."), name=name, start=start, end=end,
        first=_value(item, first, y), last=_value(item, last, y),
    ).text()  # fmt: skip


def _extremes(item: Item, name: str, points: list[Point], y: str) -> str:
    if len(points) <= ALL:
        separator = "、" if words.speech().language == "ja" else ", "
        told = separator.join(f"{place} {_value(item, value, y)}" for place, value in points)
        return words.say(N_("{name:text}: {told:text}."), name=name, told=told).text()
    if len({place for place, _ in points}) < len(points):
        return ""  # the rows differ in more than the axis says
    most, least = max(points, key=lambda point: point[1]), min(points, key=lambda point: point[1])
    return words.say(
        N_("{name:text}: highest {high:text} ({most:text}), lowest {low:text} ({least:text})."), name=name,
        high=_value(item, most[1], y), most=most[0], low=_value(item, least[1], y), least=least[0],
    ).text()  # fmt: skip


def _ends(item: Item, found: list[tuple[str, list[Point], str]]) -> list[str]:
    """Of many lines: their number, and the highest and the lowest of their last points."""
    ends = [(name, points[-1][1], y) for name, points, y in found]
    most, least = max(ends, key=lambda end: end[1]), min(ends, key=lambda end: end[1])
    return [
        words.say(
            N_("{n:count} series; their last values run from {low:text} ({least:text}) to {high:text} ({most:text})."),
            n=len(found), low=_value(item, least[1], least[2]), least=least[0],
            high=_value(item, most[1], most[2]), most=most[0],
        ).text()
    ]  # fmt: skip


def _value(item: Item, value: Any, y: str) -> str:
    return words.phrase(value, series.kind(item, y))
