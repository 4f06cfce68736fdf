"""What every panel is made of: controls, one view that is drawn anew at each change, and the way into the client file.

A panel aggregates once, when it is opened, and moves on the aggregates: `draw` gets the values of the controls and
returns HTML. Headless the view of the first values is displayed and no widget is made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.errors import UserError
from crmlib.words import N_

if TYPE_CHECKING:
    from pathlib import Path

    from ipywidgets import VBox

    from crmlib.client import Client
    from crmlib.keep import Draft
    from crmlib.panels.controls import Control, Values


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One question with its controls.

    Attributes:
        title: what is tried here. controls: in the order they are walked through with the tab key.
        draw: the values of the controls in, the HTML of figures, chart and sentence out.
        refuse: one sentence about values that do not go together; empty where they do.
        notebook: whose parameters they are. keep: the values as parameters of that notebook; None keeps nothing.
        copy, draft: what is to be pasted, and how the button changes the client file, where it is no parameter.
    """

    title: str
    controls: tuple[Control, ...]
    draw: Callable[[Values], str]
    refuse: Callable[[Values], str] = lambda _values: ""
    notebook: str = ""
    keep: Callable[[Values], dict[str, Any]] | None = None
    copy: Callable[[Values], str] | None = None
    draft: Callable[[Path, Values], Draft] | None = None

    @property
    def values(self) -> Values:
        """What the controls begin with."""
        return {control.name: control.value for control in self.controls}


def show(panel: Panel, *, client: Client | None = None, desk: bool = False, writable: bool = True) -> None:
    """Display a panel: with controls at the desk, else what its first values give, as plain HTML.

    Args:
        panel: what to show.
        client: whose file the button writes to; without one there is no button.
        desk: True makes widgets.
        writable: False leaves out the lines for the client file and the button, for a page shown to a client.
    """
    from IPython.display import HTML, display

    display(_desk(panel, client if writable else None, writable) if desk else HTML(view(panel, panel.values)))


def box(panel: Panel, *, client: Client | None = None, writable: bool = True) -> VBox:
    """The widgets of a panel, for a panel that stands within another."""
    return _desk(panel, client if writable else None, writable)


def view(panel: Panel, values: Values) -> str:
    """What a panel shows for these values; one sentence where they do not go together."""
    if wrong := panel.refuse(values):
        return _alert(wrong)
    try:
        return panel.draw(values)
    except ValueError as error:
        # An analysis says in its error what it was given and what it allows.
        return _alert(str(error))


def lines(notebook: str, parameters: dict[str, Any]) -> str:
    """The section of the client file that holds these parameters, as YAML.

    Example:
        >>> print(lines("rfm", {"scoring": "fixed", "r_cuts": [30, 60, 180, 365]}))
        rfm:
          scoring: fixed
          r_cuts: [30, 60, 180, 365]
    """
    from crmlib.keep import literal

    return "\n".join([f"{notebook}:", *(f"  {name}: {literal(value)}" for name, value in parameters.items())])


def _alert(sentence: str) -> str:
    return f'<p role="alert">{escape(sentence)}</p>'


def _desk(panel: Panel, client: Client | None, writable: bool) -> VBox:
    from ipywidgets import HTML, Output, VBox

    from crmlib.panels import controls

    boxes = controls.widgets(panel.controls)
    output, below, spoken = Output(), HTML(), words.speech()

    def values() -> Values:
        return {name: box.value for name, box in boxes.items()}

    def draw(_change: object = None) -> None:
        # The browser's answer comes in a context of its own, which has not heard the language.
        words.speak(spoken.language, spoken.currency)
        output.outputs = (_as_output(view(panel, values())),)
        below.value = _to_copy(panel, values()) if writable else ""

    for box in boxes.values():
        box.observe(draw, names="value")
    draw()
    heading = HTML(f"<h4>{escape(panel.title)}</h4>")
    ends = _button(panel, client, values) if client and (panel.keep or panel.draft) else []
    return VBox([heading, *controls.rows(panel.controls, boxes), output, below, *ends])


def _to_copy(panel: Panel, values: Values) -> str:
    if (panel.keep is None and panel.copy is None) or panel.refuse(values):
        return ""
    told = panel.copy(values) if panel.copy else lines(panel.notebook, panel.keep(values) if panel.keep else {})
    copy = words.translate(N_("To keep these settings, copy these lines into the client file:"))
    return f"<p>{escape(copy)}</p><pre>{escape(told)}</pre>"


def _button(panel: Panel, client: Client, values: Callable[[], Values]) -> Sequence[Any]:
    from ipywidgets import HTML, Button, Layout

    shape = Layout(width="auto", align_self="flex-start")
    button = Button(description=words.translate(N_("Write to the client file")), layout=shape)
    told, spoken = HTML(), words.speech()

    def press(_button: object) -> None:
        words.speak(spoken.language, spoken.currency)
        told.value = written(panel, client, values())

    button.on_click(press)
    return button, told


def written(panel: Panel, client: Client, values: Values) -> str:
    """Write the parameters into the client file and say, as HTML, which lines have changed."""
    from crmlib import keep

    if wrong := panel.refuse(values):
        return _alert(wrong)
    try:
        draft = panel.draft(client.path, values) if panel.draft else keep.draft(
            client.path, {panel.notebook: panel.keep(values) if panel.keep else {}}
        )  # fmt: skip
        keep.write(draft)
    except UserError as error:
        return _alert(str(error))
    if not draft.diff:
        said = words.say(N_("{file:text} says so already; nothing was changed."), file=client.path.name)
        return f'<p role="status">{escape(said.text())}</p>'
    told = N_("Written to {file:text}; copies of notebooks keep their parameters until `crm lab` is started again.")
    said = words.say(told, file=client.path.name)
    return f'<p role="status">{escape(said.text())}</p><pre>{escape(draft.diff)}</pre>'


def _as_output(html: str) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {"text/plain": "", "text/html": html}, "metadata": {}}
