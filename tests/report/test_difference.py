"""The page of what changed, its few lines on the index, the archive, and the course of each KPI."""

from __future__ import annotations

import base64
import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from crmlib import words
from crmlib.report import difference, sparkline
from crmlib.report.changes import Cell, Condition, Difference, Earlier, Figure, Row, Said, Table, Verdict
from crmlib.report.publish import NotebookRun, ReportInput, publish
from tests.report import samples
from tests.report.pages import Page
from tests.report.test_browser import QUIET

if TYPE_CHECKING:
    from crmlib.report.read import Item

HOSTILE = '"><script>alert(1)</script>=HYPERLINK("x")'
JANUARY = 2026 * 12


@pytest.fixture(autouse=True)
def _english() -> None:
    words.speak("en", "JPY")


def figure(title: str = "Repeat rate", **more: Any) -> Figure:
    given = {"notebook": "rfm", "id": title, "title": title, "old": "20.0%", "new": "25.0%", "change": "+5.0 pt"}
    return Figure(**{**given, **more})


def policy(**more: Any) -> Condition:
    given = {"group": "changed_policy", "label": "Returned", "old": "left out", "new": "kept", "name": "returned"}
    return Condition(**{**given, **more})


def changed(**more: Any) -> Difference:
    facts = {"client": "demo", "title": "Demo shop", "language": "en", "currency": "JPY", "old_as_of": "2026-02-28",
             "new_as_of": "2026-03-31", "version": "0.1.0"}  # fmt: skip
    return Difference(**{**facts, **more})


def full(text: str = "A table") -> Difference:
    row = Row(key=text, cells=(Cell(column="Orders", old="1", new="2", change="+1"),))
    table = Table(notebook="rfm", id="t", title=text, added=(text,), removed=("Gone",), rows=(row,))
    return changed(
        title=text,
        conditions=[policy(), policy(group="changed_thresholds", label=text, notebook="rfm"),
                    policy(group="changed_inputs", label="Orders: Rows used", name="")],
        verdicts=[Verdict(notebook="nps", old="ok", new="no data")],
        kpis=[figure(text, notebook="kpi", marks=("× missed", "○ reached"), months=("2026-02", "2026-03"), better=True,
                     judged="beyond_chance", interval="+1.0 pt to +9.0 pt")],
        metrics=[figure(text, judged="shares_customers")],
        said=[Said(notebook="rfm", id="f", old=(text,), new=("Now.",))],
        tables=[table, Table(notebook="rfm", id="l", title="List", is_list=True, n_old=7, n_new=9)],
    )  # fmt: skip


def test_the_page_names_the_conditions_first_then_kpis_then_notebook_by_notebook() -> None:
    text = Page(difference.difference_page(full())).text
    order = ["What changed from 28 February 2026 to 31 March 2026", "Counting policy", "left out →now kept",
             "○ reached", "+1.0 pt to +9.0 pt", "not judged: the periods share days", "Now.",
             "rows added: 1, rows gone: 1, rows changed: 1, cells changed: 1", "Orders 1 → 2 (+1)",
             "List: list of 7 rows, now 9 rows", "Earlier report"]  # fmt: skip
    places = [text.find(part) for part in order]
    assert -1 not in places, [part for part, place in zip(order, places, strict=True) if place < 0]
    body = places[: order.index("not judged: the periods share days") + 1]
    assert body == sorted(body)


def test_the_page_is_self_contained_and_its_headings_jump_no_level() -> None:
    html = difference.difference_page(full(HOSTILE))
    page = Page(html)
    assert not page.all("script")
    assert not page.all("link")
    assert HOSTILE in page.text
    assert "style-src 'sha256-" in html
    assert " style=" not in html
    levels = page.headings()
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_a_page_on_its_own_has_no_link_that_leads_nowhere() -> None:
    page = Page(difference.difference_page(full()))
    ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    assert {str(link["href"]).removeprefix("#") for link in page.all("a")} <= ids


