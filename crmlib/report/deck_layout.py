"""A deck being made: slides with a title, texts that fit their box, feet, and a file with the same bytes every time."""

from __future__ import annotations

import functools
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from html import escape
from pathlib import Path
from typing import Any

from crmlib.report import deck_text
from crmlib.report.deck_base import (
    FONTS,
    POINT,
    RULE,
    THEME_FONTS,
    Box,
    box_of,
    layouts,
    open_base,
    place_of,
    title_of,
)
from crmlib.report.sheets import clean

LANGUAGES = {"ja": "ja-JP", "en": "en-US"}
TITLE_SIZES = (22, 20, 18, 16, 14)
SMALL = 9.0  # no letters of a slide are smaller
_NS = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_MINUS = re.compile(r"(?:^|(?<=[\s（(〜～~、，はがで：:]))-(?=\d)")
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Look:
    """How letters look: size, weight, and a theme colour (`tx1`) or one of their own (`D9722C`)."""

    size: float
    bold: bool = False
    colour: str = "tx1"


@dataclass
class Deck:
    """The presentation, the fonts and colours of its texts, and where a page keeps what."""

    deck: Any
    language: str
    fonts: tuple[str, str]
    own: bool
    cover: Any = None
    chapter: Any = None
    page: Any = None
    numbers: int = field(default=0)

    @classmethod
    def open(cls, template: Path | None, language: str) -> Deck:
        """An empty deck on our own master, or on a template's."""
        base = open_base(template, language)
        made = cls(base, language, FONTS[language] if template is None else THEME_FONTS, own=template is None)
        made.cover, made.chapter, made.page = layouts(base)
        return made

    @functools.cached_property
    def size(self) -> Box:
        """The whole slide."""
        return Box(0, 0, self.deck.slide_width / POINT, self.deck.slide_height / POINT)

    @functools.cached_property
    def title(self) -> Box:
        """Where the title of a page stands."""
        return box_of(title_of(self.page))

    @functools.cached_property
    def body(self) -> Box:
        """What is left of a page between its title and its foot."""
        feet = [place for kind in ("ftr", "sldNum", "dt") if (place := place_of(self.page, kind))]
        low = [place.top for place in feet if place.top > 0.75 * self.size.height]
        title, bottom = self.title, min([*low, self.size.height - 30])
        return Box(title.left, title.bottom + 6, title.width, bottom - title.bottom - 10)

    def slide(self, layout: Any, title: str) -> Any:
        """A slide with its title, as large as its box takes; other empty boxes of the layout are taken away."""
        slide = self.deck.slides.add_slide(layout)
        self.numbers += 1
        holder = title_of(slide)
        for shape in list(slide.placeholders):
            if shape.element is not holder.element:
                shape.element.getparent().remove(shape.element)
        box = box_of(holder)
        sizes = self._title_sizes()
        said = deck_text.one_line(title)
        size = deck_text.largest([said], box.width, box.height, sizes) or sizes[-1]
        most = max(1, int(box.height / (size * deck_text.LEADING)))
        self.write(holder.text_frame, [(deck_text.cut(said, box.width, size, most), Look(size, bold=self.own))])
        return slide

    def _title_sizes(self) -> Sequence[float]:
        styled = self.deck.slide_master.element.xpath("p:txStyles/p:titleStyle/a:lvl1pPr/a:defRPr/@sz")
        usual = int(styled[0]) / 100 if styled else 28
        return TITLE_SIZES if self.own else [size for size in (28, 24, *TITLE_SIZES) if size <= usual] or [usual]

    def text(
        self, slide: Any, box: Box, parts: Sequence[tuple[str, Look]], *, side: str = "l", anchor: str = "t"
    ) -> Any:
        """A text box without a frame; each part is a paragraph."""
        shape = slide.shapes.add_textbox(*box.emu())
        self.write(shape.text_frame, parts, side=side, anchor=anchor)
        return shape

    def write(
        self, frame: Any, parts: Sequence[tuple[str, Look]], *, side: str = "l", anchor: str = "", gap: float = 0
    ) -> None:
        """Replace the text of a frame; lines are as high as we reckon, in every program."""
        from pptx.oxml import parse_xml

        body = frame._txBody
        for old in body.p_lst:
            body.remove(old)
        for text, look in parts:
            said = _MINUS.sub("\u2212", text)  # a hyphen is parted from its number at the end of a line
            body.append(parse_xml(self.paragraph(said, look, side=side, gap=gap, outer=True)))
        frame.word_wrap = True
        if anchor:
            body.bodyPr.set("anchor", anchor)
            for edge in ("lIns", "rIns", "tIns", "bIns"):
                body.bodyPr.set(edge, "0")

    def paragraph(self, text: str, look: Look, *, side: str = "l", gap: float = 0, outer: bool = False) -> str:
        """A paragraph as XML."""
        space = f'<a:spcAft><a:spcPts val="{round(gap * 100)}"/></a:spcAft>' if gap else ""
        lead = f'<a:lnSpc><a:spcPts val="{round(look.size * deck_text.LEADING * 100)}"/></a:lnSpc>'
        runs = "<a:br/>".join(self.run(line, look) for line in text.split("\n")) if text else ""
        # An empty paragraph is as high as its own letters would be, else as those of the master.
        runs += f'<a:endParaRPr lang="{LANGUAGES[self.language]}" sz="{round(look.size * 100)}"/>'
        head = f"<a:p {_NS}>" if outer else "<a:p>"
        return f'{head}<a:pPr algn="{side}" marL="0" indent="0">{lead}{space}<a:buNone/></a:pPr>{runs}</a:p>'

    def run(self, text: str, look: Look) -> str:
        """A run as XML: its language, size, colour, and the fonts of both scripts."""
        other = LANGUAGES["en" if self.language == "ja" else "ja"]
        kind = "schemeClr" if look.colour.startswith(("tx", "bg", "accent")) else "srgbClr"
        return (
            f'<a:r><a:rPr lang="{LANGUAGES[self.language]}" altLang="{other}" sz="{round(look.size * 100)}"'
            f' b="{int(look.bold)}"><a:solidFill><a:{kind} val="{look.colour}"/></a:solidFill>{self.font()}</a:rPr>'
            f"<a:t>{escape(clean(text))}</a:t></a:r>"
        )

    def font(self) -> str:
        """The fonts of Latin and Japanese letters as XML."""
        latin, asian = self.fonts
        return f'<a:latin typeface="{latin}"/><a:ea typeface="{asian}"/>'

    def foot(self, slide: Any, text: str) -> None:
        """Client and base date at the foot of a slide, and its number as a field that follows when slides move."""
        low = self.size.height - 26
        left = place_of(slide.slide_layout, "ftr") or Box(self.title.left, low, 0.75 * self.title.width, 18)
        right = place_of(slide.slide_layout, "sldNum")
        right = right or Box(self.title.left + self.title.width - 80, low, 80, 18)
        said = deck_text.cut(text, left.width, SMALL)
        self._foot(slide, left, "ftr", self.run(said, Look(SMALL, colour="tx2" if self.own else "tx1")), "l")
        look = Look(SMALL, colour="tx2" if self.own else "tx1")
        number = self.run(str(self.numbers), look).replace("<a:r>", "").replace("</a:r>", "")
        field_ = f'<a:fld id="{{C1FF6DA9-008F-8B48-92A6-B652298478BF}}" type="slidenum">{number}</a:fld>'
        self._foot(slide, right, "sldNum", field_, "r")

    def _foot(self, slide: Any, box: Box, kind: str, inner: str, side: str) -> None:
        from pptx.oxml import parse_xml

        shape = slide.shapes.add_textbox(*box.emu())
        layout = [found for found in slide.slide_layout.placeholders if found.element.ph.get("type") == kind]
        if layout:
            # The layout's own placeholder: a consultant moves or hides all of them at once.
            place = shape.element.nvSpPr.nvPr
            index = layout[0].element.ph.get("idx")
            place.append(parse_xml(
                f'<p:ph xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" type="{kind}"'
                f' sz="quarter" idx="{index}"/>'
            ))  # fmt: skip
            shape.element.nvSpPr.cNvSpPr.attrib.pop("txBox", None)
        body = shape.text_frame._txBody
        for old in body.p_lst:
            body.remove(old)
        body.append(parse_xml(f'<a:p {_NS}><a:pPr algn="{side}"/>{inner}</a:p>'))
        for edge in ("lIns", "rIns", "tIns", "bIns"):
            body.bodyPr.set(edge, "0")
        body.bodyPr.set("anchor", "ctr")
        body.bodyPr.set("wrap", "square")

    def rule(self, slide: Any, top: float, colour: str = RULE) -> None:
        """A thin line across the page, which says nothing to a screen reader."""
        from pptx.dml.color import RGBColor

        left, wide = round(self.title.left * POINT), round(self.title.width * POINT)
        line = slide.shapes.add_connector(1, left, round(top * POINT), left + wide, round(top * POINT))
        line.line.color.rgb = RGBColor.from_string(colour)
        line.line.width = POINT
        line.element.nvCxnSpPr.cNvPr.set("descr", "")
        for style in line.element.xpath("p:style"):  # its shadow
            line.element.remove(style)

    def save(self, path: Path, *, title: str, subject: str, made: date) -> Path:
        """Write the file: no name of a person or a machine in it, and the same bytes for the same report."""
        told = self.deck.core_properties
        moment = datetime.combine(made, time())
        told.title, told.subject, told.created, told.modified = clean(title)[:255], clean(subject)[:255], moment, moment
        told.author = told.last_modified_by = "crmlib"
        told.keywords = told.comments = told.category = told.content_status = told.identifier = told.version = ""
        told.language, told.revision = LANGUAGES[self.language], 1
        raw = io.BytesIO()
        self.deck.save(raw)
        path.write_bytes(fixed(raw.getvalue()))
        return path


def fixed(blob: bytes) -> bytes:
    """The same package with the same dates on every run."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(blob)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        if len(set(map(str.lower, names))) < len(names):
            raise ValueError("Two parts of the deck have one name: PowerPoint would not open it.")
        for name in names:
            told = zipfile.ZipInfo(name, _ZIP_DATE)
            told.compress_type, told.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            new.writestr(told, old.read(name))
    return made.getvalue()


def name(shape: Any, said: str, alt: str) -> None:
    """Name a shape, and say to those who cannot see it what it shows."""
    told = shape._element.xpath(".//p:cNvPr")[0]
    told.set("name", clean(said)[:80])
    told.set("descr", deck_text.one_line(alt)[:1000])
