"""PowerPoint's own sections, so that a long deck can be folded and moved chapter by chapter."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import quoteattr

from crmlib.report.sheets import clean

_URI = "{521415D9-36F7-43E2-AB2F-B90AF26B5E84}"
_NS = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    ' xmlns:p14="http://schemas.microsoft.com/office/powerpoint/2010/main"'
)


@dataclass(frozen=True)
class Stretch:
    """A chapter by its name, and how many slides stand before it."""

    name: str
    before: int


def write_sections(deck: Any, stretches: list[Stretch]) -> None:
    """Write one section a chapter; the same deck has the same ids."""
    from pptx.oxml import parse_xml

    ids = [slide.id for slide in deck.slides._sldIdLst]
    ends = [stretch.before for stretch in stretches[1:]] + [len(ids)]
    parts = "".join(
        _section(place, stretch.name, ids[stretch.before : end])
        for place, (stretch, end) in enumerate(zip(stretches, ends, strict=True))
    )
    made = parse_xml(f'<p:extLst {_NS}><p:ext uri="{_URI}"><p14:sectionLst>{parts}</p14:sectionLst></p:ext></p:extLst>')
    for old in deck.element.xpath("p:extLst"):
        deck.element.remove(old)
    deck.element.append(made)


def _section(place: int, name: str, ids: list[int]) -> str:
    slides = "".join(f'<p14:sldId id="{number}"/>' for number in ids)
    key = str(uuid.uuid5(uuid.NAMESPACE_OID, f"crmlib {place}")).upper()
    return (
        f'<p14:section name={quoteattr(clean(name))} id="{{{key}}}"><p14:sldIdLst>{slides}</p14:sldIdLst></p14:section>'
    )
