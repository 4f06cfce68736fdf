"""RFM cuts at the desk: change the bounds of the scores, see grid and segments at once, copy the lines to keep."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.analysis import rfm
from crmlib.analysis.rfm import Cuts, Rule

if TYPE_CHECKING:
    from ipywidgets import BoundedFloatText, VBox
    from pandas import DataFrame

# Measure: the notebook's parameter that holds its bounds, and the scores they are the upper bounds of.
PARAMETERS = {"recency_days": "r_cuts", "n_orders": "f_cuts", "amount": "m_cuts"}
SCORES = {
    "recency_days": ("R5", "R4", "R3", "R2"),
    "n_orders": ("F1", "F2", "F3", "F4"),
    "amount": ("M1", "M2", "M3", "M4"),
}
SEGMENT_COLUMNS = ["segment", "n_customers", "share_customers", "n_orders", "amount", "share_amount"]
Bounds = dict[str, list[float]]


def cuts(customers: DataFrame, *, cuts: Cuts, rules: Sequence[Rule], desk: bool = False) -> None:
    """Show the R x F grid and the segments under fixed cuts; at the desk the cuts can be changed.

    Args:
        customers: of `analysis.aggregates.customer_table`; used are recency_days, n_orders, amount (smallest unit).
        cuts: the bounds to begin with, money in the smallest unit.
        rules: the table of segments.
        desk: True shows text boxes for the twelve bounds and the lines for the client file; False shows plain tables
            and makes no widget.

    Raises:
        ValueError: a column is missing, or the rules leave a cell of scores without a segment.
    """
    from IPython.display import HTML, display

    bounds = _bounds(cuts)
    display(_panel(customers, bounds, rules) if desk else HTML(tables(customers, bounds, rules)))


def tables(customers: DataFrame, bounds: Bounds, rules: Sequence[Rule]) -> str:
    """The grid of customers by R and F score, and the segments, as HTML."""
    segmented = rfm.assign_segments(rfm.score(customers, cuts=_cuts(bounds)), rules=rules)
    return _grid_html(rfm.rf_grid(segmented)) + _segments_html(rfm.segment_table(segmented))


def answer(customers: DataFrame, bounds: Bounds, rules: Sequence[Rule]) -> str:
    """What the panel shows for these bounds: one sentence where they do not increase, else the tables and the lines."""
    wrong = refusal(bounds)
    if wrong:
        return f'<p role="alert">{escape(wrong)}</p>'
    copy = words.translate("To keep these cuts, copy these lines into the client file:")
    return f"{tables(customers, bounds, rules)}<p>{escape(copy)}</p><pre>{escape(lines(bounds))}</pre>"


def refusal(bounds: Bounds) -> str:
    """One sentence about the first measure whose bounds do not increase; empty when all do.

    Example:
        >>> _ = words.speak("en")
        >>> refusal({"recency_days": [30, 60, 60, 365]})
        'Days since last order: the four upper bounds must increase from left to right, given are 30, 60, 60, 365.'
    """
    for measure, values in bounds.items():
        if any(round(low, 2) >= round(high, 2) for low, high in pairwise(values)):
            sentence = words.say(
                "{measure}: the four upper bounds must increase from left to right, given are {given}.",
                measure=words.column(measure).label,
                given=", ".join(map(_plain, values)),
            )
            return sentence.text()
    return ""


def lines(bounds: Bounds) -> str:
    """The section of the client file that holds these bounds, as YAML.

    Example:
        >>> print(lines({"recency_days": [30, 60, 180, 365]}))
        rfm:
          scoring: fixed
          r_cuts: [30, 60, 180, 365]
    """
    rows = [f"  {PARAMETERS[measure]}: [{', '.join(map(_plain, values))}]" for measure, values in bounds.items()]
    return "\n".join(["rfm:", "  scoring: fixed", *rows])


def _panel(customers: DataFrame, bounds: Bounds, rules: Sequence[Rule]) -> VBox:
    from ipywidgets import Output, VBox

    boxes = {measure: _boxes(measure, values) for measure, values in bounds.items()}
    output, spoken = Output(), words.speech()

    def draw(_change: object = None) -> None:
        # The browser's answer comes in a context of its own, which has not heard the language.
        words.speak(spoken.language, spoken.currency)
        now = {measure: [float(box.value) for box in row] for measure, row in boxes.items()}
        output.outputs = (_as_output(answer(customers, now, rules)),)

    for row in boxes.values():
        for box in row:
            box.observe(draw, names="value")
    draw()
    return VBox([*(_row(measure, row) for measure, row in boxes.items()), output])


def _boxes(measure: str, values: list[float]) -> list[BoundedFloatText]:
    from ipywidgets import BoundedFloatText, BoundedIntText, Layout

    # Only at Enter or when the box is left: no drawing at every key.
    whole = measure != "amount" or words.minor_digits(words.speech().currency) == 0
    kind, shape = BoundedIntText if whole else BoundedFloatText, Layout(width="10em")
    how: dict[str, Any] = {"min": 0, "max": 10**12, "continuous_update": False, "layout": shape}
    numbers = [int(value) if whole else value for value in values]
    tops = zip(SCORES[measure], numbers, strict=True)
    return [
        kind(value=number, description=f"{score} ≤", style={"description_width": "2.8em"}, **how)
        for score, number in tops
    ]


def _row(measure: str, boxes: list[BoundedFloatText]) -> Any:
    from ipywidgets import HBox, Label, Layout

    return HBox([Label(words.column(measure).header, layout=Layout(width="17em")), *boxes])


def _as_output(html: str) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {"text/plain": "", "text/html": html}, "metadata": {}}


def _bounds(cuts: Cuts) -> Bounds:
    """The bounds as people write them: money in the currency, not in its smallest unit."""
    cents = 10 ** words.minor_digits(words.speech().currency)
    money = [bound / cents for bound in cuts.amount]
    return {"recency_days": list(cuts.recency_days), "n_orders": list(cuts.orders), "amount": money}


def _cuts(bounds: Bounds) -> Cuts:
    cents = 10 ** words.minor_digits(words.speech().currency)
    money = [round(bound * cents) for bound in bounds["amount"]]
    return Cuts(recency_days=bounds["recency_days"], orders=bounds["n_orders"], amount=money)


def _plain(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else str(round(number, 2))


def _grid_html(grid: DataFrame) -> str:
    """Five rows of R from 5 down, five columns of F from 1 up: customers, and their share as the shade of the cell."""
    cells = {(row["r"], row["f"]): row for row in grid.to_dict("records")}
    most = max(row["n_customers"] for row in cells.values()) or 1
    scores = [1, 2, 3, 4, 5]
    heads = "".join(f'<th scope="col">F {score}</th>' for score in scores)
    rows = [
        f'<tr><th scope="row">R {r}</th>{"".join(_cell_html(cells[r, f], most) for f in scores)}</tr>'
        for r in reversed(scores)
    ]
    caption = words.translate("Customers by R and F score")
    return f"<table><caption>{escape(caption)}</caption><tr><td></td>{heads}</tr>{''.join(rows)}</table>"


def _cell_html(cell: dict[Any, Any], most: int) -> str:
    shade = 0.5 * cell["n_customers"] / most
    n, share = words.text(cell["n_customers"], "customers"), words.text(cell["share_customers"], "share")
    return f'<td style="text-align:right;background:rgba(108,164,210,{shade:.2f})">{n}<br><small>{share}</small></td>'


def _segments_html(segments: DataFrame) -> str:
    columns = [words.column(name) for name in SEGMENT_COLUMNS]
    heads = "".join(f'<th scope="col">{escape(column.header)}</th>' for column in columns)
    rows = [
        "<tr>"
        + "".join(f"<td>{escape(words.text(row[column.name], column.kind))}</td>" for column in columns)
        + "</tr>"
        for row in segments.to_dict("records")
    ]
    caption = words.translate("Segments by customers, orders and sales")
    return f"<table><caption>{escape(caption)}</caption><tr>{heads}</tr>{''.join(rows)}</table>"
