"""Pictures as paper takes them: the same drawing in fewer steps, and letters that the house fonts have."""

from __future__ import annotations

import base64
from collections.abc import Callable
from xml.etree import ElementTree as ET

from crmlib import words
from crmlib.report import ruler

START = "data:image/svg+xml;base64,"
_SVG = "{http://www.w3.org/2000/svg}"
_RULE = "*{stroke-linejoin: round; stroke-linecap: butt}"  # the only one matplotlib writes
_ANCHORED = {"middle": 0.5, "end": 1.0}


def lightened(picture: str, shown: Callable[[str], str] = str) -> str:
    """A drawing of matplotlib with the groups, styles and anchors that only cost time written out.

    WeasyPrint visits every group, reads every `style` anew and makes a drawing of its own of every text that does not
    start at its place: half the time of a chart. What is no such drawing is left as it is.
    """
    if not picture.startswith(START):
        return picture
    try:
        root = ET.fromstring(base64.b64decode(picture.removeprefix(START)))  # noqa: S314 - drawn by ourselves
    except ET.ParseError:
        return picture
    plain = _without_rule(root)
    for element in root.iter():
        if element.text and element.tag == f"{_SVG}text":
            element.text = shown(element.text)
        if plain:
            _write_out(element)
    _flatten(root)
    return START + base64.b64encode(ET.tostring(root, encoding="unicode").encode()).decode()


def _without_rule(root: ET.Element) -> bool:
    """Whether styles may become attributes: there is no rule that would win over them."""
    holders = [parent for parent in root.iter() if parent.find(f"{_SVG}style") is not None]
    for parent in holders:
        rule = parent.find(f"{_SVG}style")
        if rule is None or (rule.text or "").strip() != _RULE:
            return False
        parent.remove(rule)
        root.attrib |= {"stroke-linejoin": "round", "stroke-linecap": "butt"}
    return True


def _write_out(element: ET.Element) -> None:
    given = element.attrib
    for part in filter(str.strip, given.pop("style", "").split(";")):
        name, _, value = part.partition(":")
        given[name.strip()] = value.strip()
    if given.get("transform", "").startswith("rotate(-0 "):
        del given["transform"]
    if element.tag == f"{_SVG}text" and not len(element):
        _start(element)


def _start(text: ET.Element) -> None:
    """Give a text in one size and weight the place where it starts, in place of where its middle or end is."""
    given = text.attrib
    share = _ANCHORED.get(given.get("text-anchor", ""))
    size = given.get("font-size", "").removesuffix("px")
    if not share or "font-weight" in given or not size.replace(".", "", 1).isdigit():
        return
    wide = ruler.width(text.text or "", words.speech().language) * float(size)
    given["x"] = f"{float(given.get('x', 0)) - share * wide:.2f}"
    del given["text-anchor"]


def _flatten(parent: ET.Element) -> None:
    """Put what a group of no look holds in its place."""
    for child in parent:
        _flatten(child)
    parent[:] = [kept for child in parent for kept in (child if _is_bare(child) else [child])]


def _is_bare(element: ET.Element) -> bool:
    return element.tag == f"{_SVG}g" and not set(element.attrib) - {"id"}
