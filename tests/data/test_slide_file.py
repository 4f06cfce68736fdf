"""A consultant's PowerPoint file is refused in one sentence before anything is run, or taken."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from crmlib.client import load_client
from crmlib.data.slide_file import TYPES, fault
from crmlib.errors import UserError

MAIN = "application/vnd.openxmlformats-officedocument.presentationml.{}.main+xml"
TITLE = '<p:sldLayout><p:ph type="title"/></p:sldLayout>'
LAYOUT = "ppt/slideLayouts/slideLayout1.xml"
RELATION = '<Relationship Id="rId1" Type="http://x/relationships/{}" Target="https://x.example" TargetMode="External"/>'
CLIENT = """name: acme
slides: {template: house.pptx}
sources: {orders: {path: o.csv, columns: {customer_id: a, order_date: b, order_amount: c}}}
"""


def package(folder: Path, main: str = "presentation", **parts: str) -> Path:
    with zipfile.ZipFile(folder / "house.pptx", "w") as made:
        made.writestr(TYPES, MAIN.format(main))
        for name, text in {LAYOUT: TITLE, **parts}.items():
            made.writestr(name, text)
    return folder / "house.pptx"


@pytest.mark.parametrize("main", ["presentation", "template"])
def test_a_presentation_and_a_template_with_a_title_are_taken(tmp_path: Path, main: str) -> None:
    assert fault(package(tmp_path, main)) == ""


@pytest.mark.parametrize(
    ("main", "parts", "said"),
    [
        ("presentation", {LAYOUT: "<p:sldLayout/>"}, "has no layout with a title"),
        ("document", {}, "is no PowerPoint file (.pptx or .potx)"),
        ("presentation", {TYPES: "application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml"},
         "holds macros, save it as .pptx or .potx"),
        ("presentation", {"ppt/slideMasters/_rels/slideMaster1.xml.rels": RELATION.format("image")},
         "links to a picture or file outside of it, embed that first"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_what_cannot_be_a_template_is_said(tmp_path: Path, main: str, parts: dict[str, str], said: str) -> None:
    assert fault(package(tmp_path, main, **parts)) == said


def test_a_link_of_a_text_is_no_fault_it_is_dropped(tmp_path: Path) -> None:
    rels = {"ppt/slideMasters/_rels/slideMaster1.xml.rels": RELATION.format("hyperlink")}
    assert fault(package(tmp_path, **rels)) == ""


def test_a_file_that_is_not_there_or_no_package_is_answered_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "acme.yml").write_text(CLIENT, encoding="utf-8")
    for said in ("is not there", "is no PowerPoint file (.pptx or .potx)"):
        with pytest.raises(UserError) as error:
            load_client(tmp_path / "parameters" / "acme.yml")
        assert str(error.value) == f"parameters/acme.yml line 2: slides.template 'house.pptx' {said}."
        (tmp_path / "house.pptx").write_text("no zip", encoding="utf-8")


@pytest.mark.parametrize(
    ("given", "said"),
    [("maybe", "'maybe', must be true or false"), ("1", "'1', must be true or false"),
     ("[no]", "a list, must be true or false")],
)  # fmt: skip
def test_the_appendix_is_asked_for_or_not_and_nothing_else(tmp_path: Path, given: str, said: str) -> None:
    start, end = CLIENT.split("template: house.pptx")
    client = tmp_path / "acme.yml"
    for answer in (True, False):
        client.write_text(f"{start}appendix: {str(answer).lower()}{end}", encoding="utf-8")
        assert load_client(client).slides.appendix is answer
    client.write_text(f"{start}appendix: {given}{end}", encoding="utf-8")
    with pytest.raises(UserError) as error:
        load_client(client)
    assert str(error.value) == f"acme.yml line 2: slides.appendix is {said}."
