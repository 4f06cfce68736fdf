"""A format that this machine cannot write is refused in one sentence, before a kernel starts."""

from __future__ import annotations

import io
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from crmlib.batch.formats import EXTRAS, FORMATS, check_formats
from crmlib.errors import UserError

BROKEN, AGAIN = "cannot carry slides", "save it again with PowerPoint"
ROOM, PAGE = "has no room for pages:", "its layout 'Title Only'"


def test_what_needs_no_extra_is_never_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    for package, _ in EXTRAS.values():
        monkeypatch.setitem(sys.modules, package, None)
    check_formats(["html", "xlsx"])
    assert set(EXTRAS) < set(FORMATS)


@pytest.mark.parametrize(("name", "package", "extra"), [("pdf", "weasyprint", "pdf"), ("pptx", "pptx", "slides")])
def test_a_missing_package_is_named_with_the_extra_that_brings_it(
    monkeypatch: pytest.MonkeyPatch, name: str, package: str, extra: str
) -> None:
    monkeypatch.delitem(sys.modules, package, raising=False)
    monkeypatch.setattr(sys, "meta_path", [_Without(package), *sys.meta_path])
    with pytest.raises(UserError) as refused:
        check_formats(["html", name])
    assert str(refused.value) == (
        f"{name}: the package {package} is missing, get it with pip install 'crmlib[{extra}]'."
    )


def house(folder: Path, old: str = "", new: str = "") -> Path:
    """The default template of python-pptx, changed in every layout and master."""
    from pptx import Presentation

    raw = io.BytesIO()
    Presentation().save(raw)
    with zipfile.ZipFile(raw) as given, zipfile.ZipFile(folder / "house.pptx", "w") as made:
        for part in given.namelist():
            blob = given.read(part)
            shapes = re.fullmatch(r"ppt/slide(?:Layout|Master)s/\w+\.xml", part) and old
            made.writestr(part, re.sub(old.encode(), new.encode(), blob, flags=re.DOTALL) if shapes else blob)
    return folder / "house.pptx"


def test_a_template_that_carries_slides_is_no_reason_to_stop(tmp_path: Path) -> None:
    check_formats(["html", "pptx"], house(tmp_path))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('sz="4400"', 'sz="x"', f"{BROKEN} (ValueError: invalid literal for int() with base 10: 'x'); {AGAIN}"),
        ('sz="4400"', 'sz="0"', f"{BROKEN} (ZeroDivisionError: float division by zero); {AGAIN}"),
        ("<a:xfrm>.*?</a:xfrm>", "", f"{ROOM} the title of {PAGE} is 0 x 0 points, at least 150 x 18 are needed"),
        (r'<a:off x="\d+" y="\d+"/>', '<a:off x="-999999" y="0"/>',
         f"{ROOM} the title of {PAGE} reaches over the edge of the slide"),
        (r'<a:ext cx="\d+" cy="\d+"/>', '<a:ext cx="8000000" cy="6400000"/>',
         f"{ROOM} the room under the title of {PAGE} is 630 x 0 points, at least 250 x 90 are needed"),
    ],
)  # fmt: skip
def test_a_template_that_carries_no_slides_is_refused_only_when_slides_are_written(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    template = house(tmp_path, old, new)
    check_formats(["html", "xlsx"], template)
    with pytest.raises(UserError) as refused:
        check_formats(["pptx"], template)
    assert str(refused.value) == f"slides.template 'house.pptx' {said}."


def test_a_missing_pango_is_told_with_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def without(name: str, *rest: Any) -> Any:
        raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr("crmlib.batch.formats.importlib.import_module", without)
    with pytest.raises(UserError, match=r"^pdf: the library Pango is missing, get it with apt-get install libpango"):
        check_formats(["pdf"])


class _Without:
    """A finder that finds nothing under one name."""

    def __init__(self, package: str) -> None:
        self.package = package

    def find_spec(self, name: str, *_: Any) -> None:
        if name == self.package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
