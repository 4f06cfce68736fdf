"""A page as a reader gets it: its text, its tags, its tables; read with the standard library's parser."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise

INLINE = {"a", "b", "small", "span", "strong", "em"}
SCOPES = {"col", "row", "colgroup"}
FORBIDDEN = {"script", "link", "iframe", "object", "embed", "form", "base", "svg", "video", "audio"}
VOID = {"meta", "img", "br", "hr", "link", "input", "col"}


class Page(HTMLParser):
    """Tags with their attributes, and the text outside `style`."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.pieces: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        opened = self.open.pop()
        if opened != tag:
            raise ValueError(f"</{tag}> closes <{opened}>.")
        if tag not in INLINE:
            self.pieces.append(" ")

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.pieces.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.pieces).split())

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]

    def headings(self) -> list[int]:
        return [int(tag[1]) for tag, _ in self.tags if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit()]


def faults(html: str) -> list[str]:
    """What would keep a reader out, or let something in, as far as the tags alone tell it; empty for a good page."""
    page = Page(html)
    ids = Counter(str(attributes["id"]) for _, attributes in page.tags if "id" in attributes)
    found = [f"id {name} {times} times" for name, times in ids.items() if times > 1]
    found += [f"no {tag}" for tag in ("main", "nav", "header", "footer", "h1") if len(page.all(tag)) != 1]
    found += [f"h{low} then h{high}" for low, high in pairwise([0, *page.headings()]) if high - low > 1]
    found += [f"<{tag}>" for tag, _ in page.tags if tag in FORBIDDEN]
    for tag, attributes in page.tags:
        found += [f"{name}= on {tag}" for name in attributes if name == "style" or name.startswith("on")]
        named = str(attributes.get("aria-labelledby") or "").split()
        found += [f"aria-labelledby {name} leads nowhere" for name in named if name not in ids]
        found += [f"{url} is fetched" for url in _fetched(tag, attributes)]
    found += [f"#{name} leads nowhere" for name in _anchors(page) if name not in ids]
    found += ["th without scope" for th in page.all("th") if th.get("scope") not in SCOPES]
    found += ["img without alt" for img in page.all("img") if not img.get("alt")]
    found += ["html without lang"] * (not page.all("html")[0].get("lang"))
    for tag in ("caption", "thead"):
        found += [f"table without {tag}"] * (len(page.all("table")) - len(page.all(tag)))
    return found + ["figure without figcaption"] * (len(page.all("figure")) - len(page.all("figcaption")))


def _fetched(tag: str, attributes: dict[str, str | None]) -> list[str]:
    urls = [str(attributes[name]) for name in ("src", "srcset", "data", "poster") if name in attributes]
    links = [str(attributes["href"])] if tag == "a" else []
    outside = [url for url in links if ":" in url or url.startswith("//")]
    return [url for url in urls if not url.startswith("data:image/")] + outside


def _anchors(page: Page) -> list[str]:
    return [str(a["href"])[1:] for a in page.all("a") if str(a["href"]).startswith("#")]
