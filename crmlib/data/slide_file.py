"""A consultant's own PowerPoint file as the ground of the slides: whether it can be one, told without python-pptx.

Only what the slides will stand on counts: presentation, masters, layouts, themes and their pictures, found by their
relations, never by their names. `crmlib.report.deck_clean` keeps the same parts and drops all others.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

TYPES = "[Content_Types].xml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
# What a part may lead to; all other relations are dropped.
KEPT = {
    "officeDocument": {"slideMaster", "theme", "presProps", "viewProps", "tableStyles", "font"},
    "slideMaster": {"slideLayout", "theme", "image"},
    "slideLayout": {"slideMaster", "themeOverride", "image"},
    "theme": {"image"},
    "themeOverride": {"image"},
}
MOST_MB, MOST_PARTS = 300, 5_000
LEAST_SIZE, LARGEST_SIDE = (5, 3), 56  # inches; PowerPoint takes no more than 56
_INCH = 914_400
_MOST_XML, _DEEPEST = 10_000_000, 200  # what lxml reads of one part without being told to read anything
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MAIN = re.compile(r".*\.presentationml\.(?:presentation|template)\.main\+xml")
_MACRO_TYPE = re.compile(r"macroenabled|vbaproject|vbadata|activex")
_MACRO_NAME = re.compile(r"(?:^|/)(?:vbaproject|vbadata|activex)[^/]*$")
_OBJECT = re.compile(r"/(?:oleobject|control|package)$")
_OBJECT_NAME = re.compile(r"/(?:embeddings/[^/]*|oleobject[^/]*)$")
_BLANK = "is no PowerPoint file (.pptx or .potx)"
_ROOTS = {"officeDocument": "presentation", "slideMaster": "sldMaster", "slideLayout": "sldLayout",
          "presProps": "presentationPr", "viewProps": "viewPr", "tableStyles": "tblStyleLst"}  # fmt: skip
_HOLDER = f"{_P}cSld/{_P}spTree/{_P}sp/{_P}nvSpPr/{_P}nvPr/{_P}ph"


class _WrongError(Exception):
    """The end of the sentence that refuses the file."""


class _Relation(NamedTuple):
    key: str
    type: str
    target: str
    external: bool

    @property
    def kind(self) -> str:
        return self.type.removeprefix(OFFICE)


class _Plain(ET.TreeBuilder):
    """A tree without document types, so without entities, and not deeper than can be read again."""

    depth = 0

    def doctype(self, *_: str | None) -> None:
        raise ET.ParseError("a document type")

    def start(self, tag: str, attrs: dict[str, str]) -> ET.Element:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ET.ParseError("nested too deeply")
        return super().start(tag, attrs)

    def end(self, tag: str) -> ET.Element:
        self.depth -= 1
        return super().end(tag)


def fault(path: Path) -> str:
    """What keeps a file from being a template of slides, as the end of a sentence; empty when nothing does."""
    try:
        if not path.is_file():
            return "is not there"
        with zipfile.ZipFile(path) as parts:
            _check(parts)
    except _WrongError as wrong:
        return str(wrong)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError):
        return _BLANK
    return ""


def _check(parts: zipfile.ZipFile) -> None:
    _check_limits(parts)
    types = _types(parts)
    relations = {_owner(name): list(_relations(parts, name)) for name in parts.namelist() if name.endswith(".rels")}
    _check_macros(parts, types, relations)
    main = _main(relations, types)
    kept = _kept(parts, main, relations)
    for name, kind in kept.items():
        _check_ways_out(relations.get(name, []))
        _check_part(parts, name, kind, types)
    _check_size(_read(parts, main))
    _check_layouts(parts, main, relations)


def _check_limits(parts: zipfile.ZipFile) -> None:
    found = parts.infolist()
    if len(found) > MOST_PARTS:
        raise _WrongError(f"holds {len(found)} parts, at most {MOST_PARTS} are taken")
    size = sum(part.file_size for part in found) / 1e6
    if size > MOST_MB:
        raise _WrongError(f"holds {size:.0f} MB unpacked, at most {MOST_MB} MB are taken")
    name, times = Counter(part.filename.lower() for part in found).most_common(1)[0] if found else ("", 0)
    if times > 1:
        raise _damaged(name, "is there twice")


def _types(parts: zipfile.ZipFile) -> dict[str, str]:
    """The kind of each part as the package declares it: by name (`/ppt/a.xml`), else by extension (`xml`)."""
    if TYPES not in parts.namelist():
        raise _WrongError(_BLANK)
    told = _read(parts, TYPES)
    return {
        (entry.get("PartName") or entry.get("Extension") or "").lower(): (entry.get("ContentType") or "").lower()
        for entry in told
    }


def _type_of(name: str, types: dict[str, str]) -> str:
    return types.get(f"/{name}".lower(), types.get(name.lower().rpartition(".")[2], ""))


def _owner(name: str) -> str:
    """Whose relations `ppt/_rels/presentation.xml.rels` holds: `ppt/presentation.xml`; the package's own are of ``."""
    folder, _, last = name.rpartition("/")
    return posixpath.join(posixpath.dirname(folder), last.removesuffix(".rels"))


def _relations(parts: zipfile.ZipFile, name: str) -> Iterator[_Relation]:
    base = posixpath.dirname(_owner(name))
    for entry in _read(parts, name):
        target, type_ = entry.get("Target", ""), entry.get("Type", "")
        external = entry.get("TargetMode", "Internal").strip().lower() != "internal"
        if not external:
            target = posixpath.normpath(posixpath.join("/", base, target)).lstrip("/")
        yield _Relation(entry.get("Id", ""), type_, target, external)


