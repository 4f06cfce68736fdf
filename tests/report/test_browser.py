"""Pages in a real browser: no rule of axe-core is broken, their own policy holds, nothing is fetched or sticks out."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from crmlib import words
from crmlib.report.publish import publish
from tests.report import samples
from tests.report.samples import cell

if TYPE_CHECKING:
    from collections.abc import Iterator

CHROMIUM = Path("/usr/bin/chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def accessibility() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        yield importlib.import_module("accessibility")


@pytest.fixture(scope="module")
def browser(accessibility: Any) -> Iterator[Any]:
    if not CHROMIUM.is_file():
        pytest.skip(f"{CHROMIUM} is missing: apt-get install chromium")
    pytest.importorskip("playwright.sync_api")
    with accessibility.browser() as found:
        yield found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    words.speak("en", "JPY")
    wide = pd.DataFrame({name: ["1234567890"] for name in ("customer_id", "survey_id", "experiment_id")})
    grid = [[cell(0.1 * k, state="partial") for k in range(13)], [cell(None, state="not_yet")] * 13]
    names = ["segment", "n_customers", "share_customers", "n_orders", "amount", "share_amount", "average_order_amount"]
    arms = ["name", "primary_metric", "n_control", "n_treatment", "amount_control", "amount_treatment",
            "difference_amount", "difference_amount_low", "difference_amount_high", "relative", "relative_low",
            "relative_high", "pvalue", "verdict"]  # fmt: skip
    money = [1234, 1234, 12345678, 12345678, 1234567, 123456, 2345678, 0.687, 0.554, 0.826, 0.0001]
    parts = [
        samples.metric("m", 2344, "customers", title="Customers"),
        samples.table("t", names, [["champions", 1, None, 3, 12345678, 0.5, None]], note="a" * 300),
        samples.grid("g", grid),
        samples.chart("c", ["k", "rate"], [[0, 1.0]], {}, alt="A chart"),
        samples.table("arms", arms, [["A call after the third delivery", "revenue", *money, "ratio_broken"]]),
        samples.sheet("s", wide, tmp_path),
        samples.finding("f", "x" * 400),
    ]
    publish(samples.one(tmp_path, ["# " + "W" * 200, *parts]), tmp_path)
    return tmp_path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("name", ["rfm.html", "index.html"])
def test_a_page_breaks_none_of_its_rules(browser: Any, folder: Path, name: str, width: int, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page, said, asked = context.new_page(), [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url.split(":")[0]))
    page.goto((folder / name).as_uri())
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    outside = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    context.close()
    assert (said, set(asked) - {"file", "data"}, outside) == ([], set(), 0)


def test_at_1200_pixels_ten_columns_stand_beside_one_another(browser: Any, folder: Path) -> None:
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.goto((folder / "rfm.html").as_uri())
    sizes = page.locator("#x-arms .scroll").evaluate("one => [one.scrollWidth, one.clientWidth]")
    page.close()
    assert sizes[0] <= sizes[1]


@pytest.mark.parametrize("name", ["rfm.html", "index.html"])
def test_nothing_is_cut_on_a4(browser: Any, folder: Path, name: str) -> None:
    # 210 mm less two margins of 12 mm are 702 pixels.
    page = browser.new_page(viewport={"width": 702, "height": 1000})
    page.emulate_media(media="print")
    page.goto((folder / name).as_uri())
    edges = page.locator("table:visible, img:visible").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().right)"
    )
    page.close()
    assert edges
    assert max(edges) <= 702


@pytest.mark.parametrize("name", ["rfm.html", "index.html"])
def test_axe_finds_nothing_in_any_setting(accessibility: Any, browser: Any, folder: Path, name: str) -> None:
    found = accessibility.checked(browser, folder / name)
    assert found.settings == 8
    assert found.violations == {}
    # A header over two rows is all that axe-core leaves to the eye in every setting.
    always = {where for where, times in found.incomplete.items() if times == found.settings}
    assert always <= {'color-contrast: th[rowspan="2"]'}
    assert {"color-contrast", "heading-order", "region", "target-size", "td-has-header"} <= found.passes
    assert found.holds


def test_axe_would_find_what_is_wrong(accessibility: Any, browser: Any, folder: Path) -> None:
    html = (folder / "rfm.html").read_text("utf-8").replace("--quiet: #566474", "--quiet: #b6c4d4")
    (folder / "rfm.html").write_text(html.replace(' alt="', ' data-alt="'), "utf-8")
    found = accessibility.checked(browser, folder / "rfm.html", ("light",), (1280,))
    assert {where.split(":")[0] for where in found.violations} >= {"color-contrast", "image-alt"}
    assert found.said  # the policy refuses a style sheet of another digest
    assert not found.holds


def test_the_policy_lets_nothing_in_that_is_put_into_a_page(browser: Any, folder: Path) -> None:
    put = (
        '<script>document.title = "run"</script><img src="https://example.com/x.png" alt=""><p style="color:red">x</p>'
    )
    html = (folder / "rfm.html").read_text("utf-8").replace("</main>", f"{put}</main>")
    (folder / "put.html").write_text(html, "utf-8")
    page, said, asked = browser.new_page(), [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("requestfinished", lambda request: asked.append(request.url))
    page.goto((folder / "put.html").as_uri())
    refused = [next(rule for rule in ("script-src", "img-src", "style-src") if rule in text) for text in said]
    title, colour = page.title(), page.locator("main > p").last.evaluate("one => getComputedStyle(one).color")
    page.close()
    assert sorted(refused) == ["img-src", "script-src", "style-src"]
    assert title != "run"
    assert colour != "rgb(255, 0, 0)"
    assert [url for url in asked if url.startswith("http")] == []


FOCUS = """() => {
    const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
    return [one.className || one.tagName, box.left >= 0 && box.right <= innerWidth + 1, box.top + scrollY,
            style.outlineStyle, one.closest("main") !== null];
}"""


def test_the_keyboard_reaches_everything_in_the_order_of_the_page(browser: Any, folder: Path) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto((folder / "rfm.html").as_uri())
    page.keyboard.press("Tab")
    name, inside, *_ = page.evaluate(FOCUS)
    page.keyboard.press("Enter")
    arrived = page.evaluate("[location.hash, document.activeElement.id]")
    stops = []
    for _ in range(page.locator("main :is(a, summary, [tabindex='0'])").count()):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUS))
    page.close()
    assert (name, inside, arrived) == ("skip", True, ["#main", "main"])
    within = [stop for stop in stops if stop[4]]
    assert len(within) > 5
    assert [stop[2] for stop in within] == sorted(stop[2] for stop in within)
    assert {stop[3] for stop in within} == {"solid"}


def test_the_keyboard_opens_and_closes_what_is_folded(browser: Any, folder: Path) -> None:
    page = browser.new_page()
    page.goto((folder / "rfm.html").as_uri())
    page.locator("summary").first.focus()
    states = []
    for key in ("Enter", "Space"):
        page.keyboard.press(key)
        states.append(page.locator("details").first.evaluate("one => one.open"))
    page.close()
    assert states == [True, False]
