"""A consultant's PowerPoint file is refused in one sentence before anything is run, or taken."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from pptx import Presentation

from crmlib.client import load_client
from crmlib.data import slide_file
from crmlib.data.slide_file import TYPES, fault
from crmlib.errors import UserError

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
MICROSOFT = "http://schemas.microsoft.com/office/2006/relationships/"
LAYOUT, MASTER = "ppt/slideLayouts/slideLayout6.xml", "ppt/slideMasters/slideMaster1.xml"
MASTER_RELS, MAIN, MAIN_RELS = (
    "ppt/slideMasters/_rels/slideMaster1.xml.rels", "ppt/presentation.xml", "ppt/_rels/presentation.xml.rels",
)  # fmt: skip
BLANK, OUTSIDE = "is no PowerPoint file (.pptx or .potx)", "links to a picture or file outside of it, embed that first"
MACROS, OBJECT = (
    "holds macros, save it as .pptx or .potx",
    "holds an embedded object (OLE) in its master or a layout, delete that first",
)
Change = Callable[[bytes], bytes] | bytes | None
CLIENT = """name: acme
slides: {template: house.pptx}
sources: {orders: {path: o.csv, columns: {customer_id: a, order_date: b, order_amount: c}}}
"""


@cache
def blank() -> bytes:
    made = io.BytesIO()
    Presentation().save(made)
    return made.getvalue()


def package(folder: Path, **changes: Change) -> Path:
    """The default template of python-pptx; each part named here is changed, added, or (None) left out."""
    with zipfile.ZipFile(io.BytesIO(blank())) as old, zipfile.ZipFile(folder / "house.pptx", "w") as made:
        for name in dict.fromkeys([*old.namelist(), *changes]):
            change = changes.get(name, lambda blob: blob)
            if change is not None:
                made.writestr(name, change if isinstance(change, bytes) else change(old.read(name)))
    return folder / "house.pptx"


def put(old: str, new: str) -> Change:
    def change(blob: bytes) -> bytes:
        assert old.encode() in blob
        return blob.replace(old.encode(), new.encode())

    return change


def last(tag: str, new: str) -> Change:
    """Put this before the end of that element."""
    return put(f"</{tag}>", f"{new}</{tag}>")


def relation(kind: str, target: str, *, mode: str = "", quote: str = '"') -> Change:
    outside = f' TargetMode="{mode}"' if mode else ""
    said = f'<Relationship Id="rId66" Type="{kind}" Target="{target}"{outside}/>'
    return last("Relationships", said.replace('"', quote))


def size(told: str) -> dict[str, Change]:
    return {MAIN: lambda blob: re.sub(rb"<p:sldSz[^>]*/>", told.encode(), blob)}


def damaged(name: str, how: str) -> str:
    return f"is damaged: its part '{name}' {how}; save it again with PowerPoint"


@pytest.mark.parametrize("main", ["presentation", "template"])
def test_a_presentation_and_a_template_with_a_title_are_taken(tmp_path: Path, main: str) -> None:
    types = put("presentationml.presentation.main", f"presentationml.{main}.main")
    assert fault(package(tmp_path, **{TYPES: types})) == ""


def test_quotes_and_encodings_of_the_xml_do_not_count(tmp_path: Path) -> None:
    single = {f"ppt/slideLayouts/slideLayout{k}.xml": (lambda blob: blob.replace(b'"', b"'")) for k in range(1, 12)}
    wide = {MASTER_RELS: lambda blob: blob.decode().replace("UTF-8", "UTF-16").encode("utf-16")}
    assert fault(package(tmp_path, **single, **wide)) == ""


NO_TITLE = {f"ppt/slideLayouts/slideLayout{k}.xml": (lambda blob: re.sub(rb'type="(?:title|ctrTitle)"', b"", blob))
            for k in range(1, 12)}  # fmt: skip
UTF16 = relation(f"{OFFICE}image", "http://x.example/p.png", mode="External")


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (NO_TITLE, "has no layout with a title"),
        ({MASTER: lambda blob: re.sub(rb"<p:sldLayoutIdLst>.*</p:sldLayoutIdLst>", b"", blob, flags=re.DOTALL)},
         "has no layout with a title"),
        ({TYPES: put("presentationml.presentation", "wordprocessingml.document")}, BLANK),
        ({TYPES: None}, BLANK),
        ({"_rels/.rels": None}, BLANK),
    ],
)  # fmt: skip
def test_what_cannot_be_a_template_is_said(tmp_path: Path, parts: dict[str, Change], said: str) -> None:
    assert fault(package(tmp_path, **parts)) == said


@pytest.mark.parametrize(
    "parts",
    [
        {TYPES: put("vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
                    "vnd.ms-powerpoint.presentation.macroEnabled.main+xml")},
        {MAIN_RELS: relation(f"{MICROSOFT}vbaProject", "a.bin"), "ppt/a.bin": b"VBA",
         TYPES: last("Types", '<Override PartName="/ppt/a.bin" ContentType="application/octet-stream"/>')},
        {TYPES: last("Types", '<Default Extension="bin" ContentType="application/VND.MS-OFFICE.VBAPROJECT"/>')},
        {"ppt/VBAproject.bin": b"VBA"},
        {"ppt/activeX/activeX1.bin": b"OLE"},
    ],
)  # fmt: skip
def test_macros_are_refused_by_type_by_relation_and_by_name(tmp_path: Path, parts: dict[str, Change]) -> None:
    assert fault(package(tmp_path, **parts)) == MACROS


@pytest.mark.parametrize(
    ("kind", "target"),
    [("oleObject", "../a.bin"), ("control", "../a.bin"), ("package", "../a.xlsx"),
     ("image", "../embeddings/oleObject1.bin")],
)  # fmt: skip
def test_objects_of_a_master_are_refused_those_of_a_slide_go_with_it(tmp_path: Path, kind: str, target: str) -> None:
    found = {MASTER_RELS: relation(f"{OFFICE}{kind}", target), "ppt/embeddings/oleObject1.bin": b"OLE"}
    assert fault(package(tmp_path, **found)) == OBJECT
    of_slide = {"ppt/slides/_rels/slide1.xml.rels": b"<Relationships/>", "ppt/embeddings/oleObject1.bin": b"OLE"}
    of_slide["ppt/slides/_rels/slide1.xml.rels"] = (
        f'<Relationships><Relationship Id="a" Type="{OFFICE}{kind}" Target="{target}"/></Relationships>'.encode()
    )
    assert fault(package(tmp_path, **of_slide)) == ""


@pytest.mark.parametrize("name", [MASTER_RELS, MAIN_RELS, "ppt/slideLayouts/_rels/slideLayout6.xml.rels"])
@pytest.mark.parametrize(
    "change",
    [relation(f"{OFFICE}image", "https://x.example", mode="External"),
     relation(f"{OFFICE}image", "https://x.example", mode="External", quote="'"),
     relation(f"{OFFICE}image", "https://x.example/hyperlink/p.png", mode="External"),
     relation(f"{OFFICE}image", "https://x.example", mode=" EXTERNAL"),
     relation(f"{OFFICE}x/hyperlink", "https://x.example", mode="External"),
     lambda blob: UTF16(blob).decode().replace("UTF-8", "UTF-16").encode("utf-16")],
)  # fmt: skip
def test_what_would_be_fetched_is_refused_however_it_is_written(tmp_path: Path, name: str, change: Change) -> None:
    assert fault(package(tmp_path, **{name: change})) == OUTSIDE


def test_a_theme_that_fetches_is_refused(tmp_path: Path) -> None:
    rels = f'<Relationships><Relationship Id="a" Type="{OFFICE}image" Target="http://x" TargetMode="External"/>'
    found = {"ppt/theme/_rels/theme1.xml.rels": f"{rels}</Relationships>".encode()}
    assert fault(package(tmp_path, **found)) == OUTSIDE


def test_a_link_of_a_text_is_no_fault_it_is_dropped(tmp_path: Path) -> None:
    rels = {MASTER_RELS: relation(f"{OFFICE}hyperlink", "https://x.example", mode="External")}
    assert fault(package(tmp_path, **rels)) == ""


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({MASTER: lambda blob: blob[:500]}, damaged(MASTER, "is no readable XML")),
        ({MASTER: b"<a>" * 300 + b"</a>" * 300}, damaged(MASTER, "is no readable XML")),
        ({LAYOUT: put("<p:sldLayout", '<!DOCTYPE x [<!ENTITY e "e">]><p:sldLayout')},
         damaged(LAYOUT, "is no readable XML")),
        ({LAYOUT: put("<p:cSld", "<?x?><q:x/><p:cSld")}, damaged(LAYOUT, "is no readable XML")),
        ({MASTER: b"<x/>"}, damaged(MASTER, "is something else")),
        ({MASTER: None}, damaged(MASTER, "is missing")),
        ({LAYOUT: None}, damaged(LAYOUT, "is missing")),
        ({MAIN: None}, damaged(MAIN, "is missing")),
        ({MAIN_RELS: None}, damaged(MAIN, "names a slideMaster 'rId1' that is not there")),
        ({"ppt/slideLayouts/_rels/slideLayout6.xml.rels": None}, damaged(LAYOUT, "has no slide master")),
        ({MASTER_RELS: put("relationships/theme", "relationships/x")}, damaged(MASTER, "has no theme")),
        ({MASTER_RELS: relation(f"{OFFICE}image", "slideMaster1.xml")}, damaged(MASTER, "is used as two things")),
        ({MASTER_RELS: relation(f"{OFFICE}image", "../a.png"), "ppt/a.png": b"x"},
         damaged("ppt/a.png", "is no picture")),
        ({MAIN: lambda blob: re.sub(rb"<p:sldMasterIdLst>.*</p:sldMasterIdLst>", b"", blob)}, "has no slide master"),
        (size(""), "does not say the size of its slides, save it again with PowerPoint"),
        (size('<p:sldSz cx="wide" cy="3000000"/>'),
         "does not say the size of its slides, save it again with PowerPoint"),
        (size('<p:sldSz cx="0" cy="0"/>'),
         "has slides of 0 x 0 inches, at least 5 x 3 and at most 56 x 56 are taken"),
        (size('<p:sldSz cx="914400" cy="4572000"/>'),
         "has slides of 1 x 5 inches, at least 5 x 3 and at most 56 x 56 are taken"),
        (size('<p:sldSz cx="91440000" cy="4572000"/>'),
         "has slides of 100 x 5 inches, at least 5 x 3 and at most 56 x 56 are taken"),
        (size('<p:sldSz cx="4572000" cy="2743200"/>'), ""),
    ],
)  # fmt: skip
def test_what_would_break_after_the_run_is_refused_before_it(
    tmp_path: Path, parts: dict[str, Change], said: str
) -> None:
    assert fault(package(tmp_path, **parts)) == said


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_that_is_there_twice_or_does_not_unpack_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(package(tmp_path), "a") as made:
        made.writestr(LAYOUT.upper(), b"<x/>")
    assert fault(tmp_path / "house.pptx") == damaged(LAYOUT.lower(), "is there twice")
    with zipfile.ZipFile(io.BytesIO(blank())) as whole:
        at = whole.getinfo(MASTER).header_offset
    blob = bytearray(blank())
    start = at + 30 + sum(struct.unpack_from("<HH", blob, at + 26))
    blob[start + 50 : start + 90] = bytes(byte ^ 0xFF for byte in blob[start + 50 : start + 90])
    (tmp_path / "house.pptx").write_bytes(blob)
    assert fault(tmp_path / "house.pptx") == damaged(MASTER, "cannot be unpacked")


def test_too_many_parts_or_bytes_are_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = {f"ppt/media/image{k}.png": b"0" * 300_000 for k in range(20)}
    monkeypatch.setattr(slide_file, "MOST_MB", 5)
    assert fault(package(tmp_path, **many)) == "holds 6 MB unpacked, at most 5 MB are taken"
    monkeypatch.setattr(slide_file, "MOST_PARTS", 10)
    assert fault(package(tmp_path)) == "holds 36 parts, at most 10 are taken"
    assert fault(package(tmp_path, **many)).startswith("holds 56 parts")


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
