"""Numbers, codes and sentences in both languages, and a catalogue that is complete."""

from __future__ import annotations

import ast
import gettext
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from crmlib import catalogue, dictionary, words
from crmlib.dictionary import CODES, COLUMNS, DEFINITIONS, KINDS
from crmlib.words import phrase, placeholders, say, text

KANA = re.compile(r"[ぁ-んァ-ヶ一-龠]")


@pytest.fixture(autouse=True)
def _english() -> None:
    words.speak("en", "JPY")


@pytest.mark.parametrize(
    ("value", "kind", "cell"),
    [
        (1234567, "money", "1,234,567"),
        (0.31944, "share", "31.9%"),
        (0.0, "share", "0.0%"),
        (-0.0004, "share", "0.0%"),
        (0.0712, "points", "7.1"),
        (-0.0123, "signed_share", "-1.2"),
        (33.333, "nps", "+33.3"),
        (-0.04, "nps", "0.0"),
        (0.0003, "pvalue", "<0.001"),
        (2025 * 12 + 3, "month", "2025-04"),
        (20544, "date", "2026-04-01"),
        ("2026-04-01", "date", "2026-04-01"),
        (None, "money", "–"),
        (math.nan, "share", "–"),
        (math.inf, "days", "–"),
        ("champions", "label", "Champions"),
        ("関東", "label", "関東"),
        (740 / 8000, "share", "9.3%"),
        (-740 / 8000, "change", "-9.3%"),
        (0.07250, "signed_share", "+7.3"),
        (0.0725, "points", "7.3"),
        (0.285, "ratio", "0.29"),
        (0.1 + 0.185, "ratio", "0.29"),
        (2.5, "count", "3"),
        (-2.5, "days", "-3"),
        (0.0625, "number", "0.1"),
        (33.25, "nps", "+33.3"),
        (0.0125, "pvalue", "0.013"),
        (0.0009996, "pvalue", "<0.001"),
        (-0.4, "money", "0"),
        (1234.5, "money", "1,235"),
        (-0.0004, "change", "0.0%"),
        (34.857, "change", "+3,485.7%"),
        (1e30, "count", f"{10**30:,}"),
    ],
)
def test_a_cell_is_written_by_its_kind(value: object, kind: str, cell: str) -> None:
    assert text(value, kind) == cell


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (999_999, "999,999円"),
        (1_000_000, "100万円"),
        (8_911_407, "891万円"),
        (99_994_999, "9,999万円"),
        (99_995_000, "1億円"),
        (321_000_000, "3億2,100万円"),
        (-2_000_000, "-200万円"),
        (2.5, "3円"),
        (-0.4, "0円"),
        (0, "0円"),
    ],
)
def test_yen_are_said_as_a_japanese_reader_says_them(value: int, said: str) -> None:
    words.speak("ja", "JPY")
    assert phrase(value, "money") == said


def test_pence_are_shown_as_pounds() -> None:
    words.speak("en", "GBP")
    assert (text(891140790, "money"), phrase(-12345, "money"), words.unit("money")) == (
        "8,911,407.90",
        "-£123.45",
        "GBP",
    )


def test_one_is_singular_and_anything_else_plural() -> None:
    assert [phrase(n, "customers") for n in (0, 1, 2)] == ["0 customers", "1 customer", "2 customers"]
    assert [phrase(n, "orders") for n in (-1, -2)] == ["-1 order", "-2 orders"]


@pytest.mark.parametrize(
    ("template", "one", "two"),
    [
        ("{n:customers} are to be asked.", "1 customer is to be asked.", "2 customers are to be asked."),
        ("{n:months} look like holes.", "1 month looks like holes.", "2 months look like holes."),
        ("{n:contracts} were cancelled.", "1 contract was cancelled.", "2 contracts were cancelled."),
        ("Some of {n:responses} carry a comment.", "Some of 1 response carry a comment.",
         "Some of 2 responses carry a comment."),
        ("{n:days} of them are needed.", "1 day of them are needed.", "2 days of them are needed."),
        ("{n:customers} area", "1 customer area", "2 customers area"),
    ],
)  # fmt: skip
def test_a_verb_goes_with_its_number(template: str, one: str, two: str) -> None:
    assert (say(template, n=1).text(), say(template, n=2).text()) == (one, two)
    words.speak("ja")
    assert say("{n:customers} are", n=1).text() == "1人 are"


