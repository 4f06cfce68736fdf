"""What axe-core and a browser without a network say about every page of finished reports.

Each page is opened in Chromium, light and dark, 1280 and 360 pixels wide, with its disclosures closed and open: eight
settings. All rules of WCAG 2.2 A and AA and the best practices are asked, and the experimental ones about tables. A
second look, with the page's own policy in force, counts what the page asked for, what the console said and what stuck
out of the window. Prints a table in Markdown; exits 1 where a page breaks a rule. About 20 seconds of CPU a page.

Usage: python benchmarks/accessibility.py [--quick] [--details] REPORT_FOLDER|PAGE...
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

CHROMIUM = Path("/usr/bin/chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND"]  # fmt: skip
SCHEMES, WIDTHS = ("light", "dark"), (1280, 360)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EXPERIMENTAL = ["td-has-header", "table-fake-caption", "p-as-heading", "label-content-name-mismatch"]
RULES = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {name: {"enabled": True} for name in EXPERIMENTAL},
    "resultTypes": ["violations", "incomplete"],
}
PLAIN = """.scroll { background: none !important; overflow: visible !important; max-height: none !important }
th { position: static !important }"""
MOST_BYTES, MOST_NODES = 1_000_000, 6


@dataclass
class Checked:
    """What was found on one page over its settings."""

    page: str
    n_bytes: int
    settings: int = 0
    passes: set[str] = field(default_factory=set)
    violations: Counter[str] = field(default_factory=Counter)
    incomplete: Counter[str] = field(default_factory=Counter)
    asked: set[str] = field(default_factory=set)
    said: list[str] = field(default_factory=list)
    outside: list[int] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether the page broke no rule, asked for nothing, said nothing, fits its window and is small enough."""
        return not (self.violations or self.asked or self.said or any(self.outside)) and self.n_bytes <= MOST_BYTES


def main() -> None:
    """Check every page of every folder given, and print one line a folder."""
    given = [Path(part) for part in sys.argv[1:] if not part.startswith("--")]
    schemes, widths = (SCHEMES[:1], WIDTHS[:1]) if "--quick" in sys.argv else (SCHEMES, WIDTHS)
    found: dict[Path, list[Checked]] = {}
    with browser() as open_browser:
        for place in given:
            pages = sorted(place.glob("*.html")) if place.is_dir() else [place]
            found[place] = [_told(checked(open_browser, page, schemes, widths)) for page in pages]
    print(table(found))
    if "--details" in sys.argv:
        print(details(found))
    sys.exit(not all(one.holds for pages in found.values() for one in pages))


def _told(one: Checked) -> Checked:
    print(f"{one.page}: {one.violations.total()} violations", file=sys.stderr, flush=True)
    return one


@contextmanager
def browser() -> Iterator[Any]:
    """A Chromium that finds no host by any name."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield found
        found.close()


def checked(
    browser: Any, path: Path, schemes: tuple[str, ...] = SCHEMES, widths: tuple[int, ...] = WIDTHS
) -> Checked:  # fmt: skip
    """One page in all its settings."""
    found = Checked(f"{path.parent.name}/{path.name}", path.stat().st_size)
    for scheme, width in product(schemes, widths):
        _ask_axe(browser, path, scheme, width, found)
        _watch(browser, path, scheme, width, found)
    return found


def _ask_axe(browser: Any, path: Path, scheme: str, width: int, found: Checked) -> None:
    # The page's policy would keep axe-core out, as it keeps out every script.
    with _opened(browser, path, scheme, width, bypass_csp=True) as page:
        page.evaluate(_axe_script())
        # axe-core tells no contrast over a gradient (that of texts over this one is a fast test), nor of cells that are
        # scrolled behind others: tables are as wide as they are while it looks.
        page.add_style_tag(content=PLAIN)
        for opened in (False, True):
            _open_all(page, opened)
            told = page.evaluate("rules => axe.run(rules)", RULES)
            found.settings += 1
            found.passes |= {rule["id"] for rule in told["passes"]}
            for kind, counts in (("violations", found.violations), ("incomplete", found.incomplete)):
                for rule in told[kind]:
                    for node in rule["nodes"]:
                        counts[f"{rule['id']}: {' '.join(map(str, node['target']))}"] += 1


def _watch(browser: Any, path: Path, scheme: str, width: int, found: Checked) -> None:
    with _opened(browser, path, scheme, width, offline=True) as page:
        page.on("console", lambda message: found.said.append(message.text))
        page.on("request", lambda request: found.asked.add(request.url))
        page.goto(path.resolve().as_uri())
        found.asked -= {path.resolve().as_uri()} | {url for url in found.asked if url.startswith("data:image/svg+xml")}
        _open_all(page, True)
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        found.outside.append(page.evaluate(wide))


@contextmanager
def _opened(browser: Any, path: Path, scheme: str, width: int, **more: Any) -> Iterator[Any]:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}, **more)
    page = context.new_page()
    if "offline" not in more:
        page.goto(path.resolve().as_uri())
    yield page
    context.close()


def _open_all(page: Any, opened: bool) -> None:
    page.locator("details").evaluate_all("(all, open) => all.forEach(one => { one.open = open })", opened)


def _axe_script() -> str:
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def table(found: dict[Path, list[Checked]]) -> str:
    """One line a folder: pages, settings, rules that passed, nodes that broke one, nodes to be looked at, and size."""
    heads = ["report", "pages", "settings", "rules passed", "violations", "to look at", "requests", "console messages",
             "wider than the window", "largest page"]  # fmt: skip
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for place, pages in found.items():
        largest = max(pages, key=lambda one: one.n_bytes)
        lines.append(
            f"| {place.name} | {len(pages)} | {sum(one.settings for one in pages)} | "
            f"{len(set().union(*(one.passes for one in pages)))} | {sum(one.violations.total() for one in pages)} | "
            f"{sum(one.incomplete.total() for one in pages)} | {sum(len(one.asked) for one in pages)} | "
            f"{sum(len(one.said) for one in pages)} | {sum(any(one.outside) for one in pages)} | "
            f"{largest.page.split('/')[-1]} {largest.n_bytes / 1000:,.0f} KB |"
        )
    return "\n".join(lines)


def details(found: dict[Path, list[Checked]]) -> str:
    """The nodes that broke a rule or that axe-core leaves to a reader, a line a page and rule."""
    lines = []
    for one in (one for pages in found.values() for one in pages):
        for kind, counts in (("violation", one.violations), ("to look at", one.incomplete)):
            for rule in sorted({where.split(": ")[0] for where in counts}):
                nodes = [where.split(": ", 1)[1] for where in counts if where.startswith(f"{rule}: ")]
                lines.append(f"{one.page}: {kind}: {rule}, {len(nodes)} nodes: {'; '.join(nodes[:MOST_NODES])}")
        if one.asked or one.said or any(one.outside):
            lines.append(f"{one.page}: asked {sorted(one.asked)}, said {one.said}, sticks out {one.outside}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
