"""What the lesson says of an answer, a hint or a solution: as plain text, and as HTML for the notebook."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from crmlib import words
from crmlib.words import N_, Sentence, say
from crmlib.workshop.exercise import UNKNOWN, Exercise, Outcome, mistake_label

MARKS = {"right": "○", "wrong": "×", "not_tried": "–"}
HEADS = {"right": N_("Right"), "wrong": N_("Not right"), "not_tried": N_("Not yet tried")}
# Colour is never the only sign, and it is the border's: the text stays readable on a light and on a dark desk.
INKS = {"right": "#2e9e63", "wrong": "#d9534f", "not_tried": "#8a96a3", "told": "#3b82c4"}
GREY = "rgba(128,128,128,.13)"
SHOWN_IDS = 5


@dataclass(frozen=True)
class Said:
    """One thing said, as text and as HTML."""

    text: str
    html: str


def outcome(found: Outcome) -> Said:
    """Right, not right with the mistake's name and why, or not yet tried."""
    head = f"{MARKS[found.status]} {words.translate(HEADS[found.status])}"
    if name := "" if found.mistake == UNKNOWN else mistake_label(found.mistake):
        head += words.translate(N_(" ({mistake})")).format(mistake=name)
    return _said(found.status, head, [found.said.text(), *(_also(name, reason) for name, reason in found.also)])


def _also(name: str, reason: Sentence) -> str:
    told = N_("Or another mistake, which gives the same figure here ({mistake}): {reason}")
    return words.translate(told).format(mistake=mistake_label(name), reason=reason.text())


def hint(hints: tuple[str, ...], shown: int) -> Said:
    """The hint after those shown, or that there is none left."""
    if shown >= len(hints):
        return _said("told", words.translate(N_("Hint")), [words.translate(N_("There is no further hint."))])
    head = say(N_("Hint {i:count} of {n:count}"), i=shown + 1, n=len(hints)).text()
    return _said("told", head, [words.translate(hints[shown])])


def sentence(found: Sentence) -> Said:
    """A sentence to say in the meeting."""
    return _said("told", words.translate(N_("To say in the meeting")), [found.text()])


def plain(text: str) -> Said:
    """A text as it stands in a file."""
    style = f"margin:.4em 0;padding:.5em .8em;background:{GREY};color:inherit;overflow-x:auto;white-space:pre"
    return Said(text, f'<pre style="{style}">{escape(text)}</pre>')


def solution(exercise: Exercise, code: str, value: Any) -> Said:
    """The code, what it gives, and why."""
    gives = f"{exercise.id} = {value_text(value, exercise.kind)}"
    head, why = words.translate(N_("Solution")), words.translate(exercise.why)
    lines = [gives, why]
    style = f"margin:.4em 0;padding:.5em .8em;background:{GREY};color:inherit;white-space:pre-wrap"
    box = f'<pre style="{style}">{escape(code)}</pre>'
    plain = "\n".join(filter(None, [head, code, *lines]))
    return Said(plain, _box("told", head, [box if code else "", *map(_line, lines)]))


def value_text(value: Any, kind: str) -> str:
    """A value as a reader of the lesson sees it."""
    if kind == "choice":
        return str(value)
    if kind == "ids":
        ids = sorted(map(str, value))
        told = ", ".join(ids[:SHOWN_IDS]) + (", …" if len(ids) > SHOWN_IDS else "")
        return say(N_("{n:count} ids: {ids:text}"), n=len(ids), ids=told).text()
    if kind == "table":
        return str(value)
    if kind == "money" and not words.is_missing(value):
        # A sentence may round to 万; who compares an answer needs every yen.
        return f"{words.text(value, kind)}{'' if words.speech().language == 'ja' else ' '}{words.unit(kind)}"
    return words.MISSING if words.is_missing(value) else words.phrase(value, kind)


def _said(ink: str, head: str, lines: list[str]) -> Said:
    return Said("\n".join([head, *lines]), _box(ink, head, [_line(line) for line in lines]))


def _line(text: str) -> str:
    return f'<div style="margin-top:.2em;white-space:pre-wrap">{escape(text)}</div>'


def _box(ink: str, head: str, lines: list[str]) -> str:
    colour = INKS[ink]
    style = f"border-left:4px solid {colour};padding:.5em .9em;margin:.4em 0;max-width:46em;line-height:1.6"
    top = f'<div style="font-weight:600">{escape(head)}</div>'
    return f'<div class="crm-lesson crm-{ink}" style="{style}">{top}{"".join(lines)}</div>'