def _check_macros(parts: zipfile.ZipFile, types: dict[str, str], relations: dict[str, list[_Relation]]) -> None:
    said = [*types.values(), *(found.type.lower() for of_one in relations.values() for found in of_one)]
    if any(map(_MACRO_TYPE.search, said)) or any(_MACRO_NAME.search(name.lower()) for name in parts.namelist()):
        raise _WrongError("holds macros, save it as .pptx or .potx")


def _main(relations: dict[str, list[_Relation]], types: dict[str, str]) -> str:
    found = [one.target for one in relations.get("", []) if one.type == f"{OFFICE}officeDocument" and not one.external]
    if len(found) != 1 or not _MAIN.fullmatch(_type_of(found[0], types)):
        raise _WrongError(_BLANK)
    return found[0]


def _kept(parts: zipfile.ZipFile, main: str, relations: dict[str, list[_Relation]]) -> dict[str, str]:
    """The parts that the slides will stand on, each with its kind."""
    names, kept, waiting = set(parts.namelist()), {main: "officeDocument"}, [main]
    while waiting:
        name = waiting.pop()
        if name not in names:
            raise _damaged(name, "is missing")
        for found in relations.get(name, []):
            if found.external or found.kind not in KEPT.get(kept[name], ()):
                continue
            if found.target not in kept:
                kept[found.target] = found.kind
                waiting.append(found.target)
            elif kept[found.target] != found.kind:
                raise _damaged(found.target, "is used as two things")
    return kept


def _check_ways_out(relations: list[_Relation]) -> None:
    """Links of texts are dropped, what would be fetched or run is refused."""
    if any(_OBJECT.search(found.type.lower()) or _OBJECT_NAME.search(found.target.lower()) for found in relations):
        raise _WrongError("holds an embedded object (OLE) in its master or a layout, delete that first")
    if any(found.external and found.kind != "hyperlink" for found in relations):
        raise _WrongError("links to a picture or file outside of it, embed that first")


def _check_part(parts: zipfile.ZipFile, name: str, kind: str, types: dict[str, str]) -> None:
    if kind not in ("image", "font"):
        if _read(parts, name).tag.rpartition("}")[2] != _ROOTS.get(kind, kind):
            raise _damaged(name, "is something else")
        return
    if kind == "image" and not _type_of(name, types).startswith("image/"):
        raise _damaged(name, "is no picture")
    _bytes(parts, name)


def _check_size(presentation: ET.Element) -> None:
    size = presentation.find(f"{_P}sldSz")
    given = [size.get(side, "") for side in ("cx", "cy")] if size is not None else []
    if len([side for side in given if re.fullmatch(r"[0-9]{1,12}", side)]) != 2:
        raise _WrongError("does not say the size of its slides, save it again with PowerPoint")
    wide, high = (int(side) / _INCH for side in given)
    least_wide, least_high = LEAST_SIZE
    if not (least_wide <= wide <= LARGEST_SIDE and least_high <= high <= LARGEST_SIDE):
        raise _WrongError(
            f"has slides of {wide:.4g} x {high:.4g} inches, at least {least_wide} x {least_high} and at most "
            f"{LARGEST_SIDE} x {LARGEST_SIDE} are taken"
        )


def _check_layouts(parts: zipfile.ZipFile, main: str, relations: dict[str, list[_Relation]]) -> None:
    """The first master counts, as in PowerPoint: it has a theme and layouts, one of them with a title."""
    masters = _listed(parts, main, "sldMasterId", "slideMaster", relations)
    if not masters:
        raise _WrongError("has no slide master")
    layouts = _listed(parts, masters[0], "sldLayoutId", "slideLayout", relations)
    for name in layouts:
        if sum(found.kind == "slideMaster" and not found.external for found in relations.get(name, [])) != 1:
            raise _damaged(name, "has no slide master")
    if not any(found.kind == "theme" and not found.external for found in relations[masters[0]]):
        raise _damaged(masters[0], "has no theme")
    holders = (shape for name in layouts for shape in _read(parts, name).iterfind(_HOLDER))
    if not any(shape.get("type") in ("title", "ctrTitle") for shape in holders):
        raise _WrongError("has no layout with a title")


def _listed(parts: zipfile.ZipFile, name: str, tag: str, kind: str, relations: dict[str, list[_Relation]]) -> list[str]:
    """The masters or layouts that a part lists, in order; one without its relation is a fault."""
    found = {one.key: one.target for one in relations.get(name, []) if one.kind == kind and not one.external}
    keys = [entry.get(f"{_R}id", "") for entry in _read(parts, name).iterfind(f"{_P}{tag}Lst/{_P}{tag}")]
    for key in keys:
        if key not in found:
            raise _damaged(name, f"names a {kind} {key!r} that is not there")
    return [found[key] for key in keys]


def _read(parts: zipfile.ZipFile, name: str) -> ET.Element:
    if parts.getinfo(name).file_size > _MOST_XML:
        raise _damaged(name, f"is larger than {_MOST_XML // 1_000_000} MB")
    try:
        return ET.fromstring(_bytes(parts, name), ET.XMLParser(target=_Plain()))  # noqa: S314 (takes no DTD)
    except (ET.ParseError, LookupError, ValueError):
        raise _damaged(name, "is no readable XML") from None


def _bytes(parts: zipfile.ZipFile, name: str) -> bytes:
    try:
        return parts.read(name)
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise _damaged(name, "cannot be unpacked") from None


def _damaged(name: str, how: str) -> _WrongError:
    return _WrongError(f"is damaged: its part {name[:100]!r} {how}; save it again with PowerPoint")
