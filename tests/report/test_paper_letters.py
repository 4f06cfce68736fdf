"""Letters that no house font has, and the language of what is not in the report's: on paper and in its tags."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmlib import words
from crmlib.report import paper_letters
from crmlib.report.paper_letters import Letters
from tests.report import samples
from tests.report.pdf_check import HOUSE, problems
from tests.report.samples import cell
from tests.report.test_pdf import made, svg

NAMES = ["한국 세럼", "护肤精华", "Крем 😀", "結ノ葉 👩‍👧", "葛\U000e0100城", "外字\ue000", "ก"]
SHOWN = ["〓〓 〓〓", "〓肤精〓", "Крем 😀", "結ノ葉 〓〓", "葛城", "外字〓", "〓"]


@pytest.fixture(autouse=True)
def _english() -> None:
    words.speak("en", "JPY")


def test_a_letter_no_font_has_is_a_geta_and_its_code_is_told_once() -> None:
    letters = Letters()
    assert [letters.drawn(name) for name in NAMES] == SHOWN
    assert letters.told() == (
        "〓 stands for a character that the fonts of this report do not have: "
        "U+D55C, U+AD6D, U+C138, U+B7FC, U+62A4, U+534E, U+1F469, U+1F467, …."
    )
    assert Letters().told() == ""


def test_titles_and_alternative_texts_keep_their_letters() -> None:
    page = '<head><title>한</title></head><body><img alt="한">\n<p>한</p><!-- letters --></body>'
    shown = Letters().page(page)
    assert shown.startswith('<head><title>한</title></head><body><img alt="한">\n<p>〓</p><li><span>Characters</span>')
    plain = "<head></head><body><p>肤</p></body>"
    assert Letters().page(plain) == plain


def test_marks_of_direction_go_and_separators_of_lines_become_spaces() -> None:
    letters = Letters()
    assert letters.drawn("a\u202e12\u2028b\u2029c\u200e") == "a12 b c"
    page = letters.page('<head><title>a\u2028b</title></head><body alt="a\u2029b"><p>1\u20282</p></body>')
    assert page == '<head><title>a b</title></head><body alt="a b"><p>1 2</p></body>'
    assert letters.told() == ""


@pytest.mark.parametrize("language", ["en", "ja"])
def test_paper_shows_them_in_the_house_fonts_and_says_so(tmp_path: Path, language: str) -> None:
    words.speak(language, "JPY")
    native = {"form": "line", "x": "k", "y": ["rate"]}
    parts = [
        "# Names 한", samples.table("t", ["segment", "amount"], [[name, 1] for name in NAMES], title="구"),
        samples.grid("g", [[cell(0.5)]], row_labels=["한"]),
        samples.chart("c", ["k", "rate"], [[1, 0.5]], native, title="t", picture=svg("한글 図"), alt="한"),
    ]  # fmt: skip
    checked = made(samples.one(tmp_path, parts, language=language, client=samples.Client(title="店 한")), tmp_path)
    text = " ".join(checked.pages())
    assert [name for name in [*SHOWN, "Names 〓", "店 〓", "〓〓 図"] if name not in text] == []
    assert {letter for letter in text if letter in "한국护精ก\ue000"} == {"精"}
    told = {"en": "do not have: U+D55C", "ja": "文字です：U+D55C"}[language]
    assert text.count(told) == 1
    title = {"en": "Customer analysis report | 店 한", "ja": "顧客分析レポート | 店 한"}[language]
    fonts = {"en": HOUSE, "ja": HOUSE - {"DejaVu-Sans-Bold"}}[language]
    assert problems(checked, language=language, title=title, fonts=fonts, n_tables=3) == []
    spans = [span["/Lang"] for span in checked.of("/Span") if "/Lang" in span]
    assert set(spans) == ({"ja"} if language == "en" else set())


def test_no_more_codes_than_a_line_holds() -> None:
    letters = Letters()
    letters.drawn("".join(chr(0xAC00 + k) for k in range(30)))
    assert letters.told().count("U+") == paper_letters.MOST_CODES