def test_nothing_changed_and_the_same_conditions_are_said() -> None:
    text = Page(difference.difference_page(changed())).text
    assert "Nothing changed between the two reports." in text
    assert "are the same." in text


def test_long_tables_are_cut_and_say_so() -> None:
    rows = tuple(Row(key=f"row {k}", cells=(Cell(column="n", old="1", new="2"),)) for k in range(3000))
    table = Table(notebook="rfm", id="t", title="T", rows=rows, added=tuple(f"new {k}" for k in range(3000)))
    html = difference.difference_page(changed(tables=[table]))
    text = Page(html).text
    assert "rows changed: 3,000" in text
    assert "and 2,992 rows more" in text
    assert len(html) < 60_000


def test_another_mark_comes_first_then_what_is_beyond_chance_then_kpis_then_the_largest() -> None:
    kpi = {"notebook": "kpi", "months": ("2026-02", "2026-03"), "size": 0.01}
    found = changed(
        kpis=[figure("kpi", **kpi), figure("mark", **kpi, marks=("△ nearly", "○ reached"))],
        metrics=[figure("small", size=0.02), figure("large", size=0.5), figure("large", notebook="ltv", size=0.5),
                 figure("sure", size=0.01, judged="beyond_chance")],
    )  # fmt: skip
    assert [one.title for one in difference.most_important(found)] == ["mark", "sure", "kpi", "large", "small"]


def publish_index(tmp_path: Path, *, parts: list[Item] | None = None, **more: Any) -> Page:
    run: ReportInput = samples.one(tmp_path, ["# RFM", *(parts or [])], **more)
    publish(run, tmp_path)
    return Page((tmp_path / "index.html").read_text(encoding="utf-8"))


def test_the_index_names_the_policy_before_the_figures_and_leads_to_the_page(tmp_path: Path) -> None:
    page = publish_index(tmp_path, compare=lambda told: full() if told["client"] == "demo" else None)
    start = page.text.index("What changed since 28 February 2026", page.text.index("Conditions"))
    order = ["Returned", "left out →now kept", "○ reached", "Everything that changed"]
    places = [page.text.index(part, start) for part in order]
    assert places == sorted(places)
    # A month later there are more rows of every table; that is no news.
    assert "Orders: Rows used" not in page.text
    assert "changes.html" in [link.get("href") for link in page.all("a")]
    whole = Page((tmp_path / "changes.html").read_text(encoding="utf-8"))
    assert "Orders: Rows used" in whole.text
    assert "rfm.html" in [link.get("href") for link in whole.all("a")]


def test_a_first_report_says_nothing_of_changes_and_has_no_archive(tmp_path: Path) -> None:
    for compare in (None, lambda told: None):  # noqa: ARG005
        page = publish_index(tmp_path, compare=compare)
        assert "changed" not in page.text
        assert "Earlier reports" not in page.text
        assert not (tmp_path / "changes.html").exists()


def test_the_archive_leads_to_the_earlier_reports_the_newest_first(tmp_path: Path) -> None:
    before = [Earlier(folder="2026-02-28-en", as_of="2026-02-28"), Earlier(folder="2026-01-31-en", as_of="2026-01-31")]
    page = publish_index(tmp_path, earlier=before)
    links = [link.get("href") for link in page.all("a") if str(link.get("href")).startswith("..")]
    assert links == ["../2026-02-28-en/index.html", "../2026-01-31-en/index.html"]
    assert "Earlier reports 28 February 2026 31 January 2026" in page.text


def svg(uri: str) -> str:
    return base64.b64decode(uri.removeprefix("data:image/svg+xml;base64,")).decode()


def test_the_words_of_a_course_tell_first_last_lowest_and_highest() -> None:
    points = [(JANUARY, 0.2), (JANUARY + 1, 0.1), (JANUARY + 2, 0.4), (JANUARY + 3, 0.3)]
    assert sparkline.alt(points, "share") == (
        "January 2026: 20.0%, April 2026: 30.0%; lowest 10.0% in February 2026, highest 40.0% in March 2026."
    )


