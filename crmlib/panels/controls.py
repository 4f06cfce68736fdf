"""The controls of a panel as data, and the widgets they become at the desk; each works with the keyboard alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

Values = dict[str, Any]
JAPANESE = "\u2e80"
KINDS = ("whole", "number", "slider", "choice", "tick", "text")


@dataclass(frozen=True, kw_only=True)
class Control:
    """One value that can be changed.

    Attributes:
        name: its key among the values. label: beside it. value: to begin with.
        kind: whole or number (a box), slider (a whole number, or a number where `step` is one), choice (a list),
            tick (yes or no), text.
        low, high, step: of a number; high None is open. choices: (label, value) of a list.
        row: controls of one row stand beside one another behind this label; without it, one a line.
        width: of the box, as CSS. label_width: of the label before it, where it stands in a row.
        above: its row's label stands above the row, for boxes that are as wide as the label.
        only: name and value of the control that its row belongs to: with another value there the row is not shown.
    """

    name: str
    label: str
    value: Any
    kind: str = "number"
    low: float = 0
    high: float | None = None
    step: float = 1
    choices: Sequence[tuple[str, Any]] = ()
    row: str = ""
    width: str = ""
    label_width: str = "2.8em"
    above: bool = False
    only: tuple[str, Any] | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind == {self.kind!r}, must be one of {', '.join(KINDS)}.")


def widgets(controls: Sequence[Control]) -> dict[str, Any]:
    """A widget for each control, by name; a box answers at Enter or when it is left, not at every key."""
    return {control.name: _widget(control) for control in controls}


def rows(controls: Sequence[Control], boxes: dict[str, Any]) -> list[Any]:
    """The widgets in their rows, each behind its row's label."""
    from ipywidgets import HBox, Label, Layout

    found = []
    for label, members in groupby(controls, key=lambda control: control.row):
        each = [*members]
        own = [boxes[control.name] for control in each]
        named = [Label(label, layout=Layout(width="100%" if each[0].above else "17em"))] if label else []
        found.append(HBox([*named, *own], layout=Layout(flex_flow="row wrap")))
        if each[0].only:
            _show_only(found[-1], boxes[each[0].only[0]], each[0].only[1])
    return found


def _show_only(row: Any, box: Any, value: Any) -> None:
    def follow(_change: object = None) -> None:
        row.layout.display = None if box.value == value else "none"

    box.observe(follow, names="value")
    follow()


def _widget(control: Control) -> Any:
    import ipywidgets as w

    shape = w.Layout(width=control.width or _width(control))
    given: dict[str, Any] = {"value": control.value, "description": control.label, "layout": shape}
    if control.row:
        given["style"] = {"description_width": control.label_width}
    else:
        given["style"] = {"description_width": "initial"}
    if control.kind == "choice":
        return w.Dropdown(options=list(control.choices), **given)
    if control.kind == "tick":
        return w.Checkbox(indent=False, **given)
    if control.kind == "text":
        return w.Text(continuous_update=False, **given)
    bounds = {"min": control.low, "max": 10**12 if control.high is None else control.high, "step": control.step}
    whole = isinstance(control.value, int) and float(control.step).is_integer()
    kinds = {"slider": (w.FloatSlider, w.IntSlider), "whole": (w.BoundedIntText,) * 2}
    kind = kinds.get(control.kind, (w.BoundedFloatText,) * 2)[whole]
    return kind(continuous_update=False, **bounds, **given)


def _width(control: Control) -> str:
    """Room for a box behind its label; a label behind which no box fits would leave none to type in."""
    if control.row or control.kind not in _ROOMS:
        return _WIDTHS[control.kind]
    letter = 1.0 if control.label[:1] > JAPANESE else 0.6
    return f"{len(control.label) * letter + _ROOMS[control.kind]:.0f}em"


_ROOMS = {"whole": 9, "number": 9, "slider": 18}  # em of what stands behind a label
_WIDTHS = {"whole": "10em", "number": "10em", "slider": "30em", "choice": "22em", "tick": "auto", "text": "22em"}
