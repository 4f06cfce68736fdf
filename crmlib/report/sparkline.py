"""The course of a KPI over its last months as a picture of a few hundred bytes, told in words beside it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from crmlib import words
from crmlib.report.read import Item, exhibits
from crmlib.report.rows import sheet_rows
from crmlib.words import N_

if TYPE_CHECKING:
    from crmlib.report.publish import ReportInput

SHEET, PREFIX, MONTHS = "monthly", "kpi_", 13
WIDTH, HEIGHT, EDGE = 160, 36, 4
LINE = "#4a86c5"  # 3:1 on the light page and on the dark one: the picture does not know which it is on
Point = tuple[int, float]


def sparklines(run: ReportInput, items: list[Item]) -> dict[str, dict[str, str]]:
    """Picture and alternative text of each KPI that is told in two months at least, by the KPI's id."""
    found = [item for item in exhibits(items, "sheet") if item["id"] == SHEET and not item.get("untellable")]
    parts = [part for part in run.notebooks if part.name == "kpi"]
    if not found or not parts:
        return {}
    (item,) = found
    rows = sheet_rows(parts[0], item)
    told = {}
    for place, column in enumerate(item["columns"]):
        if not column["name"].startswith(PREFIX):
            continue
        points = _last([(int(row[0]), float(row[place])) for row in rows if not words.is_missing(row[place])])
        if len(points) > 1:
            told[column["name"].removeprefix(PREFIX)] = {"uri": picture(points), "alt": alt(points, column["kind"])}
    return told


def _last(points: list[Point]) -> list[Point]:
    """The months up to the last one told, 13 at most, in their order."""
    last = max((month for month, _ in points), default=0)
    return sorted(point for point in points if point[0] > last - MONTHS)


def alt(points: Sequence[Point], kind: str) -> str:
    """First, last, lowest and highest of the months, in a sentence."""
    lowest, highest = (pick(points, key=lambda point: point[1]) for pick in (min, max))
    said = N_(
        "{first:month}: {start:text}, {last:month}: {end:text}; lowest {low:text} in {when_low:month}, highest"
        " {high:text} in {when_high:month}."
    )
    return words.say(
        said, first=points[0][0], start=words.phrase(points[0][1], kind), last=points[-1][0],
        end=words.phrase(points[-1][1], kind), low=words.phrase(lowest[1], kind), when_low=lowest[0],
        high=words.phrase(highest[1], kind), when_high=highest[0],
    ).text()  # fmt: skip


def picture(points: Sequence[Point]) -> str:
    """The months as a line in a data URI, dashed over months that cannot be told; a dot on each end."""
    drawn = "".join(_line(then, now, points) for then, now in pairwise(points))
    dots = "".join(_dot(point, points, 3.5 if point is points[-1] else 2.5) for point in _ends(points))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<g stroke="{LINE}" stroke-width="2" stroke-linecap="round">{drawn}</g><g fill="{LINE}">{dots}</g></svg>'
    )
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode()


def _line(then: Point, now: Point, points: Sequence[Point]) -> str:
    (x1, y1), (x2, y2) = _place(then, points), _place(now, points)
    unknown = "" if now[0] == then[0] + 1 else ' stroke-width="1" stroke-dasharray="1 4"'
    return f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}"{unknown}/>'


def _dot(point: Point, points: Sequence[Point], radius: float) -> str:
    x, y = _place(point, points)
    return f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}"/>'


def _ends(points: Sequence[Point]) -> list[Point]:
    """The last month, and those beside which nothing is known: a survey's wave has no month next to it."""
    months = {month for month, _ in points}
    return [point for point in points if point is points[-1] or not {point[0] - 1, point[0] + 1} & months]


def _place(point: Point, points: Sequence[Point]) -> tuple[float, float]:
    months, values = [month for month, _ in points], [value for _, value in points]
    low, high = min(values), max(values)
    across = (point[0] - min(months)) / (max(months) - min(months))
    # A KPI that never moved is a line in the middle.
    up = (point[1] - low) / (high - low) if high > low else 0.5
    return round(EDGE + across * (WIDTH - 2 * EDGE), 1), round(HEIGHT - EDGE - up * (HEIGHT - 2 * EDGE), 1)
