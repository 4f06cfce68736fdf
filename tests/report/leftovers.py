"""What a finished report must not hold: words of the other language, raw codes, marks of what went wrong.

The texts of every file are read as a reader gets them. What comes from the client's data (names of products, ids,
comments) may be in any language: it is every text in a table or a list that no code of ours stands for.
"""

from __future__ import annotations

import json
import re
import subprocess
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pandas as pd

from crmlib.demo.comments import HOSTILE
from crmlib.dictionary import CODES
from crmlib.report.findings.kpi_names import KPI_IDS
from tests.report.pages import INLINE, VOID, Page

# What a Japanese report writes in Latin letters: names of figures, tools, people who found a method, sites.
LATIN = {
    "ABC", "CDNOW", "CPA", "CPM", "CPO", "CPR", "CRM", "CSV", "CUPED", "FAQ", "JPY", "KPI", "LINE", "LTV", "MOVER",
    "NBD", "NPS", "NRS", "OFF", "PDF", "PSJ", "RFM", "ROAS", "ROI", "SNS", "SHA", "USD", "YYYY", "sBG", "exp", "log",
    "Billing", "Excel", "Gamma", "Lab", "MakeRepeater", "Stripe", "assist", "tencho", "crmlib", "utf", "note",
    "Austin", "Bonett", "Borkowf", "Cochran", "Deng", "Donner", "Fader", "Garwood", "Greenwood", "Hardie", "Jeffreys",
    "Johnson", "Knoblich", "Lee", "Mee", "Newcombe", "Rocks", "Wald", "Welch", "Wilson", "Wright", "Zou", "and",
    "com", "dgcm", "dola", "eczine", "giken", "gon", "harmonic", "info", "makitani", "marketing", "motenasu", "net",
    "nttcoms", "prtimes", "rpst", "service", "society",
}  # fmt: skip
_KANA = "[ぁ-ヿ㐀-鿿豈-﫿]"
_RUN = re.compile(f"{_KANA}+")
_WORD = re.compile(r"[A-Za-z]{3,}")
_FILE = re.compile(r"[^\s,（(]+\.(?:csv|tsv|txt|xlsx|pdf|pptx|parquet)\b|\b[0-9a-f]{16}\b")
_CODE = re.compile(r"(?<![\w./-])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![\w.-])")
_COUNTED = "customer|order|day|month|row|response|contract|purchase|experiment|action|product|target|time"
_WRONG = {
    "a placeholder": re.compile(r"\{[a-z_]*(?::[a-z_]+)?\}|%\([a-z_]+\)s|(?<!\d)%[sd]\b"),
    "a missing value": re.compile(r"(?<![\w./])(?:nan|NaN|None(?! [a-z])|NaT|inf|<NA>|null|undefined)(?![\w./])"),
    "a negative zero": re.compile(r"(?<![\w.,–—〜~-])[-−]0(?:\.0+)?(?![\w.,:-])"),
    "a doubled mark": re.compile(r"。。|、、|，，|：：|(?<!\.)\.\.(?!\.)|,,|;;|\(\)|（）|「」|“”|\w ,|[ぁ-ん]\.$"),
    "a singular for many": re.compile(rf"(?<![\w.,])(?!1 )\d[\d,]* (?:{_COUNTED})\b(?!-)"),
    "a plural of one": re.compile(rf"(?<![\d.,–-])1 (?:{_COUNTED})s\b"),
    "an internal source": re.compile(r"domain\.md|traps\.md|publishing\.md|\[inf\]|benchmarks/|\bR0\d\d\b"),
}


def squeezed(text: str) -> str:
    """A text without white space, full and half width alike: paper and slides break lines where they like."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


@dataclass(frozen=True)
class Data:
    """The client's own texts: each by itself, all their Latin words, and all of them in one line of text."""

    lines: frozenset[str]
    words: frozenset[str]
    whole: str

    @classmethod
    def of(cls, texts: set[str]) -> Data:
        """Without codes of ours that were left as they are: they are a fault and no data."""
        kept = {text for text in texts - set(CODES) if not _CODE.search(text)}
        lines = frozenset(map(squeezed, kept))
        said = {word for text in kept for word in _WORD.findall(unicodedata.normalize("NFKC", text))}
        return cls(lines, frozenset(said), "\n".join(sorted(lines)))


NOTHING = Data.of(set())
# What Japanese tools call a figure stands in English too, as they write it.
TERMS = "\n".join(squeezed(said) for said in CODES.values())


def leftovers(folder: Path, language: str) -> list[str]:
    """What is left in the files of a finished report, one line a place; empty where all is well."""
    data = client_data(folder)
    said = [(where, text) for where, text in dict.fromkeys(texts(folder)) if squeezed(text) not in data.lines]
    return [f"{where}: {fault} in {text[:100]!r}" for where, text in said for fault in faults(text, language, data)]


