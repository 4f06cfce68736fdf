"""A consultant's PowerPoint file without what is not design: a new package of the parts that slides stand on.

Slides, notes, comments and their authors, tags, papers, links: what no relation of `KEPT` leads to is never read. The
parts get names and types of ours, so that none is taken by a slide to come. `crmlib.data.slide_file` has refused
before what cannot be kept; nothing here leads out of the file all the same.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from typing import Any

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "[Content_Types].xml"
# What a part may lead to; the same as in `crmlib.data.slide_file`.
KEPT = {
    "officeDocument": {"slideMaster", "theme", "presProps", "viewProps", "tableStyles", "font"},
    "slideMaster": {"slideLayout", "theme", "image"},
    "slideLayout": {"slideMaster", "themeOverride", "image"},
    "theme": {"image"},
    "themeOverride": {"image"},
}
_PLACES = {"officeDocument": "ppt/presentation.xml", "slideMaster": "ppt/slideMasters/slideMaster{}.xml",
           "slideLayout": "ppt/slideLayouts/slideLayout{}.xml", "theme": "ppt/theme/theme{}.xml",
           "themeOverride": "ppt/theme/themeOverride{}.xml", "presProps": "ppt/presProps.xml",
           "viewProps": "ppt/viewProps.xml", "tableStyles": "ppt/tableStyles.xml"}  # fmt: skip
_SHAPES = "application/vnd.openxmlformats-officedocument.presentationml."
_KINDS = {"officeDocument": f"{_SHAPES}presentation.main+xml", "font": "application/x-fontdata",
          **{kind: f"{_SHAPES}{kind}+xml"
             for kind in ("slideMaster", "slideLayout", "presProps", "viewProps", "tableStyles")},
          **{kind: f"application/vnd.openxmlformats-officedocument.{kind}+xml"
             for kind in ("theme", "themeOverride")}}  # fmt: skip
# Never design: ways out, the slides that are gone, who may write, what hangs on a shape.
_ALWAYS = (
    "hlinkClick", "hlinkHover", "hlinkMouseOver", "sldIdLst", "notesMasterIdLst", "handoutMasterIdLst", "custShowLst",
    "custShow", "modifyVerifier", "photoAlbum", "smartTags", "custDataLst", "controls", "htmlPubPr", "outlineViewPr",
)  # fmt: skip
# What goes with a relation that is gone: the nearest of these around it, else the element itself.
_UNITS = ("ext", "pic", "graphicFrame", "contentPart", "buBlip", "transition", "timing", "embeddedFont")
_EXTENSION = re.compile(r"[a-z0-9]{1,5}")


@dataclass
class _Part:
    kind: str
    name: str
    type: str
    blob: bytes = b""
    relations: list[tuple[str, str, str]] = field(default_factory=list)  # key, kind, old name


def clean(blob: bytes) -> bytes:
    """The package of a template (.pptx, .potx) as an empty presentation: masters, layouts, themes, their pictures."""
    with zipfile.ZipFile(io.BytesIO(blob)) as old:
        parts = _kept(old)
    for part in parts.values():
        if part.kind not in ("image", "font"):
            part.blob = _without_the_rest(part)
    return _written(parts)


def _kept(old: zipfile.ZipFile) -> dict[str, _Part]:
    types = {
        (entry.get("PartName") or entry.get("Extension") or "").lower(): (entry.get("ContentType") or "").lower()
        for entry in _tree(old.read(_TYPES))
    }
    main = next(target for _, kind, target in _relations(old, "", {"officeDocument"}))
    found, waiting = {main: _part(main, "officeDocument", types, 1)}, [main]
    while waiting:
        name = waiting.pop(0)
        part = found[name]
        part.blob = old.read(name)
        for key, kind, target in _relations(old, name, KEPT.get(part.kind, set())):
            if target not in found:
                number = 1 + sum(other.kind == kind for other in found.values())
                found[target] = _part(target, kind, types, number)
                waiting.append(target)
            part.relations.append((key, kind, target))
    # PowerPoint shows the bitmap that stands beside such a drawing; a drawing can itself fetch and run.
    drawings = {name for name, part in found.items() if part.kind == "image" and "svg" in part.type}
    for part in found.values():
        part.relations = [one for one in part.relations if one[2] not in drawings]
    return {name: part for name, part in found.items() if name not in drawings}


def _part(name: str, kind: str, types: dict[str, str], number: int) -> _Part:
    if kind not in ("image", "font"):
        return _Part(kind, _PLACES[kind].format(number), _KINDS[kind])
    extension = name.lower().rpartition(".")[2]
    end = extension if _EXTENSION.fullmatch(extension) and extension not in ("xml", "rels") else "bin"
    if kind == "font":
        return _Part(kind, f"ppt/fonts/font{number}.fntdata", _KINDS[kind])
    type_ = types.get(f"/{name}".lower(), types.get(extension, ""))
    return _Part(kind, f"ppt/media/image{number}.{end}", type_)


def _relations(old: zipfile.ZipFile, name: str, kinds: set[str]) -> list[tuple[str, str, str]]:
    """Key, kind and target of those relations of a part that stay."""
    folder, _, last = name.rpartition("/")
    place = posixpath.join(folder, "_rels", f"{last}.rels")
    if not kinds or place not in old.namelist():
        return []
    found = []
    for entry in _tree(old.read(place)):
        base, _, kind = entry.get("Type", "").rpartition("/")
        inside = entry.get("TargetMode", "Internal").strip().lower() == "internal"
        if base == OFFICE and kind in kinds and inside:
            target = posixpath.normpath(posixpath.join("/", folder, entry.get("Target", ""))).lstrip("/")
            found.append((entry.get("Id", ""), kind, target))
    return found


def _tree(blob: bytes) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True,
                             remove_pis=True)  # fmt: skip
    return etree.fromstring(blob, parser)


def _without_the_rest(part: _Part) -> bytes:
    """A part without links, and without what only a relation that is gone would fill."""
    from lxml import etree

    root = _tree(part.blob)
    for name in (*_ALWAYS, *(("extLst",) if part.kind == "officeDocument" else ())):
        for gone in root.xpath(f"//*[local-name()='{name}']"):
            _remove(gone)
    keys = {key for key, _, _ in part.relations}
    for holder in root.xpath("//*[@*[namespace-uri()=$office]]", office=OFFICE):
        given = [value for name, value in holder.attrib.items() if name.startswith(f"{{{OFFICE}}}")]
        if any(value and value not in keys for value in given):
            _remove_unit(holder)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _remove_unit(holder: Any) -> None:
    from lxml import etree

    around = [holder, *holder.iterancestors()]
    found = next((one for one in around if etree.QName(one).localname in _UNITS), None)
    filled = next((one for one in around if etree.QName(one).localname == "blipFill"), None)
    if found is None and filled is not None and filled.getparent() is not None:
        # Of a background or of a theme's list: a fill has to stand there.
        filled.getparent().replace(filled, etree.Element(etree.QName(etree.QName(filled).namespace, "noFill")))
    else:
        _remove(holder if found is None else found)


def _remove(gone: Any) -> None:
    parent = gone.getparent()
    if parent is not None:
        parent.remove(gone)


def _written(parts: dict[str, _Part]) -> bytes:
    made = io.BytesIO()
    main = next(part for part in parts.values() if part.kind == "officeDocument")
    with zipfile.ZipFile(made, "w") as new:
        new.writestr(_TYPES, _types(parts))
        new.writestr("_rels/.rels", _relations_xml([("rId1", "officeDocument", main.name)]))
        for part in parts.values():
            new.writestr(part.name, part.blob)
            folder, _, last = part.name.rpartition("/")
            told = [(key, kind, parts[target].name) for key, kind, target in part.relations]
            if told:
                new.writestr(f"{folder}/_rels/{last}.rels", _relations_xml(told))
    return made.getvalue()


def _types(parts: dict[str, _Part]) -> bytes:
    entries = [{"PartName": f"/{part.name}", "ContentType": part.type} for part in parts.values()]
    rels = {"Extension": "rels", "ContentType": "application/vnd.openxmlformats-package.relationships+xml"}
    return _xml("Types", "content-types", [("Default", rels), *(("Override", entry) for entry in entries)])


def _relations_xml(told: list[tuple[str, str, str]]) -> bytes:
    entries = [{"Id": key, "Type": f"{OFFICE}/{kind}", "Target": f"/{name}"} for key, kind, name in told]
    return _xml("Relationships", "relationships", [("Relationship", entry) for entry in entries])


def _xml(root: str, space: str, entries: list[tuple[str, dict[str, str]]]) -> bytes:
    from lxml import etree

    made = etree.Element(f"{{{_PACKAGE}/{space}}}{root}", nsmap={None: f"{_PACKAGE}/{space}"})
    for tag, told in entries:
        etree.SubElement(made, f"{{{_PACKAGE}/{space}}}{tag}", told)
    return bytes(etree.tostring(made, xml_declaration=True, encoding="UTF-8", standalone=True))
