"""Pictures on paper: the same drawing, without what only costs time."""

from __future__ import annotations

import base64
import re

import pytest
from matplotlib.figure import Figure

from crmlib import words
from crmlib.report import figure, ruler
from crmlib.report.paper_pictures import START, lightened


@pytest.fixture(autouse=True)
def _english() -> None:
    words.speak("en", "JPY")


def picture(drawn: str) -> str:
    return START + base64.b64encode(drawn.encode()).decode()


def text_of(picture: str) -> str:
    return base64.b64decode(picture.removeprefix(START)).decode()


def test_a_chart_keeps_its_texts_and_shapes_and_loses_groups_styles_and_anchors() -> None:
    drawn = Figure(figsize=(4, 2))
    axes = drawn.subplots()
    axes.bar(["one", "two"], [1, 2], hatch="//")
    axes.set_ylabel("turned")
    before = figure.svg(axes)
    after = text_of(lightened(picture(before)))
    assert re.findall(r">([^<>]*\w[^<>]*)</(?:\w+:)?text>", after) == re.findall(r">([^<>]*\w[^<>]*)</text>", before)
    for shape in ("path", "use", "rect", "clipPath", "pattern"):
        assert len(re.findall(rf"<(?:\w+:)?{shape}[ >]", after)) == len(re.findall(rf"<{shape}[ >]", before))
    assert len(re.findall(r"<(?:\w+:)?g[ >]", after)) < len(re.findall(r"<g[ >]", before)) / 4
    assert "style=" not in after
    assert "text-anchor" not in after
    assert "rotate(-90" in after


def test_a_text_in_the_middle_starts_where_it_started() -> None:
    text = '<text style="font-size: 10px; text-anchor: {}" x="50" y="9">ab</text>'
    wide = ruler.width("ab", "en") * 10
    for anchor, share in (("middle", 0.5), ("end", 1.0)):
        after = text_of(lightened(picture(f'<svg xmlns="http://www.w3.org/2000/svg">{text.format(anchor)}</svg>')))
        assert f'x="{50 - share * wide:.2f}"' in after


@pytest.mark.parametrize("given", ["data:image/png;base64,AAAA", START + base64.b64encode(b"<svg").decode()])
def test_what_is_no_drawing_stays(given: str) -> None:
    assert lightened(given) == given


def test_a_rule_of_another_kind_keeps_the_styles() -> None:
    drawn = '<svg xmlns="http://www.w3.org/2000/svg"><style>rect{fill: red}</style><rect style="fill: blue"/></svg>'
    assert 'style="fill: blue"' in text_of(lightened(picture(drawn)))


def test_letters_no_font_has_are_replaced() -> None:
    drawn = '<svg xmlns="http://www.w3.org/2000/svg"><text x="1">한</text></svg>'
    assert ">〓<" in text_of(lightened(picture(drawn), lambda _: "〓"))