def faults(text: str, language: str, data: Data = NOTHING) -> list[str]:
    """What is wrong with one text, in words."""
    bare = _FILE.sub(" ", text)
    found = [f"the raw code {hit!r}" for hit in _CODE.findall(bare) if hit not in KPI_IDS]
    found += [f"{kind}, {hit!r}" for kind, mark in _WRONG.items() for hit in mark.findall(bare)]
    if language == "ja":
        typed = _CODE.sub(" ", bare)
        foreign = [word for word in _WORD.findall(typed) if word not in LATIN | data.words and word not in KPI_IDS]
    else:
        foreign = [run for run in _RUN.findall(squeezed(bare)) if run not in data.whole and run not in TERMS]
    return found + [f"the other language, {hit!r}" for hit in foreign]


def client_data(folder: Path) -> Data:
    """Every text of a table or a list of a finished report that no code of ours stands for."""
    told = json.loads((folder / "exhibits.json").read_text(encoding="utf-8"))
    found: set[str] = set()
    for parts in told["notebooks"].values():
        for table in parts["tables"].values():
            found |= {cell for row in table.get("rows") or [] for cell in row if isinstance(cell, str)}
            found |= {str(label) for part in ("row_labels", "column_labels") for label in table.get(part) or []}
    # Comments stand in lists that are cut; those that look like formulas or tags are the sample shop's own.
    found |= {*HOSTILE}
    for path in (folder / "evidence").glob("*/*.parquet"):
        frame = pd.read_parquet(path)
        found |= {cell for name in frame for cell in frame[name].unique() if isinstance(cell, str)}
    return Data.of(found)


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """The file and the text, for every text of every file of a report."""
    readers = {".html": on_page, ".xlsx": in_workbook, ".pdf": on_paper, ".pptx": on_slides}
    for path in sorted(path for path in folder.iterdir() if path.suffix in readers):
        yield from ((path.name, text) for text in readers[path.suffix](path))


class _Chunks(Page):
    """A page's texts block by block, and its labels; what is marked as another language is left out."""

    def __init__(self, html: str) -> None:
        self.chunks: list[str] = []
        self.foreign = 0
        super().__init__(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        given = dict(attrs)
        self.chunks += [str(given[name]) for name in ("title", "aria-label") if given.get(name)]
        if self.foreign or (tag != "html" and given.get("lang")):
            self.foreign += tag not in VOID
        self._close(tag)

    def handle_endtag(self, tag: str) -> None:
        super().handle_endtag(tag)
        self.foreign -= bool(self.foreign)
        self._close(tag)

    def handle_data(self, data: str) -> None:
        # What another language says leaves a mark, so that brackets around it are not empty.
        super().handle_data(data if not self.foreign else "*")

    def _close(self, tag: str) -> None:
        if tag not in INLINE:
            self.chunks.append(self.text)
            self.pieces = []


def on_page(path: Path) -> list[str]:
    """The texts of a page, block by block, and the labels that only a screen reader says."""
    return [text for text in _Chunks(path.read_text(encoding="utf-8")).chunks if text]


def in_workbook(path: Path) -> list[str]:
    """Every text of a workbook: cells, names of the sheets that are shown, charts."""
    with zipfile.ZipFile(path) as book:
        names = [name for name in book.namelist() if re.search(r"sharedStrings|charts/chart", name)]
        parts = [book.read(name).decode() for name in names]
        sheets = re.findall(r'<sheet name="([^"]*)"[^>]*>', book.read("xl/workbook.xml").decode())
    shown = [name for name in sheets if not name.startswith("_")]
    return [unescape(text) for text in (*shown, *(said for part in parts for said in _said(part))) if text]


def on_paper(path: Path) -> list[str]:
    """The lines of a PDF, column by column."""
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], check=True, capture_output=True, text=True)
    return [part for part in re.split(r"\s*[\n\f]\s*| {2,}", done.stdout) if part]


def on_slides(path: Path) -> list[str]:
    """Every paragraph of a deck: slides, notes and charts."""
    with zipfile.ZipFile(path) as deck:
        names = [name for name in deck.namelist() if re.search(r"ppt/(?:slides|notesSlides|charts)/[^/]*\.xml$", name)]
        parts = [deck.read(name).decode() for name in names]
    # The runs of a paragraph are one text; the points of a chart are each their own.
    paragraphs = ["".join(_said(piece)) for part in parts for piece in re.split("</a:p>|</c:v>", part)]
    return [unescape(text) for text in paragraphs if text]


def _said(xml: str) -> list[str]:
    return re.findall(r"<(?:a:t|t|c:v)(?: [^>]*)?>([^<]*)<", xml)