def test_points_have_one_spacing_in_each_language() -> None:
    kinds = ((0.087, "points"), (0.4, "signed_points"))
    assert [phrase(*pair) for pair in kinds] == ["8.7 points", "+0.4 pt"]
    words.speak("ja")
    assert [phrase(*pair) for pair in kinds] == ["8.7pt", "+0.4pt"]


def test_dates_and_months_are_said_in_the_language() -> None:
    assert (phrase("2026-03-31", "date"), phrase(2026 * 12 + 2, "month")) == ("31 March 2026", "March 2026")
    words.speak("ja")
    assert (phrase("2026-03-31", "date"), phrase(2026 * 12 + 2, "month")) == ("2026年3月31日", "2026年3月")


def test_bands_of_silence_and_strata_are_said_in_the_language_and_a_clients_names_as_they_are() -> None:
    theirs = ["50+", "0–30", "Skin / Body", "SPF 30–50", "silent_movie"]
    said = ["silent_0_30", "silent_366_up", "f1 / r_long / Soap / Oil", *theirs]
    assert [words.label(one) for one in said] == [
        "0–30",
        "366+",
        "one order / more than 240 days / Soap / Oil",
        *theirs,
    ]
    words.speak("ja")
    assert [words.label(one) for one in said] == ["0〜30", "366〜", "1回 / 241日以上 / Soap / Oil", *theirs]


def test_a_probability_is_said_with_its_sign() -> None:
    assert [say("p {p:pvalue}", p=p).text() for p in (0.0421, 0.0001)] == ["p = 0.042", "p < 0.001"]


