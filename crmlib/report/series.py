"""A chart's native form without a tool: which rows make a series, in which order, colour and with which bounds.

The workbook and the slides both draw from here, so that a chart has the same lines, names and colours in each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmlib.words import is_missing, label, text

if TYPE_CHECKING:
    from crmlib.report.read import Item

# The palette of the pictures (plots/colours.py, which this room may not import; a test keeps them equal).
DEEP, SOFT, GREY, ORANGE = "#0F4269", "#5595C9", "#7B8794", "#C05600"
PALE, QUIET, GRID = "#C9D0D8", "#52606D", "#E4E7EB"
GOOD, BAD = DEEP, ORANGE
COLOURS = (DEEP, SOFT, QUIET, "#8E4585", "#1B8A7D", GREY)
MEANING = {
    "promoters": DEEP, "passives": PALE, "detractors": ORANGE, "treatment": DEEP, "control": GREY,
    "amount_new": SOFT, "amount_repeat": DEEP, "share_customers": SOFT, "share_amount": DEEP,
    "sales_ltv": DEEP, "profit_ltv": SOFT, "cpo": ORANGE, "limit_cpo": DEEP,
    "n_customers": DEEP, "n_stage_before": SOFT, "n_segment_before": SOFT,
    "step_rate": SOFT, "cumulative_rate": DEEP, "continuation_rate": SOFT, "remaining_rate": DEEP,
    "difference_up": DEEP, "difference_down": ORANGE, "n_resolved": DEEP, "n_unresolved": ORANGE,
    "reach": DEEP, "reach_model": SOFT, "pooled": DEEP, "has_left": PALE,
    "first_time": "#C4DCEE", "toddling": "#97B6CD", "steady": "#6A8FAC", "trend": "#3C688A", "excellent": DEEP,
}  # fmt: skip
RAMP = ("#C4DCEE", "#97B6CD", "#6A8FAC", "#3C688A", DEEP)  # of scores that build on one another
RANKS = {"A": DEEP, "B": "#4d86b5", "C": "#9cc3e0", "D": "#d3e2ee", "E": "#f1f3f5"}
DARK_RANKS = ("A", "B")  # on whose colour a letter is white
DARK = (DEEP, QUIET, ORANGE, "#8E4585", "#3C688A")  # white is read on these, dark ink on the others
TOGETHER = "pooled"  # the series that stands for all the others
FEW = 3  # series whose intervals can be told apart
NAMING = ("label", "text", "id")  # kinds whose values name a thing: its bars lie
Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Part:
    """One series: the code of its rows (empty: all rows), its column, first row, the row after the last, its colour.

    `bound` is true where the column is the low or high end of another one, to be drawn thin.
    """

    name: str
    column: str
    first: int
    last: int
    colour: str
    bound: bool = False


@dataclass(frozen=True)
class Legend:
    """Whether a legend is needed, and the places of the parts that are not named in it."""

    shown: bool
    unnamed: tuple[int, ...] = ()


def native(item: Item, rows: Rows) -> dict[str, Any]:
    """The native form of a chart that has one and something to draw; else empty."""
    found = item.get("native") or {}
    return found if found.get("x") and placed(item, rows)[0] else {}


def in_order(item: Item, rows: Rows) -> Rows:
    """The rows drawn, those of one series together, in the order of first appearance, the pooled series last.

    A row without a place on the axis (what is left over after the last week) is in the table alone, as in the pictures.
    """
    return _together(item, placed(item, rows)[0])


def all_in_order(item: Item, rows: Rows) -> Rows:
    """The rows of the table behind a chart: those drawn, then those that have no place on its axis."""
    drawn, others = placed(item, rows)
    return [*_together(item, drawn), *others]


def placed(item: Item, rows: Rows) -> tuple[Rows, Rows]:
    """The rows that have a place on the axis of a chart's native form, and the others."""
    x = (item.get("native") or {}).get("x")
    if not x:
        return rows, []
    place = at(item, x)
    return [row for row in rows if not is_missing(row[place])], [row for row in rows if is_missing(row[place])]


def _together(item: Item, rows: Rows) -> Rows:
    series = (item.get("native") or {}).get("series")
    if not series:
        return rows
    place = at(item, series)
    seen = {value: where for where, value in reversed(list(enumerate(row[place] for row in rows)))}
    return sorted(rows, key=lambda row: (row[place] == TOGETHER, seen[row[place]]))


def shape(item: Item) -> str:
    """What is drawn: `bar` (lying), `column`, `line` over names, `curve` over numbers, or `scatter`."""
    form, naming = item["native"]["form"], kind(item, item["native"]["x"]) in NAMING
    if form in ("line", "scatter"):
        # Lines of different lengths need their own x values, which a chart over names does not give them.
        return "line" if naming else "curve" if form == "line" else "scatter"
    return "bar" if naming else "column"


def parts(item: Item, rows: Rows) -> list[Part]:
    """The series of a chart in drawing order; rows of one series must stand together (`in_order`)."""
    return list(_parts(item, rows))


