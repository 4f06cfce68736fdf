"""What slides stand on: our own master with Yu Gothic and our colours, or a consultant's template file."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmlib.report import deck_clean
from crmlib.report.series import COLOURS

POINT = 12_700  # EMU
INK, QUIET, RULE = "18222E", "52606D", "C9D0D8"
FONTS = {"ja": ("Yu Gothic", "Yu Gothic"), "en": ("Arial", "Yu Gothic")}  # Latin letters, Japanese letters
THEME_FONTS = ("+mn-lt", "+mn-ea")
SIZE = (960.0, 540.0)  # 16:9
_EDGE, _FOOT = 36.0, 510.0
_TITLE = (_EDGE, 34.0, SIZE[0] - 2 * _EDGE, 62.0)
_PLACES = {
    "title": _TITLE, "ftr": (_EDGE, _FOOT, 760.0, 20.0), "sldNum": (SIZE[0] - _EDGE - 90, _FOOT, 90.0, 20.0),
}  # fmt: skip
_KEPT = {"title": "Title Slide", "secHead": "Section Header", "titleOnly": "Title Only"}
_OUTSIDE = ("extended-properties", "custom-properties", "thumbnail", "printerSettings", "customXml", "comments")


@dataclass(frozen=True)
class Box:
    """A place on a slide, in points."""

    left: float
    top: float
    width: float
    height: float

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height

    def emu(self) -> tuple[int, int, int, int]:
        """As PowerPoint counts."""
        return tuple(round(part * POINT) for part in (self.left, self.top, self.width, self.height))  # type: ignore[return-value]


def open_base(template: Path | None, language: str) -> Any:
    """An empty presentation: our own, or what is design of the template."""
    from pptx import Presentation

    if template is None:
        deck = Presentation()
        _ours(deck, language)
    else:
        deck = Presentation(io.BytesIO(deck_clean.clean(template.read_bytes())))
    _without_papers(deck)
    return deck


def layouts(deck: Any) -> tuple[Any, Any, Any]:
    """The layouts for the cover, a chapter and a page: those of these types, else the next best that has a title."""
    found = [layout for layout in deck.slide_layouts if title_of(layout) is not None]
    high = [layout for layout in found if _is_high(deck, layout)] or found
    page = _of_type(high, "titleOnly") or min(high, key=lambda layout: len(list(_contents(layout))))
    cover = _of_type(found, "title") or page
    return cover, _of_type(found, "secHead") or cover, page


def title_of(place: Any) -> Any:
    """The title of a layout or slide, None without one."""
    return next((shape for shape in place.placeholders if shape.placeholder_format.type in _titles()), None)


def place_of(place: Any, kind: str) -> Box | None:
    """Where a layout keeps its footer (`ftr`) or page number (`sldNum`)."""
    for shape in place.placeholders:
        if shape.element.ph.get("type") == kind and shape.width:
            return box_of(shape)
    return None


def box_of(shape: Any) -> Box:
    """The place of a shape; a placeholder without one of its own has that of the master."""
    return Box(*(float(part or 0) / POINT for part in (shape.left, shape.top, shape.width, shape.height)))


def _titles() -> tuple[Any, ...]:
    from pptx.enum.shapes import PP_PLACEHOLDER

    return (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.VERTICAL_TITLE)


def _contents(layout: Any) -> Iterator[Any]:
    return (shape for shape in layout.placeholders if shape.element.ph.get("type") not in ("dt", "ftr", "sldNum"))


def _is_high(deck: Any, layout: Any) -> bool:
    return box_of(title_of(layout)).bottom < 0.4 * deck.slide_height / POINT


def _of_type(found: list[Any], kind: str) -> Any:
    return next((layout for layout in found if layout.element.get("type") == kind), None)


def _ours(deck: Any, language: str) -> None:
    deck.slide_width, deck.slide_height = (round(part * POINT) for part in SIZE)
    for layout in list(deck.slide_layouts):
        if layout.element.get("type") not in _KEPT:
            deck.slide_layouts.remove(layout)
    master = deck.slide_master
    for place in [master, *deck.slide_layouts]:
        for shape in list(place.placeholders):
            _arrange(shape, place.element.get("type"))
    for place in deck.slide_layouts:
        for letters in place.element.xpath(".//@cap/.."):
            letters.attrib.pop("cap")  # a chapter is written as it is called, not in capitals
    _style(master.element)
    _theme(master, language)


def _arrange(shape: Any, layout: str | None) -> None:
    kind = shape.element.ph.get("type")
    if kind == "dt":
        shape.element.getparent().remove(shape.element)
        return
    if layout in ("title", "secHead"):
        places = {"ctrTitle": (_EDGE + 24, 150.0, 800.0, 110.0), "title": (_EDGE + 24, 110.0, 800.0, 90.0),
                  "subTitle": (_EDGE + 24, 280.0, 800.0, 110.0), "body": (_EDGE + 24, 215.0, 800.0, 250.0)}  # fmt: skip
    else:
        places = {"body": (_EDGE, 108.0, SIZE[0] - 2 * _EDGE, 390.0)}
    place = {**_PLACES, **places}.get(kind or "body")
    if place:
        shape.left, shape.top, shape.width, shape.height = Box(*place).emu()


def _style(master: Any) -> None:
    """Titles to the left, dark and bold, standing on the line under them; feet small."""
    for level in master.xpath("p:txStyles/p:titleStyle/a:lvl1pPr"):
        level.set("algn", "l")
    for text in master.xpath("p:txStyles/p:titleStyle/a:lvl1pPr/a:defRPr"):
        text.set("sz", "2200")
        text.set("b", "1")
    for body in master.xpath("p:cSld/p:spTree/p:sp[p:nvSpPr/p:nvPr/p:ph/@type='title']/p:txBody/a:bodyPr"):
        body.set("anchor", "b")
        for side in ("lIns", "rIns", "tIns", "bIns"):
            body.set(side, "0")


def _theme(master: Any, language: str) -> None:
    from pptx.opc.constants import RELATIONSHIP_TYPE

    part = master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    latin, asian = FONTS[language]
    colours = {"dk1": INK, "dk2": QUIET, "lt1": "FFFFFF", "lt2": "F3F4F6", "hlink": "17497A", "folHlink": "52606D"}
    colours |= {f"accent{place}": colour.lstrip("#") for place, colour in enumerate(COLOURS, start=1)}
    text = part.blob.decode("utf-8")
    for name, colour in colours.items():
        text = re.sub(
            rf"<a:{name}>.*?</a:{name}>", f'<a:{name}><a:srgbClr val="{colour}"/></a:{name}>', text, flags=re.DOTALL
        )
    text = re.sub(r'(<a:m(?:aj|in)orFont>)<a:latin typeface="[^"]*"/><a:ea typeface="[^"]*"/>',
                  rf'\1<a:latin typeface="{latin}"/><a:ea typeface="{asian}"/>', text)  # fmt: skip
    text = text.replace('script="Jpan" typeface="ＭＳ Ｐゴシック"', f'script="Jpan" typeface="{asian}"')
    part._blob = text.encode("utf-8")


def _without_papers(deck: Any) -> None:
    """Who made the template with what, its thumbnail and its printer are nobody's business."""
    package = deck.part.package
    for owner in (package._rels, deck.part.rels):
        for key, relation in list(owner.items()):
            if any(name in relation.reltype for name in _OUTSIDE):
                owner.pop(key)
