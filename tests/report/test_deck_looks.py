"""What a reader sees at once on a slide: its place in the report, one message, names on axes, and no empty talk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crmlib import words
from crmlib.plots import colours
from crmlib.report import deck_tables, series
from crmlib.report.deck_base import Box
from crmlib.report.deck_tables import Cell, Table
from crmlib.report.publish import NotebookRun
from tests.report import decks, samples

BAR = {"form": "bar", "x": "segment", "y": ["rate"]}
SCORES = {"form": "stacked_bar", "x": "r", "y": ["n_customers"], "series": "f"}


@pytest.fixture(autouse=True)
def _english() -> Any:
    words.speak("en")
    yield
    words.speak("en")


def deck_of(tmp_path: Path, *parts: Any, **more: Any) -> Any:
    return decks.made(samples.one(tmp_path, ["# Who is best?", *parts], **more), tmp_path / "demo.pptx")


def use(*rows: list[Any], title: str = "All groups differ") -> dict[str, Any]:
    rows = rows or (["every day", 0.5], ["stopped", 0.125])
    return samples.chart("use", ["segment", "rate"], list(rows), BAR, title=title, name="By use")


def test_every_slide_of_a_chapter_says_its_number(tmp_path: Path) -> None:
    lost = {"untellable": "ad_costs", "note": "The table is missing."}
    deck = deck_of(tmp_path, samples.finding("a", "So."), use(), samples.table("t", ["segment"], [], title="T", **lost))
    above = {decks.title(slide): decks.texts(slide)[1] for slide in deck.slides}
    assert above["All groups differ"].startswith("1 Results › ")
    # A chapter of one slide has no slide that opens it: its number stands over the slide itself.
    assert above["Questions that the present data cannot answer: 1."] == "2 Issues"


def test_a_list_that_goes_on_is_spread_evenly() -> None:
    table = Table(["a", "b"], ["l", "l"], [[Cell(str(row)), Cell("text")] for row in range(21)], (10,))
    room = Box(0, 0, 400, 170)  # a head and nine rows
    parts = [len(part.rows) for part in deck_tables.pages(table, room, 10)]
    assert sum(parts) == 21
    assert max(parts) - min(parts) <= 1 < len(parts)


def test_what_cannot_be_told_is_folded_by_its_reason_and_listed_in_the_appendix(tmp_path: Path) -> None:
    note = "Cannot be told: the table “{}” is missing."
    gone = [samples.table(f"t{k}", ["segment"], [], title=f"What the data would have told of the customers {k}",
                          untellable="x", note=note.format(k % 3)) for k in range(60)]  # fmt: skip
    deck = deck_of(tmp_path, use(), *gone)
    (slide,) = [
        slide for slide in deck.slides if decks.title(slide) == "Questions that the present data cannot answer: 60."
    ]
    assert decks.table(slide)[1:] == [[note.format(k), "20", "RFM segmentation"] for k in range(3)]
    appendix = next(place for place, slide in enumerate(deck.slides) if decks.title(slide).endswith(" Appendix"))
    last = [place for place, slide in enumerate(deck.slides) if any("rs 59" in text for text in decks.texts(slide))]
    assert [place > appendix for place in last] == [True]


def test_what_is_said_of_nothing_stands_in_the_appendix(tmp_path: Path) -> None:
    late = samples.table("late", ["segment"], [], title="Late")
    deck = deck_of(tmp_path, samples.finding("a", "So."), "## Groups", use(), "## Late", late,
                   samples.finding("b", "No action is late."))  # fmt: skip
    (said,) = [slide for slide in deck.slides if any("No action is late." in text for text in decks.texts(slide))]
    assert decks.table(said)[1:] == [["RFM segmentation", "No action is late."]]
    titles = [decks.title(slide) for slide in deck.slides]
    assert titles.index(decks.title(said)) > titles.index("2 Appendix")


def test_one_bar_compares_nothing_and_is_no_slide_of_the_body(tmp_path: Path) -> None:
    deck = deck_of(tmp_path, samples.finding("a", "So."), use(["every day", 0.5], title="Every day is best: 50.0%"))
    titles = [decks.title(slide) for slide in deck.slides]
    assert titles.index("By use") > titles.index("2 Appendix")
    (said,) = [decks.title(slide) for slide in deck.slides if any("Every day is best" in t for t in decks.texts(slide))]
    assert titles.index(said) < titles.index("2 Appendix")


def test_a_chart_without_a_message_takes_the_one_that_would_stand_under_it(tmp_path: Path) -> None:
    none = "No group differs clearly from the others."
    deck = deck_of(tmp_path, samples.finding("a", "So."), "## Groups", use(title="By use"), samples.finding("b", none))
    assert decks.title(decks.with_chart(deck)) == none
    named = use(title="Rate, from the first day, by use") | {"name": "Rate, by use"}
    deck = deck_of(tmp_path, samples.finding("a", "So."), "## Groups", named, samples.finding("b", none))
    assert decks.title(decks.with_chart(deck)) == none


def test_text_that_goes_on_has_a_message_of_its_own(tmp_path: Path) -> None:
    told = samples.finding("a", "\n".join(f"Sentence {k}, of {'many ' * 30}words." for k in range(14)))
    titles = [decks.title(slide) for slide in deck_of(tmp_path, told, use()).slides]
    assert sum(title.startswith("Sentence") for title in titles) > 1
    assert len(set(titles)) == len(titles)


def test_scores_are_named_on_the_axis_and_in_the_legend(tmp_path: Path) -> None:
    rows = [[r, f, 10 * r + f] for r in (5, 4) for f in (1, 2)]
    deck = deck_of(
        tmp_path, samples.chart("rf", ["r", "f", "n_customers"], rows, SCORES, title="Most are 5", name="RF")
    )
    chart = decks.chart(decks.with_chart(deck))
    assert chart.category_axis.axis_title.text_frame.text == "R score"
    assert [series.name for series in chart.plots[0].series] == ["F score 1", "F score 2"]


def test_each_notebook_says_what_is_said_of_nothing(tmp_path: Path) -> None:
    runs = []
    late = samples.table("late", ["segment"], [], title="Late")
    for name in ("rfm", "ltv"):
        told, nothing = samples.finding("a", f"{name} is told."), samples.finding("b", f"{name}: nothing.")
        path = samples.write_notebook(tmp_path / f"{name}.ipynb", ["# Who?", told, "## Late", dict(late), nothing])
        runs.append(NotebookRun(name=name, verdict="ok", notebook=path, folder=tmp_path))
    deck = decks.made(samples.report(runs), tmp_path / "demo.pptx")
    assert decks.table(decks.called(deck, "Said where"))[1:] == [
        ["RFM segmentation", "rfm: nothing."], ["Lifetime value", "ltv: nothing."]]  # fmt: skip


def test_a_slide_of_sentences_is_headed_by_one_that_counts(tmp_path: Path) -> None:
    told = samples.finding("a", "It cannot be told.\nNothing is late.\nHalf of 300 left.")
    deck = deck_of(tmp_path, told, use())
    titles = [decks.title(slide) for slide in deck.slides]
    assert "Half of 300 left." in titles
    assert "Nothing is late." not in titles


def test_ranks_by_two_scores_are_cells_painted_as_in_the_pictures(tmp_path: Path) -> None:
    rows = [[5, 1, "C", 268], [5, 2, "A", 1200], [1, 1, "E", 2345]]
    form = {"form": "stacked_bar", "x": "r", "y": ["n_customers"], "series": "f"}
    drawn = samples.chart("rf", ["r", "f", "rf_rank", "n_customers"], rows, form, title="Most are E", name="RF")
    slide = decks.called(deck_of(tmp_path, samples.finding("a", "So."), drawn), "Most are E")
    assert decks.table(slide) == [["R score / F score", "1", "2"], ["5", "C\n268 customers", "A\n1,200 customers"],
                                  ["1", "E\n2,345 customers", ""]]  # fmt: skip
    (shown,) = [shape.table for shape in slide.shapes if shape.has_table]
    assert str(shown.cell(1, 2).fill.fore_color.rgb) == series.RANKS["A"].lstrip("#")
    assert {rank: colour.lower() for rank, colour in series.RANKS.items()} == colours.RANKS
    assert series.DARK_RANKS == colours.DARK_RANKS


def test_an_axis_of_scores_begins_with_the_first_of_them(tmp_path: Path) -> None:
    form = {"form": "line", "x": "score", "y": ["later_rate"]}
    rows = [[score, score / 10] for score in range(1, 6)]
    deck = deck_of(tmp_path, samples.chart("c", ["score", "later_rate"], rows, form, title="The best return", name="C"))
    axis = decks.chart(decks.with_chart(deck)).category_axis
    assert (axis.minimum_scale, axis.maximum_scale) == (1, 5)
