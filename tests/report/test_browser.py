"""Pages in a real browser: their own policy lets everything through, nothing is fetched, nothing sticks out."""

from __future__ import annotations

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

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM.is_file():
        pytest.skip(f"{CHROMIUM} is missing: apt-get install chromium")
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield found
        found.close()


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
@pytest.mark.parametrize("width", [1280, 400])
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