def test_a_course_runs_from_edge_to_edge_lowest_at_the_foot() -> None:
    # Three months 76 units apart between 4 and 156; 10 at the foot (32), 30 at the top (4), 20 half way.
    drawn = svg(sparkline.picture([(JANUARY, 20), (JANUARY + 1, 10), (JANUARY + 2, 30)]))
    assert '<line x1="4" y1="18" x2="80" y2="32"/><line x1="80" y1="32" x2="156" y2="4"/>' in drawn
    assert drawn.count("<circle") == 1
    assert '<circle cx="156" cy="4" r="3.5"/>' in drawn


def test_a_month_that_cannot_be_told_is_a_dashed_gap_and_a_wave_alone_a_dot() -> None:
    drawn = svg(sparkline.picture([(JANUARY, 5), (JANUARY + 6, 5)]))
    assert drawn.count("stroke-dasharray") == 1
    # Never moved: in the middle.
    assert '<circle cx="4" cy="18" r="2.5"/><circle cx="156" cy="18" r="3.5"/>' in drawn


MONTHLY = ["month", "kpi_f2_rate", "kpi_nps", "kpi_cpo"]


def kpi_run(tmp_path: Path, rows: list[list[Any]]) -> ReportInput:
    folder = tmp_path / "kpi"
    frame = pd.DataFrame(rows, columns=MONTHLY, dtype=object)
    target = ["f2_rate", JANUARY + 14, 0.25, 0.3, "mark_bad", "beyond_chance"]
    names = ["kpi_id", "kpi_month", "actual", "target", "mark", "gap_verdict"]
    parts = ["# KPIs", samples.table("targets", names, [target], row_kinds=["share"]),
             samples.sheet("monthly", frame, folder)]  # fmt: skip
    path = samples.write_notebook(tmp_path / "kpi.ipynb", parts)
    return samples.report([NotebookRun(name="kpi", verdict="ok", notebook=path, folder=folder)], formats=["html"])


def test_a_card_shows_the_last_13_months_of_its_kpi_from_the_whole_sheet(tmp_path: Path) -> None:
    rows = [[JANUARY + k, 0.1 + k / 100, None if k else 5.0, None] for k in range(15)]
    publish(kpi_run(tmp_path, rows[::-1]), tmp_path)
    page = Page((tmp_path / "index.html").read_text(encoding="utf-8"))
    # Fifteen months are in the sheet and ten are shown of it; March 2026 to March 2027 are the last thirteen.
    [alt] = [str(image["alt"]) for image in page.all("img")]
    assert alt == "March 2026: 12.0%, March 2027: 24.0%; lowest 12.0% in March 2026, highest 24.0% in March 2027."


def test_a_kpi_told_in_one_month_has_no_course_and_no_sheet_is_no_failure(tmp_path: Path) -> None:
    run = kpi_run(tmp_path, [[JANUARY, None, 5.0, None]])
    publish(run, tmp_path)
    assert not Page((tmp_path / "index.html").read_text(encoding="utf-8")).all("img")
    assert sparkline.sparklines(run, []) == {}


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 400])
def test_index_and_changes_break_no_rule_in_a_browser(tmp_path: Path, width: int, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    api = pytest.importorskip("playwright.sync_api")
    publish_index(tmp_path, compare=lambda told: full("Long " * 12), earlier=[Earlier(folder="a", as_of="2026-01-31")])  # noqa: ARG005
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=QUIET)
        sizes = {"width": width, "height": 900}
        context = browser.new_context(color_scheme=scheme, viewport=sizes, bypass_csp=True)
        for name in ("index.html", "changes.html"):
            page = context.new_page()
            page.goto((tmp_path / name).as_uri())
            page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
            outside = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            found = axe.Axe().run(page).response["violations"]
            assert (name, outside, [one["id"] for one in found]) == (name, 0, [])
        browser.close()
