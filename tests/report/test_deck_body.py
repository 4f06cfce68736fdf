"""Which finding stands beside which exhibit of a slide: its own, or one of the same figures, and no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crmlib import words
from tests.report import decks, samples

BAR = {"form": "bar", "x": "segment", "y": ["rate"]}
NONE_DIFFERS = "By stage no group differs clearly from all others."


@pytest.fixture(autouse=True)
def _english() -> Any:
    words.speak("en")
    yield
    words.speak("en")


def deck_of(tmp_path: Path, *parts: Any) -> Any:
    parts = ("# How loyal?", samples.finding("a", "They are loyal."), *parts)
    return decks.made(samples.one(tmp_path, list(parts)), tmp_path / "demo.pptx")


def by_use() -> dict[str, Any]:
    rows = [["every day", 0.5], ["stopped", 0.125]]
    return samples.chart("use", ["segment", "rate"], rows, BAR, title="All groups differ", name="By use")


def table(id: str, *rows: list[Any], title: str) -> dict[str, Any]:
    return samples.table(id, ["segment", "rate"], [*rows], title=title)


def said_with(deck: Any, text: str) -> list[str]:
    """The titles of the slides that say a text."""
    return [decks.title(slide) for slide in deck.slides if any(text in found for found in decks.texts(slide))]


def test_what_was_found_in_a_table_of_the_appendix_is_not_said_under_a_chart_of_something_else(tmp_path: Path) -> None:
    stages = table("stages", ["first", 0.3], ["second", 0.4], title="By stage")
    deck = deck_of(tmp_path, "## Groups", by_use(), stages, samples.finding("b", NONE_DIFFERS))
    assert "All groups differ" not in said_with(deck, NONE_DIFFERS)
    assert len(said_with(deck, NONE_DIFFERS)) == 1


def test_what_was_found_in_the_table_behind_a_chart_is_said_under_the_chart(tmp_path: Path) -> None:
    same = table("same", ["every day", 0.5], ["stopped", 0.125], title="By use")
    deck = deck_of(tmp_path, "## Groups", by_use(), same, samples.finding("b", "Use tells them apart."))
    assert said_with(deck, "Use tells them apart.") == ["All groups differ"]


def test_what_is_found_right_after_a_chart_or_before_all_exhibits_stands_under_it(tmp_path: Path) -> None:
    deck = deck_of(
        tmp_path, "## Groups", samples.finding("b", "Most answered."), by_use(), samples.finding("c", "Use it.")
    )
    assert said_with(deck, "Most answered.") == said_with(deck, "Use it.") == ["All groups differ"]


def test_what_stands_before_a_table_of_the_appendix_is_not_said_under_the_chart_after_it(tmp_path: Path) -> None:
    other = table("stages", ["first", 0.3], ["second", 0.4], title="By stage")
    deck = deck_of(tmp_path, "## Groups", samples.finding("b", NONE_DIFFERS), other, by_use())
    assert "All groups differ" not in said_with(deck, NONE_DIFFERS)


def test_an_identical_finding_is_said_once(tmp_path: Path) -> None:
    parts = [part for k in range(4) for part in (table(f"t{k}", [f"group {k}", 0.3], title=f"Table {k}"),
                                                 samples.finding(f"f{k}", NONE_DIFFERS))]  # fmt: skip
    deck = deck_of(tmp_path, "## Groups", by_use(), *parts, "## More", by_use() | {"id": "again", "title": "Again"},
                   table("t9", ["group 9", 0.3], title="Table 9"), samples.finding("f9", NONE_DIFFERS))  # fmt: skip
    (slide,) = said_with(deck, NONE_DIFFERS)
    assert slide not in ("All groups differ", "Again")
    texts = [text for shown in deck.slides for text in decks.texts(shown)]
    assert sum(text.count(NONE_DIFFERS) for text in texts) == 1


def test_the_message_of_a_chart_that_has_no_place_in_the_body_goes_with_it(tmp_path: Path) -> None:
    charts = [samples.chart(f"c{k}", ["segment", "rate"], [[f"a{k}", 0.1 + k / 100], [f"b{k}", 0.31 + k / 100]], BAR,
                            title=f"From {10 + k}.0% to {31 + k}.0%", name=f"Chart {k}") for k in range(9)]  # fmt: skip
    deck = deck_of(tmp_path, "## Groups", *charts)
    assert said_with(deck, "From 18.0% to 39.0%") == ["From 18.0% to 39.0%"]


def test_bounds_are_named_after_their_own_series(tmp_path: Path) -> None:
    names = ["day", "segment", "rate", "rate_low", "rate_high"]
    line = {"form": "line", "x": "day", "y": ["rate"], "series": "segment", "low": "rate_low", "high": "rate_high"}
    rows = [[day, group, 0.2 + at, 0.1 + at, 0.3 + at] for at, group in ((0.0, "sales"), (0.3, "profit"))
            for day in (30, 60)]  # fmt: skip
    deck = deck_of(tmp_path, "## LTV", samples.chart("ltv", names, rows, line, title="It grows", name="LTV"))
    found = [series.name for series in decks.chart(decks.called(deck, "It grows")).plots[0].series]
    assert found == ["sales", "sales, 95% from", "sales, 95% to", "profit", "profit, 95% from", "profit, 95% to"]