def test_a_missing_value_is_never_said() -> None:
    message = r"^a missing value cannot be said as 'share', choose a sentence for what is not known\.$"
    with pytest.raises(ValueError, match=message):
        say("{rate:share}", rate=math.nan).text()


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{n:custmers}", r"^kind == 'custmers', must be one of customers, orders, "),
        ("{n.real:count}", r"^\{n\.real\}: placeholders are plain names\.$"),
        ("{n[0]:count}", r"^\{n\[0\]\}: placeholders are plain names\.$"),
        ("{m:count}", r"^\{m\}: no value of that name, given: n\.$"),
    ],
)
def test_a_placeholder_is_a_name_and_a_kind(template: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        say(template, n=1).text()


def test_a_value_with_braces_is_not_a_template() -> None:
    assert say("“{name:text}”", name="{n.__class__}").text() == "“{n.__class__}”"


def test_bounds_take_the_label_of_their_column() -> None:
    assert words.column("rate_low").label == "Share who bought, 95% from"
    with pytest.raises(ValueError, match=r"^column 'colour' has no entry in crmlib/dictionary, give it a label"):
        words.column("colour")


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^language == 'fr', must be one of en, ja\.$"):
        words.speak("fr")


def test_every_column_has_a_kind_and_every_definition_a_column() -> None:
    assert {kind for _, kind in COLUMNS.values()} <= set(KINDS)
    assert set(DEFINITIONS) <= set(COLUMNS)


def test_no_two_codes_are_said_alike_by_accident() -> None:
    assert all(CODES.values())


def test_the_japanese_catalogue_is_complete_and_holds_nothing_else() -> None:
    kept = read_po(catalogue.catalogue_path("ja").open("rb"), locale="ja")
    there = {(m.context, m.id) for m in kept if m.id}
    wanted = {(m.context, m.id) for m in catalogue.messages() if m.id}
    assert there == wanted, "run `make words`"
    assert [m.id for m in kept if m.id and not catalogue.is_translated(m.string)] == []


def test_no_sentence_says_the_sign_of_a_probability_twice() -> None:
    kept = read_po(catalogue.catalogue_path("ja").open("rb"), locale="ja")
    texts = [text for m in (*kept, *catalogue.messages()) for text in (m.id, m.string) if isinstance(text, str)]
    assert [text for text in texts if re.search(r"[=<>＝＜＞]\s*\{\w+:pvalue\}", text)] == []


def test_what_is_said_of_an_exhibit_speaks_of_data_and_not_of_ink() -> None:
    # A reader who hears the text, and one of the workbook or of grey paper, has neither dashes nor colours.
    ink = re.compile(
        r"\b(dashed|dotted|pale|orange|grey|coloured|bars?|a line|lines? each|one line|not drawn[.;])"
        r"|破線|点線|実線|太線|細線|淡|橙|色分け|色付き|棒|描いて",
        re.IGNORECASE,
    )
    words.speak("ja")
    said: set[str] = set()
    for path in catalogue.NOTEBOOKS.glob("*.ipynb"):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        said |= {text for source in sources for text in catalogue.literals(source)}
    assert len(said) > 300
    assert [text for one in sorted(said) for text in (one, words.translate(one)) if ink.search(text)] == []


def test_a_translation_keeps_every_placeholder_of_its_source() -> None:
    kept = read_po(catalogue.catalogue_path("ja").open("rb"), locale="ja")
    for message in kept:
        if message.id and isinstance(message.id, str):
            assert placeholders(str(message.string)) == placeholders(message.id), message.id


def test_nothing_in_the_catalogue_is_fuzzy_or_taken_for_a_printf_format() -> None:
    # A fuzzy header would be passed over by pybabel compile, and a fuzzy message by the compiled catalogue.
    kept = read_po(catalogue.catalogue_path("ja").open("rb"), locale="ja")
    assert not kept.fuzzy
    # Babel gives its own flags to what it reads, so the file is asked and not the messages.
    flags = re.findall(r"^#,.*", catalogue.catalogue_path("ja").read_text(encoding="utf-8"), re.MULTILINE)
    assert {flag.strip() for line in flags for flag in line[2:].split(",")} <= {"python-brace-format"}
    for message in kept:
        if isinstance(message.id, tuple):
            assert len(message.string) == kept.num_plurals, message.id
            assert all(placeholders(form) == placeholders(message.id[1]) for form in message.string), message.id


def test_the_compiled_catalogue_is_that_of_the_source() -> None:
    kept = read_po(catalogue.catalogue_path("ja").open("rb"), locale="ja")
    compiled = gettext.GNUTranslations(catalogue.catalogue_path("ja").with_suffix(".mo").open("rb"))
    for message in kept:
        if message.id and isinstance(message.id, str):
            said = compiled.pgettext(message.context, message.id) if message.context else compiled.gettext(message.id)
            assert said == message.string


def test_japanese_has_no_english_left_and_english_no_japanese() -> None:
    kept = read_po(catalogue.catalogue_path("ja").open("rb"), locale="ja")
    plain = re.compile(r"\{[^}]*\}")
    code = _code_of_lessons()
    names = {
        "NPS",
        "RFM",
        "notebooks",
        "ABテスト",
        "Excel",
        "crmlib",
        "report.finish",
        "Welch",
        "Wilson",
        "Greenwood",
        "Wald",
        "BG/NBD",
        "Gamma-Gamma",
        "Bonferroni",
        "YYYY-MM-DD",
        # Services and tools under their own names, and people who found a method.
        "LINE",
        "ROAS",
        "Stripe",
        "Billing",
        "Borkowf",
        "LTV-Lab",
        "MakeRepeater",
        "f-i-d.jp",
    }
    for message in kept:
        if not message.id:
            continue
        said = message.string if isinstance(message.string, str) else message.string[0]
        left = plain.sub("", said)
        for name in names:
            left = left.replace(name, "")
        # The start page tells commands, the lessons teach code.
        if message.locations and all(re.search("workshop/|batch/start", place) for place, _ in message.locations):
            left = re.sub(r"`[^`]*`", "", left)
        if message.locations and all("workshop/" in place for place, _ in message.locations):
            left = re.sub(r"[A-Za-z_][A-Za-z0-9_]*", lambda word: "" if word[0] in code else word[0], left)
        assert not re.search(r"[A-Za-z]{4,}", left), said
        source = message.id if isinstance(message.id, str) else message.id[0]
        # What Japanese tools call a figure stands as they write it, in either language.
        assert set(KANA.findall(source)) <= set(KANA.findall(said)), source


def _code_of_lessons() -> set[str]:
    """Names that lessons teach to type, which are the same in every language."""
    found = {
        "None",
        "hint",
        "solution",
        "JupyterLab",
        "Shift",
        "Enter",
        "True",
        "False",
        "grade",
        "workshop",
        "month",
        "TODAY",
    }
    for path in catalogue.NOTEBOOKS.glob("workshop/*.ipynb"):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        for node in ast.walk(ast.parse(code)):
            said = (getattr(node, name, None) for name in ("id", "attr", "arg", "value"))
            found |= {text for text in said if isinstance(text, str) and text.isidentifier()}
    return found


TEMPLATES = catalogue.PACKAGE / "report" / "templates"
# What stands between an expression and the next: no letters of a language.
EXPRESSION = re.compile(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}|<style.*?</style>|<!doctype html>", re.DOTALL)


def test_a_template_says_nothing_but_through_the_catalogue() -> None:
    for path in TEMPLATES.glob("*.html"):
        bare = EXPRESSION.sub(" ", path.read_text(encoding="utf-8"))
        said = re.findall(r'(?:alt|title|aria-label|placeholder)="([^"]*)"', bare)
        said += re.sub(r"<[^>]*>", " ", bare).split()
        left = [word.strip() for word in said if re.search(r"[A-Za-z]{3,}|[ぁ-んァ-ヶ一-龠]", word)]
        assert set(left) <= {"crmlib"}, path


def _literals_of(path: Path) -> Iterator[str]:
    """Texts in a module that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node.value


def test_a_sentence_with_values_is_in_the_catalogue_wherever_it_is_written() -> None:
    known = {message.id for message in catalogue.messages() if isinstance(message.id, str)}
    typed = re.compile(rf"\{{\w+:(?:{'|'.join(KINDS)})\}}")
    for path in sorted(catalogue.PACKAGE.rglob("*.py")):
        said = (text for text in _literals_of(path) if typed.search(text) and re.search(r"\w", typed.sub("", text)))
        left = [text for text in said if text not in known]
        assert left == [], f"{path}: say them with N_"


def test_a_notebook_shows_no_text_that_the_catalogue_does_not_know() -> None:
    known = {message.id for message in catalogue.messages() if isinstance(message.id, str)}
    for path in sorted(catalogue.NOTEBOOKS.glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                nodes = ast.walk(ast.parse("".join(cell["source"])))
                calls = [node for node in nodes if isinstance(node, ast.Call) and catalogue._is_report_call(node)]
                texts = [arg for call in calls for arg in (*call.args, *(k.value for k in call.keywords))]
                said = [node.value for node in texts if isinstance(node, ast.Constant) and isinstance(node.value, str)]
                assert [text for text in said if " " in text and text not in known] == [], path.name


def test_an_f_string_is_refused_in_a_report_text() -> None:
    message = r"^line 1: a report text is one literal; put values in as \{name:kind\}\.$"
    with pytest.raises(ValueError, match=message):
        catalogue.literals("report.metric('a', 1, title=f'{n} customers', kind='count')")


def test_the_markdown_of_a_notebook_is_translated_block_by_block() -> None:
    notebook = {"cells": [{"cell_type": "markdown", "source": ["## The answer in short\n", "\n", "Unknown words"]}]}
    words.translate_notebook(notebook, "ja")
    assert notebook["cells"][0]["source"] == "## 結論\n\nUnknown words"


@pytest.mark.parametrize("part", ["COLUMNS", "CODES", "DEFINITIONS"])
def test_a_name_that_two_questions_know_means_the_same_in_both(part: str) -> None:
    seen: dict[str, tuple[str, Any]] = {}
    for module in dictionary.MODULES:
        for name, entry in getattr(module, part).items():
            known = seen.setdefault(name, (module.__name__, entry))
            assert known[1] == entry, (name, module.__name__, known)