def _parts(item: Item, rows: Rows) -> Iterator[Part]:
    form, found = item["native"], stretches(item, rows)
    many = TOGETHER in [name for name, _, _ in found]
    ranked = form["form"] == "stacked_bar" and bool(form.get("series")) and kind(item, form["series"]) not in NAMING
    for place, (name, first, last) in enumerate(found):
        for offset, y in enumerate(form["y"]):
            own = _colour(name, y if len(form["y"]) > 1 else "", place + offset, many=many)
            yield Part(name, y, first, last, _step(place, len(found)) if ranked else own)
        ends = [form[end] for end in ("low", "high") if form.get(end)] if form["form"] == "line" else []
        if name in ("", TOGETHER):
            yield from (Part("", end, first, last, COLOURS[1] if name else PALE, bound=True) for end in ends)
        elif not many and len(found) <= FEW:
            own = _colour(name, "", place, many=many)
            yield from (Part(name, end, first, last, own, bound=True) for end in ends)


def legend(item: Item, rows: Rows) -> Legend:
    """No legend for one figure; of many lines only the one that stands for all is named, of bounds their series."""
    found = parts(item, rows)
    if any(part.name == TOGETHER for part in found):
        return Legend(shown=True, unnamed=tuple(at for at, part in enumerate(found) if part.name != TOGETHER))
    unnamed = tuple(at for at, part in enumerate(found) if part.bound and part.name)
    return Legend(shown=len(item["native"]["y"]) > 1 or bool(item["native"].get("series")), unnamed=unnamed)


def stretches(item: Item, rows: Rows) -> list[tuple[str, int, int]]:
    """Code, first and last row (after the end) of each series; one stretch without a code when there is none."""
    series = item["native"].get("series")
    if not series:
        return [("", 0, len(rows))]
    names = [str(row[at(item, series)]) for row in rows]
    return [(name, names.index(name), names.index(name) + names.count(name)) for name in dict.fromkeys(names)]


def own_names(item: Item, rows: Rows) -> list[str]:
    """What the bars are called where several rows have one name: each with what tells it apart; else empty."""
    x = item["native"]["x"]
    x_at, others = at(item, x), [found["name"] for found in item["columns"] if found["name"] not in item["native"]["y"]]
    if item["native"].get("series") or len({row[x_at] for row in rows}) == len(rows):
        return []
    more = next((name for name in others if len({(row[x_at], row[at(item, name)]) for row in rows}) == len(rows)), "")
    if not more:
        return []
    ends = ["" if row[at(item, more)] is None else " " + text(row[at(item, more)], kind(item, more)) for row in rows]
    return [text(row[x_at], kind(item, x)) + end for row, end in zip(rows, ends, strict=True)]


def series_name(item: Item, part: Part) -> str:
    """What a series is called, empty where all rows are one: a score says what it scores."""
    series = item["native"].get("series")
    if not part.name or kind(item, series) in NAMING:
        return label(part.name) if part.name else ""
    return f"{column(item, series)['label']} {part.name}"


def painting(item: Item) -> str:
    """The column of ranks that paints the cells of one score by another; empty where a chart is no such grid.

    Bars cannot say what this chart says: which cells have which rank.
    """
    form = item.get("native") or {}
    scores = [name for name in (form.get("x"), form.get("series")) if name]
    if len(scores) < 2 or len(form["y"]) != 1 or any(kind(item, name) != "score" for name in scores):
        return ""
    named = [found["name"] for found in item["columns"] if found["kind"] == "label"]
    paints = len(named) == 1 and all(row[at(item, named[0])] in RANKS for row in item["rows"])
    return named[0] if paints else ""


def error_bounds(item: Item, rows: Rows, y: str) -> tuple[list[float], list[float]] | None:
    """How far the interval reaches above and below each bar, in the chart's numbers; None where there is none.

    Only bars of one column have error bars; a missing bound reaches nowhere.
    """
    from crmlib.report.sheets import number  # which needs the views, which need the series

    form = item["native"]
    if not (form.get("low") and form.get("high") and len(form["y"]) == 1):
        return None
    middle, low, high = (at(item, name) for name in (y, form["low"], form["high"]))
    unit = kind(item, y)

    def distance(row: Sequence[Any], one: int, other: int) -> float:
        missing = row[one] is None or row[other] is None
        return 0.0 if missing else abs(number(row[one], unit) - number(row[other], unit))

    return [distance(row, high, middle) for row in rows], [distance(row, middle, low) for row in rows]


def at(item: Item, name: str) -> int:
    """The place of a column."""
    return [column["name"] for column in item["columns"]].index(name)


def column(item: Item, name: str) -> dict[str, Any]:
    """A column by its name."""
    found: dict[str, Any] = item["columns"][at(item, name)]
    return found


def kind(item: Item, name: str) -> str:
    """The kind of a column."""
    return str(column(item, name)["kind"])


def _colour(name: str, among: str, place: int, *, many: bool) -> str:
    """What the code of a series or its column `among` others means, else the next; beside one for all, pale."""
    if not many:
        return MEANING.get(name) or MEANING.get(among) or COLOURS[place % len(COLOURS)]
    return COLOURS[0] if name == TOGETHER else PALE


def _step(place: int, n: int) -> str:
    return RAMP[round(place * (len(RAMP) - 1) / (n - 1))] if n > 1 else DEEP
