"""A format that this machine cannot write is refused in one sentence, before a kernel starts."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from crmlib.batch.formats import EXTRAS, FORMATS, check_formats
from crmlib.errors import UserError


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
