"""The whole report as a tagged PDF (PDF/UA), drawn by WeasyPrint in the house fonts; nothing is fetched."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from crmlib.report import paper, ruler

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crmlib.report.publish import ReportInput
    from crmlib.report.read import Item


def write_pdf(run: ReportInput, items: dict[str, list[Item]], path: Path) -> Path:
    """Write the report of a run as a PDF and return its path.

    The document reads neither files nor the network: only our own style sheet of font faces reads the two fonts.
    """
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    fonts = FontConfiguration()
    faces = CSS(string=ruler.faces(), font_config=fonts, url_fetcher=_fetcher(URLFetcher, "file"))
    page = HTML(string=paper.document(run, items), url_fetcher=_fetcher(URLFetcher, "data"))
    with _without_collector():
        page.write_pdf(path, stylesheets=[faces], font_config=fonts, pdf_variant="pdf/ua-1", pdf_tags=True)
    return path


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


def _fetcher(fetcher: type, protocol: str) -> object:
    return fetcher(allowed_protocols={protocol}, fail_on_errors=True)
