"""The first slide: which conclusions, in which order, the KPIs with their marks, and what to do next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crmlib import words
from crmlib.report import summary, views
from crmlib.report.publish import NotebookRun, publish
from tests.report import samples
from tests.report.pages import Page
from tests.report.samples import conclusion

NAMES = ["kpi_id", "kpi_month", "actual", "target", "mark", "gap_verdict"]
MARCH = 2026 * 12 + 2


@pytest.fixture(autouse=True)
def _english() -> None:
    words.speak("en", "JPY")


def kpi_table(*rows: list[Any], kinds: list[str]) -> dict[str, Any]:
    return samples.table("targets", NAMES, list(rows), row_kinds=kinds)


def order(items: dict[str, list[dict[str, Any]]]) -> list[str]:
    return [item["text"] for item in summary.conclusions(items)]


def test_certain_before_uncertain_bad_before_good_then_the_most_at_stake() -> None:
    items = {
        "rfm": [conclusion("a", "uncertain, large", certain=False, size=9_000)],
        "ltv": [conclusion("a", "good", good=True, size=5_000)],
        "calls": [conclusion("a", "small", size=10)],
        "stages": [conclusion("a", "no sum")],
        "basket": [conclusion("a", "large", size=20)],
    }
    assert order(items) == ["large", "small", "no sum", "good", "uncertain, large"]


def test_two_conclusions_on_one_kpi_are_told_once_and_the_notebook_has_its_next() -> None:
    f2 = {"kpi": "f2_rate"}
    items = {
        "kpi": [conclusion("a", "F2 missed", size=90, **f2)],
        "rfm": [conclusion("a", "gone", size=50)],
        "retention": [conclusion("a", "lost after purchase 1", size=20, **f2), conclusion("b", "slow", size=10)],
        "stages": [conclusion("a", "bought once", **f2)],
    }
    assert order(items) == ["F2 missed", "gone", "slow"]


def test_one_conclusion_a_notebook_and_ties_in_the_order_of_the_notebooks() -> None:
    items = {"rfm": [conclusion("a", "rfm a"), conclusion("b", "rfm b", size=5)], "ltv": [conclusion("a", "ltv a")],
             "calls": [conclusion("a", "calls a")]}  # fmt: skip
    assert order(items) == ["rfm b", "ltv a", "calls a"]


def test_what_concludes_nothing_or_cannot_be_told_is_not_on_the_slide() -> None:
    told = {"rfm": [conclusion("a", "")], "ltv": [conclusion("a", "So.", untellable="ad_costs", note="Missing.")]}
    assert order(told) == []


def test_steps_are_the_slides_then_kpis_and_a_lack_of_a_scenario_then_the_rest_each_once() -> None:
    items = {
        "rfm": [conclusion("a", "1", "Act on 1.", size=9), conclusion("b", "2", "Act on 2.", size=8)],
        "ltv": [conclusion("a", "3", "Act on 3.", good=True), conclusion("b", "4", "Act on 4.", good=True)],
        "kpi": [samples.finding("next_steps", "Raise F2.\nAct on 1.\nStop TV.\nCall.")],
        "scenario": [samples.finding("each_lacking", "A lacks a KPI.\nB lacks a target.")],
    }
    steps = summary.next_steps(items, summary.conclusions(items))
    assert [(step["name"], step["text"]) for step in steps] == [
        ("rfm", "Act on 1."), ("ltv", "Act on 3."), ("kpi", "Raise F2."), ("kpi", "Stop TV."),
        ("scenario", "A lacks a KPI."), ("rfm", "Act on 2."), ("kpi", "Call."), ("scenario", "B lacks a target."),
    ]  # fmt: skip


def test_cards_say_figure_target_and_mark_the_missed_first() -> None:
    table = kpi_table(["amount", MARCH, 3_528_970, 3_600_000, "mark_fair", "within_scatter"],
                      ["nps", MARCH, -11.2, -6.0, "mark_good", "within_chance"],
                      ["f2_rate", MARCH, 0.24, 0.3, "mark_bad", "beyond_chance"],
                      ["revival_rate", MARCH, None, 0.1, "too_few_to_judge", "chance_unknown"],
                      kinds=["money", "nps", "share", "share"])  # fmt: skip
    cards = summary.cards({"kpi": [table]})
    assert [(card["title"], card["number"], card["mark"], card["caveat"], card["css"]) for card in cards] == [
        ("F2 conversion rate", "24.0%", "× missed", "", "bad"),
        ("Sales", "¥3,528,970", "△ nearly", "within a month's scatter", "fair"),
        ("NPS", "-11.2", "○ reached", "within chance", "good"),
        ("Revival rate of the dormant", "–", "too few to judge", "", "none"),
    ]  # fmt: skip
    assert (cards[0]["target"], cards[0]["month"]) == ("30.0%", "March 2026")
    assert summary.cards({"rfm": [table]}) == []
    trade = samples.table("targets", [*NAMES, "target_source"],
                          [["f2_rate", MARCH, 0.34, 0.3, "trade_good", "beyond_chance", "default_target"],
                           ["nps", MARCH, -11.2, -6.0, "mark_good", "within_chance", "own_target"]],
                          row_kinds=["share", "nps"])  # fmt: skip
    own, benchmark = summary.cards({"kpi": [trade]})
    assert (own["aim"], own["aimed"], own["css"]) == ("Target", "-6.0", "good")
    assert (benchmark["mark"], benchmark["css"]) == ("○ at the trade's benchmark", "none")
    assert (benchmark["aim"], benchmark["aimed"]) == ("Trade's benchmark", "30.0% (the trade's benchmark)")
    assert summary.cards({}) == []


def test_the_index_opens_with_the_slide_and_keeps_all_findings_below(tmp_path: Path) -> None:
    parts: dict[str, list[str | dict[str, Any]]] = {
        "rfm": [
            "# Who?",
            samples.finding("f", "So it is."),
            conclusion("c", "Many <b> left.", "Call.", size=1_500_000),
        ],
        "kpi": ["# KPIs", kpi_table(["f2_rate", MARCH, 0.24, 0.3, "mark_bad", "beyond_chance"], kinds=["share"])],
    }
    runs = [
        NotebookRun(name=name, verdict="ok", folder=tmp_path,
                    notebook=samples.write_notebook(tmp_path / f"{name}.ipynb", part))
        for name, part in parts.items()
    ]  # fmt: skip
    publish(samples.report(runs, formats=["html"]), tmp_path)
    html = (tmp_path / "index.html").read_text("utf-8")
    text = Page(html).text
    places = [
        text.index(part) for part in ("Many <b> left.", "Next: Call.", "24.0%", "× missed", "All findings", "So it is.")
    ]
    assert places == sorted(places)
    assert "In money: about ¥1,500,000 a year (their sales of a year)." in text
    assert '<details class="folded">' in html
    assert 'href="rfm.html#x-c"' in html
    assert 'id="x-c"' in (tmp_path / "rfm.html").read_text("utf-8")


def test_a_run_without_conclusions_and_kpis_has_the_index_of_before(tmp_path: Path) -> None:
    publish(samples.one(tmp_path, ["# Who?", samples.finding("f", "So it is.")]), tmp_path)
    html = (tmp_path / "index.html").read_text("utf-8")
    text = Page(html).text
    assert "All findings" not in text
    assert '<details class="folded" open>' in html
    assert "What to do next" not in text


@pytest.mark.parametrize(("size", "said"), [(174_503, "¥175,000"), (8_904_999, "¥8,900,000"), (12, "¥12"), (0, "¥0")])
def test_what_is_about_so_much_has_three_figures(size: int, said: str) -> None:
    item = {"size": size, "basis": "sales"}
    assert views.stake_text(item) == f"In money: about {said} a year (sales)."
