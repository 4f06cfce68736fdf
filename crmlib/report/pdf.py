"""The whole report as a tagged PDF (PDF/UA), drawn by WeasyPrint in the house fonts; nothing is fetched."""

from __future__ import annotations

import gc
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlib.report import paper, ruler

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crmlib.report.publish import ReportInput
    from crmlib.report.read import Item

NO_FONTS = Path(__file__).parent / "templates" / "paper_fonts.conf"


def write_pdf(run: ReportInput, items: dict[str, list[Item]], path: Path) -> Path:
    """Write the report of a run as a PDF and return its path.

    The document reads neither files nor the network: only our own style sheet of font faces reads the house fonts,
    and no font of the computer is looked at, so the same run is the same file everywhere.
    """
    from weasyprint import CSS, HTML
    from weasyprint.urls import URLFetcher

    fonts = _house_fonts()
    faces = CSS(string=ruler.faces(), font_config=fonts, url_fetcher=_fetcher(URLFetcher, "file"))
    page = HTML(string=paper.document(run, items), url_fetcher=_fetcher(URLFetcher, "data"))
    with _without_collector(), _pages_listed_once(), _tongues_tagged():
        page.write_pdf(path, stylesheets=[faces], font_config=fonts, pdf_variant="pdf/ua-1", pdf_tags=True)
    return path


def _house_fonts() -> Any:
    """A set of fonts that holds none of the computer's own."""
    from weasyprint.text.fonts import FontConfiguration

    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(NO_FONTS)
    try:
        return FontConfiguration()
    finally:
        del os.environ["FONTCONFIG_FILE"]
        os.environ |= {} if before is None else {"FONTCONFIG_FILE": before}


@contextmanager
def _without_collector() -> Iterator[None]:
    """WeasyPrint makes millions of objects that live to the end: looking for dead ones took a quarter of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@contextmanager
def _pages_listed_once() -> Iterator[None]:
    """Each of 50,000 tags asks pydyf for its page, and pydyf makes the list of all pages anew for each."""
    import pydyf

    made = getattr(pydyf.PDF, "page_references", None)
    if not isinstance(made, property):  # another pydyf: slower, and no worse
        yield
        return
    pydyf.PDF.page_references = property(_listed(made.fget))
    try:
        yield
    finally:
        pydyf.PDF.page_references = made


def _listed(made: Any) -> Any:
    known: dict[int, Any] = {}  # by the number of pages: within one file it only grows

    def references(document: Any) -> Any:
        n_pages = len(document.pages["Kids"])
        if n_pages not in known:
            known[n_pages] = made(document)
        return known[n_pages]

    return references


@contextmanager
def _tongues_tagged() -> Iterator[None]:
    """WeasyPrint tags a `span` but leaves its language out, so nobody is told it by ear."""
    import pydyf
    from weasyprint.pdf import tags

    made = getattr(tags, "_build_box_tree", None)
    if made is None:  # another WeasyPrint; a test tells whether the languages are there
        yield
        return

    def build(box: Any, *rest: Any) -> Iterator[Any]:
        tongue = box.element.get("lang") if getattr(box, "element_tag", "") == "span" else None
        for element in made(box, *rest):
            if tongue:
                element["Lang"] = pydyf.String(tongue)
            yield element

    tags._build_box_tree = build
    try:
        yield
    finally:
        tags._build_box_tree = made


def _fetcher(fetcher: type, protocol: str) -> object:
    return fetcher(allowed_protocols={protocol}, fail_on_errors=True)
